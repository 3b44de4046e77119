/* saved_filters: filters kept by name, and the last ones typed, in one JSON file:
 *
 *     {"saved": {"night": "hour:22-5 failed:>=10"}, "recent": ["user:U66*", "lof:>p99"]}
 *
 * A text that begins with @NAME means the saved one, followed by the rest of the text. An @NAME
 * that is not saved is left as it is (a word that user names contain, as in @DOM1), unless it
 * is so near to a saved name that it was probably meant.
 */
#ifndef ODDHOURS_RUN_SAVED_FILTERS_H
#define ODDHOURS_RUN_SAVED_FILTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum {
    SAVED_FILTER_NAME = 40,  /* bytes of a name, with its terminator */
    SAVED_FILTER_TEXT = 512, /* of a filter */
    SAVED_FILTERS_MAX = 1000,
    SAVED_FILTERS_RECENT = 50,
    SAVED_FILTERS_BYTES = 1 << 20 /* of a file */
};

struct saved_filter {
    char name[SAVED_FILTER_NAME];
    char text[SAVED_FILTER_TEXT];
};

/* Zeroed is empty. */
struct saved_filters {
    size_t n, room;
    struct saved_filter *list;         /* (n) by name */
    size_t n_recent;                   /* at most SAVED_FILTERS_RECENT */
    char (*recent)[SAVED_FILTER_TEXT]; /* the oldest first; allocated with the first */
};

void saved_filters_clear(struct saved_filters *filters);

/* $XDG_DATA_HOME/oddhours/filters.json, else $HOME/.local/share/...; freed with free(). NULL
 * when neither is set. */
char *saved_filters_default_path(void);

/* Any bytes will do: STATUS_INPUT names what is wrong, and `filters` stays empty. */
bool saved_filters_parse(struct saved_filters *filters, const char *bytes, size_t length,
                         struct status *status);

/* A missing file is an empty list. */
bool saved_filters_load(struct saved_filters *filters, const char *path, struct status *status);

/* The text saved under this name; NULL: none. */
const char *saved_filters_find(const struct saved_filters *filters, const char *name);

/* 1 to 39 letters, digits, "-", "_" and ".": a word on every shell's line. */
bool saved_filters_is_name(const char *name);

/* Changes the file: reads it, saves `text` under `name` (NULL: removes the name) or, with
 * `name` NULL, adds `text` to the recent ones, and writes it beside its place and renames it,
 * for nobody else to read. A file that is not understood is not replaced. `filters` (cleared
 * first) is what the file says then. */
bool saved_filters_change(struct saved_filters *filters, const char *path, const char *name,
                          const char *text, struct status *status);

/* Replaces a leading @NAME in out[SAVED_FILTER_TEXT]; false with STATUS_USAGE when the name was
 * probably meant to be another, or the whole is too long. */
bool saved_filters_expand(const struct saved_filters *filters, const char *text,
                          char out[SAVED_FILTER_TEXT], struct status *status);

#endif

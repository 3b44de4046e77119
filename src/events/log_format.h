/* log_format: what has to be known of a kind of log, in one place.
 *
 * Most formats are data: a description (format/description.h) in a JSON file, which described.c
 * makes a log_format of; formats.h finds the files. A format with a scan of its own is one
 * `const struct log_format log_format_NAME` in a file of its own and one line in LOG_FORMATS
 * below: lanl.c. The words of --input, the counting, the lines behind a user-hour and the
 * columns of their page come from either.
 */
#ifndef ODDHOURS_EVENTS_LOG_FORMAT_H
#define ODDHOURS_EVENTS_LOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "events/event.h"

/* The formats with a scan of their own. */
#define LOG_FORMATS(FORMAT) FORMAT(lanl)

enum { LOG_FIELDS_MAX = 32 };

/* What a field is on the page of lines. */
enum log_role {
    LOG_FIELD_OTHER,
    LOG_FIELD_TIME,
    LOG_FIELD_USER,   /* whom the line is counted for */
    LOG_FIELD_TARGET, /* the account that was used, said when it is another one */
    LOG_FIELD_SOURCE,
    LOG_FIELD_DESTINATION,
    LOG_FIELD_OUTCOME
};

struct log_field {
    const char *name; /* of its column in a file */
    enum log_role role;
};

struct events_chunk;
struct log_description;

struct log_format {
    const char *name;   /* the word for it: "lanl" */
    const char *title;  /* "LANL auth.txt" */
    const char *legend; /* how its lines are to be read on their page */
    const struct log_field *fields;
    size_t n_fields; /* at most LOG_FIELDS_MAX */

    const struct log_description *description; /* NULL: a format of its own */
    uint64_t min_events; /* rows with fewer are dropped unless asked for */
    bool novelty;        /* what is new for an account is counted unless it is refused */
    size_t line_max;     /* a longer line is rejected */
    bool unordered;      /* lines may be in any order: all of a pipe is counted */

    /* True when a text (the first bytes of a file) reads like such a log. */
    bool (*recognise)(const struct log_format *format, const char *bytes, size_t length);

    bool header_first; /* the first line of a file names its columns, and no other does */

    /* The last line of a text that names the columns of those behind it. NULL: such logs have
     * none; with `first` the first line of a file is one. */
    bool (*header)(const struct log_format *format, const char *bytes, size_t length,
                   bool first, struct span *line);

    /* Hands every line of a text to `sink`, in order, blank ones included. Returns how many
     * lines that were. */
    uint64_t (*scan)(const struct event_text *text, event_sink *sink, void *context);

    /* The same with events_chunk_take() as the sink, compiled into the scan: for a format whose
     * every nanosecond counts. NULL: scan() is good enough. */
    uint64_t (*count)(const struct event_text *text, struct events_chunk *chunk);

    /* Says in plain ASCII what is wrong with a line that scan() found fault with. */
    void (*reason)(const struct event *event, char *reason, size_t size);

    /* The fields (n_fields) of an event that scan() found no fault with: the line's `part`-th.
     * `line` has one line. They stand in the line or in `room`. False without memory. */
    bool (*split)(const struct event_text *line, uint32_t part, struct span *fields,
                  struct arena *room);
};

#define LOG_FORMAT_DECLARE(name) extern const struct log_format log_format_##name;
LOG_FORMATS(LOG_FORMAT_DECLARE)
#undef LOG_FORMAT_DECLARE

#define LOG_FORMAT_ONE(name) +1
enum { LOG_FORMAT_COUNT = 0 LOG_FORMATS(LOG_FORMAT_ONE) };
#undef LOG_FORMAT_ONE

/* (LOG_FORMAT_COUNT), then NULL. */
extern const struct log_format *const log_formats[];

/* The format with a scan of its own of a name, or NULL. */
const struct log_format *log_format_find(const char *name);

#endif

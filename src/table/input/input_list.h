/* input_list: several files as one input. Its name is theirs with newlines between, so that it
 * is one text wherever an input is named. */
#ifndef ODDHOURS_TABLE_INPUT_LIST_H
#define ODDHOURS_TABLE_INPUT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct input_list {
    char **paths; /* (n) */
    size_t n;
};

/* The paths in the name of an input; the name alone when there is a file of that name, newlines
 * or not. */
bool input_list_split(struct input_list *list, const char *input, struct status *status);

/* What the user named (operands), as one input: patterns (where there is no file of that name)
 * and folders become the files in them, all in order of name, each once. Of a folder these are
 * its own tables in text, or else the Parquet files in it and in all folders below, but for
 * names that begin with _ or a dot; it is an error when both stand side by side. A folder that
 * holds a run, and anything else that is named alone, stays as it is. NULL with STATUS_USAGE
 * and a sentence when a pattern fits nothing, or a folder has no table; for free(). */
char *input_list_join(char *const *operands, size_t n, struct status *status);

void input_list_clear(struct input_list *list);

/* "a.csv and 2 more": what to call an input, for free(). NULL when memory ran out. */
char *input_list_name(const char *input, struct status *status);

#endif

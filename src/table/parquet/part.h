/* part: one Parquet file of a table, which may be all of it, and where in it the columns of the
 * table are. What stands in the names of its folders (key=value, as Hive and Spark write it) is
 * a column, too. */
#ifndef ODDHOURS_TABLE_PARQUET_PART_H
#define ODDHOURS_TABLE_PARQUET_PART_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"
#include "table/input_state.h"
#include "table/parquet/footer.h"
#include "table/parquet/meaning.h"

enum { PART_TITLE = 96, PART_KEYS = 16 };

/* A key=value in the path of a file. */
struct part_key {
    struct span name; /* in the path */
    char *text;       /* what is behind the sign, decoded; owned */
    size_t length;
    bool missing; /* __HIVE_DEFAULT_PARTITION__ */
};

/* A column of the table as this file has it. */
struct part_column {
    bool constant; /* the same in all rows: from the path */
    size_t key;    /* of those: which */
    double number; /* of those, when it is a feature: NaN is missing */
    size_t wanted; /* of others: in wanted */
    struct meaning meaning;
};

struct part {
    const char *path; /* borrowed; "-": standard input */
    char title[PART_TITLE];
    struct input_state state; /* when it was looked at */
    uint64_t size;
    struct footer footer;
    struct part_key keys[PART_KEYS];
    size_t n_keys;
    struct footer_groups groups;
    size_t *wanted; /* (n_wanted) leaves of the footer that are read, each once */
    size_t n_wanted;
    struct part_column *columns; /* (n) of the table */
};

/* Opens a file and reads its footer; part_clear() in any case. */
bool part_look(struct part *part, const char *path, struct status *status);
void part_clear(struct part *part);

/* The file again, by its descriptor, to be closed; -1 when it is not what was looked at. */
int part_open(const struct part *part, struct status *status);

/* The columns of the file: flat ones, then keys that no column has. The names are borrowed from
 * the part; `*names` is for free(). */
bool part_names(const struct part *part, struct span **names, size_t *n, struct status *status);

/* What is called so, as an index in part_names(), or SIZE_MAX; and the leaf or the key that it
 * is. */
size_t part_find(const struct span *names, size_t n, struct span name);
bool part_is_key(const struct part *part, size_t index, size_t *leaf_or_key);

/* Whether a column of that name is there and nested, or repeated. */
bool part_nested(const struct part *part, struct span name);

/* Whether a file is Parquet by its first and last bytes; false when it cannot be opened. */
bool part_recognise(const char *path);

#endif

/* table: user-hours in memory. A row is (time, user, profile), 12 bytes.
 *
 * The one idea (docs/DESIGN.md): the features of user-hours repeat, so a table keeps each
 * distinct feature vector once, as a *profile* with the number of its copies, and a row names
 * its profile. Detectors score profiles; a row's score is its profile's. A table is built by
 * the readers (csv, events) and is frozen from then on: everyone reads it without a lock.
 *
 * Ids of times, users and profiles are in order of first appearance. A row is known by its
 * `row_id`, the zero-based position among the accepted lines; (time, user) is not a key.
 */
#ifndef ODDHOURS_TABLE_TABLE_H
#define ODDHOURS_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"
#include "table/input_state.h"

enum {
    TABLE_FEATURES_MAX = 128,
    TABLE_REJECTS_KEPT = 10, /* rejected lines that are reported one by one */
    TABLE_HASH_TEXT = 33     /* 128 bits in hexadecimal, and the zero byte */
};
#define TABLE_ROWS_MAX ((size_t)UINT32_MAX - 1)
#define TABLE_NO_TIME  INT64_MIN

/* Distinct feature vectors. */
struct profiles {
    size_t n;
    size_t d;            /* features */
    double *values;      /* (n, d) row-major; as read, missing and infinite ones 0, never -0 */
    uint32_t *copies;    /* (n) rows that have this profile, at least 1 */
    uint32_t *first_row; /* (n) row_id of the first of them; ascending */
};

struct reject {
    uint64_t line;    /* 1 is the header line */
    char reason[120]; /* plain ASCII */
};

/* Lines that are none of the table, and were not rejected for it. */
struct read_skipped {
    uint64_t before; /* lines before the header: titles, comments, "sep=;" */
    uint64_t comments, headers, totals;
};

enum { READ_NOTES = 8, READ_NOTE = 200 };

/* What the reader met. */
struct read_report {
    char *name;                 /* the file's name as given, "-" for standard input */
    uint64_t bytes;             /* of the input as read (compressed bytes of a .gz) */
    char hash[TABLE_HASH_TEXT]; /* XXH3 128 of those bytes */
    struct input_state state;   /* of the file, as it was from open to end; else unknown */
    enum input_change change;   /* what happened to it meanwhile */
    uint64_t lines;             /* data lines, blank ones not counted: rows + rejected */
    uint64_t rejected;          /* lines left out */
    struct reject rejects[TABLE_REJECTS_KEPT]; /* the first of them */
    size_t n_rejects;
    char reject_note[120]; /* how the rejected lines differ from the rows; "" when that is not
                              seen */
    struct read_skipped skipped;
    uint64_t unread_times; /* rows whose time cannot be read; a missing one is not among them */
    char unread_time[48];  /* the first of them */
    char notes[READ_NOTES]
              [READ_NOTE]; /* how the file was understood, where that is not plain */
    size_t n_notes;
    uint64_t *missing;                   /* (d) missing values, taken as 0 */
    uint64_t *infinite;                  /* (d) infinite values, taken as 0 */
    uint64_t missing_time, missing_user; /* rows whose dt or src_user is missing for pandas */
};

/* A value a row that is no feature: no detector looks at it, and it is not part of a profile.
 */
struct table_column {
    char *name;
    float *value; /* (n_rows) NaN: missing */
};

struct table {
    size_t n_rows;
    uint32_t *row_time;    /* (n_rows) id in times; NULL when the input has no dt */
    uint32_t *row_user;    /* (n_rows) id in users; NULL when the input has no src_user */
    uint32_t *row_profile; /* (n_rows) */
    struct dict *times;    /* dt texts as read; NULL when the input has no dt */
    struct dict *users;    /* NULL when the input has no src_user */
    int64_t *time_seconds; /* (dict_count(times)) seconds since 1970 by the clock that the text
                            * shows (or of the zone that was asked for), or TABLE_NO_TIME */
    int32_t *time_offset;  /* (the same) seconds that this clock stands east of UTC; NULL: 0 */
    int64_t first_day;     /* days since 1970 of the earliest time: day 0; 0 without times */
    int64_t last_day;      /* the same of the latest */
    bool has_days;         /* some time can be read */
    struct profiles profiles;
    char **feature_names;         /* (profiles.d) */
    size_t n_columns;             /* 0 in most tables */
    struct table_column *columns; /* (n_columns) beside the profiles */
    struct read_report report;
};

void table_free(struct table *table);

/* The seven columns of the study, in the notebook's order. */
enum { TABLE_DEFAULT_FEATURES = 7 };
extern const char *const table_default_features[TABLE_DEFAULT_FEATURES];

/* Columns that `prep --novelty` writes (events/novelty.h): where a table has them they are read
 * beside the features, unless they are features. */
enum { TABLE_BESIDE = 5 };
extern const char *const table_beside[TABLE_BESIDE];

/* The features of a profile: (d) values, borrowed. */
static inline const double *table_profile(const struct table *table, size_t profile)
{
    return table->profiles.values + profile * table->profiles.d;
}

/* What a row has, by number: the features, then the columns beside them. A missing value of a
 * column is 0, as that of a feature is. */
static inline double table_value(const struct table *table, size_t row, size_t number)
{
    size_t d = table->profiles.d;
    if (number < d) {
        return table_profile(table, table->row_profile[row])[number];
    }
    float value = table->columns[number - d].value[row];
    return value == value ? (double)value : 0;
}

static inline const char *table_value_name(const struct table *table, size_t number)
{
    size_t d = table->profiles.d;
    return number < d ? table->feature_names[number] : table->columns[number - d].name;
}

/* The instant of a time, by which rows are ordered; TABLE_NO_TIME when it cannot be read. */
static inline int64_t table_instant(const struct table *table, uint32_t time)
{
    int64_t clock = table->time_seconds[time];
    return table->time_offset == NULL || clock == TABLE_NO_TIME
               ? clock
               : clock - table->time_offset[time];
}

/* Adds a column before the table is shared: `take_value` (n_rows) is taken also when it fails,
 * which it does when memory runs out, or when a feature or column has that name. */
bool table_add_column(struct table *table, const char *name, float *take_value,
                      struct status *status);

/* Day (0 is the table's first) and hour of day of a row; false when it has no readable time. */
bool table_row_when(const struct table *table, size_t row, int64_t *day, int *hour);

/* Finds first_day, last_day and has_days in the parsed times. */
void table_find_days(struct table *table);

/* Memory held by the table, in bytes. */
size_t table_bytes(const struct table *table);

#endif

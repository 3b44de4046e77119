/* batch_internal: what the files of batch share. Only they include it. */
#ifndef ODDHOURS_TABLE_BATCH_INTERNAL_H
#define ODDHOURS_TABLE_BATCH_INTERNAL_H

#include <locale.h>

#include "table/csv/batch.h"

/* A user, or a vector of features, that the table did not have while the batch was parsed. */
struct fresh {
    uint32_t row;
    uint64_t hash;
    size_t text;   /* offset in texts */
    size_t length; /* of the text */
};

struct batch {
    const struct columns *columns;
    struct table_builder *builder;
    struct batch_caches caches;
    locale_t c_locale;
    bool stable;
    bool letters; /* quotes are letters, and stray ones around a field are dropped */

    /* the group that is being gathered */
    size_t n_group;
    uint64_t group_line[DICT_GROUP];
    const struct span *group_fields[DICT_GROUP]; /* of its lines */
    struct span group_user[DICT_GROUP];
    struct span group_text[DICT_GROUP]; /* all features, when they stand side by side */
    uint32_t group_user_id[DICT_GROUP], group_profile[DICT_GROUP];
    uint64_t group_user_hash[DICT_GROUP]; /* of those that the cache does not know: */
    uint64_t group_user_unknown;          /* a bit each; only these can be missing values */

    size_t n_rows, rows_capacity[3];
    uint32_t *row_time;    /* (n_rows) ids in times */
    uint32_t *row_user;    /* (n_rows) ids in the table, also after batch_resolve() */
    uint32_t *row_profile; /* (n_rows) the same */
    struct dict *times;    /* of this batch */
    uint32_t last_time;
    bool last_missing;     /* last_text is a missing value */
    struct span last_text; /* of last_time */
    uint32_t *time_map;    /* ids in times to ids in the table */
    size_t time_map_capacity;

    struct fresh *users, *profiles; /* in row order */
    size_t n_users, users_capacity, n_profiles, profiles_capacity;
    double *values; /* (n_profiles, d) */
    size_t values_capacity;
    char *texts; /* of fresh users and features */
    size_t n_texts, texts_capacity;
    size_t known;  /* rows that the cache knew */
    float *beside; /* (n_rows, n_beside) values of the columns beside the features */
    size_t beside_capacity;

    uint64_t rejected;
    struct reject rejects[TABLE_REJECTS_KEPT];
    size_t n_rejects;
    struct read_skipped skipped;
    struct number_census *odd; /* (d) of fields that were no numbers in the style of their
                                * column; NULL: none */
    struct reject_sum *sums;   /* (d) of the numbers in such lines; NULL: there were none */
    uint64_t missing_time, missing_user;
    uint64_t missing[TABLE_FEATURES_MAX], infinite[TABLE_FEATURES_MAX];
    struct status status;
};

/* Whether the line is none of the table: the header come again, a line of totals or, where
 * `comments` says that it is no row, a comment. It is counted then, as what it is. */
bool batch_skip(struct batch *batch, const struct span *fields, size_t n_fields, bool comments);

/* batch_row.c: makes a row of line k of the group, or rejects it. `remember`: a new text of
 * features is worth remembering. False without memory. */
bool batch_append_row(struct batch *batch, size_t k, bool remember);

/* Without a quote before or behind it, where quotes are letters or none of CSV. */
struct span batch_unquoted(const struct batch *batch, struct span text);

/* Counts a rejected line, and keeps the first ones. */
void batch_note_reject(struct batch *batch, uint64_t line, const char *reason);

#endif

/* truth: labels from outside, such as a red team's list, laid over the rows of a table.
 *
 * Two forms are read, told apart by their first line:
 *   - the LANL red-team list, without a header: time,user,source,destination; time in seconds.
 *     It marks every row of that user in that hour.
 *   - a CSV: row_id, or dt and src_user (every row of that user in that hour; with row_id they
 *     must agree with the row), found under the names that tables have them by, or without a
 *     header where one to three fields can be understood in one way only. Of lines with a label
 *     only the positive ones are incidents; a label that is neither is an error. Columns kind
 *     and incident are kept; of others, one that looks like a label is an error. Without a
 *     column incident an incident is a user's day.
 * Delimiters and encodings are found as those of tables. Truth never changes a verdict.
 */
#ifndef ODDHOURS_REVIEW_TRUTH_H
#define ODDHOURS_REVIEW_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/dict.h"
#include "table/table.h"

enum truth_form { TRUTH_REDTEAM, TRUTH_ROWS, TRUTH_HOURS };

enum { TRUTH_PROBLEMS_KEPT = 5 };

/* What the list names: a user's hour, or a row. */
struct truth_mark {
    uint32_t user; /* id in table->users, or DICT_NONE */
    uint32_t row;  /* TRUTH_ROWS; else DICT_NONE */
    int64_t hour;  /* hours since 1970; TRUTH_ROWS: 0 */
    uint32_t incident;
    uint32_t lines; /* distinct lines that name it */
    size_t rows;    /* of the table that it marks */
};

struct truth {
    enum truth_form form;
    size_t n_rows;  /* of the table */
    uint64_t *bits; /* bit r % 64 of word r / 64: row r is positive */
    size_t n_positive;
    uint32_t *positive;      /* (n_positive) the positive rows, ascending */
    uint32_t *positive_mark; /* (n_positive) index of its mark */
    size_t n_marks;
    struct truth_mark
        *marks;         /* (n_marks) by row, user and hour; those with rows are of the table */
    size_t n_matched;   /* marks with rows */
    size_t n_incidents; /* with at least one positive row */
    struct dict *incidents;  /* their names */
    struct dict *kinds;      /* NULL without such a column */
    uint32_t *incident_kind; /* of each name: id in kinds, or DICT_NONE */

    /* Accounting, in lines of the list. */
    size_t lines, duplicate, unreadable;
    size_t unused_columns;
    bool has_labels;
    size_t positive_lines, negative_lines; /* by their labels, when it has them */
    size_t negative;     /* readable negative lines, of a user or row of the table */
    size_t contradicted; /* negative lines that name what a positive one names: that counts */
    size_t matched;      /* distinct positive lines that mark a row */
    size_t unknown_user; /* no such user in the table */
    size_t unknown_hour; /* the user has no row in that hour */
    size_t unknown_row;  /* row_id beyond the table, or of another user or hour */
    size_t n_problems;
    struct {
        uint64_t line; /* from 1 */
        char reason[100];
    } problems[TRUTH_PROBLEMS_KEPT];
};

/* Reads `path` for `table`. Errors: STATUS_INPUT (no such list; a label that cannot be read; no
 * line that can; the table has no dt or src_user although the list needs them), STATUS_IO,
 * STATUS_NOMEM, STATUS_CANCELLED. */
struct truth *truth_load(const char *path, const struct table *table,
                         const struct progress *progress, struct status *status);
struct truth *truth_parse(const char *bytes, size_t length, const struct table *table,
                          struct status *status);
void truth_free(struct truth *truth);

static inline bool truth_positive(const struct truth *truth, size_t row)
{
    return (truth->bits[row / 64] >> (row % 64) & 1) != 0;
}

/* "749 lines: 34 duplicate, 701 found in the table, 14 not (...); they mark 702 rows of 104
 * users in 181 incidents". */
void truth_text(const struct truth *truth, char *text, size_t size);

#endif

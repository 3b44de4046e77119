/* spread: how the values of each feature are spread over the rows of a table, kept without the
 * table, and how far those of another table have moved from it.
 *
 * The measure is the population stability index: with the shares p of the rows of one table and
 * q of the other in bins of about as many rows each, the sum of (q - p) ln(q / p). Rules of
 * thumb in use for credit scores: below 0.1 nothing moved, above 0.25 the model should be
 * fitted again (N. Siddiqi, Credit Risk Scorecards, 2006, ch. 8). Beside it the largest
 * difference between both distribution functions at the bins' ends, as of Kolmogorov and
 * Smirnov, and where it is.
 */
#ifndef ODDHOURS_TABLE_SPREAD_H
#define ODDHOURS_TABLE_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/status.h"
#include "table/table.h"

enum { SPREAD_BINS = 20 };
#define SPREAD_SOME 0.1
#define SPREAD_MUCH 0.25

struct spread {
    size_t d;
    uint64_t rows;
    struct spread_feature {
        size_t n;                   /* bins: up to ends[0], up to ends[1], ..., the rest */
        double ends[SPREAD_BINS];   /* (n - 1) rising */
        uint64_t rows[SPREAD_BINS]; /* (n) */
        double least, most;         /* of all values */
    } * features;                   /* (d) */
};

/* Of a table with at least a row. NULL when memory ran out. */
struct spread *spread_new(const struct profiles *profiles, struct status *status);
void spread_free(struct spread *spread);

/* Puts it into an archive, and gets it back, checked, for `d` features: NULL with a status. */
void spread_save(const struct spread *spread, struct archive_out *archive);
struct spread *spread_load(struct archive_in *archive, size_t d, struct status *status);

/* How far one feature of a table has moved. */
struct spread_shift {
    double stability; /* the index; a bin without rows counts as half a row */
    double largest;   /* difference of the distribution functions, -1 to 1: positive when more
                         of the table's values are above */
    double at;        /* this value */
    uint64_t above, below; /* rows beyond the most and the least of the spread */
};

/* For a table with the same features: shifts (d). */
void spread_compare(const struct spread *spread, const struct profiles *profiles,
                    struct spread_shift *shifts);

#endif

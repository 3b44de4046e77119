/* user_past: what the user of a row did before: his own strictly earlier hours, and how unusual
 * the row is among them. */
#ifndef ODDHOURS_EXPLAIN_USER_PAST_H
#define ODDHOURS_EXPLAIN_USER_PAST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/row_index.h"
#include "table/table.h"

/* The arrays are the caller's. */
struct user_past {
    size_t rows;    /* earlier hours */
    double *median; /* (d) NaN when there are none */
    double *most;   /* (d) */
    /* Both only with everybody's means, else not touched: */
    size_t *at_least; /* (d) of them, those with at least this row's value */
    /* (d) P(X >= value) for the next hour of this user: a negative binomial whose mean and
     * variance are the user's, shrunk towards everybody's with the weight of USER_PAST_PRIOR
     * hours. Eight points make no z-score. NaN for features that are no counts:
     * ratios, and those with a fraction in one of these rows. */
    double *tail;
};

#define USER_PAST_PRIOR 5.0

/* Whether a table has users and times, so that hours of a user can be earlier. */
bool user_past_possible(const struct table *table);

/* Fills `past` for a row of a table with users. Without times, the user's rows above this one
 * count as earlier; a row whose time cannot be read has no past. `by_user` groups the rows by
 * row_user; NULL: all rows of the table are walked. `mean` (d) is everybody's, or NULL. False
 * when memory ran out, or when cancelled. */
bool user_past_find(const struct table *table, const struct row_index *by_user, size_t row,
                    const double *mean, const struct progress *progress, struct user_past *past,
                    struct status *status);

/* Whether a feature is a ratio, by its name: "fail_ratio". */
bool user_past_is_ratio(const char *feature);

/* P(X >= x) of a negative binomial with this mean and variance (above the mean; else Poisson's
 * limit is approached). Summed from x on, so small tails keep their digits. */
double user_past_tail(double x, double mean, double variance);

#endif

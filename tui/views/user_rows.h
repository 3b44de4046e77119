/* user_rows: the user-hours of one user, and their grid of days by hours, found by the queries
 * thread for the User view. */
#ifndef ODDHOURS_TUI_VIEWS_USER_ROWS_H
#define ODDHOURS_TUI_VIEWS_USER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/app.h"
#include "rank/row_order.h"

enum { USER_DAYS_MAX = 4000, USER_HOURS = 24 };

/* What a cell of the grid shows: the tail of a score, or a feature. */
struct user_quantity {
    bool feature;
    size_t index; /* of the feature, or in run->results */
};

struct user_rows {
    size_t n;
    uint32_t *by_time; /* (n) earliest first; as they stand in the table when it has no times */
    uint32_t *in_order;   /* (n) as asked */
    uint32_t first, last; /* rows, the earliest and latest with a readable time */
    int64_t first_day;    /* of the user; counted from the table's first day */
    size_t days;          /* of the grid; 0: no readable time, or too long a span */
    size_t active_days;   /* days with at least one row */
    double *level;        /* (days, USER_HOURS) 0 to 1, the largest of the hour; NaN: no row */
    double *daily;    /* (days, d + 1) the largest of each feature in the day, and as the last
                         of a day the largest level; NaN: no row */
    double *total;    /* (d) sums of the features over the rows */
    double *most;     /* (d) largest values */
    bool *whole;      /* (d) all values are whole numbers, so that a sum has a meaning */
    bool scored;      /* the two below are known */
    size_t flagged;   /* rows above the threshold of `by` */
    size_t best_rank; /* by `by`; 0: none has a score */
};

struct user_query {
    struct query query;
    uint32_t user;
    struct user_quantity quantity;
    struct row_order order;
    size_t
        by; /* whose flags and ranks are counted: index in run->results; SIZE_MAX: nobody's */
    const struct run *run;
    struct user_rows rows; /* the answer; taken by copying it and leaving a cleared one */
};

struct user_query *user_query_new(const struct app *app, uint32_t user,
                                  struct user_quantity quantity, const struct row_order *order,
                                  size_t by);
void user_rows_clear(struct user_rows *rows);

/* The position in by_time of a row; SIZE_MAX when it is not the user's. */
size_t user_rows_position(const struct user_rows *rows, uint32_t row);

/* The position in by_time that is `days` away (1 or -1: the next or previous day with rows)
 * from position `from`, at the hour nearest to its own; SIZE_MAX when there is none. */
size_t user_rows_day(const struct user_rows *rows, const struct table *table, size_t from,
                     int days);

#endif

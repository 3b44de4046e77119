/* user_rows: the user-hours of one user, and their grid of days by hours, found by the queries
 * thread for the User view. */
#ifndef ODDHOURS_TUI_VIEWS_USER_ROWS_H
#define ODDHOURS_TUI_VIEWS_USER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app.h"
#include "rank/row_order.h"

enum { USER_DAYS_MAX = 4000, USER_HOURS = 24 };

/* What a cell of the grid shows: the tail of a score, or a feature. */
struct user_quantity {
    bool feature;
    size_t index; /* of the feature, or in run->results */
};

struct user_rows {
    size_t n;
    uint32_t *by_time;  /* (n) ascending: as they stand in the table */
    uint32_t *in_order; /* (n) as asked */
    int64_t first_day;  /* of the user; counted from the table's first day */
    size_t days;        /* of the grid; 0: no readable time, or too long a span */
    double *level;      /* (days, USER_HOURS) 0 to 1, the largest of the hour; NaN: no row */
    double *total;      /* (d) sums of the features over the rows */
    double *most;       /* (d) largest values */
};

struct user_query {
    struct query query;
    uint32_t user;
    struct user_quantity quantity;
    struct row_order order;
    const struct run *run;
    struct user_rows rows; /* the answer; taken by copying it and leaving a cleared one */
};

struct user_query *user_query_new(const struct app *app, uint32_t user,
                                  struct user_quantity quantity, const struct row_order *order);
void user_rows_clear(struct user_rows *rows);

#endif

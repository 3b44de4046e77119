/* histories: the rows of some accounts in the order of time, found in one walk over the table.
 */
#ifndef ODDHOURS_PAST_HISTORIES_H
#define ODDHOURS_PAST_HISTORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/row_index.h"
#include "table/table.h"

struct history_row {
    double seconds; /* the instant; of a table without times the row_id */
    uint32_t row;
};

struct history {
    uint32_t user;
    struct history_row *at; /* (n) by instant, then by row_id; without unreadable times */
    size_t n, capacity;
};

struct histories {
    size_t n;
    struct history *of; /* (n) by user */
    uint64_t *wanted;   /* a bit for each user of the table */
};

/* Of the accounts of `rows` (n). `by_user` groups the rows of the table by user; NULL: all are
 * walked. `all` starts as {0} and is cleared by the caller, also on failure. */
bool histories_find(struct histories *all, const struct table *table,
                    const struct row_index *by_user, const uint32_t *rows, size_t n,
                    const struct progress *progress, struct status *status);
void histories_clear(struct histories *all);

/* That of an account; NULL when none of the rows was its. */
const struct history *histories_of(const struct histories *all, uint32_t user);

/* How many rows of a history are strictly earlier than `row`, which is its account's; 0 when
 * its time cannot be read. */
size_t history_before(const struct history *history, const struct table *table, size_t row);

#endif

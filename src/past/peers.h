/* peers: the accounts that were most alike before a window, and what they did in it. */
#ifndef ODDHOURS_PAST_PEERS_H
#define ODDHOURS_PAST_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "past/past.h"
#include "table/table.h"

enum { PEERS_MOST = 10 };

struct peer {
    uint32_t user;
    size_t rows;     /* before the window */
    double distance; /* between usual values, in octaves, and habits */
    uint32_t row;    /* its row in that window (the first of several); UINT32_MAX: none */
};

struct peers {
    size_t n;
    struct peer of[PEERS_MOST]; /* the most alike first, ties by user id */
};

/* Up to `wanted` accounts of the same kind, with at least a quarter as many rows before the
 * window of `row`, by how alike they were then: usual counts in octaves and the share of each
 * six hours of the day. Nothing of the window itself or later is looked at, but which row a
 * peer has in it. One walk over the rows of the table. */
bool peers_find(const struct past *past, const struct table *table, const uint8_t *kinds,
                size_t row, size_t wanted, struct peers *peers, struct parallel *parallel,
                const struct progress *progress, struct status *status);

#endif

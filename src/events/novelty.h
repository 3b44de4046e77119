/* novelty: how new what an account does in a window is for it, strictly from earlier windows.
 *
 * All pairs of account and computer are kept, exactly, with the number of windows they were met
 * in. The windows come in order; all rows of one are judged before any of them is learnt.
 */
#ifndef ODDHOURS_EVENTS_NOVELTY_H
#define ODDHOURS_EVENTS_NOVELTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "events/host_set.h"
#include "table/dict.h"
#include "table/table.h"

/* The columns that come of it, in the order of struct novelty_values: a table that has them is
 * read with them (table.h). */
enum { NOVELTY_COLUMNS = TABLE_BESIDE };
#define novelty_columns table_beside

/* NaN where there is nothing to tell by: an account that has not been seen in an earlier window
 * has only a rarity, and nobody has one in the first window. */
struct novelty_values {
    float least_visits; /* earlier windows in which the account used the least known of the
                         * window's destinations */
    float mean_visits;  /* the geometric mean of these over its destinations, of visits + 1 */
    float new_dst;      /* destinations that the account has not used before */
    float new_src;      /* the same of sources */
    float dst_rarity; /* the most of -log2((accounts that have used it + 0.5) / (accounts + 1))
                       * over its destinations */
};

struct novelty;

struct novelty *novelty_new(struct status *status);
void novelty_free(struct novelty *novelty);

/* The rows that follow name their computers by the ids of `names`, which is borrowed and must
 * not change until the next call. */
bool novelty_begin(struct novelty *novelty, const struct dict *names, struct status *status);

/* What an account's hosts of one window are to it by what has been learnt. Cannot fail. */
struct novelty_values novelty_judge(struct novelty *novelty, struct span user,
                                    const struct host_set *dst, const struct host_set *src);

/* Learns them; `window` tells windows apart: several rows of an account in one are one visit.
 */
bool novelty_learn(struct novelty *novelty, struct span user, const struct host_set *dst,
                   const struct host_set *src, int64_t window, struct status *status);

/* Pairs of account and computer, and bytes that they take. */
size_t novelty_pairs(const struct novelty *novelty);
size_t novelty_bytes(const struct novelty *novelty);

#endif

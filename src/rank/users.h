/* users: what a list of rows holds of each user: how many, how many flagged, the worst, when.
 */
#ifndef ODDHOURS_RANK_USERS_H
#define ODDHOURS_RANK_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "past/account_kind.h"
#include "rank/ranking.h"
#include "rank/rows.h"
#include "table/row_index.h"
#include "table/table.h"

struct user_sum {
    uint32_t user;        /* id in table->users */
    uint32_t rows;        /* at least 1 */
    uint32_t flagged;     /* rows with a score strictly above the threshold */
    uint32_t first, last; /* ids in table->times, earliest and latest; DICT_NONE: unreadable */
    uint32_t clock;       /* bits of the hours of the day in which there is a row */
    uint8_t kind;         /* enum account_kind; ACCOUNT_KINDS: not known */
    size_t worst_rank;    /* the least rank of the rows, by row_id in ties; 0: none is scored */
};

struct user_sums {
    size_t n;
    struct user_sum *of; /* (n) */
};

/* In how many hours of the day a user was seen. */
int user_sum_clock(const struct user_sum *sum);

/* Whose flags and ranks are counted. */
struct user_scores {
    const struct ranking *ranking; /* NULL: nobody's */
    const struct row_index *index; /* the rows of each profile */
    double threshold;
    const struct accounts *accounts; /* what users are; NULL: not known */
};

/* Adds up the users who have rows in the list, in the order of their ids, by one walk over it:
 * memory is by user, not by row. The table has users. False, and nothing to clear, when
 * cancelled or out of memory. */
bool user_sums_make(struct user_sums *sums, const struct row_set *rows,
                    const struct table *table, const struct user_scores *scores,
                    const struct progress *progress, struct status *status);
void user_sums_clear(struct user_sums *sums);

enum user_key {
    USER_KEY_FLAGGED,
    USER_KEY_RANK,
    USER_KEY_ROWS,
    USER_KEY_FIRST,
    USER_KEY_LAST,
    USER_KEY_NAME,
    USER_KEY_KIND,
    USER_KEY_CLOCK, /* hours of the day */
    USER_KEYS
};

/* "flagged", "rank", "hours", "first", "last", "user", "kind", "clock". */
const char *user_key_name(enum user_key key);

/* Whether a key begins with its largest values unless reversed: counts do, and the last time.
 */
bool user_key_falls(enum user_key key);

/* Sorts by a key, then by most flagged, worst rank and name (bytes). Users without a rank or a
 * time are last in either direction. */
void user_sums_sort(struct user_sums *sums, const struct table *table, enum user_key key,
                    bool reversed);

#endif

/* lineage: what a dataset grows from, so that yesterday's verdicts stand today.
 *
 * A log that has grown is another dataset by its bytes; so is today's table that a reference
 * run scores. Once their lineage is recorded, the entries of all ancestors are in the history
 * of a dataset, their rows found by content (store_inherited() counts them). An undo of one is
 * recorded where the entry is.
 */
#ifndef ODDHOURS_REVIEW_LINEAGE_H
#define ODDHOURS_REVIEW_LINEAGE_H

#include "review/store/store.h"

enum lineage_kind { LINEAGE_REFERENCE, LINEAGE_LOG, LINEAGE_KINDS };

struct lineage {
    char *parent; /* hash of a dataset */
    enum lineage_kind kind;
    int64_t at_ms;
    size_t steps; /* 1: the parent itself, 2: one of its parents, ... */
};

/* Records that the attached dataset grows from the one of this hash; again changes nothing. The
 * history is read anew with the next call. STATUS_INPUT when that one grows from this one. */
bool store_lineage_add(struct store *store, const char *parent, enum lineage_kind kind,
                       struct status *status);

/* All ancestors of the attached dataset, the nearest first; freed with store_lineage_free(). */
bool store_lineage(struct store *store, struct lineage **list, size_t *n,
                   struct status *status);
void store_lineage_free(struct lineage *list, size_t n);

/* When this reviewer last looked at a reference (the hash of a dataset). False, and *at_ms is
 * INT64_MIN, when he never has or it cannot be read. */
bool store_look(struct store *store, const char *reviewer, const char *reference,
                int64_t *at_ms, struct status *status);
/* Now, by the store's own reviewer; never back. */
bool store_look_now(struct store *store, const char *reference, struct status *status);

#endif

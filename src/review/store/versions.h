/* versions: verdicts of other versions of a file, kept in the same store under other bytes.
 *
 * They are only looked at: content_match() finds their rows again in the table, on request, and
 * store_import() takes them over.
 */
#ifndef ODDHOURS_REVIEW_VERSIONS_H
#define ODDHOURS_REVIEW_VERSIONS_H

#include <stddef.h>

#include "base/status.h"
#include "review/store/content.h"
#include "review/history.h"
#include "review/store/store.h"

enum { VERSIONS_MAX = 16 };

struct version {
    struct review_dataset dataset;
    struct history *history; /* read-only */
    size_t standing;         /* verdicts and notes that stand */
    size_t taken;            /* of these, how many have been taken over already */
};

struct versions {
    size_t n;
    struct version list[VERSIONS_MAX]; /* the newest first */
    size_t others; /* tables in the store that are no versions of this one */
};

/* Datasets in the store that look like versions of the one it is attached to: a file of the
 * same name, whatever its folder, or one of as many rows and the same features. Freed with
 * versions_free(). */
bool versions_load(struct store *store, struct versions *versions, struct status *status);
void versions_free(struct versions *versions);

/* Verdicts and notes of versions of which nothing has been taken over yet. */
size_t versions_pending(const struct versions *versions);

/* Takes over what stands in `history` (of another version), by content. Where the same reviewer
 * has judged the row here already, that stays. `added`: taken over now; `lost`: without a row
 * of that content here. */
bool versions_match(struct store *store, const struct table *table,
                    const struct history *history, size_t *added, size_t *lost,
                    struct status *status);

#endif

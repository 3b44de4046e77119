/* reviews: the verdicts on a table that a command was given: a review store, or an exported
 * review, whose verdicts are found by content where it is of another version of the file. */
#ifndef ODDHOURS_CMD_REVIEWS_H
#define ODDHOURS_CMD_REVIEWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "review/history.h"
#include "review/session/review_session.h"
#include "review/store/store.h"
#include "table/table.h"

struct reviews {
    struct store *store;           /* or */
    struct history *imported;      /* of an exported review */
    const struct history *history; /* of either */
    size_t reviewer;               /* whose verdicts count; HISTORY_EVERYONE */
    struct verdict_set *verdicts;  /* which these are */
    size_t mismatches;             /* recorded rows that are not the rows of this table */
    char matched[400]; /* what was found again elsewhere, inherited or refused; else empty */
};

/* Opens the review at `path` (NULL: the default store; one that is not there yet is empty) for
 * `table`, which must outlive it. `reviewer`: NULL for everyone's verdicts, where they agree.
 * False, with nothing to clear, when it cannot be read or the reviewer has judged nothing. */
bool reviews_open(struct reviews *reviews, const char *path, const char *reviewer,
                  const struct table *table, struct status *status);
void reviews_clear(struct reviews *reviews);

/* What the rules of its store hide of the run at a time (INT64_MAX: now); freed with
 * rule_hides_free(). NULL with STATUS_USAGE for an exported review, which has no rules. */
struct run;
struct rule_hides *reviews_rules(const struct reviews *reviews, const struct run *run,
                                 int64_t at_ms, const struct progress *progress,
                                 struct status *status);

/* The terms verdict:, note: and rule: of a filter. The review is opened when a filter first
 * asks for one: no other filter depends on it. Must stay where it is, as the hooks point to it.
 */
struct reviews_terms {
    const char *path, *reviewer; /* as those of reviews_open() */
    const struct table *table;
    bool open; /* `reviews` is to be cleared */
    struct reviews reviews;
    struct review_verdicts frozen; /* borrowed from `reviews` */
    struct review_session session;
    const struct run *run; /* for rule:; NULL: it hides nothing */
    struct filter_hook hooks[REVIEW_HOOKS];
};

/* All is borrowed. A `table` of NULL will do for filters that are only checked. */
void reviews_terms_init(struct reviews_terms *terms, const char *path, const char *reviewer,
                        const struct table *table);

/* Applies the rules that hold to terms->run: terms->session.hides. */
bool reviews_terms_rules(struct reviews_terms *terms, struct status *status);
void reviews_terms_clear(struct reviews_terms *terms);

#endif

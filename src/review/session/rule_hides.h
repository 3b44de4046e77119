/* rule_hides: which user-hours of a table the rules that hold hide, and how many each. */
#ifndef ODDHOURS_REVIEW_RULE_HIDES_H
#define ODDHOURS_REVIEW_RULE_HIDES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "rank/filter/filter.h"
#include "review/store/rules.h"

/* A row whose own past is so many decades above the highest that its rule covered when it was
 * made is not hidden: what was known to be good does not look like that. */
#define RULE_DECADES_ABOVE 1.0

struct rule_hides {
    size_t n, n_holding;
    struct rule *rules; /* (n) all of the store's, those that do not hold included */
    struct rule_hidden {
        uint64_t rows;     /* that it hides, those that others hide included */
        uint64_t let_pass; /* that it covers, but for own past */
        char problem[160]; /* why it hides nothing here: its filter names what this table has
                              not */
    } * hidden;            /* (n) */
    size_t n_rows;
    uint64_t *bits; /* (n_rows / 64 + 1) rows that some rule hides */
    uint64_t rows;  /* of them */
    /* When a rule last began, ended or ran out: the rules that hold then are those that hold
     * here. 0 when none holds. */
    int64_t since_ms;
};

/* Reads the rules of the store and applies those that hold now. `context` is without hooks: a
 * rule does not ask for verdicts. `own` (n_rows; NaN: not scored) is own past by row, or NULL.
 * A rule that this table cannot be asked is told of, not failed on. NULL when the store cannot
 * be read or memory ran out. */
struct rule_hides *rule_hides_new(struct store *store, const struct filter_context *context,
                                  const float *own, struct parallel *parallel,
                                  const struct progress *progress, struct status *status);
/* The same for the rules that held at an earlier time. */
struct rule_hides *rule_hides_at(struct store *store, int64_t at_ms,
                                 const struct filter_context *context, const float *own,
                                 struct parallel *parallel, const struct progress *progress,
                                 struct status *status);
void rule_hides_free(struct rule_hides *hides);

/* The rows that a filter covers, with the highest own past among them (NaN: none is known).
 * False with STATUS_USAGE when it is no filter. `rows` is the caller's to clear. */
bool rule_covers(const char *filter, const struct filter_context *context, const float *own,
                 struct parallel *parallel, const struct progress *progress,
                 struct row_set *rows, double *highest, struct status *status);

/* "3 rules hide 412 user-hours"; "" when there is none. */
void rule_hides_say(const struct rule_hides *hides, char *text, size_t size);

#endif

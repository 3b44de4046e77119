/* rules: what is known to be good, kept in the store with its history.
 *
 * A rule is a filter with a reason and an author. It belongs to the store, not to a file. It is
 * never changed or deleted, only ended (by hand, or by a rule that replaces it) or run out.
 * What a rule hides is the caller's to say: the store keeps the counts.
 *
 * A call that adds or ends returns true only when that is on the disk; when it cannot be saved,
 * nothing is recorded.
 */
#ifndef ODDHOURS_REVIEW_RULES_H
#define ODDHOURS_REVIEW_RULES_H

#include "review/store/store.h"

struct rule {
    char uid[ENTRY_UID];
    char *filter, *reason, *author;
    char *scope; /* what it was made of, such as "account" or "host" */
    int64_t at_ms;
    int64_t expires_ms; /* INT64_MAX: never */
    double highest;     /* own past of the rows it covered when it was made; NaN: not known */
    char replaces[ENTRY_UID]; /* the rule that it stands for now; empty: none */
    bool ended;
    int64_t ended_ms;
    char *ended_by, *ended_why; /* NULL unless ended */
};

/* What it says when it is made; the author is the store's reviewer. */
struct rule_words {
    const char *filter, *reason, *scope;
    int64_t expires_ms; /* 0: never */
    double highest;
    const char *replaces; /* a rule that ends with this one's beginning; NULL: none */
};

/* Adds a rule and, in the same transaction, ends the one that it replaces. `uid` gets its name.
 * STATUS_USAGE without filter or reason, or when that rule is not there or has ended. */
bool store_rule_add(struct store *store, const struct rule_words *words, char uid[ENTRY_UID],
                    struct status *status);

/* STATUS_USAGE when there is no such rule; one that has ended stays as it is, and true. */
bool store_rule_end(struct store *store, const char *uid, const char *why,
                    struct status *status);

/* All rules, in the order they were made, ended ones included. Freed with store_rules_free().
 */
bool store_rules(struct store *store, struct rule **rules, size_t *n, struct status *status);
void store_rules_free(struct rule *rules, size_t n);

/* Takes in rules from elsewhere, with their ends, as they are: all or none. Those that are
 * there already, by uid, stay as they are, but for an end that comes; `*added` counts new ones,
 * `*ended` the ends of known ones. */
bool store_rules_take(struct store *store, const struct rule *rules, size_t n, size_t *added,
                      size_t *ended, struct status *status);

/* Whether a rule holds at this time. */
bool rule_holds(const struct rule *rule, int64_t now_ms);

/* Keeps how many rows a rule has hidden in a run (any name of it, such as the hash of its
 * dataset); the last count stands. */
bool store_rule_hid(struct store *store, const char *uid, const char *run, uint64_t hidden,
                    struct status *status);

struct rule_count {
    char *run;
    uint64_t hidden;
    int64_t at_ms;
};

/* What a rule hid, run by run, the latest first. Freed with store_rule_counts_free(). */
bool store_rule_counts(struct store *store, const char *uid, struct rule_count **counts,
                       size_t *n, struct status *status);
void store_rule_counts_free(struct rule_count *counts, size_t n);

#endif

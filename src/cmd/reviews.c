#include "cmd/reviews.h"

#include <stdio.h>
#include <string.h>

#include "review/exchange/exchange.h"
#include "review/store/content.h"
#include "run/run.h"

/* An exported review of another version of the file: its verdicts by content. */
static bool match(struct reviews *reviews, const struct exchange *exchange,
                  const struct table *table, struct status *status)
{
    struct history *other = exchange_history(exchange, status);
    struct matched matched = {0};
    bool good = other != NULL && content_match(table, other, &matched, status);
    reviews->imported = good ? history_new(status) : NULL;
    good = reviews->imported != NULL &&
           history_add(reviews->imported, matched.entries, matched.n, status);
    if (good) {
        snprintf(reviews->matched, sizeof reviews->matched,
                 "The review is of another version of the file: %zu verdicts and notes were "
                 "found again by content, %zu were not.",
                 matched.n, matched.unmatched);
        matched.n = 0; /* history has them now */
    }
    matched_free(&matched);
    history_free(other);
    return good;
}

/* One more sentence of what became of the entries. */
static void add_sentence(struct reviews *reviews, size_t n, const char *what)
{
    size_t length = strlen(reviews->matched);
    if (n > 0) {
        snprintf(reviews->matched + length, sizeof reviews->matched - length, "%s%zu %s",
                 length > 0 ? " " : "", n, what);
    }
}

static const char found_again[] =
    "judged user-hours were found again at other row numbers: more lines are read today.";

static bool open_exported(struct reviews *reviews, const char *path,
                          const struct review_dataset *dataset, const struct row_source *source,
                          struct status *status)
{
    struct exchange exchange;
    if (!exchange_read(path, &exchange, status)) {
        return false;
    }
    bool good;
    if (strcmp(exchange.dataset.hash, dataset->hash) == 0) {
        bool same = strcmp(exchange.dataset.features, dataset->features) == 0;
        struct settled settled;
        good = exchange_keep(&exchange, source, same, &settled, status);
        reviews->imported = good ? exchange_history(&exchange, status) : NULL;
        good = reviews->imported != NULL;
        reviews->mismatches = settled.lost;
        add_sentence(reviews, settled.moved, found_again);
    } else {
        good = match(reviews, &exchange, source->table, status);
    }
    reviews->history = reviews->imported;
    add_sentence(reviews, exchange.repeated,
                 "entries of the review are left out: another entry has their uid.");
    exchange_clear(&exchange);
    return good;
}

static bool open_store(struct reviews *reviews, const char *path,
                       const struct review_dataset *dataset, const struct row_source *source,
                       struct status *status)
{
    const struct store_options options = {.path = path, .read_only = true};
    reviews->store = store_new(&options, status);
    if (reviews->store == NULL || !store_attach(reviews->store, dataset, source, status)) {
        return false;
    }
    reviews->history = store_history(reviews->store);
    reviews->mismatches = store_mismatches(reviews->store);
    add_sentence(reviews, store_found_again(reviews->store), found_again);
    add_sentence(reviews, store_inherited(reviews->store),
                 "judged user-hours are those of tables that this one grows from.");
    return true;
}

static bool is_exported(const char *path)
{
    size_t length = path != NULL ? strlen(path) : 0;
    return (length >= 5 && strcmp(path + length - 5, ".json") == 0) ||
           (length >= 4 && strcmp(path + length - 4, ".csv") == 0);
}

/* The verdicts that count. */
static bool freeze(struct reviews *reviews, const char *reviewer, struct status *status)
{
    reviews->reviewer = HISTORY_EVERYONE;
    if (reviewer != NULL) {
        reviews->reviewer = history_reviewer_find(reviews->history, reviewer);
        if (reviews->reviewer == SIZE_MAX) {
            return status_set(status, STATUS_USAGE,
                              "--reviewer: %.100s has judged nothing of this table", reviewer);
        }
    }
    reviews->verdicts = verdict_set_new(reviews->history, reviews->reviewer, status);
    return reviews->verdicts != NULL;
}

bool reviews_open(struct reviews *reviews, const char *path, const char *reviewer,
                  const struct table *table, struct status *status)
{
    const struct row_source source = content_source(table);
    struct review_dataset dataset;
    memset(reviews, 0, sizeof *reviews);
    if (!content_dataset(table, &dataset, status)) {
        return false;
    }
    bool good = is_exported(path) ? open_exported(reviews, path, &dataset, &source, status)
                                  : open_store(reviews, path, &dataset, &source, status);
    content_dataset_free(&dataset);
    if (!good || !freeze(reviews, reviewer, status)) {
        reviews_clear(reviews);
        return false;
    }
    return true;
}

void reviews_clear(struct reviews *reviews)
{
    store_free(reviews->store, NULL);
    history_free(reviews->imported);
    verdict_set_free(reviews->verdicts);
    memset(reviews, 0, sizeof *reviews);
}

/* ---- terms of filters ---- */

static bool open_terms(struct reviews_terms *terms, struct status *status)
{
    if (!terms->open) {
        if (!reviews_open(&terms->reviews, terms->path, terms->reviewer, terms->table,
                          status)) {
            return false;
        }
        terms->open = true;
        terms->frozen.shared = terms->reviews.verdicts;
        terms->session.verdicts = &terms->frozen;
    }
    return true;
}

static bool mark(struct reviews_terms *terms, size_t hook, const char *value, uint64_t *rows,
                 struct status *status)
{
    if (!open_terms(terms, status)) {
        return false;
    }
    const struct filter_hook *own = &terms->session.hooks[hook];
    return own->mark(own->context, value, rows, status);
}

static bool mark_verdict(void *context, const char *value, uint64_t *rows,
                         struct status *status)
{
    return mark(context, 0, value, rows, status);
}

static bool mark_note(void *context, const char *value, uint64_t *rows, struct status *status)
{
    return mark(context, 1, value, rows, status);
}

struct rule_hides *reviews_rules(const struct reviews *reviews, const struct run *run,
                                 int64_t at_ms, const struct progress *progress,
                                 struct status *status)
{
    if (reviews->store == NULL) {
        status_set(status, STATUS_USAGE,
                   "rules are in a store of reviews, not in an exported review");
        return NULL;
    }
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    struct filter_context context = run_filter_context(run, NULL, run->n_results, rankings);
    const struct result *own = run_result_find(run, "own");
    return rule_hides_at(
        reviews->store, at_ms == INT64_MAX ? store_now_ms(reviews->store) : at_ms, &context,
        own != NULL && own->ready ? own->row_score : NULL, run->parallel, progress, status);
}

bool reviews_terms_rules(struct reviews_terms *terms, struct status *status)
{
    if (terms->session.hides != NULL || terms->run == NULL) {
        return true;
    }
    if (!open_terms(terms, status)) {
        return false;
    }
    terms->session.hides = reviews_rules(&terms->reviews, terms->run, INT64_MAX, NULL, status);
    return terms->session.hides != NULL;
}

static bool mark_new(void *context, const char *value, uint64_t *rows, struct status *status)
{
    struct reviews_terms *terms = context;
    if (!open_terms(terms, status)) {
        return false;
    }
    terms->session.store = terms->reviews.store;
    if (terms->run == NULL || terms->run->reference == NULL || terms->session.store == NULL) {
        return status_set(
            status, STATUS_USAGE,
            "new: is what came since a run was last looked at that is scored by a "
            "reference: --reference=RUN");
    }
    return review_session_look(&terms->session, terms->run->reference->hash, false, status) &&
           mark(terms, 3, value, rows, status);
}

static bool mark_rule(void *context, const char *value, uint64_t *rows, struct status *status)
{
    struct reviews_terms *terms = context;
    return reviews_terms_rules(terms, status) && mark(terms, 2, value, rows, status);
}

void reviews_terms_init(struct reviews_terms *terms, const char *path, const char *reviewer,
                        const struct table *table)
{
    memset(terms, 0, sizeof *terms);
    terms->path = path;
    terms->reviewer = reviewer;
    terms->table = table;
    terms->session.table = table;
    review_session_hooks(&terms->session);
    memcpy(terms->hooks, terms->session.hooks, sizeof terms->hooks);
    terms->hooks[0].mark = mark_verdict;
    terms->hooks[1].mark = mark_note;
    terms->hooks[2].mark = mark_rule;
    terms->hooks[3].mark = mark_new;
    for (size_t i = 0; i < REVIEW_HOOKS; i++) {
        terms->hooks[i].context = terms;
    }
}

void reviews_terms_clear(struct reviews_terms *terms)
{
    rule_hides_free(terms->session.hides);
    terms->session.hides = NULL;
    if (terms->open) {
        reviews_clear(&terms->reviews);
    }
}

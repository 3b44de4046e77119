#include "rank/filter/filter_plan.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/filter/filter_test.h"

enum { CHUNK = 1 << 16 /* ids a task */ };

struct domain_work {
    const struct filter_context *context;
    const struct filter_test *tests; /* (n_tests) of all domains */
    size_t n_tests, n_ids;
    enum filter_domain domain;
    uint64_t *bits;
    const struct progress *progress;
    atomic_bool stop;
};

static uint64_t domain_word(const struct domain_work *work, size_t first, size_t n)
{
    uint64_t word = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
    for (size_t i = 0; i < work->n_tests && word != 0; i++) {
        const struct filter_test *test = &work->tests[i];
        if (filter_domain_of(test->term, work->context) != work->domain ||
            test->term->field.kind == FILTER_HOOK) {
            continue;
        }
        word &= filter_test_bits(test, work->context, first, n);
    }
    return word;
}

static void domain_task(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct domain_work *work = context;
    size_t first = task * CHUNK;
    size_t last = work->n_ids - first < CHUNK ? work->n_ids : first + CHUNK;
    if (progress_cancelled(work->progress)) {
        atomic_store(&work->stop, true);
        return;
    }
    for (size_t id = first; id < last; id += 64) {
        work->bits[id / 64] = domain_word(work, id, last - id < 64 ? last - id : 64);
    }
}

/* ---- hooks ---- */

/* Rows that a hook's term lets pass are kept in `bits`, the others cleared. */
static bool apply_hook(const struct filter_term *term, const struct filter_context *context,
                       uint64_t *bits, struct status *status)
{
    const struct filter_hook *hook = &context->hooks[term->field.index];
    size_t words = (context->table->n_rows + 63) / 64;
    uint64_t *marked = mem_new(words, sizeof *marked, "a filter", status);
    uint64_t *any = mem_zero(words, sizeof *any, "a filter", status);
    bool ok = marked != NULL && any != NULL;
    for (size_t i = 0; i < term->n_items && ok; i++) {
        uint64_t flip = term->items[i].op == FILTER_NE ? UINT64_MAX : 0;
        memset(marked, 0, words * sizeof *marked);
        ok = hook->mark(hook->context, term->items[i].text, marked, status);
        for (size_t word = 0; word < words; word++) {
            any[word] |= marked[word] ^ flip;
        }
    }
    for (size_t word = 0; word < words && ok; word++) {
        bits[word] &= term->negated ? ~any[word] : any[word];
    }
    free(marked);
    free(any);
    return ok;
}

/* ---- the plan ---- */

static size_t count_ids(const struct table *table, enum filter_domain domain)
{
    switch (domain) {
    case DOMAIN_PROFILES: return table->profiles.n;
    case DOMAIN_USERS: return table->users != NULL ? dict_count(table->users) : 0;
    case DOMAIN_TIMES: return table->times != NULL ? dict_count(table->times) : 0;
    default: return table->n_rows;
    }
}

static bool make_domain(struct filter_plan *plan, struct domain_work *work,
                        struct parallel *parallel, struct status *status)
{
    size_t tests = 0;
    for (size_t i = 0; i < work->n_tests; i++) {
        tests += filter_domain_of(work->tests[i].term, work->context) == work->domain;
    }
    if (tests == 0) {
        return true;
    }
    work->n_ids = count_ids(work->context->table, work->domain);
    work->bits = mem_new((work->n_ids + 63) / 64, sizeof *work->bits, "a filter", status);
    plan->bits[work->domain] = work->bits;
    if (work->bits == NULL) {
        return false;
    }
    parallel_run(parallel, (work->n_ids + CHUNK - 1) / CHUNK, domain_task, work);
    if (atomic_load(&work->stop)) {
        return status_cancelled(status);
    }
    for (size_t i = 0; i < work->n_tests; i++) {
        const struct filter_term *term = work->tests[i].term;
        if (work->domain == DOMAIN_ROWS && term->field.kind == FILTER_HOOK &&
            !apply_hook(term, work->context, work->bits, status)) {
            return false;
        }
    }
    return true;
}

/* Keeps the tests of ranks, which some rows must be put to one by one. */
static bool keep_ranks(struct filter_plan *plan, struct filter_test *tests, size_t n,
                       const struct filter_context *context, struct status *status)
{
    plan->ranks = mem_zero(n, sizeof *plan->ranks, "a filter", status);
    for (size_t i = 0; i < n && plan->ranks != NULL; i++) {
        if (tests[i].term->field.kind == FILTER_RANK &&
            filter_domain_of(tests[i].term, context) == DOMAIN_PROFILES) {
            plan->ranks[plan->n_ranks++] = tests[i].ranks;
            tests[i].ranks.intervals = NULL;
        }
    }
    return plan->ranks != NULL;
}

static bool make_plan(struct filter_plan *plan, struct filter_test *tests,
                      const struct filter *filter, const struct filter_context *context,
                      struct parallel *parallel, const struct progress *progress,
                      struct status *status)
{
    struct domain_work work = {
        .context = context, .tests = tests, .n_tests = filter->n_terms, .progress = progress};
    for (size_t i = 0; i < filter->n_terms; i++) {
        if (!filter_test_make(&tests[i], &filter->terms[i], context, status)) {
            return false;
        }
    }
    for (int domain = 0; domain < DOMAINS; domain++) {
        work.domain = (enum filter_domain)domain;
        if (!make_domain(plan, &work, parallel, status)) {
            return false;
        }
    }
    return keep_ranks(plan, tests, filter->n_terms, context, status);
}

bool filter_plan_make(struct filter_plan *plan, const struct filter *filter,
                      const struct filter_context *context, struct parallel *parallel,
                      const struct progress *progress, struct status *status)
{
    const struct table *table = context->table;
    *plan = (struct filter_plan){.n_rows = table->n_rows,
                                 .ids = {table->row_profile, table->row_user, table->row_time}};
    struct filter_test *tests = mem_zero(filter->n_terms, sizeof *tests, "a filter", status);
    if (tests == NULL) {
        return false;
    }
    bool ok = make_plan(plan, tests, filter, context, parallel, progress, status);
    for (size_t i = 0; i < filter->n_terms; i++) {
        filter_test_clear(&tests[i]);
    }
    free(tests);
    if (!ok) {
        filter_plan_clear(plan);
    }
    return ok;
}

void filter_plan_clear(struct filter_plan *plan)
{
    for (int domain = 0; domain < DOMAINS; domain++) {
        free(plan->bits[domain]);
    }
    for (size_t i = 0; i < plan->n_ranks; i++) {
        free(plan->ranks[i].intervals);
    }
    free(plan->ranks);
    memset(plan, 0, sizeof *plan);
}

bool filter_plan_ranks(const struct filter_plan *plan, size_t profile, uint32_t row)
{
    for (size_t i = 0; i < plan->n_ranks; i++) {
        const struct rank_test *test = &plan->ranks[i];
        bool in = false;
        for (size_t j = 0; j < test->n && !in; j++) {
            in = head_holds(&test->intervals[j].upto, profile, row) &&
                 !head_holds(&test->intervals[j].before, profile, row);
        }
        if (in == test->negated) {
            return false;
        }
    }
    return true;
}

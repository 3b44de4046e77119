/* A filter over all rows.
 *
 * Rows are looked at 64 at a time, a column after the other, each only where the ones before
 * left something; what passes is a bit. A filter that few profiles pass looks at the rows of
 * those only. */
#include "rank/filter/filter.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "rank/filter/filter_plan.h"
#include "rank/order.h"
#include "table/glob.h"

enum {
    CHUNK = 1 << 17, /* rows a task */
    FEW = 12,        /* rows left of 64 that are looked at one by one */
    SELECTIVE = 16   /* a filter is selective when one row in so many has a passing profile */
};

/* ---- all rows ---- */

struct walk {
    const struct filter_plan *plan;
    uint64_t *passed; /* (n_rows / 64) */
    size_t *counts;   /* rows that passed, by task */
    const struct progress *progress;
    atomic_uint_fast64_t done;
    atomic_bool stop;
    size_t *starts; /* when the bits are read out: where each task's rows begin */
    uint32_t *rows; /* (most) */
    size_t most;
};

static uint64_t bits_of_ids(const uint64_t *bits, const uint32_t *ids, size_t n)
{
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) {
        word |= (bits[ids[i] / 64] >> (ids[i] % 64) & 1) << i;
    }
    return word;
}

static uint64_t few_bits_of_ids(const uint64_t *bits, const uint32_t *ids, uint64_t word)
{
    uint64_t kept = 0;
    for (; word != 0; word &= word - 1) {
        unsigned i = (unsigned)__builtin_ctzll(word);
        kept |= (uint64_t)filter_bit(bits, ids[i]) << i;
    }
    return kept;
}

static uint64_t ranked_bits(const struct filter_plan *plan, size_t first, uint64_t word)
{
    uint64_t kept = 0;
    for (; word != 0; word &= word - 1) {
        size_t row = first + (size_t)__builtin_ctzll(word);
        size_t profile = plan->ids[DOMAIN_PROFILES][row];
        kept |= (uint64_t)filter_plan_ranks(plan, profile, (uint32_t)row) << (row % 64);
    }
    return kept;
}

/* Rows first .. first + n - 1, where first is a multiple of 64 and n at most 64. */
static uint64_t walk_word(const struct filter_plan *plan, size_t first, size_t n)
{
    /* the shortest column of ids first: its bits stay in the nearest cache */
    static const enum filter_domain domains[] = {DOMAIN_TIMES, DOMAIN_USERS, DOMAIN_PROFILES};
    uint64_t word = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
    if (plan->bits[DOMAIN_ROWS] != NULL) {
        word &= plan->bits[DOMAIN_ROWS][first / 64];
    }
    for (size_t i = 0; i < 3 && word != 0; i++) {
        const uint64_t *bits = plan->bits[domains[i]];
        const uint32_t *ids = plan->ids[domains[i]];
        if (bits == NULL) {
            continue;
        }
        word = __builtin_popcountll(word) <= FEW ? few_bits_of_ids(bits, ids + first, word)
                                                 : word & bits_of_ids(bits, ids + first, n);
    }
    return plan->n_ranks > 0 ? ranked_bits(plan, first, word) : word;
}

static void walk_task(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct walk *walk = context;
    size_t n_rows = walk->plan->n_rows, from = task * CHUNK;
    size_t to = n_rows - from < CHUNK ? n_rows : from + CHUNK, count = 0;
    if (atomic_load_explicit(&walk->stop, memory_order_relaxed)) {
        return;
    }
    for (size_t first = from; first < to; first += 64) {
        uint64_t word = walk_word(walk->plan, first, to - first < 64 ? to - first : 64);
        count += (size_t)__builtin_popcountll(word);
        if (walk->passed != NULL) {
            walk->passed[first / 64] = word;
        }
    }
    walk->counts[task] = count;
    uint64_t done = atomic_fetch_add(&walk->done, to - from) + (to - from);
    if (!progress_tick(walk->progress, done, n_rows)) {
        atomic_store(&walk->stop, true);
    }
}

static void read_out(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct walk *walk = context;
    size_t n_words = (walk->plan->n_rows + 63) / 64, to = (task + 1) * (CHUNK / 64);
    size_t at = walk->starts[task];
    for (size_t w = task * (CHUNK / 64); w < to && w < n_words && at < walk->most; w++) {
        uint64_t word = walk->passed[w];
        for (; word != 0 && at < walk->most; word &= word - 1) {
            walk->rows[at++] = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(word));
        }
    }
}

/* Walks all rows; `rows` NULL only counts. */
static bool walk_rows(const struct filter_plan *plan, struct parallel *parallel,
                      const struct progress *progress, size_t most, uint32_t **rows,
                      size_t *total, struct status *status)
{
    size_t n_tasks = (plan->n_rows + CHUNK - 1) / CHUNK, words = (plan->n_rows + 63) / 64;
    struct walk walk = {.plan = plan, .progress = progress};
    walk.counts = mem_zero(n_tasks + 1, 2 * sizeof *walk.counts, "a filter", status);
    walk.passed = rows != NULL ? mem_new(words, sizeof *walk.passed, "a filter", status) : NULL;
    bool ok = walk.counts != NULL && (rows == NULL || walk.passed != NULL);
    if (ok) {
        walk.starts = walk.counts + n_tasks + 1;
        parallel_run(parallel, n_tasks, walk_task, &walk);
        ok = !atomic_load(&walk.stop) || status_cancelled(status);
    }
    if (ok) {
        for (size_t task = 0; task < n_tasks; task++) {
            walk.starts[task + 1] = walk.starts[task] + walk.counts[task];
        }
        *total = walk.starts[n_tasks];
    }
    if (ok && rows != NULL) {
        walk.most = most < *total ? most : *total;
        walk.rows = *rows = mem_new(walk.most, sizeof **rows, "the rows of a filter", status);
        ok = *rows != NULL;
        if (ok) {
            parallel_run(parallel, n_tasks, read_out, &walk);
        }
    }
    free(walk.counts);
    free(walk.passed);
    return ok;
}

/* ---- the rows of few profiles ---- */

/* Rows of all profiles that pass. */
static size_t candidate_rows(const struct filter_plan *plan, const struct profiles *profiles)
{
    const uint64_t *bits = plan->bits[DOMAIN_PROFILES];
    size_t rows = 0, words = (profiles->n + 63) / 64;
    for (size_t w = 0; w < words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            rows += profiles->copies[w * 64 + (size_t)__builtin_ctzll(word)];
        }
    }
    return rows;
}

static bool passes(const struct filter_plan *plan, size_t profile, uint32_t row)
{
    for (int domain = DOMAIN_USERS; domain < DOMAINS; domain++) {
        const uint64_t *bits = plan->bits[domain];
        if (bits != NULL &&
            !filter_bit(bits, domain == DOMAIN_ROWS ? row : plan->ids[domain][row])) {
            return false;
        }
    }
    return filter_plan_ranks(plan, profile, row);
}

static bool list_candidates(const struct filter_plan *plan,
                            const struct filter_context *context, size_t room, uint32_t **rows,
                            size_t *total, struct status *status)
{
    const struct row_index *index = context->by_profile;
    size_t words = (context->table->profiles.n + 63) / 64, n = 0;
    uint32_t *list = mem_new(room, sizeof *list, "the rows of a filter", status);
    uint32_t *spare = mem_new(room, sizeof *spare, "the rows of a filter", status);
    if (list == NULL || spare == NULL) {
        free(list);
        free(spare);
        return false;
    }
    for (size_t w = 0; w < words; w++) {
        for (uint64_t word = plan->bits[DOMAIN_PROFILES][w]; word != 0; word &= word - 1) {
            size_t profile = w * 64 + (size_t)__builtin_ctzll(word);
            for (size_t i = index->start[profile]; i < index->start[profile + 1]; i++) {
                list[n] = index->rows[i];
                n += passes(plan, profile, index->rows[i]);
            }
        }
    }
    if (rows != NULL) {
        order_u32(list, spare, n);
        *rows = list;
    } else {
        free(list);
    }
    free(spare);
    *total = n;
    return true;
}

/* ---- both ---- */

static bool only_profiles(const struct filter_plan *plan)
{
    return plan->bits[DOMAIN_USERS] == NULL && plan->bits[DOMAIN_TIMES] == NULL &&
           plan->bits[DOMAIN_ROWS] == NULL && plan->n_ranks == 0;
}

/* Runs the plan the cheapest way; `rows` NULL only counts. */
static bool run_plan(const struct filter_plan *plan, const struct filter_context *context,
                     struct parallel *parallel, const struct progress *progress, size_t most,
                     uint32_t **rows, size_t *total, struct status *status)
{
    if (plan->bits[DOMAIN_PROFILES] != NULL) {
        size_t candidates = candidate_rows(plan, &context->table->profiles);
        if (rows == NULL && only_profiles(plan)) {
            *total = candidates;
            return true;
        }
        if (context->by_profile != NULL && candidates < plan->n_rows / SELECTIVE) {
            return list_candidates(plan, context, candidates, rows, total, status);
        }
    }
    if (rows == NULL && plan->bits[DOMAIN_PROFILES] == NULL && only_profiles(plan)) {
        *total = plan->n_rows;
        return true;
    }
    return walk_rows(plan, parallel, progress, most, rows, total, status);
}

bool filter_count(const struct filter *filter, const struct filter_context *context,
                  struct parallel *parallel, const struct progress *progress, size_t *count,
                  struct status *status)
{
    struct filter_plan plan;
    if (!filter_plan_make(&plan, filter, context, parallel, progress, status)) {
        return false;
    }
    bool ok = run_plan(&plan, context, parallel, progress, 0, NULL, count, status);
    filter_plan_clear(&plan);
    return ok;
}

/* All rows without a list, where their order needs none. */
static bool lazy_rows(const struct filter *filter, const struct filter_context *context,
                      const struct row_order *order, size_t most, struct row_set *rows)
{
    size_t n_rows = context->table->n_rows;
    if (filter->n_terms > 0) {
        return false;
    }
    if (order->key == ROW_KEY_ROW && !order->falling) {
        *rows = row_set_file(most < n_rows ? most : n_rows);
        return true;
    }
    if (order->key == ROW_KEY_SCORE && context->by_profile != NULL &&
        order->ranking->scored_rows == n_rows) {
        *rows = order->falling ? row_set_ranked(order->ranking, context->by_profile, 1, most)
                               : row_set_rising(order->ranking, context->by_profile);
        rows->n = most < rows->n ? most : rows->n;
        return true;
    }
    return false;
}

static bool sorted_rows(uint32_t **rows, size_t n, size_t most, const struct row_order *order,
                        const struct filter_context *context, const struct progress *progress,
                        struct status *status)
{
    size_t kept = most < n ? most : n;
    uint32_t *sorted = mem_new(kept, sizeof *sorted, "sorted rows", status);
    if (sorted == NULL ||
        !rows_sort(*rows, n, order, context->table, kept, sorted, progress, status)) {
        free(sorted);
        return false;
    }
    free(*rows);
    *rows = sorted;
    return true;
}

static bool listed_rows(const struct filter *filter, const struct filter_context *context,
                        struct parallel *parallel, const struct progress *progress, size_t most,
                        const struct row_order *order, uint32_t **rows, size_t *total,
                        struct status *status)
{
    *total = context->table->n_rows; /* rows NULL: all */
    if (filter->n_terms > 0) {
        struct filter_plan plan;
        if (!filter_plan_make(&plan, filter, context, parallel, progress, status)) {
            return false;
        }
        size_t needed = order->key != ROW_KEY_ROW || order->falling ? SIZE_MAX : most;
        bool ok = run_plan(&plan, context, parallel, progress, needed, rows, total, status);
        filter_plan_clear(&plan);
        if (!ok) {
            return false;
        }
    }
    return (order->key == ROW_KEY_ROW && !order->falling && *rows != NULL) ||
           sorted_rows(rows, *total, most, order, context, progress, status);
}

bool filter_rows_in(const struct filter *filter, const struct filter_context *context,
                    const struct row_order *order, struct parallel *parallel,
                    const struct progress *progress, size_t most, struct row_set *rows,
                    size_t *total, struct status *status)
{
    uint32_t *list = NULL;
    size_t matching;
    if (lazy_rows(filter, context, order, most, rows)) {
        matching = context->table->n_rows;
    } else if (listed_rows(filter, context, parallel, progress, most, order, &list, &matching,
                           status)) {
        *rows = row_set_list(list, most < matching ? most : matching);
    } else {
        free(list);
        return false;
    }
    if (total != NULL) {
        *total = matching;
    }
    return true;
}

bool filter_rows(const struct filter *filter, const struct filter_context *context,
                 const struct row_order *otherwise, struct parallel *parallel,
                 const struct progress *progress, size_t most, struct row_set *rows,
                 size_t *total, struct status *status)
{
    struct row_order order = {.key = ROW_KEY_ROW};
    if (!filter_order(filter, context, &order) && otherwise != NULL) {
        order = *otherwise;
    }
    return filter_rows_in(filter, context, &order, parallel, progress, most, rows, total,
                          status);
}

/* ---- nobody ---- */

/* Whether a term asks for users by whole names, none of which is there. */
static bool names_nobody(const struct filter_term *term, const struct dict *users)
{
    if (term->field.kind != FILTER_USER || term->negated) {
        return false;
    }
    for (size_t i = 0; i < term->n_items; i++) {
        const struct glob glob = glob_make(term->items[i].text, false);
        if (!glob.plain || term->items[i].op != FILTER_EQ) {
            return false;
        }
        for (uint32_t user = 0; user < dict_count(users); user++) {
            if (glob_match(&glob, dict_get(users, user))) {
                return false;
            }
        }
    }
    return true;
}

bool filter_hint(const struct filter *filter, const struct filter_context *context,
                 struct parallel *parallel, const struct progress *progress,
                 char text[FILTER_HINT])
{
    char name[100];
    text[0] = '\0';
    for (size_t i = 0; i < filter->n_terms; i++) {
        const struct filter_term *term = &filter->terms[i];
        if (!names_nobody(term, context->table->users) ||
            strlen(term->items[0].text) + 2 > sizeof name) {
            continue;
        }
        snprintf(name, sizeof name, "%s*", term->items[0].text);
        struct filter_item item = {.op = FILTER_EQ, .text = name};
        struct filter_term wider = {.field = term->field, .n_items = 1, .items = &item};
        const struct filter longer = {.n_terms = 1, .terms = &wider};
        char *written = filter_format(&longer, context, NULL);
        size_t n = 0;
        if (written != NULL && filter_count(&longer, context, parallel, progress, &n, NULL)) {
            int length =
                snprintf(text, FILTER_HINT, "no user is named %s", term->items[0].text);
            if (n > 0) {
                snprintf(text + length, FILTER_HINT - (size_t)length, "; %s has %s", written,
                         format_count(n, "row").text);
            }
        }
        free(written);
        return text[0] != '\0';
    }
    return false;
}

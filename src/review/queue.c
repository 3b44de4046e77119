#include "review/queue_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

void queue_default_strata(struct queue_spec *spec, uint32_t drawn)
{
    uint64_t last = 50;
    spec->n_strata = 0;
    for (size_t i = 0; i < QUEUE_STRATA_MAX;
         i++) { /* 50, 200, 1000, 5000, 20000, 100000, ... */
        bool end = last >= spec->k || i + 1 == QUEUE_STRATA_MAX;
        spec->strata[i] = (struct queue_stratum){end ? spec->k : (uint32_t)last, drawn};
        spec->n_strata = i + 1;
        if (end) {
            break;
        }
        last *= i % 3 == 0 ? 4 : 5;
    }
}

static int by_row(const void *a, const void *b)
{
    const struct queue_slot *one = a, *two = b;
    if (one->row != two->row) {
        return one->row < two->row ? -1 : 1;
    }
    if (one->rank != two->rank) {
        return one->rank < two->rank ? -1 : 1;
    }
    return (one->ranking > two->ranking) - (one->ranking < two->ranking);
}

static int by_rank(const void *a, const void *b)
{
    const struct queue_slot *one = a, *two = b;
    if (one->rank != two->rank) {
        return one->rank < two->rank ? -1 : 1;
    }
    return by_row(a, b);
}

/* The first K rows of a ranking that are not hidden; false when memory ran out. */
static bool head_of(const struct queue_spec *spec, const struct ranking *ranking,
                    const struct row_index *index, uint32_t *rows, uint32_t list,
                    struct queue_slot *slots, size_t *used, struct status *status)
{
    size_t k = spec->k, scored = ranking->scored_rows, most = *used + k;
    for (size_t from = 0; from < scored && *used < most;) {
        size_t want = k < scored - from ? k : scored - from;
        if (ranking_rows(ranking, index, from + 1, want, rows, status) != want) {
            return false;
        }
        for (size_t i = 0; i < want && *used < most; i++) {
            if (!queue_hides(spec, rows[i])) {
                slots[(*used)++] = (struct queue_slot){rows[i], (uint32_t)(from + i) + 1, list};
            }
        }
        from += want;
    }
    return true;
}

/* The first K rows of every ranking, each row once with its best rank, by row. */
static struct queue_slot *union_of(const struct queue_spec *spec,
                                   const struct ranking *const *rankings, size_t n,
                                   const struct row_index *index, struct queue *queue,
                                   size_t *distinct, struct status *status)
{
    size_t k = spec->k, used = 0;
    struct queue_slot *slots = mem_new(n * k, sizeof *slots, "a queue", status);
    uint32_t *rows = mem_new(k, sizeof *rows, "a queue", status);
    bool good = slots != NULL && rows != NULL;
    for (size_t i = 0; good && i < n; i++) {
        good = head_of(spec, rankings[i], index, rows, (uint32_t)i, slots, &used, status);
    }
    free(rows);
    if (!good) {
        free(slots);
        return NULL;
    }
    qsort(slots, used, sizeof *slots, by_row);
    queue->slots = used;
    *distinct = 0;
    for (size_t i = 0; i < used; i++) {
        if (i == 0 || slots[i].row != slots[i - 1].row) {
            slots[(*distinct)++] = slots[i];
        }
    }
    return slots;
}

static void append(struct queue *queue, const struct queue_slot *slot, uint32_t stratum,
                   enum entry_role role)
{
    queue->items[queue->n++] = (struct queue_item){.row = slot->row,
                                                   .rank = slot->rank,
                                                   .ranking = slot->ranking,
                                                   .stratum = stratum,
                                                   .role = role};
}

static int by_value(const void *a, const void *b)
{
    uint32_t one, two;
    memcpy(&one, a, sizeof one);
    memcpy(&two, b, sizeof two);
    return (one > two) - (one < two);
}

/* `drawn` of the numbers 0 .. n - 1, ascending. */
static uint32_t *sample(struct rng *rng, size_t n, size_t drawn, struct status *status)
{
    uint32_t *numbers = mem_new(drawn, sizeof *numbers, "a sample", status);
    if (numbers == NULL || !rng_sample(rng, n, drawn, numbers, status)) {
        free(numbers);
        return NULL;
    }
    qsort(numbers, drawn, sizeof *numbers, by_value);
    return numbers;
}

/* A simple random sample of each stratum; `slots` by rank. */
static bool draw_strata(struct queue *queue, const struct queue_slot *slots, size_t n,
                        struct rng *rng, struct status *status)
{
    size_t first = 0;
    for (size_t i = 0; i < queue->spec.n_strata; i++) {
        size_t last = queue->spec.strata[i].last < n ? queue->spec.strata[i].last : n;
        size_t rows = last > first ? last - first : 0;
        size_t drawn = queue->spec.strata[i].drawn < rows ? queue->spec.strata[i].drawn : rows;
        uint32_t *numbers = sample(rng, rows, drawn, status);
        if (numbers == NULL) {
            return false;
        }
        for (size_t j = 0; j < drawn; j++) {
            append(queue, &slots[first + numbers[j]], (uint32_t)i, ROLE_LIST);
        }
        free(numbers);
        first = last > first ? last : first;
    }
    return true;
}

/* Rows outside all lists, drawn evenly: number j of those is found by how many listed rows (by
 * row) stand before it. */
static bool draw_controls(struct queue *queue, const struct queue_pool *pool, size_t n_rows,
                          struct rng *rng, struct status *status)
{
    size_t n = pool->n_listed, bulk = n_rows - n;
    size_t drawn = queue->spec.controls < bulk ? queue->spec.controls : bulk;
    uint32_t *numbers = sample(rng, bulk, drawn, status);
    if (numbers == NULL) {
        return false;
    }
    size_t before = 0;
    for (size_t i = 0; i < drawn; i++) {
        while (before < n && pool->listed[before] <= numbers[i] + before) {
            before++;
        }
        const struct queue_slot slot = {.row = (uint32_t)(numbers[i] + before)};
        append(queue, &slot, 0, ROLE_CONTROL);
    }
    free(numbers);
    queue->controls = drawn;
    return true;
}

static void shuffle(struct queue_item *items, size_t n, struct rng *rng)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_bounded(rng, (uint32_t)i - 1);
        struct queue_item item = items[i - 1];
        items[i - 1] = items[j];
        items[j] = item;
    }
}

/* Within a stratum the order is random, so that what has been judged at any time is a random
 * sample of it: by rank it would be the stratum's most anomalous rows, and the estimate would
 * begin too high. */
static void shuffle_strata(struct queue *queue, struct rng *rng)
{
    size_t n = queue->distinct; /* the controls come after these */
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && queue->items[to].stratum == queue->items[from].stratum;) {
            to++;
        }
        shuffle(queue->items + from, to - from, rng);
    }
}

/* Rows of the earlier half come again in the later half, each at its own position. */
static bool add_repeats(struct queue *queue, struct rng *rng, struct status *status)
{
    size_t half = queue->n / 2, later = queue->n - half;
    size_t repeats = queue->spec.repeats < half ? queue->spec.repeats : half;
    uint32_t *chosen = sample(rng, half, repeats, status);
    struct queue_item *again = mem_new(repeats, sizeof *again, "repeats", status);
    uint32_t *positions = mem_new(repeats, sizeof *positions, "repeats", status);
    bool good = chosen != NULL && again != NULL && positions != NULL;
    for (size_t i = 0; good && i < repeats; i++) {
        again[i] = queue->items[chosen[i]];
        again[i].role = ROLE_REPEAT;
        positions[i] = (uint32_t)half + rng_bounded(rng, (uint32_t)later);
    }
    if (good) {
        qsort(positions, repeats, sizeof *positions, by_value);
        for (size_t i = repeats; i-- > 0;) { /* from the end: each item moves once */
            size_t tail = (i + 1 < repeats ? positions[i + 1] : queue->n) - positions[i];
            memmove(queue->items + positions[i] + i + 1, queue->items + positions[i],
                    tail * sizeof *queue->items);
            queue->items[positions[i] + i] = again[i];
        }
        queue->n += repeats;
        queue->repeats = repeats;
    }
    free(chosen);
    free(again);
    free(positions);
    return good;
}

/* Hidden rows are none of the bulk that controls are drawn from, either. */
static bool list_hidden(struct queue_pool *pool, const struct queue_spec *spec, size_t n_rows,
                        struct status *status)
{
    size_t n = pool->n_listed, at = 0, hidden = 0;
    for (size_t row = 0; row < n_rows && spec->controls > 0; row++) {
        hidden += queue_hides(spec, (uint32_t)row);
    }
    if (hidden == 0) {
        return true;
    }
    uint32_t *all = mem_new(n + hidden, sizeof *all, "a queue", status);
    if (all == NULL) {
        return false;
    }
    size_t from = 0;
    for (size_t row = 0; row < n_rows; row++) {
        bool listed = from < n && pool->listed[from] == row;
        from += listed;
        if (listed || queue_hides(spec, (uint32_t)row)) {
            all[at++] = (uint32_t)row;
        }
    }
    free(pool->listed);
    pool->listed = all;
    pool->n_listed = at;
    return true;
}

static void pool_clear(struct queue_pool *pool)
{
    free(pool->slots);
    free(pool->listed);
}

/* The pool in the order of the queue, with controls and repeats. */
static bool arrange(struct queue *queue, const struct queue_pool *pool, size_t n_rows,
                    struct rng *rng, struct status *status)
{
    const struct queue_spec *spec = &queue->spec;
    struct queue_slot *ranked = mem_new(pool->n, sizeof *ranked, "a queue", status);
    size_t bulk = n_rows - pool->n_listed; /* there are no more controls than that */
    size_t most = pool->n + (spec->controls < bulk ? spec->controls : bulk);
    /* And as many repeats as a half. */
    queue->items = mem_new(most + most / 2, sizeof *queue->items, "a queue", status);
    bool good = ranked != NULL && queue->items != NULL;
    if (good) {
        memcpy(ranked, pool->slots, pool->n * sizeof *ranked);
        qsort(ranked, pool->n, sizeof *ranked, by_rank);
        if (spec->kind == QUEUE_STRATA) {
            good = draw_strata(queue, ranked, pool->n, rng, status);
        }
        for (size_t i = 0; spec->kind != QUEUE_STRATA && i < pool->n; i++) {
            append(queue, &ranked[i], 0, ROLE_LIST);
        }
        queue->distinct = queue->n;
        good = good && draw_controls(queue, pool, n_rows, rng, status);
    }
    free(ranked);
    return good;
}

static bool shuffle_and_repeat(struct queue *queue, struct rng *rng, struct status *status)
{
    if (queue->spec.blind) {
        shuffle(queue->items, queue->n, rng);
    } else if (queue->spec.kind == QUEUE_STRATA) {
        shuffle_strata(queue, rng);
    }
    return add_repeats(queue, rng, status);
}

static struct queue *begin(const struct queue_spec *spec, size_t n, struct status *status)
{
    if (n == 0 || (n > 1 && spec->kind != QUEUE_POOLED) || spec->n_strata > QUEUE_STRATA_MAX) {
        status_set(status, STATUS_USAGE,
                   "a queue needs one detector, a pooled one at least one");
        return NULL;
    }
    struct queue *queue = mem_zero(1, sizeof *queue, "a queue", status);
    if (queue != NULL) {
        queue->spec = *spec;
    }
    return queue;
}

struct queue *queue_new(const struct queue_spec *spec, const struct ranking *const *rankings,
                        size_t n, const struct row_index *index, size_t n_rows,
                        struct status *status)
{
    struct queue *queue = begin(spec, n, status);
    if (queue == NULL) {
        return NULL;
    }
    struct rng rng;
    rng_seed(&rng, spec->seed);
    struct queue_pool pool = {0};
    pool.slots = union_of(spec, rankings, n, index, queue, &pool.n, status);
    pool.listed =
        pool.slots != NULL ? mem_new(pool.n, sizeof *pool.listed, "a queue", status) : NULL;
    for (size_t i = 0; pool.listed != NULL && i < pool.n; i++) {
        pool.listed[pool.n_listed++] = pool.slots[i].row;
    }
    bool good = pool.listed != NULL && list_hidden(&pool, spec, n_rows, status) &&
                arrange(queue, &pool, n_rows, &rng, status) &&
                shuffle_and_repeat(queue, &rng, status);
    pool_clear(&pool);
    if (!good) {
        queue_free(queue);
        return NULL;
    }
    queue->spec.hidden = NULL; /* it was borrowed */
    return queue;
}

/* The rows of each position that is an episode: the slots are by row. */
static void give_rows(struct queue *queue, const struct queue_pool *pool,
                      const struct queue_group *groups)
{
    for (size_t i = 0; i < queue->n; i++) {
        struct queue_item *item = &queue->items[i];
        size_t low = 0, high = item->role == ROLE_LIST ? pool->n : 0;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (pool->slots[middle].row < item->row) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (item->role == ROLE_LIST && low < pool->n && pool->slots[low].row == item->row) {
            item->from = groups[low].from;
            item->n_rows = groups[low].n;
        }
    }
}

struct queue *queue_new_episodes(const struct queue_spec *spec, const struct episode_cut *cuts,
                                 size_t n, struct status *status)
{
    struct queue *queue = begin(spec, n, status);
    if (queue == NULL) {
        return NULL;
    }
    struct rng rng;
    rng_seed(&rng, spec->seed);
    struct queue_pool pool = {0};
    struct queue_group *groups = NULL;
    bool good = queue_pool_episodes(spec, cuts, n, queue, &pool, &groups, status) &&
                list_hidden(&pool, spec, cuts->table->n_rows, status) &&
                arrange(queue, &pool, cuts->table->n_rows, &rng, status);
    if (good) {
        give_rows(queue, &pool, groups); /* before repeats are made of the items */
        good = shuffle_and_repeat(queue, &rng, status);
    }
    pool_clear(&pool);
    free(groups);
    if (!good) {
        queue_free(queue);
        return NULL;
    }
    queue->spec.hidden = NULL; /* it was borrowed */
    return queue;
}

void queue_free(struct queue *queue)
{
    if (queue != NULL) {
        free(queue->items);
        free(queue->rows);
        free(queue);
    }
}

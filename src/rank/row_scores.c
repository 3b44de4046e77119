#include "rank/row_scores.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/order.h"
#include "rank/quantile.h"

/* DESIGN. A float's bits sort as a number (order_falling_float()). Scores are counted by its
 * upper 16 bits, which tells in which bucket each wanted position lies; then those of these
 * buckets by the lower 16. Counts are whole numbers and may be added up in any order; sums are
 * not, so they are made by chunk, and chunks are added in theirs. */

enum {
    DIGIT = 16,
    BUCKETS = 1 << DIGIT,
    CHUNK = 1 << 16, /* rows */
    WANTED_MOST = 16 /* positions that are looked for together */
};

size_t row_scores_count(const float *score, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += score[i] == score[i];
    }
    return count;
}

size_t row_scores_above(const float *score, size_t n, double least)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += (double)score[i] > least;
    }
    return count;
}

size_t row_scores_at_least(const float *score, size_t n, double least)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += (double)score[i] >= least;
    }
    return count;
}

/* ---- counting by digits ---- */

struct digits {
    const float *score;
    size_t n;
    uint32_t (*upper)[BUCKETS]; /* (workers) */
    uint8_t *slot;              /* (BUCKETS) 1 and on: a bucket that is looked into */
    size_t n_slots;
    uint32_t (*lower)[BUCKETS]; /* (workers * n_slots) */
};

static size_t chunk_end(size_t task, size_t n)
{
    return (task + 1) * CHUNK < n ? (task + 1) * CHUNK : n;
}

static size_t chunks_of(size_t n)
{
    return (n + CHUNK - 1) / CHUNK;
}

static void count_upper(void *context, size_t task, unsigned worker)
{
    struct digits *digits = context;
    uint32_t *count = digits->upper[worker];
    for (size_t i = task * CHUNK, end = chunk_end(task, digits->n); i < end; i++) {
        float score = digits->score[i];
        if (score == score) {
            count[order_falling_float(score) >> DIGIT]++;
        }
    }
}

static void count_lower(void *context, size_t task, unsigned worker)
{
    struct digits *digits = context;
    uint32_t(*count)[BUCKETS] = digits->lower + (size_t)worker * digits->n_slots;
    for (size_t i = task * CHUNK, end = chunk_end(task, digits->n); i < end; i++) {
        float score = digits->score[i];
        uint32_t bits = order_falling_float(score);
        size_t slot = digits->slot[bits >> DIGIT];
        if (slot > 0 && score == score) {
            count[slot - 1][bits & (BUCKETS - 1)]++;
        }
    }
}

/* The bucket that a position lies in; the position becomes one within the bucket. `count` has
 * `tables` tables, `stride` apart. */
static size_t bucket_of(uint32_t (*count)[BUCKETS], size_t tables, size_t stride,
                        size_t *position)
{
    size_t before = 0;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        size_t here = 0;
        for (size_t table = 0; table < tables; table++) {
            here += count[table * stride][bucket];
        }
        if (*position < before + here) {
            *position -= before;
            return bucket;
        }
        before += here;
    }
    return BUCKETS - 1; /* not for positions below the count */
}

static float float_of(uint32_t falling)
{
    uint32_t bits = falling >> 31 != 0 ? falling : ~(falling | UINT32_C(1) << 31);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool select_some(struct digits *digits, const size_t *positions, size_t n_positions,
                        struct parallel *parallel, float *found, struct status *status)
{
    const size_t workers = parallel_threads(parallel);
    size_t within[WANTED_MOST], bucket[WANTED_MOST];
    memset(digits->slot, 0, BUCKETS);
    digits->n_slots = 0;
    for (size_t i = 0; i < n_positions; i++) {
        within[i] = positions[i];
        bucket[i] = bucket_of(digits->upper, workers, 1, &within[i]);
        if (digits->slot[bucket[i]] == 0) {
            digits->slot[bucket[i]] = (uint8_t)++digits->n_slots;
        }
    }
    digits->lower = mem_zero(workers * digits->n_slots, sizeof *digits->lower,
                             "percentiles of rows", status);
    if (digits->lower == NULL) {
        return false;
    }
    parallel_run(parallel, chunks_of(digits->n), count_lower, digits);
    for (size_t i = 0; i < n_positions; i++) {
        size_t slot = digits->slot[bucket[i]] - 1u;
        size_t lower = bucket_of(digits->lower + slot, workers, digits->n_slots, &within[i]);
        found[i] = float_of((uint32_t)(bucket[i] << DIGIT | lower));
    }
    free(digits->lower);
    return true;
}

bool row_scores_select(const float *score, size_t n, const size_t *positions,
                       size_t n_positions, struct parallel *parallel, float *found,
                       struct status *status)
{
    struct digits digits = {.score = score, .n = n};
    const char *what = "percentiles of rows";
    digits.upper = mem_zero(parallel_threads(parallel), sizeof *digits.upper, what, status);
    digits.slot = mem_new(BUCKETS, 1, what, status);
    bool good = digits.upper != NULL && digits.slot != NULL;
    if (good) {
        parallel_run(parallel, chunks_of(n), count_upper, &digits);
    }
    for (size_t i = 0; good && i < n_positions; i += WANTED_MOST) {
        size_t part = n_positions - i < WANTED_MOST ? n_positions - i : WANTED_MOST;
        good = select_some(&digits, positions + i, part, parallel, found + i, status);
    }
    free(digits.upper);
    free(digits.slot);
    return good;
}

bool row_scores_head(const float *score, size_t n, size_t most, struct parallel *parallel,
                     float **head, size_t *n_head, struct status *status)
{
    const char *what = "the highest scores of rows";
    float beyond = NAN; /* the first that is not among them */
    *head = NULL;
    *n_head = row_scores_count(score, n);
    if (*n_head > most) {
        if (!row_scores_select(score, n, &most, 1, parallel, &beyond, status)) {
            return false;
        }
        *n_head = row_scores_above(score, n, (double)beyond);
    }
    uint32_t *keys = mem_new(*n_head, sizeof *keys, what, status);
    uint32_t *spare = mem_new(*n_head, sizeof *spare, what, status);
    *head = mem_new(*n_head, sizeof **head, what, status);
    bool good = keys != NULL && spare != NULL && *head != NULL;
    size_t found = 0;
    for (size_t i = 0; good && i < n; i++) {
        if (score[i] == score[i] && !(score[i] <= beyond)) {
            keys[found++] = order_falling_float(score[i]);
        }
    }
    if (good) {
        order_u32(keys, spare, found);
    }
    for (size_t i = 0; good && i < found; i++) {
        (*head)[i] = float_of(keys[i]);
    }
    free(keys);
    free(spare);
    if (!good) {
        free(*head);
        *head = NULL;
    }
    return good;
}

/* ---- summary ---- */

struct moments {
    const float *score;
    size_t n;
    double mean;
    struct moment {
        size_t count;
        double sum;
    } * chunks;
};

static void sum_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct moments *moments = context;
    struct moment moment = {0};
    for (size_t i = task * CHUNK, end = chunk_end(task, moments->n); i < end; i++) {
        float score = moments->score[i];
        moment.count += score == score;
        moment.sum += score == score ? (double)score : 0;
    }
    moments->chunks[task] = moment;
}

static void square_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct moments *moments = context;
    double sum = 0;
    for (size_t i = task * CHUNK, end = chunk_end(task, moments->n); i < end; i++) {
        float score = moments->score[i];
        double off = (double)score - moments->mean;
        sum += score == score ? off * off : 0;
    }
    moments->chunks[task].sum = sum;
}

/* In long double, so that 655 chunks add up to no less than one pass would. */
static long double sum_of(const struct moments *moments)
{
    long double sum = 0;
    for (size_t i = 0; i < chunks_of(moments->n); i++) {
        sum += moments->chunks[i].sum;
    }
    return sum;
}

static bool find_moments(const float *score, size_t n, struct parallel *parallel,
                         struct summary *summary, struct status *status)
{
    struct moments moments = {.score = score, .n = n};
    const size_t chunks = chunks_of(n);
    moments.chunks = mem_zero(chunks, sizeof *moments.chunks, "a summary of rows", status);
    if (moments.chunks == NULL) {
        return false;
    }
    parallel_run(parallel, chunks, sum_chunk, &moments);
    for (size_t i = 0; i < chunks; i++) {
        summary->count += moments.chunks[i].count;
    }
    if (summary->count > 0) {
        summary->mean = moments.mean = (double)(sum_of(&moments) / (long double)summary->count);
    }
    if (summary->count > 1) {
        parallel_run(parallel, chunks, square_chunk, &moments);
        summary->std = (double)sqrtl(sum_of(&moments) / (long double)(summary->count - 1));
    }
    free(moments.chunks);
    return true;
}

/* Which positions quantile_linear() asks for; then what is there. */
enum { ASKED_MOST = 10 };

struct asked {
    size_t count, n;
    size_t position[ASKED_MOST];
    float found[ASKED_MOST];
};

struct asking {
    struct asked *asked;
};

static double remember(const void *context, size_t position)
{
    struct asked *asked = ((const struct asking *)context)->asked;
    asked->position[asked->n++] = asked->count - 1 - position; /* it counts from the least */
    return 0;
}

static double look_up(const void *context, size_t position)
{
    const struct asked *asked = context;
    size_t i = 0;
    while (i + 1 < asked->n && asked->position[i] != asked->count - 1 - position) {
        i++;
    }
    return (double)asked->found[i];
}

bool row_scores_summary(const float *score, size_t n, struct parallel *parallel,
                        struct summary *summary, struct status *status)
{
    *summary = (struct summary){0, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (!find_moments(score, n, parallel, summary, status)) {
        return false;
    }
    if (summary->count == 0) {
        return true;
    }
    double *const quartile[] = {&summary->min, &summary->q25, &summary->q50, &summary->q75,
                                &summary->max};
    struct asked asked = {.count = summary->count};
    const struct asking asking = {&asked};
    for (int i = 0; i < 5; i++) {
        quantile_linear(remember, &asking, summary->count, 25.0 * i);
    }
    if (!row_scores_select(score, n, asked.position, asked.n, parallel, asked.found, status)) {
        return false;
    }
    for (int i = 0; i < 5; i++) {
        *quartile[i] = quantile_linear(look_up, &asked, summary->count, 25.0 * i);
    }
    return true;
}

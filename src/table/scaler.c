#include "table/scaler.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* DESIGN. scikit-learn sums a column with numpy: blocks of 8192 values are each summed pairwise
 * and added up in order (docs/PARITY.md). Floating-point addition is not associative, so the
 * tree of additions is repeated here, for all d columns at once: a leaf of at most 128 rows
 * keeps eight rows of d accumulators. A block writes one row of sums, and the blocks are added
 * in order by one thread, so the bits do not depend on the number of threads.
 *
 * The first pass sums x; the second sums x - mean and its square, side by side (2 d sums). */

enum {
    BLOCK = 8192,     /* numpy's buffer, in values */
    LEAF = 128,       /* numpy's PW_BLOCKSIZE */
    LANES = 8,        /* numpy's accumulators in a leaf */
    TASK_BLOCKS = 16, /* blocks a task: 131,072 rows, about a millisecond */
    AHEAD = 24        /* rows from asking for a profile to using it */
};

struct pass {
    const struct table *table;
    const double *shift; /* (d) subtracted from every value; NULL in the first pass */
    double *sums;        /* (n_blocks, width) */
    size_t width;        /* d, or 2 d with a shift */
    size_t n_blocks;
    uint64_t rows_before; /* rows that progress counts already */
    atomic_uint_fast64_t rows_done;
    atomic_bool stop;
    const struct progress *progress;
};

/* Adds one row into (width) accumulators. `d` is a constant wherever this is inlined for the
 * study's seven columns. */
static inline __attribute__((always_inline)) void add_row(const double *x, const double *shift,
                                                          double *into, size_t d)
{
    if (shift == NULL) {
        for (size_t c = 0; c < d; c++) {
            into[c] += x[c];
        }
        return;
    }
    for (size_t c = 0; c < d; c++) {
        double difference = x[c] - shift[c];
        into[c] += difference;
        into[d + c] += difference * difference;
    }
}

/* Profiles of neighbouring rows lie anywhere in memory: they are asked for in good time. `left`
 * is how many rows the column of ids goes on. */
static inline __attribute__((always_inline)) void prefetch_row(const double *values,
                                                               const uint32_t *profile,
                                                               size_t i, size_t left, size_t d)
{
    if (i + AHEAD < left) {
        const double *x = values + profile[i + AHEAD] * d;
        __builtin_prefetch(x);
        __builtin_prefetch(x + d - 1);
    }
}

/* numpy's leaf: eight interleaved sums, folded as a tree, then the rows left over. */
static inline __attribute__((always_inline)) void leaf_sum(const struct table *table,
                                                           const double *shift, size_t from,
                                                           size_t n, double *sum, size_t d,
                                                           size_t width)
{
    const uint32_t *profile = table->row_profile + from;
    const double *values = table->profiles.values;
    size_t whole = n - n % LANES, left = table->n_rows - from;
    double lanes[LANES * 2 * TABLE_FEATURES_MAX];
    if (whole == 0) {
        memset(sum, 0, width * sizeof *sum);
    } else {
        /* 0 + x is x, whatever its sign, unless x is -0; and profiles hold no -0. */
        memset(lanes, 0, LANES * width * sizeof *lanes);
        for (size_t i = 0; i < whole; i += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                prefetch_row(values, profile, i + lane, left, d);
                add_row(values + profile[i + lane] * d, shift, lanes + lane * width, d);
            }
        }
        for (size_t c = 0; c < width; c++) {
            const double *r = lanes + c;
            sum[c] = ((r[0] + r[width]) + (r[2 * width] + r[3 * width])) +
                     ((r[4 * width] + r[5 * width]) + (r[6 * width] + r[7 * width]));
        }
    }
    for (size_t i = whole; i < n; i++) {
        add_row(values + profile[i] * d, shift, sum, d);
    }
}

static void leaf(const struct pass *pass, size_t from, size_t n, double *sum)
{
    enum { STUDY = TABLE_DEFAULT_FEATURES };
    if (pass->table->profiles.d != STUDY) {
        leaf_sum(pass->table, pass->shift, from, n, sum, pass->table->profiles.d, pass->width);
    } else if (pass->shift == NULL) {
        leaf_sum(pass->table, NULL, from, n, sum, STUDY, STUDY);
    } else {
        double shift[STUDY];
        memcpy(shift, pass->shift, sizeof shift);
        leaf_sum(pass->table, shift, from, n, sum, STUDY, (size_t)2 * STUDY);
    }
}

/* numpy's pairwise sum; at most six levels deep for a block. */
static void pairwise_sum(const struct pass *pass, size_t from, size_t n, double *sum)
{
    if (n <= LEAF) {
        leaf(pass, from, n, sum);
        return;
    }
    size_t half = n / 2 - n / 2 % LANES;
    double second[2 * TABLE_FEATURES_MAX];
    pairwise_sum(pass, from, half, sum);
    pairwise_sum(pass, from + half, n - half, second);
    for (size_t c = 0; c < pass->width; c++) {
        sum[c] += second[c];
    }
}

static void sum_blocks(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct pass *pass = context;
    size_t first = task * TASK_BLOCKS;
    size_t last = first + TASK_BLOCKS < pass->n_blocks ? first + TASK_BLOCKS : pass->n_blocks;
    size_t n_rows = pass->table->n_rows, rows = 0;
    if (atomic_load_explicit(&pass->stop, memory_order_relaxed)) {
        return;
    }
    for (size_t block = first; block < last; block++) {
        size_t from = block * BLOCK;
        size_t n = n_rows - from < BLOCK ? n_rows - from : BLOCK;
        pairwise_sum(pass, from, n, pass->sums + block * pass->width);
        rows += n;
    }
    uint64_t done = atomic_fetch_add(&pass->rows_done, rows) + rows + pass->rows_before;
    if (!progress_tick(pass->progress, done, 2 * (uint64_t)n_rows)) {
        atomic_store(&pass->stop, true);
    }
}

/* The sums of one pass into total (width); false when cancelled. */
static bool run_pass(struct pass *pass, double *total, struct parallel *parallel,
                     struct status *status)
{
    atomic_init(&pass->rows_done, 0);
    atomic_init(&pass->stop, false);
    parallel_run(parallel, (pass->n_blocks + TASK_BLOCKS - 1) / TASK_BLOCKS, sum_blocks, pass);
    if (atomic_load(&pass->stop)) {
        return status_cancelled(status);
    }
    memset(total, 0, pass->width * sizeof *total);
    for (size_t block = 0; block < pass->n_blocks; block++) {
        for (size_t c = 0; c < pass->width; c++) {
            total[c] += pass->sums[block * pass->width + c];
        }
    }
    return true;
}

/* scikit-learn's _is_constant_feature: what rounding alone could have made of a constant. */
static bool nearly_constant(double var, double mean, double n)
{
    double bound = n * mean * DBL_EPSILON;
    return var <= n * DBL_EPSILON * var + bound * bound;
}

static bool finish(struct scaler *scaler, const struct table *table, const double *total,
                   struct status *status)
{
    double n = (double)table->n_rows;
    for (size_t c = 0; c < scaler->d; c++) {
        double C = total[c], Q = total[scaler->d + c]; /* sums of differences and squares */
        double var = (Q - C * C / n) / n;
        scaler->var[c] = var;
        scaler->scale[c] = nearly_constant(var, scaler->mean[c], n) ? 1 : sqrt(var);
        if (!isfinite(scaler->mean[c]) || !isfinite(scaler->scale[c])) {
            return status_set(status, STATUS_INPUT,
                              "the values of column %s are too large to be scaled: their "
                              "variance is not a number; oddhours describe shows the largest",
                              table->feature_names[c]);
        }
    }
    return true;
}

struct scaler *scaler_new(size_t d, struct status *status)
{
    struct scaler *scaler = mem_zero(1, sizeof *scaler, "a scaler", status);
    double *values = mem_zero(3 * d, sizeof *values, "a scaler", status);
    if (scaler == NULL || values == NULL) {
        free(scaler);
        free(values);
        return NULL;
    }
    scaler->d = d;
    scaler->mean = values;
    scaler->var = values + d;
    scaler->scale = values + 2 * d;
    return scaler;
}

void scaler_free(struct scaler *scaler)
{
    if (scaler != NULL) {
        free(scaler->mean);
        free(scaler);
    }
}

static bool fit(struct scaler *scaler, struct pass *pass, struct parallel *parallel,
                struct status *status)
{
    double total[2 * TABLE_FEATURES_MAX];
    size_t d = scaler->d;
    pass->width = d;
    if (!run_pass(pass, total, parallel, status)) {
        return false;
    }
    for (size_t c = 0; c < d; c++) {
        scaler->mean[c] = total[c] / (double)pass->table->n_rows;
    }
    pass->shift = scaler->mean;
    pass->width = 2 * d;
    pass->rows_before = pass->table->n_rows;
    return run_pass(pass, total, parallel, status) &&
           finish(scaler, pass->table, total, status);
}

struct scaler *scaler_fit(const struct table *table, struct parallel *parallel,
                          const struct progress *progress, struct status *status)
{
    size_t d = table->profiles.d;
    if (table->n_rows == 0 || d == 0 || d > TABLE_FEATURES_MAX) {
        status_set(status, STATUS_INPUT, "a table without rows or columns cannot be scaled");
        return NULL;
    }
    struct pass pass = {
        .table = table, .n_blocks = (table->n_rows + BLOCK - 1) / BLOCK, .progress = progress};
    pass.sums = mem_new(pass.n_blocks, 2 * d * sizeof *pass.sums, "the scaler's sums", status);
    struct scaler *scaler = pass.sums == NULL ? NULL : scaler_new(d, status);
    if (scaler != NULL && !fit(scaler, &pass, parallel, status)) {
        scaler_free(scaler);
        scaler = NULL;
    }
    free(pass.sums);
    return scaler;
}

struct transform {
    const struct scaler *scaler;
    const struct profiles *profiles;
    float *scaled;
    atomic_size_t bad_column; /* d: none */
};

enum { TRANSFORM_CHUNK = 16384 };

static void transform_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct transform *transform = context;
    const struct scaler *scaler = transform->scaler;
    size_t d = scaler->d, n = transform->profiles->n;
    size_t from = task * TRANSFORM_CHUNK;
    size_t to = n - from < TRANSFORM_CHUNK ? n : from + TRANSFORM_CHUNK;
    for (size_t i = from * d; i < to * d; i += d) {
        for (size_t c = 0; c < d; c++) {
            double value = scaler_apply(scaler, c, transform->profiles->values[i + c]);
            if (!(fabs(value) <= (double)FLT_MAX)) {
                atomic_store(&transform->bad_column, c);
                value = 0;
            }
            transform->scaled[i + c] = (float)value;
        }
    }
}

float *scaler_transform(const struct scaler *scaler, const struct table *table,
                        struct parallel *parallel, struct status *status)
{
    size_t n = table->profiles.n, d = scaler->d;
    struct transform transform = {.scaler = scaler, .profiles = &table->profiles};
    transform.scaled = mem_aligned(n, d * sizeof *transform.scaled, "scaled profiles", status);
    if (transform.scaled == NULL) {
        return NULL;
    }
    atomic_init(&transform.bad_column, d);
    parallel_run(parallel, (n + TRANSFORM_CHUNK - 1) / TRANSFORM_CHUNK, transform_chunk,
                 &transform);
    size_t bad = atomic_load(&transform.bad_column);
    if (bad != d) {
        status_set(
            status, STATUS_INPUT,
            "the values of column %s are too far apart: scaled, one does not fit a 32-bit "
            "number; oddhours describe shows the largest",
            table->feature_names[bad]);
        free(transform.scaled);
        return NULL;
    }
    return transform.scaled;
}

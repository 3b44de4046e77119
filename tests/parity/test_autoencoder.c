/* autoencoder against torch: initialisation, shuffle, steps, errors; and the two ways to
 * compute a step, and their forms, against each other. */
#include "models/autoencoder_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/autoencoder_feed.h"
#include "models/autoencoder_fused.h"
#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

static const char *const sets[] = {"b64", "b100_tail37"};
enum { N_SETS = 2, D = 7, PATHS_MAX = 5 };

/* ---- what a path needs to run ---- */

struct bench {
    struct net net;
    const struct net_path *path;
    float *scratch, *slices;
};

static float *floats(size_t n)
{
    /* of this very size, so that a sanitizer sees a read beyond */
    void *memory = NULL;
    assert_int_equal(posix_memalign(&memory, 64, n * sizeof(float)), 0);
    memset(memory, 0, n * sizeof(float));
    return memory;
}

static void bench_open(struct bench *b, const struct net_path *path, size_t d, struct rng *rng)
{
    assert_true(net_init(&b->net, d, 1e-3, rng, NULL));
    b->path = path;
    b->scratch = floats(path->scratch(&b->net.shape));
    b->slices = floats(8 * b->net.shape.padded);
}

static void bench_close(struct bench *b)
{
    net_clear(&b->net);
    free(b->scratch);
    free(b->slices);
}

/* The paths of this machine for layers up to 16 wide; returns how many. */
static size_t all_paths(const struct net_path **paths)
{
    size_t n = 0;
    paths[n++] = net_path_blas();
    paths[n++] = &fused_path_scalar;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("fma")) {
        paths[n++] = &fused_path_fma;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        paths[n++] = &fused_path_avx2;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        paths[n++] = &fused_path_avx512;
    }
#endif
    return n;
}

/* ---- against torch ---- */

static char *name_of(const char *set, const char *file)
{
    static char name[64];
    snprintf(name, sizeof name, "ae/%s/%s", set, file);
    return name;
}

static struct rng seeded(const char *set)
{
    cJSON *meta = vectors_json(name_of(set, "meta.json"));
    struct rng rng;
    rng_seed(&rng, (uint32_t)vectors_json_number(meta, "torch_seed"));
    cJSON_Delete(meta);
    return rng;
}

/* Rows of weights.csv stand in the order of our parameters, snapshot after snapshot. */
static size_t snapshot(const struct vectors *weights, const struct net_shape *shape,
                       int64_t step)
{
    for (size_t row = 0; row < weights->n_rows; row += shape->n) {
        if (vectors_int(weights, row, 0) == step) {
            return row;
        }
    }
    return SIZE_MAX;
}

static void initial_weights_have_torchs_bits(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SETS; s++) {
        struct vectors *weights = vectors_csv(name_of(sets[s], "weights.csv"));
        struct rng rng = seeded(sets[s]);
        struct net net;
        assert_true(net_init(&net, D, 1e-3, &rng, NULL));
        assert_int_equal(snapshot(weights, &net.shape, 0), 0);
        for (size_t i = 0; i < net.shape.n; i++) {
            assert_same_float(net.param[i], vectors_float(weights, i, 4));
        }
        net_clear(&net);
        vectors_free(weights);
    }
}

static void assert_near(double ours, double theirs, double tolerance, const char *what,
                        size_t i)
{
    if (!(fabs(ours - theirs) <= tolerance)) {
        fail_msg("%s %zu: %.9g instead of %.9g", what, i, ours, theirs);
    }
}

/* 1e-5 is what vectors/README.md asks for; float sums in another order give 1e-7. */
static void check_snapshot(const struct bench *b, const struct vectors *weights, int64_t step)
{
    size_t from = snapshot(weights, &b->net.shape, step);
    for (size_t i = 0; from != SIZE_MAX && i < b->net.shape.n; i++) {
        assert_near(b->net.param[i], vectors_float(weights, from + i, 4), 1e-5, "weight", i);
        assert_near(b->net.gradient[i], vectors_float(weights, from + i, 5), 1e-5, "gradient",
                    i);
    }
}

/* One step on rows from .. to - 1, cut into slices as the training cuts them. Returns the mean
 * squared error before it. */
static double step(struct bench *b, const float *x, size_t from, size_t to)
{
    size_t slice = b->path->slice, n_slices = 0;
    double cells = (double)((to - from) * D), squares = 0;
    for (size_t at = from; at < to; at += slice, n_slices++) {
        struct net_rows rows = {
            .scaled = x, .n_scaled = to, .first = at, .n = to - at < slice ? to - at : slice};
        squares += b->path->gradient(&b->net.shape, b->net.param, &rows, (float)(2 / cells),
                                     b->scratch, b->slices + n_slices * b->net.shape.padded);
    }
    b->path->step(&b->net, b->slices, n_slices);
    return squares / cells;
}

static void check_errors(const struct bench *b, const char *set, const float *x)
{
    struct vectors *expected = vectors_csv(name_of(set, "eval_mse.csv"));
    float *error = floats(b->path->slice);
    for (size_t at = 0; at < expected->n_rows; at += b->path->slice) {
        size_t left = expected->n_rows - at;
        struct net_rows rows = {.scaled = x,
                                .n_scaled = expected->n_rows,
                                .first = at,
                                .n = left < b->path->slice ? left : b->path->slice};
        b->path->errors(&b->net.shape, b->net.param, &rows, b->scratch, error);
        for (size_t i = 0; i < rows.n; i++) {
            double theirs = vectors_float(expected, at + i, 1);
            assert_near(error[i], theirs, 1e-5 * theirs, "error of row", at + i);
        }
    }
    free(error);
    vectors_free(expected);
}

static void train_like_torch(const struct net_path *path, const char *set)
{
    struct vectors *x_file = vectors_csv(name_of(set, "x32.csv"));
    struct vectors *losses = vectors_csv(name_of(set, "losses.csv"));
    struct vectors *weights = vectors_csv(name_of(set, "weights.csv"));
    float *x = vectors_floats(x_file, 1, D);
    struct rng rng = seeded(set);
    struct bench b;
    bench_open(&b, path, D, &rng);
    for (size_t i = 0; i < losses->n_rows; i++) {
        double theirs = vectors_float(losses, i, 3);
        double ours =
            step(&b, x, (size_t)vectors_int(losses, i, 1), (size_t)vectors_int(losses, i, 2));
        assert_near(ours, theirs, 1e-5 * theirs, "loss of step", i);
        check_snapshot(&b, weights, vectors_int(losses, i, 0));
    }
    check_errors(&b, set, x);
    bench_close(&b);
    free(x);
    vectors_free(x_file);
    vectors_free(losses);
    vectors_free(weights);
}

static void steps_are_torchs(void **state)
{
    (void)state;
    const struct net_path *paths[PATHS_MAX];
    size_t n = all_paths(paths);
    for (size_t p = 0; p < n; p++) {
        for (size_t s = 0; s < N_SETS; s++) {
            train_like_torch(paths[p], sets[s]);
        }
    }
}

static void order_is_torchs(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SETS; s++) {
        struct vectors *order = vectors_csv(name_of(sets[s], "shuffle_order.csv"));
        size_t n = order->n_rows / 2, at = 0;
        double *values = calloc(n, sizeof *values);
        for (size_t i = 0; i < n; i++) {
            values[i] = (double)i; /* all distinct: profile ids are row ids */
        }
        struct table *table = fixture_table(values, n, 1, NULL);
        struct rng rng = seeded(sets[s]);
        struct net net;
        assert_true(net_init(&net, D, 1e-3, &rng, NULL));
        struct feed *feed = feed_new(table, 64, NULL);
        for (int epoch = 0; epoch < 2; epoch++) {
            feed_start(feed, rng_torch_epoch_seed(&rng), NULL);
            struct feed_batch batch;
            while ((batch = feed_take(feed)).rows > 0) {
                assert_true(batch.rows == 64 || at + batch.rows == order->n_rows ||
                            at + batch.rows == n);
                feed_prepare(feed);
                for (size_t i = 0; i < batch.n; i++, at++) {
                    assert_int_equal(batch.ids[i], vectors_int(order, at, 2));
                }
            }
        }
        assert_int_equal(at, order->n_rows);
        feed_free(feed);
        net_clear(&net);
        table_free(table);
        free(values);
        vectors_free(order);
    }
}

/* ---- the paths against each other ---- */

static float *random_rows(size_t n, size_t d, uint64_t seed)
{
    float *x = floats(n * d);
    for (size_t i = 0; i < n * d; i++) {
        double uniform = (double)(fixture_random(&seed) >> 11) * 0x1p-53;
        x[i] = (float)(uniform < 0.9 ? uniform - 0.45 : 20 * uniform - 15);
    }
    return x;
}

static const size_t some_d[] = {1, 2, 3, 5, 7, 8, 11, 16};
static const size_t some_n[] = {1, 2, 15, 16, 17, 31, 32, 33, 100, 255, 256};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Gradients and errors of the same random rows, with ids in disorder and copies, by two paths.
 */
struct outcome {
    float *gradient, *error, *stepped;
    double squares;
};

static void compute(const struct net_path *path, size_t d, size_t n, struct outcome *outcome)
{
    struct rng rng;
    rng_seed(&rng, (uint32_t)(100 * d + n));
    struct bench b;
    bench_open(&b, path, d, &rng);
    float *x = random_rows(300, d, d);
    uint32_t ids[FUSED_ROWS], copies[FUSED_ROWS];
    for (size_t i = 0; i < n; i++) {
        ids[i] = (uint32_t)(i * 7 % 300);
        copies[i] = (uint32_t)(1 + i * i % 5);
    }
    struct net_rows rows = {.scaled = x, .n_scaled = 300, .ids = ids, .copies = copies, .n = n};
    outcome->gradient = floats(b.net.shape.padded);
    outcome->error = floats(n);
    outcome->squares = path->gradient(&b.net.shape, b.net.param, &rows, 1.0f / (float)n,
                                      b.scratch, outcome->gradient);
    path->errors(&b.net.shape, b.net.param, &rows, b.scratch, outcome->error);
    memcpy(b.slices, outcome->gradient, b.net.shape.padded * sizeof *b.slices);
    memcpy(b.slices + b.net.shape.padded, outcome->gradient,
           b.net.shape.padded * sizeof *b.slices);
    path->step(&b.net, b.slices, 2);
    outcome->stepped = floats(b.net.shape.padded);
    memcpy(outcome->stepped, b.net.param, b.net.shape.n * sizeof *b.slices);
    free(x);
    bench_close(&b);
}

static void outcome_clear(struct outcome *outcome)
{
    free(outcome->gradient);
    free(outcome->error);
    free(outcome->stepped);
}

/* Sums of some hundred floats in another order: a part in 1e5 of the largest is generous, and
 * an index that is wrong is not that near. */
static void fused_is_blas(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(some_d) * COUNT(some_n); i++) {
        size_t d = some_d[i % COUNT(some_d)], n = some_n[i / COUNT(some_d)];
        struct outcome blas, fused;
        compute(net_path_blas(), d, n, &blas);
        compute(net_path_fused(&(struct net_shape){.width = {d, 16, 8, 16, d}}), d, n, &fused);
        float most = 0;
        size_t n_param = net_shape(d).n;
        for (size_t k = 0; k < n_param; k++) {
            most = fmaxf(most, fabsf(blas.gradient[k]));
        }
        for (size_t k = 0; k < n_param; k++) {
            assert_near(fused.gradient[k], blas.gradient[k], 1e-5 * most, "gradient", k);
        }
        for (size_t k = 0; k < n; k++) {
            /* outputs are off by some 1e-7, and a small miss is the difference of two of them
             */
            double e = blas.error[k];
            assert_near(fused.error[k], e, 2e-6 * (e + sqrt(e)), "error", k);
        }
        assert_near(fused.squares, blas.squares, 1e-5 * blas.squares, "squares", n);
        outcome_clear(&blas);
        outcome_clear(&fused);
    }
}

static void kernels_have_equal_bits(void **state)
{
    (void)state;
    const struct net_path *paths[PATHS_MAX];
    size_t n_paths = all_paths(paths);
    if (n_paths < 3) {
        skip();
    }
    for (size_t i = 0; i < COUNT(some_d) * COUNT(some_n); i++) {
        size_t d = some_d[i % COUNT(some_d)], n = some_n[i / COUNT(some_d)];
        struct outcome scalar;
        compute(paths[1], d, n, &scalar);
        for (size_t p = 2; p < n_paths; p++) {
            struct outcome vector;
            compute(paths[p], d, n, &vector);
            size_t bytes = net_shape(d).n * sizeof(float);
            assert_memory_equal(scalar.gradient, vector.gradient, bytes);
            assert_memory_equal(scalar.stepped, vector.stepped, bytes);
            assert_memory_equal(scalar.error, vector.error, n * sizeof(float));
            assert_same_double(scalar.squares, vector.squares);
            outcome_clear(&vector);
        }
        outcome_clear(&scalar);
    }
}

/* ---- the gradient itself ---- */

/* The same network in double, for differences. */
static double loss_in_double(const struct net_shape *shape, const double *param, const float *x,
                             size_t n)
{
    double sum = 0;
    for (size_t r = 0; r < n; r++) {
        double unit[2][NET_WIDTH_MAX];
        for (size_t j = 0; j < shape->width[0]; j++) {
            unit[0][j] = x[r * shape->width[0] + j];
        }
        for (size_t l = 0; l < NET_LAYERS; l++) {
            for (size_t o = 0; o < shape->width[l + 1]; o++) {
                double out = param[shape->bias[l] + o];
                for (size_t i = 0; i < shape->width[l]; i++) {
                    out += param[shape->weight[l] + o * shape->width[l] + i] * unit[l % 2][i];
                }
                unit[(l + 1) % 2][o] = l + 1 < NET_LAYERS && out < 0 ? 0 : out;
            }
        }
        for (size_t j = 0; j < shape->width[0]; j++) {
            double error = unit[0][j] - x[r * shape->width[0] + j];
            sum += error * error;
        }
    }
    return sum / (double)(n * shape->width[0]);
}

static void check_gradient(const struct net_path *path, size_t d)
{
    enum { N = 20 };
    struct rng rng;
    rng_seed(&rng, 5);
    struct bench b;
    bench_open(&b, path, d, &rng);
    float *x = random_rows(N, d, 3), *gradient = floats(b.net.shape.padded);
    struct net_rows rows = {.scaled = x, .n_scaled = N, .n = N};
    path->gradient(&b.net.shape, b.net.param, &rows, (float)(2.0 / (double)(N * d)), b.scratch,
                   gradient);
    double *param = calloc(b.net.shape.n, sizeof *param);
    for (size_t i = 0; i < b.net.shape.n; i++) {
        param[i] = b.net.param[i];
    }
    for (size_t i = 0; i < b.net.shape.n; i++) {
        const double h = 1e-6, at = param[i];
        param[i] = at + h;
        double above = loss_in_double(&b.net.shape, param, x, N);
        param[i] = at - h;
        double below = loss_in_double(&b.net.shape, param, x, N);
        param[i] = at;
        assert_near(gradient[i], (above - below) / (2 * h), 1e-5, "gradient", i);
    }
    free(param);
    free(gradient);
    free(x);
    bench_close(&b);
}

static void gradient_is_the_slope(void **state)
{
    (void)state;
    const struct net_path *paths[PATHS_MAX];
    size_t n = all_paths(paths);
    for (size_t p = 0; p < n; p++) {
        check_gradient(paths[p], 7);
        check_gradient(paths[p], 16);
    }
    check_gradient(net_path_blas(), 1);
    check_gradient(net_path_blas(), 17);
    check_gradient(net_path_blas(), 64);
}

/* A profile that counts three times is that row three times. */
static void copies_are_repeated_rows(void **state)
{
    (void)state;
    enum { N = 90, MOST = 4 };
    const struct net_path *paths[PATHS_MAX];
    size_t n_paths = all_paths(paths);
    float *x = random_rows(N, D, 4);
    uint32_t ids[N], copies[N], repeated[FUSED_ROWS], n_repeated = 0;
    for (uint32_t i = 0; i < N; i++) {
        ids[i] = N - 1 - i;
        copies[i] = 1 + i % MOST;
        for (uint32_t k = 0; k < copies[i]; k++) {
            repeated[n_repeated++] = ids[i];
        }
    }
    for (size_t p = 0; p < n_paths; p++) {
        struct rng rng;
        rng_seed(&rng, 6);
        struct bench b;
        bench_open(&b, paths[p], D, &rng);
        float *one = b.slices, *other = b.slices + b.net.shape.padded;
        struct net_rows merged = {
            .scaled = x, .n_scaled = N, .ids = ids, .copies = copies, .n = N};
        struct net_rows single = {.scaled = x, .n_scaled = N, .ids = repeated, .n = n_repeated};
        double a =
            paths[p]->gradient(&b.net.shape, b.net.param, &merged, 0.01f, b.scratch, one);
        double c =
            paths[p]->gradient(&b.net.shape, b.net.param, &single, 0.01f, b.scratch, other);
        assert_near(a, c, 1e-6 * c, "squares", p);
        float most = 0;
        for (size_t i = 0; i < b.net.shape.n; i++) {
            most = fmaxf(most, fabsf(other[i]));
        }
        for (size_t i = 0; i < b.net.shape.n; i++) {
            assert_near(one[i], other[i], 1e-5 * most, "gradient", i);
        }
        bench_close(&b);
    }
    free(x);
}

static void one_row_has_the_fused_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(some_d); i++) {
        size_t d = some_d[i];
        struct rng rng;
        rng_seed(&rng, 9);
        struct bench b;
        bench_open(&b, net_path_fused(&(struct net_shape){.width = {d, 16, 8, 16, d}}), d,
                   &rng);
        float *x = random_rows(50, d, 1), out[NET_WIDTH_MAX], error[64];
        struct net_rows rows = {.scaled = x, .n_scaled = 50, .n = 50};
        b.path->errors(&b.net.shape, b.net.param, &rows, b.scratch, error);
        for (size_t r = 0; r < 50; r++) {
            float sum = 0;
            net_forward(&b.net.shape, b.net.param, x + r * d, out);
            for (size_t j = 0; j < d; j++) {
                sum = fmaf(out[j] - x[r * d + j], out[j] - x[r * d + j], sum);
            }
            assert_same_float(error[r], sum / (float)d);
        }
        free(x);
        bench_close(&b);
    }
}

/* The other tests take the paths that this processor has: what they left out is said here. */
static void avx512_was_among_the_paths(void **state)
{
    (void)state;
    const struct net_path *paths[PATHS_MAX];
    const size_t n = all_paths(paths);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(paths[i]->kernel, "avx512") == 0) {
            return;
        }
    }
    print_message("this processor has no AVX-512\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(initial_weights_have_torchs_bits),
        cmocka_unit_test(order_is_torchs),
        cmocka_unit_test(steps_are_torchs),
        cmocka_unit_test(gradient_is_the_slope),
        cmocka_unit_test(fused_is_blas),
        cmocka_unit_test(kernels_have_equal_bits),
        cmocka_unit_test(copies_are_repeated_rows),
        cmocka_unit_test(one_row_has_the_fused_bits),
        cmocka_unit_test(avx512_was_among_the_paths),
    };
    return cmocka_run_group_tests_name("autoencoder against torch", tests, NULL, NULL);
}

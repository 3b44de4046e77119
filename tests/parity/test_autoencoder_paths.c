/* The two ways to compute a step of the autoencoder, and their forms, against each other and
 * against the slope of the loss. */
#include "models/autoencoder/autoencoder_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/autoencoder/autoencoder_fused.h"
#include "parity/net_bench.h"
#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

static float *random_rows(size_t n, size_t d, uint64_t seed)
{
    float *x = net_bench_floats(n * d);
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
    struct net_bench b;
    net_bench_open(&b, path, d, &rng);
    float *x = random_rows(300, d, d);
    uint32_t ids[FUSED_ROWS], copies[FUSED_ROWS];
    for (size_t i = 0; i < n; i++) {
        ids[i] = (uint32_t)(i * 7 % 300);
        copies[i] = (uint32_t)(1 + i * i % 5);
    }
    struct net_rows rows = {.scaled = x, .n_scaled = 300, .ids = ids, .copies = copies, .n = n};
    outcome->gradient = net_bench_floats(b.net.shape.padded);
    outcome->error = net_bench_floats(n);
    outcome->squares = path->gradient(&b.net.shape, b.net.param, &rows, 1.0f / (float)n,
                                      b.scratch, outcome->gradient);
    path->errors(&b.net.shape, b.net.param, &rows, b.scratch, outcome->error);
    memcpy(b.slices, outcome->gradient, b.net.shape.padded * sizeof *b.slices);
    memcpy(b.slices + b.net.shape.padded, outcome->gradient,
           b.net.shape.padded * sizeof *b.slices);
    path->step(&b.net, b.slices, 2);
    outcome->stepped = net_bench_floats(b.net.shape.padded);
    memcpy(outcome->stepped, b.net.param, b.net.shape.n * sizeof *b.slices);
    free(x);
    net_bench_close(&b);
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
            net_bench_near(fused.gradient[k], blas.gradient[k], 1e-5 * most, "gradient", k);
        }
        for (size_t k = 0; k < n; k++) {
            /* outputs are off by some 1e-7, and a small miss is the difference of two of them
             */
            double e = blas.error[k];
            net_bench_near(fused.error[k], e, 2e-6 * (e + sqrt(e)), "error", k);
        }
        net_bench_near(fused.squares, blas.squares, 1e-5 * blas.squares, "squares", n);
        outcome_clear(&blas);
        outcome_clear(&fused);
    }
}

static void kernels_have_equal_bits(void **state)
{
    (void)state;
    const struct net_path *paths[NET_PATHS_MAX];
    size_t n_paths = net_bench_paths(paths);
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
    struct net_bench b;
    net_bench_open(&b, path, d, &rng);
    float *x = random_rows(N, d, 3), *gradient = net_bench_floats(b.net.shape.padded);
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
        net_bench_near(gradient[i], (above - below) / (2 * h), 1e-5, "gradient", i);
    }
    free(param);
    free(gradient);
    free(x);
    net_bench_close(&b);
}

static void gradient_is_the_slope(void **state)
{
    (void)state;
    const struct net_path *paths[NET_PATHS_MAX];
    size_t n = net_bench_paths(paths);
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
    enum { N = 90, D = 7, MOST = 4 };
    const struct net_path *paths[NET_PATHS_MAX];
    size_t n_paths = net_bench_paths(paths);
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
        struct net_bench b;
        net_bench_open(&b, paths[p], D, &rng);
        float *one = b.slices, *other = b.slices + b.net.shape.padded;
        struct net_rows merged = {
            .scaled = x, .n_scaled = N, .ids = ids, .copies = copies, .n = N};
        struct net_rows single = {.scaled = x, .n_scaled = N, .ids = repeated, .n = n_repeated};
        double a =
            paths[p]->gradient(&b.net.shape, b.net.param, &merged, 0.01f, b.scratch, one);
        double c =
            paths[p]->gradient(&b.net.shape, b.net.param, &single, 0.01f, b.scratch, other);
        net_bench_near(a, c, 1e-6 * c, "squares", p);
        float most = 0;
        for (size_t i = 0; i < b.net.shape.n; i++) {
            most = fmaxf(most, fabsf(other[i]));
        }
        for (size_t i = 0; i < b.net.shape.n; i++) {
            net_bench_near(one[i], other[i], 1e-5 * most, "gradient", i);
        }
        net_bench_close(&b);
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
        struct net_bench b;
        net_bench_open(&b, net_path_fused(&(struct net_shape){.width = {d, 16, 8, 16, d}}), d,
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
        net_bench_close(&b);
    }
}

/* The other tests take the paths that this processor has: what they left out is said here. */
static void avx512_was_among_the_paths(void **state)
{
    (void)state;
    const struct net_path *paths[NET_PATHS_MAX];
    const size_t n = net_bench_paths(paths);
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
        cmocka_unit_test(gradient_is_the_slope),
        cmocka_unit_test(fused_is_blas),
        cmocka_unit_test(kernels_have_equal_bits),
        cmocka_unit_test(copies_are_repeated_rows),
        cmocka_unit_test(one_row_has_the_fused_bits),
        cmocka_unit_test(avx512_was_among_the_paths),
    };
    return cmocka_run_group_tests_name("paths of the autoencoder", tests, NULL, NULL);
}

/* autoencoder against torch: initialisation, shuffle, steps, errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/autoencoder/autoencoder_feed.h"
#include "parity/net_bench.h"
#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

static const char *const sets[] = {"b64", "b100_tail37"};
enum { N_SETS = 2, D = 7 };

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

/* 1e-5 is what vectors/README.md asks for; float sums in another order give 1e-7. */
static void check_snapshot(const struct net_bench *b, const struct vectors *weights,
                           int64_t step)
{
    size_t from = snapshot(weights, &b->net.shape, step);
    for (size_t i = 0; from != SIZE_MAX && i < b->net.shape.n; i++) {
        net_bench_near(b->net.param[i], vectors_float(weights, from + i, 4), 1e-5, "weight", i);
        net_bench_near(b->net.gradient[i], vectors_float(weights, from + i, 5), 1e-5,
                       "gradient", i);
    }
}

/* One step on rows from .. to - 1, cut into slices as the training cuts them. Returns the mean
 * squared error before it. */
static double step(struct net_bench *b, const float *x, size_t from, size_t to)
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

static void check_errors(const struct net_bench *b, const char *set, const float *x)
{
    struct vectors *expected = vectors_csv(name_of(set, "eval_mse.csv"));
    float *error = net_bench_floats(b->path->slice);
    for (size_t at = 0; at < expected->n_rows; at += b->path->slice) {
        size_t left = expected->n_rows - at;
        struct net_rows rows = {.scaled = x,
                                .n_scaled = expected->n_rows,
                                .first = at,
                                .n = left < b->path->slice ? left : b->path->slice};
        b->path->errors(&b->net.shape, b->net.param, &rows, b->scratch, error);
        for (size_t i = 0; i < rows.n; i++) {
            double theirs = vectors_float(expected, at + i, 1);
            net_bench_near(error[i], theirs, 1e-5 * theirs, "error of row", at + i);
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
    struct net_bench b;
    net_bench_open(&b, path, D, &rng);
    for (size_t i = 0; i < losses->n_rows; i++) {
        double theirs = vectors_float(losses, i, 3);
        double ours =
            step(&b, x, (size_t)vectors_int(losses, i, 1), (size_t)vectors_int(losses, i, 2));
        net_bench_near(ours, theirs, 1e-5 * theirs, "loss of step", i);
        check_snapshot(&b, weights, vectors_int(losses, i, 0));
    }
    check_errors(&b, set, x);
    net_bench_close(&b);
    free(x);
    vectors_free(x_file);
    vectors_free(losses);
    vectors_free(weights);
}

static void steps_are_torchs(void **state)
{
    (void)state;
    const struct net_path *paths[NET_PATHS_MAX];
    size_t n = net_bench_paths(paths);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(initial_weights_have_torchs_bits),
        cmocka_unit_test(order_is_torchs),
        cmocka_unit_test(steps_are_torchs),
    };
    return cmocka_run_group_tests_name("autoencoder against torch", tests, NULL, NULL);
}

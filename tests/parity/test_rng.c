/* rng against numpy, scikit-learn and torch: every word and every derived draw. */
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parity/vectors.h"
#include "unit/test.h"

static void raw_words(void **state)
{
    (void)state;
    struct vectors *v = vectors_csv("rng/mt19937_raw.csv");
    struct rng rng;
    int64_t next = 0, seed = -1;
    for (size_t i = 0; i < v->n_rows; i++) {
        if (vectors_int(v, i, 0) != seed) {
            seed = vectors_int(v, i, 0);
            rng_seed(&rng, (uint32_t)seed);
            next = 0;
        }
        for (; next < vectors_int(v, i, 1); next++) {
            rng_next32(&rng);
        }
        assert_int_equal(rng_next32(&rng), vectors_int(v, i, 2));
        next++;
    }
    vectors_free(v);
}

static void skipping_is_drawing(void **state)
{
    (void)state;
    const uint64_t steps[] = {0, 1, 3, 622, 623, 624, 625, 1247, 1248, 1249, 100000};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct rng drawn, skipped;
        rng_seed(&drawn, 7);
        rng_seed(&skipped, 7);
        for (int round = 0; round < 3; round++) {
            for (uint64_t k = 0; k < steps[i]; k++) {
                rng_next32(&drawn);
            }
            rng_skip(&skipped, steps[i]);
            assert_int_equal(rng_next32(&drawn), rng_next32(&skipped));
        }
    }
}

static void doubles(void **state)
{
    (void)state;
    struct vectors *v = vectors_csv("rng/double_seed42.csv");
    for (size_t i = 0; i < v->n_rows; i++) {
        struct rng rng;
        rng_seed(&rng, 42);
        rng_skip(&rng, 2 * (uint64_t)vectors_int(v, i, 0));
        assert_same_double(rng_double(&rng), vectors_double(v, i, 1));
    }
    vectors_free(v);
}

static void bounded(void **state)
{
    (void)state;
    struct vectors *v = vectors_csv("rng/randint_seed42.csv");
    struct rng rng;
    for (size_t i = 0; i < v->n_rows; i++) {
        if (vectors_int(v, i, 1) == 0) {
            rng_seed(&rng, 42);
        }
        uint32_t most = (uint32_t)(vectors_int(v, i, 0) - 1);
        assert_int_equal(rng_bounded(&rng, most), vectors_int(v, i, 2));
    }
    vectors_free(v);
    rng_seed(&rng, 42);
    assert_int_equal(rng_bounded(&rng, 0), 0);
    assert_int_equal(rng_bounded(&rng, UINT32_MAX), 1608637542); /* the 0 took no word */
}

static void seeds_of_a_forest(void **state)
{
    (void)state;
    struct vectors *v = vectors_csv("rng/forest_seeds_42.csv");
    struct rng bags, tree;
    rng_seed(&bags, 42);
    for (size_t i = 0; i < v->n_rows; i++) {
        uint32_t bag = rng_bounded(&bags, 2147483646);
        assert_int_equal(bag, vectors_int(v, i, 1));
        rng_seed(&tree, bag);
        uint32_t seed = rng_bounded(&tree, 2147483646);
        assert_int_equal(seed, vectors_int(v, i, 2));
        rng_seed(&tree, seed);
        assert_int_equal(rng_bounded(&tree, 2147483646), vectors_int(v, i, 3));
    }
    vectors_free(v);
}

static void xorshift_draws(void **state)
{
    (void)state;
    struct vectors *v = vectors_csv("rng/xorshift32.csv");
    struct xorshift xorshift = {0};
    for (size_t i = 0; i < v->n_rows; i++) {
        if (vectors_int(v, i, 1) == 0) {
            xorshift.state = (uint32_t)vectors_int(v, i, 0);
        }
        assert_int_equal(xorshift_draw(&xorshift), vectors_int(v, i, 2));
    }
    vectors_free(v);
    xorshift.state = 0;
    assert_int_equal(xorshift_rint(&xorshift, 3, 10), 3 + 270369 % 7);
    xorshift.state = 0;
    assert_same_double(xorshift_uniform(&xorshift, -1, 2), 3.0 * 270369 / 2147483647.0 + -1);
}

/* All three branches: permutation, tracking, reservoir, and k = n. */
static void samples(void **state)
{
    (void)state;
    struct vectors *v = vectors_csv("rng/sample_without_replacement.csv");
    for (size_t i = 0; i < v->n_rows;) {
        struct rng rng;
        size_t n = (size_t)vectors_int(v, i, 0), k = (size_t)vectors_int(v, i, 1);
        rng_seed(&rng, (uint32_t)vectors_int(v, i, 2));
        uint32_t *out = malloc(k * sizeof *out);
        assert_true(rng_sample(&rng, n, k, out, NULL));
        for (size_t j = 0; j < k; j++, i++) {
            assert_int_equal(out[j], vectors_int(v, i, 4));
        }
        free(out);
    }
    vectors_free(v);
}

static uint32_t array_number(const cJSON *item, const char *key, int index)
{
    return (uint32_t)cJSON_GetArrayItem(cJSON_GetObjectItem(item, key), index)->valuedouble;
}

/* The last case is the study's own: a million of 42,866,142. */
static void choices(void **state)
{
    (void)state;
    cJSON *cases = vectors_json("rng/choice.json");
    const cJSON *item;
    cJSON_ArrayForEach(item, cases)
    {
        size_t n = (size_t)vectors_json_number(item, "n");
        size_t size = (size_t)vectors_json_number(item, "size");
        uint32_t *out = malloc(size * sizeof *out);
        struct rng rng;
        rng_seed(&rng, (uint32_t)vectors_json_number(item, "seed"));
        assert_true(rng_choice(&rng, n, size, out, NULL, NULL));
        int shown = cJSON_GetArraySize(cJSON_GetObjectItem(item, "first"));
        for (int i = 0; i < shown; i++) {
            assert_int_equal(out[i], array_number(item, "first", i));
            assert_int_equal(out[size - (size_t)shown + (size_t)i],
                             array_number(item, "last", i));
        }
        uint64_t sum = 0, bits = 0;
        for (size_t i = 0; i < size; i++) {
            sum += out[i];
            bits ^= out[i];
        }
        assert_true((double)sum == vectors_json_number(item, "sum"));
        assert_true((double)bits == vectors_json_number(item, "xor"));
        assert_true(vectors_weighted_sum(out, size) ==
                    vectors_hex(vectors_json_text(item, "weighted_sum64")));
        free(out);
    }
    cJSON_Delete(cases);
}

/* The stream goes on at the right word after a permutation, whatever block it ended in. */
static void permutation_takes_its_words_and_no_more(void **state)
{
    (void)state;
    enum { MOST = 1300 };
    for (uint32_t n = 0; n <= MOST; n += 1 + n / 16) {
        struct rng rng, plain;
        uint32_t out[MOST], expected[MOST];
        rng_seed(&rng, n);
        rng_seed(&plain, n);
        assert_true(rng_permutation(&rng, out, n, NULL, NULL));
        for (uint32_t i = 0; i < n; i++) {
            expected[i] = i;
        }
        for (uint32_t i = n; i-- > 1;) {
            uint32_t j = rng_bounded(&plain, i), kept = expected[i];
            expected[i] = expected[j];
            expected[j] = kept;
        }
        assert_memory_equal(out, expected, n * sizeof *out);
        assert_int_equal(rng_next32(&rng), rng_next32(&plain));
    }
}

static void permutation_can_be_cancelled(void **state)
{
    (void)state;
    enum { N = 1000000 };
    atomic_bool cancel = true;
    const struct progress progress = {.cancel = &cancel};
    struct status status = {0};
    struct rng rng;
    uint32_t *out = malloc(N * sizeof *out);
    rng_seed(&rng, 1);
    assert_false(rng_permutation(&rng, out, N, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_false(rng_choice(&rng, N, 3, out, &progress, &status));
    free(out);
}

/* torch.manual_seed(42); the first layer of 7-16-3-16-7 gets its uniform weights and biases. */
static void torch_initialisation(void **state)
{
    (void)state;
    const char *const names[] = {"encoder.0.weight", "encoder.0.bias",   "encoder.2.weight",
                                 "encoder.2.bias",   "decoder.0.weight", "decoder.0.bias",
                                 "decoder.2.weight", "decoder.2.bias"};
    const size_t inputs[] = {7, 16, 3, 16};
    struct vectors *v = vectors_csv("ae/b64/weights.csv");
    struct rng rng;
    rng_seed(&rng, 42);
    size_t compared = 0;
    for (size_t layer = 0; layer < 8; layer++) {
        double fan_in = (double)inputs[layer / 2];
        double bound =
            layer % 2 == 0 ? sqrt(3.0) * (sqrt(2.0 / 6.0) / sqrt(fan_in)) : 1.0 / sqrt(fan_in);
        for (size_t i = 0; i < v->n_rows; i++) {
            if (vectors_int(v, i, 0) == 0 && strcmp(vectors_text(v, i, 1), names[layer]) == 0) {
                assert_same_float(rng_torch_uniform(&rng, -(float)bound, (float)bound),
                                  vectors_float(v, i, 4));
                compared++;
            }
        }
    }
    assert_int_equal(compared, 7 * 16 + 16 + 16 * 3 + 3 + 3 * 16 + 16 + 16 * 7 + 7);
    vectors_free(v);
}

/* Two epochs of a shuffling DataLoader after the model was built. */
static void torch_shuffles(void **state)
{
    (void)state;
    const struct {
        const char *file;
        uint32_t seed;
        size_t n;
    } cases[] = {{"ae/b64/shuffle_order.csv", 42, 640},
                 {"ae/b100_tail37/shuffle_order.csv", 7, 337}};
    for (size_t c = 0; c < 2; c++) {
        struct vectors *v = vectors_csv(cases[c].file);
        size_t n = cases[c].n;
        assert_int_equal(v->n_rows, 2 * n);
        struct rng rng, epoch;
        rng_seed(&rng, cases[c].seed);
        rng_skip(&rng, 362); /* the weights */
        uint32_t *order = malloc(n * sizeof *order);
        for (size_t e = 0; e < 2; e++) {
            rng_seed(&epoch, rng_torch_epoch_seed(&rng));
            for (size_t i = 0; i < n; i++) {
                order[i] = (uint32_t)i;
            }
            for (size_t i = 0; i < n; i += 100) { /* in pieces, as it is used */
                rng_torch_shuffle(&epoch, order, n, i, i + 100);
            }
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(order[i], vectors_int(v, e * n + i, 2));
            }
        }
        free(order);
        vectors_free(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_words),
        cmocka_unit_test(skipping_is_drawing),
        cmocka_unit_test(doubles),
        cmocka_unit_test(bounded),
        cmocka_unit_test(seeds_of_a_forest),
        cmocka_unit_test(xorshift_draws),
        cmocka_unit_test(samples),
        cmocka_unit_test(choices),
        cmocka_unit_test(permutation_takes_its_words_and_no_more),
        cmocka_unit_test(permutation_can_be_cancelled),
        cmocka_unit_test(torch_initialisation),
        cmocka_unit_test(torch_shuffles),
    };
    return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}

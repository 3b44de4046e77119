/* autoencoder: what it has to say of a row, and of itself. */
#define _GNU_SOURCE
#include "models/autoencoder/autoencoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/autoencoder/autoencoder_model.h"
#include "unit/ae_world.h"
#include "unit/test.h"

static const struct detector *const ae = &autoencoder_detector;

static void reconstruction_gives_the_score(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 800, 7, 30);
    void *model = ae_fit(&w, 2, 64, 1e-3);
    struct scores scores = ae_score(&w, model);
    for (size_t p = 0; p < w.table->profiles.n; p++) {
        double values[7], credit[7], squares[7], sum = 0;
        autoencoder_reconstruct(model, &w.data, p, values);
        assert_true(ae->explain(model, &w.data, p, credit));
        for (size_t j = 0; j < 7; j++) {
            double miss = (values[j] - table_profile(w.table, p)[j]) / w.scaler->scale[j];
            squares[j] = miss * miss;
            sum += squares[j];
        }
        /* float against double: an output is off by some 1e-7 of values up to 10 */
        double tolerance = 1e-5 * (scores.score[p] + sqrt(scores.score[p]));
        assert_true(fabs(sum / 7 - scores.score[p]) < tolerance);
        for (size_t j = 0; j < 7; j++) {
            assert_true(fabs(credit[j] * sum - squares[j]) < 7 * tolerance);
        }
    }
    scores_clear(&scores);
    ae->free(model);
    ae_world_close(&w);
}

/* Against all rows, one by one. */
static void misses_are_placed_among_all_rows(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 1000, 7, 30);
    void *model = ae_fit(&w, 2, 64, 1e-3);
    size_t n = w.table->profiles.n;
    struct autoencoder_miss *miss = calloc(n * 7, sizeof *miss);
    assert_non_null(miss);
    for (size_t p = 0; p < n; p++) {
        double values[7], credit[7];
        autoencoder_misses(model, &w.data, p, miss + p * 7);
        autoencoder_reconstruct(model, &w.data, p, values);
        assert_true(ae->explain(model, &w.data, p, credit));
        for (size_t j = 0; j < 7; j++) {
            assert_true(miss[p * 7 + j].reconstructed == values[j]);
            assert_true(miss[p * 7 + j].credit == credit[j]);
        }
    }
    for (size_t p = 0; p < n; p++) {
        for (size_t j = 0; j < 7; j++) {
            double square = miss[p * 7 + j].square, least = 0, most = 0;
            for (size_t k = 0; k < n; k++) {
                double copies = w.table->profiles.copies[k];
                least += miss[k * 7 + j].square < 0.998 * square ? copies : 0;
                most += miss[k * 7 + j].square < square ? copies : 0;
            }
            double below = 1000 * miss[p * 7 + j].below;
            assert_true(below >= least - 1e-9 && below <= most + 1e-9);
        }
    }
    free(miss);
    ae->free(model);
    ae_world_close(&w);
}

static double error_of(const struct autoencoder *model, const float *row, size_t d)
{
    float out[64];
    double sum = 0;
    net_forward(&model->net.shape, model->net.param, row, out);
    for (size_t j = 0; j < d; j++) {
        sum += ((double)out[j] - (double)row[j]) * ((double)out[j] - (double)row[j]);
    }
    return sum / (double)d;
}

/* The definition: the mean over all orders in which features may join of what joining adds. */
static size_t average_orders(const struct autoencoder *model, const float *full, size_t d,
                             float *row, size_t used, double before, double *value)
{
    size_t orders = 0;
    for (size_t j = 0; j < d; j++) {
        if ((used >> j & 1) != 0) {
            continue;
        }
        row[j] = full[j];
        double after = error_of(model, row, d);
        size_t below = average_orders(model, full, d, row, used | (size_t)1 << j, after, value);
        below = below > 0 ? below : 1;
        value[j] += (double)below * (after - before);
        orders += below;
        row[j] = 0;
    }
    return orders;
}

static void shapley_is_the_mean_over_orders(void **state)
{
    (void)state;
    const size_t widths[] = {1, 2, 5, 7};
    for (size_t i = 0; i < 4; i++) {
        size_t d = widths[i];
        struct ae_world w;
        ae_world_open(&w, 400, d, 30);
        void *model = ae_fit(&w, 2, 64, 1e-3);
        for (size_t p = 0; p < w.table->profiles.n; p += 97) {
            double value[12], base, slow[12] = {0}, sum = 0;
            float row[12] = {0};
            assert_true(autoencoder_shapley(model, &w.data, p, value, &base, NULL));
            double none = error_of(model, row, d);
            size_t orders = average_orders(model, w.scaled + p * d, d, row, 0, none, slow);
            double error = error_of(model, w.scaled + p * d, d);
            assert_true(fabs(base - none) < 1e-5 * (none + 1e-3));
            for (size_t j = 0; j < d; j++) {
                sum += value[j];
                assert_true(fabs(value[j] - slow[j] / (double)orders) < 1e-5 * (error + none));
            }
            struct scores scores = ae_score(&w, model);
            assert_true(fabs(base + sum - scores.score[p]) < 1e-12 * (1 + scores.score[p]));
            scores_clear(&scores);
        }
        ae->free(model);
        ae_world_close(&w);
    }
}

static void shapley_has_a_limit(void **state)
{
    (void)state;
    struct ae_world w;
    double value[13], base;
    for (size_t d = 12; d <= 13; d++) {
        ae_world_open(&w, 100, d, 30);
        void *model = ae_fit(&w, 1, 64, 1e-3);
        struct status status = {.code = STATUS_OK};
        assert_true(autoencoder_shapley(model, &w.data, 3, value, &base, &status) == (d == 12));
        assert_int_equal(status.code, d == 12 ? STATUS_OK : STATUS_USAGE);
        ae->free(model);
        ae_world_close(&w);
    }
}

static void tells_about_itself(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 300, 7, 30);
    void *model = ae_fit(&w, 2, 100, 0.01);
    struct key_values values = {.n = 0};
    ae->info(model, &w.data, &values);
    assert_false(values.failed);
    assert_string_equal(key_values_find(&values, "model")->text, "Autoencoder");
    assert_true(key_values_find(&values, "params.epochs")->number == 2);
    assert_true(key_values_find(&values, "params.batch_size")->number == 100);
    assert_true(key_values_find(&values, "params.latent_dim")->number == 3);
    assert_string_equal(key_values_find(&values, "params.optimizer")->text, "Adam");
    assert_string_equal(key_values_find(&values, "params.loss")->text, "MSE");
    assert_true(key_values_find(&values, "params.learning_rate")->number == 0.01);
    assert_true(key_values_find(&values, "seed")->number == 42);
    assert_int_equal(key_values_find(&values, "losses")->n_numbers, 2);
    assert_true(key_values_find(&values, "parameters")->number == 362);
    assert_true(key_values_find(&values, "steps")->number == 6);
    assert_non_null(key_values_find(&values, "openblas.core"));
    key_values_clear(&values);
    ae->free(model);
    ae_world_close(&w);
}

static void says_when_it_diverged(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 300, 7, 30);
    char text[200];
    void *well = ae_fit(&w, 20, 100, 1e-3);
    assert_false(ae->health(well, &w.data, text, sizeof text));
    ae->free(well);
    struct autoencoder *badly = ae_fit(&w, 2, 100, 1e-3);
    badly->losses[1] = 2 * badly->losses[0];
    assert_true(ae->health(badly, &w.data, text, sizeof text));
    badly->losses[1] = NAN;
    assert_true(ae->health(badly, &w.data, text, sizeof text));
    for (size_t i = 0; i < badly->net.shape.n; i++) {
        badly->net.param[i] = 1e30f;
    }
    struct scores scores = ae_score(&w, badly); /* beyond float: still a number */
    double credit[7];
    for (size_t i = 0; i < scores.n; i++) {
        assert_true(isfinite(scores.score[i]));
        assert_true(ae->explain(badly, &w.data, i, credit));
        assert_true(isfinite(credit[0]));
    }
    scores_clear(&scores);
    ae->free(badly);
    ae_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reconstruction_gives_the_score),
        cmocka_unit_test(misses_are_placed_among_all_rows),
        cmocka_unit_test(shapley_is_the_mean_over_orders),
        cmocka_unit_test(shapley_has_a_limit),
        cmocka_unit_test(tells_about_itself),
        cmocka_unit_test(says_when_it_diverged),
    };
    return cmocka_run_group_tests_name("autoencoder why", tests, NULL, NULL);
}

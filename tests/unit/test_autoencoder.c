/* autoencoder: the detector as the pipeline uses it. */
#define _GNU_SOURCE
#include "models/autoencoder/autoencoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/autoencoder/autoencoder_feed.h"
#include "models/autoencoder/autoencoder_model.h"
#include "unit/ae_world.h"
#include "unit/test.h"

static const struct detector *const ae = &autoencoder_detector;

/* ---- tests ---- */

static void learns_and_scores(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 5000, 7, 30);
    void *model = ae_fit(&w, 5, 16, 1e-3);
    size_t n;
    const double *losses = autoencoder_losses(model, &n);
    assert_int_equal(n, 5);
    assert_true(losses[4] < 0.7 * losses[0]);
    struct scores scores = ae_score(&w, model);
    double mean = 0;
    for (size_t i = 0; i < scores.n; i++) {
        assert_true(scores.score[i] >= 0 && isfinite(scores.score[i]));
        mean += scores.score[i] * w.table->profiles.copies[i] / 5000;
    }
    /* the loss of the last epoch is measured while the network still learns */
    assert_true(mean < losses[4] && mean > 0.5 * losses[4]);
    assert_int_equal(scores.scored_rows, 5000);
    assert_true(scores.flagged_rows > 0 && scores.flagged_rows <= 50);
    char text[80];
    assert_false(ae->partial(model, text, sizeof text));
    scores_clear(&scores);
    ae->free(model);
    ae_world_close(&w);
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    const size_t widths[] = {7, 20}; /* the fused path and OpenBLAS */
    for (size_t i = 0; i < 2; i++) {
        struct ae_world w;
        ae_world_open(&w, 9000, widths[i], 25);
        void *one = ae_fit(&w, 2, 3000, 1e-3);
        for (unsigned threads = 2; threads <= 5; threads += 3) {
            w.data.parallel = parallel_new(threads, NULL);
            void *many = ae_fit(&w, 2, 3000, 1e-3);
            ae_assert_same(&w, one, many);
            ae->free(many);
            parallel_free(w.data.parallel);
            w.data.parallel = NULL;
        }
        ae->free(one);
        ae_world_close(&w);
    }
}

static void seeds_matter(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 500, 7, 30);
    void *a = ae_fit(&w, 1, 100, 1e-3);
    void *same = ae_fit(&w, 1, 100, 1e-3);
    w.data.seed = 43;
    void *other = ae_fit(&w, 1, 100, 1e-3);
    ae_assert_same(&w, a, same);
    size_t n;
    assert_true(*autoencoder_losses(a, &n) != *autoencoder_losses(other, &n));
    ae->free(a);
    ae->free(same);
    ae->free(other);
    ae_world_close(&w);
}

static void any_shape_will_do(void **state)
{
    (void)state;
    const size_t shapes[][3] = {
        /* rows, features, batch */
        {1, 1, 4096},   {1, 7, 4096}, {1, 64, 1},         {2, 7, 1},      {300, 1, 4096},
        {300, 16, 299}, {300, 17, 7}, {300, 64, 1000000}, {257, 16, 256}, {3000, 64, 1025}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct ae_world w;
        ae_world_open(&w, shapes[i][0], shapes[i][1], 12);
        void *model = ae_fit(&w, 2, shapes[i][2], 1e-3);
        struct scores scores = ae_score(&w, model);
        size_t n;
        const double *losses = autoencoder_losses(model, &n);
        assert_int_equal(n, 2);
        assert_true(isfinite(losses[0]) && isfinite(losses[1]));
        for (size_t k = 0; k < scores.n; k++) {
            assert_true(scores.score[k] >= 0 && isfinite(scores.score[k]));
        }
        double credit[64], sum = 0;
        assert_true(ae->explain(model, &w.data, 0, credit));
        for (size_t j = 0; j < shapes[i][1]; j++) {
            sum += credit[j];
        }
        assert_true(fabs(sum - 1) < 1e-12);
        scores_clear(&scores);
        ae->free(model);
        ae_world_close(&w);
    }
}

static void both_paths_learn_the_same(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 3000, 7, 30);
    setenv("ODDHOURS_AUTOENCODER", "blas", 1);
    struct autoencoder *blas = ae_fit(&w, 3, 256, 1e-3);
    setenv("ODDHOURS_AUTOENCODER", "fused", 1);
    struct autoencoder *fused = ae_fit(&w, 3, 256, 1e-3);
    unsetenv("ODDHOURS_AUTOENCODER");
    assert_string_equal(blas->path->name, "blas");
    assert_string_equal(fused->path->name, "fused");
    for (size_t i = 0; i < 3; i++) { /* 36 steps with sums in another order */
        assert_true(fabs(blas->losses[i] - fused->losses[i]) < 1e-4 * blas->losses[i]);
    }
    ae->free(blas);
    ae->free(fused);
    ae_world_close(&w);
}

/* ---- cancelling ---- */

struct canceller {
    atomic_bool cancel;
    size_t at_epoch;     /* cancel when its loss is known; SIZE_MAX: never */
    uint64_t after_done; /* cancel when so many batches are done */
};

static void on_value(void *context, size_t epoch, double loss)
{
    struct canceller *canceller = context;
    assert_true(loss > 0);
    if (epoch == canceller->at_epoch) {
        atomic_store(&canceller->cancel, true);
    }
}

static void on_report(void *context, uint64_t done, uint64_t total)
{
    struct canceller *canceller = context;
    assert_true(done <= total);
    if (done >= canceller->after_done) {
        atomic_store(&canceller->cancel, true);
    }
}

static void *fit_cancelled(const struct ae_world *w, struct canceller *canceller)
{
    const double params[DETECTOR_PARAMS] = {5, 1, 1e-3};
    struct progress progress = {.cancel = &canceller->cancel,
                                .report = on_report,
                                .value = on_value,
                                .context = canceller};
    struct status status = {.code = STATUS_OK};
    void *model = ae->fit(&w->data, params, &progress, &status);
    assert_int_equal(status.code, STATUS_CANCELLED);
    return model;
}

static void a_cancel_keeps_finished_epochs(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 2000, 7, 30);
    void *two = ae_fit(&w, 2, 1, 1e-3);
    /* between two epochs, and in the middle of the third */
    struct canceller cancellers[] = {{.at_epoch = 1, .after_done = UINT64_MAX},
                                     {.at_epoch = SIZE_MAX, .after_done = 4050}};
    for (size_t i = 0; i < 2; i++) {
        void *model = fit_cancelled(&w, &cancellers[i]);
        assert_non_null(model);
        char text[80];
        assert_true(ae->partial(model, text, sizeof text));
        assert_string_equal(text, "2 of 5 epochs (cancelled)");
        ae_assert_same(&w, two, model);
        ae->free(model);
    }
    ae->free(two);
    ae_world_close(&w);
}

static void an_early_cancel_keeps_nothing(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 2000, 7, 30);
    struct canceller at_once = {.at_epoch = SIZE_MAX, .after_done = 0};
    assert_null(fit_cancelled(&w, &at_once));
    struct canceller soon = {.at_epoch = SIZE_MAX, .after_done = 1};
    assert_null(fit_cancelled(&w, &soon));

    void *model = ae_fit(&w, 1, 50, 1e-3);
    struct canceller scoring = {.at_epoch = SIZE_MAX, .after_done = 0};
    struct progress progress = {
        .cancel = &scoring.cancel, .report = on_report, .context = &scoring};
    struct scores scores = {.n = 0};
    struct status status = {.code = STATUS_OK};
    assert_false(detector_score(ae, model, &w.data, &scores, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_null(scores.score);
    ae->free(model);
    ae_world_close(&w);
}

/* ---- the feed ---- */

/* The rows of every batch, copies and all, are those of the plain shuffle. */
static void merged_batches_hold_the_same_rows(void **state)
{
    (void)state;
    enum { BATCH = 300 };
    struct ae_world w;
    ae_world_open(&w, 1000, 1, 8);
    size_t n_profiles = w.table->profiles.n;
    assert_true(n_profiles < 150);
    uint32_t order[1000], *in_batch = calloc(n_profiles, sizeof *in_batch);
    struct feed *feed = feed_new(w.table, BATCH, NULL);
    for (uint32_t epoch = 0; epoch < 3; epoch++) {
        struct rng rng;
        rng_seed(&rng, epoch);
        memcpy(order, w.table->row_profile, sizeof order);
        rng_torch_shuffle(&rng, order, 1000, 0, 1000);
        feed_start(feed, epoch, NULL);
        size_t at = 0;
        struct feed_batch batch;
        while ((batch = feed_take(feed)).rows > 0) {
            feed_prepare(feed);
            assert_non_null(batch.copies);
            assert_int_equal(batch.rows, 1000 - at < BATCH ? 1000 - at : BATCH);
            size_t distinct = 0;
            memset(in_batch, 0, n_profiles * sizeof *in_batch);
            for (size_t i = at; i < at + batch.rows; i++) {
                if (in_batch[order[i]]++ == 0) {
                    assert_int_equal(batch.ids[distinct++], order[i]);
                }
            }
            assert_int_equal(batch.n, distinct);
            for (size_t i = 0; i < batch.n; i++) {
                assert_int_equal(batch.copies[i], in_batch[batch.ids[i]]);
            }
            at += batch.rows;
        }
        assert_int_equal(at, 1000);
    }
    feed_free(feed);
    free(in_batch);
    ae_world_close(&w);
}

static void parameters_have_bounds(void **state)
{
    (void)state;
    const char *const good[][2] = {
        {"epochs", "1"},      {"epochs", "1000"},        {"batch", "1"},
        {"batch", "1000000"}, {"learning-rate", "1e-9"}, {"learning-rate", "1"}};
    const char *const bad[][2] = {
        {"epochs", "0"},   {"epochs", "1001"},      {"epochs", "2.5"},
        {"batch", "0"},    {"batch", "1000001"},    {"batch", "x"},
        {"batch", "1e99"}, {"learning-rate", "0"},  {"learning-rate", "2"},
        {"epochs", ""},    {"learning-rate", "nan"}};
    double value;
    for (size_t i = 0; i < ae->n_params; i++) {
        for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
            if (strcmp(good[k][0], ae->params[i].option) == 0) {
                assert_true(param_parse(&ae->params[i], good[k][1], &value, NULL));
            }
        }
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            if (strcmp(bad[k][0], ae->params[i].option) == 0) {
                assert_false(param_parse(&ae->params[i], bad[k][1], &value, NULL));
            }
        }
    }
    assert_ptr_equal(detector_find("autoencoder"), ae);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns_and_scores),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(seeds_matter),
        cmocka_unit_test(any_shape_will_do),
        cmocka_unit_test(both_paths_learn_the_same),
        cmocka_unit_test(a_cancel_keeps_finished_epochs),
        cmocka_unit_test(an_early_cancel_keeps_nothing),
        cmocka_unit_test(merged_batches_hold_the_same_rows),
        cmocka_unit_test(parameters_have_bounds),
    };
    return cmocka_run_group_tests_name("autoencoder", tests, NULL, NULL);
}

/* autoencoder: the detector as the pipeline uses it. */
#define _GNU_SOURCE
#include "models/autoencoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/autoencoder_feed.h"
#include "models/autoencoder_model.h"
#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/test.h"

static const struct detector *const ae = &autoencoder_detector;

/* ---- a table, scaled ---- */

struct world {
    struct table *table;
    struct scaler *scaler;
    float *scaled;
    struct detector_data data;
};

/* n rows of d whole numbers that depend on each other, from 0 up to about 3 `most`. */
static void world_open(struct world *w, size_t n, size_t d, size_t most)
{
    double *values = calloc(n * d, sizeof *values);
    assert_non_null(values);
    uint64_t seed = n + d;
    for (size_t r = 0; r < n; r++) {
        size_t a = fixture_below(&seed, most), b = fixture_below(&seed, most);
        for (size_t j = 0; j < d; j++) {
            size_t rare = fixture_below(&seed, 40) == 0 ? a * b : 0;
            values[r * d + j] = (double)((j % 2 == 0 ? a : b) + rare + a % (j + 1));
        }
    }
    w->table = fixture_table(values, n, d, NULL);
    free(values);
    w->scaler = scaler_fit(w->table, NULL, NULL, NULL);
    w->scaled = scaler_transform(w->scaler, w->table, NULL, NULL);
    assert_non_null(w->scaled);
    w->data = (struct detector_data){.table = w->table,
                                     .scaler = w->scaler,
                                     .scaled = w->scaled,
                                     .seed = 42,
                                     .budget = 0.01};
}

static void world_close(struct world *w)
{
    table_free(w->table);
    scaler_free(w->scaler);
    free(w->scaled);
}

/* Parameters in the order of the options. */
static void *fit(const struct world *w, size_t epochs, size_t batch, double rate)
{
    const double params[DETECTOR_PARAMS] = {(double)epochs, (double)batch, rate};
    struct status status = {.code = STATUS_OK};
    void *model = ae->fit(&w->data, params, NULL, &status);
    assert_non_null(model);
    assert_int_equal(status.code, STATUS_OK);
    return model;
}

static struct scores score(const struct world *w, const void *model)
{
    struct scores scores;
    assert_true(ae->score(model, &w->data, &scores, NULL, NULL));
    assert_int_equal(scores.n, w->table->profiles.n);
    return scores;
}

static void assert_same_models(const struct world *w, const void *a, const void *b)
{
    size_t n_a, n_b;
    const double *losses_a = autoencoder_losses(a, &n_a),
                 *losses_b = autoencoder_losses(b, &n_b);
    assert_int_equal(n_a, n_b);
    assert_memory_equal(losses_a, losses_b, n_a * sizeof *losses_a);
    struct scores x = score(w, a), y = score(w, b);
    assert_memory_equal(x.score, y.score, x.n * sizeof *x.score);
    scores_clear(&x);
    scores_clear(&y);
}

/* ---- tests ---- */

static void learns_and_scores(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 5000, 7, 30);
    void *model = fit(&w, 5, 16, 1e-3);
    size_t n;
    const double *losses = autoencoder_losses(model, &n);
    assert_int_equal(n, 5);
    assert_true(losses[4] < 0.7 * losses[0]);
    struct scores scores = score(&w, model);
    double mean = 0;
    for (size_t i = 0; i < scores.n; i++) {
        assert_true(scores.score[i] >= 0 && isfinite(scores.score[i]));
        mean += scores.score[i] * w.table->profiles.copies[i] / 5000;
        assert_true(ae->exported(model, &scores, scores.score[i]) == scores.score[i]);
    }
    /* the loss of the last epoch is measured while the network still learns */
    assert_true(mean < losses[4] && mean > 0.5 * losses[4]);
    assert_int_equal(scores.scored_rows, 5000);
    assert_true(scores.flagged_rows > 0 && scores.flagged_rows <= 50);
    char text[80];
    assert_false(ae->partial(model, text, sizeof text));
    scores_clear(&scores);
    ae->free(model);
    world_close(&w);
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    const size_t widths[] = {7, 20}; /* the fused path and OpenBLAS */
    for (size_t i = 0; i < 2; i++) {
        struct world w;
        world_open(&w, 9000, widths[i], 25);
        void *one = fit(&w, 2, 3000, 1e-3);
        for (unsigned threads = 2; threads <= 5; threads += 3) {
            w.data.parallel = parallel_new(threads, NULL);
            void *many = fit(&w, 2, 3000, 1e-3);
            assert_same_models(&w, one, many);
            ae->free(many);
            parallel_free(w.data.parallel);
            w.data.parallel = NULL;
        }
        ae->free(one);
        world_close(&w);
    }
}

static void seeds_matter(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 500, 7, 30);
    void *a = fit(&w, 1, 100, 1e-3);
    void *same = fit(&w, 1, 100, 1e-3);
    w.data.seed = 43;
    void *other = fit(&w, 1, 100, 1e-3);
    assert_same_models(&w, a, same);
    size_t n;
    assert_true(*autoencoder_losses(a, &n) != *autoencoder_losses(other, &n));
    ae->free(a);
    ae->free(same);
    ae->free(other);
    world_close(&w);
}

static void any_shape_will_do(void **state)
{
    (void)state;
    const size_t shapes[][3] = {
        /* rows, features, batch */
        {1, 1, 4096},   {1, 7, 4096}, {1, 64, 1},         {2, 7, 1},      {300, 1, 4096},
        {300, 16, 299}, {300, 17, 7}, {300, 64, 1000000}, {257, 16, 256}, {3000, 64, 1025}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct world w;
        world_open(&w, shapes[i][0], shapes[i][1], 12);
        void *model = fit(&w, 2, shapes[i][2], 1e-3);
        struct scores scores = score(&w, model);
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
        world_close(&w);
    }
}

static void both_paths_learn_the_same(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 3000, 7, 30);
    setenv("ODDHOURS_AUTOENCODER", "blas", 1);
    struct autoencoder *blas = fit(&w, 3, 256, 1e-3);
    setenv("ODDHOURS_AUTOENCODER", "fused", 1);
    struct autoencoder *fused = fit(&w, 3, 256, 1e-3);
    unsetenv("ODDHOURS_AUTOENCODER");
    assert_string_equal(blas->path->name, "blas");
    assert_string_equal(fused->path->name, "fused");
    for (size_t i = 0; i < 3; i++) { /* 36 steps with sums in another order */
        assert_true(fabs(blas->losses[i] - fused->losses[i]) < 1e-4 * blas->losses[i]);
    }
    ae->free(blas);
    ae->free(fused);
    world_close(&w);
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

static void *fit_cancelled(const struct world *w, struct canceller *canceller)
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
    struct world w;
    world_open(&w, 2000, 7, 30);
    void *two = fit(&w, 2, 1, 1e-3);
    /* between two epochs, and in the middle of the third */
    struct canceller cancellers[] = {{.at_epoch = 1, .after_done = UINT64_MAX},
                                     {.at_epoch = SIZE_MAX, .after_done = 4050}};
    for (size_t i = 0; i < 2; i++) {
        void *model = fit_cancelled(&w, &cancellers[i]);
        assert_non_null(model);
        char text[80];
        assert_true(ae->partial(model, text, sizeof text));
        assert_string_equal(text, "2 of 5 epochs (cancelled)");
        assert_same_models(&w, two, model);
        ae->free(model);
    }
    ae->free(two);
    world_close(&w);
}

static void an_early_cancel_keeps_nothing(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 2000, 7, 30);
    struct canceller at_once = {.at_epoch = SIZE_MAX, .after_done = 0};
    assert_null(fit_cancelled(&w, &at_once));
    struct canceller soon = {.at_epoch = SIZE_MAX, .after_done = 1};
    assert_null(fit_cancelled(&w, &soon));

    void *model = fit(&w, 1, 50, 1e-3);
    struct canceller scoring = {.at_epoch = SIZE_MAX, .after_done = 0};
    struct progress progress = {
        .cancel = &scoring.cancel, .report = on_report, .context = &scoring};
    struct scores scores = {.n = 0};
    struct status status = {.code = STATUS_OK};
    assert_false(ae->score(model, &w.data, &scores, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_null(scores.score);
    ae->free(model);
    world_close(&w);
}

/* ---- the feed ---- */

/* The rows of every batch, copies and all, are those of the plain shuffle. */
static void merged_batches_hold_the_same_rows(void **state)
{
    (void)state;
    enum { BATCH = 300 };
    struct world w;
    world_open(&w, 1000, 1, 8);
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
    world_close(&w);
}

/* ---- explaining ---- */

static void reconstruction_gives_the_score(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 800, 7, 30);
    void *model = fit(&w, 2, 64, 1e-3);
    struct scores scores = score(&w, model);
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
    world_close(&w);
}

/* Against all rows, one by one. */
static void misses_are_placed_among_all_rows(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 1000, 7, 30);
    void *model = fit(&w, 2, 64, 1e-3);
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
                least += miss[k * 7 + j].square < 0.98 * square ? copies : 0;
                most += miss[k * 7 + j].square < 1.02 * square ? copies : 0;
            }
            double below = 1000 * miss[p * 7 + j].below;
            assert_true(below >= least - 1e-9 && below <= most + 1e-9);
        }
    }
    free(miss);
    ae->free(model);
    world_close(&w);
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
        struct world w;
        world_open(&w, 400, d, 30);
        void *model = fit(&w, 2, 64, 1e-3);
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
            struct scores scores = score(&w, model);
            assert_true(fabs(base + sum - scores.score[p]) < 1e-12 * (1 + scores.score[p]));
            scores_clear(&scores);
        }
        ae->free(model);
        world_close(&w);
    }
}

static void shapley_has_a_limit(void **state)
{
    (void)state;
    struct world w;
    double value[13], base;
    for (size_t d = 12; d <= 13; d++) {
        world_open(&w, 100, d, 30);
        void *model = fit(&w, 1, 64, 1e-3);
        struct status status = {.code = STATUS_OK};
        assert_true(autoencoder_shapley(model, &w.data, 3, value, &base, &status) == (d == 12));
        assert_int_equal(status.code, d == 12 ? STATUS_OK : STATUS_USAGE);
        ae->free(model);
        world_close(&w);
    }
}

/* ---- what it says ---- */

static void tells_about_itself(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 300, 7, 30);
    void *model = fit(&w, 2, 100, 0.01);
    struct facts facts = {.n = 0};
    ae->info(model, &w.data, &facts);
    assert_false(facts.failed);
    assert_string_equal(facts_find(&facts, "model")->text, "Autoencoder");
    assert_true(facts_find(&facts, "params.epochs")->number == 2);
    assert_true(facts_find(&facts, "params.batch_size")->number == 100);
    assert_true(facts_find(&facts, "params.latent_dim")->number == 3);
    assert_string_equal(facts_find(&facts, "params.optimizer")->text, "Adam");
    assert_string_equal(facts_find(&facts, "params.loss")->text, "MSE");
    assert_true(facts_find(&facts, "params.learning_rate")->number == 0.01);
    assert_true(facts_find(&facts, "seed")->number == 42);
    assert_int_equal(facts_find(&facts, "losses")->n_numbers, 2);
    assert_true(facts_find(&facts, "parameters")->number == 362);
    assert_true(facts_find(&facts, "steps")->number == 6);
    assert_non_null(facts_find(&facts, "openblas.core"));
    facts_clear(&facts);
    ae->free(model);
    world_close(&w);
}

/* ---- saved and read again ---- */

struct file {
    char directory[64], path[80];
};

static void file_open(struct file *file)
{
    snprintf(file->directory, sizeof file->directory, "/tmp/test_autoencoder.XXXXXX");
    assert_non_null(mkdtemp(file->directory));
    snprintf(file->path, sizeof file->path, "%s/saved", file->directory);
}

static void file_close(struct file *file)
{
    unlink(file->path);
    assert_int_equal(rmdir(file->directory), 0);
}

static void save(const struct file *file, const void *model)
{
    struct archive_out *archive = archive_create(file->path, 1, NULL);
    assert_non_null(archive);
    ae->save(model, archive);
    assert_true(archive_commit(archive, NULL));
}

static void *load(const struct file *file, const struct world *w, struct status *status)
{
    struct archive_in *archive = archive_open(file->path, 1, NULL);
    assert_non_null(archive);
    void *model = ae->load(&w->data, archive, status);
    archive_close(archive);
    return model;
}

static void a_saved_model_is_the_same(void **state)
{
    (void)state;
    const size_t widths[] = {7, 20};
    for (size_t i = 0; i < 2; i++) {
        struct world w;
        struct file file;
        world_open(&w, 500, widths[i], 30);
        file_open(&file);
        struct autoencoder *model = fit(&w, 3, 64, 2e-3);
        model->epochs = 9; /* as after a cancel */
        save(&file, model);
        struct autoencoder *again = load(&file, &w, NULL);
        assert_non_null(again);
        assert_same_models(&w, model, again);
        char text[80];
        assert_true(ae->partial(again, text, sizeof text));
        assert_string_equal(text, "3 of 9 epochs (cancelled)");
        assert_ptr_equal(again->path, model->path);
        assert_true(again->batch == 64 && again->seed == 42 && again->net.rate == 2e-3);
        assert_true(again->net.steps == model->net.steps);
        for (size_t p = 0; p < w.table->profiles.n; p++) {
            struct autoencoder_miss a[20], b[20];
            autoencoder_misses(model, &w.data, p, a);
            autoencoder_misses(again, &w.data, p, b);
            assert_memory_equal(a, b, widths[i] * sizeof *a);
        }
        ae->free(model);
        ae->free(again);
        file_close(&file);
        world_close(&w);
    }
}

static void a_senseless_file_is_refused(void **state)
{
    (void)state;
    struct world w, other;
    struct file file;
    world_open(&w, 300, 7, 30);
    world_open(&other, 300, 8, 30);
    file_open(&file);
    struct autoencoder *model = fit(&w, 2, 64, 1e-3);
    save(&file, model);
    struct status status = {.code = STATUS_OK};
    assert_null(load(&file, &other, &status)); /* of a table with more features */
    assert_int_equal(status.code, STATUS_INPUT);

    struct autoencoder good = *model;
    for (int wrong = 0; wrong < 6; wrong++) {
        *model = good;
        switch (wrong) {
        case 0: model->finished = 0; break;
        case 1: model->epochs = 1; break;
        case 2: model->batch = 0; break;
        case 3: model->net.rate = NAN; break;
        case 4: model->net.shape.n--; break;
        default: model->spread[0] = UINT32_MAX; break;
        }
        save(&file, model);
        status.code = STATUS_OK;
        assert_null(load(&file, &w, &status));
        assert_int_equal(status.code, STATUS_INPUT);
    }
    *model = good;
    ae->free(model);
    file_close(&file);
    world_close(&w);
    world_close(&other);
}

static void says_when_it_diverged(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 300, 7, 30);
    char text[200];
    void *well = fit(&w, 20, 100, 1e-3);
    assert_false(ae->health(well, &w.data, text, sizeof text));
    ae->free(well);
    struct autoencoder *badly = fit(&w, 2, 100, 1e-3);
    badly->losses[1] = 2 * badly->losses[0];
    assert_true(ae->health(badly, &w.data, text, sizeof text));
    badly->losses[1] = NAN;
    assert_true(ae->health(badly, &w.data, text, sizeof text));
    for (size_t i = 0; i < badly->net.shape.n; i++) {
        badly->net.param[i] = 1e30f;
    }
    struct scores scores = score(&w, badly); /* beyond float: still a number */
    double credit[7];
    for (size_t i = 0; i < scores.n; i++) {
        assert_true(isfinite(scores.score[i]));
        assert_true(ae->explain(badly, &w.data, i, credit));
        assert_true(isfinite(credit[0]));
    }
    scores_clear(&scores);
    ae->free(badly);
    world_close(&w);
}

/* Refuses one more request each time until all are granted. */
static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 900, 7, 8); /* with copies, so that batches are merged */
    const double params[DETECTOR_PARAMS] = {1, 100, 1e-3};
    void *model = NULL;
    size_t refusals = 0;
    for (unsigned long granted = 0; model == NULL; granted++) {
        struct status status = {.code = STATUS_OK};
        oom_arm(granted, true);
        model = ae->fit(&w.data, params, NULL, &status);
        assert_true(oom_disarm() == (model == NULL));
        assert_int_equal(status.code, model == NULL ? STATUS_NOMEM : STATUS_OK);
        refusals += model == NULL;
    }
    assert_true(refusals > 10);

    bool done = false;
    for (unsigned long granted = 0; !done; granted++) {
        struct status status = {.code = STATUS_OK};
        struct scores scores = {.n = 0};
        oom_arm(granted, true);
        done = ae->score(model, &w.data, &scores, NULL, &status);
        assert_true(oom_disarm() == !done);
        assert_int_equal(status.code, done ? STATUS_OK : STATUS_NOMEM);
        assert_true((scores.score != NULL) == done);
        scores_clear(&scores);
    }

    done = false;
    for (unsigned long granted = 0; !done; granted++) {
        double value[7], base;
        struct status status = {.code = STATUS_OK};
        oom_arm(granted, true);
        done = autoencoder_shapley(model, &w.data, 0, value, &base, &status);
        assert_true(oom_disarm() == !done);
        assert_int_equal(status.code, done ? STATUS_OK : STATUS_NOMEM);
    }
    ae->free(model);
    world_close(&w);
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
        cmocka_unit_test(reconstruction_gives_the_score),
        cmocka_unit_test(misses_are_placed_among_all_rows),
        cmocka_unit_test(shapley_is_the_mean_over_orders),
        cmocka_unit_test(shapley_has_a_limit),
        cmocka_unit_test(tells_about_itself),
        cmocka_unit_test(a_saved_model_is_the_same),
        cmocka_unit_test(a_senseless_file_is_refused),
        cmocka_unit_test(says_when_it_diverged),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(parameters_have_bounds),
    };
    return cmocka_run_group_tests_name("autoencoder", tests, NULL, NULL);
}

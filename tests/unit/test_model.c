/* Models away from their table: what a model of one table says of another is what it would say
 * of the same rows at home, and what plain twins say of new ones. */
#define _GNU_SOURCE
#include "models/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/iforest/iforest.h"
#include "models/iforest/iforest_internal.h"
#include "models/lof/lof_model.h"
#include "rank/ranking.h"
#include "unit/archive_edit.h"
#include "unit/fixture.h"
#include "unit/lof_twin.h"
#include "unit/oom.h"
#include "unit/test.h"

enum { ROWS = 700 };

/* The table that models are fitted on, and the scaler of that fit. */
struct home {
    struct table *table;
    struct scaler *scaler;
    float *scaled;
    struct detector_data data;
    char path[40], other[40];
};

static void new_path(char *path)
{
    strcpy(path, "/tmp/oddhours-model-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static void home_open(struct home *home)
{
    home->table = fixture_user_hours(ROWS, 10, 3, 4);
    home->scaler = scaler_fit(home->table, NULL, NULL, NULL);
    assert_non_null(home->scaler);
    home->scaled = scaler_transform(home->scaler, home->table, NULL, NULL);
    home->data = (struct detector_data){.table = home->table,
                                        .scaler = home->scaler,
                                        .scaled = home->scaled,
                                        .seed = 3,
                                        .budget = 0.02};
    new_path(home->path);
    new_path(home->other);
}

static void home_close(struct home *home)
{
    unlink(home->path);
    unlink(home->other);
    free(home->scaled);
    scaler_free(home->scaler);
    table_free(home->table);
}

/* Each detector with small parameters; LOF in both forms, with and without new points. */
struct setting {
    const struct detector *detector;
    double params[DETECTOR_PARAMS];
};

static void set(struct setting *setting, const char *option, double value)
{
    for (size_t i = 0; i < setting->detector->n_params; i++) {
        if (strcmp(setting->detector->params[i].option, option) == 0) {
            setting->params[i] = value;
        }
    }
}

enum { LOF_SETTINGS = 4, SETTINGS_MOST = DETECTOR_MAX + LOF_SETTINGS };

static size_t settings_list(struct setting *settings)
{
    size_t n = 0;
    for (size_t i = 0; detectors[i] != NULL; i++) {
        size_t variants = strcmp(detectors[i]->name, "lof") == 0 ? LOF_SETTINGS : 1;
        for (size_t variant = 0; variant < variants; variant++) {
            struct setting *one = &settings[n++];
            one->detector = detectors[i];
            detector_defaults(one->detector, one->params);
            set(one, "trees", 20);
            set(one, "epochs", 2);
            set(one, "batch", 64);
            set(one, "neighbors", 6);
            set(one, "lof", (double)(variant % 2));
            set(one, "lof-sample", variant < 2 ? 0 : 200);
            set(one, "lof-scope", LOF_SCOPE_ALL);
        }
    }
    return n;
}

static struct model *fit(const struct home *home, const struct setting *setting,
                         struct scores *scores)
{
    struct model *model =
        model_fit(setting->detector, &home->data, setting->params, NULL, NULL);
    assert_non_null(model);
    assert_true(model_score_own(model, &home->data, scores, NULL, NULL));
    assert_true(scores->threshold == model->threshold);
    return model;
}

/* What a model says of `table`, by the scaler of its home. */
static struct scores score(const struct home *home, const struct model *model,
                           const struct table *table)
{
    const struct detector_data away = {.table = table, .scaler = home->scaler};
    struct scores scores;
    struct status status = {0};
    float *scaled = NULL;
    struct detector_data data = away;
    if (model->detector->lean) { /* others are given it by model_score() */
        scaled = scaler_transform(home->scaler, table, NULL, NULL);
        data.scaled = scaled;
    }
    assert_true(model_score(model, &data, &scores, NULL, &status));
    assert_true(scores.threshold == model->threshold);
    free(scaled);
    return scores;
}

static size_t count_flagged(const struct scores *scores, const struct table *table)
{
    size_t n = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        n += scores->score[table->row_profile[row]] > scores->threshold;
    }
    return n;
}

/* Every third row of the home table, the last first, and none of them in its place. */
static struct table *some_rows(const struct home *home, size_t *rows, size_t *n)
{
    const size_t d = home->table->profiles.d;
    double *values = malloc(ROWS * d * sizeof *values);
    *n = 0;
    for (size_t row = ROWS; row-- > 0;) {
        if (row % 3 == 1) {
            rows[*n] = row;
            memcpy(values + (*n)++ * d,
                   table_profile(home->table, home->table->row_profile[row]),
                   d * sizeof *values);
        }
    }
    struct table *table =
        fixture_table(values, *n, d, (const char *const *)home->table->feature_names);
    free(values);
    return table;
}

/* Rows that the home table does not have, some like those it has and some far out. */
static struct table *new_rows(const struct home *home, size_t n, uint64_t random)
{
    const size_t d = home->table->profiles.d;
    double *values = malloc(n * d * sizeof *values);
    for (size_t i = 0; i < n; i++) {
        const double *like =
            table_profile(home->table, fixture_below(&random, home->table->profiles.n));
        for (size_t j = 0; j < d; j++) {
            values[i * d + j] =
                like[j] + (double)fixture_below(&random, 4) * 0.37 + (i % 10 == 0 ? 1e4 : 0);
        }
    }
    struct table *table =
        fixture_table(values, n, d, (const char *const *)home->table->feature_names);
    free(values);
    return table;
}

static void rows_keep_their_scores_elsewhere(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    size_t rows[ROWS], n;
    home_open(&home);
    struct table *part = some_rows(&home, rows, &n);
    for (size_t s = settings_list(settings); s-- > 0;) {
        struct scores own;
        struct model *model = fit(&home, &settings[s], &own);
        struct scores away = score(&home, model, part);
        for (size_t i = 0; i < n; i++) {
            const double here = own.score[home.table->row_profile[rows[i]]];
            const double there = away.score[part->row_profile[i]];
            assert_memory_equal(&here, &there, sizeof here);
        }
        assert_int_equal(away.flagged_rows, count_flagged(&away, part));
        assert_int_equal(own.flagged_rows, count_flagged(&own, home.table));
        scores_clear(&own);
        scores_clear(&away);
        model_free(model);
    }
    table_free(part);
    home_close(&home);
}

/* 2^(-depth / c) of the leaves that a row falls into, from what the model explains. */
static double plain_forest(const struct model *model, const struct detector_data *data,
                           size_t profile)
{
    struct iforest_depths depths;
    iforest_depths(model->fitted, data, profile, &depths);
    return pow(2, -depths.own / iforest_path_length(256));
}

/* The mean squared difference from what the network expects, scaled. */
static double plain_network(const struct model *model, const struct detector_data *data,
                            size_t profile)
{
    double expected[TABLE_FEATURES_MAX], sum = 0;
    model->detector->expected(model->fitted, data, profile, expected);
    for (size_t j = 0; j < model->d; j++) {
        const double value = table_profile(data->table, profile)[j];
        const double miss = (expected[j] - value) / data->scaler->scale[j];
        sum += miss * miss;
    }
    return sum / (double)model->d;
}

static struct lof_twin *twin_of(const struct home *home, const struct lof_model *model)
{
    const struct lof_points *points = &model->points;
    const float **rows = malloc(points->n_rows * sizeof *rows);
    for (size_t i = 0; i < points->n_rows; i++) {
        rows[i] =
            home->scaled + home->table->row_profile[lof_points_row(points, i)] * points->d;
    }
    return lof_twin_new(rows, points->n_rows, points->d, model->k);
}

/* The sum over features of -log of the smaller tail, counted row by row. */
static double plain_tails(const struct table *fitted, const double *values)
{
    double sum = 0;
    for (size_t j = 0; j < fitted->profiles.d; j++) {
        size_t left = 0, right = 0;
        for (size_t row = 0; row < fitted->n_rows; row++) {
            const double one = table_profile(fitted, fitted->row_profile[row])[j];
            left += one <= values[j];
            right += one >= values[j];
        }
        const size_t tail = left < right ? left : right;
        sum -= tail > 0 ? log((double)tail / ROWS) : log(1.0 / (ROWS + 1));
    }
    return sum;
}

static void new_rows_are_scored_as_defined(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    home_open(&home);
    struct table *fresh = new_rows(&home, 150, 77);
    float *scaled = scaler_transform(home.scaler, fresh, NULL, NULL);
    const size_t d = fresh->profiles.d;
    const struct detector_data away = {.table = fresh, .scaler = home.scaler, .scaled = scaled};
    for (size_t s = settings_list(settings); s-- > 0;) {
        struct scores own;
        struct model *model = fit(&home, &settings[s], &own);
        struct scores scores = score(&home, model, fresh);
        const char *name = model->detector->name;
        const bool lof = strcmp(name, "lof") == 0 && settings[s].params[0] == LOF_DISTINCT;
        struct lof_twin *twin = lof ? twin_of(&home, model->fitted) : NULL;
        for (size_t p = 0; p < scores.n; p++) {
            const double found = scores.score[p];
            double wanted = found, near = 1e-12;
            if (strcmp(name, "iforest") == 0) {
                wanted = plain_forest(model, &away, p);
            } else if (strcmp(name, "autoencoder") == 0) {
                wanted = plain_network(model, &away, p);
                near = 1e-5;
            } else if (strcmp(name, "ecod") == 0) {
                wanted = plain_tails(home.table, table_profile(fresh, p));
            } else if (twin != NULL) {
                wanted = lof_twin_lof(twin, scaled + p * d);
            }
            assert_true(fabs(found - wanted) <= near * fabs(wanted));
        }
        if (twin != NULL) {
            lof_twin_free(twin);
        }
        scores_clear(&own);
        scores_clear(&scores);
        model_free(model);
    }
    free(scaled);
    table_free(fresh);
    home_close(&home);
}

struct said {
    uint64_t hash;
    size_t n;
};

static void hear(void *context, const char *key, const char *text)
{
    struct said *said = context;
    for (; *key != '\0'; key++) {
        said->hash = said->hash * 31 + (unsigned char)*key;
    }
    for (; *text != '\0'; text++) {
        said->hash = said->hash * 31 + (unsigned char)*text;
    }
    said->n++;
}

/* What a model says of a profile in words. */
static struct said remarks(const struct model *model, const struct detector_data *data,
                           size_t profile)
{
    struct said said = {0};
    if (model->detector->remarks != NULL) {
        model->detector->remarks(model->fitted, data, profile, hear, &said);
    }
    return said;
}

/* Credits, Shapley values, expectations and remarks of a row are the same in another table. */
static void rows_are_explained_alike_elsewhere(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    size_t rows[ROWS], n;
    home_open(&home);
    struct table *part = some_rows(&home, rows, &n);
    const struct detector_data away = {.table = part, .scaler = home.scaler};
    for (size_t s = settings_list(settings); s-- > 0;) {
        struct scores own;
        struct model *model = fit(&home, &settings[s], &own);
        const struct detector *detector = model->detector;
        for (size_t i = 0; i < n; i += 9) {
            double a[2][TABLE_FEATURES_MAX], b[2][TABLE_FEATURES_MAX];
            const size_t here = home.table->row_profile[rows[i]], there = part->row_profile[i];
            const size_t bytes = model->d * sizeof **a;
            if (detector->explain != NULL) {
                const bool scored = detector->explain(model->fitted, &home.data, here, a[0]);
                assert_int_equal(scored, !isnan(own.score[here]));
                assert_int_equal(detector->explain(model->fitted, &away, there, b[0]), scored);
                assert_true(!scored || memcmp(a[0], b[0], bytes) == 0);
            }
            if (detector->shapley != NULL) {
                assert_true(detector->shapley(model->fitted, &home.data, here, a[1], NULL));
                assert_true(detector->shapley(model->fitted, &away, there, b[1], NULL));
                assert_memory_equal(a[1], b[1], bytes);
            }
            if (detector->expected != NULL) {
                detector->expected(model->fitted, &home.data, here, a[0]);
                detector->expected(model->fitted, &away, there, b[0]);
                assert_memory_equal(a[0], b[0], bytes);
            }
            const struct said x = remarks(model, &home.data, here);
            const struct said y = remarks(model, &away, there);
            assert_true(x.n == y.n && x.hash == y.hash);
        }
        scores_clear(&own);
        model_free(model);
    }
    table_free(part);
    home_close(&home);
}

static void save(const struct home *home, const struct model *model)
{
    struct archive_out *archive = archive_create(home->path, 1, NULL);
    assert_non_null(archive);
    model_save(model, archive);
    assert_true(archive_commit(archive, NULL));
}

static struct model *load(const char *path, struct status *status)
{
    struct archive_in *archive = archive_open(path, 1, NULL);
    assert_non_null(archive);
    struct model *model = model_load(archive, NULL, status);
    uint64_t more;
    if (model != NULL && archive_get_count(archive, "more", &more, NULL)) {
        model_free(model);
        model = NULL;
    }
    archive_close(archive);
    return model;
}

static void a_saved_model_scores_another_table(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    home_open(&home);
    struct table *fresh = new_rows(&home, 200, 5);
    for (size_t s = settings_list(settings); s-- > 0;) {
        struct scores own;
        struct model *model = fit(&home, &settings[s], &own);
        struct scores before = score(&home, model, fresh);
        struct scores again = score(&home, model, home.table);
        assert_memory_equal(again.score, own.score, own.n * sizeof *own.score);
        scores_clear(&again);
        if (model->detector->rest != NULL) { /* what is put after that is all there is */
            model->detector->rest(model->fitted);
        }
        save(&home, model);
        model_free(model);
        model = load(home.path, NULL);
        assert_non_null(model);
        assert_int_equal(model->rows, ROWS);
        struct scores after = score(&home, model, fresh);
        assert_memory_equal(before.score, after.score, after.n * sizeof *after.score);
        assert_true(before.threshold == after.threshold);
        assert_int_equal(before.flagged_rows, after.flagged_rows);
        again = score(&home, model, home.table);
        assert_memory_equal(again.score, own.score, own.n * sizeof *own.score);
        assert_int_equal(again.flagged_rows, own.flagged_rows);
        scores_clear(&own);
        scores_clear(&before);
        scores_clear(&after);
        scores_clear(&again);
        model_free(model);
    }
    table_free(fresh);
    home_close(&home);
}

/* A row of a sample in LOF's scope "sample" is one whose vector is a point; others have none.
 */
static void without_new_points_only_points_are_scored(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    home_open(&home);
    struct table *fresh = new_rows(&home, 100, 6);
    size_t rows[ROWS], n, scored = 0;
    struct table *part = some_rows(&home, rows, &n);
    for (size_t s = settings_list(settings); s-- > 0;) {
        if (strcmp(settings[s].detector->name, "lof") != 0) {
            continue;
        }
        set(&settings[s], "lof-scope", LOF_SCOPE_SAMPLE);
        set(&settings[s], "lof-sample", 100);
        struct scores own;
        struct model *model = fit(&home, &settings[s], &own);
        struct scores none = score(&home, model, fresh), some = score(&home, model, part);
        for (size_t p = 0; p < none.n; p++) {
            const double *values = table_profile(fresh, p);
            bool known = false;
            for (size_t q = 0; q < home.table->profiles.n; q++) {
                known = known || memcmp(values, table_profile(home.table, q),
                                        fresh->profiles.d * sizeof *values) == 0;
            }
            assert_true(known || isnan(none.score[p]));
        }
        for (size_t i = 0; i < n; i++) {
            const double here = own.score[home.table->row_profile[rows[i]]];
            const double there = some.score[part->row_profile[i]];
            assert_true(isnan(here) ? isnan(there) : here == there);
            scored += isnan(here) ? 0 : 1;
        }
        assert_true(some.scored_rows < n);
        scores_clear(&own);
        scores_clear(&none);
        scores_clear(&some);
        model_free(model);
    }
    assert_true(scored > 0);
    table_free(part);
    table_free(fresh);
    home_close(&home);
}

static void other_features_are_refused(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    home_open(&home);
    const double values[14] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    const char *names[7];
    memcpy(names, home.table->feature_names, sizeof names);
    names[2] = "other";
    struct table *renamed = fixture_table(values, 2, 7, names);
    struct table *fewer = fixture_table(values, 2, 6, names);
    for (size_t s = settings_list(settings); s-- > 0;) {
        struct scores own, scores;
        struct model *model = fit(&home, &settings[s], &own);
        struct detector_data away = {.table = renamed, .scaler = home.scaler};
        struct status status = {0};
        assert_false(model_score(model, &away, &scores, NULL, &status));
        assert_int_equal(status.code, STATUS_USAGE);
        assert_non_null(strstr(status.text, "feature 3 of the model is '"));
        assert_non_null(strstr(status.text, "'other'"));
        assert_non_null(strstr(status.text, home.table->feature_names[2]));
        assert_null(scores.score);
        away.table = fewer;
        assert_false(model_score(model, &away, &scores, NULL, &status));
        assert_int_equal(status.code, STATUS_USAGE);
        assert_non_null(strstr(status.text, "7 features, and the table has 6"));
        scores_clear(&own);
        model_free(model);
    }
    table_free(renamed);
    table_free(fewer);
    home_close(&home);
}

/* ---- the reference --------------------------------------------------------------------------
 */

static void a_reference_counts_rows(void **state)
{
    (void)state;
    struct home home;
    home_open(&home);
    const struct profiles *profiles = &home.table->profiles;
    for (size_t levels = 0; levels < 40; levels += 13) {
        double *score = fixture_scores(profiles->n, levels, 9, levels + 1);
        struct ranking *ranking = ranking_new(score, profiles, NULL, NULL);
        struct reference *reference =
            reference_new(score, ranking->order, ranking->n_scored, profiles->copies, NULL);
        assert_non_null(reference);
        assert_int_equal(reference->rows, ranking->scored_rows);
        for (size_t p = 0; p < profiles->n; p++) {
            for (int side = -1; side <= 1 && !isnan(score[p]); side++) {
                const double asked =
                    side == 0 ? score[p] : nextafter(score[p], side * (double)INFINITY);
                size_t rows = 0;
                for (size_t q = 0; q < profiles->n; q++) {
                    rows += score[q] >= asked ? profiles->copies[q] : 0;
                }
                assert_int_equal(reference_rows(reference, asked), rows);
                const double share = ranking_tail_share_of(ranking, asked);
                assert_true(reference_share(reference, asked) == share);
            }
        }
        assert_int_equal(reference_rows(reference, INFINITY), 0);
        assert_true(reference_share(reference, -INFINITY) == 1);
        reference_free(reference);
        ranking_free(ranking);
        free(score);
    }
    struct reference *none = reference_new(NULL, NULL, 0, NULL, NULL);
    assert_int_equal(reference_rows(none, 0), 0);
    assert_true(reference_share(none, 0) == 0);
    reference_free(none);
    home_close(&home);
}

/* ---- what was saved ------------------------------------------------------------------------
 */

/* A model with a reference, put into home->path. */
static void save_whole(const struct home *home, const struct setting *setting)
{
    struct scores own;
    struct model *model = fit(home, setting, &own);
    struct ranking *ranking = ranking_new(own.score, &home->table->profiles, NULL, NULL);
    model_refer(model, reference_new(own.score, ranking->order, ranking->n_scored,
                                     home->table->profiles.copies, NULL));
    assert_non_null(model->reference);
    save(home, model);
    struct model *again = load(home->path, NULL);
    assert_non_null(again);
    assert_int_equal(again->reference->n, model->reference->n);
    assert_int_equal(again->reference->rows, own.scored_rows);
    assert_memory_equal(again->reference->score, model->reference->score,
                        again->reference->n * sizeof *again->reference->score);
    model_free(again);
    ranking_free(ranking);
    scores_clear(&own);
    model_free(model);
}

/* Every item of the file left out, put twice, cut, lengthened: refused. With other bytes in it:
 * refused, or a model that scores a table all the same. */
static void damaged_models_are_refused(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    home_open(&home);
    struct table *fresh = new_rows(&home, 20, 6);
    for (size_t s = settings_list(settings); s-- > 0;) {
        save_whole(&home, &settings[s]);
        const size_t n = archive_edit(home.path, home.other, SIZE_MAX, EDIT_NOTHING);
        for (size_t at = 0; at < n; at++) {
            for (enum archive_edit edit = EDIT_OMIT; edit <= EDIT_ONES; edit++) {
                struct status status = {0};
                archive_edit(home.path, home.other, at, edit);
                struct model *model = load(home.other, &status);
                assert_true(model != NULL || status.code == STATUS_INPUT);
                if (model == NULL) {
                    continue;
                }
                if (model_suits(model, fresh, NULL)) {
                    struct scores scores = score(&home, model, fresh);
                    scores_clear(&scores);
                }
                /* Omitted or twice it can only be the last item: the file is then longer, or
                 * its end is what was there before. */
                assert_true(edit >= EDIT_SHORTER || (edit == EDIT_TWICE && at + 1 == n));
                model_free(model);
            }
        }
    }
    table_free(fresh);
    home_close(&home);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    struct home home;
    struct setting settings[SETTINGS_MOST];
    home_open(&home);
    struct table *fresh = new_rows(&home, 40, 8);
    const struct detector_data away = {.table = fresh, .scaler = home.scaler};
    for (size_t s = settings_list(settings); s-- > 0;) {
        save_whole(&home, &settings[s]);
        const long before = oom_live();
        struct model *model = NULL;
        for (unsigned long n = 0; model == NULL; n++) {
            struct status status = {0};
            struct archive_in *archive = archive_open(home.path, 1, NULL);
            oom_arm(n, false);
            model = model_load(archive, NULL, &status);
            const bool failed = oom_disarm();
            assert_int_equal(model == NULL, failed);
            assert_int_equal(status.code, failed ? STATUS_NOMEM : STATUS_OK);
            archive_close(archive);
            assert_true(model != NULL || oom_live() == before);
        }
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            struct status status = {0};
            struct scores scores;
            oom_arm(n, false);
            const bool good = model_score(model, &away, &scores, NULL, &status);
            failed = oom_disarm();
            assert_int_equal(good, !failed);
            assert_int_equal(status.code, failed ? STATUS_NOMEM : STATUS_OK);
            assert_true(good || scores.score == NULL);
            scores_clear(&scores);
        }
        model_free(model);
        assert_int_equal(oom_live(), before);
    }
    table_free(fresh);
    home_close(&home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_their_scores_elsewhere),
        cmocka_unit_test(new_rows_are_scored_as_defined),
        cmocka_unit_test(rows_are_explained_alike_elsewhere),
        cmocka_unit_test(a_saved_model_scores_another_table),
        cmocka_unit_test(without_new_points_only_points_are_scored),
        cmocka_unit_test(other_features_are_refused),
        cmocka_unit_test(a_reference_counts_rows),
        cmocka_unit_test(damaged_models_are_refused),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}

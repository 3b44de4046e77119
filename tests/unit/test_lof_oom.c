/* LOF with memory that runs out at each allocation in turn: a status or the same result, and
 * nothing left over. */
#include "models/lof/lof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/lof/lof_model.h"
#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/test.h"

struct setting {
    struct table *table;
    struct scaler *scaler;
    float *scaled;
    struct detector_data data;
    double params[DETECTOR_PARAMS];
};

static void setting_open(struct setting *s, int form)
{
    memset(s, 0, sizeof *s);
    s->table = fixture_user_hours(300, 10, 3, 4);
    const size_t cells = s->table->profiles.n * s->table->profiles.d;
    s->scaled = malloc(cells * sizeof *s->scaled);
    for (size_t i = 0; i < cells; i++) {
        s->scaled[i] = (float)(s->table->profiles.values[i] / 3);
    }
    s->scaler = scaler_new(s->table->profiles.d, NULL);
    for (size_t j = 0; j < s->table->profiles.d; j++) {
        s->scaler->scale[j] = 3;
    }
    s->data = (struct detector_data){
        .table = s->table, .scaler = s->scaler, .scaled = s->scaled, .seed = 1};
    detector_defaults(&lof_detector, s->params);
    s->params[0] = form;
    s->params[1] = 5;
    s->params[3] = 150;
    s->params[4] = LOF_SCOPE_ALL;
}

static void setting_close(struct setting *s)
{
    table_free(s->table);
    scaler_free(s->scaler);
    free(s->scaled);
}

static void *fit(const struct setting *s)
{
    void *model = lof_detector.fit(&s->data, s->params, NULL, NULL);
    assert_non_null(model);
    return model;
}

static void fitting(void **state)
{
    (void)state;
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct setting s;
        setting_open(&s, form);
        struct lof_model *whole = fit(&s);
        const size_t bytes = whole->points.n * sizeof *whole->lof;
        const long before = oom_live();
        size_t failures = 0;
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            struct status status = {0};
            oom_arm(n, n % 2 == 1);
            struct lof_model *model = lof_detector.fit(&s.data, s.params, NULL, &status);
            failed = oom_disarm();
            if (model == NULL) {
                assert_int_equal(status.code, STATUS_NOMEM);
                failures++;
            } else { /* lists that were not kept are searched for again */
                assert_memory_equal(model->lof, whole->lof, bytes);
            }
            lof_detector.free(model);
            assert_int_equal(oom_live(), before);
        }
        assert_true(failures > 15);
        lof_detector.free(whole);
        setting_close(&s);
    }
}

static void scoring(void **state)
{
    (void)state;
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct setting s;
        setting_open(&s, form);
        void *model = fit(&s);
        const long before = oom_live();
        bool failed = true;
        unsigned long n = 0;
        for (; failed; n++) {
            struct status status = {0};
            struct scores scores;
            oom_arm(n, false);
            const bool done =
                detector_score(&lof_detector, model, &s.data, &scores, NULL, &status);
            failed = oom_disarm();
            assert_int_equal(done, !failed);
            assert_int_equal(status.code, failed ? STATUS_NOMEM : STATUS_OK);
            if (done) {
                scores_clear(&scores);
            }
            assert_int_equal(oom_live(), before);
        }
        assert_true(n > 8);
        lof_detector.free(model);
        setting_close(&s);
    }
}

static void explaining(void **state)
{
    (void)state;
    struct setting s;
    setting_open(&s, LOF_DISTINCT);
    void *model = fit(&s);
    const long before = oom_live();
    for (size_t profile = 0; profile < s.table->profiles.n; profile += 7) {
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            double credit[TABLE_FEATURES_MAX];
            oom_arm(n, false);
            const bool done = lof_detector.explain(model, &s.data, profile, credit);
            failed = oom_disarm();
            assert_int_equal(done, !failed);
            assert_int_equal(oom_live(), before);
        }
        failed = true;
        for (unsigned long n = 0; failed; n++) {
            struct status status = {0};
            oom_arm(n, false);
            struct lof_neighbourhood *of = lof_neighbours(model, &s.data, profile, 5, &status);
            failed = oom_disarm();
            assert_int_equal(of != NULL, !failed);
            assert_int_equal(status.code, failed ? STATUS_NOMEM : STATUS_OK);
            lof_neighbours_free(of);
            assert_int_equal(oom_live(), before);
        }
    }
    lof_detector.free(model);
    setting_close(&s);
}

static void loading(void **state)
{
    (void)state;
    char path[] = "/tmp/oddhours-lof-oom-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct setting s;
        setting_open(&s, form);
        void *model = fit(&s);
        struct archive_out *out = archive_create(path, 1, NULL);
        lof_detector.save(model, out);
        assert_true(archive_commit(out, NULL));
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            struct status status = {0};
            struct archive_in *in = archive_open(path, 1, NULL);
            assert_non_null(in);
            const long before = oom_live();
            oom_arm(n, false);
            void *again = lof_detector.load(in, s.table->profiles.d, NULL, &status);
            failed = oom_disarm();
            assert_int_equal(again != NULL, !failed);
            assert_int_equal(status.code, failed ? STATUS_NOMEM : STATUS_OK);
            lof_detector.free(again);
            assert_int_equal(oom_live(), before);
            archive_close(in);
        }
        lof_detector.free(model);
        setting_close(&s);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fitting),
        cmocka_unit_test(scoring),
        cmocka_unit_test(explaining),
        cmocka_unit_test(loading),
    };
    return cmocka_run_group_tests_name("lof out of memory", tests, NULL, NULL);
}

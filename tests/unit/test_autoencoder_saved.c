/* autoencoder: saved and read again, and with memory that runs out. */
#define _GNU_SOURCE
#include "models/autoencoder/autoencoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/autoencoder/autoencoder_model.h"
#include "unit/ae_world.h"
#include "unit/oom.h"
#include "unit/test.h"

static const struct detector *const ae = &autoencoder_detector;

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

static void *load(const struct file *file, const struct ae_world *w, struct status *status)
{
    struct archive_in *archive = archive_open(file->path, 1, NULL);
    assert_non_null(archive);
    void *model = ae->load(archive, w->table->profiles.d, NULL, status);
    archive_close(archive);
    return model;
}

static void a_saved_model_is_the_same(void **state)
{
    (void)state;
    const size_t widths[] = {7, 20};
    for (size_t i = 0; i < 2; i++) {
        struct ae_world w;
        struct file file;
        ae_world_open(&w, 500, widths[i], 30);
        file_open(&file);
        struct autoencoder *model = ae_fit(&w, 3, 64, 2e-3);
        model->epochs = 9; /* as after a cancel */
        save(&file, model);
        struct autoencoder *again = load(&file, &w, NULL);
        assert_non_null(again);
        ae_assert_same(&w, model, again);
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
        ae_world_close(&w);
    }
}

static void a_senseless_file_is_refused(void **state)
{
    (void)state;
    struct ae_world w, other;
    struct file file;
    ae_world_open(&w, 300, 7, 30);
    ae_world_open(&other, 300, 8, 30);
    file_open(&file);
    struct autoencoder *model = ae_fit(&w, 2, 64, 1e-3);
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
    ae_world_close(&w);
    ae_world_close(&other);
}

/* Refuses one more request each time until all are granted. */
static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    struct ae_world w;
    ae_world_open(&w, 900, 7, 8); /* with copies, so that batches are merged */
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
        done = detector_score(ae, model, &w.data, &scores, NULL, &status);
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
    ae_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_model_is_the_same),
        cmocka_unit_test(a_senseless_file_is_refused),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests_name("autoencoder saved", tests, NULL, NULL);
}

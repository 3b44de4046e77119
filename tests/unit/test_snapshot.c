/* snapshot: a file whose hash is right, but which nobody can have saved, is refused. */
#include "run/saved/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit/test.h"

static char path[] = "/tmp/oddhours-snapshot-XXXXXX";
static struct run *computed;

static struct run *new_run(void)
{
    struct run_params params;
    struct status status = {0};
    char table[1024];
    run_params_init(&params);
    snprintf(table, sizeof table, "%s/data/lanl_user_hours.csv", getenv("ODDHOURS_SRCDIR"));
    params.input = mem_text(table, strlen(table), &status);
    assert_true(run_params_set(&params, "models", "iforest", &status));
    assert_true(run_params_set(&params, "trees", "5", &status));
    struct run *run = run_new(&params, &status);
    run_params_clear(&params);
    assert_non_null(run);
    return run;
}

/* Saves the run as it stands, and loads it into another. */
static enum status_code comes_back(void)
{
    struct status status = {0};
    struct run *loaded = new_run();
    assert_true(snapshot_save(computed, path, &status));
    bool good = snapshot_load(loaded, path, NULL, NULL, &status);
    assert_int_equal(good, status.code == STATUS_OK);
    assert_int_equal(good, loaded->table != NULL);
    run_free(loaded);
    return status.code;
}

static void what_was_saved_comes_back(void **state)
{
    (void)state;
    assert_int_equal(comes_back(), STATUS_OK);
}

static void senseless_parameters_are_refused(void **state)
{
    (void)state;
    static const double wrong[] = {-1, 0.5, 1e9, NAN, INFINITY};
    for (size_t i = 0; detectors[i] != NULL; i++) {
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            double *value = &computed->params.values[i][j], right = *value;
            for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
                if (!param_valid(&detectors[i]->params[j], wrong[k])) {
                    *value = wrong[k];
                    assert_int_equal(comes_back(), STATUS_INPUT);
                }
            }
            *value = right;
        }
    }
    double budget = computed->params.budget;
    computed->params.budget = NAN;
    assert_int_equal(comes_back(), STATUS_INPUT);
    computed->params.budget = budget;
    assert_int_equal(comes_back(), STATUS_OK);
}

static void the_value_of_a_word_is_its_index(void **state)
{
    (void)state;
    static const char *const words[] = {"one", "two", NULL};
    const struct param_spec spec = {.option = "x", .kind = PARAM_WORD, .words = words};
    assert_true(param_valid(&spec, 0));
    assert_true(param_valid(&spec, 1));
    assert_false(param_valid(&spec, 2));
    assert_false(param_valid(&spec, 0.5));
    assert_false(param_valid(&spec, -1));
    assert_false(param_valid(&spec, NAN));
}

static void impossible_times_are_refused(void **state)
{
    (void)state;
    struct table *table = computed->table;
    int64_t day = table->first_day, second = table->time_seconds[0];
    table->first_day = INT64_MIN;
    assert_int_equal(comes_back(), STATUS_INPUT);
    table->first_day = day;
    table->time_seconds[0] = INT64_MAX;
    assert_int_equal(comes_back(), STATUS_INPUT);
    table->time_seconds[0] = TABLE_NO_TIME;
    assert_int_equal(comes_back(), STATUS_OK);
    table->time_seconds[0] = second;
    assert_int_equal(comes_back(), STATUS_OK);
}

static void a_flag_is_no_or_yes(void **state)
{
    (void)state;
    memset(&computed->stages[0].finished, 2, 1);
    assert_int_equal(comes_back(), STATUS_INPUT);
    computed->stages[0].finished = true;
    assert_int_equal(comes_back(), STATUS_OK);
}

static int compute(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    if (fd < 0 || close(fd) != 0) {
        return -1;
    }
    computed = new_run();
    return pipeline_run(computed, NULL, NULL) ? 0 : -1;
}

static int forget(void **state)
{
    (void)state;
    run_free(computed);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_comes_back),
        cmocka_unit_test(senseless_parameters_are_refused),
        cmocka_unit_test(the_value_of_a_word_is_its_index),
        cmocka_unit_test(impossible_times_are_refused),
        cmocka_unit_test(a_flag_is_no_or_yes),
    };
    return cmocka_run_group_tests_name("snapshot", tests, compute, forget);
}

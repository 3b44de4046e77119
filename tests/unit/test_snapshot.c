/* snapshot: a file whose hash is right, but which nobody can have saved, is refused. */
#include "run/saved/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config.h"
#include "run/list.h"
#include "run/pipeline/pipeline.h"
#include "unit/archive_edit.h"
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

/* A list that scores rows: every seventh is not scored, and ties are many. */
static bool score_rows(const struct run *run, struct result *result,
                       const struct progress *progress, struct status *status)
{
    (void)progress;
    result->row_score = list_row_scores(run, status);
    for (size_t i = 0; result->row_score != NULL && i < run->table->n_rows; i++) {
        result->row_score[i] = i % 7 == 0 ? NAN : (float)(i * 31 % 101);
    }
    result->scores.threshold = 90;
    return result->row_score != NULL;
}

static void row_scores_and_columns_come_back(void **state)
{
    (void)state;
    static const struct list of_rows = {.name = "ensemble", /* whose place it takes */
                                        .title = "Rows",
                                        .brief = "ROW",
                                        .unit = "points",
                                        .kind = RESULT_LIST,
                                        .make = score_rows};
    struct table *table = computed->table;
    struct result *place = &computed->results[run_ensemble(computed) - computed->results];
    struct result kept = *place, made = {0};
    struct status status = {0};
    list_result(&of_rows, &made);
    assert_true(list_make(&of_rows, computed, &made, NULL, &status));
    float *values = malloc(table->n_rows * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < table->n_rows; i++) {
        values[i] = i % 3 == 0 ? NAN : (float)i / 4;
    }
    assert_true(table_add_column(table, "new_hosts", values, &status));
    *place = made;
    struct run *loaded = new_run();
    assert_true(snapshot_save(computed, path, &status));
    assert_true(snapshot_load(loaded, path, NULL, NULL, &status));
    const struct result *result = run_ensemble(loaded);
    assert_true(result->ready);
    assert_true(result->scores.threshold == 90);
    assert_int_equal(result->scores.scored_rows, made.scores.scored_rows);
    assert_int_equal(result->scores.flagged_rows, made.scores.flagged_rows);
    assert_memory_equal(result->row_score, made.row_score,
                        table->n_rows * sizeof *made.row_score);
    assert_int_equal(loaded->table->n_columns, 1);
    assert_string_equal(loaded->table->columns[0].name, "new_hosts");
    assert_memory_equal(loaded->table->columns[0].value, values,
                        table->n_rows * sizeof *values);
    run_free(loaded);

    /* A score too few is refused. */
    made.ranking->n_ids = table->n_rows - 1;
    *place = made;
    loaded = new_run();
    assert_true(snapshot_save(computed, path, &status));
    assert_false(snapshot_load(loaded, path, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    run_free(loaded);
    made.ranking->n_ids = table->n_rows;
    result_empty(&made);
    *place = kept;
    free(table->columns[0].name);
    free(table->columns[0].value);
    free(table->columns);
    table->columns = NULL;
    table->n_columns = 0;
}

static void senseless_parameters_are_refused(void **state)
{
    (void)state;
    static const double wrong[] = {-1, 0.5, 1e9, NAN, INFINITY};
    for (size_t i = 0; detectors[i] != NULL; i++) {
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            double *value = &computed->params.detectors.values[i][j], right = *value;
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

/* ---- files of other versions, and with names that this one does not know ---- */

static char other[] = "/tmp/oddhours-snapshot-XXXXXX";

static struct run *load_other(struct status *status)
{
    struct run *loaded = new_run();
    *status = (struct status){0};
    if (!snapshot_load(loaded, other, NULL, NULL, status)) {
        assert_null(loaded->table);
        run_free(loaded);
        return NULL;
    }
    return loaded;
}

static void unknown_names_are_left_out_and_told(void **state)
{
    (void)state;
    struct status status;
    assert_true(snapshot_save(computed, path, NULL));
    assert_true(archive_rename(path, other, "ensemble", "novelty") > 0);
    struct run *run = load_other(&status);
    assert_non_null(run);
    assert_true(run_result_find(run, "iforest")->ready);
    assert_false(run_result_find(run, "ensemble")->ready);
    assert_non_null(strstr(run->notice, "result 'novelty'"));
    run_free(run);

    /* A part of another kind, whatever is in it. */
    assert_int_equal(archive_rename(path, other, "result", "log index"), 3);
    run = load_other(&status);
    assert_non_null(run);
    assert_false(run_result_find(run, "iforest")->ready);
    assert_non_null(strstr(run->notice, "log index 'iforest', log index 'ensemble'"));
    run_free(run);

    /* A detector that is not in use is no loss, nor is one that the file does not know. */
    assert_int_equal(archive_rename(path, other, "autoencoder", "transformer"), 1);
    run = load_other(&status);
    assert_non_null(run);
    assert_string_equal(run->notice, "");
    run_free(run);

    assert_int_equal(archive_rename(path, other, "contamination", "share"), 1);
    run = load_other(&status);
    assert_non_null(run);
    assert_non_null(strstr(run->notice, "parameter 'share'"));
    run_free(run);

    /* Its result, then, is unknown; other detectors than asked for are another run. */
    assert_true(archive_rename(path, other, "iforest", "bforest") > 1);
    assert_null(load_other(&status));
    assert_int_equal(status.code, STATUS_USAGE);
}

static void the_same_name_twice_is_refused(void **state)
{
    (void)state;
    struct status status;
    assert_true(snapshot_save(computed, path, NULL));
    assert_true(archive_rename(path, other, "ensemble", "iforest") > 0);
    assert_null(load_other(&status));
    assert_int_equal(status.code, STATUS_INPUT);
}

static void other_versions_are_named(void **state)
{
    (void)state;
    struct status status;
    assert_true(snapshot_save(computed, path, NULL));
    for (unsigned version = 1; version <= 3; version++) {
        archive_set_version(path, other, version);
        assert_null(load_other(&status));
        assert_int_equal(status.code, STATUS_INPUT);
        assert_non_null(strstr(status.text, other));
        assert_non_null(strstr(status.text, "was saved by oddhours 1.0, too old"));
        assert_non_null(strstr(status.text, "run the file itself again"));
    }
    assert_true(archive_rename(path, path, PACKAGE_VERSION, "77.1") > 0);
    archive_set_version(path, other, 4000);
    assert_null(load_other(&status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "was saved by oddhours 77.1, too new"));
}

/* Own pasts are kept, so that a run can judge the table of another day; damaged ones are not
 * taken. */
static void own_pasts_come_back(void **state)
{
    (void)state;
    char csv[] = "/tmp/oddhours-snapshot-table-XXXXXX";
    struct status status = {0};
    int fd = mkstemp(csv);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert_non_null(file);
    fputs("dt,src_user,total_events,failed_events\n", file);
    for (int i = 0; i < 200; i++) {
        fprintf(file, "1970-01-0%d %02d:00:00,U%d%s,%d,%d\n", 1 + i / 100, i % 100 / 5, i % 7,
                i % 7 == 3 ? "$" : "", 1 + i * 37 % 50, i % 11 == 0);
    }
    assert_int_equal(fclose(file), 0);
    struct run *run = new_run(), *loaded = new_run();
    free(run->params.input);
    run->params.input = mem_text(csv, strlen(csv), &status);
    assert_true(
        run_params_set(&run->params, "features", "total_events,failed_events", &status));
    assert_true(pipeline_run(run, NULL, NULL));
    assert_true(snapshot_save(run, path, &status));
    assert_true(snapshot_load(loaded, path, NULL, NULL, &status));
    const struct past *was = run_result_find(run, "own")->learnt;
    const struct past *now = run_result_find(loaded, "own")->learnt;
    assert_true(was != NULL && now != NULL);
    assert_true(past_end(was) == past_end(now));
    for (size_t user = 0; user < dict_count(run->table->users); user++) {
        struct span name = dict_get(run->table->users, (uint32_t)user);
        assert_true(past_find(now, name).known);
        assert_true((uint8_t)past_find(now, name).kind == run->accounts->kind[user]);
    }
    run_free(loaded);
    const size_t n = archive_edit(path, other, SIZE_MAX, EDIT_NOTHING);
    for (size_t at = 0; at < n; at++) {
        for (enum archive_edit edit = EDIT_OMIT; edit <= EDIT_ONES; edit++) {
            archive_edit(path, other, at, edit);
            struct run *damaged = load_other(&status);
            assert_true(damaged != NULL || status.code == STATUS_INPUT ||
                        status.code == STATUS_USAGE);
            assert_true(damaged == NULL || edit > EDIT_OMIT);
            run_free(damaged);
        }
    }
    run_free(run);
    unlink(csv);
}

/* Every item left out, put twice, cut, lengthened, filled with other bytes: refused, or loaded
 * whole (a score may be another score); never anything else. */
static void no_damage_is_taken(void **state)
{
    (void)state;
    struct status status;
    assert_true(snapshot_save(computed, path, NULL));
    const size_t n = archive_edit(path, other, SIZE_MAX, EDIT_NOTHING);
    assert_true(n > 60);
    for (size_t at = 0; at < n; at++) {
        for (enum archive_edit edit = EDIT_OMIT; edit <= EDIT_ONES; edit++) {
            archive_edit(path, other, at, edit);
            struct run *run = load_other(&status);
            if (run == NULL) {
                assert_true(status.code == STATUS_INPUT || status.code == STATUS_USAGE);
            }
            assert_true(run == NULL || edit > EDIT_OMIT);
            run_free(run);
        }
    }
}

static int compute(void **state)
{
    (void)state;
    int fd = mkstemp(path), fd_other = mkstemp(other);
    if (fd < 0 || close(fd) != 0 || fd_other < 0 || close(fd_other) != 0) {
        return -1;
    }
    computed = new_run();
    return pipeline_run(computed, NULL, NULL) ? 0 : -1;
}

static int forget(void **state)
{
    (void)state;
    run_free(computed);
    return unlink(path) | unlink(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_comes_back),
        cmocka_unit_test(row_scores_and_columns_come_back),
        cmocka_unit_test(senseless_parameters_are_refused),
        cmocka_unit_test(the_value_of_a_word_is_its_index),
        cmocka_unit_test(impossible_times_are_refused),
        cmocka_unit_test(unknown_names_are_left_out_and_told),
        cmocka_unit_test(the_same_name_twice_is_refused),
        cmocka_unit_test(other_versions_are_named),
        cmocka_unit_test(own_pasts_come_back),
        cmocka_unit_test(no_damage_is_taken),
    };
    return cmocka_run_group_tests_name("snapshot", tests, compute, forget);
}

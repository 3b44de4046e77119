/* A list over rows in the files of a run: scores.csv, the run card, an explanation. */
#include "run/list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/card.h"
#include "run/explainer.h"
#include "run/pipeline/artifacts.h"
#include "run/pipeline/pipeline.h"
#include "table/summary.h"
#include "unit/test.h"

static struct run *run;

static float planted_score(size_t row)
{
    return row % 11 == 3 ? NAN : (float)(row * 7919 % 503) / 4;
}

static bool make(const struct run *of, struct result *result, const struct progress *progress,
                 struct status *status)
{
    (void)progress;
    result->row_score = list_row_scores(of, status);
    for (size_t i = 0; result->row_score != NULL && i < of->table->n_rows; i++) {
        result->row_score[i] = planted_score(i);
    }
    result->scores.threshold = 100;
    snprintf(result->partial, sizeof result->partial, "half of it");
    return result->row_score != NULL;
}

static const struct list planted = {.name = "planted",
                                    .title = "Planted rows",
                                    .brief = "PLAN",
                                    .unit = "points",
                                    .kind = RESULT_LIST,
                                    .make = make};

/* A run with the forest, the ensemble, and the list as one result more. */
static int setup(void **state)
{
    (void)state;
    struct run_params params;
    struct status status = {0};
    char table[1024];
    run_params_init(&params);
    params.index = true;
    snprintf(table, sizeof table, "%s/data/lanl_user_hours.csv", getenv("ODDHOURS_SRCDIR"));
    params.input = mem_text(table, strlen(table), &status);
    assert_true(run_params_set(&params, "models", "iforest", &status));
    assert_true(run_params_set(&params, "trees", "5", &status));
    run = run_new(&params, &status);
    run_params_clear(&params);
    assert_non_null(run);
    struct result *added = &run->results[run->n_results];
    list_result(&planted, added);
    assert_true(pipeline_run(run, NULL, NULL));
    assert_true(list_make(&planted, run, added, NULL, &status));
    run->n_results++;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    run_free(run);
    return 0;
}

static void it_is_found_by_name_and_wanted(void **state)
{
    (void)state;
    const struct result *result = run_result_find(run, "planted");
    assert_non_null(result);
    assert_true(result->ready && run_result_wanted(run, result));
    assert_null(run_result_find(run, "plant"));
    assert_string_equal(run_result_suggest(run, "plantet"), "planted");
    size_t scored = 0, flagged = 0;
    for (size_t row = 0; row < run->table->n_rows; row++) {
        scored += isnan(planted_score(row)) ? 0 : 1;
        flagged += planted_score(row) > 100 ? 1 : 0;
    }
    assert_int_equal(result->scores.scored_rows, scored);
    assert_int_equal(result->scores.flagged_rows, flagged);
}

/* The rank of a row by looking at all others. */
static size_t rank_of(size_t row)
{
    size_t rank = 1;
    for (size_t other = 0; other < run->table->n_rows; other++) {
        float score = planted_score(other);
        bool before =
            score > planted_score(row) || (score == planted_score(row) && other < row);
        rank += before ? 1 : 0;
    }
    return rank;
}

static void scores_and_ranks_stand_in_the_file(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-list-XXXXXX", path[64], line[512], expected[80];
    struct status status = {0};
    const struct artifacts_choice choice = {.scores = true, .formats = 1u << 1}; /* CSV */
    assert_non_null(mkdtemp(directory));
    assert_true(artifacts_write(run, directory, &choice, NULL, &status));
    snprintf(path, sizeof path, "%s/scores.csv", directory);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(strstr(line, ",planted,planted_rank\n"));
    for (size_t row = 0; row < run->table->n_rows; row++) {
        assert_non_null(fgets(line, sizeof line, file));
        snprintf(expected, sizeof expected, ",%.9g,%zu\n", (double)planted_score(row),
                 row % 53 == 0 ? rank_of(row) : 0);
        if (isnan(planted_score(row))) {
            snprintf(expected, sizeof expected, ",,\n");
        } else if (row % 53 != 0) { /* its score only: there are many rows */
            *(strrchr(expected, ',') + 1) = '\0';
            assert_non_null(strstr(line, expected));
            continue;
        }
        assert_string_equal(line + strlen(line) - strlen(expected), expected);
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
    snprintf(line, sizeof line, "rm -r %s", directory);
    assert_int_equal(system(line), 0);
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

static void the_card_describes_its_scores(void **state)
{
    (void)state;
    size_t n = run->table->n_rows;
    double *scores = calloc(n, sizeof *scores);
    struct summary summary;
    assert_non_null(scores);
    for (size_t i = 0; i < n; i++) {
        scores[i] = (double)planted_score(i);
    }
    assert_true(summary_of(scores, 1, NULL, n, &summary, NULL));
    free(scores);
    cJSON *card = card_json(run, NULL);
    const cJSON *one = cJSON_GetObjectItem(cJSON_GetObjectItem(card, "results"), "planted");
    const cJSON *score = cJSON_GetObjectItem(one, "score");
    assert_non_null(score);
    assert_string_equal(cJSON_GetObjectItem(one, "partial")->valuestring, "half of it");
    assert_true(number(one, "threshold") == 100);
    assert_true(number(score, "count") == (double)summary.count);
    assert_true(number(score, "mean") == summary.mean);
    assert_true(fabs(number(score, "std") - summary.std) <= 1e-12 * summary.std);
    assert_true(number(score, "min") == summary.min && number(score, "max") == summary.max);
    assert_true(number(score, "25%") == summary.q25 && number(score, "50%") == summary.q50 &&
                number(score, "75%") == summary.q75);
    cJSON_Delete(card);
}

static void an_explanation_tells_its_rank(void **state)
{
    (void)state;
    struct explainer *explainer = explainer_new(run, run->parallel, NULL, NULL);
    assert_non_null(explainer);
    for (size_t row = 3; row < 2000; row += 997) {
        static struct why why; /* large for a stack */
        assert_true(why_find(&explainer->data, row, &why, NULL));
        cJSON *json = explainer_json(explainer, &why, NULL);
        const cJSON *one =
            cJSON_GetObjectItem(cJSON_GetObjectItem(json, "detectors"), "planted");
        assert_non_null(one);
        if (isnan(planted_score(row))) {
            assert_true(cJSON_IsFalse(cJSON_GetObjectItem(one, "scored")));
        } else {
            assert_true(number(one, "score") == (double)planted_score(row));
            assert_true(number(one, "rank") == (double)rank_of(row));
        }
        cJSON_Delete(json);
    }
    explainer_free(explainer);
}

static void lists_know_when_they_can_be_made(void **state)
{
    (void)state;
    assert_true(list_ensemble.possible(run));
    struct run *empty = run_new(&run->params, NULL);
    assert_non_null(empty);
    assert_false(list_ensemble.possible(empty));
    run_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found_by_name_and_wanted),
        cmocka_unit_test(scores_and_ranks_stand_in_the_file),
        cmocka_unit_test(the_card_describes_its_scores),
        cmocka_unit_test(an_explanation_tells_its_rank),
        cmocka_unit_test(lists_know_when_they_can_be_made),
    };
    return cmocka_run_group_tests_name("list", tests, setup, teardown);
}

/* Rankings, filters and the scaler with memory that runs out at each allocation in turn. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/disagree.h"
#include "rank/ensemble.h"
#include "rank/filter/filter.h"
#include "rank/histogram.h"
#include "rank/overlap.h"
#include "rank/quantile.h"
#include "rank/subset.h"
#include "rank/ties.h"
#include "table/scaler.h"
#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/test.h"

enum { ROWS = 150000, DEEP = 70000 };

struct setting {
    struct table *table;
    struct row_index *index;
    double *score[2];
    struct ranking *ranking[2];
    float *row_score;        /* (ROWS) many of them in one bucket of the sort */
    struct ranking *of_rows; /* by those */
    struct filter_ranking rankings[3];
    struct filter_context context;
    uint32_t *room; /* (ROWS) */
};

static int setup(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->table = fixture_user_hours(ROWS, 20, 5, 1);
    s->index = fixture_index(s->table);
    s->room = calloc(ROWS, sizeof *s->room);
    assert_non_null(s->room);
    for (size_t i = 0; i < 2; i++) {
        s->score[i] = fixture_scores(s->table->profiles.n, i == 0 ? 2 : 0, 0, i);
        s->ranking[i] = ranking_new(s->score[i], &s->table->profiles, NULL, NULL);
        assert_non_null(s->ranking[i]);
        s->rankings[i] =
            (struct filter_ranking){i == 0 ? "iforest" : "lof", NULL, s->ranking[i], 0, false};
    }
    float *column = calloc(ROWS, sizeof *column);
    s->row_score = calloc(ROWS, sizeof *s->row_score);
    assert_true(column != NULL && s->row_score != NULL);
    for (size_t i = 0; i < ROWS; i++) {
        s->row_score[i] = column[i] = 1 + (float)(i * 7919 % 1009) * 0x1p-23F;
    }
    assert_true(table_add_column(s->table, "beside", column, NULL));
    s->of_rows = ranking_new_rows(s->row_score, ROWS, NULL, NULL);
    assert_non_null(s->of_rows);
    s->rankings[2] = (struct filter_ranking){.name = "own", .ranking = s->of_rows};
    s->context = (struct filter_context){
        .table = s->table, .by_profile = s->index, .rankings = s->rankings, .n_rankings = 3};
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct setting *s = *state;
    for (size_t i = 0; i < 2; i++) {
        ranking_free(s->ranking[i]);
        free(s->score[i]);
    }
    ranking_free(s->of_rows);
    free(s->row_score);
    free(s->room);
    row_index_free(s->index);
    table_free(s->table);
    free(s);
    return 0;
}

/* ---- what is tried: true when it worked, all freed ---------------------------------- */

typedef bool operation(struct setting *s, struct status *status);

static bool scale(struct setting *s, struct status *status)
{
    struct scaler *scaler = scaler_fit(s->table, NULL, NULL, status);
    float *scaled = scaler != NULL ? scaler_transform(scaler, s->table, NULL, status) : NULL;
    bool ok = scaled != NULL;
    free(scaled);
    scaler_free(scaler);
    return ok;
}

static bool rank(struct setting *s, struct status *status)
{
    struct ranking *ranking = ranking_new(s->score[0], &s->table->profiles, NULL, status);
    ranking_free(ranking);
    return ranking != NULL;
}

static bool rank_rows(struct setting *s, struct status *status)
{
    struct ranking *ranking = ranking_new_rows(s->row_score, ROWS, NULL, status);
    ranking_free(ranking);
    return ranking != NULL;
}

/* Ranks are right without it, so it says nothing; but it must clean up. */
static bool count_ties(struct setting *s, struct status *status)
{
    struct ties *ties = NULL;
    bool ok = ties_new(s->ranking[0], s->index, &ties, NULL, status);
    ties_free(ties);
    return ok;
}

static bool whole_block(struct setting *s, struct status *status)
{
    size_t rows = ranking_ties(s->ranking[0], s->ranking[0]->order[0]).rows;
    return ranking_rows(s->ranking[0], s->index, 1, rows, s->room, status) == rows;
}

static bool head_of_block(struct setting *s, struct status *status)
{
    return ranking_rows(s->ranking[0], s->index, 10, 100, s->room, status) == 100;
}

static bool deep_in_block(struct setting *s, struct status *status)
{
    return ranking_rows(s->ranking[0], s->index, DEEP, 100, s->room, status) == 100;
}

static bool count_list(struct setting *s, struct status *status)
{
    struct row_set all = row_set_file(ROWS);
    struct subset *subset =
        subset_new(s->ranking[0], &all, s->table->row_profile, NULL, status);
    subset_free(subset);
    return subset != NULL;
}

static bool histogram(struct setting *s, struct status *status)
{
    const struct histogram_axis axis = {20, true, NAN, NAN};
    struct histogram *made = histogram_new(s->ranking[1], &axis, status);
    histogram_free(made);
    return made != NULL;
}

static bool ensemble(struct setting *s, struct status *status)
{
    const struct ranking *rankings[] = {s->ranking[0], s->ranking[1]};
    struct scores scores = {0};
    bool ok = ensemble_score(rankings, 2, s->table->profiles.n, NULL, &scores, status);
    if (ok) {
        scores_clear(&scores);
    }
    return ok;
}

static bool consensus(struct setting *s, struct status *status)
{
    struct head heads[2];
    size_t count;
    for (size_t i = 0; i < 2; i++) {
        if (!head_new(&heads[i], s->ranking[i], s->index, DEEP, status)) {
            return false;
        }
    }
    uint32_t *rows = heads_rows(heads, 2, 2, s->index, &count, status);
    free(rows);
    return rows != NULL;
}

static bool overlap(struct setting *s, struct status *status)
{
    const struct ranking *rankings[] = {s->ranking[0], s->ranking[1]};
    struct overlap made;
    return overlap_at(&made, rankings, 2, s->index, DEEP, status);
}

static bool disagree(struct setting *s, struct status *status)
{
    const struct ranking *rankings[] = {s->ranking[0], s->ranking[1]};
    struct disagreement list[50];
    size_t count;
    return disagreements(rankings, 2, s->index, s->table->row_profile, DEEP, list, 50, &count,
                         status);
}

static bool consensus_of_rows(struct setting *s, struct status *status)
{
    const struct ranking *rankings[] = {s->ranking[1], s->of_rows};
    struct disagreement list[50];
    struct overlap made;
    struct head heads[2];
    size_t count;
    if (!head_new(&heads[0], rankings[0], s->index, 900, status) ||
        !head_new(&heads[1], rankings[1], s->index, 900, status)) {
        return false;
    }
    uint32_t *rows = heads_rows(heads, 2, 1, s->index, &count, status);
    free(rows);
    return rows != NULL && overlap_at(&made, rankings, 2, s->index, 900, status) &&
           disagreements(rankings, 2, s->index, s->table->row_profile, 900, list, 50, &count,
                         status);
}

static bool count_list_of_rows(struct setting *s, struct status *status)
{
    struct row_set head = row_set_ranked(s->of_rows, s->index, 1, 5000);
    struct subset *subset = subset_new(s->of_rows, &head, s->table->row_profile, NULL, status);
    subset_free(subset);
    return subset != NULL;
}

static bool add_column(struct setting *s, struct status *status)
{
    float *value = mem_zero(ROWS, sizeof *value, "a column", status);
    bool ok = value != NULL && table_add_column(s->table, "more", value, status);
    if (ok) {
        struct table_column *last = &s->table->columns[--s->table->n_columns];
        free(last->name);
        free(last->value);
    }
    return ok;
}

static bool features(struct setting *s, struct status *status)
{
    struct feature_order *order = feature_order_new(&s->table->profiles, NULL, status);
    feature_order_free(order);
    return order != NULL;
}

static bool percentile(struct setting *s, struct status *status)
{
    double result;
    return profiles_percentile(&s->table->profiles, 2, 5, &result, status);
}

static bool sort_by(struct setting *s, enum row_key key, size_t n, struct status *status)
{
    static const uint32_t few[] = {1, 5};
    const struct row_order order = {.key = key, .ranking = s->ranking[1], .falling = true};
    return rows_sort(n == 2 ? few : NULL, n, &order, s->table, 10, s->room, NULL, status);
}

static bool sort_all(struct setting *s, struct status *status)
{
    return sort_by(s, ROW_KEY_COPIES, ROWS, status) && sort_by(s, ROW_KEY_USER, ROWS, status);
}

static bool sort_few(struct setting *s, struct status *status)
{
    return sort_by(s, ROW_KEY_FEATURE, 2, status) && sort_by(s, ROW_KEY_TIME, 2, status);
}

static bool sort_rows(struct setting *s, struct status *status)
{
    static const uint32_t few[] = {1, 5};
    for (size_t i = 0; i < 4; i++) {
        const struct row_order order = {.key = i < 2 ? ROW_KEY_SCORE : ROW_KEY_COLUMN,
                                        .ranking = s->of_rows,
                                        .falling = true};
        bool all = i % 2 == 0;
        if (!rows_sort(all ? NULL : few, all ? ROWS : 2, &order, s->table, 10, s->room, NULL,
                       status)) {
            return false;
        }
    }
    return true;
}

static bool filter(struct setting *s, const char *text, struct status *status)
{
    struct filter_error error;
    struct row_set rows;
    size_t count;
    struct filter *made = filter_parse(text, &s->context, &error);
    if (made == NULL) {
        assert_non_null(strstr(error.text, "out of memory"));
        return status_set(status, STATUS_NOMEM, "parsing");
    }
    char *plainest = filter_format(made, &s->context, status);
    bool ok = plainest != NULL && filter_count(made, &s->context, NULL, NULL, &count, status) &&
              filter_rows(made, &s->context, NULL, NULL, NULL, SIZE_MAX, &rows, NULL, status);
    if (ok) {
        row_set_clear(&rows);
    }
    free(plainest);
    filter_free(made);
    return ok;
}

static bool filter_walk(struct setting *s, struct status *status)
{
    return filter(s, "user:U1*,\"U2\" hour:3-9 -fail_ratio:>p90 sort:user", status);
}

static bool filter_few(struct setting *s, struct status *status)
{
    return filter(s, "lof.rank:<=50,!=3 U1 row:>1 iforest:>0", status);
}

static bool filter_of_rows(struct setting *s, struct status *status)
{
    return filter(s, "own:>p50 own.rank:<=900 beside:>p10 flagged:own,lof sort:beside", status);
}

static void every_allocation_may_fail(void **state)
{
    struct setting *s = *state;
    static operation *const operations[] = {scale,
                                            rank,
                                            rank_rows,
                                            count_ties,
                                            count_list,
                                            whole_block,
                                            head_of_block,
                                            deep_in_block,
                                            histogram,
                                            ensemble,
                                            consensus,
                                            overlap,
                                            disagree,
                                            features,
                                            percentile,
                                            sort_all,
                                            sort_few,
                                            filter_walk,
                                            filter_few,
                                            consensus_of_rows,
                                            count_list_of_rows,
                                            add_column,
                                            sort_rows,
                                            filter_of_rows};
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            struct status status = {0};
            long before = oom_live();
            oom_arm(n, false);
            bool ok = operations[i](s, &status);
            failed = oom_disarm();
            if (failed && ok) {
                continue; /* giving back spare memory may fail without harm */
            }
            assert_int_equal(ok, !failed);
            assert_int_equal(status.code, failed ? STATUS_NOMEM : STATUS_OK);
            assert_int_equal(oom_live(), before);
            assert_true(n < 1000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("rank without memory", tests, setup, teardown);
}

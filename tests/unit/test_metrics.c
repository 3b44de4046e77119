/* metrics: against published examples and every order of the ties. */
#include "review/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/builder.h"
#include "unit/test.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        print_error("%.17g is not %.17g within %g\n", value, expected, tolerance);
        fail();
    }
}

/* scikit-learn's manual, average_precision_score and roc_auc_score: labels 0 0 1 1 with scores
 * 0.1 0.4 0.35 0.8. */
static void example_of_the_manual(void **state)
{
    (void)state;
    const struct block blocks[] = {{1, 1}, {1, 0}, {1, 1}, {1, 0}};
    struct metrics m = metrics_of(blocks, 4, 0);
    assert_near(m.average_precision, 0.8333333333333333, 1e-15);
    assert_near(m.average_precision_ties, 0.8333333333333333, 1e-15);
    assert_near(m.roc_auc, 0.75, 1e-15);
    assert_near(m.base_rate, 0.5, 0);
}

static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The mean over all ways to lay the positives of each block: every pattern of 0 and 1 over all
 * rows with the right number in each block is as likely. */
static void by_every_order(const struct block *blocks, size_t n, size_t k, double *ap,
                           double *at)
{
    size_t rows = 0, positives = 0;
    for (size_t i = 0; i < n; i++) {
        rows += blocks[i].rows;
        positives += blocks[i].positives;
    }
    double patterns = 0;
    *ap = *at = 0;
    for (unsigned set = 0; set < 1u << rows; set++) {
        size_t from = 0, found = 0;
        bool good = true;
        for (size_t i = 0; good && i < n; from += blocks[i++].rows) {
            unsigned part = set >> from & ((1u << blocks[i].rows) - 1);
            good = (size_t)__builtin_popcount(part) == blocks[i].positives;
        }
        for (size_t row = 0; good && row < rows; row++) {
            if ((set >> row & 1) != 0) {
                found++;
                *ap += (double)found / (double)(row + 1) / (double)positives;
                *at += row < k;
            }
        }
        patterns += good;
    }
    *ap /= patterns;
    *at /= patterns;
}

static void ties_equal_every_order(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int round = 0; round < 60; round++) {
        struct block blocks[4];
        size_t positives = 0;
        for (size_t i = 0; i < 4; i++) {
            blocks[i].rows = 1 + draw(&seed) % 4;
            blocks[i].positives = draw(&seed) % (blocks[i].rows + 1);
            positives += blocks[i].positives;
        }
        blocks[3].positives += positives == 0;
        positives += positives == 0;
        double ap, found;
        size_t k = 1 + draw(&seed) % 6;
        by_every_order(blocks, 4, k, &ap, &found);
        assert_near(metrics_of(blocks, 4, 0).average_precision_ties, ap, 1e-12);
        struct at_k at = metrics_at(blocks, 4, 3, k);
        size_t rows = blocks[0].rows + blocks[1].rows + blocks[2].rows + blocks[3].rows;
        size_t taken = k < rows ? k : rows;
        assert_int_equal(at.k, taken);
        assert_near(at.found, found, 1e-12);
        assert_near(at.precision, found / (double)taken, 1e-12);
        assert_near(at.recall, found / (double)(positives + 3), 1e-12);
    }
}

static void one_block_is_chance(void **state)
{
    (void)state;
    const struct block block = {1000, 10};
    struct metrics m = metrics_of(&block, 1, 5);
    assert_near(m.roc_auc, 0.5, 1e-15);
    /* Ten of all fifteen positives are found at a precision of 0.01, the others never. */
    assert_near(m.average_precision, 0.01 * 10 / 15, 1e-15);
    assert_near(m.average_precision_ties,
                metrics_of(&block, 1, 0).average_precision_ties * 10 / 15, 1e-15);
    assert_near(m.base_rate, 0.01, 1e-15);
    assert_int_equal(m.missed, 5);
    m = metrics_of(&(struct block){1000, 0}, 1, 5);
    assert_near(m.average_precision, 0, 1e-15);
    m = metrics_of(NULL, 0, 0);
    assert_true(isnan(m.average_precision) && isnan(m.roc_auc) && isnan(m.base_rate));
    assert_true(isnan(metrics_at(NULL, 0, 0, 5).precision));
}

struct user_hour {
    const char *dt, *user;
    double score;
};

/* Three days. Day 0: a > b > c, d; day 1: c > a; day 2: only rows that are not scored. */
static const struct user_hour hours[] = {
    {"1970-01-01 01:00:00", "a", 9},   {"1970-01-01 02:00:00", "a", 1},
    {"1970-01-01 03:00:00", "b", 8},   {"1970-01-01 04:00:00", "c", 7},
    {"1970-01-01 05:00:00", "d", 7},   {"1970-01-02 01:00:00", "c", 6},
    {"1970-01-02 02:00:00", "a", 5},   {"1970-01-03 02:00:00", "b", NAN},
    {"1970-01-02 02:00:00", "d", NAN}, {"never", "e", 99},
};
enum { HOURS = sizeof hours / sizeof *hours };

static void alerts_a_day(void **state)
{
    (void)state;
    static const char *const names[] = {"total_events"};
    struct table_builder *builder = table_builder_new(names, 1, true, true, NULL);
    double score[HOURS];
    for (size_t i = 0; i < HOURS; i++) {
        double value = (double)i; /* every row its own profile, in order */
        struct span dt = {hours[i].dt, strlen(hours[i].dt)};
        struct span user = {hours[i].user, strlen(hours[i].user)};
        assert_true(table_builder_add(builder, dt, user, &value, NULL));
        score[i] = hours[i].score;
    }
    struct table *table = table_builder_finish(builder, NULL);
    struct ranking *ranking = ranking_new(score, &table->profiles, NULL, NULL);
    /* x: b on day 0 (2nd) and day 2 (not scored); y: d on day 0 (4th: the tie goes to the
     * smaller row) and c on day 1 (1st); z: d on day 1 (not scored). */
    static const char list[] = "row_id,incident\n2,x\n7,x\n4,y\n5,y\n8,z\n9,w\n";
    struct truth *truth = truth_parse(list, sizeof list - 1, table, NULL);
    assert_non_null(truth);
    struct alerts alerts;
    struct status status = {0};
    assert_true(metrics_alerts(ranking, table, truth, NULL, &alerts, &status));
    assert_int_equal(alerts.days, 2);
    assert_int_equal(alerts.user_days, 6);
    assert_int_equal(alerts.positive_user_days, 5);
    assert_int_equal(alerts.incidents, 3);
    assert_int_equal(alerts.users, 3); /* b, c, d */
    static const size_t expected[3][5] = {
        /* per day, alerts, user-days, incidents, users */
        {1, 2, 1, 1, 1},
        {2, 4, 2, 2, 2},
        {5, 6, 3, 2, 3},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(alerts.at[i].per_day, expected[i][0]);
        assert_int_equal(alerts.at[i].alerts, expected[i][1]);
        assert_int_equal(alerts.at[i].user_days, expected[i][2]);
        assert_int_equal(alerts.at[i].incidents, expected[i][3]);
        assert_int_equal(alerts.at[i].users, expected[i][4]);
    }
    size_t n, missed;
    struct block *blocks = metrics_blocks(ranking, table, truth, &n, &missed, &status);
    assert_non_null(blocks);
    assert_int_equal(missed, 2);
    assert_int_equal(n, 7);                   /* 7 is there twice */
    assert_int_equal(blocks[0].positives, 1); /* the row without a time is a row */
    assert_int_equal(blocks[3].rows, 2);
    assert_int_equal(blocks[3].positives, 1);
    free(blocks);
    truth_free(truth);
    ranking_free(ranking);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_manual),
        cmocka_unit_test(ties_equal_every_order),
        cmocka_unit_test(one_block_is_chance),
        cmocka_unit_test(alerts_a_day),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}

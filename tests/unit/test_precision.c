/* precision: P@K, its bounds, ties, strata, units and comparisons, against brute force. */
#include "review/precision.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        print_error("%.17g is not %.17g within %g\n", value, expected, tolerance);
        fail();
    }
}

/* Vigna's splitmix64: the tests' own source of numbers. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((draw(state) >> 32) * n >> 32);
}

static void words_of_verdicts(void **state)
{
    (void)state;
    for (int i = 0; i < VERDICT_COUNT; i++) {
        assert_int_equal(verdict_parse(verdict_name((enum verdict)i)), i);
    }
    assert_int_equal(verdict_parse("TP"), VERDICT_COUNT);
    assert_int_equal(verdict_parse(""), VERDICT_COUNT);
}

/* The example of the notes: 12 true, 30 false, 8 open at K = 50. */
static void unfinished_review_has_exact_bounds(void **state)
{
    (void)state;
    unsigned char verdict[60];
    memset(verdict, VERDICT_TP, sizeof verdict);
    for (int i = 0; i < 50; i++) {
        verdict[i] = i < 12 ? VERDICT_TP : i < 42 ? VERDICT_FP : VERDICT_NONE;
    }
    struct ranked_list list = {.n = 60, .verdict = verdict};
    struct precision p = precision_at(&list, 50);
    assert_int_equal(p.tally.tp, 12);
    assert_int_equal(p.tally.fp, 30);
    assert_int_equal(p.tally.unreviewed, 8);
    assert_near(p.reviewed, 12 / 42.0, 0);
    assert_near(p.false_share, 30 / 42.0, 0);
    assert_near(p.low, 0.24, 1e-15);
    assert_near(p.high, 0.40, 1e-15);
    assert_int_equal(p.tie_first, 0);
    assert_near(p.tie_low, p.low, 0);
    verdict[49] = VERDICT_UNDECIDED;
    p = precision_at(&list, 50);
    assert_near(p.undecided_low, 12 / 43.0, 0);
    assert_near(p.undecided_high, 13 / 43.0, 0);
    assert_near(p.high, 0.40, 1e-15); /* undecided is still open */
    assert_near(p.reviewed, 12 / 42.0, 0);
}

static void edges_of_k(void **state)
{
    (void)state;
    const unsigned char verdict[] = {VERDICT_NONE, VERDICT_TP};
    struct ranked_list list = {.n = 2, .verdict = verdict};
    struct precision p = precision_at(&list, 0);
    assert_true(isnan(p.reviewed) && isnan(p.low));
    p = precision_at(&list, 1);
    assert_true(isnan(p.reviewed));
    assert_near(p.low, 0, 0);
    assert_near(p.high, 1, 0);
    p = precision_at(&list, 99); /* more than there are */
    assert_int_equal(p.k, 2);
    assert_near(p.reviewed, 1, 0);
    list.n = 0;
    p = precision_at(&list, 5);
    assert_int_equal(p.k, 0);
}

/* The mean over all orders of the straddling block, counted order by order: choosing which
 * `slots` of its rows come first is a subset, each as likely. */
static void mean_over_orders(const unsigned char *verdict, const uint32_t *tie, size_t n,
                             size_t k, double *low, double *high)
{
    size_t first = k - 1, end = k;
    while (first > 0 && tie[first - 1] == tie[k - 1]) {
        first--;
    }
    while (end < n && tie[end] == tie[k - 1]) {
        end++;
    }
    double subsets = 0;
    *low = *high = 0;
    for (unsigned set = 0; set < 1u << (end - first); set++) {
        if ((size_t)__builtin_popcount(set) != k - first) {
            continue;
        }
        double tp = 0, open = 0;
        for (size_t i = 0; i < end; i++) {
            bool taken = i < first || (set >> (i - first) & 1) != 0;
            tp += taken && verdict[i] == VERDICT_TP;
            open += taken && verdict[i] != VERDICT_TP && verdict[i] != VERDICT_FP;
        }
        *low += tp / (double)k;
        *high += (tp + open) / (double)k;
        subsets++;
    }
    *low /= subsets;
    *high /= subsets;
}

static void ties_are_averaged_over_all_orders(void **state)
{
    (void)state;
    uint64_t seed = 9;
    for (int round = 0; round < 60; round++) {
        enum { N = 14 };
        unsigned char verdict[N];
        uint32_t tie[N];
        for (size_t i = 0; i < N; i++) {
            verdict[i] = (unsigned char)below(&seed, VERDICT_COUNT);
            tie[i] = i == 0 ? 0 : tie[i - 1] + (below(&seed, 3) == 0);
        }
        struct ranked_list list = {.n = N, .verdict = verdict, .tie = tie};
        double reviewed[N], low[N], high[N];
        precision_curve(&list, reviewed, low, high);
        for (size_t k = 1; k <= N; k++) {
            double mean_low, mean_high;
            mean_over_orders(verdict, tie, N, k, &mean_low, &mean_high);
            struct precision p = precision_at(&list, k);
            assert_near(p.tie_low, mean_low, 1e-12);
            assert_near(p.tie_high, mean_high, 1e-12);
            assert_near(low[k - 1], mean_low, 1e-12);
            assert_near(high[k - 1], mean_high, 1e-12);
            assert_true(isnan(p.tie_reviewed) ? isnan(reviewed[k - 1])
                                              : p.tie_reviewed == reviewed[k - 1]);
        }
    }
}

static void a_straddling_block_is_named(void **state)
{
    (void)state;
    const unsigned char verdict[] = {VERDICT_TP, VERDICT_TP, VERDICT_FP, VERDICT_FP};
    const uint32_t tie[] = {0, 1, 1, 1};
    struct ranked_list list = {.n = 4, .verdict = verdict, .tie = tie};
    struct precision p = precision_at(&list, 2);
    char text[120];
    assert_true(precision_tie_text(&p, text, sizeof text));
    assert_string_equal(text, "ranks 2 to 4 share one score and K = 2 takes 1 of these 3");
    assert_near(p.reviewed, 1, 0); /* in the order of row_id */
    assert_near(p.tie_reviewed, (1 + 1 / 3.0) / 2, 1e-15);
    assert_near(p.tie_low, p.tie_high, 1e-15); /* nothing is open */
    assert_false(precision_tie_text(&(struct precision){.k = 1}, text, sizeof text));
    p = precision_at(&list, 4);
    assert_int_equal(p.tie_first, 0);

    /* The list ends inside a block of 1000: what lies beyond is counted, not listed. */
    list.beyond = (struct tally){.unreviewed = 997};
    p = precision_at(&list, 4);
    assert_int_equal(p.tie_first, 2);
    assert_int_equal(p.tie_last, 1001);
    assert_near(p.tie_low, (1 + 3 * (1 / 1000.0)) / 4, 1e-15);
    assert_near(p.tie_high, (1 + 3 * (998 / 1000.0)) / 4, 1e-12);
    assert_near(p.tie_reviewed, p.reviewed, 1e-15); /* three were judged for three slots */
}

static void units_count_once(void **state)
{
    (void)state;
    /*                               u7          u8          u7          u9          u8 */
    const unsigned char verdict[] = {VERDICT_FP,   VERDICT_FP, VERDICT_TP,
                                     VERDICT_NONE, VERDICT_FP, VERDICT_TP};
    const uint64_t unit[] = {7, 8, 7, 9, 8, 8};
    struct ranked_list list = {.n = 6, .verdict = verdict};
    struct unit_precision p;
    assert_true(precision_units(&list, unit, 5, &p, NULL));
    assert_int_equal(p.units, 3);
    assert_int_equal(p.tp, 1);
    assert_int_equal(p.fp, 1);
    assert_int_equal(p.open, 1);
    assert_near(p.reviewed, 0.5, 0);
    assert_near(p.low, 1 / 3.0, 1e-15);
    assert_near(p.high, 2 / 3.0, 1e-15);
    assert_true(precision_units(&list, unit, 0, &p, NULL));
    assert_int_equal(p.units, 0);
}

static void stratified_estimate_by_hand(void **state)
{
    (void)state;
    /* Cochran, Sampling Techniques (1977), 5.52 and 5.53 with proportions: weights 0.2 and 0.8.
     */
    const struct stratum strata[] = {
        {.rows = 50, .sample = {.tp = 20, .fp = 30}},
        {.rows = 200, .sample = {.tp = 4, .fp = 16, .undecided = 2, .unreviewed = 3}},
    };
    struct stratified s = precision_stratified(strata, 2);
    assert_int_equal(s.rows, 250);
    assert_int_equal(s.decided, 70);
    assert_near(s.estimate, 0.2 * 0.4 + 0.8 * 0.2, 1e-15);
    assert_near(s.error, sqrt(0.64 * (1 - 20 / 200.0) * 0.2 * 0.8 / 19), 1e-15);
    assert_near(s.low, 24 / 250.0, 1e-15);
    assert_near(s.high, 1 - 46 / 250.0, 1e-15);
    assert_true(s.interval.low < s.estimate && s.estimate < s.interval.high);
    assert_true(s.exact.low <= s.interval.low && s.interval.high <= s.exact.high);
    struct interval second = interval_hypergeometric(4, 20, 200, 0.975);
    assert_near(s.exact.low, (20 + second.low) / 250, 1e-15);
    assert_near(s.exact.high, (20 + second.high) / 250, 1e-15);
}

static void stratified_edges(void **state)
{
    (void)state;
    const struct stratum whole[] = {{.rows = 4, .sample = {.tp = 1, .fp = 3}}};
    struct stratified s = precision_stratified(whole, 1);
    assert_near(s.estimate, 0.25, 0);
    assert_near(s.error, 0, 0);
    assert_near(s.interval.low, 0.25, 0);
    assert_near(s.interval.high, 0.25, 0);
    const struct stratum open[] = {{.rows = 4, .sample = {.tp = 1, .fp = 3}}, {.rows = 100}};
    s = precision_stratified(open, 2);
    assert_true(isnan(s.estimate));
    assert_near(s.low, 1 / 104.0, 1e-15);
    assert_near(s.high, 101 / 104.0, 1e-15);
    s = precision_stratified(NULL, 0);
    assert_true(isnan(s.estimate));
}

/* Strata of 50, 150 and 800 ranks, 50, 50 and 50 of them reviewed, drawn 2000 times: how often
 * the two intervals hold the truth. */
static void stratified_coverage(void **state)
{
    (void)state;
    static const size_t rows[] = {50, 150, 800}, drawn[] = {50, 50, 50};
    static const size_t truths[][3] = {
        {30, 40, 40}, {2, 3, 8}, {0, 0, 20}, {45, 130, 640}, {10, 0, 1}};
    uint64_t seed = 20260101;
    for (size_t t = 0; t < 5; t++) {
        double truth = (double)(truths[t][0] + truths[t][1] + truths[t][2]) / 1000;
        int covered = 0, exact = 0;
        enum { ROUNDS = 1000 };
        for (int round = 0; round < ROUNDS; round++) {
            struct stratum strata[3];
            for (size_t h = 0; h < 3; h++) {
                strata[h] = (struct stratum){.rows = rows[h]};
                uint32_t left = (uint32_t)rows[h], hits = (uint32_t)truths[t][h];
                for (size_t i = 0; i < drawn[h]; i++, left--) {
                    bool hit = below(&seed, left) < hits;
                    hits -= hit;
                    tally_add(&strata[h].sample, hit ? VERDICT_TP : VERDICT_FP);
                }
            }
            struct stratified s = precision_stratified(strata, 3);
            covered += s.interval.low <= truth + 1e-12 && truth <= s.interval.high + 1e-12;
            exact += s.exact.low <= truth + 1e-12 && truth <= s.exact.high + 1e-12;
        }
        print_message("# truth %.3f: interval %.1f %%, exact %.1f %%\n", truth,
                      100.0 * covered / ROUNDS, 100.0 * exact / ROUNDS);
        assert_true(covered >= ROUNDS * 0.935);
        assert_true(exact >= ROUNDS * 0.95);
    }
}

static void comparison_of_two_lists(void **state)
{
    (void)state;
    const uint32_t a[] = {1, 2, 3, 4, 5, 6}, b[] = {6, 9, 8, 7, 1, 10};
    const unsigned char va[] = {VERDICT_TP, VERDICT_TP, VERDICT_TP,
                                VERDICT_TP, VERDICT_FP, VERDICT_FP};
    const unsigned char vb[] = {VERDICT_FP, VERDICT_FP, VERDICT_FP,
                                VERDICT_TP, VERDICT_TP, VERDICT_FP};
    struct comparison c;
    assert_true(precision_compare(a, va, b, vb, 6, &c, NULL));
    assert_int_equal(c.shared, 2);
    assert_int_equal(c.only_a.tp, 3);
    assert_int_equal(c.only_b.tp, 1);
    assert_int_equal(c.only_b.fp, 3);
    assert_near(c.p, 0.625, 1e-15); /* 2 (1 + 4) / 2^4 */
    assert_near(c.difference, 2 / 6.0, 1e-15);
    assert_near(c.difference_low, c.difference_high, 0);
    const unsigned char open[] = {VERDICT_FP, VERDICT_NONE, VERDICT_UNDECIDED,
                                  VERDICT_TP, VERDICT_TP,   VERDICT_FP};
    assert_true(precision_compare(a, va, b, open, 6, &c, NULL));
    assert_true(isnan(c.difference));
    assert_near(c.difference_low, 0, 0);
    assert_near(c.difference_high, 2 / 6.0, 1e-15);
}

static void pace_forgives_a_lunch_break(void **state)
{
    (void)state;
    const double steady[] = {10, 20, 30};
    assert_near(review_pace(steady, 3), 20, 1e-15);
    const double lunch[] = {10, 10, 3600, 10, 10};
    assert_near(review_pace(lunch, 5), (40 + 100) / 5.0, 1e-15);
    assert_true(isnan(review_pace(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_verdicts),
        cmocka_unit_test(unfinished_review_has_exact_bounds),
        cmocka_unit_test(edges_of_k),
        cmocka_unit_test(ties_are_averaged_over_all_orders),
        cmocka_unit_test(a_straddling_block_is_named),
        cmocka_unit_test(units_count_once),
        cmocka_unit_test(stratified_estimate_by_hand),
        cmocka_unit_test(stratified_edges),
        cmocka_unit_test(stratified_coverage),
        cmocka_unit_test(comparison_of_two_lists),
        cmocka_unit_test(pace_forgives_a_lunch_break),
    };
    return cmocka_run_group_tests_name("precision", tests, NULL, NULL);
}

/* statistics: against closed forms, published tables and sums from the definition. */
#include "review/statistics.h"

#include <math.h>
#include <stdbool.h>

#include "unit/test.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        print_error("%.17g is not %.17g within %g\n", value, expected, tolerance);
        fail();
    }
}

static double choose(unsigned n, unsigned k)
{
    double product = 1;
    for (unsigned i = 1; i <= k; i++) {
        product = product * (n - k + i) / i;
    }
    return product;
}

/* I_x(a, b) for whole a and b is a binomial tail: DLMF 8.17.5. */
static void beta_equals_binomial_sums(void **state)
{
    (void)state;
    for (unsigned a = 1; a <= 12; a++) {
        for (unsigned b = 1; b <= 12; b++) {
            for (double x = 0.05; x < 1; x += 0.1) {
                double sum = 0;
                unsigned n = a + b - 1;
                for (unsigned j = a; j <= n; j++) {
                    sum += choose(n, j) * pow(x, j) * pow(1 - x, n - j);
                }
                assert_near(beta_cumulative(a, b, x), sum, 1e-13);
            }
        }
    }
    assert_near(beta_cumulative(0.5, 0.5, 0.25), 1.0 / 3, 1e-14); /* 2/pi asin(sqrt x) */
    assert_near(beta_cumulative(1, 1000000, 1e-6), 1 - exp(1000000 * log1p(-1e-6)), 1e-9);
    assert_true(beta_cumulative(3, 4, 0) == 0 && beta_cumulative(3, 4, 1) == 1);
}

static void beta_quantile_inverts(void **state)
{
    (void)state;
    const double shapes[] = {0.5, 1, 2.25, 17, 400};
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned j = 0; j < 5; j++) {
            for (double p = 0.001; p < 1; p += 0.037) {
                double x = beta_quantile(shapes[i], shapes[j], p);
                assert_near(beta_cumulative(shapes[i], shapes[j], x), p, 1e-11);
            }
        }
    }
    assert_near(beta_quantile(1, 7, 0.3), 1 - pow(0.7, 1.0 / 7), 1e-15);
    assert_true(beta_quantile(2, 3, 0) == 0 && beta_quantile(2, 3, 1) == 1);
}

/* Abramowitz and Stegun, table 26.5, to the digits printed there and more. */
static void normal_quantiles(void **state)
{
    (void)state;
    assert_near(normal_quantile(0.975), 1.959963984540054, 1e-13);
    assert_near(normal_quantile(0.995), 2.575829303548901, 1e-13);
    assert_near(normal_quantile(0.5), 0, 1e-15);
    assert_near(normal_quantile(0.1), -1.281551565544600, 1e-13);
}

/* Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: methods 3 (Wilson) and 5
 * (Clopper-Pearson). */
static void intervals_of_newcombe(void **state)
{
    (void)state;
    static const struct {
        double x, n, wilson[2], exact[2];
    } rows[] = {
        {81, 263, {0.2553, 0.3662}, {0.2527, 0.3676}},
        {15, 148, {0.0624, 0.1605}, {0.0578, 0.1617}},
        {0, 20, {0.0000, 0.1611}, {0.0000, 0.1684}},
        {1, 29, {0.0061, 0.1718}, {0.0009, 0.1776}},
    };
    for (unsigned i = 0; i < 4; i++) {
        struct interval wilson = interval_wilson(rows[i].x, rows[i].n, 0.95);
        struct interval exact = interval_clopper_pearson(rows[i].x, rows[i].n, 0.95);
        assert_near(wilson.low, rows[i].wilson[0], 0.00005);
        assert_near(wilson.high, rows[i].wilson[1], 0.00005);
        assert_near(exact.low, rows[i].exact[0], 0.00005);
        assert_near(exact.high, rows[i].exact[1], 0.00005);
    }
}

static void intervals_in_closed_form(void **state)
{
    (void)state;
    const double counts[] = {1, 2, 10, 50, 200, 5000};
    for (unsigned i = 0; i < 6; i++) {
        double n = counts[i];
        /* x = 0: the upper limit solves (1 - p)^n = 0.025; x = n is its mirror. */
        struct interval none = interval_clopper_pearson(0, n, 0.95);
        struct interval all = interval_clopper_pearson(n, n, 0.95);
        assert_true(none.low == 0 && all.high == 1);
        assert_near(none.high, 1 - pow(0.025, 1 / n), 1e-12);
        assert_near(all.low, pow(0.025, 1 / n), 1e-12);
        double zz = 1.959963984540054 * 1.959963984540054;
        assert_near(interval_wilson(0, n, 0.95).high, zz / (n + zz), 1e-13);
        assert_true(interval_wilson(0, n, 0.95).low == 0);
        assert_true(interval_wilson(n, n, 0.95).high == 1);
    }
    struct interval nothing = interval_wilson(0, 0, 0.95);
    assert_true(nothing.low == 0 && nothing.high == 1);
    nothing = interval_clopper_pearson(0, 0, 0.95);
    assert_true(nothing.low == 0 && nothing.high == 1);
}

/* Clopper and Pearson's definition: the limits are the p whose tails are 0.025 each, here with
 * tails summed term by term. */
static void clopper_pearson_by_definition(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 40; n += 3) {
        for (unsigned x = 1; x < n; x++) {
            struct interval limits = interval_clopper_pearson(x, n, 0.95);
            double above = 0, below = 0;
            for (unsigned j = 0; j <= n; j++) {
                double low = choose(n, j) * pow(limits.low, j) * pow(1 - limits.low, n - j);
                double high = choose(n, j) * pow(limits.high, j) * pow(1 - limits.high, n - j);
                above += j >= x ? low : 0;
                below += j <= x ? high : 0;
            }
            assert_near(above, 0.025, 1e-12);
            assert_near(below, 0.025, 1e-12);
        }
    }
}

static void hypergeometric_from_the_definition(void **state)
{
    (void)state;
    for (unsigned population = 1; population <= 14; population++) {
        for (unsigned hits = 0; hits <= population; hits++) {
            for (unsigned drawn = 0; drawn <= population; drawn++) {
                double sum = 0;
                for (unsigned x = 0; x <= drawn; x++) {
                    if (x <= hits && drawn - x <= population - hits) {
                        sum += choose(hits, x) * choose(population - hits, drawn - x) /
                               choose(population, drawn);
                    }
                    assert_near(hypergeometric_cumulative(x, population, hits, drawn), sum,
                                1e-12);
                }
            }
        }
    }
}

/* The bounds are what the two tests leave, found here by trying every number. */
static void hypergeometric_bounds_by_search(void **state)
{
    (void)state;
    for (unsigned population = 1; population <= 60; population += 7) {
        for (unsigned drawn = 1; drawn <= population; drawn += 3) {
            for (unsigned x = 0; x <= drawn; x++) {
                unsigned low = population, high = 0;
                for (unsigned m = x; m <= population - (drawn - x); m++) {
                    double upper =
                        x == 0 ? 1 : 1 - hypergeometric_cumulative(x - 1, population, m, drawn);
                    bool kept = upper > 0.025 &&
                                hypergeometric_cumulative(x, population, m, drawn) > 0.025;
                    low = kept && m < low ? m : low;
                    high = kept && m > high ? m : high;
                }
                struct interval bounds = interval_hypergeometric(x, drawn, population, 0.95);
                assert_near(bounds.low, low, 0);
                assert_near(bounds.high, high, 0);
            }
        }
    }
}

static void kappa_of_published_tables(void **state)
{
    (void)state;
    /* Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (2003), table 18.1:
     * kappa 0.68 with standard error 0.087. */
    const size_t fleiss[3][3] = {{75, 1, 4}, {5, 4, 1}, {0, 0, 10}};
    struct agreement agreement = agreement_kappa(fleiss, 0.95);
    assert_int_equal(agreement.n, 100);
    assert_near(agreement.observed, 0.89, 1e-15);
    assert_near(agreement.expected, 0.66, 1e-15);
    assert_near(agreement.kappa, 0.23 / 0.34, 1e-14);
    assert_near(agreement.error, 0.087, 0.001);
    /* 2 x 2: po 0.7, pe 0.5, so kappa is 0.4. */
    const size_t grants[3][3] = {{20, 5, 0}, {10, 15, 0}, {0, 0, 0}};
    assert_near(agreement_kappa(grants, 0.95).kappa, 0.4, 1e-14);
    const size_t chance[3][3] = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
    assert_near(agreement_kappa(chance, 0.95).kappa, 0, 1e-14);
    const size_t perfect[3][3] = {{4, 0, 0}, {0, 4, 0}, {0, 0, 1}};
    assert_near(agreement_kappa(perfect, 0.95).kappa, 1, 1e-14);
    /* Nine pairs that agree do not make it certain: no interval, not one of no width. */
    assert_true(isnan(agreement_kappa(perfect, 0.95).interval.low));
    const size_t never[3][3] = {{0, 9, 0}, {0, 0, 0}, {0, 0, 0}};
    assert_near(agreement_kappa(never, 0.95).kappa, 0, 1e-14);
    assert_true(isnan(agreement_kappa(never, 0.95).interval.high));
    assert_true(agreement.interval.low > 0.5 && agreement.interval.high < 0.85);
    const size_t single[3][3] = {{9, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    assert_true(isnan(agreement_kappa(single, 0.95).kappa));
    const size_t empty[3][3] = {{0}};
    assert_true(isnan(agreement_kappa(empty, 0.95).observed));
}

static void mcnemar_in_closed_form(void **state)
{
    (void)state;
    assert_near(mcnemar_exact(0, 0), 1, 0);
    assert_near(mcnemar_exact(0, 5), 0.0625, 1e-15);      /* 2 / 2^5 */
    assert_near(mcnemar_exact(10, 0), 2 / 1024.0, 1e-15); /* 2 / 2^10 */
    assert_near(mcnemar_exact(1, 6), 0.125, 1e-15);       /* 2 (1 + 7) / 2^7 */
    assert_near(mcnemar_exact(4, 4), 1, 0);
    assert_near(mcnemar_exact(3, 9), 2 * (1 + 12 + 66 + 220) / 4096.0, 1e-14);
}

/* The share of samples whose interval holds the true p, summed over the binomial distribution:
 * Clopper-Pearson must never be below 95 %, Wilson is near it on average (Brown, Cai, DasGupta,
 * Statistical Science 16, 2001). */
static void coverage_of_the_intervals(void **state)
{
    (void)state;
    double mean = 0;
    unsigned points = 0;
    for (double p = 0.01; p < 1; p += 0.0173) {
        enum { N = 50 };
        double exact = 0, wilson = 0;
        for (unsigned x = 0; x <= N; x++) {
            double mass = choose(N, x) * pow(p, x) * pow(1 - p, N - x);
            struct interval one = interval_clopper_pearson(x, N, 0.95);
            struct interval two = interval_wilson(x, N, 0.95);
            exact += one.low <= p && p <= one.high ? mass : 0;
            wilson += two.low <= p && p <= two.high ? mass : 0;
        }
        assert_true(exact >= 0.95 - 1e-12);
        assert_true(wilson > 0.83);
        mean += wilson;
        points++;
    }
    assert_near(mean / points, 0.953, 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beta_equals_binomial_sums),
        cmocka_unit_test(beta_quantile_inverts),
        cmocka_unit_test(normal_quantiles),
        cmocka_unit_test(intervals_of_newcombe),
        cmocka_unit_test(intervals_in_closed_form),
        cmocka_unit_test(clopper_pearson_by_definition),
        cmocka_unit_test(hypergeometric_from_the_definition),
        cmocka_unit_test(hypergeometric_bounds_by_search),
        cmocka_unit_test(kappa_of_published_tables),
        cmocka_unit_test(mcnemar_in_closed_form),
        cmocka_unit_test(coverage_of_the_intervals),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}

/* Order statistics without a sort, against a sort. */
#include "base/percentile.h"

#include <math.h>
#include <stdlib.h>

#include "base/sortable.h"
#include "unit/fixture.h"
#include "unit/test.h"

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Few distinct values or many, close together or far apart, of both signs. */
static double some_value(uint64_t *seed, size_t kind)
{
    double whole = (double)fixture_below(seed, kind % 2 == 0 ? 5 : 1000000) - 2;
    return kind < 2   ? whole
           : kind < 4 ? 1 + whole * 1e-15
                      : ldexp(whole, (int)fixture_below(seed, 600) - 300);
}

static void ranks_are_those_of_a_sort(void **state)
{
    (void)state;
    enum { MOST = 300, COPIES = 4, RANKS = 11 };
    double values[MOST], spelled[MOST * COPIES], found[RANKS];
    uint32_t copies[MOST];
    uint64_t seed = 7, *room = malloc(sizeof *room * RANKS * PERCENTILE_ROOM), ranks[RANKS];
    assert_non_null(room);
    for (size_t round = 0; round < 200; round++) {
        size_t n = 1 + fixture_below(&seed, MOST), all = 0;
        bool negated = round % 3 == 0;
        for (size_t i = 0; i < n; i++) {
            values[i] = some_value(&seed, round % 6);
            copies[i] = (uint32_t)fixture_below(&seed, COPIES) + (i == 0);
            for (uint32_t k = 0; k < copies[i]; k++) {
                spelled[all++] = negated ? -values[i] : values[i];
            }
        }
        qsort(spelled, all, sizeof *spelled, by_size);
        for (size_t r = 0; r < RANKS; r++) {
            ranks[r] = r == 0 ? 0 : r == 1 ? all - 1 : fixture_below(&seed, all);
        }
        const struct percentile_column column = {values, copies, n, negated};
        percentile_ranks(&column, ranks, RANKS, room, found);
        for (size_t r = 0; r < RANKS; r++) {
            assert_true(found[r] == spelled[ranks[r]]);
        }
    }
    free(room);
}

static void what_is_no_number_comes_last(void **state)
{
    (void)state;
    const double values[] = {NAN, INFINITY, -0.0, copysign(NAN, -1), -INFINITY, 0.0};
    static uint64_t room[6 * PERCENTILE_ROOM];
    const uint64_t ranks[] = {0, 1, 2, 3, 4, 5};
    const struct percentile_column column = {values, NULL, 6, false};
    double found[6];
    percentile_ranks(&column, ranks, 6, room, found);
    assert_true(found[0] == -INFINITY && found[1] == 0 && found[2] == 0);
    assert_false(signbit(found[1]) || signbit(found[2]));
    assert_true(found[3] == INFINITY && isnan(found[4]) && isnan(found[5]));
}

static void sortable_bits_sort(void **state)
{
    (void)state;
    static const double rising[] = {-INFINITY, -1e300, -1, -5e-324, -0.0,    0.0,
                                    5e-324,    1,      2,  1e300,   INFINITY};
    for (size_t i = 0; i < sizeof rising / sizeof *rising; i++) {
        uint64_t bits = sortable_bits(rising[i]);
        assert_true(i == 0 || sortable_bits(rising[i - 1]) < bits);
        assert_true(sortable_double(bits) == rising[i]);
        assert_int_equal(signbit(sortable_double(bits)), signbit(rising[i]));
    }
}

static void the_median_lies_between_the_middle_two(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2};
    assert_true(percentile_median(odd, 3) == 2);
    assert_true(odd[0] == 1 && odd[1] == 2 && odd[2] == 3);
    assert_true(percentile_median(even, 4) == 2.5);
    assert_true(isnan(percentile_median(odd, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_those_of_a_sort),
        cmocka_unit_test(what_is_no_number_comes_last),
        cmocka_unit_test(sortable_bits_sort),
        cmocka_unit_test(the_median_lies_between_the_middle_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How far out: Student's t against scipy's values, and tables of what was counted. */
#include "past/past_tail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

static void student_is_scipys(void **state)
{
    char path[4096], line[200];
    size_t n = 0;
    (void)state;
    snprintf(path, sizeof path, "%s/tests/parity/vectors/past/student.csv",
             getenv("ODDHOURS_SRCDIR") != NULL ? getenv("ODDHOURS_SRCDIR") : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        double t = strtod(at, &at);
        double freedom = strtod(at + 1, &at);
        double wanted = strtod(at + 1, &at);
        double got = past_student(t, freedom);
        if (!(fabs(got - wanted) <= 1e-10 * (1 + wanted))) {
            fail_msg("t %g, freedom %g: %.17g, wanted %.17g", t, freedom, got, wanted);
        }
        n++;
    }
    fclose(file);
    assert_true(n > 150);
}

static void edges_are_shares(void **state)
{
    enum { N = 100000 };
    uint32_t counts[PAST_BINS] = {0};
    float before[PAST_EDGES], edges[PAST_EDGES];
    uint64_t random = 4;
    static double value[N];
    (void)state;
    past_edges_student(before);
    for (size_t i = 0; i < N; i++) { /* exponential: a decade every 2.3 */
        value[i] = -log(((double)fixture_below(&random, 1u << 30) + 0.5) / (1u << 30));
        counts[(size_t)past_bin_of((float)value[i])]++;
    }
    past_edges(counts, N, before, edges);
    for (double t = 0; t < 8; t += 0.5) {
        size_t beyond = 0;
        for (size_t i = 0; i < N; i++) {
            beyond += value[i] >= t;
        }
        double wanted = log10((double)N / (double)beyond);
        double got = (double)past_between(edges, past_bin_of((float)t));
        assert_true(fabs(got - wanted) < 0.05);
    }
    for (size_t i = 0; i + 1 < PAST_EDGES; i++) { /* further out is never less odd */
        assert_true(edges[i + 1] >= edges[i]);
    }
    assert_true(edges[PAST_BINS] > 5 && edges[PAST_BINS] < 9);
    /* Nothing seen: what was thought before. */
    memset(counts, 0, sizeof counts);
    past_edges(counts, 0, before, edges);
    for (size_t i = 0; i < PAST_EDGES; i++) {
        assert_true(edges[i] == before[i]);
    }
}

static void bins_take_anything(void **state)
{
    (void)state;
    assert_true(past_bin_of(-1e30f) == 0);
    assert_true(past_bin_of(NAN) == 0);
    assert_true(past_bin_of(INFINITY) < PAST_BINS);
    assert_true(past_bin_of(0) == 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_is_scipys),
        cmocka_unit_test(edges_are_shares),
        cmocka_unit_test(bins_take_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

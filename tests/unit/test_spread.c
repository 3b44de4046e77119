/* How features are spread: bins against counting by hand, the stability index against its
 * formula over single values, and what is kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "table/spread.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { PROFILES = 400, D = 3 };

struct some {
    double values[PROFILES * D];
    uint32_t copies[PROFILES];
    struct profiles profiles;
};

/* A count with a long tail, one of a few values, and a constant. */
static void fill(struct some *some, double grown, uint64_t seed)
{
    for (size_t i = 0; i < PROFILES; i++) {
        some->values[i * D] =
            floor(grown * exp(5 * (double)fixture_below(&seed, 1000000) * 1e-6));
        some->values[i * D + 1] = (double)fixture_below(&seed, 4);
        some->values[i * D + 2] = 7;
        some->copies[i] = 1 + (uint32_t)fixture_below(&seed, 9);
    }
    some->profiles = (struct profiles){
        .n = PROFILES, .d = D, .values = some->values, .copies = some->copies};
}

static uint64_t rows_between(const struct some *some, size_t feature, double above, double to)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < PROFILES; i++) {
        double value = some->values[i * D + feature];
        rows += value > above && value <= to ? some->copies[i] : 0;
    }
    return rows;
}

static void bins_hold_the_rows(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static struct some some;
        fill(&some, 1, seed);
        struct spread *spread = spread_new(&some.profiles, NULL);
        assert_non_null(spread);
        assert_int_equal(spread->rows, rows_between(&some, 2, 0, 7));
        for (size_t f = 0; f < D; f++) {
            const struct spread_feature *feature = &spread->features[f];
            double from = -INFINITY;
            for (size_t bin = 0; bin < feature->n; bin++) {
                double to = bin + 1 < feature->n ? feature->ends[bin] : INFINITY;
                assert_int_equal(feature->rows[bin], rows_between(&some, f, from, to));
                assert_true(feature->rows[bin] > 0);
                from = to;
            }
        }
        assert_true(spread->features[0].n > 10);
        assert_int_equal(spread->features[1].n, 4);
        assert_int_equal(spread->features[2].n, 1);
        spread_free(spread);
    }
}

/* The index by its formula, over the bins and what lies outside. */
static double index_of(const struct spread *spread, size_t f, const struct some *now,
                       uint64_t rows_now)
{
    const struct spread_feature *feature = &spread->features[f];
    double sum = 0, from = -INFINITY;
    for (size_t bin = 0; bin <= feature->n + 1; bin++) {
        double to = bin == 0                ? nextafter(feature->least, -INFINITY)
                    : bin <= feature->n - 1 ? feature->ends[bin - 1]
                    : bin == feature->n     ? feature->most
                                            : INFINITY;
        double was = bin == 0 || bin > feature->n ? 0 : (double)feature->rows[bin - 1];
        double is = (double)rows_between(now, f, from, to);
        double p = (was > 0 ? was : 0.5) / (double)spread->rows;
        double q = (is > 0 ? is : 0.5) / (double)rows_now;
        sum += was > 0 || is > 0 ? (q - p) * log(q / p) : 0;
        from = to;
    }
    return sum;
}

static void what_moved_is_measured(void **state)
{
    (void)state;
    static struct some was, is;
    struct spread_shift shifts[D];
    fill(&was, 1, 5);
    struct spread *spread = spread_new(&was.profiles, NULL);
    assert_non_null(spread);
    spread_compare(spread, &was.profiles, shifts);
    for (size_t f = 0; f < D; f++) { /* itself */
        assert_true(shifts[f].stability == 0 && shifts[f].largest == 0);
        assert_int_equal(shifts[f].above + shifts[f].below, 0);
    }
    fill(&is, 1, 6); /* another draw of the same */
    spread_compare(spread, &is.profiles, shifts);
    assert_true(shifts[0].stability < SPREAD_MUCH && shifts[1].stability < SPREAD_SOME);
    fill(&is, 4, 7); /* four times as much */
    is.values[2] = 9;
    uint64_t rows = rows_between(&is, 1, -1, 9);
    spread_compare(spread, &is.profiles, shifts);
    assert_true(shifts[0].stability > SPREAD_MUCH && shifts[0].largest > 0.2);
    assert_int_equal(shifts[0].above, rows_between(&is, 0, spread->features[0].most, INFINITY));
    assert_int_equal(shifts[2].above, is.copies[0]);
    for (size_t f = 0; f < D; f++) {
        double expected = index_of(spread, f, &is, rows);
        assert_true(fabs(shifts[f].stability - expected) < 1e-12 * (1 + expected));
        /* The largest difference, at the end of a bin that it names. */
        double share =
            (double)rows_between(&was, f, -INFINITY, shifts[f].at) / (double)spread->rows -
            (double)rows_between(&is, f, -INFINITY, shifts[f].at) / (double)rows;
        assert_true(fabs(share - shifts[f].largest) < 1e-12);
    }
    spread_free(spread);
}

static void it_is_kept(void **state)
{
    (void)state;
    static struct some some;
    char path[] = "/tmp/oddhours-spread-XXXXXX";
    struct status status = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    fill(&some, 1, 8);
    struct spread *spread = spread_new(&some.profiles, NULL);
    struct archive_out *out = archive_create(path, 1, &status);
    assert_true(spread != NULL && out != NULL);
    spread_save(spread, out);
    spread_save(spread, out);
    assert_true(archive_commit(out, &status));
    struct archive_in *in = archive_open(path, 1, &status);
    assert_non_null(in);
    struct spread *again = spread_load(in, D, &status);
    assert_non_null(again);
    assert_int_equal(again->rows, spread->rows);
    assert_memory_equal(again->features, spread->features, D * sizeof *again->features);
    assert_null(spread_load(in, D + 1, &status)); /* of other features */
    assert_int_equal(status.code, STATUS_INPUT);
    archive_close(in);
    spread_free(again);
    spread_free(spread);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bins_hold_the_rows),
                                       cmocka_unit_test(what_moved_is_measured),
                                       cmocka_unit_test(it_is_kept)};
    return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}

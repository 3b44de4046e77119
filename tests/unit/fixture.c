#include "unit/fixture.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/builder.h"
#include "unit/test.h"

struct table *fixture_table(const double *values, size_t n_rows, size_t d,
                            const char *const *names)
{
    char numbered[TABLE_FEATURES_MAX][24];
    const char *numbered_names[TABLE_FEATURES_MAX];
    assert_true(d <= TABLE_FEATURES_MAX);
    for (size_t c = 0; c < d; c++) {
        snprintf(numbered[c], sizeof numbered[c], "f%zu", c);
        numbered_names[c] = numbered[c];
    }
    struct table_builder *builder =
        table_builder_new(names != NULL ? names : numbered_names, d, false, false, NULL);
    assert_non_null(builder);
    const struct span none = {NULL, 0};
    for (size_t row = 0; row < n_rows; row++) {
        assert_true(table_builder_add(builder, none, none, values + row * d, NULL));
    }
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    return table;
}

static void random_features(double *x, uint64_t *random)
{
    x[0] = (double)(2 + fixture_below(random, 12));
    x[1] = fixture_below(random, 8) == 0 ? (double)fixture_below(random, 3) : 0;
    x[2] = x[1] / x[0];
    x[3] = (double)(1 + fixture_below(random, 3));
    x[4] = fixture_below(random, 50) == 0 ? (double)fixture_below(random, 400) : 1;
    x[5] = fixture_below(random, 4) == 0 ? x[0] : 0;
    x[6] = x[5] / x[0];
}

struct table *fixture_user_hours(size_t n_rows, size_t n_users, size_t n_days, uint64_t seed)
{
    uint64_t random = seed;
    struct table_builder *builder =
        table_builder_new(table_default_features, TABLE_DEFAULT_FEATURES, true, true, NULL);
    assert_non_null(builder);
    for (size_t row = 0; row < n_rows; row++) {
        char user[32], when[64];
        double x[TABLE_DEFAULT_FEATURES];
        snprintf(user, sizeof user, "U%zu@DOM", fixture_below(&random, n_users));
        snprintf(when, sizeof when, "1970-01-%02zu %02zu:00:00",
                 1 + fixture_below(&random, n_days), fixture_below(&random, 24));
        random_features(x, &random);
        const struct span dt = {when, strlen(when)}, name = {user, strlen(user)};
        assert_true(table_builder_add(builder, dt, name, x, NULL));
    }
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    return table;
}

struct row_index *fixture_index(const struct table *table)
{
    struct row_index *index =
        row_index_new(table->row_profile, table->n_rows, table->profiles.n, NULL, NULL, NULL);
    assert_non_null(index);
    return index;
}

double *fixture_scores(size_t n, size_t levels, size_t unscored, uint64_t seed)
{
    uint64_t random = seed;
    double *score = calloc(n > 0 ? n : 1, sizeof *score);
    assert_non_null(score);
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = fixture_random(&random);
        score[i] = levels > 0 ? (double)(bits % levels) / 7
                              : ldexp((double)(bits >> 11), -53 - (int)(bits % 9));
        if (unscored > 0 && fixture_below(&random, unscored) == 0) {
            score[i] = NAN;
        }
    }
    return score;
}

uint64_t fixture_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

size_t fixture_below(uint64_t *state, size_t n)
{
    return (size_t)(fixture_random(state) % n);
}

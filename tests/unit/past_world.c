#include "unit/past_world.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/builder.h"
#include "unit/fixture.h"
#include "unit/test.h"

static double draw_count(uint64_t *random, double level)
{
    double spread = 1 + (double)fixture_below(random, 1000) / 500; /* 1 to 3 */
    double x = level * spread / 2;
    return (double)(1 + (size_t)x);
}

size_t past_world(struct past_row **rows, uint32_t hours, uint32_t users, uint64_t seed)
{
    uint64_t random = seed;
    size_t n = 0;
    *rows = calloc((size_t)hours * users + 1, sizeof **rows);
    assert_non_null(*rows);
    for (uint32_t hour = 0; hour < hours; hour++) {
        for (uint32_t user = 0; user < users; user++) {
            uint64_t own = user + 1;
            double level = (double)(2 + fixture_below(&own, 40));
            if (fixture_below(&random, 3) == 0 || (user % 3 == 0 && hour % 24 < 6)) {
                continue;
            }
            struct past_row *row = &(*rows)[n++];
            *row = (struct past_row){.hour = hour, .user = user};
            row->total = draw_count(&random, level);
            row->destinations = draw_count(&random, level / 8);
            row->sources = draw_count(&random, level / 16);
            row->failed = fixture_below(&random, 12) == 0
                              ? 1 + (double)fixture_below(&random, (size_t)row->total)
                              : 0;
            row->failed = row->failed < row->total ? row->failed : row->total;
        }
    }
    return n;
}

struct table *past_world_table(const struct past_row *rows, size_t n)
{
    struct table_builder *builder =
        table_builder_new(table_default_features, TABLE_DEFAULT_FEATURES, true, true, NULL);
    assert_non_null(builder);
    for (size_t i = 0; i < n; i++) {
        const struct past_row *row = &rows[i];
        char user[32], when[64];
        bool night = row->hour % 24 < 7;
        const double x[TABLE_DEFAULT_FEATURES] = {
            row->total,        row->failed,  row->total > 0 ? row->failed / row->total : 0,
            row->destinations, row->sources, night ? row->total : 0,
            night ? 1 : 0};
        snprintf(user, sizeof user,
                 row->user % 5 == 4   ? "m%u$@X"
                 : row->user % 7 == 6 ? "svc%u@X"
                                      : "p%u@X",
                 row->user);
        snprintf(when, sizeof when, "1970-%02u-%02u %02u:00:00", 1 + row->hour / 24 / 28,
                 1 + row->hour / 24 % 28, row->hour % 24);
        const struct span dt = {when, strlen(when)}, name = {user, strlen(user)};
        assert_true(table_builder_add(builder, dt, name, x, NULL));
    }
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    return table;
}

uint8_t *past_world_kinds(const struct table *table)
{
    struct account_rules *rules = account_rules_new(NULL, NULL);
    assert_non_null(rules);
    struct accounts *accounts = accounts_new(table->users, rules, NULL, NULL, NULL);
    assert_non_null(accounts);
    uint8_t *kinds = accounts->kind;
    accounts->kind = NULL;
    accounts_free(accounts);
    account_rules_free(rules);
    return kinds;
}

struct past *past_world_new(const struct table *table)
{
    const struct past_options options = {.half_life_days = 30, .explain = true};
    struct status status = {0};
    struct past *past = past_new(table, &options, &status);
    assert_string_equal(status.text, "");
    assert_non_null(past);
    return past;
}

float *past_world_scores(struct past *past, const struct table *table, unsigned threads)
{
    struct past *own = past == NULL ? past_world_new(table) : NULL;
    struct parallel *parallel = parallel_new(threads, NULL);
    uint8_t *kinds = past_world_kinds(table);
    float *score = calloc(table->n_rows + 1, sizeof *score);
    assert_non_null(score);
    struct status status = {0};
    assert_true(
        past_score(past != NULL ? past : own, table, kinds, score, parallel, NULL, &status));
    free(kinds);
    parallel_free(parallel);
    past_free(own);
    return score;
}

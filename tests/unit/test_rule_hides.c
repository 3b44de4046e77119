/* What rules hide, against looking at every row. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "review/session/rule_hides.h"
#include "unit/fixture.h"
#include "unit/store_fixture.h"

enum { ROWS = 900 };

struct world {
    struct table *table;
    float own[ROWS];
    struct filter_context context;
};

static struct world world_new(uint64_t seed)
{
    struct world world = {.table = fixture_user_hours(ROWS, 12, 20, seed)};
    assert_non_null(world.table);
    assert_int_equal(world.table->n_rows, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        world.own[i] = i % 17 == 0 ? NAN : (float)fixture_below(&seed, 600) / 100;
    }
    world.context = (struct filter_context){.table = world.table};
    return world;
}

static void add(struct store *store, const char *filter, double highest, int64_t expires_ms)
{
    char uid[ENTRY_UID];
    struct status status = {0};
    const struct rule_words words = {.filter = filter,
                                     .reason = "a test",
                                     .scope = "test",
                                     .highest = highest,
                                     .expires_ms = expires_ms};
    must(store_rule_add(store, &words, uid, &status), &status);
}

static bool is_user(const struct table *table, size_t row, const char *name)
{
    struct span user = dict_get(table->users, table->row_user[row]);
    return user.length == strlen(name) && memcmp(user.bytes, name, user.length) == 0;
}

/* A name of the table. */
static void name_of(const struct table *table, uint32_t user, char name[64])
{
    struct span span = dict_get(table->users, user);
    snprintf(name, 64, "%.*s", (int)span.length, span.bytes);
}

static void rows_are_hidden_by_what_holds(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct world world = world_new(3);
    struct store *store = open_store(place->path, "ana", "aa");
    char first[64], second[64], text[200], feature[120];
    name_of(world.table, 0, first);
    name_of(world.table, 1, second);
    const char *column = world.table->feature_names[0];
    /* 1: an account as it was up to 2 decades; 2: few of anybody; 3: ran out; 4: ended; 5: of a
     * column that is not there. */
    snprintf(text, sizeof text, "user:\"%s\"", first);
    add(store, text, 2, 0);
    snprintf(feature, sizeof feature, "%s:<=3 user:\"%s\"", column, second);
    add(store, feature, NAN, 0);
    add(store, text, NAN, store_now_ms(store) - 1);
    add(store, "row:1-500", NAN, 0);
    add(store, "nosuchcolumn:>5", NAN, 0);
    struct rule *rules;
    size_t n;
    must(store_rules(store, &rules, &n, &status), &status);
    assert_int_equal(n, 5);
    must(store_rule_end(store, rules[3].uid, "too wide", &status), &status);
    store_rules_free(rules, n);

    struct rule_hides *hides =
        rule_hides_new(store, &world.context, world.own, NULL, NULL, &status);
    must(hides != NULL, &status);
    assert_int_equal(hides->n, 5);
    assert_int_equal(hides->n_holding, 3);
    uint64_t hidden = 0, by_first = 0, passed = 0, by_second = 0;
    for (size_t row = 0; row < ROWS; row++) {
        bool of_first = is_user(world.table, row, first);
        bool odd = (double)world.own[row] > 3; /* a decade above 2 */
        double value = table_profile(world.table, world.table->row_profile[row])[0];
        bool of_second = is_user(world.table, row, second) && value <= 3;
        bool expected = (of_first && !odd) || of_second;
        assert_int_equal(hides->bits[row / 64] >> row % 64 & 1, expected);
        hidden += expected;
        by_first += of_first && !odd;
        passed += of_first && odd;
        by_second += of_second;
    }
    assert_true(by_first > 0 && passed > 0 && by_second > 0);
    assert_int_equal(hides->rows, hidden);
    assert_int_equal(hides->hidden[0].rows, by_first);
    assert_int_equal(hides->hidden[0].let_pass, passed);
    assert_int_equal(hides->hidden[1].rows, by_second);
    assert_int_equal(hides->hidden[2].rows + hides->hidden[3].rows, 0);
    assert_non_null(strstr(hides->hidden[4].problem, "nosuchcolumn"));
    rule_hides_say(hides, text, sizeof text);
    assert_non_null(strstr(text, "3 rules hide "));
    rule_hides_free(hides);
    /* Without own past nothing passes. */
    hides = rule_hides_new(store, &world.context, NULL, NULL, NULL, &status);
    must(hides != NULL, &status);
    assert_int_equal(hides->hidden[0].let_pass, 0);
    assert_int_equal(hides->hidden[0].rows, by_first + passed);
    rule_hides_free(hides);
    store_free(store, NULL);
    table_free(world.table);
}

static void what_a_rule_would_cover(void **state)
{
    (void)state;
    struct status status = {0};
    struct world world = world_new(4);
    struct row_set rows = {0};
    double highest, most = NAN;
    assert_true(rule_covers("row:10-39", &world.context, world.own, NULL, NULL, &rows, &highest,
                            &status));
    for (size_t i = 0; i < rows.n; i++) {
        double own = (double)world.own[rows.rows[i]];
        most = isnan(most) || own > most ? own : most;
    }
    assert_int_equal(rows.n, 30);
    assert_true(highest == most);
    row_set_clear(&rows);
    assert_false(
        rule_covers("row:(", &world.context, world.own, NULL, NULL, &rows, &highest, &status));
    assert_int_equal(status.code, STATUS_USAGE);
    table_free(world.table);
}

static void without_a_store_nothing_is_hidden(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct world world = world_new(5);
    char text[80];
    struct store *store = open_store(place->path, "ana", "aa");
    struct rule_hides *hides =
        rule_hides_new(store, &world.context, world.own, NULL, NULL, &status);
    must(hides != NULL, &status);
    assert_int_equal(hides->rows, 0);
    rule_hides_say(hides, text, sizeof text);
    assert_string_equal(text, "");
    rule_hides_free(hides);
    store_free(store, NULL);
    table_free(world.table);
}

static int64_t clock_ms;

static int64_t by_hand(void *none)
{
    (void)none;
    return clock_ms;
}

/* The rules of an earlier time: a queue's label has that. */
static void rules_of_an_earlier_time(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct world world = world_new(5);
    const struct store_options options = {
        .path = place->path, .reviewer = "ana", .now_ms = by_hand};
    const struct review_dataset dataset = dataset_named("aa");
    struct store *store = store_new(&options, &status);
    must(store != NULL && store_attach(store, &dataset, &source, &status), &status);
    char first[ENTRY_UID], second[ENTRY_UID];
    clock_ms = 1000;
    struct rule_words words = {
        .filter = "row:0-9", .reason = "a", .scope = "s", .highest = NAN, .expires_ms = 5000};
    must(store_rule_add(store, &words, first, &status), &status);
    clock_ms = 2000;
    words.filter = "row:5-19";
    words.expires_ms = 0;
    must(store_rule_add(store, &words, second, &status), &status);
    clock_ms = 7000;
    must(store_rule_end(store, second, "", &status), &status);
    clock_ms = 9000;
    static const struct {
        int64_t at, since;
        uint64_t rows;
    } times[] = {{999, 0, 0},      {1000, 1000, 10}, {1999, 1000, 10},
                 {2000, 2000, 20}, {4999, 2000, 20}, {5000, 5000, 15},
                 {6999, 5000, 15}, {7000, 0, 0},     {INT64_MAX, 0, 0}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct rule_hides *hides =
            times[i].at == INT64_MAX
                ? rule_hides_new(store, &world.context, NULL, NULL, NULL, &status)
                : rule_hides_at(store, times[i].at, &world.context, NULL, NULL, NULL, &status);
        must(hides != NULL, &status);
        assert_int_equal(hides->rows, times[i].rows);
        assert_int_equal(hides->since_ms, times[i].since);
        rule_hides_free(hides);
    }
    store_free(store, NULL);
    table_free(world.table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(rows_are_hidden_by_what_holds), PLACED(what_a_rule_would_cover),
        PLACED(without_a_store_nothing_is_hidden), PLACED(rules_of_an_earlier_time)};
    return cmocka_run_group_tests_name("rule_hides", tests, NULL, NULL);
}

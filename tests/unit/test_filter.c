/* The filter's language: texts, their plainest form, and what is said about wrong ones. */
#include "rank/filter/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/builder.h"
#include "unit/fixture.h"
#include "unit/test.h"

static const char *const verdicts[] = {"tp", "fp", "undecided", "none", NULL};
static const struct filter_hook hooks[] = {{"verdict", verdicts, NULL, NULL},
                                           {"note", NULL, NULL, NULL}};

struct setting {
    struct table *table;
    struct row_index *index;
    double *score;
    struct ranking *ranking;
    struct filter_ranking rankings[4];
    struct filter_context context;
};

static void setting_fill(struct setting *s)
{
    s->index = fixture_index(s->table);
    s->score = fixture_scores(s->table->profiles.n, 0, 0, 2);
    s->ranking = ranking_new(s->score, &s->table->profiles, NULL, NULL);
    assert_non_null(s->ranking);
    s->rankings[0] = (struct filter_ranking){"iforest", "IF", s->ranking, 0.5, false};
    s->rankings[1] = (struct filter_ranking){"autoencoder", "AE", s->ranking, 0.5, false};
    s->rankings[2] = (struct filter_ranking){"lof", "LOF", NULL, 0, false};
    s->rankings[3] = (struct filter_ranking){"ensemble", NULL, s->ranking, 0.5, false};
    s->context = (struct filter_context){.table = s->table,
                                         .by_profile = s->index,
                                         .rankings = s->rankings,
                                         .n_rankings = 4,
                                         .main_ranking = 3,
                                         .hooks = hooks,
                                         .n_hooks = 2};
}

static int setup(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->table = fixture_user_hours(200, 20, 5, 1);
    setting_fill(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct setting *s = *state;
    ranking_free(s->ranking);
    free(s->score);
    row_index_free(s->index);
    table_free(s->table);
    free(s);
    return 0;
}

/* Parses, formats, and parses and formats that again. */
static void expect(const struct filter_context *context, const char *text, const char *plainest)
{
    struct filter_error error;
    for (int round = 0; round < 2; round++) {
        struct filter *filter = filter_parse(text, context, &error);
        if (filter == NULL) {
            fail_msg("'%s': column %zu: %s", text, error.column, error.text);
        }
        char *formatted = filter_format(filter, context, NULL);
        assert_non_null(formatted);
        assert_string_equal(formatted, plainest);
        free(formatted);
        filter_free(filter);
        text = plainest;
    }
}

static void good_texts(void **state)
{
    const struct setting *s = *state;
    static const char *const texts[][2] = {
        {"", ""},
        {"  \t ", ""},
        {"user:U66*", "user:U66*"},
        {"failed:>=10", "failed_events:>=10"},
        {"iforest:>p99.9", "iforest:>p99.9"},
        {"hour:0-6", "hour:0-6"},
        {"hour:22..4", "hour:22-4"},
        {"day:12", "day:12"},
        {"day:=12", "day:12"},
        {"day:==12", "day:12"},
        {"day:last", "day:4"},
        {"day:>=last,0", "day:>=4,0"},
        {"day:1970-01-02", "day:1"},
        {"day:1969-12-30", "day:1969-12-30"},
        {"\"a>b\" \"OR\" -\"@x\"", "\"a>b\" \"OR\" -\"@x\""},
        {"day:1970-01-04..1970-01-06", "day:3-5"},
        {"day:1970-01-04-last", "day:3-4"},
        {"like:12", "like:12"},
        {"like:0,199", "like:0,199"},
        {"-like:7", "-like:7"},
        {"copies:1", "copies:1"},
        {"copies:!=1,>2k", "copies:!=1,>2000"},
        {"copies:1.5M", "copies:1500000"},
        {"time:\"1970-01-05 03*\"", "time:\"1970-01-05 03*\""},
        {"dt:1970-01-05*", "time:1970-01-05*"},
        {"rank:<=1000 iforest.rank:<=100", "rank:<=1000 iforest.rank:<=100"},
        {"auto.rank:1-50", "autoencoder.rank:1-50"},
        {"IF:>0.5 ae:<1e-3", "iforest:>0.5 autoencoder:<0.001"},
        {"if.rank:7", "iforest.rank:7"},
        {"ens:>3", "ensemble:>3"},
        {"flagged:if flagged:any,all", "flagged:iforest flagged:any,all"},
        {"sort:autoencoder-desc", "sort:autoencoder-desc"},
        {"sort:auto", "sort:autoencoder-desc"},
        {"sort:user copies:1", "copies:1 sort:user-asc"},
        {"sort:iforest.rank", "sort:iforest.rank-asc"},
        {"sort:rank-desc", "sort:rank-desc"},
        {"sort:dt", "sort:time-asc"},
        {"dst:5 src:<2", "dst_hosts:5 src_hosts:<2"},
        {"FAIL_ratio:0.5-1", "fail_ratio:0.5-1"},
        {"fail_ratio:p5-p10", "fail_ratio:p5-p10"},
        {"total:-5--3", "total_events:-5..-3"},
        {"total:-5..3", "total_events:-5..3"},
        {"total:1e3-2e+3", "total_events:1000-2000"},
        {"total:.5..1.", "total_events:0.5-1"},
        {"total:-0", "total_events:0"},
        {"row:0,5,7-9", "row:0,5,7-9"},
        {"-user:a,b", "-user:a,b"},
        {"!user:a", "-user:a"},
        {"-!x", "-\"!x\""},
        {"admin", "admin"},
        {"if.smith@D", "if.smith@D"},
        {"jo.lof iforests.x iforest", "jo.lof iforests.x iforest"},
        {"\"iforest.flagged\"", "\"iforest.flagged\""},
        {"-admin root*", "-admin root*"},
        {"\"two words\" \"a:b\" a\"b", "\"two words\" \"a:b\" a\"b"},
        {"\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d"},
        {"\"\\\"a b\\\\\"", "\"\\\"a b\\\\\""},
        {"\"\"", "\"\""},
        {"a,b", "a,b"},
        {"user:\"a,b\",c", "user:\"a,b\",c"},
        {"user:=a,!=b", "user:a,!=b"},
        {"user:\"=a\"", "user:\"=a\""},
        {"user:a:b", "user:a:b"},
        {"user:DOM\\u", "user:DOM\\u"},
        {"\"user\":a", "user:a"},
        {"verdict:tp,fp -verdict:none note:*ticket*",
         "verdict:tp,fp -verdict:none note:*ticket*"},
        {"v:none", "verdict:none"},
        {"us:x u:y", "user:x user:y"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect(&s->context, texts[i][0], texts[i][1]);
    }
}

static void refuse(const struct filter_context *context, const char *text, size_t column,
                   const char *sentence, const char *nearest)
{
    struct filter_error error;
    struct filter *filter = filter_parse(text, context, &error);
    if (filter != NULL) {
        fail_msg("'%s' was taken", text);
    }
    if (strstr(error.text, sentence) == NULL || error.column != column ||
        strcmp(error.nearest, nearest) != 0 || error.column > strlen(text) ||
        strlen(error.text) + 1 >= sizeof error.text) {
        fail_msg("'%s': column %zu (%zu): %s [%s]", text, error.column, column, error.text,
                 error.nearest);
    }
}

static void wrong_texts(void **state)
{
    const struct setting *s = *state;
    static const struct {
        const char *text;
        size_t column;
        const char *sentence, *nearest;
    } texts[] = {
        {"faled:>3", 0, "there is no field faled", "failed_events"},
        {"failed>3", 0, "a field wants a colon: failed:>3", ""},
        {"hour:3 -user=U66", 8, "a field wants a colon: -user:U66", ""},
        {"user:U1* OR user:U2*", 9, "there is no OR", ""},
        {"user:U1* || user:U2*", 9, "there is no ||", ""},
        {"-@night", 1, "a saved filter cannot be turned round", ""},
        {"day:-1", 4, "a day is a number from 0 on", ""},
        {"  usr:x", 2, "there is no field usr", "user"},
        {"copies:1 qqqqqq:2", 9, "there is no field qqqqqq", ""},
        {"fail:>3", 0, "fail is short for failed_events, fail_ratio", "failed_events"},
        {"s:1", 0, "s is short for sort, src_hosts", "sort"},
        {"user:", 5, "a value is missing here", ""},
        {"user:a,", 7, "a value is missing here", ""},
        {"user:a,,b", 7, "a value is missing here", ""},
        {"user: a", 5, "a value is missing here", ""},
        {"copies:>= 3", 9, "a value is missing here: a number, as 5", ""},
        {"day:", 4, "a value is missing here: a number, a date, or last", ""},
        {"hour:", 5, "a value is missing here: 0 to 23", ""},
        {"fail_ratio:", 11, "a value is missing here: a number or a percentile", ""},
        {"flagged:", 8, "a value is missing here: a detector, any, or all", ""},
        {"sort:", 5, "a value is missing here: a field", ""},
        {":5", 0, "name is missing", ""},
        {"\"\":5", 0, "name is missing", ""},
        {"copies:1 - x", 9, "a term is missing", ""},
        {"-", 0, "a term is missing", ""},
        {"user:\"abc", 5, "not closed", ""},
        {"a \"", 2, "not closed", ""},
        {"user:\"a\"b", 8, "a blank or a comma", ""},
        {"\"a\"b", 3, "a blank is missing", ""},
        {"user:>a", 6, "texts are not compared", ""},
        {"copies:x", 7, "a number is expected", ""},
        {"copies:5x", 8, "does not belong", ""},
        {"copies:1-2-3", 10, "does not belong", ""},
        {"copies:>1-2", 9, "does not belong", ""},
        {"copies:1e", 8, "does not belong", ""},
        {"copies:1.2.3", 10, "does not belong", ""},
        {"copies:0x10", 8, "does not belong", ""},
        {"copies:nan", 7, "a number is expected", ""},
        {"copies:inf", 7, "a number is expected", ""},
        {"copies:\"5x\"", 9, "does not belong", ""},
        {"copies:1e999", 7, "too large", ""},
        {"copies:9-3", 9, "the end of this range is below", ""},
        {"copies:>p50", 8, "percentiles are for", ""},
        {"copies:1-", 9, "a number is expected", ""},
        {"copies:00000000000000000000000000000000000000000000000000000000000000001", 7,
         "too long", ""},
        {"iforest:>p101", 9, "between p0 and p100", ""},
        {"iforest:>p-1", 9, "between p0 and p100", ""},
        {"iforest:p99", 8, "write >p99.9", ""},
        {"iforest:!=p99", 10, "write >p99.9", ""},
        {"iforest:p9-5", 11, "both ends", ""},
        {"iforest:x", 8, "or a percentile", ""},
        {"hour:24", 5, "from 0 to 23", ""},
        {"hour:1.5", 5, "from 0 to 23", ""},
        {"hour:5-24", 7, "from 0 to 23", ""},
        {"hour:-1", 5, "from 0 to 23", ""},
        {"day:lost", 4, "a date such as 2015-01-24, or last", ""},
        {"day:last5", 8, "does not belong", ""},
        {"day:1970-13-01", 4, "there is no such date", ""},
        {"day:0..1970-02-30", 7, "there is no such date", ""},
        {"day:last-1970-01-04", 9, "the end of this range is below", ""},
        {"hour:last", 5, "a number is expected here", ""},
        {"like:200", 5, "the number of a row, from 0 to 199", ""},
        {"like:-1", 5, "the number of a row", ""},
        {"like:1.5", 5, "the number of a row", ""},
        {"like:1-2", 5, "the number of a row", ""},
        {"like:>1", 6, "the number of a row", ""},
        {"like:x", 5, "a number is expected here", ""},
        {"sort:like", 5, "cannot be sorted by like", ""},
        {"rank:0", 5, "a rank is a whole number", ""},
        {"rank:>1.5", 6, "a rank is a whole number", ""},
        {"lof:>1", 0, "no scores yet", ""},
        {"lof.rank:1", 0, "no scores yet", ""},
        {"flagged:lof", 8, "lof has no scores yet", ""},
        {"flagged:x", 8, "name of a detector, any, or all", ""},
        {"flagged:!=iforest", 10, "write -flagged:iforest", ""},
        {"verdict:maybe", 8, "verdict takes tp, ..., not maybe", ""},
        {"-sort:user", 1, "write sort:FIELD-desc", ""},
        {"sort:user sort:day", 15, "sort is given twice", ""},
        {"sort:user,time", 10, "sort is given twice", ""},
        {"sort:hour", 5, "cannot be sorted by hour", ""},
        {"sort:verdict", 5, "cannot be sorted by verdict", ""},
        {"sort:usr-desc", 5, "there is no field usr", "user"},
        {"sort:lof", 0, "no scores yet", ""},
        {"x.rank:1", 0, "there is no field x", ""},
        {"iforest.flagged", 0, "no field 'iforest.flagged'; did you mean flagged:iforest?", ""},
        {"hour:3 -ae.flag", 8, "no field 'ae.flag'; did you mean -flagged:autoencoder?", ""},
        {"IF.rank", 0, "did you mean iforest.rank:1-100?", ""},
        {"lof.score", 0, "did you mean lof:>p99?", ""},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        refuse(&s->context, texts[i].text, texts[i].column, texts[i].sentence,
               texts[i].nearest);
    }
}

static void what_the_table_lacks(void **state)
{
    (void)state;
    const double values[] = {1, 2};
    struct table *table = fixture_table(values, 1, 2, NULL);
    struct filter_context context = {.table = table};
    refuse(&context, "user:a", 0, "no users", "");
    refuse(&context, "admin", 0, "no users", "");
    refuse(&context, "hour:1", 0, "no times", "");
    refuse(&context, "day:1", 0, "no times", "");
    refuse(&context, "time:1", 0, "no times", "");
    refuse(&context, "sort:user", 0, "no users", "");
    refuse(&context, "rank:1", 0, "no detector in view", "");
    refuse(&context, "sort:rank", 0, "no detector in view", "");
    expect(&context, "f1:2 row:0", "f1:2 row:0");
    table_free(table);
}

static void ranks_wait_for_the_index(void **state)
{
    const struct setting *s = *state;
    struct filter_context context = s->context;
    context.by_profile = NULL;
    refuse(&context, "rank:1", 0, "not ready", "");
    expect(&context, "iforest:>0.5", "iforest:>0.5");
}

/* Columns may have any names. */
static void odd_names(void **state)
{
    (void)state;
    const char *const names[] = {"user", "my col", "a:b",   "-x", "q\"",
                                 "row",  "Total",  "total", "tot"};
    const double values[9] = {0};
    struct table *table = fixture_table(values, 1, 9, names);
    struct filter_context context = {.table = table};
    expect(&context, "\"my col\":1", "\"my col\":1");
    expect(&context, "my:1", "\"my col\":1");
    expect(&context, "\"a:b\":1", "\"a:b\":1");
    expect(&context, "-\"-x\":1", "-\"-x\":1");
    expect(&context, "q\":1", "q\":1");
    expect(&context, "sort:\"my col\"", "sort:\"my col-desc\"");
    expect(&context, "row:1", "row:1"); /* the row_id: the program's own names come first */
    expect(&context, "total:1 Total:2 TOTAL:3 tot:4", "total:1 Total:2 Total:3 tot:4");
    table_free(table);
}

static void names_for_completion(void **state)
{
    const struct setting *s = *state;
    struct filter_name names[64];
    size_t n = filter_names(&s->context, names, 64), ranks = 0, seen = 0;
    assert_int_equal(n, filter_names(&s->context, NULL, 0));
    for (size_t i = 0; i < n; i++) {
        char text[100];
        struct filter_error error;
        ranks += names[i].rank;
        seen += strcmp(names[i].name, "user") == 0 || strcmp(names[i].name, "dst_hosts") == 0 ||
                strcmp(names[i].name, "verdict") == 0;
        assert_string_not_equal(names[i].name, "dt");
        const char *value = strcmp(names[i].name, "sort") == 0 ? "row" : "1";
        snprintf(text, sizeof text, "%s%s:%s", names[i].name, names[i].rank ? ".rank" : "",
                 value);
        struct filter *filter = filter_parse(text, &s->context, &error);
        assert_null(filter == NULL ? strstr(error.text, "there is no field") : NULL);
        filter_free(filter);
    }
    assert_int_equal(ranks, 4);
    assert_int_equal(seen, 3);
}

static void orders(void **state)
{
    const struct setting *s = *state;
    static const struct {
        const char *text;
        enum row_key key;
        size_t index;
        bool falling;
    } cases[] = {
        {"sort:user", ROW_KEY_USER, 0, false},
        {"sort:time-desc", ROW_KEY_TIME, 0, true},
        {"sort:row", ROW_KEY_ROW, 0, false},
        {"sort:copies", ROW_KEY_COPIES, 0, true},
        {"sort:dst-asc", ROW_KEY_FEATURE, 3, false},
        {"sort:ae", ROW_KEY_SCORE, 1, true},
        {"sort:ae.rank", ROW_KEY_SCORE, 1, true},
        {"sort:rank-desc", ROW_KEY_SCORE, 3, false},
    };
    struct row_order order;
    struct filter_error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter *filter = filter_parse(cases[i].text, &s->context, &error);
        assert_non_null(filter);
        assert_false(filter_is_empty(filter));
        assert_true(filter_order(filter, &s->context, &order));
        assert_int_equal(order.key, cases[i].key);
        assert_int_equal(order.index, cases[i].index);
        assert_int_equal(order.falling, cases[i].falling);
        assert_ptr_equal(order.ranking, order.key == ROW_KEY_SCORE ? s->ranking : NULL);
        filter_free(filter);
    }
    struct filter *filter = filter_parse(" ", &s->context, &error);
    assert_true(filter_is_empty(filter));
    assert_false(filter_order(filter, &s->context, &order));
    filter_free(filter);
    filter_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts),
        cmocka_unit_test(wrong_texts),
        cmocka_unit_test(what_the_table_lacks),
        cmocka_unit_test(ranks_wait_for_the_index),
        cmocka_unit_test(odd_names),
        cmocka_unit_test(names_for_completion),
        cmocka_unit_test(orders),
    };
    return cmocka_run_group_tests_name("filter", tests, setup, teardown);
}

/* number_style: commas and dots of a column are decided by the column. */
#define _GNU_SOURCE
#include "table/number_style.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "unit/test.h"

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

static enum number_verdict decide(struct number_style *style, const char *const *texts)
{
    struct number_census census = {0};
    for (; *texts != NULL; texts++) {
        number_census_add(&census, span(*texts));
    }
    return number_census_decide(&census, style);
}

#define COLUMN(...) ((const char *const[]){__VA_ARGS__, NULL})

static void columns_decide(void **state)
{
    (void)state;
    struct number_style style;
    const struct {
        const char *const *column;
        enum number_verdict verdict;
        char decimal, thousands;
    } columns[] = {
        {COLUMN("5", "812", "1200", "-3", "+4", "1e3"), STYLE_DECIDED, '.', '\0'},
        {COLUMN("0.5", "1.234", "12345.678"), STYLE_DECIDED, '.', ','},
        {COLUMN("0,5", "1", "12,25"), STYLE_DECIDED, ',', '.'},
        {COLUMN("0,123", "0,999", "1"), STYLE_DECIDED, ',', '.'},
        {COLUMN("5", "4,812", "812"), STYLE_DECIDED, '.', ','},
        {COLUMN("1,234,567", "12"), STYLE_DECIDED, '.', ','},
        {COLUMN("1.234,5", "3"), STYLE_DECIDED, ',', '.'},
        {COLUMN("1,234.5", "3"), STYLE_DECIDED, '.', ','},
        {COLUMN("1.234.567", "1.234"), STYLE_DECIDED, ',', '.'},
        {COLUMN("4,812", "4812"), STYLE_UNDECIDED, '.', '\0'},
        {COLUMN("4,812", "4.812"), STYLE_UNDECIDED, '.', '\0'},
        {COLUMN("4,812", "4812", "0.5"), STYLE_DECIDED, '.', ','},
        {COLUMN("0,5", "0.5"), STYLE_CONFLICT, '.', '\0'},
        {COLUMN("1,234.5", "1.234,5"), STYLE_CONFLICT, '.', '\0'},
        {COLUMN("4.812", "12"), STYLE_DECIDED, '.', '\0'},
        {COLUMN("abc", "1,2,3", "-", ""), STYLE_DECIDED, '.', '\0'},
        {COLUMN("1234,567", "3"), STYLE_DECIDED, ',', '.'},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        enum number_verdict verdict = decide(&style, columns[i].column);
        if (verdict != columns[i].verdict || style.decimal != columns[i].decimal ||
            style.thousands != columns[i].thousands) {
            fail_msg("column %zu (%s ...): verdict %d, decimal %c, thousands %c", i,
                     columns[i].column[0], (int)verdict, style.decimal,
                     style.thousands == '\0' ? '-' : style.thousands);
        }
    }
}

static void a_file_may_decide_for_its_column(void **state)
{
    (void)state;
    struct number_census counts = {0}, ratios = {0};
    struct number_style style;
    number_census_add(&counts, span("4,812"));
    number_census_add(&counts, span("4812"));
    assert_int_equal(number_census_decide(&counts, &style), STYLE_UNDECIDED);
    assert_string_equal(counts.either_example, "4,812");
    number_census_add(&ratios, span("0,25"));
    number_census_merge(&counts, &ratios);
    assert_int_equal(number_census_decide(&counts, &style), STYLE_DECIDED);
    assert_int_equal(style.decimal, ',');
}

static void numbers_are_read_in_their_style(void **state)
{
    (void)state;
    const struct number_style comma = {',', '.'}, dot = {'.', ','}, plain = {'.', '\0'};
    locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    assert_true(locale != (locale_t)0);
    const struct {
        const char *text;
        struct number_style style;
        double value; /* NaN: no number */
    } numbers[] = {
        {"4,812", dot, 4812},     {"4,812", comma, 4.812},
        {"4,812", plain, NAN},    {"1.234,5", comma, 1234.5},
        {"1,234.5", dot, 1234.5}, {"1.234", comma, 1234},
        {"1.234", dot, 1.234},    {"-1,234,567", dot, -1234567},
        {"+0,5", comma, 0.5},     {" 0,5 ", comma, 0.5},
        {"1,5e3", comma, 1500},   {"1,23", dot, NAN},
        {"1,2,3", comma, NAN},    {",5", comma, 0.5},
        {"5,", comma, 5},         {"12,34,567", dot, NAN},
        {"1234,567", dot, NAN},   {"0,123", dot, NAN},
        {"17", comma, 17},        {"1e3", comma, 1000},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double value = NAN;
        enum number_kind kind =
            number_parse_styled(span(numbers[i].text), numbers[i].style, locale, &value);
        bool good = isnan(numbers[i].value) ? kind == NUMBER_BAD
                                            : kind == NUMBER_GOOD && value == numbers[i].value;
        if (!good) {
            fail_msg("'%s': kind %d, value %g", numbers[i].text, (int)kind, value);
        }
    }
    freelocale(locale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_decide),
        cmocka_unit_test(a_file_may_decide_for_its_column),
        cmocka_unit_test(numbers_are_read_in_their_style),
    };
    return cmocka_run_group_tests_name("number_style", tests, NULL, NULL);
}

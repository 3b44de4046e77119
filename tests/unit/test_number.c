/* number and printable: decimals are rounded as strtod rounds them, in any locale. */
#include "table/number.h"
#include "table/printable.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "unit/fixture.h"
#include "unit/test.h"

static locale_t c_locale;

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void assert_as_strtod(const char *text)
{
    double value = -1, expected = strtod(text, NULL);
    if (number_parse(span(text), c_locale, &value) != NUMBER_GOOD ||
        memcmp(&value, &expected, sizeof value) != 0) {
        fail_msg("'%s' is read as %.17g, not %.17g", text, value, expected);
    }
}

static void chosen_decimals(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "0.0",
        "-0.0",
        "1",
        "+1",
        "007",
        "1.",
        ".5",
        "-.5",
        "00.250",
        "0.1",
        "0.3",
        "9007199254740992",
        "9007199254740993",
        "9007199254740995",
        "18446744073709551615",
        "18446744073709551616",
        "9999999999999999999",
        "99999999999999999999999",
        "0.14285714285714285",
        "0.9999999999999999",
        "0.99999999999999999",
        "1e5",
        "1E+5",
        "-1.5e-3",
        "1e22",
        "1e23",
        "8.5e-320",
        "4.9e-324",
        "2.4e-324",
        "1.7976931348623157e308",
        "1e309",
        "-1e400",
        "1e-400",
        "123456789.123456789",
        "0.000000000000000000000001",
        "5e-1",
        "1e0000000000000000000000000001",
        "9007199254740993.0",
        "0.50000000000000011102",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_as_strtod(texts[i]);
    }
}

static void random_decimals(void **state)
{
    (void)state;
    uint64_t seed = 11;
    char text[64];
    for (int i = 0; i < 400000; i++) {
        uint64_t digits = fixture_random(&seed) >> (fixture_random(&seed) % 64);
        int decimals = (int)(fixture_random(&seed) % 26);
        int length = snprintf(text, sizeof text, "%026llu", (unsigned long long)digits);
        memmove(text + length - decimals + 1, text + length - decimals, (size_t)decimals + 1);
        text[length - decimals] = '.';
        assert_as_strtod(text);
        snprintf(text, sizeof text, "%.17g", (double)digits / 1e7 / (double)(i + 1));
        assert_as_strtod(text); /* most of these have 17 digits: the long double's range */
    }
}

/* Quotients that lie halfway between two doubles, or next to it, are where a second rounding
 * would show. */
static void halfway_cases(void **state)
{
    (void)state;
    uint64_t seed = 5;
    char text[64];
    for (int i = 0; i < 100000; i++) {
        uint64_t digits = (UINT64_C(1) << 53) + 2 * (fixture_random(&seed) % 1000000) + 1;
        snprintf(text, sizeof text, "%llu", (unsigned long long)digits);
        assert_as_strtod(text);
        snprintf(text, sizeof text, "%llu%s", (unsigned long long)digits / 4,
                 i % 4 == 0   ? ".125"
                 : i % 4 == 1 ? ".625"
                 : i % 4 == 2 ? ".375"
                              : ".500");
        assert_as_strtod(text);
    }
}

static void blanks_are_trimmed_and_infinities_known(void **state)
{
    (void)state;
    double value;
    assert_int_equal(number_parse(span(" \t-2.5 \t"), c_locale, &value), NUMBER_GOOD);
    assert_true(value == -2.5);
    static const char *const infinite[] = {"inf",      "+INF",      "-Inf",
                                           "infinity", "-INFINITY", " inf "};
    for (size_t i = 0; i < sizeof infinite / sizeof *infinite; i++) {
        assert_int_equal(number_parse(span(infinite[i]), c_locale, &value), NUMBER_GOOD);
        assert_true(isinf(value) && signbit(value) == (strchr(infinite[i], '-') != NULL));
    }
}

static void what_is_no_number(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "x",         "1x",       "--1",   "+-1",       "1 2",  "1,5",     "+",
        "e5",        ".e5",      "1e",    "1e+",       "0x10", "1_0",     "5%",
        "$5",        "---",      "1.2.3", "NAN",       "Nan",  "nan(1)",  "infi",
        "infinityx", "1d5",      "\xff",  "\n1",       "yes",  "1e5.5",   "truee",
        "1 2345",    "1234 567", "12 34", "1 234'567", "1'23", "(5",      "(x)",
        "=5",        "=\"x\"",   "''5",   "1__000",    "_000", "1 000 ,",
    };
    double value;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (number_parse(span(bad[i]), c_locale, &value) != NUMBER_BAD) {
            fail_msg("'%s' is taken for a number", bad[i]);
        }
    }
    assert_int_equal(number_parse((struct span){"1\0", 2}, c_locale, &value), NUMBER_BAD);
    char digits[3000];
    memset(digits, '1', sizeof digits);
    assert_int_equal(number_parse((struct span){digits, 900}, c_locale, &value), NUMBER_GOOD);
    assert_int_equal(number_parse((struct span){digits, 3000}, c_locale, &value), NUMBER_BAD);
    assert_int_equal(number_parse(span("NA"), c_locale, &value), NUMBER_MISSING);
    assert_true(number_missing(span("")));
    assert_false(number_missing(span("nA")));
    assert_false(number_missing((struct span){"NA\0", 3}));
}

static void marks_for_nothing_are_missing(void **state)
{
    (void)state;
    static const char *const marks[] = {"",        " ",      "\t ", "-",   "--",
                                        " - ",     "?",      ".",   "\\N", "(null)",
                                        "(blank)", "(none)", " NA", "NA "};
    double value;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (number_parse(span(marks[i]), c_locale, &value) != NUMBER_MISSING) {
            fail_msg("'%s' is not taken for missing", marks[i]);
        }
    }
}

static void truth_is_one(void **state)
{
    (void)state;
    static const char *const words[] = {"True", "true",  "TRUE",  " true ", "WAHR",
                                        "vrai", "False", "false", "FALSCH", "faux"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        double value = -1;
        assert_int_equal(number_parse(span(words[i]), c_locale, &value), NUMBER_GOOD);
        assert_true(value == (i < 6 ? 1 : 0));
    }
}

/* What stands around numbers and between their thousands. */
static void numbers_come_in_dress(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } dressed[] = {{"4 005", 4005},
                   {"4\xc2\xa0"
                    "005",
                    4005},
                   {"1\xe2\x80\xaf"
                    "234\xe2\x80\xaf"
                    "567",
                    1234567},
                   {"1'234'567.5", 1234567.5},
                   {"4\xe2\x80\x99"
                    "005",
                    4005},
                   {"4_005", 4005},
                   {"-4 005", -4005},
                   {"=\"5\"", 5},
                   {"=\"4 005\"", 4005},
                   {"'5", 5},
                   {"\xe2\x88\x92"
                    "5",
                    -5},
                   {"(5)", -5},
                   {"\xc2\xa0"
                    "5\xc2\xa0",
                    5},
                   {"\xe2\x80\x8e"
                    "5",
                    5},
                   {"12 345e2", 1234500}};
    for (size_t i = 0; i < sizeof dressed / sizeof *dressed; i++) {
        double value = -1;
        if (number_parse(span(dressed[i].text), c_locale, &value) != NUMBER_GOOD ||
            value != dressed[i].value) {
            fail_msg("'%s' is read as %g", dressed[i].text, value);
        }
    }
}

static void the_decimal_point_is_a_point(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"};
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        if (setlocale(LC_NUMERIC, locales[i]) != NULL) {
            break; /* where none is installed, this checks the C locale once more */
        }
    }
    double value;
    assert_int_equal(number_parse(span("2.5e0"), c_locale, &value), NUMBER_GOOD);
    assert_true(value == 2.5);
    assert_int_equal(number_parse(span("2,5"), c_locale, &value), NUMBER_BAD);
    setlocale(LC_NUMERIC, "C");
}

/* In Turkish the small letter of I has no dot, and no single byte in UTF-8. */
static void case_is_that_of_ascii_in_any_locale(void **state)
{
    char folder[] = "/tmp/oddhours-locale-XXXXXX", command[128];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command,
             "localedef -i tr_TR -f UTF-8 %s/tr_TR.UTF-8 >/dev/null 2>&1", folder);
    int made = system(command);
    setenv("LOCPATH", folder, 1);
    bool turkish = made == 0 && setlocale(LC_CTYPE, "tr_TR.UTF-8") != NULL;
    double value = 0;
    enum number_kind kind = number_parse(span("INFINITY"), c_locale, &value);
    bool found = text_contains("INITIAL", "initial");
    setlocale(LC_CTYPE, "C");
    unsetenv("LOCPATH");
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    if (!turkish) {
        skip(); /* there is no such locale, nor localedef to make one */
    }
    assert_int_equal(kind, NUMBER_GOOD);
    assert_true(isinf(value));
    assert_true(found);
}

static void bytes_are_made_printable(void **state)
{
    (void)state;
    char out[32];
    assert_string_equal(printable(out, sizeof out, span("plain 'text'")), "plain 'text'");
    assert_string_equal(printable(out, sizeof out, span("a\tb\n\x7f\xe4")),
                        "a\\x09b\\x0a\\x7f\\xe4");
    assert_string_equal(printable(out, sizeof out, (struct span){"\0", 1}), "\\x00");
    assert_string_equal(printable(out, 8, span("1234567")), "1234567");
    assert_string_equal(printable(out, 8, span("12345678")), "1234...");
    assert_string_equal(printable(out, 8, span("12\n45678")), "12...");
    assert_string_equal(printable(out, 8, span("123\n")), "123\\x0a");
    assert_string_equal(printable(out, 2, span("abc")), "");
    assert_string_equal(printable(out, 1, span("abc")), "");
    assert_string_equal(printable(out, 1, span("")), "");
}

static int make_locale(void **state)
{
    (void)state;
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return c_locale == (locale_t)0;
}

static int free_locale(void **state)
{
    (void)state;
    freelocale(c_locale);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_decimals),
        cmocka_unit_test(random_decimals),
        cmocka_unit_test(halfway_cases),
        cmocka_unit_test(blanks_are_trimmed_and_infinities_known),
        cmocka_unit_test(what_is_no_number),
        cmocka_unit_test(marks_for_nothing_are_missing),
        cmocka_unit_test(truth_is_one),
        cmocka_unit_test(numbers_come_in_dress),
        cmocka_unit_test(the_decimal_point_is_a_point),
        cmocka_unit_test(case_is_that_of_ascii_in_any_locale),
        cmocka_unit_test(bytes_are_made_printable),
    };
    return cmocka_run_group_tests_name("number", tests, make_locale, free_locale);
}

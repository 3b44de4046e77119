#include "unit/test.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"

/* What Python 3 prints. */
static const struct {
    double value;
    const char *text;
} printed[] = {
    {0.0, "0.0"},
    {-0.0, "-0.0"},
    {1.0, "1.0"},
    {-2.5, "-2.5"},
    {1.0 / 3.0, "0.3333333333333333"},
    {2.0 / 3.0, "0.6666666666666666"},
    {1.0 / 11.0, "0.09090909090909091"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {77.0 / 1692.0, "0.04550827423167849"},
    {1.0 / 10000.0, "0.0001"},
    {1.0 / 100000.0, "1e-05"},
    {3.0 / 100001.0, "2.999970000299997e-05"},
    {123456789.0, "123456789.0"},
    {1e15, "1000000000000000.0"},
    {1234567890123456.0, "1234567890123456.0"},
    {9007199254740993.0, "9007199254740992.0"},
    {1e16, "1e+16"},
    {1e22, "1e+22"},
    {5e-324, "5e-324"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
};

static void writes_as_python(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++) {
        char text[DOUBLE_TEXT];
        size_t length = double_text_write(printed[i].value, text);
        assert_string_equal(text, printed[i].text);
        assert_int_equal(length, strlen(text));
    }
    char text[DOUBLE_TEXT];
    double_text_write(NAN, text);
    assert_string_equal(text, "nan");
}

static void every_small_ratio_reads_back(void **state)
{
    (void)state;
    for (unsigned long whole = 1; whole < 400; whole++) {
        for (unsigned long part = 0; part <= whole; part++) {
            char text[DOUBLE_TEXT];
            double_text_ratio(part, whole, text);
            double back = strtod(text, NULL), value = (double)part / (double)whole;
            if (back != value || strlen(text) > 22) {
                fail_msg("%lu/%lu is written %s", part, whole, text);
            }
        }
    }
}

static void a_ratio_of_nothing_is_zero(void **state)
{
    (void)state;
    char text[DOUBLE_TEXT];
    assert_int_equal(double_text_ratio(0, 0, text), 3);
    assert_string_equal(text, "0.0");
    assert_int_equal(double_text_ratio(7, 7, text), 3);
    assert_string_equal(text, "1.0");
}

/* Floats of all sizes, the neighbours of powers of ten, and numbers with few digits. */
static void floats_are_written_as_printf_does(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (size_t i = 0; i < 3000000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t bits = (uint32_t)(seed >> 32);
        float value;
        if (i % 4 == 0) {
            memcpy(&value, &bits, sizeof value);
        } else if (i % 4 == 1) {
            value = (float)(pow(10, (int)(bits % 14) - 5) *
                            (1 + ((int)(bits >> 8) % 9 - 4) * (double)FLT_EPSILON / 2));
        } else if (i % 4 == 2) {
            value = (float)(bits % 100000) / 1024;
        } else {
            value = (float)(pow(10, (bits % 1200) / 100.0 - 4) * (1 - 2 * (int)(bits >> 31)));
        }
        if (isnan(value)) {
            continue;
        }
        char text[DOUBLE_TEXT], expected[DOUBLE_TEXT];
        size_t length = double_text_float(value, text);
        snprintf(expected, sizeof expected, "%.9g", (double)value);
        if (strcmp(text, expected) != 0 || length != strlen(expected)) {
            fail_msg("%s is written %s", expected, text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_as_python),
        cmocka_unit_test(every_small_ratio_reads_back),
        cmocka_unit_test(a_ratio_of_nothing_is_zero),
        cmocka_unit_test(floats_are_written_as_printf_does),
    };
    return cmocka_run_group_tests_name("shortest", tests, NULL, NULL);
}

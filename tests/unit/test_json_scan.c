/* json_scan: the pieces of values, what is refused, and what escapes stand for. */
#include "base/json_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

/* The pieces of a text, a letter each, with the texts of keys, strings and numbers. */
static enum json_piece pieces_of(const char *text, size_t length, bool whole, char *out,
                                 size_t size, const char **problem)
{
    static const char letters[] = "?!{}[]ksntf0";
    struct json_scan scan;
    enum json_piece piece;
    size_t n = 0;
    json_scan_start(&scan, text, length, whole);
    do {
        piece = json_scan_next(&scan);
        n += (size_t)snprintf(out + n, size - n, "%c", letters[piece]);
        if (piece == JSON_KEY || piece == JSON_STRING || piece == JSON_NUMBER) {
            n += (size_t)snprintf(out + n, size - n, "%.*s", (int)scan.length, scan.text);
        }
    } while (piece > JSON_BROKEN && scan.depth > 0);
    *problem = scan.problem;
    return piece;
}

static void values_come_in_pieces(void **state)
{
    (void)state;
    static const char text[] =
        " {\"a\" : [1, -0.5e+3,\n{}, []], \"b\\\"c\":\"longer than a word of eight\","
        "\"d\":true,\"e\":false,\"f\":null,\"g\":{\"h\":NaN,\"i\":-Infinity}} ";
    static const char wanted[] = "{ka[n1n-0.5e+3{}[]]kb\\\"cslonger than a word of "
                                 "eightkdtkefkf0kg{khnNaNkin-Infinity}}";
    char out[256];
    const char *problem;
    assert_int_equal(pieces_of(text, strlen(text), true, out, sizeof out, &problem),
                     JSON_OBJECT_END);
    assert_string_equal(out, wanted);
    for (size_t n = 0; n + 2 < sizeof text; n++) { /* any beginning wants more */
        assert_int_equal(pieces_of(text, n, false, out, sizeof out, &problem), JSON_MORE);
        assert_int_equal(pieces_of(text, n, true, out, sizeof out, &problem), JSON_BROKEN);
    }
}

static void what_is_no_json(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"{\"a\":1,}", "a key without quotes"},
        {"{a:1}", "a key without quotes"},
        {"{\"a\" 1}", "a key without a colon"},
        {"{\"a\":}", "a value is missing"},
        {"[1,]", "a value is missing"},
        {"[1 2]", "a comma is missing"},
        {"{\"a\":01}", "a word that is no value"},
        {"{\"a\":1.}", "a word that is no value"},
        {"{\"a\":.5}", "a word that is no value"},
        {"{\"a\":+5}", "a word that is no value"},
        {"{\"a\":1e}", "a word that is no value"},
        {"{\"a\":0x10}", "a word that is no value"},
        {"{\"a\":True}", "a word that is no value"},
        {"{\"a\":'x'}", "a word that is no value"},
        {"{\"a\":\"x\ny\"}", "a string does not end"},
        {"{\"a\":\"x\001\"}", "a control character"},
        {"{\"a\":\"\\x\"}", "a backslash that stands for nothing"},
        {"{\"a\":\"\\u12g4\"}", "a backslash that stands for nothing"},
        {"[1}", "a comma is missing"},
        {"{\"a\":[", "it is cut off"},
    };
    char out[128];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *problem = "";
        enum json_piece piece =
            pieces_of(cases[i].text, strlen(cases[i].text), true, out, sizeof out, &problem);
        if (piece != JSON_BROKEN || strcmp(problem, cases[i].problem) != 0) {
            fail_msg("%s: %d, %s", cases[i].text, (int)piece, problem);
        }
    }
    assert_int_equal(pieces_of("[\"\0\"]", 5, true, out, sizeof out, &(const char *){NULL}),
                     JSON_BROKEN);
}

static void depth_has_an_end(void **state)
{
    (void)state;
    char text[2 * JSON_DEPTH + 2], out[2 * sizeof text];
    const char *problem = NULL;
    memset(text, '[', JSON_DEPTH + 1);
    memset(text + JSON_DEPTH, ']', JSON_DEPTH);
    assert_int_equal(pieces_of(text, 2 * JSON_DEPTH, true, out, sizeof out, &problem),
                     JSON_ARRAY_END);
    memset(text, '[', JSON_DEPTH + 1);
    assert_int_equal(pieces_of(text, JSON_DEPTH + 1, false, out, sizeof out, &problem),
                     JSON_BROKEN);
    assert_string_equal(problem, "more than 64 values in each other");
}

static void rest_is_skipped(void **state)
{
    (void)state;
    static const char text[] = "[{\"a\":[1,{\"b\":\"]}\"}]},7]";
    struct json_scan scan;
    enum json_piece piece;
    json_scan_start(&scan, text, sizeof text - 1, true);
    assert_int_equal(json_scan_next(&scan), JSON_ARRAY);
    assert_int_equal(json_scan_next(&scan), JSON_OBJECT);
    assert_true(json_scan_skip(&scan, &piece));
    assert_int_equal(json_scan_next(&scan), JSON_NUMBER);
    assert_int_equal(json_scan_next(&scan), JSON_ARRAY_END);
    json_scan_start(&scan, text, 8, false);
    json_scan_next(&scan);
    assert_false(json_scan_skip(&scan, &piece));
    assert_int_equal(piece, JSON_MORE);
}

static void escapes_stand_for_letters(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain;
    } cases[] = {
        {"a\\\"b\\\\c\\/d", "a\"b\\c/d"},
        {"\\b\\f\\n\\r\\t", "\b\f\n\r\t"},
        {"\\u0041\\u00e9\\u20AC", "A\xC3\xA9\xE2\x82\xAC"},
        {"\\ud83d\\ude00", "\xF0\x9F\x98\x80"},
        {"\\ud83d", "\xEF\xBF\xBD"},
        {"\\ude00x", "\xEF\xBF\xBDx"},
        {"\\ud83d\\u0041", "\xEF\xBF\xBD"
                           "A"},
        {"\\ud83d\\ud83d\\ude00", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
        {"\\u0000", "\xEF\xBF\xBD"},
        {"\\uDBFF\\uDFFF", "\xF4\x8F\xBF\xBF"},
    };
    char out[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = json_plain(cases[i].text, strlen(cases[i].text), out);
        assert_true(length <= strlen(cases[i].text));
        assert_int_equal(length, strlen(cases[i].plain));
        assert_memory_equal(out, cases[i].plain, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_in_pieces),     cmocka_unit_test(what_is_no_json),
        cmocka_unit_test(depth_has_an_end),          cmocka_unit_test(rest_is_skipped),
        cmocka_unit_test(escapes_stand_for_letters),
    };
    return cmocka_run_group_tests_name("json_scan", tests, NULL, NULL);
}

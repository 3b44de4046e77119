/* Text of any bytes as CSV, JSON and Markdown want it. */
#include "base/quote.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "unit/test.h"

/* What a writer wrote, for free(). */
typedef void writer(struct outfile *file, const char *bytes, size_t length);
static char *written(writer *write, const char *bytes, size_t length)
{
    struct outfile *file = outfile_memory(NULL);
    write(file, bytes, length);
    size_t n;
    const char *got = outfile_bytes(file, &n);
    char *copy = calloc(1, n + 1);
    assert_non_null(copy);
    memcpy(copy, got, n);
    outfile_abandon(file);
    return copy;
}

static void markdown(struct outfile *file, const char *bytes, size_t length)
{
    (void)length;
    quote_markdown(file, bytes);
}

static void writes(writer *write, const char *bytes, const char *wanted)
{
    char *got = written(write, bytes, strlen(bytes));
    assert_string_equal(got, wanted);
    free(got);
}

static void csv_is_quoted_where_it_must_be(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},           {"plain 'x' \\ \xff", "plain 'x' \\ \xff"},
        {"a,b", "\"a,b\""}, {"say \"x\"", "\"say \"\"x\"\"\""},
        {"\"", "\"\"\"\""}, {"two\nlines", "\"two\nlines\""},
        {"\r", "\"\r\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char room[64];
        size_t length = quote_csv(room, cases[i][0], strlen(cases[i][0]));
        assert_int_equal(length, strlen(cases[i][1]));
        assert_memory_equal(room, cases[i][1], length);
        writes(quote_csv_write, cases[i][0], cases[i][1]);
    }
}

/* Longer than what is quoted at a time, with quotes at every place. */
static void long_texts_are_whole(void **state)
{
    (void)state;
    enum { LENGTH = 2000 };
    char text[LENGTH + 1], wanted[2 * LENGTH + 3];
    for (size_t step = 1; step < 9; step++) {
        for (size_t i = 0; i < LENGTH; i++) {
            text[i] = i % step == 0 ? '"' : 'x';
        }
        text[LENGTH] = '\0';
        wanted[quote_csv(wanted, text, LENGTH)] = '\0';
        writes(quote_csv_write, text, wanted);
        char *json = written(quote_json, text, LENGTH);
        cJSON *parsed = cJSON_Parse(json);
        assert_string_equal(cJSON_GetStringValue(parsed), text);
        cJSON_Delete(parsed);
        free(json);
    }
}

static void json_escapes_every_control(void **state)
{
    (void)state;
    writes(quote_json, "a\"\\\b\f\n\r\t", "\"a\\\"\\\\\\b\\f\\n\\r\\t\"");
    writes(quote_json, "\x1b[2J\x7f", "\"\\u001b[2J\\u007f\"");
    writes(quote_json,
           "\xc2\x80\xc2\x9b"
           "31m\xc2\x9f\u00a0",
           "\"\\u0080\\u009b31m\\u009f\u00a0\"");
    writes(quote_json, "\xff\xc3", "\"\uFFFD\uFFFD\"");
    char *zero = written(quote_json, "\0x", 2);
    assert_string_equal(zero, "\"\\u0000x\"");
    free(zero);
}

/* The same of what cJSON builds: every character below U+0400, in a key and in a value. */
static void built_json_holds_no_control(void **state)
{
    (void)state;
    char text[2 * 0x400 + 1];
    size_t used = 0;
    for (unsigned code = 1; code < 0x400; code++) {
        if (code >= 0x80) {
            text[used++] = (char)(0xC0 | code >> 6);
            text[used++] = (char)(0x80 | (code & 0x3F));
        } else {
            text[used++] = (char)code;
        }
    }
    text[used] = '\0';
    cJSON *root = cJSON_CreateObject();
    json_text(root, text, text);
    char *printed = json_print(root, NULL);
    assert_non_null(printed);
    for (const char *c = printed; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c, next = (unsigned char)c[1];
        assert_true((byte >= 0x20 || byte == '\n') && byte != 0x7F);
        assert_false(byte == 0xC2 && next < 0xA0);
    }
    cJSON *again = cJSON_Parse(printed);
    assert_string_equal(again->child->string, text);
    assert_string_equal(again->child->valuestring, text);
    cJSON_Delete(again);
    cJSON_Delete(root);
    free(printed);
}

static void built_json_is_utf8(void **state)
{
    (void)state;
    cJSON *root = cJSON_CreateObject();
    json_item_text(json_array(root, "list"), "a\xff");
    json_bytes(root, "bytes", "\0\xc3", 2);
    char *printed = cJSON_PrintUnformatted(root);
    assert_string_equal(printed, "{\"list\":[\"a\uFFFD\"],\"bytes\":\"\uFFFD\uFFFD\"}");
    cJSON_free(printed);
    cJSON_Delete(root);
    assert_int_equal(text_byte_order_mark("\xEF\xBB\xBFx", 4), 3);
    assert_int_equal(text_byte_order_mark("\xEF\xBB", 2), 0);
    assert_int_equal(text_byte_order_mark("x", 1), 0);
}

static void markdown_has_no_meaning(void **state)
{
    (void)state;
    writes(markdown, "a|b *c* [d](e) `f` <g> $h",
           "a\\|b \\*c\\* \\[d\\](e) \\`f\\` \\<g\\> \\$h");
    writes(markdown, "!", "\\!");
    writes(markdown, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_quoted_where_it_must_be),
        cmocka_unit_test(long_texts_are_whole),
        cmocka_unit_test(json_escapes_every_control),
        cmocka_unit_test(built_json_holds_no_control),
        cmocka_unit_test(built_json_is_utf8),
        cmocka_unit_test(markdown_has_no_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

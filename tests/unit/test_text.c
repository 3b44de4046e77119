/* text: what reaches a terminal, and how wide it is there. */
#define _GNU_SOURCE
#include "base/text.h"

#include <limits.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "unit/test.h"

static const char *safe_of(const char *bytes, size_t length, bool ascii)
{
    static char out[512];
    size_t written = text_safe(out, sizeof out, bytes, length, ascii);
    assert_int_equal(written, strlen(out));
    return out;
}

static const char *safe(const char *text)
{
    return safe_of(text, strlen(text), false);
}

static void plain_text_stays(void **state)
{
    (void)state;
    assert_string_equal(safe(""), "");
    assert_string_equal(safe("U66@DOM1"), "U66@DOM1");
    assert_string_equal(safe("José 東京 naïve"), "José 東京 naïve");
    assert_string_equal(safe("e\u0301"), "e\u0301");
    assert_string_equal(safe("\u1112\u1161\u11ab"), "\u1112\u1161\u11ab"); /* conjoining jamo */
}

static void controls_become_marks(void **state)
{
    (void)state;
    assert_string_equal(safe("\033[31mred\033[0m"), "·[31mred·[0m");
    assert_string_equal(safe("a\tb\nc\rd\177"), "a·b·c·d·");
    assert_string_equal(safe("\xc2\x9b"
                             "31m"),
                        "·31m"); /* CSI as UTF-8 */
    assert_string_equal(safe("\x9b"
                             "31m"),
                        "·31m"); /* CSI as one byte */
    assert_string_equal(safe_of("a\0b", 3, false), "a·b");
    assert_string_equal(safe("\u202Eevil\u202C"), "·evil·");
    assert_string_equal(safe("\u2066a\u2069\u200E\u200F\u061C"), "·a····");
    assert_string_equal(safe("\uFEFFx\u2028y\u2029"), "·x·y·");
}

static void what_shows_nothing_becomes_a_mark(void **state)
{
    (void)state;
    assert_string_equal(safe("a\u200Bb\u00ADc"), "a·b·c");
    /* Format controls that Unicode does not call ignorable: interlinear annotation,
     * hieroglyphs. */
    assert_string_equal(safe("a\uFFF9b\uFFFAc\uFFFB\U00013430"), "a·b·c··");
    assert_string_equal(safe("\u3164\u115F\u2800"), "···"); /* fillers, blank braille */
    assert_string_equal(safe("\uE000\U000E0041"), "··");    /* private use, tag */
    assert_string_equal(safe("\u0378"), "·");               /* unassigned */
}

static void invalid_utf8_becomes_one_mark_a_byte(void **state)
{
    (void)state;
    assert_string_equal(safe("\xff\xfe"
                             "a"),
                        "··a");
    assert_string_equal(safe("\xc0\xaf"), "··");      /* overlong */
    assert_string_equal(safe("\xed\xa0\x80"), "···"); /* surrogate */
    assert_string_equal(safe("\xe2\x82"), "··");      /* cut short */
    assert_string_equal(safe("\xf4\x90\x80\x80"), "····");
}

static void combining_marks_are_limited(void **state)
{
    (void)state;
    assert_string_equal(safe("a\u0301\u0302\u0303\u0304b"), "a\u0301\u0302b");
    assert_string_equal(safe("\u0301x"), "·x");
    assert_string_equal(safe("\n\u0301x"), "··x");
}

static void joiners_stay_inside_emoji(void **state)
{
    (void)state;
    const char *family = "\U0001F468\u200D\U0001F469";
    assert_string_equal(safe(family), family);
    assert_string_equal(safe("\u2764\uFE0F"), "\u2764\uFE0F");
    assert_string_equal(safe("a\u200Db\uFE0F"), "ab");
    assert_string_equal(safe("\U0001F468\u200Dx"), "\U0001F468x");
}

static void ascii_keeps_nothing_else(void **state)
{
    (void)state;
    assert_string_equal(safe_of("Jos\u00e9 \u6771e\u0301\033", 13, true), "Jos? ?e?");
}

static void a_full_buffer_cuts_between_characters(void **state)
{
    (void)state;
    char out[6];
    assert_int_equal(text_safe(out, sizeof out, "ab\u6771\u4eac", 8, false), 5);
    assert_string_equal(out, "ab\u6771");
    assert_int_equal(text_safe(out, 5, "ab\u6771", 5, false), 2);
    assert_string_equal(out, "ab");
    assert_int_equal(text_safe(out, 1, "abc", 3, false), 0);
    assert_string_equal(out, "");
}

static void width_counts_cells(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("東京"), 4);
    assert_int_equal(text_width("e\u0301a"), 2);
    assert_int_equal(text_width("\u1112\u1161\u11ab"), 2);
    struct text_cell cell = text_next("e\u0301a");
    assert_int_equal(cell.bytes, 3);
    assert_int_equal(cell.width, 1);
    assert_int_equal(text_next("").bytes, 0);
}

/* ncurses places characters by the C library's widths; ours must be the same, or a row would be
 * out of line. The few that differ are newer in one of the two tables: the canvas shows a mark.
 */
static void width_agrees_with_the_c_library(void **state)
{
    (void)state;
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        skip();
    }
    size_t kept = 0, differ = 0;
    for (wchar_t code = 0x21; code < 0x20000; code++) {
        char bytes[MB_LEN_MAX + 1] = {0};
        if (code >= 0xD800 && code < 0xE000) {
            continue;
        }
        mbstate_t shift = {0};
        assert_true(wcrtomb(bytes, code, &shift) <= 4);
        char out[32];
        text_safe(out, sizeof out, bytes, strlen(bytes), false);
        if (strcmp(out, bytes) != 0) {
            continue; /* replaced */
        }
        kept++;
        differ += text_next(out).width != wcwidth(code);
    }
    setlocale(LC_CTYPE, "C");
    assert_true(kept > 50000);
    assert_true(differ < 400);
}

static void clipping_keeps_cells_whole(void **state)
{
    (void)state;
    char out[64];
    assert_int_equal(text_clip(out, sizeof out, "abcdef", 6, false), 6);
    assert_string_equal(out, "abcdef");
    assert_int_equal(text_clip(out, sizeof out, "abcdef", 4, false), 4);
    assert_string_equal(out, "abc…");
    text_clip(out, sizeof out, "abcdef", 4, true);
    assert_string_equal(out, "abc~");
    assert_int_equal(text_clip(out, sizeof out, "東京都", 4, false), 3);
    assert_string_equal(out, "東…");
    assert_int_equal(text_clip(out, sizeof out, "東京", 1, false), 1);
    assert_string_equal(out, "…");
    assert_int_equal(text_clip(out, sizeof out, "abc", 0, false), 0);
    assert_string_equal(out, "");
    assert_int_equal(text_clip(out, 5, "abcdef", 6, false), 2); /* the buffer is the limit */
    assert_string_equal(out, "a…");
}

static void padding_fills_to_the_cell(void **state)
{
    (void)state;
    char out[64];
    text_pad(out, sizeof out, "東", 4, TEXT_LEFT, false);
    assert_string_equal(out, "東  ");
    text_pad(out, sizeof out, "12", 4, TEXT_RIGHT, false);
    assert_string_equal(out, "  12");
    text_pad(out, sizeof out, "東京都", 4, TEXT_RIGHT, false);
    assert_string_equal(out, " 東…");
    text_pad(out, 4, "a", 10, TEXT_LEFT, false);
    assert_string_equal(out, "a  ");
}

static void lines_break_behind_words(void **state)
{
    (void)state;
    assert_int_equal(text_line("one two three", 20), 13);
    assert_int_equal(text_line("one two three", 7), 7);
    assert_int_equal(text_line("one two three", 9), 7);
    assert_int_equal(text_line("one two three", 6), 3);
    assert_int_equal(text_line("onetwothree", 6), 6);
    assert_int_equal(text_line("東京 x", 5), 6);
    assert_int_equal(text_line("東京", 1), 3); /* at least a character */
    assert_int_equal(text_line("", 5), 0);
    assert_int_equal(text_line("  x", 2), 2);
}

static void search_has_smart_case(void **state)
{
    (void)state;
    assert_true(text_contains("ANONYMOUS LOGON", "logon"));
    assert_false(text_contains("ANONYMOUS LOGON", "Logon"));
    assert_true(text_contains("U66@DOM1", "66@D"));
    assert_false(text_contains("U66", ""));
    assert_false(text_contains("U6", "U66"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(controls_become_marks),
        cmocka_unit_test(what_shows_nothing_becomes_a_mark),
        cmocka_unit_test(invalid_utf8_becomes_one_mark_a_byte),
        cmocka_unit_test(combining_marks_are_limited),
        cmocka_unit_test(joiners_stay_inside_emoji),
        cmocka_unit_test(ascii_keeps_nothing_else),
        cmocka_unit_test(a_full_buffer_cuts_between_characters),
        cmocka_unit_test(width_counts_cells),
        cmocka_unit_test(width_agrees_with_the_c_library),
        cmocka_unit_test(clipping_keeps_cells_whole),
        cmocka_unit_test(padding_fills_to_the_cell),
        cmocka_unit_test(lines_break_behind_words),
        cmocka_unit_test(search_has_smart_case),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

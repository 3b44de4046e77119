/* canvas: cells, clipping, wide characters; and that nothing unsafe gets in. */
#include "terminal/canvas.h"

#include <string.h>

#include "unit/test.h"

static struct canvas *make(int rows, int cols)
{
    struct canvas *canvas = canvas_new(rows, cols, glyphs_get(GLYPHS_BLOCK), NULL);
    assert_non_null(canvas);
    return canvas;
}

#define ROW_IS(canvas, y, wanted)                                                              \
    do {                                                                                       \
        char row[512];                                                                         \
        canvas_row((canvas), (y), row, sizeof row);                                            \
        assert_string_equal(row, wanted);                                                      \
    } while (0)

static void text_is_clipped_with_an_ellipsis(void **state)
{
    (void)state;
    struct canvas *canvas = make(2, 8);
    assert_int_equal(canvas_text(canvas, 0, 0, ROLE_TEXT, "abcdefgh"), 8);
    ROW_IS(canvas, 0, "abcdefgh");
    assert_int_equal(canvas_text(canvas, 1, 3, ROLE_TEXT, "abcdefgh"), 8);
    ROW_IS(canvas, 1, "   abcd…");
    canvas_text(canvas, 5, 0, ROLE_TEXT, "outside");
    canvas_text(canvas, -1, 0, ROLE_TEXT, "outside");
    canvas_text(canvas, 0, 20, ROLE_TEXT, "outside");
    ROW_IS(canvas, 0, "abcdefgh");
    canvas_free(canvas);
}

static void whole_phrases_are_kept(void **state)
{
    (void)state;
    struct canvas *canvas = make(6, 12);
    assert_int_equal(canvas_phrases(canvas, 0, 0, ROLE_TEXT, "%s", "one, two, six"), 8);
    ROW_IS(canvas, 0, "one, two");
    canvas_phrases(canvas, 1, 0, ROLE_TEXT, "1,234 rows; more");
    ROW_IS(canvas, 1, "1,234 rows");
    canvas_phrases(canvas, 2, 0, ROLE_TEXT, "a (b c) d  eeeeeeeeeee");
    ROW_IS(canvas, 2, "a (b c) d");
    canvas_phrases(canvas, 3, 0, ROLE_TEXT, "indivisible text"); /* all there is: cut */
    ROW_IS(canvas, 3, "indivisible…");
    canvas_text(canvas, 4, 0, ROLE_TEXT, "before");
    assert_int_equal(canvas_phrases(canvas, 4, 6, ROLE_TEXT, " indivisible"), 6);
    ROW_IS(canvas, 4, "before");
    canvas_phrases(canvas, 5, 0, ROLE_TEXT, "%s", "a\033b, \u6771\u4eac, \u6771\u4eac");
    ROW_IS(canvas, 5, "a\u00b7b, \u6771\u4eac");
    canvas_free(canvas);
}

static void what_is_unsafe_never_gets_in(void **state)
{
    (void)state;
    struct canvas *canvas = make(4, 20);
    canvas_text(canvas, 0, 0, ROLE_TEXT, "a\033[31mb\u202Ec");
    ROW_IS(canvas, 0, "a·[31mb·c");
    canvas_printf(canvas, 1, 0, ROLE_TEXT, "%s|%d", "x\ny", 7);
    ROW_IS(canvas, 1, "x·y|7");
    canvas_bytes(canvas, 2, 0, ROLE_TEXT,
                 "\0\xff"
                 "a",
                 3);
    ROW_IS(canvas, 2, "··a");
    canvas_field(canvas, 3, 0, 6, TEXT_RIGHT, ROLE_TEXT, "a\tb");
    ROW_IS(canvas, 3, "   a·b");
    canvas_free(canvas);
}

static void wide_characters_take_two_cells(void **state)
{
    (void)state;
    struct canvas *canvas = make(1, 6);
    canvas_text(canvas, 0, 0, ROLE_TEXT, "東京a");
    assert_int_equal(canvas_cell(canvas, 0, 0)->width, 2);
    assert_int_equal(canvas_cell(canvas, 0, 1)->width, 0);
    ROW_IS(canvas, 0, "東京a");
    /* Overwriting half of one leaves a space, not half a character. */
    canvas_text(canvas, 0, 1, ROLE_TEXT, "x");
    ROW_IS(canvas, 0, " x京a");
    canvas_text(canvas, 0, 2, ROLE_TEXT, "y");
    ROW_IS(canvas, 0, " xy a");
    canvas_clear(canvas);
    canvas_text(canvas, 0, 5, ROLE_TEXT, "東");
    ROW_IS(canvas, 0, "     …");
    canvas_free(canvas);
}

static void parts_share_cells_and_are_clipped(void **state)
{
    (void)state;
    struct canvas *canvas = make(4, 10);
    struct canvas part = canvas_part(canvas, 1, 2, 2, 4);
    assert_int_equal(part.rows, 2);
    canvas_text(&part, 0, 0, ROLE_TEXT, "abcdef");
    ROW_IS(canvas, 1, "  abc…");
    canvas_text(&part, 1, 0, ROLE_TEXT, "xy");
    canvas_text(&part, 2, 0, ROLE_TEXT, "outside");
    ROW_IS(canvas, 2, "  xy");
    ROW_IS(canvas, 3, "");
    struct canvas beyond = canvas_part(canvas, 3, 8, 10, 10);
    assert_int_equal(beyond.rows, 1);
    assert_int_equal(beyond.cols, 2);
    struct canvas none = canvas_part(canvas, 9, 20, 3, 3);
    assert_int_equal(none.rows, 0);
    assert_int_equal(none.cols, 0);
    canvas_text(&none, 0, 0, ROLE_TEXT, "nowhere");
    canvas_free(canvas);
}

static void roles_and_selection_are_kept(void **state)
{
    (void)state;
    struct canvas *canvas = make(1, 5);
    canvas_text(canvas, 0, 0, ROLE_BAD, "abc");
    canvas_select(canvas, 0, 1, 9);
    assert_int_equal(canvas_cell(canvas, 0, 0)->role, ROLE_BAD);
    assert_false(canvas_cell(canvas, 0, 0)->selected);
    assert_true(canvas_cell(canvas, 0, 4)->selected);
    canvas_rule(canvas, 0, "a title too long");
    assert_null(canvas_cell(canvas, 0, 5));
    canvas_free(canvas);
    canvas = make(0, 0);
    canvas_rule(canvas, 0, "x");
    canvas_free(canvas);
}

static void combining_marks_stay_with_their_base(void **state)
{
    (void)state;
    struct canvas *canvas = make(1, 4);
    canvas_text(canvas, 0, 0, ROLE_TEXT, "e\u0301\u0302\u0303x");
    assert_string_equal(canvas_cell(canvas, 0, 0)->text, "e\u0301\u0302");
    assert_string_equal(canvas_cell(canvas, 0, 1)->text, "x");
    canvas_free(canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_clipped_with_an_ellipsis),
        cmocka_unit_test(whole_phrases_are_kept),
        cmocka_unit_test(what_is_unsafe_never_gets_in),
        cmocka_unit_test(wide_characters_take_two_cells),
        cmocka_unit_test(parts_share_cells_and_are_clipped),
        cmocka_unit_test(roles_and_selection_are_kept),
        cmocka_unit_test(combining_marks_stay_with_their_base),
    };
    return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}

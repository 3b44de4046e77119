/* The widgets: arithmetic and glyphs, without a terminal. */
#include <math.h>
#include <string.h>

#include "tui/golden.h"
#include "unit/test.h"
#include "widgets/chart.h"
#include "widgets/columns.h"
#include "widgets/line_edit.h"
#include "widgets/listbox.h"
#include "widgets/meter.h"

/* ---- list ---- */

static void the_cursor_stays_inside_and_in_sight(void **state)
{
    (void)state;
    struct listbox list = {0};
    assert_true(listbox_act(&list, ACTION_DOWN));
    assert_int_equal(list.cursor, 0); /* empty */
    listbox_set_count(&list, 100);
    listbox_set_page(&list, 10);
    listbox_move(&list, 15);
    assert_int_equal(list.cursor, 15);
    assert_int_equal(list.top, 6);
    listbox_act(&list, ACTION_LAST);
    assert_int_equal(list.cursor, 99);
    assert_int_equal(list.top, 90);
    listbox_act(&list, ACTION_DOWN);
    assert_int_equal(list.cursor, 99);
    listbox_act(&list, ACTION_UP);
    assert_int_equal(list.top, 90);
    listbox_act(&list, ACTION_FIRST);
    assert_int_equal(list.top, 0);
    listbox_act(&list, ACTION_UP);
    assert_int_equal(list.cursor, 0);
    assert_false(listbox_act(&list, ACTION_WHY));
}

static void a_page_keeps_the_place_on_screen(void **state)
{
    (void)state;
    struct listbox list = {0};
    listbox_set_count(&list, 100);
    listbox_set_page(&list, 10);
    listbox_go(&list, 4);
    listbox_act(&list, ACTION_PAGE_DOWN);
    assert_int_equal(list.cursor, 13);
    assert_int_equal(list.top, 9);
    listbox_act(&list, ACTION_PAGE_UP);
    assert_int_equal(list.cursor, 4);
    assert_int_equal(list.top, 0);
    listbox_act(&list, ACTION_HALF_DOWN);
    assert_int_equal(list.cursor, 9);
}

static void shrinking_and_growing_keep_the_cursor(void **state)
{
    (void)state;
    struct listbox list = {0};
    listbox_set_count(&list, 100);
    listbox_set_page(&list, 10);
    listbox_go(&list, 50);
    listbox_set_page(&list, 3);
    assert_int_equal(list.cursor, 50);
    assert_true(list.top <= 50 && 50 < list.top + 3);
    listbox_set_page(&list, 200);
    assert_int_equal(list.top, 0);
    listbox_set_count(&list, 20);
    assert_int_equal(list.cursor, 19);
    listbox_set_count(&list, 0);
    assert_int_equal(list.cursor, 0);
    listbox_set_count(&list, SIZE_MAX);
    listbox_act(&list, ACTION_LAST);
    assert_true(list.cursor == SIZE_MAX - 1);
}

/* ---- columns ---- */

static void narrow_screens_drop_by_priority(void **state)
{
    (void)state;
    struct columns columns = {0};
    columns_add(&columns, (struct column){"user", 10, 20, 0, TEXT_LEFT});
    columns_add(&columns, (struct column){"rank", 6, 6, 2, TEXT_RIGHT});
    columns_add(&columns, (struct column){"why", 8, 12, 1, TEXT_LEFT});
    columns_place(&columns, 40);
    assert_int_equal(columns.width[0] + columns.width[1] + columns.width[2] + 2, 40);
    assert_int_equal(columns.width[1], 6);
    assert_int_equal(columns.x[2], columns.width[0] + 1 + 6 + 1);
    columns_place(&columns, 24);
    assert_int_equal(columns.width[1], 0); /* 10 + 1 + 6 + 1 + 8 do not fit */
    assert_true(columns.width[2] >= 8);
    columns_place(&columns, 12);
    assert_int_equal(columns.width[2], 0);
    columns_place(&columns, 3);
    assert_int_equal(columns.width[0], 10); /* never dropped; the canvas clips it */
}

/* ---- meter ---- */

static void make_columns(struct columns *columns, size_t n, const int (*cells)[2])
{
    memset(columns, 0, sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        columns_add(columns, (struct column){.least = cells[i][0], .most = cells[i][1]});
    }
}

/* Whatever the screen: what is shown is one behind the other, and inside. */
static void check_places(const struct columns *columns, int cols)
{
    int x = 0;
    for (size_t i = 0; i < columns->n; i++) {
        if (columns->width[i] > 0) {
            assert_int_equal(columns->x[i], x);
            assert_true(x + columns->width[i] <= cols);
            x += columns->width[i] + 1;
        }
    }
}

static void wide_columns_are_narrowed_then_scrolled(void **state)
{
    (void)state;
    static const int cells[][2] = {{3, 3}, {6, 20}, {7, 7}, {9, 9}, {4, 4}};
    struct columns columns;
    size_t hidden = 3;
    make_columns(&columns, 5, cells);
    columns_fit(&columns, 80, 2, &hidden); /* all fit: nothing is scrolled */
    assert_int_equal(hidden, 0);
    assert_int_equal(columns.width[1], 20);
    assert_false(columns.more_left || columns.more_right);
    columns_fit(&columns, 40, 2, &hidden);
    assert_int_equal(columns.width[1], 13);
    assert_false(columns.more_right);
    columns_fit(&columns, 24, 2, &hidden);
    assert_int_equal(columns.width[1], 12); /* what is left over is for those that can use it */
    assert_true(columns.width[2] == 7 && columns.width[3] == 0 && columns.width[4] == 0);
    assert_true(columns.more_right && !columns.more_left);
    hidden = 1;
    columns_fit(&columns, 24, 2, &hidden);
    assert_true(columns.width[2] == 0 && columns.width[3] == 9 && columns.width[4] == 0);
    assert_true(columns.more_right && columns.more_left);
    hidden = 9;
    columns_fit(&columns, 26, 2, &hidden); /* no further than to the end */
    assert_int_equal(hidden, 1);
    assert_true(columns.width[3] == 9 && columns.width[4] == 4 && !columns.more_right);
    for (int cols = 0; cols < 60; cols++) {
        for (size_t frozen = 0; frozen < 5; frozen++) {
            for (hidden = 0; hidden < 6; hidden++) {
                size_t before = hidden;
                columns_fit(&columns, cols, frozen, &before);
                check_places(&columns, cols);
                assert_true(before <= hidden);
            }
        }
    }
}

static void rate_and_time_left_are_honest(void **state)
{
    (void)state;
    struct meter meter;
    meter_start(&meter, 100);
    assert_true(isnan(meter_rate(&meter, 100)));
    for (int i = 1; i <= 20; i++) { /* 10 units a second */
        meter_sample(&meter, 100 + 0.1 * i, (uint64_t)i, 1000);
    }
    assert_true(isnan(meter_left(&meter, 102))); /* before three seconds nothing is said */
    for (int i = 21; i <= 600; i++) {
        meter_sample(&meter, 100 + 0.1 * i, (uint64_t)i, 1000);
    }
    assert_true(fabs(meter_rate(&meter, 160) - 10) < 0.2);
    assert_true(fabs(meter_left(&meter, 160) - 40) < 1);
    /* It becomes ten times slower: the last ten seconds count, not the whole. */
    for (int i = 1; i <= 150; i++) {
        meter_sample(&meter, 160 + 0.1 * i, 600 + (uint64_t)(i / 10), 1000);
    }
    assert_true(fabs(meter_rate(&meter, 175) - 1) < 0.2);
    meter_sample(&meter, 175, 1000, 1000);
    assert_true(isnan(meter_left(&meter, 175)));
}

static void too_little_done_says_nothing(void **state)
{
    (void)state;
    struct meter meter;
    meter_start(&meter, 0);
    for (int i = 1; i <= 50; i++) {
        meter_sample(&meter, 0.1 * i, (uint64_t)i, 10000);
    }
    assert_true(isnan(meter_left(&meter, 5))); /* 0.5 % */
    meter_sample(&meter, 6, 600, 0);
    assert_true(isnan(meter_left(&meter, 6))); /* no total */
}

/* ---- axis ---- */

static void axes_place_and_tick(void **state)
{
    (void)state;
    struct axis linear = {0, 10, false}, logarithmic = {1e-4, 1e3, true};
    assert_true(axis_position(&linear, 2.5) == 0.25);
    assert_true(axis_position(&linear, -5) == 0 && axis_position(&linear, 50) == 1);
    assert_true(isnan(axis_position(&linear, NAN)));
    assert_true(fabs(axis_position(&logarithmic, 1e-3) - 1.0 / 7) < 1e-12);
    assert_true(axis_position(&logarithmic, 0) == 0);
    assert_true(fabs(axis_value(&logarithmic, axis_position(&logarithmic, 12.5)) - 12.5) <
                1e-9);
    struct tick ticks[32];
    size_t n = axis_ticks(&logarithmic, 0.1, ticks, 32);
    assert_int_equal(n, 8);
    assert_string_equal(ticks[0].text, "1e-4");
    assert_string_equal(ticks[7].text, "1k");
    n = axis_ticks(&linear, 0.2, ticks, 32);
    assert_int_equal(n, 6);
    assert_string_equal(ticks[5].text, "10");
    n = axis_ticks(&(struct axis){0.4, 0.9, true}, 0.2, ticks, 32); /* less than a decade */
    assert_int_equal(n, 6);
    assert_string_equal(ticks[0].text, "0.4");
    n = axis_ticks(&(struct axis){3, 3, false}, 0.2, ticks, 32);
    assert_int_equal(n, 1);
}

/* ---- charts, against golden text ---- */

static void draw_charts(struct canvas *canvas)
{
    double values[24], heights[48];
    for (int i = 0; i < 24; i++) {
        values[i] = i == 7 ? NAN : (double)(i * i);
    }
    for (int i = 0; i < 48; i++) {
        heights[i] = i == 5 ? 0 : exp(-(i - 20.0) * (i - 20.0) / 150);
    }
    const double shares[] = {0, 0.0001, 0.06, 0.5, 0.99, 1, 2};
    for (int i = 0; i < 7; i++) {
        canvas_fill(canvas, i, 0, 1, ROLE_DIM, canvas->glyphs->bar_open);
        chart_bar(canvas, i, 1, 12, shares[i], ROLE_BAR);
        canvas_fill(canvas, i, 13, 1, ROLE_DIM, canvas->glyphs->bar_close);
    }
    chart_spark(canvas, 0, 16, 24, values, 24, 529, ROLE_BAR);
    chart_spark(canvas, 1, 16, 8, values, 24, 529, ROLE_BAR);
    for (int i = 0; i < 12; i++) {
        chart_heat(canvas, 3, 16 + i, i == 4 ? NAN : i / 11.0);
    }
    struct canvas part = canvas_part(canvas, 8, 0, 6, 48);
    chart_columns(&part, heights, NULL, 48);
    chart_axis(canvas, 14, 0, 48, &(struct axis){1e-4, 1e3, true});
    part = canvas_part(canvas, 8, 52, 6, 20);
    chart_columns(&part, heights + 10, NULL, 5);
    chart_axis(canvas, 14, 52, 20, &(struct axis){0, 50, false});
    meter_bar(canvas, 16, 0, 22, ROLE_BAR, 108, 200);
    meter_bar(canvas, 17, 0, 22, ROLE_BAR, 300, 200);
}

static void a_mark_leaves_labels_readable(void **state)
{
    (void)state;
    char row[64];
    struct canvas *canvas = canvas_new(1, 10, glyphs_get(GLYPHS_ASCII), NULL);
    assert_non_null(canvas);
    canvas_text(canvas, 0, 2, ROLE_DIM, "d10");
    chart_mark(canvas, 0, 3, canvas->glyphs->up); /* on the label */
    chart_mark(canvas, 0, 7, canvas->glyphs->up);
    chart_mark(canvas, 0, 99, canvas->glyphs->up); /* outside */
    canvas_row(canvas, 0, row, sizeof row);
    assert_string_equal(row, "  d10  ^");
    assert_true(canvas_cell(canvas, 0, 3)->selected);
    assert_false(canvas_cell(canvas, 0, 2)->selected);
    assert_false(canvas_cell(canvas, 0, 7)->selected);
    canvas_free(canvas);
}

static void charts_look_as_they_should(void **state)
{
    (void)state;
    static const char *const names[] = {"charts_block", "charts_braille", "charts_ascii"};
    for (int set = GLYPHS_BLOCK; set <= GLYPHS_ASCII; set++) {
        struct canvas *canvas = canvas_new(18, 74, glyphs_get((enum glyph_set)set), NULL);
        assert_non_null(canvas);
        draw_charts(canvas);
        golden_check(canvas, names[set]);
        canvas_free(canvas);
    }
}

/* ---- line_edit ---- */

static void keys_edit_a_line(void **state)
{
    (void)state;
    struct line_edit edit = {0};
    line_edit_set(&edit, "user:U6");
    line_edit_key(&edit, '6');
    line_edit_key(&edit, KEYS_HOME);
    line_edit_key(&edit, KEYS_RIGHT);
    line_edit_key(&edit, KEYS_DELETE);
    assert_string_equal(edit.text, "uer:U66");
    line_edit_key(&edit, KEYS_END);
    line_edit_key(&edit, ' ');
    line_edit_key(&edit, 0xE9);
    line_edit_key(&edit, 0x6771);
    assert_string_equal(edit.text, "uer:U66 é東");
    line_edit_key(&edit, KEYS_BACKSPACE);
    assert_string_equal(edit.text, "uer:U66 é"); /* a whole character */
    line_edit_key(&edit, KEY_CTRL('W'));
    assert_string_equal(edit.text, "uer:U66 ");
    line_edit_key(&edit, KEY_CTRL('A'));
    line_edit_key(&edit, KEYS_BACKSPACE); /* nothing before it */
    line_edit_key(&edit, KEY_CTRL('K'));
    assert_string_equal(edit.text, "");
    assert_false(line_edit_key(&edit, KEYS_F1));
    assert_false(line_edit_key(&edit, KEYS_UP));
}

static void a_full_line_takes_no_more(void **state)
{
    (void)state;
    struct line_edit edit = {0};
    for (int i = 0; i < 2 * LINE_EDIT_SIZE; i++) {
        line_edit_key(&edit, 0x6771);
    }
    assert_true(edit.length <= LINE_EDIT_SIZE - 1);
    assert_int_equal(edit.length % 3, 0);
}

static void a_long_line_scrolls_to_its_cursor(void **state)
{
    (void)state;
    struct canvas *canvas = canvas_new(1, 20, glyphs_get(GLYPHS_BLOCK), NULL);
    struct line_edit edit = {0};
    char row[128];
    line_edit_set(&edit, "abcdefghijklmnopqrstuvwxyz");
    assert_int_equal(line_edit_draw(&edit, canvas, 0, 2, 10), 2 + 9);
    canvas_row(canvas, 0, row, sizeof row);
    assert_string_equal(row, "  rstuvwxyz");
    line_edit_key(&edit, KEYS_HOME);
    assert_int_equal(line_edit_draw(&edit, canvas, 0, 2, 10), 2);
    canvas_free(canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cursor_stays_inside_and_in_sight),
        cmocka_unit_test(a_page_keeps_the_place_on_screen),
        cmocka_unit_test(shrinking_and_growing_keep_the_cursor),
        cmocka_unit_test(narrow_screens_drop_by_priority),
        cmocka_unit_test(wide_columns_are_narrowed_then_scrolled),
        cmocka_unit_test(rate_and_time_left_are_honest),
        cmocka_unit_test(too_little_done_says_nothing),
        cmocka_unit_test(axes_place_and_tick),
        cmocka_unit_test(a_mark_leaves_labels_readable),
        cmocka_unit_test(charts_look_as_they_should),
        cmocka_unit_test(keys_edit_a_line),
        cmocka_unit_test(a_full_line_takes_no_more),
        cmocka_unit_test(a_long_line_scrolls_to_its_cursor),
    };
    return cmocka_run_group_tests_name("widgets", tests, NULL, NULL);
}

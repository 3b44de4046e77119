/* The mouse: clicks on lists, headings, crumbs and keys, and the wheel; off-screen. */
#include <stdio.h>
#include <string.h>

#include "tui/fixture.h"
#include "unit/test.h"

static struct app *app;

static struct canvas *draw(int rows, int cols)
{
    struct canvas *canvas = canvas_new(rows, cols, app->glyphs, NULL);
    assert_non_null(canvas);
    app_draw(app, canvas);
    fixture_wait(app);
    app_draw(app, canvas);
    return canvas;
}

static void act(int rows, int cols, enum mouse_kind kind, int y, int x)
{
    struct canvas *canvas = draw(rows, cols);
    const struct mouse mouse = {kind, y, x};
    app_mouse(app, canvas, &mouse);
    fixture_wait(app);
    canvas_free(canvas);
}

/* Where a text stands on the screen; false when it does not. */
static bool find(int rows, int cols, const char *text, int *y, int *x)
{
    struct canvas *canvas = draw(rows, cols);
    bool found = false;
    for (*y = 0; *y < rows && !found; ++*y) {
        for (*x = 0; *x < cols && !found; ++*x) {
            size_t i = 0;
            while (text[i] != '\0') {
                const struct cell *cell = canvas_cell(canvas, *y, *x + (int)i);
                char c = cell == NULL ? '\0' : cell->text[0] == '\0' ? ' ' : cell->text[0];
                if (c != text[i]) {
                    break;
                }
                i++;
            }
            found = text[i] == '\0';
        }
    }
    canvas_free(canvas);
    --*y;
    --*x;
    return found;
}

static void click_text(int rows, int cols, const char *text)
{
    int y, x;
    if (!find(rows, cols, text, &y, &x)) {
        fail_msg("'%s' is not on the screen", text);
    }
    act(rows, cols, MOUSE_CLICK, y, x);
}

/* The row of the screen that the cursor is on. */
static int cursor_row(int x)
{
    struct canvas *canvas = draw(24, 80);
    int y = 0;
    while (y < 23 && !canvas_cell(canvas, y, x)->selected) {
        y++;
    }
    canvas_free(canvas);
    return y;
}

static void a_click_moves_the_cursor(void **state)
{
    (void)state;
    fixture_do(app, "top");
    fixture_do(app, "first");
    assert_int_equal(cursor_row(20), 3);
    act(24, 80, MOUSE_CLICK, 7, 20);
    assert_int_equal(cursor_row(20), 7);
    act(24, 80, MOUSE_CLICK, 4, 20);
    assert_int_equal(cursor_row(20), 4);
    act(24, 80, MOUSE_CLICK, 16, 20); /* the pane below is no list */
    assert_int_equal(cursor_row(20), 4);
    act(24, 80, MOUSE_CLICK, 500, 500);
    act(24, 80, MOUSE_CLICK, -1, -1);
    assert_int_equal(cursor_row(20), 4);
}

static void the_wheel_scrolls(void **state)
{
    (void)state;
    fixture_do(app, "top");
    fixture_do(app, "first");
    act(24, 80, MOUSE_WHEEL_DOWN, 10, 10);
    assert_int_equal(cursor_row(20), 6);
    act(24, 80, MOUSE_WHEEL_UP, 10, 10);
    assert_int_equal(cursor_row(20), 3);
    fixture_do(app, "help");
    size_t before = app->page->scroll.cursor;
    act(24, 80, MOUSE_WHEEL_DOWN, 10, 10);
    assert_int_equal(app->page->scroll.cursor, before + 3);
    fixture_do(app, "back");
}

static void two_clicks_open(void **state)
{
    (void)state;
    fixture_do(app, "top");
    act(24, 80, MOUSE_CLICK, 5, 20);
    act(24, 80, MOUSE_CLICK, 5, 20);
    assert_true(fixture_shows(app, "5 User"));
    fixture_do(app, "back");
}

/* Two presses, or a key and a press, that are read before the next frame is drawn. */
static void events_of_one_read_are_taken_in_order(void **state)
{
    (void)state;
    fixture_do(app, "top");
    fixture_do(app, "first");
    struct canvas *canvas = draw(24, 80);
    const struct mouse mouse = {MOUSE_CLICK, 8, 20};
    app->dirty = false; /* as the loop has it after a frame */
    app_key(app, 'j');
    app_key(app, 'j');
    app_mouse(app, canvas, &mouse);
    fixture_wait(app);
    assert_int_equal(cursor_row(20), 8);
    fixture_do(app, "first");
    app_draw(app, canvas);
    app->dirty = false;
    app_mouse(app, canvas, &mouse);
    app_mouse(app, canvas, &mouse);
    fixture_wait(app);
    assert_true(fixture_shows(app, "5 User"));
    fixture_do(app, "back");
    assert_int_equal(cursor_row(20), 8);
    canvas_free(canvas);
}

static void a_heading_sorts_and_reverses(void **state)
{
    (void)state;
    fixture_do(app, "top");
    click_text(24, 80, "user ");
    assert_true(fixture_shows(app, "\u25b4user"));
    click_text(24, 80, "user ");
    assert_true(fixture_shows(app, "\u25beuser"));
    fixture_do(app, "sort rank");
}

static void crumbs_keys_and_views_are_buttons(void **state)
{
    (void)state;
    fixture_do(app, "top");
    fixture_do(app, "open");
    assert_true(fixture_shows(app, "5 User"));
    click_text(24, 80, "4 Top-K");
    assert_false(fixture_shows(app, "5 User"));
    click_text(24, 80, "? help");
    assert_true(fixture_shows(app, "Keys in Top-K"));
    click_text(24, 80, "Esc back");
    assert_false(fixture_shows(app, "Keys in Top-K"));
    click_text(40, 200, "6 Compare"); /* a wide screen has all views in its last line */
    assert_true(fixture_shows(app, "6 Compare"));
    click_text(40, 200, "8 Log");
    assert_true(fixture_shows(app, "8 Log"));
}

static void a_click_does_not_confirm(void **state)
{
    (void)state;
    fixture_do(app, "top");
    fixture_do(app, "first");
    fixture_do(app, "filter");
    act(24, 80, MOUSE_CLICK, 8, 20);
    act(24, 80, MOUSE_WHEEL_DOWN, 8, 20);
    assert_int_equal(app->prompt.kind, PROMPT_FILTER);
    fixture_do(app, "key Esc");
    assert_int_equal(cursor_row(20), 3);
}

static void clicking_the_other_pane_goes_there(void **state)
{
    (void)state;
    int y, x;
    fixture_do(app, "data");
    assert_true(find(24, 80, "total_events", &y, &x));
    act(24, 80, MOUSE_CLICK, y + 3, x);
    assert_int_equal(cursor_row(5), y + 3);
    act(24, 80, MOUSE_CLICK, 18, 5); /* among the rows: they get the cursor */
    assert_true(cursor_row(5) > y + 6);
    int rows = cursor_row(5);
    act(24, 80, MOUSE_CLICK, rows + 2, 5);
    assert_int_equal(cursor_row(5), rows + 2);
}

static void it_is_turned_on_and_off(void **state)
{
    (void)state;
    app->settings.mouse = app->restyled = false;
    fixture_do(app, "mouse");
    assert_true(app->settings.mouse && app->restyled);
    fixture_do(app, "mouse off");
    assert_false(app->settings.mouse);
    fixture_do(app, "mouse on");
    assert_true(app->settings.mouse);
    fixture_do(app, "mouse up");
    assert_true(app->settings.mouse);
    assert_true(fixture_shows(app, "not 'up'"));
}

static int start(void **state)
{
    (void)state;
    app = fixture_open("lanl_user_hours.csv", "iforest,lof");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    app_free(app);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_click_moves_the_cursor),
        cmocka_unit_test(the_wheel_scrolls),
        cmocka_unit_test(two_clicks_open),
        cmocka_unit_test(events_of_one_read_are_taken_in_order),
        cmocka_unit_test(a_heading_sorts_and_reverses),
        cmocka_unit_test(crumbs_keys_and_views_are_buttons),
        cmocka_unit_test(a_click_does_not_confirm),
        cmocka_unit_test(clicking_the_other_pane_goes_there),
        cmocka_unit_test(it_is_turned_on_and_off),
    };
    return cmocka_run_group_tests_name("mouse", tests, start, stop);
}

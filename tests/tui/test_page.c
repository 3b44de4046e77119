/* page: lines that wrap, tables that suit the width, Markdown without its marks. */
#include "pages/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pages/page_markdown.h"
#include "unit/test.h"

static const char markdown[] = "# Review\n"
                               "\n"
                               "two user\\_hours\n"
                               "| list | TP | exact \\| bounds |\n"
                               "|---|--:|--:|\n"
                               "| Forest | 1 | 1.0 to 99.0 % |\n"
                               "| LOF | 12 | - |\n"
                               "after\n";

/* The rows of the page at this size, parted by newlines. */
static void drawn(struct page *page, int rows, int cols, char *out, size_t size)
{
    struct canvas *canvas = canvas_new(rows, cols, glyphs_get(GLYPHS_BLOCK), NULL);
    assert_non_null(canvas);
    page_draw(page, canvas);
    size_t used = 0;
    for (int y = 0; y < rows; y++) {
        char row[512];
        canvas_row(canvas, y, row, sizeof row);
        used += (size_t)snprintf(out + used, size - used, "%s\n", row);
        assert_true(used < size);
    }
    canvas_free(canvas);
}

static struct page *page_of(const char *text)
{
    struct page *page = page_new("a page");
    assert_non_null(page);
    page_markdown(page, text, strlen(text));
    return page;
}

static void a_table_that_fits_stands_in_columns(void **state)
{
    (void)state;
    char text[2048];
    struct page *page = page_of(markdown);
    drawn(page, 7, 40, text, sizeof text);
    assert_string_equal(text, " Review\n"
                              "\n"
                              " two user_hours\n"
                              " list    TP  exact | bounds\n"
                              " Forest   1   1.0 to 99.0 %\n"
                              " LOF     12               -\n"
                              " after\n");
    page_free(page);
}

static void a_table_that_does_not_fit_is_told_row_by_row(void **state)
{
    (void)state;
    char text[2048];
    struct page *page = page_of(markdown);
    drawn(page, 9, 24, text, sizeof text);
    assert_string_equal(text, " Review\n"
                              "\n"
                              " two user_hours\n"
                              " list Forest\n"
                              "   TP 1\n"
                              "   exact | bounds\n"
                              "     1.0 to 99.0 %\n"
                              " list LOF\n"
                              "              1-8 of 11\n");
    page_free(page);
}

static void scrolling_reaches_the_last_line_and_no_further(void **state)
{
    (void)state;
    char text[2048];
    struct page *page = page_of(markdown);
    drawn(page, 3, 40, text, sizeof text);
    assert_true(page_act(page, ACTION_LAST));
    drawn(page, 3, 40, text, sizeof text);
    assert_non_null(strstr(text, "after"));
    assert_non_null(strstr(text, "6-7 of 7"));
    page_free(page);
}

static void what_is_found_is_scrolled_to(void **state)
{
    (void)state;
    char text[2048];
    struct page *page = page_of(markdown);
    drawn(page, 2, 40, text, sizeof text);
    assert_true(page_find(page, "forest", true));
    drawn(page, 2, 40, text, sizeof text);
    assert_non_null(strstr(text, "list    TP")); /* a table begins with its head */
    assert_false(page_find(page, "nowhere", true));
    page_free(page);
}

static void hostile_cells_are_made_safe(void **state)
{
    (void)state;
    char text[2048];
    struct page *page =
        page_of("| a | b |\n|---|---|\n| \033[2J | x\u202Ey |\n| only one |\n|\n||\n");
    drawn(page, 6, 40, text, sizeof text);
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\u202E"));
    assert_non_null(strstr(text, "x·y"));
    assert_non_null(strstr(text, "only one"));
    page_free(page);
}

/* A line is not cut, however long: 5,000 words, each of them found. */
static void a_long_line_is_whole(void **state)
{
    (void)state;
    enum { WORDS = 5000, BYTES = 6 };
    char *line = calloc(WORDS, BYTES + 1), text[2048];
    struct page *page = page_new("a page");
    assert_non_null(line);
    assert_non_null(page);
    for (size_t i = 0; i < WORDS; i++) {
        snprintf(line + i * BYTES, BYTES + 1, "w%04zu ", i);
    }
    page_pair(page, "note", ROLE_TEXT, "%s", line);
    assert_string_equal(page->lines[0].text, line);
    drawn(page, 4, 40, text, sizeof text);
    assert_non_null(strstr(text, " note  w0000 w0001"));
    page_act(page, ACTION_LAST);
    drawn(page, 4, 40, text, sizeof text);
    assert_non_null(strstr(text, "w4999\n"));
    page_free(page);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_fits_stands_in_columns),
        cmocka_unit_test(a_table_that_does_not_fit_is_told_row_by_row),
        cmocka_unit_test(scrolling_reaches_the_last_line_and_no_further),
        cmocka_unit_test(what_is_found_is_scrolled_to),
        cmocka_unit_test(hostile_cells_are_made_safe),
        cmocka_unit_test(a_long_line_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

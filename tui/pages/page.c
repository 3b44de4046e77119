#include "pages/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "pages/page_table.h"

struct page *page_new(const char *title)
{
    struct page *page = mem_zero(1, sizeof *page, "a page", NULL);
    if (page != NULL) {
        snprintf(page->title, sizeof page->title, "%s", title);
    }
    return page;
}

void page_clear(struct page *page)
{
    for (size_t i = 0; i < page->n; i++) {
        free(page->lines[i].text);
    }
    page->n = 0;
    page->key_width = 0;
}

void page_free(struct page *page)
{
    if (page != NULL) {
        page_clear(page);
        if (page->free_kept != NULL) {
            page->free_kept(page->kept);
        }
        free(page->lines);
        free(page);
    }
}

/* The text, allocated: a line may be long (a note, a command line). */
static char *text_of(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length < 0 ? NULL : mem_new((size_t)length + 1, 1, "a page", NULL);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

static void add(struct page *page, const char *key, enum role role, const char *format,
                va_list args)
{
    char *text = text_of(format, args);
    if (text == NULL || !mem_grow(&page->lines, &page->capacity, page->n + 1,
                                  sizeof *page->lines, "a page", NULL)) {
        free(text);
        return;
    }
    struct page_line *line = &page->lines[page->n++];
    *line = (struct page_line){.role = role, .text = text};
    snprintf(line->key, sizeof line->key, "%s", key);
    int width = (int)text_width(line->key);
    page->key_width = width > page->key_width ? width : page->key_width;
}

void page_add(struct page *page, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(page, "", role, format, args);
    va_end(args);
}

void page_pair(struct page *page, const char *key, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(page, key, role, format, args);
    va_end(args);
}

void page_row(struct page *page, const char *cells)
{
    size_t before = page->n;
    page_add(page, ROLE_TEXT, "%s", cells);
    if (page->n > before) {
        page->lines[before].table = true;
    }
}

/* Lines that are drawn together: the rows of a table, or one. */
static size_t lines_together(const struct page *page, size_t first)
{
    size_t n = 1;
    while (page->lines[first].table && first + n < page->n && page->lines[first + n].table) {
        n++;
    }
    return n;
}

/* Draws lines[first .. first + n) from row `y` on (which may be above the canvas); returns the
 * rows they take. */
static int draw_lines(const struct page *page, size_t first, size_t n, struct canvas *canvas,
                      int y)
{
    const struct page_line *line = &page->lines[first];
    int x = 1;
    if (line->table) {
        return page_table_draw(line, n, canvas, y);
    }
    if (line->key[0] != '\0') {
        canvas_text(canvas, y, x, ROLE_KEY, line->key);
        x += page->key_width + 2;
    }
    return canvas_wrapped(canvas, y, x, line->role, line->text);
}

/* "21-40 of 1,692" at the right end of the last row: the lines with a key that begin in these
 * `rows`, or rows of the `n` there are. */
static void draw_position(const struct page *page, size_t rows, size_t n, struct canvas *canvas)
{
    size_t first = page->scroll.cursor, from = first + 1, of = n, before = 0, here = 0;
    size_t to = first + rows < n ? first + rows : n;
    char where[64];
    if (page->total > 0) {
        for (size_t i = 0; i < page->n; i++) {
            const struct page_line *line = &page->lines[i];
            bool keyed = line->key[0] != '\0';
            before += keyed && line->row < first;
            here += keyed && line->row >= first && line->row < first + rows;
        }
        from = before + (here > 0);
        to = before + here;
        of = page->total;
    }
    int width = snprintf(where, sizeof where, " %s-%s of %s ", format_grouped(from).text,
                         format_grouped(to).text, format_grouped(of).text);
    canvas_text(canvas, canvas->rows - 1, canvas->cols - width, ROLE_DIM, where);
}

void page_draw(struct page *page, struct canvas *canvas)
{
    struct canvas nowhere = canvas_part(canvas, 0, 0, 0, canvas->cols);
    size_t rows = (size_t)canvas->rows, n = 0;
    for (size_t i = 0, next; i < page->n; i = next) {
        next = i + lines_together(page, i);
        for (size_t j = i; j < next; j++) {
            page->lines[j].row = n;
        }
        n += (size_t)draw_lines(page, i, next - i, &nowhere, 0);
    }
    bool more = n > rows && rows > 1;
    rows -= more ? 1 : 0; /* the last line says what part it is */
    /* The list's rows are the possible first ones, so that it never scrolls past the end. */
    listbox_set_count(&page->scroll, n > rows ? n - rows + 1 : 1);
    listbox_set_page(&page->scroll, rows);
    size_t first = page->scroll.cursor;
    struct canvas body = canvas_part(canvas, 0, 0, (int)rows, canvas->cols);
    int y = -(int)first;
    for (size_t i = 0, next; i < page->n && y < body.rows; i = next) {
        next = i + lines_together(page, i);
        y += draw_lines(page, i, next - i, &body, y);
    }
    if (more) {
        draw_position(page, rows, n, canvas);
    }
}

bool page_act(struct page *page, enum action action)
{
    if (page->scroll.page == 0) {
        listbox_set_count(&page->scroll, page->n); /* a key came before the first frame */
    }
    return listbox_act(&page->scroll, action);
}

bool page_find(struct page *page, const char *text, bool forward)
{
    size_t at = 0;
    while (at + 1 < page->n && page->lines[at + 1].row <= page->scroll.cursor) {
        at++;
    }
    for (size_t step = 1; step <= page->n; step++) {
        size_t i = forward ? (at + step) % page->n : (at + page->n - step) % page->n;
        if (text_contains(page->lines[i].text, text) ||
            text_contains(page->lines[i].key, text)) {
            listbox_go(&page->scroll, page->lines[i].row);
            return true;
        }
    }
    return false;
}

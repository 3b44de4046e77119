#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { LINE_MAX_BYTES = 1024 };

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
        free(page->lines);
        free(page);
    }
}

static void add(struct page *page, const char *key, enum role role, const char *format,
                va_list args)
{
    char text[LINE_MAX_BYTES];
    int length = vsnprintf(text, sizeof text, format, args);
    char *copy = length < 0 ? NULL : mem_text(text, strlen(text), NULL);
    if (copy == NULL || !mem_grow(&page->lines, &page->capacity, page->n + 1,
                                  sizeof *page->lines, "a page", NULL)) {
        free(copy);
        return;
    }
    struct page_line *line = &page->lines[page->n++];
    *line = (struct page_line){.role = role, .text = copy};
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

void page_draw(struct page *page, struct canvas *canvas)
{
    size_t rows = (size_t)canvas->rows;
    /* The list's rows are the possible first lines, so that it never scrolls past the end. */
    list_set_count(&page->scroll, page->n > rows ? page->n - rows + 1 : 1);
    list_set_page(&page->scroll, rows);
    size_t first = page->scroll.cursor;
    for (size_t i = first; i < page->n && i - first < rows; i++) {
        const struct page_line *line = &page->lines[i];
        int x = 1;
        if (line->key[0] != '\0') {
            canvas_text(canvas, (int)(i - first), x, ROLE_KEY, line->key);
            x += page->key_width + 2;
        }
        canvas_text(canvas, (int)(i - first), x, line->role, line->text);
    }
    if (page->n > rows && rows > 0) {
        char where[48];
        int width = snprintf(where, sizeof where, " %zu-%zu of %zu ", first + 1,
                             first + rows < page->n ? first + rows : page->n, page->n);
        canvas_text(canvas, canvas->rows - 1, canvas->cols - width, ROLE_DIM, where);
    }
}

bool page_act(struct page *page, enum action action)
{
    return list_act(&page->scroll, action);
}

bool page_find(struct page *page, const char *text, bool forward)
{
    size_t at = page->scroll.cursor;
    for (size_t step = 1; step < page->n; step++) {
        size_t i = forward ? (at + step) % page->n : (at + page->n - step) % page->n;
        if (text_contains(page->lines[i].text, text) ||
            text_contains(page->lines[i].key, text)) {
            list_go(&page->scroll, i);
            return true;
        }
    }
    return false;
}

#include "pages/page_table.h"

#include <string.h>

enum { CELLS = 16, GAP = 2, CELL_BYTES = 512 };

struct cells {
    size_t n;
    char text[CELLS][CELL_BYTES];
};

/* What is beyond the last cell there is room for is left out. */
static void split(struct cells *cells, const char *text)
{
    for (cells->n = 0; cells->n < CELLS;) {
        size_t length = strcspn(text, PAGE_CELL);
        text_safe(cells->text[cells->n++], CELL_BYTES, text, length, false);
        if (text[length] == '\0') {
            return;
        }
        text += length + 1;
    }
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

struct layout {
    int width[CELLS], total;
    bool words[CELLS]; /* a column of words stands on the left, one of numbers on the right */
};

static bool is_number(const char *text)
{
    return text[strspn(text, "-#.")] == '\0' || strcspn(text, "0123456789") < 3;
}

static void measure(const struct page_line *lines, size_t n, struct layout *layout)
{
    struct cells cells;
    memset(layout, 0, sizeof *layout);
    layout->words[0] = true;
    for (size_t i = 0; i < n; i++) {
        split(&cells, lines[i].text);
        for (size_t c = 0; c < cells.n; c++) {
            layout->width[c] = larger(layout->width[c], (int)text_width(cells.text[c]));
            layout->words[c] |= i > 0 && !is_number(cells.text[c]);
        }
    }
    for (size_t c = 0; c < CELLS; c++) {
        layout->total += layout->width[c] > 0 ? layout->width[c] + GAP : 0;
    }
}

static void draw_columns(const struct page_line *lines, size_t n, const struct layout *layout,
                         struct canvas *canvas, int y)
{
    struct cells cells;
    for (size_t i = 0; i < n; i++) {
        int x = 1;
        split(&cells, lines[i].text);
        for (size_t c = 0; c < cells.n; c++) {
            canvas_field(canvas, y + (int)i, x, layout->width[c],
                         layout->words[c] ? TEXT_LEFT : TEXT_RIGHT,
                         i == 0 ? ROLE_DIM : ROLE_TEXT, cells.text[c]);
            x += layout->width[c] + GAP;
        }
    }
}

/* One row as text that flows: an item is not broken unless it is wider than the canvas. */
static int draw_record(const struct cells *head, const struct cells *cells,
                       struct canvas *canvas, int y)
{
    const int left = 3;
    int after = canvas_printf(canvas, y, 1, ROLE_DIM, "%s ", head->text[0]);
    canvas_text(canvas, y, after, ROLE_STRONG, cells->text[0]);
    int rows = 1, x = left;
    for (size_t c = 1; c < cells->n; c++) {
        const char *heading = c < head->n ? head->text[c] : "";
        int key = (int)text_width(heading), width = key + 1 + (int)text_width(cells->text[c]);
        if (x > left && x + width > canvas->cols - 1) {
            rows++;
            x = left;
        }
        canvas_text(canvas, y + rows, x, ROLE_DIM, heading);
        if (width > canvas->cols - 1 - left) {
            rows +=
                1 + canvas_wrapped(canvas, y + rows + 1, left + 2, ROLE_TEXT, cells->text[c]);
            x = left;
            continue;
        }
        canvas_text(canvas, y + rows, x + key + 1, ROLE_TEXT, cells->text[c]);
        x += width + GAP + 1;
    }
    return x > left ? rows + 1 : rows;
}

int page_table_draw(const struct page_line *lines, size_t n, struct canvas *canvas, int y)
{
    struct layout layout;
    measure(lines, n, &layout);
    if (layout.total <= canvas->cols) {
        draw_columns(lines, n, &layout, canvas, y);
        return (int)n;
    }
    struct cells head, cells;
    split(&head, lines[0].text);
    int rows = 0;
    for (size_t i = 1; i < n; i++) {
        split(&cells, lines[i].text);
        rows += draw_record(&head, &cells, canvas, y + rows);
    }
    return rows;
}

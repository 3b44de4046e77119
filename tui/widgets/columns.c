#include "widgets/columns.h"

#include <stdio.h>

size_t columns_add(struct columns *columns, struct column column)
{
    if (columns->n == COLUMNS_MAX) {
        columns->n--;
    }
    columns->column[columns->n] = column;
    columns->sort[columns->n] = NULL;
    return columns->n++;
}

/* Cells that the columns still shown need, spaces between them included. */
static int needed(const struct columns *columns)
{
    int cells = 0;
    for (size_t i = 0; i < columns->n; i++) {
        if (columns->width[i] > 0) {
            cells += columns->width[i] + (cells > 0 ? 1 : 0);
        }
    }
    return cells;
}

/* The column to drop next; n when only those that are never dropped are left. */
static size_t least_important(const struct columns *columns)
{
    size_t worst = columns->n;
    for (size_t i = 0; i < columns->n; i++) {
        bool droppable = columns->width[i] > 0 && columns->column[i].priority > 0;
        if (droppable && (worst == columns->n ||
                          columns->column[i].priority >= columns->column[worst].priority)) {
            worst = i;
        }
    }
    return worst;
}

/* Gives `spare` cells, one at a time in turn, to the columns that can use them. */
static void grow(struct columns *columns, int spare)
{
    bool given = true;
    while (spare > 0 && given) {
        given = false;
        for (size_t i = 0; i < columns->n && spare > 0; i++) {
            if (columns->width[i] > 0 && columns->width[i] < columns->column[i].most) {
                columns->width[i]++;
                spare--;
                given = true;
            }
        }
    }
}

static void place(struct columns *columns)
{
    int x = 0;
    for (size_t i = 0; i < columns->n; i++) {
        columns->x[i] = x;
        x += columns->width[i] > 0 ? columns->width[i] + 1 : 0;
    }
}

void columns_place(struct columns *columns, int cols)
{
    for (size_t i = 0; i < columns->n; i++) {
        columns->width[i] = columns->column[i].least;
    }
    while (needed(columns) > cols) {
        size_t dropped = least_important(columns);
        if (dropped == columns->n) {
            break;
        }
        columns->width[dropped] = 0;
    }
    grow(columns, cols - needed(columns));
    place(columns);
}

/* Narrows the widest of those that may be, one cell at a time. */
static void narrow(struct columns *columns, int cols)
{
    for (int over = needed(columns) - cols; over > 0; over--) {
        size_t widest = columns->n;
        for (size_t i = 0; i < columns->n; i++) {
            if (columns->width[i] > columns->column[i].least &&
                (widest == columns->n || columns->width[i] > columns->width[widest])) {
                widest = i;
            }
        }
        if (widest == columns->n) {
            return;
        }
        columns->width[widest]--;
    }
}

/* Cells of the frozen columns and those from `from` on. */
static int cells_from(const struct columns *columns, size_t frozen, size_t from)
{
    int cells = 0;
    for (size_t i = 0; i < columns->n; i++) {
        if (i < frozen || i >= from) {
            cells += columns->width[i] + (cells > 0 ? 1 : 0);
        }
    }
    return cells;
}

/* Hides what is scrolled out; the first scrolled column is always shown, clipped if need be. */
static void hide(struct columns *columns, int cols, size_t frozen, size_t from)
{
    int x = 0;
    columns->more_left = from > frozen;
    columns->more_right = false;
    for (size_t i = 0; i < columns->n; i++) {
        int room = cols - x, width = columns->width[i];
        if (i >= frozen && i < from) {
            columns->width[i] = 0;
            continue;
        }
        if (width > room || columns->more_right) {
            bool clip = !columns->more_right && (i <= from) && room > 0;
            columns->more_right = columns->more_right || !clip || i + 1 < columns->n;
            columns->width[i] = clip ? room : 0;
        }
        x += columns->width[i] > 0 ? columns->width[i] + 1 : 0;
    }
}

void columns_sortable(struct columns *columns, size_t column, const char *name)
{
    if (column < columns->n) {
        columns->sort[column] = name;
    }
}

void columns_fit(struct columns *columns, int cols, size_t frozen, size_t *hidden)
{
    for (size_t i = 0; i < columns->n; i++) {
        columns->width[i] = columns->column[i].most;
    }
    narrow(columns, cols);
    size_t last = frozen;
    while (last + 1 < columns->n && cells_from(columns, frozen, last) > cols) {
        last++;
    }
    *hidden = *hidden < last - frozen ? *hidden : last - frozen;
    hide(columns, cols, frozen, frozen + *hidden);
    grow(columns, cols - needed(columns));
    place(columns);
}

void columns_header(const struct columns *columns, struct canvas *canvas, int y, size_t sorted,
                    bool falling)
{
    for (size_t i = 0; i < columns->n; i++) {
        char title[64];
        const struct glyphs *glyphs = canvas->glyphs;
        const char *mark = i != sorted ? "" : falling ? glyphs->down : glyphs->up;
        snprintf(title, sizeof title, "%s%s", mark, columns->column[i].title);
        columns_field(columns, canvas, y, i, i == sorted ? ROLE_STRONG : ROLE_DIM, title);
        if (columns->sort[i] != NULL) {
            click_region_action(canvas, y, columns->x[i], columns->width[i],
                                i == sorted ? ACTION_SORT_REVERSE : ACTION_SORT,
                                i == sorted ? "" : columns->sort[i]);
        }
    }
}

void columns_field(const struct columns *columns, struct canvas *canvas, int y, size_t column,
                   enum role role, const char *text)
{
    if (columns->width[column] > 0) {
        canvas_field(canvas, y, columns->x[column], columns->width[column],
                     columns->column[column].align, role, text);
    }
}

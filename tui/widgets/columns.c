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
    int x = 0;
    for (size_t i = 0; i < columns->n; i++) {
        columns->x[i] = x;
        x += columns->width[i] > 0 ? columns->width[i] + 1 : 0;
    }
}

void columns_sortable(struct columns *columns, size_t column, const char *name)
{
    if (column < columns->n) {
        columns->sort[column] = name;
    }
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
            zone_action(canvas, y, columns->x[i], columns->width[i],
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

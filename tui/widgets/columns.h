/* columns: which columns of a table fit on the screen, where, and how wide.
 *
 * Each column has a least width and a priority. When the screen is too narrow for all, the
 * column with the highest priority number goes first; what is left over goes to the columns
 * that grow.
 */
#ifndef ODDHOURS_TUI_WIDGETS_COLUMNS_H
#define ODDHOURS_TUI_WIDGETS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "terminal/canvas.h"

enum { COLUMNS_MAX = 96 };

struct column {
    const char *title;
    int least;    /* cells it needs */
    int most;     /* cells it can use; not more than `least`: it does not grow */
    int priority; /* 0 is never dropped; among equals the last goes first */
    enum text_align align;
};

struct columns {
    size_t n;
    struct column column[COLUMNS_MAX];
    const char *sort[COLUMNS_MAX]; /* what `sort` calls it (borrowed); NULL: not sorted by it */
    /* Set by columns_place(). */
    int x[COLUMNS_MAX];
    int width[COLUMNS_MAX]; /* 0: dropped */
    /* Set by columns_fit(). */
    bool more_left, more_right; /* there are columns on that side */
};

/* Adds a column and returns its index; beyond COLUMNS_MAX the last one is replaced. */
size_t columns_add(struct columns *columns, struct column column);

/* Lays out for a screen of `cols` cells; one space stands between columns. */
void columns_place(struct columns *columns, int cols);

/* A click on this column's title sorts by it, and reverses when it is sorted so already. */
void columns_sortable(struct columns *columns, size_t column, const char *name);

/* Lays out without dropping any: each column is `most` cells wide, what its content needs; when
 * that is too much the widest are narrowed, down to `least`; and when that is still too much
 * the first `frozen` columns stay and the others are scrolled: `*hidden` of them (clamped) are
 * out on the left. */
void columns_fit(struct columns *columns, int cols, size_t frozen, size_t *hidden);

/* Draws the titles. `sorted` is the index of the column with a sort mark (n for none), pointing
 * down for falling order. */
void columns_header(const struct columns *columns, struct canvas *canvas, int y, size_t sorted,
                    bool falling);

/* Draws one field; nothing when the column is dropped. */
void columns_field(const struct columns *columns, struct canvas *canvas, int y, size_t column,
                   enum role role, const char *text);

#endif

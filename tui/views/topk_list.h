/* topk_list: the lines of the Top-K view: which columns, and what stands in them. */
#ifndef ODDHOURS_TUI_VIEWS_TOPK_LIST_H
#define ODDHOURS_TUI_VIEWS_TOPK_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "app.h"
#include "canvas.h"
#include "row_list.h"
#include "widgets/list.h"

/* What the list is sorted by, in the order that `s` walks through; TOPK_FEATURE + i is the
 * feature i. */
enum topk_sort { TOPK_RANK, TOPK_TIME, TOPK_USER, TOPK_COPIES, TOPK_FEATURE };

struct topk_look {
    const struct row_list *rows;
    size_t sort;
    bool falling;
};

/* Draws a header and as many rows as fit; scrolls `list` to its cursor. */
void topk_list_draw(const struct topk_look *look, const struct app *app, struct list *list,
                    struct canvas *canvas);

#endif

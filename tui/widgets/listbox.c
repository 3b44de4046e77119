#include "widgets/listbox.h"

static void scroll_to_cursor(struct listbox *list)
{
    size_t page = list->page;
    if (page == 0) {
        return; /* not drawn yet */
    }
    if (list->cursor < list->top) {
        list->top = list->cursor;
    } else if (list->cursor - list->top >= page) {
        list->top = list->cursor - page + 1;
    }
    /* No empty lines below the last row while there are rows above. */
    size_t last_top = list->n > page ? list->n - page : 0;
    if (list->top > last_top) {
        list->top = last_top;
    }
}

void listbox_set_count(struct listbox *list, size_t n)
{
    list->n = n;
    listbox_go(list, list->cursor);
}

void listbox_set_page(struct listbox *list, size_t page)
{
    list->page = page;
    scroll_to_cursor(list);
}

void listbox_show(struct listbox *list, struct canvas *canvas, int y, int rows)
{
    rows = rows > 0 ? rows : 0;
    listbox_set_page(list, (size_t)rows);
    if (list->n > 0) {
        size_t used = list->n - list->top;
        click_region_list(canvas, y, rows, used < (size_t)rows ? (int)used : rows,
                          (int)(list->cursor - list->top));
    }
}

void listbox_go(struct listbox *list, size_t row)
{
    list->cursor = list->n == 0 ? 0 : row < list->n ? row : list->n - 1;
    scroll_to_cursor(list);
}

void listbox_move(struct listbox *list, long rows)
{
    size_t distance = rows < 0 ? (size_t)0 - (size_t)rows : (size_t)rows;
    if (rows < 0) {
        listbox_go(list, distance < list->cursor ? list->cursor - distance : 0);
    } else {
        listbox_go(list, distance < list->n ? list->cursor + distance : list->n);
    }
}

/* A page keeps one row in common, so that the eye keeps its place; top and cursor move alike.
 */
static void turn(struct listbox *list, long rows)
{
    size_t offset = list->cursor - list->top;
    listbox_move(list, rows);
    if (list->cursor >= offset) {
        list->top = list->cursor - offset;
    }
    scroll_to_cursor(list);
}

bool listbox_act(struct listbox *list, enum action action)
{
    long page = list->page > 1 ? (long)list->page - 1 : 1;
    long half = list->page > 1 ? (long)list->page / 2 : 1;
    switch ((int)action) {
    case ACTION_UP: listbox_move(list, -1); return true;
    case ACTION_DOWN: listbox_move(list, 1); return true;
    case ACTION_FIRST: listbox_go(list, 0); return true;
    case ACTION_LAST: listbox_go(list, list->n); return true;
    case ACTION_PAGE_UP: turn(list, -page); return true;
    case ACTION_PAGE_DOWN: turn(list, page); return true;
    case ACTION_HALF_UP: turn(list, -half); return true;
    case ACTION_HALF_DOWN: turn(list, half); return true;
    default: return false;
    }
}

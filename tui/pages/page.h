/* page: a text of several lines that is shown and scrolled: help, the run card, an explanation.
 */
#ifndef ODDHOURS_TUI_PAGE_H
#define ODDHOURS_TUI_PAGE_H

#include "terminal/canvas.h"
#include "widgets/listbox.h"

struct app;
struct sheet;
struct status;

enum { PAGE_KEY = 24 };

struct page_line {
    enum role role;
    char key[PAGE_KEY]; /* a left column of its own; "" for a line of text only */
    char *text;
    bool table; /* a row of a table, cells parted by PAGE_CELL (page_table.h) */
    size_t row; /* of its beginning, as it was drawn last: long lines take several */
};

struct page {
    char title[80];
    struct page_line *lines;
    size_t n, capacity;
    struct listbox scroll; /* its cursor is the first line shown */
    int key_width;         /* cells of the left column */
    /* Where it is a list: how many lines with a key there are, those left out included, so that
     * the position is counted in them; else 0, and it is counted in rows of the screen. */
    size_t total;
    /* It is of a user-hour, which can be judged on it. */
    bool of_row;
    size_t row;
    /* What can be written of it to a file, made from `kept`: as view_ops.sheet; or NULL. */
    struct sheet *(*sheet)(const struct page *page, const struct app *app, char *name,
                           size_t size, struct status *status);
    void *kept; /* freed with the page by free_kept */
    void (*free_kept)(void *kept);
};

/* An empty page; NULL when memory is out. A page is freed with page_free(). */
struct page *page_new(const char *title);
void page_free(struct page *page);
void page_clear(struct page *page); /* removes all lines, keeps the position */

/* Adds a line. Memory running out only shortens the page. */
void page_add(struct page *page, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a line with something in the left column: a key, a name. */
void page_pair(struct page *page, const char *key, enum role role, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a row of a table; rows that follow one another are one table, the first is its head. */
void page_row(struct page *page, const char *cells);

/* Draws as much as fits, and what part that is. */
void page_draw(struct page *page, struct canvas *canvas);

/* Scrolls; false when the action is no move. */
bool page_act(struct page *page, enum action action);

/* Scrolls to the next line with `text`, forward or backward; false when there is none. */
bool page_find(struct page *page, const char *text, bool forward);

#endif

/* topk_view: the state of the Top-K view, for the files that make it up (topk*.c). */
#ifndef ODDHOURS_TUI_VIEWS_TOPK_VIEW_H
#define ODDHOURS_TUI_VIEWS_TOPK_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "lists/lanes.h"
#include "lists/row_cells.h"
#include "lists/row_columns.h"
#include "lists/row_list.h"
#include "review/precision.h"
#include "widgets/listbox.h"

struct topk_view {
    struct row_list rows;
    struct listbox list; /* of lines: rows, or what they are folded into */
    struct row_columns columns;
    char columns_text[FILTER_TEXT]; /* that `columns` was read from */
    struct lanes lanes; /* of the accounts that the list begins with */
    bool no_lanes;      /* they are not wanted */
    struct row_column sort;
    bool reversed;
    bool detail;   /* whether the pane is wanted */
    bool squeezed; /* the screen has no room for list and pane, as it was drawn last */
    bool alone;    /* then the pane instead of the list */
    bool fold;
    bool by_episode; /* as it was drawn last */

    const void *weighing; /* the query after Precision@K that is on its way, or NULL */
    bool judged;          /* `precision` is known, and something is decided */
    struct precision precision;

    size_t target;       /* the row to go to when the list comes; SIZE_MAX: none */
    bool reveal;         /* unfolded, if need be */
    bool filtered;       /* a new filter's: the first row when that row is not among them */
    const void *finding; /* queries on their way, or NULL */
    struct row_list old; /* of a former run: `finding` still looks at it */
    const void *checking;
    size_t checked; /* the row that `checking` asks about */

    /* Of the screen. */
    size_t hidden;            /* columns scrolled out on the left */
    int widest[COLUMNS_MAX];  /* cells of each column's widest text so far */
    struct row_columns shown; /* that `widest` is of */
    struct row_cell *cells;   /* of the lines on screen */
    size_t cells_capacity;
};

/* topk_rows.c */

/* Lines of the list: rows, or groups of them. */
size_t topk_lines(const struct topk_view *view);

/* The row under the cursor becomes that of the session. */
void topk_select(struct topk_view *view, struct app *app);

/* The list has come: the cursor goes where it is wanted. */
void topk_arrive(struct topk_view *view, struct app *app);

/* What a line shows. `line` is below view->list.n. */
struct row_line topk_line(const struct topk_view *view, size_t line);

/* The rows of the episode that a line is of as a whole, by time, and how many; NULL: it is a
 * row's. */
const uint32_t *topk_whole(const struct topk_view *view, size_t line, size_t *n);

/* The row under the cursor; SIZE_MAX: none. */
size_t topk_row(const struct topk_view *view);

/* Reads the columns that the session wants, if they are others. False, with a sentence, when
 * the table does not have them: the default stands for them. */
bool topk_columns(struct topk_view *view, const struct session *session, char *problem,
                  size_t size);

/* Asks for the list that is wanted now. When it is there the cursor goes to the first line, or
 * to view->target, or to the row that it is on now. */
enum topk_cursor { TOPK_CURSOR_FIRST, TOPK_CURSOR_STAYS };
void topk_show_list(struct topk_view *view, struct app *app, enum topk_cursor cursor);

/* To a row of the list, or to the folded line that stands for it (unfolded, with `unfold`,
 * unless the row is the one it shows). False when it is not in the list. */
bool topk_go(struct topk_view *view, struct app *app, size_t row, bool unfold);

/* topk_precision.c: Precision@K of the list in view. */
void topk_precision_ask(struct topk_view *view, struct app *app);
bool topk_precision_answer(struct topk_view *view, struct query *query);
void topk_precision_draw(const struct topk_view *view, struct canvas *canvas, int x);

/* topk_jump.c: to a rank, to a row; what is not in the list is said. */
void topk_jump_rank(struct topk_view *view, struct app *app, const char *text);
void topk_jump_row(struct topk_view *view, struct app *app, const char *text);

/* The answer of one of its queries; false when it is another's. */
bool topk_jump_answer(struct topk_view *view, struct app *app, struct query *query);

/* topk_list.c: the lines, and the one above them that says what they are. */
void topk_draw_head(const struct topk_view *view, const struct session *session,
                    struct canvas *canvas);
void topk_draw_list(struct topk_view *view, const struct app *app, struct canvas *canvas);

/* topk_sort.c */
void topk_sort_next(struct topk_view *view, struct app *app);
void topk_sort_by(struct topk_view *view, struct app *app, const char *name);

/* What the list that is shown is sorted by. */
struct row_column topk_sort_column(const struct topk_view *view, const struct session *session);

/* The column of `shown` that the list is sorted by; shown->n when it is not among them. */
size_t topk_sorted_column(const struct topk_view *view, const struct session *session,
                          const struct row_columns *shown);

/* "dst_hosts, largest first", as the list is sorted; "" by the rank of the detector in view. */
void topk_sort_words(const struct topk_view *view, const struct session *session, char *text,
                     size_t size);

#endif

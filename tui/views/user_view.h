/* user_view: the state of the User view, and the parts it is drawn of. */
#ifndef ODDHOURS_TUI_VIEWS_USER_VIEW_H
#define ODDHOURS_TUI_VIEWS_USER_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/app.h"
#include "terminal/canvas.h"
#include "views/user_rows.h"
#include "widgets/listbox.h"

/* What the list is sorted by; from USER_SORT_FEATURE on: that feature. */
enum { USER_SORT_WORST, USER_SORT_TIME, USER_SORT_FEATURE };

struct user_view {
    struct user_rows rows;
    bool ready;        /* rows are of the selected user */
    const void *asked; /* the query on its way */
    struct user_quantity quantity;
    bool quantity_follows; /* the detector in view */
    size_t sort;
    bool reversed;
    struct listbox list;
    bool detail; /* the lower pane shows one hour instead of the list */
    bool other;  /* than usual: timelines in the lane's place, or not beside it */
    char problem[160];
};

/* Whether there is a user to show. */
bool user_can_show(const struct session *session);

/* Asks for the hours of the selected user anew. */
void user_ask(struct user_view *view, struct app *app);

void user_draw(void *state, const struct app *app, struct canvas *canvas);

/* -- user_move.c: the cursor; the list must not be empty */

uint32_t user_row_at_cursor(const struct user_view *view);
void user_go_to_row(struct user_view *view, size_t row); /* if it is one of this user's */

/* The next or previous hour, or day, in time, whatever the order of the list. */
void user_step_hour(struct user_view *view, struct app *app, bool forward);
void user_step_day(struct user_view *view, struct app *app, bool forward);

/* To the next, or previous, hour without a verdict of one's own. */
void user_seek_open(struct user_view *view, struct app *app, bool forward);

/* -- user_choose.c */

/* `heat NAME`, or the next: the detector in view, then each feature. */
void user_choose_quantity(struct user_view *view, struct app *app, const char *name);

/* `sort NAME`, or the next order. */
void user_sort_by(struct user_view *view, struct app *app, const char *name);

/* `user NAME`: that user, or the first whose name begins so, or has it in it. What view_ops.act
 * returns. */
unsigned user_choose(struct app *app, const char *name);

/* -- the parts it is drawn of */

/* What the lane shows: a feature's name, or a detector's title. */
const char *user_view_quantity(const struct user_view *view, const struct session *session);

/* Who it is, first and last seen, how many are flagged, totals: one line, or two when
 * canvas->rows allows. */
void user_head_draw(const struct user_view *view, const struct app *app, struct canvas *canvas);

/* Lines that lane and timelines take of `room`; 0: they do not fit. */
int user_lane_rows(const struct user_rows *rows, int room);

/* The heat lane of days by hours, the timelines in its place, or both side by side; below them
 * the days. */
void user_lane_draw(const struct user_view *view, const struct app *app, struct canvas *canvas);

/* Whether timelines are shown on a screen of `cols` cells, beside the lane or not. */
bool user_lane_timelines(const struct user_view *view, int cols);

/* A timeline a feature: its largest value in each day, `days_a_cell` of them in a cell, and at
 * the right edge the largest of all. The last line is left free. */
void user_days_draw(const struct user_view *view, const struct app *app, size_t days_a_cell,
                    struct canvas *canvas);

/* Cells left of the timelines' first day, and right of the last. */
enum { USER_DAYS_LABEL = 14, USER_DAYS_RIGHT = 8 };

/* The list of hours. */
void user_list_draw(struct user_view *view, const struct app *app, struct canvas *canvas);

#endif

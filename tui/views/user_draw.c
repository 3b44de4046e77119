/* The User view on the screen: its head, the lane, and the list or one hour. */
#include <stdio.h>

#include "lists/detail.h"
#include "views/user_view.h"

enum { LEAST_LIST = 4, BEST_LIST = 9, HEAD_ROWS = 2, LOW_ROWS = 12 };

const char *user_view_quantity(const struct user_view *view, const struct session *session)
{
    const struct run *run = session->run;
    return view->quantity.feature ? run->table->feature_names[view->quantity.index]
                                  : run->results[view->quantity.index].title;
}

static bool say_why_not(const struct user_view *view, const struct session *session,
                        struct canvas *canvas)
{
    const char *text = NULL;
    if (!session->has_table) {
        text = "the table is not there yet";
    } else if (session->run->table->row_user == NULL) {
        text = "this table has no src_user column: no user to show";
    } else if (!session->selected.has_user) {
        text = "no user is selected: :users lists all, :user NAME finds one";
    } else if (view->problem[0] != '\0') {
        text = view->problem;
    }
    if (text != NULL) {
        canvas_wrapped(canvas, 0, 1, ROLE_DIM, text);
    }
    return text != NULL;
}

static int draw_above(const struct user_view *view, const struct app *app, int y,
                      struct canvas *canvas)
{
    int wanted = view->detail ? detail_rows(app) : BEST_LIST;
    int rows = user_lane_rows(&view->rows, canvas->rows - y - wanted - 1);
    if (rows == 0) {
        rows = user_lane_rows(&view->rows, canvas->rows - y - LEAST_LIST - 1);
    }
    if (rows == 0 && view->rows.days > 0 && !view->detail &&
        user_lane_timelines(view, canvas->cols)) {
        struct canvas rest = canvas_part(canvas, y, 0, canvas->rows - y, canvas->cols);
        user_lane_draw(view, app, &rest); /* no room for both: instead of the list */
        return canvas->rows;
    }
    if (rows == 0) {
        return y;
    }
    struct canvas part = canvas_part(canvas, y, 0, rows, canvas->cols);
    char title[200];
    user_lane_draw(view, app, &part);
    snprintf(title, sizeof title, "heat: %s%s", user_view_quantity(view, app_session(app)),
             user_lane_timelines(view, canvas->cols) ? "; each timeline to its own maximum"
                                                     : "");
    canvas_rule(canvas, y + rows, title);
    return y + rows + 1;
}

void user_draw(void *state, const struct app *app, struct canvas *canvas)
{
    struct user_view *view = state;
    const struct session *session = app_session(app);
    if (say_why_not(view, session, canvas)) {
        return;
    }
    int y = canvas->rows < LOW_ROWS ? 1 : HEAD_ROWS;
    struct canvas head = canvas_part(canvas, 0, 0, y, canvas->cols);
    user_head_draw(view, app, &head);
    if (!view->ready) {
        canvas_text(canvas, 1, 1, ROLE_DIM, "looking for the hours of this user");
        return;
    }
    y = draw_above(view, app, y, canvas);
    struct canvas part = canvas_part(canvas, y, 0, canvas->rows - y, canvas->cols);
    if (view->detail && session->selected.has_row) {
        detail_draw(app, session->selected.row, &part);
    } else {
        user_list_draw(view, app, &part);
    }
}

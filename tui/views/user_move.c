/* Where the cursor goes among the hours of a user. */
#include "reviewing/reviewing.h"
#include "views/user_view.h"

uint32_t user_row_at_cursor(const struct user_view *view)
{
    return view->rows.in_order[view->list.cursor];
}

void user_go_to_row(struct user_view *view, size_t row)
{
    for (size_t i = 0; i < view->rows.n; i++) {
        if (view->rows.in_order[i] == row) {
            listbox_go(&view->list, i);
            return;
        }
    }
}

void user_step_hour(struct user_view *view, struct app *app, bool forward)
{
    size_t i = user_rows_position(&view->rows, user_row_at_cursor(view));
    if (forward ? i + 1 >= view->rows.n : i == 0) {
        app_say(app, LOG_NOTE, forward ? "this is the user's last hour" : "this is the first");
        return;
    }
    user_go_to_row(view, view->rows.by_time[forward ? i + 1 : i - 1]);
}

void user_step_day(struct user_view *view, struct app *app, bool forward)
{
    size_t i = user_rows_position(&view->rows, user_row_at_cursor(view));
    i = user_rows_day(&view->rows, app_session(app)->run->table, i, forward ? 1 : -1);
    if (i == SIZE_MAX) {
        app_say(app, LOG_NOTE, forward ? "this is the user's last day" : "this is the first");
        return;
    }
    user_go_to_row(view, view->rows.by_time[i]);
}

void user_seek_open(struct user_view *view, struct app *app, bool forward)
{
    size_t n = view->rows.n;
    for (size_t step = 1; step < n; step++) {
        size_t position = (view->list.cursor + (forward ? step : n - step)) % n;
        const struct verdict_row *own =
            session_own_verdict(app_session(app), view->rows.in_order[position]);
        if (own == NULL || own->verdict == VERDICT_NONE) {
            listbox_go(&view->list, position);
            return;
        }
    }
    app_say(app, LOG_NOTE, "all other hours of this user have a verdict");
}

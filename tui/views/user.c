/* User: all hours of one user: a heat lane of days by hours, a timeline a feature, the list of
 * hours, and one hour in full. */
#include "views/user_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reviewing/reviewing.h"
#include "lists/sheets.h"
#include "views/view.h"

bool user_can_show(const struct session *session)
{
    return session->has_table && session->run->table->row_user != NULL &&
           session->selected.has_user;
}

static struct row_order order_of(const struct user_view *view, const struct session *session)
{
    struct row_order order = {.key = ROW_KEY_ROW};
    size_t by = session->selected.result;
    if (view->sort == USER_SORT_WORST && session->has_result[by]) {
        order.key = ROW_KEY_SCORE;
        order.ranking = session->run->results[by].ranking;
        order.falling = !view->reversed;
    } else if (view->sort == USER_SORT_TIME && session->run->table->row_time != NULL) {
        order.key = ROW_KEY_TIME;
        order.falling = view->reversed;
    } else if (view->sort >= USER_SORT_FEATURE) {
        order.key = ROW_KEY_FEATURE;
        order.index = view->sort - USER_SORT_FEATURE;
        order.falling = !view->reversed;
    }
    return order;
}

void user_ask(struct user_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    if (!user_can_show(session)) {
        return;
    }
    size_t by = session->selected.result;
    bool scored = session->has_result[by];
    if (view->quantity_follows ||
        (!view->quantity.feature && !session->has_result[view->quantity.index])) {
        view->quantity = (struct user_quantity){.feature = !scored, .index = scored ? by : 0};
    }
    struct row_order order = order_of(view, session);
    struct user_query *query = user_query_new(app, session->selected.user, view->quantity,
                                              &order, scored ? by : SIZE_MAX);
    view->asked = query;
    if (query != NULL && !app_query(app, view, &query->query)) {
        view->asked = NULL;
    }
}

static void *open_user(struct app *app)
{
    struct user_view *view = mem_zero(1, sizeof *view, "the user view", NULL);
    if (view != NULL) {
        view->quantity_follows = true;
        user_ask(view, app);
    }
    return view;
}

static void close_user(void *state)
{
    struct user_view *view = state;
    user_rows_clear(&view->rows);
    free(view);
}

/* ---- actions ---- */

/* What moves the cursor; false when it is another action. */
static bool act_cursor(struct user_view *view, struct app *app, enum action action,
                       const char *argument)
{
    switch ((int)action) {
    case ACTION_LEFT:
    case ACTION_RIGHT: user_step_hour(view, app, action == ACTION_RIGHT); return true;
    case ACTION_DAY_PREVIOUS:
    case ACTION_DAY_NEXT: user_step_day(view, app, action == ACTION_DAY_NEXT); return true;
    case ACTION_UNREVIEWED_NEXT:
    case ACTION_UNREVIEWED_PREVIOUS:
        user_seek_open(view, app, action == ACTION_UNREVIEWED_NEXT);
        return true;
    default: break;
    }
    if (review_act_listed(app, action, argument, user_row_at_cursor(view), NULL, 0)) {
        if (review_verdict_of(action) != VERDICT_NONE) {
            listbox_move(&view->list, 1);
        }
        return true;
    }
    return listbox_act(&view->list, action);
}

static unsigned act_user(void *state, struct app *app, enum action action, const char *argument)
{
    struct user_view *view = state;
    if (action == ACTION_VIEW_USER) {
        return user_choose(app, argument);
    }
    if (!view->ready || view->rows.n == 0) {
        return REACT_PASS;
    }
    switch ((int)action) {
    case ACTION_OPEN:
        if (app_session(app)->run->log_index != NULL) {
            app_select_row(app, user_row_at_cursor(view));
            return REACT_PASS; /* the app shows the lines behind it */
        }
        view->detail = !view->detail;
        app_select_row(app, user_row_at_cursor(view));
        return REACT_DONE;
    case ACTION_PANE:
    case ACTION_PANE_BACK:
        view->detail = !view->detail;
        app_select_row(app, user_row_at_cursor(view));
        return REACT_DONE;
    case ACTION_TIMELINE: view->other = !view->other; return REACT_DONE;
    case ACTION_SORT: user_sort_by(view, app, argument); return REACT_DONE;
    case ACTION_SORT_REVERSE:
        view->reversed = !view->reversed;
        user_ask(view, app);
        return REACT_DONE;
    case ACTION_COLUMNS: user_choose_quantity(view, app, argument); return REACT_DONE;
    default: break;
    }
    uint32_t before = user_row_at_cursor(view);
    if (!act_cursor(view, app, action, argument)) {
        return REACT_PASS;
    }
    if (user_row_at_cursor(view) != before) {
        app_select_row(app, user_row_at_cursor(view));
    }
    return REACT_DONE;
}

static void changed_user(void *state, struct app *app, unsigned what)
{
    struct user_view *view = state;
    if ((what & (CHANGED_RUN | CHANGED_USER)) != 0) {
        view->ready = false;
        user_rows_clear(&view->rows);
        listbox_set_count(&view->list, 0);
    }
    if ((what & CHANGED_RUN) != 0) { /* other features, perhaps */
        view->quantity_follows = true;
        view->sort = USER_SORT_WORST;
    }
    if ((what & (CHANGED_RUN | CHANGED_USER | CHANGED_DETECTOR | CHANGED_RESULT)) != 0) {
        user_ask(view, app);
    } else if ((what & CHANGED_ROW) != 0 && view->ready) { /* another view has chosen it */
        user_go_to_row(view, app_session(app)->selected.row);
    }
}

static void answer_user(void *state, struct app *app, struct query *query)
{
    struct user_view *view = state;
    struct user_query *answer = (struct user_query *)query;
    const struct session *session = app_session(app);
    if (view->asked != query || query->status.code == STATUS_CANCELLED) {
        return;
    }
    view->asked = NULL;
    view->problem[0] = '\0';
    if (query->status.code != STATUS_OK) {
        snprintf(view->problem, sizeof view->problem, "%.159s", query->status.text);
        return;
    }
    user_rows_clear(&view->rows);
    view->rows = answer->rows;
    memset(&answer->rows, 0, sizeof answer->rows);
    view->ready = true;
    listbox_set_count(&view->list, view->rows.n);
    if (session->selected.has_row &&
        user_rows_position(&view->rows, (uint32_t)session->selected.row) != SIZE_MAX) {
        user_go_to_row(view, session->selected.row);
    } else if (view->rows.n > 0 &&
               app_shows(app, view)) { /* chosen by name: its first is looked at */
        listbox_go(&view->list, 0);
        app_select_row(app, user_row_at_cursor(view));
    }
}

static size_t row_user(const void *state, const struct app *app)
{
    const struct user_view *view = state;
    (void)app;
    return view->ready && view->rows.n > 0 ? user_row_at_cursor(view) : SIZE_MAX;
}

static void where_user(const void *state, const struct app *app, char *text, size_t size)
{
    const struct session *session = app_session(app);
    (void)state;
    text[0] = '\0';
    if (user_can_show(session)) {
        struct span name = dict_get(session->run->table->users, session->selected.user);
        snprintf(text, size, "%.*s", (int)(name.length < 200 ? name.length : 200), name.bytes);
    }
}

static struct sheet *sheet_user(void *state, const struct app *app, char *name, size_t size,
                                struct status *status)
{
    const struct user_view *view = state;
    const struct sheets_rows how = {.position = "place"};
    char user[160], safe[200], title[240];
    if (!view->ready || view->rows.n == 0) {
        return NULL;
    }
    where_user(view, app, user, sizeof user);
    sheets_name(safe, sizeof safe, user, strlen(user));
    snprintf(name, size, "user-%s", safe);
    snprintf(title, sizeof title, "Hours of %s", user);
    return sheets_list(app, title, view->rows.in_order, view->rows.n, &how, status);
}

static const enum action footer[] = {ACTION_OPEN,     ACTION_WHY,  ACTION_LINES,
                                     ACTION_DAY_NEXT, ACTION_HOUR, ACTION_TIMELINE,
                                     ACTION_COLUMNS,  ACTION_HELP, ACTION_NONE};

const struct view_ops view_user = {
    .action = ACTION_VIEW_USER,
    .title = "User",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED | CONTEXT_ROWS | CONTEXT_REVIEW,
    .footer = footer,
    .open = open_user,
    .close = close_user,
    .draw = user_draw,
    .act = act_user,
    .changed = changed_user,
    .answer = answer_user,
    .sheet = sheet_user,
    .row = row_user,
    .where = where_user,
};

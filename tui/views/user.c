#define _GNU_SOURCE
/* User: all hours of one user: a heat lane of days by hours, a timeline a feature, the list of
 * hours, and one hour in full. */
#include "views/user_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "review.h"
#include "views/detail.h"
#include "sheets.h"
#include "views/view.h"

enum { LEAST_LIST = 4, BEST_LIST = 9, HEAD_ROWS = 2, LOW_ROWS = 12 };

static bool can_show(const struct session *session)
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

static void ask(struct user_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    if (!can_show(session)) {
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
        ask(view, app);
    }
    return view;
}

static void close_user(void *state)
{
    struct user_view *view = state;
    user_rows_clear(&view->rows);
    free(view);
}

const char *user_view_quantity(const struct user_view *view, const struct session *session)
{
    const struct run *run = session->run;
    return view->quantity.feature ? run->table->feature_names[view->quantity.index]
                                  : run->results[view->quantity.index].title;
}

/* ---- drawing ---- */

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

static void draw_user(void *state, const struct app *app, struct canvas *canvas)
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

/* ---- moving ---- */

static uint32_t row_at_cursor(const struct user_view *view)
{
    return view->rows.in_order[view->list.cursor];
}

/* The cursor goes to a row, if it is one of this user's. */
static void go_to_row(struct user_view *view, size_t row)
{
    for (size_t i = 0; i < view->rows.n; i++) {
        if (view->rows.in_order[i] == row) {
            list_go(&view->list, i);
            return;
        }
    }
}

/* The next or previous hour in time, whatever the order of the list. */
static void step_hour(struct user_view *view, struct app *app, bool forward)
{
    size_t i = user_rows_place(&view->rows, row_at_cursor(view));
    if (forward ? i + 1 >= view->rows.n : i == 0) {
        app_say(app, LOG_NOTE, forward ? "this is the user's last hour" : "this is the first");
        return;
    }
    go_to_row(view, view->rows.by_time[forward ? i + 1 : i - 1]);
}

static void step_day(struct user_view *view, struct app *app, bool forward)
{
    size_t i = user_rows_place(&view->rows, row_at_cursor(view));
    i = user_rows_day(&view->rows, app_session(app)->run->table, i, forward ? 1 : -1);
    if (i == SIZE_MAX) {
        app_say(app, LOG_NOTE, forward ? "this is the user's last day" : "this is the first");
        return;
    }
    go_to_row(view, view->rows.by_time[i]);
}

/* To the next, or previous, hour without a verdict of one's own. */
static void seek_open(struct user_view *view, struct app *app, bool forward)
{
    size_t n = view->rows.n;
    for (size_t step = 1; step < n; step++) {
        size_t place = (view->list.cursor + (forward ? step : n - step)) % n;
        const struct verdict_row *own = review_own(app_review(app), view->rows.in_order[place]);
        if (own == NULL || own->verdict == VERDICT_NONE) {
            list_go(&view->list, place);
            return;
        }
    }
    app_say(app, LOG_NOTE, "all other hours of this user have a verdict");
}

/* ---- what is shown ---- */

/* The place of the feature of this name, or the first whose name begins so; SIZE_MAX: there is
 * none. */
static size_t find_feature(const struct table *table, const char *name)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < table->profiles.d; i++) {
        if (strcmp(table->feature_names[i], name) == 0) {
            return i;
        }
        if (found == SIZE_MAX && strncmp(table->feature_names[i], name, strlen(name)) == 0) {
            found = i;
        }
    }
    return found;
}

/* The score that is ready and has this name. */
static size_t find_result(const struct session *session, const char *name)
{
    for (size_t i = 0; i < session_results(); i++) {
        if (session->has_result[i] && strcmp(session->run->results[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* `heat NAME`, or the next: the detector in view, then each feature. */
static void choose_quantity(struct user_view *view, struct app *app, const char *name)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    size_t d = table->profiles.d;
    if (name[0] == '\0') {
        size_t next =
            view->quantity_follows || !view->quantity.feature ? 0 : view->quantity.index + 1;
        view->quantity_follows = next >= d;
        view->quantity = (struct user_quantity){.feature = true, .index = next % d};
    } else {
        size_t result = find_result(session, name);
        size_t feature = result == SIZE_MAX ? find_feature(table, name) : SIZE_MAX;
        if (result == SIZE_MAX && feature == SIZE_MAX) {
            app_say(app, LOG_ERROR, "there is no feature and no detector with scores '%s'",
                    name);
            return;
        }
        view->quantity_follows = false;
        view->quantity = (struct user_quantity){.feature = result == SIZE_MAX,
                                                .index = result == SIZE_MAX ? feature : result};
    }
    ask(view, app);
}

static void sort_by(struct user_view *view, struct app *app, const char *name)
{
    const struct table *table = app_session(app)->run->table;
    size_t feature;
    if (name[0] == '\0') {
        view->sort = (view->sort + 1) % (USER_SORT_FEATURE + table->profiles.d);
    } else if (strcmp(name, "rank") == 0 || strcmp(name, "worst") == 0) {
        view->sort = USER_SORT_WORST;
    } else if (strcmp(name, "time") == 0) {
        view->sort = USER_SORT_TIME;
    } else if ((feature = find_feature(table, name)) != SIZE_MAX) {
        view->sort = USER_SORT_FEATURE + feature;
    } else {
        app_say(app, LOG_ERROR, "sort by rank, time or a feature, not '%s'", name);
        return;
    }
    view->reversed = false;
    ask(view, app);
}

/* `user NAME`: that user, or the first whose name begins so, or has it in it. */
static unsigned choose_user(struct app *app, const char *name)
{
    const struct session *session = app_session(app);
    if (name[0] == '\0' || !session->has_table || session->run->table->users == NULL) {
        return REACT_PASS;
    }
    const struct dict *users = session->run->table->users;
    size_t n = dict_count(users), length = strlen(name);
    uint32_t exact = dict_find(users, name, length), begins = DICT_NONE, has = DICT_NONE;
    size_t n_begin = 0, n_have = 0;
    for (uint32_t id = 0; exact == DICT_NONE && id < n; id++) {
        struct span user = dict_get(users, id);
        if (user.length >= length && memcmp(user.bytes, name, length) == 0) {
            begins = n_begin++ == 0 ? id : begins;
        } else if (n_begin == 0 && memmem(user.bytes, user.length, name, length) != NULL) {
            has = n_have++ == 0 ? id : has;
        }
    }
    uint32_t found = exact != DICT_NONE ? exact : begins != DICT_NONE ? begins : has;
    if (found == DICT_NONE) {
        app_say(app, LOG_ERROR, "there is no user '%s'", name);
    } else {
        app_select_user(app, found);
        size_t fit = n_begin > 0 ? n_begin : n_have;
        if (fit > 1) {
            app_say(app, LOG_NOTE, "%s users %s '%.100s'%s; this is the first",
                    format_grouped(fit).text, n_begin > 0 ? "begin with" : "have", name,
                    n_begin > 0 ? "" : " in their names");
        }
    }
    return REACT_DONE;
}

/* ---- actions ---- */

/* What moves the cursor; false when it is another action. */
static bool act_cursor(struct user_view *view, struct app *app, enum action action,
                       const char *argument)
{
    switch ((int)action) {
    case ACTION_LEFT:
    case ACTION_RIGHT: step_hour(view, app, action == ACTION_RIGHT); return true;
    case ACTION_DAY_PREVIOUS:
    case ACTION_DAY_NEXT: step_day(view, app, action == ACTION_DAY_NEXT); return true;
    case ACTION_UNREVIEWED_NEXT:
    case ACTION_UNREVIEWED_PREVIOUS:
        seek_open(view, app, action == ACTION_UNREVIEWED_NEXT);
        return true;
    default: break;
    }
    if (review_act_listed(app, action, argument, row_at_cursor(view))) {
        if (review_verdict_of(action) != VERDICT_NONE) {
            list_move(&view->list, 1);
        }
        return true;
    }
    return list_act(&view->list, action);
}

static unsigned act_user(void *state, struct app *app, enum action action, const char *argument)
{
    struct user_view *view = state;
    if (action == ACTION_VIEW_USER) {
        return choose_user(app, argument);
    }
    if (!view->ready || view->rows.n == 0) {
        return REACT_PASS;
    }
    switch ((int)action) {
    case ACTION_OPEN:
        if (app_session(app)->run->log_index != NULL) {
            app_select_row(app, row_at_cursor(view));
            return REACT_PASS; /* the app shows the lines behind it */
        }
        view->detail = !view->detail;
        app_select_row(app, row_at_cursor(view));
        return REACT_DONE;
    case ACTION_PANE:
    case ACTION_PANE_BACK:
        view->detail = !view->detail;
        app_select_row(app, row_at_cursor(view));
        return REACT_DONE;
    case ACTION_TIMELINE: view->other = !view->other; return REACT_DONE;
    case ACTION_SORT: sort_by(view, app, argument); return REACT_DONE;
    case ACTION_SORT_REVERSE:
        view->reversed = !view->reversed;
        ask(view, app);
        return REACT_DONE;
    case ACTION_COLUMNS: choose_quantity(view, app, argument); return REACT_DONE;
    default: break;
    }
    uint32_t before = row_at_cursor(view);
    if (!act_cursor(view, app, action, argument)) {
        return REACT_PASS;
    }
    if (row_at_cursor(view) != before) {
        app_select_row(app, row_at_cursor(view));
    }
    return REACT_DONE;
}

static void changed_user(void *state, struct app *app, unsigned what)
{
    struct user_view *view = state;
    if ((what & (CHANGED_RUN | CHANGED_USER)) != 0) {
        view->ready = false;
        user_rows_clear(&view->rows);
        list_set_count(&view->list, 0);
    }
    if ((what & CHANGED_RUN) != 0) { /* other features, perhaps */
        view->quantity_follows = true;
        view->sort = USER_SORT_WORST;
    }
    if ((what & (CHANGED_RUN | CHANGED_USER | CHANGED_DETECTOR | CHANGED_RESULT)) != 0) {
        ask(view, app);
    } else if ((what & CHANGED_ROW) != 0 && view->ready) { /* another view has chosen it */
        go_to_row(view, app_session(app)->selected.row);
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
    list_set_count(&view->list, view->rows.n);
    if (session->selected.has_row &&
        user_rows_place(&view->rows, (uint32_t)session->selected.row) != SIZE_MAX) {
        go_to_row(view, session->selected.row);
    } else if (view->rows.n > 0 &&
               app_shows(app, view)) { /* chosen by name: its first is looked at */
        list_go(&view->list, 0);
        app_select_row(app, row_at_cursor(view));
    }
}

static size_t row_user(const void *state, const struct app *app)
{
    const struct user_view *view = state;
    (void)app;
    return view->ready && view->rows.n > 0 ? row_at_cursor(view) : SIZE_MAX;
}

static void where_user(const void *state, const struct app *app, char *text, size_t size)
{
    const struct session *session = app_session(app);
    (void)state;
    text[0] = '\0';
    if (can_show(session)) {
        struct span name = dict_get(session->run->table->users, session->selected.user);
        snprintf(text, size, "%.*s", (int)(name.length < 200 ? name.length : 200), name.bytes);
    }
}

static struct sheet *sheet_user(void *state, const struct app *app, char *name, size_t size,
                                struct status *status)
{
    const struct user_view *view = state;
    const struct sheets_rows how = {.place = "place"};
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

static const enum action footer[] = {ACTION_OPEN,     ACTION_LINES, ACTION_RIGHT,
                                     ACTION_DAY_NEXT, ACTION_HOUR,  ACTION_TIMELINE,
                                     ACTION_COLUMNS,  ACTION_HELP,  ACTION_NONE};

const struct view_ops view_user = {
    .action = ACTION_VIEW_USER,
    .title = "User",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED | CONTEXT_ROWS | CONTEXT_REVIEW,
    .footer = footer,
    .open = open_user,
    .close = close_user,
    .draw = draw_user,
    .act = act_user,
    .changed = changed_user,
    .answer = answer_user,
    .sheet = sheet_user,
    .row = row_user,
    .where = where_user,
};

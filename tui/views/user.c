/* User: all hours of one user: a heat lane of days by hours, the list, and one hour in full. */
#include "views/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/text.h"
#include "review.h"
#include "views/detail.h"
#include "views/user_hours.h"
#include "views/user_rows.h"
#include "widgets/chart.h"
#include "widgets/columns.h"
#include "widgets/list.h"

enum { LABEL_COLS = 4, LEAST_LIST = 4 };

enum sort_key { SORT_WORST, SORT_TIME, SORT_KEYS };

struct user_view {
    struct user_rows rows;
    bool ready;        /* rows are of the selected user */
    const void *asked; /* the query on its way */
    struct user_quantity quantity;
    bool quantity_follows; /* the detector in view */
    enum sort_key sort;
    struct list list;
    bool detail; /* the lower pane shows one hour instead of the list */
    char problem[160];
};

static bool can_show(const struct session *session)
{
    return session->has_table && session->run->table->row_user != NULL &&
           session->selected.has_user;
}

static void ask(struct user_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    if (!can_show(session)) {
        return;
    }
    size_t by = session->selected.result;
    bool scored = session->has_result[by];
    if (view->quantity_follows) {
        view->quantity = (struct user_quantity){.feature = !scored, .index = scored ? by : 0};
    }
    struct row_order order = {.key = ROW_KEY_ROW};
    if (view->sort == SORT_WORST && scored) {
        order = (struct row_order){.key = ROW_KEY_SCORE,
                                   .ranking = session->run->results[by].ranking,
                                   .falling = true};
    }
    struct user_query *query =
        user_query_new(app, session->selected.user, view->quantity, &order);
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

/* ---- the lane ---- */

struct lane {
    int x, cols, rows;
    size_t days_a_cell, hours_a_row;
};

static struct lane lay_lane(const struct user_rows *rows, int cols, int room)
{
    static const int heights[] = {24, 12, 8, 6, 4};
    struct lane lane = {.x = LABEL_COLS + 1, .rows = 4};
    for (size_t i = 0; i < sizeof heights / sizeof heights[0]; i++) {
        if (heights[i] <= room) {
            lane.rows = heights[i];
            break;
        }
    }
    size_t width = cols > lane.x + 1 ? (size_t)(cols - lane.x - 1) : 1;
    lane.days_a_cell = (rows->days + width - 1) / width;
    lane.days_a_cell += lane.days_a_cell == 0;
    lane.hours_a_row = USER_HOURS / (size_t)lane.rows;
    lane.cols = (int)((rows->days + lane.days_a_cell - 1) / lane.days_a_cell);
    return lane;
}

static double hottest(const struct user_rows *rows, const struct lane *lane, int y, int x)
{
    double most = NAN;
    for (size_t i = 0; i < lane->days_a_cell; i++) {
        size_t day = (size_t)x * lane->days_a_cell + i;
        for (size_t k = 0; day < rows->days && k < lane->hours_a_row; k++) {
            double level = rows->level[day * USER_HOURS + (size_t)y * lane->hours_a_row + k];
            most = isnan(most) || level > most ? level : most;
        }
    }
    return most;
}

static void mark_hour(const struct session *session, const struct user_rows *rows,
                      const struct lane *lane, struct canvas *canvas)
{
    int64_t day;
    int hour;
    if (session->selected.has_row &&
        table_row_when(session->run->table, session->selected.row, &day, &hour) &&
        day >= rows->first_day && (size_t)(day - rows->first_day) < rows->days) {
        int x = (int)((size_t)(day - rows->first_day) / lane->days_a_cell);
        canvas_select(canvas, hour / (int)lane->hours_a_row, lane->x + x, 1);
    }
}

static void draw_lane(const struct session *session, const struct user_rows *rows,
                      const struct lane *lane, struct canvas *canvas)
{
    for (int y = 0; y < lane->rows; y++) {
        canvas_printf(canvas, y, 1, ROLE_DIM, "%02zuh", (size_t)y * lane->hours_a_row);
        for (int x = 0; x < lane->cols; x++) {
            chart_heat(canvas, y, lane->x + x, hottest(rows, lane, y, x));
        }
    }
    mark_hour(session, rows, lane, canvas);
    for (int x = 0; x + 4 <= lane->cols || x == 0; x += 10) {
        canvas_printf(canvas, lane->rows, lane->x + x, ROLE_DIM, "d%02lld",
                      (long long)rows->first_day + (long long)x * (long long)lane->days_a_cell);
    }
}

/* ---- the head ---- */

static const char *quantity_name(const struct user_view *view, const struct session *session)
{
    const struct run *run = session->run;
    return view->quantity.feature ? run->table->feature_names[view->quantity.index]
                                  : run->results[view->quantity.index].title;
}

static void draw_when(const struct table *table, uint32_t row, struct canvas *canvas, int *x)
{
    int64_t day;
    int hour;
    if (table_row_when(table, row, &day, &hour)) {
        *x = canvas_text(canvas, 0, *x, ROLE_TEXT, format_when(day, hour).text);
    }
}

static void draw_head(const struct user_view *view, const struct session *session,
                      struct canvas *canvas)
{
    const struct table *table = session->run->table;
    struct span name = dict_get(table->users, session->selected.user);
    int x = canvas_bytes(canvas, 0, 1, ROLE_STRONG, name.bytes, name.length);
    if (view->rows.n == 0) {
        return;
    }
    x = canvas_printf(canvas, 0, x, ROLE_TEXT, "  %s hour%s, ",
                      format_grouped(view->rows.n).text, view->rows.n == 1 ? "" : "s");
    if (view->rows.days > 0) {
        draw_when(table, view->rows.by_time[0], canvas, &x);
        x = canvas_text(canvas, 0, x, ROLE_TEXT, " to ");
        draw_when(table, view->rows.by_time[view->rows.n - 1], canvas, &x);
    }
    canvas_printf(canvas, 0, x, ROLE_DIM, "  %s %s in all, at most %s an hour",
                  table->feature_names[0], format_value(view->rows.total[0]).text,
                  format_value(view->rows.most[0]).text);
}

/* ---- the list ---- */

static void draw_hours(struct user_view *view, const struct session *session,
                       struct canvas *canvas)
{
    struct columns columns = {0};
    const struct table *table = session->run->table;
    char headings[TABLE_FEATURES_MAX][40];
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    columns_add(&columns, (struct column){"when", 7, 7, 0, TEXT_LEFT});
    columns_add(&columns, (struct column){"rank", 8, 11, 0, TEXT_RIGHT});
    for (size_t i = 0; i < table->profiles.d && columns.n < COLUMNS_MAX; i++) {
        user_hours_heading(table->feature_names[i], 8, headings[i], sizeof headings[i]);
        columns_add(&columns, (struct column){headings[i], 8, 10, (int)i + 1, TEXT_RIGHT});
    }
    columns_place(&columns, part.cols);
    columns_header(&columns, &part, 0, view->sort == SORT_WORST ? 1 : 0,
                   view->sort == SORT_WORST);
    list_set_page(&view->list, canvas->rows > 1 ? (size_t)canvas->rows - 1 : 0);
    for (size_t i = view->list.top; i < view->list.n; i++) {
        int y = (int)(i - view->list.top) + 1;
        if (y >= canvas->rows) {
            break;
        }
        uint32_t row = view->rows.in_order[i];
        int64_t day;
        int hour;
        columns_field(&columns, &part, y, 0, ROLE_TEXT,
                      table_row_when(table, row, &day, &hour) ? format_when(day, hour).text
                                                              : "-");
        const struct result *by = session_result(session);
        if (by != NULL) {
            size_t rank =
                ranking_rank_of(by->ranking, session->run->by_profile, table->row_profile, row);
            bool flagged = by->scores.score[table->row_profile[row]] > by->scores.threshold;
            columns_field(&columns, &part, y, 1, flagged ? ROLE_FLAGGED : ROLE_DIM,
                          rank == 0 ? "-" : format_grouped(rank).text);
        }
        const double *values = table_profile(table, table->row_profile[row]);
        for (size_t k = 0; k + 2 < columns.n; k++) {
            columns_field(&columns, &part, y, k + 2, values[k] != 0 ? ROLE_TEXT : ROLE_DIM,
                          format_value(values[k]).text);
        }
        if (i == view->list.cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
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
        text = "no user is selected: choose a user-hour in 4 Top-K, or :user NAME";
    } else if (view->problem[0] != '\0') {
        text = view->problem;
    }
    if (text != NULL) {
        canvas_text(canvas, 0, 1, ROLE_DIM, text);
    }
    return text != NULL;
}

static void draw_user(void *state, const struct app *app, struct canvas *canvas)
{
    struct user_view *view = state;
    const struct session *session = app_session(app);
    if (say_why_not(view, session, canvas)) {
        return;
    }
    draw_head(view, session, canvas);
    if (!view->ready) {
        canvas_text(canvas, 1, 1, ROLE_DIM, "looking for the hours of this user");
        return;
    }
    int y = 1, wanted = view->detail ? detail_rows(app) : LEAST_LIST + 5;
    if (view->rows.days > 0 && canvas->rows - y >= LEAST_LIST + 6) {
        struct lane lane = lay_lane(&view->rows, canvas->cols, canvas->rows - y - wanted - 2);
        struct canvas part = canvas_part(canvas, y, 0, lane.rows + 1, canvas->cols);
        draw_lane(session, &view->rows, &lane, &part);
        y += lane.rows + 1;
        char title[200];
        snprintf(title, sizeof title, "heat: %s", quantity_name(view, session));
        canvas_rule(canvas, y++, title);
    }
    struct canvas part = canvas_part(canvas, y, 0, canvas->rows - y, canvas->cols);
    if (view->detail && session->selected.has_row) {
        detail_draw(app, session->selected.row, &part);
    } else {
        draw_hours(view, session, &part);
    }
}

/* ---- actions ---- */

static void select_cursor(struct user_view *view, struct app *app)
{
    if (view->list.cursor < view->rows.n) {
        app_select_row(app, view->rows.in_order[view->list.cursor]);
    }
}

/* The next or previous hour in time, whatever the order of the list. */
static void step_time(struct user_view *view, struct app *app, bool forward)
{
    uint32_t row = view->rows.in_order[view->list.cursor];
    size_t i = 0;
    while (view->rows.by_time[i] != row) {
        i++;
    }
    if (forward ? i + 1 >= view->rows.n : i == 0) {
        app_say(app, LOG_NOTE, forward ? "this is the user's last hour" : "this is the first");
        return;
    }
    row = view->rows.by_time[forward ? i + 1 : i - 1];
    for (size_t k = 0; k < view->rows.n; k++) {
        if (view->rows.in_order[k] == row) {
            list_go(&view->list, k);
        }
    }
}

/* `user NAME`, or from the palette `columns FEATURE`: what the lane shows. */
static void choose_quantity(struct user_view *view, struct app *app, const char *name)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    size_t d = table->profiles.d, found = d;
    if (name[0] == '\0') {
        size_t next = view->quantity_follows ? 0 : view->quantity.index + 1;
        view->quantity_follows = next >= d;
        view->quantity = (struct user_quantity){.feature = true, .index = next % d};
    } else {
        for (size_t i = d; i-- > 0;) {
            found = strncmp(table->feature_names[i], name, strlen(name)) == 0 ? i : found;
        }
        if (found == d) {
            app_say(app, LOG_ERROR, "there is no feature '%s'", name);
            return;
        }
        view->quantity_follows = false;
        view->quantity = (struct user_quantity){.feature = true, .index = found};
    }
    ask(view, app);
}

static unsigned act_user(void *state, struct app *app, enum action action, const char *argument)
{
    struct user_view *view = state;
    if (!view->ready || view->rows.n == 0) {
        return REACT_PASS;
    }
    size_t before = view->list.cursor;
    switch ((int)action) {
    case ACTION_OPEN:
        if (app_session(app)->run->log_index != NULL) {
            select_cursor(view, app);
            return REACT_PASS; /* the app shows the lines behind it */
        }
        view->detail = !view->detail;
        return REACT_DONE;
    case ACTION_PANE:
    case ACTION_PANE_BACK: view->detail = !view->detail; return REACT_DONE;
    case ACTION_SORT:
        view->sort = (enum sort_key)((view->sort + 1) % SORT_KEYS);
        ask(view, app);
        return REACT_DONE;
    case ACTION_COLUMNS: choose_quantity(view, app, argument); return REACT_DONE;
    case ACTION_LEFT: step_time(view, app, false); break;
    case ACTION_RIGHT: step_time(view, app, true); break;
    default:
        if (review_act_listed(app, action, argument,
                              view->list.cursor < view->rows.n
                                  ? view->rows.in_order[view->list.cursor]
                                  : SIZE_MAX)) {
            if (review_verdict_of(action) != VERDICT_NONE) {
                list_move(&view->list, 1);
            }
        } else if (!list_act(&view->list, action)) {
            return REACT_PASS;
        }
        break;
    }
    if (view->list.cursor != before) {
        select_cursor(view, app);
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
    if ((what & (CHANGED_RUN | CHANGED_USER | CHANGED_DETECTOR | CHANGED_RESULT)) != 0) {
        ask(view, app);
    }
}

/* The cursor goes to the selected user-hour, if it is one of this user's. */
static void go_to_selected(struct user_view *view, const struct session *session)
{
    for (size_t i = 0; session->selected.has_row && i < view->rows.n; i++) {
        if (view->rows.in_order[i] == session->selected.row) {
            list_go(&view->list, i);
            return;
        }
    }
}

static void answer_user(void *state, struct app *app, struct query *query)
{
    struct user_view *view = state;
    struct user_query *answer = (struct user_query *)query;
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
    go_to_selected(view, app_session(app));
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

static const enum action footer[] = {ACTION_OPEN,    ACTION_RIGHT, ACTION_DETECTOR_NEXT,
                                     ACTION_COLUMNS, ACTION_SORT,  ACTION_COMMAND,
                                     ACTION_HELP,    ACTION_NONE};

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
    .where = where_user,
};

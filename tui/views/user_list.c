/* The head and the list of hours of the User view. */
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "reviewing/reviewing.h"
#include "lists/user_hours.h"
#include "views/user_view.h"
#include "widgets/columns.h"

enum { HEADING_COLS = 7, HEAD_LINES = 2 };

/* ---- the head ---- */

static void say_when(const struct table *table, uint32_t row, bool date, char *text,
                     size_t size)
{
    int64_t day;
    int hour;
    text[0] = '\0';
    if (table_row_when(table, row, &day, &hour)) {
        snprintf(text, size, "%s%s%s", format_when(day, hour).text, date ? " " : "",
                 date ? format_date(table->first_day + day).text : "");
    }
}

static void draw_seen(const struct user_view *view, const struct table *table, int x,
                      struct canvas *canvas)
{
    const struct user_rows *rows = &view->rows;
    char first[80], last[80];
    x = canvas_phrases(canvas, 0, x, ROLE_TEXT, "  %s", format_count(rows->n, "hour").text);
    if (rows->days == 0) {
        return;
    }
    bool dates = canvas->cols - x >= 60;
    say_when(table, rows->first, dates, first, sizeof first);
    say_when(table, rows->last, dates, last, sizeof last);
    canvas_phrases(canvas, 0, x, ROLE_TEXT, " on %s, first %s, last %s",
                   format_count(rows->active_days, "day").text, first, last);
}

/* "61 flagged, the worst #1; in all 51,635 total_events, ..." */
static void draw_sums(const struct user_view *view, const struct session *session,
                      struct canvas *canvas)
{
    const struct user_rows *rows = &view->rows;
    const struct table *table = session->run->table;
    const struct result *by = session_result(session);
    int x = 1;
    if (by != NULL && rows->scored) {
        x = canvas_printf(canvas, 1, x, rows->flagged > 0 ? ROLE_FLAGGED : ROLE_TEXT,
                          "%s flagged by %s", format_grouped(rows->flagged).text, by->brief);
        if (rows->best_rank > 0) {
            x = canvas_printf(canvas, 1, x, ROLE_TEXT, ", worst #%s",
                              format_grouped(rows->best_rank).text);
        }
        if (by->partial[0] != '\0') {
            x = canvas_printf(canvas, 1, x, ROLE_WARN, " with %s", by->partial);
        }
        x = canvas_text(canvas, 1, x, ROLE_DIM, "; ");
    }
    x = canvas_phrases(canvas, 1, x, ROLE_DIM, "sums:");
    for (size_t i = 0; i < table->profiles.d; i++) {
        if (rows->whole[i] && rows->most[i] > 1) {
            x = canvas_phrases(canvas, 1, x, ROLE_DIM, " %s %s", table->feature_names[i],
                               format_value(rows->total[i]).text);
        }
    }
}

void user_head_draw(const struct user_view *view, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    struct span name = dict_get(table->users, session->selected.user);
    int x = canvas_bytes(canvas, 0, 1, ROLE_STRONG, name.bytes, name.length);
    if (view->ready && view->rows.n > 0) {
        draw_seen(view, table, x, canvas);
        if (canvas->rows >= HEAD_LINES) {
            draw_sums(view, session, canvas);
        }
    }
}

/* ---- the list ---- */

struct layout {
    struct columns columns;
    size_t verdict, when, rank, feature;
    char headings[TABLE_FEATURES_MAX][4 * HEADING_COLS];
};

static void lay_out(const struct app *app, const struct table *table, struct layout *layout,
                    int cols)
{
    struct columns *columns = &layout->columns;
    memset(layout, 0, sizeof *layout);
    layout->verdict = COLUMNS_MAX;
    if (app_review(app) != NULL) {
        layout->verdict = columns_add(columns, (struct column){"", 4, 4, 0, TEXT_LEFT});
    }
    layout->when = columns_add(columns, (struct column){"when", 7, 7, 0, TEXT_LEFT});
    layout->rank = columns_add(columns, (struct column){"rank", 8, 11, 0, TEXT_RIGHT});
    layout->feature = columns->n;
    for (size_t i = 0; i < table->profiles.d && columns->n < COLUMNS_MAX; i++) {
        char safe[128];
        text_safe(safe, sizeof safe, table->feature_names[i], strlen(table->feature_names[i]),
                  true);
        user_hours_heading(safe, HEADING_COLS, layout->headings[i], sizeof layout->headings[i]);
        columns_add(columns, (struct column){layout->headings[i], HEADING_COLS,
                                             user_hours_most(safe, HEADING_COLS), (int)i + 1,
                                             TEXT_RIGHT});
    }
    columns_sortable(columns, layout->when, "time");
    columns_sortable(columns, layout->rank, "rank");
    for (size_t i = 0; i + layout->feature < columns->n; i++) {
        columns_sortable(columns, layout->feature + i, table->feature_names[i]);
    }
    columns_place(columns, cols);
    user_hours_headings(table, columns, layout->feature, layout->headings[0],
                        sizeof layout->headings[0]);
}

static void draw_hour(const struct app *app, const struct layout *layout, uint32_t row,
                      struct canvas *canvas, int y)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    const struct columns *columns = &layout->columns;
    const struct result *by = session_result(session);
    uint32_t profile = table->row_profile[row];
    int64_t day;
    int hour;
    if (layout->verdict < COLUMNS_MAX) {
        char mark[16];
        session_verdict_mark(app_session(app), row, false, mark, sizeof mark);
        columns_field(columns, canvas, y, layout->verdict, ROLE_STRONG, mark);
    }
    columns_field(columns, canvas, y, layout->when, ROLE_TEXT,
                  table_row_when(table, row, &day, &hour) ? format_when(day, hour).text : "-");
    if (by != NULL) {
        size_t rank =
            ranking_rank_of(by->ranking, session->run->by_profile, table->row_profile, row);
        bool flagged = result_score(by, table, row) > by->scores.threshold;
        columns_field(columns, canvas, y, layout->rank, flagged ? ROLE_FLAGGED : ROLE_DIM,
                      rank == 0 ? "-" : format_grouped(rank).text);
    }
    const double *values = table_profile(table, profile);
    for (size_t i = 0; i + layout->feature < columns->n; i++) {
        columns_field(columns, canvas, y, layout->feature + i,
                      values[i] != 0 ? ROLE_TEXT : ROLE_DIM, format_value(values[i]).text);
    }
}

void user_list_draw(struct user_view *view, const struct app *app, struct canvas *canvas)
{
    struct layout layout;
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    lay_out(app, app_session(app)->run->table, &layout, part.cols);
    size_t sorted = view->sort == USER_SORT_WORST ? layout.rank
                    : view->sort == USER_SORT_TIME
                        ? layout.when
                        : layout.feature + view->sort - USER_SORT_FEATURE;
    bool falls = view->sort != USER_SORT_TIME;
    columns_header(&layout.columns, &part, 0, sorted, falls != view->reversed);
    listbox_show(&view->list, canvas, 1, canvas->rows - 1);
    for (size_t i = view->list.top; i < view->list.n; i++) {
        int y = (int)(i - view->list.top) + 1;
        if (y >= canvas->rows) {
            break;
        }
        draw_hour(app, &layout, view->rows.in_order[i], &part, y);
        if (i == view->list.cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
}

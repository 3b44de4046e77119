/* What the Compare view looks like: the pairs above, and one of its lists below. */
#include "views/compare_draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "reviewing/reviewing.h"
#include "lists/detail.h"
#include "lists/user_hours.h"
#include "widgets/columns.h"

enum { RANK_COLS = 6, NARROW_COLS = 60, LEAST_LIST = 5, LEAST_WITH_DETAIL = 4 };

/* ---- the lists of user-hours ---- */

struct layout {
    struct columns columns;
    size_t verdict, user, when, rank, last;
};

static void lay_out(const struct compare_view *view, const struct app *app,
                    struct layout *layout, int cols)
{
    const struct session *session = app_session(app);
    struct columns *columns = &layout->columns;
    *layout = (struct layout){.verdict = COLUMNS_MAX};
    if (app_review(app) != NULL) {
        layout->verdict = columns_add(columns, (struct column){"", 4, 4, 0, TEXT_LEFT});
    }
    layout->user = columns_add(columns, (struct column){"user", 12, 26, 0, TEXT_LEFT});
    layout->when = columns_add(columns, (struct column){"when", 7, 7, 1, TEXT_LEFT});
    layout->rank = columns->n;
    for (size_t k = 0; k < view->found.n; k++) {
        const char *brief = session->run->results[view->found.result[k]].brief;
        columns_add(columns, (struct column){brief, RANK_COLS, 9, k > 2 ? 3 : 0, TEXT_RIGHT});
    }
    bool differ = view->pane == PANE_DIFFER;
    const struct column last = {differ ? "times rarer" : "why", differ ? 16 : 20, 40, 2,
                                TEXT_LEFT};
    layout->last = columns_add(columns, last);
    columns_place(columns, cols);
}

/* By which detector a user-hour of the list is explained: the one that finds it rarer. */
static size_t told_by(const struct compare_view *view, const struct run *run, size_t i)
{
    const struct result *ensemble = run_ensemble(run);
    if (view->pane == PANE_DIFFER) {
        return view->found.result[view->found.differ[i].rare];
    }
    return ensemble != NULL ? (size_t)(ensemble - run->results) : view->found.result[0];
}

/* "LOF 4,700 x AE", or the reason. */
static void draw_last(const struct compare_view *view, const struct app *app, size_t i,
                      const struct layout *layout, struct canvas *canvas, int y)
{
    char text[200] = "";
    const struct run *run = app_session(app)->run;
    if (view->pane == PANE_DIFFER) {
        const struct disagreement *differ = &view->found.differ[i];
        snprintf(text, sizeof text, "%s %s %s %s", run->results[told_by(view, run, i)].brief,
                 format_rounded(pow(10, differ->decades)).text, canvas->glyphs->times,
                 run->results[view->found.result[differ->ordinary]].brief);
    } else if (layout->columns.width[layout->last] > 0) {
        if (!app_reason(app, told_by(view, run, i), compare_row(view, i), canvas->glyphs->ascii,
                        text, sizeof text)) {
            snprintf(text, sizeof text, "%s", canvas->glyphs->dot);
        }
    }
    columns_field(&layout->columns, canvas, y, layout->last, ROLE_TEXT, text);
}

/* As exact as there is room for. */
static struct shown rank_text(size_t rank, int cols)
{
    struct shown shown = format_grouped(rank);
    if (rank == 0) {
        snprintf(shown.text, sizeof shown.text, "%s", cols < 10 ? "-" : "not scored");
    } else if ((int)strlen(shown.text) > cols) {
        shown = format_short((double)rank);
    }
    return shown;
}

static void draw_row(const struct compare_view *view, const struct app *app, size_t i,
                     const struct layout *layout, struct canvas *canvas, int y)
{
    const struct session *session = app_session(app);
    const struct run *run = session->run;
    const struct columns *columns = &layout->columns;
    size_t row = compare_row(view, i);
    char text[200];
    int64_t day;
    int hour;
    if (layout->verdict < COLUMNS_MAX) {
        session_verdict_mark(app_session(app), row, false, text, sizeof text);
        columns_field(columns, canvas, y, layout->verdict, ROLE_STRONG, text);
    }
    user_hours_user(run->table, row, canvas->glyphs->ascii, text, sizeof text);
    columns_field(columns, canvas, y, layout->user, ROLE_TEXT, text);
    columns_field(columns, canvas, y, layout->when, ROLE_TEXT,
                  table_row_when(run->table, row, &day, &hour) ? format_when(day, hour).text
                                                               : "-");
    for (size_t k = 0; k < view->found.n; k++) {
        const struct result *one = &run->results[view->found.result[k]];
        size_t rank =
            ranking_rank_of(one->ranking, run->by_profile, run->table->row_profile, row);
        bool head = rank > 0 && rank <= view->found.k;
        columns_field(columns, canvas, y, layout->rank + k, head ? ROLE_STRONG : ROLE_DIM,
                      rank_text(rank, columns->width[layout->rank + k]).text);
    }
    draw_last(view, app, i, layout, canvas, y);
}

static void draw_rows(struct compare_view *view, const struct app *app, struct canvas *canvas)
{
    struct layout layout;
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    const struct listbox *list = &view->list[view->pane];
    lay_out(view, app, &layout, part.cols);
    columns_header(&layout.columns, &part, 0, layout.columns.n, false);
    for (size_t i = list->top; i < list->n && (int)(i - list->top) + 1 < canvas->rows; i++) {
        int y = (int)(i - list->top) + 1;
        draw_row(view, app, i, &layout, &part, y);
        if (i == list->cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
    if (list->n == 0 && view->pane == PANE_CONSENSUS) {
        canvas_text(canvas, 1, 1, ROLE_DIM,
                    view->found.n > 2 ? "none: a larger K (+), or fewer detectors (s)"
                                      : "none: a larger K (+)");
    }
}

/* ---- the means ---- */

/* "x 141"; narrow: "x11k" */
static void say_times(double times, bool narrow, const struct glyphs *glyphs, char *text,
                      size_t size)
{
    if (narrow && times >= 1000) {
        snprintf(text, size, "%s%.0fk", glyphs->times, times / 1000);
    } else {
        snprintf(text, size, "%s%s%s", glyphs->times, narrow ? "" : " ",
                 format_value(times >= 100 ? round(times) : round(times * 10) / 10).text);
    }
}

static void draw_means(struct compare_view *view, const struct session *session,
                       struct canvas *canvas)
{
    const struct table *table = session->run->table;
    const struct listbox *list = &view->list[PANE_MEANS];
    bool narrow = canvas->cols < NARROW_COLS;
    const int name = narrow ? 13 : 18, value = narrow ? 9 : 12, times = narrow ? 5 : 12;
    const int here_x = name + 2, all_x = here_x + value + 1, times_x = all_x + value + 1;
    canvas_field(canvas, 0, 1, name, TEXT_LEFT, ROLE_DIM, "mean of");
    canvas_field(canvas, 0, here_x, value, TEXT_RIGHT, ROLE_DIM, "consensus");
    canvas_field(canvas, 0, all_x, value, TEXT_RIGHT, ROLE_DIM, "all");
    canvas_field(canvas, 0, times_x, times, TEXT_RIGHT, ROLE_DIM, "times");
    for (size_t i = list->top; i < list->n && (int)(i - list->top) + 1 < canvas->rows; i++) {
        int y = (int)(i - list->top) + 1;
        double here = view->found.consensus_mean[i], all = view->found.all_mean[i];
        canvas_field(canvas, y, 1, name, TEXT_LEFT, ROLE_TEXT, table->feature_names[i]);
        canvas_field(canvas, y, here_x, value, TEXT_RIGHT, ROLE_STRONG,
                     format_score(here).text);
        canvas_field(canvas, y, all_x, value, TEXT_RIGHT, ROLE_TEXT, format_score(all).text);
        if (all > 0 && !isnan(here)) {
            char text[48];
            say_times(here / all, narrow, canvas->glyphs, text, sizeof text);
            canvas_field(canvas, y, times_x, times, TEXT_RIGHT, ROLE_TEXT, text);
        }
    }
}

/* ---- all of it ---- */

static void title_of(const struct compare_view *view, const struct session *session,
                     bool narrow, char *text, size_t size)
{
    const struct compare_answer *found = &view->found;
    size_t length;
    switch (view->pane) {
    case PANE_CONSENSUS:
        snprintf(text, size, "consensus: %s in %s%s%zu%s%s",
                 format_grouped(found->n_consensus).text, narrow ? "" : "the top of ",
                 found->least == found->n ? "all " : "at least ", found->least,
                 narrow ? "" : " detectors", found->n > 2 ? " (s changes)" : "");
        break;
    case PANE_DIFFER:
        compare_differ_title(found, session, text, size);
        length = strlen(text);
        snprintf(text + length, size - length, "%s", found->n > 2 ? " (s: another pair)" : "");
        break;
    case PANE_MEANS:
        snprintf(text, size, "the consensus (%s) beside all, means by row",
                 format_grouped(found->n_consensus).text);
        break;
    default: snprintf(text, size, "Jaccard over K; Enter lists what the pair shares"); break;
    }
}

static void draw_list(struct compare_view *view, const struct app *app, struct canvas *canvas)
{
    listbox_set_page(&view->list[view->pane], canvas->rows > 1 ? (size_t)canvas->rows - 1 : 0);
    if (view->pane == PANE_MEANS) {
        draw_means(view, app_session(app), canvas);
    } else {
        draw_rows(view, app, canvas);
    }
}

void compare_draw(struct compare_view *view, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    struct listbox *list = &view->list[view->pane];
    listbox_set_count(list, compare_length(view, session));
    size_t row = compare_row(view, list->cursor);
    int pairs = (int)compare_pairs(&view->found) + 2, y = 0;
    int detail = view->detail && row != SIZE_MAX ? detail_rows(app) : 0;
    if (detail > 0 && canvas->rows < detail + 2 + LEAST_WITH_DETAIL) {
        detail = canvas->rows; /* only that */
    }
    if (canvas->rows >= pairs + LEAST_LIST + detail || view->pane == PANE_PAIRS) {
        y = compare_draw_pairs(view, session, canvas);
    }
    if (y < canvas->rows && detail < canvas->rows) {
        char title[160];
        title_of(view, session, canvas->cols < NARROW_COLS, title, sizeof title);
        canvas_rule(canvas, y++, title);
        struct canvas part = canvas_part(canvas, y, 0, canvas->rows - y - detail, canvas->cols);
        if (view->pane == PANE_PAIRS) {
            compare_draw_curves(view, session, &part);
        } else {
            draw_list(view, app, &part);
        }
    }
    if (detail > 0) {
        struct canvas part =
            canvas_part(canvas, canvas->rows - detail, 0, detail, canvas->cols);
        detail_draw_by(app, row, told_by(view, session->run, list->cursor), &part);
    }
}

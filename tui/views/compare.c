/* Compare: what the detectors agree on, and on which user-hours they differ most. */
#include "views/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "sheets.h"
#include "views/compare_query.h"
#include "views/detail.h"
#include "views/user_hours.h"
#include "widgets/chart.h"
#include "widgets/columns.h"
#include "widgets/list.h"

enum pane { PANE_CONSENSUS, PANE_DIFFER, PANE_MEANS, PANES };

struct compare_view {
    struct comparison found;
    bool ready;
    const void *asked;
    size_t least; /* of the consensus; 0: all detectors */
    enum pane pane;
    struct list list[PANES];
    char problem[160];
};

static size_t ready_detectors(const struct session *session)
{
    size_t n = 0;
    for (size_t i = 0; i < detector_count(); i++) {
        n += session->has_result[i];
    }
    return n;
}

static void ask(struct compare_view *view, struct app *app)
{
    if (ready_detectors(app_session(app)) < 2) {
        return;
    }
    struct compare_query *query = compare_query_new(app, view->least);
    view->asked = query;
    if (query != NULL && !app_query(app, view, &query->query)) {
        view->asked = NULL;
    }
}

static void *open_compare(struct app *app)
{
    struct compare_view *view = mem_zero(1, sizeof *view, "the compare view", NULL);
    if (view != NULL) {
        ask(view, app);
    }
    return view;
}

static void close_compare(void *state)
{
    struct compare_view *view = state;
    comparison_clear(&view->found);
    free(view);
}

/* ---- overlaps ---- */

static void draw_pair(const struct comparison *found, const struct session *session, size_t a,
                      size_t b, struct canvas *canvas, int y)
{
    double curve[COMPARE_STEPS];
    char name[32] = "all";
    double jaccard = overlap_jaccard_all(&found->at_k);
    size_t common = found->at_k.in_all;
    if (a != b) {
        snprintf(name, sizeof name, "%s and %s", session->run->results[found->result[a]].brief,
                 session->run->results[found->result[b]].brief);
        jaccard = overlap_jaccard(&found->at_k, a, b);
        common = found->at_k.common[a][b];
    }
    for (size_t i = 0; i < found->n_steps; i++) {
        curve[i] = a != b ? overlap_jaccard(&found->curve[i], a, b)
                          : overlap_jaccard_all(&found->curve[i]);
    }
    canvas_field(canvas, y, 1, 12, TEXT_LEFT, ROLE_TEXT, name);
    canvas_field(canvas, y, 13, 10, TEXT_RIGHT, ROLE_STRONG, format_grouped(common).text);
    canvas_field(canvas, y, 24, 8, TEXT_RIGHT, ROLE_TEXT, format_percent(jaccard).text);
    chart_bar(canvas, y, 34, 12, isnan(jaccard) ? 0 : jaccard, ROLE_BAR);
    int room = canvas->cols - 50;
    if (room > 4) {
        chart_spark(canvas, y, 48, room < (int)found->n_steps ? room : (int)found->n_steps,
                    curve, found->n_steps, 1, ROLE_BAR);
    }
}

static int draw_overlaps(const struct comparison *found, const struct session *session,
                         struct canvas *canvas)
{
    int y = 0;
    canvas_printf(canvas, y++, 1, ROLE_STRONG, "top %s of each detector: %s user-hours in all",
                  format_grouped(found->k).text, format_grouped(found->at_k.in_any).text);
    canvas_text(canvas, y, 1, ROLE_DIM, "shared by");
    canvas_field(canvas, y, 13, 10, TEXT_RIGHT, ROLE_DIM, "rows");
    canvas_field(canvas, y, 24, 8, TEXT_RIGHT, ROLE_DIM, "Jaccard");
    canvas_printf(canvas, y++, 48, ROLE_DIM, "for K from 1 to %s",
                  format_grouped(found->k).text);
    for (size_t a = 0; a < found->n; a++) {
        for (size_t b = a + 1; b < found->n; b++) {
            draw_pair(found, session, a, b, canvas, y++);
        }
    }
    if (found->n > 2) {
        draw_pair(found, session, 0, 0, canvas, y++);
    }
    return y;
}

/* ---- the three lists ---- */

static size_t list_length(const struct compare_view *view, const struct session *session)
{
    switch (view->pane) {
    case PANE_CONSENSUS: return view->found.n_consensus;
    case PANE_DIFFER: return view->found.n_differ;
    case PANE_MEANS: return view->ready ? session->run->table->profiles.d : 0;
    case PANES: break;
    }
    return 0;
}

static size_t row_at(const struct compare_view *view, size_t i)
{
    if (view->pane == PANE_CONSENSUS && i < view->found.n_consensus) {
        return view->found.consensus[i];
    }
    if (view->pane == PANE_DIFFER && i < view->found.n_differ) {
        return view->found.differ[i].row;
    }
    return SIZE_MAX;
}

static void draw_row(const struct compare_view *view, const struct session *session, size_t i,
                     const struct columns *columns, struct canvas *canvas, int y)
{
    const struct run *run = session->run;
    size_t row = row_at(view, i), column = 0;
    uint32_t profile = run->table->row_profile[row];
    char text[200];
    user_hours_user(run->table, row, canvas->glyphs->ascii, text, sizeof text);
    columns_field(columns, canvas, y, column++, ROLE_TEXT, text);
    int64_t day;
    int hour;
    columns_field(columns, canvas, y, column++, ROLE_TEXT,
                  table_row_when(run->table, row, &day, &hour) ? format_when(day, hour).text
                                                               : "-");
    for (size_t k = 0; k < view->found.n; k++) {
        const struct result *one = &run->results[view->found.result[k]];
        size_t rank =
            ranking_rank_of(one->ranking, run->by_profile, run->table->row_profile, row);
        bool head = rank > 0 && rank <= view->found.k;
        columns_field(columns, canvas, y, column++, head ? ROLE_STRONG : ROLE_DIM,
                      rank == 0 ? "not scored" : format_grouped(rank).text);
    }
    if (view->pane == PANE_DIFFER) {
        const struct disagreement *differ = &view->found.differ[i];
        snprintf(text, sizeof text, "%s %.1f over %s",
                 run->results[view->found.result[differ->rare]].brief, differ->decades,
                 run->results[view->found.result[differ->ordinary]].brief);
        columns_field(columns, canvas, y, column, ROLE_TEXT, text);
        return;
    }
    const char *feature;
    double share;
    if (detail_reason(session, session_results() - 1, profile, &feature, &share)) {
        columns_field(columns, canvas, y, column, ROLE_TEXT, feature);
    }
}

static void draw_rows(struct compare_view *view, const struct session *session,
                      struct canvas *canvas)
{
    struct columns columns = {0};
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    struct list *list = &view->list[view->pane];
    columns_add(&columns, (struct column){"user", 12, 26, 0, TEXT_LEFT});
    columns_add(&columns, (struct column){"when", 7, 7, 1, TEXT_LEFT});
    for (size_t k = 0; k < view->found.n; k++) {
        columns_add(&columns,
                    (struct column){session->run->results[view->found.result[k]].brief, 8, 11,
                                    0, TEXT_RIGHT});
    }
    columns_add(&columns, (struct column){view->pane == PANE_DIFFER ? "decades rarer" : "why",
                                          16, 40, 2, TEXT_LEFT});
    columns_place(&columns, part.cols);
    columns_header(&columns, &part, 0, columns.n, false);
    for (size_t i = list->top; i < list->n && (int)(i - list->top) + 1 < canvas->rows; i++) {
        int y = (int)(i - list->top) + 1;
        draw_row(view, session, i, &columns, &part, y);
        if (i == list->cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
}

static void draw_means(struct compare_view *view, const struct session *session,
                       struct canvas *canvas)
{
    const struct table *table = session->run->table;
    struct list *list = &view->list[PANE_MEANS];
    canvas_printf(canvas, 0, 1, ROLE_DIM, "%-18s %14s %14s %9s", "mean of", "consensus",
                  "all user-hours", "ratio");
    for (size_t i = list->top; i < list->n && (int)(i - list->top) + 1 < canvas->rows; i++) {
        int y = (int)(i - list->top) + 1;
        double here = view->found.consensus_mean[i], all = view->found.all_mean[i];
        canvas_field(canvas, y, 1, 18, TEXT_LEFT, ROLE_TEXT, table->feature_names[i]);
        canvas_field(canvas, y, 20, 14, TEXT_RIGHT, ROLE_STRONG, format_value(here).text);
        canvas_field(canvas, y, 35, 14, TEXT_RIGHT, ROLE_TEXT, format_value(all).text);
        if (all > 0 && !isnan(here)) {
            canvas_printf(canvas, y, 51, ROLE_TEXT, "x %.3g", here / all);
        }
    }
}

static void title_of(const struct compare_view *view, char *text, size_t size)
{
    const struct comparison *found = &view->found;
    switch (view->pane) {
    case PANE_CONSENSUS:
        snprintf(text, size, "consensus: %s in the top of %s%zu detectors (s changes)",
                 format_grouped(found->n_consensus).text,
                 found->least == found->n ? "all " : "at least ", found->least);
        break;
    case PANE_DIFFER: snprintf(text, size, "where the detectors differ most"); break;
    default: snprintf(text, size, "the consensus and everybody, by row"); break;
    }
}

static void draw_compare(void *state, const struct app *app, struct canvas *canvas)
{
    struct compare_view *view = state;
    const struct session *session = app_session(app);
    if (!view->ready) {
        canvas_text(canvas, 0, 1, ROLE_DIM,
                    view->problem[0] != '\0'       ? view->problem
                    : ready_detectors(session) < 2 ? "two detectors are needed to compare"
                                                   : "comparing");
        return;
    }
    int pairs = (int)(view->found.n * (view->found.n - 1) / 2 + (view->found.n > 2)) + 2;
    int y = 0;
    if (canvas->rows >= pairs + 5) {
        y = draw_overlaps(&view->found, session, canvas);
    }
    char title[160];
    title_of(view, title, sizeof title);
    canvas_rule(canvas, y++, title);
    struct canvas part = canvas_part(canvas, y, 0, canvas->rows - y, canvas->cols);
    struct list *list = &view->list[view->pane];
    list_set_count(list, list_length(view, session));
    list_show(list, &part, 1, part.rows - 1);
    if (view->pane == PANE_MEANS) {
        draw_means(view, session, &part);
    } else {
        draw_rows(view, session, &part);
    }
}

/* ---- actions ---- */

static unsigned act_compare(void *state, struct app *app, enum action action,
                            const char *argument)
{
    struct compare_view *view = state;
    (void)argument;
    if (!view->ready) {
        return REACT_PASS;
    }
    struct list *list = &view->list[view->pane];
    list_set_count(list, list_length(view, app_session(app)));
    switch ((int)action) {
    case ACTION_PANE: view->pane = (enum pane)((view->pane + 1) % PANES); return REACT_DONE;
    case ACTION_PANE_BACK:
        view->pane = (enum pane)((view->pane + PANES - 1) % PANES);
        return REACT_DONE;
    case ACTION_SORT:
        view->least = view->found.least > 2 ? view->found.least - 1 : view->found.n;
        ask(view, app);
        return REACT_DONE;
    case ACTION_OPEN: {
        size_t row = row_at(view, list->cursor);
        if (row == SIZE_MAX) {
            return REACT_PASS;
        }
        app_select_row(app, row);
        app_enter(app, ACTION_VIEW_USER);
        return REACT_DONE;
    }
    default: break;
    }
    if (!list_act(list, action)) {
        return REACT_PASS;
    }
    size_t row = row_at(view, list->cursor);
    if (row != SIZE_MAX) {
        app_select_row(app, row);
    }
    return REACT_DONE;
}

static void changed_compare(void *state, struct app *app, unsigned what)
{
    struct compare_view *view = state;
    if ((what & CHANGED_RUN) != 0) {
        comparison_clear(&view->found);
        view->ready = false;
    }
    if ((what & (CHANGED_RUN | CHANGED_RESULT | CHANGED_K)) != 0) {
        ask(view, app);
    }
}

static void answer_compare(void *state, struct app *app, struct query *query)
{
    struct compare_view *view = state;
    struct compare_query *answer = (struct compare_query *)query;
    (void)app;
    if (view->asked != query || query->status.code == STATUS_CANCELLED) {
        return;
    }
    view->asked = NULL;
    view->problem[0] = '\0';
    if (query->status.code != STATUS_OK) {
        snprintf(view->problem, sizeof view->problem, "%.159s", query->status.text);
        view->ready = false;
        return;
    }
    comparison_clear(&view->found);
    view->found = answer->found;
    memset(&answer->found, 0, sizeof answer->found);
    view->ready = true;
}

/* ---- for a file ---- */

static struct sheet *sheet_of_rows(const struct compare_view *view, const struct app *app,
                                   const char *title, struct status *status)
{
    const struct comparison *found = &view->found;
    const struct session *session = app_session(app);
    struct sheets_rows how = {.place = "place"};
    if (view->pane == PANE_CONSENSUS) {
        return sheets_list(app, title, found->consensus, found->n_consensus, &how, status);
    }
    uint32_t *rows = mem_new(found->n_differ, sizeof *rows, "a list to write", status);
    how.beside = rows != NULL ? sheet_new_table("differences", status) : NULL;
    if (how.beside == NULL) {
        free(rows);
        return NULL;
    }
    sheet_add_column(how.beside, "rare_for", true);
    sheet_add_column(how.beside, "ordinary_for", true);
    sheet_add_column(how.beside, "decades_rarer", false);
    for (size_t i = 0; i < found->n_differ; i++) {
        const struct disagreement *differ = &found->differ[i];
        rows[i] = differ->row;
        sheet_put_text(how.beside, session->run->results[found->result[differ->rare]].name);
        sheet_put_text(how.beside, session->run->results[found->result[differ->ordinary]].name);
        sheet_put_number(how.beside, differ->decades);
    }
    return sheets_rows(app, title, row_set_list(rows, found->n_differ), &how, status);
}

static struct sheet *sheet_of_means(const struct compare_view *view, const struct app *app,
                                    const char *title, struct status *status)
{
    const struct table *table = app_session(app)->run->table;
    struct sheet *sheet = sheet_new_table(title, status);
    if (sheet == NULL) {
        return NULL;
    }
    sheet_add_column(sheet, "feature", true);
    sheet_add_column(sheet, "consensus_mean", false);
    sheet_add_column(sheet, "all_mean", false);
    for (size_t i = 0; i < table->profiles.d; i++) {
        sheet_put_text(sheet, table->feature_names[i]);
        sheet_put_number(sheet, view->found.consensus_mean[i]);
        sheet_put_number(sheet, view->found.all_mean[i]);
    }
    sheets_note(app, sheet);
    return sheet;
}

static struct sheet *sheet_compare(void *state, const struct app *app, char *name, size_t size,
                                   struct status *status)
{
    static const char *const names[PANES] = {"consensus", "differences", "means"};
    const struct compare_view *view = state;
    const struct comparison *found = &view->found;
    char title[160];
    if (!view->ready) {
        return NULL;
    }
    snprintf(name, size, "%s", names[view->pane]);
    switch (view->pane) {
    case PANE_CONSENSUS:
        snprintf(title, sizeof title, "In the top %s of at least %zu of %zu detectors",
                 format_grouped(found->k).text, found->least, found->n);
        break;
    case PANE_DIFFER: snprintf(title, sizeof title, "Where the detectors differ most"); break;
    default: snprintf(title, sizeof title, "Means of the consensus and of all, by row"); break;
    }
    return view->pane == PANE_MEANS ? sheet_of_means(view, app, title, status)
                                    : sheet_of_rows(view, app, title, status);
}

static const enum action footer[] = {ACTION_PANE,    ACTION_OPEN, ACTION_K_MORE, ACTION_SORT,
                                     ACTION_COMMAND, ACTION_HELP, ACTION_NONE};

const struct view_ops view_compare = {
    .action = ACTION_VIEW_COMPARE,
    .title = "Compare",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED | CONTEXT_ROWS,
    .footer = footer,
    .open = open_compare,
    .close = close_compare,
    .draw = draw_compare,
    .act = act_compare,
    .changed = changed_compare,
    .answer = answer_compare,
    .sheet = sheet_compare,
};

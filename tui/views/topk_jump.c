/* To a rank or a row in the Top-K view, and why not when it is not in the list. */
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/count.h"
#include "lists/rows_query.h"
#include "views/topk_view.h"

/* The row is ranked and no filter is on, so a larger K will have it. */
static void widen(struct topk_view *view, struct app *app, size_t row, size_t rank)
{
    view->target = row;
    view->reveal = true;
    if (rank > app_session(app)->selected.k) {
        app_select_k(app, rank);
        app_say(app, LOG_NOTE, "K is now %s", format_grouped(rank).text);
    } else {
        topk_show_list(view, app, TOPK_CURSOR_STAYS);
    }
}

/* With a filter: whether the row passes it is counted by the queries thread. */
static void check(struct topk_view *view, struct app *app, size_t row)
{
    char text[FILTER_TEXT];
    struct filter_error error = {0};
    const char *filter = app_session(app)->filter.text;
    int length = snprintf(text, sizeof text, "%s row:%zu", filter, row);
    struct rows_query *asked =
        length > 0 && (size_t)length < sizeof text
            ? rows_query_new(app, text, NULL, 0, SLOT_TOPK_DETAIL, &error)
            : NULL;
    view->checking = NULL;
    if (asked == NULL) {
        app_say(app, LOG_WARNING, "row %s is not in this list", format_grouped(row).text);
        return;
    }
    view->checking = asked;
    view->checked = row;
    if (!app_query(app, view, &asked->query)) {
        view->checking = NULL;
    }
}

bool topk_jump_answer(struct topk_view *view, struct app *app, struct query *query)
{
    const struct rows_query *asked = (const struct rows_query *)query;
    if (view->checking != query) {
        return false;
    }
    view->checking = NULL;
    if (query->status.code == STATUS_CANCELLED) {
        return true;
    }
    if (query->status.code != STATUS_OK) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
    } else if (asked->total == 0) {
        app_say(app, LOG_WARNING, "row %s does not pass the filter; clear-filter shows all",
                format_grouped(view->checked).text);
    } else {
        app_say(app, LOG_WARNING,
                "row %s passes the filter, but is not among the first %s; + shows more",
                format_grouped(view->checked).text, format_grouped(view->rows.set.n).text);
    }
    return true;
}

static void show(struct topk_view *view, struct app *app, size_t row)
{
    const struct session *session = app_session(app);
    const struct run *run = session->run;
    const struct result *result = session_result(session);
    size_t rank =
        ranking_rank_of(result->ranking, run->by_profile, run->table->row_profile, row);
    if (topk_go(view, app, row, true)) {
        return;
    }
    if (rank == 0) {
        app_say(app, LOG_WARNING, "row %s is not scored by %s: it has no place in its list",
                format_grouped(row).text, result->title);
    } else if (session->filter.text[0] != '\0') {
        check(view, app, row);
    } else {
        widen(view, app, row, rank);
    }
}

void topk_jump_rank(struct topk_view *view, struct app *app, const char *text)
{
    const struct run *run = app_session(app)->run;
    const struct result *result = session_result(app_session(app));
    uint64_t rank;
    uint32_t row;
    if (!count_parse(text, result->scores.scored_rows, &rank) || rank < 1) {
        app_say(app, LOG_ERROR, "rank is a whole number from 1 to %s",
                format_grouped(result->scores.scored_rows).text);
    } else if (ranking_rows(result->ranking, run->by_profile, (size_t)rank, 1, &row, NULL) ==
               1) {
        show(view, app, row);
    }
}

void topk_jump_row(struct topk_view *view, struct app *app, const char *text)
{
    size_t n = app_session(app)->run->table->n_rows;
    uint64_t row;
    if (!count_parse(text, n - 1, &row)) {
        app_say(app, LOG_ERROR, "row is a whole number from 0 to %s",
                format_grouped(n - 1).text);
    } else {
        show(view, app, (size_t)row);
    }
}

/* What the Top-K view's list is sorted by. */
#include <stdio.h>
#include <string.h>

#include "views/topk_view.h"

static bool same_key(const struct row_order *a, const struct row_order *b)
{
    return a->key == b->key && a->ranking == b->ranking &&
           (a->key != ROW_KEY_FEATURE || a->index == b->index);
}

size_t topk_sorted_column(const struct topk_view *view, const struct session *session,
                          const struct row_columns *shown)
{
    for (size_t i = 0; i < shown->n; i++) {
        struct row_order order;
        if (row_column_order(shown->column[i], session, false, &order) &&
            same_key(&order, &view->rows.order)) {
            return i;
        }
    }
    return shown->n;
}

struct row_column topk_sort_column(const struct topk_view *view, const struct session *session)
{
    const struct row_order *order = &view->rows.order;
    struct row_column column = {ROW_COLUMN_RANK, ROW_COLUMN_IN_VIEW};
    switch (order->key) {
    case ROW_KEY_FEATURE: return (struct row_column){ROW_COLUMN_FEATURE, order->index};
    case ROW_KEY_COLUMN: return (struct row_column){ROW_COLUMN_BESIDE, order->index};
    case ROW_KEY_COPIES: return (struct row_column){ROW_COLUMN_COPIES, 0};
    case ROW_KEY_USER: return (struct row_column){ROW_COLUMN_USER, 0};
    case ROW_KEY_KIND: return (struct row_column){ROW_COLUMN_KIND, 0};
    case ROW_KEY_OWNER: return (struct row_column){ROW_COLUMN_OWNER, 0};
    case ROW_KEY_LABEL: return (struct row_column){ROW_COLUMN_LABEL, 0};
    case ROW_KEY_TIME: return (struct row_column){ROW_COLUMN_WHEN, 0};
    case ROW_KEY_ROW: return (struct row_column){ROW_COLUMN_ROW, 0};
    case ROW_KEY_SCORE:
        for (size_t i = 0; i < session_results(session); i++) {
            if (i != session->selected.result && session->has_result[i] &&
                session->run->results[i].ranking == order->ranking) {
                column.index = i;
            }
        }
        break;
    }
    return column;
}

/* The next of the columns that are shown, from left to right; the first when the present one is
 * not shown. */
void topk_sort_next(struct topk_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    struct row_columns shown;
    struct row_order now, order;
    row_columns_expand(&view->columns, session, &shown);
    if (!row_column_order(view->sort, session, false, &now)) {
        return;
    }
    size_t at = 0;
    while (at < shown.n && !(row_column_order(shown.column[at], session, false, &order) &&
                             same_key(&order, &now))) {
        at++;
    }
    for (size_t step = 1; step <= shown.n; step++) {
        struct row_column next = shown.column[(at + step) % shown.n];
        if (at == shown.n) {
            next = shown.column[step - 1];
        }
        if (row_column_order(next, session, false, &order) && !same_key(&order, &now)) {
            view->sort = next;
            view->reversed = false;
            topk_show_list(view, app, TOPK_CURSOR_FIRST);
            return;
        }
    }
}

void topk_sort_by(struct topk_view *view, struct app *app, const char *name)
{
    struct row_column column;
    struct row_order order;
    char problem[200];
    const struct session *session = app_session(app);
    if (!row_column_find(name, strlen(name), session, &column, problem, sizeof problem)) {
        app_say(app, LOG_ERROR, "%s", problem);
    } else if (column.kind == ROW_COLUMN_VERDICT) {
        app_say(app, LOG_ERROR, "lists are not sorted by verdict; & verdict:tp picks by it");
    } else if (!row_column_order(column, session, false, &order)) {
        row_column_name(column, session, problem, sizeof problem);
        app_say(app, LOG_ERROR, "this list cannot be sorted by %s", problem);
    } else {
        view->sort = column;
        view->reversed = false;
        topk_show_list(view, app, TOPK_CURSOR_FIRST);
    }
}

static const char *direction(const struct row_order *order)
{
    switch (order->key) {
    case ROW_KEY_USER:
    case ROW_KEY_OWNER:
    case ROW_KEY_LABEL: return order->falling ? "Z to A" : "A to Z";
    case ROW_KEY_KIND: return order->falling ? "anonymous first" : "persons first";
    case ROW_KEY_TIME: return order->falling ? "latest first" : "earliest first";
    case ROW_KEY_ROW: return order->falling ? "last row first" : "first row first";
    case ROW_KEY_SCORE: return order->falling ? "most anomalous first" : "least first";
    default: return order->falling ? "largest first" : "smallest first";
    }
}

void topk_sort_words(const struct topk_view *view, const struct session *session, char *text,
                     size_t size)
{
    const struct row_order *order = &view->rows.order;
    const struct result *results = session->run->results;
    const char *name = "";
    size_t n = session_results(session);
    text[0] = '\0';
    switch (order->key) {
    case ROW_KEY_SCORE:
        for (size_t i = 0; i < n; i++) {
            name = session->has_result[i] && results[i].ranking == order->ranking
                       ? results[i].title
                       : name;
        }
        if (order->falling && order->ranking == results[session->selected.result].ranking) {
            return;
        }
        break;
    case ROW_KEY_FEATURE: name = session->run->table->feature_names[order->index]; break;
    case ROW_KEY_COLUMN: name = session->run->table->columns[order->index].name; break;
    case ROW_KEY_USER: name = "user"; break;
    case ROW_KEY_KIND: name = "kind"; break;
    case ROW_KEY_OWNER: name = "owner"; break;
    case ROW_KEY_LABEL: name = "label"; break;
    case ROW_KEY_TIME: name = "time"; break;
    case ROW_KEY_COPIES: name = "copies"; break;
    case ROW_KEY_ROW: name = "row"; break;
    }
    snprintf(text, size, "%s, %s", name, direction(order));
}

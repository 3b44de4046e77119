/* How far the detectors agree: the Jaccard index of every pair and of all, at K and over K. */
#include <math.h>
#include <stdio.h>

#include "base/format.h"
#include "views/compare_draw.h"
#include "widgets/chart.h"

enum { NAME_COLS = 12, CURVE_X = 48, K_COLS = 9, POINT_COLS = 17 };

size_t compare_pairs(const struct compare_answer *found)
{
    return found->n * (found->n - 1) / 2 + (found->n > 2);
}

struct compare_pair compare_pair(const struct compare_answer *found, size_t i)
{
    for (size_t a = 0; a < found->n; a++) {
        size_t row = found->n - a - 1;
        if (i < row) {
            return (struct compare_pair){a, a + 1 + i};
        }
        i -= row;
    }
    return (struct compare_pair){0, 0};
}

double compare_jaccard(const struct overlap *overlap, struct compare_pair pair)
{
    return pair.a != pair.b ? overlap_jaccard(overlap, pair.a, pair.b)
                            : overlap_jaccard_all(overlap);
}

static void name_of(const struct compare_answer *found, const struct session *session,
                    struct compare_pair pair, const char *between, char *text, size_t size)
{
    const struct result *results = session->run->results;
    if (pair.a == pair.b) {
        snprintf(text, size, "all");
    } else {
        snprintf(text, size, "%s%s%s", results[found->result[pair.a]].brief, between,
                 results[found->result[pair.b]].brief);
    }
}

void compare_differ_title(const struct compare_answer *found, const struct session *session,
                          char *text, size_t size)
{
    char pair[40] = "the detectors";
    if (found->pair > 0) {
        name_of(found, session, compare_pair(found, found->pair - 1), " and ", pair,
                sizeof pair);
    }
    snprintf(text, size, "where %s differ most", pair);
}

static bool has_curves(const struct compare_answer *found, const struct canvas *canvas)
{
    return canvas->cols - CURVE_X - 1 >= (int)found->n_steps;
}

static void draw_curve(const struct compare_answer *found, struct compare_pair pair,
                       struct canvas *canvas, int y)
{
    double curve[COMPARE_STEPS];
    size_t at = 0;
    for (size_t i = 0; i < found->n_steps; i++) {
        curve[i] = compare_jaccard(&found->curve[i], pair);
        at = found->steps[i] < found->k && i + 1 < found->n_steps ? i + 1 : at;
    }
    if (has_curves(found, canvas)) {
        chart_spark(canvas, y, CURVE_X, (int)found->n_steps, curve, found->n_steps, 1,
                    ROLE_BAR);
        canvas_select(canvas, y, CURVE_X + (int)at, 1); /* K itself */
    }
}

static void draw_pair(const struct compare_answer *found, const struct session *session,
                      size_t i, struct canvas *canvas, int y)
{
    char name[40];
    struct compare_pair pair = compare_pair(found, i);
    double share = compare_jaccard(&found->at_k, pair);
    size_t common = pair.a != pair.b ? found->at_k.common[pair.a][pair.b] : found->at_k.in_all;
    name_of(found, session, pair, " and ", name, sizeof name);
    canvas_field(canvas, y, 1, NAME_COLS, TEXT_LEFT, ROLE_TEXT, name);
    canvas_field(canvas, y, 13, 10, TEXT_RIGHT, ROLE_STRONG, format_grouped(common).text);
    canvas_field(canvas, y, 24, 8, TEXT_RIGHT, ROLE_TEXT, format_percent(share).text);
    chart_bar(canvas, y, 34, 12, isnan(share) ? 0 : share, ROLE_BAR);
    draw_curve(found, pair, canvas, y);
}

/* What was cancelled is said where its ranking counts. */
static void draw_partial(const struct compare_answer *found, const struct session *session,
                         struct canvas *canvas, int y, int x)
{
    for (size_t i = 0; i < found->n; i++) {
        const struct result *one = &session->run->results[found->result[i]];
        if (one->partial[0] != '\0') {
            x = canvas_printf(canvas, y, x, ROLE_WARN, "  %s: %s", one->brief, one->partial);
        }
    }
}

int compare_draw_pairs(struct compare_view *view, const struct session *session,
                       struct canvas *canvas)
{
    const struct compare_answer *found = &view->found;
    struct listbox *list = &view->list[PANE_PAIRS];
    int y = 0;
    int x = canvas_printf(canvas, y, 1, ROLE_STRONG, "top %s of each: %s in all",
                          format_grouped(found->k).text,
                          format_count(found->at_k.in_any, "user-hour").text);
    draw_partial(found, session, canvas, y++, x);
    canvas_text(canvas, y, 1, ROLE_DIM, "shared by");
    canvas_field(canvas, y, 13, 10, TEXT_RIGHT, ROLE_DIM, "rows");
    canvas_field(canvas, y, 24, 8, TEXT_RIGHT, ROLE_DIM, "Jaccard");
    if (found->n_steps > 0 && has_curves(found, canvas)) {
        canvas_printf(canvas, y, CURVE_X, ROLE_DIM, "for K from 1 to %s",
                      format_grouped(found->steps[found->n_steps - 1]).text);
    }
    y++;
    size_t n = compare_pairs(found), top = 0;
    if (view->pane == PANE_PAIRS) {
        listbox_set_page(list, canvas->rows > y ? (size_t)(canvas->rows - y) : 0);
        top = list->top;
    }
    for (size_t i = top; i < n && y < canvas->rows; i++, y++) {
        draw_pair(found, session, i, canvas, y);
        if (view->pane == PANE_PAIRS && i == list->cursor) {
            canvas_select(canvas, y, 0, CURVE_X - 1);
        }
    }
    return y;
}

/* One line a K: those that fit, spread over all. */
void compare_draw_curves(const struct compare_view *view, const struct session *session,
                         struct canvas *canvas)
{
    const struct compare_answer *found = &view->found;
    size_t pairs = compare_pairs(found), n = found->n_steps;
    canvas_field(canvas, 0, 1, K_COLS, TEXT_RIGHT, ROLE_DIM, "K");
    for (size_t i = 0; i < pairs; i++) {
        char name[40];
        name_of(found, session, compare_pair(found, i), "+", name, sizeof name);
        canvas_field(canvas, 0, 2 + K_COLS + (int)i * POINT_COLS, POINT_COLS, TEXT_LEFT,
                     ROLE_DIM, name);
    }
    size_t room = canvas->rows > 1 ? (size_t)canvas->rows - 1 : 0;
    size_t lines = room < n ? room : n;
    for (size_t line = 0; line < lines; line++) {
        int y = (int)line + 1;
        size_t step = lines > 1 ? line * (n - 1) / (lines - 1) : n - 1;
        bool here = found->steps[step] == found->k;
        canvas_field(canvas, y, 1, K_COLS, TEXT_RIGHT, here ? ROLE_STRONG : ROLE_TEXT,
                     format_grouped(found->steps[step]).text);
        for (size_t i = 0; i < pairs; i++) {
            double share = compare_jaccard(&found->curve[step], compare_pair(found, i));
            int x = 2 + K_COLS + (int)i * POINT_COLS;
            canvas_field(canvas, y, x, 7, TEXT_RIGHT, here ? ROLE_STRONG : ROLE_TEXT,
                         format_percent(share).text);
            chart_bar(canvas, y, x + 8, 8, isnan(share) ? 0 : share, ROLE_BAR);
        }
    }
}

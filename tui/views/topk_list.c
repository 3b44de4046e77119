#include "views/topk_list.h"

#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "review.h"
#include "views/detail.h"
#include "views/user_hours.h"
#include "widgets/columns.h"

enum { REASON_COLS = 20 };

struct layout {
    struct columns columns;
    size_t verdict, rank, when, user, reason, copies;
    size_t ranks[DETECTOR_MAX + 1]; /* column of each result; COLUMNS_MAX: none */
    size_t sorted;
};

static void lay_out(const struct topk_look *look, const struct session *session,
                    struct layout *layout, int cols)
{
    struct columns *columns = &layout->columns;
    const struct table *table = session->run->table;
    memset(layout, 0, sizeof *layout);
    layout->verdict = columns_add(columns, (struct column){"", 4, 4, 1, TEXT_LEFT});
    layout->rank = columns_add(columns, (struct column){"#", 5, 9, 0, TEXT_RIGHT});
    layout->when = layout->user = COLUMNS_MAX;
    if (table->row_user != NULL) {
        layout->user = columns_add(columns, (struct column){"user", 12, 30, 0, TEXT_LEFT});
    }
    if (table->row_time != NULL) {
        layout->when = columns_add(columns, (struct column){"when", 7, 7, 1, TEXT_LEFT});
    }
    for (size_t i = 0; i < session_results(); i++) {
        layout->ranks[i] =
            session_uses(session, i) && i != session->selected.result
                ? columns_add(columns, (struct column){session->run->results[i].brief, 7, 11, 3,
                                                       TEXT_RIGHT})
                : COLUMNS_MAX;
    }
    layout->reason =
        columns_add(columns, (struct column){"why", REASON_COLS, 34, 2, TEXT_LEFT});
    layout->copies = columns_add(columns, (struct column){"alike", 6, 9, 4, TEXT_RIGHT});
    columns_sortable(columns, layout->rank, "rank");
    columns_sortable(columns, layout->when, "time");
    columns_sortable(columns, layout->user, "user");
    columns_sortable(columns, layout->copies, "copies");
    columns_place(columns, cols);
    const size_t sorted[] = {layout->rank, layout->when, layout->user, layout->copies};
    layout->sorted = look->sort < TOPK_FEATURE ? sorted[look->sort] : columns->n;
}

static void draw_when(const struct session *session, size_t row, char *text, size_t size)
{
    int64_t day;
    int hour;
    if (table_row_when(session->run->table, row, &day, &hour)) {
        snprintf(text, size, "%s", format_when(day, hour).text);
    } else {
        snprintf(text, size, "-");
    }
}

static void draw_rank(const struct session *session, size_t result, size_t row,
                      const struct columns *columns, size_t column, struct canvas *canvas,
                      int y)
{
    const struct run *run = session->run;
    if (column >= COLUMNS_MAX || columns->width[column] == 0) {
        return;
    }
    if (!session->has_result[result]) {
        columns_field(columns, canvas, y, column, ROLE_DIM, canvas->glyphs->dot);
        return;
    }
    const struct result *one = &run->results[result];
    size_t rank = ranking_rank_of(one->ranking, run->by_profile, run->table->row_profile, row);
    bool flagged = one->scores.score[run->table->row_profile[row]] > one->scores.threshold;
    columns_field(columns, canvas, y, column, flagged ? ROLE_FLAGGED : ROLE_DIM,
                  rank == 0 ? "-" : format_grouped(rank).text);
}

static void draw_reason(const struct session *session, size_t profile,
                        const struct layout *layout, struct canvas *canvas, int y)
{
    const char *feature;
    double share;
    char text[160];
    if (layout->columns.width[layout->reason] == 0 ||
        !detail_reason(session, session->selected.result, profile, &feature, &share)) {
        return;
    }
    size_t i = 0;
    const struct table *table = session->run->table;
    while (strcmp(table->feature_names[i], feature) != 0) {
        i++;
    }
    snprintf(text, sizeof text, "%.100s %s", feature,
             format_value(table_profile(table, profile)[i]).text);
    columns_field(&layout->columns, canvas, y, layout->reason, ROLE_TEXT, text);
}

static void draw_row(const struct app *app, size_t row, size_t place,
                     const struct layout *layout, struct canvas *canvas, int y)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    const struct columns *columns = &layout->columns;
    uint32_t profile = table->row_profile[row];
    char text[200];
    const struct result *by = &session->run->results[session->selected.result];
    size_t rank =
        ranking_rank_of(by->ranking, session->run->by_profile, table->row_profile, row);
    review_mark(app_review(app), row, false, text, sizeof text);
    columns_field(columns, canvas, y, layout->verdict, ROLE_STRONG, text);
    columns_field(columns, canvas, y, layout->rank, ROLE_STRONG,
                  format_grouped(rank != 0 ? rank : place + 1).text);
    if (layout->user < COLUMNS_MAX) {
        user_hours_user(table, row, canvas->glyphs->ascii, text, sizeof text);
        columns_field(columns, canvas, y, layout->user, ROLE_TEXT, text);
    }
    if (layout->when < COLUMNS_MAX) {
        draw_when(session, row, text, sizeof text);
        columns_field(columns, canvas, y, layout->when, ROLE_TEXT, text);
    }
    for (size_t i = 0; i < session_results(); i++) {
        draw_rank(session, i, row, columns, layout->ranks[i], canvas, y);
    }
    draw_reason(session, profile, layout, canvas, y);
    uint32_t copies = table->profiles.copies[profile];
    if (copies > 1) {
        snprintf(text, sizeof text, "%s%s", canvas->glyphs->times, format_short(copies).text);
        columns_field(columns, canvas, y, layout->copies, ROLE_DIM, text);
    }
}

void topk_list_draw(const struct topk_look *look, const struct app *app, struct list *list,
                    struct canvas *canvas)
{
    const struct session *session = app_session(app);
    struct layout layout;
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    lay_out(look, session, &layout, part.cols);
    columns_header(&layout.columns, &part, 0, layout.sorted, look->falling);
    list_show(list, canvas, 1, canvas->rows - 1);
    for (size_t i = list->top; i < list->n; i++) {
        int y = (int)(i - list->top) + 1;
        size_t row = y < canvas->rows ? row_list_at(look->rows, i) : SIZE_MAX;
        if (row == SIZE_MAX) {
            break;
        }
        draw_row(app, row, i, &layout, &part, y);
        if (i == list->cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
}

#include "views/data_summary.h"

#include <stdio.h>

#include "base/format.h"
#include "table/spread.h"
#include "widgets/columns.h"

/* ---- facts ---- */

int data_facts(const struct session *session, const struct table *table,
               const struct description *description, struct canvas *canvas)
{
    if (!session->has_table) {
        canvas_printf(canvas, 0, 1, ROLE_WARN, "the first %s; still reading",
                      format_count(table->n_rows, "user-hour").text);
        return 1;
    }
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s",
                          format_count(table->n_rows, "user-hour").text);
    canvas_phrases(canvas, 0, x, ROLE_TEXT, ", %s (%s of rows share theirs)",
                   format_count(table->profiles.n, "profile").text,
                   format_percent(1 - (double)table->profiles.n / (double)table->n_rows).text);
    x = 1; /* losses first: what there is no room for is at the end */
    if (table->report.rejected > 0) {
        x = canvas_phrases(canvas, 1, x, ROLE_WARN, "%s left out (8 Log)  ",
                           format_count(table->report.rejected, "line").text);
    }
    if (table->report.unread_times > 0) {
        x = canvas_phrases(canvas, 1, x, ROLE_WARN, "%s cannot be read  ",
                           format_count(table->report.unread_times, "time").text);
    }
    if (table->users != NULL) {
        x = canvas_phrases(canvas, 1, x, ROLE_TEXT, "%s  ",
                           format_count(dict_count(table->users), "user").text);
    }
    if (table->times != NULL) {
        x = canvas_phrases(canvas, 1, x, ROLE_TEXT, "%s from %s  ",
                           format_count(dict_count(table->times), "hour").text,
                           format_date(table->first_day).text);
    }
    canvas_phrases(canvas, 1, x, ROLE_DIM, "%s read", format_bytes(table->report.bytes).text);
    if (description == NULL || !description->has_pairs || description->duplicated_pairs == 0) {
        return 2;
    }
    canvas_printf(canvas, 2, 1, ROLE_WARN,
                  "%s rows share time and user with another row: (dt, src_user) is no key",
                  format_grouped(description->duplicated_rows).text);
    return 3;
}

/* ---- columns ---- */

enum column_of {
    COLUMN_NAME,
    COLUMN_MEAN,
    COLUMN_STD,
    COLUMN_MIN,
    COLUMN_Q25,
    COLUMN_Q50,
    COLUMN_Q75,
    COLUMN_MAX,
    COLUMN_MISSING,
    COLUMN_INFINITE,
    COLUMN_STABILITY, /* beside a reference, that says how its features are spread */
    COLUMN_SHIFT,
    COLUMN_UNSEEN
};

static void layout_columns(struct columns *columns, bool shifts, int cols)
{
    columns_add(columns, (struct column){"feature", 16, 34, 0, TEXT_LEFT});
    columns_add(columns, (struct column){"mean", 8, 11, 0, TEXT_RIGHT});
    columns_add(columns, (struct column){"std", 8, 11, 4, TEXT_RIGHT});
    columns_add(columns, (struct column){"min", 6, 10, 7, TEXT_RIGHT});
    columns_add(columns, (struct column){"25%", 6, 10, 6, TEXT_RIGHT});
    columns_add(columns, (struct column){"50%", 6, 10, 2, TEXT_RIGHT});
    columns_add(columns, (struct column){"75%", 6, 10, 5, TEXT_RIGHT});
    columns_add(columns, (struct column){"max", 8, 11, 1, TEXT_RIGHT});
    columns_add(columns, (struct column){"missing", 7, 12, 3, TEXT_RIGHT});
    columns_add(columns, (struct column){"infinite", 8, 12, 8, TEXT_RIGHT});
    if (shifts) {
        columns_add(columns, (struct column){"PSI", 5, 8, 0, TEXT_RIGHT});
        columns_add(columns, (struct column){"shift", 6, 8, 1, TEXT_RIGHT});
        columns_add(columns, (struct column){"unseen", 6, 10, 2, TEXT_RIGHT});
    }
    columns_place(columns, cols);
}

static void draw_summary(const struct summary *summary, const struct columns *columns,
                         struct canvas *canvas, int y)
{
    const double quantiles[] = {summary->min, summary->q25, summary->q50, summary->q75,
                                summary->max};
    columns_field(columns, canvas, y, COLUMN_MEAN, ROLE_TEXT, format_score(summary->mean).text);
    columns_field(columns, canvas, y, COLUMN_STD, ROLE_TEXT, format_score(summary->std).text);
    for (size_t i = 0; i < 5; i++) {
        columns_field(columns, canvas, y, COLUMN_MIN + i, ROLE_TEXT,
                      format_value(quantiles[i]).text);
    }
}

/* How far a feature has moved from the reference's: red when models should be fitted again. */
static void draw_shift(const struct spread_shift *shift, const struct columns *columns,
                       struct canvas *canvas, int y)
{
    enum role role = shift->stability > SPREAD_MUCH   ? ROLE_BAD
                     : shift->stability > SPREAD_SOME ? ROLE_WARN
                                                      : ROLE_TEXT;
    char text[32];
    snprintf(text, sizeof text, "%.2f", shift->stability);
    columns_field(columns, canvas, y, COLUMN_STABILITY, role, text);
    snprintf(text, sizeof text, "%+.1f %%", 100 * shift->largest);
    columns_field(columns, canvas, y, COLUMN_SHIFT, role, text);
    columns_field(columns, canvas, y, COLUMN_UNSEEN,
                  shift->above + shift->below > 0 ? ROLE_WARN : ROLE_DIM,
                  format_grouped(shift->above + shift->below).text);
}

static void draw_column(const struct table *table, const struct description *description,
                        size_t i, const struct columns *columns, struct canvas *canvas, int y)
{
    const struct read_report *report = &table->report;
    columns_field(columns, canvas, y, COLUMN_NAME, ROLE_TEXT, table->feature_names[i]);
    if (description != NULL) {
        draw_summary(&description->feature[i], columns, canvas, y);
    }
    if (report->missing != NULL) {
        columns_field(columns, canvas, y, COLUMN_MISSING,
                      report->missing[i] > 0 ? ROLE_WARN : ROLE_DIM,
                      format_grouped(report->missing[i]).text);
    }
    if (report->infinite != NULL) {
        columns_field(columns, canvas, y, COLUMN_INFINITE,
                      report->infinite[i] > 0 ? ROLE_WARN : ROLE_DIM,
                      format_grouped(report->infinite[i]).text);
    }
}

void data_columns(const struct session *session, const struct table *table,
                  const struct description *description, struct listbox *list, bool focused,
                  struct canvas *canvas)
{
    const struct run_reference *reference = session->has_table ? session->run->reference : NULL;
    const struct spread_shift *shifts = reference != NULL ? reference->shifts : NULL;
    struct columns columns = {0};
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    layout_columns(&columns, shifts != NULL, part.cols);
    columns_header(&columns, &part, 0, columns.n, false);
    listbox_show(list, canvas, 1, canvas->rows - 1);
    for (size_t i = list->top; i < table->profiles.d; i++) {
        int y = (int)(i - list->top) + 1;
        if (y >= canvas->rows) {
            break;
        }
        draw_column(table, description, i, &columns, &part, y);
        if (shifts != NULL) {
            draw_shift(&shifts[i], &columns, &part, y);
        }
        if (focused && i == list->cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
}

/* The timelines of the User view: what each feature came to, day by day. */
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "views/user_view.h"
#include "widgets/chart.h"

/* The largest of line `line` (a feature, or d for the level) in the days of one cell. */
static double largest(const struct user_rows *rows, size_t d, size_t line, size_t days_a_cell,
                      size_t cell)
{
    double most = NAN;
    for (size_t i = 0; i < days_a_cell; i++) {
        size_t day = cell * days_a_cell + i;
        if (day < rows->days) {
            double value = rows->daily[day * (d + 1) + line];
            most = isnan(most) || value > most ? value : most;
        }
    }
    return most;
}

static void draw_line(const struct user_rows *rows, size_t d, size_t line, size_t days_a_cell,
                      double most, enum role role, struct canvas *canvas, int y)
{
    size_t cells = (rows->days + days_a_cell - 1) / days_a_cell;
    for (size_t i = 0; i < cells; i++) {
        double value = largest(rows, d, line, days_a_cell, i);
        if (!isnan(value)) {
            chart_spark(canvas, y, USER_DAYS_LABEL + (int)i, 1, &value, 1, most, role);
        }
    }
}

static void draw_feature(const struct user_view *view, const struct table *table, size_t line,
                         size_t days_a_cell, struct canvas *canvas, int y)
{
    const struct user_rows *rows = &view->rows;
    bool shown = view->quantity.feature && view->quantity.index == line;
    canvas_field(canvas, y, 1, USER_DAYS_LABEL - 2, TEXT_LEFT, shown ? ROLE_STRONG : ROLE_DIM,
                 table->feature_names[line]);
    draw_line(rows, table->profiles.d, line, days_a_cell, rows->most[line], ROLE_BAR, canvas,
              y);
    struct shown most = format_value(rows->most[line]);
    if (strlen(most.text) >= USER_DAYS_RIGHT) {
        most = format_short(rows->most[line]);
    }
    canvas_field(canvas, y, canvas->cols - USER_DAYS_RIGHT, USER_DAYS_RIGHT - 1, TEXT_RIGHT,
                 ROLE_TEXT, most.text);
}

void user_days_draw(const struct user_view *view, const struct app *app, size_t days_a_cell,
                    struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    size_t d = table->profiles.d;
    int y = 0, rows = canvas->rows - 1;
    if (rows > 1 && !view->quantity.feature) { /* the score has no unit here: its rarity */
        canvas_field(canvas, y, 1, USER_DAYS_LABEL - 2, TEXT_LEFT, ROLE_STRONG,
                     user_view_quantity(view, session));
        draw_line(&view->rows, d, d, days_a_cell, 1, ROLE_FLAGGED, canvas, y);
        canvas_field(canvas, y++, canvas->cols - USER_DAYS_RIGHT, USER_DAYS_RIGHT - 1,
                     TEXT_RIGHT, ROLE_DIM, "most/h");
    }
    /* When there are more than lines, the one in the lane is among them. */
    size_t room = (size_t)(rows - y), first = 0;
    if (d > room && view->quantity.feature && view->quantity.index >= room) {
        first = view->quantity.index - room + 1;
    }
    for (size_t i = first; i < d && y < rows; i++) {
        draw_feature(view, table, i, days_a_cell, canvas, y++);
    }
}

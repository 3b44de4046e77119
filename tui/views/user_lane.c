/* The heat lane of the User view: days from left to right, hours from top to bottom. */
#include <math.h>

#include "views/user_view.h"
#include "widgets/chart.h"

enum { LABEL_COLS = 5, GAP_COLS = 3, BESIDE_COLS = 56, DAY_LABEL_EVERY = 10, LEAST_LANE = 4 };

struct lane {
    int x, cols, rows;
    size_t days_a_cell, hours_a_row;
};

int user_lane_rows(const struct user_rows *rows, int room)
{
    static const int heights[] = {24, 12, 8, 6, 4};
    for (size_t i = 0; rows->days > 0 && i < sizeof heights / sizeof heights[0]; i++) {
        if (heights[i] < room) {
            return heights[i] + 1; /* and the line of days */
        }
    }
    return 0;
}

/* `x` cells are taken on the left, and `right` on the right. */
static struct lane lay_lane(const struct user_rows *rows, const struct canvas *canvas, int x,
                            int right)
{
    struct lane lane = {.x = x, .rows = canvas->rows - 1};
    size_t width = canvas->cols > x + right ? (size_t)(canvas->cols - x - right) : 1;
    lane.days_a_cell = (rows->days + width - 1) / width;
    lane.hours_a_row =
        lane.rows > 0 && lane.rows < USER_HOURS ? USER_HOURS / (size_t)lane.rows : 1;
    lane.cols = (int)((rows->days + lane.days_a_cell - 1) / lane.days_a_cell);
    return lane;
}

/* Cells that are left beside the lane on a screen of `cols`; negative when it is squeezed. */
static int beside(const struct user_rows *rows, int cols)
{
    return rows->days < (size_t)cols ? cols - LABEL_COLS - (int)rows->days - GAP_COLS : -1;
}

bool user_lane_timelines(const struct user_view *view, int cols)
{
    return (beside(&view->rows, cols) >= BESIDE_COLS) != view->other;
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

/* The cell of the selected hour; false when it is not in the lane. */
static bool selected_cell(const struct session *session, const struct user_rows *rows,
                          const struct lane *lane, int *y, int *x)
{
    int64_t day;
    int hour;
    if (!session->selected.has_row ||
        !table_row_when(session->run->table, session->selected.row, &day, &hour) ||
        day < rows->first_day || (size_t)(day - rows->first_day) >= rows->days) {
        return false;
    }
    *y = hour / (int)lane->hours_a_row;
    *x = lane->x + (int)((size_t)(day - rows->first_day) / lane->days_a_cell);
    return true;
}

static void draw_lane(const struct session *session, const struct user_rows *rows,
                      const struct lane *lane, struct canvas *canvas)
{
    int at_y, at_x;
    for (int y = 0; y < lane->rows; y++) {
        canvas_printf(canvas, y, 1, ROLE_DIM, "%02zuh", (size_t)y * lane->hours_a_row);
        for (int x = 0; x < lane->cols; x++) {
            chart_heat(canvas, y, lane->x + x, hottest(rows, lane, y, x));
        }
    }
    if (selected_cell(session, rows, lane, &at_y, &at_x)) {
        canvas_select(canvas, at_y, at_x, 1);
    }
}

/* The days below, and a mark under the selected one. */
static void draw_days(const struct session *session, const struct user_rows *rows,
                      const struct lane *lane, struct canvas *canvas)
{
    int y, x;
    for (int i = 0; i + 4 <= lane->cols || i == 0; i += DAY_LABEL_EVERY) {
        canvas_printf(canvas, lane->rows, lane->x + i, ROLE_DIM, "d%02lld",
                      (long long)rows->first_day + (long long)i * (long long)lane->days_a_cell);
    }
    if (selected_cell(session, rows, lane, &y, &x)) {
        chart_mark(canvas, lane->rows, x, canvas->glyphs->up);
    }
}

void user_lane_draw(const struct user_view *view, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct user_rows *rows = &view->rows;
    int cols = beside(rows, canvas->cols);
    bool both = cols >= BESIDE_COLS && canvas->rows > LEAST_LANE;
    bool timelines = user_lane_timelines(view, canvas->cols);
    if (both || !timelines) {
        struct lane lane = lay_lane(rows, canvas, LABEL_COLS, 1);
        draw_lane(session, rows, &lane, canvas);
        draw_days(session, rows, &lane, canvas);
    }
    if (timelines) {
        struct canvas part =
            both ? canvas_part(canvas, 0, canvas->cols - cols, canvas->rows, cols) : *canvas;
        struct lane days = lay_lane(rows, &part, USER_DAYS_LABEL, USER_DAYS_RIGHT);
        user_days_draw(view, app, days.days_a_cell, &part);
        draw_days(session, rows, &days, &part);
    }
}

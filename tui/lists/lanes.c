#include "lists/lanes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/text.h"
#include "widgets/chart.h"

enum {
    LABEL_COLS = 17,
    RIGHT_COLS = 34, /* beside the lanes, where there is room for both */
    WIDE = 150,      /* from here on */
    LEAST_ROOM = 32, /* of the screen, for any lane at all */
    DAY_LABEL_EVERY = 10
};

struct lanes_query {
    struct query query; /* first */
    const struct run *run;
    struct lanes found; /* the answer; its arrays are the view's to take */
};

/* ---- the queries thread ---- */

static void work(struct query *query, const struct progress *progress)
{
    struct lanes_query *self = (struct lanes_query *)query;
    self->found.ready =
        swim_lanes_find(&self->found.of, self->run, &self->run->results[self->found.result],
                        progress, &query->status);
}

static void free_query(struct query *query)
{
    struct lanes_query *self = (struct lanes_query *)query;
    swim_lanes_clear(&self->found.of);
    free(self);
}

/* ---- asking ---- */

static bool same_accounts(const struct lanes *a, const struct lanes *b)
{
    return a->of.n == b->of.n &&
           memcmp(a->of.user, b->of.user, a->of.n * sizeof *a->of.user) == 0;
}

void lanes_ask(struct lanes *lanes, struct app *app, void *view, const uint32_t *rows, size_t n)
{
    const struct session *session = app_session(app);
    struct lanes_query *asked = mem_zero(1, sizeof *asked, "lanes", NULL);
    if (asked == NULL) {
        return; /* the list goes without */
    }
    struct lanes *wanted = &asked->found;
    wanted->result = session->selected.result;
    wanted->run = session->run;
    swim_lanes_accounts(&wanted->of, session->run->table, rows, n);
    if (wanted->of.n == 0 ||
        (lanes->ready && lanes->run == wanted->run && lanes->result == wanted->result &&
         same_accounts(lanes, wanted))) {
        free(asked);
        return;
    }
    asked->query.work = work;
    asked->query.free = free_query;
    asked->query.slot = SLOT_LANES;
    asked->run = session->run;
    lanes->asked = asked;
    if (!app_query(app, view, &asked->query)) {
        lanes->asked = NULL;
    }
}

bool lanes_answer(struct lanes *lanes, struct query *query)
{
    if (query != lanes->asked) {
        return false;
    }
    struct lanes_query *self = (struct lanes_query *)query;
    lanes_clear(lanes);
    if (query->status.code == STATUS_OK && self->found.ready) {
        *lanes = self->found;
        self->found.of = (struct swim_lanes){0};
    }
    return true;
}

void lanes_clear(struct lanes *lanes)
{
    swim_lanes_clear(&lanes->of);
    *lanes = (struct lanes){0};
}

/* ---- drawing ---- */

int lanes_rows(const struct lanes *lanes, int room)
{
    if (!lanes->ready || room < LEAST_ROOM) {
        return 0;
    }
    int most = room / 6, wanted = (int)lanes->of.n;
    return (wanted < most ? wanted : most) + 2; /* all above, days below */
}

struct layout {
    int x, cols;
    size_t slices_a_cell;
};

static struct layout lay_out(const struct lanes *lanes, int cols)
{
    size_t slices = lanes->of.days * lanes->of.a_day;
    int right = cols >= WIDE ? RIGHT_COLS : 1;
    size_t room = cols > LABEL_COLS + right ? (size_t)(cols - LABEL_COLS - right) : 1;
    struct layout layout = {.x = LABEL_COLS, .slices_a_cell = (slices + room - 1) / room};
    layout.cols = (int)((slices + layout.slices_a_cell - 1) / layout.slices_a_cell);
    return layout;
}

static double brightest(const struct lanes *lanes, const struct layout *layout, size_t lane,
                        size_t cell)
{
    const size_t slices = lanes->of.days * lanes->of.a_day;
    double most = NAN;
    for (size_t i = 0; i < layout->slices_a_cell; i++) {
        size_t slice = cell * layout->slices_a_cell + i;
        double level = slice < slices ? (double)lanes->of.level[lane * slices + slice] : NAN;
        most = isnan(most) || level > most ? level : most;
    }
    return most;
}

/* The cell of the selected row; false when it has none. */
static bool selected_cell(const struct lanes *lanes, const struct session *session,
                          const struct layout *layout, int *x)
{
    const struct table *table = session->run->table;
    if (!session->selected.has_row || lanes->run != session->run) {
        return false;
    }
    size_t slice = swim_lanes_slice(&lanes->of, table, table->row_time[session->selected.row]);
    *x = layout->x + (int)(slice / layout->slices_a_cell);
    return slice != SIZE_MAX;
}

static void draw_all(const struct lanes *lanes, const struct layout *layout,
                     struct canvas *canvas)
{
    /* A day may be several cells, or a part of one. */
    double heights[1024];
    size_t n = (size_t)layout->cols < sizeof heights / sizeof *heights
                   ? (size_t)layout->cols
                   : sizeof heights / sizeof *heights;
    for (size_t cell = 0; cell < n; cell++) {
        size_t from = cell * layout->slices_a_cell / lanes->of.a_day;
        size_t to = ((cell + 1) * layout->slices_a_cell - 1) / lanes->of.a_day;
        heights[cell] = 0;
        for (size_t day = from; day <= to && day < lanes->of.days; day++) {
            heights[cell] = fmax(heights[cell], lanes->of.flagged[day]);
        }
    }
    canvas_text(canvas, 0, 1, ROLE_DIM, "flagged a day");
    chart_spark(canvas, 0, layout->x, layout->cols, heights, n, fmax(lanes->of.most, 1),
                ROLE_BAR);
}

static void draw_days(const struct lanes *lanes, const struct layout *layout,
                      struct canvas *canvas, int y)
{
    for (size_t day = 0; day < lanes->of.days; day += DAY_LABEL_EVERY) {
        int x = layout->x + (int)(day * lanes->of.a_day / layout->slices_a_cell);
        size_t step = DAY_LABEL_EVERY * lanes->of.a_day / layout->slices_a_cell;
        if (x + 4 <= layout->x + layout->cols &&
            (step >= 5 || day % (4 * DAY_LABEL_EVERY) == 0)) {
            canvas_printf(canvas, y, x, ROLE_DIM, "d%02lld",
                          (long long)lanes->of.first_day + (long long)day);
        }
    }
}

/* What the lanes' shades mean, and how many were flagged. */
static void draw_legend(const struct lanes *lanes, struct canvas *canvas, int rows)
{
    static const char *const names[] = {"1 in 10", "1 in 100", "1 in 1,000", "1 in 10,000"};
    double sum = 0;
    int x = canvas->cols - RIGHT_COLS + 2;
    for (size_t day = 0; day < lanes->of.days; day++) {
        sum += lanes->of.flagged[day];
    }
    canvas_printf(canvas, 0, x, ROLE_DIM, "%s, mean %.1f, last %.0f",
                  format_count(lanes->of.days, "day").text, sum / (double)lanes->of.days,
                  lanes->of.flagged[lanes->of.days - 1]);
    for (int i = 0; i < 4 && 1 + i < rows; i++) {
        chart_heat(canvas, 1 + i, x, (i + 1) / LANES_DECADES);
        canvas_text(canvas, 1 + i, x + 2, ROLE_DIM, names[i]);
    }
}

/* The same in a line, where the lanes leave so much. */
static void draw_short_legend(const struct layout *layout, struct canvas *canvas, int y)
{
    static const char *const names[] = {"1:10", "1:100", "1:1k", "1:10k"};
    int x = layout->x + layout->cols + 1;
    for (int i = 0; i < 4 && x + 7 < canvas->cols; i++) {
        chart_heat(canvas, y, x, (i + 1) / LANES_DECADES);
        x = canvas_text(canvas, y, x + 1, ROLE_DIM, names[i]) + 1;
    }
}

void lanes_draw(const struct lanes *lanes, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    const struct layout layout = lay_out(lanes, canvas->cols);
    int selected_x = 0, rows = canvas->rows - 2;
    bool selected = selected_cell(lanes, session, &layout, &selected_x);
    draw_all(lanes, &layout, canvas);
    for (int i = 0; i < rows && (size_t)i < lanes->of.n; i++) {
        bool own = selected && table->row_user[session->selected.row] == lanes->of.user[i];
        struct span name = dict_get(table->users, lanes->of.user[i]);
        char shown[LABEL_COLS * 4];
        text_safe(shown, sizeof shown, name.bytes, name.length, false);
        struct canvas label = canvas_part(canvas, 1 + i, 1, 1, LABEL_COLS - 2);
        canvas_text(&label, 0, 0, own ? ROLE_STRONG : ROLE_TEXT, shown);
        for (int x = 0; x < layout.cols; x++) {
            chart_heat(canvas, 1 + i, layout.x + x,
                       brightest(lanes, &layout, (size_t)i, (size_t)x));
        }
        if (own) {
            canvas_select(canvas, 1 + i, selected_x, 1);
        }
    }
    draw_days(lanes, &layout, canvas, canvas->rows - 1);
    if (selected) {
        chart_mark(canvas, canvas->rows - 1, selected_x, canvas->glyphs->up);
    }
    if (canvas->cols >= WIDE) {
        draw_legend(lanes, canvas, canvas->rows - 1);
    } else {
        draw_short_legend(&layout, canvas, canvas->rows - 1);
    }
}

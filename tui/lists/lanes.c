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
    RIGHT_COLS = 34,      /* beside the lanes, where there is room for both */
    WIDE = 150,           /* from here on */
    SLICES_MOST = 8192,   /* of an account */
    A_DAY = 4,            /* slices of six hours */
    LEAST_ROOM = 32,      /* of the screen, for any lane at all */
    CHECK_ROWS = 1 << 20, /* between looks at the cancel flag */
    DAY_LABEL_EVERY = 10
};

#define DECADES 4.0 /* 1 in 10,000 is the brightest */

struct lanes_query {
    struct query query; /* first */
    const struct run *run;
    struct lanes found; /* the answer; its arrays are the view's to take */
};

/* ---- the queries thread ---- */

/* Lanes of the accounts: 255 for those without one. */
static uint8_t *lane_of_users(const struct lanes *lanes, size_t n_users, struct status *status)
{
    uint8_t *lane = mem_new(n_users, 1, "lanes", status);
    if (lane != NULL) {
        memset(lane, UINT8_MAX, n_users);
        for (size_t i = 0; i < lanes->n; i++) {
            lane[lanes->user[i]] = (uint8_t)i;
        }
    }
    return lane;
}

static bool has_seconds(const struct table *table, uint32_t time)
{
    return table->time_seconds[time] != TABLE_NO_TIME;
}

static int64_t day_of(const struct table *table, uint32_t time)
{
    int64_t seconds = table->time_seconds[time];
    return seconds / 86400 - (seconds % 86400 < 0);
}

/* The days of the table, and into how many slices they are cut. */
static bool lay_days(struct lanes *lanes, const struct table *table)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (uint32_t time = 0; time < dict_count(table->times); time++) {
        if (has_seconds(table, time)) {
            int64_t day = day_of(table, time);
            first = day < first ? day : first;
            last = day > last ? day : last;
        }
    }
    if (first > last || last - first >= SLICES_MOST) {
        return false;
    }
    lanes->first_day = first;
    lanes->days = (size_t)(last - first + 1);
    lanes->a_day = lanes->days * A_DAY <= SLICES_MOST ? A_DAY : 1;
    return true;
}

static size_t slice_of(const struct lanes *lanes, const struct table *table, uint32_t time)
{
    int64_t day = day_of(table, time), second = table->time_seconds[time] - day * 86400;
    return (size_t)(day - lanes->first_day) * lanes->a_day +
           (size_t)second * lanes->a_day / 86400;
}

/* The highest score of each slice, and the flagged rows of each day. */
static bool walk_rows(struct lanes *lanes, const struct run *run, const uint8_t *lane,
                      const struct progress *progress, struct status *status)
{
    const struct table *table = run->table;
    const struct result *result = &run->results[lanes->result];
    const size_t slices = lanes->days * lanes->a_day;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (row % CHECK_ROWS == 0 && progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        uint32_t time = table->row_time[row];
        uint8_t which = lane[table->row_user[row]];
        double score = result_score(result, table, row);
        if (isnan(score) || !has_seconds(table, time)) {
            continue;
        }
        size_t slice = slice_of(lanes, table, time);
        lanes->flagged[slice / lanes->a_day] += score > result->scores.threshold;
        if (which != UINT8_MAX) {
            float *level = &lanes->level[which * slices + slice];
            *level = isnan(*level) || (float)score > *level ? (float)score : *level;
        }
    }
    return true;
}

/* From scores to shares, by decades. */
static void make_levels(struct lanes *lanes, const struct ranking *ranking)
{
    const size_t n = lanes->n * lanes->days * lanes->a_day;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(lanes->level[i])) {
            double share = ranking_tail_share_of(ranking, (double)lanes->level[i]);
            double level = share > 0 ? -log10(share) / DECADES : 1;
            lanes->level[i] = (float)(level > 1 ? 1 : level);
        }
    }
    for (size_t day = 0; day < lanes->days; day++) {
        lanes->most = fmax(lanes->most, lanes->flagged[day]);
    }
}

static void work(struct query *query, const struct progress *progress)
{
    struct lanes_query *self = (struct lanes_query *)query;
    struct lanes *lanes = &self->found;
    const struct table *table = self->run->table;
    if (!lay_days(lanes, table)) {
        return; /* there is nothing to draw */
    }
    size_t n = lanes->n * lanes->days * lanes->a_day;
    uint8_t *lane = lane_of_users(lanes, dict_count(table->users), &query->status);
    lanes->level = mem_new(n, sizeof *lanes->level, "lanes", &query->status);
    lanes->flagged = mem_zero(lanes->days, sizeof *lanes->flagged, "lanes", &query->status);
    if (lane != NULL && lanes->level != NULL && lanes->flagged != NULL) {
        for (size_t i = 0; i < n; i++) {
            lanes->level[i] = NAN;
        }
        lanes->ready = walk_rows(lanes, self->run, lane, progress, &query->status);
        if (lanes->ready) {
            make_levels(lanes, self->run->results[lanes->result].ranking);
        }
    }
    free(lane);
}

static void free_query(struct query *query)
{
    struct lanes_query *self = (struct lanes_query *)query;
    free(self->found.level);
    free(self->found.flagged);
    free(self);
}

/* ---- asking ---- */

static bool same_accounts(const struct lanes *a, const struct lanes *b)
{
    return a->n == b->n && memcmp(a->user, b->user, a->n * sizeof *a->user) == 0;
}

void lanes_ask(struct lanes *lanes, struct app *app, void *view, const uint32_t *rows, size_t n)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    if (table->users == NULL || table->times == NULL || !table->has_days) {
        return;
    }
    struct lanes_query *asked = mem_zero(1, sizeof *asked, "lanes", NULL);
    if (asked == NULL) {
        return; /* the list goes without */
    }
    struct lanes *wanted = &asked->found;
    wanted->result = session->selected.result;
    wanted->run = session->run;
    for (size_t i = 0; i < n && wanted->n < LANES_MOST; i++) {
        uint32_t user = table->row_user[rows[i]];
        bool there = false;
        for (size_t k = 0; k < wanted->n; k++) {
            there = there || wanted->user[k] == user;
        }
        if (!there) {
            wanted->user[wanted->n++] = user;
        }
    }
    if (wanted->n == 0 || (lanes->ready && lanes->run == wanted->run &&
                           lanes->result == wanted->result && same_accounts(lanes, wanted))) {
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
        self->found.level = NULL;
        self->found.flagged = NULL;
    }
    return true;
}

void lanes_clear(struct lanes *lanes)
{
    free(lanes->level);
    free(lanes->flagged);
    *lanes = (struct lanes){0};
}

/* ---- drawing ---- */

int lanes_rows(const struct lanes *lanes, int room)
{
    if (!lanes->ready || room < LEAST_ROOM) {
        return 0;
    }
    int most = room / 6, wanted = (int)lanes->n;
    return (wanted < most ? wanted : most) + 2; /* all above, days below */
}

struct layout {
    int x, cols;
    size_t slices_a_cell;
};

static struct layout lay_out(const struct lanes *lanes, int cols)
{
    size_t slices = lanes->days * lanes->a_day;
    int right = cols >= WIDE ? RIGHT_COLS : 1;
    size_t room = cols > LABEL_COLS + right ? (size_t)(cols - LABEL_COLS - right) : 1;
    struct layout layout = {.x = LABEL_COLS, .slices_a_cell = (slices + room - 1) / room};
    layout.cols = (int)((slices + layout.slices_a_cell - 1) / layout.slices_a_cell);
    return layout;
}

static double brightest(const struct lanes *lanes, const struct layout *layout, size_t lane,
                        size_t cell)
{
    const size_t slices = lanes->days * lanes->a_day;
    double most = NAN;
    for (size_t i = 0; i < layout->slices_a_cell; i++) {
        size_t slice = cell * layout->slices_a_cell + i;
        double level = slice < slices ? (double)lanes->level[lane * slices + slice] : NAN;
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
    uint32_t time = table->row_time[session->selected.row];
    if (!has_seconds(table, time)) {
        return false;
    }
    *x = layout->x + (int)(slice_of(lanes, table, time) / layout->slices_a_cell);
    return true;
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
        size_t from = cell * layout->slices_a_cell / lanes->a_day;
        size_t to = ((cell + 1) * layout->slices_a_cell - 1) / lanes->a_day;
        heights[cell] = 0;
        for (size_t day = from; day <= to && day < lanes->days; day++) {
            heights[cell] = fmax(heights[cell], lanes->flagged[day]);
        }
    }
    canvas_text(canvas, 0, 1, ROLE_DIM, "flagged a day");
    chart_spark(canvas, 0, layout->x, layout->cols, heights, n, fmax(lanes->most, 1), ROLE_BAR);
}

static void draw_days(const struct lanes *lanes, const struct layout *layout,
                      struct canvas *canvas, int y)
{
    for (size_t day = 0; day < lanes->days; day += DAY_LABEL_EVERY) {
        int x = layout->x + (int)(day * lanes->a_day / layout->slices_a_cell);
        size_t step = DAY_LABEL_EVERY * lanes->a_day / layout->slices_a_cell;
        if (x + 4 <= layout->x + layout->cols &&
            (step >= 5 || day % (4 * DAY_LABEL_EVERY) == 0)) {
            canvas_printf(canvas, y, x, ROLE_DIM, "d%02lld",
                          (long long)lanes->first_day + (long long)day);
        }
    }
}

/* What the lanes' shades mean, and how many were flagged. */
static void draw_legend(const struct lanes *lanes, struct canvas *canvas, int rows)
{
    static const char *const names[] = {"1 in 10", "1 in 100", "1 in 1,000", "1 in 10,000"};
    double sum = 0;
    int x = canvas->cols - RIGHT_COLS + 2;
    for (size_t day = 0; day < lanes->days; day++) {
        sum += lanes->flagged[day];
    }
    canvas_printf(canvas, 0, x, ROLE_DIM, "%s, mean %.1f, last %.0f",
                  format_count(lanes->days, "day").text, sum / (double)lanes->days,
                  lanes->flagged[lanes->days - 1]);
    for (int i = 0; i < 4 && 1 + i < rows; i++) {
        chart_heat(canvas, 1 + i, x, (i + 1) / DECADES);
        canvas_text(canvas, 1 + i, x + 2, ROLE_DIM, names[i]);
    }
}

/* The same in a line, where the lanes leave so much. */
static void draw_short_legend(const struct layout *layout, struct canvas *canvas, int y)
{
    static const char *const names[] = {"1:10", "1:100", "1:1k", "1:10k"};
    int x = layout->x + layout->cols + 1;
    for (int i = 0; i < 4 && x + 7 < canvas->cols; i++) {
        chart_heat(canvas, y, x, (i + 1) / DECADES);
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
    for (int i = 0; i < rows && (size_t)i < lanes->n; i++) {
        bool own = selected && table->row_user[session->selected.row] == lanes->user[i];
        struct span name = dict_get(table->users, lanes->user[i]);
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

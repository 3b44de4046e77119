/* Review: a queue to judge, and Precision@K live. */
#include "review.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "review/evaluation.h"
#include "review/queue.h"
#include "views/detail.h"
#include "views/user_hours.h"
#include "views/view.h"
#include "widgets/list.h"

enum { LEAST_LIST = 3, STRATUM_ROWS = 50 };

/* What the queries thread works out: the queue and the numbers. */
struct numbers {
    bool ready;
    struct queue *queue;
    char label[QUEUE_LABEL], text[256];
    struct {
        bool ready;
        struct precision at;
    } of[DETECTOR_MAX + 1];
};

struct numbers_query {
    struct query query;
    struct review *review;
    const struct run *run;
    bool has[DETECTOR_MAX + 1];
    size_t result, k;
    struct queue_spec spec;
    struct numbers numbers;
};

struct review_view {
    struct numbers numbers;
    const void *asked;
    enum queue_kind kind;
    bool blind, exact, started;
    uint32_t seed, controls, repeats;
    struct list list;
    char problem[160];
};

static void free_query(struct query *query)
{
    struct numbers_query *asked = (struct numbers_query *)query;
    queue_free(asked->numbers.queue);
    free(asked);
}

static void make_queue(struct numbers_query *asked, struct status *status)
{
    const struct ranking *rankings[DETECTOR_MAX + 1];
    const struct run *run = asked->run;
    char names[256] = "";
    size_t n = 0;
    for (size_t i = 0; i <= detector_count(); i++) {
        bool pooled = asked->spec.kind == QUEUE_POOLED && i < detector_count();
        if (asked->has[i] && (pooled || i == asked->result) &&
            (asked->spec.kind != QUEUE_POOLED || pooled)) {
            size_t at = strlen(names);
            snprintf(names + at, sizeof names - at, "%s%s", n > 0 ? "," : "",
                     run->results[i].name);
            rankings[n++] = run->results[i].ranking;
        }
    }
    if (n == 0) {
        status_set(status, STATUS_INPUT, "no detector has scores yet");
        return;
    }
    struct numbers *numbers = &asked->numbers;
    numbers->queue =
        queue_new(&asked->spec, rankings, n, run->by_profile, run->table->n_rows, status);
    if (numbers->queue != NULL) {
        queue_text(numbers->queue, numbers->text, sizeof numbers->text);
        queue_label(&asked->spec, names, numbers->label, sizeof numbers->label);
    }
}

static void work(struct query *query, const struct progress *progress)
{
    struct numbers_query *asked = (struct numbers_query *)query;
    const struct run *run = asked->run;
    (void)progress;
    make_queue(asked, &query->status);
    const struct evaluation_data data = {run->table, run->by_profile,
                                         review_counting(asked->review)};
    for (size_t i = 0; query->status.code == STATUS_OK && i <= detector_count(); i++) {
        struct evaluation one;
        if (asked->has[i] &&
            evaluation_new(&data, run->results[i].ranking, asked->k, &one, &query->status)) {
            asked->numbers.of[i].ready = true;
            asked->numbers.of[i].at = one.at;
            evaluation_clear(&one);
        }
    }
}

static void ask(struct review_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    if (!session->has_table || app_review(app) == NULL) {
        return;
    }
    struct numbers_query *asked = mem_zero(1, sizeof *asked, "a queue", NULL);
    if (asked == NULL) {
        return;
    }
    asked->query.work = work;
    asked->query.free = free_query;
    asked->query.slot = SLOT_REVIEW;
    asked->review = app_review(app);
    asked->run = session->run;
    memcpy(asked->has, session->has_result, sizeof asked->has);
    asked->result = session->selected.result;
    asked->k = session->selected.k;
    asked->spec = (struct queue_spec){.kind = view->kind,
                                      .k = (uint32_t)asked->k,
                                      .blind = view->blind,
                                      .seed = view->seed,
                                      .controls = view->controls,
                                      .repeats = view->repeats};
    if (view->kind == QUEUE_STRATA) {
        queue_default_strata(&asked->spec, STRATUM_ROWS);
    }
    view->asked = asked;
    if (!app_query(app, view, &asked->query)) {
        view->asked = NULL;
    }
}

static void *open_review(struct app *app)
{
    struct review_view *view = mem_zero(1, sizeof *view, "the review", NULL);
    if (view != NULL) {
        const struct run *run = app_session(app)->run;
        view->kind = QUEUE_POOLED;
        view->seed = run != NULL ? run->params.seed : 0;
        ask(view, app);
    }
    return view;
}

static void close_review(void *state)
{
    struct review_view *view = state;
    queue_free(view->numbers.queue);
    free(view);
}

static const struct queue_item *item_at(const struct review_view *view)
{
    const struct queue *queue = view->numbers.queue;
    return queue != NULL && view->list.cursor < queue->n ? &queue->items[view->list.cursor]
                                                         : NULL;
}

static bool is_open(const struct app *app, size_t row)
{
    const struct verdict_row *own = review_own(app_review(app), row);
    return own == NULL || own->verdict == VERDICT_NONE;
}

/* ---- drawing ---- */

static void draw_precision(const struct review_view *view, const struct session *session,
                           size_t i, struct canvas *canvas, int y)
{
    const struct precision *at = &view->numbers.of[i].at;
    size_t decided = at->tally.tp + at->tally.fp;
    int x = canvas_printf(canvas, y, 1, ROLE_STRONG, "%-4s P@%zu ",
                          session->run->results[i].brief, at->k);
    if (decided == 0) {
        canvas_text(canvas, y, x, ROLE_DIM, "nothing reviewed yet");
        return;
    }
    const struct interval *interval = view->exact ? &at->clopper_pearson : &at->wilson;
    x = canvas_printf(canvas, y, x, ROLE_TEXT,
                      "%.2f of %zu reviewed, %.2f-%.2f when all %zu are", at->reviewed, decided,
                      at->low, at->high, at->k);
    x = canvas_printf(canvas, y, x, ROLE_DIM, "  %s %.2f-%.2f", view->exact ? "C-P" : "95 %",
                      interval->low, interval->high);
    if (at->tally.undecided > 0) {
        canvas_printf(canvas, y, x, ROLE_WARN, "  %zu undecided: %.2f-%.2f",
                      at->tally.undecided, at->undecided_low, at->undecided_high);
    }
}

static int draw_head(const struct review_view *view, const struct app *app,
                     struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct queue *queue = view->numbers.queue;
    size_t left = 0;
    int y = 1;
    for (size_t i = 0; i < queue->n; i++) {
        left += is_open(app, queue->items[i].row);
    }
    static const char *const kinds[] = {"Top", "Pooled", "Stratified"};
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s: ", kinds[queue->spec.kind]);
    x = canvas_printf(canvas, 0, x, ROLE_TEXT, "%s, %zu left", view->numbers.text, left);
    if (review_unsaved(app_review(app)) > 0) {
        canvas_printf(canvas, 0, x, ROLE_BAD, "  %zu not saved",
                      review_unsaved(app_review(app)));
    }
    if (view->blind) {
        canvas_text(canvas, y++, 1, ROLE_DIM,
                    "blind: score, rank, detector and Precision@K are hidden");
        return y;
    }
    for (size_t i = 0; i < session_results(); i++) {
        if (view->numbers.of[i].ready) {
            draw_precision(view, session, i, canvas, y++);
        }
    }
    return y;
}

static void draw_item(const struct review_view *view, const struct app *app, size_t i,
                      struct canvas *canvas, int y)
{
    const struct table *table = app_session(app)->run->table;
    const struct queue_item *item = &view->numbers.queue->items[i];
    char user[160], time[64], mark[16];
    review_mark(app_review(app), item->row, view->blind, mark, sizeof mark);
    user_hours_user(table, item->row, canvas->glyphs->ascii, user, sizeof user);
    user_hours_time(table, item->row, canvas->glyphs->ascii, time, sizeof time);
    canvas_field(canvas, y, 1, 5, TEXT_RIGHT, ROLE_DIM, format_grouped(i + 1).text);
    canvas_field(canvas, y, 7, 4, TEXT_LEFT, ROLE_STRONG, mark);
    canvas_field(canvas, y, 12, 24, TEXT_LEFT, ROLE_TEXT, user);
    canvas_field(canvas, y, 37, 19, TEXT_LEFT, ROLE_TEXT, time);
    if (!view->blind && item->rank > 0) {
        canvas_printf(canvas, y, 58, ROLE_DIM, "best rank %s", format_grouped(item->rank).text);
    }
}

/* A hidden score hides its reasons, too: values only. */
static void draw_blind(const struct app *app, size_t row, struct canvas *canvas)
{
    const struct table *table = app_session(app)->run->table;
    canvas_rule(canvas, 0, "values");
    for (size_t i = 0; i < table->profiles.d; i++) {
        canvas_field(canvas, (int)i + 1, 1, 16, TEXT_LEFT, ROLE_TEXT, table->feature_names[i]);
        canvas_field(canvas, (int)i + 1, 18, 10, TEXT_RIGHT, ROLE_STRONG,
                     format_value(table_profile(table, table->row_profile[row])[i]).text);
    }
}

static void draw_review(void *state, const struct app *app, struct canvas *canvas)
{
    struct review_view *view = state;
    const struct queue *queue = view->numbers.queue;
    if (app_review(app) == NULL || queue == NULL) {
        canvas_text(canvas, 0, 1, ROLE_DIM,
                    app_review(app) == NULL ? "no place for reviews: --reviews FILE names one"
                    : view->problem[0] != '\0' ? view->problem
                                               : "the queue is being made");
        return;
    }
    int y = draw_head(view, app, canvas), wanted = detail_rows(app);
    int rows = canvas->rows - y;
    bool pane = rows - wanted >= LEAST_LIST && item_at(view) != NULL;
    rows -= pane ? wanted : 0;
    list_set_page(&view->list, rows > 0 ? (size_t)rows : 0);
    for (size_t i = view->list.top; i < queue->n && (int)(i - view->list.top) < rows; i++) {
        int line = y + (int)(i - view->list.top);
        draw_item(view, app, i, canvas, line);
        if (i == view->list.cursor) {
            canvas_select(canvas, line, 0, canvas->cols);
        }
    }
    if (pane) {
        struct canvas part = canvas_part(canvas, y + rows, 0, wanted, canvas->cols);
        if (view->blind) {
            draw_blind(app, item_at(view)->row, &part);
        } else {
            detail_draw(app, item_at(view)->row, &part);
        }
    }
}

/* ---- actions ---- */

static void seek_open(struct review_view *view, struct app *app, bool forward)
{
    size_t n = view->list.n;
    for (size_t step = 1; step < n; step++) {
        size_t place = (view->list.cursor + (forward ? step : n - step)) % n;
        if (is_open(app, view->numbers.queue->items[place].row)) {
            list_go(&view->list, place);
            return;
        }
    }
    app_say(app, LOG_NOTE, "all others of this queue have a verdict");
}

static bool judge(struct review_view *view, struct app *app, enum action action,
                  const char *argument)
{
    const struct queue_item *item = item_at(view);
    const struct queue_spec *spec = &view->numbers.queue->spec;
    uint32_t rank = item != NULL && !view->blind ? item->rank : 0;
    const struct verdict_context context = {
        .queue = view->numbers.label,
        .role = item != NULL ? item->role : ROLE_LIST,
        .blind = spec->blind,
        .k = spec->k,
        .rank = &rank,
    };
    if (!review_act(app, action, argument, item != NULL ? item->row : SIZE_MAX, &context)) {
        return false;
    }
    if (review_verdict_of(action) != VERDICT_NONE) {
        list_move(&view->list, 1);
    }
    return true;
}

/* `controls N` and `repeats N`: what else the queue holds. */
static void set_extra(struct review_view *view, struct app *app, enum action action,
                      const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || n > 100000) {
        app_say(app, LOG_ERROR, "%s wants a whole number of at most 100,000",
                action_info(action)->name);
        return;
    }
    *(action == ACTION_CONTROLS ? &view->controls : &view->repeats) = (uint32_t)n;
    view->started = false;
    ask(view, app);
}

static unsigned act_review(void *state, struct app *app, enum action action,
                           const char *argument)
{
    struct review_view *view = state;
    if (view->numbers.queue ==
        NULL) { /* not there yet: what needs no row is done all the same */
        return review_act(app, action, argument, SIZE_MAX, NULL) ? REACT_DONE : REACT_PASS;
    }
    const struct queue_item *before = item_at(view);
    switch ((int)action) {
    case ACTION_AXIS:
    case ACTION_PANE: view->exact = !view->exact; return REACT_DONE;
    case ACTION_SORT:
        view->kind = (enum queue_kind)((view->kind + 1) % QUEUE_KINDS);
        view->started = false;
        ask(view, app);
        return REACT_DONE;
    case ACTION_BLIND:
        view->blind = !view->blind;
        view->seed = argument[0] != '\0' ? (uint32_t)strtoul(argument, NULL, 10) : view->seed;
        view->started = false;
        ask(view, app);
        return REACT_DONE;
    case ACTION_CONTROLS:
    case ACTION_REPEATS: set_extra(view, app, action, argument); return REACT_DONE;
    case ACTION_UNREVIEWED_NEXT: seek_open(view, app, true); break;
    case ACTION_UNREVIEWED_PREVIOUS: seek_open(view, app, false); break;
    case ACTION_OPEN:
        if (view->blind || before == NULL) {
            return REACT_PASS;
        }
        app_enter(app, ACTION_VIEW_USER);
        return REACT_DONE;
    default:
        if (!judge(view, app, action, argument) && !list_act(&view->list, action)) {
            return REACT_PASS;
        }
        break;
    }
    if (item_at(view) != NULL && item_at(view) != before) {
        app_select_row(app, item_at(view)->row);
    }
    return REACT_DONE;
}

static void changed_review(void *state, struct app *app, unsigned what)
{
    struct review_view *view = state;
    if ((what & CHANGED_RUN) != 0) {
        queue_free(view->numbers.queue);
        view->numbers = (struct numbers){0};
        view->list = (struct list){0};
        view->started = false;
    }
    if ((what & (CHANGED_RUN | CHANGED_RESULT | CHANGED_DETECTOR | CHANGED_K |
                 CHANGED_VERDICTS)) != 0) {
        ask(view, app);
    }
}

static void answer_review(void *state, struct app *app, struct query *query)
{
    struct review_view *view = state;
    struct numbers_query *answer = (struct numbers_query *)query;
    if (view->asked != query || query->status.code == STATUS_CANCELLED) {
        return;
    }
    view->asked = NULL;
    snprintf(view->problem, sizeof view->problem, "%.159s", query->status.text);
    if (query->status.code != STATUS_OK) {
        return;
    }
    queue_free(view->numbers.queue);
    view->numbers = answer->numbers;
    answer->numbers.queue = NULL;
    list_set_count(&view->list, view->numbers.queue->n);
    if (!view->started && view->list.n > 0) {
        view->started = true;
        list_go(&view->list, 0);
        if (!is_open(app, view->numbers.queue->items[0].row)) {
            seek_open(view, app, true);
        }
        app_select_row(app, item_at(view)->row);
    }
}

static const enum action footer[] = {
    ACTION_TRUE_POSITIVE, ACTION_FALSE_POSITIVE, ACTION_UNDECIDED, ACTION_NUMBERS,
    ACTION_NOTE,          ACTION_UNDO,           ACTION_HELP,      ACTION_NONE};

const struct view_ops view_review = {
    .action = ACTION_VIEW_REVIEW,
    .title = "Review",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED | CONTEXT_ROWS | CONTEXT_REVIEW,
    .footer = footer,
    .open = open_review,
    .close = close_review,
    .draw = draw_review,
    .act = act_review,
    .changed = changed_review,
    .answer = answer_review,
};

/* Review: a queue to judge, and Precision@K live. */
#include "reviewing/reviewing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/count.h"
#include "views/review_view.h"
#include "views/view.h"

enum { STRATUM_ROWS = 50 };

static void ask(struct review_view *view, struct app *app)
{
    if (!app_session(app)->has_table || app_review(app) == NULL) {
        return;
    }
    struct numbers_query *asked = queue_numbers_ask(app, &view->request);
    view->asked = asked;
    if (asked != NULL && !app_query(app, view, &asked->query)) {
        view->asked = NULL;
    }
}

/* Another queue: its first open position is sought. */
static void ask_anew(struct review_view *view, struct app *app)
{
    view->started = false;
    app_set_blind(app, view->request.spec.blind && app_review(app) != NULL);
    ask(view, app);
}

static void *open_review(struct app *app)
{
    struct review_view *view = mem_zero(1, sizeof *view, "the review", NULL);
    if (view != NULL) {
        const struct run *run = app_session(app)->run;
        view->request.spec.kind = QUEUE_POOLED;
        view->request.spec.seed = run != NULL ? run->params.seed : 0;
        view->request.each = STRATUM_ROWS;
        ask(view, app);
        if (review_pending(app_review(app)) > 0) {
            app_say(app, LOG_NOTE,
                    "%s of another version of this file: :versions shows them, :match takes "
                    "them over",
                    format_count(review_pending(app_review(app)), "verdict").text);
        }
    }
    return view;
}

static void close_review(void *state)
{
    struct review_view *view = state;
    queue_numbers_clear(&view->numbers);
    free(view);
}

/* ---- actions ---- */

static void seek_open(struct review_view *view, struct app *app, bool forward)
{
    size_t n = view->list.n;
    for (size_t step = 1; step < n; step++) {
        size_t position = (view->list.cursor + (forward ? step : n - step)) % n;
        if (review_item_open(app, view->numbers.queue, &view->numbers.queue->items[position])) {
            listbox_go(&view->list, position);
            return;
        }
    }
    app_say(app, LOG_NOTE, "all others of this queue have a verdict");
}

/* The user-hour that stands for the position under the cursor: of an episode the worst, and in
 * a blind queue the first. */
static uint32_t review_row(const struct review_view *view)
{
    const struct queue_item *item = review_item(view);
    size_t n;
    const uint32_t *rows = queue_rows(view->numbers.queue, item, &n);
    return view->numbers.queue->spec.blind ? rows[0] : item->row;
}

static bool judge(struct review_view *view, struct app *app, enum action action,
                  const char *argument)
{
    const struct queue_item *item = review_item(view);
    const struct queue_spec *spec = &view->numbers.queue->spec;
    uint32_t rank = item != NULL && !spec->blind ? item->rank : 0;
    char words[300];
    size_t n = 0;
    const uint32_t *rows = item != NULL ? queue_rows(view->numbers.queue, item, &n) : NULL;
    snprintf(words, sizeof words, "%s gap=%gh", view->numbers.names, spec->gap);
    const struct verdict_context context = {
        .queue = view->numbers.label,
        .role = item != NULL ? item->role : ROLE_LIST,
        .blind = spec->blind,
        .k = spec->k,
        .rank = n < 2 ? &rank : NULL,
        .episode = n < 2 ? NULL : words,
    };
    if (!review_act_episode(app, action, argument, item != NULL ? review_row(view) : SIZE_MAX,
                            rows, n, &context)) {
        return false;
    }
    if (review_verdict_of(action) != VERDICT_NONE) {
        listbox_move(&view->list, 1);
    }
    return true;
}

/* `controls N` and `repeats N`: what else the queue holds. */
static void set_extra(struct review_view *view, struct app *app, enum action action,
                      const char *text)
{
    uint64_t n;
    if (!count_parse(text, 100000, &n)) {
        app_say(app, LOG_ERROR, "%s wants a whole number of at most 100,000",
                action_info(action)->name);
        return;
    }
    struct queue_spec *spec = &view->request.spec;
    *(action == ACTION_CONTROLS ? &spec->controls : &spec->repeats) = (uint32_t)n;
    ask_anew(view, app);
}

/* `queue KIND [WORD]...`: another queue, with a K of its own when one is given. */
static void set_queue(struct review_view *view, struct app *app, const char *words)
{
    struct status status = {0};
    view->request.spec.k = 0;
    view->request.spec.episodes = app_session(app)->by_episode;
    view->request.spec.gap = app_session(app)->gap;
    if (words[0] == '\0') {
        app_say(app, LOG_NOTE, "%s", view->numbers.label);
        return;
    }
    if (!queue_request_parse(&view->request, app_session(app)->run, words, &status)) {
        app_say(app, LOG_ERROR, "%s", status.text);
        return;
    }
    const char *names = view->request.names;
    app_select_by(app, view->request.spec.episodes, view->request.spec.gap);
    if (view->request.spec.kind != QUEUE_POOLED && names[0] != '\0') {
        app_choose_result(app, names);
    }
    ask_anew(view, app);
    if (view->request.spec.k > 0) {
        app_select_k(app, view->request.spec.k);
    }
}

static void set_blind(struct review_view *view, struct app *app, const char *seed)
{
    struct queue_spec *spec = &view->request.spec;
    uint64_t n = spec->seed;
    if (seed[0] != '\0' && !count_parse(seed, UINT32_MAX, &n)) {
        app_say(app, LOG_ERROR,
                "blind wants a whole number, the seed of the order, or nothing");
        return;
    }
    spec->blind = !spec->blind || seed[0] != '\0';
    spec->seed = (uint32_t)n;
    ask_anew(view, app);
}

static void next_kind(struct review_view *view, struct app *app)
{
    struct queue_spec *spec = &view->request.spec;
    spec->kind = (enum queue_kind)((spec->kind + 1) % QUEUE_KINDS);
    spec->n_strata = 0;
    view->request.names[0] = '\0';
    ask_anew(view, app);
}

/* What changes the queue or how it is shown. */
static bool act_on_queue(struct review_view *view, struct app *app, enum action action,
                         const char *argument)
{
    switch ((int)action) {
    case ACTION_AXIS: view->exact = !view->exact; return true;
    case ACTION_PANE:
    case ACTION_PANE_BACK: view->curve = !view->curve; return true;
    case ACTION_SORT:
        if (argument[0] != '\0') {
            app_say(app, LOG_ERROR,
                    "a queue is not sorted by a column: sort alone goes to the next kind, "
                    "queue names one");
            return true;
        }
        next_kind(view, app);
        return true;
    case ACTION_QUEUE: set_queue(view, app, argument); return true;
    case ACTION_BLIND: set_blind(view, app, argument); return true;
    case ACTION_CONTROLS:
    case ACTION_REPEATS: set_extra(view, app, action, argument); return true;
    default: return false;
    }
}

static unsigned act_review(void *state, struct app *app, enum action action,
                           const char *argument)
{
    struct review_view *view = state;
    if (act_on_queue(view, app, action, argument)) {
        return REACT_DONE;
    }
    if (view->numbers.queue ==
        NULL) { /* not there yet: what needs no row is done all the same */
        return review_act(app, action, argument, SIZE_MAX, NULL) ? REACT_DONE : REACT_PASS;
    }
    const struct queue_item *before = review_item(view);
    switch ((int)action) {
    case ACTION_UNREVIEWED_NEXT: seek_open(view, app, true); break;
    case ACTION_UNREVIEWED_PREVIOUS: seek_open(view, app, false); break;
    case ACTION_OPEN:
        if (view->request.spec.blind || before == NULL) {
            return REACT_PASS;
        }
        app_enter(app, ACTION_VIEW_USER);
        return REACT_DONE;
    default:
        view->follow = action == ACTION_UNDO || action == ACTION_REDO;
        if (!judge(view, app, action, argument) && !listbox_act(&view->list, action)) {
            return REACT_PASS;
        }
        break;
    }
    if (review_item(view) != NULL && review_item(view) != before) {
        app_select_row(app, review_row(view));
    }
    return REACT_DONE;
}

/* The cursor goes where undo or redo has changed something: the nearest position before it. */
static void follow_row(struct review_view *view, const struct app *app)
{
    const struct queue *queue = view->numbers.queue;
    size_t row = app_session(app)->selected.row;
    view->follow = false;
    for (size_t step = 0; queue != NULL && step < queue->n; step++) {
        size_t position = (view->list.cursor + queue->n - step) % queue->n;
        size_t n;
        const uint32_t *rows = queue_rows(queue, &queue->items[position], &n);
        bool here = false;
        for (size_t i = 0; i < n; i++) {
            here = here || rows[i] == row;
        }
        if (here) {
            listbox_go(&view->list, position);
            return;
        }
    }
}

static void changed_review(void *state, struct app *app, unsigned what)
{
    struct review_view *view = state;
    if ((what & CHANGED_RUN) != 0) {
        queue_numbers_clear(&view->numbers);
        view->list = (struct listbox){0};
        view->started = false;
    }
    if ((what & CHANGED_BY) != 0) {
        view->started = false;
    }
    if ((what & CHANGED_ROW) != 0 && view->follow) {
        follow_row(view, app);
    }
    if ((what & (CHANGED_RUN | CHANGED_RESULT | CHANGED_DETECTOR | CHANGED_K |
                 CHANGED_VERDICTS | CHANGED_BY | CHANGED_RULES)) != 0) {
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
    queue_numbers_clear(&view->numbers);
    view->numbers = answer->numbers;
    answer->numbers = (struct queue_numbers){.queue = NULL};
    listbox_set_count(&view->list, view->numbers.queue->n);
    if (!view->started && view->list.n > 0) {
        view->started = true;
        listbox_go(&view->list, 0);
        if (!review_item_open(app, view->numbers.queue, &view->numbers.queue->items[0])) {
            seek_open(view, app, true);
        }
        if (app_shows(app, view)) {
            app_select_row(app, review_row(view));
        }
    }
}

static size_t row_review(const void *state, const struct app *app)
{
    (void)app;
    return review_item(state) != NULL ? review_row(state) : SIZE_MAX;
}

/* Without a user-hour under the cursor there is nothing to judge. */
static bool is_useful(const void *state, const struct app *app, enum action action)
{
    bool judges = review_verdict_of(action) != VERDICT_NONE || action == ACTION_NOTE;
    (void)app;
    return !judges || review_item(state) != NULL;
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
    .draw = review_draw,
    .act = act_review,
    .changed = changed_review,
    .answer = answer_review,
    .sheet = review_sheet,
    .row = row_review,
    .useful = is_useful,
};

/* Scores: the histogram of a detector's scores, with the threshold line and what lies above; a
 * bin or a range of bins is picked and listed; under a filter its rows are a part of each bar.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "views/scores_view.h"
#include "views/view.h"

enum { LEAP = 10 /* bins, for the keys of a page */ };

static void *open_scores(struct app *app)
{
    struct scores_view *view = mem_zero(1, sizeof *view, "the scores view", NULL);
    if (view != NULL) {
        view->at = NAN;
        view->other = SIZE_MAX;
        scores_filter_ask(view, app);
    }
    return view;
}

static void forget_charts(struct scores_view *view)
{
    for (size_t i = 0; i < 2; i++) {
        histogram_free(view->chart[i].histogram);
        view->chart[i] = (struct scores_chart){0};
    }
}

static void close_scores(void *state)
{
    forget_charts(state);
    scores_filter_forget(state);
    free(state);
}

/* ---- what the parts share ---- */

size_t scores_other(const struct scores_view *view, const struct session *session)
{
    size_t n = session_results(session), result = session->selected.result;
    if (view->other != SIZE_MAX && view->other != result) {
        return view->other;
    }
    for (size_t step = 1; step < n; step++) {
        size_t i = (result + step) % n;
        if (session_uses(session, i)) {
            return i;
        }
    }
    return result;
}

double scores_threshold(const struct scores_view *view, const struct session *session,
                        size_t result)
{
    return view->moved[result] ? view->threshold[result]
                               : session->run->results[result].scores.threshold;
}

const struct histogram *scores_histogram(struct scores_view *view, size_t which,
                                         const struct session *session, size_t result,
                                         size_t columns)
{
    struct scores_chart *chart = &view->chart[which];
    bool log = !view->linear_x;
    if (chart->histogram == NULL || chart->result != result || chart->columns != columns ||
        chart->log != log) {
        const struct histogram_axis axis = {
            .bins = columns, .log = log, .low = NAN, .high = NAN};
        histogram_free(chart->histogram);
        chart->histogram = histogram_new(session->run->results[result].ranking, &axis, NULL);
        chart->result = result;
        chart->columns = columns;
        chart->log = log;
    }
    return chart->histogram;
}

size_t scores_bin(const struct histogram *histogram, double score)
{
    size_t bin = histogram_bin(histogram, score);
    return bin != SIZE_MAX ? bin : score > histogram->edges[0] ? histogram->bins - 1 : 0;
}

double scores_middle(const struct histogram *histogram, size_t bin)
{
    double low = histogram->edges[bin], high = histogram->edges[bin + 1];
    return histogram->log ? sqrt(low) * sqrt(high) : low + (high - low) / 2;
}

void scores_picked(const struct scores_view *view, const struct session *session,
                   const struct histogram *histogram, size_t *first, size_t *last)
{
    double at =
        isnan(view->at) ? scores_threshold(view, session, session->selected.result) : view->at;
    size_t one = scores_bin(histogram, at);
    size_t two = view->ranged ? scores_bin(histogram, view->start) : one;
    *first = one < two ? one : two;
    *last = one < two ? two : one;
}

/* The chart of the detector in view, of this detector; NULL before it was drawn. */
static const struct histogram *present(const struct scores_view *view,
                                       const struct session *session)
{
    const struct scores_chart *chart = &view->chart[0];
    return chart->result == session->selected.result ? chart->histogram : NULL;
}

static void draw_scores(void *state, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    if (session->run == NULL || !session->has_table) {
        canvas_text(canvas, 0, 1, ROLE_DIM, "the table is not there yet");
        return;
    }
    scores_draw(state, app, canvas);
}

/* ---- moving ---- */

/* By a bin where there are bins, so that a key always moves the line; else to the next score.
 */
static double next_threshold(const struct histogram *histogram, const struct ranking *ranking,
                             double threshold, bool up)
{
    size_t bin = histogram != NULL ? histogram_bin(histogram, threshold) : SIZE_MAX;
    if (bin == SIZE_MAX) {
        return histogram_step(ranking, threshold, up);
    }
    double edge = up ? histogram->edges[bin + 1] : histogram->edges[bin];
    return !up && edge >= threshold && bin > 0 ? histogram->edges[bin - 1] : edge;
}

static void move_threshold(struct scores_view *view, const struct session *session, int bins)
{
    size_t i = session->selected.result;
    double threshold = scores_threshold(view, session, i);
    for (int step = 0; step < abs(bins); step++) {
        threshold = next_threshold(present(view, session), session->run->results[i].ranking,
                                   threshold, bins > 0);
    }
    view->threshold[i] = threshold;
    view->moved[i] = true;
}

static void move_bin(struct scores_view *view, const struct session *session, int bins)
{
    const struct histogram *histogram = present(view, session);
    if (histogram == NULL) {
        return;
    }
    double at =
        isnan(view->at) ? scores_threshold(view, session, session->selected.result) : view->at;
    size_t bin = scores_bin(histogram, at), last = histogram->bins - 1;
    size_t distance = (size_t)abs(bins);
    bin = bins > 0 ? (last - bin < distance ? last : bin + distance)
                   : (bin < distance ? 0 : bin - distance);
    view->at = scores_middle(histogram, bin);
}

static void move(struct scores_view *view, const struct session *session, int bins)
{
    if (view->in_bins) {
        move_bin(view, session, bins);
    } else {
        move_threshold(view, session, bins);
    }
}

static void move_to_end(struct scores_view *view, const struct session *session, bool last)
{
    size_t i = session->selected.result;
    if (view->in_bins) {
        move_bin(view, session, last ? SCORES_BINS_MAX : -SCORES_BINS_MAX);
    } else if (last) {
        const struct ranking *ranking = session->run->results[i].ranking;
        view->threshold[i] =
            ranking->n_scored > 0 ? ranking_score(ranking, ranking->order[0]) : 0;
        view->moved[i] = true;
    } else {
        view->moved[i] = false; /* where the detector has put it */
    }
}

/* Begins a range at the bin under the cursor, or drops it. */
static void begin_range(struct scores_view *view, const struct session *session)
{
    view->ranged = !view->ranged;
    if (!view->in_bins) {
        view->in_bins = view->ranged = true;
    }
    move_bin(view, session, 0);
    view->start = view->at;
}

/* ---- listing ---- */

/* Adds a term to the filter, in place of the one that was added here before. */
static void add_to_filter(struct scores_view *view, struct app *app, const char *term)
{
    char text[2 * FILTER_TEXT];
    const char *now = app_session(app)->filter.text;
    size_t length = strlen(now), added = strlen(view->added);
    if (added > 0 && length >= added && strcmp(now + length - added, view->added) == 0) {
        length -= added;
    }
    while (length > 0 && now[length - 1] == ' ') {
        length--;
    }
    snprintf(view->added, sizeof view->added, "%s%s", length > 0 ? " " : "", term);
    snprintf(text, sizeof text, "%.*s%s", (int)length, now, view->added);
    app_set_filter(app, text);
}

/* Lists what the cursor is on: bins, or what lies above the threshold. */
static void show_rows(struct scores_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    size_t i = session->selected.result;
    const struct result *result = &session->run->results[i];
    const struct histogram *histogram = present(view, session);
    char term[120];
    if (view->in_bins && histogram != NULL) {
        size_t first, last, from;
        scores_picked(view, session, histogram, &first, &last);
        size_t n = histogram_ranks(histogram, result->ranking, first, last, &from);
        if (n > 0 && view->filtered && view->subset[i] != NULL) {
            n = subset_bins(view->subset[i], histogram, first, last) > 0 ? n : 0;
        }
        if (n == 0) {
            app_say(app, LOG_NOTE, "no user-hour falls into this bin");
            return;
        }
        snprintf(term, sizeof term, "%s.rank:%zu-%zu", result->name, from, from + n - 1);
    } else {
        snprintf(term, sizeof term, "%s:>%.17g", result->name,
                 scores_threshold(view, session, i));
    }
    add_to_filter(view, app, term);
    app_enter(app, ACTION_VIEW_TOPK);
}

/* ---- what is shown ---- */

/* Log and log, then linear scores, linear counts, linear both. */
static void turn_axes(struct scores_view *view)
{
    bool x = view->linear_x;
    view->linear_x = !x;
    view->linear_y = x ? !view->linear_y : view->linear_y;
}

static void put_beside(struct scores_view *view, struct app *app, const char *name)
{
    const struct session *session = app_session(app);
    size_t found = SIZE_MAX;
    if (name[0] == '\0' && !view->room_for_two && view->chart[0].histogram != NULL) {
        app_select_result(app, scores_other(view, session)); /* one after the other */
        return;
    }
    if (name[0] == '\0') {
        view->both = !view->both;
    } else {
        for (size_t i = 0; i < session_results(session); i++) {
            bool same = strcmp(session->run->results[i].name, name) == 0;
            found = same && session_uses(session, i) ? i : found;
        }
        if (found == SIZE_MAX) {
            app_say(app, LOG_ERROR, "'%s' is no detector of this run", name);
            return;
        }
        view->other = found;
        view->both = true;
    }
    scores_filter_ask(view, app);
}

/* ---- actions ---- */

static unsigned act_scores(void *state, struct app *app, enum action action,
                           const char *argument)
{
    struct scores_view *view = state;
    const struct session *session = app_session(app);
    if (session_result(session) == NULL) {
        return REACT_PASS;
    }
    switch ((int)action) {
    case ACTION_LEFT: move(view, session, -1); break;
    case ACTION_RIGHT: move(view, session, 1); break;
    case ACTION_PAGE_UP:
    case ACTION_HALF_UP: move(view, session, -LEAP); break;
    case ACTION_PAGE_DOWN:
    case ACTION_HALF_DOWN: move(view, session, LEAP); break;
    case ACTION_FIRST: move_to_end(view, session, false); break;
    case ACTION_LAST: move_to_end(view, session, true); break;
    case ACTION_DOWN: view->in_bins = true; break;
    case ACTION_UP: view->in_bins = view->ranged = false; break;
    case ACTION_RANGE: begin_range(view, session); break;
    case ACTION_BACK:
        if (!view->ranged) {
            return REACT_PASS;
        }
        view->ranged = false;
        break;
    case ACTION_PANE:
    case ACTION_PANE_BACK: put_beside(view, app, ""); break;
    case ACTION_THRESHOLD: scores_set_threshold(view, app, argument); break;
    case ACTION_BESIDE: put_beside(view, app, argument); break;
    case ACTION_AXIS: turn_axes(view); break;
    case ACTION_OPEN: show_rows(view, app); break;
    default: return REACT_PASS;
    }
    return REACT_DONE;
}

static void changed_scores(void *state, struct app *app, unsigned what)
{
    struct scores_view *view = state;
    if ((what & CHANGED_RUN) != 0) {
        forget_charts(view);
        memset(view->moved, 0, sizeof view->moved);
    }
    if ((what & (CHANGED_RUN | CHANGED_DETECTOR)) != 0) {
        view->at = NAN;
        view->ranged = false;
    }
    if ((what & (CHANGED_RUN | CHANGED_FILTER | CHANGED_VERDICTS)) != 0) {
        scores_filter_forget(view);
    }
    if ((what & (CHANGED_RUN | CHANGED_FILTER | CHANGED_VERDICTS | CHANGED_DETECTOR |
                 CHANGED_RESULT)) != 0) {
        scores_filter_ask(view, app);
    }
}

static void answer_scores(void *state, struct app *app, struct query *query)
{
    scores_filter_answer(state, app, query);
}

static void where_scores(const void *state, const struct app *app, char *text, size_t size)
{
    (void)state;
    snprintf(text, size, "%s", session_result_title(app_session(app)));
}

static const char *word_scores(const void *state, enum action action)
{
    const struct scores_view *view = state;
    switch ((int)action) {
    case ACTION_RIGHT: return view->in_bins ? "next-bin" : "threshold";
    case ACTION_DOWN: return "bins";
    case ACTION_UP: return "threshold";
    case ACTION_OPEN: return "list";
    case ACTION_PANE: return "beside";
    default: return NULL;
    }
}

static bool useful_scores(const void *state, const struct app *app, enum action action)
{
    (void)app;
    const struct scores_view *view = state;
    return action == ACTION_DOWN ? !view->in_bins : action == ACTION_UP ? view->in_bins : true;
}

static const enum action footer[] = {
    ACTION_DETECTOR_NEXT, ACTION_RIGHT, ACTION_DOWN, ACTION_UP,  ACTION_RANGE,
    ACTION_OPEN,          ACTION_PANE,  ACTION_AXIS, ACTION_NONE};

const struct view_ops view_scores = {
    .action = ACTION_VIEW_SCORES,
    .title = "Scores",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED,
    .footer = footer,
    .filtered = true,
    .useful = useful_scores,
    .word = word_scores,
    .open = open_scores,
    .close = close_scores,
    .draw = draw_scores,
    .act = act_scores,
    .changed = changed_scores,
    .answer = answer_scores,
    .sheet = scores_sheet,
    .where = where_scores,
};

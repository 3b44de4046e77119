/* Compare: what the detectors agree on, and on which user-hours they differ most. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/suggest.h"
#include "reviewing/reviewing.h"
#include "run/list.h"
#include "views/compare_view.h"
#include "views/view.h"

/* Whether `name` is one of the comma-separated names. */
static bool is_named(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)) != NULL; at += length) {
        if ((at == names || at[-1] == ',') && (at[length] == ',' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

/* Whether a result is compared when none is named: the detectors are; a single one with own
 * past, which looks at the same rows another way. */
static bool is_usual(const struct session *session, const struct result *result)
{
    size_t detectors_used = 0;
    for (size_t i = 0; i < session_results(session); i++) {
        detectors_used += session->run->results[i].kind == RESULT_DETECTOR &&
                          run_result_wanted(session->run, &session->run->results[i]);
    }
    return result->kind == RESULT_DETECTOR ||
           (detectors_used == 1 && result->list == &list_own);
}

/* Which results are compared; returns how many of them are ready. */
static size_t choose_results(const struct compare_view *view, const struct session *session,
                             bool chosen[RUN_RESULTS_MAX])
{
    size_t n = 0;
    memset(chosen, 0, RUN_RESULTS_MAX * sizeof *chosen);
    for (size_t i = 0; i < session_results(session); i++) {
        const struct result *result = &session->run->results[i];
        chosen[i] = view->names[0] != '\0' ? is_named(view->names, result->name)
                                           : is_usual(session, result);
        n += session->has_result[i] && chosen[i] ? 1 : 0;
    }
    return n;
}

static void ask(struct compare_view *view, struct app *app)
{
    bool chosen[RUN_RESULTS_MAX];
    if (choose_results(view, app_session(app), chosen) < 2) {
        return;
    }
    struct compare_query *query = compare_query_new(app, chosen, view->least, view->pair);
    view->asked = query;
    if (query != NULL && !app_query(app, view, &query->query)) {
        view->asked = NULL;
    }
}

static void *open_compare(struct app *app)
{
    struct compare_view *view = mem_zero(1, sizeof *view, "the compare view", NULL);
    if (view != NULL) {
        ask(view, app);
    }
    return view;
}

static void close_compare(void *state)
{
    struct compare_view *view = state;
    compare_answer_clear(&view->found);
    free(view);
}

/* ---- the lists ---- */

size_t compare_length(const struct compare_view *view, const struct session *session)
{
    switch (view->pane) {
    case PANE_CONSENSUS: return view->found.n_consensus;
    case PANE_DIFFER: return view->found.n_differ;
    case PANE_MEANS: return view->ready ? session->run->table->profiles.d : 0;
    case PANE_PAIRS: return compare_pairs(&view->found);
    case PANES: break;
    }
    return 0;
}

size_t compare_row(const struct compare_view *view, size_t i)
{
    if (view->pane == PANE_CONSENSUS && i < view->found.n_consensus) {
        return view->found.consensus[i];
    }
    if (view->pane == PANE_DIFFER && i < view->found.n_differ) {
        return view->found.differ[i].row;
    }
    return SIZE_MAX;
}

static void draw_compare(void *state, const struct app *app, struct canvas *canvas)
{
    struct compare_view *view = state;
    if (view->ready) {
        compare_draw(view, app, canvas);
        return;
    }
    bool chosen[RUN_RESULTS_MAX];
    bool enough = choose_results(view, app_session(app), chosen) >= 2;
    canvas_text(canvas, 0, 1, ROLE_DIM,
                view->problem[0] != '\0' ? view->problem
                : !enough                ? "two detectors are needed to compare"
                                         : "comparing");
}

/* ---- actions ---- */

static size_t row_at_cursor(const struct compare_view *view)
{
    return compare_row(view, view->list[view->pane].cursor);
}

static size_t row_compare(const void *state, const struct app *app)
{
    const struct compare_view *view = state;
    (void)app;
    return view->ready ? row_at_cursor(view) : SIZE_MAX;
}

static void select_cursor(const struct compare_view *view, struct app *app)
{
    size_t row = row_at_cursor(view);
    if (row != SIZE_MAX) {
        app_select_row(app, row);
    }
}

/* Lists the user-hours that the pair under the cursor shares, in Top-K. */
static void show_shared(const struct compare_view *view, struct app *app)
{
    const struct compare_answer *found = &view->found;
    const struct run *run = app_session(app)->run;
    struct compare_pair pair = compare_pair(found, view->list[PANE_PAIRS].cursor);
    char filter[FILTER_TEXT] = "";
    size_t at = 0;
    for (size_t i = 0; i < found->n && at < sizeof filter; i++) {
        if (pair.a == pair.b || i == pair.a || i == pair.b) {
            at += (size_t)snprintf(filter + at, sizeof filter - at, "%s%s.rank:1-%zu",
                                   at > 0 ? " " : "", run->results[found->result[i]].name,
                                   found->k);
        }
    }
    app_set_filter(app, filter);
    app_enter(app, ACTION_VIEW_TOPK);
}

/* Into what is under the cursor: the user-hour in full, then its user. */
static unsigned open_cursor(struct compare_view *view, struct app *app)
{
    size_t row = row_at_cursor(view);
    if (view->pane == PANE_PAIRS) {
        show_shared(view, app);
        return REACT_DONE;
    }
    if (row == SIZE_MAX) {
        return REACT_PASS;
    }
    app_select_row(app, row);
    if (view->detail) {
        app_enter(app, ACTION_VIEW_USER);
    }
    view->detail = true;
    return REACT_DONE;
}

/* To the next, or previous, user-hour of the list without a verdict of one's own. */
static void seek_open(struct compare_view *view, struct app *app, bool forward)
{
    struct listbox *list = &view->list[view->pane];
    for (size_t step = 1; step < list->n; step++) {
        size_t position = (list->cursor + (forward ? step : list->n - step)) % list->n;
        const struct verdict_row *own =
            session_own_verdict(app_session(app), compare_row(view, position));
        if (own == NULL || own->verdict == VERDICT_NONE) {
            listbox_go(list, position);
            return;
        }
    }
    app_say(app, LOG_NOTE, "all others of this list have a verdict");
}

static void turn_pane(struct compare_view *view, struct app *app, int by)
{
    view->pane = (enum compare_pane)(((int)view->pane + by + PANES) % PANES);
    listbox_set_count(&view->list[view->pane], compare_length(view, app_session(app)));
    select_cursor(view, app);
}

/* What moves in a list or judges its user-hours; false when it is another action. */
static bool act_list(struct compare_view *view, struct app *app, enum action action,
                     const char *argument)
{
    struct listbox *list = &view->list[view->pane];
    size_t row = row_at_cursor(view);
    bool seeks = action == ACTION_UNREVIEWED_NEXT || action == ACTION_UNREVIEWED_PREVIOUS;
    if (row != SIZE_MAX && seeks) {
        seek_open(view, app, action == ACTION_UNREVIEWED_NEXT);
        return true;
    }
    if (action != ACTION_EXPORT && review_act_listed(app, action, argument, row, NULL, 0)) {
        if (row != SIZE_MAX && review_verdict_of(action) != VERDICT_NONE) {
            listbox_move(list, 1);
        }
        return true;
    }
    return listbox_act(list, action);
}

/* Whether there is a choice in this pane for choose(): of two detectors all is one pair. */
static bool has_choice(const struct compare_view *view)
{
    return view->found.n > 2 && view->pane != PANE_PAIRS;
}

/* The next pair whose differences are listed, or how many detectors make the consensus. */
static void choose(struct compare_view *view, struct app *app)
{
    const struct compare_answer *found = &view->found;
    if (!has_choice(view)) {
        app_say(app, LOG_NOTE, "nothing to choose here: %s",
                view->pane == PANE_PAIRS ? "all pairs are shown"
                                         : "there are only two detectors");
        return;
    }
    if (view->pane == PANE_DIFFER) {
        view->pair = (found->pair + 1) % compare_pairs(found);
        listbox_go(&view->list[PANE_DIFFER], 0);
    } else {
        view->least = found->least > 2 ? found->least - 1 : found->n;
    }
    ask(view, app);
}

/* `compare iforest,ensemble`: which lists; "detectors" for all of these, as at first. */
static void choose_names(struct compare_view *view, struct app *app, const char *names)
{
    const struct session *session = app_session(app);
    char name[64];
    size_t n = 0;
    for (const char *at = names; *at != '\0' && strcmp(names, "detectors") != 0; n++) {
        size_t length = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (session->run == NULL || run_result_find(session->run, name) == NULL) {
            app_say(app, LOG_ERROR, "'%s' is no detector of this run%s", name,
                    suggest_hint(run_result_suggest(session->run, name), "", "").text);
            return;
        }
        at += length + (at[length] == ',');
    }
    if (n == 1 || strlen(names) >= sizeof view->names) {
        app_say(app, LOG_ERROR, "name two lists or more, as iforest,ensemble");
        return;
    }
    snprintf(view->names, sizeof view->names, "%s", n > 0 ? names : "");
    compare_answer_clear(&view->found);
    view->ready = false;
    view->least = view->pair = 0;
    ask(view, app);
}

static bool useful_compare(const void *state, const struct app *app, enum action action)
{
    (void)app;
    return action != ACTION_SORT || has_choice(state);
}

static unsigned act_compare(void *state, struct app *app, enum action action,
                            const char *argument)
{
    struct compare_view *view = state;
    if (action == ACTION_VIEW_COMPARE) {
        choose_names(view, app, argument);
        return REACT_DONE;
    }
    if (!view->ready) {
        return REACT_PASS;
    }
    struct listbox *list = &view->list[view->pane];
    listbox_set_count(list, compare_length(view, app_session(app)));
    switch ((int)action) {
    case ACTION_PANE: turn_pane(view, app, 1); return REACT_DONE;
    case ACTION_PANE_BACK: turn_pane(view, app, -1); return REACT_DONE;
    case ACTION_SORT: choose(view, app); return REACT_DONE;
    case ACTION_BACK:
        if (!view->detail) {
            return REACT_PASS;
        }
        view->detail = false;
        return REACT_DONE;
    case ACTION_OPEN: return open_cursor(view, app);
    default: break;
    }
    size_t before = row_at_cursor(view);
    if (!act_list(view, app, action, argument)) {
        return REACT_PASS;
    }
    if (row_at_cursor(view) != before) {
        select_cursor(view, app);
    }
    return REACT_DONE;
}

static void changed_compare(void *state, struct app *app, unsigned what)
{
    struct compare_view *view = state;
    if ((what & CHANGED_RUN) != 0) {
        compare_answer_clear(&view->found);
        view->ready = false;
    }
    if ((what & (CHANGED_RUN | CHANGED_RESULT | CHANGED_K)) != 0) {
        ask(view, app);
    }
}

static void answer_compare(void *state, struct app *app, struct query *query)
{
    struct compare_view *view = state;
    struct compare_query *answer = (struct compare_query *)query;
    if (view->asked != query || query->status.code == STATUS_CANCELLED) {
        return;
    }
    view->asked = NULL;
    view->problem[0] = '\0';
    if (query->status.code != STATUS_OK) {
        snprintf(view->problem, sizeof view->problem, "%.159s", query->status.text);
        view->ready = false;
        return;
    }
    compare_answer_clear(&view->found);
    view->found = answer->found;
    memset(&answer->found, 0, sizeof answer->found);
    view->ready = true;
    listbox_set_count(&view->list[view->pane], compare_length(view, app_session(app)));
    if (app_shows(app, view)) {
        select_cursor(view, app);
    }
}

static const enum action footer[] = {ACTION_PANE, ACTION_OPEN,    ACTION_WHY,  ACTION_K_MORE,
                                     ACTION_SORT, ACTION_COMMAND, ACTION_HELP, ACTION_NONE};

const struct view_ops view_compare = {
    .action = ACTION_VIEW_COMPARE,
    .title = "Compare",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED | CONTEXT_ROWS | CONTEXT_REVIEW,
    .footer = footer,
    .open = open_compare,
    .close = close_compare,
    .draw = draw_compare,
    .act = act_compare,
    .changed = changed_compare,
    .answer = answer_compare,
    .sheet = compare_sheet,
    .useful = useful_compare,
    .row = row_compare,
};

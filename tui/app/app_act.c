/* Actions: from one to the view on top, to what the app does itself. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/suggest.h"
#include "base/paths.h"
#include "base/count.h"

#define TWICE_SECONDS  2.0
#define COSTLY_SECONDS 10.0 /* a run that nobody wants to repeat for a stray key */

static void quit_confirmed(void *context, struct app *app)
{
    (void)context;
    app->quit = true;
}

/* Work that would be lost is asked about; verdicts are saved already. */
static void ask_to_quit(struct app *app)
{
    const struct session *session = &app->session;
    if (review_unsaved(app->review) > 0) {
        app_confirm(app, 'y', quit_confirmed, NULL,
                    "%zu verdicts or notes are not saved. Quit?", review_unsaved(app->review));
    } else if (app->exporter.writing != NULL) {
        app_confirm(app, 'y', quit_confirmed, NULL, "%s is being written. Cancel it and quit?",
                    app_base_name(app->exporter.path));
    } else if (session->busy) {
        app_confirm(app, 'y', quit_confirmed, NULL, "A run is going on. Cancel it and quit?");
    } else if (session->run != NULL && session->ended &&
               session->run->seconds > COSTLY_SECONDS) {
        app_confirm(app, 'y', quit_confirmed, NULL, "The run took %s. Quit?",
                    format_duration(session->run->seconds).text);
    } else {
        app->quit = true;
    }
}

static void cancel(struct app *app)
{
    double now = app_now(app);
    if (app->cancelled_at >= 0 && now - app->cancelled_at <= TWICE_SECONDS) {
        app->quit = true;
        return;
    }
    app->cancelled_at = now;
    if (export_cancel(app)) {
        app_say(app, LOG_WARNING, "cancelling what is being written");
        app->cancelled_at = -1; /* the run is another thing to cancel */
    } else if (app->session.busy) {
        worker_cancel(app->worker);
        app_say(app, LOG_WARNING, "cancelling; once more to quit");
    } else {
        app_say(app, LOG_NOTE, "nothing is running; once more to quit");
    }
}

/* ---- search ---- */

void app_search(struct app *app, bool forward)
{
    const struct view_ops *view = app_view(app);
    unsigned reaction = REACT_PASS;
    if (app->search[0] == '\0') {
        app_say(app, LOG_NOTE, "nothing to search for yet");
        return;
    }
    if (app->page != NULL) {
        reaction = page_find(app->page, app->search, forward) ? REACT_DONE : REACT_PASS;
    } else if (view->find != NULL) {
        reaction = view->find(app_view_state(app), app, app->search, forward);
    }
    if (reaction == REACT_PASS) {
        app_say(app, LOG_WARNING, "'%s' is nowhere here", app->search);
    }
    app->dirty = true;
}

void app_search_for(struct app *app, const char *text)
{
    if (text[0] == '\0') {
        prompt_open(&app->prompt, PROMPT_SEARCH, "/", NULL);
        return;
    }
    snprintf(app->search, sizeof app->search, "%s", text);
    app_search(app, true);
}

/* ---- what the app does itself ---- */

static size_t parse_count(const char *text)
{
    uint64_t value;
    return count_parse(text, SIZE_MAX, &value) ? (size_t)value : 0;
}

/* 1, 2, 5, 10, 20, 50 and so on. */
static size_t next_k(size_t k, bool more)
{
    static const size_t leads[] = {1, 2, 5};
    size_t last = 1;
    for (size_t power = 1; power < 1000000000; power *= 10) {
        for (int i = 0; i < 3; i++) {
            size_t candidate = leads[i] * power;
            if (more && candidate > k) {
                return candidate;
            }
            if (!more && candidate >= k) {
                return last;
            }
            last = candidate;
        }
    }
    return last;
}

static void set_k(struct app *app, const char *argument)
{
    size_t k = parse_count(argument);
    if (k == 0) {
        app_say(app, LOG_ERROR, "k wants a whole number above 0");
        return;
    }
    app_select_k(app, k);
}

/* The next result that the run has, ready or not. */
static void step_result(struct app *app, bool forward)
{
    size_t n = session_results(&app->session), i = app->session.selected.result;
    for (size_t step = 0; step < n; step++) {
        i = (i + (forward ? 1 : n - 1)) % n;
        if (session_uses(&app->session, i)) {
            break;
        }
    }
    app->chosen_result = true;
    app_select_result(app, i);
}

/* `by`: the other of the two; `by row`, `by episode`, `by episode 4`. */
static void list_by(struct app *app, const char *argument)
{
    struct status status = {0};
    double gap = app->session.gap;
    size_t word = strcspn(argument, " ");
    const char *hours = argument + word + strspn(argument + word, " ");
    bool row = word == 3 && strncmp(argument, "row", word) == 0;
    bool episode = word == 7 && strncmp(argument, "episode", word) == 0;
    if (argument[0] == '\0') {
        episode = !app->session.by_episode;
    } else if ((!row && !episode) || (row && hours[0] != '\0')) {
        app_say(app, LOG_ERROR,
                "by wants row or episode, and behind episode perhaps a gap: "
                "by episode 4");
        return;
    }
    if (hours[0] != '\0' && !param_parse(&run_gap_spec, hours, &gap, &status)) {
        app_say(app, LOG_ERROR, "%s", status.text);
        return;
    }
    app_select_by(app, episode, gap);
    if (episode) {
        app_say(app, LOG_NOTE,
                "by episode: flagged user-hours of one account at most %g "
                "hour%s apart; Enter unfolds one",
                gap, gap == 1 ? "" : "s");
    } else {
        app_say(app, LOG_NOTE, "by row: every user-hour is a line");
    }
}

static void choose_result(struct app *app, const char *name)
{
    if (app_choose_result(app, name)) {
        return;
    }
    app_say(app, LOG_ERROR, "'%s' is no detector of this run%s", name,
            suggest_hint(run_result_suggest(app->session.run, name), "", "").text);
}

static bool is_view(enum action action)
{
    for (size_t i = 0; views[i] != NULL; i++) {
        if (views[i]->action == action) {
            return true;
        }
    }
    return false;
}

/* The User view has nobody to show, or is shown and asked for again: then it is the list of all
 * users that is meant. */
static bool wants_users(const struct app *app)
{
    return !app->session.selected.has_user ||
           (app->page == NULL && app_view(app)->action == ACTION_VIEW_USER);
}

static void show(struct app *app, enum action action, const char *argument)
{
    if (action == ACTION_VIEW_RUN && argument[0] != '\0') {
        app_run_again(app, argument);
    }
    if (action == ACTION_VIEW_USER && argument[0] == '\0' && wants_users(app)) {
        action = ACTION_VIEW_USERS;
    }
    app_jump(app, action);
    if (action != ACTION_VIEW_RUN && argument[0] != '\0') {
        app_view(app)->act(app_view_state(app), app, action, argument);
    }
}

/* Another view than the one on top takes this action: shows that one, and hands it over. */
static void act_in(struct app *app, enum action view, enum action action, const char *argument,
                   const char *not_yet)
{
    app_jump(app, view);
    if (app_view(app)->act(app_view_state(app), app, action, argument) == REACT_PASS) {
        app_say(app, LOG_NOTE, "%s", not_yet);
    }
}

static void act_alone(struct app *app, enum action action, const char *argument)
{
    if (action_info(action)->context == CONTEXT_ROWS) {
        app_select_shown(app); /* another view, or undo, may have chosen another */
    }
    if (is_view(action)) {
        show(app, action, argument);
        return;
    }
    if (app_do_settings(app, action, argument)) {
        return;
    }
    switch ((int)action) {
    case ACTION_DETECTOR_PREVIOUS: step_result(app, false); break;
    case ACTION_DETECTOR_NEXT: step_result(app, true); break;
    case ACTION_DETECTOR: choose_result(app, argument); break;
    case ACTION_K_MORE: app_select_k(app, next_k(app->session.selected.k, true)); break;
    case ACTION_K_LESS: app_select_k(app, next_k(app->session.selected.k, false)); break;
    case ACTION_K: set_k(app, argument); break;
    case ACTION_BY: list_by(app, argument); break;
    case ACTION_FILTER:
        if (argument[0] != '\0') {
            app_filter_typed(app, argument);
            app_saved_typed(app, argument);
        } else {
            app_ask_filter(app, "");
        }
        break;
    case ACTION_FILTER_SAVE: app_save_filter(app, argument); break;
    case ACTION_FILTER_FORGET: app_forget_filter(app, argument); break;
    case ACTION_FILTERS: app_list_filters(app); break;
    case ACTION_FILTER_CLEAR: app_set_filter(app, ""); break;
    case ACTION_SEARCH: app_search_for(app, argument); break;
    case ACTION_SEARCH_NEXT: app_search(app, true); break;
    case ACTION_SEARCH_PREVIOUS: app_search(app, false); break;
    case ACTION_COMMAND: prompt_open(&app->prompt, PROMPT_COMMAND, ":", argument); break;
    case ACTION_HELP: app_page(app, app_help_page(app)); break;
    case ACTION_EXPORT: export_start(app, argument); break;
    case ACTION_COLUMNS_SHOWN: app_columns(app, argument); break;
    case ACTION_CARD: app_page(app, app_card_page(app)); break;
    case ACTION_SCREENSHOT: app_screenshot(app, argument); break;
    case ACTION_OPEN:
    case ACTION_LINES: app_lines(app); break;
    case ACTION_HOSTS: app_hosts(app, argument); break;
    case ACTION_ALLOW: review_allow(app, argument); break;
    case ACTION_RULES: review_list_rules(app, argument); break;
    case ACTION_END_RULE: review_end_rule(app, argument); break;
    case ACTION_THRESHOLD:
        act_in(app, ACTION_VIEW_SCORES, action, argument, "there are no scores yet");
        break;
    case ACTION_BLIND:
    case ACTION_QUEUE:
        act_in(app, ACTION_VIEW_REVIEW, action, argument, "there is no queue yet");
        break;
    case ACTION_NUMBERS: review_numbers(app); break;
    case ACTION_HOUR: app_show_hour(app, argument); break;
    case ACTION_IDENTICAL: app_show_identical(app, argument); break;
    case ACTION_ROW: app_show_row(app, argument); break;
    case ACTION_WHY: app_why(app, argument); break;
    case ACTION_SAY: app_say(app, LOG_NOTE, "%s", argument); break;
    case ACTION_BACK: app_back(app); break;
    case ACTION_CLOSE:
        if (app->page != NULL || app->depth > 1 || app->related.on) {
            app_back(app);
        } else {
            ask_to_quit(app);
        }
        break;
    case ACTION_QUIT: ask_to_quit(app); break;
    case ACTION_CANCEL: cancel(app); break;
    case ACTION_REDRAW: app->repaint = true; break;
    case ACTION_SUSPEND: app->suspend = true; break;
    case ACTION_REASON:
    case ACTION_IMPORT:
    case ACTION_EXPORT_REVIEW:
    case ACTION_MATCH:
    case ACTION_VERSIONS: review_act(app, action, argument, SIZE_MAX, NULL); break;
    default: app_say(app, LOG_NOTE, "'%s' does nothing here", action_info(action)->name); break;
    }
}

static bool judges(enum action action)
{
    switch ((int)action) {
    case ACTION_TRUE_POSITIVE:
    case ACTION_FALSE_POSITIVE:
    case ACTION_UNDECIDED:
    case ACTION_LATER:
    case ACTION_REASON:
    case ACTION_NOTE:
    case ACTION_ALIKE:
    case ACTION_UNDO:
    case ACTION_REDO:
    case ACTION_UNREVIEWED_NEXT:
    case ACTION_UNREVIEWED_PREVIOUS: return true;
    default: return false;
    }
}

/* What judges on the page of a user-hour is for the view below, when that is where its cursor
 * is: a list or a queue, or the line of an episode. Where that goes on to another user-hour the
 * page does so, too. */
static bool act_on_page(struct app *app, enum action action, const char *argument)
{
    size_t row = app->page->row;
    const struct view_ops *view = app_view(app);
    if (!app->page->of_row || !judges(action)) {
        return false;
    }
    app_select_shown(app);
    if ((view->contexts & CONTEXT_REVIEW) != 0 && app->session.selected.row == row) {
        view->act(app_view_state(app), app, action, argument);
    } else if (!review_act_listed(app, action, argument, row, NULL, 0)) {
        return false;
    }
    if (app->page != NULL && app->session.selected.row != row) {
        app_why(app, "");
    }
    return true;
}

static void act(struct app *app, enum action action, const char *argument)
{
    unsigned reaction = REACT_PASS;
    const struct view_ops *view = app_view(app);
    app->dirty = true;
    if (app_blind_refuses(app, action)) {
        return;
    }
    if (app->page != NULL) {
        if (page_act(app->page, action) || act_on_page(app, action, argument)) {
            return;
        }
        if (action == ACTION_OPEN) {
            app_back(app);
            return;
        }
    } else if ((action_info(action)->context & (view->contexts | CONTEXT_ANY)) != 0 &&
               !is_view(action)) {
        reaction = view->act(app_view_state(app), app, action, argument);
    }
    if ((reaction & REACT_BACK) != 0) {
        app_back(app);
    }
    if ((reaction & REACT_QUIT) != 0) {
        ask_to_quit(app);
    }
    if (reaction == REACT_PASS) {
        act_alone(app, action, argument);
    }
}

void app_do(struct app *app, enum action action, const char *argument)
{
    char *path = NULL;
    if (action_info(action)->kind == ARGUMENT_FILE) {
        path = paths_expand(argument, NULL);
    }
    act(app, action, path != NULL ? path : argument);
    free(path);
}

/* DESIGN. The app is the state of the screen and its rules; it knows neither the terminal nor
 * time. Three things drive it: keys (app_key), mails of the threads (app_mail) and, for the eye
 * only, progress (app_tick). All end in `dirty`, upon which the loop draws. Keys become actions
 * (keymap), an action goes first to the view on top, and what the view passes is the app's.
 * Tests drive the same three without a terminal. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "review/session/review_session.h"
#include "table/input/input_list.h"

#define PATIENCE_SECONDS                                                                       \
    1.2 /* for threads, when the program ends: more than the store takes                       \
         */

const char *app_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (strcmp(path, "-") == 0) {
        return "standard input";
    }
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

void app_name_input(struct app *app)
{
    const char *followed = app_follow_name(app->follow);
    free(app->input_name);
    app->input_name = input_list_name(followed != NULL ? followed : app->params.input, NULL);
    app->session.input =
        app_base_name(app->input_name != NULL ? app->input_name : app->params.input);
}

static bool start_threads(struct app *app, struct status *status)
{
    app->inbox = inbox_new(status);
    app->worker = app->inbox == NULL ? NULL : worker_new(app->inbox, status);
    app->queries = app->worker == NULL ? NULL : queries_new(app->inbox, status);
    app->query_threads = app->queries == NULL ? NULL : parallel_new(0, status);
    return app->query_threads != NULL;
}

struct app *app_new(const struct app_options *options, struct status *status)
{
    struct app *app = mem_zero(1, sizeof *app, "the screen", status);
    if (app == NULL) {
        return NULL;
    }
    if (options->settings != NULL) {
        app->settings = *options->settings;
    } else {
        settings_init(&app->settings);
    }
    app->ascii_only = options->ascii_only;
    app->restyled = true;
    app_use_glyphs(app);
    app->frozen = options->frozen;
    app->started = clock_now();
    app->cancelled_at = app->clicked_at = -1;
    app->dirty = true;
    app->session.selected.k = app->settings.k;
    snprintf(app->first_filter, sizeof app->first_filter, "%s",
             options->filter != NULL ? options->filter : "");
    app->session.by_episode = app->settings.by_episode;
    app->session.gap = app->settings.gap;
    app->session.columns = app->settings.columns;
    app->session.reasons = &app->settings.reasons;
    app->prompt.word = app_words;
    app->prompt.app = app;
    struct status place = {0};
    if (options->review.on) {
        app->review = review_new(&options->review, &place);
    }
    app->reasons = app_reasons_new(status);
    if (options->take_follow != NULL) {
        app->follow = app_follow_new(options->take_follow, status);
    }
    if (app->reasons == NULL || (app->follow == NULL && options->take_follow != NULL) ||
        !run_params_copy(&app->params, options->params, status) ||
        !start_threads(app, status)) {
        app_free(app);
        return NULL;
    }
    if (options->filters != NULL) {
        app->filters_path = mem_text(options->filters, strlen(options->filters), NULL);
    }
    app_saved_load(app);
    app->params.index = true; /* lists need the ranks of rows */
    app_name_input(app);
    app_enter(app, ACTION_VIEW_RUN);
    if (app->depth == 0) {
        status_nomem(status, 0, "a view");
        app_free(app);
        return NULL;
    }
    return app;
}

/* Threads look at their cancel flags all the time; but one that waits for a disk that does not
 * answer cannot, and whoever quits is not kept waiting for it. */
bool app_end(struct app *app, bool *saved)
{
    *saved = true;
    if (app == NULL) {
        return true;
    }
    const double until = clock_now() + PATIENCE_SECONDS;
    review_hurry(app->review);
    bool ended = worker_end(app->worker, PATIENCE_SECONDS);
    ended = queries_end(app->queries, until - clock_now()) && ended;
    struct status lost = {0};
    *saved = ended || review_rescue(app->review, &lost);
    if (!*saved) {
        fprintf(stderr, "oddhours: %s\n", lost.text);
    }
    return ended;
}

bool app_free(struct app *app)
{
    if (app == NULL) {
        return true;
    }
    review_hurry(app->review);
    worker_free(app->worker);
    queries_free(app->queries);
    app_follow_free(app->follow);
    struct status lost = {0};
    bool saved = review_free(app->review, &lost);
    if (!saved) {
        fprintf(stderr, "oddhours: %s\n", lost.text); /* the terminal is given back by now */
    }
    app_why_free(app);
    app_reasons_free(app);
    parallel_free(app->query_threads);
    for (size_t i = 0; views[i] != NULL; i++) {
        if (app->states[i] != NULL) {
            views[i]->close(app->states[i]);
        }
    }
    if (app->inbox != NULL) {
        for (struct mail *mail = inbox_take(app->inbox); mail != NULL;) {
            struct mail *next = mail->next;
            mail_free(mail);
            mail = next;
        }
    }
    inbox_free(app->inbox);
    if (app->running != app->run) {
        run_free(app->running);
    }
    run_free(app->run);
    run_free(app->retired);
    app_drop_replacement(app);
    table_free(app->preview);
    run_params_clear(&app->params);
    page_free(app->page);
    exporter_clear(&app->exporter);
    prompt_free(&app->prompt);
    saved_filters_clear(&app->filters);
    folder_clear(&app->folder);
    free(app->filters_path);
    free(app->input_name);
    log_clear(&app->session.log);
    review_verdicts_release(app->session.verdicts);
    free(app->settings_path);
    free(app);
    return saved;
}

/* ---- reading ---- */

struct review *app_review(const struct app *app)
{
    return app->review;
}

const struct session *app_session(const struct app *app)
{
    return &app->session;
}

const struct keymap *app_keymap(const struct app *app)
{
    return &app->settings.keymap;
}

double app_now(const struct app *app)
{
    return app->frozen ? 0 : clock_now() - app->started;
}

uint64_t app_memory(const struct app *app)
{
    return app->frozen ? 123000000 : mem_resident_bytes();
}

/* ---- the stack of views ---- */

const struct view_ops *app_view(const struct app *app)
{
    return views[app->stack[app->depth - 1]];
}

void *app_view_state(const struct app *app)
{
    return app->states[app->stack[app->depth - 1]];
}

bool app_shows(const struct app *app, const void *view)
{
    return app_view_state(app) == view;
}

size_t app_row(const struct app *app)
{
    const struct view_ops *view = app_view(app);
    return view->row != NULL ? view->row(app_view_state(app), app) : SIZE_MAX;
}

void app_select_shown(struct app *app)
{
    size_t row = app_row(app);
    if (row != SIZE_MAX) {
        app_select_row(app, row);
    }
}

/* The view's index in views[], opened; false when there is none or no memory. */
static bool open_view(struct app *app, enum action action, size_t *index)
{
    for (size_t i = 0; views[i] != NULL; i++) {
        if (views[i]->action == action) {
            if (app->states[i] == NULL) {
                app->states[i] = views[i]->open(app);
            }
            *index = i;
            return app->states[i] != NULL;
        }
    }
    return false;
}

/* Puts a view on top; false when it cannot be shown, which was said. */
static bool enter(struct app *app, enum action view)
{
    size_t index;
    app->dirty = true;
    if (app_blind_refuses(app, view)) {
        return false;
    }
    if (!open_view(app, view, &index)) {
        app_say(app, LOG_ERROR, "the view '%s' cannot be shown", action_info(view)->name);
        return false;
    }
    page_free(app->page);
    app->page = NULL;
    /* Where it is already, going there is going back: the crumbs are a position, no history. */
    for (size_t i = 0; i < app->depth; i++) {
        if (app->stack[i] == index) {
            app->depth = i + 1;
            return true;
        }
    }
    app->stack[app->depth++] = index;
    return true;
}

void app_enter(struct app *app, enum action view)
{
    enter(app, view);
    if (app->depth > 0) { /* none yet: the first view could not be opened */
        app_select_shown(app);
    }
}

/* The stack is cut when the view is open: while it opens, it may ask which one is shown. */
void app_jump(struct app *app, enum action view)
{
    if (enter(app, view)) {
        app->stack[0] = app->stack[app->depth - 1];
        app->depth = 1;
        app_select_shown(app);
    }
}

void app_back(struct app *app)
{
    app->dirty = true;
    if (app->page != NULL) {
        page_free(app->page);
        app->page = NULL;
    } else if (!app_leave_related(app) && app->depth > 1) {
        app->depth--;
        app_select_shown(app);
    }
}

void app_changed(struct app *app, unsigned what)
{
    app->dirty = true;
    for (size_t i = 0; views[i] != NULL; i++) {
        if (app->states[i] != NULL && views[i]->changed != NULL) {
            views[i]->changed(app->states[i], app, what);
        }
    }
}

enum action app_view_action(const struct app *app)
{
    return app_view(app)->action;
}

void app_take_verdicts(struct app *app, struct review_verdicts *verdicts)
{
    review_verdicts_release(app->session.verdicts);
    app->session.verdicts = verdicts;
    app_changed(app, CHANGED_VERDICTS);
}

/* ---- selecting ---- */

void app_select_result(struct app *app, size_t result)
{
    if (result < session_results(&app->session) && result != app->session.selected.result) {
        app->session.selected.result = result;
        app_changed(app, CHANGED_DETECTOR);
    }
}

bool app_choose_result(struct app *app, const char *name)
{
    const struct run *run = app->session.run;
    const struct result *result = run != NULL ? run_result_find(run, name) : NULL;
    if (result == NULL || !run_result_wanted(run, result)) {
        return false;
    }
    app->chosen_result = true;
    app_select_result(app, (size_t)(result - run->results));
    return true;
}

void app_select_k(struct app *app, size_t k)
{
    if (k > 0 && k != app->session.selected.k) {
        app->session.selected.k = k;
        app_changed(app, CHANGED_K);
    }
}

void app_select_by(struct app *app, bool episode, double gap)
{
    struct session *session = &app->session;
    if (episode != session->by_episode || gap != session->gap) {
        session->by_episode = episode;
        session->gap = gap;
        app_changed(app, CHANGED_BY);
    }
}

void app_select_row(struct app *app, size_t row)
{
    struct session *session = &app->session;
    struct selection *selected = &session->selected;
    if (!session->has_table || row >= session->run->table->n_rows ||
        (selected->has_row && selected->row == row)) {
        return;
    }
    unsigned what = CHANGED_ROW;
    selected->has_row = true;
    selected->row = row;
    review_look(app->review, row, app_now(app));
    if (session->run->table->row_user != NULL) {
        uint32_t user = session->run->table->row_user[row];
        what |= selected->has_user && selected->user == user ? 0 : CHANGED_USER;
        selected->has_user = true;
        selected->user = user;
    }
    session->past.ready = false;
    app_past_ask(app);
    app_changed(app, what);
}

void app_select_user(struct app *app, uint32_t user)
{
    struct selection *selected = &app->session.selected;
    if (!selected->has_user || selected->user != user) {
        selected->has_user = true;
        selected->user = user;
        app_changed(app, CHANGED_USER);
    }
}

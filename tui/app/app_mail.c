/* What the threads have sent, and how a run begins and ends. */
#include "app/app_state.h"

#include <string.h>

#include "base/clock.h"
#include "base/format.h"
#include "table/losses.h"

static void begin(struct app *app, struct run *run)
{
    struct session *session = &app->session;
    if (app->running != app->run) {
        run_free(app->running); /* a repeated run that came to nothing */
    }
    app->running = run;
    session->running = run;
    session->n_stages = session->stage_count = 0;
    session->busy = true;
    session->ended = false;
    meter_start(&session->meter, app_now(app));
    if (app->run == NULL) {
        app->run = run;
        session->run = run;
    }
    app->dirty = true;
}

static bool start(struct app *app, struct status *status)
{
    struct run *run = run_new(&app->params, status);
    if (run == NULL) {
        return false;
    }
    if (!worker_start(app->worker, run)) {
        run_free(run);
        return status_set(status, STATUS_USAGE, "a run is going on");
    }
    begin(app, run);
    return true;
}

bool app_start(struct app *app, struct status *status)
{
    return start(app, status);
}

/* Sets each word of "name=value name=value". */
static bool set_words(struct run_params *params, const char *words, struct status *status)
{
    char name[64], value[256];
    for (const char *word = words + strspn(words, " "); *word != '\0';
         word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        const char *equals = memchr(word, '=', length);
        if (equals == NULL || (size_t)(equals - word) >= sizeof name ||
            length - (size_t)(equals - word) > sizeof value) {
            return status_set(status, STATUS_USAGE,
                              "'%.*s': parameters are written NAME=VALUE, such as trees=400",
                              (int)(length < 60 ? length : 60), word);
        }
        size_t name_length = (size_t)(equals - word);
        memcpy(name, word, name_length);
        name[name_length] = '\0';
        memcpy(value, equals + 1, length - name_length - 1);
        value[length - name_length - 1] = '\0';
        if (!run_params_set(params, name, value, status)) {
            return false;
        }
        word += length;
    }
    return true;
}

void app_run_again(struct app *app, const char *words)
{
    struct status status = {0};
    struct run_params params;
    if (app->session.busy || app->retired != NULL) {
        app_say(app, LOG_WARNING, "%s",
                app->session.busy
                    ? "a run is going on; cancel it first"
                    : "what was asked of the run before is still being looked for");
        return;
    }
    if (!run_params_copy(&params, &app->params, &status)) {
        app_say(app, LOG_ERROR, "%s", status.text);
        return;
    }
    if (!set_words(&params, words, &status)) {
        app_say(app, LOG_ERROR, "%s", status.text);
        run_params_clear(&params);
        return;
    }
    run_params_clear(&app->params);
    app->params = params;
    app_name_input(app);
    if (!start(app, &status)) {
        app_say(app, LOG_ERROR, "%s", status.text);
        return;
    }
    app_say(app, LOG_NOTE,
            "running again; the results so far stay until the new ones are there");
}

/* ---- events of the run whose results are shown ---- */

static void log_rejects(struct app *app, const struct table *table)
{
    const struct read_report *report = &table->report;
    char text[LOSSES_TEXT];
    for (size_t i = 0; i < report->n_notes; i++) {
        app_log(app, LOG_NOTE, "%s", report->notes[i]);
    }
    for (size_t i = 0; losses_say(table, i, text, sizeof text); i++) {
        app_log(app, LOG_WARNING, "%s", text);
    }
    for (size_t i = 0; i < report->n_rejects; i++) {
        app_log(app, LOG_WARNING, "line %s left out: %s",
                format_grouped(report->rejects[i].line).text, report->rejects[i].reason);
    }
    if (report->rejected > report->n_rejects) {
        app_log(app, LOG_WARNING, "and %s more lines left out",
                format_grouped(report->rejected - report->n_rejects).text);
    }
}

static void table_has_come(struct app *app)
{
    const struct table *table = app->run->table;
    app->session.has_table = true;
    app->session.preview = NULL;
    app_log(app, LOG_NOTE, "read %s, %s", format_count(table->n_rows, "user-hour").text,
            format_count(table->profiles.n, "profile").text);
    log_rejects(app, table);
    app_changed(app, CHANGED_TABLE);
    table_free(app->preview);
    app->preview = NULL;
    review_attach(app);
}

/* The first detector that is ready is shown, and the list to begin with when it is there,
 * unless the user has chosen meanwhile. */
static void result_has_come(struct app *app, size_t index)
{
    struct session *session = &app->session;
    const struct result *result = &app->run->results[index];
    bool first = true;
    for (size_t i = 0; i < session_results(session); i++) {
        first = first && !session->has_result[i];
    }
    session->has_result[index] = true;
    app_log(app, LOG_NOTE, "%s: %s flagged%s%s", result->title,
            format_grouped(result->scores.flagged_rows).text,
            result->partial[0] != '\0' ? "; " : "", result->partial);
    if (result->health[0] != '\0') {
        app_log(app, LOG_NOTE, "%s: %s", result->title, result->health);
    }
    if (first || (result == run_first(app->run) && !app->chosen_result)) {
        app->session.selected.result = index;
        app_changed(app, CHANGED_RESULT | CHANGED_DETECTOR);
    } else {
        app_changed(app, CHANGED_RESULT);
    }
}

static void shown_event(struct app *app, enum pipeline_event event, size_t index)
{
    switch (event) {
    case PIPELINE_TABLE: table_has_come(app); break;
    case PIPELINE_SCALED:
        app->session.has_scaled = true;
        app_changed(app, CHANGED_SCALED);
        break;
    case PIPELINE_RESULT: result_has_come(app, index); break;
    case PIPELINE_STAGE:
    case PIPELINE_DONE: break;
    }
}

/* ---- the end of a run ---- */

/* A repeated run takes the place of the one shown; everything of the old one is void. */
static void replace(struct app *app)
{
    struct session *session = &app->session;
    export_forget(app);
    app_drop_replacement(app);
    app->session.n_replaced++;
    app->void_queries = app->last_query;
    app->retired = app->run;
    app->run = app->running;
    session->run = app->run;
    session->has_table = session->has_scaled = true;
    for (size_t i = 0; i < session_results(session); i++) {
        session->has_result[i] = app->run->results[i].ready;
    }
    session->grown =
        app->follow != NULL && app->retired->table->n_rows < app->run->table->n_rows;
    if (!session->grown) {
        session->selected.has_row = session->selected.has_user = false;
    }
    session->past.ready = false;
    session->rules_hide = 0; /* until they are applied anew */
    if (session->selected.has_row) {
        app_past_ask(app);
    }
    app_filter_again(app);
    review_attach(app);
    app_changed(app, CHANGED_RUN);
}

static void say_end(struct app *app, const struct run *run)
{
    if (run->notice[0] != '\0') {
        app_log(app, LOG_WARNING, "%s", run->notice);
    }
    if (run->table != NULL && run->table->report.change != INPUT_SAME) {
        app_log(app, LOG_WARNING, "%s", input_change_text(run->table->report.change));
    }
    if (run->saved) {
        app_say(app, LOG_NOTE, "shown from a saved run, computed in %s (--no-cache runs again)",
                format_seconds(run->seconds).text);
        return;
    }
    switch (run->status.code) {
    case STATUS_OK:
        if (app->follow != NULL && app->session.n_replaced > 0) {
            break; /* what is new will be said */
        }
        app_say(app, LOG_NOTE, "finished in %s",
                app->frozen ? "0:00" : format_seconds(run->seconds).text);
        break;
    case STATUS_CANCELLED:
        app_say(app, LOG_WARNING, "cancelled; what was finished stays");
        break;
    default: app_say(app, LOG_ERROR, "%s", run->status.text); break;
    }
}

static void run_has_ended(struct app *app)
{
    struct session *session = &app->session;
    const struct run *run = app->running;
    session->busy = false;
    session->ended = true;
    say_end(app, run);
    if (app->running != app->run) {
        if (run->status.code == STATUS_OK) {
            replace(app);
        } else {
            app_say(app, LOG_WARNING, "%s; the earlier results stay", run->status.text);
        }
    } else if (run->status.code > STATUS_CANCELLED && !session->has_table &&
               session->preview == NULL) {
        app->failure = run->status; /* there is nothing to explore */
        app->quit = true;
    }
    if (app->running == app->run) {
        app_follow_ended(app);
    }
    app_changed(app, CHANGED_ENDED);
    if (app->first_filter[0] != '\0' || app->settings.filter[0] != '\0') {
        app_filter_begin(app);
    }
    review_rules_recount(app);
    if (app->opens_list && !app->moved && app->running == app->run &&
        session_result(session) != NULL && !session->blind) {
        app_enter(app, ACTION_VIEW_TOPK); /* what one has come for */
    }
}

/* Old runs go when nobody looks at them: no view (told above) and no query. What was made of
 * one goes with it, since the next run may come to stand at its address. */
static void free_retired(struct app *app)
{
    if (app->retired != NULL && app_idle(app)) {
        app_why_free(app);
        run_free(app->retired);
        app->retired = NULL;
    }
}

void app_drop_replacement(struct app *app)
{
    if (app->replaces) {
        app->replaces = false;
        result_empty(&app->replacement);
    }
}

void app_replace_result(struct app *app, size_t index, struct result *take_result)
{
    app_drop_replacement(app);
    app->replacement = *take_result;
    app->replaced = index;
    app->replaces = true;
}

/* The old result goes after everybody has been told: views hold rows in the order of its
 * ranking. What is asked meanwhile waits, as the queries thread reads results, too. */
static void replace_result(struct app *app)
{
    bool growing = app->session.busy && app->running == app->run;
    if (!app->replaces || growing || !app_idle(app) || app->retired != NULL) {
        return;
    }
    struct result *shown = &app->run->results[app->replaced], old = *shown;
    export_forget(app);
    app->void_queries = app->last_query;
    app_why_free(app);
    *shown = app->replacement;
    app->replaces = false;
    app->session.has_result[app->replaced] = shown->ready;
    app_filter_again(app);
    app_changed(app, CHANGED_RUN);
    result_empty(&old);
    app->dirty = true;
}

static void take_event(struct app *app, const struct mail *mail)
{
    struct session *session = &app->session;
    if (mail->run != app->running) {
        return;
    }
    if (mail->event == PIPELINE_STAGE) {
        session->n_stages++;
        session->stage_count = mail->index;
        meter_start(&session->meter, app_now(app));
        app->dirty = true;
    }
    if (mail->run == app->run) {
        shown_event(app, mail->event, mail->index);
    }
    if (mail->event == PIPELINE_DONE) {
        run_has_ended(app);
    }
}

bool app_is_void(const struct app *app, const struct query *query)
{
    return query->id <= app->void_queries;
}

/* An answer about a run that was replaced means as little as that of a cancelled query: its
 * rows are those of another table. But what was written is written. */
static void take_answer(struct app *app, struct query *query)
{
    bool of_run = query->slot != SLOT_WRITE && query->slot != SLOT_EXPORT &&
                  query->slot != SLOT_FOLDER && query->slot != SLOT_FOLLOW;
    if (of_run && app_is_void(app, query)) {
        status_cancelled(&query->status);
    }
    for (size_t i = 0; views[i] != NULL; i++) {
        if (query->tag != NULL && query->tag == app->states[i] && views[i]->answer != NULL) {
            views[i]->answer(app->states[i], app, query);
            app->dirty = true;
        }
    }
    if (app->review != NULL && query->tag == app->review) {
        review_answer(app, query);
        app->dirty = true;
    }
    if (query->tag == app) {
        app_answer(app, query);
    }
}

void app_mail(struct app *app)
{
    for (struct mail *mail = inbox_take(app->inbox); mail != NULL;) {
        struct mail *next = mail->next;
        switch (mail->kind) {
        case MAIL_PREVIEW:
            if (app->preview == NULL && !app->session.has_table) {
                app->preview = mail->preview;
                app->session.preview = app->preview;
                mail->preview = NULL;
                app_changed(app, CHANGED_TABLE);
            }
            break;
        case MAIL_EVENT: take_event(app, mail); break;
        case MAIL_ANSWER: take_answer(app, mail->query); break;
        }
        mail_free(mail);
        mail = next;
    }
    free_retired(app);
    replace_result(app);
    app->ticking = true;
}

void app_tick(struct app *app)
{
    struct session *session = &app->session;
    if (session->busy) {
        session->progress = worker_progress(app->worker);
        meter_sample(&session->meter, app_now(app), session->progress.done,
                     session->progress.total);
    }
}

/* What the app tells and asks: messages and pages, questions to the user, and questions to the
 * queries thread. */
#include "app/app_state.h"

#include <stdarg.h>
#include <stdio.h>

#define WORKING_SECONDS 0.5 /* what takes no longer needs no words */

/* ---- telling ---- */

void app_count_error(struct app *app, const char *text)
{
    app->errors++;
    snprintf(app->error, sizeof app->error, "%s", text);
}

void app_say(struct app *app, enum log_kind kind, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    log_add(&app->session.log, kind, app_now(app), format, args);
    vsnprintf(app->message, sizeof app->message, format, again);
    va_end(again);
    va_end(args);
    app->has_message = true;
    app->message_kind = kind;
    app->dirty = true;
    if (kind == LOG_ERROR) {
        app_count_error(app, app->message);
    }
}

void app_log(struct app *app, enum log_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_add(&app->session.log, kind, app_now(app), format, args);
    va_end(args);
    app->dirty = true;
}

void app_page(struct app *app, struct page *take_page)
{
    if (take_page != NULL) {
        page_free(app->page);
        app->page = take_page;
        app->dirty = true;
    }
}

void app_page_answer(struct app *app, const struct query *query, struct page **page)
{
    if (query->status.code == STATUS_CANCELLED) {
        return;
    }
    if (query->status.code != STATUS_OK || *page == NULL) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
        return;
    }
    app_page(app, *page);
    *page = NULL;
}

/* ---- asking ---- */

void app_ask(struct app *app, const struct question *question)
{
    prompt_open(&app->prompt, PROMPT_QUESTION, question->label, question->initial);
    if (question->at_once) {
        question->live(question->context, app,
                       question->initial != NULL ? question->initial : "", app->prompt.comment,
                       sizeof app->prompt.comment);
    }
    app->prompt.question = *question;
    app->dirty = true;
}

void app_confirm(struct app *app, keycode yes, void (*done)(void *context, struct app *app),
                 void *context, const char *format, ...)
{
    char text[PROMPT_LABEL - 60], label[PROMPT_LABEL], key[KEY_NAME];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    keycode_name(yes, key);
    snprintf(label, sizeof label, "%s  %s: yes, any other key: no", text, key);
    prompt_open(&app->prompt, PROMPT_CONFIRM, label, NULL);
    app->prompt.yes = yes;
    app->prompt.confirmed = done;
    app->prompt.context = context;
    app->dirty = true;
}

struct parallel *app_query_threads(const struct app *app)
{
    return app->query_threads;
}

bool app_query(struct app *app, void *view, struct query *take_query)
{
    take_query->tag = view;
    if (queries_idle(app->queries)) {
        app->asked_at = app_now(app);
    }
    uint64_t id = queries_submit(app->queries, take_query);
    app->last_query = id != 0 ? id : app->last_query;
    return id != 0;
}

bool app_idle(const struct app *app)
{
    return queries_idle(app->queries) && inbox_empty(app->inbox); /* in this order */
}

double app_working_in(const struct app *app)
{
    if (app->frozen || queries_idle(app->queries)) {
        return -1;
    }
    double left = app->asked_at + WORKING_SECONDS - app_now(app);
    return left > 0 ? left : 0;
}

void app_query_cancel(struct app *app, unsigned slot)
{
    queries_cancel_slot(app->queries, slot);
}

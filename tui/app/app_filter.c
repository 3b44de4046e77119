/* The filter of the session: typed with `&`, counted while it is typed, kept across views. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/suggest.h"
#include "lists/rows_query.h"

void app_filter_context(const struct app *app, struct filter_context *context,
                        struct filter_ranking *rankings)
{
    const struct session *session = &app->session;
    *context = run_filter_context(session->run, session->has_result, session->selected.result,
                                  rankings);
    context->blind = session->blind;
    context->hooks = review_hooks(app->review, &context->n_hooks);
}

/* "column 7: there is no field 'usr'; did you mean user?" */
static void describe_error(const struct filter_error *error, char *text, size_t size)
{
    if (error->text[0] == '\0') {
        snprintf(text, size, "the table is not there yet");
        return;
    }
    snprintf(text, size, "column %zu: %s%s", error->column + 1, error->text,
             suggest_hint(error->nearest, "", "").text);
}

/* Starts counting; false, with `comment`, when the text is wrong. */
static bool start_count(struct app *app, const char *text, char *comment, size_t size)
{
    struct filter_error error = {0};
    struct rows_query *asked = rows_query_new(app, text, NULL, 0, SLOT_FILTER, &error);
    if (asked == NULL) {
        describe_error(&error, comment, size);
        return false;
    }
    snprintf(comment, size, "counting");
    return app_query(app, app, &asked->query);
}

/* Writes the filter as it was understood. */
static bool understand(struct app *app, const char *text, struct session_filter *filter,
                       struct filter_error *error)
{
    struct filter_context context;
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    if (!app->session.has_table) {
        return false;
    }
    app_filter_context(app, &context, rankings);
    struct filter *parsed = filter_parse(text, &context, error);
    if (parsed == NULL) {
        return false;
    }
    char *whole = filter_format(parsed, &context, NULL);
    snprintf(filter->text, sizeof filter->text, "%s", text);
    snprintf(filter->understood, sizeof filter->understood, "%s", whole == NULL ? text : whole);
    filter->counted = false;
    free(whole);
    filter_free(parsed);
    return true;
}

/* What may be typed, where nothing is yet: examples of what this table has. */
static void suggest(const struct app *app, char *text, size_t size)
{
    const struct session *session = &app->session;
    size_t length = (size_t)snprintf(text, size, "Tab shows all there is");
    if (app->filters.n_recent > 0) {
        length += (size_t)snprintf(text + length, size - length, "  Up the last");
    }
    if (!session->has_table) {
        return;
    }
    const struct table *table = session->run->table;
    if (table->users != NULL) {
        length += (size_t)snprintf(text + length, size - length, "  user:U66*");
    }
    if (table->times != NULL) {
        length += (size_t)snprintf(text + length, size - length, "  day:last  hour:22-5");
    }
    size_t feature = table->profiles.d > 1;
    length += (size_t)snprintf(text + length, size - length, "  %.60s:>=10",
                               table->feature_names[feature]);
    if (session_result(session) != NULL) {
        snprintf(text + length, size - length, "  %s:>p99.9", session_result(session)->name);
    }
}

static void live(void *context, struct app *app, const char *text, char *out, size_t size)
{
    char whole[FILTER_TEXT], comment[400];
    struct status status = {0};
    struct session_filter filter = {0};
    struct filter_error error = {0};
    struct prompt *prompt = &app->prompt;
    (void)context;
    prompt->echo[0] = '\0';
    prompt->wrong = false;
    if (!saved_filters_expand(&app->filters, text, whole, &status)) {
        snprintf(comment, sizeof comment, "%.199s", status.text);
    } else if (start_count(app, whole, comment, sizeof comment)) {
        snprintf(out, size, "%s", comment);
        if (whole[0] != '\0' && understand(app, whole, &filter, &error)) {
            snprintf(prompt->echo, sizeof prompt->echo, "only %.500s", filter.understood);
        } else if (whole[0] == '\0') {
            suggest(app, prompt->echo, sizeof prompt->echo);
        }
        return;
    }
    /* What is wrong in the line above, where there is room for it; here only where. */
    prompt->wrong = true;
    snprintf(prompt->echo, sizeof prompt->echo, "%s", comment);
    snprintf(out, size, "%.*s", (int)strcspn(comment, ":"), comment);
}

void app_filter_counted(struct app *app, const struct rows_query *asked)
{
    if (asked->query.status.code != STATUS_OK) {
        return; /* another one is on its way */
    }
    struct shown count = format_count(asked->total, "row");
    char typed[FILTER_TEXT];
    if (app->prompt.kind == PROMPT_FILTER &&
        saved_filters_expand(&app->filters, app->prompt.edit.text, typed, NULL) &&
        strcmp(typed, asked->text) == 0) {
        snprintf(app->prompt.comment, sizeof app->prompt.comment, "%s", count.text);
        if (asked->hint[0] != '\0') {
            snprintf(app->prompt.echo, sizeof app->prompt.echo, "%s", asked->hint);
        }
    }
    if (strcmp(app->session.filter.text, asked->text) == 0) {
        if (asked->hint[0] != '\0') {
            app_say(app, LOG_WARNING, "%s", asked->hint);
        }
        app->session.filter.counted = true;
        app->session.filter.rows = asked->total;
    }
    app->dirty = true;
}

/* ---- what every filter is together with: that of the settings, and rules ---- */

static const char without_hidden[] = "-rule:hidden";

static void add_end(char text[FILTER_TEXT], const char *more)
{
    size_t length = strlen(text);
    if (more[0] != '\0' && length + strlen(more) + 2 < FILTER_TEXT) {
        snprintf(text + length, FILTER_TEXT - length, "%s%s", length > 0 ? " " : "", more);
    }
}

static void drop_end(char *text, const char *end)
{
    size_t length = strlen(text), n = strlen(end);
    if (n > 0 && length >= n && strcmp(text + length - n, end) == 0) {
        length -= n;
        while (length > 0 && text[length - 1] == ' ') {
            length--;
        }
        text[length] = '\0';
    }
}

/* A blind review is not told of rules; and a filter of the settings may ask for scores. */
static void add_always(const struct app *app, char text[FILTER_TEXT])
{
    const struct session *session = &app->session;
    if (session->blind) {
        return;
    }
    if (strstr(text, app->settings.filter) == NULL) {
        add_end(text, app->settings.filter);
    }
    if (session->rules_hide > 0 && strstr(text, "rule:") == NULL) {
        add_end(text, without_hidden);
    }
}

static void drop_always(const struct app *app, char *text)
{
    drop_end(text, without_hidden);
    drop_end(text, app->settings.filter);
}

static void set_filter(struct app *app, const char *text, const char *rest);

void app_rules_hide(struct app *app, uint64_t rows)
{
    char text[FILTER_TEXT];
    if (rows > 0 || app->session.rules_hide > 0) {
        app_changed(app, CHANGED_RULES); /* as many may be others */
    }
    if (rows == app->session.rules_hide) {
        return;
    }
    app->session.rules_hide = rows;
    snprintf(text, sizeof text, "%s", app->session.filter.text);
    drop_always(app, text);
    set_filter(app, text, "");
}

void app_filter_begin(struct app *app)
{
    char text[FILTER_TEXT];
    snprintf(text, sizeof text, "%s", app->first_filter);
    app->first_filter[0] = '\0';
    if (app->session.filter.text[0] == '\0') { /* none was typed meanwhile */
        set_filter(app, text, "");
    }
}

/* Sets it and says so, with `rest`. */
static void set_filter(struct app *app, const char *text, const char *rest)
{
    struct filter_error error = {0};
    struct session_filter filter = {0};
    char comment[400];
    struct status status = {0};
    char whole[FILTER_TEXT];
    if (!saved_filters_expand(&app->filters, text, whole, &status)) {
        app_say(app, LOG_ERROR, "%s", status.text);
        return;
    }
    add_always(app, whole);
    text = whole + strspn(whole, " ");
    if (text[0] != '\0' && !understand(app, text, &filter, &error)) {
        describe_error(&error, comment, sizeof comment);
        app_say(app, LOG_ERROR, "%s", comment);
        return;
    }
    app->session.filter = filter;
    app->related.on = false;
    if (text[0] != '\0') {
        start_count(app, text, comment, sizeof comment);
        app_say(app, LOG_NOTE, "only %s%s", filter.understood, rest);
    }
    app_changed(app, CHANGED_FILTER);
}

void app_set_filter(struct app *app, const char *text)
{
    set_filter(app, text, "");
}

void app_filter_typed(struct app *app, const char *text)
{
    char rest[80] = "";
    if (!app_view(app)->filtered) {
        snprintf(rest, sizeof rest, ", but not in %s", app_view(app)->title);
    }
    set_filter(app, text, rest);
}

bool app_filter_wrong(struct app *app, const char *text)
{
    char ignored[400];
    live(NULL, app, text, ignored, sizeof ignored);
    if (app->prompt.wrong) {
        app_count_error(app, app->prompt.echo);
    }
    return app->prompt.wrong;
}

static void done(void *context, struct app *app, const char *text)
{
    (void)context;
    app_filter_typed(app, text);
    app_saved_typed(app, text);
}

void app_ask_filter(struct app *app, const char *initial)
{
    const struct question question = {.label = "&", .live = live, .done = done};
    prompt_open(&app->prompt, PROMPT_FILTER, question.label,
                initial[0] != '\0' ? initial : app->session.filter.text);
    app->prompt.question = question;
    if (app->prompt.edit.length == 0) {
        suggest(app, app->prompt.echo, sizeof app->prompt.echo);
    }
}

/* The run has changed: what the filter means has, too. */
void app_filter_again(struct app *app)
{
    char comment[400], text[FILTER_TEXT];
    struct filter_error error = {0};
    memcpy(text, app->session.filter.text, sizeof text);
    if (text[0] == '\0') {
        return;
    }
    if (!understand(app, text, &app->session.filter, &error)) {
        describe_error(&error, comment, sizeof comment);
        app->session.filter = (struct session_filter){0};
        app_say(app, LOG_WARNING, "the filter is off: %s", comment);
        return;
    }
    start_count(app, text, comment, sizeof comment);
}

/* Filters kept by name, and those typed last: a file that the queries thread reads and writes
 * (run/saved_filters.h). What the UI thread has is what the file said last. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum saved_task { TASK_LOAD, TASK_SAVE, TASK_FORGET, TASK_RECENT };

struct saved_query {
    struct query query; /* first: the queries thread knows only this */
    enum saved_task task;
    char *path;
    char name[SAVED_FILTER_NAME], text[SAVED_FILTER_TEXT];
    struct saved_filters found; /* the answer; taken by copying it and leaving a cleared one */
};

static void work(struct query *query, const struct progress *progress)
{
    struct saved_query *self = (struct saved_query *)query;
    bool recent = self->task == TASK_RECENT, forget = self->task == TASK_FORGET;
    (void)progress;
    if (self->task == TASK_LOAD) {
        saved_filters_load(&self->found, self->path, &query->status);
    } else {
        saved_filters_change(&self->found, self->path, recent ? NULL : self->name,
                             forget ? NULL : self->text, &query->status);
    }
}

static void free_query(struct query *query)
{
    struct saved_query *self = (struct saved_query *)query;
    saved_filters_clear(&self->found);
    free(self->path);
    free(self);
}

static void ask(struct app *app, enum saved_task task, const char *name, const char *text)
{
    struct saved_query *self = mem_zero(1, sizeof *self, "saved filters", NULL);
    char *path =
        self == NULL ? NULL : mem_text(app->filters_path, strlen(app->filters_path), NULL);
    if (path == NULL) {
        free(self);
        app_say(app, LOG_ERROR, "no memory for saved filters");
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_WRITE;
    self->task = task;
    self->path = path;
    snprintf(self->name, sizeof self->name, "%s", name);
    snprintf(self->text, sizeof self->text, "%s", text);
    app_query(app, app, &self->query);
}

void app_saved_load(struct app *app)
{
    if (app->filters_path != NULL) {
        ask(app, TASK_LOAD, "", "");
    }
}

/* What a script sets is not what the user has typed. */
void app_saved_typed(struct app *app, const char *text)
{
    text += strspn(text, " ");
    if (!app->playing && app->filters_path != NULL && text[0] != '\0' &&
        strlen(text) < SAVED_FILTER_TEXT) {
        ask(app, TASK_RECENT, "", text);
    }
}

/* The file's recent ones are what Up brings, too, before those of this session. */
static void fill_history(struct app *app)
{
    for (size_t i = 0; i < app->filters.n_recent; i++) {
        prompt_remember(&app->prompt, PROMPT_FILTER, app->filters.recent[i]);
    }
}

static void say_done(struct app *app, const struct saved_query *self)
{
    if (self->task == TASK_SAVE) {
        app_say(app, LOG_NOTE, "saved: @%s is %s", self->name, self->text);
    } else if (self->task == TASK_FORGET) {
        app_say(app, LOG_NOTE, "forgotten: @%s, which was %s", self->name, self->text);
    }
}

bool app_saved_answer(struct app *app, struct query *query)
{
    struct saved_query *self = (struct saved_query *)query;
    if (query->work != work) {
        return false;
    }
    if (query->status.code != STATUS_OK) {
        /* That the last ones typed are not kept is no reason to stand in the way. */
        (self->task == TASK_RECENT ? app_log : app_say)(app, LOG_WARNING, "%s",
                                                        query->status.text);
        return true;
    }
    saved_filters_clear(&app->filters);
    app->filters = self->found;
    memset(&self->found, 0, sizeof self->found);
    if (self->task == TASK_LOAD) {
        fill_history(app);
    }
    say_done(app, self);
    return true;
}

/* ---- actions ---- */

static bool usable(struct app *app, const char **name)
{
    *name += (*name)[0] == '@';
    if (app->filters_path == NULL) {
        app_say(app, LOG_ERROR, "there is no home directory to keep filters in");
    } else if (!saved_filters_is_name(*name)) {
        app_say(app, LOG_ERROR, "a filter's name is letters, digits, - _ and ., at most %d",
                SAVED_FILTER_NAME - 1);
    } else {
        return true;
    }
    return false;
}

static void replace_confirmed(void *context, struct app *app)
{
    (void)context;
    ask(app, TASK_SAVE, app->saving_name, app->session.filter.text);
}

void app_save_filter(struct app *app, const char *name)
{
    const char *text = app->session.filter.text, *old;
    if (!usable(app, &name)) {
        return;
    }
    if (text[0] == '\0') {
        app_say(app, LOG_NOTE, "there is no filter to save: & sets one");
        return;
    }
    old = saved_filters_find(&app->filters, name);
    if (old != NULL && strcmp(old, text) != 0) {
        snprintf(app->saving_name, sizeof app->saving_name, "%s", name);
        app_confirm(app, 'y', replace_confirmed, NULL, "@%s is %.80s. Replace it?", name, old);
        return;
    }
    ask(app, TASK_SAVE, name, text);
}

void app_forget_filter(struct app *app, const char *name)
{
    if (!usable(app, &name)) {
        return;
    }
    const char *text = saved_filters_find(&app->filters, name);
    ask(app, TASK_FORGET, name, text != NULL ? text : "");
}

void app_list_filters(struct app *app)
{
    const struct saved_filters *filters = &app->filters;
    struct page *page = page_new("Saved filters");
    if (page == NULL) {
        return;
    }
    for (size_t i = 0; i < filters->n; i++) {
        char name[SAVED_FILTER_NAME + 1];
        snprintf(name, sizeof name, "@%s", filters->list[i].name);
        page_pair(page, name, ROLE_TEXT, "%s", filters->list[i].text);
    }
    if (filters->n == 0) {
        page_add(page, ROLE_TEXT, "none yet");
    }
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_DIM,
             ":save-filter NAME keeps the filter in view, :filter @NAME sets it, "
             ":forget-filter NAME removes it");
    if (app->filters_path != NULL && !app->frozen) {
        page_add(page, ROLE_DIM, "They are in %s", app->filters_path);
    }
    app_page(app, page);
}

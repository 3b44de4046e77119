/* Why a user-hour is odd, as a page: found by the queries thread. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/explainer.h"
#include "run/sheet/sheet.h"

/* The explainer of a run is built with the first question. The queries thread touches it, and
 * the UI thread when that is idle. */
struct why_cache {
    const struct run *run;
    struct explainer *explainer;
};

struct why_query {
    struct query query;
    const struct run *run;
    const char *input; /* the file's name, borrowed from the run */
    struct why_cache *cache;
    struct parallel *parallel;
    size_t row;
    bool shapley;
    struct page *page; /* the answer */
};

static void add_line(void *context, const char *key, const char *text)
{
    struct page *page = context;
    if (key[0] != '\0') {
        page_pair(page, key, ROLE_TEXT, "%s", text);
    } else {
        page_add(page, page->n == 0 ? ROLE_STRONG : ROLE_TEXT, "%s", text);
    }
}

/* A copy: the page keeps its own, to be written once more. */
static struct sheet *sheet_of_page(const struct page *page, const struct app *app, char *name,
                                   size_t size, struct status *status)
{
    (void)app;
    snprintf(name, size, "why");
    return sheet_copy(page->kept, status);
}

static void free_sheet(void *sheet)
{
    sheet_free(sheet);
}

static void work(struct query *query, const struct progress *progress)
{
    struct why_query *self = (struct why_query *)query;
    struct why_cache *cache = self->cache;
    if (cache->run != self->run || cache->explainer == NULL) {
        explainer_free(cache->explainer);
        cache->run = self->run;
        cache->explainer = explainer_new(self->run, self->parallel, progress, &query->status);
    }
    struct why *why = cache->explainer != NULL
                          ? mem_new(1, sizeof *why, "an explanation", &query->status)
                          : NULL;
    self->page = why != NULL ? page_new("Why") : NULL;
    if (self->page != NULL &&
        why_find(&cache->explainer->data, self->row, why, &query->status) &&
        why_add_peers(&cache->explainer->data, why, self->parallel, progress, &query->status) &&
        explainer_add_hosts(self->run, why, progress, &query->status)) {
        if (self->shapley) {
            why_add_shapley(&cache->explainer->data, why);
        }
        self->page->of_row = true;
        self->page->row = self->row;
        why_lines(&cache->explainer->data, why, add_line, self->page);
        self->page->kept =
            app_why_sheet(self->run, &cache->explainer->data, why, self->input, &query->status);
        self->page->free_kept = free_sheet;
        self->page->sheet = self->page->kept != NULL ? sheet_of_page : NULL;
    }
    free(why);
}

static void free_query(struct query *query)
{
    struct why_query *self = (struct why_query *)query;
    page_free(self->page);
    free(self);
}

void app_why(struct app *app, const char *argument)
{
    const struct session *session = &app->session;
    if (!session->selected.has_row || !session->ended || !session->has_scaled) {
        app_say(app, LOG_NOTE,
                session->selected.has_row ? "explanations come when the run has ended"
                                          : "select a user-hour first");
        return;
    }
    if (app->why == NULL) {
        app->why = mem_zero(1, sizeof *app->why, "explanations", NULL);
    }
    struct why_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (app->why == NULL || self == NULL) {
        free(self);
        app_say(app, LOG_ERROR, "no memory for an explanation");
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_WHY;
    self->run = session->run;
    self->input = app_base_name(session->run->table->report.name); /* lives as long as it */
    self->cache = app->why;
    self->parallel = app_query_threads(app);
    self->row = session->selected.row;
    self->shapley = argument[0] == 's';
    app_query(app, app, &self->query);
}

void app_why_answer(struct app *app, struct query *query)
{
    if (!app->session.blind) { /* which may have begun when this was in the inbox */
        app_page_answer(app, query, &((struct why_query *)query)->page);
    }
}

void app_why_free(struct app *app)
{
    app_reasons_forget(app);
    if (app->why != NULL) {
        explainer_free(app->why->explainer);
        free(app->why);
        app->why = NULL;
    }
}

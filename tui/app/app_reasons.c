/* Why rows stand in a list, for its column: found by the queries thread, a screenful at once,
 * and kept. A view that draws a row whose reason is not known wishes for it. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "run/reasons.h"

enum { KEPT = 1024, WISHES = 256 };

struct known {
    size_t result;
    uint32_t row;
    char text[REASON_TEXT];
};

struct app_reasons {
    const struct run *run;   /* what is kept is of it */
    struct reasons *reasons; /* the queries thread's, and the UI thread's when that is idle */
    bool asked;              /* a query is on its way */
    size_t n_wishes, result; /* of the last frame, all by one result */
    uint32_t wish[WISHES];
    size_t n_known, next; /* the oldest give way */
    struct known known[KEPT];
};

struct reasons_query {
    struct query query; /* first */
    struct app_reasons *cache;
    const struct run *run;
    struct parallel *parallel;
    bool has[RUN_RESULTS_MAX];
    size_t n, result;
    uint32_t row[WISHES];
    struct reason found[WISHES]; /* the answer */
};

struct app_reasons *app_reasons_new(struct status *status)
{
    return mem_zero(1, sizeof(struct app_reasons), "reasons", status);
}

void app_reasons_forget(struct app *app)
{
    struct app_reasons *cache = app->reasons;
    if (cache != NULL) {
        reasons_free(cache->reasons);
        memset(cache, 0, sizeof *cache);
    }
}

void app_reasons_free(struct app *app)
{
    app_reasons_forget(app);
    free(app->reasons);
    app->reasons = NULL;
}

static const struct known *find(const struct app_reasons *cache, size_t result, size_t row)
{
    for (size_t i = 0; i < cache->n_known; i++) {
        if (cache->known[i].row == row && cache->known[i].result == result) {
            return &cache->known[i];
        }
    }
    return NULL;
}

/* What is kept of another run is of no use. */
static void keep_of(struct app_reasons *cache, const struct run *run)
{
    if (cache->run != run) {
        cache->run = run;
        cache->n_known = cache->next = cache->n_wishes = 0;
    }
}

bool app_reason(const struct app *app, size_t result, size_t row, bool ascii, char *text,
                size_t size)
{
    struct app_reasons *cache = app->reasons;
    const struct session *session = &app->session;
    text[0] = '\0';
    if (session->blind || !session->has_result[result] || !session->has_scaled) {
        return true;
    }
    keep_of(cache, session->run);
    const struct known *known = find(cache, result, row);
    if (known != NULL) {
        text_safe(text, size, known->text, strlen(known->text), ascii);
        return true;
    }
    if (cache->n_wishes == 0 || (cache->result == result && cache->n_wishes < WISHES)) {
        cache->result = result;
        cache->wish[cache->n_wishes++] = (uint32_t)row;
    }
    return false;
}

void app_reasons_begin(struct app *app)
{
    app->reasons->n_wishes = 0;
}

bool app_reasons_wanted(const struct app *app)
{
    return app->reasons->asked || app->reasons->n_wishes > 0;
}

static void work(struct query *query, const struct progress *progress)
{
    struct reasons_query *self = (struct reasons_query *)query;
    struct app_reasons *cache = self->cache;
    if (cache->reasons == NULL) {
        cache->reasons = reasons_new(self->run, &query->status);
    }
    if (cache->reasons != NULL) {
        reasons_find(cache->reasons, self->has, self->result, self->row, self->n, self->found,
                     self->parallel, progress, &query->status);
    }
}

static void free_query(struct query *query)
{
    free(query);
}

void app_reasons_ask(struct app *app)
{
    struct app_reasons *cache = app->reasons;
    if (cache->asked || cache->n_wishes == 0 || app->retired != NULL) {
        return;
    }
    struct reasons_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self == NULL) {
        cache->n_wishes = 0; /* the column goes without */
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_REASONS;
    self->cache = cache;
    self->run = app->session.run;
    self->parallel = app->query_threads;
    memcpy(self->has, app->session.has_result, sizeof self->has);
    self->n = cache->n_wishes;
    self->result = cache->result;
    memcpy(self->row, cache->wish, self->n * sizeof *self->row);
    cache->asked = app_query(app, app, &self->query);
}

void app_reasons_answer(struct app *app, struct query *query)
{
    const struct reasons_query *self = (const struct reasons_query *)query;
    struct app_reasons *cache = app->reasons;
    cache->asked = false;
    if (app_is_void(app, query) || self->run != app->session.run ||
        query->status.code == STATUS_CANCELLED) {
        return;
    }
    keep_of(cache, self->run);
    for (size_t i = 0; i < self->n; i++) {
        struct known *known = &cache->known[cache->next];
        cache->next = (cache->next + 1) % KEPT;
        cache->n_known += cache->n_known < KEPT;
        *known = (struct known){.result = self->result, .row = self->row[i]};
        if (query->status.code == STATUS_OK) {
            snprintf(known->text, sizeof known->text, "%s", self->found[i].text);
        }
    }
    app->dirty = true;
}

/* All numbers of the review as a page: what `oddhours report` writes, live. */
#include "reviewing/reviewing_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "pages/page_markdown.h"
#include "review/report/report.h"

struct report_query {
    struct query query;
    const struct run *run;
    const struct review_session *session;
    bool ready[RUN_RESULTS_MAX];
    bool by_episode;
    double gap;
    size_t k;
    struct page *page; /* the answer */
};

static bool render(struct report_query *self, const struct report *report)
{
    struct status *status = &self->query.status;
    struct outfile *file = outfile_memory(status);
    size_t length = 0;
    bool good = file != NULL && report_markdown(report, file, status);
    const char *text = good ? outfile_bytes(file, &length) : NULL;
    self->page = text != NULL ? page_new("Numbers of the review") : NULL;
    if (self->page != NULL) {
        page_markdown(self->page, text, length);
    } else if (good) {
        good = status_nomem(status, 0, "a page");
    }
    outfile_abandon(file);
    return good;
}

static void work(struct query *query, const struct progress *progress)
{
    struct report_query *self = (struct report_query *)query;
    const struct review_session *session = self->session;
    struct evaluated lists[RUN_RESULTS_MAX];
    size_t n = 0;
    if (!session->attached) {
        status_set(&query->status, STATUS_INPUT, "the table is not there yet");
        return;
    }
    for (size_t i = 0; i < self->run->n_results; i++) {
        const struct result *result = &self->run->results[i];
        if (self->ready[i]) {
            /* The short names of the lists' headings: so the tables fit on the screen. */
            lists[n++] = (struct evaluated){result->name, result->brief, result->ranking,
                                            result->scores.threshold};
        }
    }
    struct verdict_set *verdicts =
        verdict_set_new(store_history(session->store), HISTORY_EVERYONE, &query->status);
    if (verdicts == NULL) {
        return;
    }
    const struct report_input input = {
        .data = {self->run->table, self->run->by_profile, verdicts},
        .lists = lists,
        .n_lists = n,
        .by_episode = self->by_episode,
        .gap = self->gap,
        .k = self->k,
        .history = store_history(session->store),
        .reviewer = HISTORY_EVERYONE,
        .mismatches = store_mismatches(session->store),
        .truth = session->truth,
        .truth_name = session->truth_path,
        .progress = progress,
    };
    struct report *report = report_new(&input, &query->status);
    if (report != NULL) {
        render(self, report);
    }
    report_free(report);
    verdict_set_free(verdicts);
}

static void free_query(struct query *query)
{
    struct report_query *self = (struct report_query *)query;
    page_free(self->page);
    free(self);
}

void review_numbers(struct app *app)
{
    const struct session *session = app_session(app);
    if (app_review(app) == NULL || !session->ended || !session->has_table) {
        app_say(app, LOG_NOTE,
                app_review(app) == NULL ? "there is no place for verdicts"
                                        : "the numbers come when the run has ended");
        return;
    }
    struct report_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self == NULL) {
        app_say(app, LOG_ERROR, "no memory for the numbers");
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_NUMBERS;
    self->run = session->run;
    self->session = &app_review(app)->session;
    self->by_episode = session->by_episode;
    self->gap = session->gap;
    self->k = session->selected.k;
    memcpy(self->ready, session->has_result, sizeof self->ready);
    app_query(app, app, &self->query);
}

void review_numbers_answer(struct app *app, struct query *query)
{
    if (!app_session(app)->blind) { /* which may have begun when this was in the inbox */
        app_page_answer(app, query, &((struct report_query *)query)->page);
    }
}

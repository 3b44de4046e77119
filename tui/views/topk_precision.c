/* Precision@K of the list that is shown, always in sight: found by the queries thread whenever
 * a verdict, the list or K is another. */
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "review/evaluation.h"
#include "review/session/review_session.h"
#include "reviewing/reviewing.h"
#include "views/topk_view.h"

enum {
    K_MOST = 100000
}; /* a longer list is not judged; its numbers are a matter of the report */

struct precision_query {
    struct query query; /* first: the queries thread knows only this */
    const struct run *run;
    struct review *review;
    size_t result, k;
    bool by_episode;
    double gap;
    struct precision at; /* the answer */
};

static void work(struct query *query, const struct progress *progress)
{
    struct precision_query *self = (struct precision_query *)query;
    const struct run *run = self->run;
    const struct result *result = &run->results[self->result];
    const struct evaluation_data data = {run->table, run->by_profile,
                                         review_counting(self->review)};
    struct evaluation e;
    struct episode_cut cut;
    (void)progress;
    bool good = self->by_episode
                    ? run_episode_cut(run, result, self->gap, &cut, &query->status) &&
                          evaluation_episodes(&data, &cut, self->k, &e, NULL, &query->status)
                    : evaluation_new(&data, result->ranking, self->k, &e, &query->status);
    if (good) {
        self->at = e.at;
        evaluation_clear(&e);
    }
}

static void free_query(struct query *query)
{
    free(query);
}

void topk_precision_ask(struct topk_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    const struct verdict_set *shared =
        session->verdicts != NULL ? session->verdicts->shared : NULL;
    view->judged = false;
    view->weighing = NULL;
    if (app_review(app) == NULL || shared == NULL || shared->n == 0 || session->blind ||
        session_result(session) == NULL || session->selected.k > K_MOST) {
        return;
    }
    struct precision_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self == NULL) {
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_TOPK_PRECISION;
    self->run = session->run;
    self->review = app_review(app);
    self->result = session->selected.result;
    self->k = session->selected.k;
    self->by_episode = session->by_episode;
    self->gap = session->gap;
    view->weighing = self;
    if (!app_query(app, view, &self->query)) {
        view->weighing = NULL;
    }
}

bool topk_precision_answer(struct topk_view *view, struct query *query)
{
    const struct precision_query *self = (const struct precision_query *)query;
    if (view->weighing != query) {
        return false;
    }
    view->weighing = NULL;
    view->judged = query->status.code == STATUS_OK && self->at.tally.tp + self->at.tally.fp > 0;
    view->precision = self->at;
    return true;
}

/* "P@100 0.69 (0.53-0.82), 41 judged", as much of it as there is room for behind `x`. */
void topk_precision_draw(const struct topk_view *view, struct canvas *canvas, int x)
{
    const struct precision *at = &view->precision;
    char whole[160], brief[100];
    if (!view->judged) {
        return;
    }
    snprintf(brief, sizeof brief, "P@%s %.2f (%.2f-%.2f)", format_short((double)at->k).text,
             at->reviewed, at->wilson.low, at->wilson.high);
    snprintf(whole, sizeof whole, "%s, %zu judged", brief, at->tally.tp + at->tally.fp);
    const char *text = x + (int)text_width(whole) + 3 <= canvas->cols ? whole : brief;
    int at_x = canvas->cols - (int)text_width(text) - 1;
    if (at_x >= x + 2) {
        canvas_text(canvas, 0, at_x, ROLE_STRONG, text);
    }
}

/* Where the rows that pass the filter stand among the scores: asked of the queries thread, so
 * that the charts can show them as a part of every bar. */
#include <stdlib.h>

#include "base/mem.h"
#include "lists/rows_query.h"
#include "views/scores_view.h"

/* What the query makes. */
struct made {
    const struct run *run;
    bool wanted[RUN_RESULTS_MAX];
    struct subset *subset[RUN_RESULTS_MAX];
};

static void unmake(void *context)
{
    struct made *made = context;
    for (size_t i = 0; i < RUN_RESULTS_MAX; i++) {
        subset_free(made->subset[i]);
    }
    free(made);
}

static void count(struct rows_query *asked, const struct progress *progress)
{
    struct made *made = asked->made;
    for (size_t i = 0; i < made->run->n_results; i++) {
        if (made->wanted[i]) {
            made->subset[i] =
                subset_new(made->run->results[i].ranking, &asked->rows,
                           made->run->table->row_profile, progress, &asked->query.status);
        }
    }
}

void scores_filter_forget(struct scores_view *view)
{
    for (size_t i = 0; i < RUN_RESULTS_MAX; i++) {
        subset_free(view->subset[i]);
        view->subset[i] = NULL;
    }
    view->filtered = false;
    view->asked = NULL;
}

/* Results that are shown and not counted yet; false: none. */
static bool missing(const struct scores_view *view, const struct session *session,
                    bool wanted[RUN_RESULTS_MAX])
{
    bool any = false;
    for (size_t i = 0; i < session_results(session); i++) {
        bool shown =
            i == session->selected.result || (view->both && i == scores_other(view, session));
        wanted[i] = shown && session->has_result[i] && view->subset[i] == NULL;
        any = any || wanted[i];
    }
    return any;
}

void scores_filter_ask(struct scores_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    struct filter_error error = {0};
    struct made *made;
    if (session->filter.text[0] == '\0' || !session->has_table) {
        scores_filter_forget(view);
        return;
    }
    made = mem_zero(1, sizeof *made, "counts of a filter", NULL);
    if (made == NULL || !missing(view, session, made->wanted)) {
        free(made);
        return;
    }
    struct rows_query *asked =
        rows_query_new(app, session->filter.text, NULL, SIZE_MAX, SLOT_SCORES, &error);
    if (asked == NULL) {
        free(made);
        return;
    }
    made->run = session->run;
    asked->then = count;
    asked->unmake = unmake;
    asked->made = made;
    view->asked = asked;
    if (!app_query(app, view, &asked->query)) {
        view->asked = NULL;
    }
}

void scores_filter_answer(struct scores_view *view, struct app *app, struct query *query)
{
    struct rows_query *asked = (struct rows_query *)query;
    struct made *made = asked->made;
    if (view->asked != query || query->status.code == STATUS_CANCELLED) {
        return;
    }
    view->asked = NULL;
    if (query->status.code != STATUS_OK) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
        return;
    }
    for (size_t i = 0; i < RUN_RESULTS_MAX; i++) {
        if (made->subset[i] != NULL) {
            subset_free(view->subset[i]);
            view->subset[i] = made->subset[i];
            made->subset[i] = NULL;
        }
    }
    view->filtered = true;
    view->matching = asked->total;
}

/* The review's life, its answers, and what the UI thread reads of it. */
#include "reviewing/reviewing_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/mem.h"
#include "review/exchange/exchange.h"

#define POLL_SECONDS 0.5

/* The screen is given back by then. */
static void say_waiting(void *context)
{
    (void)context;
    fprintf(stderr, "oddhours: another program keeps the reviews locked; for a second it is "
                    "tried again, then what is not saved goes to a file of its own\n");
}

struct review *review_new(const struct review_options *options, struct status *status)
{
    struct review *review = mem_zero(1, sizeof *review, "the review", status);
    if (review == NULL) {
        return NULL;
    }
    const struct store_options how = {
        .path = options->path, .reviewer = options->reviewer, .waits = say_waiting};
    review->session.store = store_new(&how, status);
    if (review->session.store == NULL ||
        (options->truth != NULL &&
         (review->truth_path = mem_text(options->truth, strlen(options->truth), status)) ==
             NULL)) {
        store_free(review->session.store, NULL);
        free(review);
        return NULL;
    }
    review->session.truth_path = review->truth_path;
    review->pace = NAN;
    review_session_hooks(&review->session);
    return review;
}

/* What would be lost goes to a file of its own, so that it can be imported later. */
static bool rescue(struct store *store, struct status *status)
{
    char path[600];
    struct status why = {0};
    size_t n = store_unsaved(store);
    if (n == 0) {
        return true;
    }
    if (exchange_rescue(store_history(store), store_dataset(store), path, sizeof path, &why)) {
        return status_set(status, STATUS_IO,
                          "%zu %s of the review could not be saved, and kept in %s: "
                          "type  :import %s  the next time",
                          n, n == 1 ? "entry" : "entries", path, path);
    }
    return status_set(status, STATUS_IO, "%zu %s of the review could not be saved: %.150s", n,
                      n == 1 ? "entry" : "entries", why.text);
}

void review_hurry(struct review *review)
{
    if (review != NULL) {
        store_hurry(review->session.store);
    }
}

bool review_rescue(struct review *review, struct status *status)
{
    return review == NULL || rescue(review->session.store, status);
}

bool review_free(struct review *review, struct status *status)
{
    if (review == NULL) {
        return true;
    }
    bool changed;
    store_poll(review->session.store, &changed, NULL); /* one more attempt */
    bool good = rescue(review->session.store, status);
    store_free(review->session.store, NULL);
    review_session_clear(&review->session);
    free(review->truth_path);
    free(review);
    return good;
}

void review_attach(struct app *app)
{
    struct review_query *asked =
        app_review(app) != NULL ? review_ask(app, TASK_ATTACH, 0) : NULL;
    if (asked != NULL) {
        review_submit(app, asked);
    }
}

static void say_answer(struct app *app, const struct review_query *asked)
{
    struct review *review = app_review(app);
    const struct status *status = &asked->query.status;
    bool poll = asked->task == TASK_POLL, attach = asked->task == TASK_ATTACH;
    bool notice = asked->notice[0] != '\0';
    bool quiet = asked->task == TASK_VERSIONS ||
                 ((asked->task == TASK_RULES || asked->task == TASK_SHOW_RULES) &&
                  asked->message[0] == '\0');
    if (status->code != STATUS_OK && asked->task == TASK_RULES) {
        app_log(app, LOG_WARNING, "rules: %s",
                status->text); /* nobody has asked for them now */
        return;
    }
    if (status->code != STATUS_OK) {
        bool kept = asked->unsaved > 0;
        if (attach) {
            app_say(app, LOG_WARNING, "%s: %s", asked->of_truth ? "truth" : "reviews",
                    status->text);
        } else if (!poll || !review->told) {
            app_say(app, LOG_ERROR, "%s%s", kept ? "NOT saved, kept for later: " : "",
                    status->text);
        }
        review->told = kept;
        return;
    }
    if (poll && review->told && asked->unsaved == 0) {
        app_say(app, LOG_NOTE, "saved: all that was waiting");
    } else if (attach || notice) {
        app_log(app, LOG_NOTE, "%s", asked->message);
    } else if (!poll && !quiet) {
        app_say(app, LOG_NOTE, "%s", asked->message);
    }
    review->told = false;
    if (notice) { /* instead of the usual word: it is said once */
        app_say(app, LOG_WARNING, "%s", asked->notice);
    }
}

/* What stays on the screen until it is over. */
static void keep_problem(struct review *review, const struct review_query *asked)
{
    const struct status *status = &asked->query.status;
    bool attach = asked->task == TASK_ATTACH, failed = status->code != STATUS_OK;
    if (attach) {
        snprintf(review->truth_problem, sizeof review->truth_problem, "%s",
                 asked->of_truth ? status->text : "");
    }
    if (failed && !asked->of_truth && (attach || asked->unsaved > 0)) {
        snprintf(review->problem, sizeof review->problem, "%s", status->text);
    } else if (asked->unsaved == 0 && (!failed || asked->of_truth)) {
        review->problem[0] = '\0';
    }
    if (asked->counted) {
        review->pending = asked->pending;
    }
}

void review_answer(struct app *app, struct query *query)
{
    struct review_query *asked = (struct review_query *)query;
    struct review *review = app_review(app);
    if (asked->task == TASK_POLL) {
        review->asked_poll = false;
        review->polled = clock_now();
    }
    review->unsaved = asked->unsaved;
    keep_problem(review, asked);
    if (asked->ruled && asked->run == app_session(app)->run) {
        app_rules_hide(app, asked->rules_hide); /* before the message: it sets the filter */
    }
    say_answer(app, asked);
    if (asked->page != NULL) {
        app_page(app, asked->page);
        asked->page = NULL;
    }
    if (asked->verdicts != NULL) {
        review->pace = asked->pace;
        app_take_verdicts(app, asked->verdicts);
        asked->verdicts = NULL;
    }
    bool back = asked->task == TASK_UNDO || asked->task == TASK_REDO;
    if (back && !asked->nothing && asked->row != UINT32_MAX) {
        app_select_row(app, asked->row);
    }
}

static bool polls(const struct app *app)
{
    return app_review(app) != NULL && app_session(app)->has_table &&
           !app_review(app)->asked_poll &&
           (app_review(app)->unsaved > 0 || app_view_action(app) == ACTION_VIEW_REVIEW);
}

double review_patience(const struct app *app)
{
    if (!polls(app)) {
        return -1;
    }
    double left = app_review(app)->polled + POLL_SECONDS - clock_now();
    return left > 0 ? left : 0;
}

void review_poll(struct app *app)
{
    if (polls(app) && review_patience(app) <= 0) {
        struct review_query *asked = review_ask(app, TASK_POLL, 0);
        if (asked != NULL) {
            app_review(app)->asked_poll = true;
            review_submit(app, asked);
        }
    }
}

/* ---- reading ---- */

const char *review_problem(const struct review *review)
{
    return review->problem[0] != '\0' ? review->problem : review->truth_problem;
}

size_t review_pending(const struct review *review)
{
    return review != NULL ? review->pending : 0;
}

size_t review_unsaved(const struct review *review)
{
    return review != NULL ? review->unsaved : 0;
}

double review_seconds(const struct review *review)
{
    return review != NULL ? review->pace : NAN;
}

void review_look(struct review *review, size_t row, double now)
{
    if (review != NULL) {
        review->fresh = review->fresh && review->seen_row == review->judged_row;
        review->seen = true;
        review->seen_row = row;
        review->seen_at = now;
    }
}

const struct filter_hook *review_hooks(const struct review *review, size_t *n)
{
    *n = review != NULL ? REVIEW_HOOKS : 0;
    return review != NULL ? review->session.hooks : NULL;
}

const struct history *review_history(const struct review *review)
{
    return review->session.attached ? store_history(review->session.store) : NULL;
}

const struct verdict_set *review_counting(const struct review *review)
{
    return review->session.verdicts != NULL ? review->session.verdicts->shared : NULL;
}

size_t review_reviewer(const struct review *review)
{
    return history_reviewer_find(store_history(review->session.store),
                                 store_reviewer(review->session.store));
}

const struct truth *review_truth(const struct review *review)
{
    return review->session.truth;
}

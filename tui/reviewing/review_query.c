/* DESIGN. Every change is a query of slot SLOT_WRITE, which nothing cancels and which is
 * finished before the queries thread ends. Its answer brings frozen copies of what counts. */
#include "reviewing/review_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "review/evaluation.h"
#include "review/exchange/exchange.h"
#include "views/user_hours.h"

enum { PACE_VERDICTS = 5 };

static void free_query(struct query *query)
{
    struct review_query *asked = (struct review_query *)query;
    verdict_set_free(asked->own);
    verdict_set_free(asked->shared);
    free(asked->rows);
    free(asked->ranks);
    page_free(asked->page);
    free(asked);
}

void review_say_rows(struct review_query *asked, const char *what, const char *how, size_t row,
                     size_t n)
{
    char where[256];
    user_hours_name(asked->table, row, false, where, sizeof where);
    snprintf(asked->message, sizeof asked->message, "saved: %s%s, %s", what, how,
             n > 1 ? format_count(n, "user-hour").text : where);
}

/* The row under the cursor when it is among those changed, else the first of them. */
static uint32_t row_to_show(const struct entry *action, uint32_t present)
{
    for (size_t i = 0; i < action->n_rows; i++) {
        if (action->rows[i].row == present) {
            return present;
        }
    }
    return action->n_rows > 0 ? action->rows[0].row : UINT32_MAX;
}

static bool take_back(struct review_query *asked, struct status *status)
{
    const struct entry *action = NULL;
    bool redo = asked->task == TASK_REDO;
    struct store *store = asked->review->desk.store;
    bool good = redo ? store_redo(store, &action, status) : store_undo(store, &action, status);
    asked->nothing = action == NULL;
    if (action == NULL) {
        snprintf(asked->message, sizeof asked->message, "there is nothing to %s",
                 redo ? "do again" : "take back");
        return good;
    }
    asked->row = row_to_show(action, asked->row);
    review_say_rows(asked, action->kind == ENTRY_NOTE ? "note" : verdict_words(action->verdict),
                    redo ? " again" : " taken back", asked->row, action->n_rows);
    return good;
}

static void say_attached(struct review_query *asked)
{
    const struct review_desk *desk = &asked->review->desk;
    size_t n =
        store_history(desk->store) != NULL ? history_count(store_history(desk->store)) : 0;
    int at = snprintf(asked->message, sizeof asked->message, "reviews: %s entries in %.120s",
                      format_grouped(n).text, store_path(desk->store));
    if (desk->truth != NULL && at > 0) {
        char text[200];
        truth_text(desk->truth, text, sizeof text);
        snprintf(asked->message + at, sizeof asked->message - (size_t)at, "; truth: %s", text);
    }
}

static bool do_task(struct review_query *asked, struct status *status)
{
    struct review_desk *desk = &asked->review->desk;
    bool good = true;
    if (!desk->attached && asked->task != TASK_ATTACH) {
        return status_set(status, STATUS_INPUT, "the table is not there yet");
    }
    switch (asked->task) {
    case TASK_ATTACH:
        good = review_desk_attach(desk, asked->table, status);
        asked->of_truth = desk->truth_failed;
        say_attached(asked);
        review_versions_count(asked);
        break;
    case TASK_VERDICT:
        good = store_verdict(desk->store, asked->rows, asked->n, asked->verdict,
                             &asked->context, status);
        break;
    case TASK_NOTE:
        good = store_note(desk->store, asked->rows[0], asked->text, &asked->context, status);
        break;
    case TASK_UNDO:
    case TASK_REDO: good = take_back(asked, status); break;
    case TASK_IMPORT:
        good = review_desk_import(desk, asked->text, asked->message, sizeof asked->message,
                                  status);
        review_versions_count(asked);
        break;
    case TASK_VERSIONS: good = review_versions_show(asked, status); break;
    case TASK_MATCH:
        good = review_versions_match(asked, status);
        review_versions_count(asked);
        break;
    case TASK_EXPORT:
        good = outfile_no_pipe(asked->text, status) &&
               exchange_write(store_history(desk->store), store_dataset(desk->store), false,
                              exchange_format_of(asked->text), asked->text, status);
        snprintf(asked->message, sizeof asked->message, "the review is in %.300s", asked->text);
        break;
    case TASK_POLL: good = store_poll(desk->store, &asked->changed, status); break;
    }
    asked->changed = asked->changed || asked->task != TASK_POLL;
    return good;
}

/* From one's own verdicts, when there are enough to tell. */
static double measure_pace(const struct review_desk *desk)
{
    const struct history *history = store_history(desk->store);
    size_t reviewer = history_reviewer_find(history, store_reviewer(desk->store));
    struct effort effort;
    bool known = reviewer != SIZE_MAX && evaluation_effort(history, reviewer, &effort, NULL) &&
                 effort.timed >= PACE_VERDICTS;
    return known ? effort.pace : NAN;
}

static void work(struct query *query, const struct progress *progress)
{
    struct review_query *asked = (struct review_query *)query;
    struct review_desk *desk = &asked->review->desk;
    (void)progress;
    if (asked->detector[0] != '\0') {
        asked->context.detector = asked->detector;
    }
    if (asked->queue[0] != '\0') {
        asked->context.queue = asked->queue;
    }
    asked->context.rank = asked->ranks;
    bool good = do_task(asked, &query->status);
    struct status *status = good ? &query->status : NULL;
    size_t before = desk->unsaved;
    desk->unsaved = asked->unsaved = store_unsaved(desk->store);
    if (desk->attached && (asked->changed || asked->unsaved != before) &&
        review_desk_renew(desk, status)) {
        asked->own = review_desk_freeze(desk, true, status);
        asked->shared = review_desk_freeze(desk, false, status);
        asked->pace = measure_pace(desk);
    }
    if (asked->notice[0] == '\0') {
        store_notice(desk->store, asked->notice, sizeof asked->notice);
    }
}

struct review_query *review_ask(struct app *app, enum review_task task, size_t n)
{
    struct review_query *asked = mem_zero(1, sizeof *asked, "a verdict", NULL);
    if (asked == NULL ||
        (asked->rows = mem_new(n + 1, sizeof *asked->rows, "", NULL)) == NULL) {
        free(asked);
        app_say(app, LOG_ERROR, "no memory for this: it is not recorded");
        return NULL;
    }
    asked->query.work = work;
    asked->query.free = free_query;
    asked->query.slot = SLOT_WRITE;
    asked->task = task;
    asked->review = app->review;
    asked->table = app->session.has_table ? app->session.run->table : NULL;
    asked->n = n;
    asked->context.seconds = NAN;
    return asked;
}

void review_submit(struct app *app, struct review_query *asked)
{
    if (!app_query(app, app->review, &asked->query)) {
        app_say(app, LOG_ERROR, "no memory for this: it is not recorded");
    }
}

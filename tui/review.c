/* DESIGN. Every change is a query of slot 0, which nothing cancels and which is finished before
 * the queries thread ends. Its answer brings frozen copies of what counts. */
#include "review.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app_state.h"
#include "base/clock.h"
#include "base/format.h"
#include "base/mem.h"
#include "review/exchange.h"
#include "review_desk.h"

enum { NOTE_TEXT = 1024, ALIKE_MAX = 100000 };
#define POLL_SECONDS 0.5

struct review {
    struct review_desk desk; /* the queries thread's */
    struct verdict_set *own, *shared;
    size_t unsaved;
    bool asked_poll; /* a poll is on its way */
    double polled;   /* clock_now() */
    size_t seen_row; /* under the cursor since seen_at, app_now()'s seconds */
    double seen_at;
    bool seen;
    size_t note_row; /* what the open question is about */
    char *truth_path;
    bool told; /* of a failure to save, until it is over */
};

enum review_task {
    TASK_ATTACH,
    TASK_VERDICT,
    TASK_NOTE,
    TASK_UNDO,
    TASK_REDO,
    TASK_POLL,
    TASK_IMPORT,
    TASK_EXPORT
};

struct review_query {
    struct query query;
    enum review_task task;
    struct review *review;
    const struct table *table;
    size_t n;
    uint32_t *rows;
    uint32_t *ranks; /* (n) or NULL */
    enum verdict verdict;
    struct verdict_context context;
    char detector[64], queue[512], text[NOTE_TEXT];
    /* the answer */
    bool changed, nothing;
    uint32_t row;
    char message[400], notice[400];
    struct verdict_set *own, *shared;
    size_t unsaved;
};

static void free_query(struct query *query)
{
    struct review_query *asked = (struct review_query *)query;
    verdict_set_free(asked->own);
    verdict_set_free(asked->shared);
    free(asked->rows);
    free(asked->ranks);
    free(asked);
}

/* ---- on the queries thread ---- */

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
    asked->row = action->n_rows > 0 ? action->rows[0].row : UINT32_MAX;
    snprintf(asked->message, sizeof asked->message, "saved: %s %s, row %s",
             action->kind == ENTRY_NOTE ? "note" : verdict_name(action->verdict),
             redo ? "again" : "taken back", format_grouped(asked->row).text);
    return good;
}

static void say_attached(struct review_query *asked)
{
    const struct review_desk *desk = &asked->review->desk;
    size_t n =
        store_history(desk->store) != NULL ? history_count(store_history(desk->store)) : 0;
    int at = snprintf(asked->message, sizeof asked->message, "reviews: %s entries in %.120s",
                      format_grouped(n).text, store_path(desk->store));
    struct store_other *others = NULL;
    size_t n_others = 0;
    if (n == 0 && store_others(desk->store, &others, &n_others, NULL) && n_others > 0) {
        snprintf(asked->notice, sizeof asked->notice,
                 "the store has reviews of %zu other tables, first %.80s; export one and "
                 ":import it to match by content",
                 n_others, others[0].dataset.name);
    }
    store_others_free(others, n_others);
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
        say_attached(asked);
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
        break;
    case TASK_EXPORT:
        good = exchange_write(store_history(desk->store), store_dataset(desk->store), false,
                              exchange_format_of(asked->text), asked->text, status);
        snprintf(asked->message, sizeof asked->message, "the review is in %.300s", asked->text);
        break;
    case TASK_POLL: good = store_poll(desk->store, &asked->changed, status); break;
    }
    asked->changed = asked->changed || asked->task != TASK_POLL;
    return good;
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
    }
    if (asked->notice[0] == '\0') {
        store_notice(desk->store, asked->notice, sizeof asked->notice);
    }
}

/* ---- in the UI thread ---- */

struct review *review_new(const struct review_options *options, struct status *status)
{
    struct review *review = mem_zero(1, sizeof *review, "the review", status);
    if (review == NULL) {
        return NULL;
    }
    const struct store_options how = {.path = options->path, .reviewer = options->reviewer};
    review->desk.store = store_new(&how, status);
    if (review->desk.store == NULL ||
        (options->truth != NULL &&
         (review->truth_path = mem_text(options->truth, strlen(options->truth), status)) ==
             NULL)) {
        store_free(review->desk.store, NULL);
        free(review);
        return NULL;
    }
    review->desk.truth_path = review->truth_path;
    review_desk_hooks(&review->desk);
    return review;
}

/* What would be lost goes to a file of its own, so that it can be imported later. */
static bool rescue(struct store *store, struct status *status)
{
    char path[64];
    struct status why = {0};
    bool changed;
    store_poll(store, &changed, NULL); /* one more attempt */
    if (store_unsaved(store) == 0) {
        return true;
    }
    snprintf(path, sizeof path, "oddhours-unsaved-%ld.json", (long)getpid());
    size_t n = store_unsaved(store);
    if (exchange_write(store_history(store), store_dataset(store), true, EXCHANGE_JSON, path,
                       &why)) {
        return status_set(
            status, STATUS_IO,
            "%zu entries of the review could not be saved; they are in %s (:import)", n, path);
    }
    return status_set(status, STATUS_IO, "%zu entries of the review could not be saved: %.150s",
                      n, why.text);
}

bool review_free(struct review *review, struct status *status)
{
    if (review == NULL) {
        return true;
    }
    bool good = rescue(review->desk.store, status);
    store_free(review->desk.store, NULL);
    review_desk_clear(&review->desk);
    verdict_set_free(review->own);
    verdict_set_free(review->shared);
    free(review->truth_path);
    free(review);
    return good;
}

static struct review_query *ask_for(struct app *app, enum review_task task, size_t n)
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

static void submit(struct app *app, struct review_query *asked)
{
    if (!app_query(app, app->review, &asked->query)) {
        app_say(app, LOG_ERROR, "no memory for this: it is not recorded");
    }
}

void review_attach(struct app *app)
{
    struct review_query *asked = app->review != NULL ? ask_for(app, TASK_ATTACH, 0) : NULL;
    if (asked != NULL) {
        submit(app, asked);
    }
}

static void say_answer(struct app *app, const struct review_query *asked)
{
    struct review *review = app->review;
    const struct status *status = &asked->query.status;
    bool poll = asked->task == TASK_POLL, attach = asked->task == TASK_ATTACH;
    if (asked->notice[0] != '\0') {
        if (attach) {
            app_log(app, LOG_NOTE, "%s", asked->notice);
        } else {
            app_say(app, LOG_WARNING, "%s", asked->notice);
        }
    }
    if (status->code != STATUS_OK) {
        bool kept = asked->unsaved > 0;
        if (attach) {
            app_log(app, LOG_WARNING, "reviews: %s", status->text);
        } else if (!poll || !review->told) {
            app_say(app, LOG_ERROR, "%s%s", kept ? "NOT saved yet, kept and tried again: " : "",
                    status->text);
        }
        review->told = kept;
        return;
    }
    if (poll && review->told && asked->unsaved == 0) {
        app_say(app, LOG_NOTE, "saved: all that was waiting");
    } else if (attach) {
        app_log(app, LOG_NOTE, "%s", asked->message);
    } else if (!poll) {
        app_say(app, LOG_NOTE, "%s", asked->message);
    }
    review->told = false;
}

void review_answer(struct app *app, struct query *query)
{
    struct review_query *asked = (struct review_query *)query;
    struct review *review = app->review;
    if (asked->task == TASK_POLL) {
        review->asked_poll = false;
        review->polled = clock_now();
    }
    review->unsaved = asked->unsaved;
    say_answer(app, asked);
    if (asked->own != NULL && asked->shared != NULL) {
        verdict_set_free(review->own);
        verdict_set_free(review->shared);
        review->own = asked->own;
        review->shared = asked->shared;
        asked->own = asked->shared = NULL;
        app_changed(app, CHANGED_VERDICTS);
    }
    bool back = asked->task == TASK_UNDO || asked->task == TASK_REDO;
    if (back && !asked->nothing && asked->row != UINT32_MAX) {
        app_select_row(app, asked->row);
    }
}

static bool polls(const struct app *app)
{
    return app->review != NULL && app->session.has_table && !app->review->asked_poll &&
           (app->review->unsaved > 0 || app_view(app)->action == ACTION_VIEW_REVIEW);
}

double review_patience(const struct app *app)
{
    if (!polls(app)) {
        return -1;
    }
    double left = app->review->polled + POLL_SECONDS - clock_now();
    return left > 0 ? left : 0;
}

void review_poll(struct app *app)
{
    if (polls(app) && review_patience(app) <= 0) {
        struct review_query *asked = ask_for(app, TASK_POLL, 0);
        if (asked != NULL) {
            app->review->asked_poll = true;
            submit(app, asked);
        }
    }
}

/* ---- reading ---- */

const struct verdict_row *review_own(const struct review *review, size_t row)
{
    return review != NULL ? verdict_set_find(review->own, (uint32_t)row) : NULL;
}

const struct verdict_row *review_shared(const struct review *review, size_t row)
{
    return review != NULL ? verdict_set_find(review->shared, (uint32_t)row) : NULL;
}

size_t review_unsaved(const struct review *review)
{
    return review != NULL ? review->unsaved : 0;
}

void review_mark(const struct review *review, size_t row, bool blind, char *text, size_t size)
{
    static const char *const words[] = {"", "TP", "FP", "?"};
    const struct verdict_row *own = review_own(review, row);
    const struct verdict_row *any = blind ? NULL : review_shared(review, row);
    const char *note = own != NULL && own->note != NULL ? "*" : "";
    if (own != NULL && own->verdict != VERDICT_NONE) {
        snprintf(text, size, "%s%s", words[own->verdict], note);
    } else if (any != NULL && any->verdict != VERDICT_NONE) {
        snprintf(text, size, "(%s)", words[any->verdict]);
    } else {
        snprintf(text, size, "%s", any != NULL && any->note != NULL ? "*" : note);
    }
}

void review_look(struct review *review, size_t row, double now)
{
    if (review != NULL) {
        review->seen = true;
        review->seen_row = row;
        review->seen_at = now;
    }
}

const struct filter_hook *review_hooks(const struct review *review, size_t *n)
{
    *n = review != NULL ? 2 : 0;
    return review != NULL ? review->desk.hooks : NULL;
}

const struct history *review_history(const struct review *review)
{
    return review->desk.attached ? store_history(review->desk.store) : NULL;
}

const struct verdict_set *review_counting(const struct review *review)
{
    return review->desk.shared;
}

size_t review_reviewer(const struct review *review)
{
    return history_reviewer_find(store_history(review->desk.store),
                                 store_reviewer(review->desk.store));
}

const struct truth *review_truth(const struct review *review)
{
    return review->desk.truth;
}

/* ---- acting ---- */

enum verdict review_verdict_of(enum action action)
{
    switch ((int)action) {
    case ACTION_TRUE_POSITIVE: return VERDICT_TP;
    case ACTION_FALSE_POSITIVE: return VERDICT_FP;
    case ACTION_UNDECIDED: return VERDICT_UNDECIDED;
    default: return VERDICT_NONE;
    }
}

static void give_context(struct app *app, struct review_query *asked, size_t row,
                         const struct verdict_context *context)
{
    struct review *review = app->review;
    if (context != NULL) {
        asked->context = *context;
        snprintf(asked->detector, sizeof asked->detector, "%s",
                 context->detector != NULL ? context->detector : "");
        snprintf(asked->queue, sizeof asked->queue, "%s",
                 context->queue != NULL ? context->queue : "");
        if (context->rank != NULL && asked->n == 1 &&
            (asked->ranks = mem_new(1, sizeof *asked->ranks, "", NULL)) != NULL) {
            asked->ranks[0] = context->rank[0];
        }
        asked->context.detector = asked->context.queue = NULL;
    }
    asked->context.seconds =
        review->seen && review->seen_row == row ? app_now(app) - review->seen_at : NAN;
}

static void judge(struct app *app, size_t row, enum verdict verdict,
                  const struct verdict_context *context)
{
    struct review_query *asked = ask_for(app, TASK_VERDICT, 1);
    if (asked != NULL) {
        asked->rows[0] = (uint32_t)row;
        asked->verdict = verdict;
        give_context(app, asked, row, context);
        snprintf(asked->message, sizeof asked->message, "saved: %s, row %s",
                 verdict == VERDICT_TP   ? "true positive"
                 : verdict == VERDICT_FP ? "false positive"
                                         : "undecided",
                 format_grouped(row).text);
        review_look(app->review, row, app_now(app));
        submit(app, asked);
    }
}

static void write_note(struct app *app, size_t row, const char *text)
{
    struct review_query *asked = ask_for(app, TASK_NOTE, 1);
    if (asked != NULL) {
        asked->rows[0] = (uint32_t)row;
        snprintf(asked->text, sizeof asked->text, "%s", text);
        snprintf(asked->message, sizeof asked->message, "saved: note %s row %s",
                 text[0] != '\0' ? "on" : "removed from", format_grouped(row).text);
        submit(app, asked);
    }
}

static void note_done(void *context, struct app *app, const char *text)
{
    (void)context;
    write_note(app, app->review->note_row, text);
}

static void ask_note(struct app *app, size_t row)
{
    const struct verdict_row *own = review_own(app->review, row);
    app->review->note_row = row;
    const struct question question = {
        .label = "note: ", .initial = own != NULL ? own->note : NULL, .done = note_done};
    app_ask(app, &question);
}

static void alike_confirmed(void *context, struct app *app)
{
    size_t row = app->review->note_row;
    const struct run *run = app->session.run;
    const struct verdict_row *own = review_own(app->review, row);
    (void)context;
    if (own == NULL || own->verdict == VERDICT_NONE) {
        return;
    }
    uint32_t profile = run->table->row_profile[row];
    const uint32_t *start = &run->by_profile->start[profile];
    size_t n = start[1] - start[0];
    struct review_query *asked = ask_for(app, TASK_VERDICT, n);
    if (asked != NULL) {
        memcpy(asked->rows, &run->by_profile->rows[start[0]], n * sizeof *asked->rows);
        asked->verdict = (enum verdict)own->verdict;
        snprintf(asked->message, sizeof asked->message, "saved: %s for %s user-hours",
                 verdict_name(asked->verdict), format_grouped(n).text);
        submit(app, asked);
    }
}

/* One's own verdict on this row for all that look exactly like it. */
static void ask_alike(struct app *app, size_t row)
{
    const struct table *table = app->session.run->table;
    const struct verdict_row *own = review_own(app->review, row);
    size_t n = table->profiles.copies[table->row_profile[row]];
    if (own == NULL || own->verdict == VERDICT_NONE) {
        app_say(app, LOG_NOTE, "give this user-hour a verdict first");
    } else if (n < 2 || n > ALIKE_MAX) {
        app_say(app, LOG_NOTE,
                n < 2 ? "no other user-hour looks like this one"
                      : "too many look like this one for one verdict");
    } else {
        app->review->note_row = row;
        app_confirm(app, 'y', alike_confirmed, NULL,
                    "One verdict, %s, for all %s identical user-hours?",
                    verdict_name((enum verdict)own->verdict), format_grouped(n).text);
    }
}

static void file_task(struct app *app, enum review_task task, const char *path)
{
    struct review_query *asked = NULL;
    if (path[0] == '\0') {
        app_say(app, LOG_ERROR, "this wants the name of a file, .json or .csv");
    } else if (strlen(path) < sizeof asked->text && (asked = ask_for(app, task, 0)) != NULL) {
        snprintf(asked->text, sizeof asked->text, "%s", path);
        submit(app, asked);
    }
}

static void simple_task(struct app *app, enum review_task task)
{
    struct review_query *asked = ask_for(app, task, 0);
    if (asked != NULL) {
        submit(app, asked);
    }
}

bool review_act(struct app *app, enum action action, const char *argument, size_t row,
                const struct verdict_context *context)
{
    bool of_row = review_verdict_of(action) != VERDICT_NONE || action == ACTION_NOTE ||
                  action == ACTION_ALIKE;
    bool other = action == ACTION_UNDO || action == ACTION_REDO || action == ACTION_IMPORT ||
                 action == ACTION_EXPORT;
    if (!of_row && !other) {
        return false;
    }
    if (app->review == NULL || !app->session.has_table) {
        app_say(app, LOG_ERROR, "there is no place for reviews; --reviews FILE names one");
    } else if (of_row && row == SIZE_MAX) {
        app_say(app, LOG_NOTE, "there is no user-hour under the cursor");
    } else {
        switch ((int)action) {
        case ACTION_UNDO: simple_task(app, TASK_UNDO); break;
        case ACTION_REDO: simple_task(app, TASK_REDO); break;
        case ACTION_IMPORT: file_task(app, TASK_IMPORT, argument); break;
        case ACTION_EXPORT: file_task(app, TASK_EXPORT, argument); break;
        case ACTION_ALIKE: ask_alike(app, row); break;
        case ACTION_NOTE:
            if (argument[0] != '\0') {
                write_note(app, row, argument);
            } else {
                ask_note(app, row);
            }
            break;
        default: judge(app, row, review_verdict_of(action), context); break;
        }
    }
    return true;
}

bool review_act_listed(struct app *app, enum action action, const char *argument, size_t row)
{
    const struct session *session = &app->session;
    const struct result *result = session_result(session);
    char label[128];
    uint32_t rank = 0;
    if (result == NULL || row == SIZE_MAX) {
        return review_act(app, action, argument, row, NULL);
    }
    rank = (uint32_t)ranking_rank_of(result->ranking, session->run->by_profile,
                                     session->run->table->row_profile, row);
    snprintf(label, sizeof label, "top %s k=%zu", result->name, session->selected.k);
    const struct verdict_context context = {.detector = result->name,
                                            .queue = label,
                                            .k = (uint32_t)session->selected.k,
                                            .rank = &rank};
    return review_act(app, action, argument, row, &context);
}

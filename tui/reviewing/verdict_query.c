/* DESIGN. Every change is a query of slot SLOT_WRITE, which nothing cancels and which is
 * finished before the queries thread ends. Its answer brings frozen copies of what counts. */
#include "reviewing/reviewing_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "review/evaluation.h"
#include "review/exchange/exchange.h"
#include "review/store/lineage.h"
#include "lists/user_hours.h"

enum { PACE_VERDICTS = 5 };

static void free_query(struct query *query)
{
    struct review_query *asked = (struct review_query *)query;
    review_verdicts_release(asked->verdicts);
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
    if (n > 1 && asked->episode[0] != '\0') {
        char user[160];
        user_hours_user(asked->table, row, false, user, sizeof user);
        snprintf(asked->message, sizeof asked->message, "%s%s, an episode of %s, %s", what, how,
                 format_count(n, "user-hour").text, user);
        return;
    }
    snprintf(asked->message, sizeof asked->message, "%s%s, %s", what, how,
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
    struct store *store = asked->review->session.store;
    bool good = redo ? store_redo(store, &action, status) : store_undo(store, &action, status);
    asked->nothing = action == NULL;
    if (action == NULL) {
        snprintf(asked->message, sizeof asked->message, "there is nothing to %s",
                 redo ? "do again" : "take back");
        return good;
    }
    asked->row = row_to_show(action, asked->row);
    snprintf(asked->episode, sizeof asked->episode, "%s",
             action->episode != NULL ? action->episode : "");
    const char *what = action->kind == ENTRY_NOTE     ? "note"
                       : action->kind == ENTRY_REASON ? "reason"
                                                      : verdict_words(action->verdict);
    review_say_rows(asked, what, redo ? " again" : " taken back", asked->row, action->n_rows);
    return good;
}

static void say_attached(struct review_query *asked)
{
    const struct review_session *session = &asked->review->session;
    size_t n = store_history(session->store) != NULL
                   ? history_count(store_history(session->store))
                   : 0;
    int at = snprintf(asked->message, sizeof asked->message, "reviews: %s entries in %.120s",
                      format_grouped(n).text, store_path(session->store));
    if (store_inherited(session->store) > 0 && at > 0) {
        at += snprintf(asked->message + at, sizeof asked->message - (size_t)at,
                       "; %s judged in tables that this one grows from",
                       format_count(store_inherited(session->store), "user-hour").text);
    }
    if (session->truth != NULL && at > 0 && (size_t)at < sizeof asked->message) {
        char text[200];
        truth_text(session->truth, text, sizeof text);
        snprintf(asked->message + at, sizeof asked->message - (size_t)at, "; truth: %s", text);
    }
}

/* Rows that are not where they were recorded: said once, when the table is taken up. */
static void say_settled(struct review_query *asked)
{
    const struct store *store = asked->review->session.store;
    size_t moved = store_found_again(store), lost = store_mismatches(store);
    char elsewhere[160] = "", nowhere[160] = "";
    if (moved > 0) {
        snprintf(elsewhere, sizeof elsewhere, "%s found again at other row numbers",
                 format_count(moved, "judged user-hour").text);
    }
    if (lost > 0) {
        snprintf(nowhere, sizeof nowhere,
                 "%s could not be found in this table: kept in the file, counted nowhere",
                 format_count(lost, "judged user-hour").text);
    }
    if (moved > 0 || lost > 0) {
        snprintf(asked->notice, sizeof asked->notice, "%s%s%s", elsewhere,
                 moved > 0 && lost > 0 ? "; " : "", nowhere);
    }
}

static bool do_task(struct review_query *asked, struct status *status)
{
    struct review_session *session = &asked->review->session;
    bool good = true, of_rules = false;
    if (!session->attached && asked->task != TASK_ATTACH) {
        return status_set(status, STATUS_INPUT, "the table is not there yet");
    }
    switch (asked->task) {
    case TASK_ATTACH:
        good = review_session_attach(session, asked->table, status);
        if (good && asked->grows_from[0] != '\0' &&
            strcmp(asked->grows_from, store_dataset(session->store)->hash) != 0 &&
            access(store_path(session->store), F_OK) == 0) {
            /* What was judged there stands here: rows are found by content. */
            good =
                store_lineage_add(session->store, asked->grows_from, LINEAGE_REFERENCE, status);
        }
        asked->of_truth = session->truth_failed;
        say_attached(asked);
        say_settled(asked);
        review_versions_count(asked);
        break;
    case TASK_VERDICT:
        good = store_verdict(session->store, asked->rows, asked->n, asked->verdict,
                             &asked->context, status);
        break;
    case TASK_NOTE:
        good = store_note(session->store, asked->rows[0], asked->text, &asked->context, status);
        break;
    case TASK_REASON:
        good = store_reason(session->store, asked->rows[0], asked->text, status);
        break;
    case TASK_UNDO:
    case TASK_REDO: good = take_back(asked, status); break;
    case TASK_IMPORT:
        good = review_rules_import(asked, &of_rules, status);
        good = good && (of_rules || review_session_import(session, asked->text, asked->message,
                                                          sizeof asked->message, status));
        review_versions_count(asked);
        break;
    case TASK_VERSIONS: good = review_versions_show(asked, status); break;
    case TASK_MATCH:
        good = review_versions_match(asked, status);
        review_versions_count(asked);
        break;
    case TASK_EXPORT:
        good = outfile_no_pipe(asked->text, status) &&
               exchange_write(store_history(session->store), store_dataset(session->store),
                              false, exchange_format_of(asked->text), asked->text, status);
        snprintf(asked->message, sizeof asked->message, "the review is in %.300s", asked->text);
        break;
    case TASK_RULES: good = review_rules_begin(asked, status); break;
    case TASK_SHOW_RULES: good = review_rules_show(asked, status); break;
    case TASK_ALLOW: good = review_rule_allow(asked, status); break;
    case TASK_END_RULE: good = review_rule_end(asked, status); break;
    case TASK_POLL: good = store_poll(session->store, &asked->changed, status); break;
    }
    asked->changed = asked->changed || (asked->task != TASK_POLL && asked->task < TASK_RULES);
    return good;
}

/* From one's own verdicts, when there are enough to tell. */
static double measure_pace(const struct review_session *session)
{
    const struct history *history = store_history(session->store);
    size_t reviewer = history_reviewer_find(history, store_reviewer(session->store));
    struct effort effort;
    bool known = reviewer != SIZE_MAX && evaluation_effort(history, reviewer, &effort, NULL) &&
                 effort.timed >= PACE_VERDICTS;
    return known ? effort.pace : NAN;
}

/* "saved" is said of what the store has written, when it has: of no sentence made before. */
static void say_saved(struct review_query *asked)
{
    static const bool saves[] = {
        [TASK_VERDICT] = true, [TASK_NOTE] = true,  [TASK_UNDO] = true,   [TASK_REASON] = true,
        [TASK_REDO] = true,    [TASK_MATCH] = true, [TASK_IMPORT] = true,
    };
    if (asked->task < sizeof saves / sizeof saves[0] && saves[asked->task] && !asked->nothing &&
        asked->unsaved == 0) {
        char text[sizeof asked->message];
        snprintf(text, sizeof text, "%s", asked->message);
        snprintf(asked->message, sizeof asked->message, "saved: %.390s", text);
    }
}

static void work(struct query *query, const struct progress *progress)
{
    struct review_query *asked = (struct review_query *)query;
    struct review_session *session = &asked->review->session;
    (void)progress;
    if (asked->detector[0] != '\0') {
        asked->context.detector = asked->detector;
    }
    if (asked->queue[0] != '\0') {
        asked->context.queue = asked->queue;
    }
    if (asked->episode[0] != '\0') {
        asked->context.episode = asked->episode;
    }
    asked->context.rank = asked->ranks;
    bool good = do_task(asked, &query->status);
    struct status *status = good ? &query->status : NULL;
    size_t before = session->unsaved;
    session->unsaved = asked->unsaved = store_unsaved(session->store);
    if (good) {
        say_saved(asked);
    }
    if (session->attached && (asked->changed || asked->unsaved != before) &&
        review_session_renew(session, status)) {
        asked->verdicts = review_verdicts_hold(session->verdicts);
        asked->pace = measure_pace(session);
    }
    size_t length = strlen(asked->notice);
    char more[sizeof asked->notice];
    if (store_notice(session->store, more, sizeof more)) {
        snprintf(asked->notice + length, sizeof asked->notice - length, "%s%s",
                 length > 0 ? "; " : "", more);
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
    asked->review = app_review(app);
    const struct session *session = app_session(app);
    asked->table = session->has_table ? session->run->table : NULL;
    if (session->has_table && session->run->reference != NULL) {
        snprintf(asked->grows_from, sizeof asked->grows_from, "%s",
                 session->run->reference->hash);
    }
    asked->n = n;
    asked->context.seconds = NAN;
    return asked;
}

void review_submit(struct app *app, struct review_query *asked)
{
    if (!app_query(app, app_review(app), &asked->query)) {
        app_say(app, LOG_ERROR, "no memory for this: it is not recorded");
    }
}

/* What the keys of a review do. */
#include "reviewing/reviewing_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"

enum { ALIKE_MAX = 100000 };

enum verdict review_verdict_of(enum action action)
{
    switch ((int)action) {
    case ACTION_TRUE_POSITIVE: return VERDICT_TP;
    case ACTION_FALSE_POSITIVE: return VERDICT_FP;
    case ACTION_UNDECIDED: return VERDICT_UNDECIDED;
    case ACTION_LATER: return VERDICT_LATER;
    default: return VERDICT_NONE;
    }
}

static void give_context(struct app *app, struct review_query *asked, size_t row,
                         const struct verdict_context *context)
{
    struct review *review = app_review(app);
    if (context != NULL) {
        asked->context = *context;
        snprintf(asked->detector, sizeof asked->detector, "%s",
                 context->detector != NULL ? context->detector : "");
        snprintf(asked->queue, sizeof asked->queue, "%s",
                 context->queue != NULL ? context->queue : "");
        snprintf(asked->episode, sizeof asked->episode, "%s",
                 context->episode != NULL ? context->episode : "");
        if (context->rank != NULL &&
            (asked->ranks = mem_new(asked->n, sizeof *asked->ranks, "", NULL)) != NULL) {
            memcpy(asked->ranks, context->rank, asked->n * sizeof *asked->ranks);
        }
        asked->context.detector = asked->context.queue = asked->context.episode = NULL;
    }
    asked->context.seconds =
        review->seen && review->seen_row == row ? app_now(app) - review->seen_at : NAN;
}

/* On `row`, or on all of `rows` (ascending), of which it is one. */
static void judge(struct app *app, size_t row, const uint32_t *rows, size_t n,
                  enum verdict verdict, const struct verdict_context *context)
{
    struct review_query *asked = review_ask(app, TASK_VERDICT, n);
    if (asked != NULL) {
        memcpy(asked->rows, rows, n * sizeof *rows);
        asked->verdict = verdict;
        give_context(app, asked, row, context);
        review_say_rows(asked, verdict_words(verdict), "", row, n);
        review_look(app_review(app), row, app_now(app));
        app_review(app)->judged_row = row;
        app_review(app)->fresh = true;
        review_submit(app, asked);
    }
}

static void write_note(struct app *app, size_t row, const char *text)
{
    struct review_query *asked = review_ask(app, TASK_NOTE, 1);
    if (asked != NULL) {
        asked->rows[0] = (uint32_t)row;
        snprintf(asked->text, sizeof asked->text, "%s", text);
        review_say_rows(asked, text[0] != '\0' ? "note" : "note removed", "", row, 1);
        review_submit(app, asked);
    }
}

static void ask_about(struct app *app, size_t row)
{
    app_review(app)->note_row = row;
    app_review(app)->note_run = app_session(app)->n_replaced;
}

/* Whether the row that was asked about is still the one that was seen. */
static bool still_there(struct app *app)
{
    if (app_review(app)->note_run != app_session(app)->n_replaced) {
        app_say(app, LOG_ERROR, "the run has changed meanwhile: nothing is recorded");
        return false;
    }
    return true;
}

static void note_done(void *context, struct app *app, const char *text)
{
    (void)context;
    if (still_there(app)) {
        write_note(app, app_review(app)->note_row, text);
    }
}

static void ask_note(struct app *app, size_t row)
{
    const struct verdict_row *own = session_own_verdict(app_session(app), row);
    ask_about(app, row);
    const struct question question = {
        .label = "note: ", .initial = own != NULL ? own->note : NULL, .done = note_done};
    app_ask(app, &question);
}

/* ---- reasons ---- */

static void give_reason(struct app *app, size_t row, const char *text)
{
    const struct verdict_reasons *reasons = app_session(app)->reasons;
    struct review_query *asked = review_ask(app, TASK_REASON, 1);
    size_t digit =
        text[0] >= '1' && text[0] <= '9' && text[1] == '\0' ? (size_t)(text[0] - '0') : 0;
    if (asked != NULL) {
        asked->rows[0] = (uint32_t)row;
        snprintf(asked->text, sizeof asked->text, "%s",
                 digit > 0 && digit <= reasons->n ? reasons->of[digit - 1] : text);
        char what[REVIEW_NOTE_TEXT + 16];
        snprintf(what, sizeof what, "%s%.60s", text[0] != '\0' ? "reason " : "reason removed",
                 asked->text);
        review_say_rows(asked, what, "", row, 1);
        review_submit(app, asked);
    }
}

/* Which words the digits stand for, or the one that is typed. */
static void reason_live(void *context, struct app *app, const char *text, char *out,
                        size_t size)
{
    const struct verdict_reasons *reasons = app_session(app)->reasons;
    size_t used = 0;
    (void)context;
    out[0] = '\0';
    for (size_t i = 0; i < reasons->n && used < size; i++) {
        bool this = text[0] == (char)('1' + i) && text[1] == '\0';
        if (text[0] == '\0' || this) {
            int more = snprintf(out + used, size - used, "%s%zu %s", used > 0 ? "  " : "",
                                i + 1, reasons->of[i]);
            used += more > 0 ? (size_t)more : 0;
        }
    }
}

static void reason_done(void *context, struct app *app, const char *text)
{
    (void)context;
    if (still_there(app)) {
        give_reason(app, app_review(app)->note_row, text);
    }
}

/* Of the verdict given just now, whose row the cursor has left; else of that under the cursor.
 */
static void reason(struct app *app, size_t row, const char *text)
{
    const struct review *review = app_review(app);
    const struct verdict_row *own;
    size_t of = review->fresh ? review->judged_row : row;
    if (of == SIZE_MAX) {
        app_say(app, LOG_NOTE, "there is no user-hour under the cursor");
        return;
    }
    own = session_own_verdict(app_session(app), of);
    if (!review->fresh && (own == NULL || own->verdict == VERDICT_NONE)) {
        app_say(app, LOG_NOTE, "give this user-hour a verdict first");
    } else if (text[0] != '\0') {
        give_reason(app, of, text);
    } else {
        ask_about(app, of);
        const struct question question = {.label = "reason: ",
                                          .initial = NULL,
                                          .live = reason_live,
                                          .at_once = true,
                                          .done = reason_done};
        app_ask(app, &question);
    }
}

static void alike_confirmed(void *context, struct app *app)
{
    size_t row = app_review(app)->note_row;
    const struct run *run = app_session(app)->run;
    (void)context;
    if (!still_there(app)) {
        return;
    }
    const struct verdict_row *own = session_own_verdict(app_session(app), row);
    if (own == NULL || own->verdict == VERDICT_NONE) {
        return;
    }
    uint32_t profile = run->table->row_profile[row];
    const uint32_t *start = &run->by_profile->start[profile];
    size_t n = start[1] - start[0];
    struct review_query *asked = review_ask(app, TASK_VERDICT, n);
    if (asked != NULL) {
        memcpy(asked->rows, &run->by_profile->rows[start[0]], n * sizeof *asked->rows);
        asked->verdict = (enum verdict)own->verdict;
        review_say_rows(asked, verdict_words(asked->verdict), "", row, n);
        review_submit(app, asked);
    }
}

/* One's own verdict on this row for all that look exactly like it. */
static void ask_alike(struct app *app, size_t row)
{
    const struct table *table = app_session(app)->run->table;
    const struct verdict_row *own = session_own_verdict(app_session(app), row);
    size_t n = table->profiles.copies[table->row_profile[row]];
    if (own == NULL || own->verdict == VERDICT_NONE) {
        app_say(app, LOG_NOTE, "give this user-hour a verdict first");
    } else if (n < 2 || n > ALIKE_MAX) {
        app_say(app, LOG_NOTE,
                n < 2 ? "no other user-hour looks like this one"
                      : "too many look like this one for one verdict");
    } else {
        ask_about(app, row);
        app_confirm(app, 'y', alike_confirmed, NULL,
                    "One verdict, %s, for all %s identical user-hours?",
                    verdict_words((enum verdict)own->verdict), format_grouped(n).text);
    }
}

static void file_task(struct app *app, enum review_task task, const char *path)
{
    struct review_query *asked = NULL;
    if (path[0] == '\0') {
        app_say(app, LOG_ERROR, "this wants the name of a file, .json or .csv");
    } else if (strlen(path) < sizeof asked->text &&
               (asked = review_ask(app, task, 0)) != NULL) {
        snprintf(asked->text, sizeof asked->text, "%s", path);
        review_rules_know(app, asked); /* an import may bring rules */
        review_submit(app, asked);
    }
}

static void simple_task(struct app *app, enum review_task task, const char *text)
{
    struct review_query *asked = review_ask(app, task, 0);
    if (asked != NULL) {
        snprintf(asked->text, sizeof asked->text, "%s", text);
        asked->row = app_session(app)->selected.has_row
                         ? (uint32_t)app_session(app)->selected.row
                         : UINT32_MAX;
        review_submit(app, asked);
    }
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The rows in ascending order; NULL, and said so, without memory. */
static uint32_t *rising(struct app *app, const uint32_t *rows, size_t n)
{
    uint32_t *sorted = mem_new(n, sizeof *sorted, "an episode", NULL);
    if (sorted == NULL) {
        app_say(app, LOG_ERROR, "no memory for this: it is not recorded");
        return NULL;
    }
    memcpy(sorted, rows, n * sizeof *rows);
    qsort(sorted, n, sizeof *sorted, by_row);
    return sorted;
}

bool review_act_episode(struct app *app, enum action action, const char *argument, size_t row,
                        const uint32_t *rows, size_t n, const struct verdict_context *context)
{
    enum verdict verdict = review_verdict_of(action);
    struct verdict_context alone;
    if (verdict == VERDICT_NONE || rows == NULL || n < 2 || app_review(app) == NULL) {
        if (context != NULL) {
            alone = *context;
            alone.episode = NULL;
            alone.rank = n < 2 ? context->rank : NULL;
        }
        return review_act(app, action, argument, row, context != NULL ? &alone : NULL);
    }
    uint32_t *sorted = rising(app, rows, n);
    if (sorted != NULL) {
        judge(app, row, sorted, n, verdict, context);
    }
    free(sorted);
    return true;
}

bool review_act(struct app *app, enum action action, const char *argument, size_t row,
                const struct verdict_context *context)
{
    uint32_t alone = (uint32_t)row;
    bool of_row = review_verdict_of(action) != VERDICT_NONE || action == ACTION_NOTE ||
                  action == ACTION_ALIKE;
    bool other = action == ACTION_UNDO || action == ACTION_REASON || action == ACTION_REDO ||
                 action == ACTION_IMPORT || action == ACTION_EXPORT_REVIEW ||
                 action == ACTION_VERSIONS || action == ACTION_MATCH;
    if (!of_row && !other) {
        return false;
    }
    if (app_review(app) == NULL) {
        app_say(app, LOG_ERROR, "there is no place for reviews; --reviews FILE names one");
    } else if (!app_session(app)->has_table) {
        app_say(app, LOG_ERROR, "the table is not there yet");
    } else if (of_row && row == SIZE_MAX) {
        app_say(app, LOG_NOTE, "there is no user-hour under the cursor");
    } else {
        switch ((int)action) {
        case ACTION_REASON: reason(app, row, argument); break;
        case ACTION_UNDO: simple_task(app, TASK_UNDO, ""); break;
        case ACTION_REDO: simple_task(app, TASK_REDO, ""); break;
        case ACTION_IMPORT: file_task(app, TASK_IMPORT, argument); break;
        case ACTION_EXPORT_REVIEW: file_task(app, TASK_EXPORT, argument); break;
        case ACTION_VERSIONS: simple_task(app, TASK_VERSIONS, ""); break;
        case ACTION_MATCH: simple_task(app, TASK_MATCH, argument); break;
        case ACTION_ALIKE: ask_alike(app, row); break;
        case ACTION_NOTE:
            if (argument[0] != '\0') {
                write_note(app, row, argument);
            } else {
                ask_note(app, row);
            }
            break;
        default: judge(app, row, &alone, 1, review_verdict_of(action), context); break;
        }
    }
    return true;
}

/* The ranks of rows (n) by a result, in the order of `rows`. */
static uint32_t *ranks_of(const struct session *session, const struct result *result,
                          const uint32_t *rows, size_t n)
{
    const struct run *run = session->run;
    uint32_t *ranks = mem_new(n, sizeof *ranks, "ranks", NULL);
    for (size_t i = 0; ranks != NULL && i < n; i++) {
        ranks[i] = (uint32_t)ranking_rank_of(result->ranking, run->by_profile,
                                             run->table->row_profile, rows[i]);
    }
    return ranks;
}

bool review_act_listed(struct app *app, enum action action, const char *argument, size_t row,
                       const uint32_t *rows, size_t n)
{
    const struct session *session = app_session(app);
    const struct result *result = session_result(session);
    char label[128], words[100];
    uint32_t alone = (uint32_t)row;
    bool whole = rows != NULL && n > 1 && review_verdict_of(action) != VERDICT_NONE;
    if (result == NULL || row == SIZE_MAX) {
        return review_act(app, action, argument, row, NULL);
    }
    uint32_t *sorted = rising(app, whole ? rows : &alone, whole ? n : 1);
    if (sorted == NULL) {
        return true;
    }
    uint32_t *ranks = ranks_of(session, result, sorted, whole ? n : 1);
    run_episode_words(result, session->gap, words, sizeof words);
    snprintf(label, sizeof label, "top %s k=%zu", result->name, session->selected.k);
    if (session->by_episode) {
        snprintf(label, sizeof label, "top %s k=%zu episodes gap=%g", result->name,
                 session->selected.k, session->gap);
    }
    const struct verdict_context context = {.detector = result->name,
                                            .queue = label,
                                            .episode = whole ? words : NULL,
                                            .k = (uint32_t)session->selected.k,
                                            .rank = ranks};
    bool done = whole ? review_act_episode(app, action, argument, row, sorted, n, &context)
                      : review_act(app, action, argument, row, &context);
    free(sorted);
    free(ranks);
    return done;
}

/* app: what the parts of the screen may read and ask for. The loop, the view stack and the
 * threads are behind it, in tui/app.
 *
 * Only the loop draws, resizes and quits; what a view asks for here takes effect when it
 * returns.
 */
#ifndef ODDHOURS_TUI_APP_H
#define ODDHOURS_TUI_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/actions.h"
#include "keys/keymap.h"
#include "rank/filter/filter.h"
#include "rank/rows.h"
#include "run/job/job.h"
#include "screen/session.h"

struct app;
struct page;
struct review;

/* ---- reading ---- */

const struct session *app_session(const struct app *app);
const struct keymap *app_keymap(const struct app *app);

/* The verdicts; NULL when there is no place for them. */
struct review *app_review(const struct app *app);

/* Seconds since the program started; memory held. Constant in tests with frozen figures. */
double app_now(const struct app *app);
uint64_t app_memory(const struct app *app);

/* Why a row stands in the list of a result, as safe text: "831 failures; usual 0, max 3"; "" in
 * a blind review. False, and it comes with a later frame, while it is not known. */
bool app_reason(const struct app *app, size_t result, size_t row, bool ascii, char *text,
                size_t size);

/* ---- selecting: every view is told (view.h, CHANGED_...) ---- */

void app_select_result(struct app *app, size_t result);

/* Selects the result of that name, as the user's choice; false when the run has none. */
bool app_choose_result(struct app *app, const char *name);
void app_select_k(struct app *app, size_t k);
void app_select_row(struct app *app, size_t row); /* and the row's user */
void app_select_user(struct app *app, uint32_t user);

/* Shows only the rows that pass `text` ("": all); a wrong one is said and changes nothing. */
void app_set_filter(struct app *app, const char *text);

/* Lists of user-hours, or of episodes whose odd user-hours begin at most `gap` hours apart. */
void app_select_by(struct app *app, bool episode, double gap);

/* The view that is shown, by its action. */
enum action app_view_action(const struct app *app);

/* Puts a result of the run that is shown in the place of its `index`-th, the others standing,
 * as soon as nothing that is being worked on looks at it; one that waits already is dropped.
 * `take_result` is ready (run/list.h), of the same run, and consumed. Views are told as of
 * another run. */
void app_replace_result(struct app *app, size_t index, struct result *take_result);

/* Whether a view, given by its state, is the one that is shown. What arrives for another must
 * not move the selection. */
bool app_shows(const struct app *app, const void *view);

/* The verdicts have changed. */
struct review_verdicts;
void app_take_verdicts(struct app *app, struct review_verdicts *take_verdicts);

/* A blind queue is judged from now on, or no more: until then every view and action that would
 * show a score, a rank or a detector's word is refused. */
void app_set_blind(struct app *app, bool blind);

/* ---- moving ---- */

/* Shows a view by its action, on top of the present one: Esc comes back here. */
void app_enter(struct app *app, enum action view);

/* ---- telling ---- */

/* One sentence on the message line, until the next key, and in the log. */
void app_say(struct app *app, enum log_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* In the log only. */
void app_log(struct app *app, enum log_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Shows a page over the view until it is closed. NULL is fine: memory was out. */
void app_page(struct app *app, struct page *take_page);

/* The answer of a query that made a page: shows it, or says what went wrong; nothing when it
 * was cancelled. `*page` is NULL afterwards if it was shown, else still the query's. */
void app_page_answer(struct app *app, const struct query *query, struct page **page);

/* ---- asking ---- */

/* A line of text from the user. `context` is handed to the functions. */
struct question {
    const char *label;   /* "note: ", "K: " */
    const char *initial; /* or NULL */
    void *context;
    /* After every change; writes a short comment ("12 rows", "column 7: ...") into out[size].
     * May be NULL. */
    void (*live)(void *context, struct app *app, const char *text, char *out, size_t size);
    bool at_once; /* `live` is called when it is asked, too */
    /* With Enter. Esc calls nothing but `live` with the initial text. */
    void (*done)(void *context, struct app *app, const char *text);
};
void app_ask(struct app *app, const struct question *question);

/* A yes-or-no question. Only `yes` (a key that is not the one that asked) confirms; every other
 * key is a no. */
void app_confirm(struct app *app, keycode yes, void (*done)(void *context, struct app *app),
                 void *context, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* So many user-hours are hidden by rules: while it is not 0, every filter leaves them out that does
 * not say rule: itself. */
void app_rules_hide(struct app *app, uint64_t rows);

/* ---- work that takes time ---- */

/* Hands a query to the queries thread; its answer comes to the `answer` of the view whose state
 * is `view`. False when there was no memory for it (the query is freed). */
bool app_query(struct app *app, void *view, struct query *take_query);
void app_query_cancel(struct app *app, unsigned slot);

/* query.slot: a later query of the same slot cancels an earlier one. */
enum slot {
    SLOT_WRITE, /* files and verdicts: never cancelled; 0, which queries_submit() knows */
    SLOT_FILTER,
    SLOT_FIND, /* `/`, of whichever view */
    SLOT_DATA,
    SLOT_DATA_ROWS,
    SLOT_SCORES,
    SLOT_TOPK,
    SLOT_TOPK_DETAIL,
    SLOT_TOPK_PRECISION,
    SLOT_USER,
    SLOT_USER_DETAIL,
    SLOT_USERS,
    SLOT_PAST,
    SLOT_COMPARE,
    SLOT_EXPORT,
    SLOT_EXPORT_COUNT,
    SLOT_FOLDER,
    SLOT_WHY,
    SLOT_REASONS,
    SLOT_LINES,
    SLOT_HOSTS,
    SLOT_LANES,
    SLOT_NUMBERS,
    SLOT_FOLLOW,
    SLOT_NEWS,
    SLOT_REVIEW
};
_Static_assert(SLOT_WRITE == 0, "run/job/job.h: writes are the queries of slot 0");

/* The pool of threads for queries; only to be used on the queries thread. */
struct parallel *app_query_threads(const struct app *app);

/* What names in a filter mean now; rankings has room for RUN_RESULTS_MAX. There must be a
 * table. rows_query.h does all of it. */
void app_filter_context(const struct app *app, struct filter_context *context,
                        struct filter_ranking *rankings);

/* A path without its folders. */
const char *app_base_name(const char *path);

#endif

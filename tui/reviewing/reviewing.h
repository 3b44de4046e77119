/* reviewing: the verdicts of this session's table. The store belongs to the queries thread; the
 * UI thread has frozen copies of what counts, renewed with every answer. "Saved" is said when
 * the store has returned, never before; what cannot be saved is kept and tried again. */
#ifndef ODDHOURS_TUI_REVIEWING_H
#define ODDHOURS_TUI_REVIEWING_H

#include "screen/app.h"
#include "rank/filter/filter.h"
#include "review/store/store.h"
#include "review/truth.h"

struct review_options {
    bool on;              /* false: no store at all, as in tests of other things */
    const char *path;     /* NULL: the default */
    const char *reviewer; /* NULL: the default */
    const char *truth;    /* NULL: none */
};

struct review;

/* NULL when memory is out or the default place of the store is not known. Touches no disk. */
struct review *review_new(const struct review_options *options, struct status *status);

/* The program is about to end, and the screen is given back: from now on the store waits for a
 * locked file no longer than a second in all, and says on standard error that it waits. */
void review_hurry(struct review *review);

/* After the queries thread has ended. What is not saved by then is written to a file in the
 * present directory (or $HOME, $TMPDIR, /tmp), and false says where. */
bool review_free(struct review *review, struct status *status);

/* Only the latter, without a look at the store: the queries thread hangs in it, or elsewhere.
 */
bool review_rescue(struct review *review, struct status *status);

/* Takes up the reviews of the table that the session shows now. */
void review_attach(struct app *app);

/* The answer of one of its own queries. */
void review_answer(struct app *app, struct query *query);

/* Looks for what others have written, once a second while the Review view is shown or something
 * is not saved. review_patience(): seconds until then; negative when there is nothing to do. */
double review_patience(const struct app *app);
void review_poll(struct app *app);

/* All numbers of the review as a page over the view: precision with its bounds and intervals,
 * ties, agreement, comparisons, pace, and with truth recall and average precision. */
void review_numbers(struct app *app);
void review_numbers_answer(struct app *app, struct query *query);

/* ---- reading, in the UI thread ---- */

size_t review_unsaved(const struct review *review);

/* Seconds that a verdict of one's own takes; NaN while there are too few to tell. */
double review_seconds(const struct review *review);

/* Why the store or the truth could not be read or written, for as long as that lasts; "". */
const char *review_problem(const struct review *review);

/* Verdicts and notes of other versions of the file, none of which has been taken over. */
size_t review_pending(const struct review *review);

/* ---- acting ---- */

/* Whether the action is a verdict: t, f, o. */
enum verdict review_verdict_of(enum action action);

/* The actions on a row: verdicts, note, undo, redo, one verdict for all alike, import. False
 * when the action is another. `context` (copied; its rank is of the row, may be NULL) is
 * recorded. */
bool review_act(struct app *app, enum action action, const char *argument, size_t row,
                const struct verdict_context *context);

/* The same for the line of an episode: a verdict is one entry for all its `rows` (n, in any
 * order; NULL: only `row`), and taken back as one; notes are of `row`, its worst. The context's
 * `episode` says how it was cut. */
bool review_act_episode(struct app *app, enum action action, const char *argument, size_t row,
                        const uint32_t *rows, size_t n, const struct verdict_context *context);

/* The same for lists that show the detector in view: what was seen is recorded. */
bool review_act_listed(struct app *app, enum action action, const char *argument, size_t row,
                       const uint32_t *rows, size_t n);

/* A row has come under the cursor: the time spent on it starts. */
void review_look(struct review *review, size_t row, double now);

/* ---- on the queries thread only ---- */

/* The hooks verdict: and note: of filters; their context is borrowed. */
const struct filter_hook *review_hooks(const struct review *review, size_t *n);

/* What rules hide at a time (0: as they were last applied) of a run whose results `has` may be
 * looked at. NULL: nothing, or, with a status, it cannot be found out. `*made`, to be freed by
 * the caller, is what was found out for an earlier time. */
struct rule_hides;
const struct rule_hides *review_rules_at(const struct review *review, const struct run *run,
                                         const bool *has, int64_t at_ms,
                                         struct rule_hides **made, struct status *status);

const struct history *review_history(const struct review *review);
const struct verdict_set *review_counting(const struct review *review); /* may be NULL */
size_t review_reviewer(const struct review *review);                    /* or SIZE_MAX */
const struct truth *review_truth(const struct review *review);          /* or NULL */

/* ---- rules (rules.c) ---- */

/* Applies them to the run that is shown, when it has ended: the answer sets the filter. */
void review_rules_recount(struct app *app);

/* Makes a rule of the user-hour that is selected; ends one; lists them. */
void review_allow(struct app *app, const char *argument);
void review_end_rule(struct app *app, const char *argument);
void review_list_rules(struct app *app, const char *path); /* or writes them to a file */

#endif

/* session: what the screen knows: the run, which parts of it have been announced, what is
 * selected. The app changes it, in the UI thread; views read it.
 *
 * The rule of the threads (run/job.h): a part of a run may be read once its mail has been
 * taken. So a view asks has_table and has_result[] here before it looks into the run.
 */
#ifndef ODDHOURS_TUI_SESSION_H
#define ODDHOURS_TUI_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "review/history.h"
#include "run/job/job.h"
#include "run/run.h"
#include "screen/log.h"
#include "table/table.h"
#include "widgets/meter.h"

struct selection {
    size_t result; /* index in run->results */
    size_t k;
    bool has_row, has_user;
    size_t row;    /* row_id */
    uint32_t user; /* id in table->users */
};

enum { FILTER_TEXT = 512 };

struct session_filter {
    char text[FILTER_TEXT];       /* as typed; "" for none */
    char understood[FILTER_TEXT]; /* the same with whole names */
    bool whole;                   /* the list shows all rows that match, not K of them */
    bool counted;
    size_t rows; /* that match, when counted */
};

/* What a user did before one of his hours: explain/user_past.h. */
struct session_past {
    bool ready; /* the rest is of `row` */
    size_t row;
    size_t rows; /* of the same user, strictly earlier; 0: no past to compare with */
    double median[TABLE_FEATURES_MAX], most[TABLE_FEATURES_MAX]; /* of those */
};

struct review_verdicts;

/* What verdicts are given for, by digit: 1 is the first. */
enum { VERDICT_REASONS = 9, VERDICT_REASON = 48 };
struct verdict_reasons {
    size_t n;
    char of[VERDICT_REASONS][VERDICT_REASON];
};

struct session {
    const char *input;                /* the file's name without folders */
    const struct run *run;            /* whose results are shown; NULL before the first run */
    const struct table *preview;      /* the first rows, before the table is there; or NULL */
    bool has_table;                   /* run->table, run->by_profile */
    bool has_scaled;                  /* run->scaler, run->scaled */
    bool has_result[RUN_RESULTS_MAX]; /* run->results[i] */

    /* The run in the worker, or the one that was: another than `run` while a repeated run has
     * not finished. Of its stages the first n_stages have begun; all but the last are final
     * (the last one, too, when not busy). */
    const struct run *running;
    size_t n_stages, stage_count;
    bool busy;
    bool ended;                      /* `running` has ended, and running->status says how */
    struct worker_progress progress; /* of the running stage, as of this frame */
    struct meter meter;

    bool blind;      /* a blind queue is judged: no score, rank or detector's word is shown */
    uint64_t rules_hide; /* user-hours that rules hide; 0: none */
    bool by_episode; /* lists and queues are of episodes (rank/episodes.h), not of user-hours */
    double gap;      /* hours at most between the odd user-hours of one */
    struct selection selected;
    struct session_filter filter;
    struct session_past past; /* of the selected row: past.ready, and past.row is the row */
    struct review_verdicts *verdicts; /* frozen; NULL: none are known */
    bool grown; /* the run has the rows of the one that it took the place of, and more behind
                   them */
    size_t n_replaced; /* runs that others have taken the place of */
    const struct verdict_reasons *reasons;
    const char *columns; /* of lists of user-hours: row_columns.h */
    struct log log;
};

/* Number of results of the run, ready or not; 0 before there is a run. */
size_t session_results(const struct session *session);

/* The result that is selected, or NULL while it is not ready. */
const struct result *session_result(const struct session *session);

/* Its title, ready or not. */
const char *session_result_title(const struct session *session);

/* The table, or the preview, or NULL. */
const struct table *session_table(const struct session *session);

/* Whether a result is part of the run at all. */
bool session_uses(const struct session *session, size_t result);

/* One's own verdict and note on a row, and what counts of everybody's; NULL: none. */
const struct verdict_row *session_own_verdict(const struct session *session, size_t row);
const struct verdict_row *session_shared_verdict(const struct session *session, size_t row);
const struct verdict_set *session_own_verdicts(const struct session *session); /* or NULL */

/* "TP", "FP", "?", in parentheses when it is only others', with * for a note and ! while it is
 * not saved. */
void session_verdict_mark(const struct session *session, size_t row, bool blind, char *text,
                          size_t size);

/* The same for rows (n) that are judged as one, an episode: what they say together. */
void session_episode_mark(const struct session *session, const uint32_t *rows, size_t n,
                          bool blind, char *text, size_t size);

#endif

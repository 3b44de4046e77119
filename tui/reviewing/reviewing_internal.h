/* reviewing_internal: what the parts of review share: its state, and the one kind of query. */
#ifndef ODDHOURS_TUI_REVIEWING_INTERNAL_H
#define ODDHOURS_TUI_REVIEWING_INTERNAL_H

#include "pages/page.h"
#include "reviewing/reviewing.h"
#include "review/session/review_session.h"

enum { REVIEW_NOTE_TEXT = 1024, RULE_FILTER = 600 };

struct review {
    struct review_session session; /* the queries thread's */
    size_t unsaved;
    double pace;     /* seconds a verdict takes; NaN: not measured */
    bool asked_poll; /* a poll is on its way */
    double polled;   /* clock_now() */
    size_t seen_row; /* under the cursor since seen_at, app_now()'s seconds */
    double seen_at;
    bool seen;
    size_t judged_row;         /* the last of one's own verdicts; SIZE_MAX: none yet */
    bool fresh;                /* and the cursor has only gone on to the next since */
    size_t note_row, note_run; /* what the open question is about: of session->n_replaced */
    char *truth_path;
    size_t pending; /* verdicts and notes of other versions of the file, not taken over */
    char problem[STATUS_TEXT]; /* why the store could not be read or written; "": all is well */
    char truth_problem[STATUS_TEXT];
    bool told; /* of a failure to save, until it is over */
};

enum review_task {
    TASK_ATTACH,
    TASK_VERDICT,
    TASK_NOTE,
    TASK_REASON,
    TASK_UNDO,
    TASK_REDO,
    TASK_POLL,
    TASK_IMPORT,
    TASK_VERSIONS,
    TASK_MATCH,
    TASK_EXPORT,
    TASK_RULES, /* applied anew */
    TASK_SHOW_RULES,
    TASK_ALLOW,
    TASK_END_RULE
};

struct review_query {
    struct query query;
    enum review_task task;
    struct review *review;
    const struct table *table;
    char grows_from[TABLE_HASH_TEXT]; /* the table of the run that scored it; empty: none */
    size_t n;
    uint32_t *rows;
    uint32_t *ranks; /* (n) or NULL */
    enum verdict verdict;
    struct verdict_context context;
    char detector[64], queue[512], episode[100], text[REVIEW_NOTE_TEXT];
    /* of rules: the run whose rows they are of, and what is asked */
    const struct run *run;
    bool has_result[RUN_RESULTS_MAX];
    size_t in_view, n_rule;
    struct {
        char filter[RULE_FILTER];
        const char *scope;
        int64_t days; /* 0: never ends */
        bool anyway;
    } rule;
    /* the answer */
    bool ruled; /* rules_hide is known */
    uint64_t rules_hide;
    bool changed, nothing;
    bool of_truth; /* what failed is reading the truth */
    uint32_t row;  /* undo, redo: the one under the cursor; then that to go to */
    char message[400], notice[400];
    struct review_verdicts *verdicts;
    size_t unsaved;
    double pace;
    bool counted; /* `pending` is known */
    size_t pending;
    struct page *page; /* TASK_VERSIONS */
};

/* "true positive taken back, U66@DOM1 d00 00h, row 2,967", or of how many user-hours. */
void review_say_rows(struct review_query *asked, const char *what, const char *how, size_t row,
                     size_t n);

/* A question to the store, with room for n rows; NULL, and said so, without memory. */
struct review_query *review_ask(struct app *app, enum review_task task, size_t n);

/* On the queries thread (versions_page.c): what there is of other versions, as a page; the
 * taking over, of all of them or of the one whose number is in the query's text; how many wait.
 */
bool review_versions_show(struct review_query *asked, struct status *status);
bool review_versions_match(struct review_query *asked, struct status *status);
void review_versions_count(struct review_query *asked);

/* On the queries thread (rules.c). */
bool review_rules_apply(struct review_query *asked, struct status *status);
/* The same, and since a run of a reference was last looked at. */
bool review_rules_begin(struct review_query *asked, struct status *status);
bool review_rules_show(struct review_query *asked, struct status *status);
bool review_rules_import(struct review_query *asked, bool *are, struct status *status);

/* On the UI thread: hands a query the run that rules are applied to. */
void review_rules_know(struct app *app, struct review_query *asked);
bool review_rule_allow(struct review_query *asked, struct status *status);
bool review_rule_end(struct review_query *asked, struct status *status);

/* Hands it to the queries thread. */
void review_submit(struct app *app, struct review_query *take_asked);

#endif

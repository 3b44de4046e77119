/* run: one run of the pipeline over one input, and everything it found.
 *
 * A `struct run` is made by the caller (command line or screen), filled in by the pipeline and
 * freed by the caller when the pipeline is done with it. A field is valid once the pipeline has
 * announced it (pipeline.h) and is frozen from then on.
 */
#ifndef ODDHOURS_RUN_RUN_H
#define ODDHOURS_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "models/model.h"
#include "past/account_kind.h"
#include "past/past.h"
#include "rank/episodes.h"
#include "rank/filter/filter.h"
#include "rank/quantile.h"
#include "rank/ranking.h"
#include "run/estimate.h"
#include "run/params.h"
#include "table/row_index.h"
#include "table/scaler.h"
#include "table/summary.h"
#include "table/table.h"

struct list;

enum result_kind {
    RESULT_DETECTOR,
    RESULT_ENSEMBLE, /* what the detectors say together */
    RESULT_LIST,     /* another list (run/list.h); it joins pools and flagged: when named */
};

struct run_reference;
struct run_extension;
struct spread;
struct spread_shift;

/* What ranks user-hours: what a detector found, the ensemble, or another list. */
struct result {
    enum result_kind kind;
    const struct detector *detector; /* RESULT_DETECTOR; else NULL */
    const struct list *list;         /* the others; else NULL */
    const char *name;                /* "ensemble": commands, filters, columns of files */
    const char *title;               /* "Ensemble" */
    const char *brief;               /* "ENS": column headings, at most 4 letters */
    const char *unit;                /* what a score is: "score, 0 to 1" */
    bool ready;                      /* scores and ranking are valid */
    struct model *model;             /* of a detector */
    struct scores scores;   /* scores.score is NULL where rows have scores of their own: */
    float *row_score;       /* (n_rows) NaN: not scored; NULL: profiles have the scores */
    struct summary summary; /* of row_score; of profiles' it is made when asked for */
    struct ranking *ranking;
    struct reference *reference; /* what shares are among; NULL: the rows of the table */
    struct past *past;           /* of the list of own pasts, to explain itself; may be NULL */
    struct past *learnt;         /* of the same: as it was at the end of the table; else NULL */
    char partial[80];            /* "108 of 200 trees (cancelled)"; empty when whole */
    char health[200];            /* one sentence; empty when there is nothing to say */
    double fit_seconds, score_seconds;
    size_t n_losses; /* of the epochs, for a detector that has such */
    double *losses;
};

enum {
    RUN_RESULTS_MAX = 16, /* detectors and lists */
    RUN_STAGES_MAX = 3 + 2 * RUN_RESULTS_MAX
};

/* The finished run that scored this one's table: its scaler, models, thresholds, account kinds
 * and own pasts are used, and "1 in N" is among its rows. */
struct run_reference {
    char *path; /* as named */
    char *name; /* of its table */
    char hash[TABLE_HASH_TEXT];
    size_t rows;  /* of its table */
    int64_t made; /* when it was written, seconds since 1970; 0: not known */
    size_t d;
    char **features;       /* (d) */
    double end;            /* instant of its last window; NaN: without own past */
    size_t same_rows;      /* of this table that are rows of it, and have its scores */
    size_t late_rows;      /* others not behind its end: scored, not learnt */
    size_t new_accounts;   /* that it has not seen */
    struct past *past;     /* own pasts as they were at its end; NULL: none */
    struct spread *spread; /* how its features are spread; NULL: it does not say */
    struct spread_shift
        *shifts; /* (d) how far this table has moved from that; NULL as spread */
    double threshold[RUN_RESULTS_MAX]; /* NaN: it has no such result */
    /* Until the lists are made: the rows of this table that are its own, and the scores that
     * it has for them where rows have scores; NULL where there are none. */
    uint32_t *same;                     /* (same_rows) */
    float *same_score[RUN_RESULTS_MAX]; /* (same_rows) */
};

/* The finished run that this one's table was added to: its rows are the first ones. */
struct run_extension {
    char *path;                       /* as named */
    char hash[TABLE_HASH_TEXT];       /* of its table */
    char added_hash[TABLE_HASH_TEXT]; /* of the other */
    size_t rows;                      /* of its table */
    size_t added, repeated; /* rows of the other; of them it had already, which are left out */
    bool kept;              /* its scaler and models are used */
    uint8_t *untaught;      /* (n_rows) not zero: own pasts do not learn from the row; NULL: all
                               teach */
    size_t n_untaught;
};

/* One stage as it went, for the summary, the run card and the Run view. */
struct stage_record {
    char name[48]; /* "read", "scale", "iforest fit", "iforest score", "ensemble" */
    double seconds;
    bool finished; /* false: cancelled or failed in it */
};

struct run {
    struct run_params params;
    struct parallel *parallel;
    struct table *table;
    struct accounts *accounts;       /* by user; NULL when the table has no users */
    struct events_index *log_index;  /* of a raw log; NULL: it was a table */
    struct row_index *by_profile;    /* rows of each profile; NULL unless params.index */
    struct run_reference *reference; /* the run that scored the table; NULL: this one */
    struct run_extension *extension; /* the run that the table was added to; NULL: none */
    struct scaler *scaler;
    float *scaled; /* (profiles.n, d); without params.index NULL again when no more needed */
    /* Where a value stands among all rows; NULL unless params.index. Announced with scaled. */
    struct feature_order *features;
    /* The detectors by index in detectors[], then lists[] in order, then what was added. */
    size_t n_results;
    struct result results[RUN_RESULTS_MAX];
    struct stage_record stages[RUN_STAGES_MAX];
    size_t n_stages;
    struct estimate estimate; /* made before the first stage is announced */
    double seconds;           /* from start to end */
    struct status status;     /* how it ended */
    bool saved;               /* not computed now, but loaded from a saved run */
    char notice[STATUS_TEXT]; /* one sentence on saved runs worth telling; empty: none */
};

/* Frees what a result found; its name and the like stay. */
void result_empty(struct result *result);

struct run *run_new(const struct run_params *params, struct status *status);
void run_free(struct run *run);

/* " of 2026-11-30 18:05", when it was written, by the clock here; "" when that is not known. */
enum { RUN_MADE = 32 };
void run_reference_made(const struct run_reference *reference, bool time, char text[RUN_MADE]);

void run_reference_free(struct run_reference *reference);
void run_extension_free(struct run_extension *extension);

/* "RUN extended by ...", for people. "" where no run was. */
void run_extension_say(const struct run *run, char *text, size_t size);

/* "scored by RUN (42,871,390 rows of full.csv): ...", for people. "" without a reference. */
void run_reference_say(const struct run *run, char *text, size_t size);

/* Frees what the run found, so that it can be filled in again. The parameters stay. */
void run_empty(struct run *run);

/* The result of that name, ready or not: the only way to one by name. NULL when unknown. */
const struct result *run_result_find(const struct run *run, const char *name);

/* The ensemble, ready or not; NULL when another result has taken its place. */
const struct result *run_ensemble(const struct run *run);

/* The list that is shown first: triage, or the ensemble in a run that has none. */
const struct result *run_first(const struct run *run);

/* The score of a row by a result that is ready; NaN: not scored. */
static inline double result_score(const struct result *result, const struct table *table,
                                  size_t row)
{
    return ranking_row_score(result->ranking, table->row_profile, row);
}

/* What names in a filter mean to a run: `rankings` has room for RUN_RESULTS_MAX and outlives
 * the context. `has` says which results may be looked at (NULL: all that are ready); `in_view`
 * is the one whose rank is meant by `rank`. Hooks and blindness are the caller's. */
struct filter_context run_filter_context(const struct run *run, const bool *has, size_t in_view,
                                         struct filter_ranking *rankings);

/* How rows of a list make episodes: --gap, in hours. */
extern const struct param_spec run_gap_spec;

/* What cuts a result that is ready into episodes: its threshold, and `gap` in hours (at least
 * one window). False when memory ran out. */
bool run_episode_cut(const struct run *run, const struct result *result, double gap,
                     struct episode_cut *cut, struct status *status);

/* "triage gap=2h": how episodes were cut, as verdicts on them record it. */
void run_episode_words(const struct result *result, double gap, char *text, size_t size);

/* Whether a result is part of the run at all: its detector or list was asked for. */
bool run_result_wanted(const struct run *run, const struct result *result);

/* The names of the results of a run by their index, or with NULL of those that a run may have;
 * NULL behind the last. */
const char *run_result_name(const struct run *run, size_t i);

/* What `name` may have been meant to be. NULL when it is near nothing. */
const char *run_result_suggest(const struct run *run, const char *name);

/* Finds what the accounts of run->table are, if it has users: by params.kinds and, unless it is
 * NULL, by the file `path`, which is params.accounts. That can be checked before there is a
 * table. */
bool run_check_accounts(const struct run *run, struct status *status);
bool run_find_accounts(struct run *run, const char *path, const struct progress *progress,
                       struct status *status);

/* What detectors are given. */
struct detector_data run_detector_data(const struct run *run);

#endif

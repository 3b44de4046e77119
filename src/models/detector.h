/* detector: what a detector is. One `static const struct detector` each, listed in detectors[].
 *
 * The pipeline, the artifacts, the command line and the views know detectors only through this
 * table: another detector is one file with such a struct at its end and one line in
 * detector.c.
 *
 * All fit on rows (a profile counts as often as it has copies) and score profiles. Inside the
 * program a higher score is more anomalous and every score is positive; the notebook's signs
 * and offsets come from `exported`, when files are written.
 */
#ifndef ODDHOURS_MODELS_DETECTOR_H
#define ODDHOURS_MODELS_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/key_values.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/sample.h"
#include "table/scaler.h"
#include "table/table.h"

enum param_kind { PARAM_COUNT, PARAM_REAL, PARAM_WORD };

enum { DETECTOR_PARAMS = 8, DETECTOR_MAX = 8 };

/* One parameter of a detector: an option of the command line (--option), a word of `:run`, a
 * key of the run card. A value is a double: the count, the number, or the index of the word. */
struct param_spec {
    const char *option; /* "trees", "learning-rate"; unique among all detectors */
    enum param_kind kind;
    double initial, least, most; /* bounds included; exclusive at `least` when open_least */
    bool open_least;
    const char *const *words; /* PARAM_WORD: NULL-terminated; initial is an index */
    const char *help;         /* one line */
};

/* What every detector is given: borrowed, frozen while a detector or its model is in use. */
struct detector_data {
    const struct table *table;
    const struct scaler *scaler;
    const float *scaled; /* (profiles.n, d) scaled profiles, rounded to float; NULL where that
                          * takes too much memory: see detector_vector() and detector.lean */
    struct parallel *parallel;
    uint32_t seed;
    double budget; /* share of rows flagged where the detector sets no threshold of its own */
};

/* What a detector says: one score a profile. */
struct scores {
    size_t n;            /* profiles */
    double *score;       /* (n) higher is more anomalous; NaN: this profile was not scored */
    double threshold;    /* a row is flagged when its score is strictly above */
    size_t scored_rows;  /* rows whose profile has a score */
    size_t flagged_rows; /* rows above the threshold */
};

/* Bytes that a detector holds beside table, scaled profiles and scores. */
struct detector_memory {
    double fit, score; /* while it fits and scores, the model included */
    double model;      /* from then on */
    double rested;     /* after rest() */
};

/* What may be NULL (or 0, false) is said with each member; what is not must be there. `fitted`
 * is what fit() or load() returned. It belongs to no table: whatever takes `data` beside it
 * works for any table with the features of the fit, data->scaler being the scaler of the fit.
 * models/model.h checks that, and keeps what all models need beside their own. */
struct detector {
    const char *name;         /* "iforest": command line, JSON, filters */
    const char *title;        /* "Isolation Forest" */
    const char *brief;        /* "IF": column headings, at most 4 letters */
    const char *unit;         /* what the score is: "score, 0 to 1", "mean squared error" */
    const char *steps;        /* what fit's progress counts: "trees", "batches", "points" */
    const char *info_file;    /* "run_if_info.json" */
    const char *scores_file;  /* "isolation_forest", without the format's ending */
    const char *sample_file;  /* "sample_idx"; NULL when it has no sample of rows */
    const char *score_column; /* "iso_score" */
    const char *label_column; /* "iso_label": -1 flagged, 1 not; NULL: no such column */
    bool score_single;        /* the notebook's column is of floats, not of doubles */
    bool label_byte;          /* that of labels is of int8, not of int64 */
    bool optional;            /* runs only when it is asked for by name (--models) */
    size_t n_params;          /* may be 0 */
    const struct param_spec *params; /* (n_params) at most DETECTOR_PARAMS; NULL without */

    /* Fits to the rows of data->table. NULL with a status on failure. When cancelled with
     * something usable finished (trees, epochs), it returns that and sets STATUS_CANCELLED in
     * `status`, and `partial` says so. */
    void *(*fit)(const struct detector_data *data, const double *params,
                 const struct progress *progress, struct status *status);

    bool lean; /* fit and score do without data->scaled */

    /* Fills score (allocated here with scores_new(): the caller frees it with scores_clear())
     * for the profiles of data->table. Progress in profiles. Model and scores of the table of
     * the fit have the same bits whenever that is. */
    bool (*score)(const void *fitted, const struct detector_data *data, struct scores *scores,
                  const struct progress *progress, struct status *status);

    /* Sets scores->threshold from the scores of the table of the fit, `data`. NULL: the share
     * data->budget of the rows is flagged. */
    void (*threshold)(const void *fitted, const struct detector_data *data,
                      struct scores *scores);

    /* How much memory it will take over such a table. NULL: next to none. */
    void (*memory)(const double *params, const struct sample *sample,
                   struct detector_memory *memory);
    /* "fewer rows for LOF with --lof-sample": how to take less; NULL: there is no way. */
    const char *memory_advice;

    void (*free)(void *fitted); /* NULL is fine */

    /* Frees what only score and explain need: nobody will ask them again. NULL: nothing. */
    void (*rest)(void *fitted);

    /* "108 of 200 trees (cancelled)" into `text`, or false when the model is whole. NULL: a
     * model is always whole. */
    bool (*partial)(const void *fitted, char *text, size_t size);

    /* The keys of info_file, with the notebook's names and nesting, and more. Seconds and
     * features are added by the caller. */
    void (*info)(const void *fitted, const struct detector_data *data,
                 struct key_values *values);

    /* The notebook's column from an anomaly score: its sign and offset. NULL: the score. */
    double (*exported)(const void *fitted, const struct scores *scores, double score);

    /* Rows of the table of the fit that scores_file lists, in order, `*n` of them (borrowed
     * from the model); NULL: all rows in file order. NULL as a function means the same. */
    const uint32_t *(*sample)(const void *fitted, size_t *n);

    /* credit (d): what each feature adds to the anomaly of `profile`, in the detector's own
     * unit, named by credit_unit; positive is more anomalous. Cheap (microseconds): lists show
     * the largest as the reason. False when the profile has no score. May be called by several
     * threads at once. NULL: the detector says only how odd a row is. */
    bool (*explain)(const void *fitted, const struct detector_data *data, size_t profile,
                    double *credit);
    const char *credit_unit; /* "levels of depth", "share of squared error"; with explain */
    const char *credit_of;   /* in a word what the credits are shares of: "depth"; the same */
    /* The sign of a credit only says on which side of its neighbours the profile is: both sides
     * speak for an anomaly, as much as the magnitude says. */
    bool credit_sided;

    /* phi (d): exact Shapley values of what explain() credits, in shapley_unit; they cost
     * milliseconds, so they are asked for. False with a status (STATUS_USAGE: too many
     * features). NULL: the detector has none, and no shapley_unit. */
    bool (*shapley)(const void *fitted, const struct detector_data *data, size_t profile,
                    double *phi, struct status *status);
    const char *shapley_unit;

    /* What else the detector can say about `profile`, line by line, with a left column ("" for
     * none): in original units, in words. NULL: nothing. */
    void (*remarks)(const void *fitted, const struct detector_data *data, size_t profile,
                    void (*line)(void *context, const char *key, const char *text),
                    void *context);
    /* What the model would take the features of `profile` for, in original units, into values
     * (d). NULL: it has no such idea. */
    void (*expected)(const void *fitted, const struct detector_data *data, size_t profile,
                     double *values);

    /* Puts a model into an archive, and gets back one of `d` features that scores and explains
     * to the same bits: after rest(), too. The reader trusts nothing but the hash: counts,
     * indexes and numbers are checked. load() returns NULL with a status. */
    void (*save)(const void *fitted, struct archive_out *archive);
    void *(*load)(struct archive_in *archive, size_t d, struct parallel *parallel,
                  struct status *status);

    /* One sentence on whether the data of the fit suit this detector, into `text`; false when
     * there is nothing to say. NULL: never. */
    bool (*health)(const void *fitted, const struct detector_data *data, char *text,
                   size_t size);
};

/* In the notebook's order, the optional ones behind, then NULL. */
extern const struct detector *const detectors[];

/* The scaled profile: borrowed from data->scaled, or computed into room (d), to the same bits.
 */
const float *detector_vector(const struct detector_data *data, size_t profile, float *room);

size_t detector_count(void);
const struct detector *detector_find(const char *name); /* NULL when there is none */

/* Which detectors are to run, and their parameters; by index in detectors[]. */
struct detector_choices {
    bool use[DETECTOR_MAX];
    double values[DETECTOR_MAX][DETECTOR_PARAMS];
};

/* Those that are not optional, with initial values. */
void detector_choices_init(struct detector_choices *choices);

/* Fills (DETECTOR_PARAMS) values with the initial ones. */
void detector_defaults(const struct detector *detector, double *params);

/* Parses `text` as the value of a parameter. On failure a sentence with the bounds or words. */
bool param_parse(const struct param_spec *spec, const char *text, double *value,
                 struct status *status);

/* Whether a value from a file could have been typed: in bounds, and a whole number where it is
 * a count or stands for a word. */
bool param_valid(const struct param_spec *spec, double value);

/* Writes a value as it would be typed. */
void param_format(const struct param_spec *spec, double value, char *text, size_t size);

/* Allocates (n) scores, all NaN. */
bool scores_new(struct scores *scores, size_t n, struct status *status);
void scores_clear(struct scores *scores);

/* Counts scored and flagged rows of the table under the present threshold. */
void scores_count(struct scores *scores, const struct profiles *profiles);

/* The threshold that flags at most `share` of the scored rows: with ties never more. */
void scores_budget(struct scores *scores, const struct profiles *profiles, double share);

/* Scores the table of the fit: scores, the threshold that follows from them, and the counts.
 * False with a status; the scores then hold nothing. */
bool detector_score(const struct detector *detector, const void *fitted,
                    const struct detector_data *data, struct scores *scores,
                    const struct progress *progress, struct status *status);

#endif

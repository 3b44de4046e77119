/* params: what the user asked for. The options of the command line, the words of `:run` and the
 * run card's "parameters" are all this struct.
 */
#ifndef ODDHOURS_RUN_PARAMS_H
#define ODDHOURS_RUN_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "models/detector.h"
#include "events/input.h"
#include "table/csv/reading.h"

/* What becomes of a run that clearly takes more memory than is left. */
enum memory_check { MEMORY_REFUSE, MEMORY_WARN, MEMORY_OFF };

struct run_params {
    char *input;                /* a path; "-" is standard input */
    enum input_kind input_kind; /* a table, a raw log, or what it looks like */
    char *input_format;         /* of a raw log: a name, or the file of a description */
    int year;                   /* of a log's times that have none; 0: by the file's date */
    struct reading reading;     /* how a table is written, as far as the user says */
    char **features;            /* (n_features) or NULL: the study's seven */
    size_t n_features;
    bool strict;  /* a rejected line is an error */
    bool lenient; /* many of them are none: commands end with status 0 all the same */
    bool cache;   /* use and fill the cache of saved runs */
    bool index;   /* build what lists need: run->by_profile and features */
    struct detector_choices detectors;
    uint32_t seed;
    double budget;
    bool own;                 /* own past and triage are made */
    double half_life;         /* days until what an account did counts half */
    char *reference;          /* the run that scores the table, a directory; NULL: its own */
    char *extend;             /* the run that the table is added to, a directory; NULL: none */
    bool keep_models;         /* with it: its scaler and models, not fitted again */
    char *reviews;            /* with it: a review store whose true positives do not teach own
                                 pasts; NULL: the default one */
    char *kinds;              /* rules of account kinds, or NULL: account_rules_default */
    char *accounts;           /* the file that says what accounts are, or NULL */
    uint64_t accounts_digest; /* of a saved run: of that file as it was; else 0 */
    char *identity;           /* what the table is known by, 32 digits: of one that grows; NULL:
                                 the hash of its bytes */
    unsigned threads;         /* 0: one per core */
    enum memory_check memory_check;
};

/* What the input is to be taken for; its text is borrowed. */
struct input_choice run_params_choice(const struct run_params *params);

/* Defaults for everything but the input. */
void run_params_init(struct run_params *params);
bool run_params_copy(struct run_params *to, const struct run_params *from,
                     struct status *status);
void run_params_clear(struct run_params *params);

/* The input becomes the table of a log that is followed (events/follow). */
struct follow;
bool run_params_follow(struct run_params *params, const struct follow *follow,
                       struct status *status);

/* Sets "trees=400", "lof=sklearn", "seed=7", "models=iforest,lof": the option's name without
 * dashes. Unknown names get the nearest match in the message. */
bool run_params_set(struct run_params *params, const char *name, const char *value,
                    struct status *status);

/* Adds columns to the features: a list with commas between, names with commas in quotes. On
 * failure nothing was added. */
bool run_params_add_features(struct run_params *params, const char *list,
                             struct status *status);

/* Whether budget and the detectors' values could have been typed: for what a file said. */
bool run_params_valid(const struct run_params *params);

/* The parameters of the run itself (seed, budget, threads), for help texts; NULL past the end.
 */
const struct param_spec *run_params_general(size_t i);

/* All parameters, the run's and then each detector's; NULL past the end. */
const struct param_spec *run_params_spec(size_t i);

/* A hash of everything that decides the results for the same input: equal for equal results,
 * whatever the threads. */
uint64_t run_params_hash(const struct run_params *params);

#endif

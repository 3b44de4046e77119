/* past_internal: what is known of an account and of its kind, and how an hour is judged by it.
 * A part of past. docs/TRIAGE.md has the formulas, and why these. */
#ifndef ODDHOURS_PAST_INTERNAL_H
#define ODDHOURS_PAST_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "past/account_kind.h"
#include "past/past.h"
#include "past/past_lanes.h"
#include "past/past_tail.h"
#include "table/table.h"

/* A part of so many decades says nothing; parts beside the oddest have this weight. */
#define PAST_ORDINARY 0.5
#define PAST_OTHERS   0.08

/* Counts are looked at as octaves, log2(1 + x); in a record in 1/PAST_OCTAVE of one. */
enum { PAST_OCTAVE = 2048, PAST_HIGH = 16 };

/* What an account has beside its counts: the odds of failure, in octaves, and the silence
 * before an hour, log2(1 + hours). They share arrays with the counts, filled up to whole lanes.
 */
enum { PAST_SHARE = PAST_COUNTS_MAX, PAST_SILENCE, PAST_VALUES = PAST_SHARE + LANES };

/* Statistics that are counted by kind: each value's, and how long each count has been high. */
enum { PAST_SLOW = PAST_VALUES, PAST_TABLES = PAST_SLOW + PAST_COUNTS_MAX };

/* A profile in octaves. */
struct past_record {
    uint16_t counts[PAST_COUNTS_MAX]; /* 0 where there is none */
    uint16_t share;                   /* odds of failure + 16 octaves; 0: nothing failed */
};

enum { PAST_NAME = 64 };

/* Which columns are looked at, and as what. */
enum { PAST_COLUMNS_MAX = 64 }; /* columns beside the features that may be looked at */

struct past_plan {
    size_t n_counts;
    size_t feature[PAST_COUNTS_MAX];       /* of the table */
    char name[PAST_COUNTS_MAX][PAST_NAME]; /* and what it is called, cut off */
    bool largest[PAST_COUNTS_MAX]; /* fragments of a window: the largest, else the sum */
    size_t failed, total;          /* among the counts; PAST_COUNTS_MAX: there is none */
};

/* An account: its weights fade from window to window. Followed by high[n_counts][PAST_HIGH]:
 * how many hours, fading, had a count of so many octaves. */
struct past_account {
    double seconds;             /* of the last window */
    uint32_t windows;           /* learnt so far */
    float weight;               /* of the counts */
    float own_weight[2];        /* of share and silence */
    float mean[PAST_VALUES];    /* octaves */
    float squares[PAST_VALUES]; /* about the mean */
    float slow[PAST_COUNTS_MAX];
    float hours[24], days[7]; /* fading numbers of windows, by epoch */
    int32_t epoch;            /* 2^-epoch is the unit of high, hours and days */
    float high[];
};

/* What a kind was before a block of windows. */
struct past_kind {
    float mean[PAST_VALUES], within[PAST_VALUES], strength[PAST_VALUES];
    float hours[24], days[7]; /* shares */
    float at_two;             /* the raw score that 1 in 100 reach */
    float edges[PAST_TABLES][PAST_EDGES];
};

/* Everything counted of a kind. Whole numbers, so that the order of adding does not matter. */
struct past_sums {
    int64_t sum[PAST_VALUES], squares[PAST_VALUES]; /* in 1/PAST_OCTAVE, and squares of it */
    int64_t within[PAST_VALUES];                    /* 2^-20 square octaves */
    uint64_t n[PAST_VALUES];
    uint64_t hours[24], days[7];
    uint32_t bins[PAST_TABLES][PAST_BINS];
    uint32_t raw[PAST_RAW_BINS];
};

/* A window. */
struct past_moment {
    double seconds; /* the instant (table_instant()); NaN: not readable */
    int32_t halves; /* half-lives since 1970, whole; and 2 to the power of the rest */
    float grown;
    uint8_t hour; /* of the day, by the clock that is shown */
    uint8_t day;  /* of the week, by the same; 0 is a Thursday */
};

/* One window of one account: what there was, and when. */
struct past_hour {
    const struct past_moment *moment;
    struct past_record record;
    bool share;   /* something failed */
    bool first;   /* the account is new */
    float faded;  /* what is left of a weight since the account's last window, */
    float fading; /* and of what was high within a day */
    float grown;  /* the weight of this window, in units of the account's epoch */
    float value[PAST_VALUES];
};

/* How odd it is: decades by part (past.h), and where the statistics stand among the bins. */
struct past_judged {
    float raw;
    float odd[PAST_PARTS];
    float at[PAST_TABLES];
    float excess[PAST_COUNTS_MAX]; /* decades for how far beyond what is usual */
    float slow[PAST_COUNTS_MAX];   /* what slow becomes */
};

/* Tables of what is wanted for most windows: powers of 1/2 after so many hours. */
enum { PAST_NEAR = 1024 };

struct past_rules {
    const struct past_plan *plan;
    double half_life; /* seconds */
    const struct past_near *near;
};

struct past_near {
    float faded[PAST_NEAR], fading[PAST_NEAR], silence[PAST_NEAR];
};

void past_near_make(struct past_near *near, double half_life);

/* Of a time of the table; `half_life` in seconds. */
struct past_moment past_moment_of(const struct table *table, uint32_t time, double half_life);

/* Fills in what an hour has to do with the account's last one. `moment` and `record` are set.
 */
void past_hour_after(const struct past_rules *rules, const struct past_account *account,
                     struct past_hour *hour);

size_t past_account_bytes(const struct past_plan *plan);

/* An hour, what was before it, and what becomes of it: judged is filled in. */
struct past_judging {
    const struct past_account *account;
    const struct past_kind *kind;
    const struct past_hour *hour;
    struct past_judged *judged;
};

/* Judges hours of n different accounts by what was before them. Each gets what it would get by
 * itself; several at once take less time. */
void past_judge(const struct past_rules *rules, const struct past_judging *judging, size_t n);

/* The score of a raw score: calibrated by kind. */
float past_calibrated(float raw, float at_two);

/* Adds an hour to the sums of its kind (before past_learn). */
void past_count(const struct past_plan *plan, const struct past_account *account,
                const struct past_kind *kind, const struct past_hour *hour,
                const struct past_judged *judged, struct past_sums *sums);

/* Adds it to the account. `judged` NULL: the first window, nothing to judge it by. */
void past_learn(const struct past_rules *rules, struct past_account *account,
                const struct past_hour *hour, const struct past_judged *judged);

/* What kinds are, from everything counted before; `all` is scratch. */
void past_kinds_from(const struct past_sums sums[ACCOUNT_KINDS], const float before[PAST_EDGES],
                     struct past_sums *all, struct past_kind kinds[ACCOUNT_KINDS]);

#endif

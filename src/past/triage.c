#include "past/triage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "past/account_kind.h"

#define ENSEMBLE_WEIGHT 0.05 /* decades of the ensemble, at most ENSEMBLE_MOST of them */
#define ENSEMBLE_MOST   4.0
#define CROWD_FROM      1.5  /* own past from which others are counted */
#define CROWD_NEAR      1.5  /* nearly as odd: so many decades less */
#define CROWD_ENOUGH    3.0  /* and who has this is, whatever the row has */
#define CROWD_SHARE     0.01 /* of the accounts: no crowd yet */
#define CROWD_FEW       1    /* others who are none, however few there are */
#define CROWD_ROWS      20   /* a window counts as having so many rows more */
#define CROWD_WEIGHT    3.0  /* decades for each decade of share */

/* Own past in steps of 1/8, by window and kind: how many rows have that or more. */
enum { STEPS = 14, A_DECADE = 8 }; /* CROWD_FROM up to beyond CROWD_ENOUGH */
enum { ROWS_A_TASK = 65536 };

struct crowd {
    size_t n_windows;
    uint32_t *window_of;                   /* (times) UINT32_MAX: not readable */
    uint32_t (*rows)[ACCOUNT_KINDS];       /* (windows) */
    uint32_t (*odd)[ACCOUNT_KINDS][STEPS]; /* (windows) at least so odd */
};

static void crowd_clear(struct crowd *crowd)
{
    free(crowd->window_of);
    free(crowd->rows);
    free(crowd->odd);
}

struct when {
    int64_t seconds;
    uint32_t time;
};

static int by_time(const void *a, const void *b)
{
    const struct when *x = a, *y = b;
    if (x->seconds != y->seconds) {
        return x->seconds < y->seconds ? -1 : 1;
    }
    return (x->time > y->time) - (x->time < y->time);
}

/* Different texts may be one time. */
static bool number_windows(struct crowd *crowd, const struct table *table,
                           struct status *status)
{
    size_t n = dict_count(table->times), readable = 0;
    struct when *when = mem_new(n, sizeof *when, "windows", status);
    crowd->window_of = mem_new(n, sizeof *crowd->window_of, "windows", status);
    if (when == NULL || crowd->window_of == NULL) {
        free(when);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        crowd->window_of[i] = UINT32_MAX;
        if (table->time_seconds[i] != TABLE_NO_TIME) {
            when[readable++] = (struct when){table_instant(table, (uint32_t)i), (uint32_t)i};
        }
    }
    qsort(when, readable, sizeof *when, by_time);
    for (size_t i = 0; i < readable; i++) {
        crowd->n_windows += i == 0 || when[i].seconds != when[i - 1].seconds;
        crowd->window_of[when[i].time] = (uint32_t)crowd->n_windows - 1;
    }
    free(when);
    return true;
}

static int step_of(double own)
{
    double step = floor((own - CROWD_FROM) * A_DECADE);
    return step < 0 ? -1 : step < STEPS ? (int)step : STEPS - 1;
}

/* Each worker counts into tables of its own; the first one's become those of all. */
struct counting {
    const struct crowd *crowd;
    const struct table *table;
    const uint8_t *kinds;
    const float *own;
    uint32_t (*rows)[ACCOUNT_KINDS];       /* (workers * windows) */
    uint32_t (*odd)[ACCOUNT_KINDS][STEPS]; /* (workers * windows) */
};

static void count_rows(void *context, size_t task, unsigned worker)
{
    struct counting *counting = context;
    const struct table *table = counting->table;
    const size_t first = worker * counting->crowd->n_windows, to = (task + 1) * ROWS_A_TASK;
    for (size_t row = task * ROWS_A_TASK; row < to && row < table->n_rows; row++) {
        uint32_t window = counting->crowd->window_of[table->row_time[row]];
        if (window == UINT32_MAX) {
            continue;
        }
        uint8_t kind = counting->kinds[table->row_user[row]];
        counting->rows[first + window][kind]++;
        int step = step_of((double)counting->own[row]);
        if (step >= 0) {
            counting->odd[first + window][kind][step]++;
        }
    }
}

static void add_workers(struct counting *counting, size_t windows, unsigned workers)
{
    for (size_t i = windows; i < workers * windows; i++) {
        for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
            counting->rows[i % windows][kind] += counting->rows[i][kind];
            for (int step = 0; step < STEPS; step++) {
                counting->odd[i % windows][kind][step] += counting->odd[i][kind][step];
            }
        }
    }
}

static bool count_crowds(struct crowd *crowd, const struct table *table, const uint8_t *kinds,
                         const float *own, struct parallel *parallel, struct status *status)
{
    if (!number_windows(crowd, table, status)) {
        return false;
    }
    /* As many workers as their tables are small beside the rows. */
    const size_t one = crowd->n_windows * (sizeof *crowd->rows + sizeof *crowd->odd);
    unsigned workers = parallel_threads(parallel);
    workers = workers * one <= table->n_rows ? workers : 1;
    crowd->rows = mem_zero(workers * crowd->n_windows, sizeof *crowd->rows, "crowds", status);
    crowd->odd = mem_zero(workers * crowd->n_windows, sizeof *crowd->odd, "crowds", status);
    if (crowd->rows == NULL || crowd->odd == NULL) {
        return false;
    }
    struct counting counting = {crowd, table, kinds, own, crowd->rows, crowd->odd};
    parallel_run(workers > 1 ? parallel : NULL, (table->n_rows + ROWS_A_TASK - 1) / ROWS_A_TASK,
                 count_rows, &counting);
    add_workers(&counting, crowd->n_windows, workers);
    for (size_t window = 0; window < crowd->n_windows; window++) {
        for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
            for (int step = STEPS - 1; step > 0; step--) {
                crowd->odd[window][kind][step - 1] += crowd->odd[window][kind][step];
            }
        }
    }
    return true;
}

/* Share of a window's rows that are others and nearly as odd. */
static double share_of(size_t odd, size_t rows)
{
    double others = (double)odd - 1 - CROWD_FEW; /* itself is among them */
    return others > 0 ? others / ((double)rows + CROWD_ROWS) : 0;
}

/* Decades that a row loses by what others did at that time. */
static double discount(const struct crowd *crowd, uint32_t window, uint8_t kind, double own)
{
    if (window == UINT32_MAX || !(own > CROWD_FROM)) {
        return 0;
    }
    double near = own - CROWD_NEAR;
    near = near < CROWD_FROM ? CROWD_FROM : near > CROWD_ENOUGH ? CROWD_ENOUGH : near;
    int step = step_of(near);
    size_t odd = 0, rows = 0;
    for (int i = 0; i < ACCOUNT_KINDS; i++) {
        odd += crowd->odd[window][i][step];
        rows += crowd->rows[window][i];
    }
    double of_kind = share_of(crowd->odd[window][kind][step], crowd->rows[window][kind]);
    double of_all = share_of(odd, rows);
    double share = of_kind > of_all ? of_kind : of_all;
    double expected = 3 * pow(10, -near);
    expected = expected > CROWD_SHARE ? expected : CROWD_SHARE;
    return share > expected ? CROWD_WEIGHT * log10(share / expected) : 0;
}

struct scoring {
    const struct table *table;
    const uint8_t *kinds;
    const float *own;
    const double *ensemble;
    const struct crowd *crowd;
    float *triage;
};

static void score_rows(void *context, size_t task, unsigned worker)
{
    const struct scoring *scoring = context;
    const struct table *table = scoring->table;
    size_t to = (task + 1) * ROWS_A_TASK;
    (void)worker;
    for (size_t row = task * ROWS_A_TASK; row < to && row < table->n_rows; row++) {
        double own = (double)scoring->own[row], score = isnan(own) ? 0 : own;
        double all =
            scoring->ensemble != NULL ? scoring->ensemble[table->row_profile[row]] : NAN;
        if (isnan(own) && isnan(all)) {
            scoring->triage[row] = NAN;
            continue;
        }
        score += isnan(all) ? 0 : ENSEMBLE_WEIGHT * (all < ENSEMBLE_MOST ? all : ENSEMBLE_MOST);
        if (own > CROWD_FROM) {
            score -= discount(scoring->crowd, scoring->crowd->window_of[table->row_time[row]],
                              scoring->kinds[table->row_user[row]], own);
        }
        scoring->triage[row] = (float)(score > 0 ? score : 0);
    }
}

bool triage_score(const struct table *table, const uint8_t *kinds, const float *own,
                  const double *ensemble, float *triage, struct parallel *parallel,
                  const struct progress *progress, struct status *status)
{
    struct crowd crowd = {0};
    struct scoring scoring = {table, kinds, own, ensemble, &crowd, triage};
    bool good = count_crowds(&crowd, table, kinds, own, parallel, status);
    if (good && progress_cancelled(progress)) {
        good = status_cancelled(status);
    }
    if (good) {
        parallel_run(parallel, (table->n_rows + ROWS_A_TASK - 1) / ROWS_A_TASK, score_rows,
                     &scoring);
    }
    crowd_clear(&crowd);
    return good;
}

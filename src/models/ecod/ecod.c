#include "models/ecod/ecod.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"

/* How one feature is spread over the rows of the fit. */
struct spread {
    size_t n;          /* distinct values */
    double *value;     /* (n) rising */
    uint32_t *at_most; /* (n) rows with at most this value; the last is all */
};

struct ecod {
    size_t d, rows;
    struct spread spread[TABLE_FEATURES_MAX];
};

static void ecod_free(void *fitted)
{
    struct ecod *model = fitted;
    if (model != NULL) {
        for (size_t i = 0; i < model->d; i++) {
            free(model->spread[i].value);
            free(model->spread[i].at_most);
        }
        free(model);
    }
}

/* ---- fit: each feature sorted ---- */

struct counted {
    double value;
    uint32_t copies;
};

static int by_value(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static bool spread_find(struct spread *spread, struct counted *list, size_t n)
{
    qsort(list, n, sizeof *list, by_value);
    for (size_t i = 0; i < n; i++) {
        spread->n += i == 0 || list[i].value != list[i - 1].value;
    }
    spread->value = mem_new(spread->n, sizeof *spread->value, "a feature", NULL);
    spread->at_most = mem_new(spread->n, sizeof *spread->at_most, "a feature", NULL);
    if (spread->value == NULL || spread->at_most == NULL) {
        return false;
    }
    size_t at = 0;
    uint32_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        at += i > 0 && list[i].value != list[i - 1].value;
        rows += list[i].copies;
        spread->value[at] = list[i].value;
        spread->at_most[at] = rows;
    }
    return true;
}

struct fitting {
    struct ecod *model;
    const struct profiles *profiles;
    const struct progress *progress;
    atomic_size_t done;
    atomic_bool no_memory;
};

static void fit_feature(void *context, size_t feature, unsigned worker)
{
    (void)worker;
    struct fitting *fitting = context;
    const struct profiles *profiles = fitting->profiles;
    if (progress_cancelled(fitting->progress) || atomic_load(&fitting->no_memory)) {
        return;
    }
    struct counted *list = mem_new(profiles->n, sizeof *list, "a feature", NULL);
    for (size_t i = 0; list != NULL && i < profiles->n; i++) {
        list[i] =
            (struct counted){profiles->values[i * profiles->d + feature], profiles->copies[i]};
    }
    if (list == NULL || !spread_find(&fitting->model->spread[feature], list, profiles->n)) {
        atomic_store(&fitting->no_memory, true);
    }
    free(list);
    progress_tick(fitting->progress, atomic_fetch_add(&fitting->done, 1) + 1, profiles->d);
}

static void *ecod_fit(const struct detector_data *data, const double *params,
                      const struct progress *progress, struct status *status)
{
    (void)params;
    struct ecod *model = mem_zero(1, sizeof *model, "ECOD", status);
    if (model == NULL) {
        return NULL;
    }
    const struct profiles *profiles = &data->table->profiles;
    struct fitting fitting = {.model = model, .profiles = profiles, .progress = progress};
    model->d = profiles->d;
    model->rows = data->table->n_rows;
    parallel_run(data->parallel, model->d, fit_feature, &fitting);
    bool good = true;
    if (atomic_load(&fitting.no_memory)) {
        good = status_nomem(status, profiles->n * sizeof(struct counted), "a feature");
    } else if (progress_cancelled(progress)) {
        good = status_cancelled(status);
    }
    if (!good) {
        ecod_free(model);
        return NULL;
    }
    return model;
}

/* ---- score ---- */

/* Rows with at most a value, and with at least it. */
struct tails {
    size_t left, right;
};

static struct tails tails_of(const struct spread *spread, double value)
{
    size_t from = 0, to = spread->n; /* values before `from` are below */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (spread->value[middle] < value) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    const size_t below = from > 0 ? spread->at_most[from - 1] : 0;
    const bool known = from < spread->n && spread->value[from] == value;
    return (struct tails){known ? spread->at_most[from] : below,
                          spread->at_most[spread->n - 1] - below};
}

/* Beyond all rows of the fit it is as with the row among them, the only one. */
static double rarity(size_t in_tail, size_t rows)
{
    return in_tail > 0 ? 0.0 - log((double)in_tail / (double)rows) : log((double)rows + 1);
}

/* The score of values (d), feature by feature into credit (d) unless that is NULL. */
static double score_values(const struct ecod *model, const double *values, double *credit)
{
    double score = 0;
    for (size_t i = 0; i < model->d; i++) {
        const struct tails tails = tails_of(&model->spread[i], values[i]);
        const size_t smaller = tails.left < tails.right ? tails.left : tails.right;
        const double rare = rarity(smaller, model->rows);
        score += rare;
        if (credit != NULL) {
            credit[i] = rare;
        }
    }
    return score;
}

struct scoring {
    const struct ecod *model;
    const struct table *table;
    double *score;
    const struct progress *progress;
    atomic_size_t done;
};

enum { CHUNK = 1 << 14 }; /* profiles a task: some milliseconds */

static void score_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct scoring *scoring = context;
    const size_t n = scoring->table->profiles.n, from = task * CHUNK;
    const size_t to = n - from < CHUNK ? n : from + CHUNK;
    for (size_t i = from; i < to && !progress_cancelled(scoring->progress); i++) {
        scoring->score[i] =
            score_values(scoring->model, table_profile(scoring->table, i), NULL);
    }
    progress_tick(scoring->progress, atomic_fetch_add(&scoring->done, to - from) + to - from,
                  n);
}

static bool ecod_score(const void *fitted, const struct detector_data *data,
                       struct scores *scores, const struct progress *progress,
                       struct status *status)
{
    const size_t n = data->table->profiles.n;
    if (!scores_new(scores, n, status)) {
        return false;
    }
    struct scoring scoring = {
        .model = fitted, .table = data->table, .score = scores->score, .progress = progress};
    parallel_run(data->parallel, (n + CHUNK - 1) / CHUNK, score_chunk, &scoring);
    if (progress_cancelled(progress)) {
        scores_clear(scores);
        return status_cancelled(status);
    }
    return true;
}

/* Of each distinct value 12 bytes, at worst one a profile; and profiles by value in turn. */
static void ecod_memory(const double *params, const struct sample *sample,
                        struct detector_memory *memory)
{
    (void)params;
    const double profiles = sample_distinct(&sample->profiles, sample->rows);
    memory->model = memory->score = memory->rested = 12 * profiles * (double)sample->d;
    memory->fit = memory->model + 16 * profiles * (double)sample->d;
}

/* ---- what it says ---- */

static bool ecod_explain(const void *fitted, const struct detector_data *data, size_t profile,
                         double *credit)
{
    score_values(fitted, table_profile(data->table, profile), credit);
    return true;
}

static void ecod_remarks(const void *fitted, const struct detector_data *data, size_t profile,
                         void (*line)(void *context, const char *key, const char *text),
                         void *context)
{
    const struct ecod *model = fitted;
    const double *values = table_profile(data->table, profile);
    line(context, "", "each value by itself, and how many rows have one as far out");
    for (size_t i = 0; i < model->d; i++) {
        const struct tails tails = tails_of(&model->spread[i], values[i]);
        const bool is_right = tails.right <= tails.left;
        char text[160];
        snprintf(text, sizeof text, "%s; %s of %s rows have at %s that",
                 format_value(values[i]).text,
                 format_grouped(is_right ? tails.right : tails.left).text,
                 format_grouped(model->rows).text, is_right ? "least" : "most");
        line(context, data->table->feature_names[i], text);
    }
}

static void ecod_info(const void *fitted, const struct detector_data *data,
                      struct key_values *values)
{
    const struct ecod *model = fitted;
    double distinct[TABLE_FEATURES_MAX];
    (void)data;
    for (size_t i = 0; i < model->d; i++) {
        distinct[i] = (double)model->spread[i].n;
    }
    key_values_text(values, "model", "ECOD");
    key_values_number(values, "rows", (double)model->rows);
    key_values_numbers(values, "distinct_values", distinct, model->d);
}

/* ---- saved ---- */

static void ecod_save(const void *fitted, struct archive_out *archive)
{
    const struct ecod *model = fitted;
    archive_put_count(archive, "ECro", model->rows);
    for (size_t i = 0; i < model->d; i++) {
        const struct spread *spread = &model->spread[i];
        archive_put(archive, "ECva", spread->value, sizeof *spread->value, spread->n);
        archive_put(archive, "ECam", spread->at_most, sizeof *spread->at_most, spread->n);
    }
}

static bool makes_sense(const struct spread *spread, size_t n, size_t rows)
{
    if (spread->n < 1 || n != spread->n || spread->at_most[n - 1] != rows) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(spread->value[i]) || spread->at_most[i] == 0 ||
            (i > 0 && (spread->value[i] <= spread->value[i - 1] ||
                       spread->at_most[i] <= spread->at_most[i - 1]))) {
            return false;
        }
    }
    return true;
}

static bool load_spread(struct spread *spread, size_t rows, struct archive_in *archive,
                        struct status *status)
{
    size_t n;
    spread->value =
        archive_get_copy(archive, "ECva", sizeof *spread->value, &spread->n, status);
    if (spread->value == NULL) {
        return false;
    }
    spread->at_most = archive_get_copy(archive, "ECam", sizeof *spread->at_most, &n, status);
    if (spread->at_most == NULL) {
        return false;
    }
    return makes_sense(spread, n, rows) ||
           status_set(status, STATUS_INPUT, "the saved ECOD is damaged");
}

static void *ecod_load(struct archive_in *archive, size_t d, struct parallel *parallel,
                       struct status *status)
{
    uint64_t rows;
    (void)parallel;
    struct ecod *model = mem_zero(1, sizeof *model, "ECOD", status);
    bool good = model != NULL && archive_get_count(archive, "ECro", &rows, status);
    for (size_t i = 0; good && i < d; i++) {
        model->d = i + 1;
        model->rows = (size_t)rows;
        good = load_spread(&model->spread[i], model->rows, archive, status);
    }
    if (!good) {
        ecod_free(model);
        return NULL;
    }
    return model;
}

const struct detector ecod_detector = {
    .name = "ecod",
    .title = "ECOD",
    .brief = "ECOD",
    .unit = "sum of -log tail shares",
    .steps = "features",
    .info_file = "run_ecod_info.json",
    .scores_file = "ecod",
    .score_column = "ecod_score",
    .optional = true,
    .lean = true,
    .fit = ecod_fit,
    .score = ecod_score,
    .memory = ecod_memory,
    .free = ecod_free,
    .info = ecod_info,
    .explain = ecod_explain,
    .credit_unit = "-log tail share",
    .credit_of = "rarity",
    .remarks = ecod_remarks,
    .save = ecod_save,
    .load = ecod_load,
};

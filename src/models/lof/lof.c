#include "models/lof/lof.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "models/lof/lof_explain.h"
#include "models/lof/lof_health.h"
#include "models/lof/lof_loop.h"
#include "models/lof/lof_model.h"
#include "models/lof/lof_remarks.h"
#include "models/lof/lof_saved.h"

enum { SCOPE_AUTO_PROFILES = 2000000 };

/* Positions in lof_params. */
enum { PARAM_FORM, PARAM_NEIGHBORS, PARAM_CONTAMINATION, PARAM_SAMPLE, PARAM_SCOPE };

static const char *const form_words[] = {"distinct", "sklearn", NULL};
static const char *const scope_words[] = {"auto", "sample", "all", NULL};

static const struct param_spec lof_params[] = {
    {.option = "lof",
     .kind = PARAM_WORD,
     .initial = LOF_DISTINCT,
     .words = form_words,
     .help = "form of LOF: right about duplicates, or scikit-learn's to the bit"},
    {.option = "neighbors",
     .kind = PARAM_COUNT,
     .initial = 35,
     .least = 1,
     .most = 10000,
     .help = "neighbours of LOF"},
    {.option = "lof-contamination",
     .kind = PARAM_REAL,
     .initial = 0.02,
     .least = 0,
     .most = 0.5,
     .open_least = true,
     .help = "share of sampled rows that LOF's threshold is set for"},
    {.option = "lof-sample",
     .kind = PARAM_COUNT,
     .initial = 1000000,
     .least = 0,
     .most = 1e9,
     .help = "rows LOF is fitted on; 0: all"},
    {.option = "lof-scope",
     .kind = PARAM_WORD,
     .initial = LOF_SCOPE_AUTO,
     .words = scope_words,
     .help = "rows LOF scores: those like a sampled row, or all"},
};

double lof_distance(const float *a, const float *b, size_t d)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        const double difference = (double)a[j] - (double)b[j];
        sum += difference * difference;
    }
    return sqrt(sum);
}

bool lof_tree_new(struct lof_model *model, const struct progress *progress,
                  struct status *status)
{
    struct lof_points *points = &model->points;
    model->tree = kdtree_new(points->x, points->n, points->d, progress, status);
    if (model->tree == NULL) {
        return false;
    }
    uint32_t *order = kdtree_renumber(model->tree);
    if (model->form == LOF_DISTINCT) { /* the tree has them */
        free(points->x);
        points->x = NULL;
    }
    bool done = lof_points_renumber(points, order, status);
    free(order);
    return done;
}

const float *lof_vector(const struct lof_model *model, uint32_t point, float *room)
{
    if (model->points.x != NULL) {
        return model->points.x + (size_t)point * model->points.d;
    }
    kdtree_vector(model->tree, point, room);
    return room;
}

uint32_t lof_point_at(const struct lof_model *model, const float *x)
{
    const uint32_t point = kdtree_find(model->tree, x);
    return point == KDTREE_NONE ? LOF_NO_POINT : point;
}

void lof_free(void *take_model)
{
    struct lof_model *model = take_model;
    if (model != NULL) {
        lof_points_clear(&model->points);
        kdtree_free(model->tree);
        lof_rows_free(model->rows);
        lof_lists_free(model->lists);
        free(model->k_distance);
        free(model->lrd);
        free(model->lof);
        free(model->fit_lof);
        free(model);
    }
}

/* Of each point: the tree with its coordinates, three numbers and two names, while fitting two
 * more and the list of leaves; before that, while points are found, their coordinates twice. In
 * sklearn form, and in distinct form when rows are piled up, the library's tree of all sampled
 * rows. */
static void lof_memory(const double *params, const struct sample *sample,
                       struct detector_memory *memory)
{
    enum { TREE_ROWS = 2000000 /* see lof_health.c */, PILE = 4 /* times k: surely a pile */ };
    const bool sklearn = params[PARAM_FORM] == LOF_SKLEARN;
    const double asked = params[PARAM_SAMPLE], all = sample->rows;
    const double rows = asked > 0 && asked < all ? asked : all;
    const double profiles = sample_distinct(&sample->profiles, all);
    const double points = fmin(sample_distinct(&sample->profiles, rows), profiles);
    const double x = 4 * (double)sample->d, drawn = rows < all ? 4 * rows : 0;
    const double library = rows * (x + 16) + (sklearn ? 0 : points * (x + 40));
    memory->rested = points * (24 + 8 + (sklearn ? x + 8 : 1.1 * x)) + drawn;
    memory->model = memory->rested + points * (sklearn ? 1.1 * x : 0);
    memory->fit = memory->model + 8 * points;
    if (sklearn) {
        memory->fit += library + fmin(2.5 * params[PARAM_NEIGHBORS] * points, LOF_LISTS_MOST);
    } else if (sample_uneven(&sample->profiles) && rows <= TREE_ROWS &&
               sample->profiles.most * rows >
                   PILE * params[PARAM_NEIGHBORS] * sample->profiles.n) {
        memory->fit += library;
    } else {
        memory->fit += 13 * points;
    }
    memory->score = memory->model + 32 * (profiles - points);
}

/* What is saved stays: the coordinates are in one place. */
static void lof_rest(void *fitted)
{
    struct lof_model *model = fitted;
    lof_rows_free(model->rows);
    model->rows = NULL;
    if (model->points.x != NULL) {
        kdtree_free(model->tree);
        model->tree = NULL;
    }
}

static bool find_points(struct lof_model *model, const struct detector_data *data, size_t size,
                        const struct progress *progress, struct status *status)
{
    /* Points are counted from the search on; what comes before can only be cancelled. */
    const struct progress quiet = {.cancel = progress != NULL ? progress->cancel : NULL};
    struct lof_points *points = &model->points;
    if (!lof_points_find(points, data, size, &quiet, status)) {
        return false;
    }
    for (size_t i = 0; i < points->n; i++) {
        model->piled_rows += points->copies[i] > model->k ? points->copies[i] : 0;
    }
    if (!lof_tree_new(model, &quiet, status) ||
        (model->form == LOF_SKLEARN && !lof_points_map_rows(points, data->table, status))) {
        return false;
    }
    model->k_distance = mem_new(points->n, sizeof *model->k_distance, "LOF", status);
    model->lrd = mem_new(points->n, sizeof *model->lrd, "LOF", status);
    model->lof = mem_new(points->n, sizeof *model->lof, "LOF", status);
    model->lists = lof_lists_new(points->n, LOF_LISTS_MOST, status);
    return model->k_distance != NULL && model->lrd != NULL && model->lof != NULL &&
           model->lists != NULL;
}

/* How many sampled rows score above 1e6 in sklearn form. */
static bool count_above(struct lof_model *model, const struct detector_data *data,
                        const struct progress *progress, struct status *status)
{
    const struct lof_points *points = &model->points;
    if (model->form == LOF_DISTINCT) {
        return lof_health_count(model, data, progress, status);
    }
    for (size_t i = 0; i < points->n; i++) {
        model->above_least += model->lof[i] > 1e6 ? points->copies[i] : 0;
    }
    model->above_most = model->above_least;
    model->above_known = true;
    return true;
}

static void *lof_fit(const struct detector_data *data, const double *params,
                     const struct progress *progress, struct status *status)
{
    struct lof_model *model = mem_zero(1, sizeof *model, "LOF", status);
    if (model == NULL) {
        return NULL;
    }
    model->form = (enum lof_form)params[PARAM_FORM];
    model->k = (size_t)params[PARAM_NEIGHBORS];
    model->contamination = params[PARAM_CONTAMINATION];
    model->scope = (enum lof_scope)params[PARAM_SCOPE];
    model->seed = data->seed;
    if (!find_points(model, data, (size_t)params[PARAM_SAMPLE], progress, status) ||
        !(model->form == LOF_DISTINCT ? lof_distinct_fit(model, data, progress, status)
                                      : lof_sklearn_fit(model, data, progress, status))) {
        lof_free(model);
        return NULL;
    }
    if (!count_above(model, data, progress, status)) {
        lof_free(model);
        return NULL;
    }
    lof_lists_free(model->lists);
    model->lists = NULL;
    lof_points_detach(&model->points);
    return model;
}

bool lof_scores_all(const struct lof_model *model, const struct detector_data *data)
{
    if (model->scope == LOF_SCOPE_AUTO) {
        return model->form == LOF_DISTINCT && data->table->profiles.n <= SCOPE_AUTO_PROFILES;
    }
    return model->scope == LOF_SCOPE_ALL;
}

/* ---- scores ---- */

struct placing {
    const struct lof_model *model;
    const struct detector_data *data;
    double *score;
};

/* Profiles whose vector is a point of the sample have that point's score. */
static bool score_points(void *context, size_t from, size_t to, struct lof_loop *loop,
                         struct kdtree_hits *hits, struct status *status)
{
    struct placing *placing = context;
    float room[TABLE_FEATURES_MAX];
    (void)hits, (void)status;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t point =
            lof_point_at(placing->model, detector_vector(placing->data, i, room));
        if (point != LOF_NO_POINT) {
            placing->score[i] = placing->model->lof[point];
        }
    }
    return true;
}

/* The profiles without a score are new points. */
static bool score_others(const struct lof_model *model, const struct detector_data *data,
                         struct scores *scores, const struct progress *progress,
                         struct status *status)
{
    size_t n = 0;
    for (size_t i = 0; i < scores->n; i++) {
        n += isnan(scores->score[i]) ? 1 : 0;
    }
    uint32_t *others = mem_new(n, sizeof *others, "profiles", status);
    if (others == NULL) {
        return false;
    }
    n = 0;
    for (size_t i = 0; i < scores->n; i++) {
        if (isnan(scores->score[i])) {
            others[n++] = (uint32_t)i;
        }
    }
    const bool done = lof_score_new(model, data, others, n, scores->score, progress, status);
    free(others);
    return done;
}

static bool lof_score(const void *fitted, const struct detector_data *data,
                      struct scores *scores, const struct progress *progress,
                      struct status *status)
{
    const struct lof_model *model = fitted;
    const struct progress quiet = {.cancel = progress != NULL ? progress->cancel : NULL};
    if (!scores_new(scores, data->table->profiles.n, status)) {
        return false;
    }
    struct placing placing = {.model = model, .data = data, .score = scores->score};
    if (!lof_loop_run(data->parallel, scores->n, score_points, &placing,
                      (struct lof_part){0, 1}, &quiet, status) ||
        (lof_scores_all(model, data) && !score_others(model, data, scores, progress, status))) {
        scores_clear(scores);
        return false;
    }
    return true;
}

/* Of the fit: the scores of the sampled rows alone decide it. */
static void lof_threshold(const void *fitted, const struct detector_data *data,
                          struct scores *scores)
{
    const struct lof_model *model = fitted;
    (void)data;
    scores->threshold = model->threshold;
}

static void lof_info(const void *fitted, const struct detector_data *data,
                     struct key_values *values)
{
    const struct lof_model *model = fitted;
    const struct lof_points *points = &model->points;
    uint32_t most = 0;
    for (size_t i = 0; i < points->n; i++) {
        most = points->copies[i] > most ? points->copies[i] : most;
    }
    key_values_number(values, "sample.n", (double)points->n_rows);
    key_values_number(values, "sample.random_state", model->seed);
    key_values_bool(values, "sample.all_rows", points->rows == NULL);
    key_values_number(values, "lof.n_neighbors", (double)model->k);
    key_values_number(values, "lof.contamination", model->contamination);
    key_values_bool(values, "lof.novelty", true);
    key_values_text(values, "lof.form", form_words[model->form]);
    key_values_text(values, "lof.scope", lof_scores_all(model, data) ? "all" : "sample");
    key_values_number(values, "lof.threshold", model->threshold);
    if (model->form == LOF_SKLEARN) {
        key_values_number(values, "lof.offset", model->offset);
        key_values_text(values, "lof.method", lof_rows_method(points, model->k));
    }
    key_values_number(values, "lof.points", (double)points->n);
    key_values_number(values, "lof.most_copies", most);
    key_values_number(values, "lof.rows_in_piles", (double)model->piled_rows);
    key_values_number(values, "lof.share_in_piles",
                      (double)model->piled_rows / (double)points->n_rows);
    if (model->above_known) {
        key_values_number(values, "lof.sklearn_above_1e6_least", (double)model->above_least);
        key_values_number(values, "lof.sklearn_above_1e6_most", (double)model->above_most);
    }
}

/* The notebook's lof_score: minus decision_function, which is a float difference there. */
static double lof_exported(const void *fitted, const struct scores *scores, double score)
{
    const struct lof_model *model = fitted;
    (void)scores;
    if (model->form == LOF_SKLEARN) {
        return (double)-(float)((float)-score - (float)model->offset);
    }
    return score - model->threshold;
}

static const uint32_t *lof_sample(const void *fitted, size_t *n)
{
    const struct lof_model *model = fitted;
    *n = model->points.n_rows;
    return model->points.rows;
}

static bool lof_health(const void *fitted, const struct detector_data *data, char *text,
                       size_t size)
{
    const struct lof_model *model = fitted;
    (void)data;
    if (model->piled_rows == 0) {
        snprintf(text, size,
                 "no sampled row shares its profile with %zu others or more: "
                 "the notebook's formula is sound here",
                 model->k);
        return true;
    }
    char above[160] = "the notebook's formula ranks their neighbours first";
    if (model->above_known && model->above_least == model->above_most) {
        snprintf(above, sizeof above, "the notebook's formula gives %s scores above 1e6",
                 format_grouped(model->above_most).text);
    } else if (model->above_known) {
        snprintf(above, sizeof above, "the notebook's formula gives %s to %s scores above 1e6",
                 format_grouped(model->above_least).text,
                 format_grouped(model->above_most).text);
    }
    snprintf(text, size, "%s of sampled rows share their profile with %zu others or more; %s",
             format_percent((double)model->piled_rows / (double)model->points.n_rows).text,
             model->k, above);
    return true;
}

const struct detector lof_detector = {
    .name = "lof",
    .title = "Local Outlier Factor",
    .brief = "LOF",
    .unit = "LOF, about 1 for ordinary rows",
    .steps = "points",
    .info_file = "run_lof_info.json",
    .scores_file = "lof",
    .sample_file = "sample_idx",
    .score_column = "lof_score",
    .label_column = "lof_label",
    .score_single = true,
    .label_byte = true,
    .n_params = sizeof lof_params / sizeof lof_params[0],
    .params = lof_params,
    .lean = true,
    .fit = lof_fit,
    .score = lof_score,
    .threshold = lof_threshold,
    .free = lof_free,
    .memory = lof_memory,
    .memory_advice = "fewer rows for LOF with --lof-sample",
    .rest = lof_rest,
    .info = lof_info,
    .exported = lof_exported,
    .sample = lof_sample,
    .explain = lof_explain,
    .credit_unit = "share of squared distance",
    .credit_of = "distance",
    .credit_sided = true,
    .remarks = lof_remarks,
    .save = lof_save,
    .load = lof_load,
    .health = lof_health,
};

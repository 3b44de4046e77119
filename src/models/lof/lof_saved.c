#include "models/lof/lof_saved.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "models/lof/lof_model.h"

/* Counts that a file holds, in the order put. */
struct counts {
    uint64_t form, k, scope, seed, d, n_rows, drawn, n_points, n_profiles;
    uint64_t piled_rows, above_known, above_least, above_most;
};
enum { COUNTS = sizeof(struct counts) / sizeof(uint64_t) };

void lof_save(const void *fitted, struct archive_out *archive)
{
    const struct lof_model *model = fitted;
    const struct lof_points *points = &model->points;
    const struct counts counts = {model->form,          model->k,           model->scope,
                                  model->seed,          points->d,          points->n_rows,
                                  points->rows != NULL, points->n,          points->n_profiles,
                                  model->piled_rows,    model->above_known, model->above_least,
                                  model->above_most};
    const double reals[] = {model->contamination, model->threshold, model->offset};
    archive_put(archive, "LOc2", &counts, sizeof(uint64_t), COUNTS);
    archive_put(archive, "LOre", reals, sizeof *reals, 3);
    if (points->rows != NULL) {
        archive_put(archive, "LOro", points->rows, sizeof *points->rows, points->n_rows);
    }
    archive_put(archive, "LOcp", points->copies, sizeof *points->copies, points->n);
    archive_put(archive, "LOpr", points->profile, sizeof *points->profile, points->n);
    archive_put(archive, "LOps", points->profiles, sizeof *points->profiles,
                points->n_profiles);
    archive_put(archive, "LOpo", points->point_of, sizeof *points->point_of,
                points->n_profiles);
    archive_put(archive, "LOkd", model->k_distance, sizeof *model->k_distance, points->n);
    archive_put(archive, "LOlr", model->lrd, sizeof *model->lrd, points->n);
    archive_put(archive, "LOlo", model->lof, sizeof *model->lof, points->n);
}

/* ---- loading ---- */

static bool misfit(struct status *status)
{
    return status_set(status, STATUS_INPUT, "the saved LOF does not fit its table");
}

static bool make_sense(const struct counts *counts, const struct table *table)
{
    const size_t n_rows = table->n_rows, n_profiles = table->profiles.n;
    return counts->form <= LOF_SKLEARN && counts->k >= 1 && counts->k <= UINT32_MAX &&
           counts->scope <= LOF_SCOPE_ALL && counts->seed <= UINT32_MAX &&
           counts->d == table->profiles.d && counts->n_rows >= 1 && counts->n_rows <= n_rows &&
           counts->drawn <= 1 && (counts->drawn == 1 || counts->n_rows == n_rows) &&
           counts->n_profiles >= 1 && counts->n_profiles <= n_profiles &&
           counts->n_points >= 1 && counts->n_points <= counts->n_profiles &&
           counts->piled_rows <= counts->n_rows && counts->above_known <= 1 &&
           counts->above_least <= counts->above_most && counts->above_most <= counts->n_rows;
}

/* An array of exactly `n` elements. */
static void *get_array(struct archive_in *archive, const char tag[static 5], size_t size,
                       size_t n, struct status *status)
{
    size_t count = 0;
    void *array = archive_get_copy(archive, tag, size, &count, status);
    if (array != NULL && count != n) {
        free(array);
        misfit(status);
        return NULL;
    }
    return array;
}

static bool all_below(const uint32_t *values, size_t n, size_t limit)
{
    for (size_t i = 0; i < n; i++) {
        if (values[i] >= limit) {
            return false;
        }
    }
    return true;
}

static bool rising(const uint32_t *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (values[i] <= values[i - 1]) {
            return false;
        }
    }
    return true;
}

static bool points_make_sense(const struct lof_points *points, const struct table *table)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < points->n; i++) {
        rows += points->copies[i];
        if (points->copies[i] == 0) {
            return false;
        }
    }
    return rows == points->n_rows && all_below(points->profile, points->n, table->profiles.n) &&
           all_below(points->profiles, points->n_profiles, table->profiles.n) &&
           rising(points->profiles, points->n_profiles) &&
           all_below(points->point_of, points->n_profiles, points->n) &&
           (points->rows == NULL || all_below(points->rows, points->n_rows, table->n_rows));
}

static bool load_points(struct lof_model *model, const struct counts *counts,
                        const struct detector_data *data, struct archive_in *archive,
                        struct status *status)
{
    struct lof_points *points = &model->points;
    const size_t word = sizeof(uint32_t);
    points->d = (size_t)counts->d;
    points->n_rows = (size_t)counts->n_rows;
    points->n = (size_t)counts->n_points;
    points->n_profiles = (size_t)counts->n_profiles;
    if (counts->drawn == 1 &&
        (points->rows = get_array(archive, "LOro", word, points->n_rows, status)) == NULL) {
        return false;
    }
    if ((points->copies = get_array(archive, "LOcp", word, points->n, status)) == NULL ||
        (points->profile = get_array(archive, "LOpr", word, points->n, status)) == NULL ||
        (points->profiles = get_array(archive, "LOps", word, points->n_profiles, status)) ==
            NULL ||
        (points->point_of = get_array(archive, "LOpo", word, points->n_profiles, status)) ==
            NULL) {
        return false;
    }
    if (!points_make_sense(points, data->table)) {
        return misfit(status);
    }
    return true;
}

/* Points are saved by their places in the tree. It is built anew from their lexicographic
 * order, which gives each the same place; anything else is not this table's. */
static bool load_tree(struct lof_model *model, const struct detector_data *data,
                      struct status *status)
{
    struct lof_points *points = &model->points;
    uint32_t *order;
    if (!lof_points_place(points, data, status) ||
        (order = lof_points_order(points, status)) == NULL) {
        return false;
    }
    float *x = lof_points_permuted(points, order, status);
    model->tree = x == NULL ? NULL : kdtree_new(x, points->n, points->d, NULL, status);
    bool same = model->tree != NULL;
    for (size_t i = 0; same && i < points->n; i++) {
        same = order[kdtree_order(model->tree)[i]] == i;
    }
    free(order);
    free(x);
    if (model->tree == NULL) {
        return false;
    }
    free(kdtree_renumber(model->tree));
    if (model->form == LOF_DISTINCT) { /* the tree has them */
        free(points->x);
        points->x = NULL;
    }
    return same ? true : misfit(status);
}

static bool load_values(struct lof_model *model, struct archive_in *archive,
                        struct status *status)
{
    const size_t n = model->points.n, size = sizeof(double);
    if ((model->k_distance = get_array(archive, "LOkd", size, n, status)) == NULL ||
        (model->lrd = get_array(archive, "LOlr", size, n, status)) == NULL ||
        (model->lof = get_array(archive, "LOlo", size, n, status)) == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!(model->k_distance[i] >= 0) || !(model->lrd[i] > 0) || !(model->lof[i] > 0)) {
            return misfit(status);
        }
    }
    return true;
}

static bool load_all(struct lof_model *model, const struct detector_data *data,
                     struct archive_in *archive, struct status *status)
{
    struct counts counts;
    double reals[3];
    if (!archive_get_into(archive, "LOc2", &counts, sizeof(uint64_t), COUNTS, status) ||
        !archive_get_into(archive, "LOre", reals, sizeof *reals, 3, status)) {
        return false;
    }
    if (!make_sense(&counts, data->table) || !(reals[0] > 0 && reals[0] <= 0.5) ||
        !isfinite(reals[1]) || !isfinite(reals[2])) {
        return misfit(status);
    }
    model->form = (enum lof_form)counts.form;
    model->k = (size_t)counts.k;
    model->scope = (enum lof_scope)counts.scope;
    model->seed = (uint32_t)counts.seed;
    model->piled_rows = (size_t)counts.piled_rows;
    model->above_known = counts.above_known == 1;
    model->above_least = (size_t)counts.above_least;
    model->above_most = (size_t)counts.above_most;
    model->contamination = reals[0];
    model->threshold = reals[1];
    model->offset = reals[2];
    if (!load_points(model, &counts, data, archive, status) ||
        !load_values(model, archive, status) || !load_tree(model, data, status)) {
        return false;
    }
    if (model->form == LOF_SKLEARN && lof_scores_all(model, data)) {
        model->rows = lof_rows_new(&model->points, model->k, data, NULL, status);
        return model->rows != NULL;
    }
    return true;
}

void *lof_load(const struct detector_data *data, struct archive_in *archive,
               struct status *status)
{
    struct lof_model *model = mem_zero(1, sizeof *model, "LOF", status);
    if (model != NULL && !load_all(model, data, archive, status)) {
        lof_free(model);
        return NULL;
    }
    return model;
}

#include "models/lof/lof_saved.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/lof/lof_model.h"

/* Counts that a file holds, in the order put. */
struct counts {
    uint64_t form, k, scope, seed, d, n_rows, drawn, n_points;
    uint64_t piled_rows, above_known, above_least, above_most;
};
enum { COUNTS = sizeof(struct counts) / sizeof(uint64_t) };

/* Coordinates are put some points at a time: they may be in the tree only. */
enum { FLOATS = 1 << 14 };

static void put_coordinates(const struct lof_model *model, struct archive_out *archive)
{
    const size_t n = model->points.n, d = model->points.d, most = FLOATS / d;
    float room[TABLE_FEATURES_MAX];
    float *x = mem_new(FLOATS, sizeof *x, "a saved LOF", NULL); /* much for a small stack */
    if (x == NULL) {
        archive_fail(archive, ENOMEM);
        return;
    }
    for (size_t from = 0; from < n; from += most) {
        const size_t count = n - from < most ? n - from : most;
        for (size_t i = 0; i < count; i++) {
            memcpy(x + i * d, lof_vector(model, (uint32_t)(from + i), room), d * sizeof *x);
        }
        archive_put(archive, "LOxx", x, sizeof *x, count * d);
    }
    free(x);
}

void lof_save(const void *fitted, struct archive_out *archive)
{
    const struct lof_model *model = fitted;
    const struct lof_points *points = &model->points;
    const struct counts counts = {model->form,          model->k,           model->scope,
                                  model->seed,          points->d,          points->n_rows,
                                  points->rows != NULL, points->n,          model->piled_rows,
                                  model->above_known,   model->above_least, model->above_most};
    const double reals[] = {model->contamination, model->threshold, model->offset};
    archive_put(archive, "LOc3", &counts, sizeof(uint64_t), COUNTS);
    archive_put(archive, "LOre", reals, sizeof *reals, 3);
    if (points->rows != NULL) {
        archive_put(archive, "LOro", points->rows, sizeof *points->rows, points->n_rows);
    }
    if (model->form == LOF_SKLEARN) {
        archive_put(archive, "LOpo", points->of_row, sizeof *points->of_row, points->n_rows);
    }
    put_coordinates(model, archive);
    archive_put(archive, "LOcp", points->copies, sizeof *points->copies, points->n);
    archive_put(archive, "LOfi", points->first, sizeof *points->first, points->n);
    archive_put(archive, "LOkd", model->k_distance, sizeof *model->k_distance, points->n);
    archive_put(archive, "LOlr", model->lrd, sizeof *model->lrd, points->n);
    archive_put(archive, "LOlo", model->lof, sizeof *model->lof, points->n);
}

/* ---- loading ---- */

static bool damaged(struct status *status)
{
    return status_set(status, STATUS_INPUT, "the saved LOF is damaged");
}

static bool make_sense(const struct counts *counts, size_t d)
{
    return counts->form <= LOF_SKLEARN && counts->k >= 1 && counts->k <= UINT32_MAX &&
           counts->scope <= LOF_SCOPE_ALL && counts->seed <= UINT32_MAX && counts->d == d &&
           counts->n_rows >= 1 && counts->n_rows <= TABLE_ROWS_MAX && counts->drawn <= 1 &&
           counts->n_points >= 1 && counts->n_points <= counts->n_rows &&
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
        damaged(status);
        return NULL;
    }
    return array;
}

/* Points weigh the rows that they have; where it is known which, exactly those. */
static bool points_make_sense(const struct lof_points *points, struct status *status)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < points->n; i++) {
        rows += points->copies[i];
        if (points->copies[i] == 0) {
            return damaged(status);
        }
    }
    if (rows != points->n_rows) {
        return damaged(status);
    }
    if (points->of_row == NULL) {
        return true;
    }
    uint32_t *left = mem_new(points->n, sizeof *left, "points", status);
    if (left == NULL) {
        return false;
    }
    memcpy(left, points->copies, points->n * sizeof *left);
    bool good = true;
    for (size_t i = 0; i < points->n_rows && good; i++) {
        good = points->of_row[i] < points->n && left[points->of_row[i]]-- > 0;
    }
    free(left);
    return good ? true : damaged(status);
}

static bool load_coordinates(struct lof_points *points, struct archive_in *archive,
                             struct status *status)
{
    const size_t n = points->n, d = points->d, most = FLOATS / d;
    points->x = mem_new(n * d, sizeof *points->x, "points", status);
    for (size_t from = 0; points->x != NULL && from < n; from += most) {
        const size_t count = n - from < most ? n - from : most;
        if (!archive_get_into(archive, "LOxx", points->x + from * d, sizeof *points->x,
                              count * d, status)) {
            return false;
        }
    }
    for (size_t i = 0; points->x != NULL && i < n * d; i++) {
        if (!isfinite(points->x[i]) || (points->x[i] == 0 && signbit(points->x[i]))) {
            return damaged(status);
        }
    }
    return points->x != NULL;
}

static bool load_points(struct lof_model *model, const struct counts *counts,
                        struct archive_in *archive, struct status *status)
{
    struct lof_points *points = &model->points;
    const size_t word = sizeof(uint32_t);
    points->d = (size_t)counts->d;
    points->n_rows = (size_t)counts->n_rows;
    points->n = (size_t)counts->n_points;
    if ((counts->drawn == 1 &&
         (points->rows = get_array(archive, "LOro", word, points->n_rows, status)) == NULL) ||
        (model->form == LOF_SKLEARN &&
         (points->of_row = get_array(archive, "LOpo", word, points->n_rows, status)) == NULL)) {
        return false;
    }
    return load_coordinates(points, archive, status) &&
           (points->copies = get_array(archive, "LOcp", word, points->n, status)) != NULL &&
           (points->first = get_array(archive, "LOfi", word, points->n, status)) != NULL &&
           points_make_sense(points, status);
}

/* Whether two points have the same coordinates; `x` is in lexicographic order. */
static bool any_twice(const float *x, size_t n, size_t d)
{
    for (size_t i = 1; i < n; i++) {
        if (memcmp(x + (i - 1) * d, x + i * d, d * sizeof *x) == 0) {
            return true;
        }
    }
    return false;
}

/* Points are saved by their positions in the tree. It is built anew from their lexicographic
 * order, which gives each the same position; anything else was not written by us. */
static bool load_tree(struct lof_model *model, struct status *status)
{
    struct lof_points *points = &model->points;
    uint32_t *order = lof_points_order(points, status);
    float *x = order == NULL ? NULL : lof_points_permuted(points, order, status);
    bool good = x != NULL && (!any_twice(x, points->n, points->d) || damaged(status));
    model->tree = good ? kdtree_new(x, points->n, points->d, NULL, status) : NULL;
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
    return same ? true : damaged(status);
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
            return damaged(status);
        }
    }
    return true;
}

static bool load_all(struct lof_model *model, size_t d, struct parallel *parallel,
                     struct archive_in *archive, struct status *status)
{
    struct counts counts;
    double reals[3];
    if (!archive_get_into(archive, "LOc3", &counts, sizeof(uint64_t), COUNTS, status) ||
        !archive_get_into(archive, "LOre", reals, sizeof *reals, 3, status)) {
        return false;
    }
    if (!make_sense(&counts, d) || !(reals[0] > 0 && reals[0] <= 0.5) || !isfinite(reals[1]) ||
        !isfinite(reals[2])) {
        return damaged(status);
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
    if (!load_points(model, &counts, archive, status) || !load_values(model, archive, status) ||
        !load_tree(model, status)) {
        return false;
    }
    if (model->form == LOF_SKLEARN && model->scope == LOF_SCOPE_ALL) {
        model->rows = lof_rows_new(&model->points, model->k, parallel, NULL, status);
        return model->rows != NULL;
    }
    return true;
}

void *lof_load(struct archive_in *archive, size_t d, struct parallel *parallel,
               struct status *status)
{
    struct lof_model *model = mem_zero(1, sizeof *model, "LOF", status);
    if (model != NULL && !load_all(model, d, parallel, archive, status)) {
        lof_free(model);
        return NULL;
    }
    return model;
}

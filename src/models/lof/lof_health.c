/* How many scores above 1e6 scikit-learn's formula gives, without running it.
 *
 * That formula takes exactly k rows, copies one by one. A point's nearest k other points hold
 * them all, so its neighbours by that formula follow from the lists of the distinct form,
 * except when the k-th row is one of several that are equally far: then the library takes what
 * its tree finds first. Sums over such a group are bounded from both sides, and so are the
 * densities and the scores. Nearly all scores above 1e6 come from a neighbour in a pile, whose
 * density is 1 / 1e-10, so the bounds are far apart only where such a neighbour is among those
 * tied. */
#include "models/lof/lof_health.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "models/lof/lof_bounds.h"
#include "models/lof/lof_loop.h"

enum {
    FEATURES = 15,         /* with more the library's distances of copies are not 0 */
    GROUP = 64,            /* equally far points that are told apart */
    SETTLE_ROWS = 2000000, /* up to which the library's tree is built */
};

struct health {
    struct lof_model *model;
    struct lof_lists *sorted;              /* neighbours, the nearest first */
    struct lof_model *library;             /* the same points, searched as the library does */
    size_t k;                              /* rows the library takes */
    double *k_distance;                    /* (points) in its sense */
    double *least, *most;                  /* (points) bounds of its lrd */
    atomic_size_t above_least, above_most; /* rows */
    uint32_t *open; /* (n_open) points whose score may be on either side */
    atomic_size_t n_open;
};

/* ---- neighbours in the order of distance ---- */

struct neighbour {
    double distance;
    uint32_t point;
};

static int by_distance(const void *a, const void *b)
{
    const struct neighbour *x = a, *y = b;
    if (x->distance != y->distance) {
        return x->distance < y->distance ? -1 : 1;
    }
    return (x->point > y->point) - (x->point < y->point);
}

/* The sorted list of a point, which was kept, with its distances. */
static bool get(const struct health *health, uint32_t p, struct kdtree_hits *hits,
                struct status *status)
{
    float x[FEATURES];
    if (!lof_lists_get(health->sorted, p, p, hits)) {
        return status_nomem(status, health->k * sizeof *hits->distance, "neighbours");
    }
    kdtree_measure(health->model->tree, lof_vector(health->model, p, x), hits);
    return true;
}

static void sort(struct kdtree_hits *hits)
{
    struct neighbour *list = (struct neighbour *)(void *)hits->scratch;
    for (size_t i = 0; i < hits->n; i++) {
        list[i] = (struct neighbour){hits->distance[i], hits->point[i]};
    }
    qsort(list, hits->n, sizeof *list, by_distance);
    for (size_t i = 0; i < hits->n; i++) {
        hits->distance[i] = list[i].distance;
        hits->point[i] = list[i].point;
    }
}

/* First pass: keeps the lists sorted, and finds the library's k_distance. */
static bool find_k_distances(void *context, size_t from, size_t to, struct lof_loop *loop,
                             struct kdtree_hits *hits, struct status *status)
{
    struct health *health = context;
    const uint32_t *copies = health->model->points.copies;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        if (!lof_distinct_neighbours(health->model, p, hits, status)) {
            return false;
        }
        sort(hits);
        lof_lists_keep(health->sorted, p, p, hits);
        size_t rows = copies[p] - 1, at = 0;
        health->k_distance[p] = 0;
        while (rows < health->k) {
            health->k_distance[p] = hits->distance[at];
            rows += copies[hits->point[at++]];
        }
    }
    return true;
}

/* ---- densities and scores ---- */

/* Bounds of a density: `own` rows of the point itself and the nearest others. */
static struct lof_bounds density(const struct health *health, uint32_t p, size_t own,
                                 struct kdtree_hits *hits)
{
    double *reach = hits->scratch;
    for (size_t i = 0; i < hits->n; i++) {
        reach[i] = fmax(hits->distance[i], health->k_distance[hits->point[i]]);
    }
    const struct lof_bounds sum =
        lof_bounds_sum(health->model->points.copies, hits, reach, reach, health->k - own);
    const double mine = (double)own * health->k_distance[p], k = (double)health->k;
    return (struct lof_bounds){1 / ((sum.most + mine) / k + 1e-10),
                               1 / ((sum.least + mine) / k + 1e-10)};
}

static size_t at_most(size_t rows, size_t k)
{
    return rows < k ? rows : k;
}

/* Second pass: the fit's densities; the point itself does not count. */
static bool find_densities(void *context, size_t from, size_t to, struct lof_loop *loop,
                           struct kdtree_hits *hits, struct status *status)
{
    struct health *health = context;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        const size_t own = at_most(health->model->points.copies[p] - 1, health->k);
        if (!get(health, p, hits, status)) {
            return false;
        }
        const struct lof_bounds lrd = density(health, p, own, hits);
        health->least[p] = lrd.least;
        health->most[p] = lrd.most;
    }
    return true;
}

/* Counts a point whose score has these bounds. True when it may be on either side. */
static bool judge(struct health *health, uint32_t p, double least, double most)
{
    const double margin = 1e-4; /* the library computes in float */
    const uint32_t copies = health->model->points.copies[p];
    const bool surely = least > 1e6 * (1 + margin), maybe = most > 1e6 * (1 - margin);
    atomic_fetch_add(&health->above_least, surely ? copies : 0);
    atomic_fetch_add(&health->above_most, maybe ? copies : 0);
    return maybe && !surely;
}

/* Third pass: scores; the point itself counts. */
static bool judge_all(void *context, size_t from, size_t to, struct lof_loop *loop,
                      struct kdtree_hits *hits, struct status *status)
{
    struct health *health = context;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        const size_t own = at_most(health->model->points.copies[p], health->k);
        if (!get(health, p, hits, status)) {
            return false;
        }
        const struct lof_bounds lrd = density(health, p, own, hits);
        double *least = hits->scratch, *most = hits->scratch + hits->n;
        for (size_t j = 0; j < hits->n; j++) {
            least[j] = health->least[hits->point[j]];
            most[j] = health->most[hits->point[j]];
        }
        const struct lof_bounds sum =
            lof_bounds_sum(health->model->points.copies, hits, least, most, health->k - own);
        const double k = (double)health->k;
        if (judge(health, p, (sum.least + (double)own * health->least[p]) / k / lrd.most,
                  (sum.most + (double)own * health->most[p]) / k / lrd.least)) {
            health->open[atomic_fetch_add(&health->n_open, 1)] = p;
        }
    }
    return true;
}

/* ---- points whose score depends on which of several rows the library takes ---- */

/* A density of the fit: what its bounds say, else what the library's neighbours say. */
static bool exact_lrd(const struct health *health, uint32_t point, struct kdtree_hits *hits,
                      double *lrd, struct status *status)
{
    *lrd = health->least[point];
    if (health->most[point] - *lrd <= 1e-9 * *lrd) {
        return true;
    }
    float x[FEATURES];
    if (!lof_sklearn_search(health->library, lof_vector(health->library, point, x), 1, hits,
                            status)) {
        return false;
    }
    *lrd = (double)lof_sklearn_density(health->library, hits);
    return true;
}

static bool settle(void *context, size_t from, size_t to, struct lof_loop *loop,
                   struct kdtree_hits *hits, struct status *status)
{
    struct health *health = context;
    struct kdtree_hits other = {0};
    float x[FEATURES];
    bool done = true;
    for (size_t i = from; i < to && done && !lof_loop_stopped(loop); i++) {
        const uint32_t p = health->open[i];
        double sum = 0, lrd = 0;
        done = lof_sklearn_search(health->library, lof_vector(health->library, p, x), 0, hits,
                                  status);
        for (size_t j = 0; done && j < hits->n; j++) {
            if (j == 0 || hits->point[j] != hits->point[j - 1]) {
                done = exact_lrd(health, hits->point[j], &other, &lrd, status);
            }
            sum += lrd;
        }
        if (done) {
            const double score =
                sum / (double)hits->n / (double)lof_sklearn_density(health->library, hits);
            judge(health, p, score, score);
        }
    }
    kdtree_hits_clear(&other);
    return done;
}

/* The coordinates of all points, which the library's tree wants side by side. */
static float *all_vectors(const struct lof_model *model, struct status *status)
{
    const size_t n = model->points.n, d = model->points.d;
    float *x = mem_new(n * d, sizeof *x, "points", status);
    for (size_t p = 0; x != NULL && p < n; p++) {
        kdtree_vector(model->tree, (uint32_t)p, x + p * d);
    }
    return x;
}

/* Asks the library's own tree about the points that are open. */
static bool settle_open(struct health *health, const struct detector_data *data,
                        const struct progress *progress, struct status *status)
{
    struct lof_model library = *health->model;
    const size_t n_open = health->n_open;
    library.k_distance = health->k_distance;
    library.points.x = all_vectors(&library, status);
    library.rows =
        library.points.x == NULL || !lof_points_map_rows(&library.points, data->table, status)
            ? NULL
            : lof_rows_new(&library.points, library.k, data->parallel, progress, status);
    if (library.rows == NULL) {
        free(library.points.of_row);
        free(library.points.x);
        return false;
    }
    size_t rows = 0;
    for (size_t i = 0; i < n_open; i++) {
        rows += health->model->points.copies[health->open[i]];
    }
    health->above_most -= rows; /* judge() counts them again */
    health->library = &library;
    const bool done = lof_loop_run(data->parallel, n_open, settle, health,
                                   (struct lof_part){0, 1}, progress, status);
    lof_rows_free(library.rows);
    free(library.points.of_row);
    free(library.points.x);
    return done;
}

static bool run(struct health *health, const struct detector_data *data,
                const struct progress *progress, struct status *status)
{
    lof_range *const passes[] = {find_k_distances, find_densities, judge_all};
    const size_t n = health->model->points.n;
    health->k_distance = mem_new(n, sizeof *health->k_distance, "LOF", status);
    health->least = mem_new(n, sizeof *health->least, "LOF", status);
    health->most = mem_new(n, sizeof *health->most, "LOF", status);
    health->open = mem_new(n, sizeof *health->open, "LOF", status);
    health->sorted = lof_lists_new(n, SIZE_MAX, status);
    bool done = health->k_distance != NULL && health->least != NULL && health->most != NULL &&
                health->open != NULL && health->sorted != NULL;
    for (unsigned i = 0; i < 3 && done; i++) {
        done = lof_loop_run(data->parallel, n, passes[i], health, (struct lof_part){i, 3},
                            progress, status);
        lof_lists_free(health->model->lists); /* the first pass has sorted them */
        health->model->lists = NULL;
    }
    if (done && health->n_open > 0 && health->model->points.n_rows <= SETTLE_ROWS) {
        done = settle_open(health, data, progress, status);
    }
    return done;
}

bool lof_health_count(struct lof_model *model, const struct detector_data *data,
                      const struct progress *progress, struct status *status)
{
    if (model->piled_rows == 0 || model->points.n == 1 || model->points.d > FEATURES ||
        !lof_lists_whole(model->lists)) {
        return true;
    }
    struct health health = {.model = model};
    const struct progress quiet = {.cancel = progress != NULL ? progress->cancel : NULL};
    health.k = at_most(model->k, model->points.n_rows - 1);
    model->above_known = run(&health, data, &quiet, status);
    model->above_least = health.above_least;
    model->above_most = health.above_most;
    free(health.k_distance);
    free(health.least);
    free(health.most);
    free(health.open);
    lof_lists_free(health.sorted);
    return model->above_known;
}

/* LOF of profiles that have no sampled row: new points, many of them. They are asked about in
 * the order of the tree, so that neighbouring queries find what they need in the cache. */
#include "models/lof/lof_model.h"

#include <stdlib.h>

#include "base/mem.h"
#include "models/lof/lof_loop.h"

struct query {
    uint32_t near; /* a point near the profile: what queries are sorted by */
    uint32_t item; /* position in `profiles` */
    double distance;
};

struct queries {
    const struct lof_model *model;
    const struct detector_data *data;
    const uint32_t *profiles;
    struct query *list, *sorted; /* (n) */
    double *score;
};

static const float *vector_of(const struct queries *queries, uint32_t item, float *room)
{
    return detector_vector(queries->data, queries->profiles[item], room);
}

static bool find_near(void *context, size_t from, size_t to, struct lof_loop *loop,
                      struct kdtree_hits *hits, struct status *status)
{
    struct queries *queries = context;
    float room[TABLE_FEATURES_MAX];
    (void)loop, (void)hits, (void)status;
    for (size_t i = from; i < to; i++) {
        struct query *query = &queries->list[i];
        query->item = (uint32_t)i;
        query->near = kdtree_near(queries->model->tree, vector_of(queries, query->item, room),
                                  &query->distance);
    }
    return true;
}

/* Counting sort by the near point, whose number is its position in the tree. */
static bool sort_queries(struct queries *queries, size_t n, struct status *status)
{
    const size_t n_points = queries->model->points.n;
    uint32_t *start = mem_zero(n_points + 1, sizeof *start, "queries", status);
    if (start != NULL) {
        for (size_t i = 0; i < n; i++) {
            start[queries->list[i].near + 1]++;
        }
        for (size_t i = 0; i < n_points; i++) {
            start[i + 1] += start[i];
        }
        for (size_t i = 0; i < n; i++) {
            queries->sorted[start[queries->list[i].near]++] = queries->list[i];
        }
    }
    const bool enough = start != NULL;
    free(start);
    return enough;
}

static bool score_range(void *context, size_t from, size_t to, struct lof_loop *loop,
                        struct kdtree_hits *hits, struct status *status)
{
    struct queries *queries = context;
    const struct lof_model *model = queries->model;
    float room[TABLE_FEATURES_MAX];
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const struct query *query = &queries->sorted[i];
        const float *x = vector_of(queries, query->item, room);
        double *score = &queries->score[queries->profiles[query->item]];
        if (!(model->form == LOF_DISTINCT
                  ? lof_distinct_one(model, x, query->near, query->distance, hits, score,
                                     status)
                  : lof_sklearn_one(model, x, hits, score, status))) {
            return false;
        }
    }
    return true;
}

bool lof_score_new(const struct lof_model *model, const struct detector_data *data,
                   const uint32_t *profiles, size_t n, double *score,
                   const struct progress *progress, struct status *status)
{
    struct queries queries = {
        .model = model, .data = data, .profiles = profiles, .score = score};
    const struct progress quiet = {.cancel = progress != NULL ? progress->cancel : NULL};
    queries.list = mem_new(n, sizeof *queries.list, "queries", status);
    queries.sorted = mem_new(n, sizeof *queries.sorted, "queries", status);
    bool done = queries.list != NULL && queries.sorted != NULL &&
                lof_loop_run(data->parallel, n, find_near, &queries, (struct lof_part){0, 1},
                             &quiet, status) &&
                sort_queries(&queries, n, status) &&
                lof_loop_run(data->parallel, n, score_range, &queries, (struct lof_part){0, 1},
                             progress, status);
    free(queries.list);
    free(queries.sorted);
    return done;
}

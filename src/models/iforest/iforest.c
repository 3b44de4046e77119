#include "models/iforest/iforest.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/iforest/iforest_internal.h"

/* Some trees at a time, so that a hundred thousand trees do not need all their rows at once;
 * the targets cost one pass over the generator's words for each group. */
enum { FIT_GROUP = 4096 };

struct fitting {
    const struct detector_data *data;
    struct iforest *forest;
    size_t first;                    /* tree of this group */
    const uint32_t *bag_seeds;       /* (group) */
    uint32_t *rows;                  /* (group, psi) ascending within a tree */
    double *targets;                 /* (group, psi) */
    struct iforest_grower **growers; /* (threads) */
    const struct progress *progress;
    atomic_size_t done;
    atomic_bool no_memory;
};

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void draw_task(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct fitting *fitting = context;
    size_t psi = fitting->forest->psi;
    uint32_t *rows = fitting->rows + task * psi;
    if (!iforest_draw_rows(fitting->bag_seeds[task], fitting->forest->n_rows, psi, rows,
                           NULL)) {
        atomic_store(&fitting->no_memory, true);
        return;
    }
    qsort(rows, psi, sizeof *rows, by_row);
}

static void gather(struct iforest_grower *grower, const struct detector_data *data,
                   const uint32_t *rows, const double *targets, size_t psi)
{
    size_t d = data->table->profiles.d;
    float *values = iforest_grower_values(grower);
    for (size_t i = 0; i < psi; i++) {
        const float *x = data->scaled + data->table->row_profile[rows[i]] * d;
        for (size_t f = 0; f < d; f++) {
            values[f * IFOREST_PSI + i] = x[f];
        }
    }
    memcpy(iforest_grower_targets(grower), targets, psi * sizeof *targets);
}

static void grow_task(void *context, size_t task, unsigned worker)
{
    struct fitting *fitting = context;
    struct iforest *forest = fitting->forest;
    if (progress_cancelled(fitting->progress)) {
        return;
    }
    struct iforest_grower *grower = fitting->growers[worker];
    struct iforest_grown *nodes = iforest_grower_nodes(grower);
    size_t psi = forest->psi;
    gather(grower, fitting->data, fitting->rows + task * psi, fitting->targets + task * psi,
           psi);
    size_t n = iforest_grow(grower, fitting->bag_seeds[task], psi, nodes);
    if (!iforest_tree_pack(&forest->trees[fitting->first + task], nodes, n, NULL)) {
        atomic_store(&fitting->no_memory, true);
    }
    size_t done = atomic_fetch_add(&fitting->done, 1) + 1;
    progress_tick(fitting->progress, done, forest->asked);
}

/* Trees first .. first + n - 1. False: no memory, or cancelled (some may be finished). */
static bool fit_group(struct fitting *fitting, size_t n, struct status *status)
{
    size_t psi = fitting->forest->psi;
    struct parallel *parallel = fitting->data->parallel;
    parallel_run(parallel, n, draw_task, fitting);
    if (atomic_load(&fitting->no_memory)) {
        return status_nomem(status, fitting->forest->n_rows, "the rows of a tree");
    }
    if (!iforest_draw_targets(fitting->data->seed, fitting->rows, n * psi, fitting->targets,
                              fitting->progress, status)) {
        return false;
    }
    parallel_run(parallel, n, grow_task, fitting);
    if (atomic_load(&fitting->no_memory)) {
        return status_nomem(status, sizeof(struct iforest_node) * IFOREST_NODES, "a tree");
    }
    return !progress_cancelled(fitting->progress) || status_cancelled(status);
}

static bool fitting_open(struct fitting *fitting, size_t group, struct status *status)
{
    size_t psi = fitting->forest->psi;
    unsigned threads = parallel_threads(fitting->data->parallel);
    fitting->rows =
        mem_new(group * psi, sizeof *fitting->rows, "the rows of all trees", status);
    fitting->targets =
        mem_new(group * psi, sizeof *fitting->targets, "the targets of all trees", status);
    fitting->growers = mem_zero(threads, sizeof(void *), "growing trees", status);
    bool ok = fitting->rows != NULL && fitting->targets != NULL && fitting->growers != NULL;
    for (unsigned i = 0; ok && i < threads; i++) {
        fitting->growers[i] = iforest_grower_new(fitting->forest->d, status);
        ok = fitting->growers[i] != NULL;
    }
    return ok;
}

static void fitting_close(struct fitting *fitting)
{
    unsigned threads = parallel_threads(fitting->data->parallel);
    for (unsigned i = 0; fitting->growers != NULL && i < threads; i++) {
        iforest_grower_free(fitting->growers[i]);
    }
    free(fitting->growers);
    free(fitting->targets);
    free(fitting->rows);
}

/* Moves the finished trees together, in order. */
static void keep_finished(struct iforest *forest)
{
    for (size_t t = 0; t < forest->asked; t++) {
        struct iforest_tree tree = forest->trees[t];
        if (tree.nodes != NULL) {
            forest->trees[t].nodes = NULL;
            forest->trees[forest->n_trees++] = tree;
        }
    }
    iforest_find_mean_depth(forest);
}

static void *forest_fit(const struct detector_data *data, const double *params,
                        const struct progress *progress, struct status *status)
{
    struct iforest *forest =
        iforest_new(data->table->n_rows, data->table->profiles.d, data->seed, params, status);
    if (forest == NULL) {
        return NULL;
    }
    size_t n = forest->asked, group = n < FIT_GROUP ? n : FIT_GROUP;
    struct fitting fitting = {.data = data, .forest = forest, .progress = progress};
    uint32_t *seeds = mem_new(n, sizeof *seeds, "the seeds of the trees", status);
    bool ok = seeds != NULL && fitting_open(&fitting, group, status);
    if (ok) {
        iforest_bag_seeds(data->seed, seeds, n);
    }
    for (size_t first = 0; ok && first < n; first += group) {
        fitting.first = first;
        fitting.bag_seeds = seeds + first;
        ok = fit_group(&fitting, n - first < group ? n - first : group, status);
    }
    fitting_close(&fitting);
    free(seeds);
    keep_finished(forest);
    /* What is finished when the user cancels is a smaller forest; out of memory is a failure.
     */
    if (forest->n_trees == 0 || (!ok && !progress_cancelled(progress)) ||
        atomic_load(&fitting.no_memory)) {
        iforest_free(forest);
        return NULL;
    }
    return forest;
}

static bool forest_partial(const void *model, char *text, size_t size)
{
    const struct iforest *forest = model;
    if (forest->n_trees == forest->asked) {
        return false;
    }
    snprintf(text, size, "%zu of %zu trees (cancelled)", forest->n_trees, forest->asked);
    return true;
}

static void forest_info(const void *model, const struct detector_data *data,
                        struct key_values *values)
{
    (void)data;
    const struct iforest *forest = model;
    size_t nodes = 0, leaves = 0;
    unsigned depth = 0;
    for (size_t t = 0; t < forest->n_trees; t++) {
        const struct iforest_tree *tree = &forest->trees[t];
        nodes += tree->n_nodes;
        for (size_t i = 0; i < tree->n_nodes; i++) {
            leaves += tree->nodes[i].feature == IFOREST_LEAF;
            depth = tree->nodes[i].depth > depth ? tree->nodes[i].depth : depth;
        }
    }
    const struct iforest_kernel *kernel = iforest_kernel_choose(cpu_kernel(), forest->d);
    key_values_text(values, "model", "IsolationForest");
    key_values_number(values, "params.n_estimators", (double)forest->asked);
    key_values_number(values, "params.contamination", forest->contamination);
    key_values_number(values, "params.random_state", forest->seed);
    key_values_number(values, "forest.trees", (double)forest->n_trees);
    key_values_number(values, "forest.max_samples", (double)forest->psi);
    key_values_number(values, "forest.max_depth", depth);
    key_values_number(values, "forest.nodes", (double)nodes);
    key_values_number(values, "forest.leaves", (double)leaves);
    key_values_number(values, "forest.mean_depth", forest->mean_depth);
    key_values_text(values, "forest.kernel", cpu_kernel_name(kernel->needs));
}

/* decision_function: score_samples - offset, where score_samples = -score, offset = -threshold.
 * The two differences have equal bits. */
static double forest_exported(const void *model, const struct scores *scores, double score)
{
    (void)model;
    return scores->threshold - score;
}

static const struct param_spec forest_params[] = {
    {.option = "trees",
     .kind = PARAM_COUNT,
     .initial = 200,
     .least = 1,
     .most = 100000,
     .help = "trees of the Isolation Forest"},
    {.option = "contamination",
     .kind = PARAM_REAL,
     .initial = 0.05,
     .least = 0,
     .most = 0.5,
     .open_least = true,
     .help = "share of rows that the Isolation Forest labels -1"},
};

static bool forest_shapley(const void *model, const struct detector_data *data, size_t profile,
                           double *phi, struct status *status)
{
    (void)status; /* any number of features will do */
    iforest_shapley(model, data, profile, phi);
    return true;
}

const struct detector iforest_detector = {
    .name = "iforest",
    .title = "Isolation Forest",
    .brief = "IF",
    .unit = "score, 0 to 1",
    .steps = "trees",
    .info_file = "run_if_info.json",
    .scores_file = "isolation_forest",
    .score_column = "iso_score",
    .label_column = "iso_label",
    .n_params = sizeof forest_params / sizeof forest_params[0],
    .params = forest_params,
    .fit = forest_fit,
    .score = iforest_score,
    .threshold = iforest_threshold,
    .free = iforest_free,
    .partial = forest_partial,
    .info = forest_info,
    .exported = forest_exported,
    .explain = iforest_explain,
    .credit_unit = "levels of depth",
    .credit_of = "depth",
    .shapley = forest_shapley,
    .shapley_unit = "levels of depth",
    .save = iforest_save,
    .load = iforest_load,
};

/* Why a forest finds a row odd: which features made its paths short. */
#include "models/iforest.h"
#include "models/iforest_internal.h"

#include <string.h>

static const float *profile_values(const struct iforest *forest,
                                   const struct detector_data *data, size_t profile)
{
    return data->scaled + profile * forest->d;
}

static size_t child_of(const struct iforest_node *nodes, size_t node, const float *x)
{
    bool left = (double)x[nodes[node].feature] <= nodes[node].threshold;
    return left ? node + 1 : nodes[node].right;
}

/* Path credit: a split is given what it took from the depth to be expected, and its feature
 * collects that. Along a path the differences telescope, so the credits of a row add up to the
 * mean depth of the training rows minus its own. */
bool iforest_explain(const void *model, const struct detector_data *data, size_t profile,
                     double *credit)
{
    const struct iforest *forest = model;
    const float *x = profile_values(forest, data, profile);
    memset(credit, 0, forest->d * sizeof *credit);
    for (size_t t = 0; t < forest->n_trees; t++) {
        const struct iforest_node *nodes = forest->trees[t].nodes;
        size_t at = 0;
        while (nodes[at].feature != IFOREST_LEAF) {
            size_t next = child_of(nodes, at, x);
            credit[nodes[at].feature] += nodes[at].expected - nodes[next].expected;
            at = next;
        }
    }
    for (size_t f = 0; f < forest->d; f++) {
        credit[f] /= (double)forest->n_trees;
    }
    return true;
}

void iforest_depths(const void *model, const struct detector_data *data, size_t profile,
                    struct iforest_depths *depths)
{
    const struct iforest *forest = model;
    const float *x = profile_values(forest, data, profile);
    double sum = 0;
    for (size_t t = 0; t < forest->n_trees; t++) {
        const struct iforest_node *nodes = forest->trees[t].nodes;
        size_t at = 0;
        while (nodes[at].feature != IFOREST_LEAF) {
            at = child_of(nodes, at, x);
        }
        sum += nodes[at].expected;
    }
    depths->mean = forest->mean_depth;
    depths->own = sum / (double)forest->n_trees;
}

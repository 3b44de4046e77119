/* Why a forest finds a row odd: which features made its paths short. */
#include "models/iforest/iforest.h"
#include "models/iforest/iforest_internal.h"

#include <string.h>

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
    float room[TABLE_FEATURES_MAX];
    const float *x = detector_vector(data, profile, room);
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
    float room[TABLE_FEATURES_MAX];
    const float *x = detector_vector(data, profile, room);
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

/* ---- Shapley values ----
 *
 * A leaf is worth its depth, and a coalition gets that much of it: one factor for each feature
 * on the leaf's path, either 1 or 0 (the feature is in the coalition: the row passes all of its
 * splits on the path, or not) or the share of training rows that do (it is outside). The
 * Shapley value of such a product needs no walk over coalitions: with the features' generating
 * polynomials outside + inside * x multiplied, the coefficient of x^k sums up all coalitions of
 * k features. */

/* The distinct features on the way from the root to a node. */
struct path {
    size_t n;
    uint8_t feature[IFOREST_DEPTH];
    double inside[IFOREST_DEPTH];  /* 1: the row passes all splits on it so far; 0 */
    double outside[IFOREST_DEPTH]; /* share of training rows that pass them */
};

/* The worth of feature i: its weighted mean, over all coalitions of the others, of what they
 * leave; weights are k! (n - 1 - k)! / n!. */
static double weight_of_others(const struct path *path, size_t i)
{
    double by_size[IFOREST_DEPTH] = {1}, sum = 0;
    size_t degree = 0;
    for (size_t j = 0; j < path->n; j++) {
        if (j != i) {
            degree++;
            for (size_t k = degree; k > 0; k--) {
                by_size[k] = by_size[k] * path->outside[j] + by_size[k - 1] * path->inside[j];
            }
            by_size[0] *= path->outside[j];
        }
    }
    double weight = 1 / (double)path->n;
    for (size_t k = 0; k <= degree; k++) {
        sum += weight * by_size[k];
        weight *= (double)(k + 1) / (double)(degree - k > 0 ? degree - k : 1);
    }
    return sum;
}

static void add_leaf(const struct path *path, double depth, double *phi)
{
    for (size_t i = 0; i < path->n; i++) {
        double difference = path->inside[i] - path->outside[i];
        if (difference != 0) { /* less depth is more anomalous */
            phi[path->feature[i]] -= depth * difference * weight_of_others(path, i);
        }
    }
}

/* One step further down: `taken` when the row itself goes this way. */
static struct path path_extend(const struct path *path, uint8_t feature, bool taken,
                               double share)
{
    struct path longer = *path;
    size_t i = 0;
    while (i < longer.n && longer.feature[i] != feature) {
        i++;
    }
    if (i == longer.n) {
        longer.n++;
        longer.feature[i] = feature;
        longer.inside[i] = 1;
        longer.outside[i] = 1;
    }
    longer.inside[i] = taken ? longer.inside[i] : 0;
    longer.outside[i] *= share;
    return longer;
}

/* Depth first; a tree is at most IFOREST_DEPTH deep. */
static void add_subtree(const struct iforest_node *nodes, size_t at, const float *x,
                        const struct path *path, double *phi)
{
    const struct iforest_node *node = &nodes[at];
    if (node->feature == IFOREST_LEAF) {
        add_leaf(path, node->expected, phi);
        return;
    }
    const size_t children[2] = {at + 1, node->right};
    size_t taken = child_of(nodes, at, x);
    for (size_t c = 0; c < 2; c++) {
        double share = (double)nodes[children[c]].rows / node->rows;
        struct path longer = path_extend(path, node->feature, children[c] == taken, share);
        add_subtree(nodes, children[c], x, &longer, phi);
    }
}

void iforest_shapley(const void *model, const struct detector_data *data, size_t profile,
                     double *phi)
{
    const struct iforest *forest = model;
    float room[TABLE_FEATURES_MAX];
    const float *x = detector_vector(data, profile, room);
    const struct path root = {0};
    memset(phi, 0, forest->d * sizeof *phi);
    for (size_t t = 0; t < forest->n_trees; t++) {
        add_subtree(forest->trees[t].nodes, 0, x, &root, phi);
    }
    for (size_t f = 0; f < forest->d; f++) {
        phi[f] /= (double)forest->n_trees;
    }
}

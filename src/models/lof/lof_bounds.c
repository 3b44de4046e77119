#include "models/lof/lof_bounds.h"

#include <math.h>

enum { GROUP = 64 }; /* equally far points that are told apart */

/* The sum of the `rows` smallest (sign 1) or largest (sign -1) values among the copies of n
 * points, value by value. */
static double extreme(const uint32_t *copies, const uint32_t *group, size_t n,
                      const double *value, size_t rows, double sign)
{
    double sum = 0, last = -INFINITY;
    while (rows > 0) {
        double next = INFINITY;
        size_t found = 0;
        for (size_t i = 0; i < n; i++) {
            const double v = sign * value[i];
            if (v > last && v <= next) {
                found = v < next ? 0 : found;
                next = v;
                found += copies[group[i]];
            }
        }
        /* In a large group the extreme value stands for all: a wider bound, found at once. */
        const size_t take = found < rows && n <= GROUP ? found : rows;
        sum += (double)take * sign * next;
        rows -= take;
        last = next;
    }
    return sum;
}

static double sum_of_all(const uint32_t *copies, const uint32_t *group, size_t n,
                         const double *value)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)copies[group[i]] * value[i];
    }
    return sum;
}

struct lof_bounds lof_bounds_sum(const uint32_t *copies, const struct kdtree_hits *hits,
                                 const double *least, const double *most, size_t rows)
{
    struct lof_bounds sum = {0, 0};
    for (size_t i = 0, end; rows > 0; i = end) {
        const uint32_t *group = hits->point + i;
        size_t all = 0;
        for (end = i; end < hits->n && hits->distance[end] == hits->distance[i]; end++) {
            all += copies[hits->point[end]];
        }
        if (all <= rows) {
            sum.least += sum_of_all(copies, group, end - i, least + i);
            sum.most += sum_of_all(copies, group, end - i, most + i);
            rows -= all;
        } else {
            sum.least += extreme(copies, group, end - i, least + i, rows, 1);
            sum.most += extreme(copies, group, end - i, most + i, rows, -1);
            rows = 0;
        }
    }
    return sum;
}

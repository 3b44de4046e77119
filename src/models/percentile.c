#include "models/percentile.h"

#include <math.h>

static inline void swap(struct weighted *values, size_t i, size_t j)
{
    struct weighted kept = values[i];
    values[i] = values[j];
    values[j] = kept;
}

static double median_of_three(double a, double b, double c)
{
    double low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : (c > high ? high : c);
}

/* A range of the array, and how many copies stand before it. */
struct range {
    size_t first, last; /* last is not part of it */
    uint64_t before;
};

/* Narrows `range` to the entries that hold copy number `target` (from 0) of the sorted
 * multiset, all of one value, and returns that value. Everything before the range is smaller
 * then. */
static double select_copy(struct weighted *values, struct range *range, uint64_t target)
{
    for (;;) {
        size_t first = range->first, last = range->last;
        double pivot =
            median_of_three(values[first].value, values[first + (last - first) / 2].value,
                            values[last - 1].value);
        /* Three parts: [first, less) smaller, [less, i) equal, [more, last) larger. */
        size_t less = first, more = last;
        uint64_t copies_less = 0, copies_equal = 0;
        for (size_t i = first; i < more;) {
            if (values[i].value < pivot) {
                copies_less += values[i].copies;
                swap(values, i++, less++);
            } else if (values[i].value > pivot) {
                swap(values, i, --more);
            } else {
                copies_equal += values[i++].copies;
            }
        }
        if (target < range->before + copies_less) {
            range->last = less;
        } else if (target < range->before + copies_less + copies_equal) {
            *range = (struct range){less, more, range->before + copies_less};
            return pivot;
        } else {
            range->before += copies_less + copies_equal;
            range->first = more;
        }
    }
}

struct neighbours {
    double a, b, share; /* the result lies between a and b; share 0 is a */
};

static struct neighbours neighbours_of(struct weighted *values, size_t n, double percent)
{
    uint64_t copies = 0, equal = 0;
    for (size_t i = 0; i < n; i++) {
        copies += values[i].copies;
    }
    double position = (double)(copies - 1) * (percent / 100);
    double whole = floor(position);
    uint64_t below = position >= (double)(copies - 1) ? copies - 1 : (uint64_t)whole;
    struct range range = {0, n, 0};
    double a = select_copy(values, &range, below);
    for (size_t i = range.first; i < range.last; i++) {
        equal += values[i].copies;
    }
    double b = a;
    if (below + 1 >= range.before + equal && range.last < n) {
        b = values[range.last].value; /* the smallest of what is larger */
        for (size_t i = range.last; i < n; i++) {
            b = values[i].value < b ? values[i].value : b;
        }
    }
    return (struct neighbours){a, b, position - whole};
}

/* numpy's _lerp: from the nearer end. */
static double interpolate(struct neighbours at, double difference)
{
    return at.share >= 0.5 ? at.b - difference * (1 - at.share) : at.a + difference * at.share;
}

double percentile_weighted(struct weighted *values, size_t n, double percent)
{
    struct neighbours at = neighbours_of(values, n, percent);
    return interpolate(at, at.b - at.a);
}

double percentile_weighted_float(struct weighted *values, size_t n, double percent)
{
    struct neighbours at = neighbours_of(values, n, percent);
    return interpolate(at, (double)((float)at.b - (float)at.a));
}

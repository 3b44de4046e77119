#include "models/percentile.h"

#include <math.h>
#include <string.h>

/* Selection by radix: values turned into whole numbers of the same order are looked at some
 * bits at a time. Nothing is copied or moved, and no arrangement of values is slow. */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* Values and copies, wherever they stand. */
struct column {
    const char *values, *copies;
    size_t values_stride, copies_stride; /* in bytes */
    size_t n;
    bool negated;
};

static inline uint64_t key_of(const struct column *column, size_t i)
{
    double value;
    uint64_t bits;
    memcpy(&value, column->values + i * column->values_stride, sizeof value);
    value = (column->negated ? -value : value) + 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((bits >> 63) != 0 ? UINT64_MAX : UINT64_C(1) << 63);
}

static double value_of(uint64_t key)
{
    uint64_t bits = key ^ ((key >> 63) != 0 ? UINT64_C(1) << 63 : UINT64_MAX);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t copies_of(const struct column *column, size_t i)
{
    uint32_t copies;
    memcpy(&copies, column->copies + i * column->copies_stride, sizeof copies);
    return copies;
}

/* Copy number `target` (from 0) in ascending order. `after` gets how many copies of the same
 * value follow it. */
static uint64_t select_key(const struct column *column, uint64_t target, uint64_t *after)
{
    uint64_t prefix = 0, known = 0, count[DIGITS];
    for (int bits = 64; bits > 0; bits -= DIGIT_BITS) {
        int shift = bits > DIGIT_BITS ? bits - DIGIT_BITS : 0;
        memset(count, 0, sizeof count);
        for (size_t i = 0; i < column->n; i++) {
            uint64_t key = key_of(column, i);
            if ((key & known) == prefix) {
                count[(key & ~known) >> shift] += copies_of(column, i);
            }
        }
        uint64_t digit = 0;
        while (target >= count[digit]) {
            target -= count[digit++];
        }
        *after = count[digit] - target - 1;
        prefix |= digit << shift;
        known = UINT64_MAX << shift;
    }
    return prefix;
}

/* The smallest key above `key`, which there is. */
static uint64_t next_key(const struct column *column, uint64_t key)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < column->n; i++) {
        uint64_t other = key_of(column, i);
        next = other > key && other < next ? other : next;
    }
    return next;
}

struct neighbours {
    double a, b, share; /* the result lies between a and b; share 0 is a */
};

static struct neighbours neighbours_of(const struct column *column, double percent)
{
    uint64_t copies = 0, after;
    for (size_t i = 0; i < column->n; i++) {
        copies += copies_of(column, i);
    }
    double last = (double)(copies - 1), position = last * (percent / 100);
    uint64_t below = position >= last ? copies - 1 : (uint64_t)floor(position);
    uint64_t a = select_key(column, below, &after);
    uint64_t b = after > 0 || below == copies - 1 ? a : next_key(column, a);
    return (struct neighbours){value_of(a), value_of(b), position - floor(position)};
}

/* numpy's _lerp: from the nearer end. */
static double interpolate(struct neighbours at, double difference)
{
    return at.share >= 0.5 ? at.b - difference * (1 - at.share) : at.a + difference * at.share;
}

static struct column column_of(const struct weighted *values, size_t n)
{
    return (struct column){(const char *)&values->value,
                           (const char *)&values->copies,
                           sizeof *values,
                           sizeof *values,
                           n,
                           false};
}

double percentile_weighted(const struct weighted *values, size_t n, double percent)
{
    struct column column = column_of(values, n);
    struct neighbours at = neighbours_of(&column, percent);
    return interpolate(at, at.b - at.a);
}

double percentile_weighted_float(const struct weighted *values, size_t n, double percent)
{
    struct column column = column_of(values, n);
    struct neighbours at = neighbours_of(&column, percent);
    return interpolate(at, (double)((float)at.b - (float)at.a));
}

static struct neighbours counted(const double *values, const uint32_t *copies, size_t n,
                                 bool negated, double percent)
{
    const struct column column = {
        (const char *)values, (const char *)copies, sizeof *values, sizeof *copies, n, negated};
    return neighbours_of(&column, percent);
}

double percentile_counted(const double *values, const uint32_t *copies, size_t n,
                          double percent)
{
    struct neighbours at = counted(values, copies, n, false, percent);
    return interpolate(at, at.b - at.a);
}

double percentile_negated(const double *values, const uint32_t *copies, size_t n,
                          double percent)
{
    struct neighbours at = counted(values, copies, n, true, percent);
    return interpolate(at, at.b - at.a);
}

double percentile_negated_float(const double *values, const uint32_t *copies, size_t n,
                                double percent)
{
    struct neighbours at = counted(values, copies, n, true, percent);
    return interpolate(at, (double)((float)at.b - (float)at.a));
}

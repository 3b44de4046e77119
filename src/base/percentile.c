#include "base/percentile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sortable.h"

/* Selection by radix: values turned into whole numbers of the same order are looked at some
 * bits at a time, from the top; in each pass the next digit is counted of the values that begin
 * as a wanted one does. Wanted ones that begin alike share their counts. */
enum { DIGIT_BITS = 11, DIGITS = PERCENTILE_ROOM };

static inline uint64_t key_of(const struct percentile_column *column, size_t i)
{
    double value = column->negated ? -column->values[i] : column->values[i];
    return isnan(value) ? UINT64_MAX : sortable_bits(value + 0.0);
}

static inline uint32_t copies_of(const struct percentile_column *column, size_t i)
{
    return column->copies != NULL ? column->copies[i] : 1;
}

enum { TOGETHER = 8 }; /* ranks that are followed in the same passes */

/* The keys that begin as a wanted one does, whose bits in `known` are found: how many copies
 * have each digit that follows. */
struct group {
    uint64_t beginning, any, all; /* or and and of the keys: one key when they are equal */
    uint64_t *counts;             /* (DIGITS) */
};

static inline void count_digits(const struct percentile_column *column, uint64_t known,
                                struct group *groups, size_t n, int shift)
{
    for (size_t i = 0; i < column->n; i++) {
        uint64_t key = key_of(column, i);
        for (size_t k = 0; k < n; k++) {
            if ((key & known) == groups[k].beginning) {
                groups[k].counts[(key & ~known) >> shift] += copies_of(column, i);
                groups[k].any |= key;
                groups[k].all &= key;
                break;
            }
        }
    }
}

/* The groups of the keys found so far, each once, nothing counted; returns how many. found[i]
 * is in group of[i]. */
static size_t make_groups(const uint64_t *found, size_t n, uint64_t known, uint64_t *room,
                          struct group *groups, size_t *of)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        of[i] = 0;
        while (of[i] < count && groups[of[i]].beginning != (found[i] & known)) {
            of[i]++;
        }
        if (of[i] == count) {
            groups[count] =
                (struct group){found[i] & known, 0, UINT64_MAX, room + count * DIGITS};
            count++;
        }
    }
    memset(room, 0, count * DIGITS * sizeof *room);
    return count;
}

/* Of a rank among the copies of a group: the next digit, and the rank among those who have it.
 */
static uint64_t next_digit(const struct group *group, uint64_t *rank)
{
    uint64_t digit = 0;
    while (*rank >= group->counts[digit]) {
        *rank -= group->counts[digit++];
    }
    return digit;
}

static void select_keys(const struct percentile_column *column, uint64_t *ranks, size_t n,
                        uint64_t *room, uint64_t *keys)
{
    uint64_t known = 0;
    struct group groups[TOGETHER];
    size_t of[TOGETHER];
    bool settled = false; /* no group has two different keys */
    memset(keys, 0, n * sizeof *keys);
    for (int bits = 64; bits > 0 && !settled; bits -= DIGIT_BITS) {
        int shift = bits > DIGIT_BITS ? bits - DIGIT_BITS : 0;
        size_t count = make_groups(keys, n, known, room, groups, of);
        if (count == 1) {
            count_digits(column, known, groups, 1, shift); /* compiled for one */
        } else {
            count_digits(column, known, groups, count, shift);
        }
        settled = true;
        for (size_t i = 0; i < n; i++) {
            const struct group *group = &groups[of[i]];
            bool equal = group->any == group->all;
            keys[i] = equal ? group->any : keys[i] | next_digit(group, &ranks[i]) << shift;
            settled = settled && equal;
        }
        known = UINT64_MAX << shift;
    }
}

void percentile_ranks(const struct percentile_column *column, const uint64_t *ranks, size_t n,
                      uint64_t *room, double *found)
{
    uint64_t left[TOGETHER], keys[TOGETHER];
    for (size_t i = 0; i < n; i += TOGETHER) {
        size_t some = n - i < TOGETHER ? n - i : TOGETHER;
        memcpy(left, ranks + i, some * sizeof *left);
        select_keys(column, left, some, room, keys);
        for (size_t k = 0; k < some; k++) {
            found[i + k] = sortable_double(keys[k]);
        }
    }
}

/* The key at rank + 1 when `key` is that at `rank`. */
static uint64_t key_at_next_rank(const struct percentile_column *column, uint64_t rank,
                                 uint64_t key)
{
    uint64_t up_to = 0, above = UINT64_MAX;
    for (size_t i = 0; i < column->n; i++) {
        uint64_t other = key_of(column, i);
        if (other <= key) {
            up_to += copies_of(column, i);
        } else if (copies_of(column, i) > 0 && other < above) {
            above = other;
        }
    }
    return up_to > rank + 1 ? key : above;
}

static double percentile(const struct percentile_column *column, double percent, bool floats)
{
    uint64_t copies = 0, room[PERCENTILE_ROOM], rank, key;
    for (size_t i = 0; i < column->n; i++) {
        copies += copies_of(column, i);
    }
    double last = (double)(copies - 1), position = last * (percent / 100);
    uint64_t below = position >= last ? copies - 1 : (uint64_t)floor(position);
    rank = below;
    select_keys(column, &rank, 1, room, &key);
    double low = sortable_double(key);
    double high =
        below < copies - 1 ? sortable_double(key_at_next_rank(column, below, key)) : low;
    double difference = floats ? (double)((float)high - (float)low) : high - low;
    return percentile_between(low, high, difference, position - floor(position));
}

double percentile_of(const struct percentile_column *column, double percent)
{
    return percentile(column, percent, false);
}

double percentile_of_floats(const struct percentile_column *column, double percent)
{
    return percentile(column, percent, true);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double percentile_median(double *values, size_t n)
{
    if (n == 0) {
        return NAN;
    }
    qsort(values, n, sizeof *values, by_value);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

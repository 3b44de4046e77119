/* How odd an hour of an account is. This is where the time goes: loops over counts have a fixed
 * length, logarithms are taken only where it matters. */
#include "past/past_internal.h"

#include <math.h>

/* Constants of the formulas (docs/TRIAGE.md says which were tried). */
#define SPREAD_WEIGHT   8.0f  /* hours that the kind's spread counts for */
#define SPREAD_LEAST    0.2f  /* square octaves added to it: a doubling is never very odd */
#define NOISE           0.52f /* of counting, in square octaves, at a mean of 0 */
#define EFFECT          0.1f  /* decades for each octave above what is usual */
#define AGAIN           0.15f /* of what goes beyond how often it was as high before */
#define SLOW_FROM       1.0f  /* decades that an hour must have to count as slow */
#define SLOW_MOST       1.5f  /* and the most that one hour adds */
#define SLOW_WINDOWS    12    /* learnt before slow things are looked for */
#define OTHERS          ((float)PAST_OTHERS)
#define PART_PENALTY    ((float)PAST_ORDINARY) /* for having looked at many */
#define CIRCUMSTANCE    2.5f                   /* most decades of hour, day and silence */
#define SHARE_MOST      2.0f
#define HABIT           5.0f  /* hours that the kind's habits count for */
#define RARE            0.01f /* a habit above this is not looked at further */
#define CALIBRATED_RISE 0.92f /* decades a raw decade, beyond 1 in 100 */

/* Four values at once: how many standard deviations above what is expected, as a position among
 * the bins, and the octaves above what is usual. */
static inline lanes statistics(const struct past_account *account, const struct past_kind *kind,
                               size_t i, lanes weight, float faded, lanes value, lanes *excess)
{
    lanes strength = lanes_load(kind->strength + i);
    lanes share = 1 / (strength + weight);
    lanes mean =
        (strength * lanes_load(kind->mean + i) + weight * lanes_load(account->mean + i)) *
        share;
    lanes spread = (SPREAD_WEIGHT * lanes_load(kind->within + i) +
                    lanes_load(account->squares + i) * faded) /
                   (SPREAD_WEIGHT + weight);
    lanes small = lanes_half_to(lanes_max(mean, lanes_of(0)));
    spread = lanes_max(spread, NOISE * small / (1 + small));
    lanes variance = spread * (1 + share) + SPREAD_LEAST;
    lanes inverse = lanes_inverse_root(variance);
    lanes above = value - mean;
    *excess =
        lanes_min(lanes_max(above - 1.65f * variance * inverse, lanes_of(0)), lanes_of(10));
    lanes at = (above * inverse - PAST_LEAST) * PAST_BINS_A_UNIT;
    return lanes_min(lanes_max(at, lanes_of(0)), lanes_of(PAST_BINS - 0.01f));
}

/* How often, fading, there was as much or nearly: half as much counts. */
static float times_as_high(const struct past_account *account, size_t count, float octaves,
                           float grown)
{
    int from = (int)(octaves - 0.5f);
    float sum = 0;
    for (int i = from < 0 ? 0 : from < PAST_HIGH ? from : PAST_HIGH - 1; i < PAST_HIGH; i++) {
        sum += account->high[count * PAST_HIGH + (size_t)i];
    }
    return sum / grown;
}

/* What was as high before is not as odd as it was then. */
static float seen_before(const struct past_account *account, size_t count, float octaves,
                         float weight, float grown, float odd)
{
    float times = times_as_high(account, count, octaves, grown);
    if (times > 0.2f) {
        float most = log10f((weight + 2) / (times + 0.5f));
        odd = odd > most ? most + (odd - most) * AGAIN : odd;
    }
    return odd;
}

/* The chance of an hour (of n) as rare as this one, in decades; 0 unless the bound by its own
 * share leaves two. `around`: neighbours count by half, as they do for hours of the day. */
static inline float habit_share(const float *own, const float *kind, int n, bool around, int at,
                                float grown)
{
    float there = own[at];
    if (around) {
        there =
            (there + 0.5f * (own[at + 1 < n ? at + 1 : 0] + own[at > 0 ? at - 1 : n - 1])) / 2;
    }
    return there + HABIT * kind[at] * grown;
}

static inline float habit(const float *own, const float *kind, int n, bool around, int at,
                          float weight, float grown)
{
    float all = (weight + HABIT) * grown, total = 0;
    float share = habit_share(own, kind, n, around, at, grown);
    if (share >= RARE * all) {
        return 0;
    }
    for (int i = 0; i < n; i++) {
        float other = habit_share(own, kind, n, around, i, grown);
        total += other <= share * 1.0001f ? other : 0;
    }
    float odd = log10f(all / total);
    return odd < CIRCUMSTANCE ? odd > 0 ? odd : 0 : CIRCUMSTANCE;
}

/* Four counts that stay high: sums of what goes beyond a decade an hour, fading within a day.
 */
static inline void judge_slow(const struct past_account *account, const struct past_kind *kind,
                              size_t i, float fading, lanes odd, struct past_judged *judged)
{
    lanes more = lanes_min(odd, lanes_of(SLOW_MOST)) - SLOW_FROM;
    more = account->windows >= SLOW_WINDOWS ? more : lanes_of(0);
    lanes sum = lanes_load(account->slow + i) * fading + more;
    sum = lanes_max(sum, lanes_of(0));
    lanes at = lanes_of(past_bin_of(0)), slow = lanes_of(0);
    for (unsigned where = lanes_where(more > lanes_of(0)); where != 0; where &= where - 1) {
        size_t lane = (size_t)__builtin_ctz(where);
        at[lane] = past_bin_of(sum[lane]);
        slow[lane] = past_between(kind->edges[PAST_SLOW + i + lane], at[lane]);
    }
    lanes_store(judged->slow + i, sum);
    lanes_store(judged->at + PAST_SLOW + i, at);
    lanes_store(judged->odd + PAST_PART_SLOW + i, slow);
}

/* What can be said without deciding anything: a processor that has to guess a branch at the end
 * of a long calculation does it again when the guess was wrong. Several hours go through this
 * before the first one is looked at further. */
static inline void judge_counts(const struct past_plan *plan, const struct past_judging *one,
                                size_t i)
{
    const struct past_hour *hour = one->hour;
    struct past_judged *judged = one->judged;
    const struct past_kind *kind = one->kind;
    const lane_bits lane = {0, 1, 2, 3};
    lane_bits failed = lane == (int32_t)plan->failed - (int32_t)i;
    lane_bits there = lane < (int32_t)plan->n_counts - (int32_t)i;
    lanes excess;
    lanes at = statistics(one->account, kind, i, lanes_of(one->account->weight * hour->faded),
                          hour->faded, lanes_load(hour->value + i), &excess);
    lanes odd = {past_between(kind->edges[i], at[0]), past_between(kind->edges[i + 1], at[1]),
                 past_between(kind->edges[i + 2], at[2]),
                 past_between(kind->edges[i + 3], at[3])};
    /* Where nothing failed, nothing is odd about that. */
    odd = lanes_pick(there & ~(failed & -(int32_t)!hour->share), odd, lanes_of(0));
    excess = lanes_pick(there & ~failed, EFFECT * excess, lanes_of(0));
    lanes_store(judged->at + i, at);
    lanes_store(judged->excess + i, excess);
    lanes_store(judged->odd + PAST_PART_COUNT + i, odd);
}

/* The share of failures, and the silence before. */
static inline void judge_circumstances(const struct past_judging *one)
{
    const struct past_hour *hour = one->hour;
    const float *own = one->account->own_weight;
    lanes nothing;
    lanes at = statistics(one->account, one->kind, PAST_SHARE,
                          (lanes){own[0], own[1], 1, 1} * hour->faded, hour->faded,
                          lanes_load(hour->value + PAST_SHARE), &nothing);
    lanes odd = {past_between(one->kind->edges[PAST_SHARE], at[0]),
                 past_between(one->kind->edges[PAST_SILENCE], at[1]), 0, 0};
    odd = lanes_min(odd, (lanes){SHARE_MOST, CIRCUMSTANCE, 0, 0});
    lane_bits there = {-(int32_t)hour->share, -(int32_t)!hour->first, 0, 0};
    lanes_store(one->judged->at + PAST_SHARE, at);
    lanes_store(one->judged->odd + PAST_PART_SHARE, lanes_pick(there, odd, lanes_of(0)));
}

/* What few hours need: how often it was as high before, what stays high, rare hours and days.
 */
static inline void judge_further(const struct past_judging *one, size_t n_counts)
{
    const struct past_account *account = one->account;
    const struct past_hour *hour = one->hour;
    struct past_judged *judged = one->judged;
    const float weight = account->weight * hour->faded;
    for (size_t i = 0; i < n_counts; i += LANES) {
        lanes odd = lanes_load(judged->odd + PAST_PART_COUNT + i);
        for (unsigned where = lanes_where(odd > lanes_of(1)); where != 0; where &= where - 1) {
            size_t k = (size_t)__builtin_ctz(where);
            odd[k] =
                seen_before(account, i + k, hour->value[i + k], weight, hour->grown, odd[k]);
        }
        judge_slow(account, one->kind, i, hour->fading, odd, judged);
        lanes_store(judged->odd + PAST_PART_COUNT + i, odd + lanes_load(judged->excess + i));
    }
    if (!hour->first) {
        judged->odd[PAST_PART_HOUR] = habit(account->hours, one->kind->hours, 24, true,
                                            hour->moment->hour, weight, hour->grown);
        judged->odd[PAST_PART_DAY] = habit(account->days, one->kind->days, 7, false,
                                           hour->moment->day, weight, hour->grown);
    }
}

/* The oddest part counts, the others a little: seven that rise together are no sevenfold
 * evidence. */
_Static_assert(PAST_PART_SHARE + LANES == PAST_PARTS, "parts come in whole lanes");
static inline float combined(const float odd[PAST_PARTS], size_t n_counts, bool first)
{
    lanes most = lanes_load(odd + PAST_PART_SHARE);
    lanes sum = lanes_max(most - PART_PENALTY, lanes_of(0));
    for (size_t i = 0; i < n_counts; i += LANES) {
        lanes part = lanes_load(odd + PAST_PART_COUNT + i);
        lanes slow = lanes_load(odd + PAST_PART_SLOW + i);
        most = lanes_max(lanes_max(part, slow), most);
        sum += lanes_max(part - PART_PENALTY, lanes_of(0));
        sum += lanes_max(slow - PART_PENALTY, lanes_of(0));
    }
    float oddest = most[0] > most[1] ? most[0] : most[1];
    float other = most[2] > most[3] ? most[2] : most[3];
    float raw = (oddest > other ? oddest : other) - PART_PENALTY;
    float with_others = raw + OTHERS * ((sum[0] + sum[1]) + (sum[2] + sum[3]) - raw);
    raw = raw > 0 ? with_others : 0;
    /* Of an account that nothing is known of, only its kind speaks. */
    return first && raw > 2 ? 2 + (raw - 2) * 0.3f : raw;
}

void past_judge(const struct past_rules *rules, const struct past_judging *judging, size_t n)
{
    const size_t n_counts = rules->plan->n_counts;
    for (size_t k = 0; k < n; k++) {
        struct past_judged *judged = judging[k].judged;
        for (size_t i = 0; i < n_counts; i += LANES) {
            judge_counts(rules->plan, &judging[k], i);
        }
        for (size_t i = (n_counts + LANES - 1) / LANES * LANES; i < PAST_COUNTS_MAX;
             i += LANES) {
            lanes_store(judged->odd + PAST_PART_COUNT + i, lanes_of(0));
            lanes_store(judged->odd + PAST_PART_SLOW + i, lanes_of(0));
        }
        judge_circumstances(&judging[k]);
    }
    for (size_t k = 0; k < n; k++) {
        judge_further(&judging[k], n_counts);
    }
    for (size_t k = 0; k < n; k++) {
        judging[k].judged->raw =
            combined(judging[k].judged->odd, n_counts, judging[k].hour->first);
    }
}

float past_calibrated(float raw, float at_two)
{
    return raw < at_two ? 2 * raw / at_two : 2 + (raw - at_two) * CALIBRATED_RISE;
}

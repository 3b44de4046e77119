/* One hour of one account: how odd it is, and what is learnt from it. This is where the time
 * goes: loops over counts have a fixed length, logarithms are taken only where it matters. */
#include "past/past_internal.h"

#include <math.h>
#include <string.h>

/* Constants of the formulas (docs/TRIAGE.md says which were tried). */
#define SPREAD_WEIGHT   8.0f    /* hours that the kind's spread counts for */
#define SPREAD_LEAST    0.2f    /* square octaves added to it: a doubling is never very odd */
#define NOISE           0.52f   /* of counting, in square octaves, at a mean of 0 */
#define EFFECT          0.1f    /* decades for each octave above what is usual */
#define AGAIN           0.15f   /* of what goes beyond how often it was as high before */
#define SLOW_FROM       1.0f    /* decades that an hour must have to count as slow */
#define SLOW_MOST       1.5f    /* and the most that one hour adds */
#define SLOW_HALF       86400.0 /* seconds */
#define SLOW_WINDOWS    12      /* learnt before slow things are looked for */
#define OTHERS          ((float)PAST_OTHERS)
#define PART_PENALTY    ((float)PAST_ORDINARY) /* for having looked at many */
#define CIRCUMSTANCE    2.5f                   /* most decades of hour, day and silence */
#define SHARE_MOST      2.0f
#define HABIT           5.0f  /* hours that the kind's habits count for */
#define RARE            0.01f /* a habit above this is not looked at further */
#define CALIBRATED_RISE 0.92f /* decades a raw decade, beyond 1 in 100 */

size_t past_account_bytes(const struct past_plan *plan)
{
    return (sizeof(struct past_account) + plan->n_counts * PAST_HIGH * sizeof(float) + 7) / 8 *
           8;
}

void past_near_make(struct past_near *near, double half_life)
{
    for (int i = 0; i < PAST_NEAR; i++) {
        near->faded[i] = exp2f((float)(-3600.0 * i / half_life));
        near->fading[i] = exp2f((float)(-3600.0 * i / SLOW_HALF));
        near->silence[i] = log2f(1 + (float)i);
    }
}

struct past_moment past_moment_of(const struct table *table, uint32_t time, double half_life)
{
    if (table->time_seconds[time] == TABLE_NO_TIME) {
        return (struct past_moment){.seconds = NAN};
    }
    double seconds = (double)table_instant(table, time), halves = seconds / half_life;
    double clock = (double)table->time_seconds[time], day = floor(clock / 86400);
    return (struct past_moment){
        .seconds = seconds,
        .halves = (int32_t)floor(halves),
        .grown = exp2f((float)(halves - floor(halves))),
        .hour = (uint8_t)((clock - day * 86400) / 3600),
        .day = (uint8_t)((((int64_t)day % 7) + 7) % 7),
    };
}

/* 2 to a whole power, 0 or infinite beyond what a float holds. */
static inline float two_to(int32_t power)
{
    power = power < -126 ? -127 : power > 127 ? 128 : power;
    uint32_t bits = (uint32_t)(power + 127) << 23;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void past_hour_after(const struct past_rules *rules, const struct past_account *account,
                     struct past_hour *hour)
{
    const struct past_record *record = &hour->record;
    for (size_t i = 0; i < PAST_COUNTS_MAX; i++) {
        hour->value[i] = (float)record->counts[i] * (1.0f / PAST_OCTAVE);
    }
    hour->share = record->share > 0;
    hour->value[PAST_SHARE] = (float)record->share * (1.0f / PAST_OCTAVE) - 16;
    hour->first = account->windows == 0;
    hour->faded = hour->fading = 1;
    hour->value[PAST_SILENCE] = 0;
    hour->grown = hour->moment->grown;
    if (hour->first) {
        return;
    }
    double seconds = hour->moment->seconds - account->seconds;
    seconds = seconds > 0 ? seconds : 0; /* too late for own past */
    uint32_t hours = seconds < 3600.0 * PAST_NEAR ? (uint32_t)(seconds / 3600) : PAST_NEAR;
    if (hours < PAST_NEAR && seconds == 3600.0 * hours) {
        hour->faded = rules->near->faded[hours];
        hour->fading = rules->near->fading[hours];
        hour->value[PAST_SILENCE] = rules->near->silence[hours];
    } else {
        hour->faded = exp2f((float)(-seconds / rules->half_life));
        hour->fading = exp2f((float)(-seconds / SLOW_HALF));
        hour->value[PAST_SILENCE] = log2f(1 + (float)(seconds / 3600));
    }
    hour->grown *= two_to(hour->moment->halves - account->epoch);
}

/* ---- judging ---- */

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

/* Counts that stay high: sums of what goes beyond a decade an hour, fading within a day. */
static inline void judge_slow(const struct past_account *account, const struct past_kind *kind,
                              size_t i, float fading, struct past_judged *judged)
{
    lanes odd = lanes_load(judged->odd + PAST_PART_COUNT + i);
    lanes more = lanes_min(odd, lanes_of(SLOW_MOST)) - SLOW_FROM;
    more = account->windows >= SLOW_WINDOWS ? more : lanes_of(0);
    lanes sum = lanes_load(account->slow + i) * fading + more;
    sum = lanes_max(sum, lanes_of(0));
    lanes_store(judged->slow + i, sum);
    for (size_t k = i; k < i + LANES; k++) {
        judged->at[PAST_SLOW + k] = past_bin_of(0);
        if (more[k - i] > 0) {
            judged->at[PAST_SLOW + k] = past_bin_of(sum[k - i]);
            judged->odd[PAST_PART_SLOW + k] =
                past_between(kind->edges[PAST_SLOW + k], judged->at[PAST_SLOW + k]);
        }
    }
}

/* The oddest part counts, the others a little: seven that rise together are no sevenfold
 * evidence. */
_Static_assert(PAST_PARTS % LANES == 0, "parts come in whole lanes");
static inline float combined(const float odd[PAST_PARTS], bool first)
{
    lanes most = lanes_of(0), sum = lanes_of(0);
    for (size_t i = 0; i < PAST_PARTS; i += LANES) {
        lanes part = lanes_load(odd + i);
        most = lanes_max(part, most);
        sum += lanes_max(part - PART_PENALTY, lanes_of(0));
    }
    float oddest = most[0] > most[1] ? most[0] : most[1];
    float other = most[2] > most[3] ? most[2] : most[3];
    float raw = (oddest > other ? oddest : other) - PART_PENALTY;
    if (raw <= 0) {
        return 0;
    }
    raw += OTHERS * ((sum[0] + sum[1]) + (sum[2] + sum[3]) - raw);
    /* Of an account that nothing is known of, only its kind speaks. */
    return first && raw > 2 ? 2 + (raw - 2) * 0.3f : raw;
}

static void judge_counts(const struct past_rules *rules, const struct past_account *account,
                         const struct past_kind *kind, const struct past_hour *hour, size_t i,
                         float weight, struct past_judged *judged)
{
    const struct past_plan *plan = rules->plan;
    lanes excess;
    lanes at = statistics(account, kind, i, lanes_of(weight), hour->faded,
                          lanes_load(hour->value + i), &excess);
    lanes_store(judged->at + i, at);
    for (size_t k = i; k < i + LANES && k < plan->n_counts; k++) {
        if (k == plan->failed && !hour->share) {
            continue; /* nothing failed: nothing odd about that */
        }
        float odd = past_between(kind->edges[k], at[k - i]);
        judged->odd[k] =
            odd > 1 ? seen_before(account, k, hour->value[k], weight, hour->grown, odd) : odd;
    }
    judge_slow(account, kind, i, hour->fading, judged);
    for (size_t k = i; k < i + LANES && k < plan->n_counts; k++) {
        judged->odd[k] += k != plan->failed ? EFFECT * excess[k - i] : 0;
    }
}

/* The share of failures, and the silence before. */
static void judge_circumstances(const struct past_account *account,
                                const struct past_kind *kind, const struct past_hour *hour,
                                float weight, struct past_judged *judged)
{
    const float *own = account->own_weight;
    lanes nothing;
    lanes at =
        statistics(account, kind, PAST_SHARE, (lanes){own[0], own[1], 1, 1} * hour->faded,
                   hour->faded, lanes_load(hour->value + PAST_SHARE), &nothing);
    for (size_t i = 0; i < 2; i++) {
        const float most[2] = {SHARE_MOST, CIRCUMSTANCE};
        if (i == 0 ? hour->share : !hour->first) {
            float odd = past_between(kind->edges[PAST_SHARE + i], at[i]);
            judged->at[PAST_SHARE + i] = at[i];
            judged->odd[PAST_PART_SHARE + i] = odd < most[i] ? odd : most[i];
        }
    }
    if (!hour->first) {
        judged->odd[PAST_PART_HOUR] = habit(account->hours, kind->hours, 24, true,
                                            hour->moment->hour, weight, hour->grown);
        judged->odd[PAST_PART_DAY] =
            habit(account->days, kind->days, 7, false, hour->moment->day, weight, hour->grown);
    }
}

void past_judge(const struct past_rules *rules, const struct past_account *account,
                const struct past_kind *kind, const struct past_hour *hour,
                struct past_judged *judged)
{
    float weight = account->weight * hour->faded;
    memset(judged, 0, sizeof *judged);
    for (size_t i = 0; i < rules->plan->n_counts; i += LANES) {
        judge_counts(rules, account, kind, hour, i, weight, judged);
    }
    judge_circumstances(account, kind, hour, weight, judged);
    judged->raw = combined(judged->odd, hour->first);
}

float past_calibrated(float raw, float at_two)
{
    return raw < at_two ? 2 * raw / at_two : 2 + (raw - at_two) * CALIBRATED_RISE;
}

/* ---- learning ---- */

static inline void count_value(struct past_sums *sums, size_t i, int64_t code, float off,
                               float part)
{
    sums->sum[i] += code;
    sums->squares[i] += code * code;
    sums->within[i] += (int64_t)(part * off * off * 0x1p20f);
    sums->n[i]++;
}

/* Within an account hours vary about its mean; of a new one only the kind's is known, whose
 * spread is between accounts, too. */
static inline void count_about(struct past_sums *sums, size_t i, int64_t code, float value,
                               const struct past_account *account, const struct past_kind *kind,
                               bool known)
{
    count_value(sums, i, code, value - (known ? account->mean[i] : kind->mean[i]),
                known ? 1 : 0.5f);
}

void past_count(const struct past_plan *plan, const struct past_account *account,
                const struct past_kind *kind, const struct past_hour *hour,
                const struct past_judged *judged, struct past_sums *sums)
{
    for (size_t i = 0; i < plan->n_counts; i++) {
        count_about(sums, i, hour->record.counts[i], hour->value[i], account, kind,
                    !hour->first);
    }
    if (hour->share) {
        count_about(sums, PAST_SHARE, (int64_t)hour->record.share - 16 * PAST_OCTAVE,
                    hour->value[PAST_SHARE], account, kind, account->own_weight[0] > 0);
    }
    if (!hour->first) {
        float silence = hour->value[PAST_SILENCE];
        count_about(sums, PAST_SILENCE, (int64_t)(silence * PAST_OCTAVE + 0.5f), silence,
                    account, kind, account->own_weight[1] > 0);
    }
    sums->hours[hour->moment->hour]++;
    sums->days[hour->moment->day]++;
    if (judged == NULL) {
        return;
    }
    for (size_t i = 0; i < plan->n_counts; i++) {
        sums->bins[i][(uint32_t)judged->at[i]]++;
        sums->bins[PAST_SLOW + i][(uint32_t)judged->at[PAST_SLOW + i]]++;
    }
    if (hour->share) {
        sums->bins[PAST_SHARE][(uint32_t)judged->at[PAST_SHARE]]++;
    }
    if (!hour->first) {
        sums->bins[PAST_SILENCE][(uint32_t)judged->at[PAST_SILENCE]]++;
    }
    uint32_t bin = (uint32_t)(judged->raw * 8);
    sums->raw[bin < PAST_RAW_BINS ? bin : PAST_RAW_BINS - 1]++;
}

/* Weights of high, hours and days grow instead of fading; now and then all of them are divided
 * by the same power of two. */
static float growing(const struct past_rules *rules, struct past_account *account,
                     const struct past_hour *hour)
{
    if (hour->first) {
        account->epoch = hour->moment->halves;
        return hour->moment->grown;
    }
    int32_t by = hour->moment->halves - account->epoch;
    if (by <= 32) {
        return hour->grown;
    }
    float scale = two_to(-by);
    for (int i = 0; i < 24; i++) {
        account->hours[i] *= scale;
    }
    for (int i = 0; i < 7; i++) {
        account->days[i] *= scale;
    }
    for (size_t i = 0; i < rules->plan->n_counts * PAST_HIGH; i++) {
        account->high[i] *= scale;
    }
    account->epoch += by;
    return hour->moment->grown;
}

static inline void learn_values(struct past_account *account, size_t i, lanes weight,
                                float faded, lanes value)
{
    lanes mean = lanes_load(account->mean + i);
    lanes off = value - mean;
    mean += off / weight;
    lanes_store(account->mean + i, mean);
    lanes_store(account->squares + i,
                lanes_load(account->squares + i) * faded + off * (value - mean));
}

/* Share and silence are learnt where there are such. */
static void learn_circumstances(struct past_account *account, const struct past_hour *hour)
{
    const bool has[2] = {hour->share, !hour->first};
    for (size_t i = 0; i < 2; i++) {
        size_t at = PAST_SHARE + i;
        account->own_weight[i] *= hour->faded;
        account->squares[at] *= hour->faded;
        if (has[i]) {
            account->own_weight[i] += 1;
            float off = hour->value[at] - account->mean[at];
            account->mean[at] += off / account->own_weight[i];
            account->squares[at] += off * (hour->value[at] - account->mean[at]);
        }
    }
}

void past_learn(const struct past_rules *rules, struct past_account *account,
                const struct past_hour *hour, const struct past_judged *judged)
{
    const struct past_plan *plan = rules->plan;
    float grown = growing(rules, account, hour);
    account->weight = account->weight * hour->faded + 1;
    for (size_t i = 0; i < plan->n_counts; i += LANES) {
        learn_values(account, i, lanes_of(account->weight), hour->faded,
                     lanes_load(hour->value + i));
        lanes_store(account->slow + i,
                    judged != NULL ? lanes_load(judged->slow + i) : lanes_of(0));
    }
    for (size_t i = 0; i < plan->n_counts; i++) {
        int octave = (int)hour->value[i];
        account->high[i * PAST_HIGH + (size_t)(octave < PAST_HIGH ? octave : PAST_HIGH - 1)] +=
            grown;
    }
    learn_circumstances(account, hour);
    account->hours[hour->moment->hour] += grown;
    account->days[hour->moment->day] += grown;
    account->seconds = hour->moment->seconds;
    account->windows++;
}

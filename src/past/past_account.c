/* One hour of one account: what it has to do with the last one, and what is learnt from it. */
#include "past/past_internal.h"

#include <math.h>
#include <string.h>

#define SLOW_HALF 86400.0 /* seconds in which what was high within a day is half */

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
    hour->first = account->windows == 0;
    hour->faded = hour->fading = 1;
    hour->grown = hour->moment->grown;
    float silence = 0;
    if (!hour->first) {
        double seconds = hour->moment->seconds - account->seconds;
        seconds = seconds > 0 ? seconds : 0; /* too late for own past */
        uint32_t hours = seconds < 3600.0 * PAST_NEAR ? (uint32_t)(seconds / 3600) : PAST_NEAR;
        if (hours < PAST_NEAR && seconds == 3600.0 * hours) {
            hour->faded = rules->near->faded[hours];
            hour->fading = rules->near->fading[hours];
            silence = rules->near->silence[hours];
        } else {
            hour->faded = exp2f((float)(-seconds / rules->half_life));
            hour->fading = exp2f((float)(-seconds / SLOW_HALF));
            silence = log2f(1 + (float)(seconds / 3600));
        }
        hour->grown *= two_to(hour->moment->halves - account->epoch);
    }
    float share = (float)record->share * (1.0f / PAST_OCTAVE) - 16;
    lanes_store(hour->value + PAST_SHARE, (lanes){share, silence, 0, 0});
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

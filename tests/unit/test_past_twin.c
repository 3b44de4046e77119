/* Own past against a twin: the definition of docs/TRIAGE.md, each window from all windows
 * before it anew, in doubles, without blocks of rows, records, lanes or threads. How kinds are
 * made of what was counted is the program's (its tails have tests of their own). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "past/past_internal.h"
#include "unit/fixture.h"
#include "unit/past_world.h"
#include "unit/test.h"

enum { COUNTS = 4, FAILED = 1 };
static const double half_life = 30 * 24; /* hours */

/* One account in one window. */
struct seen {
    uint32_t hour, user;
    double count[COUNTS]; /* sums, hosts by their maximum */
    double octaves[COUNTS], odds, silence, slow[COUNTS];
    bool has_silence;
    struct past_judged judged;
    double mean[PAST_VALUES]; /* of the account before it */
    bool known[PAST_VALUES];
};

struct twin {
    const uint8_t *kinds; /* by user of the world */
    size_t n;
    struct seen *seen; /* in the order of hours */
    struct past_kind kind[ACCOUNT_KINDS];
    float before[PAST_EDGES];
};

static double kept_after(double hours)
{
    return exp2(-hours / half_life);
}

/* The fading weight, mean and squares about it of one value of the windows before. */
struct moments {
    double weight, mean, squares;
};

static double value_of(const struct seen *seen, size_t i)
{
    return i < COUNTS ? seen->octaves[i] : i == PAST_SHARE ? seen->odds : seen->silence;
}

static bool has_value(const struct seen *seen, size_t i)
{
    return i < COUNTS || (i == PAST_SHARE ? seen->count[FAILED] > 0 : seen->has_silence);
}

static struct moments moments_of(const struct twin *twin, const struct seen *now, size_t i)
{
    struct moments m = {0};
    for (int step = 0; step < 2; step++) {
        for (const struct seen *s = twin->seen; s < twin->seen + twin->n; s++) {
            if (s->user == now->user && s->hour < now->hour && has_value(s, i)) {
                double kept = kept_after(now->hour - s->hour), off = value_of(s, i) - m.mean;
                m.weight += step == 0 ? kept : 0;
                m.squares += step == 0 ? kept * value_of(s, i) : kept * off * off;
            }
        }
        if (step == 0) {
            m.mean = m.weight > 0 ? m.squares / m.weight : 0;
            m.squares = 0;
        }
    }
    return m;
}

/* Standard deviations above what is expected, as a position among bins. */
static double place(const struct past_kind *kind, size_t i, struct moments own, double value,
                    double *excess)
{
    double k = (double)kind->strength[i], within = (double)kind->within[i];
    double mean = (k * (double)kind->mean[i] + own.weight * own.mean) / (k + own.weight);
    double spread = (8 * within + own.squares) / (8 + own.weight);
    double small = exp2(-fmax(mean, 0)), noise = 0.52 * small / (1 + small);
    double variance = fmax(spread, noise) * (1 + 1 / (k + own.weight)) + 0.2;
    *excess = fmin(fmax(value - mean - 1.65 * sqrt(variance), 0), 10);
    return fmin(fmax(((value - mean) / sqrt(variance) + 10) * 4, 0), PAST_BINS - 0.01);
}

static double weight_where(const struct twin *twin, const struct seen *now, size_t count,
                           int least)
{
    double sum = 0;
    for (const struct seen *s = twin->seen; s < twin->seen + twin->n; s++) {
        if (s->user == now->user && s->hour < now->hour &&
            fmin(floor(s->octaves[count]), PAST_HIGH - 1) >= least) {
            sum += kept_after(now->hour - s->hour);
        }
    }
    return sum;
}

static double habit(const struct twin *twin, const struct seen *now, const float *kind, int n,
                    int (*which)(uint32_t hour), double weight)
{
    double own[24] = {0}, share[24], total = 0;
    int at = which(now->hour);
    for (const struct seen *s = twin->seen; s < twin->seen + twin->n; s++) {
        if (s->user == now->user && s->hour < now->hour) {
            own[which(s->hour)] += kept_after(now->hour - s->hour);
        }
    }
    for (int i = 0; i < n; i++) {
        double there =
            n == 24 ? (own[i] + 0.5 * (own[(i + 1) % n] + own[(i + n - 1) % n])) / 2 : own[i];
        share[i] = there + 5 * (double)kind[i];
    }
    for (int i = 0; i < n; i++) {
        total += share[i] <= share[at] * 1.0001 ? share[i] : 0;
    }
    return share[at] >= 0.01 * (weight + 5) ? 0
                                            : fmin(fmax(log10((weight + 5) / total), 0), 2.5);
}

static int hour_of_day(uint32_t hour)
{
    return (int)(hour % 24);
}

static int day_of_week(uint32_t hour)
{
    return (int)(hour / 24 % 7);
}

static double between(const float *edges, double at)
{
    int bin = (int)at;
    return (double)edges[bin] + (at - bin) * ((double)edges[bin + 1] - (double)edges[bin]);
}

/* Judges a window by all before it. */
static void judge(const struct twin *twin, struct seen *now)
{
    const struct past_kind *kind = &twin->kind[twin->kinds[now->user]];
    const struct seen *last = NULL;
    size_t windows = 0;
    double odd[PAST_PARTS] = {0}, none, most = 0, sum = 0;
    for (const struct seen *s = twin->seen; s < twin->seen + twin->n; s++) {
        if (s->user == now->user && s->hour < now->hour) {
            last = s;
            windows++;
        }
    }
    memset(&now->judged, 0, sizeof now->judged);
    now->has_silence = last != NULL;
    now->silence = last != NULL ? log2(1 + (double)(now->hour - last->hour)) : 0;
    double weight = moments_of(twin, now, 0).weight;
    for (size_t i = 0; i < COUNTS; i++) {
        double excess, at = place(kind, i, moments_of(twin, now, i), now->octaves[i], &excess);
        now->judged.at[i] = (float)at;
        if (i != FAILED || now->count[FAILED] > 0) {
            odd[i] = between(kind->edges[i], at);
        }
        if (odd[i] > 1) {
            double times = weight_where(twin, now, i, (int)fmax(now->octaves[i] - 0.5, 0));
            double bound = log10((weight + 2) / (times + 0.5));
            if (times > 0.2 && odd[i] > bound) {
                odd[i] = bound + (odd[i] - bound) * 0.15;
            }
        }
        double more = windows >= 12 ? fmin(odd[i], 1.5) - 1 : 0;
        double faded =
            last != NULL ? last->slow[i] * exp2(-(double)(now->hour - last->hour) / 24) : 0;
        now->slow[i] = fmax(faded + more, 0);
        now->judged.at[PAST_SLOW + i] = past_bin_of(more > 0 ? (float)now->slow[i] : 0);
        if (more > 0) {
            odd[PAST_PART_SLOW + i] =
                between(kind->edges[PAST_SLOW + i], (double)now->judged.at[PAST_SLOW + i]);
        }
        odd[i] += i != FAILED ? 0.1 * excess : 0;
    }
    for (size_t i = 0; i < 2; i++) {
        size_t at = PAST_SHARE + i;
        if (has_value(now, at)) {
            now->judged.at[at] =
                (float)place(kind, at, moments_of(twin, now, at), value_of(now, at), &none);
            odd[PAST_PART_SHARE + i] =
                fmin(between(kind->edges[at], (double)now->judged.at[at]), i == 0 ? 2 : 2.5);
        }
    }
    if (last != NULL) {
        odd[PAST_PART_HOUR] = habit(twin, now, kind->hours, 24, hour_of_day, weight);
        odd[PAST_PART_DAY] = habit(twin, now, kind->days, 7, day_of_week, weight);
    }
    for (size_t i = 0; i < PAST_PARTS; i++) {
        most = fmax(most, odd[i]);
        sum += fmax(odd[i] - 0.5, 0);
    }
    double raw = most - 0.5;
    raw = raw <= 0 ? 0 : raw + 0.08 * (sum - raw);
    raw = last == NULL && raw > 2 ? 2 + (raw - 2) * 0.3 : raw;
    now->judged.raw = (float)raw;
}

static void make_octaves(struct seen *seen)
{
    double good = fmax(seen->count[0] - seen->count[FAILED], 0);
    for (size_t i = 0; i < COUNTS; i++) {
        seen->octaves[i] = floor(log2(1 + seen->count[i]) * PAST_OCTAVE + 0.5) / PAST_OCTAVE;
    }
    seen->odds =
        floor((log2((seen->count[FAILED] + 0.5) / (good + 0.5)) + 16) * PAST_OCTAVE + 0.5) /
            PAST_OCTAVE -
        16;
}

/* Kinds from everything before `hour`. */
static void make_kinds(struct twin *twin, uint32_t hour)
{
    static struct past_sums sums[ACCOUNT_KINDS], everybody;
    memset(sums, 0, sizeof sums);
    for (const struct seen *s = twin->seen; s < twin->seen + twin->n && s->hour < hour; s++) {
        struct past_sums *to = &sums[twin->kinds[s->user]];
        bool judged = s->hour > twin->seen[0].hour;
        for (size_t i = 0; i < PAST_VALUES; i++) {
            if ((i < COUNTS || i == PAST_SHARE || i == PAST_SILENCE) && has_value(s, i)) {
                int64_t code = (int64_t)floor(value_of(s, i) * PAST_OCTAVE + 0.5);
                double off = value_of(s, i) - s->mean[i];
                to->sum[i] += code;
                to->squares[i] += code * code;
                to->within[i] += (int64_t)((s->known[i] ? 1 : 0.5) * off * off * 0x1p20);
                to->n[i]++;
                if (judged) {
                    to->bins[i][(uint32_t)s->judged.at[i]]++;
                }
            }
            if (i < COUNTS && judged) {
                to->bins[PAST_SLOW + i][(uint32_t)s->judged.at[PAST_SLOW + i]]++;
            }
        }
        to->hours[hour_of_day(s->hour)]++;
        to->days[day_of_week(s->hour)]++;
        if (judged) {
            to->raw[(uint32_t)(s->judged.raw * 8)]++;
        }
    }
    past_kinds_from(sums, twin->before, &everybody, twin->kind);
}

/* Kinds stand still from 1, 2, 4, 8, 16 and 24 hours after the first window on, then by day. */
static bool begins_block(uint32_t after)
{
    return after % 24 == 0 || after == 1 || after == 2 || after == 4 || after == 8 ||
           after == 16;
}

static int by_hour(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    return x->hour != y->hour ? (x->hour > y->hour) - (x->hour < y->hour)
                              : (x->user > y->user) - (x->user < y->user);
}

/* Scores of rows[0] .. rows[n - 1], in whatever order they stand. */
static void twin_scores(const struct past_row *rows, size_t n, const uint8_t *kinds,
                        double *score)
{
    static struct twin twin;
    struct seen *all = calloc(n, sizeof *all);
    size_t n_all = 0;
    assert_non_null(all);
    for (size_t i = 0; i < n; i++) {
        struct seen *s = all;
        while (s < all + n_all && (s->hour != rows[i].hour || s->user != rows[i].user)) {
            s++;
        }
        n_all += s == all + n_all;
        s->hour = rows[i].hour;
        s->user = rows[i].user;
        s->count[0] += rows[i].total;
        s->count[1] += rows[i].failed;
        s->count[2] = fmax(s->count[2], rows[i].destinations);
        s->count[3] = fmax(s->count[3], rows[i].sources);
    }
    qsort(all, n_all, sizeof *all, by_hour);
    twin = (struct twin){.kinds = kinds, .seen = all};
    past_edges_student(twin.before);
    for (uint32_t hour = all[0].hour; hour <= all[n_all - 1].hour; hour++) {
        if (begins_block(hour - all[0].hour)) {
            make_kinds(&twin, hour);
        }
        size_t to = twin.n;
        for (; to < n_all && all[to].hour == hour; to++) {
            struct seen *now = &all[to];
            make_octaves(now);
            const struct past_kind *kind = &twin.kind[kinds[now->user]];
            for (size_t i = 0; i < PAST_VALUES; i++) {
                struct moments own = moments_of(&twin, now, i);
                now->known[i] = own.weight > 0;
                now->mean[i] = now->known[i] ? own.mean : (double)kind->mean[i];
            }
            judge(&twin, now);
            for (size_t i = 0; i < n; i++) { /* each fragment by itself */
                if (rows[i].hour != hour || rows[i].user != now->user) {
                    continue;
                }
                struct seen one = {.hour = hour,
                                   .user = now->user,
                                   .count = {rows[i].total, rows[i].failed,
                                             rows[i].destinations, rows[i].sources}};
                make_octaves(&one);
                judge(&twin, &one);
                double raw = (double)one.judged.raw, two = (double)kind->at_two;
                score[i] = hour == all[0].hour ? NAN
                           : raw < two         ? 2 * raw / two
                                               : 2 + (raw - two) * 0.92;
            }
            if (hour == all[0].hour) {
                memset(now->slow, 0, sizeof now->slow);
            }
        }
        twin.n = to;
    }
    free(all);
}

/* Swaps rows about. */
static void shuffle(struct past_row *rows, size_t n, uint64_t *random)
{
    for (size_t i = n; i > 1; i--) {
        size_t other = fixture_below(random, i);
        struct past_row row = rows[i - 1];
        rows[i - 1] = rows[other];
        rows[other] = row;
    }
}

static void scores_are_those_of_the_definition(void **state)
{
    (void)state;
    double most = 0;
    size_t compared = 0, off = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct past_row *rows;
        uint64_t random = seed * 77;
        size_t n = past_world(&rows, 24 * (3 + 3 * (uint32_t)seed), 8, seed);
        for (size_t i = 0; i < n; i++) {
            if (seed % 2 == 0 && fixture_below(&random, 7) == 0 && i > 0) {
                rows[i].hour = rows[i - 1].hour; /* fragments, or another's window */
            }
            if (seed % 3 == 0 && rows[i].hour > 60 && rows[i].hour < 110) {
                rows[i].hour += 60; /* nobody for two days */
            }
            if (fixture_below(&random, 60) == 0) {
                rows[i].destinations += 90;
                rows[i].failed = rows[i].total;
            }
        }
        shuffle(rows, n, &random);
        struct table *table = past_world_table(rows, n);
        uint8_t *by_id = past_world_kinds(table), kinds[8];
        for (size_t i = 0; i < n; i++) {
            kinds[rows[i].user] = by_id[table->row_user[i]];
        }
        float *score = past_world_scores(NULL, table, 1 + (unsigned)seed % 3);
        double *wanted = calloc(n, sizeof *wanted);
        assert_non_null(wanted);
        twin_scores(rows, n, kinds, wanted);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(isnan(score[i]), isnan(wanted[i]));
            if (!isnan(wanted[i])) {
                double apart = fabs((double)score[i] - wanted[i]);
                most = fmax(most, apart);
                off += apart > 0.005;
                compared++;
            }
        }
        free(wanted);
        free(score);
        free(by_id);
        table_free(table);
        free(rows);
    }
    print_message("%zu rows, %zu more than 0.005 decades apart, at most %g\n", compared, off,
                  most);
    assert_true(compared > 9000);
    /* A statistic at the edge of a bin may be counted in the next one. */
    assert_true(off * 300 < compared && most < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "rules.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/user_past.h"
#include "past/past.h"
#include "past/past_tail.h"
#include "past/triage.h"

enum { COUNTS = LABELLED_COUNTS, BINS = 400 };

/* What everybody of a kind does with a count, over the whole table, as log(1 + x). */
struct usual {
    double mean[COUNTS], variance[COUNTS]; /* of everybody */
    double above[4][COUNTS][BINS];         /* share of a kind with at least bin / 20 */
};

static int bin_of(double x)
{
    int bin = (int)(20 * log1p(x));
    return bin < BINS ? bin : BINS - 1;
}

static struct usual *usual_new(const struct labelled *labelled)
{
    struct usual *usual = calloc(1, sizeof *usual);
    double rows = (double)labelled->table->n_rows, of_kind[4] = {0};
    for (uint32_t row = 0; row < labelled->table->n_rows; row++) {
        of_kind[labelled->kinds[labelled->table->row_user[row]]]++;
    }
    for (uint32_t row = 0; row < labelled->table->n_rows; row++) {
        uint8_t kind = labelled->kinds[labelled->table->row_user[row]];
        for (size_t f = 0; f < COUNTS; f++) {
            double x = labelled_count(labelled, row, f), z = log1p(x);
            usual->mean[f] += z / rows;
            usual->variance[f] += z * z / rows;
            usual->above[kind][f][bin_of(x)] += 1 / of_kind[kind];
        }
    }
    for (size_t f = 0; f < COUNTS; f++) {
        usual->variance[f] -= usual->mean[f] * usual->mean[f];
        for (size_t kind = 0; kind < 4; kind++) {
            for (int bin = BINS - 2; bin >= 0; bin--) {
                usual->above[kind][f][bin] += usual->above[kind][f][bin + 1];
            }
        }
    }
    return usual;
}

/* One count of one account, window by window. */
struct series {
    double n, sum, squares;  /* of log(1 + x) */
    double raw, raw_squares; /* of x */
    double bins[BINS];
    double *sorted; /* earlier values */
    size_t n_sorted;
};

typedef double form(const struct series *series, const struct usual *usual, uint8_t kind,
                    size_t count, double x);

static void learn(struct series *series, double x)
{
    double z = log1p(x);
    series->n++;
    series->sum += z;
    series->squares += z * z;
    series->raw += x;
    series->raw_squares += x * x;
    series->bins[bin_of(x)]++;
    size_t at = series->n_sorted++;
    while (at > 0 && series->sorted[at - 1] > x) {
        series->sorted[at] = series->sorted[at - 1];
        at--;
    }
    series->sorted[at] = x;
}

/* log(1 + x) over the account's own earlier 95 % quantile. */
static double form_excess(const struct series *series, const struct usual *usual, uint8_t kind,
                          size_t count, double x)
{
    (void)usual;
    (void)kind;
    (void)count;
    double place = 0.95 * (double)(series->n_sorted - 1);
    size_t low = (size_t)place, high = low + 1 < series->n_sorted ? low + 1 : low;
    double quantile = series->sorted[low] +
                      (place - (double)low) * (series->sorted[high] - series->sorted[low]);
    return log1p(x) - log1p(quantile);
}

/* Student's t of log(1 + x), mean and variance shrunk to everybody's with the weight of five.
 */
static double statistic(const struct series *series, const struct usual *usual, size_t count,
                        double x)
{
    const double prior = 5;
    double weight = prior + series->n;
    double mean = (prior * usual->mean[count] + series->sum) / weight;
    double own = series->squares - series->sum * series->sum / series->n;
    double variance = (prior * usual->variance[count] + (own > 0 ? own : 0)) / weight;
    variance = variance > 0.01 ? variance : 0.01;
    return (log1p(x) - mean) / sqrt(variance * (1 + 1 / weight));
}

static double form_student(const struct series *series, const struct usual *usual, uint8_t kind,
                           size_t count, double x)
{
    (void)kind;
    return past_student(statistic(series, usual, count, x), 4 + series->n);
}

static double form_statistic(const struct series *series, const struct usual *usual,
                             uint8_t kind, size_t count, double x)
{
    (void)kind;
    return statistic(series, usual, count, x);
}

/* A negative binomial with the account's mean and variance, shrunk as the Why page does. */
static double form_binomial(const struct series *series, const struct usual *usual,
                            uint8_t kind, size_t count, double x)
{
    const double prior = 5;
    double everybody = expm1(usual->mean[count]), weight = prior + series->n;
    double own = series->raw_squares - series->raw * series->raw / series->n;
    double mean = (prior * everybody + series->raw) / weight;
    double variance =
        (prior * (everybody + everybody * everybody) + (own > 0 ? own : 0)) / weight;
    double tail = user_past_tail(x, mean, variance);
    (void)kind;
    return tail > 0 ? -log10(tail) : 300;
}

/* The account's earlier values, mixed with five of its kind's. */
static double form_mixture(const struct series *series, const struct usual *usual, uint8_t kind,
                           size_t count, double x)
{
    const double prior = 5;
    double as_high = 0;
    for (int bin = bin_of(x); bin < BINS; bin++) {
        as_high += series->bins[bin];
    }
    return -log10((as_high + prior * usual->above[kind][count][bin_of(x)]) /
                  (series->n + prior));
}

/* Every count of every row by a form: each (rows, COUNTS); the first window of an account 0. */
static float *by_count(const struct labelled *labelled, form *score_of)
{
    const struct table *table = labelled->table;
    struct usual *usual = usual_new(labelled);
    float *values = calloc(table->n_rows * COUNTS, sizeof *values);
    double *sorted = calloc(table->n_rows, sizeof *sorted);
    for (size_t user = 0; user < dict_count(table->users); user++) {
        for (size_t f = 0; f < COUNTS; f++) {
            struct series series = {.sorted = sorted};
            for (uint32_t i = labelled->start[user], to; i < labelled->start[user + 1];
                 i = to) {
                double most = 0;
                for (to = i;
                     to < labelled->start[user + 1] &&
                     labelled->hour[labelled->rows[to]] == labelled->hour[labelled->rows[i]];
                     to++) {
                    uint32_t row = labelled->rows[to];
                    double x = labelled_count(labelled, row, f);
                    most = x > most ? x : most;
                    if (series.n > 0) {
                        values[row * COUNTS + f] =
                            (float)score_of(&series, usual, labelled->kinds[user], f, x);
                    }
                }
                learn(&series, most);
            }
        }
    }
    free(sorted);
    free(usual);
    return values;
}

/* ---- counts into one score ---- */

enum combining { LARGEST, SUM, HARMONIC, LARGEST_AND_OTHERS };

static void combine(const struct labelled *labelled, float *values, enum combining how,
                    float *score)
{
    for (size_t row = 0; row < labelled->table->n_rows; row++) {
        const float *value = values + row * COUNTS;
        float largest = 0, sum = 0, inverse = 0;
        for (size_t f = 0; f < COUNTS; f++) {
            largest = value[f] > largest ? value[f] : largest;
            sum += value[f] > 0 ? value[f] : 0;
            inverse += powf(10, value[f] < 30 ? value[f] : 30);
        }
        score[row] = how == LARGEST    ? largest
                     : how == SUM      ? sum
                     : how == HARMONIC ? log10f(inverse / COUNTS)
                                       : largest + 0.08f * (sum - largest);
    }
    free(values);
}

static void rule_excess(const struct labelled *labelled, float *score)
{
    combine(labelled, by_count(labelled, form_excess), LARGEST, score);
}

static void rule_student(const struct labelled *labelled, float *score)
{
    combine(labelled, by_count(labelled, form_student), LARGEST, score);
}

static void rule_student_sum(const struct labelled *labelled, float *score)
{
    combine(labelled, by_count(labelled, form_student), SUM, score);
}

static void rule_student_harmonic(const struct labelled *labelled, float *score)
{
    combine(labelled, by_count(labelled, form_student), HARMONIC, score);
}

static void rule_binomial(const struct labelled *labelled, float *score)
{
    combine(labelled, by_count(labelled, form_binomial), LARGEST, score);
}

static void rule_mixture(const struct labelled *labelled, float *score)
{
    combine(labelled, by_count(labelled, form_mixture), LARGEST, score);
}

static const float *ranking;

static int falling(const void *a, const void *b)
{
    float x = ranking[*(const uint32_t *)a], y = ranking[*(const uint32_t *)b];
    return (x < y) - (x > y);
}

/* Student's t as the share of the kind's rows that have as much: a robust, empirical tail. */
static float *kind_tails(const struct labelled *labelled)
{
    size_t n = labelled->table->n_rows;
    float *values = by_count(labelled, form_statistic);
    float *one = calloc(n, sizeof *one);
    uint32_t *order = calloc(n, sizeof *order);
    for (size_t f = 0; f < COUNTS; f++) {
        for (uint8_t kind = 0; kind < 4; kind++) {
            size_t rows = 0;
            for (uint32_t row = 0; row < n; row++) {
                one[row] = values[row * COUNTS + f];
                if (labelled->kinds[labelled->table->row_user[row]] == kind) {
                    order[rows++] = row;
                }
            }
            ranking = one;
            qsort(order, rows, sizeof *order, falling);
            for (size_t i = 0; i < rows; i++) {
                values[order[i] * COUNTS + f] =
                    (float)-log10(((double)i + 1) / ((double)rows + 1));
            }
        }
    }
    free(one);
    free(order);
    return values;
}

static void rule_kind_tail(const struct labelled *labelled, float *score)
{
    combine(labelled, kind_tails(labelled), LARGEST, score);
}

static void rule_kind_tail_others(const struct labelled *labelled, float *score)
{
    combine(labelled, kind_tails(labelled), LARGEST_AND_OTHERS, score);
}

/* ---- what the program has ---- */

static void rule_own(const struct labelled *labelled, float *score)
{
    const struct past_options options = {.half_life_days = 30};
    struct status status = {0};
    struct past *past = past_new(labelled->table, &options, &status);
    if (past == NULL ||
        !past_score(past, labelled->table, labelled->kinds, score, NULL, NULL, &status)) {
        fprintf(stderr, "triage: %s\n", status.text);
        exit(1);
    }
    past_free(past);
}

static const double *list_of(const struct labelled *labelled, const char *name)
{
    for (size_t i = 0; i < labelled->n_lists; i++) {
        if (strcmp(labelled->list[i], name) == 0) {
            return labelled->decades[i];
        }
    }
    return NULL;
}

static void rule_triage(const struct labelled *labelled, float *score)
{
    const struct table *table = labelled->table;
    const double *rows = list_of(labelled, "ensemble");
    double *ensemble = NULL;
    float *own = calloc(table->n_rows, sizeof *own);
    rule_own(labelled, own);
    if (rows != NULL) { /* by profile; ties are by row_id, so the best of its rows is taken */
        ensemble = calloc(table->profiles.n, sizeof *ensemble);
        for (size_t row = 0; row < table->n_rows; row++) {
            double *known = &ensemble[table->row_profile[row]];
            *known = rows[row] > *known ? rows[row] : *known;
        }
    }
    triage_score(table, labelled->kinds, own, ensemble, score, NULL, NULL, NULL);
    free(own);
    free(ensemble);
}

static void rule_own_and_ensemble(const struct labelled *labelled, float *score)
{
    const double *ensemble = list_of(labelled, "ensemble");
    rule_own(labelled, score);
    for (size_t row = 0; ensemble != NULL && row < labelled->table->n_rows; row++) {
        score[row] = 0.5f * (score[row] > 0 ? score[row] : 0) + 0.5f * (float)ensemble[row];
    }
}

static void by_list(const struct labelled *labelled, const char *name, float *score)
{
    const double *list = list_of(labelled, name);
    for (size_t row = 0; row < labelled->table->n_rows; row++) {
        score[row] = list != NULL ? (float)list[row] : 0;
    }
}

static void rule_forest(const struct labelled *labelled, float *score)
{
    by_list(labelled, "iforest", score);
}

static void rule_autoencoder(const struct labelled *labelled, float *score)
{
    by_list(labelled, "autoencoder", score);
}

static void rule_lof(const struct labelled *labelled, float *score)
{
    by_list(labelled, "lof", score);
}

static void rule_ensemble(const struct labelled *labelled, float *score)
{
    by_list(labelled, "ensemble", score);
}

const struct candidate candidates[] = {
    {"excess", rule_excess, NAN},
    {"student", rule_student, NAN},
    {"student-sum", rule_student_sum, NAN},
    {"student-harmonic", rule_student_harmonic, NAN},
    {"binomial", rule_binomial, NAN},
    {"mixture", rule_mixture, NAN},
    {"kind-tail", rule_kind_tail, NAN},
    {"kind-tail-others", rule_kind_tail_others, NAN},
    {"own", rule_own, PAST_THRESHOLD},
    {"triage", rule_triage, TRIAGE_THRESHOLD},
    {"own+ensemble", rule_own_and_ensemble, NAN},
    {"iforest", rule_forest, NAN},
    {"autoencoder", rule_autoencoder, NAN},
    {"lof", rule_lof, NAN},
    {"ensemble", rule_ensemble, NAN},
    {NULL, NULL, 0},
};

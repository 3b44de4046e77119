/* triage: how far down a list an analyst has to read, for every candidate of a first list.
 *
 * usage: triage [--clean] [--only NAME,...] TABLE TRUTH [HARD|-] [SCORES]
 *
 * Prints a line for each candidate (rules.c), fields separated by tabs: by row how many of the
 * first 10, 50, 100, 200 are planted, and how many incidents are among the first 50, 100, 200,
 * 500; by episode how many are in the first 100, 150 and in as many as five a day; hard
 * negatives among the first 100, and those of them that the account had met before.
 * --clean leaves planted rows out and prints, by kind, the share of rows above 2, 3 and 4
 * decades as a multiple of 1 in 100, 1,000 and 10,000. Everything is synthetic. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labelled.h"
#include "past/account_kind.h"
#include "rank/episodes.h"
#include "rules.h"

static const float *sorting;

static int falling(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (sorting[x] != sorting[y]) {
        return sorting[x] > sorting[y] ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static uint32_t *order_of(const float *score, size_t n)
{
    uint32_t *order = calloc(n, sizeof *order);
    for (uint32_t row = 0; row < n; row++) {
        order[row] = row;
    }
    sorting = score;
    qsort(order, n, sizeof *order, falling);
    return order;
}

struct measures {
    int planted[4];   /* of the first 10, 50, 100, 200 rows */
    int incidents[4]; /* in the first 50, 100, 200, 500 rows */
    int hard, again;  /* among the first 100 rows */
    int episodes[3];  /* incidents in the first 100, 150, five a day */
};

static void measure_rows(const struct labelled *labelled, const uint32_t *order,
                         struct measures *m)
{
    static const size_t planted[4] = {10, 50, 100, 200}, incidents[4] = {50, 100, 200, 500};
    uint8_t *seen = calloc(labelled->n_incidents + 1, 1);
    int n_planted = 0, n_incidents = 0;
    for (size_t i = 0; i < 500 && i < labelled->table->n_rows; i++) {
        uint32_t row = order[i], incident = labelled->incident[row];
        n_planted += incident > 0;
        n_incidents += incident > 0 && !seen[incident];
        seen[incident] = 1;
        if (i < 100 && labelled->hard[row] > 0) {
            m->hard++;
            m->again += labelled->hard[row] > 1;
        }
        for (size_t k = 0; k < 4; k++) {
            m->planted[k] = i + 1 == planted[k] ? n_planted : m->planted[k];
            m->incidents[k] = i + 1 == incidents[k] ? n_incidents : m->incidents[k];
        }
    }
    free(seen);
}

static void measure_episodes(const struct labelled *labelled, const uint32_t *order,
                             const float *score, double threshold, struct measures *m)
{
    const struct table *table = labelled->table;
    size_t n = 0, days = (size_t)(table->last_day - table->first_day + 1);
    double *above = calloc(table->n_rows, sizeof *above);
    if (isnan(threshold)) {
        threshold = (double)score[order[table->n_rows / 100]];
    }
    while (n < table->n_rows && (double)score[order[n]] > threshold) {
        above[n] = (double)score[order[n]];
        n++;
    }
    struct episodes episodes;
    if (!episodes_make(&episodes, table, order, above, n, EPISODE_GAP, NULL)) {
        exit(1);
    }
    uint8_t *seen = calloc(labelled->n_incidents + 1, 1);
    const size_t ends[3] = {100, 150, 5 * days};
    int found = 0;
    for (size_t e = 0; e <= episodes.n; e++) {
        for (size_t k = 0; k < 3; k++) {
            m->episodes[k] = e <= ends[k] ? found : m->episodes[k];
        }
        for (uint32_t i = 0; e < episodes.n && i < episodes.of[e].n; i++) {
            uint32_t incident = labelled->incident[episodes.rows[episodes.of[e].from + i]];
            found += incident > 0 && !seen[incident];
            seen[incident] = 1;
        }
    }
    free(seen);
    free(above);
    episodes_clear(&episodes);
}

static void print_measures(const char *name, const struct measures *m)
{
    printf("%s", name);
    for (size_t k = 0; k < 4; k++) {
        printf("\t%d", m->planted[k]);
    }
    for (size_t k = 0; k < 4; k++) {
        printf("\t%d", m->incidents[k]);
    }
    printf("\t%d\t%d\t%d\t%d\t%d\n", m->episodes[0], m->episodes[1], m->episodes[2], m->hard,
           m->again);
}

static void print_calibration(const struct labelled *labelled, const char *name,
                              const float *score)
{
    for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
        double rows = 0, above[3] = {0};
        for (size_t row = 0; row < labelled->table->n_rows; row++) {
            if (labelled->kinds[labelled->table->row_user[row]] == kind) {
                rows++;
                for (int k = 0; k < 3; k++) {
                    above[k] += score[row] >= (float)(k + 2);
                }
            }
        }
        if (rows > 0) {
            printf("%s\t%s\t%.0f\t%.2f\t%.2f\t%.2f\n", name,
                   account_kind_name((enum account_kind)kind), rows, above[0] / rows * 100,
                   above[1] / rows * 1000, above[2] / rows * 10000);
        }
    }
}

static bool named(const char *only, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = only; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == '\0' || at[length] == ',')) {
            return true;
        }
    }
    return only == NULL;
}

int main(int argc, char **argv)
{
    bool clean = false;
    const char *only = NULL;
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--clean") == 0) {
            clean = true;
        } else if (strcmp(argv[at], "--only") == 0 && at + 1 < argc) {
            only = argv[++at];
        } else {
            at = argc;
        }
    }
    if (argc - at < 2 || argc - at > 4) {
        fprintf(stderr, "usage: triage [--clean] [--only NAME,...] TABLE TRUTH [HARD|-] "
                        "[SCORES]\n");
        return 2;
    }
    const char *hard = argc - at > 2 && strcmp(argv[at + 2], "-") != 0 ? argv[at + 2] : NULL;
    struct labelled *labelled = labelled_load(argv[at], argv[at + 1], hard,
                                              argc - at > 3 ? argv[at + 3] : NULL, !clean);
    size_t n = labelled->table->n_rows;
    float *score = calloc(n, sizeof *score);
    for (const struct candidate *c = candidates; c->name != NULL; c++) {
        if (!named(only, c->name)) {
            continue;
        }
        c->score(labelled, score);
        for (size_t row = 0; row < n; row++) {
            score[row] = score[row] > 0 ? score[row] : 0; /* NaN: not scored */
        }
        if (clean) {
            print_calibration(labelled, c->name, score);
            continue;
        }
        struct measures measures = {0};
        uint32_t *order = order_of(score, n);
        measure_rows(labelled, order, &measures);
        measure_episodes(labelled, order, score, c->threshold, &measures);
        print_measures(c->name, &measures);
        free(order);
    }
    free(score);
    labelled_free(labelled);
    return 0;
}

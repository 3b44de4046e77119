/* How long own past takes.
 *
 * usage: bench_past TABLE.csv [TIMES]
 * Prints nanoseconds of processor time a row with one thread, the least of TIMES (3), and a
 * check sum of all scores: a faster form must leave it as it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "past/account_kind.h"
#include "past/past.h"
#include "table/csv/csv.h"

static double processor_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void die(const struct status *status)
{
    fprintf(stderr, "bench_past: %s\n", status->text);
    exit(1);
}

/* FNV-1a over the bits of the scores. */
static uint64_t check_sum(const float *score, size_t n)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &score[i], sizeof bits);
        sum = (sum ^ bits) * 0x100000001b3u;
    }
    return sum;
}

static double score_once(const struct table *table, const struct accounts *accounts,
                         float *score)
{
    const struct past_options options = {.half_life_days = 30};
    struct status status = {0};
    double before = processor_seconds();
    struct past *past = past_new(table, &options, &status);
    if (past == NULL || !past_score(past, table, accounts->kind, score, NULL, NULL, &status)) {
        die(&status);
    }
    double took = processor_seconds() - before;
    past_free(past);
    return took;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: bench_past TABLE.csv [TIMES]\n", stderr);
        return 2;
    }
    const int times = argc > 2 ? atoi(argv[2]) : 3;
    const struct csv_options options = {0};
    struct status status = {0};
    struct table *table = csv_load(argv[1], &options, NULL, NULL, &status);
    struct account_rules *rules = account_rules_new(NULL, &status);
    struct accounts *accounts = table != NULL && rules != NULL
                                    ? accounts_new(table->users, rules, NULL, NULL, &status)
                                    : NULL;
    float *score =
        accounts != NULL ? mem_new(table->n_rows, sizeof *score, "scores", &status) : NULL;
    if (score == NULL) {
        die(&status);
    }
    double least = 0;
    for (int i = 0; i < times || i == 0; i++) {
        double took = score_once(table, accounts, score);
        least = i == 0 || took < least ? took : least;
    }
    printf("%zu rows, %.0f ns a row, check sum %016llx\n", table->n_rows,
           1e9 * least / (double)table->n_rows,
           (unsigned long long)check_sum(score, table->n_rows));
    free(score);
    accounts_free(accounts);
    account_rules_free(rules);
    table_free(table);
    return 0;
}

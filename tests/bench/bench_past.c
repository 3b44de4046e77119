/* How long own past takes.
 *
 * usage: bench_past TABLE.csv [TIMES [THREADS]]
 * Prints nanoseconds of processor time a row and seconds on the clock, the least of TIMES (3),
 * with THREADS (1), and a check sum of all scores: a faster form must leave it as it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parallel.h"
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

struct took {
    double processor, clock;
};

static struct took score_once(const struct table *table, const struct accounts *accounts,
                              float *score, struct parallel *parallel)
{
    const struct past_options options = {.half_life_days = 30};
    struct status status = {0};
    struct took took = {processor_seconds(), clock_now()};
    struct past *past = past_new(table, &options, &status);
    if (past == NULL ||
        !past_score(past, table, accounts->kind, score, parallel, NULL, &status)) {
        die(&status);
    }
    took.processor = processor_seconds() - took.processor;
    took.clock = clock_now() - took.clock;
    past_free(past);
    return took;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: bench_past TABLE.csv [TIMES [THREADS]]\n", stderr);
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
    struct parallel *parallel = parallel_new(argc > 3 ? (unsigned)atoi(argv[3]) : 1, &status);
    struct took least = {0};
    for (int i = 0; i < times || i == 0; i++) {
        struct took took = score_once(table, accounts, score, parallel);
        least.processor =
            i == 0 || took.processor < least.processor ? took.processor : least.processor;
        least.clock = i == 0 || took.clock < least.clock ? took.clock : least.clock;
    }
    printf("%zu rows, %.0f ns of processor time a row, %.2f s, check sum %016llx\n",
           table->n_rows, 1e9 * least.processor / (double)table->n_rows, least.clock,
           (unsigned long long)check_sum(score, table->n_rows));
    parallel_free(parallel);
    free(score);
    accounts_free(accounts);
    account_rules_free(rules);
    table_free(table);
    return 0;
}

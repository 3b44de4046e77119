/* bench_read TABLE [RUNS [THREADS]]: seconds of reading a table (CSV or Parquet), wall clock
 * and processor time, run by run and the best. Not part of `make check`. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/parallel.h"
#include "events/input.h"

static double clock_s(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_read TABLE [RUNS [THREADS]]\n");
        return 2;
    }
    int runs = argc > 2 ? atoi(argv[2]) : 3;
    struct status status = {0};
    struct parallel *parallel = parallel_new(argc > 3 ? (unsigned)atoi(argv[3]) : 0, &status);
    const struct csv_options options = {0};
    const struct input_choice choice = {.kind = INPUT_TABLE};
    double best_wall = 1e9, best_cpu = 1e9;
    for (int run = 0; run < runs; run++) {
        double wall = clock_s(CLOCK_MONOTONIC), cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID);
        struct table *table =
            input_load(argv[1], &choice, &options, NULL, parallel, NULL, &status);
        wall = clock_s(CLOCK_MONOTONIC) - wall;
        cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        if (table == NULL) {
            fprintf(stderr, "bench_read: %s\n", status.text);
            return 1;
        }
        printf("%zu rows, %zu profiles: %.3f s, processor %.3f s\n", table->n_rows,
               table->profiles.n, wall, cpu);
        table_free(table);
        best_wall = wall < best_wall ? wall : best_wall;
        best_cpu = cpu < best_cpu ? cpu : best_cpu;
    }
    printf("best: %.3f s, processor %.3f s\n", best_wall, best_cpu);
    parallel_free(parallel);
    return 0;
}

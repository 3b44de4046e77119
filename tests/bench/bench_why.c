/* How long an explanation takes.
 *
 * usage: bench_why DIR      a directory that `oddhours run` has filled
 * Prints milliseconds for gathering what is needed once, then for explanations of rows spread
 * over the table, with and without exact Shapley values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/explainer.h"
#include "run/pipeline/pipeline.h"

enum { ROWS = 200 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct explainer *explainer, const struct run *run, bool shapley)
{
    static struct why why;
    double took[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        double started = clock_now();
        why_find(&explainer->data, run->table->n_rows / ROWS * i, &why, NULL);
        if (shapley) {
            why_add_shapley(&explainer->data, &why);
        }
        took[i] = 1000 * (clock_now() - started);
    }
    qsort(took, ROWS, sizeof *took, ascending);
    printf("%-28s median %8.2f ms  p99 %8.2f ms\n",
           shapley ? "with exact Shapley values" : "explanation", took[ROWS / 2],
           took[ROWS * 99 / 100]);
}

int main(int argc, char **argv)
{
    struct run_params params;
    struct status status = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: bench_why DIR\n");
        return 2;
    }
    run_params_init(&params);
    params.input = mem_text(argv[1], strlen(argv[1]), &status);
    params.index = true;
    double started = clock_now();
    struct run *run = run_new(&params, &status);
    if (run == NULL || !pipeline_run(run, NULL, NULL)) {
        fprintf(stderr, "bench_why: %s\n", run != NULL ? run->status.text : status.text);
        return 1;
    }
    printf("%zu rows, %zu profiles\n", run->table->n_rows, run->table->profiles.n);
    printf("%-28s %15.0f ms\n", "opening the saved run", 1000 * (clock_now() - started));
    started = clock_now();
    struct explainer *explainer = explainer_new(run, run->parallel, NULL, &status);
    printf("%-28s %15.0f ms\n", "gathering, once", 1000 * (clock_now() - started));
    measure(explainer, run, false);
    measure(explainer, run, true);
    explainer_free(explainer);
    run_free(run);
    run_params_clear(&params);
    return 0;
}

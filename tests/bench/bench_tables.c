/* How long the tables of detectors take in each format, and how large they are.
 *
 * usage: bench_tables RUN.ODD FOLDER [FORMAT]...
 * Writes what `oddhours run` would write of a saved run, without the run. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/rowfile/row_file.h"
#include "run/saved/snapshot.h"

static int complain(const struct status *status)
{
    fprintf(stderr, "%s\n", status->text);
    return 1;
}

static double processor(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

struct tables {
    const struct run *run;
    const struct row_format *format;
    void *shared;
    const char *folder;
    size_t bytes;
};

static bool write_one(struct tables *tables, const char *name, const struct row_layout *layout,
                      const uint32_t *rows, size_t n, struct status *status)
{
    char path[4096];
    double start = clock_now();
    snprintf(path, sizeof path, "%s/%s%s", tables->folder, name, tables->format->ending);
    struct outfile *file = outfile_open(path, status);
    if (file == NULL) {
        return false;
    }
    if (!tables->format->write(tables->shared, tables->run, layout, rows, n, file, NULL,
                               status)) {
        outfile_abandon(file);
        return false;
    }
    size_t bytes = outfile_written(file);
    tables->bytes += bytes;
    if (!outfile_commit(file, status)) {
        return false;
    }
    printf("  %-30s %8.3f s %14zu bytes\n", name, clock_now() - start, bytes);
    return true;
}

static bool write_tables(struct tables *tables, struct status *status)
{
    const struct run *run = tables->run;
    bool good = true;
    for (size_t i = 0; good && i < detector_count(); i++) {
        const struct result *result = &run->results[i];
        const struct detector *detector = detectors[i];
        const struct row_layout plain = {.row_id = true};
        const struct row_layout layout = {
            .row_id = detector->sample_file != NULL,
            .scores_first = detector->sample_file == NULL,
            .n_scores = 1,
            .scores = {{.result = result,
                        .exported = true,
                        .single = detector->score_single,
                        .label = detector->label_column != NULL}}};
        size_t n = run->table->n_rows;
        const uint32_t *rows = NULL;
        if (!result->ready) {
            continue;
        }
        if (detector->sample != NULL) {
            rows = detector->sample(result->model->fitted, &n);
        }
        good = (detector->sample_file == NULL ||
                write_one(tables, detector->sample_file, &plain, rows, n, status)) &&
               write_one(tables, detector->scores_file, &layout, rows, n, status);
    }
    return good;
}

int main(int argc, char **argv)
{
    struct status status = {0};
    struct run_params params;
    if (argc < 3) {
        fprintf(stderr, "usage: bench_tables RUN.ODD FOLDER [FORMAT]...\n");
        return 2;
    }
    run_params_init(&params);
    struct run *run = run_new(&params, &status);
    if (run == NULL || !snapshot_load(run, argv[1], NULL, NULL, &status)) {
        return complain(&status);
    }
    for (int k = argc > 3 ? 3 : 2; k < (argc > 3 ? argc : 3); k++) {
        unsigned formats = (1u << ROW_FORMATS) - 1;
        if (argc > 3 && !row_formats_parse(argv[k], &formats, &status)) {
            return complain(&status);
        }
        for (size_t i = 0; i < ROW_FORMATS; i++) {
            struct tables tables = {.run = run, .format = row_formats[i], .folder = argv[2]};
            if ((formats >> i & 1) == 0) {
                continue;
            }
            double start = clock_now(), before = processor();
            tables.shared =
                tables.format->open != NULL ? tables.format->open(run, &status) : NULL;
            if (!write_tables(&tables, &status)) {
                return complain(&status);
            }
            if (tables.format->close != NULL) {
                tables.format->close(tables.shared);
            }
            printf("%-8s %zu rows: %.3f s, processor %.3f s, %zu bytes, peak %.0f MB\n",
                   row_formats[i]->name, run->table->n_rows, clock_now() - start,
                   processor() - before, tables.bytes, (double)mem_peak_bytes() / 1e6);
        }
    }
    run_free(run);
    run_params_clear(&params);
    return 0;
}

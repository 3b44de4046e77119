#include "run/rows_csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "run/row_text.h"

static void put_header(const struct run *run, struct outfile *file)
{
    const struct table *table = run->table;
    outfile_printf(file, "rank,row_id%s%s", table->row_time != NULL ? ",dt" : "",
                   table->row_user != NULL ? ",src_user" : "");
    for (size_t i = 0; i < table->profiles.d; i++) {
        char field[512];
        size_t length = strlen(table->feature_names[i]);
        length = row_text_field(field, table->feature_names[i], length < 250 ? length : 250);
        outfile_write(file, ",", 1);
        outfile_write(file, field, length);
    }
    outfile_printf(file, ",copies");
    for (size_t i = 0; i <= detector_count(); i++) {
        if (run->results[i].ready) {
            outfile_printf(file, ",%s,%s_rank", run->results[i].name, run->results[i].name);
        }
    }
    outfile_printf(file, "\n");
}

static bool put_text(struct outfile *file, const struct dict *dict, uint32_t id,
                     struct status *status)
{
    struct span span = dict_get(dict, id);
    char *field = mem_new(2 * span.length + 2, 1, "a field", status);
    if (field == NULL) {
        return false;
    }
    size_t length = row_text_field(field, span.bytes, span.length);
    outfile_write(file, ",", 1);
    outfile_write(file, field, length);
    free(field);
    return true;
}

static bool put_row(const struct run *run, size_t rank, uint32_t row, struct outfile *file,
                    struct status *status)
{
    const struct table *table = run->table;
    uint32_t profile = table->row_profile[row];
    outfile_printf(file, "%zu,%lu", rank, (unsigned long)row);
    if ((table->row_time != NULL &&
         !put_text(file, table->times, table->row_time[row], status)) ||
        (table->row_user != NULL &&
         !put_text(file, table->users, table->row_user[row], status))) {
        return false;
    }
    for (size_t i = 0; i < table->profiles.d; i++) {
        outfile_printf(file, ",%.17g", table_profile(table, profile)[i]);
    }
    outfile_printf(file, ",%lu", (unsigned long)table->profiles.copies[profile]);
    for (size_t i = 0; i <= detector_count(); i++) {
        const struct result *result = &run->results[i];
        if (!result->ready) {
            continue;
        }
        double score = result->scores.score[profile];
        if (isnan(score)) {
            outfile_printf(file, ",,");
        } else {
            outfile_printf(
                file, ",%.17g,%zu", score,
                ranking_rank_of(result->ranking, run->by_profile, table->row_profile, row));
        }
    }
    return outfile_write(file, "\n", 1) || true;
}

bool rows_csv_write(const struct run *run, const uint32_t *rows, size_t n, const char *path,
                    const struct progress *progress, struct status *status)
{
    struct outfile *file = outfile_open(path, status);
    if (file == NULL) {
        return false;
    }
    put_header(run, file);
    bool good = true;
    for (size_t i = 0; good && i < n; i++) {
        good = progress_cancelled(progress) ? status_cancelled(status)
                                            : put_row(run, i + 1, rows[i], file, status);
    }
    if (!good) {
        outfile_abandon(file);
        return false;
    }
    return outfile_commit(file, status);
}

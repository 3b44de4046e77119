/* fuzz_parquet: a Parquet file, whatever it is, becomes a table that is in order or an error,
 * and the same one in pieces. What is wrong ends in abort(). */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "table/parquet/parquet.h"
#include "unit/same_table.h"

static void check(const struct table *table)
{
    uint64_t copies = 0;
    for (size_t i = 0; i < table->profiles.n; i++) {
        copies += table->profiles.copies[i];
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        if (table->row_profile[row] >= table->profiles.n ||
            (table->times != NULL && table->row_time[row] >= dict_count(table->times)) ||
            (table->users != NULL && table->row_user[row] >= dict_count(table->users))) {
            abort();
        }
    }
    if (copies != table->n_rows ||
        table->n_rows + table->report.rejected != table->report.lines) {
        abort();
    }
}

static struct table *load(const char *path, const char *unit, const struct csv_options *options)
{
    struct status status = {0};
    setenv("ODDHOURS_UNIT", unit, 1);
    struct table *table = parquet_load(path, options, NULL, NULL, &status);
    if (table == NULL ? status.code != STATUS_INPUT : status.code != STATUS_OK) {
        abort();
    }
    if (table != NULL) {
        check(table);
    }
    return table;
}

/* In pieces the same table comes out. */
static void compare(const char *path, const struct csv_options *options)
{
    struct table *whole = load(path, "1000000", options);
    if (whole != NULL && whole->n_rows <= 1000) {
        struct table *pieces = load(path, "7", options);
        if (pieces == NULL || same_table(whole, pieces) != NULL) {
            abort();
        }
        table_free(pieces);
    }
    table_free(whole);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char *const all[] = {"*"};
    const struct csv_options study = {.n_features = 0};
    const struct csv_options numbers = {.features = all, .n_features = 1};
    enum { MOST = 1 << 20 };
    if (size < 12 || size > MOST) {
        return 0;
    }
    int file = memfd_create("fuzz", 0);
    if (file < 0 || write(file, data, size) < 0) {
        abort();
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    compare(path, &study);
    compare(path, &numbers);
    close(file);
    return 0;
}

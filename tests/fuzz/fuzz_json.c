/* fuzz_json: records in JSON give the same rows however their bytes come in, and a table whose
 * counts agree. What is wrong ends in abort(). */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/json_scan.h"
#include "fuzz/fuzz.h"
#include "table/csv/csv.h"
#include "table/json/json_rows.h"

struct bytes {
    const char *bytes;
    size_t length, at, step;
};

static bool read_bytes(void *context, void *buffer, size_t size, size_t *got,
                       struct status *status)
{
    (void)status;
    struct bytes *bytes = context;
    size_t left = bytes->length - bytes->at;
    *got = size < left ? size : left;
    *got = *got < bytes->step ? *got : bytes->step;
    if (*got > 0) {
        memcpy(buffer, bytes->bytes + bytes->at, *got);
    }
    bytes->at += *got;
    return true;
}

/* All rows as one text; NULL: there are no records. */
static char *rows_of(const char *text, size_t length, size_t step, size_t room, size_t *n)
{
    struct bytes bytes = {text, length, 0, step};
    struct dict *columns = dict_new(NULL);
    struct json_rows *rows =
        json_rows_new((struct json_input){read_bytes, &bytes, "t"}, columns, NULL);
    char *out = NULL;
    size_t capacity = 0, got = 1;
    *n = 0;
    while (rows != NULL && got > 0) {
        if (*n + room > capacity) {
            capacity = 2 * (*n + room);
            out = realloc(out, capacity);
        }
        if (out == NULL || !json_rows_read(rows, out + *n, room, &got, NULL)) {
            abort();
        }
        *n += got;
    }
    json_rows_free(rows);
    dict_free(columns);
    return out;
}

static void rows_equal_themselves(const char *text, size_t length)
{
    size_t n, m;
    char *a = rows_of(text, length, length + 1, 1 << 16, &n);
    char *b = rows_of(text, length, 1, 7, &m);
    if ((a == NULL) != (b == NULL) || n != m || (n > 0 && memcmp(a, b, n) != 0)) {
        abort();
    }
    free(a);
    free(b);
}

static void scan_ends(const char *text, size_t length)
{
    struct json_scan scan;
    enum json_piece piece;
    char *plain = malloc(length + 1);
    json_scan_start(&scan, text, length, true);
    do {
        piece = json_scan_next(&scan);
        if (scan.at > scan.end || scan.depth > JSON_DEPTH || piece == JSON_MORE ||
            plain == NULL) {
            abort();
        }
        if ((piece == JSON_KEY || piece == JSON_STRING) &&
            json_plain(scan.text, scan.length, plain) > scan.length) {
            abort();
        }
    } while (piece != JSON_BROKEN && scan.depth > 0);
    free(plain);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char *const names[] = {"a", "b"};
    const struct csv_options options = {.features = names, .n_features = 2};
    const char *text = (const char *)data;
    if (!json_rows_recognise(text, size)) {
        return 0;
    }
    scan_ends(text, size);
    rows_equal_themselves(text, size);
    int file = memfd_create("fuzz", 0);
    if (file < 0 || write(file, text, size) < 0) {
        abort();
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    struct status status = {0};
    struct table *table = csv_load(path, &options, NULL, NULL, &status);
    if (table == NULL ? status.code != STATUS_INPUT
                      : table->n_rows + table->report.rejected != table->report.lines) {
        abort();
    }
    table_free(table);
    close(file);
    return 0;
}

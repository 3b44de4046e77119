/* fuzz_csv: the splitter against libcsv, and the reader against itself.
 *
 * The first byte of an input says how the reader is set up, the rest is the file. What is wrong
 * ends in abort(). Built with libFuzzer by configure --enable-fuzz CC=clang; replay.c runs it
 * over the corpus in `make check`.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "table/csv/csv.h"
#include "table/csv/csv_text.h"
#include "table/csv/split.h"
#include "unit/same_table.h"

/* Rows as one text: fields with their lengths, and the lines they start on. */
struct record {
    char *bytes;
    size_t length, capacity;
};

static void append(struct record *record, const void *bytes, size_t length)
{
    if (record->length + length > record->capacity) {
        record->capacity = 2 * (record->length + length);
        record->bytes = realloc(record->bytes, record->capacity);
        if (record->bytes == NULL) {
            abort();
        }
    }
    if (length > 0) {
        memcpy(record->bytes + record->length, bytes, length);
    }
    record->length += length;
}

enum { ROOM = 20 };

static bool record_line(void *context, const struct line *line)
{
    struct record *record = context;
    append(record, &line->number, sizeof line->number);
    append(record, &line->n_fields, sizeof line->n_fields);
    for (size_t i = 0; i < line->n_fields && i < ROOM; i++) {
        append(record, &line->fields[i].length, sizeof line->fields[i].length);
        append(record, line->fields[i].bytes, line->fields[i].length);
        if (i > 0 && strchr(",\n", line->fields[i].bytes[-1]) == NULL) {
            abort(); /* fields must stand side by side with a byte between that no number has */
        }
    }
    return true;
}

static void split_equals_libcsv(const char *text, size_t length)
{
    struct record expected = {0};
    struct csv_text *parser = csv_text_new(',', NULL);
    uint64_t open_line;
    if (parser == NULL || !csv_text_feed(parser, text, length, record_line, &expected, NULL)) {
        abort();
    }
    uint64_t lines = csv_text_lines(parser);
    if (!csv_text_end(parser, record_line, &expected, &open_line, NULL) ||
        open_line != UINT64_MAX) {
        abort();
    }
    csv_text_free(parser);
    for (enum cpu_kernel kernel = CPU_SCALAR; kernel <= cpu_kernel(); kernel++) {
        struct record got = {0};
        struct span fields[SPLIT_LINES * ROOM];
        bool stopped;
        uint64_t ends =
            split_rows(text, length, ',', fields, ROOM, kernel, record_line, &got, &stopped);
        if (stopped || ends != lines || got.length != expected.length ||
            (got.length > 0 && memcmp(got.bytes, expected.bytes, got.length) != 0)) {
            abort();
        }
        free(got.bytes);
    }
    free(expected.bytes);
}

static struct table *load(const char *path, const char *reader, const char *block,
                          struct parallel *pool, bool strict, struct status *status)
{
    static const char *const names[] = {"a", "b"};
    const struct csv_options options = {.features = names, .n_features = 2, .strict = strict};
    setenv("ODDHOURS_READER", reader, 1);
    setenv("ODDHOURS_BLOCK", block, 1);
    return csv_load(path, &options, pool, NULL, status);
}

static void reader_equals_itself(const char *path, bool strict)
{
    struct status first = {0}, second = {0};
    struct parallel *pool = parallel_new(2, NULL);
    struct table *a = load(path, "split", "1000000", NULL, strict, &first);
    struct table *b = load(path, "libcsv", "5", pool, strict, &second);
    if ((a == NULL) != (b == NULL) || strcmp(first.text, second.text) != 0 ||
        (a == NULL && first.code == STATUS_OK) || (a != NULL && same_table(a, b) != NULL)) {
        abort();
    }
    table_free(a);
    table_free(b);
    parallel_free(pool);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char header[] = "dt,src_user,a,b\n";
    if (size == 0 || size > CSV_LONGEST_LINE) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    size_t length = size - 1;
    if (memchr(text, '"', length) == NULL) {
        split_equals_libcsv(text, length);
    }
    int file = memfd_create("fuzz", 0);
    bool with_header = data[0] & 1;
    if (file < 0 || (with_header && write(file, header, sizeof header - 1) < 0) ||
        write(file, text, length) < 0) {
        abort();
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    reader_equals_itself(path, data[0] & 2);
    close(file);
    return 0;
}

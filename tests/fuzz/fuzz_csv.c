/* fuzz_csv: the splitter against libcsv, and the reader against itself.
 *
 * The first byte of an input says how the reader is set up, the rest is the file. With its
 * highest bit the two bytes behind it say how the file is written (struct reading). What is
 * wrong ends in abort(). Built with libFuzzer by configure --enable-fuzz CC=clang; replay.c
 * runs it over the corpus in `make check`.
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
#include "table/csv/reading.h"
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

struct recorder {
    struct record record;
    char delimiter;
};

static bool record_line(void *context, const struct line *line)
{
    struct recorder *recorder = context;
    struct record *record = &recorder->record;
    append(record, &line->number, sizeof line->number);
    append(record, &line->n_fields, sizeof line->n_fields);
    for (size_t i = 0; i < line->n_fields && i < ROOM; i++) {
        append(record, &line->fields[i].length, sizeof line->fields[i].length);
        append(record, line->fields[i].bytes, line->fields[i].length);
        if (i > 0 && line->fields[i].bytes[-1] != recorder->delimiter &&
            line->fields[i].bytes[-1] != '\n') {
            abort(); /* fields must stand side by side with a byte between that no number has */
        }
    }
    return true;
}

static void split_equals_libcsv(const char *text, size_t length, char delimiter)
{
    struct recorder expected = {.delimiter = delimiter};
    struct csv_text *parser = csv_text_new(delimiter, NULL);
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
        struct recorder got = {.delimiter = delimiter};
        struct span fields[SPLIT_LINES * ROOM];
        bool stopped;
        uint64_t ends = split_rows(text, length, delimiter, fields, ROOM, kernel, record_line,
                                   &got, &stopped);
        if (stopped || ends != lines || got.record.length != expected.record.length ||
            (got.record.length > 0 &&
             memcmp(got.record.bytes, expected.record.bytes, got.record.length) != 0)) {
            abort();
        }
        free(got.record.bytes);
    }
    free(expected.record.bytes);
}

struct setup {
    const char *const *features;
    size_t n_features;
    struct reading reading;
    bool strict;
};

static struct table *load(const char *path, const char *reader, const char *block,
                          struct parallel *pool, const struct setup *setup,
                          struct status *status)
{
    const struct csv_options options = {.features = setup->features,
                                        .n_features = setup->n_features,
                                        .reading = &setup->reading,
                                        .strict = setup->strict};
    setenv("ODDHOURS_READER", reader, 1);
    setenv("ODDHOURS_BLOCK", block, 1);
    return csv_load(path, &options, pool, NULL, status);
}

static void reader_equals_itself(const char *path, const struct setup *setup)
{
    struct status first = {0}, second = {0};
    struct parallel *pool = parallel_new(2, NULL);
    struct table *a = load(path, "split", "1000000", NULL, setup, &first);
    struct table *b = load(path, "libcsv", "5", pool, setup, &second);
    if ((a == NULL) != (b == NULL) || strcmp(first.text, second.text) != 0 ||
        (a == NULL && first.code == STATUS_OK) || (a != NULL && same_table(a, b) != NULL)) {
        abort();
    }
    table_free(a);
    table_free(b);
    parallel_free(pool);
}

/* What the user may say of a file, by the bits of two bytes. */
static void say(struct setup *setup, unsigned one, unsigned two)
{
    static const char *const delimiters[8] = {"", ",", ";", "tab", "|", "", "", ""};
    static const char *const decimals[4] = {"", ".", ",", ""};
    static const char *const dates[4] = {"", "dmy", "mdy", ""};
    static const char *const zones[4] = {"", "+02:00", "-11:45", "UTC"};
    static const char *const headers[4] = {"", "dt,src_user,a,b", "b,x,a,when", "a,b"};
    static const char *const missing[2] = {"", "none"};
    static const char *const times[4] = {"", "when", "dt", ""};
    static const char *const users[4] = {"", "who", "a", ""};
    const char *const said[][2] = {
        {"delimiter", delimiters[one & 7]}, {"decimal", decimals[one >> 3 & 3]},
        {"dates", dates[one >> 5 & 3]},     {"missing", missing[one >> 7]},
        {"zone", zones[two & 3]},           {"header", headers[two >> 2 & 3]},
        {"time", times[two >> 4 & 3]},      {"user", users[two >> 6]}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        bool known;
        if (!reading_set(&setup->reading, said[i][0], said[i][1], &known, NULL) || !known) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char header[] = "dt,src_user,a,b\n";
    static const char *const names[] = {"a", "b"};
    if (size == 0 || size > CSV_LONGEST_LINE) {
        return 0;
    }
    struct setup setup = {.features = names, .n_features = 2, .strict = data[0] & 2};
    size_t used = 1;
    if ((data[0] & 0x80) != 0 && size >= 3) {
        say(&setup, data[1], data[2]);
        used = 3;
        if ((data[0] & 4) != 0) { /* whichever columns hold numbers, or the study's */
            setup.features = NULL;
            setup.n_features = 0;
        }
    }
    const char *text = (const char *)data + used;
    size_t length = size - used;
    if (memchr(text, '"', length) == NULL) {
        split_equals_libcsv(text, length,
                            setup.reading.delimiter != '\0' ? setup.reading.delimiter : ',');
    }
    int file = memfd_create("fuzz", 0);
    bool with_header = data[0] & 1;
    if (file < 0 || (with_header && write(file, header, sizeof header - 1) < 0) ||
        write(file, text, length) < 0) {
        abort();
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    reader_equals_itself(path, &setup);
    reading_clear(&setup.reading);
    close(file);
    return 0;
}

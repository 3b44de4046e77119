/* csv on random files: what was written is read, and all readers, kernels, block sizes and
 * numbers of threads agree. */
#define _GNU_SOURCE
#include "table/csv/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table/builder.h"
#include "unit/fixture.h"
#include "unit/same_table.h"
#include "unit/test.h"

static char path[] = "/tmp/oddhours-test-XXXXXX";
static int file;

static const char *const ab[] = {"a", "b"};

struct text {
    char *bytes;
    size_t length, capacity;
};

static void put(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length > text->capacity) {
        text->capacity = 2 * (text->length + length) + 64;
        text->bytes = realloc(text->bytes, text->capacity);
        assert_non_null(text->bytes);
    }
    if (length > 0) {
        memcpy(text->bytes + text->length, bytes, length);
    }
    text->length += length;
}

static void puts_to(struct text *text, const char *string)
{
    put(text, string, strlen(string));
}

static void write_file(const struct text *text)
{
    assert_int_equal(ftruncate(file, 0), 0);
    assert_int_equal(pwrite(file, text->bytes, text->length, 0), text->length);
}

struct way {
    const char *reader, *kernel, *block;
    unsigned threads;
};

static struct table *read_file(const struct way *way, bool strict, struct status *status)
{
    setenv("ODDHOURS_READER", way->reader, 1);
    setenv("ODDHOURS_KERNEL", way->kernel, 1);
    setenv("ODDHOURS_BLOCK", way->block, 1);
    struct parallel *pool = parallel_new(way->threads, NULL);
    const struct csv_options options = {.features = ab, .n_features = 2, .strict = strict};
    struct table *table = csv_load(path, &options, pool, NULL, status);
    parallel_free(pool);
    return table;
}

static const struct way ways[] = {
    {"split", "avx512", "1000000", 1},  {"split", "scalar", "1000000", 1},
    {"libcsv", "avx512", "1000000", 1}, {"split", "avx512", "1", 2},
    {"split", "scalar", "100", 5},      {"libcsv", "avx512", "7", 2},
    {"libcsv", "avx512", "300", 5},     {"split", "avx512", "1000", 1},
};

enum { WAYS = sizeof ways / sizeof *ways };

/* Reads the file in every way; all must find the same. Returns the table, or NULL. */
static struct table *read_in_all_ways(bool strict)
{
    struct status first = {0};
    struct table *table = read_file(&ways[0], strict, &first);
    for (size_t i = 1; i < WAYS; i++) {
        struct status status = {0};
        struct table *other = read_file(&ways[i], strict, &status);
        if ((table == NULL) != (other == NULL) || strcmp(first.text, status.text) != 0) {
            fail_msg("way %zu: '%s' and '%s'", i, first.text, status.text);
        }
        const char *difference = table == NULL ? NULL : same_table(table, other);
        if (difference != NULL) {
            fail_msg("way %zu differs in %s", i, difference);
        }
        table_free(other);
    }
    return table;
}

/* A field as it must be quoted, or also where it need not be. */
static void put_field(struct text *text, const char *bytes, size_t length, bool quote)
{
    for (size_t i = 0; i < length && !quote; i++) {
        quote = strchr(",\"\r\n", bytes[i]) != NULL && bytes[i] != '\0';
    }
    if (!quote) {
        put(text, bytes, length);
        return;
    }
    puts_to(text, "\"");
    for (size_t i = 0; i < length; i++) {
        put(text, bytes + i, 1);
        if (bytes[i] == '"') {
            puts_to(text, "\"");
        }
    }
    puts_to(text, "\"");
}

static size_t random_name(uint64_t *seed, char *name, bool plain)
{
    static const char odd[] = ",\"\r\n \t\0\x7f;'";
    size_t length = fixture_random(seed) % 8;
    for (size_t i = 0; i < length; i++) {
        bool strange = !plain && fixture_random(seed) % 4 == 0;
        name[i] = strange ? odd[fixture_random(seed) % (sizeof odd - 1)]
                          : (char)('A' + fixture_random(seed) % 3);
    }
    return length;
}

static double random_value(uint64_t *seed)
{
    uint64_t kind = fixture_random(seed) % 4, digits = fixture_random(seed);
    switch (kind) {
    case 0: return (double)(digits % 5);
    case 1: return (double)(digits % 1000) / 64;
    case 2: return -(double)digits / 1e10;
    default: return (double)(digits % 100000) * 1e-300;
    }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= 60; round++) {
        uint64_t seed = round;
        bool plain = round % 3 == 0, crlf = round % 2 == 0, quote = round % 5 == 0;
        size_t n_rows = 1 + fixture_random(&seed) % (round % 10 == 0 ? 3000 : 60);
        struct text text = {0};
        struct table_builder *builder = table_builder_new(ab, 2, true, true, NULL);
        puts_to(&text, round % 7 == 0 ? "\xef\xbb\xbf" : "");
        puts_to(&text, crlf ? "b,src_user,x,dt,a\r\n" : "b,src_user,x,dt,a\n");
        for (size_t row = 0; row < n_rows; row++) {
            char user[8], dt[8], number[40];
            size_t user_length = random_name(&seed, user, plain);
            size_t dt_length = random_name(&seed, dt, plain);
            double values[2] = {random_value(&seed), random_value(&seed)};
            struct span time = {dt, dt_length}, name = {user, user_length};
            assert_true(table_builder_add(builder, time, name, values, NULL));
            put_field(&text, number, (size_t)sprintf(number, "%.17g", values[1]), quote);
            puts_to(&text, ",");
            put_field(&text, user, user_length, false);
            puts_to(&text, ",ignored,");
            put_field(&text, dt, dt_length, false);
            puts_to(&text, ",");
            put_field(&text, number, (size_t)sprintf(number, "%.17g", values[0]), false);
            puts_to(&text, row + 1 == n_rows && round % 2 ? "" : crlf ? "\r\n" : "\n");
        }
        write_file(&text);
        struct table *table = read_in_all_ways(true),
                     *expected = table_builder_finish(builder, NULL);
        assert_non_null(table);
        /* The builder does not see bytes, lines and missing texts. */
        struct read_report *report = &expected->report;
        report->bytes = text.length;
        memcpy(report->hash, table->report.hash, sizeof report->hash);
        report->lines = n_rows;
        report->missing_time = table->report.missing_time;
        report->missing_user = table->report.missing_user;
        const char *difference = same_table(table, expected);
        if (difference != NULL) {
            fail_msg("round %d differs in %s", (int)round, difference);
        }
        table_free(table);
        table_free(expected);
        free(text.bytes);
    }
}

static void garbage_reads_alike(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "1",
        "2",
        "3.5",
        "-0",
        ",",
        ",",
        ",",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\"",
        "\"\"",
        " ",
        "\t",
        "NA",
        "inf",
        "-",
        "x",
        "U1",
        "1,2\n",
        "1,2\r\n",
        "3,4\n",
        "1e5",
        ".",
        "\xff",
        ",,",
        "12345678901234567890",
        "0.1234567890123456789",
        "null",
    };
    enum { PIECES = sizeof pieces / sizeof *pieces };
    static const char *const headers[] = {"a,b\n", "a,b,c\r\n", "b,dt,a\n",
                                          "src_user,b,a,dt\n"};
    for (uint64_t round = 1; round <= 400; round++) {
        uint64_t seed = round * 1000;
        struct text text = {0};
        puts_to(&text, headers[round % 4]);
        size_t n = fixture_random(&seed) % 200, most = round % 2 ? PIECES : 10;
        for (size_t i = 0; i < n; i++) {
            size_t piece = fixture_random(&seed) % most;
            /* half of the files have few quotes or none, the others many */
            if (pieces[piece][0] == '"' && round % 4 < 2 && fixture_random(&seed) % 8) {
                piece = 0;
            }
            puts_to(&text, pieces[piece]);
        }
        write_file(&text);
        table_free(read_in_all_ways(round % 8 == 0));
        free(text.bytes);
    }
}

/* Long runs of line ends are passed in one go: the lines behind them keep their numbers. */
static void blank_lines_are_counted(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\n\r\n", "\r", "\n\n\r", " \n"};
    static const char *const rows[] = {"t,u,1,2\n", "t,u,x,2\r\n", "t,u\n", "t,u,1,2"};
    for (uint64_t round = 1; round <= 60; round++) {
        uint64_t seed = round;
        struct text text = {0};
        puts_to(&text, "dt,src_user,a,b\nt,u,1,2\n");
        for (int part = 0; part < 6; part++) {
            const char *end = ends[fixture_random(&seed) % (round % 2 ? 2 : 6)];
            for (size_t n = fixture_random(&seed) % 20000; n > 0; n--) {
                puts_to(&text, end);
            }
            puts_to(&text, rows[fixture_random(&seed) % 4]);
        }
        write_file(&text);
        table_free(read_in_all_ways(false));
        free(text.bytes);
    }
}

static void texts_that_never_repeat(void **state)
{
    (void)state;
    enum { ROWS = 300000 };
    struct text text = {0};
    puts_to(&text, "dt,src_user,a,b\n");
    for (int row = 0; row < ROWS; row++) {
        char line[80];
        put(&text, line, (size_t)sprintf(line, "t%d,u%d,%d,%d.5\n", row, row, row, row * 7));
    }
    write_file(&text);
    const struct way one = {"split", "avx512", "1000000", 1},
                     two = {"split", "avx512", "50000", 3};
    struct table *a = read_file(&one, true, NULL), *b = read_file(&two, true, NULL);
    assert_non_null(a);
    assert_null(same_table(a, b));
    assert_int_equal(a->profiles.n, ROWS);
    assert_int_equal(dict_count(a->users), ROWS);
    assert_true(table_profile(a, ROWS - 1)[1] == (ROWS - 1) * 7 + 0.5);
    table_free(a);
    table_free(b);
    free(text.bytes);
}

static int make_file(void **state)
{
    (void)state;
    file = mkstemp(path);
    return file < 0;
}

static int remove_file(void **state)
{
    (void)state;
    close(file);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(garbage_reads_alike),
        cmocka_unit_test(blank_lines_are_counted),
        cmocka_unit_test(texts_that_never_repeat),
    };
    return cmocka_run_group_tests_name("csv_random", tests, make_file, remove_file);
}

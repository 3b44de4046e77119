/* Parquet files that we write: byte by byte by the rules of the format (parquet_check), value
 * by value beside what was to be written, and once more by our own reader. */
#define _GNU_SOURCE
#include "table/parquet/parquet_write.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table/csv/csv.h"
#include "table/parquet/distinct.h"
#include "table/parquet/hybrid.h"
#include "table/parquet/hybrid_write.h"
#include "table/parquet/parquet.h"
#include "table/parquet/parquet_append.h"
#include "unit/oom.h"
#include "unit/parquet_check.h"
#include "unit/test.h"

static char folder[] = "/tmp/oddhours-parquet-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* which fails when a test has left something */
}

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* ---- runs ---- */

/* Any mixture of runs and single values, of any width, is what it was: by the checker and by
 * our reader. */
static void runs_of_any_kind_are_read_back(void **state)
{
    (void)state;
    enum { MOST = 3000 };
    uint32_t *values = calloc(MOST, sizeof *values), *read = calloc(MOST, sizeof *read);
    assert_non_null(values);
    assert_non_null(read);
    uint64_t seed = 1;
    for (unsigned trial = 0; trial < 600; trial++) {
        unsigned width = 1 + trial % 32;
        size_t n = random_next(&seed) % MOST;
        for (size_t i = 0; i < n;) {
            size_t run = random_next(&seed) % 3 == 0 ? 1 + random_next(&seed) % 40 : 1;
            uint32_t value = (uint32_t)(random_next(&seed) & ((UINT64_C(1) << width) - 1));
            for (; run > 0 && i < n; run--) {
                values[i++] = value;
            }
        }
        struct parquet_bytes out = {0};
        hybrid_write(&out, values, n, width);
        assert_false(out.lost);
        memset(read, 0xFF, MOST * sizeof *read);
        parquet_check_hybrid(out.bytes, out.used, width, n, read);
        assert_memory_equal(values, read, n * sizeof *read);
        uint8_t *more = parquet_bytes_more(&out, BYTES_SLACK);
        assert_non_null(more);
        memset(more, 0, BYTES_SLACK);
        struct hybrid hybrid = hybrid_begin(
            (struct bytes){.at = out.bytes, .end = out.bytes + out.used - BYTES_SLACK}, width);
        memset(read, 0xFF, MOST * sizeof *read);
        assert_true(n == 0 || hybrid_read(&hybrid, read, n));
        assert_memory_equal(values, read, n * sizeof *read);
        parquet_bytes_clear(&out);
    }
    free(values);
    free(read);
    assert_int_equal(hybrid_width(0), 1);
    assert_int_equal(hybrid_width(1), 1);
    assert_int_equal(hybrid_width(2), 1);
    assert_int_equal(hybrid_width(3), 2);
    assert_int_equal(hybrid_width(65536), 16);
    assert_int_equal(hybrid_width(65537), 17);
}

/* ---- rows of a table ---- */

/* A table of rows with ids, as the writer gets them. */
struct world {
    size_t n, n_times, n_users, n_profiles;
    uint32_t *time, *user, *profile; /* (n) */
    struct dict *times, *users;
    double *score; /* (n_profiles) */
    float *of_row; /* (n) */
    size_t before; /* rows that were announced */
};

static double score_of(const void *context, size_t profile)
{
    const struct world *world = context;
    return world->score[profile];
}

static double label_of(const void *context, size_t profile)
{
    double score = score_of(context, profile);
    return isnan(score) ? NAN : score > 0 ? -1 : 1;
}

static double row_score_of(const void *context, size_t row)
{
    const struct world *world = context;
    assert_true(row < world->n);
    return world->of_row[row];
}

static double row_id_of(const void *context, size_t row)
{
    (void)context;
    return (double)row;
}

static void note_rows(void *context, size_t from, size_t n)
{
    struct world *world = context;
    assert_int_equal(from, world->before); /* in order, none left out */
    world->before += n;
}

static const struct parquet_column world_columns[] = {
    {"row_id", PARQUET_KIND_INT64}, {"score", PARQUET_KIND_DOUBLE},
    {"label", PARQUET_KIND_INT8},   {"single", PARQUET_KIND_FLOAT},
    {"own", PARQUET_KIND_FLOAT},    {"dt", PARQUET_KIND_TEXT},
    {"src_user", PARQUET_KIND_TEXT}};
enum { WORLD_COLUMNS = sizeof world_columns / sizeof *world_columns };

static struct world world_new(size_t n, size_t n_users, size_t n_profiles)
{
    struct world world = {.n = n, .n_times = 50, .n_users = n_users, .n_profiles = n_profiles};
    uint64_t seed = n;
    char text[64];
    world.time = calloc(n + 1, sizeof *world.time);
    world.user = calloc(n + 1, sizeof *world.user);
    world.profile = calloc(n + 1, sizeof *world.profile);
    world.score = calloc(n_profiles, sizeof *world.score);
    world.of_row = calloc(n + 1, sizeof *world.of_row);
    world.times = dict_new(NULL);
    world.users = dict_new(NULL);
    for (size_t i = 0; i < world.n_times; i++) {
        dict_add(world.times, text, (size_t)sprintf(text, "1970-01-01 %02zu:00:00", i), NULL);
    }
    for (size_t i = 0; i < n_users; i++) { /* one of them has no name */
        dict_add(world.users, text,
                 i == 3 ? 0 : (size_t)sprintf(text, "user%zu%s", i, i == 5 ? "\xFF\xC3" : ""),
                 NULL);
    }
    static const double odd[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 5e-324, 1.0 / 3};
    for (size_t i = 0; i < n_profiles; i++) { /* some profiles have equal scores */
        world.score[i] = i < 7 ? odd[i] : (double)(random_next(&seed) % 100000) / 7 - 3;
    }
    for (size_t i = 0; i < n; i++) {
        world.time[i] = (uint32_t)(i * world.n_times / n);
        world.user[i] = (uint32_t)(random_next(&seed) % n_users);
        world.profile[i] = (uint32_t)(random_next(&seed) % n_profiles);
        world.of_row[i] = i % 17 == 0 ? NAN : (float)(random_next(&seed) % 1000000) / 999;
    }
    return world;
}

static void world_clear(struct world *world)
{
    free(world->time);
    free(world->user);
    free(world->profile);
    free(world->score);
    free(world->of_row);
    dict_free(world->times);
    dict_free(world->users);
}

/* Writes rows of it; what write_rows says. */
static bool world_write(struct world *world, const uint32_t *rows, size_t n, const char *path,
                        unsigned threads, const struct progress *progress,
                        struct status *status)
{
    const struct parquet_source sources[WORLD_COLUMNS] = {
        {.number = row_id_of},
        {.ids = world->profile,
         .n_ids = world->n_profiles,
         .number = score_of,
         .context = world},
        {.ids = world->profile,
         .n_ids = world->n_profiles,
         .number = label_of,
         .context = world},
        {.ids = world->profile,
         .n_ids = world->n_profiles,
         .number = score_of,
         .context = world},
        {.number = row_score_of, .context = world},
        {.ids = world->time, .n_ids = world->n_times, .texts = world->times},
        {.ids = world->user, .n_ids = world->n_users, .texts = world->users},
    };
    const struct parquet_rows written = {.n = n,
                                         .rows = rows,
                                         .n_columns = WORLD_COLUMNS,
                                         .columns = world_columns,
                                         .sources = sources,
                                         .before = note_rows,
                                         .context = world};
    struct parallel *pool = threads > 1 ? parallel_new(threads, NULL) : NULL;
    struct outfile *file = outfile_open(path, status);
    world->before = 0;
    bool good = file != NULL && parquet_write_rows(&written, file, pool, progress, status);
    parallel_free(pool);
    if (!good) {
        outfile_abandon(file);
        return false;
    }
    return outfile_commit(file, status);
}

static void assert_text(const struct checked_value *value, const struct dict *dict, uint32_t id)
{
    struct span text = dict_get(dict, id);
    assert_int_equal(value->present, text.length > 0);
    if (!value->present) {
        return;
    }
    if (memchr(text.bytes, 0xFF, text.length) != NULL) { /* no UTF-8: two bytes are not */
        assert_int_equal(value->length, text.length - 2 + 6);
        assert_memory_equal(value->text + value->length - 6, "\xEF\xBF\xBD\xEF\xBF\xBD", 6);
    } else {
        assert_int_equal(value->length, text.length);
        assert_memory_equal(value->text, text.bytes, text.length);
    }
}

static void assert_number(const struct checked_value *value, enum parquet_kind kind,
                          double number)
{
    assert_int_equal(value->present, !isnan(number));
    if (value->present) {
        assert_int_equal(value->bits, parquet_number_bits(kind, number));
    }
}

/* Every value of the file is that of its row. */
static struct checked *assert_world(const struct world *world, const uint32_t *rows, size_t n,
                                    const char *path)
{
    struct checked *checked = parquet_check(path);
    assert_int_equal(checked->n_rows, n);
    assert_int_equal(checked->n_columns, WORLD_COLUMNS);
    for (size_t i = 0; i < WORLD_COLUMNS; i++) {
        assert_string_equal(checked->columns[i].name, world_columns[i].name);
        assert_int_equal(checked->columns[i].type, parquet_kind_type(world_columns[i].kind));
    }
    for (size_t i = 0; i < n; i++) {
        size_t row = rows != NULL ? rows[i] : i;
        const struct checked_column *column = checked->columns;
        uint32_t profile = world->profile[row];
        assert_number(&column[0].values[i], PARQUET_KIND_INT64, (double)row);
        assert_number(&column[1].values[i], PARQUET_KIND_DOUBLE, world->score[profile]);
        assert_number(&column[2].values[i], PARQUET_KIND_INT8, label_of(world, profile));
        assert_number(&column[3].values[i], PARQUET_KIND_FLOAT, world->score[profile]);
        assert_number(&column[4].values[i], PARQUET_KIND_FLOAT, world->of_row[row]);
        assert_text(&column[5].values[i], world->times, world->time[row]);
        assert_text(&column[6].values[i], world->users, world->user[row]);
    }
    return checked;
}

static uint64_t file_bytes(const char *path, char **bytes)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    *bytes = malloc(size + 1);
    assert_non_null(*bytes);
    assert_int_equal(fread(*bytes, 1, size, file), size);
    fclose(file);
    return size;
}

/* Two row groups and a bit: every value, and the same bytes for one thread and for three. */
static void rows_are_written_value_for_value(void **state)
{
    (void)state;
    struct world world = world_new(2 * PARQUET_GROUP + 1234, 3000, 40000);
    char one[128], *a, *b;
    snprintf(one, sizeof one, "%s", in_folder("one.parquet"));
    struct status status = {0};
    assert_true(world_write(&world, NULL, world.n, one, 1, NULL, &status));
    assert_int_equal(world.before, world.n);
    struct checked *checked = assert_world(&world, NULL, world.n, one);
    assert_int_equal(checked->n_groups, 3);
    /* Ids make dictionaries, numbers of rows do not; in the short group hardly any repeat. */
    static const size_t coded[WORLD_COLUMNS] = {0, 2, 3, 2, 0, 3, 3};
    for (size_t i = 0; i < WORLD_COLUMNS; i++) {
        assert_int_equal(checked->columns[i].with_dictionary, coded[i]);
        assert_int_equal(checked->columns[i].with_range, 3);
    }
    assert_int_equal(checked->columns[0].pages, 8 + 8 + 1);
    checked_free(checked);
    const char *three = in_folder("three.parquet");
    assert_true(world_write(&world, NULL, world.n, three, 3, NULL, &status));
    uint64_t size = file_bytes(one, &a);
    assert_int_equal(size, file_bytes(three, &b));
    assert_memory_equal(a, b, size);
    free(a);
    free(b);
    assert_int_equal(unlink(three), 0);
    assert_int_equal(unlink(one), 0);
    world_clear(&world);
}

/* Some rows of a table in any order; hardly any repeat: values stand as they are. */
static void chosen_rows_and_plain_columns(void **state)
{
    (void)state;
    struct world world = world_new(30000, 29000, 30000);
    uint32_t *rows = calloc(world.n, sizeof *rows);
    uint64_t seed = 5;
    const char *path = in_folder("some.parquet");
    static const size_t counts[] = {0, 1, 7, 8, 9, 2000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        for (size_t i = 0; i < counts[k]; i++) {
            rows[i] = (uint32_t)(random_next(&seed) % world.n);
        }
        assert_true(world_write(&world, rows, counts[k], path, 2, NULL, NULL));
        struct checked *checked = assert_world(&world, rows, counts[k], path);
        if (counts[k] == 2000) {
            assert_int_equal(checked->columns[1].with_dictionary, 0);
            assert_int_equal(checked->columns[6].with_dictionary, 0);
            assert_int_equal(checked->columns[5].with_dictionary, 1);
        }
        checked_free(checked);
    }
    assert_int_equal(unlink(path), 0);
    free(rows);
    world_clear(&world);
}

/* ---- one chunk ---- */

static struct checked *one_column(enum parquet_kind kind, const struct parquet_values *values)
{
    const struct parquet_column column = {"value", kind};
    const char *path = in_folder("chunk.parquet");
    struct parquet_chunk chunk = {0};
    struct parquet_scratch scratch = {0};
    struct status status = {0};
    struct outfile *out = outfile_open(path, &status);
    assert_non_null(out);
    struct parquet_file *file = parquet_file_new(out, &column, 1, &status);
    assert_non_null(file);
    assert_true(parquet_chunk_write(&chunk, kind, values, &scratch, &status));
    assert_true(parquet_file_add(file, &chunk, &status));
    assert_true(parquet_file_end(file, &status));
    parquet_file_free(file);
    parquet_chunk_clear(&chunk);
    parquet_scratch_clear(&scratch);
    assert_true(outfile_commit(out, &status));
    struct checked *checked = parquet_check(path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(checked->n_rows, values->n);
    return checked;
}

/* Zeros of both signs and NaNs of all kinds keep their bits in a dictionary; with a NaN nothing
 * is said of least and greatest. (parquet_check knows the rules.) */
static void bits_stay_apart(void **state)
{
    (void)state;
    static const uint64_t bits[] = {0,
                                    UINT64_C(1) << 63,
                                    UINT64_C(0x7FF8000000000000),
                                    UINT64_C(0xFFF8000000000001),
                                    UINT64_C(0x7FF0000000000001),
                                    UINT64_C(0x3FF0000000000000)};
    enum { DISTINCT = sizeof bits / sizeof *bits, ROWS = 600 };
    uint32_t codes[ROWS];
    struct distinct distinct = {0};
    for (size_t i = 0; i < ROWS; i++) {
        assert_true(distinct_add(&distinct, bits[i % DISTINCT], &codes[i], NULL));
        assert_int_equal(codes[i], i % DISTINCT);
    }
    struct parquet_values values = {.n = ROWS,
                                    .n_present = ROWS,
                                    .codes = codes,
                                    .n_values = distinct.n,
                                    .numbers = distinct.bits};
    struct checked *checked = one_column(PARQUET_KIND_DOUBLE, &values);
    assert_int_equal(checked->columns[0].with_dictionary, 1);
    assert_int_equal(checked->columns[0].with_range, 0);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(checked->columns[0].values[i].bits, bits[i % DISTINCT]);
    }
    checked_free(checked);
    distinct_clear(&distinct);
    /* All values zero, of one sign or of both: the least is -0, the greatest 0. */
    for (unsigned signs = 1; signs < 4; signs++) {
        double zeros[8];
        float singles[8];
        for (unsigned i = 0; i < 8; i++) {
            bool minus = signs == 2 || (signs == 3 && i % 2 == 0);
            zeros[i] = minus ? -0.0 : 0.0;
            singles[i] = minus ? -0.0f : 0.0f;
        }
        values =
            (struct parquet_values){.n = 8, .n_present = 8, .n_values = 8, .numbers = zeros};
        checked = one_column(PARQUET_KIND_DOUBLE, &values);
        assert_int_equal(checked->columns[0].with_range, 1);
        checked_free(checked);
        values.numbers = singles;
        checked = one_column(PARQUET_KIND_FLOAT, &values);
        assert_int_equal(checked->columns[0].with_range, 1);
        checked_free(checked);
    }
}

/* Pages of long texts end where they get too long; a dictionary that is too long is none; least
 * and greatest are said of short texts only. */
static void texts_of_any_length(void **state)
{
    (void)state;
    enum { ROWS = 700, LONG = 70000 };
    char *bytes = malloc(LONG + ROWS);
    struct span texts[ROWS];
    uint32_t codes[ROWS];
    memset(bytes, 'x', LONG + ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        texts[i] = (struct span){bytes + i, LONG - i};
        codes[i] = (uint32_t)i;
    }
    struct parquet_values values = {
        .n = ROWS, .n_present = ROWS, .codes = codes, .n_values = ROWS, .texts = texts};
    struct checked *checked = one_column(PARQUET_KIND_TEXT, &values);
    assert_int_equal(checked->columns[0].with_dictionary, 0);
    assert_int_equal(checked->columns[0].with_range, 0);
    assert_true(checked->columns[0].pages > 40);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(checked->columns[0].values[i].length, LONG - i);
    }
    checked_free(checked);
    texts[0].length = 64; /* of which one is long */
    values.n = values.n_present = values.n_values = 1;
    values.codes = NULL;
    checked = one_column(PARQUET_KIND_TEXT, &values);
    assert_int_equal(checked->columns[0].with_range, 1);
    checked_free(checked);
    texts[0].length = 65;
    checked = one_column(PARQUET_KIND_TEXT, &values);
    assert_int_equal(checked->columns[0].with_range, 0);
    checked_free(checked);
    texts[0].length = (size_t)1 << 29; /* its bytes are not looked at */
    struct status status = {0};
    struct parquet_chunk chunk = {0};
    struct parquet_scratch scratch = {0};
    assert_false(parquet_chunk_write(&chunk, PARQUET_KIND_TEXT, &values, &scratch, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "too long for a Parquet file"));
    parquet_chunk_clear(&chunk);
    parquet_scratch_clear(&scratch);
    free(bytes);
}

/* ---- rows one by one ---- */

static const struct parquet_column list_columns[] = {{"dt", PARQUET_KIND_TEXT},
                                                     {"src_user", PARQUET_KIND_TEXT},
                                                     {"a", PARQUET_KIND_INT64},
                                                     {"b", PARQUET_KIND_DOUBLE}};

static bool append_rows(struct parquet_append *append, size_t n, FILE *csv,
                        struct status *status)
{
    char dt[40], user[40];
    bool good = true;
    for (size_t i = 0; good && i < n; i++) {
        size_t hour = i * 40 / n, who = i * 7919 % 3000;
        int dt_length = sprintf(dt, "1970-01-%02zu %02zu:00:00", 1 + hour / 24, hour % 24);
        int length = who == 7 ? 0 : sprintf(user, "U%zu@DOM1", who);
        bool has = i % 5 != 0;
        double b = (double)(i % 1000) / 3;
        good = parquet_append_text(append, 0, dt, (size_t)dt_length, status) &&
               parquet_append_text(append, 1, user, (size_t)length, status) &&
               (!has || parquet_append_count(append, 2, (int64_t)(i % 50), status)) &&
               parquet_append_number(append, 3, i % 9 == 0 ? NAN : b, status) &&
               parquet_append_row(append, status);
        if (csv != NULL) {
            fprintf(csv, "%s,%.*s,", dt, length, user);
            fprintf(csv, has ? "%zu," : ",", i % 50);
            fprintf(csv, i % 9 == 0 ? "\n" : "%.17g\n", b);
        }
    }
    return good;
}

/* More than a row group of them: by the rules, and read back by our reader as the same table
 * that the CSV of the same rows is. */
static void what_is_appended_is_read_back(void **state)
{
    (void)state;
    static const char *const features[] = {"a", "b"};
    enum { ROWS = PARQUET_GROUP + 5000 };
    char csv_path[128];
    const char *path;
    snprintf(csv_path, sizeof csv_path, "%s", in_folder("rows.csv"));
    path = in_folder("rows.parquet");
    struct status status = {0};
    FILE *csv = fopen(csv_path, "w");
    struct outfile *out = outfile_open(path, &status);
    assert_non_null(csv);
    assert_non_null(out);
    fprintf(csv, "dt,src_user,a,b\n");
    struct parquet_append *append = parquet_append_new(out, list_columns, 4, &status);
    assert_non_null(append);
    assert_true(parquet_append_note(append, "title", "Rows", &status));
    assert_true(append_rows(append, ROWS, csv, &status));
    assert_true(parquet_append_end(append, &status));
    parquet_append_free(append);
    assert_true(outfile_commit(out, &status));
    assert_int_equal(fclose(csv), 0);
    struct checked *checked = parquet_check(path);
    assert_int_equal(checked->n_groups, 2);
    assert_string_equal(checked->notes, "title=Rows\n");
    for (size_t i = 0; i < ROWS; i++) {
        const struct checked_value *a = &checked->columns[2].values[i];
        assert_int_equal(a->present, i % 5 != 0);
        assert_int_equal(a->bits, a->present ? i % 50 : 0);
    }
    checked_free(checked);
    const struct csv_options options = {.features = features, .n_features = 2};
    struct table *ours = parquet_load(path, &options, NULL, NULL, &status);
    struct table *theirs = csv_load(csv_path, &options, NULL, NULL, &status);
    assert_non_null(ours);
    assert_non_null(theirs);
    assert_int_equal(ours->n_rows, ROWS);
    assert_int_equal(ours->profiles.n, theirs->profiles.n);
    for (size_t i = 0; i < ROWS; i++) {
        struct span a = dict_get(ours->users, ours->row_user[i]);
        struct span b = dict_get(theirs->users, theirs->row_user[i]);
        assert_int_equal(a.length, b.length);
        assert_memory_equal(a.bytes, b.bytes, a.length);
        a = dict_get(ours->times, ours->row_time[i]);
        b = dict_get(theirs->times, theirs->row_time[i]);
        assert_int_equal(a.length, b.length);
        assert_memory_equal(a.bytes, b.bytes, a.length);
        assert_memory_equal(table_profile(ours, ours->row_profile[i]),
                            table_profile(theirs, theirs->row_profile[i]), 16);
    }
    table_free(ours);
    table_free(theirs);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(csv_path), 0);
}

/* ---- what goes wrong ---- */

static void cancel_soon(void *context, uint64_t done, uint64_t total)
{
    (void)total;
    if (done > 0) {
        atomic_store((atomic_bool *)context, true);
    }
}

/* It ends in the middle, and leaves the file that was there. */
static void a_cancelled_file_is_none(void **state)
{
    (void)state;
    struct world world = world_new(3 * PARQUET_GROUP, 100, 100);
    const char *path = in_folder("cancelled.parquet");
    atomic_bool cancel = false;
    const struct progress progress = {
        .cancel = &cancel, .report = cancel_soon, .context = &cancel};
    struct status status = {0};
    FILE *old = fopen(path, "w");
    fputs("old", old);
    fclose(old);
    assert_false(world_write(&world, NULL, world.n, path, 2, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_true(world.before > 0);
    assert_true(world.before < world.n);
    char *bytes;
    assert_int_equal(file_bytes(path, &bytes), 3);
    free(bytes);
    assert_int_equal(unlink(path), 0);
    world_clear(&world);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        skip();
    }
    struct world world = world_new(3 * PARQUET_GROUP, 100, 100);
    struct status status = {0};
    assert_false(world_write(&world, NULL, world.n, "/dev/full", 2, NULL, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_non_null(strstr(status.text, "No space left"));
    assert_true(world.before < world.n); /* it does not go on for nothing */
    world_clear(&world);
}

/* The n-th allocation fails, and with `all` those after it: a status, no leak, no file. */
static void writing_at_each_failure(struct world *world, unsigned threads, bool all)
{
    const char *path = in_folder("oom.parquet");
    long live = oom_live();
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        oom_arm(n, all);
        bool good = world_write(world, NULL, world->n, path, threads, NULL, &status);
        failed = oom_disarm();
        assert_true(good || failed);
        if (good) {
            assert_int_equal(unlink(path), 0);
        } else {
            assert_int_equal(status.code, STATUS_NOMEM);
            assert_int_not_equal(access(path, F_OK), 0);
        }
        assert_int_equal(oom_live(), live);
    }
}

static void appending_at_each_failure(bool all)
{
    const char *path = in_folder("oom.parquet");
    long live = oom_live();
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        struct outfile *out = outfile_open(path, NULL);
        assert_non_null(out);
        oom_arm(n, all);
        struct parquet_append *append = parquet_append_new(out, list_columns, 4, &status);
        bool good = append != NULL && parquet_append_note(append, "a", "b", &status) &&
                    append_rows(append, 3000, NULL, &status) &&
                    parquet_append_end(append, &status);
        parquet_append_free(append);
        failed = oom_disarm();
        outfile_abandon(out);
        assert_true(good != failed);
        assert_true(good || status.code == STATUS_NOMEM);
        assert_int_equal(oom_live(), live);
    }
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    struct world world = world_new(3000, 500, 800);
    writing_at_each_failure(&world, 1, false);
    writing_at_each_failure(&world, 1, true);
    writing_at_each_failure(&world, 2, true);
    world_clear(&world);
    appending_at_each_failure(false);
    appending_at_each_failure(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_any_kind_are_read_back),
        cmocka_unit_test(rows_are_written_value_for_value),
        cmocka_unit_test(chosen_rows_and_plain_columns),
        cmocka_unit_test(bits_stay_apart),
        cmocka_unit_test(texts_of_any_length),
        cmocka_unit_test(what_is_appended_is_read_back),
        cmocka_unit_test(a_cancelled_file_is_none),
        cmocka_unit_test(a_full_disk_is_said),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests_name("parquet_write", tests, make_folder, remove_folder);
}

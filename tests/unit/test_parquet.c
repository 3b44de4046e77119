/* parquet: files of many writers, crafted ones and hostile ones (tests/parquet/README.md).
 * Every value is compared twice: as it stands in the file, by the checksum of its column, and
 * as it comes into the table, with the same table read from CSV. */
#define _GNU_SOURCE
#include "table/parquet/parquet.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "events/input.h"
#include "table/input/input_list.h"
#include "table/parquet/chunk.h"
#include "table/parquet/meaning.h"
#include "table/parquet/part.h"
#include "unit/oom.h"
#include "unit/same_table.h"
#include "unit/test.h"

static const struct csv_options study;
static const struct input_choice any;

/* ---- checksums, as the README has them ---- */

struct checksum {
    uint32_t a, b;
    uint64_t rows, nulls;
};

static void add_word(struct checksum *sum, uint32_t word)
{
    sum->a = (sum->a ^ word) * 0x01000193u;
    sum->b = (sum->b + word) * 0x9e3779b1u;
    sum->b ^= sum->b >> 15;
}

static void add_int(struct checksum *sum, int64_t value)
{
    add_word(sum, (uint32_t)value);
    add_word(sum, (uint32_t)((uint64_t)value >> 32));
}

static void add_double(struct checksum *sum, double value)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000);
    if (!isnan(value)) {
        memcpy(&bits, &value, sizeof bits);
    }
    add_int(sum, (int64_t)bits);
}

static void add_text(struct checksum *sum, struct span text)
{
    add_word(sum, (uint32_t)text.length);
    for (size_t i = 0; i < text.length; i += 4) {
        uint32_t word = 0;
        memcpy(&word, text.bytes + i, text.length - i < 4 ? text.length - i : 4);
        add_word(sum, word);
    }
}

static void add_bytes(struct checksum *sum, const struct meaning *meaning, struct span bytes)
{
    double value;
    if (meaning->kind == MEANING_HALF) {
        assert_int_equal(meaning_number(meaning, bytes, &value), NUMBER_GOOD);
        add_double(sum, value);
    } else if (meaning->kind == MEANING_INT96) {
        const uint8_t *at = (const uint8_t *)bytes.bytes;
        const int64_t day = (int64_t)bytes_u32(at + 8) - 2440588;
        add_int(sum, (int64_t)((uint64_t)day * UINT64_C(86400000000000) + bytes_u64(at)));
    } else if (meaning->kind == MEANING_DECIMAL_BYTES) {
        int64_t unscaled = bytes.length > 0 && (bytes.bytes[0] & 0x80) != 0 ? -1 : 0;
        for (size_t i = 0; i < bytes.length; i++) {
            unscaled = (int64_t)((uint64_t)unscaled << 8 | (unsigned char)bytes.bytes[i]);
        }
        add_int(sum, unscaled);
    } else {
        add_text(sum, bytes);
    }
}

/* The values of a column as they stand in the file. */
struct raw_reader {
    struct chunk chunk;
    struct meaning meaning;
    struct decompressor *decompressor;
    size_t stretch; /* rows at once */
};

static bool add_values(struct values *values, const struct meaning *meaning, size_t n,
                       struct checksum *sum)
{
    for (size_t i = 0; i < n; i++) {
        int64_t number;
        double real;
        struct span text;
        bool nomem = false;
        if (meaning_is_int(meaning)) {
            if (!values_ints(values, &number, 1)) {
                return false;
            }
            bool narrow = meaning->kind == MEANING_UINT32;
            add_int(sum, narrow ? (int64_t)(uint32_t)number : number);
        } else if (meaning->kind == MEANING_DOUBLE) {
            if (!values_doubles(values, &real, 1)) {
                return false;
            }
            add_double(sum, real);
        } else {
            if (!values_text(values, &text, &nomem)) {
                return false;
            }
            add_bytes(sum, meaning, text);
        }
    }
    return true;
}

/* One value of the dictionary, found from its beginning. */
static bool add_code(const struct raw_reader *reader, uint32_t code, struct checksum *sum)
{
    struct values values = {.text = NULL};
    struct checksum ignored = {0};
    if (values_begin(&values, &reader->chunk.place.column->leaf, PARQUET_PLAIN,
                     reader->chunk.dictionary_bytes, reader->chunk.n_dictionary) != NULL) {
        return false;
    }
    return add_values(&values, &reader->meaning, code, &ignored) &&
           add_values(&values, &reader->meaning, 1, sum);
}

static bool sum_chunk(struct raw_reader *reader, const struct chunk_place *place,
                      struct checksum *sum, struct status *status)
{
    if (!chunk_open(&reader->chunk, place, reader->decompressor, status)) {
        return false;
    }
    for (uint64_t done = 0; done < place->rows;) {
        uint8_t missing[CHUNK_STRETCH];
        size_t n, n_values;
        uint64_t left = place->rows - done;
        size_t most = left < reader->stretch ? (size_t)left : reader->stretch;
        if (!chunk_next(&reader->chunk, most, &n, missing, &n_values)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            uint32_t code;
            if (missing[i]) {
                add_word(sum, 0x6c6c756e);
                sum->nulls++;
            } else if (reader->chunk.coded) {
                if (!chunk_codes(&reader->chunk, &code, 1) || !add_code(reader, code, sum)) {
                    return false;
                }
            } else if (!add_values(&reader->chunk.values, &reader->meaning, 1, sum)) {
                return chunk_refuse(&reader->chunk, "too few values");
            }
        }
        done += n;
        sum->rows += n;
    }
    return true;
}

static bool sum_column(const struct part *part, size_t leaf, locale_t c_locale,
                       struct checksum *sum, struct status *status)
{
    struct footer_groups groups;
    struct raw_reader reader = {.meaning =
                                    meaning_of(&part->footer.leaves[leaf].leaf, c_locale),
                                .decompressor = decompressor_new(),
                                .stretch = 100};
    bool good = footer_find(&part->footer, &leaf, 1, SIZE_MAX, part->title, &groups, status);
    int fd = open(part->path, O_RDONLY);
    assert_true(fd >= 0);
    *sum = (struct checksum){0x811c9dc5u, 0x1b873593u, 0, 0};
    for (size_t i = 0; i < groups.n && good; i++) {
        const struct chunk_place place = {.fd = fd,
                                          .file_end = part->size - PARQUET_TAIL_BYTES -
                                                      part->footer.length,
                                          .column = &part->footer.leaves[leaf],
                                          .chunk = groups.groups[i].chunks[0],
                                          .rows = groups.groups[i].rows,
                                          .group = i,
                                          .title = part->title};
        good = sum_chunk(&reader, &place, sum, status);
    }
    close(fd);
    footer_groups_clear(&groups);
    chunk_clear(&reader.chunk);
    decompressor_free(reader.decompressor);
    return good;
}

/* ---- the corpus ---- */

static char *root_of(const char *name)
{
    char *path;
    assert_true(asprintf(&path, "%s/%s", getenv("ODDHOURS_SRCDIR"), name) > 0);
    return path;
}

static char *joined(const char *a, const char *b)
{
    char *path;
    assert_true(asprintf(&path, "%s/%s", a, b) > 0);
    return path;
}

static char *whole_file(const char *path, size_t *length)
{
    struct stat about;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &about) == 0);
    char *bytes = malloc((size_t)about.st_size + 1);
    assert_non_null(bytes);
    assert_int_equal(read(fd, bytes, (size_t)about.st_size), about.st_size);
    bytes[about.st_size] = '\0';
    close(fd);
    if (length != NULL) {
        *length = (size_t)about.st_size;
    }
    return bytes;
}

static const char *text_of(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static size_t compared_columns, compared_tables, refused, passed_by;

static struct table *load(const char *input, struct status *status)
{
    return input_load(input, &any, &study, NULL, NULL, NULL, status);
}

/* A program that was built without a library refuses the files that need it. */
static bool all_codecs(void)
{
    return decompress_known(PARQUET_SNAPPY) && decompress_known(PARQUET_ZSTD) &&
           decompress_known(PARQUET_LZ4_RAW) && decompress_known(PARQUET_BROTLI);
}

/* Reads folders as the commands do. */
static char *input_of(const char *path)
{
    char *operands[] = {(char *)(uintptr_t)path};
    return input_list_join(operands, 1, NULL);
}

static bool uses_absent_codec(const struct status *status)
{
    return strstr(status->text, "which this program does not read") != NULL &&
           strstr(status->text, "compressed with") != NULL;
}

static size_t find_leaf(const struct part *part, const char *name)
{
    for (size_t i = 0; i < part->footer.n_leaves; i++) {
        const struct footer_leaf *leaf = &part->footer.leaves[i];
        if (leaf->flat && leaf->name.length == strlen(name) &&
            memcmp(leaf->name.bytes, name, leaf->name.length) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Compares the checksums of all columns that the sidecar has. `must`: each can be read. */
static void compare_columns(const char *path, const cJSON *expected, bool must,
                            locale_t c_locale)
{
    struct part part;
    struct status status = {0};
    bool opened = part_look(&part, path, &status);
    assert_true(opened || !must);
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(expected, "columns"), *column;
    cJSON_ArrayForEach(column, columns)
    {
        const char *wanted = text_of(column, "checksum");
        const cJSON *nulls = cJSON_GetObjectItemCaseSensitive(column, "nulls");
        size_t leaf = opened ? find_leaf(&part, column->string) : SIZE_MAX;
        struct checksum sum;
        char text[20];
        if (wanted == NULL || leaf == SIZE_MAX) {
            continue;
        }
        if (!sum_column(&part, leaf, c_locale, &sum, &status)) {
            if (must && !uses_absent_codec(&status)) {
                fail_msg("%s, %s: %s", path, column->string, status.text);
            }
            continue;
        }
        snprintf(text, sizeof text, "%08x%08x", sum.a, sum.b);
        if (strcmp(text, wanted) != 0 || (uint64_t)nulls->valuedouble != sum.nulls) {
            fail_msg("%s, %s: %s with %d nulls, expected %s", path, column->string, text,
                     (int)sum.nulls, wanted);
        }
        compared_columns++;
    }
    part_clear(&part);
}

/* The table is that of the CSV file, but for notes on how it was read. */
static void compare_table(const char *path, struct table *table, const char *csv)
{
    struct status status = {0};
    struct table *expected = load(csv, &status);
    if (expected == NULL) {
        fail_msg("%s: %s", csv, status.text);
    }
    memset(table->report.notes, 0, sizeof table->report.notes);
    memset(expected->report.notes, 0, sizeof expected->report.notes);
    table->report.n_notes = expected->report.n_notes = 0;
    table->report.bytes = expected->report.bytes;
    memcpy(table->report.hash, expected->report.hash, sizeof table->report.hash);
    const char *differs = same_table(table, expected);
    if (differs != NULL) {
        fail_msg("%s: %s differs from %s", path, differs, csv);
    }
    table_free(expected);
    compared_tables++;
}

/* A sentence that says what is wrong, and no table. */
static void check_refusal(const char *path, const struct table *table,
                          const struct status *status)
{
    if (table != NULL) {
        fail_msg("%s should be refused", path);
    }
    if (status->code != STATUS_INPUT && status->code != STATUS_USAGE) {
        fail_msg("%s: code %d: %s", path, status->code, status->text);
    }
    assert_true(strlen(status->text) > 10);
    refused++;
}

static void check_file(const char *path, const char *folder, const cJSON *expected,
                       locale_t c_locale)
{
    const char *expect = text_of(expected, "expect"), *csv = text_of(expected, "csv");
    struct stat about;
    struct status status = {0};
    char *input = input_of(path);
    assert_non_null(expect);
    assert_non_null(input);
    struct table *table = load(input, &status);
    if (table == NULL && uses_absent_codec(&status) && strcmp(expect, "refuse") != 0) {
        passed_by++;
    } else if (strcmp(expect, "refuse") == 0) {
        check_refusal(path, table, &status);
    } else if (table == NULL && strcmp(expect, "read") == 0 && csv != NULL &&
               strstr(csv, "empty") == NULL) {
        fail_msg("%s: %s", path, status.text);
    } else if (table == NULL) {
        check_refusal(path, table, &status);
    } else if (csv != NULL) {
        char *csv_path = joined(folder, csv);
        compare_table(path, table, csv_path);
        free(csv_path);
    }
    table_free(table);
    free(input);
    if (strcmp(expect, "refuse") != 0 && stat(path, &about) == 0 && S_ISREG(about.st_mode)) {
        compare_columns(path, expected, strcmp(expect, "read") == 0, c_locale);
    }
}

static int is_sidecar(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && strcmp(end, ".json") == 0;
}

/* All files of a folder of the corpus; returns how many. */
static int check_folder(const char *folder)
{
    struct dirent **names;
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    int n = scandir(folder, &names, is_sidecar, alphasort);
    for (int i = 0; i < n; i++) {
        char *sidecar = joined(folder, names[i]->d_name);
        char *text = whole_file(sidecar, NULL);
        cJSON *expected = cJSON_Parse(text);
        assert_non_null(expected);
        char *name = strdup(text_of(expected, "file"));
        assert_non_null(name);
        name[strcspn(name, "/")] = '\0';
        char *path = joined(folder, name);
        check_file(path, folder, expected, c_locale);
        free(path);
        free(name);
        cJSON_Delete(expected);
        free(text);
        free(sidecar);
        free(names[i]);
    }
    if (n >= 0) {
        free(names);
    }
    freelocale(c_locale);
    return n;
}

static void files_are_read_as_they_are(void **state)
{
    (void)state;
    static const char *const folders[] = {"tests/parquet/crafted", "tests/parquet/written",
                                          "tests/parquet/folders"};
    compared_columns = compared_tables = refused = passed_by = 0;
    for (size_t i = 0; i < 3; i++) {
        char *folder = root_of(folders[i]);
        assert_true(check_folder(folder) >= 6);
        free(folder);
    }
    assert_true(compared_columns > 900 || !all_codecs());
    assert_true(compared_tables + passed_by > 100);
    assert_true(passed_by == 0 || !all_codecs());
}

static void hostile_files_are_refused(void **state)
{
    (void)state;
    char *folder = root_of("tests/parquet/hostile");
    refused = 0;
    assert_int_equal(check_folder(folder), 134);
    assert_true(refused > 70 || !all_codecs());
    free(folder);
}

static void files_of_other_programs_are_read(void **state)
{
    (void)state;
    char *folder = root_of("../shared/data/parquet/fetched");
    compared_columns = 0;
    if (access(folder, R_OK) != 0) {
        free(folder);
        skip(); /* beside the checkout, and not part of the project */
    }
    assert_true(check_folder(folder) > 100);
    assert_true(compared_columns > 200 || !all_codecs());
    free(folder);
}

/* ---- damage ---- */

static char *file_in_memory(int *fd, const char *bytes, size_t length)
{
    char *path;
    *fd = memfd_create("parquet", MFD_CLOEXEC);
    assert_true(*fd >= 0);
    assert_int_equal(write(*fd, bytes, length), length);
    assert_true(asprintf(&path, "/proc/self/fd/%d", *fd) > 0);
    return path;
}

static void a_file_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    char *path = root_of("tests/parquet/crafted/rows_one.parquet");
    size_t length;
    char *bytes = whole_file(path, &length);
    for (size_t cut = 0; cut < length; cut++) {
        int fd;
        struct status status = {0};
        char *name = file_in_memory(&fd, bytes, cut);
        struct table *table = parquet_load(name, &study, NULL, NULL, &status);
        assert_null(table);
        assert_int_equal(status.code, STATUS_INPUT);
        free(name);
        close(fd);
    }
    free(bytes);
    free(path);
}

/* Whatever one wrong byte does, it does no harm: an error, or a table that is in order. */
static void wrong_bytes_do_no_harm(void **state)
{
    (void)state;
    static const char *const names[] = {"crafted/dict_v1_snappy.parquet",
                                        "crafted/split_all.parquet",
                                        "written/duckdb_zstd_v2.parquet"};
    for (size_t i = 0; i < 3; i++) {
        char *folder = root_of("tests/parquet"), *path = joined(folder, names[i]);
        size_t length;
        char *bytes = whole_file(path, &length);
        for (size_t at = 0; at < length; at += 3) {
            int fd;
            struct status status = {0};
            const char before = bytes[at];
            bytes[at] = (char)(before ^ (1 << at % 8));
            char *name = file_in_memory(&fd, bytes, length);
            bytes[at] = before;
            struct table *table = parquet_load(name, &study, NULL, NULL, &status);
            assert_true(table != NULL || status.code == STATUS_INPUT);
            for (size_t row = 0; table != NULL && row < table->n_rows; row++) {
                assert_true(table->row_profile[row] < table->profiles.n);
            }
            table_free(table);
            free(name);
            close(fd);
        }
        free(bytes);
        free(path);
        free(folder);
    }
}

/* ---- threads, pieces, memory ---- */

static void tables_do_not_depend_on_pieces_or_threads(void **state)
{
    (void)state;
    if (!all_codecs()) {
        skip();
    }
    static const char *const names[] = {
        "crafted/dict_v1_snappy.parquet",  "crafted/fallback_plain_v1.parquet",
        "crafted/groups_of_five.parquet",  "crafted/nulls_v1_dict.parquet",
        "crafted/delta_v1.parquet",        "crafted/odd_strings_delta.parquet",
        "crafted/counts_as_text.parquet",  "crafted/dt_ts_ns_fractions.parquet",
        "written/polars_none_many.parquet"};
    static const char *const rows[] = {"1", "7", "100"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *folder = root_of("tests/parquet"), *path = joined(folder, names[i]);
        struct table *whole = load(path, NULL);
        assert_non_null(whole);
        for (unsigned k = 0; k < 6; k++) {
            struct parallel *pool = parallel_new(k < 3 ? 1 : 3, NULL);
            setenv("ODDHOURS_UNIT", rows[k % 3], 1);
            struct table *pieces = input_load(path, &any, &study, NULL, pool, NULL, NULL);
            unsetenv("ODDHOURS_UNIT");
            assert_non_null(pieces);
            assert_null(same_table(whole, pieces));
            table_free(pieces);
            parallel_free(pool);
        }
        table_free(whole);
        free(path);
        free(folder);
    }
}

static void keep_preview(void *context, struct table *preview)
{
    struct table **kept = context;
    table_free(*kept);
    *kept = preview;
}

static void the_first_rows_come_first(void **state)
{
    (void)state;
    char *path = root_of("tests/parquet/csv/smany.csv");
    char *parquet = root_of("tests/parquet/written/polars_none_many.parquet");
    struct table *preview = NULL, *all;
    const struct csv_options options = {.preview = keep_preview, .context = &preview};
    struct table *table = input_load(parquet, &any, &options, NULL, NULL, NULL, NULL);
    all = load(path, NULL);
    assert_non_null(table);
    assert_non_null(all);
    assert_non_null(preview);
    assert_int_equal(preview->n_rows, all->n_rows < 1000 ? all->n_rows : 1000);
    for (size_t row = 0; row < preview->n_rows; row++) {
        struct span a = dict_get(preview->users, preview->row_user[row]);
        struct span b = dict_get(all->users, all->row_user[row]);
        assert_int_equal(a.length, b.length);
        assert_memory_equal(a.bytes, b.bytes, a.length);
    }
    table_free(preview);
    table_free(table);
    table_free(all);
    free(path);
    free(parquet);
}

static void rejected_rows_are_said(void **state)
{
    (void)state;
    char *path = root_of("tests/parquet/crafted/plain_required_v1.parquet");
    static const char *const names[] = {"src_user", "total_events"};
    const struct csv_options options = {.features = names, .n_features = 2};
    struct status status = {0};
    assert_null(input_load(path, &any, &options, NULL, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "src_user is no number"));
    free(path);
}

static void a_sample_is_of_all_rows(void **state)
{
    (void)state;
    char *path = root_of("tests/parquet/written/polars_none_many.parquet");
    double rows = 0, bytes = 0;
    struct table *sample = parquet_sample(path, &study, NULL, &rows, &bytes);
    assert_non_null(sample);
    assert_true(rows >= (double)sample->n_rows && bytes > 0);
    table_free(sample);
    free(path);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    if (!all_codecs()) {
        skip();
    }
    static const char *const names[] = {"crafted/dict_v1_snappy.parquet",
                                        "crafted/odd_strings_delta.parquet",
                                        "crafted/groups_with_empty.parquet"};
    for (size_t i = 0; i < 3; i++) {
        char *folder = root_of("tests/parquet"), *path = joined(folder, names[i]);
        struct table *whole = parquet_load(path, &study, NULL, NULL, NULL);
        assert_non_null(whole);
        for (int all = 0; all < 2; all++) {
            const long live = oom_live();
            bool failed = true;
            for (unsigned long n = 0; failed; n++) {
                struct status status = {0};
                oom_arm(n, all);
                struct table *table = parquet_load(path, &study, NULL, NULL, &status);
                failed = oom_disarm();
                if (table == NULL) {
                    assert_int_equal(status.code, STATUS_NOMEM);
                    assert_true(failed);
                } else {
                    assert_null(same_table(table, whole));
                }
                table_free(table);
                assert_int_equal(oom_live(), live);
            }
        }
        table_free(whole);
        free(path);
        free(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_as_they_are),
        cmocka_unit_test(hostile_files_are_refused),
        cmocka_unit_test(files_of_other_programs_are_read),
        cmocka_unit_test(a_file_that_is_cut_off_is_refused),
        cmocka_unit_test(wrong_bytes_do_no_harm),
        cmocka_unit_test(tables_do_not_depend_on_pieces_or_threads),
        cmocka_unit_test(the_first_rows_come_first),
        cmocka_unit_test(rejected_rows_are_said),
        cmocka_unit_test(a_sample_is_of_all_rows),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests_name("parquet", tests, NULL, NULL);
}

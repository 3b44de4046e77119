/* Lists as files: the three formats byte by byte, hostile texts, the formula guard. */
#define _GNU_SOURCE
#include "unit/test.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/sheet/sheet.h"
#include "unit/oom.h"

static char path[] = "/tmp/oddhours-sheet-XXXXXX";

static int make_path(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

/* What the sheet is as a file; freed by the caller. */
static char *written(const struct sheet *sheet, const char *format, bool guard, size_t *length)
{
    struct status status = {0};
    size_t bytes;
    assert_true(
        sheet_write(sheet, sheet_format_find(format), guard, path, NULL, &bytes, &status));
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = malloc(bytes + 2);
    assert_non_null(text);
    *length = fread(text, 1, bytes + 1, file);
    assert_int_equal(*length, bytes); /* the size said is the size there is */
    text[*length] = '\0';
    fclose(file);
    return text;
}

static void assert_written(const struct sheet *sheet, const char *format, bool guard,
                           const char *wanted)
{
    size_t length;
    char *text = written(sheet, format, guard, &length);
    assert_string_equal(text, wanted);
    free(text);
}

static struct sheet *two_rows(void)
{
    struct sheet *sheet = sheet_new_table("Top 2 by iforest", NULL);
    assert_non_null(sheet);
    sheet_add_column(sheet, "rank", false);
    sheet_add_column(sheet, "src_user", true);
    sheet_add_column(sheet, "score", false);
    sheet_add_note(sheet, "input", "%s", "a|b.csv");
    sheet_put_count(sheet, 1);
    sheet_put_text(sheet, "U66@DOM1");
    sheet_put_number(sheet, 1.0 / 3);
    sheet_put_count(sheet, 12345);
    sheet_put_text(sheet, "a,\"b\"\n|c");
    sheet_put_nothing(sheet);
    assert_int_equal(sheet->n_rows, 2);
    return sheet;
}

static void the_three_formats(void **state)
{
    (void)state;
    struct sheet *sheet = two_rows();
    assert_written(sheet, "csv", false,
                   "rank,src_user,score\n"
                   "1,U66@DOM1,0.3333333333333333\n"
                   "12345,\"a,\"\"b\"\"\n|c\",\n");
    assert_written(
        sheet, "json", false,
        "{\n  \"title\": \"Top 2 by iforest\",\n"
        "  \"notes\": {\"input\": \"a|b.csv\"},\n  \"partial\": {},\n"
        "  \"columns\": [\"rank\", \"src_user\", \"score\"],\n  \"count\": 2,\n"
        "  \"rows\": [\n"
        "    {\"rank\": 1, \"src_user\": \"U66@DOM1\", \"score\": 0.3333333333333333},\n"
        "    {\"rank\": 12345, \"src_user\": \"a,\\\"b\\\"\\n|c\", \"score\": null}\n"
        "  ]\n}\n");
    assert_written(sheet, "markdown", false,
                   "# Top 2 by iforest\n\n- input: a\\|b.csv\n\n"
                   "| rank | src\\_user | score |\n|---:|---|---:|\n"
                   "| 1 | U66@DOM1 | 0.333333 |\n"
                   "| 12,345 | a,\"b\"\u00b7\\|c |  |\n");
    sheet_free(sheet);
}

static void partial_results_are_said_in_each(void **state)
{
    (void)state;
    struct sheet *sheet = sheet_new_table("List", NULL);
    sheet_add_column(sheet, "rank", false);
    sheet_add_partial(sheet, "iforest", "108 of 200 trees (cancelled)");
    sheet_put_count(sheet, 1);
    assert_written(sheet, "csv", false,
                   "rank,iforest_partial\n1,108 of 200 trees (cancelled)\n");
    size_t length;
    char *json = written(sheet, "json", false, &length);
    assert_non_null(
        strstr(json, "\"partial\": {\"iforest\": \"108 of 200 trees (cancelled)\"}"));
    free(json);
    char *markdown = written(sheet, "markdown", false, &length);
    assert_non_null(strstr(markdown, "- iforest is partial: 108 of 200 trees (cancelled)\n"));
    free(markdown);
    sheet_free(sheet);
}

static void an_empty_list_is_a_file_all_the_same(void **state)
{
    (void)state;
    struct sheet *sheet = sheet_new_table("Nothing", NULL);
    sheet_add_column(sheet, "rank", false);
    assert_written(sheet, "csv", false, "rank\n");
    assert_written(sheet, "json", false,
                   "{\n  \"title\": \"Nothing\",\n  \"notes\": {},\n  \"partial\": {},\n"
                   "  \"columns\": [\"rank\"],\n  \"count\": 0,\n  \"rows\": []\n}\n");
    assert_written(sheet, "markdown", false, "# Nothing\n\n| rank |\n|---:|\n");
    sheet_free(sheet);
}

static void numbers_read_back_the_same(void **state)
{
    (void)state;
    static const double values[] = {0.1,    1e-300, 123456789, -2.5, 1e15,      1e22, 4.95e-4,
                                    5e-324, -0.0,   1e14,      0.5,  1.0 / 7.0, 7.7e9};
    size_t n = sizeof values / sizeof values[0], length;
    struct sheet *sheet = sheet_new_table("Numbers", NULL);
    sheet_add_column(sheet, "value", false);
    for (size_t i = 0; i < 3 * n; i++) { /* thrice: what was written once comes from a cache */
        sheet_put_number(sheet, values[i % n]);
    }
    sheet_put_number(sheet, NAN);
    sheet_put_number(sheet, INFINITY);
    char *text = written(sheet, "csv", false, &length);
    char *at = strchr(text, '\n') + 1;
    for (size_t i = 0; i < 3 * n; i++) {
        assert_true(strtod(at, &at) == values[i % n]);
        assert_int_equal(*at++, '\n');
    }
    assert_string_equal(at, "\ninf\n");
    free(text);
    text = written(sheet, "json", false, &length);
    cJSON *root = cJSON_Parse(text);
    assert_non_null(root);
    const cJSON *rows = cJSON_GetObjectItem(root, "rows");
    for (size_t i = 0; i < n; i++) {
        const cJSON *value = cJSON_GetObjectItem(cJSON_GetArrayItem(rows, (int)i), "value");
        assert_true(value->valuedouble == values[i]);
    }
    assert_true(
        cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(rows, (int)(3 * n + 1)), "value")));
    cJSON_Delete(root);
    free(text);
    sheet_free(sheet);
}

/* Every byte there is, NUL and no UTF-8 included. */
static struct sheet *hostile(char bytes[512])
{
    for (int i = 0; i < 256; i++) {
        bytes[i] = (char)i;
        bytes[256 + i] = (char)(255 - i);
    }
    struct sheet *sheet = sheet_new_table("\x1b]0;title\a\n# <script>", NULL);
    sheet_add_column(sheet, "a|b\x1b[31m", true);
    sheet_add_column(sheet, "=1+1", true);
    sheet_put_bytes(sheet, bytes, 512);
    sheet_put_text(sheet, "\u202e evil [link](javascript:x) <b>");
    return sheet;
}

static void csv_keeps_every_byte(void **state)
{
    (void)state;
    char bytes[512];
    struct sheet *sheet = hostile(bytes);
    size_t length, used = 0;
    char *text = written(sheet, "csv", false, &length), field[512];
    const char *at = strchr(text, '\n') + 2; /* behind the quote */
    while (used < sizeof field && !(at[0] == '"' && at[1] != '"')) {
        field[used++] = *at;
        at += *at == '"' ? 2 : 1;
    }
    assert_int_equal(used, 512);
    assert_memory_equal(field, bytes, 512);
    free(text);
    sheet_free(sheet);
}

static void json_of_any_bytes_is_json(void **state)
{
    (void)state;
    char bytes[512];
    struct sheet *sheet = hostile(bytes);
    size_t length;
    char *text = written(sheet, "json", false, &length);
    assert_int_equal(strlen(text), length);
    for (size_t i = 0; i < length; i++) {
        assert_true((unsigned char)text[i] >= 0x20 || text[i] == '\n');
    }
    assert_non_null(strstr(text, "\\u0000\\u0001"));
    assert_non_null(strstr(text, "\xEF\xBF\xBD\xEF\xBF\xBD")); /* 0x80, 0x81 */
    cJSON *root = cJSON_Parse(text);
    assert_non_null(root);
    cJSON_Delete(root);
    free(text);
    sheet_free(sheet);
}

static void markdown_cannot_be_broken_out_of(void **state)
{
    (void)state;
    char bytes[512];
    struct sheet *sheet = hostile(bytes);
    size_t length, lines = 0;
    char *text = written(sheet, "markdown", false, &length);
    for (size_t i = 0; i < length; i++) {
        assert_true((unsigned char)text[i] >= 0x20 || text[i] == '\n');
        assert_true(text[i] != '<' || text[i - 1] == '\\');
        lines += text[i] == '\n';
    }
    assert_int_equal(lines, 5); /* heading, blank, names, rule, one row */
    assert_null(strstr(text, "\u202e"));
    free(text);
    sheet_free(sheet);
}

static void the_guard_touches_what_looks_like_a_formula(void **state)
{
    (void)state;
    static const char *const texts[] = {"=1",  "+1",  "-x", "@x", "\tx",
                                        "\rx", "\nx", "x=", "'=", ""};
    struct status status = {0};
    size_t n;
    struct sheet *sheet = sheet_new_table("Formulas", NULL);
    sheet_add_column(sheet, "=name", true);
    sheet_add_column(sheet, "number", false);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sheet_put_text(sheet, texts[i]);
        sheet_put_number(sheet, -1); /* a number is none */
    }
    assert_true(sheet_count_formulas(sheet, NULL, &n, &status));
    assert_int_equal(n, 8);
    assert_written(sheet, "csv", true,
                   "'=name,number\n'=1,-1\n'+1,-1\n'-x,-1\n'@x,-1\n'\tx,-1\n\"'\rx\",-1\n"
                   "\"'\nx\",-1\nx=,-1\n'=,-1\n,-1\n");
    assert_written(sheet, "csv", false,
                   "=name,number\n=1,-1\n+1,-1\n-x,-1\n@x,-1\n\tx,-1\n\"\rx\",-1\n"
                   "\"\nx\",-1\nx=,-1\n'=,-1\n,-1\n");
    size_t length;
    char *json = written(sheet, "json", true, &length); /* no spreadsheet reads that */
    assert_non_null(strstr(json, "{\"=name\": \"=1\""));
    free(json);
    sheet_free(sheet);
}

static void names_of_columns_are_unique(void **state)
{
    (void)state;
    struct sheet *sheet = sheet_new_table("Names", NULL);
    sheet_add_column(sheet, "rank", false);
    sheet_add_column(sheet, "rank", false);
    sheet_add_column(sheet, "rank_2", false);
    sheet_add_column(sheet, "rank", false);
    assert_string_equal(sheet->columns[1].name, "rank_2");
    assert_string_equal(sheet->columns[2].name, "rank_2_2");
    assert_string_equal(sheet->columns[3].name, "rank_3");
    sheet_free(sheet);
}

static void formats_by_name_and_ending(void **state)
{
    (void)state;
    assert_string_equal(sheet_format_of_path("a/b.CSV")->name, "csv");
    assert_string_equal(sheet_format_of_path("b.json")->name, "json");
    assert_string_equal(sheet_format_of_path("b.md")->name, "markdown");
    assert_string_equal(sheet_format_of_path("b.Markdown")->name, "markdown");
    assert_null(sheet_format_of_path(".csv"));
    assert_null(sheet_format_of_path("csv"));
    assert_null(sheet_format_of_path(""));
    assert_null(sheet_format_find("xml"));
}

static void a_cancel_leaves_the_old_file(void **state)
{
    (void)state;
    struct sheet *sheet = two_rows();
    struct status status = {0};
    atomic_bool cancel = false;
    const struct progress progress = {.cancel = &cancel};
    assert_true(sheet_write(sheet, sheet_formats[0], false, path, &progress, NULL, &status));
    cancel = true;
    assert_false(
        sheet_write(sheet, sheet_format_find("json"), false, path, &progress, NULL, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    FILE *file = fopen(path, "rb");
    assert_int_equal(fgetc(file), 'r');
    fclose(file);
    status = (struct status){0};
    assert_false(
        sheet_write(sheet, sheet_formats[0], false, "/nowhere/x.csv", NULL, NULL, &status));
    assert_non_null(strstr(status.text, "/nowhere/x.csv"));
    sheet_free(sheet);
}

static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    struct status status;
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        long before = oom_live();
        status = (struct status){0};
        bool good = false;
        oom_arm(n, false);
        struct sheet *sheet = sheet_new_table("Memory", &status);
        if (sheet != NULL) {
            sheet_add_column(sheet, "a", true);
            sheet_add_note(sheet, "b", "c");
            sheet_add_partial(sheet, "d", "e");
            sheet_put_text(sheet, "f");
            good = sheet_write(sheet, sheet_formats[n % 3], true, path, NULL, NULL, &status);
        }
        failed = oom_disarm();
        sheet_free(sheet);
        assert_true(good == !failed);
        assert_int_equal(status.code, failed ? STATUS_NOMEM : STATUS_OK);
        assert_int_equal(oom_live(), before);
        assert_true(n < 1000);
    }
}

static bool two_texts(void *self, size_t row, struct sheet_value *values, struct status *status)
{
    (void)self, (void)row, (void)status;
    for (size_t i = 0; i < 2; i++) {
        values[i] = (struct sheet_value){.kind = SHEET_TEXT, .bytes = "=", .length = 1};
    }
    return true;
}

static void free_nothing(void *self)
{
    (void)self;
}

/* Its source fills in columns that it does not have. */
static void a_sheet_that_lost_a_column_is_not_counted(void **state)
{
    (void)state;
    static const struct sheet_source source = {.row = two_texts, .free = free_nothing};
    struct status status = {0};
    size_t n = 0;
    struct sheet *sheet = sheet_new_source("Lost", &source, NULL, 3, &status);
    assert_non_null(sheet);
    sheet_add_column(sheet, "a", true);
    oom_arm(0, false);
    sheet_add_column(sheet, "b", true);
    assert_true(oom_disarm());
    assert_false(sheet_count_formulas(sheet, NULL, &n, &status));
    assert_int_equal(status.code, STATUS_NOMEM);
    sheet_free(sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_formats),
        cmocka_unit_test(partial_results_are_said_in_each),
        cmocka_unit_test(an_empty_list_is_a_file_all_the_same),
        cmocka_unit_test(numbers_read_back_the_same),
        cmocka_unit_test(csv_keeps_every_byte),
        cmocka_unit_test(json_of_any_bytes_is_json),
        cmocka_unit_test(markdown_cannot_be_broken_out_of),
        cmocka_unit_test(the_guard_touches_what_looks_like_a_formula),
        cmocka_unit_test(names_of_columns_are_unique),
        cmocka_unit_test(formats_by_name_and_ending),
        cmocka_unit_test(a_cancel_leaves_the_old_file),
        cmocka_unit_test(running_out_of_memory_is_said),
        cmocka_unit_test(a_sheet_that_lost_a_column_is_not_counted),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}

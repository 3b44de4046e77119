/* authlog: files of a raw log, and the table that comes of them. */
#include "unit/test.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "events/events_count.h"
#include "events/events_index.h"
#include "table/csv/csv.h"
#include "events/input.h"
#include "events/user_hour_text.h"
#include "unit/authlog_fixture.h"

/* ---- files
 * ------------------------------------------------------------------------------------- */

static void a_cut_last_line_is_rejected(void **state)
{
    (void)state;
    static const char log[] = "5," GOOD "6," GOOD "7,U1@DOM1,U1@DO";
    struct events_report report;
    struct text rows = count_text(log, sizeof log - 1, NULL, &report);
    assert_int_equal(report.counted, 2);
    assert_int_equal(report.rejected_by[EVENT_CUT], 1);
    assert_string_equal(report.rejects[0].reason, "the last line is cut off after 3 fields");
    text_free(&rows);
}

static void a_truncated_gzip_gives_what_is_there(void **state)
{
    (void)state;
    char *whole = source_path("data/lanl_auth_50000.txt.gz");
    struct text log = read_file(whole);
    char *path = make_gzip(log.bytes, log.length, 100000);
    struct events_report report;
    struct text rows = count_file(path, NULL, &report);
    assert_true(report.counted > 10000 && report.counted < 40000);
    assert_int_equal(report.rejected, 1);
    assert_int_equal(report.rejected_by[EVENT_CUT], 1);
    assert_int_equal(report.rejects[0].line, report.counted + 1);
    assert_non_null(strstr(report.rejects[0].reason, "damaged .gz file"));

    /* The lines that are there are those of the log. */
    size_t length = 0;
    for (uint64_t line = 0; line < report.counted; line++) {
        length = (size_t)(strchr(log.bytes + length, '\n') - log.bytes) + 1;
    }
    struct text beginning = count_text(log.bytes, length, NULL, NULL);
    assert_string_equal(rows.bytes, beginning.bytes);

    const char *const paths[] = {path};
    struct status status = failure(paths, 1, true);
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "damaged .gz file"));
    text_free(&beginning);
    text_free(&rows);
    text_free(&log);
    drop_file(path);
    free(whole);
}

static void several_files_are_one_log(void **state)
{
    (void)state;
    char *excerpt = source_path("data/lanl_auth_50000.txt.gz");
    struct text log = read_file(excerpt);
    size_t half = (size_t)(strchr(log.bytes + log.length / 2, '\n') - log.bytes) + 1;
    char *first = make_gzip(log.bytes, half, 0);
    char *second = make_file(log.bytes + half, log.length - half);
    char *nothing = make_file("", 0);
    const char *const paths[] = {first, nothing, second};
    struct events_input input = input_of(paths, 3, NULL);
    input.rules.block = 40000; /* a block may span two files */
    struct text rows = {0};
    struct events_report report;
    struct status status = {0};
    assert_true(events_count(&input, sink_lines, &rows, &report, NULL, NULL, NULL, &status));
    struct text whole = count_file(excerpt, &input.rules, NULL);
    assert_string_equal(rows.bytes, whole.bytes);
    assert_int_equal(strlen(report.hash), 32);
    text_free(&rows);
    text_free(&whole);
    text_free(&log);
    drop_file(first);
    drop_file(second);
    drop_file(nothing);
    free(excerpt);
}

static void rejects_name_their_file_and_line(void **state)
{
    (void)state;
    char *first = make_file("5," GOOD "6,bad\n", strlen("5," GOOD "6,bad\n"));
    char *second = make_file("7," GOOD "\nbad\n", strlen("7," GOOD "\nbad\n"));
    const char *const paths[] = {first, second};
    struct events_input input = input_of(paths, 2, NULL);
    struct text rows = {0};
    struct events_report report;
    struct status status = {0};
    assert_true(events_count(&input, sink_lines, &rows, &report, NULL, NULL, NULL, &status));
    assert_int_equal(report.n_rejects, 2);
    assert_int_equal(report.rejects[0].path, 0);
    assert_int_equal(report.rejects[0].line, 2);
    assert_int_equal(report.rejects[1].path, 1);
    assert_int_equal(report.rejects[1].line, 3);
    status = failure(paths, 2, true);
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, ", line 2: 2 fields instead of 9"));
    text_free(&rows);
    drop_file(first);
    drop_file(second);
}

static void what_is_no_log_is_refused_with_a_sentence(void **state)
{
    (void)state;
    const char *paths[] = {"/nowhere/at/all"};
    assert_int_equal(failure(paths, 1, false).code, STATUS_IO);
    paths[0] = "/";
    assert_int_equal(failure(paths, 1, false).code, STATUS_INPUT);
    char *empty = make_file("", 0);
    paths[0] = empty;
    struct status status = failure(paths, 1, false);
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "is empty"));
    drop_file(empty);
    char *table = source_path("data/lanl_user_hours.csv");
    paths[0] = table;
    status = failure(paths, 1, false);
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "is no authentication log"));
    free(table);
}

static void a_raw_log_is_recognised_by_its_content(void **state)
{
    (void)state;
    static const char *const logs[] = {
        "1," GOOD,
        "\357\273\2771," GOOD "2,U1",
        "bad\n1," GOOD "1," GOOD "\n",
        "1,U1,U1,C1,C2,?,?,LogOff,Fail\r\n1,U1,U1,C1,C2,?,?,LogOff,Fail\r\n",
        "1,U1,U1,C1,C2,?,?,LogOff,Success",
    };
    static const char *const others[] = {
        "",
        "\n",
        "dt,src_user,total_events,fail_ratio\n1970-01-01 00:00:00,U1,2,0.0\n",
        "1970-01-01 00:00:00,U1,2,0,0.0,1,1,2,1.0\n1970-01-01 00:00:00,U2,2,0,0.0,1,1,2,1.0\n",
        "a,b,c,d,e,f,g,h,i\n1,2,3,4,5,6,7,8,9\n",
        "1,2,3,4,5,6,7,8,9\n2,2,3,4,5,6,7,8,9\n",
        "1,U1,U1,C1,C2,?,?,LogOff,Maybe\n",
        "1,U1,U1,C1,C2,?,?,LogOff\n",
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        assert_true(log_format_lanl.recognise(&log_format_lanl, logs[i], strlen(logs[i])));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(log_format_lanl.recognise(&log_format_lanl, others[i], strlen(others[i])));
    }
}

/* ---- times
 * ------------------------------------------------------------------------------------- */

static void times_are_written_as_the_c_library_does(void **state)
{
    (void)state;
    uint64_t draw = 1;
    for (int i = 0; i < 20000; i++) {
        draw = draw * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        time_t time = i == 0   ? 0
                      : i == 1 ? EVENT_TIME_MAX
                               : (time_t)(draw % (EVENT_TIME_MAX + 1));
        struct tm broken;
        char expected[40], text[USER_HOUR_DT];
        assert_non_null(gmtime_r(&time, &broken));
        strftime(expected, sizeof expected, "%Y-%m-%d %H:%M:%S", &broken);
        assert_int_equal(user_hour_dt(time, text), 19);
        assert_string_equal(text, expected);
    }
}

/* ---- into a table
 * ------------------------------------------------------------------------------ */

static void keep_preview(void *context, struct table *take_preview)
{
    struct table **slot = context;
    assert_null(*slot);
    *slot = take_preview;
}

static void a_log_becomes_a_table(void **state)
{
    (void)state;
    char *path = source_path("data/lanl_auth_50000.txt.gz");
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    struct table *first = NULL;
    const struct csv_options options = {.preview = keep_preview, .context = &first};
    struct events_index *index;
    struct status status = {0};
    struct table *table = events_load(&input, &options, &index, NULL, NULL, &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 2967);
    assert_int_equal(table->profiles.d, TABLE_DEFAULT_FEATURES);
    assert_int_equal(table->report.lines, 50000);
    assert_string_equal(table->report.name, path);
    struct span user = dict_get(table->users, table->row_user[0]);
    assert_int_equal(user.length, strlen("ANONYMOUS LOGON@C1065"));
    const double *values = table_profile(table, table->row_profile[0]);
    static const double expected[] = {45, 0, 0, 1, 16, 45, 1};
    for (size_t f = 0; f < TABLE_DEFAULT_FEATURES; f++) {
        assert_true(values[f] == expected[f]);
    }
    assert_non_null(first);
    assert_int_equal(first->n_rows, 1000);
    const char *why;
    assert_true(events_index_usable(index, &why)); /* packed, too */
    struct events_lines *lines = events_lines(index, 0, user, 10, NULL, &status);
    assert_non_null(lines);
    assert_int_equal(lines->total, 45);
    events_lines_free(lines);
    events_index_free(index);
    table_free(first);
    table_free(table);
    free(path);
}

static void a_table_without_rows_is_refused(void **state)
{
    (void)state;
    char *path = make_file("5," GOOD, strlen("5," GOOD));
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    struct status status = {0};
    struct events_index *index;
    const struct csv_options options = {0};
    assert_null(events_load(&input, &options, &index, NULL, NULL, &status));
    assert_null(index);
    assert_int_equal(status.code, STATUS_INPUT);
    drop_file(path);
}

static void counting_can_be_cancelled(void **state)
{
    (void)state;
    char *path = source_path("data/lanl_auth_50000.txt.gz");
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    const struct csv_options options = {0};
    struct status status = {0};
    assert_null(events_load(&input, &options, NULL, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    free(path);
}

static void features_are_chosen_from_the_seven(void **state)
{
    (void)state;
    char *path = source_path("data/lanl_auth_50000.txt.gz");
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    const char *features[] = {"src_hosts", "total_events"};
    const struct csv_options options = {.features = features, .n_features = 2};
    struct status status = {0};
    struct table *table = events_load(&input, &options, NULL, NULL, NULL, &status);
    assert_non_null(table);
    assert_int_equal(table->profiles.d, 2);
    const double *values = table_profile(table, table->row_profile[0]);
    assert_true(values[0] == 16 && values[1] == 45);
    table_free(table);
    features[0] = "weight";
    assert_null(events_load(&input, &options, NULL, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_USAGE);
    assert_non_null(strstr(status.text, "'weight'"));
    free(path);
}

static size_t rows_of(const char *path, enum input_kind kind, struct events_index **index,
                      struct status *status)
{
    const struct csv_options options = {0};
    const struct input_choice choice = {.kind = kind, .format = "lanl"};
    struct table *table = input_load(path, &choice, &options, index, NULL, NULL, status);
    size_t rows = table == NULL ? 0 : table->n_rows;
    table_free(table);
    return rows;
}

static void an_input_is_told_by_its_content(void **state)
{
    (void)state;
    char *log = source_path("data/lanl_auth_50000.txt.gz");
    char *table = source_path("data/lanl_user_hours.csv");
    struct events_index *index;
    struct status status = {0};
    assert_int_equal(rows_of(log, INPUT_AUTO, &index, &status), 2967);
    assert_non_null(index);
    events_index_free(index);
    assert_int_equal(rows_of(table, INPUT_AUTO, &index, &status), 2967);
    assert_null(index);
    assert_int_equal(rows_of(table, INPUT_LOG, &index, &status), 0);
    assert_non_null(strstr(status.text, "is no authentication log"));
    assert_int_equal(rows_of(log, INPUT_TABLE, &index, &status), 0);
    assert_int_equal(status.code, STATUS_INPUT);

    /* A .gz that breaks off within the bytes that are looked at. */
    struct text text = read_file(log);
    char *broken = make_gzip(text.bytes, text.length, 300);
    assert_true(rows_of(broken, INPUT_LOG, &index, &status) > 0);
    events_index_free(index);
    drop_file(broken);

    /* A plain log shorter than that. */
    char *small = make_file("5," GOOD "6," GOOD, strlen("5," GOOD "6," GOOD));
    assert_int_equal(rows_of(small, INPUT_AUTO, &index, &status), 1);
    const char *why;
    assert_true(events_index_usable(index, &why));
    events_index_free(index);
    drop_file(small);
    text_free(&text);
    free(log);
    free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_last_line_is_rejected),
        cmocka_unit_test(a_truncated_gzip_gives_what_is_there),
        cmocka_unit_test(several_files_are_one_log),
        cmocka_unit_test(rejects_name_their_file_and_line),
        cmocka_unit_test(what_is_no_log_is_refused_with_a_sentence),
        cmocka_unit_test(a_raw_log_is_recognised_by_its_content),
        cmocka_unit_test(times_are_written_as_the_c_library_does),
        cmocka_unit_test(a_log_becomes_a_table),
        cmocka_unit_test(a_table_without_rows_is_refused),
        cmocka_unit_test(counting_can_be_cancelled),
        cmocka_unit_test(features_are_chosen_from_the_seven),
        cmocka_unit_test(an_input_is_told_by_its_content),
    };
    return cmocka_run_group_tests_name("authlog files", tests, NULL, NULL);
}

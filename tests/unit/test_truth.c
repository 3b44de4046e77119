/* truth: both forms of lists, their accounting, and what they mark. */
#include "review/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table/builder.h"
#include "table/csv/csv.h"
#include "table/csv/csv_records.h"
#include "unit/test.h"

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

struct line_of_table {
    const char *dt, *user;
};

static struct table *make(const struct line_of_table *lines, size_t n, bool named)
{
    static const char *const names[] = {"total_events"};
    struct table_builder *builder = table_builder_new(names, 1, named, named, NULL);
    for (size_t i = 0; i < n; i++) {
        double value = (double)i;
        assert_true(
            table_builder_add(builder, span(lines[i].dt), span(lines[i].user), &value, NULL));
    }
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    return table;
}

static const struct line_of_table lines[] = {
    {"1970-01-02 17:00:00", "U620@DOM1"},
    {"1970-01-02 17:00:00", "U748@DOM1"},
    {"1970-01-02 17:00:00", "U748@DOM1"},
    {"1970-01-02 18:00:00", "U748@DOM1"},
    {"1970-01-02T17:20:00", "U748@DOM1"},
    {"1970-01-03 17:00:00", "U748@DOM1"},
    {"never", "U748@DOM1"},
    {"1970-01-02 17:00:00", "U9@DOM1"},
};

static struct truth *parse(const char *text, const struct table *table)
{
    struct status status = {0};
    struct truth *truth = truth_parse(text, strlen(text), table, &status);
    if (truth == NULL) {
        fail_msg("%s", status.text);
    }
    return truth;
}

static void assert_positive(const struct truth *truth, const char *pattern)
{
    char got[64] = "";
    size_t n = 0;
    for (size_t row = 0; row < truth->n_rows; row++) {
        got[row] = truth_positive(truth, row) ? '1' : '0';
        n += truth_positive(truth, row);
    }
    assert_string_equal(got, pattern);
    assert_int_equal(n, truth->n_positive);
    for (size_t i = 1; i < truth->n_positive; i++) {
        assert_true(truth->positive[i - 1] < truth->positive[i]);
    }
}

static void redteam_marks_every_row_of_the_hour(void **state)
{
    (void)state;
    struct table *table = make(lines, 8, true);
    struct truth *truth = parse("150885,U620@DOM1,C17693,C1003\n" /* 1970-01-02 17:54:45 */
                                "151036,U748@DOM1,C17693,C305\n"
                                "151036,U748@DOM1,C17693,C305\n"  /* twice */
                                "151037,U748@DOM1,C17693,C305\n"  /* the same hour */
                                "241200,U748@DOM1,C17693,C1\n"    /* 1970-01-03 19:00 */
                                "150885,U620@DOM2,C17693,C1003\n" /* nobody */
                                "15x,U620@DOM1,C17693,C1003\n"
                                "150885,U620@DOM1,C17693\n",
                                table);
    assert_int_equal(truth->form, TRUTH_REDTEAM);
    assert_positive(truth, "11101000");
    assert_int_equal(truth->lines, 8);
    assert_int_equal(truth->duplicate, 1);
    assert_int_equal(truth->matched, 3);
    assert_int_equal(truth->unknown_user, 1);
    assert_int_equal(truth->unknown_hour, 1);
    assert_int_equal(truth->unreadable, 2);
    assert_int_equal(truth->n_matched, 2);
    assert_int_equal(truth->n_incidents, 2);
    struct span name = dict_get(truth->incidents, 1);
    assert_int_equal(name.length, strlen("U748@DOM1 day 0"));
    assert_memory_equal(name.bytes, "U748@DOM1 day 0", name.length);
    assert_int_equal(truth->n_problems, 3);
    assert_int_equal(truth->problems[0].line, 6);
    char text[400];
    truth_text(truth, text, sizeof text);
    assert_string_equal(text, "8 lines: 3 found in the table, 1 duplicate, 2 unreadable, 2 not "
                              "found: 1 of unknown users, 1 in hours their user has no row; 4 "
                              "rows of 2 users in 2 incidents are positive");
    truth_free(truth);
    table_free(table);
}

static void rows_and_hours_by_header(void **state)
{
    (void)state;
    struct table *table = make(lines, 8, true);
    struct truth *truth = parse("kind,row_id,dt,src_user,incident\r\n"
                                "scan,3,1970-01-02 18:00:00,U748@DOM1,7\r\n"
                                "scan,4,1970-01-02 17:20:00,U748@DOM1,7\r\n"
                                "burst,7,1970-01-02 18:00:00,U9@DOM1,8\r\n" /* another hour */
                                "burst,70,x,U9@DOM1,8\r\n"
                                "burst,-1,x,U9@DOM1,8\r\n",
                                table);
    assert_int_equal(truth->form, TRUTH_ROWS);
    assert_positive(truth, "00011000");
    assert_int_equal(truth->n_incidents, 1);
    assert_int_equal(truth->unknown_row, 2);
    assert_int_equal(truth->unreadable, 1);
    struct span kind = dict_get(truth->kinds, truth->incident_kind[0]);
    assert_memory_equal(kind.bytes, "scan", kind.length);
    truth_free(truth);

    truth = parse("\xef\xbb\xbfsrc_user,dt\nU748@DOM1,1970-01-02 17:59:59\nU748@DOM1,no time\n",
                  table);
    assert_int_equal(truth->form, TRUTH_HOURS);
    assert_positive(truth, "01101000");
    assert_int_equal(truth->unreadable, 1);
    truth_free(truth);

    /* One row of two incidents: it counts once, both incidents have it. */
    truth = parse("row_id,incident\n5,a\n5,b\n5,a\n", table);
    assert_positive(truth, "00000100");
    assert_int_equal(truth->n_incidents, 2);
    assert_int_equal(truth->matched, 2);
    assert_int_equal(truth->duplicate, 1);
    truth_free(truth);
    table_free(table);
}

static void row_ids_need_no_names(void **state)
{
    (void)state;
    struct table *table = make(lines, 8, false);
    struct truth *truth = parse("row_id\n0\n7\n8\n", table);
    assert_positive(truth, "10000001");
    assert_int_equal(truth->n_incidents, 2);
    truth_free(truth);
    struct status status = {0};
    static const char list[] = "150885,U620@DOM1,C17693,C1003\n";
    assert_null(truth_parse(list, sizeof list - 1, table, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "row_id"));
    static const char hours[] = "dt,src_user,kind\n1970-01-02 17:00:00,U620@DOM1,a\n";
    assert_null(truth_parse(hours, sizeof hours - 1, table, &status));
    table_free(table);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    struct table *table = make(lines, 8, true);
    static const char *const texts[] = {"",        "\n\n",        "a,b\n1,2\n",
                                        "hello\n", "1,2,3,4,5\n", "row_id\n\"3\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct status status = {0};
        assert_null(truth_parse(texts[i], strlen(texts[i]), table, &status));
        assert_int_equal(status.code, STATUS_INPUT);
    }
    struct status status = {0};
    assert_null(truth_parse("row_id\0\n", 8, table, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_null(truth_load("/nonexistent/list", table, NULL, &status));
    assert_int_equal(status.code, STATUS_IO);
    table_free(table);
}

/* The official list, whole: 749 lines of which 715 are distinct, of 104 accounts on 181
 * account-days. */
static void the_whole_redteam_list(void **state)
{
    (void)state;
    char path[600], line[200];
    snprintf(path, sizeof path, "%s/data/lanl_redteam.txt", getenv("ODDHOURS_SRCDIR"));
    static const char *const names[] = {"total_events"};
    struct table_builder *builder = table_builder_new(names, 1, true, true, NULL);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char *rest = NULL, text[40];
        unsigned long seconds = strtoul(strtok_r(line, ",", &rest), NULL, 10);
        char *user = strtok_r(NULL, ",", &rest);
        unsigned long hour = seconds / 3600;
        snprintf(text, sizeof text, "1970-01-%02lu %02lu:00:00", hour / 24 + 1, hour % 24);
        double value = 2;
        assert_true(table_builder_add(builder, span(text), span(user), &value, NULL));
    }
    fclose(file);
    struct table *table = table_builder_finish(builder, NULL);
    struct status status = {0};
    struct truth *truth = truth_load(path, table, NULL, &status);
    assert_non_null(truth);
    assert_int_equal(truth->lines, 749);
    assert_int_equal(truth->duplicate, 34);
    assert_int_equal(truth->matched, 715);
    assert_int_equal(truth->n_positive, 749); /* every row of the hour */
    assert_int_equal(truth->n_incidents, 181);
    assert_int_equal(truth->n_matched, 282);
    truth_free(truth);
    table_free(table);
}

static void the_synthetic_incidents(void **state)
{
    (void)state;
    char path[600];
    struct status status = {0};
    snprintf(path, sizeof path, "%s/data/synthetic_user_hours.csv.gz",
             getenv("ODDHOURS_SRCDIR"));
    struct csv_options options = {0};
    struct table *table = csv_load(path, &options, NULL, NULL, &status);
    assert_non_null(table);
    snprintf(path, sizeof path, "%s/data/synthetic_truth.csv", getenv("ODDHOURS_SRCDIR"));
    struct truth *truth = truth_load(path, table, NULL, &status);
    assert_non_null(truth);
    assert_int_equal(truth->matched, truth->lines);
    assert_int_equal(truth->n_positive, 308);
    assert_int_equal(truth->n_incidents, 103);
    assert_int_equal(truth->n_problems, 0);
    truth_free(truth);
    table_free(table);
}

/* Labels in the spellings that people bring, each with a header, in several layouts. */
static void labels_are_heeded(void **state)
{
    (void)state;
    struct table *table = make(lines, 8, true);
    static const char *const pairs[][2] = {
        {"1", "0"},    {"1.0", "0.0"},          {"True", "False"},
        {"YES", "no"}, {"Malicious", "BENIGN"}, {"attack", "normal"}};
    static const char *const layouts[] = {
        "row_id,label\n3,+\n1,-\n2,-\n",
        "Label;Row ID\r\n+;3.0\r\n-;1.0\r\n-;2.0\r\n",
        "is_attack\trow\n+\t3\n-\t1\n-\t2",
        "3,+\n1,-\n2,-\n",
        "dt,src_user,class\n1970-01-02 18:00,U748@DOM1,+\n1970-01-02 17:00,U620@DOM1,-\n"
        "1970-01-02 17:00,U9@DOM1,-\n",
        "User|Timestamp|Ground Truth\nU748@DOM1|1970-01-02T18:00:00Z| + \n"
        "U620@DOM1|1970-01-02 17:00|-\nU9@DOM1 |1970-01-02 17:00|\"-\"\n",
        "U748@DOM1,1970-01-02 18:00,+\nU620@DOM1,1970-01-02 17:00:00,-\n"
        "U9@DOM1,1970-01-02 17:00,-\n"};
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++) {
            char text[400] = "";
            bool value = false; /* a sign behind a delimiter is the place of a label */
            for (const char *at = layouts[l]; *at != '\0'; at++) {
                bool sign = *at == '+' ||
                            (*at == '-' && (at == layouts[l] || strchr(",\t;| \n\"", at[-1])));
                value = *at == '+';
                size_t used = strlen(text);
                if (sign) {
                    snprintf(text + used, sizeof text - used, "%s", pairs[p][value ? 0 : 1]);
                } else {
                    snprintf(text + used, sizeof text - used, "%c", *at);
                }
            }
            struct truth *truth = parse(text, table);
            assert_positive(truth, "00010000");
            assert_int_equal(truth->positive_lines, 1);
            assert_int_equal(truth->negative_lines, 2);
            assert_int_equal(truth->negative, 2);
            assert_int_equal(truth->contradicted, 0);
            char said[512];
            truth_text(truth, said, sizeof said);
            assert_non_null(strstr(said, "3 lines (1 positive, 2 negatives): 1 found"));
            truth_free(truth);
        }
    }
    table_free(table);
}

static void refuses(const struct table *table, const char *text, const char *why)
{
    struct status status = {0};
    assert_null(truth_parse(text, strlen(text), table, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    if (strstr(status.text, why) == NULL) {
        fail_msg("'%s' does not say '%s'", status.text, why);
    }
}

static void what_is_not_understood_is_refused(void **state)
{
    (void)state;
    struct table *table = make(lines, 8, true);
    refuses(table, "row_id,label\n1,1\n2,-1\n", "line 3 of the truth list: the label '-1'");
    refuses(table, "row_id,label\n1,1\n2,\n", "line 3 of the truth list: the label ''");
    refuses(table, "row_id,label\n1,2\n", "the label '2'");
    refuses(table, "row_id,label,class\n1,1,1\n", "columns 2 and 3 could both be the label");
    refuses(table, "row_id,flag\n1,yes\n2,no\n", "column 'flag'");
    refuses(table, "row_id,kind\n1,attack\n2,normal\n", "column 'kind'");
    refuses(table, "row_id\nx\ninf\n",
            "none of the 2 lines of the truth list can be read; line 2");
    refuses(table, "3,maybe\n", "line 1: the truth list is neither");
    refuses(table, "\n\nU748@DOM1,3\n", "line 3: the truth list is neither");

    struct truth *truth = parse("row_id,note\n3,1\n13.5,1\n-1,1\n1e0,1\n", table);
    assert_positive(truth, "01010000");
    assert_int_equal(truth->unreadable, 2);
    assert_int_equal(truth->problems[0].line, 3);
    assert_int_equal(truth->unused_columns, 1);
    truth_free(truth);

    truth = parse("row_id,label\n3,1\n3,0\n2,0\n3,1\n", table);
    assert_positive(truth, "00010000");
    assert_int_equal(truth->contradicted, 1);
    assert_int_equal(truth->duplicate, 1);
    char said[512];
    truth_text(truth, said, sizeof said);
    assert_non_null(strstr(said, "1 of the negative ones name what is positive by another"));
    truth_free(truth);
    table_free(table);
}

/* UTF-16 and Windows-1252, as spreadsheets save them. */
static void encodings_of_tables(void **state)
{
    (void)state;
    static const struct line_of_table named[] = {{"1970-01-02 17:00:00", "J\xc3\xbcrgen"},
                                                 {"1970-01-02 17:00:00", "U1"}};
    struct table *table = make(named, 2, true);
    static const char latin1[] = "dt;src_user\n1970-01-02 17:00;J\xfcrgen\n";
    unsigned char wide[200] = {0xff, 0xfe};
    for (size_t i = 0; i + 1 < sizeof latin1; i++) {
        wide[2 + 2 * i] = (unsigned char)latin1[i];
    }
    const struct {
        const void *bytes;
        size_t length;
    } files[] = {{latin1, sizeof latin1 - 1}, {wide, 2 * sizeof latin1}};
    for (size_t i = 0; i < 2; i++) {
        char path[] = "/tmp/truth-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, files[i].bytes, files[i].length), files[i].length);
        close(fd);
        struct status status = {0};
        struct truth *truth = truth_load(path, table, NULL, &status);
        unlink(path);
        if (truth == NULL) {
            fail_msg("%s", status.text);
        }
        assert_positive(truth, "10");
        truth_free(truth);
    }
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redteam_marks_every_row_of_the_hour),
        cmocka_unit_test(rows_and_hours_by_header),
        cmocka_unit_test(row_ids_need_no_names),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(labels_are_heeded),
        cmocka_unit_test(what_is_not_understood_is_refused),
        cmocka_unit_test(encodings_of_tables),
        cmocka_unit_test(the_whole_redteam_list),
        cmocka_unit_test(the_synthetic_incidents),
    };
    return cmocka_run_group_tests_name("truth", tests, NULL, NULL);
}

/* authlog: the real excerpt, and lines of every kind. */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/rng.h"
#include "events/events_count.h"
#include "events/user_hour_text.h"
#include "unit/authlog_fixture.h"

/* ---- the real excerpt
 * -------------------------------------------------------------------------- */

static void the_excerpt_gives_the_table_that_comes_with_it(void **state)
{
    (void)state;
    char *path = source_path("data/lanl_auth_50000.txt.gz");
    char *table_path = source_path("data/lanl_user_hours.csv");
    struct text table = read_file(table_path);
    struct events_report report;
    struct text rows = count_file(path, NULL, &report);
    assert_memory_equal(table.bytes, user_hour_header, strlen(user_hour_header));
    assert_string_equal(table.bytes + strlen(user_hour_header), rows.bytes);
    assert_int_equal(report.lines, 50000);
    assert_int_equal(report.counted, 50000);
    assert_int_equal(report.user_hours, 3657);
    assert_int_equal(report.written, 2967);
    assert_int_equal(report.dropped, 690);
    assert_int_equal(report.first_time, 1);
    assert_int_equal(report.latest_time, 474);
    text_free(&table);
    text_free(&rows);
    free(path);
    free(table_path);
}

/* What others counted in the whole first hour, of which the excerpt is the beginning: events,
 * failed, destination and source computers. */
static const struct {
    const char *user;
    unsigned counts[4];
} whole_hour[] = {
    {"ANONYMOUS LOGON@C1065", {434, 0, 1, 82}},
    {"ANONYMOUS LOGON@C1208", {24, 0, 1, 3}},
    {"ANONYMOUS LOGON@C1529", {10, 0, 1, 1}},
    {"ANONYMOUS LOGON@C1570", {1, 0, 1, 1}},
    {"ANONYMOUS LOGON@C1624", {12, 0, 1, 1}},
    {"U561@DOM1", {17, 0, 3, 4}},
    {"U556@DOM1", {20, 0, 5, 4}},
    {"U555@DOM1", {49, 0, 9, 10}},
    {"U553@DOM1", {30, 0, 6, 7}},
};

enum { WHOLE_HOUR = sizeof whole_hour / sizeof whole_hour[0] };

static bool not_above(void *context, const struct user_hour *row, struct status *status)
{
    (void)status;
    for (size_t i = 0; i < WHOLE_HOUR; i++) {
        if (strlen(whole_hour[i].user) == row->user.length &&
            memcmp(whole_hour[i].user, row->user.bytes, row->user.length) == 0) {
            assert_true(row->events <= whole_hour[i].counts[0]);
            assert_true(row->failed <= whole_hour[i].counts[1]);
            assert_true(row->dst_hosts <= whole_hour[i].counts[2]);
            assert_true(row->src_hosts <= whole_hour[i].counts[3]);
            (*(size_t *)context)++;
        }
    }
    return true;
}

static void the_excerpt_counts_no_more_than_the_whole_hour(void **state)
{
    (void)state;
    char *path = source_path("data/lanl_auth_50000.txt.gz");
    const char *const paths[] = {path};
    struct userhours_options rules = userhours_defaults();
    rules.min_events = 1;
    struct events_input input = input_of(paths, 1, &rules);
    struct events_report report;
    struct status status = {0};
    size_t met = 0;
    assert_true(events_count(&input, not_above, &met, &report, NULL, NULL, NULL, &status));
    assert_true(met >= 5);
    free(path);
}

/* ---- lines
 * ------------------------------------------------------------------------------------- */

static void every_kind_of_bad_line_is_counted_and_reported(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum event_reject kind;
        const char *reason;
    } bad[] = {
        {"9,U1,U1,C1,C2,?,?,LogOn\n", EVENT_FEW_FIELDS, "8 fields instead of 9"},
        {"x\n", EVENT_FEW_FIELDS, "1 field instead of 9"},
        {"9,U1,U1,C1,C2,?,?,LogOn,x,Fail\n", EVENT_MANY_FIELDS, "10 fields instead of 9"},
        {"-1.5,U1,U1,C1,C2,?,?,LogOn,Fail\n", EVENT_BAD_TIME,
         "the time '-1.5' is not a whole number of seconds"},
        {"-1,U1,U1,C1,C2,?,?,LogOn,Fail\n", EVENT_BAD_TIME, "the time '-1' is negative"},
        {",U1,U1,C1,C2,?,?,LogOn,Fail\n", EVENT_BAD_TIME,
         "the time '' is not a whole number of seconds"},
        {"1\x1b[2J2345678901234567890,U1,U1,C1,C2,?,?,LogOn,Fail\n", EVENT_BAD_TIME,
         "the time '1?[2J234567890123456...' is not a whole number of seconds"},
        {"99999999999999999999999,U1,U1,C1,C2,?,?,LogOn,Fail\n", EVENT_FAR_TIME,
         "the time '99999999999999999999...' is beyond the year 9999"},
        {"9,,U1,C1,C2,?,?,LogOn,Fail\n", EVENT_NO_USER, "field 2 (source user) is empty"},
        {"9,U1,U1,,C2,?,?,LogOn,Fail\n", EVENT_NO_HOST, "field 4 (source computer) is empty"},
    };
    enum { BAD = sizeof bad / sizeof bad[0] };
    struct text log = {0};
    for (size_t i = 0; i < BAD; i++) {
        text_printf(&log, "9," GOOD);
        text_add(&log, bad[i].line, strlen(bad[i].line));
    }
    text_printf(&log, "9,U1,U1,C1,,?,?,LogOn,Fail\n"); /* the eleventh is counted only */
    text_printf(&log, "9," GOOD);
    struct events_report report;
    struct text rows = count_text(log.bytes, log.length, NULL, &report);
    assert_string_equal(rows.bytes, "1970-01-01 00:00:00,U1@DOM1,11,0,0.0,1,1,11,1.0\n");
    assert_int_equal(report.lines, 2 * BAD + 2);
    assert_int_equal(report.counted, BAD + 1);
    assert_int_equal(report.rejected, BAD + 1);
    assert_int_equal(report.n_rejects, BAD);
    for (size_t i = 0; i < BAD; i++) {
        assert_string_equal(report.rejects[i].reason, bad[i].reason);
        assert_int_equal(report.rejects[i].line, 2 * i + 2);
        assert_true(report.rejected_by[bad[i].kind] > 0);
    }
    assert_int_equal(report.rejected_by[EVENT_BAD_TIME], 4);
    assert_int_equal(report.rejected_by[EVENT_NO_HOST], 2);
    text_free(&rows);
    text_free(&log);
}

static void a_question_mark_and_empty_types_are_values(void **state)
{
    (void)state;
    static const char log[] = "5,U1@?,?,?,?,?,?,?,?\n"
                              "5,U1@?,,C1,C1,,,,\n"
                              "5,U1@?,,C1,?,,,,fAiL\n"
                              "5,?,,C1,C1,,,,Failure\n"
                              "5,?,,C1,C1,,,,Fail \n";
    struct text rows = count_text(log, sizeof log - 1, NULL, NULL);
    assert_string_equal(rows.bytes,
                        "1970-01-01 00:00:00,?,2,2,1.0,1,1,2,1.0\n"
                        "1970-01-01 00:00:00,U1@?,3,1,0.3333333333333333,2,2,3,1.0\n");
    text_free(&rows);
}

/* The same two events of one user in every dress that programs give them: what is counted, and
 * what is said of it. */
static void lines_that_were_rewritten_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *log, *said;
    } dresses[] = {
        {"5,U1,U2,C1,C2,K,N,LogOn,Success\n6,U1,U2,C1,C3,K,N,LogOn,FAILURE\n", NULL},
        {"5 , U1, U2, C1, C2, K, N, LogOn, Successful\n6,U1 ,U2,C1,\tC3,K,N,LogOn, failed \n",
         "2 lines have blanks or quotes around fields: counted without them"},
        {"\"5\",\"U1\",\"U2\",\"C1\",\"C2\",\"K\",\"N, or not\",\"LogOn\",\"Success\"\n"
         "6,\"U1\",U2,C1,\"C3\",K,N,LogOn,\"Fail\"\r\n",
         "2 lines have blanks or quotes around fields: counted without them"},
        {"0,5,U1,U2,C1,C2,K,N,LogOn,Success\n1,6,U1,U2,C1,C3,K,N,LogOn,Fail\n",
         "2 lines have a counter before the nine fields: counted without it"},
        {",5,U1,U2,C1,C2,K,N,LogOn,Success\n\"7\",6,U1,U2,C1,C3,K,N,LogOn,Fail\n",
         "1 line has blanks or quotes around fields: counted without them"},
        {"5,U1,U2,C1,C2,K,N,LogOn,Success,0\n6,U1,U2,C1,C3,K,N,LogOn,Fail,1,x\n",
         "2 lines have more columns behind the nine fields: they are not looked at"},
        {"time,src_user,dst_user,src_comp,dst_comp,auth_type,logon_type,orientation,result\n"
         "5,U1,U2,C1,C2,K,N,LogOn,Success\n6,U1,U2,C1,C3,K,N,LogOn,Fail\n",
         "1 header line passed over: names of columns"},
        {",time,src_user,dst_user,src_comp,dst_comp,auth_type,logon_type,orientation,result\n"
         "0,5,U1,U2,C1,C2,K,N,LogOn,Success\n1,6,U1,U2,C1,C3,K,N,LogOn,Fail\n",
         "2 lines have a counter before the nine fields: counted without it"},
    };
    for (size_t i = 0; i < sizeof dresses / sizeof *dresses; i++) {
        const char *log = dresses[i].log;
        struct events_report report;
        struct text rows = count_text(log, strlen(log), NULL, &report);
        assert_string_equal(rows.bytes, "1970-01-01 00:00:00,U1,2,1,0.5,2,1,2,1.0\n");
        assert_int_equal(report.lines, 2);
        assert_int_equal(report.rejected, 0);
        assert_int_equal(report.unknown, 0);
        char note[EVENTS_NOTE];
        bool noted = events_note(&report, 0, note, sizeof note);
        assert_int_equal(noted, dresses[i].said != NULL);
        if (noted) {
            assert_string_equal(note, dresses[i].said);
        }
        assert_true(log_format_lanl.recognise(&log_format_lanl, log, strlen(log)));
        text_free(&rows);
    }
}

static void results_that_say_nothing_are_counted_and_said(void **state)
{
    (void)state;
    static const char log[] = "5,U1,U2,C1,C2,K,N,LogOn,Success\n"
                              "5,U1,U2,C1,C2,K,N,LogOn,Mostly\x1b\n"
                              "5,U1,U2,C1,C2,K,N,LogOn,\n"
                              "0,5,U1,U2,C1,C2,K,N,LogOn,?\n";
    struct events_report report;
    struct text rows = count_text(log, sizeof log - 1, NULL, &report);
    assert_string_equal(rows.bytes, "1970-01-01 00:00:00,U1,4,0,0.0,1,1,4,1.0\n");
    assert_int_equal(report.unknown, 3);
    char note[EVENTS_NOTE];
    assert_true(events_note(&report, 0, note, sizeof note));
    assert_string_equal(note, "3 lines have a result that is neither success nor failure, such "
                              "as 'Mostly\\x1b': counted, but not as failed");
    text_free(&rows);
}

/* ---- times and results, a byte at a time ---- */

struct expected {
    enum event_reject reject;
    int64_t time;
    enum event_outcome outcome;
};

static struct expected read_simply(const char *time, const char *result)
{
    static const char *const words[] = {"success", "succeed", "succeeded", "successful",
                                        "failure", "failed",  "fails",     "fail"};
    struct expected expected = {EVENT_FINE, 0, EVENT_UNKNOWN};
    for (const char *at = time; *at != '\0'; at++) {
        if (*at < '0' || *at > '9') {
            expected.reject = EVENT_BAD_TIME;
            return expected;
        }
        expected.time = expected.time * 10 + (*at - '0');
    }
    expected.reject = expected.time > EVENT_TIME_MAX ? EVENT_FAR_TIME : EVENT_FINE;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(result, words[i]) == 0) {
            expected.outcome = i < 4 ? EVENT_SUCCESS : EVENT_FAILURE;
        }
    }
    return expected;
}

static bool as_expected(void *context, const struct event *event)
{
    const struct expected *expected = context;
    assert_int_equal(event->reject, expected->reject);
    if (expected->reject == EVENT_FINE) {
        assert_int_equal(event->time, expected->time);
        assert_int_equal(event->outcome, expected->outcome);
    }
    return true;
}

static void times_and_results_are_read_as_byte_by_byte(void **state)
{
    (void)state;
    static const char *const results[] = {
        "Success", "success", "SUCCESS", "Succes",  "Successs",  "Sucsess",
        "Succeed", "Fail",    "fail",    "FAIL",    "Fai",       "Faill",
        "Fall",    "Failed",  "?",       "3uccess", "succe\x13s"};
    static const char others[] = "/:;?@Pp\x10\x80\xb0\xff";
    struct rng rng;
    rng_seed(&rng, 5);
    for (unsigned round = 0; round < 40000; round++) {
        char time[16], line[120];
        size_t digits = 1 + rng_bounded(&rng, 13);
        for (size_t i = 0; i < digits; i++) {
            time[i] = (char)('0' + rng_bounded(&rng, 9));
        }
        time[digits] = '\0';
        if (round % 3 == 0) {
            time[rng_bounded(&rng, (uint32_t)digits - 1)] =
                others[rng_bounded(&rng, sizeof others - 2)];
        }
        const char *result = results[round % (sizeof results / sizeof results[0])];
        int length =
            snprintf(line, sizeof line - EVENT_PADDING, "%s,U,V,C,D,,,,%s\n", time, result);
        struct expected expected = read_simply(time, result);
        struct event_text text = {.bytes = line, .length = (size_t)length};
        assert_int_equal(log_format_lanl.scan(&text, as_expected, &expected), 1);
    }
}

static void names_may_hold_any_bytes(void **state)
{
    (void)state;
    static const char log[] = "5,a\0b\xff,x,C1,C2,?,?,LogOn,Success\n"
                              "5,a\0b\xff,x,C\0,C\0\0,?,?,LogOn,Success\n"
                              "5,a\0b\xff,x,C\0,C,?,?,LogOn,Success\n"
                              "5,say \"hi\",x,C1,C2,?,?,LogOn,Success\n"
                              "5,say \"hi\",x,a-long-name.example.org,C2,?,?,LogOn,Success\n"
                              "5,say \"hi\",x,a-long-name.example.net,C2,?,?,LogOn,Success\n";
    static const char table[] = "1970-01-01 00:00:00,a\0b\xff,3,0,0.0,3,2,3,1.0\n"
                                "1970-01-01 00:00:00,\"say \"\"hi\"\"\",3,0,0.0,1,3,3,1.0\n";
    struct text rows = count_text(log, sizeof log - 1, NULL, NULL);
    assert_int_equal(rows.length, sizeof table - 1);
    assert_memory_equal(rows.bytes, table, rows.length);
    text_free(&rows);
}

static void line_ends_and_marks_do_not_matter(void **state)
{
    (void)state;
    static const char *const logs[] = {
        "5," GOOD "6," GOOD,
        "\357\273\2775," GOOD "6," GOOD,
        "\n5," GOOD "\n  \n6," GOOD "\n\n",
        "5,U1@DOM1,U1@DOM1,C1,C2,Kerberos,Network,LogOn,Success\r\n"
        "6,U1@DOM1,U1@DOM1,C1,C2,Kerberos,Network,LogOn,Success\r\n\r\n",
        "5," GOOD "6,U1@DOM1,U1@DOM1,C1,C2,Kerberos,Network,LogOn,Success",
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        struct events_report report;
        struct text rows = count_text(logs[i], strlen(logs[i]), NULL, &report);
        assert_string_equal(rows.bytes, "1970-01-01 00:00:00,U1@DOM1,2,0,0.0,1,1,2,1.0\n");
        assert_int_equal(report.lines, 2);
        text_free(&rows);
    }
}

static void a_long_line_is_passed_over(void **state)
{
    (void)state;
    static const size_t lengths[] = {EVENT_LINE_MAX + 1, 1 << 18, 3 << 18, 20 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct text log = {0};
        text_printf(&log, "5," GOOD);
        char *line = malloc(lengths[i] + 1);
        assert_non_null(line);
        memset(line, 'x', lengths[i]);
        line[lengths[i]] = '\n';
        text_add(&log, line, lengths[i] + 1);
        text_printf(&log, "6," GOOD "bad\n");
        text_add(&log, line, lengths[i]); /* and once more at the end, without newline */
        free(line);
        struct events_report report;
        struct text rows = count_text(log.bytes, log.length, NULL, &report);
        assert_string_equal(rows.bytes, "1970-01-01 00:00:00,U1@DOM1,2,0,0.0,1,1,2,1.0\n");
        assert_int_equal(report.lines, 5);
        assert_int_equal(report.rejected_by[EVENT_LONG], 2);
        assert_int_equal(report.rejects[0].line, 2);
        assert_string_equal(report.rejects[0].reason, "longer than 65536 bytes");
        assert_int_equal(report.rejects[1].line, 4);
        assert_int_equal(report.rejects[2].line, 5);
        text_free(&rows);
        text_free(&log);
    }
}

static void lines_out_of_order_are_taken_within_the_slack(void **state)
{
    (void)state;
    static const char log[] = "7300," GOOD "7000," GOOD "6999," GOOD "3600," GOOD "7300," GOOD;
    struct events_report report;
    struct text rows = count_text(log, sizeof log - 1, NULL, &report);
    assert_string_equal(rows.bytes, "1970-01-01 02:00:00,U1@DOM1,2,0,0.0,1,1,2,1.0\n");
    assert_int_equal(report.rejected_by[EVENT_LATE], 2);
    assert_int_equal(report.rejects[0].line, 3);
    assert_string_equal(report.rejects[0].reason,
                        "301 s before the latest line so far (see --slack)");
    text_free(&rows);
    struct userhours_options rules = userhours_defaults();
    rules.slack = 3700;
    rows = count_text(log, sizeof log - 1, &rules, &report);
    assert_string_equal(rows.bytes, "1970-01-01 01:00:00,U1@DOM1,3,0,0.0,1,1,3,1.0\n"
                                    "1970-01-01 02:00:00,U1@DOM1,2,0,0.0,1,1,2,1.0\n");
    assert_int_equal(report.rejected, 0);
    text_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_excerpt_gives_the_table_that_comes_with_it),
        cmocka_unit_test(the_excerpt_counts_no_more_than_the_whole_hour),
        cmocka_unit_test(every_kind_of_bad_line_is_counted_and_reported),
        cmocka_unit_test(a_question_mark_and_empty_types_are_values),
        cmocka_unit_test(times_and_results_are_read_as_byte_by_byte),
        cmocka_unit_test(names_may_hold_any_bytes),
        cmocka_unit_test(line_ends_and_marks_do_not_matter),
        cmocka_unit_test(a_long_line_is_passed_over),
        cmocka_unit_test(lines_that_were_rewritten_are_counted),
        cmocka_unit_test(results_that_say_nothing_are_counted_and_said),
        cmocka_unit_test(lines_out_of_order_are_taken_within_the_slack),
    };
    return cmocka_run_group_tests_name("authlog", tests, NULL, NULL);
}

/* Out of memory at every single allocation while logs are counted: a status, no leak, no crash.
 */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/events_hosts.h"
#include "events/events_index.h"
#include "table/csv/csv.h"
#include "unit/authlog_fixture.h"
#include "unit/oom.h"

/* Enough accounts and computers for every table to grow: in the first hour many accounts, in
 * the second one account with many computers; a bad line; lines that are late in their chunk.
 */
static struct text make_log(void)
{
    struct text log = {0};
    for (unsigned i = 0; i < 4300; i++) {
        text_printf(&log, "%u,U%u,U1,C%u,D%u,?,?,LogOn,Success\n", i / 2, i % 4250, i, i / 2);
    }
    text_printf(&log, "bad\n3700,U1,U1,C1,C1,?,?,LogOn,Fail\n");
    for (unsigned i = 0; i < 100; i++) {
        text_printf(&log, "%u,U1,U1,C%u,D%u,?,?,LogOn,Success\n", 3500 + 20 * (i % 20), i,
                    i % 7);
    }
    for (unsigned i = 0; i < 100; i++) {
        text_printf(&log, "9000,U%u,U1,C%u,D1,?,?,LogOn,Success\n", i % 9, i);
    }
    return log;
}

static void drop(void *context, struct table *take_preview)
{
    (void)context;
    table_free(take_preview);
}

static void load_at_each_failure(const char *path, unsigned threads, bool all)
{
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    input.rules.min_events = 1;
    input.chunk_bytes = 60000;
    input.rules.novelty = true;
    const struct csv_options options = {.preview = drop};
    struct parallel *pool = threads > 1 ? parallel_new(threads, NULL) : NULL;
    long live = oom_live();
    bool failed = true;
    unsigned whole = 0;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        struct events_index *index = NULL;
        oom_arm(n, all);
        struct table *table = events_load(&input, &options, &index, pool, NULL, &status);
        failed = oom_disarm();
        if (table == NULL) {
            assert_true(failed);
            assert_int_equal(status.code, STATUS_NOMEM);
            assert_true(strncmp(status.text, "out of memory", 13) == 0);
            assert_null(index);
        } else { /* giving spare memory back may fail */
            assert_int_equal(table->n_rows, 4260);
            whole++;
        }
        table_free(table);
        events_index_free(index);
        assert_int_equal(oom_live(), live);
        assert_true(n < 10000);
    }
    assert_in_range(whole, 1, 30);
    parallel_free(pool);
}

static void counting(void **state)
{
    (void)state;
    struct text log = make_log();
    char *plain = make_file(log.bytes, log.length);
    load_at_each_failure(plain, 1, false);
    load_at_each_failure(plain, 1, true);
    load_at_each_failure(plain, 2, true);
    drop_file(plain);
    char *gzip = make_gzip(log.bytes, log.length, 0);
    load_at_each_failure(gzip, 1, false);
    drop_file(gzip);
    text_free(&log);
}

static void lines_behind_a_user_hour(void **state)
{
    (void)state;
    struct text log = make_log();
    char *path = make_file(log.bytes, log.length);
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    struct text rows = {0};
    struct events_report report;
    struct events_index *index;
    assert_true(events_count(&input, sink_lines, &rows, &report, &index, NULL, NULL, NULL));
    long live = oom_live();
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        oom_arm(n, false);
        struct events_lines *lines =
            events_lines(index, 3600, (struct span){"U1", 2}, 1000, NULL, &status);
        failed = oom_disarm();
        assert_true((lines == NULL) == failed);
        assert_true(!failed || status.code == STATUS_NOMEM);
        assert_true(failed || lines->total > 50);
        events_lines_free(lines);
        assert_int_equal(oom_live(), live);
    }
    failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        oom_arm(n, false);
        struct events_hosts *hosts =
            events_hosts(index, 3600, (struct span){"U1", 2}, true, NULL, &status);
        failed = oom_disarm();
        assert_true((hosts == NULL) == failed);
        assert_true(!failed || status.code == STATUS_NOMEM);
        events_hosts_free(hosts);
        assert_int_equal(oom_live(), live);
    }
    events_index_free(index);
    text_free(&rows);
    text_free(&log);
    drop_file(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counting),
        cmocka_unit_test(lines_behind_a_user_hour),
    };
    return cmocka_run_group_tests_name("authlog_oom", tests, NULL, NULL);
}

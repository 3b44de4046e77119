/* The computers of a user-hour against counting the lines by hand, over two files, one packed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/events_count.h"
#include "events/events_hosts.h"
#include "events/events_index.h"
#include "unit/authlog_fixture.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { LINES = 1500, USERS = 7, HOSTS = 9 };

struct line {
    int64_t time;
    size_t user, source, destination;
    bool failed;
};

static struct line lines[LINES];

/* In order of time, some hours long. */
static void make_lines(struct text *log, uint64_t seed)
{
    for (size_t i = 0; i < LINES; i++) {
        lines[i] = (struct line){.time = (int64_t)i * 14 + (int64_t)fixture_below(&seed, 14),
                                 .user = fixture_below(&seed, USERS),
                                 .source = fixture_below(&seed, HOSTS),
                                 .destination = fixture_below(&seed, HOSTS),
                                 .failed = fixture_below(&seed, 5) == 0};
        /* Some hosts are of one account, some come late. */
        if (lines[i].destination == 3) {
            lines[i].user = 2;
        }
        if (lines[i].destination == 4 && i < LINES / 2) {
            lines[i].destination = 5;
        }
        text_printf(log, "%d,U%zu,U%zu,S%zu,D%zu,T,Network,LogOn,%s\n", (int)lines[i].time,
                    lines[i].user, lines[i].user, lines[i].source, lines[i].destination,
                    lines[i].failed ? "Fail" : "Success");
    }
}

static void check_host(const struct events_host *host, size_t user, int64_t window)
{
    struct events_host expected = {.first = INT64_MAX};
    bool met[USERS] = {false};
    for (size_t i = 0; i < LINES; i++) {
        char name[24];
        int length = snprintf(name, sizeof name, "%c%zu", host->source ? 'S' : 'D',
                              host->source ? lines[i].source : lines[i].destination);
        if (host->name.length != (size_t)length ||
            memcmp(host->name.bytes, name, (size_t)length) != 0) {
            continue;
        }
        met[lines[i].user] = true;
        if (lines[i].user == user) {
            bool here = lines[i].time / 3600 == window;
            expected.events += here;
            expected.failed += here && lines[i].failed;
            expected.first = lines[i].time < expected.first ? lines[i].time : expected.first;
        }
    }
    for (size_t i = 0; i < USERS; i++) {
        expected.accounts += met[i];
    }
    assert_int_equal(host->events, expected.events);
    assert_true(host->events > 0);
    assert_int_equal(host->failed, expected.failed);
    assert_int_equal(host->first, expected.first);
    assert_int_equal(host->accounts, expected.accounts);
}

static size_t distinct(size_t user, int64_t window, bool source)
{
    bool seen[HOSTS] = {false};
    size_t n = 0;
    for (size_t i = 0; i < LINES; i++) {
        size_t host = source ? lines[i].source : lines[i].destination;
        if (lines[i].user == user && lines[i].time / 3600 == window && !seen[host]) {
            seen[host] = true;
            n++;
        }
    }
    return n;
}

static void check_hour(const struct events_index *index, size_t user, int64_t window)
{
    char name[24];
    struct status status = {0};
    struct span span = {name, (size_t)snprintf(name, sizeof name, "U%zu", user)};
    struct events_hosts *hosts = events_hosts(index, window * 3600, span, true, NULL, &status);
    if (hosts == NULL) {
        fail_msg("%s", status.text);
    }
    assert_true(hosts->whole);
    assert_int_equal(hosts->n_destinations, distinct(user, window, false));
    assert_int_equal(hosts->n_sources, distinct(user, window, true));
    assert_int_equal(hosts->n, hosts->n_destinations + hosts->n_sources);
    for (size_t i = 0; i < hosts->n; i++) {
        check_host(&hosts->hosts[i], user, window);
        assert_int_equal(hosts->hosts[i].source, i >= hosts->n_destinations);
        assert_true(i == 0 || i == hosts->n_destinations ||
                    hosts->hosts[i - 1].events >= hosts->hosts[i].events);
    }
    char text[320];
    size_t new_hosts = 0, named = 0;
    events_hosts_say_new(hosts, window * 3600, text, sizeof text);
    for (size_t i = 0; i < hosts->n; i++) {
        new_hosts += hosts->hosts[i].first >= window * 3600;
        named += hosts->hosts[i].first >= window * 3600 &&
                 strstr(text, hosts->hosts[i].source ? "source" : "destination") != NULL;
    }
    assert_int_equal(named, new_hosts);
    assert_int_equal(new_hosts == 0, text[0] == '\0');
    events_hosts_free(hosts);
    hosts = events_hosts(index, window * 3600, span, false, NULL, &status);
    assert_non_null(hosts); /* only of the hour */
    assert_false(hosts->whole);
    events_hosts_say_new(hosts, window * 3600, text, sizeof text);
    assert_string_equal(text, "");
    events_hosts_free(hosts);
}

static void hosts_are_what_the_lines_say(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct text log = {0};
        make_lines(&log, seed);
        size_t half = (size_t)(strchr(log.bytes + log.length / 2, '\n') - log.bytes) + 1;
        char *first = make_gzip(log.bytes, half, 0);
        char *second = make_file(log.bytes + half, log.length - half);
        const char *const paths[] = {first, second};
        struct events_input input = input_of(paths, 2, NULL);
        input.rules.min_events = 1;
        struct text rows = {0};
        struct events_report report;
        struct events_index *index;
        struct status status = {0};
        assert_true(
            events_count(&input, sink_lines, &rows, &report, &index, NULL, NULL, &status));
        for (size_t user = 0; user < USERS; user++) {
            for (int64_t window = 0; window < 6; window++) {
                if (distinct(user, window, false) > 0) {
                    check_hour(index, user, window);
                }
            }
        }
        struct events_hosts *none =
            events_hosts(index, 0, (struct span){"nobody", 6}, true, NULL, &status);
        assert_non_null(none);
        assert_int_equal(none->n, 0);
        events_hosts_free(none);
        events_index_free(index);
        text_free(&rows);
        text_free(&log);
        drop_file(first);
        drop_file(second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hosts_are_what_the_lines_say)};
    return cmocka_run_group_tests_name("events_hosts", tests, NULL, NULL);
}

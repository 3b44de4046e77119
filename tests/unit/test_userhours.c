/* Counting against a counter that is as simple as can be, on random logs. */
#include "unit/test.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/parallel.h"
#include "events/events_index.h"
#include "events/user_hour_text.h"
#include "unit/authlog_fixture.h"

/* ---- the simple counter
 * ------------------------------------------------------------------------ */

struct simple_group {
    int64_t window;
    uint64_t block;
    char user[32];
    uint64_t events, failed, night;
    char (*dst)[16], (*src)[16];
    size_t n_dst, n_src;
};

struct simple {
    struct simple_group *groups;
    size_t n;
    uint64_t lines, rejected, dropped, written;
    uint64_t any_order; /* so many lines may come in any order */
};

static void add_name(char (**names)[16], size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++) {
        if (strcmp((*names)[i], name) == 0) {
            return;
        }
    }
    *names = realloc(*names, (*n + 1) * sizeof **names);
    assert_non_null(*names);
    snprintf((*names)[(*n)++], sizeof **names, "%s", name);
}

static struct simple_group *simple_group(struct simple *simple, int64_t window, uint64_t block,
                                         const char *user)
{
    for (size_t i = simple->n; i > 0; i--) {
        struct simple_group *group = &simple->groups[i - 1];
        if (group->window == window && group->block == block &&
            strcmp(group->user, user) == 0) {
            return group;
        }
    }
    simple->groups = realloc(simple->groups, (simple->n + 1) * sizeof *simple->groups);
    assert_non_null(simple->groups);
    struct simple_group *group = &simple->groups[simple->n++];
    *group = (struct simple_group){.window = window, .block = block};
    snprintf(group->user, sizeof group->user, "%s", user);
    return group;
}

static bool all_digits(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

static void simple_line(struct simple *simple, char *line, uint64_t number,
                        const struct userhours_options *rules, int64_t *latest)
{
    if (line[strspn(line, " \t")] == '\0') {
        return;
    }
    simple->lines++;
    char *fields[32];
    size_t n = 0;
    for (char *at = line; n < 32; n++) {
        fields[n] = at;
        at = strchr(at, ',');
        if (at == NULL) {
            n++;
            break;
        }
        *at++ = '\0';
    }
    if (n != 9 || !all_digits(fields[0]) || fields[1][0] == '\0' || fields[3][0] == '\0' ||
        fields[4][0] == '\0') {
        simple->rejected++;
        return;
    }
    int64_t time = atoll(fields[0]);
    if (*latest >= 0 && time < *latest - rules->slack && number >= simple->any_order) {
        simple->rejected++;
        return;
    }
    *latest = time > *latest ? time : *latest;
    struct simple_group *group = simple_group(
        simple, time / rules->window, rules->block == 0 ? 0 : number / rules->block, fields[1]);
    group->events++;
    group->failed += strncmp(fields[8], "Fail", 4) == 0 || strcmp(fields[8], "FAIL") == 0;
    group->night += rules->night >> (time / 3600 % 24) & 1;
    add_name(&group->dst, &group->n_dst, fields[4]);
    add_name(&group->src, &group->n_src, fields[3]);
}

static int simple_order(const void *left, const void *right)
{
    const struct simple_group *a = left, *b = right;
    if (a->window != b->window) {
        return a->window < b->window ? -1 : 1;
    }
    if (a->block != b->block) {
        return a->block < b->block ? -1 : 1;
    }
    return strcmp(a->user, b->user);
}

/* The table that should come out, and the sums. */
static struct text simple_count(const struct text *log, const struct userhours_options *rules,
                                uint64_t any_order, struct simple *simple)
{
    *simple = (struct simple){.any_order = any_order};
    char *copy = strdup(log->bytes);
    assert_non_null(copy);
    int64_t latest = -1;
    uint64_t number = 0;
    for (char *line = copy; *line != '\0'; number++) {
        char *end = strchr(line, '\n');
        char *next = end == NULL ? line + strlen(line) : end + 1;
        if (end != NULL) {
            *end = '\0';
        }
        simple_line(simple, line, number, rules, &latest);
        line = next;
    }
    free(copy);
    qsort(simple->groups, simple->n, sizeof *simple->groups, simple_order);
    struct text text = {0};
    for (size_t i = 0; i < simple->n; i++) {
        struct simple_group *group = &simple->groups[i];
        if (group->events >= rules->min_events) {
            struct user_hour row = {.time = group->window * rules->window,
                                    .user = {group->user, strlen(group->user)},
                                    .events = group->events,
                                    .failed = group->failed,
                                    .night = group->night,
                                    .dst_hosts = (uint32_t)group->n_dst,
                                    .src_hosts = (uint32_t)group->n_src};
            sink_lines(&text, &row, NULL);
            simple->written++;
        } else {
            simple->dropped++;
        }
        free(group->dst);
        free(group->src);
    }
    free(simple->groups);
    text_add(&text, "", 0);
    return text;
}

/* ---- random logs
 * ------------------------------------------------------------------------------- */

static uint32_t below(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % n);
}

static void add_bad_line(struct text *log, uint64_t *state, long long time)
{
    switch (below(state, 9)) {
    case 0: text_printf(log, "\n"); break;
    case 1: text_printf(log, " \t\n"); break;
    case 2: text_printf(log, "%lld,U1,U1,C1,C2,?,?,LogOn\n", time); break;
    case 3: text_printf(log, "%lld,U1,U1,C1,C2,?,?,LogOn,x,Success\n", time); break;
    case 4: text_printf(log, "-%lld,U1,U1,C1,C2,?,?,LogOn,Success\n", time); break;
    case 5: text_printf(log, "%lld,,U1,C1,C2,?,?,LogOn,Success\n", time); break;
    case 6: text_printf(log, "%lld,U1,U1,,C2,?,?,LogOn,Success\n", time); break;
    case 7: text_printf(log, "%lld,U1,U1,C1,,?,?,LogOn,Success\n", time); break;
    default: text_printf(log, "%lld.5,U1,U1,C1,C2,?,?,LogOn,Fail\n", time); break;
    }
}

struct shape {
    size_t lines;
    uint32_t users, hosts;
    uint32_t bad;    /* one in so many lines is bad */
    uint32_t jitter; /* seconds that times go back and forth */
    uint32_t step;   /* the largest step of time */
};

static struct text random_log(const struct shape *shape, uint64_t *state)
{
    struct text log = {0};
    long long time = below(state, 100000);
    for (size_t i = 0; i < shape->lines; i++) {
        time += below(state, shape->step + 1);
        long long shown = time + below(state, shape->jitter + 1);
        if (shape->bad > 0 && below(state, shape->bad) == 0) {
            add_bad_line(&log, state, shown);
            continue;
        }
        static const char *const results[] = {"Success", "Fail", "FAIL", "Failed", ""};
        uint32_t user = below(state, below(state, shape->users) + 1);
        text_printf(&log, "%lld,U%u%s,U%u,C%u,C%u,?,Network,LogOn,%s\n", shown, user,
                    user % 3 == 0 ? "@DOMAIN" : "", below(state, 9),
                    below(state, below(state, shape->hosts) + 1),
                    below(state, shape->hosts) + 1, results[below(state, 5)]);
    }
    return log;
}

static void compare(const struct text *log, const struct userhours_options *rules, size_t chunk,
                    struct parallel *parallel)
{
    struct simple simple;
    struct text expected = simple_count(log, rules, 0, &simple);
    char *path = make_file(log->bytes, log->length);
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, rules);
    input.chunk_bytes = chunk;
    struct text rows = {0};
    struct events_report report;
    struct status status = {0};
    if (!events_count(&input, sink_lines, &rows, &report, NULL, parallel, NULL, &status)) {
        fail_msg("%s", status.text);
    }
    text_add(&rows, "", 0);
    assert_string_equal(rows.bytes, expected.bytes);
    assert_int_equal(report.lines, simple.lines);
    assert_int_equal(report.rejected, simple.rejected);
    assert_int_equal(report.counted + report.rejected, report.lines);
    assert_int_equal(report.written, simple.written);
    assert_int_equal(report.dropped, simple.dropped);
    assert_int_equal(report.user_hours, simple.written + simple.dropped);
    text_free(&rows);
    text_free(&expected);
    drop_file(path);
}

/* ---- tests
 * ------------------------------------------------------------------------------------- */

static void random_logs_are_counted_as_by_hand(void **state_)
{
    (void)state_;
    struct status status;
    uint64_t state = 1;
    for (unsigned round = 0; round < 60; round++) {
        struct shape shape = {.lines = 50 + below(&state, 1500),
                              .users = 1 + below(&state, 40),
                              .hosts = 1 + below(&state, 60),
                              .bad = below(&state, 3) == 0 ? 0 : 2 + below(&state, 40),
                              .jitter = below(&state, 2) == 0 ? 0 : below(&state, 900),
                              .step = below(&state, 40)};
        struct text log = random_log(&shape, &state);
        static const int64_t windows[] = {3600, 60, 1, 7200, 86400};
        struct userhours_options rules = {
            .window = windows[below(&state, 5)],
            .slack = below(&state, 2) == 0 ? 0 : below(&state, 1000),
            .block = below(&state, 3) == 0 ? below(&state, 700) : 0,
            .min_events = 1 + below(&state, 4),
            .night = userhours_night(0, 6)};
        struct parallel *parallel = parallel_new(1 + round % 3, &status);
        compare(&log, &rules, 1 + below(&state, 30000), parallel);
        parallel_free(parallel);
        text_free(&log);
    }
}

static void a_log_of_many_batches_is_counted_as_by_hand(void **state_)
{
    (void)state_;
    struct status status;
    uint64_t state = 99;
    struct shape shape = {.lines = 30000, .users = 60, .hosts = 3000, .bad = 100, .step = 1};
    struct parallel *parallel = parallel_new(2, &status);
    for (unsigned round = 0; round < 2; round++) {
        shape.jitter = round == 0 ? 0 : 1200; /* beyond the slack: chunks are counted again */
        struct text log = random_log(&shape, &state);
        assert_true(log.length > 1 << 20);
        struct userhours_options rules = userhours_defaults();
        compare(&log, &rules, 10000, parallel);
        rules.block = 7777;
        compare(&log, &rules, 0, parallel);
        text_free(&log);
    }
    parallel_free(parallel);
}

/* ---- logs in another order ---- */

struct forgetful {
    struct text rows;
    unsigned room; /* for so many rows of the first reading */
    bool lost;
    unsigned restarts;
};

static bool sink_forgetful(void *context, const struct user_hour *row, struct status *status)
{
    struct forgetful *forgetful = context;
    forgetful->lost |= forgetful->restarts == 0 && forgetful->room-- == 0;
    return forgetful->lost || sink_lines(&forgetful->rows, row, status);
}

static bool forget(void *context, const char *plan, struct status *status)
{
    (void)status;
    struct forgetful *forgetful = context;
    assert_true(plan == NULL ? forgetful->lost
                             : strstr(plan, "it is read a second time") != NULL);
    text_free(&forgetful->rows);
    forgetful->rows = (struct text){0};
    forgetful->restarts++;
    forgetful->lost = false;
    return true;
}

static int by_time(const void *left, const void *right)
{
    long long a = atoll(*(char *const *)left), b = atoll(*(char *const *)right);
    return (a > b) - (a < b);
}

/* The lines of a log, each with its end. */
static char **cut_lines(const struct text *log, size_t n)
{
    char **lines = malloc(n * sizeof *lines), *copy = strdup(log->bytes);
    assert_non_null(lines);
    assert_non_null(copy);

    for (size_t i = 0; i < n; i++) {
        char *end = strchr(copy, '\n');
        assert_non_null(end);
        *end = '\0';
        lines[i] = copy;
        copy = end + 1;
    }
    return lines;
}

static struct text join_lines(char *const *lines, size_t n)
{
    struct text text = {0};
    for (size_t i = 0; i < n; i++) {
        text_printf(&text, "%s\n", lines[i]);
    }
    return text;
}

/* Counts as the sorted log is, whatever the order; the lines behind are found. */
static void same_in_this_order(char *const *lines, size_t n, const struct text *expected,
                               unsigned room, size_t chunk, struct parallel *parallel)
{
    struct text log = join_lines(lines, n);
    char *path = make_file(log.bytes, log.length);
    const char *const paths[] = {path};
    struct userhours_options rules = userhours_defaults();
    rules.min_events = 1;
    struct events_input input = input_of(paths, 1, &rules);
    input.chunk_bytes = chunk;
    input.strict = true; /* no line is lost, so none is an error */
    input.restart = forget;
    struct forgetful got = {.room = room};
    input.rows_lost = &got.lost;
    struct events_report report;
    struct events_index *index;
    struct status status = {0};
    if (!events_count(&input, sink_forgetful, &got, &report, &index, parallel, NULL, &status)) {
        fail_msg("%s", status.text);
    }
    text_add(&got.rows, "", 0);
    assert_string_equal(got.rows.bytes, expected->bytes);
    assert_int_equal(report.counted, n);
    assert_int_equal(report.rejected, 0);
    size_t rows = 0;
    for (const char *at = expected->bytes; (at = strchr(at, '\n')) != NULL; at++) {
        rows++;
    }
    assert_int_equal(got.restarts, report.behind > 0 || rows > room);
    char note[EVENTS_NOTE];
    assert_int_equal(events_note(&report, report.unknown > 0, note, sizeof note),
                     report.behind > 0);
    const char *user = strchr(lines[0], ',') + 1;
    struct span name = {user, strcspn(user, ",")};
    int64_t window = atoll(lines[0]) / 3600 * 3600;
    struct events_lines *behind = events_lines(index, window, name, 5, NULL, &status);
    assert_non_null(behind);
    uint64_t of_user = 0;
    for (size_t i = 0; i < n; i++) {
        const char *other = strchr(lines[i], ',') + 1;
        of_user += atoll(lines[i]) / 3600 * 3600 == window &&
                   strcspn(other, ",") == name.length && memcmp(other, user, name.length) == 0;
    }
    assert_int_equal(behind->total, of_user);
    events_lines_free(behind);
    events_index_free(index);
    text_free(&got.rows);
    text_free(&log);
    drop_file(path);
}

static void any_order_is_counted_as_the_sorted_log(void **state_)
{
    (void)state_;
    struct status status;
    uint64_t state = 7;
    for (unsigned round = 0; round < 12; round++) {
        size_t n = 200 + below(&state, 3000);
        struct shape shape = {.lines = n, .users = 20, .hosts = 40, .step = 30};
        struct text log = random_log(&shape, &state);
        char **lines = cut_lines(&log, n);
        char *text = lines[0];
        struct userhours_options rules = userhours_defaults();
        rules.min_events = 1;
        struct simple simple;
        struct text expected = simple_count(&log, &rules, 0, &simple);
        assert_int_equal(simple.rejected, 0);
        struct parallel *parallel = parallel_new(1 + round % 3, &status);
        size_t chunk = round % 2 == 0 ? 0 : 1 + below(&state, 5000);
        unsigned room = round % 4 == 1 ? below(&state, 200) : UINT_MAX;
        same_in_this_order(lines, n, &expected, room, chunk, parallel);
        for (size_t i = 0; i < n / 2; i++) { /* newest first */
            char *line = lines[i];
            lines[i] = lines[n - 1 - i];
            lines[n - 1 - i] = line;
        }
        same_in_this_order(lines, n, &expected, room, chunk, parallel);
        for (size_t i = n - 1; i > 0; i--) { /* shuffled */
            size_t j = below(&state, (uint32_t)i + 1);
            char *line = lines[i];
            lines[i] = lines[j];
            lines[j] = line;
        }
        same_in_this_order(lines, n, &expected, room, chunk, parallel);
        qsort(lines, n / 2, sizeof *lines, by_time); /* two servers, one after the other */
        qsort(lines + n / 2, n - n / 2, sizeof *lines, by_time);
        same_in_this_order(lines, n, &expected, room, chunk, parallel);
        parallel_free(parallel);
        text_free(&expected);
        text_free(&log);
        free(text);
        free(lines);
    }
}

static bool never_again(void *context, const char *plan, struct status *status)
{
    (void)context;
    (void)plan;
    return status_set(status, STATUS_IO, "a pipe was to be read again");
}

/* What comes from a pipe: the beginning may be in any order, what is behind it within the
 * slack, however the work is cut. */
static void a_pipe_may_begin_in_any_order(void **state_)
{
    (void)state_;
    struct status status = {0};
    uint64_t state = 23;
    for (unsigned round = 0; round < 24; round++) {
        struct shape shape = {.lines = 200 + below(&state, 3000),
                              .users = 20,
                              .hosts = 40,
                              .bad = 30,
                              .jitter = 5000,
                              .step = 30};
        struct text log = random_log(&shape, &state);
        struct userhours_options rules = userhours_defaults();
        rules.min_events = 1;
        rules.block = round % 5 == 0 ? 170 : 0;
        uint64_t any_order = 1 + below(&state, (uint32_t)shape.lines + 100);
        struct simple simple;
        struct text expected = simple_count(&log, &rules, any_order, &simple);
        char *path = make_file(log.bytes, log.length);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        pid_t child = fork();
        if (child == 0) {
            FILE *pipe = fopen(path, "w");
            _exit(pipe == NULL || fwrite(log.bytes, 1, log.length, pipe) != log.length ||
                  fclose(pipe) != 0);
        }
        const char *const paths[] = {path};
        struct events_input input = input_of(paths, 1, &rules);
        input.chunk_bytes = round % 2 == 0 ? 0 : 1 + below(&state, 5000);
        input.restart = never_again;
        input.any_order = any_order;
        struct text rows = {0};
        struct events_report report;
        struct parallel *parallel = parallel_new(1 + round % 3, &status);
        if (!events_count(&input, sink_lines, &rows, &report, NULL, parallel, NULL, &status)) {
            fail_msg("%s", status.text);
        }
        text_add(&rows, "", 0);
        assert_string_equal(rows.bytes, expected.bytes);
        assert_int_equal(report.rejected, simple.rejected);
        assert_int_equal(report.lines, simple.lines);
        int code;
        assert_int_equal(waitpid(child, &code, 0), child);
        assert_int_equal(code, 0);
        parallel_free(parallel);
        text_free(&rows);
        text_free(&expected);
        text_free(&log);
        drop_file(path);
    }
}

static void a_block_larger_than_the_log_is_the_whole(void **state_)
{
    (void)state_;
    uint64_t state = 5;
    struct shape shape = {.lines = 5000, .users = 50, .hosts = 50, .step = 5};
    struct text log = random_log(&shape, &state);
    char *path = make_file(log.bytes, log.length);
    struct userhours_options rules = userhours_defaults();
    struct text whole = count_file(path, &rules, NULL);
    rules.block = 5000;
    struct text block = count_file(path, &rules, NULL);
    assert_string_equal(whole.bytes, block.bytes);
    rules.block = 500;
    struct text blocks = count_file(path, &rules, NULL);
    assert_true(blocks.length > whole.length); /* hours are cut into fragments */
    text_free(&whole);
    text_free(&block);
    text_free(&blocks);
    text_free(&log);
    drop_file(path);
}

static void the_night_may_go_past_midnight(void **state_)
{
    (void)state_;
    assert_int_equal(userhours_night(0, 6), 0x7f);
    assert_int_equal(userhours_night(22, 1), 1u << 22 | 1u << 23 | 1u << 0 | 1u << 1);
    assert_int_equal(userhours_night(5, 5), 1u << 5);
    struct text log = {0};
    for (int hour = 0; hour < 48; hour++) {
        text_printf(&log, "%d,U1,U1,C1,C2,?,?,LogOn,Success\n", hour * 3600 + 3599);
    }
    struct userhours_options rules = userhours_defaults();
    rules.night = userhours_night(22, 1);
    rules.window = 86400;
    char *path = make_file(log.bytes, log.length);
    struct text rows = count_file(path, &rules, NULL);
    assert_string_equal(rows.bytes,
                        "1970-01-01 00:00:00,U1,24,0,0.0,1,1,4,0.16666666666666666\n"
                        "1970-01-02 00:00:00,U1,24,0,0.0,1,1,4,0.16666666666666666\n");
    text_free(&rows);
    text_free(&log);
    drop_file(path);
}

static void rules_without_sense_are_refused(void **state_)
{
    (void)state_;
    struct userhours_options rules = userhours_defaults();
    struct status status = {0};
    rules.window = 0;
    assert_null(userhours_new(&rules, sink_lines, NULL, &status));
    assert_int_equal(status.code, STATUS_USAGE);
    rules = userhours_defaults();
    rules.slack = -1;
    assert_null(userhours_new(&rules, sink_lines, NULL, &status));
}

static bool refuse(void *context, const struct user_hour *row, struct status *status)
{
    (void)row;
    (*(int *)context)++;
    return status_set(status, STATUS_IO, "the sink is full");
}

static void a_sink_can_stop_the_counting(void **state_)
{
    (void)state_;
    char *path = source_path("data/lanl_auth_50000.txt.gz");
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    struct events_report report;
    struct status status = {0};
    int calls = 0;
    assert_false(events_count(&input, refuse, &calls, &report, NULL, NULL, NULL, &status));
    assert_string_equal(status.text, "the sink is full");
    assert_int_equal(calls, 1);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_logs_are_counted_as_by_hand),
        cmocka_unit_test(any_order_is_counted_as_the_sorted_log),
        cmocka_unit_test(a_pipe_may_begin_in_any_order),
        cmocka_unit_test(a_log_of_many_batches_is_counted_as_by_hand),
        cmocka_unit_test(a_block_larger_than_the_log_is_the_whole),
        cmocka_unit_test(the_night_may_go_past_midnight),
        cmocka_unit_test(rules_without_sense_are_refused),
        cmocka_unit_test(a_sink_can_stop_the_counting),
    };
    return cmocka_run_group_tests_name("userhours", tests, NULL, NULL);
}

/* The lines behind a user-hour. */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "events/events_count.h"
#include "events/events_index.h"
#include "events/lanl.h"
#include "unit/authlog_fixture.h"

static uint32_t below(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % n);
}

/* A log that goes back and forth in time, with bad lines. */
static struct text random_log(size_t lines, uint32_t jitter, uint64_t *state)
{
    struct text log = {0};
    unsigned time = 3000;
    for (size_t i = 0; i < lines; i++) {
        time += below(state, 8);
        if (below(state, 20) == 0) {
            text_printf(&log, "%s\n", below(state, 2) == 0 ? "" : "nothing");
        }
        text_printf(&log, "%u,U%u,V%u,C%u,D%u,T%u,Network,LogOn,%s\n",
                    time + below(state, jitter + 1), below(state, 12), below(state, 5),
                    below(state, 5), below(state, 5), below(state, 3),
                    below(state, 4) == 0 ? "Fail" : "Success");
    }
    return log;
}

struct asked {
    const struct events_index *index;
    struct user_hour *rows;
    size_t n;
};

static bool keep_row(void *context, const struct user_hour *row, struct status *status)
{
    (void)status;
    struct asked *asked = context;
    asked->rows = realloc(asked->rows, (asked->n + 1) * sizeof *asked->rows);
    assert_non_null(asked->rows);
    asked->rows[asked->n] = *row;
    char *name = malloc(row->user.length);
    assert_non_null(name);
    memcpy(name, row->user.bytes, row->user.length);
    asked->rows[asked->n++].user.bytes = name;
    return true;
}

static bool same(struct span a, struct span b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

static void check_row(const struct events_index *index, const struct user_hour *row)
{
    struct status status = {0};
    struct events_lines *lines =
        events_lines(index, row->time, row->user, SIZE_MAX, NULL, &status);
    if (lines == NULL) {
        fail_msg("%s", status.text);
    }
    assert_int_equal(lines->n, row->events);
    assert_int_equal(lines->total, row->events);
    uint64_t failed = 0;
    for (size_t i = 0; i < lines->n; i++) {
        const struct events_line *line = &lines->lines[i];
        assert_true(line->time / 3600 * 3600 == row->time);
        assert_true(same(line->field[LANL_SRC_USER], row->user));
        assert_int_equal(line->field[LANL_SRC_HOST].bytes[0], 'C');
        assert_int_equal(line->field[LANL_DST_HOST].bytes[0], 'D');
        assert_int_equal(line->field[LANL_TYPE].bytes[0], 'T');
        assert_int_equal(line->field[LANL_LOGON_TYPE].length, strlen("Network"));
        failed += line->field[LANL_RESULT].length == strlen("Fail");
    }
    assert_int_equal(failed, row->failed);
    events_lines_free(lines);
    lines = events_lines(index, row->time, row->user, 1, NULL, &status);
    assert_non_null(lines);
    assert_int_equal(lines->n, 1);
    assert_int_equal(lines->total, row->events);
    events_lines_free(lines);
}

/* Every user-hour has as many lines behind it as it counts, over two files, the second of which
 * may be packed. */
static void check_log(size_t n_lines, uint32_t jitter, size_t chunk, bool packed,
                      uint64_t *state)
{
    struct text log = random_log(n_lines, jitter, state);
    size_t half = (size_t)(strchr(log.bytes + log.length / 2, '\n') - log.bytes) + 1;
    char *first = make_file(log.bytes, half);
    char *second = packed ? make_gzip(log.bytes + half, log.length - half, 0)
                          : make_file(log.bytes + half, log.length - half);
    const char *const paths[] = {first, second};
    struct events_input input = input_of(paths, 2, NULL);
    input.chunk_bytes = chunk;
    input.rules.min_events = 1;
    struct asked asked = {0};
    struct events_report report;
    struct events_index *index;
    struct status status = {0};
    assert_true(events_count(&input, keep_row, &asked, &report, &index, NULL, NULL, &status));
    const char *why;
    assert_true(events_index_usable(index, &why));
    for (size_t i = 0; i < asked.n; i++) {
        check_row(index, &asked.rows[i]);
        free((char *)asked.rows[i].user.bytes);
    }
    struct events_lines *none =
        events_lines(index, 3600000, (struct span){"U1", 2}, 10, NULL, &status);
    assert_non_null(none);
    assert_int_equal(none->total, 0);
    events_lines_free(none);
    free(asked.rows);
    events_index_free(index);
    text_free(&log);
    drop_file(first);
    drop_file(second);
}

static void every_user_hour_has_its_lines(void **state_)
{
    (void)state_;
    uint64_t state = 3;
    for (int round = 0; round < 12; round++) {
        check_log(500 + below(&state, 3000), round % 3 == 0 ? 0 : below(&state, 600),
                  500 + below(&state, 20000), round % 2 == 1, &state);
    }
}

static void a_changed_log_is_not_read_again(void **state_)
{
    (void)state_;
    uint64_t state = 4;
    struct text log = random_log(500, 0, &state);
    char *path = make_file(log.bytes, log.length);
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    struct text rows = {0};
    struct events_report report;
    struct events_index *index;
    struct status status = {0};
    assert_true(events_count(&input, sink_lines, &rows, &report, &index, NULL, NULL, &status));
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    fputs("more\n", file);
    fclose(file);
    assert_null(events_lines(index, 3600, (struct span){"U1", 2}, 10, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "has changed"));
    events_index_free(index);
    text_free(&rows);
    text_free(&log);
    drop_file(path);
}

static void lines_are_found_around_a_very_long_one(void **state)
{
    (void)state;
    static const size_t lengths[] = {100000, 9 << 20, 33 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct text log = {0};
        text_printf(&log, "5,U1,V1,C1,D1,T1,Network,LogOn,Success\n");
        char *line = malloc(lengths[i] + 1);
        assert_non_null(line);
        memset(line, ',', lengths[i]);
        line[lengths[i]] = '\n';
        text_add(&log, line, lengths[i] + 1);
        free(line);
        text_printf(&log, "6,U1,V1,C1,D1,T1,Network,LogOn,Fail\n"
                          "3601,U1,V1,C1,D1,T1,Network,LogOn,Fail\n");
        char *path = make_file(log.bytes, log.length);
        const char *const paths[] = {path};
        struct events_input input = input_of(paths, 1, NULL);
        input.rules.min_events = 1;
        struct asked asked = {0};
        struct events_report report;
        struct events_index *index;
        struct status status = {0};
        assert_true(
            events_count(&input, keep_row, &asked, &report, &index, NULL, NULL, &status));
        assert_int_equal(asked.n, 2);
        for (size_t row = 0; row < asked.n; row++) {
            check_row(index, &asked.rows[row]);
            free((char *)asked.rows[row].user.bytes);
        }
        free(asked.rows);
        events_index_free(index);
        text_free(&log);
        drop_file(path);
    }
}

/* What of a packed log cannot be read any more is said, whatever came before it. */
static void a_packed_log_that_is_cut_off_is_refused(void **state_)
{
    (void)state_;
    uint64_t state = 5;
    struct text log = random_log(3000, 0, &state);
    char *path = make_gzip(log.bytes, log.length, 0);
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    struct text rows = {0};
    struct events_report report;
    struct events_index *index;
    struct status status = {0};
    struct stat was;
    assert_true(events_count(&input, sink_lines, &rows, &report, &index, NULL, NULL, &status));
    assert_int_equal(stat(path, &was), 0);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    for (off_t at = was.st_size / 2; at < was.st_size; at++) {
        assert_int_equal(pwrite(fd, "x", 1, at), 1);
    }
    const struct timespec times[] = {was.st_atim, was.st_mtim};
    assert_int_equal(futimens(fd, times), 0); /* as if nothing had happened */
    close(fd);
    int64_t window = 0;
    while (status.code == STATUS_OK && window < 1000) {
        events_lines_free(
            events_lines(index, 3600 * window++, (struct span){"U1", 2}, 10, NULL, &status));
    }
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "damaged"));
    events_index_free(index);
    text_free(&rows);
    text_free(&log);
    drop_file(path);
}

static void what_is_no_file_cannot_be_read_again(void **state)
{
    (void)state;
    static const char *const paths[] = {"-", "/dev/null", "/nowhere/at/all"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const struct userhours_options options = {.window = 3600};
        struct events_index *index = events_index_new(&log_format_lanl, &options, NULL);
        const char *why;
        assert_non_null(index);
        assert_true(events_index_add_file(index, paths[i], NULL));
        assert_false(events_index_usable(index, &why));
        assert_non_null(strstr(why, "read again"));
        events_index_free(index);
    }
}

/* Offsets are those of the file, whatever encoding its names are in. */
static void names_in_windows_1252_do_not_move_lines(void **state)
{
    (void)state;
    struct text log = {0};
    for (int i = 0; i < 2000; i++) {
        text_printf(&log, "%d,J\xe4\xe4\xe4n,U2,C1,C%d,?,?,LogOn,Success\n", 4 * i, i % 7);
    }
    char *path = make_file(log.bytes, log.length);
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    struct text rows = {0};
    struct events_report report;
    struct events_index *index;
    struct status status = {0};
    assert_true(events_count(&input, sink_lines, &rows, &report, &index, NULL, NULL, &status));
    struct events_lines *lines =
        events_lines(index, 7200, (struct span){"J\xe4\xe4\xe4n", 5}, 10, NULL, &status);
    assert_non_null(lines);
    assert_int_equal(lines->total, 200);
    assert_int_equal(lines->lines[0].time, 7200);
    events_lines_free(lines);
    events_index_free(index);
    text_free(&rows);
    text_free(&log);
    drop_file(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_user_hour_has_its_lines),
        cmocka_unit_test(a_changed_log_is_not_read_again),
        cmocka_unit_test(a_packed_log_that_is_cut_off_is_refused),
        cmocka_unit_test(what_is_no_file_cannot_be_read_again),
        cmocka_unit_test(lines_are_found_around_a_very_long_one),
        cmocka_unit_test(names_in_windows_1252_do_not_move_lines),
    };
    return cmocka_run_group_tests_name("events_index", tests, NULL, NULL);
}

/* follow and tail: a log that grows and is rotated; no line lost, none twice. */
#include "events/follow/follow.h"
#include "events/follow/tail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

static char folder[] = "/tmp/oddhours-follow-XXXXXX";

static char *in_folder(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void clear_folder(void)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    assert_int_equal(system(command), 0);
}

static void write_to(const char *path, const char *mode, const char *text)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* ---- tail ---- */

struct text {
    char bytes[1 << 17];
    size_t length;
};

/* What comes with one follower's looks goes behind `got`. */
static void look(struct tail *tail, struct text *got, size_t most, int64_t now)
{
    bool more = true;
    while (more) {
        struct tail_text text = {.bytes = NULL};
        struct status status = {0};
        assert_true(tail_read(tail, &text, most, now, &more, &status));
        assert_true(got->length + text.length < sizeof got->bytes);
        if (text.length > 0) {
            memcpy(got->bytes + got->length, text.bytes, text.length);
        }
        got->length += text.length;
        free(text.bytes);
    }
}

static struct tail *begin_again(struct tail *tail, const char *path)
{
    struct status status = {0};
    struct tail *next = tail_new(path, &status);
    assert_non_null(next);
    if (tail != NULL) {
        struct tail_places was = *tail_places(tail);
        *tail_places(next) = was;
        *tail_places(tail) = (struct tail_places){0};
        tail_free(tail);
    }
    return next;
}

/* Rotation by renaming, the numbered files moving on. */
static void rotate(const char *log, unsigned keep)
{
    char from[160], to[160];
    for (unsigned i = keep; i > 1; i--) {
        snprintf(from, sizeof from, "%s.%u", log, i - 1);
        snprintf(to, sizeof to, "%s.%u", log, i);
        rename(from, to);
    }
    snprintf(to, sizeof to, "%s.1", log);
    rename(log, to);
}

/* By copying and emptying, as copytruncate does. */
static void copy_and_empty(const char *log, unsigned n)
{
    char command[600];
    snprintf(command, sizeof command, "cp %s %s-%04u 2>/dev/null && : >%s", log, log, n, log);
    assert_true(system(command) >= 0);
}

static void rotations_lose_nothing(void **state)
{
    (void)state;
    static struct text wanted, got;
    for (unsigned seed = 1; seed <= 12; seed++) {
        clear_folder();
        wanted.length = got.length = 0;
        srandom(seed);
        char log[128];
        snprintf(log, sizeof log, "%s", in_folder("a.log"));
        write_to(in_folder("a.log.1"), "w", "of old, and not to be read\n");
        write_to(log, "w", "");
        struct tail *tail = begin_again(NULL, log);
        look(tail, &got, 1000, 0);
        const bool by_copies = seed % 2 == 0;
        unsigned number = 0;
        for (unsigned step = 0; step < 150; step++) {
            switch (random() % 6) {
            case 0:
            case 1:
            case 2: {
                char line[64];
                int length =
                    snprintf(line, sizeof line, "line %u of seed %u\n", number++, seed);
                write_to(log, "a", line);
                memcpy(wanted.bytes + wanted.length, line, (size_t)length);
                wanted.length += (size_t)length;
                break;
            }
            case 3: look(tail, &got, 1 + (size_t)random() % 300, 0); break;
            case 4: tail = begin_again(tail, log); break;
            default:
                if (!by_copies) {
                    rotate(log, 200);
                    if (random() % 2 == 0) {
                        look(tail, &got, 1000, 0); /* nothing has its name for a while */
                    }
                    write_to(log, "a", "");
                } else {
                    /* What begins like another file is that one: so it must be known by then.
                     */
                    look(tail, &got, 1000, 0);
                    char line[64];
                    int length =
                        snprintf(line, sizeof line, "line %u of seed %u\n", number++, seed);
                    write_to(log, "a", line);
                    memcpy(wanted.bytes + wanted.length, line, (size_t)length);
                    wanted.length += (size_t)length;
                    copy_and_empty(log, step);
                    look(tail, &got, 1000, 0);
                }
            }
        }
        look(tail, &got, 1000, 0);
        tail_free(tail);
        assert_int_equal(got.length, wanted.length);
        assert_memory_equal(got.bytes, wanted.bytes, wanted.length);
    }
}

static void a_line_waits_for_its_end(void **state)
{
    (void)state;
    static struct text got;
    clear_folder();
    got.length = 0;
    char log[128];
    snprintf(log, sizeof log, "%s", in_folder("a.log"));
    write_to(log, "w", "one\ntw");
    struct tail *tail = begin_again(NULL, log);
    look(tail, &got, 1000, 0);
    assert_int_equal(got.length, 4);
    write_to(log, "a", "o\nthree");
    look(tail, &got, 1000, 0);
    assert_memory_equal(got.bytes, "one\ntwo\n", 8);
    rotate(log, 2);
    write_to(log, "w", "four\n");
    look(tail, &got, 1000, 0); /* somebody may still write to the old file */
    assert_int_equal(got.length, 13);
    look(tail, &got, 1000, INT64_C(1) << 40);
    assert_int_equal(got.length, 19);
    assert_memory_equal(got.bytes, "one\ntwo\nfour\nthree\n", 19);
    tail_free(tail);
}

static void a_folder_is_read_in_order(void **state)
{
    (void)state;
    static struct text got;
    clear_folder();
    got.length = 0;
    struct tail *tail = begin_again(NULL, folder);
    static const char *const names[] = {"2026-12-01.log", "2026-12-02.log", "2026-12-03.log"};
    for (size_t i = 0; i < 3; i++) {
        char line[16];
        snprintf(line, sizeof line, "day %zu\n", i);
        write_to(in_folder(names[i]), "w", line);
        struct timespec times[2] = {{.tv_sec = 1000 + (time_t)i}, {.tv_sec = 1000 + (time_t)i}};
        assert_int_equal(utimensat(AT_FDCWD, in_folder(names[i]), times, 0), 0);
    }
    write_to(in_folder("2026-11-30.log.gz"), "w", "not this\n");
    look(tail, &got, 1000, 0);
    look(tail, &got, 1000, 0);
    assert_int_equal(got.length, 18);
    assert_memory_equal(got.bytes, "day 0\nday 1\nday 2\n", 18);
    tail_free(tail);
}

/* ---- follow ---- */

static struct follow *open_follow(int64_t slack, struct status *status)
{
    static char log[128], state[128];
    snprintf(log, sizeof log, "%s", in_folder("auth"));
    snprintf(state, sizeof state, "%s", in_folder("state"));
    const struct follow_options options = {
        .log = log, .directory = state, .format = "lanl", .slack = slack};
    return follow_open(&options, status);
}

static void add_line(unsigned time, const char *user)
{
    char line[160];
    snprintf(line, sizeof line, "%u,%s@D,%s@D,C1,C2,NTLM,Network,LogOn,Success\n", time, user,
             user);
    write_to(in_folder("auth"), "a", line);
}

static struct follow_counts look_at(struct follow *follow, int64_t now)
{
    bool more = true;
    struct status status = {0};
    while (more) {
        assert_true(follow_look(follow, now, NULL, &more, &status));
    }
    return follow_counts(follow);
}

static void windows_close_by_either_clock(void **state)
{
    (void)state;
    struct status status = {0};
    clear_folder();
    struct follow *follow = open_follow(300, &status);
    assert_non_null(follow);
    assert_int_equal(look_at(follow, 1000).rows, 0); /* there is no log yet */
    add_line(100, "U1");
    add_line(200, "U1");
    add_line(3700, "U2");
    add_line(3899, "U2");
    assert_int_equal(look_at(follow, 5000).rows, 0); /* a line may be late */
    add_line(3590, "U3");
    add_line(3591, "U3");
    add_line(3900, "U2");
    struct follow_counts counts = look_at(follow, 5010);
    assert_int_equal(counts.rows, 2);
    assert_int_equal(counts.closed, 3600);
    add_line(3599, "U4"); /* too late */
    counts = look_at(follow, 5020);
    assert_int_equal(counts.late, 1);
    assert_int_equal(counts.rows, 2);
    /* From 3900 at 5010 to the end at 7200, and the slack. */
    assert_int_equal(look_at(follow, 5010 + 3300 + 299).rows, 2);
    assert_int_equal(look_at(follow, 5010 + 3300 + 300).rows, 3);
    assert_int_equal(look_at(follow, 500000).rows, 3);
    follow_close(follow);
}

static void a_wrong_clock_closes_nothing(void **state)
{
    (void)state;
    struct status status = {0};
    clear_folder();
    struct follow *follow = open_follow(300, &status);
    add_line(100, "U1");
    add_line(4000000, "U9");
    add_line(200, "U1");
    struct follow_counts counts = look_at(follow, 5000);
    assert_int_equal(counts.rows, 0);
    assert_int_equal(counts.late, 0);
    assert_int_equal(counts.latest, 200);
    follow_close(follow);
}

static void the_next_process_goes_on(void **state)
{
    (void)state;
    struct status status = {0};
    clear_folder();
    for (unsigned i = 0; i < 40; i++) {
        add_line(i * 900, i % 3 == 0 ? "U1" : "U2");
        add_line(i * 900 + 1, i % 3 == 0 ? "U1" : "U2");
        struct follow *follow = open_follow(0, &status);
        assert_non_null(follow);
        look_at(follow, 1000000);
        /* What was written beyond what the state says, as before a kill, counts for nothing. */
        write_to(in_folder("state/windows.csv"), "a", "half a li");
        assert_null(open_follow(0, &status)); /* one at a time */
        assert_int_equal(status.code, STATUS_USAGE);
        status.code = STATUS_OK;
        follow_close(follow);
    }
    struct follow *follow = open_follow(0, &status);
    add_line(36000, "U1");
    struct follow_counts counts = look_at(follow, 1000000);
    assert_int_equal(counts.rows, 20); /* two accounts in each of ten hours */
    assert_int_equal(counts.lines, 81);
    assert_int_equal(counts.told, 0);
    assert_true(follow_tell(follow, &status));
    assert_int_equal(follow_counts(follow).told, 20);
    FILE *file = fopen(follow_windows(follow), "r");
    char line[256];
    size_t n = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        n++;
    }
    fclose(file);
    assert_int_equal(n, 21);
    follow_close(follow);
}

static void a_state_of_another_log_is_refused(void **state)
{
    (void)state;
    struct status status = {0};
    clear_folder();
    struct follow *follow = open_follow(0, &status);
    add_line(10, "U1");
    look_at(follow, 100);
    follow_close(follow);
    const struct follow_options options = {
        .log = in_folder("other"), .directory = in_folder("state"), .slack = 0};
    assert_null(follow_open(&options, &status));
    assert_int_equal(status.code, STATUS_USAGE);
    write_to(in_folder("state/state.json"), "w", "{\"version\": \"1\"}");
    assert_null(open_follow(0, &status));
    assert_int_equal(status.code, STATUS_INPUT);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    clear_folder();
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rotations_lose_nothing),
        cmocka_unit_test(a_line_waits_for_its_end),
        cmocka_unit_test(a_folder_is_read_in_order),
        cmocka_unit_test(windows_close_by_either_clock),
        cmocka_unit_test(a_wrong_clock_closes_nothing),
        cmocka_unit_test(the_next_process_goes_on),
        cmocka_unit_test(a_state_of_another_log_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

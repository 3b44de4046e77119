/* What the program sends to a terminal: nothing hostile, little for a key, nothing when idle.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/terminal_place.h"
#include "unit/test.h"

static const char *const hostile_names[] = {
    "\033[2J\033]0;title\007",
    "\xe2\x80\xaegnp.exe",
    "\xff\xfe\xc3",
    "\xe6\x9d\xb1\xe4\xba\xac",
    "e\xcc\x81\xcc\x82\xcc\x83",
    ("\xc2\x9b" /* parentheses: clang suspects a missing comma */
     "31m"),
    "\033P1$r\033\\\\",
    "\xe2\x81\xa6x\xef\xbb\xbf",
};

static void write_hostile_table(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(terminal_header, file);
    for (int i = 0; i < 400; i++) {
        fprintf(file, "\"2015-01-%02d 0%d:00:00%s\",\"%s%d\",%d,0,0,1,%d,0,0\n", 1 + i % 28,
                i % 10, i % 50 == 0 ? "\033[31m" : "", hostile_names[i % 8], i % 40, i, i % 5);
    }
    fprintf(file, "x\033[31m,y\n");
    assert_int_equal(fclose(file), 0);
}

static void a_hostile_table_sends_nothing_hostile(void **state)
{
    (void)state;
    char path[4200];
    snprintf(path, sizeof path, "%s/\033]0;x\007hostile.csv", terminal_place.folder);
    write_hostile_table(path);
    const char *argv[] = {terminal_place.program, path, NULL};
    struct vt *vt = vt_start(argv, 24, 100, NULL);
    terminal_wait_finished(vt);
    for (const char *digit = "12345678"; *digit != '\0'; digit++) {
        const char key[] = {*digit, 'j', 'j', '\r', 033, '\0'};
        vt_keys(vt, key);
    }
    /* Return may have filtered by a bar that is empty: how far the lists were is not known. */
    vt_keys(vt, ":clear-filter\r2");
    vt_wait_text(vt, 0, "2 Data");
    vt_wait_text(vt, VT_ANY, "\xc2\xb7[2J");
    vt_keys(vt, "i");
    vt_wait_text(vt, VT_ANY, "Run card");
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_check_bytes(vt);
    vt_free(vt);
    unlink(path);
    /* What is said after the screen is gone is made safe, too. */
    vt = vt_start(argv, 24, 100, NULL);
    vt_wait_exit(vt);
    vt_wait_text(vt, VT_ANY, "cannot open");
    vt_check_bytes(vt);
    vt_free(vt);
}

static void a_cursor_move_is_a_few_bytes(void **state)
{
    (void)state;
    struct vt *vt = terminal_sample(24, 80, NULL);
    vt_keys(vt, "2");
    vt_wait_text(vt, VT_ANY, "57.604"); /* the description has come */
    vt_keys(vt, "j");
    vt_wait_cell(vt, 5, 5, terminal_is_reverse); /* and all before this key is drawn */
    size_t before, after;
    vt_bytes(vt, &before);
    vt_keys(vt, "j");
    vt_wait_cell(vt, 6, 5, terminal_is_reverse);
    vt_bytes(vt, &after);
    print_message("# a cursor move: %zu bytes\n", after - before);
    assert_true(after - before < 2048);
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
}

/* Voluntary context switches of all threads: a timer would add to them. */
static long switches(pid_t pid)
{
    char path[64], line[256];
    long sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char status[512];
        snprintf(status, sizeof status, "/proc/%d/task/%s/status", (int)pid, task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(status, "re");
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            long count;
            if (sscanf(line, "voluntary_ctxt_switches: %ld", &count) == 1) {
                sum += count;
            }
        }
        if (file != NULL) {
            fclose(file);
        }
    }
    closedir(tasks);
    return sum;
}

static void idle_does_nothing(void **state)
{
    (void)state;
    if (getenv("ODDHOURS_SANITIZED") != NULL) {
        skip(); /* a sanitizer's own thread wakes now and then */
    }
    struct vt *vt = terminal_sample(24, 80, NULL);
    vt_keys(vt, "j");
    vt_wait_gone(vt, "finished in"); /* the key has been answered, and that was all */
    /* Threads may still be on their way to sleep. Then there must be a time, long enough for
     * any timer, in which none of them woke: absence can only be seen by waiting. */
    double until = vt_now() + 5;
    long before, after;
    do {
        before = switches(vt_pid(vt));
        poll(NULL, 0, 400);
        after = switches(vt_pid(vt));
    } while (after != before && vt_now() < until);
    assert_int_equal(after, before);
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
}

static void what_libraries_say_comes_at_the_end(void **state)
{
    (void)state;
    if (getenv("ODDHOURS_SANITIZED") != NULL) {
        skip(); /* the loader's trace would be the sanitizer's, too */
    }
    /* The loader writes to standard error whenever a function is called for the first time. */
    const char *extra[] = {"LD_DEBUG=bindings", "LD_BIND_NOW", NULL};
    struct vt *vt = terminal_sample(24, 80, extra);
    vt_keys(vt, "2");
    vt_wait_text(vt, 0, "2 Data");
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    size_t length;
    const char *bytes = vt_bytes(vt, &length);
    const char *enter = memmem(bytes, length, "\033[?1049h", 8);
    const char *leave = memmem(bytes, length, "\033[?1049l", 8);
    assert_true(enter != NULL && leave != NULL && enter < leave);
    /* A thread may be in the middle of a line while the screen starts; not more than that. */
    int early = 0;
    for (const char *p = enter;
         (p = memmem(p, (size_t)(leave - p), "binding file", 12)) != NULL; p++) {
        early++;
    }
    assert_true(early <= 8);
    if (memmem(leave, length - (size_t)(leave - bytes), "binding file", 12) == NULL) {
        skip(); /* this build binds everything at its start */
    }
    vt_free(vt);
}

static void what_libraries_say_is_in_the_log(void **state)
{
    (void)state;
    if (getenv("ODDHOURS_SANITIZED") != NULL) {
        skip();
    }
    const char *extra[] = {"LD_DEBUG=bindings", "LD_BIND_NOW", NULL};
    struct vt *vt = terminal_sample(24, 80, extra);
    vt_keys(vt, "8");
    vt_wait_text(vt, 0, "8 Log");
    vt_keys(vt, "g");
    vt_wait_gone(vt, "finished in");
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    size_t length;
    const char *bytes = vt_bytes(vt, &length);
    const char *leave = memmem(bytes, length, "\033[?1049l", 8);
    assert_non_null(leave);
    if (memmem(leave, length - (size_t)(leave - bytes), "binding file", 12) == NULL) {
        skip(); /* this build binds everything at its start */
    }
    assert_non_null(memmem(bytes, (size_t)(leave - bytes), "stderr: ", 8));
    vt_free(vt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hostile_table_sends_nothing_hostile),
        cmocka_unit_test(a_cursor_move_is_a_few_bytes),
        cmocka_unit_test(idle_does_nothing),
        cmocka_unit_test(what_libraries_say_comes_at_the_end),
        cmocka_unit_test(what_libraries_say_is_in_the_log),
    };
    return cmocka_run_group_tests_name("sent", tests, terminal_place_make,
                                       terminal_place_remove);
}

/* The terminal is as it was on every way out: signals, crashes, suspension. */
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <termios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/terminal_place.h"
#include "unit/test.h"

static void signals_restore_the_terminal(void **state)
{
    (void)state;
    const int signals[] = {SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct vt *vt = terminal_reading(24, 80);
        vt_signal(vt, signals[i]);
        assert_int_equal(vt_wait_exit(vt), 128 + signals[i]);
        vt_wait_restored(vt);
        terminal_stop_feeding();
        vt_free(vt);
    }
}

static void interrupt_from_outside_cancels(void **state)
{
    (void)state;
    struct vt *vt = terminal_reading(24, 80);
    vt_signal(vt, SIGINT);
    vt_wait_text(vt, VT_ANY, "cancelled");
    vt_keys(vt, "\003");
    vt_wait_exit(vt);
    terminal_stop_feeding();
    vt_free(vt);
}

static void ctrl_c_twice_quits_from_a_prompt(void **state)
{
    (void)state;
    struct vt *vt = terminal_reading(24, 80);
    vt_keys(vt, ":goto");
    vt_wait_text(vt, VT_ANY, ":goto");
    vt_keys(vt, "\003\003");
    vt_wait_exit(vt);
    vt_wait_restored(vt);
    terminal_stop_feeding();
    vt_free(vt);
}

static void a_crash_restores_the_terminal(void **state)
{
    (void)state;
    if (getenv("ODDHOURS_SANITIZED") != NULL) {
        skip(); /* the sanitizer has its own handler */
    }
    struct vt *vt = terminal_reading(24, 80);
    vt_signal(vt, SIGSEGV);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGSEGV);
    vt_wait_restored(vt);
    vt_wait_text(vt, VT_ANY, "crashed (signal 11)");
    terminal_stop_feeding();
    vt_free(vt);
}

/* A thread of the program that is not its first one. */
static pid_t other_thread(pid_t pid)
{
    char path[64];
    pid_t found = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        pid_t thread = (pid_t)atoi(task->d_name);
        found = thread > found && thread != pid ? thread : found;
    }
    closedir(tasks);
    return found;
}

/* A thread that takes this signal, other than the first one; 0 when all block it. */
static pid_t thread_that_takes(pid_t pid, int number)
{
    char path[64], line[256];
    pid_t found = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char status[512];
        unsigned long long blocked = ~0ULL;
        snprintf(status, sizeof status, "/proc/%d/task/%s/status", (int)pid, task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(status, "re");
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            sscanf(line, "SigBlk: %llx", &blocked);
        }
        if (file != NULL) {
            fclose(file);
        }
        if ((blocked >> (number - 1) & 1) == 0 && atoi(task->d_name) != pid) {
            found = (pid_t)atoi(task->d_name);
        }
    }
    closedir(tasks);
    return found;
}

/* A library's thread may block nothing; what comes to it must wake the thread that waits. */
static void a_signal_to_a_library_s_thread_is_seen(void **state)
{
    (void)state;
    struct vt *vt = terminal_sample(24, 80, NULL);
    pid_t thread = thread_that_takes(vt_pid(vt), SIGTERM);
    if (thread == 0 || getenv("ODDHOURS_SANITIZED") != NULL) {
        vt_free(vt);
        skip(); /* this OpenBLAS has no thread of its own; a sanitizer has its own handlers */
    }
    vt_keys(vt, "8");
    vt_wait_text(vt, 0, "8 Log");
    assert_int_equal(syscall(SYS_tgkill, vt_pid(vt), thread, SIGTERM), 0);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGTERM);
    vt_wait_restored(vt);
    vt_free(vt);
}

static void a_crash_in_a_thread_restores_the_terminal(void **state)
{
    (void)state;
    if (getenv("ODDHOURS_SANITIZED") != NULL) {
        skip(); /* the sanitizer has its own handler */
    }
    struct vt *vt = terminal_reading(24, 80);
    pid_t thread = other_thread(vt_pid(vt));
    assert_true(thread != 0);
    assert_int_equal(syscall(SYS_tgkill, vt_pid(vt), thread, SIGSEGV), 0);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGSEGV);
    vt_wait_restored(vt);
    vt_wait_text(vt, VT_ANY, "crashed (signal 11)");
    terminal_stop_feeding();
    vt_free(vt);
}

/* The last of two sequences that the terminal_place.program has written. */
static const char *last_of(const char *bytes, size_t length, const char *sequence)
{
    const char *found = NULL, *p = bytes;
    while ((p = memmem(p, length - (size_t)(p - bytes), sequence, strlen(sequence))) != NULL) {
        found = p++;
    }
    return found;
}

static bool has_let_the_mouse_go(struct vt *vt)
{
    size_t length;
    const char *bytes = vt_bytes(vt, &length);
    const char *on = last_of(bytes, length, "1000h"), *off = last_of(bytes, length, "1000l");
    return on != NULL && off != NULL && off > on;
}

static struct vt *start_with_mouse(void)
{
    struct vt *vt = terminal_sample(24, 80, NULL);
    vt_keys(vt, "4:mouse on\r");
    vt_wait_text(vt, -2, "mouse on");
    vt_wait_cell(vt, 3, 10, terminal_is_reverse);
    return vt;
}

static void the_mouse_is_taken_when_asked_for(void **state)
{
    (void)state;
    struct vt *vt = start_with_mouse();
    vt_keys(vt, "\033[<0;11;6M\033[<0;11;6m"); /* row 5 of the screen, pressed and released */
    vt_wait_cell(vt, 5, 10, terminal_is_reverse);
    vt_keys(vt, "\033[<65;11;6M"); /* the wheel: three rows */
    vt_wait_cell(vt, 8, 10, terminal_is_reverse);
    vt_keys(vt, "\033[<64;11;6M");
    vt_wait_cell(vt, 5, 10, terminal_is_reverse);
    vt_keys(vt, ":mouse off\r");
    vt_wait_text(vt, -2, "mouse off");
    assert_true(has_let_the_mouse_go(vt));
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
    const char *extra[] = {"TERM=vt220", NULL};
    vt = terminal_sample(24, 80, extra);
    vt_keys(vt, ":mouse\r");
    vt_wait_text(vt, -2, "this terminal has no mouse");
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
}

static void the_mouse_is_let_go_on_every_way_out(void **state)
{
    (void)state;
    const int signals[] = {0, SIGTERM, SIGHUP, SIGSEGV};
    for (size_t i = 0; i < 4; i++) {
        if (signals[i] == SIGSEGV && getenv("ODDHOURS_SANITIZED") != NULL) {
            continue; /* the sanitizer has its own handler */
        }
        struct vt *vt = start_with_mouse();
        if (signals[i] == 0) {
            vt_keys(vt, "Q");
        } else {
            vt_signal(vt, signals[i]);
        }
        assert_int_equal(vt_wait_exit(vt), signals[i] == 0 ? 0 : 128 + signals[i]);
        assert_true(has_let_the_mouse_go(vt));
        vt_free(vt);
    }
}

static void suspend_and_resume(void **state)
{
    (void)state;
    char command[10000];
    snprintf(command, sizeof command, "set -m; '%s' '%s'; echo BACK; fg >/dev/null; echo GONE",
             terminal_place.program, terminal_place.sample);
    const char *argv[] = {"sh", "-c", command, NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    terminal_wait_finished(vt);
    vt_keys(vt, "2");
    vt_wait_text(vt, 0, "2 Data");
    vt_keys(vt, "\032");
    vt_wait_text(vt, 0,
                 "2 Data"); /* the shell brings it back at once: it draws all of itself */
    vt_keys(vt, "j");
    vt_wait_cell(vt, 5, 5, terminal_is_reverse);
    vt_keys(vt, "Q");
    vt_wait_text(vt, VT_ANY, "GONE");
    assert_int_equal(vt_wait_exit(vt), 0);
    size_t length;
    const char *bytes = vt_bytes(vt, &length);
    assert_non_null(memmem(bytes, length, "BACK", 4));
    vt_free(vt);
}

static void the_line_modes_come_back(void **state)
{
    (void)state;
    char command[10000];
    snprintf(command, sizeof command,
             "before=$(stty -g); '%s' '%s'; test \"$before\" = \"$(stty -g)\" && echo SAME",
             terminal_place.program, terminal_place.sample);
    const char *argv[] = {"sh", "-c", command, NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    terminal_wait_finished(vt);
    vt_keys(vt, "Q");
    vt_wait_text(vt, VT_ANY, "SAME");
    vt_wait_exit(vt);
    vt_free(vt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_restore_the_terminal),
        cmocka_unit_test(interrupt_from_outside_cancels),
        cmocka_unit_test(ctrl_c_twice_quits_from_a_prompt),
        cmocka_unit_test(a_crash_restores_the_terminal),
        cmocka_unit_test(a_signal_to_a_library_s_thread_is_seen),
        cmocka_unit_test(a_crash_in_a_thread_restores_the_terminal),
        cmocka_unit_test(the_mouse_is_taken_when_asked_for),
        cmocka_unit_test(the_mouse_is_let_go_on_every_way_out),
        cmocka_unit_test(suspend_and_resume),
        cmocka_unit_test(the_line_modes_come_back),
    };
    return cmocka_run_group_tests_name("ways out", tests, terminal_place_make,
                                       terminal_place_remove);
}

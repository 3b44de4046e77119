/* The real program in a pseudo-terminal: what only a terminal can show. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "tui/vt.h"
#include "unit/test.h"

static char program[4096], sample[4096], fifo[4096], folder[] = "/tmp/oddhours-XXXXXX";
static int feed = -1;

static const char header[] =
    "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,"
    "nbhours_ratio\n";

static int make_files(void **state)
{
    (void)state;
    const char *build = getenv("ODDHOURS_BUILDDIR"), *source = getenv("ODDHOURS_SRCDIR");
    snprintf(program, sizeof program, "%s/oddhours", build == NULL ? "." : build);
    snprintf(sample, sizeof sample, "%s/data/lanl_user_hours.csv",
             source == NULL ? ".." : source);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(fifo, sizeof fifo, "%s/feed", folder);
    return mkfifo(fifo, 0600);
}

static int remove_files(void **state)
{
    (void)state;
    unlink(fifo);
    return rmdir(folder);
}

/* A named pipe that stays open: the program goes on reading until it is closed, so a test can
 * hold it in the middle of its work as long as it likes. */
static struct vt *start_reading(int rows, int cols)
{
    const char *argv[] = {program, fifo, NULL};
    feed = open(fifo, O_RDWR | O_CLOEXEC);
    assert_true(feed >= 0);
    assert_int_equal(write(feed, header, sizeof header - 1), sizeof header - 1);
    struct vt *vt = vt_start(argv, rows, cols, NULL);
    vt_wait_text(vt, VT_ANY, "more to come");
    return vt;
}

static void stop_feeding(void)
{
    if (feed >= 0) {
        close(feed);
        feed = -1;
    }
}

static struct vt *start_sample(int rows, int cols, const char *const *extra)
{
    const char *argv[] = {program, sample, NULL};
    struct vt *vt = vt_start(argv, rows, cols, extra);
    vt_wait_text(vt, VT_ANY, "finished in");
    return vt;
}

static void it_starts_and_quits(void **state)
{
    (void)state;
    struct vt *vt = start_sample(24, 80, NULL);
    vt_wait_text(vt, 0, "1 Run");
    vt_wait_text(vt, 0, "2,967 rows");
    vt_wait_text(vt, -1, "? help");
    vt_keys(vt, "Q");
    assert_int_equal(vt_wait_exit(vt), 0);
    vt_wait_restored(vt);
    vt_free(vt);
}

static bool is_reverse(const struct vt_cell *cell)
{
    return cell->reverse;
}

static bool is_plain(const struct vt_cell *cell)
{
    return !cell->reverse;
}

static void keys_move_and_change_views(void **state)
{
    (void)state;
    struct vt *vt = start_sample(24, 80, NULL);
    vt_keys(vt, "2");
    vt_wait_text(vt, 0, "2 Data");
    vt_wait_cell(vt, 4, 5, is_reverse);
    vt_keys(vt, "j");
    vt_wait_cell(vt, 4, 5, is_plain);
    vt_wait_cell(vt, 5, 5, is_reverse);
    vt_keys(vt, "\033OA"); /* the cursor key, decoded from its sequence */
    vt_wait_cell(vt, 4, 5, is_reverse);
    vt_keys(vt, "\033[B"); /* some terminals send the other one */
    vt_wait_cell(vt, 5, 5, is_reverse);
    vt_keys(vt, "?");
    vt_wait_text(vt, VT_ANY, "Keys in Data");
    vt_keys(vt, "\033"); /* Esc alone */
    vt_wait_gone(vt, "Keys in Data");
    vt_keys(vt, ":lo");
    vt_wait_text(vt, -1, ":lo");
    vt_wait_text(vt, VT_ANY, "messages and rejected lines");
    vt_keys(vt, "\t\r");
    vt_wait_text(vt, 0, "8 Log");
    vt_keys(vt, "#");
    vt_wait_text(vt, -2, "# has no meaning here");
    vt_keys(vt, "Q");
    assert_int_equal(vt_wait_exit(vt), 0);
    vt_free(vt);
}

static void rows_show_while_reading(void **state)
{
    (void)state;
    struct vt *vt = start_reading(24, 80);
    char line[128];
    for (int i = 0; i < 5000; i++) {
        int length =
            snprintf(line, sizeof line, "2015-01-01 %02d:00:00,U%d@DOM1,%d,0,0,1,1,0,0\n",
                     i % 24, i, i % 7);
        assert_int_equal(write(feed, line, (size_t)length), length);
    }
    vt_wait_text(vt, VT_ANY, "the first user-hours");
    vt_wait_text(vt, VT_ANY, "U3@DOM1");
    stop_feeding();
    vt_wait_text(vt, 0, "5,000 rows");
    vt_wait_text(vt, VT_ANY, "Isolation Forest");
    vt_keys(vt, "Q");
    vt_free(vt);
}

static void cancel_then_quit(void **state)
{
    (void)state;
    struct vt *vt = start_reading(24, 80);
    vt_wait_text(vt, -1, "Ctrl-C cancel");
    vt_keys(vt, "8");
    vt_wait_text(vt, 0, "8 Log"); /* from everywhere */
    vt_wait_text(vt, -1, "Ctrl-C cancel");
    double before = vt_now();
    vt_keys(vt, "\003");
    vt_wait_text(vt, VT_ANY, "cancelled");
    double seconds = vt_now() - before;
    print_message("# cancelled after %.1f ms\n", 1000 * seconds);
    vt_keys(vt, "\003");
    vt_wait_exit(vt);
    vt_wait_restored(vt);
    stop_feeding();
    vt_free(vt);
}

static void quitting_asks_while_a_run_goes_on(void **state)
{
    (void)state;
    struct vt *vt = start_reading(24, 80);
    vt_keys(vt, "q");
    vt_wait_text(vt, -1, "A run is going on");
    vt_keys(vt, "q"); /* the key that asked does not confirm */
    vt_wait_gone(vt, "A run is going on");
    vt_keys(vt, "Q");
    vt_wait_text(vt, -1, "A run is going on");
    vt_keys(vt, "y");
    assert_int_equal(vt_wait_exit(vt), 0);
    stop_feeding();
    vt_free(vt);
}

static void a_resize_is_never_lost(void **state)
{
    (void)state;
    struct vt *vt = start_reading(24, 80);
    for (int i = 0; i < 100; i++) {
        int rows = 10 + i * 7 % 40, cols = 60 + i * 13 % 120;
        vt_resize(vt, rows, cols);
        /* The footer is in the last row of the new size, and the header reaches its right edge.
         */
        vt_wait_text(vt, -1, "4 top");
        vt_wait_cell(vt, 0, cols - 2, is_plain);
    }
    vt_resize(vt, 5, 30);
    vt_wait_text(vt, 0, "enlarge");
    vt_resize(vt, 24, 80);
    vt_wait_text(vt, -1, "? help");
    vt_keys(vt, "\003\003");
    vt_wait_exit(vt);
    stop_feeding();
    vt_free(vt);
}

static void signals_restore_the_terminal(void **state)
{
    (void)state;
    const int signals[] = {SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < 3; i++) {
        struct vt *vt = start_reading(24, 80);
        vt_signal(vt, signals[i]);
        assert_int_equal(vt_wait_exit(vt), 128 + signals[i]);
        vt_wait_restored(vt);
        stop_feeding();
        vt_free(vt);
    }
}

static void interrupt_from_outside_cancels(void **state)
{
    (void)state;
    struct vt *vt = start_reading(24, 80);
    vt_signal(vt, SIGINT);
    vt_wait_text(vt, VT_ANY, "cancelled");
    vt_keys(vt, "\003");
    vt_wait_exit(vt);
    stop_feeding();
    vt_free(vt);
}

static void a_crash_restores_the_terminal(void **state)
{
    (void)state;
    if (getenv("ODDHOURS_SANITIZED") != NULL) {
        skip(); /* the sanitizer has its own handler */
    }
    struct vt *vt = start_reading(24, 80);
    vt_signal(vt, SIGSEGV);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGSEGV);
    vt_wait_restored(vt);
    vt_wait_text(vt, VT_ANY, "crashed (signal 11)");
    stop_feeding();
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
    struct vt *vt = start_sample(24, 80, NULL);
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
    struct vt *vt = start_reading(24, 80);
    pid_t thread = other_thread(vt_pid(vt));
    assert_true(thread != 0);
    assert_int_equal(syscall(SYS_tgkill, vt_pid(vt), thread, SIGSEGV), 0);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGSEGV);
    vt_wait_restored(vt);
    vt_wait_text(vt, VT_ANY, "crashed (signal 11)");
    stop_feeding();
    vt_free(vt);
}

/* The last of two sequences that the program has written. */
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
    struct vt *vt = start_sample(24, 80, NULL);
    vt_keys(vt, "4:mouse on\r");
    vt_wait_text(vt, -2, "mouse on");
    vt_wait_cell(vt, 3, 10, is_reverse);
    return vt;
}

static void the_mouse_is_taken_when_asked_for(void **state)
{
    (void)state;
    struct vt *vt = start_with_mouse();
    vt_keys(vt, "\033[<0;11;6M\033[<0;11;6m"); /* row 5 of the screen, pressed and released */
    vt_wait_cell(vt, 5, 10, is_reverse);
    vt_keys(vt, "\033[<65;11;6M"); /* the wheel: three rows */
    vt_wait_cell(vt, 8, 10, is_reverse);
    vt_keys(vt, "\033[<64;11;6M");
    vt_wait_cell(vt, 5, 10, is_reverse);
    vt_keys(vt, ":mouse off\r");
    vt_wait_text(vt, -2, "mouse off");
    assert_true(has_let_the_mouse_go(vt));
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
    const char *extra[] = {"TERM=vt220", NULL};
    vt = start_sample(24, 80, extra);
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
             program, sample);
    const char *argv[] = {"sh", "-c", command, NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    vt_wait_text(vt, VT_ANY, "finished in");
    vt_keys(vt, "2");
    vt_wait_text(vt, 0, "2 Data");
    vt_keys(vt, "\032");
    vt_wait_text(vt, 0,
                 "2 Data"); /* the shell brings it back at once: it draws all of itself */
    vt_keys(vt, "j");
    vt_wait_cell(vt, 5, 5, is_reverse);
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
             program, sample);
    const char *argv[] = {"sh", "-c", command, NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    vt_wait_text(vt, VT_ANY, "finished in");
    vt_keys(vt, "Q");
    vt_wait_text(vt, VT_ANY, "SAME");
    vt_wait_exit(vt);
    vt_free(vt);
}

static void keys_come_from_the_terminal_when_data_is_piped(void **state)
{
    (void)state;
    char command[10000];
    snprintf(command, sizeof command, "cat '%s' | '%s' -", sample, program);
    const char *argv[] = {"sh", "-c", command, NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    vt_wait_text(vt, VT_ANY, "finished in");
    vt_wait_text(vt, 0, "standard input");
    vt_keys(vt, "8");
    vt_wait_text(vt, 0, "8 Log");
    vt_keys(vt, "Q");
    assert_int_equal(vt_wait_exit(vt), 0);
    vt_free(vt);
}

static void without_utf8_only_ascii_goes_out(void **state)
{
    (void)state;
    const char *extra[] = {"LC_ALL=C", NULL};
    struct vt *vt = start_sample(24, 80, extra);
    vt_wait_text(vt, 0, "> 1 Run");
    vt_keys(vt, "2?");
    vt_wait_text(vt, VT_ANY, "Keys in Data");
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    size_t length;
    const char *bytes = vt_bytes(vt, &length);
    for (size_t i = 0; i < length; i++) {
        assert_true((unsigned char)bytes[i] < 0x80);
    }
    vt_free(vt);
}

static bool is_colored(const struct vt_cell *cell)
{
    return cell->dim_or_colored;
}

static bool is_not_colored(const struct vt_cell *cell)
{
    return !cell->dim_or_colored && cell->text[0] != '\0' && cell->text[0] != ' ';
}

static void no_color_is_heeded(void **state)
{
    (void)state;
    struct vt *vt = start_sample(24, 80, NULL);
    vt_wait_cell(vt, 0, 1, is_colored);
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
    const char *extra[] = {"NO_COLOR=1", NULL};
    vt = start_sample(24, 80, extra);
    vt_wait_cell(vt, 0, 1, is_not_colored);
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
}

static void other_terminals(void **state)
{
    (void)state;
    static const char *const types[] = {"TERM=screen-256color", "TERM=vt220", "TERM=linux",
                                        "TERM=tmux-256color", "TERM=xterm"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *extra[] = {types[i], NULL};
        print_message("# %s\n", types[i]);
        struct vt *vt = start_sample(24, 80, extra);
        vt_keys(vt, "2j");
        vt_wait_cell(vt, 5, 5, is_reverse);
        vt_keys(vt, "Q");
        assert_int_equal(vt_wait_exit(vt), 0);
        vt_free(vt);
    }
}

static void poor_or_unknown_terminals_are_refused(void **state)
{
    (void)state;
    static const char *const types[] = {"TERM=dumb", "TERM=no-such-terminal", "TERM"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *argv[] = {program, sample, NULL};
        /* ncurses keeps some memory of a terminal that it could not start. */
        const char *extra[] = {types[i], "LSAN_OPTIONS=exitcode=0", NULL};
        struct vt *vt = vt_start(argv, 24, 80, extra);
        vt_wait_text(vt, VT_ANY, "oddhours: the terminal '");
        assert_int_equal(vt_wait_exit(vt), 2);
        vt_free(vt);
    }
}

static void nothing_to_explore_is_said_in_a_line(void **state)
{
    (void)state;
    const char *argv[] = {program, "/nonexistent/table.csv", NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    vt_wait_exit(vt);
    vt_wait_restored(vt);
    vt_wait_text(vt, VT_ANY, "oddhours: cannot open");
    vt_free(vt);
}

/* ---- what goes out ---- */

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
    fputs(header, file);
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
    snprintf(path, sizeof path, "%s/\033]0;x\007hostile.csv", folder);
    write_hostile_table(path);
    const char *argv[] = {program, path, NULL};
    struct vt *vt = vt_start(argv, 24, 100, NULL);
    vt_wait_text(vt, VT_ANY, "finished in");
    for (const char *digit = "12345678"; *digit != '\0'; digit++) {
        const char key[] = {*digit, 'j', 'j', '\r', 033, '\0'};
        vt_keys(vt, key);
    }
    vt_keys(vt, "2");
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
    struct vt *vt = start_sample(24, 80, NULL);
    vt_keys(vt, "2");
    vt_wait_text(vt, VT_ANY, "57.604"); /* the description has come */
    vt_keys(vt, "j");
    vt_wait_cell(vt, 5, 5, is_reverse); /* and all before this key is drawn */
    size_t before, after;
    vt_bytes(vt, &before);
    vt_keys(vt, "j");
    vt_wait_cell(vt, 6, 5, is_reverse);
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
    struct vt *vt = start_sample(24, 80, NULL);
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
    struct vt *vt = start_sample(24, 80, extra);
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
    struct vt *vt = start_sample(24, 80, extra);
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
        cmocka_unit_test(it_starts_and_quits),
        cmocka_unit_test(keys_move_and_change_views),
        cmocka_unit_test(rows_show_while_reading),
        cmocka_unit_test(cancel_then_quit),
        cmocka_unit_test(quitting_asks_while_a_run_goes_on),
        cmocka_unit_test(a_resize_is_never_lost),
        cmocka_unit_test(signals_restore_the_terminal),
        cmocka_unit_test(interrupt_from_outside_cancels),
        cmocka_unit_test(a_crash_restores_the_terminal),
        cmocka_unit_test(a_signal_to_a_library_s_thread_is_seen),
        cmocka_unit_test(a_crash_in_a_thread_restores_the_terminal),
        cmocka_unit_test(the_mouse_is_taken_when_asked_for),
        cmocka_unit_test(the_mouse_is_let_go_on_every_way_out),
        cmocka_unit_test(suspend_and_resume),
        cmocka_unit_test(the_line_modes_come_back),
        cmocka_unit_test(keys_come_from_the_terminal_when_data_is_piped),
        cmocka_unit_test(without_utf8_only_ascii_goes_out),
        cmocka_unit_test(no_color_is_heeded),
        cmocka_unit_test(other_terminals),
        cmocka_unit_test(poor_or_unknown_terminals_are_refused),
        cmocka_unit_test(nothing_to_explore_is_said_in_a_line),
        cmocka_unit_test(a_hostile_table_sends_nothing_hostile),
        cmocka_unit_test(a_cursor_move_is_a_few_bytes),
        cmocka_unit_test(idle_does_nothing),
        cmocka_unit_test(what_libraries_say_comes_at_the_end),
        cmocka_unit_test(what_libraries_say_is_in_the_log),
    };
    return cmocka_run_group_tests_name("terminal", tests, make_files, remove_files);
}

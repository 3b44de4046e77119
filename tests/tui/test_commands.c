/* The commands without a screen on a terminal: Ctrl-C ends each of them with status 130 and
 * leaves nothing behind, and the progress that is shown meanwhile. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/vt.h"
#include "unit/test.h"

static char program[4096], folder[] = "/tmp/oddhours-XXXXXX", fifo[64], out[64];

static const char header[] =
    "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,"
    "nbhours_ratio\n";

static int make_pipe(void **state)
{
    (void)state;
    const char *build = getenv("ODDHOURS_BUILDDIR");
    snprintf(program, sizeof program, "%s/oddhours", build == NULL ? "." : build);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(fifo, sizeof fifo, "%s/feed", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    return mkfifo(fifo, 0600);
}

static int remove_pipe(void **state)
{
    (void)state;
    unlink(fifo);
    return rmdir(folder);
}

/* A piece of a table or a raw log, to be written again and again. */
static size_t make_rows(char *rows, size_t size, bool log)
{
    size_t n = 0;
    for (int i = 0; n + 128 < size; i++) {
        n += (size_t)(log ? sprintf(rows + n, "1,U%d,U%d,C1,C2,?,?,LogOn,Success\n", i % 99,
                                    i % 9)
                          : sprintf(rows + n, "2015-01-01 %02d:00:00,U%d,%d,0,0,1,1,0,0\n",
                                    i % 24, i, i % 7));
    }
    return n;
}

/* Feeds the command without ever coming to the end, until it says how far it is. */
static void feed_until_it_reports(struct vt *vt, int feed, bool log)
{
    static char rows[65536];
    size_t n = make_rows(rows, sizeof rows, log), at = 0, length;
    double until = vt_now() + vt_patience();
    const char *bytes = vt_bytes(vt, &length);
    while (bytes == NULL || memmem(bytes, length, "[1/", 3) == NULL) {
        ssize_t written = write(feed, rows + at, n - at);
        at = written > 0 ? (at + (size_t)written) % n : at;
        if (written < 0) {
            vt_wait_more(vt);
        }
        vt_pump(vt);
        bytes = vt_bytes(vt, &length);
        assert_true(vt_now() < until);
    }
}

static void every_command_can_be_cancelled(void **state)
{
    (void)state;
    const char *const commands[][8] = {
        {program, "run", fifo, "-o", out, NULL},
        {program, "describe", fifo, NULL},
        {program, "top", fifo, NULL},
        {program, "explain", fifo, "--row", "1", NULL},
        {program, "report", fifo, "-o", "-", "--reviews", "/dev/null/x.db", NULL},
        {program, "prep", fifo, "-o", out, NULL},
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        bool log = strcmp(commands[i][1], "prep") == 0;
        int feed = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        assert_true(feed >= 0);
        if (!log) {
            assert_int_equal(write(feed, header, sizeof header - 1), sizeof header - 1);
        }
        struct vt *vt = vt_start(commands[i], 24, 80, NULL);
        print_message("# %s\n", commands[i][1]);
        feed_until_it_reports(vt, feed, log);
        vt_keys(vt, "\003");
        assert_int_equal(vt_wait_exit(vt), 130);
        vt_wait_text(vt, VT_ANY, "cancelled");
        vt_free(vt);
        close(feed);
        rmdir(out);
        assert_int_not_equal(access(out, F_OK),
                             0); /* no file was left in it, or in its place */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_can_be_cancelled),
    };
    return cmocka_run_group_tests_name("commands", tests, make_pipe, remove_pipe);
}

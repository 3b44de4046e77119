/* How long a cursor key takes to be on the screen while a detector trains, over a
 * pseudo-terminal.
 *
 * usage: bench_keys ODDHOURS FILE [ODDHOURS-OPTION]...
 * Presses j and k in the Data view until the run has ended, and prints percentiles by stage. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/vt.h"
#include "unit/test.h"

enum { SAMPLES = 200000, ARGUMENTS = 32 };

static const char *arguments[ARGUMENTS];
static double sample[SAMPLES];

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *stage, size_t from, size_t to, size_t bytes)
{
    size_t n = to - from;
    if (n == 0) {
        return;
    }
    qsort(sample + from, n, sizeof *sample, ascending);
    printf("%-24s %6zu keys  median %6.2f ms  p99 %6.2f ms  max %6.2f ms  %6zu bytes a key\n",
           stage, n, 1e3 * sample[from + n / 2], 1e3 * sample[from + n * 99 / 100],
           1e3 * sample[to - 1], bytes / n);
}

/* The name of the stage on the line above the footer, or "idle". */
static void stage_now(struct vt *vt, char *stage, size_t size)
{
    char line[1024];
    vt_row(vt, 22, line, sizeof line);
    const char *begin = strchr(line, ']');
    if (begin == NULL) {
        snprintf(stage, size, "idle");
        return;
    }
    begin += strspn(begin, "] ");
    size_t length = strcspn(begin, "[0123456789\xe2");
    while (length > 0 && begin[length - 1] == ' ') {
        length--;
    }
    snprintf(stage, size, "%.*s", (int)length, begin);
}

/* The row of the first feature; the lines above it come and go with what is known. */
static int first_row(struct vt *vt)
{
    char line[1024];
    for (int row = 0; row < 24; row++) {
        vt_row(vt, row, line, sizeof line);
        if (strncmp(line, " feature", 8) == 0) {
            return row + 1;
        }
    }
    return 0;
}

/* Waits until the cursor is on the first feature, or the second, and only there. */
static void wait_for_cursor(struct vt *vt, int feature)
{
    double until = vt_now() + 10;
    for (;;) {
        vt_pump(vt);
        int row = first_row(vt);
        if (vt_get_cell(vt, row + feature, 5).reverse &&
            !vt_get_cell(vt, row + 1 - feature, 5).reverse) {
            return;
        }
        if (vt_now() > until) {
            fail_msg("a key was lost");
        }
        vt_wait_more(vt);
    }
}

static void press_until_idle(struct vt *vt)
{
    char now[64], stage[64] = "";
    size_t n = 0, from = 0, bytes = 0, before, after, idle = 0;
    while (n < SAMPLES && idle < 200) {
        vt_bytes(vt, &before);
        double pressed = vt_now();
        vt_keys(vt, n % 2 == 0 ? "j" : "k");
        wait_for_cursor(vt, n % 2 == 0);
        sample[n++] = vt_now() - pressed;
        vt_bytes(vt, &after);
        bytes += after - before;
        stage_now(vt, now, sizeof now);
        idle += strcmp(now, "idle") == 0;
        if (strcmp(now, stage) != 0) {
            report(stage, from, n, bytes);
            snprintf(stage, sizeof stage, "%s", now);
            from = n;
            bytes = 0;
        }
    }
    report(stage, from, n, bytes);
}

static void measure(void **state)
{
    (void)state;
    struct vt *vt = vt_start(arguments, 24, 80, NULL);
    vt_wait_text(vt, 0, "1 Run");
    vt_keys(vt, "2");
    vt_wait_text(vt, VT_ANY, "users  ");
    press_until_idle(vt);
    vt_keys(vt, "Qy");
    vt_wait_exit(vt);
    vt_free(vt);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc >= ARGUMENTS) {
        fprintf(stderr, "usage: bench_keys ODDHOURS FILE [OPTION]...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        arguments[i - 1] = argv[i];
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}

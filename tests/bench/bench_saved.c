/* How long a verdict takes from the key to "saved" on the screen, over a pseudo-terminal.
 *
 * usage: bench_saved ODDHOURS FILE --reviews=STORE [ODDHOURS-OPTION]...
 * Types verdicts in Top-K when the run has ended (`ODDHOURS_VERDICTS`, 300), and prints
 * percentiles. Each is synced to the disk that STORE lies on. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/vt.h"
#include "unit/test.h"

enum { VERDICTS_MAX = 100000, ARGUMENTS = 32 };

static const char *arguments[ARGUMENTS];
static double sample[VERDICTS_MAX];

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Waits until the message line says so; t and f by turns, so that it changes. */
static void wait_for_saved(struct vt *vt, const char *words)
{
    char line[512];
    for (;;) {
        vt_pump(vt);
        vt_row(vt, 22, line, sizeof line);
        if (strstr(line, words) != NULL) {
            return;
        }
        if (strstr(line, "NOT saved") != NULL) {
            fail_msg("%s", line);
        }
        vt_wait_more(vt);
    }
}

static void measure(void **state)
{
    (void)state;
    const char *wanted = getenv("ODDHOURS_VERDICTS");
    size_t n = wanted != NULL ? strtoul(wanted, NULL, 10) : 300;
    assert_true(n > 0 && n <= VERDICTS_MAX);
    struct vt *vt = vt_start(arguments, 24, 80, NULL);
    vt_wait_text(vt, VT_ANY, "finished in");
    vt_keys(vt, "4");
    vt_wait_text(vt, 0, "4 Top-K");
    for (size_t i = 0; i < n; i++) {
        double pressed = vt_now();
        vt_keys(vt, i % 2 == 0 ? "t" : "f");
        wait_for_saved(vt, i % 2 == 0 ? "saved: true" : "saved: false");
        sample[i] = vt_now() - pressed;
    }
    vt_keys(vt, "Qy");
    vt_wait_exit(vt);
    vt_free(vt);
    qsort(sample, n, sizeof *sample, ascending);
    printf("%zu verdicts: key to \"saved\" median %.2f ms, p99 %.2f ms, max %.2f ms\n", n,
           1e3 * sample[n / 2], 1e3 * sample[n * 99 / 100], 1e3 * sample[n - 1]);
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc >= ARGUMENTS) {
        fprintf(stderr, "usage: bench_saved ODDHOURS FILE --reviews=STORE [OPTION]...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        arguments[i - 1] = argv[i];
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};
    return cmocka_run_group_tests_name("saved", tests, NULL, NULL);
}

/* Terminals, locales and sizes: every view on each, compared cell by cell with what the program
 * meant to draw (`:screenshot`); what a cursor move costs; and a connection that is lost. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/terminal_place.h"
#include "tui/vt.h"
#include "unit/test.h"

enum { ROW_BYTES = 4096, TRIES = 50 };

static char program[4096], sample[4096], folder[] = "/tmp/odd-XXXXXX";
static unsigned shots;

static const char *const views[] = {"1 Run",  "2 Data",    "3 Scores", "4 Top-K",
                                    "5 User", "6 Compare", "7 Review", "8 Log"};

static const struct {
    int rows, cols;
} sizes[] = {{24, 80}, {8, 40}, {43, 132}, {70, 250}};

static int make_files(void **state)
{
    (void)state;
    const char *build = getenv("ODDHOURS_BUILDDIR"), *source = getenv("ODDHOURS_SRCDIR");
    snprintf(program, sizeof program, "%s/oddhours", build == NULL ? "." : build);
    snprintf(sample, sizeof sample, "%s/data/lanl_user_hours.csv",
             source == NULL ? ".." : source);
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_files(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static struct vt *start(int rows, int cols, const char *const *extra)
{
    char reviews[64];
    snprintf(reviews, sizeof reviews, "--reviews=%s/reviews.db", folder);
    const char *argv[] = {program, "--no-cache", "--reviewer=me", reviews, sample, NULL};
    struct vt *vt = vt_start(argv, rows, cols, extra);
    vt_wait_text(vt, VT_ANY, "finished in");
    return vt;
}

/* ---- what is on the screen is what was drawn ---- */

/* Writes the screen to a new file, and waits for it. */
static void take_shot(struct vt *vt, char *path, size_t size)
{
    char keys[128];
    snprintf(path, size, "%s/%u", folder, ++shots);
    snprintf(keys, sizeof keys, ":screenshot %s\r", path);
    vt_keys(vt, keys);
    double until = vt_now() + vt_patience();
    while (access(path, R_OK) != 0) {
        vt_pump(vt);
        if (vt_now() > until) {
            fail_msg("there is no screenshot %s", path);
        }
        vt_wait_more(vt);
    }
}

/* The header says how much memory is held now, the line above the footer where the screenshot
 * is: these two may differ. Returns the first row that does not hold what it should, or -1. */
static int differing_row(struct vt *vt, const char *path, int rows, char *want, char *have)
{
    FILE *file = fopen(path, "r");
    int differing = -1;
    assert_non_null(file);
    for (int y = 0; y < rows && differing < 0; y++) {
        if (fgets(want, ROW_BYTES, file) == NULL) {
            want[0] = '\0'; /* drawn before the resize was seen */
            differing = y;
        }
        want[strcspn(want, "\n")] = '\0';
        vt_row(vt, y, have, ROW_BYTES);
        if (y != 0 && y != rows - 2 && strcmp(want, have) != 0) {
            differing = y;
        }
    }
    fclose(file);
    return differing;
}

/* A view may have got an answer that it waited for between the two: then once more. */
static void check_screen(struct vt *vt, int rows, const char *what)
{
    static char want[ROW_BYTES], have[ROW_BYTES];
    int y = -1;
    for (int i = 0; i < TRIES; i++) {
        char path[64];
        take_shot(vt, path, sizeof path);
        double until = vt_now() + vt_patience() / TRIES;
        do {
            vt_pump(vt);
            y = differing_row(vt, path, rows, want, have);
            if (y >= 0) {
                vt_wait_more(vt);
            }
        } while (y >= 0 && vt_now() < until);
        unlink(path);
        if (y < 0) {
            return;
        }
    }
    fail_msg("%s, row %d:\n# want |%s\n# have |%s", what, y, want, have);
}

static void check_views(struct vt *vt, int rows, int cols, const char *where)
{
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        char what[128];
        const char key[] = {(char)('1' + i), '\0'};
        snprintf(what, sizeof what, "%s at %dx%d in %s", where, cols, rows, views[i]);
        vt_keys(vt, key);
        vt_wait_text(vt, 0, views[i]);
        if (i != 7) { /* a screenshot adds a line to the log */
            check_screen(vt, rows, what);
        }
    }
}

static void check_everything(const char *where, const char *const *extra)
{
    print_message("# %s\n", where);
    struct vt *vt = start(24, 80, extra);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        vt_resize(vt, sizes[i].rows, sizes[i].cols);
        check_views(vt, sizes[i].rows, sizes[i].cols, where);
    }
    vt_keys(vt, "Q");
    assert_int_equal(vt_wait_exit(vt), 0);
    vt_wait_restored(vt);
    vt_check_bytes(vt);
    vt_free(vt);
}

static void every_terminal(void **state)
{
    (void)state;
    static const char *const types[] = {"TERM=xterm-256color", "TERM=xterm", "TERM=screen",
                                        "TERM=tmux-256color",  "TERM=linux", "TERM=vt220"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *extra[] = {types[i], NULL};
        check_everything(types[i], extra);
    }
}

static void every_set_of_glyphs_and_no_color(void **state)
{
    (void)state;
    const char *extra[] = {"NO_COLOR=1", NULL};
    check_everything("NO_COLOR=1", extra);
    struct vt *vt = start(24, 80, NULL);
    static const char *const sets[] = {"braille", "ascii", "block"};
    for (size_t i = 0; i < 3; i++) {
        char keys[32];
        snprintf(keys, sizeof keys, ":glyphs %s\r", sets[i]);
        vt_keys(vt, keys);
        check_views(vt, 24, 80, sets[i]);
    }
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
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

/* --color counts more than NO_COLOR, an empty NO_COLOR is none, and so it goes while it runs.
 */
static void colors_are_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *option, *environment;
        bool colored;
    } ways[] = {{"--color=never", "NO_COLOR", false},
                {"--color=always", "NO_COLOR=1", true},
                {"--color=auto", "NO_COLOR=1", false},
                {"--color=auto", "NO_COLOR=", true}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const char *argv[] = {program, "--no-cache", ways[i].option, sample, NULL};
        const char *extra[] = {ways[i].environment, NULL};
        struct vt *vt = vt_start(argv, 24, 80, extra);
        terminal_wait_finished(vt);
        vt_wait_cell(vt, 0, 1, ways[i].colored ? is_colored : is_not_colored);
        vt_keys(vt, ways[i].colored ? ":color never\r" : ":color always\r");
        vt_wait_cell(vt, 0, 1, ways[i].colored ? is_not_colored : is_colored);
        vt_keys(vt, "Q");
        assert_int_equal(vt_wait_exit(vt), 0);
        vt_free(vt);
    }
}

static void without_utf8(void **state)
{
    (void)state;
    const char *extra[] = {"LC_ALL=C", NULL};
    check_everything("LC_ALL=C", extra);
    const char *old[] = {"LC_ALL=C", "TERM=vt220", NULL};
    check_everything("LC_ALL=C on a vt220", old);
}

/* A locale with a decimal comma: an installed one, or one made for the test. */
static bool find_comma(char *locpath, size_t size)
{
    char command[512], answer[8] = "";
    snprintf(command, sizeof command,
             "locale -a 2>/dev/null | grep -qix 'de_DE.utf-\\?8' || "
             "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1",
             folder);
    int made = system(command);
    snprintf(locpath, size, "LOCPATH=%s", folder);
    char installed[64];
    snprintf(installed, sizeof installed, "%s/de_DE.UTF-8", folder);
    if (access(installed, R_OK) != 0) {
        snprintf(locpath, size, "LOCPATH"); /* unset: the installed one */
    }
    snprintf(command, sizeof command,
             "%s%s LC_ALL=de_DE.UTF-8 locale decimal_point 2>/dev/null",
             strchr(locpath, '=') != NULL ? "env " : "",
             strchr(locpath, '=') != NULL ? locpath : "");
    FILE *pipe = popen(command, "r");
    if (pipe == NULL || fgets(answer, sizeof answer, pipe) == NULL) {
        answer[0] = '\0';
    }
    if (pipe != NULL) {
        pclose(pipe);
    }
    return made == 0 && answer[0] == ',';
}

static void numbers_keep_their_point(void **state)
{
    (void)state;
    char locpath[64];
    if (!find_comma(locpath, sizeof locpath)) {
        print_message("# there is no locale with a decimal comma, nor localedef to make one\n");
        skip();
    }
    const char *extra[] = {locpath, "LC_ALL=de_DE.UTF-8", NULL};
    struct vt *vt = start(24, 80, extra);
    vt_keys(vt, "2");
    vt_wait_text(vt, VT_ANY, "57.604"); /* read and shown with a point */
    vt_keys(vt, "&nbhours_ratio:>0.5");
    vt_wait_text(vt, -1, "rows"); /* the filter's number, too: it is counted, not refused */
    vt_keys(vt, "\033Q");
    vt_wait_exit(vt);
    vt_free(vt);
    check_everything("a decimal comma", extra);
}

static void too_small_says_so(void **state)
{
    (void)state;
    static const struct {
        int rows, cols;
    } tiny[] = {{7, 80}, {24, 39}, {3, 20}, {1, 16}};
    struct vt *vt = start(24, 80, NULL);
    vt_keys(vt, "8");
    vt_wait_text(vt, 0, "8 Log");
    for (size_t i = 0; i < sizeof tiny / sizeof tiny[0]; i++) {
        char row[ROW_BYTES];
        vt_resize(vt, tiny[i].rows, tiny[i].cols);
        vt_wait_text(vt, 0, "Log (enlarge)");
        for (int y = 1; y < tiny[i].rows; y++) {
            vt_row(vt, y, row, sizeof row);
            assert_string_equal(row, "");
        }
        vt_resize(vt, 8, 40);
        vt_wait_text(vt, 0, "8 Log");
    }
    for (int n = 5; n > 0; n--) { /* smaller than any text: it lives */
        vt_resize(vt, n, n);
        vt_keys(vt, "j");
    }
    vt_resize(vt, 24, 80);
    vt_wait_text(vt, 0, "8 Log");
    vt_keys(vt, "Q");
    assert_int_equal(vt_wait_exit(vt), 0);
    vt_free(vt);
}

/* ---- what goes over the line ---- */

static bool is_reverse(const struct vt_cell *cell)
{
    return cell->reverse;
}

static void a_cursor_move_in_the_top_list_is_a_few_bytes(void **state)
{
    (void)state;
    enum { FIRST_ROW = 3, MOVES = 6 };
    struct vt *vt = start(24, 80, NULL);
    vt_keys(vt, "4g");
    vt_wait_cell(vt, FIRST_ROW, 20, is_reverse);
    vt_wait_text(vt, VT_ANY, "#1 ("); /* the pane below is complete */
    size_t start_bytes, before, after, most = 0;
    vt_bytes(vt, &start_bytes);
    before = start_bytes;
    for (int i = 1; i <= MOVES; i++) {
        char rank[24];
        snprintf(rank, sizeof rank, "#%d (", i + 1);
        vt_keys(vt, "j");
        vt_wait_cell(vt, FIRST_ROW + i, 20, is_reverse);
        vt_wait_text(vt, VT_ANY, rank);
        vt_bytes(vt, &after);
        most = after - before > most ? after - before : most;
        before = after;
    }
    print_message("# a cursor move in Top-K: %zu bytes on average, %zu at most\n",
                  (before - start_bytes) / MOVES, most);
    assert_true(most < 2048);
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
}

/* ---- the connection is lost ---- */

static void a_lost_connection_ends_it_and_keeps_verdicts(void **state)
{
    (void)state;
    struct vt *vt = start(24, 80, NULL);
    vt_keys(vt, "4g");
    vt_wait_cell(vt, 3, 20, is_reverse);
    vt_keys(vt, "t");
    vt_wait_text(vt, 3, "TP");
    vt_hang_up(vt);
    int ended = vt_wait_exit(vt); /* by the signal, or because there is nothing to read from */
    assert_true(ended == 0 || ended == 128 + 1);
    vt_free(vt);
    vt = start(24, 80, NULL);
    vt_keys(vt, "4g");
    vt_wait_text(vt, 3, "TP");
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
}

/* Without SIGHUP (another session than the terminal's) reading and writing fail, and that is
 * all: it must end, and not spin until then. */
static void a_terminal_that_is_gone_is_not_spun_on(void **state)
{
    (void)state;
    char path[64], command[10000], line[128] = "";
    int status = -1, minutes;
    float seconds = -1;
    snprintf(path, sizeof path, "%s/ended", folder);
    snprintf(command, sizeof command,
             "'%s' --no-cache --no-config '%s'; echo $? >%s.new; times >>%s.new; "
             "mv %s.new %s",
             program, sample, path, path, path, path);
    const char *argv[] = {"setsid", "-w", "sh", "-c", command, NULL};
    if (system("command -v setsid >/dev/null") != 0) {
        skip();
    }
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    terminal_wait_finished(vt);
    vt_hang_up(vt);
    double until = vt_now() + vt_patience();
    while (access(path, R_OK) != 0 && vt_now() < until) {
        vt_wait_more(vt);
    }
    vt_free(vt);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d\n", &status), 1);
    assert_int_equal(status, 0);
    assert_non_null(fgets(line, sizeof line, file)); /* the shell's own time */
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    assert_int_equal(sscanf(line, "%dm%fs", &minutes, &seconds), 2);
    print_message("# %d m %.2f s of processor time in all\n", minutes, (double)seconds);
    assert_true(minutes == 0 && (double)seconds < vt_patience() / 2);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_terminal),
        cmocka_unit_test(every_set_of_glyphs_and_no_color),
        cmocka_unit_test(colors_are_chosen),
        cmocka_unit_test(without_utf8),
        cmocka_unit_test(numbers_keep_their_point),
        cmocka_unit_test(too_small_says_so),
        cmocka_unit_test(a_cursor_move_in_the_top_list_is_a_few_bytes),
        cmocka_unit_test(a_lost_connection_ends_it_and_keeps_verdicts),
        cmocka_unit_test(a_terminal_that_is_gone_is_not_spun_on),
    };
    return cmocka_run_group_tests_name("everywhere", tests, make_files, remove_files);
}

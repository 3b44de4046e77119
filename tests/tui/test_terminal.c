/* The real program in a pseudo-terminal: starting, keys, sizes, kinds of terminal, quitting. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/terminal_place.h"
#include "unit/test.h"

static void it_starts_and_quits(void **state)
{
    (void)state;
    struct vt *vt = terminal_sample(24, 80, NULL);
    vt_wait_text(vt, 0, "1 Run");
    vt_wait_text(vt, 0, "2,967 rows");
    vt_wait_text(vt, -1, "? help");
    vt_keys(vt, "Q");
    assert_int_equal(vt_wait_exit(vt), 0);
    vt_wait_restored(vt);
    vt_free(vt);
}

static void keys_move_and_change_views(void **state)
{
    (void)state;
    struct vt *vt = terminal_sample(24, 80, NULL);
    vt_keys(vt, "2");
    vt_wait_text(vt, 0, "2 Data");
    vt_wait_cell(vt, 4, 5, terminal_is_reverse);
    vt_keys(vt, "j");
    vt_wait_cell(vt, 4, 5, terminal_is_plain);
    vt_wait_cell(vt, 5, 5, terminal_is_reverse);
    vt_keys(vt, "\033OA"); /* the cursor key, decoded from its sequence */
    vt_wait_cell(vt, 4, 5, terminal_is_reverse);
    vt_keys(vt, "\033[B"); /* some terminals send the other one */
    vt_wait_cell(vt, 5, 5, terminal_is_reverse);
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

/* "ttt" would be three keys: here the rows are counted that the cursor goes down. */
static void a_byte_that_is_no_character_is_dropped_alone(void **state)
{
    (void)state;
    static const struct {
        const char *locale, *before;
    } cases[] = {{"LC_ALL=C.UTF-8", "\xe9"},     {"LC_ALL=C.UTF-8", "\xff"},
                 {"LC_ALL=C.UTF-8", "\xc3"},     {"LC_ALL=C.UTF-8", "\xc3\xa9"},
                 {"LC_ALL=C.UTF-8", "\xe2\x82"}, {"LC_ALL=C", "\xe9"},
                 {"LC_ALL=C", "\xc4\xb1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *extra[] = {cases[i].locale, NULL};
        char bytes[16];
        struct vt *vt = terminal_sample(24, 80, extra);
        vt_keys(vt, "2");
        vt_wait_text(vt, 0, "2 Data");
        snprintf(bytes, sizeof bytes, "%sjjj", cases[i].before);
        vt_keys(vt, bytes);
        vt_wait_cell(vt, 7, 5, terminal_is_reverse);
        vt_keys(vt, "&");
        vt_wait_text(vt, -1, "&");
        snprintf(bytes, sizeof bytes, "user:%sAB", cases[i].before);
        vt_keys(vt, bytes);
        vt_wait_text(vt, -1, "AB");
        vt_free(vt);
    }
}

/* What is in a table does not command the terminal that a list is printed on. */
static void lists_are_safe_on_a_terminal(void **state)
{
    (void)state;
    static const char *const commands[] = {"top '%s' -q -n 100",
                                           "top '%s' -q --format json",
                                           "top '%s' -q --format markdown",
                                           "explain '%s' -q --row 3 --json",
                                           "report '%s' -q -o - --reviews /nowhere/r.db",
                                           "describe '%s' -q",
                                           "top '%s' -q -n 100 --filter user:*PWNED*"};
    char table[80], shell[9000], wanted[4096];
    snprintf(table, sizeof table, "%s/hostile.csv", terminal_place.folder);
    FILE *file = fopen(table, "w");
    fputs(terminal_header, file);
    for (int i = 0; i < 40; i++) {
        fprintf(file,
                "1970-01-01 00:00:00,U%d\033]0;PWNED\007\b\016\x9b\xc2\x9b\xe2\x80\xae,"
                "%d,0,0,1,1,0,0\n",
                i, i);
    }
    fclose(file);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        int at = snprintf(shell, sizeof shell, "exec '%s' ", terminal_place.program);
        snprintf(wanted, sizeof wanted, commands[i], table);
        snprintf(shell + at, sizeof shell - (size_t)at, "%s --trees 5 --epochs 1", wanted);
        if (strncmp(commands[i], "describe", 8) == 0) {
            snprintf(shell + at, sizeof shell - (size_t)at, "%s", wanted);
        }
        const char *argv[] = {"/bin/sh", "-c", shell, NULL};
        struct vt *vt = vt_start(argv, 200, 200, NULL);
        print_message("# %s\n", commands[i]);
        assert_int_equal(vt_wait_exit(vt), 0);
        size_t length;
        const char *bytes = vt_bytes(vt, &length);
        for (size_t j = 0; j < length; j++) {
            unsigned char c = (unsigned char)bytes[j], next = (unsigned char)bytes[j + 1];
            assert_true(c >= 0x20 || c == '\n' || c == '\r' || c == '\t');
            assert_false(c == 0xC2 && next >= 0x80 && next < 0xA0);
        }
        vt_free(vt);
    }
    unlink(table);
}

static void too_few_files_are_not_an_unknown_terminal(void **state)
{
    (void)state;
    char shell[9000];
    snprintf(shell, sizeof shell, "ulimit -n 6; exec '%s' --no-config '%s'",
             terminal_place.program, terminal_place.sample);
    const char *argv[] = {"/bin/sh", "-c", shell, NULL};
    const char *extra[] = {"LSAN_OPTIONS=exitcode=0", NULL};
    struct vt *vt = vt_start(argv, 24, 80, extra);
    assert_int_equal(vt_wait_exit(vt), 1);
    size_t length;
    assert_null(strstr(vt_bytes(vt, &length), "is unknown"));
    vt_free(vt);
}

static void rows_show_while_reading(void **state)
{
    (void)state;
    struct vt *vt = terminal_reading(24, 80);
    char line[128];
    for (int i = 0; i < 5000; i++) {
        int length =
            snprintf(line, sizeof line, "2015-01-01 %02d:00:00,U%d@DOM1,%d,0,0,1,1,0,0\n",
                     i % 24, i, i % 7);
        assert_int_equal(write(terminal_place.feed, line, (size_t)length), length);
    }
    vt_wait_text(vt, VT_ANY, "the first user-hours");
    vt_wait_text(vt, VT_ANY, "U3@DOM1");
    terminal_stop_feeding();
    vt_wait_text(vt, 0, "5,000 rows");
    vt_wait_text(vt, VT_ANY, "Isolation Forest");
    vt_keys(vt, "Q");
    vt_free(vt);
}

static void cancel_then_quit(void **state)
{
    (void)state;
    struct vt *vt = terminal_reading(24, 80);
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
    terminal_stop_feeding();
    vt_free(vt);
}

static void quitting_asks_while_a_run_goes_on(void **state)
{
    (void)state;
    struct vt *vt = terminal_reading(24, 80);
    vt_keys(vt, "q");
    vt_wait_text(vt, -1, "A run is going on");
    vt_keys(vt, "q"); /* the key that asked does not confirm */
    vt_wait_gone(vt, "A run is going on");
    vt_keys(vt, "Q");
    vt_wait_text(vt, -1, "A run is going on");
    vt_keys(vt, "y");
    assert_int_equal(vt_wait_exit(vt), 0);
    terminal_stop_feeding();
    vt_free(vt);
}

static void a_resize_is_never_lost(void **state)
{
    (void)state;
    struct vt *vt = terminal_reading(24, 80);
    for (int i = 0; i < 100; i++) {
        int rows = 10 + i * 7 % 40, cols = 60 + i * 13 % 120;
        vt_resize(vt, rows, cols);
        /* The footer is in the last row of the new size, and the terminal_header reaches its
         * right edge.
         */
        vt_wait_text(vt, -1, "4 top");
        vt_wait_cell(vt, 0, cols - 2, terminal_is_plain);
    }
    vt_resize(vt, 5, 30);
    vt_wait_text(vt, 0, "enlarge");
    vt_resize(vt, 24, 80);
    vt_wait_text(vt, -1, "? help");
    vt_keys(vt, "\003\003");
    vt_wait_exit(vt);
    terminal_stop_feeding();
    vt_free(vt);
}

static void keys_come_from_the_terminal_when_data_is_piped(void **state)
{
    (void)state;
    char command[10000];
    snprintf(command, sizeof command, "cat '%s' | '%s' -", terminal_place.sample,
             terminal_place.program);
    const char *argv[] = {"sh", "-c", command, NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    terminal_wait_finished(vt);
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
    struct vt *vt = terminal_sample(24, 80, extra);
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
    struct vt *vt = terminal_sample(24, 80, NULL);
    vt_wait_cell(vt, 0, 1, is_colored);
    vt_keys(vt, "Q");
    vt_wait_exit(vt);
    vt_free(vt);
    const char *extra[] = {"NO_COLOR=1", NULL};
    vt = terminal_sample(24, 80, extra);
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
        struct vt *vt = terminal_sample(24, 80, extra);
        vt_keys(vt, "2j");
        vt_wait_cell(vt, 5, 5, terminal_is_reverse);
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
        const char *argv[] = {terminal_place.program, terminal_place.sample, NULL};
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
    const char *argv[] = {terminal_place.program, "/nonexistent/table.csv", NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    vt_wait_exit(vt);
    vt_wait_restored(vt);
    vt_wait_text(vt, VT_ANY, "oddhours: cannot open");
    vt_free(vt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_and_quits),
        cmocka_unit_test(keys_move_and_change_views),
        cmocka_unit_test(a_byte_that_is_no_character_is_dropped_alone),
        cmocka_unit_test(lists_are_safe_on_a_terminal),
        cmocka_unit_test(too_few_files_are_not_an_unknown_terminal),
        cmocka_unit_test(rows_show_while_reading),
        cmocka_unit_test(cancel_then_quit),
        cmocka_unit_test(quitting_asks_while_a_run_goes_on),
        cmocka_unit_test(a_resize_is_never_lost),
        cmocka_unit_test(keys_come_from_the_terminal_when_data_is_piped),
        cmocka_unit_test(without_utf8_only_ascii_goes_out),
        cmocka_unit_test(no_color_is_heeded),
        cmocka_unit_test(other_terminals),
        cmocka_unit_test(poor_or_unknown_terminals_are_refused),
        cmocka_unit_test(nothing_to_explore_is_said_in_a_line),
    };
    return cmocka_run_group_tests_name("terminal", tests, terminal_place_make,
                                       terminal_place_remove);
}

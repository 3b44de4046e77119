/* The lines of a raw log behind a user-hour: shown, counted, written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "tui/terminal_place.h"
#include "unit/test.h"

static void the_log_behind_a_user_hour(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-lines-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/auth.txt", directory);
    FILE *log = fopen(path, "w");
    assert_non_null(log);
    for (int i = 0; i < 8; i++) {
        fprintf(log, "%d,U1@D,U1@D,C1,C%d,Kerberos,Network,LogOn,%s\n", 10 * i, 37 * i,
                i == 3 ? "Fail" : "Success");
        fprintf(log, "%d,U2@D,U2@D,C9,C9,?,?,LogOff,Success\n", 10 * i + 1);
    }
    fclose(log);
    struct app *raw = fixture_open(path, "iforest");
    fixture_do(raw, "top");
    fixture_do(raw, "search U1@D");
    fixture_do(raw, "open");
    fixture_do(raw, "key Enter");
    fixture_golden(raw, 24, 80, GLYPHS_ASCII, "lines_80x24_ascii");
    app_free(raw);
    unlink(path);
    rmdir(directory);
    raw = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(raw, "top");
    fixture_do(raw, "lines");
    assert_non_null(strstr(raw->message, "only a raw log"));
    fixture_do(raw, "why");
    fixture_golden(raw, 24, 80, GLYPHS_ASCII, "why_80x24_ascii");
    app_free(raw);
}

/* What stands in a file, up to a size. */
static void read_all(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void lines_name_the_other_user_are_counted_and_written(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-lines-XXXXXX", path[64], csv[64], line[128], text[8192];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/auth.txt", directory);
    snprintf(csv, sizeof csv, "%s/lines.csv", directory);
    FILE *log = fopen(path, "w");
    assert_non_null(log);
    for (int i = 0; i < 30; i++) {
        fprintf(log, "%d,U1@D,%s,C1,C%d,NTLM,Network,LogOn,Success\n", 10 * i,
                i == 2 ? "ADMIN@D" : "U1@D", i);
        fprintf(log, "%d,U2@D,U2@D,C9,C9,?,?,LogOff,Success\n", 10 * i + 1);
    }
    fclose(log);
    struct app *raw = fixture_open(path, "iforest");
    fixture_do(raw, "top");
    assert_true(fixture_shows(raw, "b lines"));
    fixture_do(raw, "search U1@D");
    fixture_do(raw, "open");
    assert_true(fixture_shows(raw, "b lines"));
    fixture_do(raw, "key b");
    assert_true(fixture_shows(raw, "30 lines; "));
    assert_true(fixture_shows(raw, "LogOn  -> ADMIN@D"));
    assert_false(fixture_shows(raw, "-> U1@D"));
    assert_true(fixture_shows(raw, " of 30"));
    assert_true(fixture_shows(raw, "e export"));
    fixture_do(raw, "last");
    assert_true(fixture_shows(raw, "-30 of 30"));
    snprintf(line, sizeof line, "export %s", csv);
    fixture_do(raw, line);
    read_all(csv, text, sizeof text);
    assert_non_null(strstr(text,
                           "time,src_user,dst_user,src_comp,dst_comp,auth_type,logon_type,"
                           "orientation,result\n0,U1@D,U1@D,C1,C0,NTLM,Network,LogOn,"
                           "Success\n"));
    assert_non_null(strstr(text, "\n20,U1@D,ADMIN@D,C1,C2,"));
    assert_null(strstr(text, "U2@D"));
    fixture_do(raw, "help"); /* a page without a list */
    assert_false(fixture_shows(raw, "e export"));
    fixture_do(raw, "key e");
    assert_non_null(strstr(raw->message, "this page is no list; Esc, then e"));
    app_free(raw);
    unlink(path);
    unlink(csv);
    rmdir(directory);
}

/* The real program, twice: the second time the run comes from the cache, and so does what it
 * knows of the log. Then the log is gone. */
static void lines_are_there_on_the_second_opening(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-lines-XXXXXX", path[64], cache[96], clean[64],
         reviews[96];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/auth.txt", directory);
    snprintf(reviews, sizeof reviews, "--reviews=%s/reviews.db", directory);
    snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s/cache", directory);
    FILE *log = fopen(path, "w");
    assert_non_null(log);
    for (int i = 0; i < 30; i++) {
        fprintf(log, "%d,U1@D,U1@D,C1,C%d,NTLM,Network,LogOn,Success\n", 10 * i, i);
        fprintf(log, "%d,U2@D,U2@D,C9,C9,?,?,LogOff,Success\n", 10 * i + 1);
    }
    fclose(log);
    const char *argv[] = {terminal_place.program, path,    "--trees=3",
                          "--models=iforest",     reviews, NULL};
    const char *extra[] = {cache, NULL};
    for (int turn = 0; turn < 2; turn++) {
        struct vt *vt = vt_start(argv, 24, 100, extra);
        vt_wait_text(vt, VT_ANY, turn == 0 ? "finished in" : "from a saved run");
        vt_keys(vt, ":top\r");
        vt_wait_text(vt, VT_ANY, "U1@D");
        vt_keys(vt, "b");
        vt_wait_text(vt, VT_ANY, "30 lines; ");
        if (turn == 1) {
            vt_keys(vt, "q");
            vt_wait_gone(vt, "30 lines; ");
            assert_int_equal(unlink(path), 0);
            vt_keys(vt, "b");
            vt_wait_text(vt, VT_ANY, "cannot open");
        }
        vt_free(vt);
    }
    snprintf(clean, sizeof clean, "rm -r %s", directory);
    assert_int_equal(system(clean), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_behind_a_user_hour),
        cmocka_unit_test(lines_name_the_other_user_are_counted_and_written),
        cmocka_unit_test(lines_are_there_on_the_second_opening),
    };
    return cmocka_run_group_tests_name("lines", tests, terminal_place_make,
                                       terminal_place_remove);
}

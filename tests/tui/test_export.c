/* Lists written to files: the dialog, formats, an older file, cancelling, every view's list. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "unit/test.h"

static char directory[64];

static int make_place(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/oddhours-export-XXXXXX");
    return mkdtemp(directory) == NULL ? -1 : 0;
}

/* Whatever a test has left; returns how many files there were. */
static size_t empty_place(void)
{
    char path[400];
    size_t n = 0;
    DIR *place = opendir(directory);
    assert_non_null(place);
    for (struct dirent *one; (one = readdir(place)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", directory, one->d_name);
        n += one->d_name[0] != '.' && unlink(path) == 0;
    }
    closedir(place);
    return n;
}

static int remove_place(void **state)
{
    (void)state;
    empty_place();
    return rmdir(directory);
}

static char *read_file(const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

static void assert_file(const char *name, const char *begins, size_t lines)
{
    char *text = read_file(name);
    size_t n = 0;
    assert_non_null(text);
    if (strncmp(text, begins, strlen(begins)) != 0) {
        fail_msg("%s begins with %.*s, not %s", name, (int)strcspn(text, "\n"), text, begins);
    }
    for (const char *c = text; *c != '\0'; c++) {
        n += *c == '\n';
    }
    assert_int_equal(n, lines);
    free(text);
}

static void type(struct app *app, const char *text)
{
    for (; *text != '\0'; text++) {
        app_key(app, (keycode)(unsigned char)*text);
    }
}

/* The name in the prompt becomes one of this test's directory. */
static void name_file(struct app *app, const char *name)
{
    fixture_do(app, "key Ctrl-U");
    type(app, directory);
    type(app, "/");
    type(app, name);
}

static void export_to(struct app *app, const char *name)
{
    char line[400];
    snprintf(line, sizeof line, "export %s/%s", directory, name);
    fixture_do(app, line);
}

static void the_dialog_says_what_will_be_written(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest,lof");
    fixture_do(app, "top");
    fixture_do(app, "key Tab e"); /* without the pane: its lines are another test's */
    fixture_goldens(app, "export");
    assert_true(fixture_shows(app, "[CSV]"));
    fixture_do(app, "key Tab");
    assert_true(fixture_shows(app, "oddhours-top-ensemble.json"));
    assert_true(fixture_shows(app, "[JSON]"));
    fixture_do(app, "key Tab");
    assert_true(fixture_shows(app, "oddhours-top-ensemble.md"));
    fixture_do(app, "key Tab S-Tab");
    assert_true(fixture_shows(app, "[Markdown]"));
    name_file(app, "x.JSON");
    assert_true(fixture_shows(app, "[JSON]")); /* the ending chooses */
    name_file(app, "list");
    assert_true(fixture_shows(app, "[CSV]"));
    fixture_do(app, "key Tab Enter");
    assert_true(fixture_shows(app, "100 rows, "));
    assert_file("list.json", "{\n  \"title\": \"Top 100 by Ensemble\"", 109);
    fixture_do(app, "key e Esc");
    assert_int_equal(app->prompt.kind, PROMPT_NONE);
    assert_null(app->exporter.offered);
    fixture_do(app, "key e Ctrl-U Enter");
    assert_true(fixture_shows(app, "nothing was written"));
    fixture_do(app, "key e");
    fixture_draw_all_sizes(app);
    assert_int_equal(empty_place(), 1);
    app_free(app); /* with the dialog open */
}

static void partial_results_are_said(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest,lof");
    snprintf(app->run->results[0].partial, sizeof app->run->results[0].partial,
             "108 of 200 trees (cancelled)");
    fixture_do(app, "top");
    fixture_do(app, "k 2");
    fixture_do(app, "key Tab e");
    fixture_golden(app, 24, 80, GLYPHS_ASCII, "export_partial_80x24_ascii");
    fixture_golden(app, 8, 40, GLYPHS_ASCII, "export_partial_40x8_ascii");
    name_file(app, "x.md");
    fixture_do(app, "key Enter");
    char *text = read_file("x.md");
    assert_non_null(strstr(text, "- iforest is partial: 108 of 200 trees (cancelled)\n"));
    free(text);
    empty_place();
    app_free(app);
}

static void an_older_file_is_asked_about(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "top");
    fixture_do(app, "k 5");
    export_to(app, "a.csv");
    assert_file("a.csv", "rank,row_id,dt,src_user,", 6);
    fixture_do(app, "k 7");
    export_to(app, "a.csv");
    assert_true(fixture_shows(app, "a.csv is there already"));
    fixture_do(app, "key Enter"); /* the key that asked is a no */
    assert_true(fixture_shows(app, "a.csv stays as it was"));
    assert_file("a.csv", "rank,", 6);
    export_to(app, "a.csv");
    fixture_do(app, "key e");
    assert_file("a.csv", "rank,", 6);
    export_to(app, "a.csv");
    fixture_do(app, "key y");
    assert_true(fixture_shows(app, "7 rows, "));
    assert_file("a.csv", "rank,", 8);
    export_to(app, "a.csv"); /* the end comes while it asks */
    app_free(app);
    assert_file("a.csv", "rank,", 8);
    empty_place();
}

/* A query that holds the queries thread until the test lets go. */
struct gate {
    struct query query;
    atomic_bool open;
};

static void hold_thread(struct query *query, const struct progress *progress)
{
    struct gate *gate = (struct gate *)query;
    (void)progress;
    while (!atomic_load(&gate->open)) {
        usleep(100);
    }
}

static void free_nothing(struct query *query)
{
    (void)query;
}

static void a_cancelled_list_is_not_there(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "top");
    struct gate gate = {.query = {.work = hold_thread, .free = free_nothing}};
    char line[400];
    app_query(app, NULL, &gate.query);
    snprintf(line, sizeof line, "export %s/a.csv", directory);
    assert_true(app_command(app, line));
    assert_true(fixture_shows_now(app, "writing a.csv"));
    app_command(app, line);
    assert_true(fixture_shows_now(app, "a list is being written"));
    app_key(app, 'Q');
    assert_true(fixture_shows_now(app, "a.csv is being written. Cancel it and quit?"));
    app_key(app, 'n');
    app_key(app, KEY_CTRL('C'));
    assert_true(fixture_shows_now(app, "cancelling what is being written"));
    atomic_store(&gate.open, true);
    fixture_wait(app);
    assert_true(fixture_shows(app, "cancelled: "));
    assert_false(app->quit);
    assert_int_equal(empty_place(), 0);
    app_free(app);
}

static void failures_are_said(void **state)
{
    (void)state;
    char path[400];
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "run");
    fixture_do(app, "export x.csv");
    assert_true(fixture_shows(app, "Run has no list to write"));
    fixture_do(app, "users");
    fixture_do(app, "filter user:nobody");
    fixture_do(app, "export x.csv");
    assert_true(fixture_shows(app, "there is no list to write yet"));
    fixture_do(app, "clear-filter");
    fixture_do(app, "top");
    fixture_do(app, "export /nowhere/x.csv");
    assert_true(fixture_shows(app, "/nowhere/x.csv: cannot be written: No such file"));
    snprintf(path, sizeof path, "%s/fifo", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    export_to(app, "fifo");
    assert_true(fixture_shows(app, "is a pipe"));
    fixture_do(app, "export /dev/null");
    assert_true(fixture_shows(app, "100 rows, "));
    empty_place();
    app_free(app);
}

static void every_view_has_its_list(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest,lof");
    fixture_do(app, "top");
    fixture_do(app, "k 20");
    fixture_do(app, "filter failed:>=1");
    export_to(app, "top.md");
    assert_true(fixture_shows(app, "20 rows"));
    char *text = read_file("top.md");
    assert_non_null(strstr(text, "- filter: failed\\_events:\\>=1\n"));
    free(text);
    fixture_do(app, "key H"); /* one hour, across all users */
    export_to(app, "hour.json");
    fixture_do(app, "clear-filter");
    fixture_do(app, "open");
    export_to(app, "user.csv");
    text = read_file("user.csv");
    assert_non_null(text);
    assert_true(strncmp(text, "place,row_id,dt,src_user,", 25) == 0);
    free(text);
    fixture_do(app, "why");
    export_to(app, "why.md"); /* the page on top, not the list below */
    text = read_file("why.md");
    assert_true(strncmp(text, "# Why ", 6) == 0);
    assert_non_null(strstr(text, "- in words: "));
    assert_non_null(strstr(text, "- Isolation Forest: rank "));
    assert_non_null(strstr(text, "| iforest\\_credit |"));
    assert_non_null(strstr(text, "\n| nbhours\\_ratio | "));
    free(text);
    export_to(app, "why.csv"); /* once more: the page keeps it */
    assert_file("why.csv", "feature,value,typical,rows_at_least,same_hour_rows_at_least,", 8);
    fixture_do(app, "back");
    fixture_do(app, "scores");
    fixture_do(app, "detector iforest");
    export_to(app, "bins.json");
    text = read_file("bins.json");
    assert_non_null(strstr(text, "\"columns\": [\"from\", \"to\", \"rows\", \"share\"]"));
    assert_non_null(strstr(text, "\"detector\": \"iforest\""));
    free(text);
    fixture_do(app, "filter failed:>=1");
    export_to(app, "filtered.json");
    text = read_file("filtered.json");
    assert_non_null(strstr(text, "\"rows\", \"share\", \"filtered_rows\"]"));
    assert_non_null(strstr(text, "\"filter\": \"failed_events:>=1\""));
    free(text);
    fixture_do(app, "clear-filter");
    fixture_do(app, "compare");
    export_to(app, "consensus.csv");
    fixture_do(app, "key Tab");
    export_to(app, "differ.csv");
    text = read_file("differ.csv");
    assert_non_null(strstr(text, ",rare_for,ordinary_for,decades_rarer\n"));
    free(text);
    fixture_do(app, "key Tab");
    export_to(app, "means.csv");
    assert_file("means.csv", "feature,consensus_mean,all_mean\n", 8);
    fixture_do(app, "key Tab");
    export_to(app, "curves.csv");
    text = read_file("curves.csv");
    assert_non_null(text);
    assert_true(strncmp(text, "k,iforest_lof\n1,", 16) == 0);
    free(text);
    fixture_do(app, "data");
    export_to(app, "columns.csv");
    assert_file("columns.csv", "column,missing,count,mean,std,min,25%,50%,75%,max\n", 8);
    fixture_do(app, "filter failed:>=10");
    fixture_do(app, "key Tab");
    export_to(app, "rows.md");
    text = read_file("rows.md");
    assert_non_null(strstr(text, "- filter: failed\\_events:\\>=10\n"));
    free(text);
    fixture_do(app, "clear-filter");
    fixture_do(app, "log");
    export_to(app, "log.csv");
    text = read_file("log.csv");
    assert_non_null(strstr(text, "\n0,note,\""));
    free(text);
    assert_int_equal(empty_place(), 14);
    app_free(app);
}

static void formulas_are_counted_and_guarded(void **state)
{
    (void)state;
    char path[400];
    snprintf(path, sizeof path, "%s/table", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
                  "nbhours_events,nbhours_ratio\n");
    for (int i = 0; i < 20; i++) {
        fprintf(file, "1970-01-01 0%d:00:00,%s%d,%d,0,0,1,1,0,0\n", i % 10,
                i < 3 ? "=cmd|x" : "U", i, i % 5);
    }
    fclose(file);
    struct app *app = fixture_open(path, "iforest");
    fixture_do(app, "top");
    fixture_do(app, "key Tab e");
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "export_formulas_80x24");
    fixture_do(app, "key Ctrl-T");
    assert_true(fixture_shows(app, "guarded Ctrl-T 3 fields get a leading '"));
    fixture_golden(app, 8, 40, GLYPHS_BLOCK, "export_formulas_40x8");
    name_file(app, "x.csv");
    fixture_do(app, "key Enter");
    assert_true(fixture_shows(app, "CSV, formulas guarded"));
    char *text = read_file("x.csv");
    assert_non_null(strstr(text, ",'=cmd|x1,"));
    assert_null(strstr(text, ",=cmd|x"));
    free(text);
    empty_place();
    app_free(app);
}

static void verdicts_go_along(void **state)
{
    (void)state;
    char store[100];
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    struct app *app = fixture_open_reviewed("lanl_user_hours.csv", "iforest", store, "ana");
    fixture_do(app, "top");
    fixture_do(app, "k 3");
    fixture_do(app, "note looks, odd");
    fixture_do(app, "key t f");
    export_to(app, "top.csv");
    char *text = read_file("top.csv");
    assert_non_null(strstr(text, ",verdict,note\n1,"));
    assert_non_null(strstr(text, ",tp,\"looks, odd\"\n2,"));
    assert_non_null(strstr(text, ",fp,\n3,"));
    assert_non_null(strstr(text, ",,\n"));
    free(text);
    fixture_do(app, "review");
    export_to(app, "queue.csv");
    text = read_file("queue.csv");
    assert_non_null(strstr(text, ",iforest,iforest_rank,"));
    assert_non_null(strstr(text, ",role,best_rank,verdict,note\n1,"));
    free(text);
    fixture_do(app, "blind");
    export_to(app, "blind.json");
    text = read_file("blind.json");
    assert_null(strstr(text, "iforest\":"));
    assert_null(strstr(text, "best_rank"));
    assert_non_null(strstr(text, "\"verdict\": \"tp\""));
    free(text);
    fixture_do(app, "data");
    fixture_do(app, "key Tab"); /* nor in the file of another view, as long as it lasts */
    export_to(app, "table.csv");
    text = read_file("table.csv");
    assert_non_null(strstr(text, ",total_events,"));
    assert_null(strstr(text, "iforest"));
    free(text);
    empty_place();
    app_free(app);
    empty_place();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dialog_says_what_will_be_written),
        cmocka_unit_test(partial_results_are_said),
        cmocka_unit_test(an_older_file_is_asked_about),
        cmocka_unit_test(a_cancelled_list_is_not_there),
        cmocka_unit_test(failures_are_said),
        cmocka_unit_test(every_view_has_its_list),
        cmocka_unit_test(formulas_are_counted_and_guarded),
        cmocka_unit_test(verdicts_go_along),
    };
    return cmocka_run_group_tests(tests, make_place, remove_place);
}

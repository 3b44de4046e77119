/* Own past and triage wherever a detector is, and nowhere in a blind review. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "unit/test.h"

static char table[64], store[64];

/* Ten accounts for twelve days, ten hours each; on the last day one reaches 40 hosts. */
static int write_table(void **state)
{
    (void)state;
    snprintf(table, sizeof table, "/tmp/oddhours-own-%ld.csv", (long)getpid());
    snprintf(store, sizeof store, "/tmp/oddhours-own-%ld.db", (long)getpid());
    FILE *file = fopen(table, "w");
    assert_non_null(file);
    fprintf(file, "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
                  "nbhours_events,nbhours_ratio\n");
    for (int day = 0; day < 12; day++) {
        for (int hour = 8; hour < 18; hour++) {
            for (int user = 0; user < 10; user++) {
                int i = day * 613 + hour * 37 + user * 11;
                bool odd = day == 11 && hour == 12 && user == 4;
                fprintf(file, "2024-03-%02d %02d:00:00,ann%d@D,%d,0,0,%d,1,0,0\n", day + 1,
                        hour, user, odd ? 60 : 2 + i % 5, odd ? 40 : 1 + i % 3);
            }
        }
    }
    return fclose(file);
}

static int remove_table(void **state)
{
    (void)state;
    unlink(table);
    unlink(store);
    return 0;
}

static void it_is_everywhere_a_detector_is(void **state)
{
    static const struct {
        const char *line, *says;
    } steps[] = {
        {"top", "Triage, top"}, /* the list shown first */
        {"key j", "40 dst hosts; usual 2, max 3"},
        {"detector own", "Own past, top"},
        {"first", "40 dst hosts; usual 2, max 3"},
        {"columns rank user own own.rank triage.rank kind why", "OWN score"},
        {"filter own.rank:1", "1 of 1,200"},
        {"filter own:>3", " of 1,200"},
        {"clear-filter", "Own past, top"},
        {"scores", "decades: 3 is 1 in 1,000"},
        {"compare", "IF and OWN"}, /* a single detector is compared with it */
        {"compare triage,ensemble", "ENS and TRI"},
        {"user ann4@D", "flagged by OWN"},
        {"users", "hours flagged by Own past"},
        {"top", "Own past, top"},
        {"why", "Odd for this account"},
    };
    (void)state;
    struct app *app = fixture_open_own(table, "iforest", NULL);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        fixture_do(app, steps[i].line);
        if (!fixture_shows(app, steps[i].says)) {
            fail_msg("'%s' does not show: %s", steps[i].line, steps[i].says);
        }
    }
    assert_true(fixture_shows(app, "Accounts that were most alike before"));
    fixture_do(app, "back");
    fixture_draw_all_sizes(app);
    app_free(app);
}

static bool shows_own(struct app *app)
{
    static const char *const words[] = {"OWN",    "Own",    "own past", "TRI",     "Triage",
                                        "usual ", "decade", "rank 1",   "ordinary"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (fixture_shows(app, words[i])) {
            return true;
        }
    }
    return false;
}

static void a_blind_review_shows_nothing_of_it(void **state)
{
    static const char *const lines[] = {
        "top",          "scores",      "compare iforest,own", "why",
        "detector own", "user ann4@D", "filter own:>3",       "filter own.rank:1"};
    char path[96], line[128], text[4096] = "";
    (void)state;
    struct app *app = fixture_open_own(table, "iforest", store);
    fixture_do(app, "top"); /* its reasons are known by now */
    assert_true(fixture_shows(app, "usual 2"));
    fixture_do(app, "review");
    assert_true(shows_own(app));
    fixture_do(app, "queue top own");
    fixture_do(app, "blind 7");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        fixture_do(app, lines[i]);
        app->has_message = false;
        while (app->prompt.kind != PROMPT_NONE) {
            fixture_do(app, "key Esc");
        }
        if (shows_own(app)) {
            fail_msg("own past is seen after '%s'", lines[i]);
        }
    }
    snprintf(path, sizeof path, "/tmp/oddhours-own-%ld-queue.csv", (long)getpid());
    snprintf(line, sizeof line, "export %s", path);
    fixture_do(app, line);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    unlink(path);
    assert_null(strstr(text, "own"));
    assert_null(strstr(text, "triage"));
    assert_null(strstr(text, "why"));
    assert_null(strstr(text, "usual"));
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_everywhere_a_detector_is),
        cmocka_unit_test(a_blind_review_shows_nothing_of_it),
    };
    return cmocka_run_group_tests_name("own", tests, write_table, remove_table);
}

/* Lists are sorted by everything they say they can be, by name and in turn, and say by what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "tui/odd_table.h"
#include "unit/test.h"

static char directory[64], table[96], store[96];
static struct app *app;

static int open_table(void **state)
{
    (void)state;
    if (!odd_table_place(directory, sizeof directory)) {
        return -1;
    }
    snprintf(table, sizeof table, "%s/table.csv", directory);
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    if (!odd_table_write(table, false)) {
        return -1;
    }
    app = fixture_open_reviewed(table, "iforest,lof", store, "ana");
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    app_free(app);
    unlink(store);
    unlink(table);
    return rmdir(directory);
}

/* `line` makes `says` stand on the screen. */
struct step {
    const char *line, *says;
};

static void play(const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fixture_do(app, steps[i].line);
        if (!fixture_shows(app, steps[i].says)) {
            fail_msg("'%s' does not show: %s", steps[i].line, steps[i].says);
        }
    }
}

#define PLAY(...)                                                                              \
    do {                                                                                       \
        const struct step steps[] = {__VA_ARGS__};                                             \
        play(steps, sizeof steps / sizeof steps[0]);                                           \
    } while (0)

static void the_top_list_by_name(void **state)
{
    (void)state;
    PLAY({"top", "top 100 of 360"}, {"sort user", "by user, A to Z"},
         {"reverse", "by user, Z to A"}, {"sort time", "by time, earliest first"},
         {"reverse", "by time, latest first"}, {"sort row", "by row, first row first"},
         {"reverse", "by row, last row first"}, {"sort copies", "by copies, largest first"},
         {"reverse", "by copies, smallest first"}, {"sort dst_hosts", "by dst_hosts, largest"},
         {"sort lof", "by Local Outlier Factor, most"}, {"reverse", "Outlier Factor, least"},
         {"sort iforest.rank", "by Isolation Forest, most"}, {"sort rank", "top 100 of 360"},
         {"reverse", "by Ensemble, least first"}, {"sort rank", "top 100 of 360"});
}

static void the_top_list_in_turn(void **state)
{
    (void)state;
    PLAY({"top", "top 100"},
         {"columns rank user time row copies total_events iforest.rank", "row"},
         {"sort rank", "top 100 of 360"}, {"key s", "by user, A to Z"},
         {"key s", "by time, earliest"}, {"key s", "by row, first"},
         {"key s", "by copies, largest"}, {"key s", "by total_events, largest"},
         {"key s", "by Isolation Forest, most"}, {"key s", "top 100 of 360"},
         {"columns default", "why"}, {"sort row", "by row, first"}, {"key s", "▾# user"});
}

static void the_top_list_by_a_filter(void **state)
{
    (void)state;
    PLAY({"top", "Ensemble"}, {"filter dst:>0 sort:user-desc", "▾user"},
         {"filter dst:>0 sort:time-asc", "▴when"}, {"filter dst:>0 sort:copies-desc", "▾alike"},
         {"filter dst:>0 sort:lof-desc", "▾LOF"},
         {"filter dst:>0 sort:row-desc", "first 100 of 360 by row, last row first"},
         {"clear-filter", "top 100 of 360"});
}

static void the_hours_of_a_user(void **state)
{
    (void)state;
    PLAY({"user ann", "▾rank"}, {"sort time", "▴when"}, {"sort dst_hosts", "▾dst_"},
         {"sort rank", "▾rank"}, {"key s", "▴when"}, {"key s", "▾tot_"}, {"key S", "▴tot_"});
}

static void all_users(void **state)
{
    (void)state;
    PLAY({"users", "▾flagged"}, {"sort rank", "▴worst rank"}, {"sort hours", "▾hours"},
         {"sort first", "▴first"}, {"sort last", "▾last"}, {"sort user", "▴user"},
         {"key S", "▾user"}, {"key s", "▴kind"}, {"sort clock", "users"}, {"key s", "▾flagged"},
         {"sort flagged", "▾flagged"});
}

static void the_queue(void **state)
{
    (void)state;
    PLAY({"review", " Pooled"}, {"key s", " Stratified"}, {"key s", " Top of"},
         {"key s", " Pooled"}, {"queue pooled k=10 controls=5 repeats=3", " Pooled"},
         {"last", "control"}, {"queue stratified k=100 each=10", " Stratified"},
         {"key t f o", "saved: undecided"}, {"numbers", "Numbers of the review"},
         {"search guaranteed", "guaranteed"}, {"key Esc", " Stratified"},
         {"queue pooled", " Pooled"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_top_list_by_name),
        cmocka_unit_test(the_top_list_in_turn),
        cmocka_unit_test(the_top_list_by_a_filter),
        cmocka_unit_test(the_hours_of_a_user),
        cmocka_unit_test(all_users),
        cmocka_unit_test(the_queue),
    };
    return cmocka_run_group_tests_name("sorts", tests, open_table, close_table);
}

/* A blind review: no view, page, filter or action shows what its queue hides. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reviewing/reviewing.h"
#include "tui/fixture.h"
#include "unit/test.h"

static char store[64];

static struct app *open_blind(void)
{
    snprintf(store, sizeof store, "/tmp/oddhours-blind-%ld.db", (long)getpid());
    unlink(store);
    struct app *app = fixture_open_reviewed("lanl_user_hours.csv", "iforest,lof", store, "ana");
    fixture_do(app, "review");
    fixture_do(app, "blind 7");
    return app;
}

static void close_blind(struct app *app)
{
    app_free(app);
    unlink(store);
}

static bool shows_detectors(struct app *app)
{
    return fixture_shows(app, "IF ") || fixture_shows(app, "LOF") ||
           fixture_shows(app, "ENS") || fixture_shows(app, "best rank") ||
           fixture_shows(app, "Isolation") || fixture_shows(app, "1 in ");
}

static void refused(struct app *app, const char *line)
{
    fixture_do(app, line);
    if (app_view(app)->action != ACTION_VIEW_REVIEW || app->page != NULL ||
        strstr(app->message, ":blind ends it") == NULL || shows_detectors(app)) {
        fail_msg("%s: %s, '%s'", line, app_view(app)->title, app->message);
    }
}

static const struct {
    const char *key, *line, *title;
} hidden[] = {
    {"key 3", "scores", "Scores"}, {"key 4", "top", "Top-K"},
    {"key 5", "user", "User"},     {"key 5", "user U66@DOM1", "User"},
    {"key 5", "users", "Users"},   {"key 6", "compare", "Compare"},
};

static void views_with_scores_wait(void **state)
{
    (void)state;
    struct app *app = open_blind();
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        refused(app, hidden[i].key);
        refused(app, hidden[i].line);
    }
    fixture_do(app, "blind"); /* and are there when it ends */
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        fixture_do(app, hidden[i].line);
        assert_string_equal(app_view(app)->title, hidden[i].title);
    }
    close_blind(app);
}

static void pages_with_reasons_wait(void **state)
{
    (void)state;
    static const char *const lines[] = {"key w",  "why shapley", "key p",
                                        "rank 1", "row 17",      "key H",
                                        "key I",  "hour d0 00h", "threshold 5%"};
    struct app *app = open_blind();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        refused(app, lines[i]);
    }
    assert_false(fixture_shows(app, "p numbers")); /* no key is offered that is refused */
    fixture_do(app, "blind");
    assert_true(fixture_shows(app, "p numbers"));
    fixture_do(app, "key w");
    assert_string_equal(app->page->title, "Why");
    close_blind(app);
}

/* The answer is there, and has not been looked at, when the blind review begins. */
static void pages_that_came_just_before_are_not_shown(void **state)
{
    (void)state;
    static const enum action pages[] = {ACTION_WHY, ACTION_NUMBERS};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct app *app = open_blind();
        fixture_do(app, "blind");
        assert_false(app->session.blind);
        app_do(app, pages[i], "");
        while (!queries_idle(app->queries)) {
            sched_yield();
        }
        assert_false(app_idle(app));
        app_do(app, ACTION_BLIND, "7");
        assert_true(app->session.blind);
        fixture_wait(app);
        assert_null(app->page);
        close_blind(app);
    }
}

static bool harmless_page(const struct page *page)
{
    static const char *const titles[] = {"Saved filters", "Settings", "Run card", "Message",
                                         "Verdicts of other versions of this file"};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (strcmp(page->title, titles[i]) == 0) {
            return true;
        }
    }
    return strstr(page->title, "eys") != NULL; /* the help */
}

static void check_hidden(struct app *app, const char *from, const char *action)
{
    enum action on_top = app_view(app)->action;
    bool harmless = on_top == ACTION_VIEW_RUN || on_top == ACTION_VIEW_DATA ||
                    on_top == ACTION_VIEW_REVIEW || on_top == ACTION_VIEW_LOG;
    if (!harmless || (app->page != NULL && !harmless_page(app->page))) {
        fail_msg("from %s by '%s' to %s, %s", from, action, app_view(app)->title,
                 app->page != NULL ? app->page->title : "no page");
    }
}

/* Whatever is added to the actions later is tried here, too. */
static void no_action_leads_out(void **state)
{
    (void)state;
    static const char *const from[] = {"run", "data", "review", "log"};
    struct app *app = open_blind();
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
            const struct action_info *info = action_info((enum action)action);
            bool ends = action == ACTION_BLIND || action == ACTION_QUEUE;
            bool writes = strstr(info->argument, "FILE") != NULL;
            for (int with = 0; !ends && with < (writes || action == ACTION_VIEW_RUN ? 1 : 2);
                 with++) {
                fixture_do(app, from[i]);
                app_do(app, (enum action)action, with == 1 ? "1" : "");
                fixture_wait(app);
                if (app->prompt.kind != PROMPT_NONE) {
                    fixture_do(app, "key Esc");
                }
                check_hidden(app, from[i], info->name);
                fixture_do(app, "key Esc");
                check_hidden(app, from[i], "Esc");
            }
        }
    }
    assert_true(app->session.blind);
    fixture_do(app, "review");
    assert_false(shows_detectors(app));
    close_blind(app);
}

static void filters_know_no_ranks(void **state)
{
    (void)state;
    static const char *const lines[] = {"filter rank:<=10", "filter iforest:>0.5",
                                        "filter lof.rank:1", "filter flagged:any",
                                        "filter flagged:iforest"};
    struct app *app = open_blind();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        fixture_do(app, lines[i]);
        if (strstr(app->message, "a blind review hides") == NULL) {
            fail_msg("%s: %s", lines[i], app->message);
        }
        assert_string_equal(app->session.filter.text, "");
    }
    fixture_do(app, "filter user:U66@*"); /* what the table itself says may be asked */
    assert_int_equal(app->session.filter.rows, 1);
    fixture_do(app, "blind");
    fixture_do(app, "filter rank:<=10");
    assert_int_equal(app->session.filter.rows, 10);
    fixture_do(app, "review");
    fixture_do(app, "blind 7"); /* one that is on goes */
    assert_non_null(strstr(app->message, "the filter is off"));
    assert_string_equal(app->session.filter.text, "");
    close_blind(app);
}

static void an_hour_is_not_gone_back_to(void **state)
{
    (void)state;
    struct app *app = open_blind();
    fixture_do(app, "blind");
    fixture_do(app, "top");
    fixture_do(app, "key H");
    fixture_do(app, "key 7");
    fixture_do(app, "blind 7");
    fixture_do(app, "key Esc q");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_REVIEW);
    assert_false(shows_detectors(app));
    close_blind(app);
}

static void blind_is_ended_from_anywhere(void **state)
{
    (void)state;
    struct app *app = open_blind();
    fixture_do(app, "data");
    fixture_do(app, "blind");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_REVIEW);
    assert_false(app->session.blind);
    fixture_do(app, "queue pooled k=10 blind");
    assert_true(app->session.blind);
    fixture_do(app, "queue open");
    assert_false(app->session.blind);
    close_blind(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_with_scores_wait),
        cmocka_unit_test(pages_with_reasons_wait),
        cmocka_unit_test(pages_that_came_just_before_are_not_shown),
        cmocka_unit_test(no_action_leads_out),
        cmocka_unit_test(filters_know_no_ranks),
        cmocka_unit_test(an_hour_is_not_gone_back_to),
        cmocka_unit_test(blind_is_ended_from_anywhere),
    };
    return cmocka_run_group_tests_name("blind", tests, NULL, NULL);
}

/* Every action of actions.def does what its help says: by its name, by each of its keys, and
 * with an argument where it takes one. A new action or key fails here until it has a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keymap.h"
#include "tui/fixture.h"
#include "tui/odd_table.h"
#include "unit/test.h"

enum { STEPS = 4, LINE = 512 };

static char directory[64], table[96], store[96], filters[96], file[96];
static struct app *app;

/* What an action promises: after `before`, `line` makes `shows` stand on a screen that did not
 * have it, or makes `holds` true. */
struct promise {
    enum action action;
    const char *before[STEPS];
    const char *line; /* "@" stands for the test's file; NULL: the name alone, and every key */
    const char *shows;
    bool (*holds)(void);
};

static int make_table(void **state)
{
    (void)state;
    if (!odd_table_place(directory, sizeof directory)) {
        return -1;
    }
    snprintf(table, sizeof table, "%s/table.csv", directory);
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    snprintf(filters, sizeof filters, "%s/filters.json", directory);
    snprintf(file, sizeof file, "%s/file.json", directory);
    return odd_table_write(table, false) ? 0 : -1;
}

static int remove_table(void **state)
{
    (void)state;
    unlink(table);
    return rmdir(directory); /* fails when an action has left something */
}

static void open_app(void)
{
    const struct review_options review = {.on = true, .path = store, .reviewer = "ana"};
    app = fixture_open_with(table, "iforest,lof", &review, filters);
}

static void close_app(void)
{
    app_free(app);
    unlink(store);
    unlink(filters);
    unlink(file);
}

/* ---- what does not show ---- */

static bool quits(void)
{
    return app->quit;
}

static bool suspends(void)
{
    return app->suspend;
}

static bool repaints(void)
{
    return app->repaint;
}

static bool has_no_colors(void)
{
    return app->restyled && app->settings.color == COLOR_NEVER;
}

static bool has_file(void)
{
    return access(file, R_OK) == 0;
}

static bool is_at(size_t rank)
{
    const struct run *run = app->session.run;
    return app->session.selected.has_row &&
           ranking_rank_of(session_result(&app->session)->ranking, run->by_profile,
                           run->table->row_profile, app->session.selected.row) == rank;
}

static bool is_at_1(void)
{
    return is_at(1);
}

static bool is_at_2(void)
{
    return is_at(2);
}

static bool is_at_100(void)
{
    return is_at(100);
}

static bool is_below(void)
{
    return app->session.selected.has_row && !is_at(1) && !is_at(2) && !is_at(100);
}

static bool is_above(void)
{
    return app->session.selected.has_row && !is_at(1) && !is_at(100);
}

static bool is_on_day(int64_t wanted)
{
    int64_t day;
    int hour;
    return table_row_when(app->session.run->table, app->session.selected.row, &day, &hour) &&
           day == wanted;
}

static bool is_on_day_0(void)
{
    return is_on_day(0);
}

static bool is_on_day_2(void)
{
    return is_on_day(2);
}

static bool is_asked(void)
{
    return app->prompt.kind != PROMPT_NONE;
}

static bool runs_30_trees(void)
{
    return app->run->params.detectors.values[0][0] == 30;
}

static bool is_alone(void)
{
    return !fixture_shows(app, "Local Outlier Factor");
}

static bool has_no_filter(void)
{
    return app->session.filter.text[0] == '\0';
}

static bool has_shapley(void)
{
    return app->page != NULL && page_find(app->page, "Shapley", true);
}

/* ---- the promises ---- */

static const struct promise promises[] = {
    {ACTION_VIEW_RUN, {"data"}, NULL, " 1 Run", NULL},
    {ACTION_VIEW_RUN, {"data"}, "run trees=30", NULL, runs_30_trees},
    {ACTION_VIEW_DATA, {NULL}, NULL, " 2 Data", NULL},
    {ACTION_VIEW_SCORES, {NULL}, NULL, " 3 Scores", NULL},
    {ACTION_VIEW_TOPK, {NULL}, NULL, " 4 Top-K", NULL},
    {ACTION_VIEW_USER, {"top"}, NULL, " 5 User", NULL},
    {ACTION_VIEW_USER, {"top"}, "user be", "ben  72 hours", NULL},
    {ACTION_VIEW_USERS, {NULL}, NULL, "5 users; ", NULL},
    {ACTION_VIEW_COMPARE, {NULL}, NULL, " 6 Compare", NULL},
    {ACTION_VIEW_COMPARE, {NULL}, "compare lof,ensemble", "LOF and ENS", NULL},
    {ACTION_VIEW_REVIEW, {NULL}, NULL, " 7 Review", NULL},
    {ACTION_VIEW_LOG, {NULL}, NULL, " 8 Log", NULL},

    {ACTION_UP, {"top", "key j j"}, NULL, NULL, is_at_2},
    {ACTION_DOWN, {"top"}, NULL, NULL, is_at_2},
    {ACTION_LEFT,
     {"top", "columns rank user scores features", "key l"},
     NULL,
     "IF score",
     NULL},
    {ACTION_RIGHT, {"top", "columns rank user scores features"}, NULL, "<", NULL},
    {ACTION_FIRST, {"top", "key j j"}, NULL, NULL, is_at_1},
    {ACTION_LAST, {"top"}, NULL, NULL, is_at_100},
    {ACTION_PAGE_UP, {"top", "key G"}, NULL, NULL, is_above},
    {ACTION_PAGE_DOWN, {"top"}, NULL, NULL, is_below},
    {ACTION_HALF_UP, {"top", "key G"}, NULL, NULL, is_above},
    {ACTION_HALF_DOWN, {"top"}, NULL, NULL, is_below},
    {ACTION_PANE, {"compare"}, NULL, "differ most", NULL},
    {ACTION_PANE_BACK, {"compare"}, NULL, "Jaccard over K", NULL},
    {ACTION_OPEN, {"top"}, NULL, "72 hours on 3 days", NULL},

    {ACTION_DETECTOR_PREVIOUS, {"top"}, NULL, "Local Outlier Factor, top", NULL},
    {ACTION_DETECTOR_NEXT, {"top"}, NULL, "Isolation Forest, top", NULL},
    {ACTION_DETECTOR, {"top"}, "detector lof", "Local Outlier Factor, top", NULL},
    {ACTION_K_MORE, {"top"}, NULL, "top 200 of", NULL},
    {ACTION_K_LESS, {"top"}, NULL, "top 50 of", NULL},
    {ACTION_K, {"top"}, "k 77", "top 77 of", NULL},
    {ACTION_SORT, {"top"}, NULL, "top 100 of 360 by user, A to Z", NULL},
    {ACTION_SORT, {"top"}, "sort time", "top 100 of 360 by time", NULL},
    {ACTION_LANES, {"top"}, NULL, "no lanes above the list", NULL},
    {ACTION_BY, {"top"}, NULL, "episodes, ", NULL},
    {ACTION_BY, {"top"}, "by episode 5", "at most 5 hours apart", NULL},
    {ACTION_FOLD, {"top"}, NULL, "top 100 of 360 in ", NULL},
    {ACTION_FOLD_ONE, {"top", "fold"}, NULL, "▾     1   ×2", NULL},
    {ACTION_COLUMNS_SHOWN, {"top"}, NULL, ":columns ", NULL},
    {ACTION_COLUMNS_SHOWN, {"top"}, "columns rank time", "1 2015-01-02 16:00:00", NULL},
    {ACTION_SORT_REVERSE, {"top"}, NULL, "by Ensemble, least first", NULL},
    {ACTION_AXIS, {"scores"}, NULL, "linear", NULL},
    {ACTION_RANGE, {"scores", "key j"}, NULL, "Enter lists, m drops the range", NULL},
    {ACTION_THRESHOLD, {"scores", "key Left"}, NULL, "above 1.5478: ", NULL},
    {ACTION_THRESHOLD, {"scores"}, "threshold 5%", "(what if): 1", NULL},
    {ACTION_BESIDE, {"scores", "beside lof"}, NULL, NULL, is_alone},
    {ACTION_BESIDE, {"scores"}, "beside lof", "Local Outlier Factor", NULL},
    {ACTION_FILTER, {"top"}, NULL, NULL, is_asked},
    {ACTION_FILTER, {"top"}, "filter user:eve", "only user:eve", NULL},
    {ACTION_FILTER_SAVE, {"filter user:eve"}, "save-filter one", "@one", NULL},
    {ACTION_FILTER_FORGET,
     {"filter user:eve", "save-filter one"},
     "forget-filter one",
     "one",
     NULL},
    {ACTION_FILTERS, {"top"}, NULL, "Saved filters", NULL},
    {ACTION_FILTER_CLEAR, {"filter user:eve"}, NULL, NULL, has_no_filter},
    {ACTION_SEARCH, {"top"}, NULL, NULL, is_asked},
    {ACTION_SEARCH, {"top"}, "search nobody", "'nobody' is nowhere in this list", NULL},
    {ACTION_SEARCH_NEXT, {"top", "search ann"}, NULL, NULL, is_below},
    {ACTION_SEARCH_PREVIOUS, {"top", "search ann"}, NULL, NULL, is_at_1},

    {ACTION_WHY, {"top"}, NULL, "Why", NULL},
    {ACTION_WHY, {"top"}, "why shapley", NULL, has_shapley},
    {ACTION_LINES, {"top"}, NULL, "only a raw log has lines", NULL},
    {ACTION_HOSTS, {"top"}, NULL, "only a raw log has lines", NULL},
    {ACTION_HOSTS, {"top"}, "hosts all", "only a raw log has lines", NULL},
    {ACTION_ROW, {"top"}, "row 310", NULL, is_at_2},
    {ACTION_RANK, {"top"}, "rank 2", NULL, is_at_2},
    {ACTION_IDENTICAL, {"top"}, NULL, "2 user-hours that look exactly alike", NULL},
    {ACTION_IDENTICAL, {"top"}, "identical 5", "user-hours that look exactly alike", NULL},
    {ACTION_HOUR, {"top"}, NULL, "this hour across all users", NULL},
    {ACTION_HOUR, {"top"}, "hour d1 03h", "day:1 hour:3", NULL},
    {ACTION_COLUMNS, {"user ann"}, NULL, "heat: total_events", NULL},
    {ACTION_COLUMNS, {"user ann"}, "heat lof", "heat: Local Outlier Factor", NULL},
    {ACTION_TIMELINE, {"user ann", "timeline"}, NULL, "most/h", NULL},
    {ACTION_DAY_PREVIOUS, {"user ann"}, NULL, NULL, is_on_day_0},
    {ACTION_DAY_NEXT, {"user ann"}, NULL, NULL, is_on_day_2},

    {ACTION_TRUE_POSITIVE, {"top"}, NULL, "saved: true positive, ann d", NULL},
    {ACTION_FALSE_POSITIVE, {"top"}, NULL, "saved: false positive, ann d", NULL},
    {ACTION_UNDECIDED, {"top"}, NULL, "saved: undecided, ann d", NULL},
    {ACTION_LATER, {"top"}, NULL, "saved: later, ann d", NULL},
    {ACTION_REASON, {"top", "key f"}, NULL, "2 scanner", NULL},
    {ACTION_REASON, {"top", "key f"}, "reason 2", "saved: reason scanner", NULL},
    {ACTION_NOTE, {"top"}, NULL, NULL, is_asked},
    {ACTION_NOTE, {"top"}, "note seen before", "saved: note, ann d", NULL},
    {ACTION_UNREVIEWED_NEXT, {"top", "key t", "first"}, NULL, NULL, is_at_2},
    {ACTION_UNREVIEWED_PREVIOUS, {"top", "key j t"}, NULL, NULL, is_at_1},
    {ACTION_UNDO, {"top", "key t"}, NULL, "saved: true positive taken back, ann d", NULL},
    {ACTION_REDO, {"top", "key t z"}, NULL, "saved: true positive again, ann d", NULL},
    {ACTION_ALIKE, {"top", "key t k"}, NULL, "for all 2 identical user-hours?", NULL},
    {ACTION_NUMBERS, {"top"}, NULL, "Numbers of the review", NULL},
    {ACTION_ALLOW, {"top"}, NULL, "[30d|never] REASON", NULL},
    {ACTION_ALLOW, {"top"}, "allow account a robot", "saved: a rule for", NULL},
    {ACTION_RULES, {"top"}, NULL, "no rule holds", NULL},
    {ACTION_RULES, {"top", "allow account a robot"}, "rules @", "1 rule in ", has_file},
    {ACTION_END_RULE, {"top", "allow account a robot"}, "end-rule 1", "rule 1 has ended", NULL},
    {ACTION_QUEUE,
     {"review"},
     "queue top lof k=30",
     "Top of LOF by rank: 30 left, 30 user-hours",
     NULL},
    {ACTION_BLIND, {"review"}, NULL, "blind, seed", NULL},
    {ACTION_BLIND, {"review"}, "blind 9", "blind, seed 9", NULL},
    {ACTION_CONTROLS, {"review"}, "controls 5", "5 of the bulk as control", NULL},
    {ACTION_REPEATS, {"review"}, "repeats 3", "3 shown", NULL},
    {ACTION_EXPORT_REVIEW, {"top", "key t"}, "export-review @", NULL, has_file},
    {ACTION_VERSIONS, {"review"}, NULL, "Verdicts of other versions", NULL},
    {ACTION_MATCH, {"review"}, NULL, "no verdicts of another version", NULL},
    {ACTION_MATCH, {"review"}, "match 1", "no verdicts of another version", NULL},
    {ACTION_IMPORT,
     {"top", "key t", "export-review @"},
     "import @",
     "saved: 0 entries taken in",
     NULL},

    {ACTION_COMMAND, {NULL}, NULL, NULL, is_asked},
    {ACTION_HELP, {NULL}, NULL, "Keys in Run", NULL},
    {ACTION_CARD, {NULL}, NULL, "Run card", NULL},
    {ACTION_EXPORT, {"top"}, NULL, "write to: ", NULL},
    {ACTION_EXPORT, {"top"}, "export @", NULL, has_file},
    {ACTION_SCREENSHOT, {NULL}, "screenshot @", NULL, has_file},
    {ACTION_GLYPHS, {"scores"}, "glyphs ascii", "#", NULL},
    {ACTION_COLOR, {NULL}, "color never", NULL, has_no_colors},
    {ACTION_MOUSE, {NULL}, NULL, "mouse on", NULL},
    {ACTION_MOUSE, {NULL}, "mouse on", "mouse on", NULL},
    {ACTION_CONFIG, {NULL}, NULL, "Settings", NULL},
    {ACTION_CONFIG, {NULL}, "config @", NULL, has_file},
    {ACTION_SAY, {NULL}, "say good morning", "good morning", NULL},
    {ACTION_BACK, {"top", "open"}, NULL, "top 100 of", NULL},
    {ACTION_CLOSE, {"top", "open"}, NULL, "top 100 of", NULL},
    {ACTION_QUIT, {NULL}, NULL, NULL, quits},
    {ACTION_CANCEL, {NULL}, NULL, "nothing is running; once more to quit", NULL},
    {ACTION_REDRAW, {NULL}, NULL, NULL, repaints},
    {ACTION_SUSPEND, {NULL}, NULL, NULL, suspends},
};

enum { N = sizeof promises / sizeof promises[0] };

/* ---- the tests ---- */

static void play(const char *line)
{
    char full[LINE];
    const char *at = strchr(line, '@');
    if (at != NULL && at[1] == '\0') {
        snprintf(full, sizeof full, "%.*s%s", (int)(at - line), line, file);
        line = full;
    }
    fixture_do(app, line);
}

static bool keeps(const struct promise *promise)
{
    return promise->holds != NULL ? promise->holds() : fixture_shows(app, promise->shows);
}

static void check(const struct promise *promise, const char *line)
{
    open_app();
    for (size_t i = 0; i < STEPS && promise->before[i] != NULL; i++) {
        play(promise->before[i]);
    }
    app->has_message = false;
    fixture_shows(app, ""); /* a list knows how long a page is once it has been drawn */
    bool before = keeps(promise);
    play(line);
    if (before || !keeps(promise)) {
        fail_msg("%s: '%s' %s %s", action_info(promise->action)->name, line,
                 before ? "is not needed for" : "does not lead to",
                 promise->shows != NULL ? promise->shows : "what it should");
    }
    close_app();
}

static void every_action_does_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        const struct action_info *info = action_info(promises[i].action);
        if (promises[i].line != NULL) {
            check(&promises[i], promises[i].line);
            continue;
        }
        check(&promises[i], info->name);
        for (const char *key = info->keys; *key != '\0'; key += strspn(key, " ")) {
            char line[LINE];
            size_t length = strcspn(key, " ");
            snprintf(line, sizeof line, "key %.*s", (int)length, key);
            check(&promises[i], line);
            key += length;
        }
    }
}

static void no_action_is_left_out(void **state)
{
    (void)state;
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
        const struct action_info *info = action_info((enum action)action);
        bool alone = false, with = false;
        for (size_t i = 0; i < N; i++) {
            if (promises[i].action == (enum action)action) {
                alone = alone || promises[i].line == NULL;
                with = with || promises[i].line != NULL;
            }
        }
        bool wants = info->argument[0] != '\0', may = info->argument[0] == '[';
        if ((wants && !with) || ((may || !wants) && !alone)) {
            fail_msg("%s has no line %s its argument", info->name, alone ? "with" : "without");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_does_what_it_says),
        cmocka_unit_test(no_action_is_left_out),
    };
    return cmocka_run_group_tests_name("actions", tests, make_table, remove_table);
}

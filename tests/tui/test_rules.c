/* Rules on the screen: made from a user-hour, tested on verdicts, listed, ended; what they hide
 * is left out of every list and said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "unit/store_fixture.h"
#include "unit/test.h"

static const char table_name[] = "synthetic_user_hours.csv.gz";

static void rules_are_made_tested_listed_and_ended(void **state)
{
    char store[64];
    (void)state;
    snprintf(store, sizeof store, "/tmp/oddhours-rules-%d.db", (int)getpid());
    unlink(store);
    struct app *app = fixture_open_reviewed(table_name, "iforest", store, "ann");
    fixture_wait(app);
    fixture_do(app, "top");
    fixture_do(app, "allow");
    assert_true(fixture_shows(app, "REASON"));
    fixture_do(app, "key Esc");
    fixture_do(app, "key t k");
    fixture_wait(app);
    fixture_do(app, "allow account a robot");
    fixture_wait(app);
    assert_true(fixture_shows(app, "would have hidden 1 true positive"));
    assert_answer(store, "SELECT count(*) FROM rule", "0");
    fixture_do(app, "key j j");
    fixture_do(app, "allow account 30d the backup robot");
    fixture_wait(app);
    fixture_wait(app);
    assert_true(fixture_shows(app, "saved: a rule for"));
    assert_true(fixture_shows(app, "-rule:hidden"));
    assert_answer(store, "SELECT count(*) FROM rule", "1");
    assert_answer(store, "SELECT reason || ', ' || scope FROM rule",
                  "the backup robot, this account");
    assert_answer(store, "SELECT (expires_ms - at_ms) / 86400000 FROM rule", "30");
    assert_answer(store, "SELECT hidden > 0 FROM rule_hidden", "1");
    fixture_do(app, "key k");
    fixture_do(app, "allow anyway never like that one");
    fixture_wait(app);
    assert_answer(store,
                  "SELECT count(*) FROM rule WHERE expires_ms IS NULL"
                  " AND filter LIKE 'user:%total_events:<=%'",
                  "1");
    fixture_do(app, "rules");
    fixture_wait(app);
    assert_true(fixture_shows(app, "2 rules hide "));
    assert_true(fixture_shows(app, "the backup robot, ann"));
    fixture_do(app, "back");
    fixture_do(app, "filter rule:hidden");
    fixture_wait(app);
    assert_false(fixture_shows(app, "-rule:hidden"));
    fixture_do(app, "filter total_events:>50");
    fixture_wait(app);
    assert_true(fixture_shows(app, "total_events:>50 -rule:hidden"));
    fixture_do(app, "end-rule 7");
    fixture_wait(app);
    assert_true(fixture_shows(app, "there is no rule 7"));
    fixture_do(app, "end-rule 1 no longer");
    fixture_do(app, "end-rule 2");
    fixture_wait(app);
    assert_answer(store, "SELECT group_concat(reason) FROM rule_end", "no longer,");
    fixture_wait(app);
    assert_false(fixture_shows(app, "-rule:hidden"));
    app_free(app);
    /* The rules of a store hold from the beginning, for any table. */
    app = fixture_open_reviewed(table_name, "iforest", store, "bob");
    fixture_do(app, "top");
    fixture_wait(app);
    assert_false(fixture_shows(app, "-rule:hidden"));
    fixture_do(app, "allow anyway account another");
    fixture_wait(app);
    assert_true(fixture_shows(app, "saved: a rule for"));
    app_free(app);
    app = fixture_open_reviewed(table_name, "iforest", store, "bob");
    fixture_wait(app);
    fixture_do(app, "top");
    fixture_wait(app);
    assert_true(fixture_shows(app, "-rule:hidden"));
    /* A blind review is not told of them. */
    fixture_do(app, "clear-filter");
    fixture_wait(app);
    assert_true(fixture_shows(app, "-rule:hidden"));
    app_free(app);
    unlink(store);
}

/* The queue has none of what rules hide, says so in its label, and is made anew when they
 * change; the label makes the same one again. */
static void queues_leave_out_what_rules_hide(void **state)
{
    char store[64], first[200], label[200], script[300];
    (void)state;
    snprintf(store, sizeof store, "/tmp/oddhours-queued-%d.db", (int)getpid());
    unlink(store);
    struct app *app = fixture_open_reviewed(table_name, "iforest", store, "ann");
    fixture_wait(app);
    fixture_do(app, "review");
    fixture_do(app, "queue top");
    fixture_wait(app);
    fixture_do(app, "key t");
    fixture_wait(app);
    ask(store, "SELECT src_user FROM verdicts", first, sizeof first);
    fixture_do(app, "first");
    fixture_do(app, "allow anyway account a robot");
    fixture_wait(app);
    fixture_wait(app);
    assert_true(fixture_shows(app, "without what rules hide"));
    fixture_do(app, "first");
    fixture_do(app, "key f f f f f");
    fixture_wait(app);
    ask(store,
        "SELECT count(DISTINCT queue) FROM verdicts WHERE verdict = 'fp' AND queue LIKE '% "
        "rules=%'",
        label, sizeof label);
    assert_string_equal(label, "1");
    ask(store, "SELECT group_concat(DISTINCT src_user) FROM verdicts WHERE verdict = 'fp'",
        label, sizeof label);
    assert_null(strstr(label, first));
    ask(store, "SELECT queue FROM verdicts WHERE verdict = 'fp' LIMIT 1", label, sizeof label);
    fixture_do(app, "end-rule 1");
    fixture_wait(app);
    fixture_wait(app);
    fixture_do(app, "first");
    fixture_do(app, "key o");
    fixture_wait(app);
    assert_answer(
        store,
        "SELECT src_user = (SELECT src_user FROM history WHERE verdict = 'tp' LIMIT 1)"
        " AND queue NOT LIKE '%rules=%' FROM verdicts WHERE verdict = 'undecided'",
        "1");
    snprintf(script, sizeof script, "queue %s", label);
    fixture_do(app, script);
    fixture_wait(app);
    fixture_do(app, "first");
    fixture_do(app, "key d");
    fixture_wait(app);
    char again[200];
    ask(store, "SELECT queue FROM verdicts WHERE verdict = 'later'", again, sizeof again);
    assert_string_equal(again, label);
    app_free(app);
    unlink(store);
}

/* Written to a file, and taken in by another store, where they hide at once. */
static void rules_go_to_a_file_and_come_back(void **state)
{
    char store[64], other[64], line[120];
    (void)state;
    snprintf(store, sizeof store, "/tmp/oddhours-out-%d.db", (int)getpid());
    snprintf(other, sizeof other, "/tmp/oddhours-in-%d.db", (int)getpid());
    unlink(store);
    unlink(other);
    struct app *app = fixture_open_reviewed(table_name, "iforest", store, "ann");
    fixture_wait(app);
    fixture_do(app, "top");
    fixture_do(app, "allow account a robot");
    fixture_wait(app);
    fixture_wait(app);
    snprintf(line, sizeof line, "rules %s.json", store);
    fixture_do(app, line);
    fixture_wait(app);
    assert_true(fixture_shows(app, "1 rule in"));
    app_free(app);
    app = fixture_open_reviewed(table_name, "iforest", other, "ben");
    fixture_wait(app);
    fixture_do(app, "top");
    assert_false(fixture_shows(app, "-rule:hidden"));
    snprintf(line, sizeof line, "import %s.json", store);
    fixture_do(app, line);
    fixture_wait(app);
    fixture_wait(app);
    assert_true(fixture_shows(app, "-rule:hidden"));
    assert_answer(other, "SELECT author || ': ' || reason FROM rule", "ann: a robot");
    fixture_do(app, line);
    fixture_wait(app);
    assert_answer(other, "SELECT count(*) FROM rule", "1");
    app_free(app);
    snprintf(line, sizeof line, "%s.json", store);
    unlink(line);
    unlink(store);
    unlink(other);
}

/* `allow` alone asks, shows what the words mean, and makes no rule without a reason. */
static void a_rule_is_asked_for(void **state)
{
    char store[64];
    (void)state;
    snprintf(store, sizeof store, "/tmp/oddhours-asked-%d.db", (int)getpid());
    unlink(store);
    struct app *app = fixture_open_reviewed(table_name, "iforest", store, "ann");
    fixture_wait(app);
    fixture_do(app, "top");
    fixture_do(app, "key t"); /* there is a store; and on to the second row */
    fixture_wait(app);
    fixture_do(app, "allow");
    assert_true(fixture_shows(app, "allow: pattern 90d"));
    assert_true(fixture_shows(app, "[30d|never] REASON"));
    fixture_do(app, "key Enter");
    fixture_wait(app);
    assert_true(fixture_shows(app, "no rule is made without a reason"));
    assert_answer(store, "SELECT count(*) FROM rule", "0");
    fixture_do(app, "allow anyway account 7d");
    assert_true(fixture_shows(app, "allow: anyway account 7d"));
    fixture_do(app, "key Space b a c k u p");
    assert_true(fixture_shows(app, "user:\""));
    fixture_do(app, "key Enter");
    fixture_wait(app);
    fixture_wait(app);
    assert_answer(
        store,
        "SELECT reason || ', ' || scope || ' ' || ((expires_ms - at_ms) / 86400000) FROM rule",
        "backup, this account 7");
    assert_true(fixture_shows(app, "-rule:hidden"));
    app_free(app);
    unlink(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_are_made_tested_listed_and_ended),
                                       cmocka_unit_test(queues_leave_out_what_rules_hide),
                                       cmocka_unit_test(a_rule_is_asked_for),
                                       cmocka_unit_test(rules_go_to_a_file_and_come_back)};
    return cmocka_run_group_tests_name("rules on the screen", tests, NULL, NULL);
}

/* store: what is said with a verdict, rules, and when one last looked. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "review/store/lineage.h"
#include "review/store/rules.h"
#include "unit/store_fixture.h"

static const struct judgement *judgement_of(struct store *store, uint32_t row)
{
    size_t n;
    const struct judgement *list = history_judgements(store_history(store), &n);
    for (size_t i = 0; i < n; i++) {
        if (list[i].row == row) {
            return &list[i];
        }
    }
    fail_msg("row %u is not judged", row);
    return NULL;
}

static void assert_reason(struct store *store, uint32_t row, const char *expected)
{
    const char *reason = judgement_reason(judgement_of(store, row));
    if (expected == NULL) {
        assert_null(reason);
    } else {
        assert_non_null(reason);
        assert_string_equal(reason, expected);
    }
}

/* A reason is of the verdict that it was given for, and is taken back before it. */
static void reasons_belong_to_verdicts(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store *store = open_store(place->path, "ana", "aa");
    assert_false(store_reason(store, 1, "backup", &status));
    assert_int_equal(status.code, STATUS_USAGE);
    judge(store, 1, VERDICT_FP);
    must(store_reason(store, 1, "backup", &status), &status);
    struct verdict_context with = context;
    with.reason = "scanner";
    uint32_t row = 2;
    must(store_verdict(store, &row, 1, VERDICT_FP, &with, &status), &status);
    store_free(store, NULL);

    store = open_store(place->path, "ana", "aa");
    assert_reason(store, 1, "backup");
    assert_reason(store, 2, "scanner");
    struct verdict_set *set = verdict_set_new(store_history(store), HISTORY_EVERYONE, NULL);
    assert_string_equal(verdict_set_find(set, 1)->reason, "backup");
    verdict_set_free(set);
    assert_answer(place->path, "SELECT group_concat(reason) FROM verdicts", "backup,scanner");
    must(store_reason(store, 2, "", &status), &status);
    assert_reason(store, 2, NULL);
    assert_answer(place->path, "SELECT count(*) FROM verdicts WHERE reason IS NULL", "1");
    const struct entry *done;
    must(store_undo(store, &done, &status), &status);
    assert_int_equal(done->kind, ENTRY_REASON);
    assert_reason(store, 2, "scanner");
    judge(store, 1, VERDICT_TP); /* another verdict: the reason was of the first */
    assert_reason(store, 1, NULL);
    must(store_undo(store, &done, &status), &status);
    assert_reason(store, 1, "backup");
    assert_answer(place->path, "SELECT group_concat(verdict || reason) FROM verdicts",
                  "fpbackup,fpscanner");
    store_free(store, NULL);
}

static void later_is_no_judgement(void **state)
{
    struct place *place = *state;
    struct store *ana = open_store(place->path, "ana", "aa");
    judge(ana, 1, VERDICT_LATER);
    judge(ana, 2, VERDICT_LATER);
    store_free(ana, NULL);
    struct store *ben = open_store(place->path, "ben", "aa");
    judge(ben, 2, VERDICT_UNDECIDED);
    const struct history *history = store_history(ben);
    assert_int_equal(history_verdict(history, 1, HISTORY_EVERYONE, NULL), VERDICT_LATER);
    assert_int_equal(history_verdict(history, 2, HISTORY_EVERYONE, NULL), VERDICT_UNDECIDED);
    assert_int_equal(history_verdict(history, 2, 0, NULL), VERDICT_LATER);
    assert_int_equal(history_agreement(history, 0, 1).n, 0);
    struct tally tally = {0};
    tally_add(&tally, VERDICT_LATER);
    assert_int_equal(tally.unreviewed, 1);
    assert_int_equal(tally.undecided, 0);
    assert_answer(place->path, "SELECT group_concat(verdict) FROM verdicts WHERE row_id = 1",
                  "later");
    store_free(ben, NULL);
}

/* One entry with its rows, which keep the verdict when episodes are cut otherwise later. */
static void an_episode_is_one_entry(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store *store = open_store(place->path, "ana", "aa");
    const uint32_t rows[] = {2, 3, 7};
    struct verdict_context of_episode = context;
    of_episode.episode = "own gap=2h threshold=3";
    of_episode.suggestion = "tp from 5 of 6 neighbours";
    must(store_verdict(store, rows, 3, VERDICT_TP, &of_episode, &status), &status);
    must(store_reason(store, 3, "brute force", &status), &status);
    store_free(store, NULL);
    store = open_store(place->path, "ana", "aa");
    const struct entry *entry = history_entry(store_history(store), 0);
    assert_int_equal(entry->n_rows, 3);
    assert_string_equal(entry->episode, "own gap=2h threshold=3");
    assert_string_equal(entry->suggestion, "tp from 5 of 6 neighbours");
    for (size_t i = 0; i < 3; i++) {
        assert_reason(store, rows[i], "brute force"); /* of the episode, so of all of it */
    }
    const struct entry *done;
    must(store_undo(store, &done, &status), &status);
    must(store_undo(store, &done, &status), &status);
    assert_int_equal(mine(store, 7), VERDICT_NONE);
    store_free(store, NULL);
}

static void rules_are_ended_never_deleted(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct rule *rules;
    size_t n;
    char first[ENTRY_UID], second[ENTRY_UID];
    struct store *store = open_store(place->path, "ana", "aa");
    must(store_rules(store, &rules, &n, &status), &status); /* there is no file yet */
    assert_int_equal(n, 0);
    store_rules_free(rules, n);
    struct rule_words words = {.filter = "user:backup$", .highest = NAN};
    assert_false(store_rule_add(store, &words, first, &status)); /* why? */
    assert_int_equal(status.code, STATUS_USAGE);
    words = (struct rule_words){.filter = "user:backup$",
                                .reason = "nightly backup",
                                .scope = "account",
                                .expires_ms = 5000,
                                .highest = 3.25};
    must(store_rule_add(store, &words, first, &status), &status);
    must(store_rule_hid(store, first, "run 1", 400, &status), &status);
    must(store_rule_hid(store, first, "run 2", 12, &status), &status);
    must(store_rule_hid(store, first, "run 1", 412, &status), &status);
    assert_false(store_rule_hid(store, "no such rule", "run 1", 1, &status));
    store_free(store, NULL);

    store = open_store(place->path, "ben", "bb"); /* a rule is of the store, not of a table */
    words = (struct rule_words){.filter = "user:backup$ host:srv",
                                .reason = "only from there",
                                .scope = "host",
                                .highest = NAN,
                                .replaces = first};
    must(store_rule_add(store, &words, second, &status), &status);
    assert_false(store_rule_add(store, &words, second, &status)); /* the first has ended */
    assert_int_equal(status.code, STATUS_USAGE);
    words.replaces = "00000000000000000000000000000000";
    assert_false(store_rule_add(store, &words, second, &status));
    must(store_rules(store, &rules, &n, &status), &status);
    assert_int_equal(n, 2); /* what failed has left nothing */
    assert_string_equal(rules[0].uid, first);
    assert_string_equal(rules[0].author, "ana");
    assert_string_equal(rules[0].reason, "nightly backup");
    assert_string_equal(rules[0].scope, "account");
    assert_true(rules[0].highest == 3.25);
    assert_true(rules[0].ended);
    assert_string_equal(rules[0].ended_by, "ben");
    assert_non_null(strstr(rules[0].ended_why, rules[1].uid));
    assert_false(rule_holds(&rules[0], 0));
    assert_string_equal(rules[1].filter, "user:backup$ host:srv");
    assert_string_equal(rules[1].replaces, first);
    assert_true(isnan(rules[1].highest));
    assert_true(rule_holds(&rules[1], INT64_MAX - 1)); /* it never runs out */
    snprintf(second, sizeof second, "%s", rules[1].uid);
    rules[0].ended = false;
    assert_true(rule_holds(&rules[0], 4999));
    assert_false(rule_holds(&rules[0], 5000));
    store_rules_free(rules, n);

    struct rule_count *counts;
    must(store_rule_counts(store, first, &counts, &n, &status), &status);
    assert_int_equal(n, 2);
    assert_int_equal(counts[0].hidden + counts[1].hidden, 424);
    store_rule_counts_free(counts, n);
    must(store_rule_end(store, second, "server is gone", &status), &status);
    must(store_rule_end(store, second, "again", &status), &status);
    assert_false(store_rule_end(store, "no such rule", "", &status));
    store_free(store, NULL);
    assert_answer(place->path,
                  "SELECT group_concat(ended_why, '|') FROM rules WHERE scope ="
                  " 'host'",
                  "server is gone");
    assert_answer(place->path, "SELECT count(*) FROM rules WHERE ended IS NULL", "0");
}

static int64_t now;

static int64_t the_clock(void *unused)
{
    (void)unused;
    return now;
}

static void the_last_look_is_kept(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store_options options = {
        .path = place->path, .reviewer = "ana", .now_ms = the_clock};
    int64_t at;
    struct store *store = store_new(&options, NULL);
    assert_false(store_look(store, "ana", "aa", &at, &status));
    assert_int_equal(status.code, STATUS_OK);
    now = 1000;
    must(store_look_now(store, "aa", &status), &status);
    assert_true(store_look(store, "ana", "aa", &at, &status));
    assert_int_equal(at, 1000);
    now = 500; /* a clock that goes back */
    must(store_look_now(store, "aa", &status), &status);
    store_free(store, NULL);
    store = store_new(&options, NULL);
    assert_true(store_look(store, "ana", "aa", &at, &status));
    assert_int_equal(at, 1000);
    assert_false(store_look(store, "ben", "aa", &at, &status));
    assert_false(store_look(store, "ana", "bb", &at, &status));
    assert_int_equal(at, INT64_MIN);
    store_free(store, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(reasons_belong_to_verdicts), PLACED(later_is_no_judgement),
        PLACED(an_episode_is_one_entry),    PLACED(rules_are_ended_never_deleted),
        PLACED(the_last_look_is_kept),
    };
    return cmocka_run_group_tests_name("store_rules", tests, NULL, NULL);
}

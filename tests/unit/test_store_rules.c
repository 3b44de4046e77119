/* store: what is said with a verdict, rules, and when one last looked. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "review/exchange/exchange_rules.h"
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

static void same_text(const char *a, const char *b)
{
    assert_string_equal(a != NULL ? a : "", b != NULL ? b : "");
}

/* Out of one store and into another: nothing is lost, twice changes nothing, an end that came
 * later comes, too. */
static void rules_go_from_store_to_store(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    char path[200], elsewhere[200], uid[3][ENTRY_UID];
    snprintf(path, sizeof path, "%s/rules.json", place->directory);
    snprintf(elsewhere, sizeof elsewhere, "%s/other.db", place->directory);
    struct store *store = open_store(place->path, "ana", "aa");
    struct store *other = open_store(elsewhere, "ben", "bb");
    struct rule_words words = {.filter = "user:\"a \\\"b\"",
                               .reason = "back\tup \xc3\xa9",
                               .scope = "this account",
                               .highest = 0.1,
                               .expires_ms = INT64_C(4000000000123)};
    must(store_rule_add(store, &words, uid[0], &status), &status);
    words.highest = NAN;
    words.expires_ms = 0;
    words.replaces = uid[0];
    must(store_rule_add(store, &words, uid[1], &status), &status);
    struct rule *rules, *taken;
    size_t n, m, added, ended;
    for (int round = 0; round < 3; round++) {
        must(store_rules(store, &rules, &n, &status), &status);
        must(exchange_rules_write(rules, n, path, &status), &status);
        bool are = false;
        must(exchange_rules_read(path, &are, &taken, &m, &status), &status);
        assert_true(are);
        must(store_rules_take(other, taken, m, &added, &ended, &status), &status);
        assert_int_equal(added, round == 0 ? 2 : 0);
        assert_int_equal(ended, round == 2);
        store_rules_free(taken, m);
        must(store_rules(other, &taken, &m, &status), &status);
        assert_int_equal(m, n);
        for (size_t i = 0; i < n; i++) {
            const struct rule *a = &rules[i], *b = &taken[i];
            assert_string_equal(a->uid, b->uid);
            assert_string_equal(a->replaces, b->replaces);
            same_text(a->filter, b->filter);
            same_text(a->reason, b->reason);
            same_text(a->author, b->author);
            same_text(a->scope, b->scope);
            same_text(a->ended_by, b->ended_by);
            same_text(a->ended_why, b->ended_why);
            assert_true(a->at_ms == b->at_ms && a->expires_ms == b->expires_ms);
            assert_true(a->ended == b->ended && a->ended_ms == b->ended_ms);
            assert_true(a->highest == b->highest || (isnan(a->highest) && isnan(b->highest)));
        }
        store_rules_free(rules, n);
        store_rules_free(taken, m);
        if (round == 1) {
            must(store_rule_end(store, uid[1], "over", &status), &status);
        }
    }
    store_free(store, NULL);
    store_free(other, NULL);
    unlink(path);
    unlink(elsewhere);
}

static void what_is_no_file_of_rules(void **state)
{
    static const char *const others[] = {"", "{}", "x", "{\"format\":\"oddhours-review\"}",
                                         "{\"format\":3}"};
    static const char *const wrong[] = {
        "{\"format\":\"oddhours-rules\"}",
        "{\"format\":\"oddhours-rules\",\"version\":2,\"rules\":[]}",
        "{\"format\":\"oddhours-rules\",\"version\":1,\"rules\":[{}]}",
        "{\"format\":\"oddhours-rules\",\"version\":1,\"rules\":[3]}",
        "{\"format\":\"oddhours-rules\",\"version\":1,\"rules\":[{\"uid\":\"a\","
        "\"filter\":\"row:1\",\"reason\":\"\",\"at_ms\":1}]}",
        "{\"format\":\"oddhours-rules\",\"version\":1,\"rules\":[{\"uid\":\"a\","
        "\"filter\":\"row:1\",\"reason\":\"r\",\"at_ms\":1e300}]}",
        "{\"format\":\"oddhours-rules\",\"version\":1,\"rules\":[{\"uid\":\"a b\","
        "\"filter\":\"row:1\",\"reason\":\"r\",\"at_ms\":1}]}",
    };
    struct rule *rules;
    size_t n;
    bool are;
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_true(exchange_rules_parse(others[i], strlen(others[i]), &are, &rules, &n, NULL));
        assert_false(are);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct status status = {0};
        assert_false(
            exchange_rules_parse(wrong[i], strlen(wrong[i]), &are, &rules, &n, &status));
        assert_int_equal(status.code, STATUS_INPUT);
        assert_null(rules);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(reasons_belong_to_verdicts),
        PLACED(later_is_no_judgement),
        PLACED(an_episode_is_one_entry),
        PLACED(rules_are_ended_never_deleted),
        PLACED(the_last_look_is_kept),
        PLACED(rules_go_from_store_to_store),
        cmocka_unit_test(what_is_no_file_of_rules),
    };
    return cmocka_run_group_tests_name("store_rules", tests, NULL, NULL);
}

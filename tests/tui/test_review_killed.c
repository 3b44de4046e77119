/* Killed at any moment: every verdict that the screen called saved is there, and none is half
 * there. ODDHOURS_KILL_ROUNDS says how often (`make soak`: 200). */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/review_place.h"
#include "unit/store_fixture.h"

enum { ROUNDS = 24, SAVED_MAX = 256, LISTED = 24 /* more than a round can judge */ };

struct saved {
    size_t n;
    unsigned long rows[SAVED_MAX];
};

static void look(struct vt *vt, struct saved *saved)
{
    unsigned long row;
    if (!review_says_saved(vt, &row)) {
        return;
    }
    for (size_t i = 0; i < saved->n; i++) {
        if (saved->rows[i] == row) {
            return;
        }
    }
    assert_true(saved->n < SAVED_MAX);
    saved->rows[saved->n++] = row;
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* Types verdicts until `enough` are said to be saved, a few more at once, and kills. */
static void type_and_kill(struct vt *vt, uint32_t *seed, struct saved *saved)
{
    size_t enough = draw(seed, 5);
    while (saved->n < enough) {
        size_t before = saved->n;
        vt_keys(vt, "t");
        while (saved->n == before) {
            vt_wait_more(vt);
            vt_pump(vt);
            look(vt, saved);
        }
    }
    vt_keys(vt, &"tttttt"[draw(seed, 6)]);
    double until = vt_now() + draw(seed, 12000) * 1e-6;
    while (vt_now() < until) {
        vt_pump(vt);
        look(vt, saved);
    }
    vt_signal(vt, SIGKILL);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGKILL);
    look(vt, saved);
}

/* Whether a row is one of the list's first, which all are judged in. A number that is none was
 * read off a line that was half drawn when the program was killed: 6,113 of 6,106 and 2,113. */
static bool is_listed(const struct review_place *place, unsigned long row)
{
    char sql[128], answer[64];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM verdicts WHERE reviewer = 'first' AND row_id = %lu", row);
    ask(place->store, sql, answer, sizeof answer);
    return strcmp(answer, "0") != 0;
}

static void check(const struct review_place *place, const char *reviewer,
                  const struct saved *saved)
{
    char sql[256], answer[64];
    ask(place->store, "PRAGMA integrity_check", answer, sizeof answer);
    assert_string_equal(answer, "ok");
    for (size_t i = 0; i < saved->n; i++) {
        if (i + 1 == saved->n && !is_listed(place, saved->rows[i])) {
            continue;
        }
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM verdicts WHERE reviewer = '%s' AND row_id = %lu AND "
                 "verdict = 'tp'",
                 reviewer, saved->rows[i]);
        assert_answer(place->store, sql, "1");
    }
    assert_answer(
        place->store,
        "SELECT count(*) FROM entry e WHERE kind = 'verdict' AND NOT EXISTS (SELECT 1 "
        "FROM entry_row r WHERE r.entry_id = e.entry_id)",
        "0");
}

static void what_was_called_saved_is_there(void **state)
{
    (void)state;
    const char *wanted = getenv("ODDHOURS_KILL_ROUNDS");
    int rounds = wanted != NULL ? atoi(wanted) : ROUNDS;
    struct review_place *place = review_place_new(true);
    uint32_t seed = 20151103;
    size_t total = 0;
    /* So that the file is there in every round, and what can be judged is known. */
    struct vt *first = review_start(place, "first", NULL);
    struct saved listed = {.n = 0};
    while (listed.n < LISTED) {
        size_t before = listed.n;
        vt_keys(first, "t");
        while (listed.n == before) {
            vt_wait_more(first);
            vt_pump(first);
            look(first, &listed);
        }
    }
    vt_free(first);
    for (int round = 0; round < rounds; round++) {
        char reviewer[32];
        struct saved saved = {.n = 0};
        snprintf(reviewer, sizeof reviewer, "r%d", round);
        struct vt *vt = review_start(place, reviewer, NULL);
        type_and_kill(vt, &seed, &saved);
        vt_free(vt);
        check(place, reviewer, &saved);
        total += saved.n;
    }
    print_message("# %zu verdicts were called saved in %d rounds\n", total, rounds);
    assert_true(total >= (size_t)rounds);
    review_place_free(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_called_saved_is_there)};
    return cmocka_run_group_tests_name("review_killed", tests, NULL, NULL);
}

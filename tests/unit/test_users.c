/* users: sums against a twin that walks the list once a user, and orders. */
#include "rank/users.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table/timestamp.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { ROWS = 60000, USERS = 50 };
static const double threshold = 4;

struct setting {
    struct table *table;
    struct row_index *index;
    double *score;
    struct ranking *ranking;
    struct row_set set;
};

static int setup(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->table = fixture_user_hours(ROWS, USERS, 5, 1);
    s->index = fixture_index(s->table);
    s->score = fixture_scores(s->table->profiles.n, 40, 7, 2); /* ties, some without a score */
    s->ranking = ranking_new(s->score, &s->table->profiles, NULL, NULL);
    uint32_t *rows = calloc(ROWS, sizeof *rows);
    assert_non_null(s->ranking);
    assert_non_null(rows);
    s->table->time_seconds[3] = TABLE_NO_TIME;
    size_t n = 0;
    for (uint32_t row = ROWS; row-- > 0;) { /* backwards: the order of the list is no matter */
        if (row % 3 != 1 && s->table->row_user[row] != 7) {
            rows[n++] = row;
        }
    }
    s->set = row_set_list(rows, n);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct setting *s = *state;
    row_set_clear(&s->set);
    ranking_free(s->ranking);
    row_index_free(s->index);
    free(s->score);
    table_free(s->table);
    free(s);
    return 0;
}

static int64_t seconds_of(const struct setting *s, uint32_t time)
{
    return time == DICT_NONE ? TABLE_NO_TIME : s->table->time_seconds[time];
}

static struct user_sum twin(const struct setting *s, uint32_t user)
{
    struct user_sum sum = {.user = user, .first = DICT_NONE, .last = DICT_NONE};
    for (size_t i = 0; i < s->set.n; i++) {
        uint32_t row = s->set.rows[i], time = s->table->row_time[row];
        if (s->table->row_user[row] != user) {
            continue;
        }
        size_t rank = ranking_rank_of(s->ranking, s->index, s->table->row_profile, row);
        sum.rows++;
        sum.flagged += s->score[s->table->row_profile[row]] > threshold;
        if (rank > 0 && (sum.worst_rank == 0 || rank < sum.worst_rank)) {
            sum.worst_rank = rank;
        }
        if (seconds_of(s, time) == TABLE_NO_TIME) {
            continue;
        }
        if (sum.first == DICT_NONE || seconds_of(s, time) < seconds_of(s, sum.first)) {
            sum.first = time;
        }
        if (sum.last == DICT_NONE || seconds_of(s, time) > seconds_of(s, sum.last)) {
            sum.last = time;
        }
        sum.clock |= (uint32_t)1 << timestamp_hour_of_day(seconds_of(s, time));
    }
    return sum;
}

static void sums_are_those_of_the_list(void **state)
{
    const struct setting *s = *state;
    const struct user_scores scores = {
        .ranking = s->ranking, .index = s->index, .threshold = threshold};
    struct user_sums sums;
    size_t rows = 0, flagged = 0;
    assert_true(user_sums_make(&sums, &s->set, s->table, &scores, NULL, NULL));
    assert_int_equal(sums.n, USERS - 1); /* one has no rows in the list */
    for (size_t i = 0; i < sums.n; i++) {
        struct user_sum own = twin(s, sums.of[i].user);
        assert_int_equal(sums.of[i].rows, own.rows);
        assert_int_equal(sums.of[i].flagged, own.flagged);
        assert_int_equal(sums.of[i].worst_rank, own.worst_rank);
        assert_int_equal(seconds_of(s, sums.of[i].first), seconds_of(s, own.first));
        assert_int_equal(seconds_of(s, sums.of[i].last), seconds_of(s, own.last));
        assert_int_equal(sums.of[i].clock, own.clock);
        assert_int_equal(sums.of[i].kind, ACCOUNT_KINDS); /* nothing is known of them */
        rows += own.rows;
        flagged += own.flagged;
    }
    assert_int_equal(rows, s->set.n);
    assert_true(flagged > 0 && flagged < rows);
    user_sums_clear(&sums);
}

static void without_scores_nobody_is_flagged(void **state)
{
    const struct setting *s = *state;
    struct row_set all = row_set_file(ROWS);
    struct user_sums sums;
    assert_true(user_sums_make(&sums, &all, s->table, &(struct user_scores){0}, NULL, NULL));
    assert_int_equal(sums.n, USERS);
    for (size_t i = 0; i < sums.n; i++) {
        assert_int_equal(sums.of[i].flagged, 0);
        assert_int_equal(sums.of[i].worst_rank, 0);
    }
    user_sums_clear(&sums);
    struct row_set none = row_set_file(0);
    assert_true(user_sums_make(&sums, &none, s->table, &(struct user_scores){0}, NULL, NULL));
    assert_int_equal(sums.n, 0);
    user_sums_sort(&sums, s->table, USER_KEY_NAME, false);
    user_sums_clear(&sums);
}

static void a_cancel_is_heard(void **state)
{
    const struct setting *s = *state;
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    struct status status = {0};
    struct user_sums sums;
    assert_false(
        user_sums_make(&sums, &s->set, s->table, &(struct user_scores){0}, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_null(sums.of);
}

/* The users of a small list in order, as letters. */
static void check_order(const struct setting *s, const struct user_sum *from, enum user_key key,
                        bool reversed, const char *wanted)
{
    struct user_sum copy[4];
    char found[5] = "";
    memcpy(copy, from, sizeof copy);
    struct user_sums sums = {4, copy};
    user_sums_sort(&sums, s->table, key, reversed);
    for (size_t i = 0; i < 4; i++) {
        struct span name = dict_get(s->table->users, copy[i].user);
        for (size_t k = 0; k < 4; k++) {
            struct span other = dict_get(s->table->users, from[k].user);
            found[i] = name.bytes == other.bytes ? (char)('a' + k) : found[i];
        }
    }
    assert_string_equal(found, wanted);
}

static uint32_t id_of(const struct setting *s, const char *name)
{
    uint32_t id = dict_find(s->table->users, name, strlen(name));
    assert_true(id != DICT_NONE);
    return id;
}

static void orders_and_their_ties(void **state)
{
    const struct setting *s = *state;
    uint32_t early = 0, late = 0;
    for (uint32_t i = 0; i < dict_count(s->table->times); i++) {
        if (i != 3) {
            early = seconds_of(s, i) < seconds_of(s, early) ? i : early;
            late = seconds_of(s, i) > seconds_of(s, late) ? i : late;
        }
    }
    assert_true(early != late);
    const struct user_sum four[4] = {
        {id_of(s, "U3@DOM"), 9, 2, early, late, 0x3, ACCOUNT_MACHINE, 8},
        {id_of(s, "U2@DOM"), 5, 2, early, early, 0x100, ACCOUNT_PERSON, 3},
        {id_of(s, "U1@DOM"), 7, 0, DICT_NONE, DICT_NONE, 0, ACCOUNT_SERVICE, 0},
        {id_of(s, "U11@DOM"), 7, 0, late, late, 0xffffff, ACCOUNT_PERSON, 40},
    };
    check_order(s, four, USER_KEY_FLAGGED, false, "badc"); /* then the worst rank, none last */
    check_order(s, four, USER_KEY_FLAGGED, true, "dcba");
    check_order(s, four, USER_KEY_RANK, false, "badc");
    check_order(s, four, USER_KEY_RANK, true, "dabc"); /* none last here, too */
    check_order(s, four, USER_KEY_ROWS, false, "adcb");
    check_order(s, four, USER_KEY_ROWS, true, "bdca");
    check_order(s, four, USER_KEY_FIRST, false, "badc");
    check_order(s, four, USER_KEY_LAST, false, "adbc");
    check_order(s, four, USER_KEY_NAME, false, "dcba"); /* bytes: U11@ before U1@ */
    check_order(s, four, USER_KEY_NAME, true, "abcd");
    check_order(s, four, USER_KEY_KIND, false, "bdac");
    check_order(s, four, USER_KEY_KIND, true, "cabd");
    check_order(s, four, USER_KEY_CLOCK, false, "dabc");
    check_order(s, four, USER_KEY_CLOCK, true, "cbad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_the_list),
        cmocka_unit_test(without_scores_nobody_is_flagged),
        cmocka_unit_test(a_cancel_is_heard),
        cmocka_unit_test(orders_and_their_ties),
    };
    return cmocka_run_group_tests_name("users", tests, setup, teardown);
}

/* The list shown first, episodes and peers. */
#include "past/triage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "past/peers.h"
#include "rank/episodes.h"
#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/past_world.h"
#include "unit/test.h"

struct world {
    struct past_row *rows;
    size_t n;
    struct table *table;
    uint8_t *kinds;
    float *own, *triage;
};

static struct world world_new(uint32_t hours, uint32_t users)
{
    struct world world = {0};
    world.n = past_world(&world.rows, hours, users, 21);
    world.table = past_world_table(world.rows, world.n);
    world.kinds = past_world_kinds(world.table);
    world.own = calloc(world.n, sizeof *world.own);
    world.triage = calloc(world.n, sizeof *world.triage);
    return world;
}

static void world_clear(struct world *world)
{
    table_free(world->table);
    free(world->rows);
    free(world->kinds);
    free(world->own);
    free(world->triage);
}

static void what_many_do_at_once_is_discounted(void **state)
{
    struct world world = world_new(48, 40);
    size_t crowd = 0, alone = 0;
    (void)state;
    for (size_t i = 0; i < world.n; i++) {
        bool many = world.rows[i].hour == 20, one = world.rows[i].hour == 30 && alone == 0;
        world.own[i] = many || one ? 6 : 0.5f;
        if (one) {
            alone = i;
        }
        crowd += many;
    }
    assert_true(crowd > 15 && alone > 0);
    assert_true(triage_score(world.table, world.kinds, world.own, NULL, world.triage, NULL,
                             NULL, NULL));
    for (size_t i = 0; i < world.n; i++) {
        if (world.rows[i].hour == 20) {
            assert_true((double)world.triage[i] < TRIAGE_THRESHOLD);
        }
    }
    assert_true(world.triage[alone] == 6);
    /* Two at once may be one incident. */
    for (size_t i = 0; i < world.n; i++) {
        if (world.rows[i].hour == 30 && i != alone) {
            world.own[i] = 6;
            break;
        }
    }
    assert_true(triage_score(world.table, world.kinds, world.own, NULL, world.triage, NULL,
                             NULL, NULL));
    assert_true(world.triage[alone] == 6);
    world_clear(&world);
}

static void without_own_past_it_is_the_ensemble(void **state)
{
    struct world world = world_new(20, 10);
    double *ensemble = fixture_scores(world.table->profiles.n, 0, 5, 3);
    (void)state;
    for (size_t i = 0; i < world.n; i++) {
        world.own[i] = NAN;
    }
    assert_true(triage_score(world.table, world.kinds, world.own, ensemble, world.triage, NULL,
                             NULL, NULL));
    for (size_t i = 0; i + 1 < world.n; i++) {
        double a = ensemble[world.table->row_profile[i]];
        double b = ensemble[world.table->row_profile[i + 1]];
        assert_true(isnan(a) == isnan(world.triage[i]));
        assert_true(!(a > b) || world.triage[i] >= world.triage[i + 1]);
    }
    free(ensemble);
    world_clear(&world);
}

static void threads_give_the_same_triage(void **state)
{
    struct world world = world_new(24 * 30, 300);
    float *again = calloc(world.n, sizeof *again);
    uint64_t random = 9;
    (void)state;
    for (size_t i = 0; i < world.n; i++) {
        world.own[i] = (float)fixture_below(&random, 500) / 100;
    }
    assert_true(triage_score(world.table, world.kinds, world.own, NULL, world.triage, NULL,
                             NULL, NULL));
    struct parallel *parallel = parallel_new(3, NULL);
    assert_true(
        triage_score(world.table, world.kinds, world.own, NULL, again, parallel, NULL, NULL));
    assert_memory_equal(again, world.triage, world.n * sizeof *again);
    parallel_free(parallel);
    free(again);
    world_clear(&world);
}

static void episodes_are_hours_that_belong_together(void **state)
{
    /* user, hour, score: an hour's pause belongs, three do not */
    static const struct past_row rows[] = {
        {.hour = 10, .user = 1}, {.hour = 10, .user = 2}, {.hour = 11, .user = 1},
        {.hour = 13, .user = 1}, {.hour = 16, .user = 1}, {.hour = 11, .user = 2},
    };
    const uint32_t odd[6] = {4, 0, 3, 5, 2, 1};
    const double score[6] = {9, 4, 5, 6, 5, 5};
    struct table *table = past_world_table(rows, 6);
    struct episodes episodes;
    (void)state;
    assert_int_equal(episodes_gap(table, EPISODE_GAP, NULL), 7200);
    assert_true(episodes_make(&episodes, table, odd, score, 6, EPISODE_GAP, NULL));
    assert_int_equal(episodes.n, 3);
    assert_int_equal(episodes.of[0].best, 4);
    assert_int_equal(episodes.of[0].n, 1);
    assert_int_equal(episodes.of[1].best, 5); /* user 2, 6 */
    assert_int_equal(episodes.of[1].n, 2);
    assert_int_equal(episodes.of[2].best, 2); /* the earlier row of two with 5 */
    assert_int_equal(episodes.of[2].n, 3);
    assert_int_equal(episodes.of[2].last - episodes.of[2].first, 3 * 3600);
    for (uint32_t k = 1; k < 3; k++) {
        assert_true(episodes.rows[episodes.of[2].from + k] >
                    episodes.rows[episodes.of[2].from + k - 1]);
    }
    const size_t wanted[6] = {2, 1, 2, 2, 0, 1};
    for (uint32_t row = 0; row < 6; row++) {
        assert_int_equal(episodes_find(&episodes, row), wanted[row]);
    }
    assert_true(episodes_find(&episodes, 7) == SIZE_MAX);
    episodes_clear(&episodes);
    /* A wider gap joins them, whatever the order. */
    assert_true(episodes_make(&episodes, table, odd, score, 6, 3 * 3600, NULL));
    assert_int_equal(episodes.n, 2);
    episodes_clear(&episodes);
    table_free(table);
}

static void days_that_follow_belong_together(void **state)
{
    const struct past_row rows[] = {
        {.hour = 0, .user = 1}, {.hour = 24, .user = 1}, {.hour = 72, .user = 1}};
    struct table *table = past_world_table(rows, 3);
    (void)state;
    assert_int_equal(episodes_gap(table, EPISODE_GAP, NULL), 86400);
    table_free(table);
}

static void episodes_survive_lack_of_memory(void **state)
{
    struct world world = world_new(30, 9);
    uint32_t *rows = calloc(world.n, sizeof *rows);
    double *score = fixture_scores(world.n, 5, 0, 4);
    (void)state;
    for (size_t i = 0; i < world.n; i++) {
        rows[i] = (uint32_t)i;
    }
    long before = oom_live();
    for (unsigned long at = 0;; at++) {
        struct episodes episodes;
        struct status status = {0};
        oom_arm(at, false);
        bool good = episodes_make(&episodes, world.table, rows, score, world.n, 7200, &status);
        bool scored = triage_score(world.table, world.kinds, world.own, NULL, world.triage,
                                   NULL, NULL, &status);
        bool failed = oom_disarm();
        if (good) {
            episodes_clear(&episodes);
        }
        assert_int_equal(oom_live(), before);
        assert_true((good && scored) == !failed);
        if (!failed) {
            break;
        }
        assert_int_equal(status.code, STATUS_NOMEM);
    }
    free(rows);
    free(score);
    world_clear(&world);
}

/* The account most alike before the window is the one that does the same, and nothing of the
 * window or later changes who that is. */
static void peers_are_who_was_alike_before(void **state)
{
    struct world world = world_new(24 * 6, 30);
    (void)state;
    size_t row = world.n - 1;
    while (world.rows[row].user != 2 || world.rows[row].hour > 130) {
        row--;
    }
    for (size_t i = 0; i < world.n; i++) {
        if (world.rows[i].user == 2 || world.rows[i].user == 8) {
            world.rows[i].total = 900 + (double)(i % 7);
            world.rows[i].destinations = 60;
        }
        if (world.rows[i].user == 12 && world.rows[i].hour >= world.rows[row].hour) {
            world.rows[i].total = 900; /* too late to be alike */
        }
    }
    table_free(world.table);
    world.table = past_world_table(world.rows, world.n);
    struct past *past = past_world_new(world.table);
    struct peers peers, again;
    assert_true(peers_find(past, world.table, world.kinds, row, 5, &peers, NULL, NULL, NULL));
    assert_int_equal(peers.n, 5);
    struct span name = dict_get(world.table->users, peers.of[0].user);
    assert_memory_equal(name.bytes, "p8@X", 4);
    for (size_t i = 0; i < peers.n; i++) {
        assert_int_equal(world.kinds[peers.of[i].user],
                         world.kinds[world.table->row_user[row]]);
        assert_true(i == 0 || peers.of[i].distance >= peers.of[i - 1].distance);
        if (peers.of[i].row != UINT32_MAX) {
            assert_int_equal(world.rows[peers.of[i].row].hour, world.rows[row].hour);
            assert_int_equal(world.table->row_user[peers.of[i].row], peers.of[i].user);
        }
    }
    struct parallel *parallel = parallel_new(3, NULL);
    assert_true(
        peers_find(past, world.table, world.kinds, row, 5, &again, parallel, NULL, NULL));
    for (size_t i = 0; i < peers.n; i++) {
        assert_int_equal(peers.of[i].user, again.of[i].user);
    }
    parallel_free(parallel);
    past_free(past);
    world_clear(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_many_do_at_once_is_discounted),
        cmocka_unit_test(without_own_past_it_is_the_ensemble),
        cmocka_unit_test(threads_give_the_same_triage),
        cmocka_unit_test(episodes_are_hours_that_belong_together),
        cmocka_unit_test(days_that_follow_belong_together),
        cmocka_unit_test(episodes_survive_lack_of_memory),
        cmocka_unit_test(peers_are_who_was_alike_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Lists of neighbours as they are kept: what comes back, in any order, with and without room.
 */
#include "models/lof/lof_lists.h"

#include <stdlib.h>

#include "unit/fixture.h"
#include "unit/test.h"

enum { POINTS = 300, MOST = 400 };

/* The list of a point: any numbers, far and near, as many as its number says. */
static void fill(struct kdtree_hits *hits, size_t point)
{
    uint64_t random = point + 1;
    hits->n = point % 5 == 0 ? 1 : fixture_below(&random, MOST) + 1;
    assert_true(kdtree_hits_reserve(hits, hits->n, NULL));
    for (size_t i = 0; i < hits->n; i++) {
        const bool far = fixture_below(&random, 4) == 0;
        hits->point[i] = (uint32_t)(far ? fixture_below(&random, INT32_MAX)
                                        : point + fixture_below(&random, 100));
    }
}

static void assert_list(const struct lof_lists *lists, size_t point)
{
    struct kdtree_hits expected = {0}, found = {0};
    fill(&expected, point);
    assert_true(lof_lists_get(lists, point, 7, &found));
    assert_int_equal(found.n, expected.n);
    assert_memory_equal(found.point, expected.point, found.n * sizeof *found.point);
    kdtree_hits_clear(&expected);
    kdtree_hits_clear(&found);
}

static void lists_come_back_in_any_order(void **state)
{
    (void)state;
    struct kdtree_hits hits = {0};
    struct lof_lists *lists = lof_lists_new(POINTS, SIZE_MAX, NULL);
    assert_false(lof_lists_get(lists, 0, 7, &hits));
    for (size_t group = 5; group-- > 0;) {
        for (size_t i = 0; i < LOF_LISTS_GROUP && group * LOF_LISTS_GROUP + i < POINTS; i++) {
            fill(&hits, group * LOF_LISTS_GROUP + i);
            lof_lists_keep(lists, group * LOF_LISTS_GROUP + i, 7, &hits);
        }
    }
    assert_true(lof_lists_whole(lists));
    for (size_t point = POINTS; point-- > 0;) {
        assert_list(lists, point);
    }
    kdtree_hits_clear(&hits);
    lof_lists_free(lists);
}

static void gaps_are_not_lists(void **state)
{
    (void)state;
    struct kdtree_hits hits = {0}, found = {0};
    struct lof_lists *lists = lof_lists_new(POINTS, SIZE_MAX, NULL);
    for (size_t point = 0; point < POINTS; point++) {
        if (point % 3 == 2) {
            fill(&hits, point);
            lof_lists_keep(lists, point, 7, &hits);
        }
    }
    for (size_t point = 0; point < POINTS; point++) {
        if (point % 3 == 2) {
            assert_list(lists, point);
        } else {
            assert_false(lof_lists_get(lists, point, 7, &found));
        }
    }
    kdtree_hits_clear(&hits);
    lof_lists_free(lists);
}

static void without_room_some_are_turned_away(void **state)
{
    (void)state;
    struct kdtree_hits hits = {0}, found = {0};
    struct lof_lists *lists = lof_lists_new(POINTS, 20000, NULL);
    size_t kept = 0;
    for (size_t point = 0; point < POINTS; point++) {
        fill(&hits, point);
        lof_lists_keep(lists, point, 7, &hits);
    }
    assert_false(lof_lists_whole(lists));
    for (size_t point = 0; point < POINTS; point++) {
        if (lof_lists_get(lists, point, 7, &found)) {
            assert_list(lists, point);
            kept++;
        }
    }
    assert_true(kept > 0 && kept < POINTS);
    kdtree_hits_clear(&hits);
    kdtree_hits_clear(&found);
    lof_lists_free(lists);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_come_back_in_any_order),
        cmocka_unit_test(gaps_are_not_lists),
        cmocka_unit_test(without_room_some_are_turned_away),
    };
    return cmocka_run_group_tests_name("lof lists", tests, NULL, NULL);
}

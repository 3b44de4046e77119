/* queue: every kind against what it promises, on a table with ties. */
#include "review/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/builder.h"
#include "unit/test.h"

enum { ROWS = 600, VALUES = 90 };

struct world {
    struct table *table;
    struct row_index *index;
    double *score[2];
    struct ranking *ranking[2];
};

/* 600 rows of 90 profiles; two scores that order the profiles differently, with ties. */
static int make_world(void **state)
{
    static const char *const names[] = {"total_events"};
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    struct table_builder *builder = table_builder_new(names, 1, false, false, NULL);
    for (unsigned i = 0; i < ROWS; i++) {
        double value = (i * 37 + i * i) % VALUES;
        assert_true(
            table_builder_add(builder, (struct span){0}, (struct span){0}, &value, NULL));
    }
    w->table = table_builder_finish(builder, NULL);
    w->index =
        row_index_new(w->table->row_profile, ROWS, w->table->profiles.n, NULL, NULL, NULL);
    for (size_t d = 0; d < 2; d++) {
        w->score[d] = calloc(w->table->profiles.n, sizeof(double));
        assert_non_null(w->score[d]);
        for (size_t p = 0; p < w->table->profiles.n; p++) {
            double value = table_profile(w->table, p)[0];
            w->score[d][p] = d == 0 ? 1 + value : 1 + (double)((unsigned)value * 7 % 40);
        }
        w->ranking[d] = ranking_new(w->score[d], &w->table->profiles, NULL, NULL);
    }
    *state = w;
    return 0;
}

static int free_world(void **state)
{
    struct world *w = *state;
    for (size_t d = 0; d < 2; d++) {
        ranking_free(w->ranking[d]);
        free(w->score[d]);
    }
    row_index_free(w->index);
    table_free(w->table);
    free(w);
    return 0;
}

static struct queue *make(const struct world *w, const struct queue_spec *spec, size_t n)
{
    struct status status = {0};
    const struct ranking *both[2] = {w->ranking[0], w->ranking[1]};
    struct queue *queue = queue_new(spec, both, n, w->index, ROWS, &status);
    if (queue == NULL) {
        fail_msg("%s", status.text);
    }
    return queue;
}

static size_t rank_of(const struct world *w, size_t d, uint32_t row)
{
    return ranking_rank_of(w->ranking[d], w->index, w->table->row_profile, row);
}

static void top_is_the_ranking(void **state)
{
    struct world *w = *state;
    struct queue_spec spec = {.kind = QUEUE_TOP, .k = 40};
    struct queue *queue = make(w, &spec, 1);
    char text[200];
    assert_int_equal(queue->n, 40);
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(queue->items[i].rank, i + 1);
        assert_int_equal(rank_of(w, 0, queue->items[i].row), i + 1);
        assert_int_equal(queue->items[i].role, ROLE_LIST);
    }
    queue_text(queue, text, sizeof text);
    assert_string_equal(text, "40 user-hours");
    queue_free(queue);
    spec.k = 100000; /* more than there are */
    queue = make(w, &spec, 1);
    assert_int_equal(queue->n, ROWS);
    queue_free(queue);
    assert_null(queue_new(&spec, NULL, 0, w->index, ROWS, NULL));
}

static void pooled_is_the_union(void **state)
{
    struct world *w = *state;
    struct queue_spec spec = {.kind = QUEUE_POOLED, .k = 50};
    struct queue *queue = make(w, &spec, 2);
    bool listed[ROWS] = {false};
    size_t expected = 0;
    for (uint32_t row = 0; row < ROWS; row++) {
        expected += rank_of(w, 0, row) <= 50 || rank_of(w, 1, row) <= 50;
    }
    assert_int_equal(queue->slots, 100);
    assert_int_equal(queue->distinct, expected);
    assert_int_equal(queue->n, expected);
    assert_true(expected < 100);
    for (size_t i = 0; i < queue->n; i++) {
        const struct queue_item *item = &queue->items[i];
        size_t a = rank_of(w, 0, item->row), b = rank_of(w, 1, item->row);
        assert_false(listed[item->row]);
        listed[item->row] = true;
        assert_int_equal(item->rank, a < b ? a : b);
        assert_int_equal(rank_of(w, item->ranking, item->row), item->rank);
        assert_true(i == 0 || queue->items[i - 1].rank <= item->rank);
    }
    char text[200], wanted[200];
    queue_text(queue, text, sizeof text);
    snprintf(wanted, sizeof wanted, "100 slots, %zu distinct", expected);
    assert_string_equal(text, wanted);
    queue_free(queue);
}

/* K counts what is left, ranks are those of the whole list, and no control is a hidden row. */
static void hidden_rows_are_in_no_queue(void **state)
{
    struct world *w = *state;
    enum { K = 40 };
    uint64_t hidden[ROWS / 64 + 1] = {0};
    for (uint32_t row = 0; row < ROWS; row++) {
        if (rank_of(w, 0, row) % 3 == 1) {
            hidden[row / 64] |= (uint64_t)1 << (row % 64);
        }
    }
    for (int blind = 0; blind < 2; blind++) {
        struct queue_spec spec = {.kind = QUEUE_POOLED,
                                  .k = K,
                                  .blind = blind == 1,
                                  .controls = 1000000,
                                  .hidden = hidden,
                                  .rules = 1764587640123};
        struct queue *queue = make(w, &spec, 2);
        size_t left[2] = {0, 0}, lists = 0, wanted = 0;
        uint32_t last[2];
        for (size_t d = 0; d < 2; d++) { /* the rank of the K-th that is left */
            for (last[d] = 1; left[d] < K; last[d]++) {
                uint32_t row;
                assert_int_equal(ranking_rows(w->ranking[d], w->index, last[d], 1, &row, NULL),
                                 1);
                left[d] += (hidden[row / 64] >> (row % 64) & 1) == 0;
            }
        }
        for (uint32_t row = 0; row < ROWS; row++) {
            bool shown = (hidden[row / 64] >> (row % 64) & 1) == 0;
            wanted += shown && (rank_of(w, 0, row) < last[0] || rank_of(w, 1, row) < last[1]);
        }
        for (size_t i = 0; i < queue->n; i++) {
            const struct queue_item *item = &queue->items[i];
            assert_false((hidden[item->row / 64] >> (item->row % 64) & 1) != 0);
            if (item->role == ROLE_LIST) {
                size_t a = rank_of(w, 0, item->row), b = rank_of(w, 1, item->row);
                assert_true(item->rank == a || item->rank == b);
                assert_true(a < last[0] || b < last[1]);
                lists++;
            }
        }
        assert_int_equal(lists, wanted);
        assert_int_equal(queue->distinct, wanted);
        assert_int_equal(queue->slots, 2 * K);
        assert_true(queue->controls > 10); /* all that is left */
        assert_null(queue->spec.hidden);
        char text[200];
        queue_text(queue, text, sizeof text);
        assert_true((strstr(text, "rules") == NULL) == spec.blind); /* blind is not told */
        char label[QUEUE_LABEL], names[64];
        queue_label(&queue->spec, "iforest,lof", label, sizeof label);
        assert_non_null(strstr(label, " rules=1764587640123"));
        struct queue_spec again;
        assert_true(queue_parse(label, &again, names, sizeof names, NULL));
        assert_true(again.rules == spec.rules);
        queue_free(queue);
    }
    struct queue_spec spec = {.kind = QUEUE_STRATA, .k = 200, .hidden = hidden, .rules = 5};
    queue_default_strata(&spec, 1000);
    struct queue *queue = make(w, &spec, 1); /* strata are of all rows */
    char label[QUEUE_LABEL];
    assert_int_equal(queue->distinct, 200);
    queue_label(&spec, "lof", label, sizeof label);
    assert_null(strstr(label, "rules"));
    queue_free(queue);
    assert_false(queue_parse_word("rules=", &spec));
    assert_false(queue_parse_word("rules=0", &spec));
    assert_false(queue_parse_word("rules=-4", &spec));
}

static void blind_is_a_seeded_shuffle_with_controls_and_repeats(void **state)
{
    struct world *w = *state;
    struct queue_spec spec = {
        .kind = QUEUE_POOLED, .k = 50, .blind = true, .seed = 42, .controls = 12, .repeats = 9};
    struct queue *one = make(w, &spec, 2), *two = make(w, &spec, 2);
    assert_int_equal(one->n, two->n);
    assert_memory_equal(one->items, two->items, one->n * sizeof *one->items);
    spec.seed = 43;
    struct queue *other = make(w, &spec, 2);
    assert_memory_not_equal(one->items, other->items, one->n * sizeof *one->items);
    queue_free(two);
    queue_free(other);

    size_t roles[ENTRY_ROLES] = {0}, falling = 0;
    int first_seen[ROWS];
    memset(first_seen, -1, sizeof first_seen);
    for (size_t i = 0; i < one->n; i++) {
        const struct queue_item *item = &one->items[i];
        roles[item->role]++;
        falling += i > 0 && item->rank < one->items[i - 1].rank;
        bool listed = rank_of(w, 0, item->row) <= 50 || rank_of(w, 1, item->row) <= 50;
        if (item->role == ROLE_REPEAT) {
            assert_true(first_seen[item->row] >= 0);
            assert_true(i > (size_t)first_seen[item->row]);
        } else {
            assert_int_equal(listed, item->role == ROLE_LIST);
            assert_int_equal(first_seen[item->row], -1);
            first_seen[item->row] = (int)i;
        }
    }
    assert_int_equal(roles[ROLE_CONTROL], 12);
    assert_int_equal(roles[ROLE_REPEAT], 9);
    assert_int_equal(roles[ROLE_LIST], one->distinct);
    assert_true(falling > one->n / 4);
    char text[200];
    queue_text(one, text, sizeof text);
    assert_non_null(
        strstr(text, "; 12 of the bulk as controls; 9 shown twice; blind, seed 42"));
    queue_free(one);
}

static void controls_reach_every_row_of_the_bulk(void **state)
{
    struct world *w = *state;
    struct queue_spec spec = {
        .kind = QUEUE_TOP, .k = 100, .controls = UINT32_MAX, .repeats = 90000};
    struct queue *queue = make(w, &spec, 1);
    bool seen[ROWS] = {false};
    assert_int_equal(queue->controls, ROWS - 100);
    assert_int_equal(queue->repeats, ROWS / 2);
    assert_int_equal(queue->n, ROWS + ROWS / 2);
    for (size_t i = 0; i < queue->n; i++) {
        seen[queue->items[i].row] = true;
    }
    for (size_t row = 0; row < ROWS; row++) {
        assert_true(seen[row]);
    }
    queue_free(queue);
}

/* What has been judged of a stratum at any time is a random sample of it, too: its first row
 * is as often in the lower as in the upper half. */
static void strata_are_begun_anywhere(void **state)
{
    struct world *w = *state;
    struct queue_spec spec = {
        .kind = QUEUE_STRATA, .k = 300, .n_strata = 2, .strata = {{100, 30}, {300, 30}}};
    unsigned low[2] = {0};
    for (uint32_t seed = 0; seed < 400; seed++) {
        spec.seed = seed;
        struct queue *queue = make(w, &spec, 1);
        for (size_t i = 0; i < 60; i++) {
            assert_int_equal(queue->items[i].stratum, i / 30);
        }
        low[0] += queue->items[0].rank <= 50;
        low[1] += queue->items[30].rank <= 200;
        queue_free(queue);
    }
    /* Binomial(400, 1/2): five standard deviations are 50. */
    assert_in_range(low[0], 150, 250);
    assert_in_range(low[1], 150, 250);
}

/* Each rank of a stratum is as likely as any other. */
static void strata_are_random_samples(void **state)
{
    struct world *w = *state;
    struct queue_spec spec = {.kind = QUEUE_STRATA,
                              .k = 300,
                              .n_strata = 3,
                              .strata = {{20, 20}, {100, 10}, {300, 5}}};
    unsigned hits[301] = {0};
    for (uint32_t seed = 0; seed < 400; seed++) {
        spec.seed = seed;
        struct queue *queue = make(w, &spec, 1);
        assert_int_equal(queue->n, 35);
        for (size_t i = 0; i < queue->n; i++) {
            const struct queue_item *item = &queue->items[i];
            assert_int_equal(rank_of(w, 0, item->row), item->rank);
            assert_int_equal(item->stratum, item->rank <= 20 ? 0 : item->rank <= 100 ? 1 : 2);
            hits[item->rank]++;
        }
        queue_free(queue);
    }
    /* Binomial(400, 10/80 and 5/200): means 50 and 10, five standard deviations away. */
    for (size_t rank = 1; rank <= 300; rank++) {
        if (rank <= 20) {
            assert_int_equal(hits[rank], 400);
        } else if (rank <= 100) {
            assert_in_range(hits[rank], 50 - 33, 50 + 33);
        } else {
            assert_true(hits[rank] <= 10 + 18);
        }
    }
}

static void default_strata(void **state)
{
    (void)state;
    struct queue_spec spec = {.k = 3000};
    static const uint32_t lasts[] = {50, 200, 1000, 3000};
    queue_default_strata(&spec, 40);
    assert_int_equal(spec.n_strata, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(spec.strata[i].last, lasts[i]);
        assert_int_equal(spec.strata[i].drawn, 40);
    }
    spec.k = 10;
    queue_default_strata(&spec, 40);
    assert_int_equal(spec.n_strata, 1);
    spec.k = UINT32_MAX;
    queue_default_strata(&spec, 40);
    assert_int_equal(spec.strata[spec.n_strata - 1].last, UINT32_MAX);
}

static void labels_say_all_and_come_back(void **state)
{
    (void)state;
    struct queue_spec specs[] = {
        {.kind = QUEUE_TOP, .k = 50},
        {.kind = QUEUE_POOLED, .k = 7, .blind = true, .seed = 4294967295u, .controls = 3},
        {.kind = QUEUE_STRATA,
         .k = 1000,
         .seed = 1,
         .repeats = 2,
         .n_strata = 2,
         .strata = {{50, 50}, {1000, 25}}},
    };
    static const char *const labels[] = {
        "top iforest,lof k=50",
        "pooled iforest,lof k=7 seed=4294967295 blind controls=3",
        "strata iforest,lof k=1000 seed=1 repeats=2 strata=50:50,1000:25",
    };
    for (size_t i = 0; i < 3; i++) {
        char label[QUEUE_LABEL], names[64];
        struct queue_spec back;
        queue_label(&specs[i], "iforest,lof", label, sizeof label);
        assert_string_equal(label, labels[i]);
        assert_true(queue_parse(label, &back, names, sizeof names, NULL));
        assert_string_equal(names, "iforest,lof");
        assert_memory_equal(&back, &specs[i], sizeof back);
    }
    static const char *const wrong[] = {"",
                                        "top",
                                        "most iforest k=3",
                                        "top iforest k=",
                                        "top iforest k=4294967296",
                                        "top iforest k=-1",
                                        "top iforest k=5x",
                                        "top iforest loud",
                                        "strata iforest k=5 strata=5",
                                        "strata iforest k=5 strata=5:1,",
                                        "strata iforest k=5 strata="};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char names[64];
        struct queue_spec back;
        assert_false(queue_parse(wrong[i], &back, names, sizeof names, NULL));
    }
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, free_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(top_is_the_ranking),
        IN_WORLD(pooled_is_the_union),
        IN_WORLD(hidden_rows_are_in_no_queue),
        IN_WORLD(blind_is_a_seeded_shuffle_with_controls_and_repeats),
        IN_WORLD(controls_reach_every_row_of_the_bulk),
        IN_WORLD(strata_are_random_samples),
        IN_WORLD(strata_are_begun_anywhere),
        cmocka_unit_test(default_strata),
        cmocka_unit_test(labels_say_all_and_come_back),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}

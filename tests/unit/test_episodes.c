/* The episodes of a list, against all pairs of its odd rows. */
#include "rank/episodes.h"
#include "review/queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/past_world.h"
#include "unit/test.h"

enum { K_MOST = 60 };

/* A table, a list over its rows or profiles, and which rows belong together by brute force. */
struct world {
    struct past_row *rows;
    size_t n;
    struct table *table;
    struct row_index *index;
    double *of_profiles;
    float *of_rows;
    struct ranking *ranking;
    struct episode_cut cut;
    size_t *group; /* (n) the smallest row of the episode; SIZE_MAX: not odd */
    size_t *best;  /* (n_best) best rows, by place */
    size_t n_best;
};

static double score_of(const struct world *w, size_t row)
{
    return ranking_row_score(w->ranking, w->table->row_profile, row);
}

static bool comes_before(const struct world *w, size_t a, size_t b)
{
    return score_of(w, a) > score_of(w, b) || (score_of(w, a) == score_of(w, b) && a < b);
}

static void group_by_pairs(struct world *w)
{
    bool changed = true;
    w->group = calloc(w->n, sizeof *w->group);
    w->best = calloc(w->n, sizeof *w->best);
    for (size_t i = 0; i < w->n; i++) {
        w->group[i] = score_of(w, i) > w->cut.threshold ? i : SIZE_MAX;
    }
    while (changed) {
        changed = false;
        for (size_t i = 0; i < w->n; i++) {
            for (size_t j = 0; j < w->n; j++) {
                int64_t apart = ((int64_t)w->rows[i].hour - (int64_t)w->rows[j].hour) * 3600;
                if (w->group[i] != SIZE_MAX && w->group[j] != SIZE_MAX &&
                    w->rows[i].user == w->rows[j].user && apart >= -w->cut.gap &&
                    apart <= w->cut.gap && w->group[i] < w->group[j]) {
                    w->group[j] = w->group[i];
                    changed = true;
                }
            }
        }
    }
    for (size_t i = 0; i < w->n; i++) {
        bool is_best = w->group[i] != SIZE_MAX;
        for (size_t j = 0; is_best && j < w->n; j++) {
            is_best = w->group[j] != w->group[i] || !comes_before(w, j, i);
        }
        if (is_best) {
            size_t at = w->n_best++;
            for (; at > 0 && comes_before(w, i, w->best[at - 1]); at--) {
                w->best[at] = w->best[at - 1];
            }
            w->best[at] = i;
        }
    }
}

static struct world world_new(bool by_row, size_t levels, int64_t gap, double threshold,
                              uint64_t seed)
{
    struct world w = {0};
    w.n = past_world(&w.rows, 60, 14, seed);
    w.table = past_world_table(w.rows, w.n);
    w.index = fixture_index(w.table);
    if (by_row) {
        double *score = fixture_scores(w.n, levels, 9, seed + 1);
        w.of_rows = calloc(w.n, sizeof *w.of_rows);
        for (size_t i = 0; i < w.n; i++) {
            w.of_rows[i] = (float)score[i];
        }
        free(score);
        w.ranking = ranking_new_rows(w.of_rows, w.n, NULL, NULL);
    } else {
        w.of_profiles = fixture_scores(w.table->profiles.n, levels, 9, seed + 1);
        w.ranking = ranking_new(w.of_profiles, &w.table->profiles, NULL, NULL);
    }
    double cut = ranking_percentile(w.ranking, 100 - 100 * threshold);
    w.cut = (struct episode_cut){w.table, w.ranking, w.index, cut, gap};
    group_by_pairs(&w);
    return w;
}

static void world_clear(struct world *w)
{
    ranking_free(w->ranking);
    row_index_free(w->index);
    table_free(w->table);
    free(w->rows);
    free(w->of_profiles);
    free(w->of_rows);
    free(w->group);
    free(w->best);
}

/* The i-th episode is that of `best`, with all its rows by time and no others. */
static void assert_episode(const struct world *w, const struct episodes *episodes, size_t i,
                           size_t best)
{
    const struct episode *e = &episodes->of[i];
    const uint32_t *rows = episodes_rows(episodes, i);
    size_t wanted = 0;
    assert_int_equal(e->best, best);
    assert_true(e->score == score_of(w, best));
    for (size_t row = 0; row < w->n; row++) {
        bool in = w->group[row] == w->group[best];
        wanted += in;
        assert_true((episodes_find(episodes, (uint32_t)row) == i) == in);
    }
    assert_int_equal(e->n, wanted);
    for (uint32_t k = 0; k < e->n; k++) {
        assert_true(w->group[rows[k]] == w->group[best]);
        assert_true(
            k == 0 || w->rows[rows[k]].hour > w->rows[rows[k - 1]].hour ||
            (w->rows[rows[k]].hour == w->rows[rows[k - 1]].hour && rows[k] > rows[k - 1]));
    }
    assert_int_equal(e->last - e->first,
                     (w->rows[rows[e->n - 1]].hour - w->rows[rows[0]].hour) * 3600);
}

static void check_heads(const struct world *w)
{
    for (size_t k = 0; k <= K_MOST; k += k < 5 ? 1 : 11) {
        for (int ties = 0; ties < 2; ties++) {
            struct episodes head;
            size_t wanted = k < w->n_best ? k : w->n_best;
            assert_true(episodes_head(&w->cut, k, ties == 1, &head, NULL, NULL));
            while (ties == 1 && wanted > 0 && wanted < w->n_best &&
                   score_of(w, w->best[wanted]) == score_of(w, w->best[wanted - 1])) {
                wanted++;
            }
            assert_int_equal(head.n, wanted);
            size_t at = 0;
            for (size_t i = 0; i < head.n; i++) {
                assert_int_equal(head.of[i].from, at);
                at += head.of[i].n;
                assert_episode(w, &head, i, w->best[i]);
            }
            assert_int_equal(at, head.n_rows);
            episodes_clear(&head);
        }
    }
}

static void check_with(const struct world *w, uint64_t seed)
{
    uint32_t *rows = calloc(w->n, sizeof *rows);
    size_t n = 0, at = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (fixture_below(&seed, 12) == 0) {
            rows[n++] = (uint32_t)i;
        }
    }
    struct episodes some;
    assert_true(episodes_with(&w->cut, rows, n, &some, NULL, NULL));
    for (size_t i = 0; i < w->n_best; i++) {
        bool has = false;
        for (size_t j = 0; j < n; j++) {
            has = has || w->group[rows[j]] == w->group[w->best[i]];
        }
        if (has) {
            assert_episode(w, &some, at++, w->best[i]);
        }
    }
    assert_int_equal(some.n, at);
    episodes_clear(&some);
    free(rows);
}

static void check_order(const struct world *w)
{
    const struct row_order order = {.key = ROW_KEY_TIME, .falling = true};
    struct episodes all;
    assert_true(episodes_head(&w->cut, w->n, false, &all, NULL, NULL));
    assert_int_equal(all.n, w->n_best);
    assert_true(episodes_order(&all, w->table, &order, 20, NULL, NULL));
    assert_int_equal(all.n, w->n_best < 20 ? w->n_best : 20);
    for (size_t i = 0; i < all.n; i++) {
        assert_episode(w, &all, i, all.of[i].best);
        assert_true(i == 0 || w->rows[all.of[i].best].hour <= w->rows[all.of[i - 1].best].hour);
    }
    episodes_clear(&all);
}

static void they_are_those_of_all_pairs(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct world w =
            world_new(seed % 2 == 0, seed < 3 ? 7 : 0, (int64_t)(seed % 3) * 3600 + 3600,
                      seed < 4 ? 0.3 : 0.05, 40 + seed);
        assert_true(w.n_best > 10);
        check_heads(&w);
        check_with(&w, seed);
        check_order(&w);
        world_clear(&w);
    }
}

/* A long list, of which the head needs few: the answer is the whole's all the same. */
static void the_head_is_that_of_the_whole(void **state)
{
    struct world w = {0};
    (void)state;
    w.n = past_world(&w.rows, 24 * 40, 60, 3);
    w.table = past_world_table(w.rows, w.n);
    double *score = fixture_scores(w.n, 0, 0, 8);
    w.of_rows = calloc(w.n, sizeof *w.of_rows);
    for (size_t i = 0; i < w.n; i++) {
        w.of_rows[i] = (float)score[i];
    }
    free(score);
    w.ranking = ranking_new_rows(w.of_rows, w.n, NULL, NULL);
    w.cut = (struct episode_cut){w.table, w.ranking, NULL, ranking_percentile(w.ranking, 90),
                                 EPISODE_GAP};
    struct episodes whole;
    assert_true(episodes_head(&w.cut, w.n, false, &whole, NULL, NULL));
    assert_int_equal(whole.n_rows, episodes_odd_rows(&w.cut));
    for (size_t k = 1; k < whole.n; k *= 3) {
        struct episodes head;
        assert_true(episodes_head(&w.cut, k, false, &head, NULL, NULL));
        assert_int_equal(head.n, k);
        assert_memory_equal(head.rows, whole.rows, head.n_rows * sizeof *head.rows);
        for (size_t i = 0; i < k; i++) {
            assert_memory_equal(&head.of[i], &whole.of[i], sizeof head.of[i]);
        }
        episodes_clear(&head);
    }
    episodes_clear(&whole);
    world_clear(&w);
}

static void rows_without_a_user_stand_alone(void **state)
{
    static const struct past_row rows[] = {{.hour = 1, .user = 1}, {.hour = 2, .user = 1}};
    static const float score[] = {5, 6};
    struct table *table = past_world_table(rows, 2);
    struct ranking *ranking = ranking_new_rows(score, 2, NULL, NULL);
    struct dict *users = table->users, *empty = dict_new(NULL);
    const struct episode_cut cut = {table, ranking, NULL, 1, EPISODE_GAP};
    struct episodes episodes;
    (void)state;
    assert_true(episodes_head(&cut, 9, false, &episodes, NULL, NULL));
    assert_int_equal(episodes.n, 1);
    assert_int_equal(episodes_windows(&episodes, table, 0), 2);
    episodes_clear(&episodes);
    for (size_t i = 0; i < 2; i++) {
        table->users = i == 0 ? empty : NULL; /* an empty name; no such column */
        assert_true(i == 1 || dict_add(empty, "", 0, NULL) == table->row_user[0]);
        assert_true(episodes_head(&cut, 9, false, &episodes, NULL, NULL));
        assert_int_equal(episodes.n, 2);
        assert_int_equal(episodes.of[0].best, 1);
        episodes_clear(&episodes);
    }
    table->users = users;
    dict_free(empty);
    ranking_free(ranking);
    table_free(table);
}

static void a_list_without_odd_rows_has_none(void **state)
{
    struct world w = world_new(true, 5, 7200, 0.2, 3);
    const uint32_t rows[] = {1, 2};
    struct episodes none;
    (void)state;
    w.cut.threshold = INFINITY;
    assert_true(episodes_head(&w.cut, 5, true, &none, NULL, NULL));
    assert_int_equal(none.n, 0);
    episodes_clear(&none);
    assert_true(episodes_with(&w.cut, rows, 2, &none, NULL, NULL));
    assert_int_equal(none.n, 0);
    episodes_clear(&none);
    world_clear(&w);
}

static void they_survive_lack_of_memory(void **state)
{
    struct world w = world_new(true, 5, 7200, 0.2, 3);
    const uint32_t rows[] = {1, 2, 40, 41, 42, 43, 44, 45};
    const struct row_order order = {.key = ROW_KEY_USER};
    (void)state;
    for (int what = 0; what < 3; what++) {
        long before = oom_live();
        for (unsigned long at = 0;; at++) {
            struct episodes episodes;
            struct status status = {0};
            oom_arm(at, false);
            bool good = what == 1 ? episodes_with(&w.cut, rows, 8, &episodes, NULL, &status)
                                  : episodes_head(&w.cut, 9, true, &episodes, NULL, &status);
            good = good &&
                   (what != 2 || episodes_order(&episodes, w.table, &order, 5, NULL, &status));
            bool failed = oom_disarm();
            if (good) {
                episodes_clear(&episodes);
            }
            assert_int_equal(oom_live(), before);
            assert_true(good == !failed);
            if (!failed) {
                break;
            }
            assert_int_equal(status.code, STATUS_NOMEM);
        }
    }
    world_clear(&w);
}

/* ---- queues of episodes ---- */

enum { POOL_K = 25 };

/* Which episodes of both heads belong together, by looking at all pairs; by row the number of
 * its position, SIZE_MAX: in none. `rank` the best of each. */
static void pool_by_pairs(const struct world *w, const struct episodes heads[2], size_t *of,
                          size_t *rank)
{
    bool changed = true;
    for (size_t row = 0; row < w->n; row++) {
        of[row] = SIZE_MAX;
    }
    while (changed) {
        changed = false;
        for (size_t h = 0; h < 2; h++) {
            for (size_t e = 0; e < heads[h].n; e++) {
                size_t least = h * POOL_K + e;
                const uint32_t *rows = episodes_rows(&heads[h], e);
                for (uint32_t k = 0; k < heads[h].of[e].n; k++) {
                    least = of[rows[k]] < least ? of[rows[k]] : least;
                }
                for (uint32_t k = 0; k < heads[h].of[e].n; k++) {
                    changed = changed || of[rows[k]] != least;
                    of[rows[k]] = least;
                }
            }
        }
    }
    for (size_t i = 0; i < 2 * POOL_K; i++) {
        rank[i] = SIZE_MAX;
    }
    for (size_t h = 0; h < 2; h++) {
        for (size_t e = 0; e < heads[h].n; e++) {
            size_t group = of[heads[h].of[e].best];
            rank[group] = e + 1 < rank[group] ? e + 1 : rank[group];
        }
    }
}

static void check_pool(const struct world *w, const struct queue *queue,
                       const struct episodes heads[2])
{
    size_t *of = calloc(w->n, sizeof *of), rank[2 * POOL_K], in_lists = 0, in_items = 0;
    bool *taken = calloc(w->n, sizeof *taken);
    pool_by_pairs(w, heads, of, rank);
    for (size_t row = 0; row < w->n; row++) {
        in_lists += of[row] != SIZE_MAX;
    }
    for (size_t i = 0; i < queue->n; i++) {
        const struct queue_item *item = &queue->items[i];
        size_t n;
        const uint32_t *rows = queue_rows(queue, item, &n);
        if (item->role == ROLE_CONTROL) {
            assert_true(n == 1 && of[item->row] == SIZE_MAX);
        }
        if (item->role != ROLE_LIST) {
            continue;
        }
        bool has_best = false;
        for (size_t k = 0; k < n; k++) {
            assert_false(taken[rows[k]]);
            taken[rows[k]] = true;
            assert_true(of[rows[k]] != SIZE_MAX && of[rows[k]] == of[item->row]);
            assert_true(k == 0 || w->rows[rows[k]].hour >= w->rows[rows[k - 1]].hour);
            has_best = has_best || rows[k] == item->row;
        }
        assert_true(has_best);
        assert_int_equal(item->rank, rank[of[item->row]]);
        assert_int_equal(heads[item->ranking].of[item->rank - 1].best, item->row);
        in_items += n;
    }
    assert_int_equal(in_items, in_lists); /* each row once: so the positions are the groups */
    free(of);
    free(taken);
}

static void a_queue_joins_episodes_that_share_a_row(void **state)
{
    size_t joined = 0;
    (void)state;
    for (uint64_t seed = 1; seed < 5; seed++) {
        struct world w = world_new(true, seed % 2 == 0 ? 6 : 0, 7200, 0.3, seed);
        double *score = fixture_scores(w.table->profiles.n, 0, 0, seed + 70);
        struct ranking *other = ranking_new(score, &w.table->profiles, NULL, NULL);
        const struct episode_cut cuts[2] = {
            w.cut, {w.table, other, w.index, ranking_percentile(other, 60), 7200}};
        struct queue_spec spec = {.kind = QUEUE_POOLED,
                                  .k = POOL_K,
                                  .episodes = true,
                                  .gap = 2,
                                  .controls = 7,
                                  .repeats = 3,
                                  .seed = 5};
        struct episodes heads[2];
        for (size_t h = 0; h < 2; h++) {
            assert_true(episodes_head(&cuts[h], POOL_K, false, &heads[h], NULL, NULL));
        }
        for (int blind = 0; blind < 2; blind++) {
            spec.blind = blind == 1;
            struct queue *queue = queue_new_episodes(&spec, cuts, 2, NULL);
            assert_non_null(queue);
            assert_int_equal(queue->slots, 2 * POOL_K);
            joined += queue->distinct < 2 * POOL_K;
            assert_int_equal(queue->n, queue->distinct + 7 + 3);
            check_pool(&w, queue, heads);
            char label[QUEUE_LABEL], names[64];
            struct queue_spec again;
            queue_label(&spec, "own,lof", label, sizeof label);
            assert_true(queue_parse(label, &again, names, sizeof names, NULL));
            assert_true(again.episodes && again.gap == 2 && again.blind == spec.blind);
            queue_free(queue);
        }
        episodes_clear(&heads[0]);
        episodes_clear(&heads[1]);
        ranking_free(other);
        free(score);
        world_clear(&w);
    }
    assert_true(joined > 0);
}

/* The first K of those that have a row which is not hidden, with all their rows. */
static void a_queue_leaves_out_hidden_episodes(void **state)
{
    enum { K = 5 };
    size_t full = 0;
    (void)state;
    for (uint64_t seed = 1; seed < 5; seed++) {
        struct world w = world_new(true, seed % 2 == 0 ? 6 : 0, 7200, 0.3, seed);
        struct episodes all;
        uint64_t *hidden = calloc(w.table->n_rows / 64 + 1, sizeof *hidden);
        assert_non_null(hidden);
        assert_true(episodes_head(&w.cut, 1000, false, &all, NULL, NULL));
        for (size_t e = 0; e < all.n; e++) { /* two of three are hidden, some but for a row */
            for (uint32_t i = 0; i < all.of[e].n && e % 3 != 1; i++) {
                uint32_t row = episodes_rows(&all, e)[i];
                bool spared = e % 3 == 2 && i == 0 && e % 2 == 0;
                hidden[row / 64] |= (uint64_t)!spared << (row % 64);
            }
        }
        const struct queue_spec spec = {
            .kind = QUEUE_TOP, .k = K, .episodes = true, .gap = 2, .hidden = hidden};
        struct queue *queue = queue_new_episodes(&spec, &w.cut, 1, NULL);
        assert_non_null(queue);
        size_t at = 0;
        for (size_t e = 0; e < all.n && at < K; e++) {
            if (e % 3 == 0 || (e % 3 == 2 && e % 2 == 1)) {
                continue;
            }
            assert_true(at < queue->n);
            assert_int_equal(queue->items[at].row, all.of[e].best);
            assert_int_equal(queue->items[at].rank, e + 1);
            assert_int_equal(queue->items[at].n_rows, all.of[e].n);
            at++;
        }
        assert_int_equal(queue->n, at);
        full += at == K;
        queue_free(queue);
        free(hidden);
        episodes_clear(&all);
        world_clear(&w);
    }
    assert_true(full > 2);
}

static void queues_survive_lack_of_memory(void **state)
{
    struct world w = world_new(true, 6, 7200, 0.3, 2);
    uint64_t hidden[64] = {3};
    assert_true(w.table->n_rows < 64 * 64);
    const struct queue_spec spec = {.kind = QUEUE_TOP,
                                    .k = 9,
                                    .episodes = true,
                                    .gap = 2,
                                    .controls = 2,
                                    .repeats = 2,
                                    .hidden = hidden};
    long before = oom_live();
    (void)state;
    for (unsigned long at = 0;; at++) {
        struct status status = {0};
        oom_arm(at, false);
        struct queue *queue = queue_new_episodes(&spec, &w.cut, 1, &status);
        bool failed = oom_disarm();
        assert_true((queue != NULL) == !failed);
        queue_free(queue);
        assert_int_equal(oom_live(), before);
        if (!failed) {
            break;
        }
        assert_int_equal(status.code, STATUS_NOMEM);
    }
    world_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_those_of_all_pairs),
        cmocka_unit_test(the_head_is_that_of_the_whole),
        cmocka_unit_test(rows_without_a_user_stand_alone),
        cmocka_unit_test(a_list_without_odd_rows_has_none),
        cmocka_unit_test(they_survive_lack_of_memory),
        cmocka_unit_test(a_queue_joins_episodes_that_share_a_row),
        cmocka_unit_test(a_queue_leaves_out_hidden_episodes),
        cmocka_unit_test(queues_survive_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* kdtree: the selection of libstdc++, neighbours against brute force, the kernels against each
 * other, and scikit-learn's heap. */
#include "models/kdtree/kdtree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/kdtree/kdtree_kernel.h"
#include "models/kdtree/kdtree_select.h"
#include "models/kdtree/kdtree_sklearn.h"
#include "models/kdtree/sklearn_heap.h"
#include "unit/fixture.h"
#include "unit/test.h"

/* ---- select --------------------------------------------------------------------------------
 */

/* Musser's sequence, on which a median of three is always a bad pivot. */
static void killer(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i <= n / 2; i++) {
        if (i % 2 == 1) {
            keys[i - 1] = i;
            keys[i] = n / 2 + i;
        }
        keys[n / 2 + i - 1] = 2 * i;
    }
    for (size_t i = 0; i < n; i++) {
        keys[i] = keys[i] << 32 | i;
    }
}

static uint64_t hash(const uint64_t *keys, size_t n)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325);
    const unsigned char *bytes = (const unsigned char *)keys;
    for (size_t i = 0; i < n * sizeof *keys; i++) {
        value = (value ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return value;
}

/* Every element where std::nth_element of libstdc++ 12 leaves it, also after its heap select.
 */
static void select_arranges_as_libstdcxx(void **state)
{
    (void)state;
    enum { N = 1000 };
    const struct {
        size_t nth;
        uint64_t hash;
    } expected[] = {{125, UINT64_C(0xab3026a9d26e6300)},
                    {250, UINT64_C(0x81ba4deaf7fab3bc)},
                    {375, UINT64_C(0xdc9fbe01fa95e2c8)},
                    {875, UINT64_C(0x36a3cf30f760b110)}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        uint64_t keys[N];
        killer(keys, N);
        assert_true(kdtree_select(keys, N, expected[i].nth));
        assert_true(hash(keys, N) == expected[i].hash);
    }
}

static void select_finds_the_nth(void **state)
{
    (void)state;
    enum { N = 300 };
    uint64_t random = 1, keys[N], nth_key;
    for (size_t round = 0; round < 600; round++) {
        const size_t n = 1 + fixture_below(&random, N), nth = fixture_below(&random, n);
        const size_t levels = 1 + fixture_below(&random, 10);
        for (size_t i = 0; i < n; i++) {
            keys[i] = kdtree_key((float)fixture_below(&random, levels) - 4, (uint32_t)i);
        }
        kdtree_select(keys, n, nth);
        nth_key = keys[nth];
        for (size_t i = 0; i < n; i++) {
            assert_true(i < nth ? keys[i] < nth_key : keys[i] >= nth_key);
        }
    }
    assert_true(kdtree_key(-2, 7) < kdtree_key(-1, 0) && kdtree_key(-1, 9) < kdtree_key(0, 0));
    assert_true(kdtree_key(0, 1) < kdtree_key(1e-45f, 0) &&
                kdtree_key(3, 1) < kdtree_key(3, 2));
}

/* ---- neighbours -----------------------------------------------------------------------------
 */

struct cloud {
    size_t n, d;
    float *x; /* (n, d) distinct */
};

/* Points of a small grid, so that many are equally far, and different from each other. */
static struct cloud cloud_new(size_t n, size_t d, size_t levels, uint64_t seed)
{
    struct cloud cloud = {0, d, malloc(n * d * sizeof(float))};
    uint64_t random = seed;
    for (size_t i = 0; i < n; i++) {
        float *x = cloud.x + cloud.n * d;
        bool fresh = true;
        for (size_t j = 0; j < d; j++) {
            x[j] = (float)fixture_below(&random, levels) / 3 - 1;
        }
        for (size_t o = 0; o < cloud.n; o++) {
            fresh &= memcmp(cloud.x + o * d, x, d * sizeof *x) != 0;
        }
        cloud.n += fresh;
    }
    return cloud;
}

static double distance(const struct cloud *cloud, const float *x, size_t point)
{
    double sum = 0;
    for (size_t j = 0; j < cloud->d; j++) {
        double difference = (double)cloud->x[point * cloud->d + j] - (double)x[j];
        sum += difference * difference;
    }
    return sqrt(sum);
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double kth_distance(const struct cloud *cloud, const float *x, size_t k, uint32_t self)
{
    double *all = malloc(cloud->n * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < cloud->n; i++) {
        if (i != self) {
            all[n++] = distance(cloud, x, i);
        }
    }
    qsort(all, n, sizeof *all, rising);
    double found = n == 0 ? 0 : all[(k < n ? k : n) - 1];
    free(all);
    return found;
}

/* Each point within `radius` once, and no other. */
static void assert_within(const struct cloud *cloud, const float *x, double radius,
                          uint32_t self, const struct kdtree_hits *hits)
{
    bool *seen = calloc(cloud->n, sizeof *seen);
    for (size_t i = 0; i < hits->n; i++) {
        assert_true(hits->point[i] < cloud->n && !seen[hits->point[i]]);
        seen[hits->point[i]] = true;
        assert_true(hits->distance[i] == distance(cloud, x, hits->point[i]));
    }
    for (size_t i = 0; i < cloud->n; i++) {
        assert_int_equal(seen[i], i != self && distance(cloud, x, i) <= radius);
    }
    free(seen);
}

static void assert_same_hits(const struct kdtree_hits *a, const struct kdtree_hits *b)
{
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->point, b->point, a->n * sizeof *a->point);
    assert_memory_equal(a->distance, b->distance, a->n * sizeof *a->distance);
}

/* One query in all the ways it can be asked. */
static void ask(const struct kdtree *tree, const struct cloud *cloud, const float *x, size_t k,
                uint32_t self)
{
    struct kdtree_hits hits = {0}, again = {0};
    const double expected = kth_distance(cloud, x, k, self);
    assert_true(kdtree_nearest(tree, x, k, self, INFINITY, &hits, NULL));
    assert_true(hits.radius == expected);
    assert_within(cloud, x, expected, self, &hits);
    /* A bound changes nothing, be it tight, loose or wrong; nor does asking by radius. */
    const double bounds[] = {expected, 2 * expected, expected / 2, 0};
    for (size_t i = 0; i < 4 && hits.n > 0; i++) {
        assert_true(kdtree_nearest(tree, x, k, self, bounds[i], &again, NULL));
        assert_true(again.radius == expected);
        assert_same_hits(&hits, &again);
    }
    assert_true(kdtree_within(tree, x, expected, self, &again, NULL));
    if (hits.n > 0) {
        assert_same_hits(&hits, &again);
    }
    double near;
    const uint32_t point = kdtree_near(tree, x, &near);
    assert_true(near == distance(cloud, x, point));
    kdtree_hits_clear(&hits);
    kdtree_hits_clear(&again);
}

static void neighbours_are_all_and_only_those(void **state)
{
    (void)state;
    const struct {
        size_t n, d, levels;
    } sets[] = {{1, 2, 9},    {2, 1, 9},    {33, 1, 99}, {64, 2, 40},   {70, 3, 6},
                {500, 2, 99}, {500, 3, 12}, {400, 7, 3}, {1100, 3, 25}, {300, 40, 2}};
    const char *const kernels[] = {"scalar", "avx512"}; /* the plainest and the best */
    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
        struct cloud cloud = cloud_new(sets[s].n, sets[s].d, sets[s].levels, s);
        uint64_t random = 99;
        for (size_t kernel = 0; kernel < 2; kernel++) {
            setenv("ODDHOURS_KERNEL", kernels[kernel], 1);
            struct kdtree *tree = kdtree_new(cloud.x, cloud.n, cloud.d, NULL, NULL);
            for (size_t i = 0; i < 12; i++) {
                const uint32_t self = (uint32_t)fixture_below(&random, cloud.n);
                const size_t k = 1 + fixture_below(&random, i % 2 == 0 ? 20 : cloud.n + 2);
                float *x = malloc(cloud.d * sizeof *x);
                memcpy(x, cloud.x + self * cloud.d, cloud.d * sizeof *x);
                ask(tree, &cloud, x, k, self);
                ask(tree, &cloud, x, k, KDTREE_NONE);
                x[fixture_below(&random, cloud.d)] += (float)fixture_below(&random, 9) / 4;
                ask(tree, &cloud, x, k, KDTREE_NONE);
                free(x);
            }
            kdtree_free(tree);
        }
        unsetenv("ODDHOURS_KERNEL");
        free(cloud.x);
    }
}

static void the_order_has_every_point_once(void **state)
{
    (void)state;
    struct cloud cloud = cloud_new(1000, 2, 300, 4);
    struct kdtree *tree = kdtree_new(cloud.x, cloud.n, cloud.d, NULL, NULL);
    bool *seen = calloc(cloud.n, sizeof *seen);
    for (size_t i = 0; i < cloud.n; i++) {
        const uint32_t point = kdtree_order(tree)[i];
        assert_true(point < cloud.n && !seen[point]);
        seen[point] = true;
    }
    free(seen);
    kdtree_free(tree);
    free(cloud.x);
}

/* By position: the same points in the same order under other numbers, and their coordinates. */
static void places_are_numbers_as_well(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 2, 33, 65, 500, 1000, 4097};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct cloud cloud = cloud_new(sizes[s], 3, 400, s);
        struct kdtree *numbered = kdtree_new(cloud.x, cloud.n, cloud.d, NULL, NULL);
        struct kdtree *placed = kdtree_new(cloud.x, cloud.n, cloud.d, NULL, NULL);
        struct kdtree_hits a = {0}, b = {0}, c = {0};
        uint32_t *order = kdtree_renumber(placed);
        assert_memory_equal(order, kdtree_order(numbered), cloud.n * sizeof *order);
        assert_null(kdtree_order(placed));
        for (uint32_t position = 0; position < cloud.n; position++) {
            const float *own = cloud.x + order[position] * cloud.d;
            float x[3];
            kdtree_vector(placed, position, x);
            assert_memory_equal(x, own, sizeof x);
            if (position % 7 == 0 && cloud.n > 1) {
                assert_true(
                    kdtree_nearest(numbered, x, 9, order[position], INFINITY, &a, NULL));
                assert_true(kdtree_nearest(placed, x, 9, position, INFINITY, &b, NULL));
                assert_true(kdtree_hits_reserve(&c, b.n, NULL));
                c.n = b.n;
                memcpy(c.point, b.point, b.n * sizeof *b.point);
                kdtree_measure(placed, x, &c);
                assert_same_hits(&b, &c);
                kdtree_leaves(placed, &c);
                assert_true(c.n <= b.n);
                assert_true(kdtree_again(placed, x, b.radius, position, &c, NULL));
                assert_same_hits(&b, &c);
                for (size_t i = 0; i < b.n; i++) {
                    b.point[i] = order[b.point[i]];
                }
                assert_same_hits(&a, &b);
            }
        }
        kdtree_hits_clear(&a);
        kdtree_hits_clear(&b);
        kdtree_hits_clear(&c);
        free(order);
        kdtree_free(numbered);
        kdtree_free(placed);
        free(cloud.x);
    }
}

static void a_tree_can_be_cancelled(void **state)
{
    (void)state;
    struct cloud cloud = cloud_new(9000, 1, 1000000, 4);
    atomic_bool cancel = true;
    const struct progress progress = {.cancel = &cancel};
    struct status status = {0};
    assert_null(kdtree_new(cloud.x, cloud.n, cloud.d, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    uint32_t *point_of = malloc(cloud.n * sizeof *point_of);
    for (size_t i = 0; i < cloud.n; i++) {
        point_of[i] = (uint32_t)i;
    }
    status = (struct status){0};
    assert_null(kdtree_sklearn_new(cloud.x, 1, point_of, cloud.n, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    free(point_of);
    free(cloud.x);
}

/* ---- kernels --------------------------------------------------------------------------------
 */

static void kernels_give_equal_bits(void **state)
{
    (void)state;
    const struct kdtree_kernel *plain = kdtree_kernel(CPU_SCALAR),
                               *best = kdtree_kernel(CPU_AVX512);
    uint64_t random = 3;
    if (cpu_kernel() < CPU_AVX2) {
        skip();
    }
    for (size_t round = 0; round < 1000; round++) {
        enum { D = 20 };
        float block[KDTREE_BLOCK * D + KDTREE_OVERREAD];
        double x[D], a[KDTREE_BLOCK], b[KDTREE_BLOCK];
        const size_t d = 1 + fixture_below(&random, D),
                     n = 1 + fixture_below(&random, KDTREE_BLOCK);
        for (size_t i = 0; i < sizeof block / sizeof block[0]; i++) {
            block[i] = (float)fixture_below(&random, 1000) / 7 - 60;
        }
        for (size_t j = 0; j < d; j++) {
            x[j] = (double)((float)fixture_below(&random, 1000) / 7 - 60);
        }
        const double limit = (double)fixture_below(&random, 1 + 4000 * d);
        assert_true(plain->block(block, n, n, d, x, limit, a) ==
                    best->block(block, n, n, d, x, limit, b));
        assert_memory_equal(a, b, n * sizeof *a);
        plain->boxes(block, d, x, a);
        best->boxes(block, d, x, b);
        assert_memory_equal(a, b, KDTREE_BOXES * sizeof *a);
        plain->pair(block, d, x, a);
        best->pair(block, d, x, b);
        assert_memory_equal(a, b, 2 * sizeof *a);
    }
}

/* ---- scikit-learn's heap --------------------------------------------------------------------
 */

static void the_heap_keeps_the_nearest(void **state)
{
    (void)state;
    uint64_t random = 8;
    for (size_t round = 0; round < 200; round++) {
        const size_t k = 1 + fixture_below(&random, 60), n = k + fixture_below(&random, 300);
        const size_t levels = 1 + fixture_below(&random, 40);
        struct kdtree_hits hits = {0};
        struct sklearn_heap heap;
        double *all = malloc(n * sizeof *all), *sorted = malloc(n * sizeof *sorted);
        assert_true(sklearn_heap_start(&heap, k, &hits, NULL));
        for (size_t i = 0; i < n; i++) {
            all[i] = sorted[i] = (double)fixture_below(&random, levels);
            sklearn_heap_push(&heap, all[i], (uint32_t)i);
        }
        sklearn_heap_sort(&heap);
        qsort(sorted, n, sizeof *sorted, rising);
        for (size_t i = 0; i < k; i++) {
            assert_true(heap.distance2[i] == sorted[i]);
            assert_true(all[heap.row[i]] == sorted[i]);
            for (size_t o = 0; o < i; o++) {
                assert_true(heap.row[o] != heap.row[i]);
            }
        }
        kdtree_hits_clear(&hits);
        free(all);
        free(sorted);
    }
}

/* The short cut for equal distances arranges them as the plain quicksort does. */
static void equal_distances_are_sorted_the_library_s_way(void **state)
{
    (void)state;
    enum { K = 9 };
    struct kdtree_hits hits = {0};
    struct sklearn_heap heap;
    assert_true(sklearn_heap_start(&heap, K, &hits, NULL));
    for (uint32_t i = 0; i < K; i++) {
        heap.distance2[i] = 1;
        heap.row[i] = i;
    }
    sklearn_heap_sort(&heap);
    /* Each step swaps the first with the last of what is left: 8 1 .. 0, then 0 in front of
     * 2 .. 1, and so on, until three remain. */
    const uint32_t expected[K] = {8, 0, 1, 2, 3, 4, 6, 7, 5};
    assert_memory_equal(heap.row, expected, sizeof expected);
    kdtree_hits_clear(&hits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(select_arranges_as_libstdcxx),
        cmocka_unit_test(select_finds_the_nth),
        cmocka_unit_test(neighbours_are_all_and_only_those),
        cmocka_unit_test(the_order_has_every_point_once),
        cmocka_unit_test(places_are_numbers_as_well),
        cmocka_unit_test(a_tree_can_be_cancelled),
        cmocka_unit_test(kernels_give_equal_bits),
        cmocka_unit_test(the_heap_keeps_the_nearest),
        cmocka_unit_test(equal_distances_are_sorted_the_library_s_way),
    };
    return cmocka_run_group_tests_name("kdtree", tests, NULL, NULL);
}

/* snapshot_ids: ids of rows come back from a saved run as they were, or not at all. */
#include "run/saved/snapshot_ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

enum { VERSION = 3 };

static char path[64];

static int make_path(void **state)
{
    (void)state;
    strcpy(path, "/tmp/oddhours-test-XXXXXX");
    int file = mkstemp(path);
    return file < 0 || close(file) != 0;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static struct archive_in *saved(const uint32_t *ids, size_t n)
{
    struct status status = {0};
    struct archive_out *out = archive_create(path, VERSION, &status);
    assert_non_null(out);
    snapshot_put_ids(out, "rows", ids, n);
    archive_put_count(out, "end ", 7);
    assert_true(archive_commit(out, &status));
    struct archive_in *in = archive_open(path, VERSION, &status);
    assert_non_null(in);
    return in;
}

static void check(const uint32_t *ids, size_t n, size_t limit, struct parallel *pool)
{
    struct status status = {0};
    uint64_t end = 0;
    struct archive_in *in = saved(ids, n);
    uint32_t *got = snapshot_get_ids(in, "rows", n, limit, pool, &status);
    assert_non_null(got);
    assert_true(n == 0 || memcmp(got, ids, n * sizeof *ids) == 0);
    assert_true(archive_get_count(in, "end ", &end, &status));
    assert_int_equal(end, 7);
    free(got);
    archive_close(in);
    if (n > 0) { /* a limit that one id does not keep */
        in = saved(ids, n);
        assert_null(snapshot_get_ids(in, "rows", n, limit - 1, pool, &status));
        assert_int_equal(status.code, STATUS_INPUT);
        archive_close(in);
    }
}

/* Differences of every width, about a least id that is not 0; chunks are 65536 ids. */
static void ids_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200001};
    static const uint32_t spans[] = {
        1, 255, 256, 257, 65536, 65537, 1u << 24, (1u << 24) + 1, UINT32_MAX - 5};
    struct parallel *pool = parallel_new(2, NULL);
    uint32_t *ids = malloc(200001 * sizeof *ids), random = 1;
    assert_non_null(ids);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (size_t k = 0; k < sizeof spans / sizeof *spans; k++) {
            uint32_t most = 0;
            for (size_t i = 0; i < sizes[s]; i++) {
                random = random * 1664525u + 1013904223u;
                ids[i] = 5 + (i == sizes[s] / 2 ? spans[k] - 1 : random % spans[k]);
                most = ids[i] > most ? ids[i] : most;
            }
            check(ids, sizes[s], (size_t)most + 1, s % 2 == 0 ? pool : NULL);
        }
    }
    free(ids);
    parallel_free(pool);
}

static void expect_refused(const uint64_t *least, const void *bytes, size_t size, size_t count,
                           size_t n)
{
    struct status status = {0};
    struct archive_out *out = archive_create(path, VERSION, &status);
    assert_non_null(out);
    archive_put_count(out, "from", *least);
    archive_put(out, "rows", bytes, size, count);
    assert_true(archive_commit(out, &status));
    struct archive_in *in = archive_open(path, VERSION, &status);
    assert_non_null(in);
    assert_null(snapshot_get_ids(in, "rows", n, 1000, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    archive_close(in);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const unsigned char bytes[64] = {1, 2, 3};
    static const uint64_t zero = 0, large = UINT64_C(1) << 32, limit = 1000, near = 998;
    expect_refused(&zero, bytes, 5, 4, 4);
    expect_refused(&zero, bytes, 0, 4, 4);
    expect_refused(&zero, bytes, 1, 3, 4);
    expect_refused(&zero, bytes, 1, 4, 70000); /* the second chunk is missing */
    expect_refused(&large, bytes, 1, 4, 4);    /* would be 0 in 32 bits */
    expect_refused(&limit, bytes + 32, 1, 4, 4);
    expect_refused(&near, bytes, 1, 4, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ids_come_back, make_path, remove_path),
        cmocka_unit_test_setup_teardown(what_makes_no_sense_is_refused, make_path, remove_path),
    };
    return cmocka_run_group_tests_name("snapshot_ids", tests, NULL, NULL);
}

/* archive: what is put comes back, and nothing else is believed. */
#include "base/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/test.h"

static char path[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/oddhours-archive-%ld", (long)getpid());
    struct archive_out *out = archive_create(path, 7, NULL);
    const uint32_t numbers[] = {1, 2, 3, 4, 5};
    const double one = 0.1;
    archive_put(out, "nums", numbers, sizeof *numbers, 5);
    archive_put_text(out, "text", "U1@DOM1");
    archive_put(out, "none", NULL, 8, 0);
    archive_put_number(out, "real", one);
    archive_put_count(out, "cnt_", UINT64_MAX);
    return archive_commit(out, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static void what_is_put_comes_back(void **state)
{
    (void)state;
    struct status status = {0};
    struct archive_in *in = archive_open(path, 7, &status);
    assert_non_null(in);
    size_t n;
    const uint32_t *numbers = archive_get(in, "nums", sizeof *numbers, &n, &status);
    assert_int_equal(n, 5);
    assert_int_equal(numbers[4], 5);
    assert_int_equal((uintptr_t)numbers % 64, 0);
    char *text = archive_get_text(in, "text", &status);
    assert_string_equal(text, "U1@DOM1");
    free(text);
    free(archive_get_copy(in, "none", 8, &n, &status));
    assert_int_equal(n, 0);
    double real;
    uint64_t count;
    assert_true(archive_get_number(in, "real", &real, &status));
    assert_true(real == 0.1);
    assert_true(archive_get_count(in, "cnt_", &count, &status));
    assert_true(count == UINT64_MAX);
    assert_null(archive_get(in, "more", 1, &n, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    archive_close(in);
}

static void an_item_must_be_what_is_expected(void **state)
{
    (void)state;
    struct status status = {0};
    size_t n;
    uint32_t four[4];
    struct archive_in *in = archive_open(path, 7, &status);
    assert_null(archive_get(in, "text", 1, &n, &status));
    assert_null(archive_get(in, "nums", 8, &n, &status));
    assert_false(archive_get_into(in, "nums", four, sizeof *four, 4, &status));
    assert_non_null(strstr(status.text, "holds other things"));
    archive_close(in);
    assert_null(archive_open(path, 8, &status));
    assert_non_null(strstr(status.text, "another version"));
    assert_null(archive_open("/nowhere/run.odd", 7, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_null(archive_open("/dev/null", 7, &status));
    assert_int_equal(status.code, STATUS_INPUT);
}

static void items_can_be_passed_over(void **state)
{
    (void)state;
    struct status status = {0};
    uint32_t version = 0;
    assert_true(archive_version(path, &version, &status));
    assert_int_equal(version, 7);
    struct archive_in *in = archive_open(path, 7, &status);
    assert_true(archive_next_is(in, "nums"));
    assert_false(archive_next_is(in, "text"));
    assert_true(archive_skip_past(in, "text", &status));
    assert_false(archive_next_is(in, "text"));
    assert_int_equal(status.code, STATUS_OK);
    assert_false(archive_skip_past(in, "nums", &status)); /* it is behind us */
    assert_int_equal(status.code, STATUS_INPUT);
    assert_false(archive_next_is(in, "nums")); /* nothing is left */
    archive_close(in);
    assert_false(archive_version("/nowhere/run.odd", &version, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_false(archive_version("/dev/null", &version, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_false(archive_version("/dev/zero", &version, &status));
    assert_int_equal(status.code, STATUS_INPUT);
}

/* Every single byte changed, and every length: never accepted, never a crash. */
static void damage_is_seen(void **state)
{
    (void)state;
    static unsigned char whole[4096];
    FILE *file = fopen(path, "rb");
    size_t length = fread(whole, 1, sizeof whole, file);
    fclose(file);
    char other[80];
    snprintf(other, sizeof other, "%s.bad", path);
    for (size_t i = 0; i < 2 * length; i++) {
        size_t at = i % length;
        bool cut = i >= length;
        whole[at] ^= cut ? 0 : 0x20;
        file = fopen(other, "wb");
        fwrite(whole, 1, cut ? at : length, file);
        fclose(file);
        struct archive_in *in = archive_open(other, 7, NULL);
        /* The rest of the head is not used, so it may be anything. */
        assert_true(in == NULL || (!cut && at >= 32 && at < 64));
        archive_close(in);
        whole[at] ^= cut ? 0 : 0x20;
    }
    unlink(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_comes_back),
        cmocka_unit_test(an_item_must_be_what_is_expected),
        cmocka_unit_test(items_can_be_passed_over),
        cmocka_unit_test(damage_is_seen),
    };
    return cmocka_run_group_tests_name("archive", tests, set_up, tear_down);
}

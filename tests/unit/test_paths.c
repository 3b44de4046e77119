#define _GNU_SOURCE
/* place: where files belong, and what "~/" means. */
#include "base/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

#define IS(call, wanted)                                                                       \
    do {                                                                                       \
        char *path = (call);                                                                   \
        assert_non_null(path);                                                                 \
        assert_string_equal(path, wanted);                                                     \
        free(path);                                                                            \
    } while (0)

static int setup(void **state)
{
    (void)state;
    setenv("HOME", "/home/ana", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_DATA_HOME");
    unsetenv("XDG_CACHE_HOME");
    return 0;
}

static void places_are_in_the_home_directory(void **state)
{
    (void)state;
    IS(paths_of(PATHS_CONFIG, "a.json", NULL), "/home/ana/.config/oddhours/a.json");
    IS(paths_of(PATHS_DATA, "b", NULL), "/home/ana/.local/share/oddhours/b");
    IS(paths_of(PATHS_CACHE, "", NULL), "/home/ana/.cache/oddhours/");
}

static void the_environment_may_say_where(void **state)
{
    (void)state;
    setenv("XDG_CONFIG_HOME", "/c", 1);
    setenv("XDG_DATA_HOME", "/d", 1);
    setenv("XDG_CACHE_HOME", "/e", 1);
    IS(paths_of(PATHS_CONFIG, "a", NULL), "/c/oddhours/a");
    IS(paths_of(PATHS_DATA, "a", NULL), "/d/oddhours/a");
    unsetenv("HOME"); /* not needed then */
    IS(paths_of(PATHS_CACHE, "a", NULL), "/e/oddhours/a");
}

static void relative_ones_are_ignored(void **state)
{
    (void)state;
    struct status status = {0};
    setenv("XDG_DATA_HOME", "here", 1);
    IS(paths_of(PATHS_DATA, "b", NULL), "/home/ana/.local/share/oddhours/b");
    setenv("XDG_DATA_HOME", "", 1);
    IS(paths_of(PATHS_DATA, "b", NULL), "/home/ana/.local/share/oddhours/b");
    setenv("HOME", "here", 1);
    assert_null(paths_of(PATHS_DATA, "b", &status));
    assert_int_equal(status.code, STATUS_USAGE);
}

static void a_tilde_is_the_home_directory(void **state)
{
    (void)state;
    IS(paths_expand("~/x/y", NULL), "/home/ana/x/y");
    IS(paths_expand("~x", NULL), "~x"); /* another's is not looked up */
    IS(paths_expand("a/~/b", NULL), "a/~/b");
    IS(paths_expand("", NULL), "");
    unsetenv("HOME");
    IS(paths_expand("~/x", NULL), "~/x");
    IS(paths_join("a", "b", NULL), "a/b");
}

static void folders_are_made_but_no_home(void **state)
{
    (void)state;
    struct status status = {0};
    struct stat info;
    char top[] = "/tmp/oddhours-place-XXXXXX", home[64], path[160];
    assert_non_null(mkdtemp(top));
    snprintf(home, sizeof home, "%s/home", top);
    snprintf(path, sizeof path, "%s/a/b/file", home);
    setenv("HOME", home, 1);
    assert_false(paths_make_folders(path, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_int_not_equal(access(home, F_OK), 0);

    assert_int_equal(mkdir(home, 0755), 0);
    assert_true(paths_make_folders(path, &status));
    assert_true(paths_make_folders(path, &status)); /* they are there already */
    assert_int_not_equal(access(path, F_OK), 0);    /* the file itself is not made */
    snprintf(path, sizeof path, "%s/a/b", home);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_true(paths_make_folders("file", &status)); /* none on the way */
    assert_true(paths_make_folders("", &status));

    FILE *file = fopen(strcat(path, "/x"), "w");
    assert_non_null(file);
    fclose(file);
    status = (struct status){0};
    char beyond[200];
    snprintf(beyond, sizeof beyond, "%s/y/z", path);
    assert_false(paths_make_folders(beyond, &status)); /* x is no folder */
    assert_int_equal(status.code, STATUS_IO);

    unlink(path);
    snprintf(path, sizeof path, "%s/a/b", home);
    rmdir(path);
    snprintf(path, sizeof path, "%s/a", home);
    rmdir(path);
    rmdir(home);
    assert_int_equal(rmdir(top), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(places_are_in_the_home_directory, setup),
        cmocka_unit_test_setup(the_environment_may_say_where, setup),
        cmocka_unit_test_setup(relative_ones_are_ignored, setup),
        cmocka_unit_test_setup(a_tilde_is_the_home_directory, setup),
        cmocka_unit_test_setup(folders_are_made_but_no_home, setup),
    };
    return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}

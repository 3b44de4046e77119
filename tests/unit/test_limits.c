/* limits: control groups as files in a directory, and the limit of the address space. */
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

static char root[] = "/tmp/oddhours-limits-XXXXXX";

static void put(const char *group, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s%s", root, group);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s%s/%s", root, group, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void the_least_of_a_group_and_those_above(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(root));
    put("", "cgroup.controllers", "memory\n");
    put("/a", "memory.max", "5000\n");
    put("/a", "memory.current", "1000\n");
    put("/a", "memory.stat",
        "anon 400\nfile 600\nkernel 10\ninactive_file 500\n"
        "active_file 100\nslab 3\n");
    put("/a/b", "memory.max", "max\n");
    put("/a/b", "memory.current", "900\n");
    put("/a/b/c", "memory.max", "3000\n");
    put("/a/b/c", "memory.current", "700\n");
    assert_true(limits_cgroup_left(root, "0::/a/b/c\n") == 2300);
    assert_true(limits_cgroup_left(root, "0::/a/b\n") == 4600); /* files count as free */
    assert_true(limits_cgroup_left(root, "12:cpu:/x\n0::/a\n") == 4600);
    put("/a/b/c", "memory.current", "3500\n");
    assert_true(limits_cgroup_left(root, "0::/a/b/c\n") == 0);
}

static void no_group_no_limit(void **state)
{
    (void)state;
    assert_true(limits_cgroup_left(root, "0::/\n") == UINT64_MAX);
    assert_true(limits_cgroup_left(root, "0::/gone\n") == UINT64_MAX);
    assert_true(limits_cgroup_left(root, "4:memory:/a\n") == UINT64_MAX);
    assert_true(limits_cgroup_left(root, "") == UINT64_MAX);
}

static void the_address_space(void **state)
{
    (void)state;
    struct rlimit before, limit;
    const struct memory_left free_left = limits_memory_left();
    assert_true(free_left.bytes > 0);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    limit = before;
    limit.rlim_cur = 1 << 20; /* less than is in use */
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        skip();
    }
    const struct memory_left left = limits_memory_left();
    setrlimit(RLIMIT_AS, &before);
    assert_true(left.bytes == 0);
    assert_string_equal(left.who, "left under ulimit -v");
}

static int clean(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_of_a_group_and_those_above),
        cmocka_unit_test(no_group_no_limit),
        cmocka_unit_test(the_address_space),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, clean);
}

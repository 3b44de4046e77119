/* Filters kept by name: the file, what stands for @NAME, and files that are not understood. */
#define _GNU_SOURCE
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/saved/saved_filters.h"
#include "unit/oom.h"

static char directory[64], path[128];

static int make_place(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/oddhours-saved-XXXXXX");
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/share/oddhours/filters.json", directory);
    return 0;
}

static int remove_place(void **state)
{
    char folder[128];
    (void)state;
    unlink(path);
    snprintf(folder, sizeof folder, "%s/share/oddhours", directory);
    rmdir(folder); /* fails when something was left beside the file */
    snprintf(folder, sizeof folder, "%s/share", directory);
    rmdir(folder);
    return rmdir(directory);
}

static void write_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void change(const char *name, const char *text)
{
    struct saved_filters filters;
    struct status status = {0};
    assert_true(saved_filters_change(&filters, path, name, text, &status));
    saved_filters_clear(&filters);
}

static void filters_come_back(void **state)
{
    (void)state;
    struct saved_filters filters;
    struct status status = {0};
    struct stat there;
    assert_true(saved_filters_load(&filters, path, &status)); /* no file is an empty list */
    assert_int_equal(filters.n, 0);
    change("night", "hour:22-5 failed:>=10");
    change("admins", "user:\"a b\" \xc3\xa9");
    change("night", "hour:0-4");
    change("gone", "day:1");
    change("gone", NULL);
    change(NULL, "day:1");
    change(NULL, "day:2");
    change(NULL, "day:1");
    assert_true(saved_filters_load(&filters, path, &status));
    assert_int_equal(filters.n, 2);
    assert_string_equal(filters.list[0].name, "admins");
    assert_string_equal(saved_filters_find(&filters, "admins"), "user:\"a b\" \xc3\xa9");
    assert_string_equal(saved_filters_find(&filters, "night"), "hour:0-4");
    assert_null(saved_filters_find(&filters, "gone"));
    assert_int_equal(filters.n_recent, 2);
    assert_string_equal(filters.recent[0], "day:2");
    assert_string_equal(filters.recent[1], "day:1"); /* the last one typed is last */
    saved_filters_clear(&filters);
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0600);
    assert_false(saved_filters_change(&filters, path, "gone", NULL, &status));
    assert_non_null(strstr(status.text, "no filter is saved as 'gone'"));
}

static void old_ones_make_room(void **state)
{
    (void)state;
    struct saved_filters filters;
    struct status status = {0};
    char text[32];
    for (int i = 0; i < SAVED_FILTERS_RECENT + 3; i++) {
        snprintf(text, sizeof text, "day:%d", i);
        change(NULL, text);
    }
    assert_true(saved_filters_load(&filters, path, &status));
    assert_int_equal(filters.n_recent, SAVED_FILTERS_RECENT);
    assert_string_equal(filters.recent[0], "day:3");
    saved_filters_clear(&filters);
}

static void what_is_not_understood_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "is no JSON object"},
        {"[1]", "is no JSON object"},
        {"{\"saved\": {\"a\": 1}}", "saved.a: is no filter"},
        {"{\"saved\": {\"a b\": \"day:1\"}}", "saved: 'a b' is no name"},
        {"{\"saved\": []}", "saved: wants an object"},
        {"{\"recent\": [\"day:1\", null]}", "recent[1]: is no filter"},
        {"{\"sved\": {}}", "'sved' is no key of this file"},
    };
    change("night", "hour:0-4"); /* makes the folders */
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct saved_filters filters;
        struct status status = {0};
        char text[100] = "";
        write_text(wrong[i].text);
        assert_false(saved_filters_change(&filters, path, "night", "day:1", &status));
        if (strstr(status.text, wrong[i].says) == NULL || strstr(status.text, path) == NULL) {
            fail_msg("%s: %s", wrong[i].text, status.text);
        }
        FILE *file = fopen(path, "r");
        size_t n = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        assert_int_equal(n, strlen(wrong[i].text));
        assert_string_equal(text, wrong[i].text);
    }
}

/* Two explorers at once: each reads, changes and writes what the other one has just written. */
static void several_programs_lose_nothing(void **state)
{
    (void)state;
    enum { PROGRAMS = 3, EACH = 15 };
    pid_t child[PROGRAMS];
    for (int p = 0; p < PROGRAMS; p++) {
        child[p] = fork();
        assert_true(child[p] >= 0);
        for (int i = 0; child[p] == 0 && i < EACH; i++) {
            struct saved_filters filters;
            char name[32];
            snprintf(name, sizeof name, "p%d-%d", p, i);
            if (!saved_filters_change(&filters, path, name, "hour:3", NULL)) {
                _exit(1);
            }
            saved_filters_clear(&filters);
        }
        if (child[p] == 0) {
            _exit(0);
        }
    }
    for (int p = 0; p < PROGRAMS; p++) {
        int status;
        assert_int_equal(waitpid(child[p], &status, 0), child[p]);
        assert_int_equal(status, 0);
    }
    struct saved_filters filters;
    assert_true(saved_filters_load(&filters, path, NULL));
    assert_int_equal(filters.n, PROGRAMS * EACH);
    saved_filters_clear(&filters);
}

static void names_stand_for_texts(void **state)
{
    (void)state;
    struct saved_filters filters;
    struct status status = {0};
    char whole[SAVED_FILTER_TEXT], text[SAVED_FILTER_TEXT];
    static const char file[] = "{\"saved\": {\"night\": \"hour:22-5\", \"again\": \"@night\"}}";
    static const struct {
        const char *typed, *means;
    } cases[] = {
        {"@night", "hour:22-5"},
        {"  @night failed:>3", "hour:22-5 failed:>3"},
        {"@again", "@night"},                     /* once only */
        {"failed:>3 @night", "failed:>3 @night"}, /* first, or it is a word */
        {"@DOM1", "@DOM1"},
        {"@", "@"},
        {"\"@night\"", "\"@night\""},
        {"", ""},
    };
    assert_true(saved_filters_parse(&filters, file, strlen(file), &status));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(saved_filters_expand(&filters, cases[i].typed, whole, &status));
        assert_string_equal(whole, cases[i].means);
    }
    assert_false(saved_filters_expand(&filters, " @nihgt", whole, &status));
    assert_string_equal(status.text,
                        "column 2: no filter is saved as 'nihgt'; did you mean @night?");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(saved_filters_expand(&filters, text, whole, &status));
    memcpy(text, "@night ", 7);
    assert_false(saved_filters_expand(&filters, text, whole, &status));
    assert_non_null(strstr(status.text, "too long"));
    saved_filters_clear(&filters);
    assert_true(saved_filters_is_name("a.B-9_"));
    assert_false(saved_filters_is_name(""));
    assert_false(saved_filters_is_name("a b"));
    assert_false(saved_filters_is_name("caf\xc3\xa9"));
    assert_false(saved_filters_is_name("0123456789012345678901234567890123456789"));
}

static void where_the_file_is(void **state)
{
    (void)state;
    setenv("HOME", "/home/ana", 1);
    unsetenv("XDG_DATA_HOME");
    char *found = saved_filters_default_path();
    assert_string_equal(found, "/home/ana/.local/share/oddhours/filters.json");
    free(found);
    setenv("XDG_DATA_HOME", "/data", 1);
    found = saved_filters_default_path();
    assert_string_equal(found, "/data/oddhours/filters.json");
    free(found);
    setenv("XDG_DATA_HOME", "relative", 1);
    unsetenv("HOME");
    assert_null(saved_filters_default_path());
}

static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    bool failed = true;
    change("night", "hour:0-4");
    for (unsigned long n = 0; failed; n++) {
        struct saved_filters filters = {0};
        struct status status = {0};
        long before = oom_live();
        oom_arm(n, false);
        bool good = saved_filters_change(&filters, path, NULL, "day:1", &status);
        failed = oom_disarm();
        saved_filters_clear(&filters);
        assert_true(good || failed);
        assert_true(good || status.code == STATUS_NOMEM);
        assert_int_equal(oom_live(), before);
        assert_true(n < 200);
    }
}

int main(void)
{
#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        PLACED(filters_come_back),
        PLACED(old_ones_make_room),
        PLACED(what_is_not_understood_is_kept),
        PLACED(several_programs_lose_nothing),
        cmocka_unit_test(names_stand_for_texts),
        cmocka_unit_test(where_the_file_is),
        PLACED(running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

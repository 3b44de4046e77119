/* The key of the cache of saved runs: whatever changes results changes it, and nothing else. */
#include "run/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/test.h"

enum { MOST = 128 };

/* The keys of all that was asked for so far, and what that was. */
struct seen {
    size_t n;
    uint64_t key[MOST];
    char what[MOST][96];
};

/* The key after `name` was set to `value`, and that no other had it. */
static void is_new(struct seen *seen, const struct run_params *params, const char *name,
                   const char *value)
{
    uint64_t key = run_params_hash(params);
    for (size_t i = 0; i < seen->n; i++) {
        if (seen->key[i] == key) {
            fail_msg("%s=%s has the key of %s", name, value, seen->what[i]);
        }
    }
    assert_true(seen->n < MOST);
    snprintf(seen->what[seen->n], sizeof seen->what[0], "%s=%s", name, value);
    seen->key[seen->n++] = key;
}

static void set(struct seen *seen, const char *name, const char *value)
{
    struct status status = {0};
    struct run_params params;
    run_params_init(&params);
    if (!run_params_set(&params, name, value, &status)) {
        fail_msg("%s=%s: %s", name, value, status.text);
    }
    is_new(seen, &params, name, value);
    run_params_clear(&params);
}

/* Another value than the usual one, as it is typed. */
static void other_value(const struct param_spec *spec, char *text, size_t size)
{
    double value = spec->initial != spec->most ? spec->most : spec->least;
    if (spec->kind == PARAM_REAL && spec->open_least && value == spec->least) {
        value = (spec->least + spec->most) / 2;
    }
    if (spec->kind == PARAM_WORD) { /* least and most need not be said */
        value = spec->words[(size_t)spec->initial + 1] != NULL ? spec->initial + 1 : 0;
    }
    param_format(spec, value, text, size);
}

static bool decides_no_result(const char *option)
{
    return strcmp(option, "threads") == 0 || strcmp(option, "memory-check") == 0;
}

static void every_parameter_changes_the_key(void **state)
{
    (void)state;
    static struct seen seen;
    struct run_params params;
    run_params_init(&params);
    is_new(&seen, &params, "nothing", "");
    for (size_t i = 0; run_params_spec(i) != NULL; i++) {
        char value[64];
        other_value(run_params_spec(i), value, sizeof value);
        if (!decides_no_result(run_params_spec(i)->option)) {
            set(&seen, run_params_spec(i)->option, value);
        }
    }
    assert_true(seen.n > detector_count());
    params.strict = true;
    is_new(&seen, &params, "strict", "");
    run_params_clear(&params);
    set(&seen, "features", "total_events");
    set(&seen, "features", "total_events,failed_events");
    set(&seen, "features", "failed_events,total_events");
    set(&seen, "features", "total_eventsfailed_events");
    for (size_t i = 0; detectors[i] != NULL; i++) {
        set(&seen, "models", detectors[i]->name);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Rules, and what a list of accounts says, not where it is. */
static void what_accounts_are_changes_the_key(void **state)
{
    char path[] = "/tmp/oddhours-accounts-XXXXXX", other[] = "/tmp/oddhours-accounts-XXXXXX";
    struct seen seen = {0};
    struct run_params params, copy;
    (void)state;
    close(mkstemp(path));
    close(mkstemp(other));
    run_params_init(&params);
    is_new(&seen, &params, "nothing", "");
    assert_true(run_params_set(&params, "kinds", "service=svc*", NULL));
    is_new(&seen, &params, "kinds", "service=svc*");
    write_file(path, "U1,person\n");
    write_file(other, "U1,person\n");
    assert_true(run_params_set(&params, "accounts", path, NULL));
    is_new(&seen, &params, "accounts", path);
    uint64_t key = run_params_hash(&params);
    assert_true(run_params_copy(&copy, &params, NULL));
    assert_true(run_params_hash(&copy) == key);
    run_params_clear(&copy);
    assert_true(run_params_set(&params, "accounts", other, NULL));
    assert_true(run_params_hash(&params) == key);
    write_file(other, "U1,machine\n");
    is_new(&seen, &params, "accounts", "another text");
    assert_true(run_params_set(&params, "accounts", "", NULL));
    assert_true(run_params_hash(&params) == seen.key[1]);
    assert_true(run_params_set(&params, "kinds", "", NULL));
    assert_true(run_params_hash(&params) == seen.key[0]);
    assert_false(run_params_set(&params, "kinds", "robot=x", NULL));
    assert_false(run_params_set(&params, "accounts", "-", NULL));
    run_params_clear(&params);
    unlink(path);
    unlink(other);
}

static void how_a_table_is_read_changes_the_key(void **state)
{
    (void)state;
    static const char *const values[][2] = {
        {"time", "when"},   {"user", "when"},   {"header", "a,b"},
        {"delimiter", ";"}, {"decimal", ","},   {"missing", "x"},
        {"dates", "dmy"},   {"zone", "+01:00"}, {"novelty", "on"},
    };
    static struct seen seen;
    size_t n = 0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        set(&seen, values[i][0], values[i][1]);
    }
    while (reading_option(n) != NULL) {
        n++;
    }
    assert_int_equal(seen.n, n); /* a new one wants a line here */
}

static void what_decides_no_result_does_not(void **state)
{
    (void)state;
    struct run_params params;
    run_params_init(&params);
    uint64_t key = run_params_hash(&params);
    for (size_t i = 0; run_params_spec(i) != NULL; i++) {
        char value[64];
        other_value(run_params_spec(i), value, sizeof value);
        if (decides_no_result(run_params_spec(i)->option)) {
            assert_true(run_params_set(&params, run_params_spec(i)->option, value, NULL));
        }
    }
    params.cache = !params.cache;
    params.index = !params.index;
    assert_true(run_params_hash(&params) == key);
    run_params_clear(&params);
}

/* A detector that is not used has no say. */
static void values_of_unused_detectors_do_not(void **state)
{
    (void)state;
    struct run_params params;
    run_params_init(&params);
    assert_true(run_params_set(&params, "models", detectors[0]->name, NULL));
    uint64_t key = run_params_hash(&params);
    for (size_t i = 1; detectors[i] != NULL; i++) {
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            params.detectors.values[i][j] += 1;
        }
    }
    assert_true(run_params_hash(&params) == key);
    run_params_clear(&params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_parameter_changes_the_key),
        cmocka_unit_test(what_accounts_are_changes_the_key),
        cmocka_unit_test(how_a_table_is_read_changes_the_key),
        cmocka_unit_test(what_decides_no_result_does_not),
        cmocka_unit_test(values_of_unused_detectors_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

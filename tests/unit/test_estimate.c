/* How many different rows a part promises, and what memory follows from that. */
#include "run/estimate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/fixture.h"
#include "unit/test.h"

/* ---- different ones -------------------------------------------------------------------------
 */

enum { KINDS = 200000 };

/* Draws of kinds; with `tail` some are far more frequent than others: kind ~ 1 / u. */
static size_t draw(uint64_t *random, bool tail)
{
    if (!tail) {
        return fixture_below(random, KINDS);
    }
    const double u = ((double)fixture_below(random, 1 << 30) + 1) / (1 << 30);
    const double kind = pow(u, -1.5) - 1;
    return kind < KINDS - 1 ? (size_t)kind : KINDS - 1;
}

static struct sample_counts count(const uint32_t *copies)
{
    struct sample_counts counts = {0};
    for (size_t i = 0; i < KINDS; i++) {
        counts.n += copies[i];
        counts.distinct += copies[i] > 0;
        counts.once += copies[i] == 1;
        counts.twice += copies[i] == 2;
        counts.thrice += copies[i] == 3;
        counts.most = copies[i] > counts.most ? copies[i] : counts.most;
    }
    return counts;
}

static void check_growth(bool tail)
{
    uint32_t *copies = calloc(KINDS, sizeof *copies);
    uint64_t random = 5;
    struct sample_counts early = {0};
    for (size_t i = 1; i <= 1000000; i++) {
        copies[draw(&random, tail)]++;
        if (i == 50000) {
            early = count(copies);
        } else if (i == 25000 || i == 200000 || i == 1000000) {
            const double now = count(copies).distinct;
            if (i > 50000) {
                assert_true(fabs(sample_distinct(&early, (double)i) / now - 1) < 0.25);
            }
        }
    }
    assert_int_equal(sample_uneven(&early), tail);
    assert_true(sample_distinct(&early, 50000) == early.distinct);
    assert_true(sample_distinct(&early, 25000) < early.distinct);
    assert_true(sample_distinct(&early, 25000) > early.distinct / 2);
    free(copies);
}

static void equally_frequent_ones(void **state)
{
    (void)state;
    check_growth(false);
}

static void some_more_frequent_than_others(void **state)
{
    (void)state;
    check_growth(true);
}

static void all_different_or_all_the_same(void **state)
{
    (void)state;
    const struct sample_counts all = {.n = 1000, .distinct = 1000, .once = 1000, .most = 1};
    const struct sample_counts same = {.n = 1000, .distinct = 1, .most = 1000};
    const struct sample_counts none = {0};
    assert_true(sample_distinct(&all, 1e6) == 1e6);
    assert_true(sample_distinct(&same, 1e6) == 1);
    assert_true(sample_distinct(&none, 1e6) == 0);
}

/* ---- a look at a file -----------------------------------------------------------------------
 */

/* A table of `rows` lines in which each of `kinds` kinds comes again in turn. */
static void write_table(const char *path, size_t rows, size_t kinds)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
          "nbhours_events,nbhours_ratio\n",
          file);
    for (size_t i = 0; i < rows; i++) {
        const size_t kind = i % kinds;
        fprintf(file, "1970-01-01 %02zu:00:00,U%zu@DOM1,%zu,%zu,0.0,3,5,%zu,1.0\n", i % 24,
                i % 97, 1000 + kind / 10, kind % 10, kind);
    }
    fclose(file);
}

static void a_look_at_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/oddhours-estimate-XXXXXX";
    close(mkstemp(path));
    const struct csv_options options = {.features = NULL};
    const struct {
        size_t rows, kinds;
    } tables[] = {{300, 300}, {300, 30}, {200000, 200000}, {200000, 20000}, {200000, 2000}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct sample sample;
        write_table(path, tables[i].rows, tables[i].kinds);
        assert_true(sample_input(path, &(struct input_choice){0}, &options, NULL, &sample));
        const double found = sample_distinct(&sample.profiles, sample.rows);
        assert_int_equal(sample.d, 7);
        assert_true(fabs(sample.rows / (double)tables[i].rows - 1) < 0.05);
        assert_true(fabs(found / (double)tables[i].kinds - 1) < 0.3);
        assert_true(sample.rows > 1000 || sample.rows == (double)tables[i].rows);
        assert_true(sample.users.distinct == 97);
    }
    remove(path);
}

static void nothing_to_say(void **state)
{
    (void)state;
    struct sample sample;
    const struct csv_options options = {.features = NULL};
    assert_false(sample_input("-", &(struct input_choice){0}, &options, NULL, &sample));
    assert_false(sample_input("/nowhere", &(struct input_choice){0}, &options, NULL, &sample));
    assert_false(sample_input("/tmp", &(struct input_choice){0}, &options, NULL, &sample));
    assert_false(sample_input("/dev/null", &(struct input_choice){0}, &options, NULL, &sample));
}

/* ---- bytes ----------------------------------------------------------------------------------
 */

static uint64_t bytes_of(double rows, double profiles, void (*set)(struct run_params *))
{
    struct run_params params;
    struct sample sample = {.d = 7, .bytes = 80 * rows, .rows = rows};
    sample.profiles = (struct sample_counts){.n = rows, .distinct = profiles};
    sample.profiles.once = profiles == rows ? profiles : 0;
    run_params_init(&params);
    assert_true(run_params_set(&params, "models", "iforest,autoencoder,lof", NULL));
    params.threads = 2;
    if (set != NULL) {
        set(&params);
    }
    return estimate_bytes(&sample, &params);
}

static void forest_only(struct run_params *params)
{
    assert_true(run_params_set(params, "models", "iforest", NULL));
}

static void small_sample(struct run_params *params)
{
    assert_true(run_params_set(params, "lof-sample", "100000", NULL));
}

static void sklearn(struct run_params *params)
{
    assert_true(run_params_set(params, "lof", "sklearn", NULL));
}

static void for_the_screen(struct run_params *params)
{
    params->index = true;
}

static void what_takes_more(void **state)
{
    (void)state;
    const uint64_t usual = bytes_of(1e6, 1e6, NULL);
    assert_true((double)usual > 150e6 && (double)usual < 300e6);
    assert_true(bytes_of(1e6, 1e5, NULL) < usual / 2);
    assert_true(bytes_of(5e6, 5e6, NULL) > 3 * usual);
    assert_true(bytes_of(1e6, 1e6, forest_only) < usual);
    assert_true(bytes_of(1e6, 1e6, small_sample) < usual);
    assert_true(bytes_of(1e6, 1e6, sklearn) > usual);
    assert_true(bytes_of(1e6, 1e6, for_the_screen) > usual);
}

static void only_what_is_clear_is_said(void **state)
{
    (void)state;
    struct estimate estimate = {.known = true, .bytes = 1200, .left = {1000, "left here"}};
    assert_false(estimate_exceeds(&estimate));
    estimate.bytes = 1300;
    assert_true(estimate_exceeds(&estimate));
    estimate.known = false;
    assert_false(estimate_exceeds(&estimate));
}

static void the_sentence(void **state)
{
    (void)state;
    struct run_params params;
    char text[STATUS_TEXT];
    const struct estimate estimate = {.known = true,
                                      .rows = 42.9e6,
                                      .profiles = 539000,
                                      .bytes = 3100000000,
                                      .left = {1000000000, "left here"}};
    run_params_init(&params);
    estimate_say(&estimate, &params, text, sizeof text);
    assert_non_null(strstr(text, "about 3.1 GB of memory are needed (some 42.9 M rows, 539 k"));
    assert_non_null(strstr(text, "1.0 GB is left here"));
    assert_non_null(strstr(text, "--lof-sample"));
    forest_only(&params);
    estimate_say(&estimate, &params, text, sizeof text);
    assert_null(strstr(text, "--lof-sample"));
    assert_non_null(strstr(text, "--memory-check=off"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equally_frequent_ones),
        cmocka_unit_test(some_more_frequent_than_others),
        cmocka_unit_test(all_different_or_all_the_same),
        cmocka_unit_test(a_look_at_a_file),
        cmocka_unit_test(nothing_to_say),
        cmocka_unit_test(what_takes_more),
        cmocka_unit_test(only_what_is_clear_is_said),
        cmocka_unit_test(the_sentence),
    };
    return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}

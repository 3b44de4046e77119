/* Reasons in lists: each names what is odd in the row, by a count over all rows and over the
 * account's earlier hours that is made here once more, the plain way. */
#include "run/reasons.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "base/mem.h"
#include "run/list.h"
#include "run/pipeline/pipeline.h"
#include "unit/oom.h"
#include "unit/past_world.h"
#include "unit/test.h"

enum { LOOKED_AT = 250 };

static struct run *run_of(const char *path)
{
    struct run_params params;
    struct status status = {0};
    run_params_init(&params);
    params.index = true;
    params.threads = 2;
    params.input = mem_text(path, strlen(path), &status);
    assert_true(run_params_set(&params, "trees", "50", &status));
    struct run *run = run_new(&params, &status);
    run_params_clear(&params);
    assert_non_null(run);
    assert_true(pipeline_run(run, NULL, NULL));
    return run;
}

static double value_of(const struct table *table, size_t row, size_t feature)
{
    return table_profile(table, table->row_profile[row])[feature];
}

static double share_as_high(const struct table *table, size_t feature, double value)
{
    size_t n = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        n += value_of(table, row, feature) >= value;
    }
    return (double)n / (double)table->n_rows;
}

/* Of the account's strictly earlier windows: how many, and the share of those as high. A window
 * in fragments is added up, hosts by their maximum (`windows`), or counted row by row. */
static double share_before(const struct table *table, size_t row, size_t feature, bool windows,
                           size_t *n)
{
    const char *name = table->feature_names[feature];
    bool largest = strstr(name, "hosts") != NULL;
    double own = value_of(table, row, feature);
    size_t as_high = 0;
    *n = 0;
    for (size_t other = 0; other < table->n_rows; other++) {
        if (table->row_user[other] != table->row_user[row] ||
            table_instant(table, table->row_time[other]) >=
                table_instant(table, table->row_time[row])) {
            continue;
        }
        double value = value_of(table, other, feature);
        bool first = true;
        for (size_t same = 0; windows && same < table->n_rows; same++) {
            if (same != other && table->row_user[same] == table->row_user[other] &&
                table_instant(table, table->row_time[same]) ==
                    table_instant(table, table->row_time[other])) {
                double more = value_of(table, same, feature);
                first = first && other < same;
                value = largest ? more > value ? more : value : value + more;
            }
        }
        if (first) {
            ++*n;
            as_high += value >= own;
        }
    }
    return *n > 0 ? (double)as_high / (double)*n : 0;
}

/* Every reason of the head of every list. Returns how many named a value. */
static size_t check_head(const struct run *run, size_t result, bool windows)
{
    const struct table *table = run->table;
    const struct result *one = &run->results[result];
    static struct reason found[LOOKED_AT];
    uint32_t rows[LOOKED_AT];
    struct status status = {0};
    size_t named = 0;
    size_t n = ranking_rows(one->ranking, run->by_profile, 1, LOOKED_AT, rows, NULL);
    struct reasons *reasons = reasons_new(run, &status);
    assert_int_equal(n, LOOKED_AT);
    assert_true(
        reasons_find(reasons, NULL, result, rows, n, found, run->parallel, NULL, &status));
    for (size_t i = 0; i < n; i++) {
        assert_true(found[i].text[0] != '\0');
        if (found[i].feature == SIZE_MAX) {
            continue;
        }
        size_t feature = found[i].feature, earlier;
        double value = value_of(table, rows[i], feature);
        double before = share_before(table, rows[i], feature, windows, &earlier);
        double share = share_as_high(table, feature, value);
        bool rare = share <= REASON_RARE || (one->row_score != NULL && earlier > 0);
        if (found[i].value != value || !(value > 0) || !rare || before > REASON_USUAL ||
            strstr(found[i].text, format_value(value).text) == NULL) {
            fail_msg("%s, row %u: '%s' of %s: %g of all, %g of %zu earlier hours as high",
                     one->name, rows[i], found[i].text, table->feature_names[feature], share,
                     before, earlier);
        }
        named++;
    }
    reasons_free(reasons);
    return named;
}

static void of_the_bundled_table(void **state)
{
    (void)state;
    char path[1024];
    snprintf(path, sizeof path, "%s/data/synthetic_user_hours.csv.gz",
             getenv("ODDHOURS_SRCDIR"));
    struct run *run = run_of(path);
    for (size_t i = 0; i < run->n_results; i++) {
        if (run->results[i].ready) {
            /* Most rows that a list puts first have a value to name. */
            size_t named = check_head(run, i, run->results[i].row_score != NULL);
            if (named < LOOKED_AT / 3) {
                fail_msg("%s names a value in %zu of %d rows", run->results[i].name, named,
                         LOOKED_AT);
            }
        }
    }
    run_free(run);
}

/* ---- a table whose shares are known ---- */

enum { DAYS = 12, PEOPLE = 30, FAILING = PEOPLE, BUSY, USERS };

/* 08:00 to 17:00 of each day: people with few events, an account that always fails, a service
 * with thousands of events. On the last day at noon every third of the first twelve reaches 40
 * hosts. */
static void write_world(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
                  "nbhours_events,nbhours_ratio\n");
    for (int day = 0; day < DAYS; day++) {
        for (int hour = 8; hour < 18; hour++) {
            for (int user = 0; user < USERS; user++) {
                int i = day * 613 + hour * 37 + user * 11;
                bool odd = day == DAYS - 1 && hour == 12 && user < 12 && user % 3 == 0;
                int total = user == BUSY ? 5000 + i % 97 : 2 + i % 5;
                int failed = user == FAILING ? total : i % 29 == 0;
                int hosts = odd ? 40 : 1 + i % 3;
                total = odd ? 60 : total;
                fprintf(file, "2024-03-%02d %02d:00:00,U%d@D,%d,%d,%.4f,%d,1,0,0\n", day + 1,
                        hour, user, total, failed, (double)failed / total, hosts);
            }
        }
    }
    assert_int_equal(fclose(file), 0);
}

static bool is_user(const struct table *table, uint32_t row, int user)
{
    char name[16];
    snprintf(name, sizeof name, "U%d@D", user);
    struct span span = dict_get(table->users, table->row_user[row]);
    return span.length == strlen(name) && memcmp(span.bytes, name, span.length) == 0;
}

static void what_an_account_always_does_is_not_named(void **state)
{
    char path[] = "/tmp/oddhours-reasons-XXXXXX";
    (void)state;
    close(mkstemp(path));
    write_world(path);
    struct run *run = run_of(path);
    const struct table *table = run->table;
    struct status status = {0};
    uint32_t *rows = calloc(table->n_rows, sizeof *rows);
    struct reason *found = calloc(table->n_rows, sizeof *found);
    assert_non_null(rows);
    assert_non_null(found);
    for (size_t i = 0; i < table->n_rows; i++) {
        rows[i] = (uint32_t)i;
    }
    for (size_t result = 0; result < run->n_results; result++) {
        if (!run->results[result].ready) {
            continue;
        }
        struct reasons *reasons = reasons_new(run, &status);
        assert_true(reasons_find(reasons, NULL, result, rows, table->n_rows, found,
                                 run->parallel, NULL, &status));
        reasons_free(reasons);
        size_t planted = 0;
        for (uint32_t row = 0; row < table->n_rows; row++) {
            bool later = row > (size_t)USERS * 30;
            const char *text = found[row].text;
            if (later && is_user(table, row, FAILING) &&
                (strstr(text, "failures") != NULL || strstr(text, "fail_ratio") != NULL ||
                 strstr(text, "failed") != NULL)) {
                fail_msg("%s: '%s' of an account that always fails", run->results[result].name,
                         text);
            }
            if (later && is_user(table, row, BUSY) && found[row].feature == 0) {
                fail_msg("%s: '%s' of an account that always is as busy",
                         run->results[result].name, text);
            }
            if (value_of(table, row, 3) == 40) {
                planted++;
                if (strcmp(text, "40 dst hosts; usual 2, max 3") != 0 &&
                    strncmp(text, "60 events; usual ", 17) != 0) {
                    fail_msg("%s: '%s' of a planted row", run->results[result].name, text);
                }
            }
        }
        assert_int_equal(planted, 4);
    }
    free(rows);
    free(found);
    run_free(run);
    unlink(path);
}

static void memory_that_runs_out_is_said(void **state)
{
    char path[1024];
    (void)state;
    snprintf(path, sizeof path, "%s/data/lanl_user_hours.csv", getenv("ODDHOURS_SRCDIR"));
    struct run *run = run_of(path);
    static struct reason found[20];
    uint32_t rows[20];
    for (size_t i = 0; i < run->n_results; i++) {
        size_t n = run->results[i].ready ? ranking_rows(run->results[i].ranking,
                                                        run->by_profile, 1, 20, rows, NULL)
                                         : 0;
        for (unsigned long at = 0; n > 0; at++) {
            struct status status = {0};
            oom_arm(at, false);
            struct reasons *reasons = reasons_new(run, &status);
            bool good = reasons != NULL &&
                        reasons_find(reasons, NULL, i, rows, n, found, NULL, NULL, &status);
            reasons_free(reasons);
            bool failed = oom_disarm();
            if (!failed) {
                assert_true(good);
                break;
            }
            assert_true(good || status.code == STATUS_NOMEM);
        }
    }
    run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_bundled_table),
        cmocka_unit_test(what_an_account_always_does_is_not_named),
        cmocka_unit_test(memory_that_runs_out_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* content: rows are known again, in the same file and in another version of it. */
#include "review/store/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table/builder.h"
#include "unit/test.h"

struct line {
    const char *dt, *user;
    double a, b;
};

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

static struct table *make(const struct line *lines, size_t n, const char *hash, size_t d)
{
    static const char *const names[] = {"a", "b"};
    struct table_builder *builder = table_builder_new(names, d, true, true, NULL);
    for (size_t i = 0; i < n; i++) {
        const double values[] = {lines[i].a, lines[i].b};
        assert_true(
            table_builder_add(builder, span(lines[i].dt), span(lines[i].user), values, NULL));
    }
    struct read_report *report = table_builder_report(builder);
    snprintf(report->hash, sizeof report->hash, "%s", hash);
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    return table;
}

static const struct line old_lines[] = {
    {"1970-01-01 00:00:00", "U1@DOM1", 1, 2}, {"1970-01-01 00:00:00", "U2@DOM1", 1, 2},
    {"1970-01-01 01:00:00", "U1@DOM1", 1, 2}, {"1970-01-01 01:00:00", "U1@DOM1", 1, 3},
    {"1970-01-01 01:00:00", "U1@DOM1", 1, 2}, {"1970-01-01 02:00:00", "U\xff", 9, 9},
};

/* The same, two lines gone, one new, another order. */
static const struct line new_lines[] = {
    {"1970-01-01 02:00:00", "U\xff", 9, 9},   {"1970-01-01 01:00:00", "U1@DOM1", 1, 2},
    {"1970-01-01 05:00:00", "U5@DOM1", 7, 7}, {"1970-01-01 01:00:00", "U1@DOM1", 1, 2},
    {"1970-01-01 00:00:00", "U1@DOM1", 1, 2},
};

static void contents_differ_where_rows_do(void **state)
{
    (void)state;
    struct table *table = make(old_lines, 6, "h", 2);
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = 0; j < i; j++) {
            bool same = i == 4 && j == 2;
            assert_int_equal(content_hash(table, i) == content_hash(table, j), same);
        }
    }
    table_free(table);
}

static void attach(struct store *store, const struct table *table)
{
    struct status status = {0};
    struct review_dataset dataset;
    struct row_source source = content_source(table);
    assert_true(content_dataset(table, &dataset, &status));
    if (!store_attach(store, &dataset, &source, &status)) {
        fail_msg("%s", status.text);
    }
    content_dataset_free(&dataset);
}

static struct store *open_store(const char *path, const char *reviewer,
                                const struct table *table)
{
    struct store_options options = {.path = path, .reviewer = reviewer};
    struct store *store = store_new(&options, NULL);
    assert_non_null(store);
    attach(store, table);
    return store;
}

static enum verdict verdict_of(struct store *store, uint32_t row)
{
    return history_verdict(store_history(store), row, HISTORY_EVERYONE, NULL);
}

static void another_version_is_matched_by_content(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-content-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/r.db", directory);
    struct status status = {0};
    struct table *old = make(old_lines, 6, "old", 2), *new = make(new_lines, 5, "new", 2);
    struct verdict_context context = {.seconds = 3, .role = ROLE_LIST};
    struct store *store = open_store(path, "ana", old);
    static const enum verdict verdicts[] = {VERDICT_TP, VERDICT_FP,        VERDICT_FP,
                                            VERDICT_TP, VERDICT_UNDECIDED, VERDICT_TP};
    for (uint32_t row = 0; row < 6; row++) {
        assert_true(store_verdict(store, &row, 1, verdicts[row], &context, &status));
    }
    assert_true(store_note(store, 5, "bytes", &context, &status));
    assert_string_equal(history_entry(store_history(store), 5)->rows[0].user, "U\xef\xbf\xbd");
    store_free(store, NULL);

    store = open_store(path, "ben", new);
    assert_int_equal(history_count(store_history(store)), 0);
    struct store_other *others;
    size_t n;
    struct store_imported added;
    assert_true(store_others(store, &others, &n, &status));
    assert_int_equal(n, 1);
    assert_string_equal(others[0].dataset.features, "a,b");
    struct history *history = store_other_history(store, &others[0].dataset, &status);
    struct matched matched;
    assert_true(content_match(new, history, &matched, &status));
    assert_int_equal(matched.n, 5);         /* rows 0, 2, 4, 5 and the note */
    assert_int_equal(matched.unmatched, 2); /* rows 1 and 3 are gone */
    assert_true(store_import(store, matched.entries, matched.n, &added, &status));
    assert_int_equal(added.added, 5);
    assert_int_equal(verdict_of(store, 4), VERDICT_TP);
    assert_int_equal(verdict_of(store, 1), VERDICT_FP);        /* the first of two equal rows */
    assert_int_equal(verdict_of(store, 3), VERDICT_UNDECIDED); /* the second */
    assert_int_equal(verdict_of(store, 0), VERDICT_TP);
    assert_int_equal(verdict_of(store, 2), VERDICT_NONE);
    assert_string_equal(history_reviewer(store_history(store), 0), "ana");
    matched_free(&matched);
    assert_true(content_match(new, history, &matched, &status));
    assert_true(store_import(store, matched.entries, matched.n, &added, &status));
    assert_int_equal(added.added, 0); /* once is enough */
    matched_free(&matched);
    history_free(history);
    store_others_free(others, n);
    store_free(store, NULL);

    store = open_store(path, "eva", new); /* and they stay */
    assert_int_equal(verdict_of(store, 1), VERDICT_FP);
    store_free(store, NULL);
    table_free(old);
    table_free(new);
    unlink(path);
    rmdir(directory);
}

/* The same bytes read with other features: the rows are the same by time and user. */
static void other_features_of_the_same_file(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-content-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/r.db", directory);
    struct table *both = make(old_lines, 6, "h", 2), *one = make(old_lines, 6, "h", 1);
    struct table *shifted = make(old_lines + 1, 5, "h", 1); /* a line was rejected there */
    struct verdict_context context = {.seconds = 3};
    struct store *store = open_store(path, "ana", both);
    uint32_t row = 1;
    assert_true(store_verdict(store, &row, 1, VERDICT_TP, &context, NULL));
    row = 5;
    assert_true(store_verdict(store, &row, 1, VERDICT_FP, &context, NULL));
    attach(store, one);
    assert_int_equal(verdict_of(store, 1), VERDICT_TP);
    assert_int_equal(verdict_of(store, 5), VERDICT_FP);
    assert_int_equal(store_mismatches(store), 0);
    attach(store, shifted);
    assert_int_equal(store_mismatches(store), 2);
    assert_int_equal(verdict_of(store, 1), VERDICT_NONE);
    store_free(store, NULL);
    table_free(both);
    table_free(one);
    table_free(shifted);
    unlink(path);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_differ_where_rows_do),
        cmocka_unit_test(another_version_is_matched_by_content),
        cmocka_unit_test(other_features_of_the_same_file),
    };
    return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}

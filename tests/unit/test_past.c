/* Own past: what may be seen, and what must not matter. */
#include "past/past.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "past/past_state.h"
#include "table/builder.h"
#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/past_world.h"
#include "unit/test.h"

static bool same(float a, float b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void assert_same(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!same(a[i], b[i])) {
            fail_msg("row %zu: %.9g and %.9g", i, (double)a[i], (double)b[i]);
        }
    }
}

/* The scores of some rows, by a table of their own. */
static float *scores_of(const struct past_row *rows, size_t n)
{
    struct table *table = past_world_table(rows, n);
    float *score = past_world_scores(NULL, table, 1);
    table_free(table);
    return score;
}

static void first_window_is_not_scored(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 30, 12, 5), odd = 0;
    float *score = scores_of(rows, n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_true((isnan(score[i]) != 0) == (rows[i].hour == rows[0].hour));
        odd += score[i] >= 0;
    }
    assert_true(odd > 0);
    free(score);
    free(rows);
}

static void a_later_row_changes_nothing_before(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 12, 15, 7);
    float *whole = scores_of(rows, n);
    (void)state;
    for (size_t part = 1; part < 8; part++) {
        size_t some = n * part / 8;
        while (some < n && rows[some].hour == rows[some - 1].hour) {
            some++;
        }
        float *score = scores_of(rows, some);
        assert_same(whole, score, some);
        free(score);
    }
    free(whole);
    free(rows);
}

/* Its times as clocks of two zones in turn show them: by the clock they go back and forth. */
static float *scores_in_zones(const struct past_row *rows, size_t n)
{
    struct table *table = past_world_table(rows, n);
    size_t n_times = dict_count(table->times);
    table->time_offset = calloc(n_times, sizeof *table->time_offset);
    assert_non_null(table->time_offset);
    for (size_t i = 0; i < n_times; i++) {
        table->time_offset[i] = i % 2 == 0 ? 9 * 3600 : -8 * 3600;
        table->time_seconds[i] += table->time_offset[i];
    }
    float *score = past_world_scores(NULL, table, 1);
    table_free(table);
    return score;
}

/* What is earlier is told by the instant, not by the clock. */
static void zones_do_not_change_what_is_earlier(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 12, 15, 7), some = n / 2;
    (void)state;
    while (rows[some].hour == rows[some - 1].hour) {
        some++;
    }
    float *whole = scores_in_zones(rows, n), *part = scores_in_zones(rows, some);
    size_t scored = 0;
    for (size_t i = 0; i < some; i++) {
        scored += isnan(part[i]) ? 0 : 1;
    }
    assert_true(scored > some / 2);
    assert_same(whole, part, some);
    free(whole);
    free(part);
    free(rows);
}

static void a_table_cut_in_two_gives_the_same(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 9, 11, 8);
    float *whole = scores_of(rows, n);
    (void)state;
    for (size_t cut = 1; cut < 24; cut++) {
        size_t some = n * cut / 24;
        while (rows[some].hour == rows[some - 1].hour) {
            some++;
        }
        struct table *first = past_world_table(rows, some);
        struct table *second = past_world_table(rows + some, n - some);
        struct past *past = past_world_new(first);
        float *a = past_world_scores(past, first, 2), *b = past_world_scores(past, second, 2);
        assert_same(whole, a, some);
        assert_same(whole + some, b, n - some);
        assert_int_equal(past_late(past), 0);
        free(a);
        free(b);
        past_free(past);
        table_free(first);
        table_free(second);
    }
    free(whole);
    free(rows);
}

/* Saved, and read again; NULL when it is refused. */
static struct past *saved_and_loaded(const struct past *past, size_t d, struct status *status)
{
    char path[] = "/tmp/oddhours-past-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && close(fd) == 0);
    struct archive_out *out = archive_create(path, 1, status);
    assert_non_null(out);
    past_save(past, out);
    assert_true(archive_commit(out, status));
    struct archive_in *in = archive_open(path, 1, status);
    assert_non_null(in);
    struct past *loaded = past_load(in, d, status);
    archive_close(in);
    unlink(path);
    return loaded;
}

/* What a file or a copy holds goes on as what was learnt does, and explains what it scores. */
static void what_was_saved_goes_on(void **state)
{
    struct past_row *rows;
    struct status status = {0};
    size_t n = past_world(&rows, 24 * 7, 13, 21);
    float *whole = scores_of(rows, n);
    (void)state;
    for (size_t cut = 1; cut < 6; cut++) {
        size_t some = n * cut / 6;
        while (rows[some].hour == rows[some - 1].hour) {
            some++;
        }
        struct table *first = past_world_table(rows, some);
        struct table *second = past_world_table(rows + some, n - some);
        struct past *past = past_world_new(first);
        free(past_world_scores(past, first, 2));
        struct past *loaded = saved_and_loaded(past, first->profiles.d, &status);
        assert_string_equal(status.text, "");
        struct past *copy = past_copy(loaded, true, &status);
        assert_non_null(copy);
        assert_true(past_end(copy) == past_end(past));
        float *a = past_world_scores(loaded, second, 2),
              *b = past_world_scores(copy, second, 1);
        assert_same(whole + some, a, n - some);
        assert_same(whole + some, b, n - some);
        uint8_t *kinds = past_world_kinds(second);
        for (size_t user = 0; user < dict_count(first->users); user++) {
            struct span name = dict_get(first->users, (uint32_t)user);
            uint32_t then = dict_find(second->users, name.bytes, name.length);
            struct past_known known = past_find(copy, name);
            assert_true(known.known);
            assert_true(then == DICT_NONE || kinds[then] == (uint8_t)known.kind);
        }
        assert_false(past_find(copy, (struct span){"nobody", 6}).known);
        for (size_t row = 0; row < second->n_rows; row += 17) {
            struct past_why why;
            assert_true(past_explain(copy, second, kinds, NULL, row, &why, &status));
            assert_true(same(why.score, b[row]));
        }
        free(kinds);
        free(a);
        free(b);
        past_free(copy);
        past_free(loaded);
        past_free(past);
        table_free(first);
        table_free(second);
    }
    free(whole);
    free(rows);
}

/* Rows that are not to be learnt get a score, and change none: as if they had not been. */
static void skipped_rows_teach_nothing(void **state)
{
    struct past_row *rows;
    struct status status = {0};
    size_t n = past_world(&rows, 24 * 6, 9, 31), kept = 0;
    uint8_t *skip = calloc(n, 1);
    struct past_row *others = calloc(n, sizeof *others);
    (void)state;
    assert_true(skip != NULL && others != NULL);
    for (size_t i = 0; i < n; i++) {
        skip[i] = rows[i].hour > 30 && i % 11 == 0;
        if (skip[i] != 0) {
            rows[i].total += 5000; /* that would be remembered */
        } else {
            others[kept++] = rows[i];
        }
    }
    float *without = scores_of(others, kept);
    struct table *table = past_world_table(rows, n);
    struct past *past = past_world_new(table);
    past_skip(past, skip);
    float *with = past_world_scores(past, table, 2);
    uint8_t *kinds = past_world_kinds(table);
    for (size_t i = 0, at = 0; i < n; i++) {
        assert_true(skip[i] != 0 ? with[i] > 2 : same(with[i], without[at++]));
        if (i % 13 == 0 || (skip[i] != 0 && i % 3 == 0)) {
            struct past_why why;
            assert_true(past_explain(past, table, kinds, NULL, i, &why, &status));
            assert_true(same(why.score, with[i]));
        }
    }
    free(kinds);
    free(with);
    free(without);
    past_free(past);
    table_free(table);
    free(others);
    free(skip);
    free(rows);
}

static void late_rows_are_scored_and_not_learnt(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 6, 9, 9), half = n / 2;
    (void)state;
    while (rows[half].hour == rows[half - 1].hour) {
        half++;
    }
    struct table *first = past_world_table(rows, half), *all = past_world_table(rows, n);
    struct table *second = past_world_table(rows + half, n - half);
    struct past *past = past_world_new(first), *other = past_world_new(first);
    free(past_world_scores(past, first, 1));
    free(past_world_scores(other, first, 1));
    float *with_late = past_world_scores(past, all, 2);
    float *without = past_world_scores(other, second, 2);
    assert_int_equal(past_late(past), half);
    assert_int_equal(past_late(other), 0);
    assert_same(with_late + half, without, n - half);
    assert_true(with_late[0] >= 0);
    free(with_late);
    free(without);
    past_free(past);
    past_free(other);
    table_free(first);
    table_free(second);
    table_free(all);
    free(rows);
}

static void order_and_threads_do_not_matter(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 10, 20, 10);
    struct table *table = past_world_table(rows, n);
    float *score = past_world_scores(NULL, table, 1);
    (void)state;
    for (unsigned threads = 2; threads <= 5; threads++) {
        float *again = past_world_scores(NULL, table, threads);
        assert_same(score, again, n);
        free(again);
    }
    table_free(table);
    /* Shuffled, with what each row was. */
    uint64_t random = 3;
    for (size_t i = n - 1; i > 0; i--) {
        size_t k = fixture_below(&random, i + 1);
        struct past_row row = rows[i];
        float known = score[i];
        rows[i] = rows[k];
        score[i] = score[k];
        rows[k] = row;
        score[k] = known;
    }
    float *shuffled = scores_of(rows, n);
    assert_same(score, shuffled, n);
    free(shuffled);
    free(score);
    free(rows);
}

/* Fragments of a window are judged by what was before it, and learnt as one. */
static void rows_of_a_window_do_not_see_each_other(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 5, 6, 11), at = n * 3 / 4;
    struct past_row *more = calloc(n + 1, sizeof *more);
    (void)state;
    memcpy(more, rows, (at + 1) * sizeof *more);
    memcpy(more + at + 2, rows + at + 1, (n - at - 1) * sizeof *more);
    more[at].total = 100;
    more[at + 1] = more[at]; /* a fragment beside it */
    more[at + 1].total = 60000;
    more[at + 1].failed = 50000;
    float *beside = scores_of(more, n + 1);
    more[at + 1].total = 3;
    more[at + 1].failed = 0;
    float *quiet = scores_of(more, n + 1);
    size_t end = at;
    while (rows[end].hour == rows[at].hour) {
        end++;
    }
    for (size_t i = 0; i <= end; i++) {
        if (i != at + 1 && !same(beside[i], quiet[i])) {
            fail_msg("row %zu saw the fragment", i);
        }
    }
    assert_true(beside[at + 1] > quiet[at + 1]);
    /* Two halves of a count are learnt as the whole, hosts by the larger one. */
    more[at + 1].total = 40;
    more[at + 1].destinations = more[at].destinations = 3;
    more[at + 1].sources = 1;
    more[at].sources = 2;
    float *halves = scores_of(more, n + 1);
    struct past_row *joined = calloc(n, sizeof *joined);
    memcpy(joined, rows, n * sizeof *joined);
    joined[at] = more[at];
    joined[at].total = 140;
    joined[at].failed = more[at].failed + more[at + 1].failed;
    float *whole = scores_of(joined, n);
    assert_same(halves + at + 2, whole + at + 1, n - at - 1);
    free(beside);
    free(quiet);
    free(halves);
    free(whole);
    free(joined);
    free(more);
    free(rows);
}

/* What is odd for its account comes out on top, whatever others do all day. */
static void a_quiet_account_that_gets_loud_is_odd(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 30, 20, 12), quiet = n - 1;
    (void)state;
    while (rows[quiet].user != 1) {
        quiet--;
    }
    for (size_t i = 0; i < n; i++) {
        if (rows[i].user == 1) {
            rows[i].total = 3 + (double)(i % 3);
            rows[i].failed = 0;
            rows[i].destinations = rows[i].sources = 1;
        } else if (rows[i].user == 2) {
            rows[i].total = 5000 + (double)(i % 2000); /* always loud */
        }
    }
    rows[quiet].total = 400;
    rows[quiet].destinations = 40;
    struct table *table = past_world_table(rows, n);
    struct past *past = past_world_new(table);
    float *score = past_world_scores(past, table, 2);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == quiet || isnan(score[i]) || score[i] < score[quiet]);
        assert_true(rows[i].user != 2 || isnan(score[i]) || score[i] < 4);
    }
    assert_true((double)score[quiet] > PAST_THRESHOLD);
    static struct past_why why;
    uint8_t *kinds = past_world_kinds(table);
    assert_true(past_explain(past, table, kinds, NULL, quiet, &why, NULL));
    assert_true(same(why.score, score[quiet]));
    assert_int_equal(why.reasons[0].part, PAST_PART_COUNT);
    assert_int_equal(why.reasons[0].as_high, 0);
    assert_non_null(strstr(why.sentence, "; never more than "));
    assert_non_null(strstr(why.sentence, " earlier hours"));
    double credit = 0;
    for (size_t i = 0; i < why.n_reasons; i++) {
        credit += why.reasons[i].credit;
        assert_true(i == 0 || why.reasons[i].odd <= why.reasons[i - 1].odd);
    }
    assert_true(fabs(credit - 1) < 1e-9);
    free(kinds);
    free(score);
    past_free(past);
    table_free(table);
    free(rows);
}

static void explanations_have_the_same_scores(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 8, 10, 13), half = n / 2;
    (void)state;
    rows[n / 3].hour = rows[n / 3 - 1].hour; /* some fragments */
    rows[n / 3].user = rows[n / 3 - 1].user;
    while (rows[half].hour == rows[half - 1].hour) {
        half++;
    }
    struct table *tables[2] = {past_world_table(rows, half),
                               past_world_table(rows + half, n - half)};
    struct past *past = past_world_new(tables[0]);
    static struct past_why why, found;
    for (size_t t = 0; t < 2; t++) {
        float *score = past_world_scores(past, tables[t], 2);
        uint8_t *kinds = past_world_kinds(tables[t]);
        struct row_index *by_user =
            row_index_new(tables[t]->row_user, tables[t]->n_rows, dict_count(tables[t]->users),
                          NULL, NULL, NULL);
        assert_non_null(by_user);
        for (size_t row = 0; row < tables[t]->n_rows; row++) {
            assert_true(past_explain(past, tables[t], kinds, NULL, row, &why, NULL));
            if (!same(why.score, score[row])) {
                fail_msg("row %zu: %.9g and %.9g", row, (double)why.score, (double)score[row]);
            }
            assert_true(why.n_reasons > 0 || why.sentence[0] == '\0');
            assert_true(past_explain(past, tables[t], kinds, by_user, row, &found, NULL));
            assert_memory_equal(&found, &why, sizeof why);
        }
        row_index_free(by_user);
        free(kinds);
        free(score);
    }
    past_free(past);
    table_free(tables[0]);
    table_free(tables[1]);
    free(rows);
}

/* An outage: nobody for six hours, then everybody as before. */
/* What a saved run keeps explains every row as own past itself does. */
static void what_was_kept_explains_the_same(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 9, 7, 21);
    struct table *table = past_world_table(rows, n);
    struct past *past = past_world_new(table);
    uint8_t *kinds = past_world_kinds(table);
    float *score = past_world_scores(past, table, 2);
    char path[] = "/tmp/oddhours-past-XXXXXX";
    const struct past_options options = {.half_life_days = 30, .explain = true};
    struct status status = {0};
    static struct past_why why, again;
    (void)state;
    close(mkstemp(path));
    assert_true(past_worth_keeping(past, 1000000));
    assert_false(past_worth_keeping(past, 100)); /* learnt again in no time */
    struct archive_out *out = archive_create(path, 1, &status);
    assert_non_null(out);
    past_put(past, out);
    assert_true(archive_commit(out, &status));
    struct archive_in *in = archive_open(path, 1, &status);
    assert_non_null(in);
    struct past *kept = past_get(in, table, &options, &status);
    assert_non_null(kept);
    archive_close(in);
    past_rest(past); /* both can do without what is only needed to learn */
    for (uint32_t row = 0; row < n; row += 7) {
        assert_true(past_explain(past, table, kinds, NULL, row, &why, &status));
        assert_true(past_explain(kept, table, kinds, NULL, row, &again, &status));
        assert_same(&why.score, &score[row], 1);
        assert_same(&again.score, &score[row], 1);
        assert_int_equal(again.n_reasons, why.n_reasons);
        assert_string_equal(again.sentence, why.sentence);
    }
    past_free(kept);
    past_free(past);
    /* Times that do not rise are none. */
    out = archive_create(path, 1, &status);
    past = past_world_new(table);
    free(past_world_scores(past, table, 1));
    assert_true(past->n_blocks > 2);
    past->blocks[2].begins = past->blocks[1].begins;
    past_put(past, out);
    assert_true(archive_commit(out, &status));
    in = archive_open(path, 1, &status);
    assert_null(past_get(in, table, &options, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    archive_close(in);
    unlink(path);
    past_free(past);
    free(score);
    free(kinds);
    table_free(table);
    free(rows);
}

/* New hosts stand in a column beside the profiles: they count as a feature would. */
static void a_column_of_new_hosts_counts_as_a_feature(void **state)
{
    (void)state;
    struct past_row *rows;
    size_t n = past_world(&rows, 400, 12, 5);
    struct table *beside = past_world_table(rows, n);
    free(rows);
    const char *names[TABLE_DEFAULT_FEATURES + 1];
    memcpy(names, table_default_features, sizeof table_default_features);
    names[TABLE_DEFAULT_FEATURES] = "new_dst";
    struct table_builder *builder =
        table_builder_new(names, TABLE_DEFAULT_FEATURES + 1, true, true, NULL);
    float *column = malloc(beside->n_rows * sizeof *column);
    assert_true(builder != NULL && column != NULL);
    for (size_t row = 0; row < beside->n_rows; row++) {
        double values[TABLE_DEFAULT_FEATURES + 1];
        size_t new_hosts = row % 9 == 4 ? row % 3 : row + 20 > beside->n_rows ? 40 : 0;
        memcpy(values, table_profile(beside, beside->row_profile[row]),
               TABLE_DEFAULT_FEATURES * sizeof *values);
        values[TABLE_DEFAULT_FEATURES] = (double)new_hosts;
        column[row] = new_hosts == 0 && row % 2 == 0 ? NAN : (float)new_hosts;
        assert_true(table_builder_add(builder, dict_get(beside->times, beside->row_time[row]),
                                      dict_get(beside->users, beside->row_user[row]), values,
                                      NULL));
    }
    struct table *within = table_builder_finish(builder, NULL);
    assert_non_null(within);
    float *without = past_world_scores(NULL, beside, 1);
    assert_true(table_add_column(beside, "new_dst", column, NULL));
    struct past *past = past_world_new(beside);
    float *with = past_world_scores(past, beside, 2);
    float *as_feature = past_world_scores(NULL, within, 1);
    assert_same(with, as_feature, beside->n_rows);
    size_t higher = 0, last = beside->n_rows - 1;
    for (size_t row = 0; row < beside->n_rows; row++) {
        higher += with[row] > without[row] + 0.5F;
    }
    assert_true(higher > 5);
    uint8_t *kinds = past_world_kinds(beside);
    struct past_why why;
    assert_true(past_explain(past, beside, kinds, NULL, last, &why, NULL));
    assert_non_null(strstr(why.sentence, "40 new destination hosts; never more than"));
    assert_string_equal(table_value_name(beside, why.reasons[0].feature), "new_dst");
    size_t looked_at;
    past_features(past, &looked_at);
    assert_true(looked_at > 1);
    past_free(past);
    free(kinds);
    free(with);
    free(without);
    free(as_feature);
    table_free(beside);
    table_free(within);
}

static void silence_of_all_flags_nobody(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 24 * 20, 20, 14), kept = 0;
    const uint32_t from = 24 * 15 + 9, to = from + 6;
    (void)state;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].hour < from || rows[i].hour >= to) {
            rows[kept++] = rows[i];
        }
    }
    float *score = scores_of(rows, kept);
    for (size_t i = 0; i < kept; i++) {
        assert_true(rows[i].hour < to || rows[i].hour > to + 1 ||
                    (double)score[i] <= PAST_THRESHOLD);
    }
    free(score);
    free(rows);
}

static void says_why_there_is_none(void **state)
{
    const double values[4] = {1.5, 2, -1, 3};
    struct status status = {0};
    struct table *table = fixture_table(values, 2, 2, NULL);
    const struct past_options options = {.half_life_days = 30};
    (void)state;
    assert_null(past_new(table, &options, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "no dt column"));
    table_free(table);
}

/* nbhours_events says no more than total_events and the hour. */
static void repeated_columns_are_left_out(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 30, 5, 15), n_features;
    struct table *table = past_world_table(rows, n);
    struct past *past = past_world_new(table);
    (void)state;
    const size_t *features = past_features(past, &n_features);
    assert_int_equal(n_features, 4);
    for (size_t i = 0; i < n_features; i++) {
        const size_t wanted[4] = {0, 1, 3, 4};
        assert_int_equal(features[i], wanted[i]);
    }
    past_free(past);
    table_free(table);
    free(rows);
}

static void memory_that_runs_out_is_said(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 40, 6, 16);
    struct table *table = past_world_table(rows, n);
    uint8_t *kinds = past_world_kinds(table);
    float *score = calloc(n, sizeof *score);
    const struct past_options options = {.half_life_days = 30, .explain = true};
    static struct past_why why;
    (void)state;
    rows[0].hour = 39; /* not in order */
    long before = oom_live();
    for (unsigned long at = 0;; at++) {
        struct status status = {0};
        oom_arm(at, false);
        struct past *past = past_new(table, &options, &status);
        bool good = past != NULL &&
                    past_score(past, table, kinds, score, NULL, NULL, &status) &&
                    past_explain(past, table, kinds, NULL, n / 2, &why, &status);
        past_free(past);
        bool failed = oom_disarm();
        assert_int_equal(oom_live(), before);
        if (!failed) {
            assert_true(good);
            break;
        }
        /* Records of profiles are made when needed instead. */
        assert_true(good || status.code == STATUS_NOMEM);
    }
    free(score);
    free(kinds);
    table_free(table);
    free(rows);
}

static void a_cancel_is_seen(void **state)
{
    struct past_row *rows;
    size_t n = past_world(&rows, 60, 6, 17);
    struct table *table = past_world_table(rows, n);
    struct past *past = past_world_new(table);
    uint8_t *kinds = past_world_kinds(table);
    float *score = calloc(n, sizeof *score);
    atomic_bool cancel = true;
    const struct progress progress = {.cancel = &cancel};
    struct status status = {0};
    (void)state;
    assert_false(past_score(past, table, kinds, score, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    free(score);
    free(kinds);
    past_free(past);
    table_free(table);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_window_is_not_scored),
        cmocka_unit_test(a_later_row_changes_nothing_before),
        cmocka_unit_test(zones_do_not_change_what_is_earlier),
        cmocka_unit_test(a_table_cut_in_two_gives_the_same),
        cmocka_unit_test(what_was_saved_goes_on),
        cmocka_unit_test(skipped_rows_teach_nothing),
        cmocka_unit_test(late_rows_are_scored_and_not_learnt),
        cmocka_unit_test(order_and_threads_do_not_matter),
        cmocka_unit_test(rows_of_a_window_do_not_see_each_other),
        cmocka_unit_test(a_quiet_account_that_gets_loud_is_odd),
        cmocka_unit_test(explanations_have_the_same_scores),
        cmocka_unit_test(what_was_kept_explains_the_same),
        cmocka_unit_test(a_column_of_new_hosts_counts_as_a_feature),
        cmocka_unit_test(silence_of_all_flags_nobody),
        cmocka_unit_test(says_why_there_is_none),
        cmocka_unit_test(repeated_columns_are_left_out),
        cmocka_unit_test(memory_that_runs_out_is_said),
        cmocka_unit_test(a_cancel_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

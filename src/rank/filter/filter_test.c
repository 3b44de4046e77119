#include "rank/filter/filter_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/quantile.h"
#include "table/timestamp.h"

/* ---- from items to intervals ---- */

/* Adds what an item with numbers a and b means: one interval or two. */
static void add_intervals(struct filter_test *test, enum filter_op op, double a, double b)
{
    double below = nextafter(a, -INFINITY), above = nextafter(a, INFINITY);
    struct interval first = {-INFINITY, INFINITY}, second = {INFINITY, -INFINITY};
    switch (op) {
    case FILTER_EQ: first = (struct interval){a, a}; break;
    case FILTER_NE: first.high = below, second = (struct interval){above, INFINITY}; break;
    case FILTER_LT: first.high = below; break;
    case FILTER_LE: first.high = a; break;
    case FILTER_GT: first.low = above; break;
    case FILTER_GE: first.low = a; break;
    case FILTER_RANGE:
        first = (struct interval){a, b};
        if (b < a) { /* hours over midnight */
            first = (struct interval){a, INFINITY};
            second = (struct interval){-INFINITY, b};
        }
        break;
    }
    test->intervals[test->n++] = first;
    if (second.low <= second.high) {
        test->intervals[test->n++] = second;
    }
}

static bool percentile(const struct filter_field *field, const struct filter_context *context,
                       double *value, struct status *status)
{
    if (field->kind == FILTER_SCORE) {
        *value = ranking_percentile(context->rankings[field->index].ranking, *value);
        return true;
    }
    if (field->kind == FILTER_COLUMN) {
        struct ranking *ranking = ranking_new_rows(context->table->columns[field->index].value,
                                                   context->table->n_rows, NULL, status);
        *value = ranking != NULL ? ranking_percentile(ranking, *value) : 0;
        ranking_free(ranking);
        return ranking != NULL;
    }
    return profiles_percentile(&context->table->profiles, field->index, *value, value, status);
}

static bool make_intervals(struct filter_test *test, const struct filter_context *context,
                           struct status *status)
{
    const struct filter_term *term = test->term;
    test->intervals = mem_new(2 * term->n_items, sizeof *test->intervals, "a filter", status);
    if (test->intervals == NULL) {
        return false;
    }
    for (size_t i = 0; i < term->n_items; i++) {
        const struct filter_item *item = &term->items[i];
        double a = item->a, b = item->b;
        if (item->percent && (!percentile(&term->field, context, &a, status) ||
                              !percentile(&term->field, context, &b, status))) {
            return false;
        }
        add_intervals(test, item->op, a, b);
    }
    return true;
}

static bool make_globs(struct filter_test *test, struct status *status)
{
    const struct filter_term *term = test->term;
    test->globs = mem_new(term->n_items, sizeof *test->globs, "a filter", status);
    for (size_t i = 0; test->globs != NULL && i < term->n_items; i++) {
        test->globs[i] = glob_make(term->items[i].text, term->field.kind == FILTER_WORD);
    }
    return test->globs != NULL;
}

/* A rank that is a number of rows; "below rank 1" is rank 0, which no row has. */
static size_t whole_rank(double rank)
{
    return !(rank > 0) ? 0 : rank >= 4e18 ? SIZE_MAX : (size_t)rank;
}

static bool make_ranks(struct filter_test *test, const struct filter_context *context,
                       struct status *status)
{
    const struct ranking *ranking = context->rankings[test->term->field.index].ranking;
    if (!make_intervals(test, context, status)) {
        return false;
    }
    struct rank_interval *intervals = mem_new(test->n, sizeof *intervals, "a filter", status);
    test->ranks = (struct rank_test){test->term->negated, test->n, intervals};
    for (size_t i = 0; intervals != NULL && i < test->n; i++) {
        /* the numbers between whole ranks hold none: round inwards */
        size_t low = whole_rank(ceil(test->intervals[i].low));
        size_t high = whole_rank(floor(test->intervals[i].high));
        size_t before = low > 0 ? low - 1 : 0;
        before = before < high ? before : high;
        if (!head_new(&intervals[i].upto, ranking, context->by_profile, high, status) ||
            !head_new(&intervals[i].before, ranking, context->by_profile, before, status)) {
            return false;
        }
    }
    return intervals != NULL;
}

bool filter_test_make(struct filter_test *test, const struct filter_term *term,
                      const struct filter_context *context, struct status *status)
{
    test->term = term;
    switch (term->field.kind) {
    case FILTER_WORD:
    case FILTER_USER:
    case FILTER_KIND:
    case FILTER_OWNER:
    case FILTER_LABEL:
    case FILTER_TIME: return make_globs(test, status);
    case FILTER_RANK: return make_ranks(test, context, status);
    case FILTER_LIKE:
    case FILTER_FLAGGED:
    case FILTER_HOOK: return true;
    default: return make_intervals(test, context, status);
    }
}

static bool ranks_rows(const struct filter_context *context, size_t ranking)
{
    const struct ranking *one = context->rankings[ranking].ranking;
    return one != NULL && one->row_score != NULL;
}

/* A flag of a list that ranks rows makes the whole term one about rows. */
static bool flags_rows(const struct filter_term *term, const struct filter_context *context)
{
    bool rows = false;
    for (size_t i = 0; i < term->n_items; i++) {
        for (size_t r = 0; r < context->n_rankings; r++) {
            int flagged = term->items[i].flagged;
            bool meant = flagged >= 0 ? (size_t)flagged == r : !context->rankings[r].apart;
            rows = rows || (meant && ranks_rows(context, r));
        }
    }
    return rows;
}

enum filter_domain filter_domain_of(const struct filter_term *term,
                                    const struct filter_context *context)
{
    switch (term->field.kind) {
    case FILTER_WORD:
    case FILTER_USER:
    case FILTER_KIND:
    case FILTER_OWNER:
    case FILTER_LABEL: return DOMAIN_USERS;
    case FILTER_TIME:
    case FILTER_HOUR:
    case FILTER_DAY: return DOMAIN_TIMES;
    case FILTER_ROW:
    case FILTER_COLUMN:
    case FILTER_HOOK: return DOMAIN_ROWS;
    case FILTER_SCORE:
    case FILTER_RANK:
        return ranks_rows(context, term->field.index) ? DOMAIN_ROWS : DOMAIN_PROFILES;
    case FILTER_FLAGGED: return flags_rows(term, context) ? DOMAIN_ROWS : DOMAIN_PROFILES;
    default: return DOMAIN_PROFILES;
    }
}

void filter_test_clear(struct filter_test *test)
{
    free(test->intervals);
    free(test->globs);
    free(test->ranks.intervals);
}

/* ---- testing ids ---- */

static bool in_intervals(const struct filter_test *test, double value)
{
    bool in = false;
    for (size_t i = 0; i < test->n; i++) {
        in |= value >= test->intervals[i].low && value <= test->intervals[i].high;
    }
    return in;
}

static uint64_t value_bits(const struct filter_test *test, const double *values, size_t stride,
                           size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        bits |= (uint64_t)in_intervals(test, values[i * stride]) << i;
    }
    return bits;
}

static bool globs_match(const struct filter_test *test, struct span text)
{
    bool in = false;
    for (size_t j = 0; j < test->term->n_items && !in; j++) {
        in = glob_match(&test->globs[j], text) == (test->term->items[j].op == FILTER_EQ);
    }
    return in;
}

static uint64_t glob_bits(const struct filter_test *test, const struct dict *dict, size_t first,
                          size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        bits |= (uint64_t)globs_match(test, dict_get(dict, (uint32_t)(first + i))) << i;
    }
    return bits;
}

/* What is known of users: kind, owner, label. */
static uint64_t account_bits(const struct filter_test *test, const struct accounts *accounts,
                             size_t first, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t user = (uint32_t)(first + i);
        const char *text =
            test->term->field.kind == FILTER_OWNER   ? accounts_owner(accounts, user)
            : test->term->field.kind == FILTER_LABEL ? accounts_label(accounts, user)
                                                     : accounts_kind(accounts, user);
        bits |= (uint64_t)globs_match(test, (struct span){text, strlen(text)}) << i;
    }
    return bits;
}

static uint64_t time_bits(const struct filter_test *test, const struct table *table,
                          size_t first, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t seconds = table->time_seconds[first + i];
        if (seconds == TABLE_NO_TIME) {
            continue;
        }
        double value = test->term->field.kind == FILTER_DAY
                           ? (double)(timestamp_day(seconds) - table->first_day)
                           : (double)timestamp_hour_of_day(seconds);
        bits |= (uint64_t)in_intervals(test, value) << i;
    }
    return bits;
}

static uint64_t float_bits(const struct filter_test *test, const float *values, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        bits |= (uint64_t)in_intervals(test, (double)values[i]) << i;
    }
    return bits;
}

/* Of profiles, or of rows when `row_profile` is given. */
static uint64_t flagged_by(const struct filter_ranking *one, const uint32_t *row_profile,
                           size_t first, size_t n)
{
    uint64_t flagged = 0;
    for (size_t i = 0; i < n; i++) {
        double score = row_profile != NULL
                           ? ranking_row_score(one->ranking, row_profile, first + i)
                           : one->ranking->score[first + i];
        flagged |= (uint64_t)(score > one->threshold) << i;
    }
    return flagged;
}

static uint64_t flagged_bits(const struct filter_item *item, const uint32_t *row_profile,
                             const struct filter_context *context, size_t first, size_t n)
{
    uint64_t bits = item->flagged == FILTER_ALL ? UINT64_MAX : 0;
    for (size_t r = 0; r < context->n_rankings; r++) {
        const struct filter_ranking *one = &context->rankings[r];
        if (one->ranking == NULL ||
            (item->flagged >= 0 ? (size_t)item->flagged != r : one->apart)) {
            continue;
        }
        uint64_t flagged = flagged_by(one, row_profile, first, n);
        bits = item->flagged == FILTER_ALL ? bits & flagged : bits | flagged;
    }
    return bits;
}

/* Profiles of which some row can have the ranks, or, negated, can lack them. */
static uint64_t rank_bits(const struct rank_test *ranks, size_t first, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        bool some = false, all = false;
        for (size_t j = 0; j < ranks->n; j++) {
            const struct rank_interval *interval = &ranks->intervals[j];
            const struct head *upto = &interval->upto, *before = &interval->before;
            const struct ranking *ranking = upto->ranking;
            some |= ranking_within(ranking, first + i, upto->touched) &&
                    !ranking_within(ranking, first + i, before->whole);
            all |= ranking_within(ranking, first + i, upto->whole) &&
                   !ranking_within(ranking, first + i, before->touched);
        }
        bits |= (uint64_t)(ranks->negated ? !all : some) << i;
    }
    return bits;
}

/* Where rows have the scores, each has its rank. */
static uint64_t row_rank_bits(const struct rank_test *ranks, size_t first, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        bool in = false;
        for (size_t j = 0; j < ranks->n; j++) {
            in |= head_holds(&ranks->intervals[j].upto, 0, first + i) &&
                  !head_holds(&ranks->intervals[j].before, 0, first + i);
        }
        bits |= (uint64_t)in << i;
    }
    return bits;
}

static uint64_t row_number_bits(const struct filter_test *test, size_t first, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        bits |= (uint64_t)in_intervals(test, (double)(first + i)) << i;
    }
    return bits;
}

static uint64_t copies_bits(const struct filter_test *test, const uint32_t *copies, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        bits |= (uint64_t)in_intervals(test, copies[i]) << i;
    }
    return bits;
}

/* The profiles of the rows that were named. */
static uint64_t like_bits(const struct filter_term *term, const struct table *table,
                          size_t first, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < term->n_items; i++) {
        size_t profile = table->row_profile[(size_t)term->items[i].a];
        if (profile >= first && profile - first < n) {
            bits |= (uint64_t)1 << (profile - first);
        }
    }
    return bits;
}

static uint64_t plain_bits(const struct filter_test *test, const struct filter_context *context,
                           size_t first, size_t n)
{
    const struct table *table = context->table;
    const struct filter_term *term = test->term;
    size_t d = table->profiles.d, index = term->field.index;
    uint64_t bits = 0;
    switch (term->field.kind) {
    case FILTER_WORD:
    case FILTER_USER: return glob_bits(test, table->users, first, n);
    case FILTER_KIND:
    case FILTER_OWNER:
    case FILTER_LABEL: return account_bits(test, context->accounts, first, n);
    case FILTER_TIME: return glob_bits(test, table->times, first, n);
    case FILTER_HOUR:
    case FILTER_DAY: return time_bits(test, table, first, n);
    case FILTER_COPIES: return copies_bits(test, table->profiles.copies + first, n);
    case FILTER_LIKE: return like_bits(term, table, first, n);
    case FILTER_ROW: return row_number_bits(test, first, n);
    case FILTER_FEATURE:
        return value_bits(test, table->profiles.values + first * d + index, d, n);
    case FILTER_SCORE:
        if (context->rankings[index].ranking->row_score != NULL) {
            return float_bits(test, context->rankings[index].ranking->row_score + first, n);
        }
        return value_bits(test, context->rankings[index].ranking->score + first, 1, n);
    case FILTER_COLUMN: return float_bits(test, table->columns[index].value + first, n);
    case FILTER_FLAGGED:
        for (size_t i = 0; i < term->n_items; i++) {
            bits |= flagged_bits(&term->items[i],
                                 flags_rows(term, context) ? table->row_profile : NULL, context,
                                 first, n);
        }
        return bits;
    default: return 0;
    }
}

uint64_t filter_test_bits(const struct filter_test *test, const struct filter_context *context,
                          size_t first, size_t n)
{
    if (test->term->field.kind == FILTER_RANK) {
        if (ranks_rows(context, test->term->field.index)) {
            uint64_t ranked = row_rank_bits(&test->ranks, first, n);
            return test->term->negated ? ~ranked : ranked;
        }
        return rank_bits(&test->ranks, first, n);
    }
    uint64_t bits = plain_bits(test, context, first, n);
    return test->term->negated ? ~bits : bits;
}

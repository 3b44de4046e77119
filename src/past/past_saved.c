/* Own pasts in a file, so that they go on with the table of another day. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "past/past_state.h"

/* Structs of nothing but floats, or of nothing but whole numbers, are put as they are. */
_Static_assert(sizeof(struct past_kind) ==
                   sizeof(float) * (3 * PAST_VALUES + 24 + 7 + 1 + PAST_TABLES * PAST_EDGES),
               "no gaps in what a kind is");
_Static_assert(sizeof(struct past_sums) ==
                   sizeof(uint64_t) * (4 * PAST_VALUES + 24 + 7) +
                       sizeof(uint32_t) * (PAST_TABLES * PAST_BINS + PAST_RAW_BINS),
               "no gaps in what is counted");

enum { TIMES = 3, PLAN = 3 };

/* ---- putting ---- */

static void put_names(struct archive_out *archive, const struct past *past)
{
    size_t n = past->n_accounts, bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += dict_get(past->names, (uint32_t)i).length;
    }
    uint32_t *lengths = mem_new(n, sizeof *lengths, "names of accounts", NULL);
    char *text = mem_new(bytes, 1, "names of accounts", NULL);
    if (lengths == NULL || text == NULL) {
        archive_fail(archive, ENOMEM);
    } else {
        size_t at = 0;
        for (size_t i = 0; i < n; i++) {
            struct span name = dict_get(past->names, (uint32_t)i);
            memcpy(text + at, name.bytes, name.length);
            at += name.length;
            lengths[i] = (uint32_t)name.length;
        }
        archive_put(archive, "PAnl", lengths, sizeof *lengths, n);
        archive_put(archive, "PAnm", text, 1, bytes);
    }
    free(lengths);
    free(text);
}

void past_save(const struct past *past, struct archive_out *archive)
{
    const struct past_plan *plan = &past->plan;
    const double times[TIMES] = {past->origin, past->last_window, past->block_end};
    const uint64_t numbers[PLAN] = {plan->n_counts, plan->failed, plan->total};
    uint64_t features[PAST_COUNTS_MAX];
    uint8_t largest[PAST_COUNTS_MAX];
    for (size_t i = 0; i < PAST_COUNTS_MAX; i++) {
        features[i] = plan->feature[i];
        largest[i] = plan->largest[i];
    }
    archive_put_number(archive, "PAhl", past->options.half_life_days);
    archive_put(archive, "PApl", numbers, sizeof *numbers, PLAN);
    archive_put(archive, "PAft", features, sizeof *features, PAST_COUNTS_MAX);
    archive_put(archive, "PAfn", plan->name, PAST_NAME, PAST_COUNTS_MAX);
    archive_put(archive, "PAlg", largest, sizeof *largest, PAST_COUNTS_MAX);
    archive_put_count(archive, "PAok", past->learnt);
    archive_put(archive, "PAtm", times, sizeof *times, TIMES);
    archive_put(archive, "PAkd", past->kinds, sizeof *past->kinds, ACCOUNT_KINDS);
    archive_put(archive, "PAsm", past->sums, sizeof *past->sums, ACCOUNT_KINDS);
    put_names(archive, past);
    archive_put(archive, "PAak", past->account_kind, sizeof *past->account_kind,
                past->n_accounts);
    archive_put(archive, "PAac", past->accounts, past_account_bytes(plan), past->n_accounts);
}

/* ---- getting ---- */

static bool senseless(struct status *status)
{
    return status_set(status, STATUS_INPUT, "the saved own pasts do not make sense");
}

static bool all_within(const float *values, size_t n, float least, float most)
{
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] >= least && values[i] <= most)) { /* or NaN */
            return false;
        }
    }
    return true;
}

static bool kind_makes_sense(const struct past_kind *kind)
{
    const float *edges = &kind->edges[0][0];
    return all_within(kind->mean, PAST_VALUES, -64, 64) &&
           all_within(kind->within, PAST_VALUES, 0, 1e6f) &&
           all_within(kind->strength, PAST_VALUES, 0, 1e3f) &&
           all_within(kind->hours, 24, 0, 1) && all_within(kind->days, 7, 0, 1) &&
           all_within(&kind->at_two, 1, 0, 1e3f) &&
           all_within(edges, (size_t)PAST_TABLES * PAST_EDGES, -1e3f, 1e3f);
}

static bool sums_make_sense(const struct past_sums *sums)
{
    const int64_t most = INT64_C(1) << 61;
    for (size_t i = 0; i < PAST_VALUES; i++) {
        if (sums->sum[i] < -most || sums->sum[i] > most || sums->squares[i] < 0 ||
            sums->squares[i] > most || sums->within[i] < 0 || sums->within[i] > most) {
            return false;
        }
    }
    return true;
}

static bool account_makes_sense(const struct past_account *account, size_t n_counts,
                                double last_window)
{
    const float most = 1e30f; /* weights grow until they are divided: 2^33 at most, and rows */
    if (account->windows == 0) {
        return true;
    }
    return account->seconds <= last_window && account->seconds > -1e12 &&
           all_within(&account->weight, 1, 1, most) &&
           all_within(account->own_weight, 2, 0, most) &&
           all_within(account->mean, PAST_VALUES, -64, 64) &&
           all_within(account->squares, PAST_VALUES, -1, most) &&
           all_within(account->slow, PAST_COUNTS_MAX, 0, most) &&
           all_within(account->hours, 24, 0, most) && all_within(account->days, 7, 0, most) &&
           account->epoch > -(1 << 24) && account->epoch < 1 << 24 &&
           all_within(account->high, n_counts * PAST_HIGH, 0, most);
}

static bool makes_sense(const struct past *past)
{
    const double span[] = {past->origin, past->last_window, past->block_end};
    for (size_t i = 0; i < TIMES; i++) {
        if (!(fabs(span[i]) < 1e12)) {
            return false;
        }
    }
    if (past->last_window < past->origin || past->block_end < past->origin) {
        return false;
    }
    for (size_t kind = 0; kind < ACCOUNT_KINDS; kind++) {
        if (!kind_makes_sense(&past->kinds[kind]) || !sums_make_sense(&past->sums[kind])) {
            return false;
        }
    }
    for (size_t i = 0; i < past->n_accounts; i++) {
        if (past->account_kind[i] >= ACCOUNT_KINDS ||
            !account_makes_sense(past_account(past, i), past->plan.n_counts,
                                 past->last_window)) {
            return false;
        }
    }
    return true;
}

static bool get_plan(struct archive_in *archive, struct past_plan *plan, size_t d,
                     struct status *status)
{
    uint64_t numbers[PLAN], features[PAST_COUNTS_MAX];
    uint8_t largest[PAST_COUNTS_MAX];
    if (!archive_get_into(archive, "PApl", numbers, sizeof *numbers, PLAN, status) ||
        !archive_get_into(archive, "PAft", features, sizeof *features, PAST_COUNTS_MAX,
                          status) ||
        !archive_get_into(archive, "PAfn", plan->name, PAST_NAME, PAST_COUNTS_MAX, status) ||
        !archive_get_into(archive, "PAlg", largest, sizeof *largest, PAST_COUNTS_MAX, status)) {
        return false;
    }
    bool good = numbers[0] > 0 && numbers[0] <= PAST_COUNTS_MAX &&
                numbers[1] <= PAST_COUNTS_MAX && numbers[2] <= PAST_COUNTS_MAX;
    for (size_t i = 0; good && i < PAST_COUNTS_MAX; i++) {
        good = (i >= numbers[0] || features[i] < d + PAST_COLUMNS_MAX) &&
               plan->name[i][PAST_NAME - 1] == '\0';
        plan->feature[i] = (size_t)features[i];
        plan->largest[i] = largest[i] != 0;
    }
    for (size_t i = 1; good && i < PLAN; i++) {
        good = numbers[i] == PAST_COUNTS_MAX || numbers[i] < numbers[0];
    }
    plan->n_counts = (size_t)numbers[0];
    plan->failed = (size_t)numbers[1];
    plan->total = (size_t)numbers[2];
    return good || senseless(status);
}

static bool get_names(struct archive_in *archive, struct past *past, struct status *status)
{
    size_t n, bytes, at = 0;
    uint32_t *lengths = archive_get_copy(archive, "PAnl", sizeof *lengths, &n, status);
    const char *text = lengths != NULL ? archive_get(archive, "PAnm", 1, &bytes, status) : NULL;
    bool good = text != NULL && (n < DICT_NONE || senseless(status));
    for (size_t i = 0; good && i < n; i++) {
        good = lengths[i] <= bytes - at || senseless(status);
        uint32_t id =
            good ? dict_add(past->names, text + at, lengths[i], status) : (uint32_t)DICT_NONE;
        good = good && id != DICT_NONE && (id == i || senseless(status));
        at += good ? lengths[i] : 0;
    }
    past->n_accounts = n;
    free(lengths);
    return good;
}

static bool get_accounts(struct archive_in *archive, struct past *past, struct status *status)
{
    size_t n;
    past->account_kind =
        archive_get_copy(archive, "PAak", sizeof *past->account_kind, &n, status);
    if (past->account_kind == NULL) {
        return false;
    }
    if (n != past->n_accounts) {
        return senseless(status);
    }
    past->accounts =
        archive_get_copy(archive, "PAac", past_account_bytes(&past->plan), &n, status);
    return past->accounts != NULL && (n == past->n_accounts || senseless(status));
}

static bool get_all(struct archive_in *archive, struct past *past, size_t d,
                    struct status *status)
{
    double times[TIMES];
    uint64_t learnt;
    if (!archive_get_number(archive, "PAhl", &past->options.half_life_days, status) ||
        !get_plan(archive, &past->plan, d, status) ||
        !archive_get_count(archive, "PAok", &learnt, status) ||
        !archive_get_into(archive, "PAtm", times, sizeof *times, TIMES, status)) {
        return false;
    }
    if (!(past->options.half_life_days > 0) || !(past->options.half_life_days < 1e6) ||
        learnt != 1) {
        return senseless(status);
    }
    past->learnt = true;
    past->origin = times[0];
    past->last_window = times[1];
    past->block_end = times[2];
    past_near_make(&past->near, past->options.half_life_days * 86400);
    return archive_get_into(archive, "PAkd", past->kinds, sizeof *past->kinds, ACCOUNT_KINDS,
                            status) &&
           archive_get_into(archive, "PAsm", past->sums, sizeof *past->sums, ACCOUNT_KINDS,
                            status) &&
           get_names(archive, past, status) && get_accounts(archive, past, status) &&
           (makes_sense(past) || senseless(status));
}

static struct past *past_empty(struct status *status)
{
    struct past *past = mem_zero(1, sizeof *past, "own pasts", status);
    if (past == NULL) {
        return NULL;
    }
    past_edges_student(past->before);
    past->names = dict_new(status);
    if (past->names == NULL) {
        past_free(past);
        return NULL;
    }
    return past;
}

struct past *past_load(struct archive_in *archive, size_t d, struct status *status)
{
    struct past *past = past_empty(status);
    if (past != NULL && !get_all(archive, past, d, status)) {
        past_free(past);
        return NULL;
    }
    return past;
}

/* ---- copies ---- */

static bool copy_names(struct dict *to, const struct dict *from, struct status *status)
{
    for (size_t i = 0; i < dict_count(from); i++) {
        struct span name = dict_get(from, (uint32_t)i);
        if (dict_add(to, name.bytes, name.length, status) == DICT_NONE) {
            return false;
        }
    }
    return true;
}

struct past *past_copy(const struct past *from, bool explain, struct status *status)
{
    struct past *past = past_empty(status);
    if (past == NULL) {
        return NULL;
    }
    size_t n = from->n_accounts, bytes = past_account_bytes(&from->plan);
    past->options = from->options;
    past->options.explain = explain;
    past->plan = from->plan;
    past->near = from->near;
    past->learnt = from->learnt;
    past->origin = from->origin;
    past->last_window = from->last_window;
    past->block_end = from->block_end;
    memcpy(past->kinds, from->kinds, sizeof past->kinds);
    memcpy(past->sums, from->sums, sizeof past->sums);
    past->n_accounts = n;
    past->accounts = mem_new(n, bytes, "own pasts", status);
    past->account_kind = mem_new(n, sizeof *past->account_kind, "own pasts", status);
    if (past->accounts == NULL || past->account_kind == NULL ||
        !copy_names(past->names, from->names, status)) {
        past_free(past);
        return NULL;
    }
    memcpy(past->accounts, from->accounts, n * bytes);
    memcpy(past->account_kind, from->account_kind, n * sizeof *past->account_kind);
    return past;
}

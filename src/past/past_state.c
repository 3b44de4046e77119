#include "past/past_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* At least two different times. */
static bool has_windows(const struct table *table)
{
    int64_t first = TABLE_NO_TIME;
    for (size_t i = 0; i < dict_count(table->times); i++) {
        int64_t seconds = table_instant(table, (uint32_t)i);
        if (seconds != TABLE_NO_TIME && first != TABLE_NO_TIME && seconds != first) {
            return true;
        }
        first = seconds != TABLE_NO_TIME ? seconds : first;
    }
    return false;
}

struct past *past_new(const struct table *table, const struct past_options *options,
                      struct status *status)
{
    if (table->times == NULL || table->users == NULL) {
        status_set(status, STATUS_INPUT, "no own past: the table has no %s column",
                   table->times == NULL ? "dt" : "src_user");
        return NULL;
    }
    if (!table->has_days) {
        status_set(status, STATUS_INPUT, "no own past: no time of the table can be read");
        return NULL;
    }
    if (!has_windows(table)) {
        status_set(status, STATUS_INPUT,
                   "no own past: all rows are of one window, and none is before it");
        return NULL;
    }
    struct past_plan plan;
    if (!past_plan_make(&plan, table, status)) {
        return NULL;
    }
    struct past *past = mem_zero(1, sizeof *past, "own pasts", status);
    if (past == NULL) {
        return NULL;
    }
    past->options = *options;
    past->plan = plan;
    past_edges_student(past->before);
    past_near_make(&past->near, options->half_life_days * 86400);
    past->names = dict_new(status);
    if (past->names == NULL) {
        past_free(past);
        return NULL;
    }
    return past;
}

void past_free(struct past *past)
{
    if (past != NULL) {
        dict_free(past->names);
        free(past->accounts);
        free(past->account_kind);
        free(past->account_of);
        free(past->start);
        free(past->blocks);
        free(past);
    }
}

size_t past_late(const struct past *past)
{
    return past->late;
}

void past_skip(struct past *past, const uint8_t *skip)
{
    past->skip = skip;
}

struct past_known past_find(const struct past *past, struct span name)
{
    uint32_t id = dict_find(past->names, name.bytes, name.length);
    if (id == DICT_NONE || id >= past->n_accounts || past_account(past, id)->windows == 0) {
        return (struct past_known){.kind = ACCOUNT_PERSON};
    }
    return (struct past_known){true, (enum account_kind)past->account_kind[id]};
}

double past_end(const struct past *past)
{
    return past->learnt ? past->last_window : NAN;
}

double past_half_life(const struct past *past)
{
    return past->options.half_life_days;
}

const size_t *past_features(const struct past *past, size_t *n)
{
    *n = past->plan.n_counts;
    return past->plan.feature;
}

size_t past_memory(size_t n_rows, size_t n_accounts, size_t n_profiles, bool in_order)
{
    const struct past_plan plan = {.n_counts = PAST_COUNTS_MAX / 2};
    bool records = n_profiles <= 65536 || n_profiles <= n_rows / 8;
    return n_accounts * (past_account_bytes(&plan) + 4 * sizeof(uint32_t)) +
           (records ? n_profiles * sizeof(struct past_record) : 0) +
           (in_order ? 0 : n_rows * sizeof(uint32_t));
}

void past_sums_add(struct past_sums *to, const struct past_sums *from)
{
    for (int i = 0; i < PAST_VALUES; i++) {
        to->n[i] += from->n[i];
        to->sum[i] += from->sum[i];
        to->squares[i] += from->squares[i];
        to->within[i] += from->within[i];
    }
    for (int i = 0; i < PAST_TABLES; i++) {
        for (int k = 0; k < PAST_BINS; k++) {
            to->bins[i][k] += from->bins[i][k];
        }
    }
    for (int i = 0; i < PAST_RAW_BINS; i++) {
        to->raw[i] += from->raw[i];
    }
    for (int i = 0; i < 24; i++) {
        to->hours[i] += from->hours[i];
    }
    for (int i = 0; i < 7; i++) {
        to->days[i] += from->days[i];
    }
}

static bool keep_start(struct past *past, struct status *status)
{
    free(past->start);
    past->start = NULL;
    past->n_start = 0;
    past->n_blocks = 0;
    if (!past->options.explain || !past->learnt) {
        return true;
    }
    size_t bytes = past_account_bytes(&past->plan);
    past->start = mem_new(past->n_accounts, bytes, "own pasts", status);
    if (past->start == NULL) {
        return false;
    }
    memcpy(past->start, past->accounts, past->n_accounts * bytes);
    past->n_start = past->n_accounts;
    past->start_window = past->last_window;
    return true;
}

bool past_take_accounts(struct past *past, const struct table *table, const uint8_t *kinds,
                        struct status *status)
{
    size_t users = dict_count(table->users), bytes = past_account_bytes(&past->plan);
    free(past->account_of);
    past->account_of = mem_new(users, sizeof *past->account_of, "accounts", status);
    if (past->account_of == NULL || !keep_start(past, status)) {
        return false;
    }
    for (size_t user = 0; user < users; user++) {
        struct span name = dict_get(table->users, (uint32_t)user);
        past->account_of[user] = dict_add(past->names, name.bytes, name.length, status);
        if (past->account_of[user] == DICT_NONE) {
            return false;
        }
    }
    size_t n = dict_count(past->names);
    if (n > past->n_accounts) {
        unsigned char *more = mem_zero(n, bytes, "own pasts", status);
        uint8_t *more_kinds = mem_zero(n, sizeof *more_kinds, "own pasts", status);
        if (more == NULL || more_kinds == NULL) {
            free(more);
            free(more_kinds);
            return false;
        }
        if (past->n_accounts > 0) {
            memcpy(more, past->accounts, past->n_accounts * bytes);
            memcpy(more_kinds, past->account_kind, past->n_accounts * sizeof *more_kinds);
        }
        free(past->accounts);
        free(past->account_kind);
        past->accounts = more;
        past->account_kind = more_kinds;
        past->n_accounts = n;
    }
    for (size_t user = 0; user < users; user++) {
        past->account_kind[past->account_of[user]] = kinds[user];
    }
    return true;
}

/* ---- for explanations ---- */

void past_rest(struct past *past)
{
    dict_free(past->names);
    free(past->accounts);
    free(past->account_kind);
    past->names = NULL;
    past->accounts = NULL;
    past->account_kind = NULL;
    past->n_accounts = 0;
    if (past->start == NULL) {
        free(past->account_of);
        past->account_of = NULL;
    }
}

struct past *past_part(struct past *past, struct status *status)
{
    struct past *part = mem_new(1, sizeof *part, "own pasts", status);
    if (part != NULL) {
        *part = *past;
        part->options.explain = false;
        part->account_of = NULL;
        part->skip = NULL;
        part->start = NULL;
        part->blocks = NULL;
        part->n_blocks = part->blocks_capacity = 0;
        past->names = NULL;
        past->accounts = NULL;
        past->account_kind = NULL;
        past_rest(past);
    }
    return part;
}

bool past_worth_keeping(const struct past *past, size_t n_rows)
{
    enum { BYTES_A_ROW = 20, MOST = 1 << 26 };
    size_t bytes = past->n_blocks * sizeof *past->blocks;
    return past->n_blocks > 0 && past->start == NULL && bytes / BYTES_A_ROW <= n_rows &&
           bytes <= MOST;
}

void past_put(const struct past *past, struct archive_out *archive)
{
    archive_put_number(archive, "orig", past->origin);
    archive_put(archive, "kblk", past->blocks, sizeof *past->blocks, past->n_blocks);
}

/* A block is nothing but numbers: its time, then floats. */
static bool is_finite(const struct past_block *block)
{
    enum { FLOATS = ACCOUNT_KINDS * (sizeof(struct past_kind) / sizeof(float)) };
    _Static_assert(FLOATS * sizeof(float) == sizeof block->kinds, "floats and nothing else");
    bool finite = isfinite(block->begins) || block->begins == -INFINITY;
    for (size_t i = 0; i < FLOATS && finite; i++) {
        float value;
        memcpy(&value, (const char *)block->kinds + i * sizeof value, sizeof value);
        finite = isfinite(value);
    }
    return finite;
}

struct past *past_get(struct archive_in *archive, const struct table *table,
                      const struct past_options *options, struct status *status)
{
    struct past *past = past_new(table, options, status);
    bool good = past != NULL && archive_get_number(archive, "orig", &past->origin, status);
    if (good) {
        past->blocks =
            archive_get_copy(archive, "kblk", sizeof *past->blocks, &past->n_blocks, status);
        good = past->blocks != NULL;
    }
    for (size_t i = 0; good && i < past->n_blocks; i++) {
        good = is_finite(&past->blocks[i]) &&
               (i == 0 || past->blocks[i].begins > past->blocks[i - 1].begins);
    }
    if (!good || past->n_blocks == 0 || !isfinite(past->origin)) {
        if (good || (past != NULL && past->blocks != NULL)) {
            status_set(status, STATUS_INPUT, "the saved own pasts do not make sense");
        }
        past_free(past);
        return NULL;
    }
    past->learnt = true;
    past_rest(past);
    return past;
}

#include "rank/row_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/order.h"

/* DESIGN. A row's key is the ordinal of its user, time or profile in the wanted order, equal
 * for equal values: key[ids[row]]. There are few keys and many rows, so rows are counted into
 * place; only when rows are fewer than keys they are packed with their keys and sorted. */

enum { TICK = 1 << 20 };

struct keys {
    uint32_t *key; /* (n_ids) below n_keys */
    size_t n_ids, n_keys;
    const uint32_t *ids; /* (n_rows) of the table */
};

/* ---- keys of profiles ---- */

/* Numbers ids in the order `order` (n) has them, equal values alike; the others come last. */
static void number(struct keys *keys, const uint32_t *order, size_t n, const double *value,
                   size_t stride)
{
    uint32_t ordinal = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && value[order[i] * stride] != value[order[i - 1] * stride]) {
            ordinal++;
        }
        keys->key[order[i]] = ordinal;
    }
    keys->n_keys = n > 0 ? (size_t)ordinal + 1 : 0;
}

static bool number_values(struct keys *keys, const double *value, size_t stride, bool falling,
                          struct status *status)
{
    size_t n;
    uint32_t *order = mem_new(keys->n_ids, sizeof *order, "sorting rows", status);
    bool ok =
        order != NULL && order_doubles(value, stride, keys->n_ids, falling, order, &n, status);
    if (ok) {
        number(keys, order, n, value, stride);
    }
    free(order);
    return ok;
}

static void number_ranking(struct keys *keys, const struct ranking *ranking, bool falling)
{
    size_t n = ranking->n_scored;
    number(keys, ranking->order, n, ranking->score, 1);
    for (size_t i = 0; i < n && !falling; i++) {
        uint32_t *key = &keys->key[ranking->order[i]];
        *key = (uint32_t)keys->n_keys - 1 - *key;
    }
    for (size_t profile = 0; profile < keys->n_ids && n < keys->n_ids; profile++) {
        if (isnan(ranking->score[profile])) {
            keys->key[profile] = (uint32_t)keys->n_keys;
        }
    }
    keys->n_keys++;
}

static bool number_copies(struct keys *keys, const struct table *table, bool falling,
                          struct status *status)
{
    double *copies = mem_new(keys->n_ids, sizeof *copies, "sorting rows", status);
    if (copies == NULL) {
        return false;
    }
    for (size_t i = 0; i < keys->n_ids; i++) {
        copies[i] = table->profiles.copies[i];
    }
    bool ok = number_values(keys, copies, 1, falling, status);
    free(copies);
    return ok;
}

/* ---- keys of users and times ---- */

struct word {
    int64_t seconds; /* TABLE_NO_TIME: sorted by bytes */
    struct span text;
    uint32_t id;
};

static int compare_words(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    if (x->seconds != y->seconds) {
        /* unreadable times last */
        bool before = y->seconds == TABLE_NO_TIME ||
                      (x->seconds != TABLE_NO_TIME && x->seconds < y->seconds);
        return before ? -1 : 1;
    }
    if (x->seconds != TABLE_NO_TIME) {
        return 0;
    }
    size_t shorter = x->text.length < y->text.length ? x->text.length : y->text.length;
    int order = shorter > 0 ? memcmp(x->text.bytes, y->text.bytes, shorter) : 0;
    if (order != 0) {
        return order;
    }
    return x->text.length < y->text.length ? -1 : x->text.length > y->text.length;
}

/* `times` is the table whose times they are, NULL for users. Reversing leaves unreadable times
 * at the end. */
static bool number_words(struct keys *keys, const struct dict *dict, const struct table *times,
                         bool falling, struct status *status)
{
    size_t n = keys->n_ids, readable = 0;
    struct word *words = mem_new(n, sizeof *words, "sorting rows", status);
    if (words == NULL) {
        return false;
    }
    for (size_t id = 0; id < n; id++) {
        words[id].seconds = times != NULL ? table_instant(times, (uint32_t)id) : TABLE_NO_TIME;
        words[id].text = dict_get(dict, (uint32_t)id);
        words[id].id = (uint32_t)id;
    }
    qsort(words, n, sizeof *words, compare_words);
    uint32_t ordinal = 0;
    for (size_t i = 0; i < n; i++) {
        ordinal += i > 0 && compare_words(&words[i - 1], &words[i]) != 0;
        keys->key[words[i].id] = ordinal;
        if (times == NULL || words[i].seconds != TABLE_NO_TIME) {
            readable = (size_t)ordinal + 1;
        }
    }
    keys->n_keys = (size_t)ordinal + 1;
    for (size_t id = 0; id < n && falling; id++) {
        if (keys->key[id] < readable) {
            keys->key[id] = (uint32_t)readable - 1 - keys->key[id];
        }
    }
    free(words);
    return true;
}

/* What is known of users: a text each. */
static bool number_accounts(struct keys *keys, const struct row_order *order,
                            struct status *status)
{
    struct dict *texts = dict_new(status);
    uint32_t *text = mem_new(keys->n_ids, sizeof *text, "sorting rows", status);
    struct keys named = {0};
    bool good = texts != NULL && text != NULL;
    for (size_t user = 0; good && user < keys->n_ids; user++) {
        uint32_t id = (uint32_t)user;
        const char *said = order->key == ROW_KEY_OWNER ? accounts_owner(order->accounts, id)
                                                       : accounts_label(order->accounts, id);
        text[user] = dict_add(texts, said, strlen(said), status);
        good = text[user] != DICT_NONE;
    }
    if (good) {
        named.n_ids = dict_count(texts);
        named.key = mem_new(named.n_ids, sizeof *named.key, "sorting rows", status);
        good = named.key != NULL && number_words(&named, texts, NULL, order->falling, status);
    }
    for (size_t user = 0; good && user < keys->n_ids; user++) {
        keys->key[user] = named.key[text[user]];
    }
    keys->n_keys = named.n_keys;
    free(named.key);
    free(text);
    dict_free(texts);
    return good;
}

static void number_kinds(struct keys *keys, const struct accounts *accounts, bool falling)
{
    for (size_t user = 0; user < keys->n_ids; user++) {
        uint32_t kind = accounts->kind[user];
        keys->key[user] = falling ? ACCOUNT_KINDS - 1 - kind : kind;
    }
    keys->n_keys = ACCOUNT_KINDS;
}

static bool is_of_user(enum row_key key)
{
    return key == ROW_KEY_USER || key == ROW_KEY_KIND || key == ROW_KEY_OWNER ||
           key == ROW_KEY_LABEL;
}

static bool make_keys(struct keys *keys, const struct row_order *order,
                      const struct table *table, struct status *status)
{
    const struct profiles *profiles = &table->profiles;
    keys->ids = table->row_profile;
    keys->n_ids = profiles->n;
    if (is_of_user(order->key) || order->key == ROW_KEY_TIME) {
        bool user = order->key != ROW_KEY_TIME;
        const struct dict *dict = user ? table->users : table->times;
        if (dict == NULL || (user && order->key != ROW_KEY_USER && order->accounts == NULL)) {
            return status_set(status, STATUS_USAGE, "the table has no %s to sort by",
                              user ? "users" : "times");
        }
        keys->ids = user ? table->row_user : table->row_time;
        keys->n_ids = dict_count(dict);
    }
    keys->key = mem_new(keys->n_ids, sizeof *keys->key, "sorting rows", status);
    if (keys->key == NULL) {
        return false;
    }
    switch (order->key) {
    case ROW_KEY_USER: return number_words(keys, table->users, NULL, order->falling, status);
    case ROW_KEY_KIND: number_kinds(keys, order->accounts, order->falling); return true;
    case ROW_KEY_OWNER:
    case ROW_KEY_LABEL: return number_accounts(keys, order, status);
    case ROW_KEY_TIME: return number_words(keys, table->times, table, order->falling, status);
    case ROW_KEY_COPIES: return number_copies(keys, table, order->falling, status);
    case ROW_KEY_SCORE: number_ranking(keys, order->ranking, order->falling); return true;
    default:
        return number_values(keys, profiles->values + order->index, profiles->d, order->falling,
                             status);
    }
}

/* ---- rows by keys ---- */

static uint32_t row_at(const uint32_t *rows, size_t i)
{
    return rows != NULL ? rows[i] : (uint32_t)i;
}

static bool sort_counted(const uint32_t *rows, size_t n, const struct keys *keys, size_t most,
                         uint32_t *sorted, const struct progress *progress,
                         struct status *status)
{
    uint32_t *start = mem_zero(keys->n_keys + 1, sizeof *start, "sorting rows", status);
    if (start == NULL) {
        return false;
    }
    bool go_on = true;
    for (size_t i = 0; i < n && go_on; i++) {
        start[keys->key[keys->ids[row_at(rows, i)]] + 1]++;
        go_on = i % TICK != 0 || progress_tick(progress, i, 2 * n);
    }
    for (size_t key = 0; key < keys->n_keys; key++) {
        start[key + 1] += start[key];
    }
    for (size_t i = 0; i < n && go_on; i++) {
        uint32_t row = row_at(rows, i);
        uint32_t to = start[keys->key[keys->ids[row]]]++;
        if (to < most) {
            sorted[to] = row;
        }
        go_on = i % TICK != 0 || progress_tick(progress, n + i, 2 * n);
    }
    free(start);
    return go_on || status_cancelled(status);
}

static bool sort_packed(const uint32_t *rows, size_t n, const struct keys *keys, size_t most,
                        uint32_t *sorted, struct status *status)
{
    uint64_t *packed = mem_new(n, 2 * sizeof *packed, "sorting rows", status);
    if (packed == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t row = row_at(rows, i);
        packed[i] = (uint64_t)keys->key[keys->ids[row]] << 32 | row;
    }
    order_u64(packed, packed + n, n, 32);
    for (size_t i = 0; i < n && i < most; i++) {
        sorted[i] = (uint32_t)packed[i];
    }
    free(packed);
    return true;
}

static void sort_by_row(const uint32_t *rows, size_t n, bool falling, size_t most,
                        uint32_t *sorted)
{
    for (size_t i = 0; i < n && i < most; i++) {
        sorted[i] = row_at(rows, falling ? n - 1 - i : i);
    }
}

/* ---- rows by a value of their own ---- */

struct row_values {
    const float *value; /* (n_rows) NaN: last */
    size_t n_rows;
    const uint32_t *order; /* (n_ordered) all rows that have one, falling, ties by row */
    size_t n_ordered;
    bool falling;
};

/* Few rows: packed with their values. */
static bool sort_few(const uint32_t *rows, size_t n, const struct row_values *by, size_t most,
                     uint32_t *sorted, struct status *status)
{
    uint64_t *packed = mem_new(n, 2 * sizeof *packed, "sorting rows", status);
    if (packed == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t row = row_at(rows, i);
        float value = by->value[row];
        uint32_t key = order_falling_float(value);
        key = value != value ? UINT32_MAX : by->falling ? key : ~key;
        packed[i] = (uint64_t)key << 32 | row;
    }
    order_u64(packed, packed + n, n, 32);
    for (size_t i = 0; i < n && i < most; i++) {
        sorted[i] = (uint32_t)packed[i];
    }
    free(packed);
    return true;
}

/* What a list of most rows lets through. */
struct picking {
    const uint64_t *wanted; /* bits of rows; NULL: all */
    size_t most, n;
    uint32_t *sorted;
};

static void pick(struct picking *picking, uint32_t row)
{
    bool wanted = picking->wanted == NULL || (picking->wanted[row / 64] >> (row % 64) & 1) != 0;
    if (wanted && picking->n < picking->most) {
        picking->sorted[picking->n++] = row;
    }
}

static void pick_ordered(struct picking *picking, const struct row_values *by)
{
    if (by->falling) {
        for (size_t i = 0; i < by->n_ordered; i++) {
            pick(picking, by->order[i]);
        }
        return;
    }
    for (size_t last = by->n_ordered, first; last > 0; last = first) {
        float value = by->value[by->order[last - 1]];
        for (first = last - 1; first > 0 && by->value[by->order[first - 1]] == value;) {
            first--;
        }
        for (size_t i = first; i < last; i++) {
            pick(picking, by->order[i]);
        }
    }
}

static bool sort_many(const uint32_t *rows, size_t n, const struct row_values *by, size_t most,
                      uint32_t *sorted, struct status *status)
{
    struct picking picking = {.most = most < n ? most : n, .sorted = sorted};
    uint64_t *bits = NULL;
    if (rows != NULL) {
        bits = mem_zero((by->n_rows + 63) / 64, sizeof *bits, "sorting rows", status);
        if (bits == NULL) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            bits[rows[i] / 64] |= (uint64_t)1 << (rows[i] % 64);
        }
    }
    picking.wanted = bits;
    pick_ordered(&picking, by);
    for (size_t row = 0; row < by->n_rows && picking.n < picking.most; row++) {
        if (by->value[row] != by->value[row]) {
            pick(&picking, (uint32_t)row);
        }
    }
    free(bits);
    return true;
}

static bool sort_by_values(const uint32_t *rows, size_t n, const struct row_order *order,
                           const struct table *table, size_t most, uint32_t *sorted,
                           struct status *status)
{
    enum { FEW = 8 /* one in so many */ };
    const struct ranking *ranking = order->key == ROW_KEY_SCORE ? order->ranking : NULL;
    struct row_values by = {.value = ranking != NULL ? ranking->row_score
                                                     : table->columns[order->index].value,
                            .n_rows = table->n_rows,
                            .falling = order->falling};
    if (n <= table->n_rows / FEW) {
        return sort_few(rows, n, &by, most, sorted, status);
    }
    if (ranking != NULL) {
        by.order = ranking->order;
        by.n_ordered = ranking->n_scored;
        return sort_many(rows, n, &by, most, sorted, status);
    }
    uint32_t *made = mem_new(table->n_rows, sizeof *made, "sorting rows", status);
    bool ok = made != NULL &&
              order_floats(by.value, table->n_rows, NULL, made, &by.n_ordered, status);
    by.order = made;
    ok = ok && sort_many(rows, n, &by, most, sorted, status);
    free(made);
    return ok;
}

bool rows_sort(const uint32_t *rows, size_t n, const struct row_order *order,
               const struct table *table, size_t most, uint32_t *sorted,
               const struct progress *progress, struct status *status)
{
    struct keys keys = {0};
    if (order->key == ROW_KEY_ROW) {
        sort_by_row(rows, n, order->falling, most, sorted);
        return true;
    }
    if (order->key == ROW_KEY_COLUMN ||
        (order->key == ROW_KEY_SCORE && order->ranking->row_score != NULL)) {
        return sort_by_values(rows, n, order, table, most, sorted, status) &&
               (!progress_cancelled(progress) || status_cancelled(status));
    }
    bool ok = make_keys(&keys, order, table, status);
    if (ok && progress_cancelled(progress)) {
        ok = status_cancelled(status);
    }
    if (ok && n < keys.n_keys / 8) {
        ok = sort_packed(rows, n, &keys, most, sorted, status);
    } else if (ok) {
        ok = sort_counted(rows, n, &keys, most, sorted, progress, status);
    }
    free(keys.key);
    return ok;
}

#include "rank/episodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/order.h"

/* A row on its way into an episode. */
struct odd_row {
    uint32_t user, row;
    int64_t seconds;
    double score;
};

static int rising(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t episodes_gap(const struct table *table, int64_t gap, struct status *status)
{
    size_t n = table->times != NULL ? dict_count(table->times) : 0, readable = 0;
    int64_t *seconds = mem_new(n, sizeof *seconds, "windows", status);
    if (seconds == NULL) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (table->time_seconds[i] != TABLE_NO_TIME) {
            seconds[readable++] = table_instant(table, (uint32_t)i);
        }
    }
    qsort(seconds, readable, sizeof *seconds, rising);
    int64_t least = INT64_MAX;
    for (size_t i = 1; i < readable; i++) {
        int64_t apart = seconds[i] - seconds[i - 1];
        least = apart > 0 && apart < least ? apart : least;
    }
    free(seconds);
    return least != INT64_MAX && least > gap ? least : gap;
}

static bool belongs(const struct odd_row *last, const struct odd_row *next, int64_t gap)
{
    return last->user == next->user && last->user != UINT32_MAX &&
           last->seconds != TABLE_NO_TIME && next->seconds - last->seconds <= gap;
}

static void add_row(struct episode *episode, const struct odd_row *row)
{
    if (episode->n == 0 || row->score > episode->score ||
        (row->score == episode->score && row->row < episode->best)) {
        episode->score = row->score;
        episode->best = row->row;
    }
    episode->last = row->seconds;
    episode->n++;
}

/* The place of each time of the table by its instant; NULL with a status without memory. */
static uint32_t *time_places(const struct table *table, struct status *status)
{
    size_t n = table->times != NULL ? dict_count(table->times) : 0, n_ordered = 0;
    double *instant = mem_new(n, sizeof *instant, "episodes", status);
    uint32_t *order = mem_new(n, sizeof *order, "episodes", status);
    uint32_t *place = mem_new(n, sizeof *place, "episodes", status);
    bool good = instant != NULL && order != NULL && place != NULL;
    for (size_t i = 0; good && i < n; i++) {
        instant[i] = (double)table_instant(table, (uint32_t)i);
    }
    good = good && order_doubles(instant, 1, n, false, order, &n_ordered, status);
    for (size_t i = 0; good && i < n; i++) {
        bool same = i > 0 && instant[order[i]] == instant[order[i - 1]];
        place[order[i]] = same ? place[order[i - 1]] : (uint32_t)i;
    }
    free(instant);
    free(order);
    if (!good) {
        free(place);
        return NULL;
    }
    return place;
}

static uint32_t user_of(const struct table *table, uint32_t nobody, uint32_t row)
{
    uint32_t user = table->users != NULL ? table->row_user[row] : UINT32_MAX;
    return user != nobody ? user : UINT32_MAX;
}

/* Sorts positions 0 .. n - 1 of rows by user, then time, then row: digit by digit, as there may
 * be millions. `keys` and `spare` (n); the positions are the lower halves of keys. */
static void sort_positions(const struct table *table, const uint32_t *place, uint32_t nobody,
                           const uint32_t *rows, size_t n, uint64_t *keys, uint64_t *spare)
{
    for (size_t i = 0; i < n; i++) {
        keys[i] = (uint64_t)rows[i] << 32 | i;
    }
    order_u64(keys, spare, n, 32);
    for (size_t i = 0; i < n && table->times != NULL; i++) {
        uint32_t at = (uint32_t)keys[i];
        keys[i] = (uint64_t)place[table->row_time[rows[at]]] << 32 | at;
    }
    order_u64(keys, spare, n, 32);
    for (size_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)keys[i];
        keys[i] = (uint64_t)user_of(table, nobody, rows[at]) << 32 | at;
    }
    order_u64(keys, spare, n, 32);
}

static struct odd_row *gather(const struct table *table, const uint32_t *rows,
                              const double *score, size_t n, struct status *status)
{
    uint32_t nobody = table->users != NULL ? dict_find(table->users, "", 0) : UINT32_MAX;
    uint32_t *place = time_places(table, status);
    uint64_t *keys = mem_new(n, sizeof *keys, "episodes", status);
    uint64_t *spare = mem_new(n, sizeof *spare, "episodes", status);
    struct odd_row *odd = mem_new(n, sizeof *odd, "episodes", status);
    bool good = place != NULL && keys != NULL && spare != NULL && odd != NULL;
    if (good) {
        sort_positions(table, place, nobody, rows, n, keys, spare);
    }
    for (size_t i = 0; good && i < n; i++) {
        uint32_t at = (uint32_t)keys[i], row = rows[at];
        odd[i] = (struct odd_row){
            .user = user_of(table, nobody, row),
            .row = row,
            .seconds = table->times != NULL ? table_instant(table, table->row_time[row])
                                            : TABLE_NO_TIME,
            .score = score[at],
        };
    }
    free(place);
    free(keys);
    free(spare);
    if (!good) {
        free(odd);
        return NULL;
    }
    return odd;
}

/* The highest score first, then the best row's row_id. */
static bool sort_episodes(struct episodes *episodes, struct status *status)
{
    size_t n = episodes->n, n_ordered;
    uint64_t *keys = mem_new(n, sizeof *keys, "episodes", status);
    uint64_t *spare = mem_new(n, sizeof *spare, "episodes", status);
    double *score = mem_new(n, sizeof *score, "episodes", status);
    uint32_t *order = mem_new(n, sizeof *order, "episodes", status);
    struct episode *sorted = mem_new(n, sizeof *sorted, "episodes", status);
    bool good =
        keys != NULL && spare != NULL && score != NULL && order != NULL && sorted != NULL;
    for (size_t i = 0; good && i < n; i++) {
        keys[i] = (uint64_t)episodes->of[i].best << 32 | i;
    }
    if (good) {
        order_u64(keys, spare, n, 32);
    }
    for (size_t i = 0; good && i < n; i++) {
        score[i] = episodes->of[(uint32_t)keys[i]].score;
    }
    good = good && order_doubles(score, 1, n, true, order, &n_ordered, status);
    for (size_t i = 0; good && i < n; i++) {
        sorted[i] = episodes->of[(uint32_t)keys[order[i]]];
    }
    if (good) {
        free(episodes->of);
        episodes->of = sorted;
    } else {
        free(sorted);
    }
    free(keys);
    free(spare);
    free(score);
    free(order);
    return good;
}

static bool index_rows(struct episodes *episodes, struct status *status)
{
    size_t n = episodes->n_rows;
    uint64_t *keys = mem_new(n, sizeof *keys, "episodes", status);
    uint64_t *spare = mem_new(n, sizeof *spare, "episodes", status);
    free(episodes->by_row);
    free(episodes->episode);
    episodes->by_row = mem_new(n, sizeof *episodes->by_row, "episodes", status);
    episodes->episode = mem_new(n, sizeof *episodes->episode, "episodes", status);
    bool good =
        keys != NULL && spare != NULL && episodes->by_row != NULL && episodes->episode != NULL;
    for (size_t e = 0; good && e < episodes->n; e++) {
        for (uint32_t k = 0; k < episodes->of[e].n; k++) {
            episodes->episode[episodes->of[e].from + k] = (uint32_t)e;
        }
    }
    for (size_t i = 0; good && i < n; i++) {
        keys[i] = (uint64_t)episodes->rows[i] << 32 | i;
    }
    if (good) {
        order_u64(keys, spare, n, 32);
    }
    for (size_t i = 0; good && i < n; i++) {
        episodes->by_row[i] = (uint32_t)keys[i];
    }
    free(keys);
    free(spare);
    return good;
}

bool episodes_cut(struct episodes *episodes, const struct table *table, const uint32_t *rows,
                  const double *score, size_t n, int64_t gap, struct status *status)
{
    *episodes = (struct episodes){.n_rows = n};
    struct odd_row *odd = gather(table, rows, score, n, status);
    episodes->of = mem_new(n, sizeof *episodes->of, "episodes", status);
    episodes->rows = mem_new(n, sizeof *episodes->rows, "episodes", status);
    bool good = odd != NULL && episodes->of != NULL && episodes->rows != NULL;
    for (size_t i = 0; good && i < n; i++) {
        if (i == 0 || !belongs(&odd[i - 1], &odd[i], gap)) {
            episodes->of[episodes->n++] = (struct episode){
                .user = odd[i].user, .from = (uint32_t)i, .first = odd[i].seconds};
        }
        episodes->rows[i] = odd[i].row;
        add_row(&episodes->of[episodes->n - 1], &odd[i]);
    }
    free(odd);
    if (!good || !sort_episodes(episodes, status)) {
        episodes_clear(episodes);
        return false;
    }
    return true;
}

bool episodes_make(struct episodes *episodes, const struct table *table, const uint32_t *rows,
                   const double *score, size_t n, int64_t gap, struct status *status)
{
    if (!episodes_cut(episodes, table, rows, score, n, gap, status)) {
        return false;
    }
    if (!index_rows(episodes, status)) {
        episodes_clear(episodes);
        return false;
    }
    return true;
}

void episodes_clear(struct episodes *episodes)
{
    free(episodes->of);
    free(episodes->rows);
    free(episodes->by_row);
    free(episodes->episode);
    *episodes = (struct episodes){0};
}

size_t episodes_find(const struct episodes *episodes, uint32_t row)
{
    size_t from = 0, to = episodes->n_rows;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        uint32_t there = episodes->rows[episodes->by_row[middle]];
        if (there == row) {
            return episodes->episode[episodes->by_row[middle]];
        }
        if (there < row) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return SIZE_MAX;
}

size_t episodes_windows(const struct episodes *episodes, const struct table *table, size_t i)
{
    const uint32_t *rows = episodes_rows(episodes, i);
    size_t windows = 1;
    for (uint32_t k = 1; k < episodes->of[i].n; k++) {
        windows += table_instant(table, table->row_time[rows[k]]) !=
                   table_instant(table, table->row_time[rows[k - 1]]);
    }
    return windows;
}

bool episodes_pick(struct episodes *episodes, const size_t *wanted, size_t n,
                   struct status *status)
{
    size_t n_rows = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        n_rows += episodes->of[wanted[i]].n;
    }
    struct episode *of = mem_new(n, sizeof *of, "episodes", status);
    uint32_t *rows = mem_new(n_rows, sizeof *rows, "episodes", status);
    if (of == NULL || rows == NULL) {
        free(of);
        free(rows);
        episodes_clear(episodes);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        of[i] = episodes->of[wanted[i]];
        memcpy(rows + at, episodes->rows + of[i].from, of[i].n * sizeof *rows);
        of[i].from = (uint32_t)at;
        at += of[i].n;
    }
    free(episodes->of);
    free(episodes->rows);
    episodes->of = of;
    episodes->rows = rows;
    episodes->n = n;
    episodes->n_rows = n_rows;
    if (!index_rows(episodes, status)) {
        episodes_clear(episodes);
        return false;
    }
    return true;
}

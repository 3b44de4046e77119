#include "rank/episodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A row on its way into an episode. */
struct odd_row {
    uint32_t user, row;
    int64_t seconds;
    double score;
};

static int by_account(const void *a, const void *b)
{
    const struct odd_row *x = a, *y = b;
    if (x->user != y->user) {
        return x->user < y->user ? -1 : 1;
    }
    if (x->seconds != y->seconds) {
        return x->seconds < y->seconds ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

static int by_score(const void *a, const void *b)
{
    const struct episode *x = a, *y = b;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return (x->best > y->best) - (x->best < y->best);
}

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

static struct odd_row *gather(const struct table *table, const uint32_t *rows,
                              const double *score, size_t n, struct status *status)
{
    struct odd_row *odd = mem_new(n, sizeof *odd, "episodes", status);
    uint32_t nobody = table->users != NULL ? dict_find(table->users, "", 0) : UINT32_MAX;
    for (size_t i = 0; odd != NULL && i < n; i++) {
        uint32_t row = rows[i];
        uint32_t user = table->users != NULL ? table->row_user[row] : UINT32_MAX;
        odd[i] = (struct odd_row){
            .user = user != nobody ? user : UINT32_MAX,
            .row = row,
            .seconds = table->times != NULL ? table_instant(table, table->row_time[row])
                                            : TABLE_NO_TIME,
            .score = score[i],
        };
    }
    return odd;
}

struct position {
    uint32_t row, at;
};

static int by_row(const void *a, const void *b)
{
    const struct position *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static bool index_rows(struct episodes *episodes, struct status *status)
{
    size_t n = episodes->n_rows;
    struct position *positions = mem_new(n, sizeof *positions, "episodes", status);
    free(episodes->by_row);
    free(episodes->episode);
    episodes->by_row = mem_new(n, sizeof *episodes->by_row, "episodes", status);
    episodes->episode = mem_new(n, sizeof *episodes->episode, "episodes", status);
    if (positions == NULL || episodes->by_row == NULL || episodes->episode == NULL) {
        free(positions);
        return false;
    }
    for (size_t e = 0; e < episodes->n; e++) {
        for (uint32_t k = 0; k < episodes->of[e].n; k++) {
            episodes->episode[episodes->of[e].from + k] = (uint32_t)e;
        }
    }
    for (size_t i = 0; i < n; i++) {
        positions[i] = (struct position){episodes->rows[i], (uint32_t)i};
    }
    qsort(positions, n, sizeof *positions, by_row);
    for (size_t i = 0; i < n; i++) {
        episodes->by_row[i] = positions[i].at;
    }
    free(positions);
    return true;
}

bool episodes_make(struct episodes *episodes, const struct table *table, const uint32_t *rows,
                   const double *score, size_t n, int64_t gap, struct status *status)
{
    *episodes = (struct episodes){.n_rows = n};
    struct odd_row *odd = gather(table, rows, score, n, status);
    episodes->of = mem_new(n, sizeof *episodes->of, "episodes", status);
    episodes->rows = mem_new(n, sizeof *episodes->rows, "episodes", status);
    if (odd == NULL || episodes->of == NULL || episodes->rows == NULL) {
        free(odd);
        episodes_clear(episodes);
        return false;
    }
    qsort(odd, n, sizeof *odd, by_account);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !belongs(&odd[i - 1], &odd[i], gap)) {
            episodes->of[episodes->n++] = (struct episode){
                .user = odd[i].user, .from = (uint32_t)i, .first = odd[i].seconds};
        }
        episodes->rows[i] = odd[i].row;
        add_row(&episodes->of[episodes->n - 1], &odd[i]);
    }
    free(odd);
    qsort(episodes->of, episodes->n, sizeof *episodes->of, by_score);
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

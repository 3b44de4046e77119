/* The episodes of a ranked list: its head, those a filter lets through, another order. */
#include "rank/episodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

size_t episodes_odd_rows(const struct episode_cut *cut)
{
    return ranking_rows_above(cut->ranking, ranking_above(cut->ranking, cut->threshold));
}

/* The rows above the threshold in rank order. */
static uint32_t *odd_rows(const struct episode_cut *cut, size_t *n, struct status *status)
{
    *n = episodes_odd_rows(cut);
    uint32_t *rows = mem_new(*n, sizeof *rows, "episodes", status);
    if (rows != NULL && ranking_rows(cut->ranking, cut->index, 1, *n, rows, status) != *n) {
        free(rows);
        rows = NULL;
    }
    return rows;
}

/* A bit for each user; rows without one have their own beyond the last. */
struct marks {
    unsigned char *bits;
    size_t n;
};

static size_t mark_of(const struct table *table, uint32_t row)
{
    return table->users != NULL ? table->row_user[row] : 0;
}

static struct marks marks_new(const struct table *table, struct status *status)
{
    struct marks marks = {.n = table->users != NULL ? dict_count(table->users) : 1};
    marks.bits = mem_zero(marks.n / 8 + 1, 1, "episodes", status);
    return marks;
}

static void mark(struct marks *marks, const struct table *table, uint32_t row)
{
    size_t at = mark_of(table, row);
    marks->bits[at / 8] = (unsigned char)(marks->bits[at / 8] | 1u << at % 8);
}

static bool marked(const struct marks *marks, const struct table *table, uint32_t row)
{
    size_t at = mark_of(table, row);
    return (marks->bits[at / 8] >> at % 8 & 1) != 0;
}

/* Cuts the odd rows of the marked users; `find`: episodes_find() will be asked. */
static bool cut_marked(const struct episode_cut *cut, const uint32_t *odd, size_t n,
                       const struct marks *marks, bool find, struct episodes *episodes,
                       struct status *status)
{
    bool (*make)(struct episodes *, const struct table *, const uint32_t *, const double *,
                 size_t, int64_t, struct status *) = find ? episodes_make : episodes_cut;
    enum { AHEAD = 16 }; /* rows of a long list lie far apart in memory */
    const struct table *table = cut->table;
    size_t chosen = 0;
    uint32_t *rows = mem_new(n, sizeof *rows, "episodes", status);
    for (size_t i = 0; rows != NULL && i < n; i++) {
        if (i + AHEAD < n && table->users != NULL) {
            __builtin_prefetch(&table->row_user[odd[i + AHEAD]]);
        }
        rows[chosen] = odd[i];
        chosen += marked(marks, table, odd[i]);
    }
    double *score = rows != NULL ? mem_new(chosen, sizeof *score, "episodes", status) : NULL;
    bool good = score != NULL;
    for (size_t i = 0; good && i < chosen; i++) {
        score[i] = ranking_row_score(cut->ranking, table->row_profile, rows[i]);
    }
    good = good && make(episodes, cut->table, rows, score, chosen, cut->gap, status);
    free(rows);
    free(score);
    return good;
}

/* How many of the first episodes are surely the first of all: those whose best row is among the
 * first `looked` odd rows, whose users are all marked. */
static size_t known(const struct episodes *episodes, const struct episode_cut *cut,
                    const uint32_t *odd, size_t looked)
{
    uint32_t last = odd[looked - 1];
    double score = ranking_row_score(cut->ranking, cut->table->row_profile, last);
    size_t n = 0;
    while (n < episodes->n &&
           (episodes->of[n].score > score ||
            (episodes->of[n].score == score && episodes->of[n].best <= last))) {
        n++;
    }
    return n;
}

/* Where the k-th episode's tie block ends, without a look beyond `n` episodes. */
static size_t ties_end(const struct episodes *episodes, size_t k, size_t n)
{
    while (k > 0 && k < n && episodes->of[k].score == episodes->of[k - 1].score) {
        k++;
    }
    return k;
}

static bool keep_first(struct episodes *episodes, size_t k, struct status *status)
{
    size_t n = k < episodes->n ? k : episodes->n;
    size_t *wanted = mem_new(n, sizeof *wanted, "episodes", status);
    if (wanted == NULL) {
        episodes_clear(episodes);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        wanted[i] = i;
    }
    bool good = episodes_pick(episodes, wanted, n, status);
    free(wanted);
    return good;
}

bool episodes_head(const struct episode_cut *cut, size_t k, bool ties,
                   struct episodes *episodes, const struct progress *progress,
                   struct status *status)
{
    enum { ROWS_AN_EPISODE = 4, LEAST = 256 };
    size_t n, looked = 0, sure = 0, end = 0;
    *episodes = (struct episodes){0};
    uint32_t *odd = odd_rows(cut, &n, status);
    struct marks marks = marks_new(cut->table, status);
    bool good = odd != NULL && marks.bits != NULL, enough = n == 0;
    for (size_t look = k < n / ROWS_AN_EPISODE ? k * ROWS_AN_EPISODE + LEAST : n;
         good && !enough; look = look < n / ROWS_AN_EPISODE ? look * ROWS_AN_EPISODE : n) {
        look = look < n ? look : n;
        for (; looked < look; looked++) {
            mark(&marks, cut->table, odd[looked]);
        }
        episodes_clear(episodes);
        good = cut_marked(cut, odd, n, &marks, false, episodes, status);
        if (good) {
            sure = looked < n ? known(episodes, cut, odd, looked) : episodes->n;
            end = ties ? ties_end(episodes, k < sure ? k : sure, sure) : k;
            /* a block that ends where the look ends may go on */
            enough = looked == n || (ties ? end < sure : k <= sure);
        }
        if (good && progress_cancelled(progress)) {
            episodes_clear(episodes);
            good = status_cancelled(status);
        }
    }
    good = good && (n == 0 || keep_first(episodes, end < sure ? end : sure, status));
    free(odd);
    free(marks.bits);
    return good;
}

bool episodes_with(const struct episode_cut *cut, const uint32_t *rows, size_t n,
                   struct episodes *episodes, const struct progress *progress,
                   struct status *status)
{
    size_t n_odd, kept = 0;
    *episodes = (struct episodes){0};
    uint32_t *odd = odd_rows(cut, &n_odd, status);
    struct marks marks = marks_new(cut->table, status);
    bool good = odd != NULL && marks.bits != NULL;
    for (size_t i = 0; good && i < n; i++) {
        if (ranking_row_score(cut->ranking, cut->table->row_profile, rows[i]) >
            cut->threshold) {
            mark(&marks, cut->table, rows[i]);
        }
    }
    good = good && cut_marked(cut, odd, n_odd, &marks, true, episodes, status);
    free(odd);
    free(marks.bits);
    if (!good) {
        return false;
    }
    bool *has = mem_zero(episodes->n, sizeof *has, "episodes", status);
    size_t *wanted = mem_new(episodes->n, sizeof *wanted, "episodes", status);
    good = has != NULL && wanted != NULL &&
           (!progress_cancelled(progress) || status_cancelled(status));
    for (size_t i = 0; good && i < n; i++) {
        size_t episode = episodes_find(episodes, rows[i]);
        if (episode != SIZE_MAX) {
            has[episode] = true;
        }
    }
    for (size_t i = 0; good && i < episodes->n; i++) {
        if (has[i]) {
            wanted[kept++] = i;
        }
    }
    if (good) {
        good = episodes_pick(episodes, wanted, kept, status);
    } else {
        episodes_clear(episodes);
    }
    free(has);
    free(wanted);
    return good;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bool episodes_order(struct episodes *episodes, const struct table *table,
                    const struct row_order *order, size_t k, const struct progress *progress,
                    struct status *status)
{
    size_t n = episodes->n, most = k < n ? k : n;
    uint32_t *best = mem_new(n, sizeof *best, "episodes", status);
    uint32_t *sorted = mem_new(n, sizeof *sorted, "episodes", status);
    size_t *wanted = mem_new(n, sizeof *wanted, "episodes", status);
    bool good = best != NULL && sorted != NULL && wanted != NULL;
    for (size_t i = 0; good && i < n; i++) {
        best[i] = episodes->of[i].best;
    }
    if (good) {
        qsort(best, n, sizeof *best, by_number);
        good = rows_sort(best, n, order, table, most, sorted, progress, status);
    }
    for (size_t i = 0; good && i < most; i++) {
        wanted[i] = episodes_find(episodes, sorted[i]);
    }
    if (good) {
        good = episodes_pick(episodes, wanted, most, status);
    } else {
        episodes_clear(episodes);
    }
    free(best);
    free(sorted);
    free(wanted);
    return good;
}

#include "rank/overlap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/order.h"
#include "rank/overlap_rows.h"

/* DESIGN. To a head, a profile is in as a whole, up to a row, or not at all: one number, its
 * limit. The rows of a profile that are in at least m heads are those up to the m-th largest of
 * its limits. */

enum { LIMIT_NONE = -1, LIMIT_WHOLE = UINT32_MAX };

static int64_t limit_of(const struct head *head, size_t profile)
{
    const struct ranking *ranking = head->ranking;
    return ranking_within(ranking, profile, head->whole)     ? (int64_t)LIMIT_WHOLE
           : ranking_within(ranking, profile, head->touched) ? (int64_t)head->cut
                                                             : (int64_t)LIMIT_NONE;
}

bool head_new(struct head *head, const struct ranking *ranking, const struct row_index *index,
              size_t k, struct status *status)
{
    memset(head, 0, sizeof *head);
    head->ranking = ranking;
    head->rows = k < ranking->scored_rows ? k : ranking->scored_rows;
    if (head->rows == 0) {
        return true;
    }
    size_t profile = ranking->order[ranking_position(ranking, head->rows)];
    struct tie_block block = ranking_ties(ranking, profile);
    head->touched = block.last;
    if (block.best_rank - 1 + block.rows == head->rows) {
        head->whole = block.last;
        return true;
    }
    head->whole = block.first;
    return ranking_rows(ranking, index, head->rows, 1, &head->cut, status) == 1;
}

/* ---- rows in at least so many heads ---- */

/* The `least`-th largest limit of a profile. */
static int64_t joint_limit(const struct head *heads, size_t n, size_t least, size_t profile)
{
    int64_t limits[OVERLAP_MAX];
    for (size_t i = 0; i < n; i++) {
        int64_t limit = limit_of(&heads[i], profile);
        size_t j = i;
        while (j > 0 && limits[j - 1] < limit) {
            limits[j] = limits[j - 1];
            j--;
        }
        limits[j] = limit;
    }
    return limits[least - 1];
}

/* Whether heads[which] is the first that holds any of a profile: each profile is looked at
 * once. */
static bool is_first(const struct head *heads, size_t which, size_t profile)
{
    for (size_t i = 0; i < which; i++) {
        if (ranking_within(heads[i].ranking, profile, heads[i].touched)) {
            return false;
        }
    }
    return true;
}

/* The number of rows of a profile up to `limit`. */
static size_t rows_up_to(const struct row_index *index, size_t profile, int64_t limit)
{
    const uint32_t *rows = index->rows + index->start[profile];
    size_t low = 0, high = index->start[profile + 1] - index->start[profile];
    if (limit == LIMIT_WHOLE) {
        return high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((int64_t)rows[middle] <= limit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Counts, and writes the rows when `rows` is not NULL. A row in `least` of n heads is in one of
 * the first n - least + 1, so the others need not be walked. */
static size_t walk(const struct head *heads, size_t n, size_t least,
                   const struct row_index *index, uint32_t *rows)
{
    size_t count = 0;
    if (least == 0 || least > n || n > OVERLAP_MAX) {
        return 0;
    }
    for (size_t h = 0; h + least <= n; h++) {
        for (size_t i = 0; i < heads[h].touched; i++) {
            size_t profile = heads[h].ranking->order[i];
            if (!is_first(heads, h, profile)) {
                continue;
            }
            int64_t limit = joint_limit(heads, n, least, profile);
            size_t part = limit == LIMIT_NONE ? 0 : rows_up_to(index, profile, limit);
            if (rows != NULL && part > 0) {
                memcpy(rows + count, index->rows + index->start[profile], part * sizeof *rows);
            }
            count += part;
        }
    }
    return count;
}

uint32_t *heads_rows(const struct head *heads, size_t n, size_t least,
                     const struct row_index *index, size_t *count, struct status *status)
{
    *count = 0;
    if (least > 0 && least <= n && heads_have_rows(heads, n)) {
        struct head_bits bits;
        if (!head_bits_new(&bits, heads, n, index, status)) {
            return NULL;
        }
        uint32_t *found = head_bits_rows(&bits, least, count, status);
        head_bits_clear(&bits);
        return found;
    }
    size_t total = walk(heads, n, least, index, NULL);
    uint32_t *rows = mem_new(total, sizeof *rows, "the rows that rankings share", status);
    uint32_t *spare = mem_new(total, sizeof *spare, "the rows that rankings share", status);
    if (rows == NULL || spare == NULL) {
        free(rows);
        free(spare);
        return NULL;
    }
    *count = walk(heads, n, least, index, rows);
    order_u32(rows, spare, total);
    free(spare);
    return rows;
}

/* ---- pairs and curves ---- */

/* Adds what one profile has in common between heads, which hold it up to `limits`. */
static void add_profile(struct overlap *overlap, const struct row_index *index, size_t profile,
                        const int64_t *limits)
{
    int64_t least = LIMIT_WHOLE, most = LIMIT_NONE;
    for (size_t a = 0; a < overlap->n; a++) {
        least = limits[a] < least ? limits[a] : least;
        most = limits[a] > most ? limits[a] : most;
        for (size_t b = a + 1; b < overlap->n && limits[a] != LIMIT_NONE; b++) {
            int64_t limit = limits[a] < limits[b] ? limits[a] : limits[b];
            if (limit != LIMIT_NONE) {
                overlap->common[a][b] += rows_up_to(index, profile, limit);
            }
        }
    }
    overlap->in_any += rows_up_to(index, profile, most);
    overlap->in_all += least != LIMIT_NONE ? rows_up_to(index, profile, least) : 0;
}

static void add_heads(struct overlap *overlap, const struct head *heads,
                      const struct row_index *index)
{
    enum { AHEAD = 16 /* profiles from asking for a score to looking at it */ };
    int64_t limits[OVERLAP_MAX];
    for (size_t h = 0; h < overlap->n; h++) {
        const uint32_t *order = heads[h].ranking->order;
        for (size_t i = 0; i < heads[h].touched; i++) {
            for (size_t j = 0; j < overlap->n && i + AHEAD < heads[h].touched; j++) {
                __builtin_prefetch(&heads[j].ranking->score[order[i + AHEAD]]);
            }
            if (!is_first(heads, h, order[i])) {
                continue;
            }
            for (size_t j = 0; j < overlap->n; j++) {
                limits[j] = limit_of(&heads[j], order[i]);
            }
            add_profile(overlap, index, order[i], limits);
        }
    }
}

bool overlap_at(struct overlap *overlap, const struct ranking *const *rankings, size_t n,
                const struct row_index *index, size_t k, struct status *status)
{
    struct head heads[OVERLAP_MAX];
    memset(overlap, 0, sizeof *overlap);
    if (n > OVERLAP_MAX) {
        return status_set(status, STATUS_USAGE, "at most %d rankings can be compared",
                          OVERLAP_MAX);
    }
    overlap->k = k;
    overlap->n = n;
    for (size_t i = 0; i < n; i++) {
        if (!head_new(&heads[i], rankings[i], index, k, status)) {
            return false;
        }
        overlap->rows[i] = overlap->common[i][i] = heads[i].rows;
    }
    if (heads_have_rows(heads, n)) {
        struct head_bits bits;
        if (!head_bits_new(&bits, heads, n, index, status)) {
            return false;
        }
        head_bits_overlap(&bits, overlap);
        head_bits_clear(&bits);
    } else {
        add_heads(overlap, heads, index);
    }
    for (size_t a = 0; a < n; a++) {
        for (size_t b = 0; b < a; b++) {
            overlap->common[a][b] = overlap->common[b][a];
        }
    }
    return true;
}

double overlap_jaccard(const struct overlap *overlap, size_t a, size_t b)
{
    size_t common = overlap->common[a][b];
    return (double)common / (double)(overlap->rows[a] + overlap->rows[b] - common);
}

double overlap_jaccard_all(const struct overlap *overlap)
{
    return (double)overlap->in_all / (double)overlap->in_any;
}

size_t overlap_steps(size_t most, size_t *ks, size_t room)
{
    static const size_t digits[] = {1, 2, 3, 5, 7};
    size_t n = 0;
    for (size_t power = 1; n + 1 < room; power *= 10) {
        for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
            if (n + 1 < room && digits[i] <= most / power && digits[i] * power < most) {
                ks[n++] = digits[i] * power;
            }
        }
        if (power > most / 10) {
            break;
        }
    }
    if (most > 0 && n < room) {
        ks[n++] = most;
    }
    return n;
}

bool overlap_curve(struct overlap *points, const struct ranking *const *rankings, size_t n,
                   const struct row_index *index, const size_t *ks, size_t n_ks,
                   const struct progress *progress, struct status *status)
{
    for (size_t i = 0; i < n_ks; i++) {
        if (!progress_tick(progress, i, n_ks)) {
            return status_cancelled(status);
        }
        if (!overlap_at(&points[i], rankings, n, index, ks[i], status)) {
            return false;
        }
    }
    return true;
}

/* ---- means ---- */

void rows_mean(const struct table *table, const uint32_t *rows, size_t n, double *means)
{
    size_t d = table->profiles.d;
    memset(means, 0, d * sizeof *means);
    for (size_t i = 0; i < n; i++) {
        const double *x = table_profile(table, table->row_profile[rows[i]]);
        for (size_t c = 0; c < d; c++) {
            means[c] += x[c];
        }
    }
    for (size_t c = 0; c < d; c++) {
        means[c] /= (double)n;
    }
}

void table_mean(const struct table *table, double *means)
{
    size_t d = table->profiles.d;
    memset(means, 0, d * sizeof *means);
    for (size_t i = 0; i < table->profiles.n; i++) {
        const double *x = table_profile(table, i);
        for (size_t c = 0; c < d; c++) {
            means[c] += x[c] * table->profiles.copies[i];
        }
    }
    for (size_t c = 0; c < d; c++) {
        means[c] /= (double)table->n_rows;
    }
}

#include "rank/ties.h"

#include <stdlib.h>

#include "base/mem.h"

enum {
    MARKS_A_PROFILE = 2, /* at most so many marks for each profile of a block */
    LEAST_SHIFT = 8,     /* 256 rows are counted in a tenth of a microsecond */
    TICK = 1 << 12,      /* profiles */
};

struct giant {
    size_t first;   /* position in order */
    size_t at;      /* of its marks, in marks */
    unsigned shift; /* a mark every 2^shift rows */
};

struct ties {
    size_t n, n_marks;
    struct giant *giants; /* (n) by first */
    uint32_t *marks;      /* (n_marks) rows of the block before the mark's row */
};

/* ---- building ---- */

static size_t windows(const struct giant *giant, size_t n_rows)
{
    return (n_rows >> giant->shift) + 1;
}

/* Finds the giant blocks and gives them their positions in marks. */
static bool find(struct ties *ties, const struct ranking *ranking, size_t n_rows,
                 struct status *status)
{
    size_t capacity = 0, last;
    for (size_t first = 0; first < ranking->n_scored; first = last) {
        last = ranking_block_end(ranking, first);
        if (last - first < TIES_PROFILES) {
            continue;
        }
        if (!mem_grow(&ties->giants, &capacity, ties->n + 1, sizeof *ties->giants, "tied rows",
                      status)) {
            return false;
        }
        struct giant *giant = &ties->giants[ties->n++];
        *giant = (struct giant){.first = first, .at = ties->n_marks, .shift = LEAST_SHIFT};
        while (windows(giant, n_rows) > MARKS_A_PROFILE * (last - first)) {
            giant->shift++;
        }
        ties->n_marks += windows(giant, n_rows);
    }
    return true;
}

/* Counts the rows of each window, then sums them up. */
static bool count(struct ties *ties, const struct giant *giant, const struct ranking *ranking,
                  const struct row_index *index, const struct progress *progress)
{
    size_t last = ranking_block_end(ranking, giant->first);
    uint32_t *marks = ties->marks + giant->at;
    for (size_t i = giant->first; i < last; i++) {
        const uint32_t *start = index->start + ranking->order[i];
        for (uint32_t k = start[0]; k < start[1]; k++) {
            marks[index->rows[k] >> giant->shift]++;
        }
        if (i % TICK == 0 && progress_cancelled(progress)) {
            return false;
        }
    }
    uint32_t sum = 0;
    for (size_t i = 0; i < windows(giant, index->start[index->n_keys]); i++) {
        uint32_t rows = marks[i];
        marks[i] = sum;
        sum += rows;
    }
    return true;
}

bool ties_new(const struct ranking *ranking, const struct row_index *index, struct ties **made,
              const struct progress *progress, struct status *status)
{
    struct ties *ties = mem_zero(1, sizeof *ties, "tied rows", status);
    bool good = ties != NULL && find(ties, ranking, index->start[index->n_keys], status);
    *made = NULL;
    if (good && ties->n > 0) {
        ties->marks = mem_zero(ties->n_marks, sizeof *ties->marks, "tied rows", status);
        good = ties->marks != NULL;
        for (size_t i = 0; good && i < ties->n; i++) {
            good = count(ties, &ties->giants[i], ranking, index, progress) ||
                   status_cancelled(status);
        }
        if (good) {
            *made = ties;
            return true;
        }
    }
    ties_free(ties);
    return good;
}

void ties_free(struct ties *ties)
{
    if (ties != NULL) {
        free(ties->giants);
        free(ties->marks);
        free(ties);
    }
}

/* ---- asking ---- */

static const struct giant *giant_at(const struct ties *ties, size_t first)
{
    size_t low = 0, high = ties->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ties->giants[middle].first < first) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ties->n && ties->giants[low].first == first ? &ties->giants[low] : NULL;
}

bool ties_rank(const struct ties *ties, const struct ranking *ranking,
               const struct tie_block *block, const uint32_t *row_profile, size_t row,
               size_t *rank)
{
    const struct giant *giant =
        block->last - block->first < TIES_PROFILES ? NULL : giant_at(ties, block->first);
    if (giant == NULL) {
        return false;
    }
    size_t window = row >> giant->shift, n = ties->marks[giant->at + window];
    const double score = ranking->score[ranking->order[block->first]];
    for (size_t i = window << giant->shift; i < row; i++) {
        n += ranking->score[row_profile[i]] == score;
    }
    *rank = n;
    return true;
}

#include "rank/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/order.h"

/* DESIGN. A tie block may hold thousands of profiles and millions of rows. Three ways:
 * - the whole block: its rows are gathered and sorted;
 * - the head of it: a heap of one cursor a profile. Profiles come by rising first row, so a
 *   profile enters the heap only when the merge has come to its first row;
 * - a part deep inside: row ids are bisected until the rows before and after the part are known
 *   but for a few; then the part is gathered and sorted. */

enum {
    HEAD = 1 << 16, /* positions up to here are reached by the heap */
    SLACK = 1024    /* rows too many that a bisection may leave */
};

static size_t list_rows(const struct merge *merge, size_t i)
{
    const uint32_t *start = merge->index->start + merge->profiles[i];
    return start[1] - start[0];
}

static const uint32_t *list(const struct merge *merge, size_t i)
{
    return merge->index->rows + merge->index->start[merge->profiles[i]];
}

/* The first position in [low, high) of a rising list whose row is not below `row`. */
static size_t search(const uint32_t *rows, size_t low, size_t high, uint64_t row)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle] < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t merge_rank(const struct merge *merge, uint32_t row)
{
    size_t rank = 0;
    for (size_t i = 0; i < merge->n && list(merge, i)[0] < row; i++) {
        rank += search(list(merge, i), 0, list_rows(merge, i), row);
    }
    return rank;
}

/* ---- the head: a heap ---- */

struct cursor {
    uint32_t row;
    uint32_t left; /* rows after it */
    const uint32_t *at;
};

static void sift_down(struct cursor *heap, size_t n, struct cursor moved)
{
    size_t i = 0;
    for (size_t child = 1; child < n; child = 2 * i + 1) {
        child += child + 1 < n && heap[child + 1].row < heap[child].row;
        if (heap[child].row >= moved.row) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moved;
}

static void push(struct cursor *heap, size_t n, struct cursor added)
{
    size_t i = n;
    while (i > 0 && heap[(i - 1) / 2].row > added.row) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = added;
}

static bool merge_head(const struct merge *merge, size_t from, size_t count, uint32_t *rows,
                       struct status *status)
{
    size_t most = merge->n < from + count ? merge->n : from + count;
    struct cursor *heap = mem_new(most + 1, sizeof *heap, "merging tied rows", status);
    if (heap == NULL) {
        return false;
    }
    size_t n = 0, entered = 0;
    for (size_t position = 0; position < from + count; position++) {
        while (entered < merge->n && (n == 0 || list(merge, entered)[0] < heap[0].row)) {
            const uint32_t *at = list(merge, entered);
            push(heap, n++,
                 (struct cursor){at[0], (uint32_t)list_rows(merge, entered) - 1, at});
            entered++;
        }
        struct cursor top = heap[0];
        if (position >= from) {
            rows[position - from] = top.row;
        }
        if (top.left == 0) {
            top = heap[--n];
        } else {
            top.at++;
            top.row = *top.at;
            top.left--;
        }
        if (n > 0) {
            sift_down(heap, n, top);
        }
    }
    free(heap);
    return true;
}

/* ---- deep inside: bisection ---- */

/* For each profile, the rows before `low` are certainly before the cut and those from `high` on
 * certainly behind it. */
struct cut {
    uint32_t *low, *high; /* (n) */
    size_t n_low, n_high; /* their sums */
};

/* Narrows `cut` round position `target` of the merged list. `middle` (n) is scratch memory. */
static void bisect(const struct merge *merge, size_t target, struct cut *cut, uint32_t *middle)
{
    uint64_t low_row = 0, high_row = (uint64_t)UINT32_MAX + 1;
    while (cut->n_high - cut->n_low > SLACK && high_row - low_row > 1) {
        uint64_t row = low_row + (high_row - low_row) / 2;
        size_t below = 0;
        for (size_t i = 0; i < merge->n; i++) {
            middle[i] = cut->low[i] == cut->high[i]
                            ? cut->low[i]
                            : (uint32_t)search(list(merge, i), cut->low[i], cut->high[i], row);
            below += middle[i];
        }
        if (below <= target) {
            memcpy(cut->low, middle, merge->n * sizeof *middle);
            cut->n_low = below;
            low_row = row;
        } else {
            memcpy(cut->high, middle, merge->n * sizeof *middle);
            cut->n_high = below;
            high_row = row;
        }
    }
}

static bool cut_list(const struct merge *merge, size_t target, struct cut *cut,
                     struct status *status)
{
    uint32_t *middle = mem_new(merge->n, sizeof *middle, "merging tied rows", status);
    cut->low = mem_zero(merge->n, sizeof *cut->low, "merging tied rows", status);
    cut->high = mem_new(merge->n, sizeof *cut->high, "merging tied rows", status);
    if (middle != NULL && cut->low != NULL && cut->high != NULL) {
        cut->n_low = cut->n_high = 0;
        for (size_t i = 0; i < merge->n; i++) {
            cut->high[i] = (uint32_t)list_rows(merge, i);
            cut->n_high += cut->high[i];
        }
        bisect(merge, target, cut, middle);
        free(middle);
        return true;
    }
    free(middle);
    return false;
}

static bool gather(const struct merge *merge, const struct cut *first, const struct cut *last,
                   size_t skip, size_t count, uint32_t *rows, struct status *status)
{
    size_t total = last->n_high - first->n_low, n = 0;
    uint32_t *all = mem_new(total, 2 * sizeof *all, "merging tied rows", status);
    if (all == NULL) {
        return false;
    }
    for (size_t i = 0; i < merge->n; i++) {
        size_t part = last->high[i] - first->low[i];
        memcpy(all + n, list(merge, i) + first->low[i], part * sizeof *all);
        n += part;
    }
    order_u32(all, all + total, total);
    memcpy(rows, all + skip, count * sizeof *rows);
    free(all);
    return true;
}

static bool merge_deep(const struct merge *merge, size_t from, size_t count, uint32_t *rows,
                       struct status *status)
{
    struct cut first = {0}, last = {0};
    bool ok = cut_list(merge, from, &first, status) &&
              cut_list(merge, from + count, &last, status) &&
              gather(merge, &first, &last, from - first.n_low, count, rows, status);
    free(first.low);
    free(first.high);
    free(last.low);
    free(last.high);
    return ok;
}

/* ---- the whole list ---- */

static bool merge_all(const struct merge *merge, uint32_t *rows, size_t total,
                      struct status *status)
{
    uint32_t few[64];
    uint32_t *spare = total <= sizeof few / sizeof *few
                          ? few
                          : mem_new(total, sizeof *spare, "merging tied rows", status);
    if (spare == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < merge->n; i++) {
        memcpy(rows + n, list(merge, i), list_rows(merge, i) * sizeof *rows);
        n += list_rows(merge, i);
    }
    order_u32(rows, spare, total);
    if (spare != few) {
        free(spare);
    }
    return true;
}

/* True when the list has just `count` rows. Looks at no more profiles than that takes. */
static bool is_whole(const struct merge *merge, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < merge->n && total <= count; i++) {
        total += list_rows(merge, i);
    }
    return total == count;
}

bool merge_rows(const struct merge *merge, size_t from, size_t count, uint32_t *rows,
                struct status *status)
{
    if (merge->n == 1) {
        memcpy(rows, list(merge, 0) + from, count * sizeof *rows);
        return true;
    }
    if (from == 0 && is_whole(merge, count)) {
        return merge_all(merge, rows, count, status);
    }
    if (from + count <= HEAD) {
        return merge_head(merge, from, count, rows, status);
    }
    return merge_deep(merge, from, count, rows, status);
}

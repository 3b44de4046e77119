#include "table/row_index.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* DESIGN. A counting sort in parts: the rows are cut into a few ranges; each range counts its
 * keys, a running sum over keys and ranges turns the counts into positions, and each range
 * writes its rows there. The order is that of the rows whatever the number of ranges. */

struct sorter {
    const uint32_t *keys;
    size_t n_rows, n_keys, n_parts;
    uint32_t *next; /* (n_parts, n_keys) counts, then where the next row of a key goes */
    struct row_index *index;
    const struct progress *progress;
    atomic_size_t done; /* of 2 n_rows */
};

enum {
    STEP = 1 << 16, /* rows between two looks at cancel */
    AHEAD = 16      /* rows that memory is asked for ahead */
};

typedef void sort_step(struct sorter *sorter, uint32_t *next, size_t from, size_t to);

static void count_step(struct sorter *sorter, uint32_t *next, size_t from, size_t to)
{
    for (size_t row = from; row < to; row++) {
        next[sorter->keys[row]]++;
    }
}

static void write_step(struct sorter *sorter, uint32_t *next, size_t from, size_t to)
{
    uint32_t *rows = sorter->index->rows;
    for (size_t row = from; row < to; row++) {
        if (to - row > 2 * AHEAD) { /* first where a key's next row goes, later that position */
            __builtin_prefetch(&next[sorter->keys[row + 2 * AHEAD]], 1);
            __builtin_prefetch(&rows[next[sorter->keys[row + AHEAD]]], 1);
        }
        rows[next[sorter->keys[row]]++] = (uint32_t)row;
    }
}

static void walk(struct sorter *sorter, size_t part, sort_step *step)
{
    uint32_t *next = sorter->next + part * sorter->n_keys;
    size_t from = sorter->n_rows / sorter->n_parts * part;
    size_t to = part + 1 == sorter->n_parts ? sorter->n_rows
                                            : sorter->n_rows / sorter->n_parts * (part + 1);
    while (from < to) {
        size_t end = to - from > STEP ? from + STEP : to;
        step(sorter, next, from, end);
        size_t done = atomic_fetch_add(&sorter->done, end - from) + (end - from);
        if (!progress_tick(sorter->progress, done, 2 * sorter->n_rows)) {
            return;
        }
        from = end;
    }
}

static void count_task(void *context, size_t part, unsigned worker)
{
    (void)worker;
    walk(context, part, count_step);
}

static void write_task(void *context, size_t part, unsigned worker)
{
    (void)worker;
    walk(context, part, write_step);
}

static void add_up(struct sorter *sorter)
{
    uint32_t next = 0;
    for (size_t key = 0; key < sorter->n_keys; key++) {
        sorter->index->start[key] = next;
        for (size_t part = 0; part < sorter->n_parts; part++) {
            uint32_t *first = &sorter->next[part * sorter->n_keys + key];
            uint32_t count = *first;
            *first = next;
            next += count;
        }
    }
    sorter->index->start[sorter->n_keys] = next;
}

/* As many ranges as threads, but never more memory for positions than for the rows themselves.
 */
static size_t parts_for(size_t n_rows, size_t n_keys, unsigned threads)
{
    size_t most = n_keys > 0 ? n_rows / n_keys : 1;
    return most < 1 ? 1 : most < threads ? most : threads;
}

static struct row_index *allocate(size_t n_rows, size_t n_keys, struct status *status)
{
    struct row_index *index = mem_zero(1, sizeof *index, "an index of rows", status);
    if (index == NULL) {
        return NULL;
    }
    index->n_keys = n_keys;
    index->start = mem_zero(n_keys + 1, sizeof *index->start, "an index of rows", status);
    index->rows = mem_new(n_rows, sizeof *index->rows, "an index of rows", status);
    if (index->start == NULL || index->rows == NULL) {
        row_index_free(index);
        return NULL;
    }
    return index;
}

struct row_index *row_index_new(const uint32_t *keys, size_t n_rows, size_t n_keys,
                                struct parallel *parallel, const struct progress *progress,
                                struct status *status)
{
    struct sorter sorter = {
        .keys = keys,
        .n_rows = n_rows,
        .n_keys = n_keys,
        .n_parts = parts_for(n_rows, n_keys, parallel_threads(parallel)),
        .progress = progress,
    };
    sorter.index = allocate(n_rows, n_keys, status);
    if (sorter.index == NULL) {
        return NULL;
    }
    sorter.next =
        mem_zero(n_keys, sorter.n_parts * sizeof *sorter.next, "an index of rows", status);
    if (sorter.next == NULL) {
        row_index_free(sorter.index);
        return NULL;
    }
    parallel_run(parallel, sorter.n_parts, count_task, &sorter);
    if (!progress_cancelled(progress)) {
        add_up(&sorter);
        parallel_run(parallel, sorter.n_parts, write_task, &sorter);
    }
    free(sorter.next);
    if (progress_cancelled(progress)) {
        status_cancelled(status);
        row_index_free(sorter.index);
        return NULL;
    }
    return sorter.index;
}

void row_index_free(struct row_index *index)
{
    if (index != NULL) {
        free(index->start);
        free(index->rows);
        free(index);
    }
}

/* One float a row, 42.9 million rows: sorted by the first half of the bits into place, then
 * each of those buckets by the second half. */
#include "rank/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* DESIGN. A float's bits sort as an unsigned number once the sign is turned round. Rows are
 * counted by the upper 16 bits in chunks that do not depend on the number of threads, and
 * written where their chunk's part of the bucket begins: a bucket then has its rows by rising
 * number. Each bucket is sorted by the lower 16 bits, stable, so ties stay by number. Of scores
 * with piles of equal ones, most buckets of many rows are one pile, which a look finds out. The
 * memory is that of the result and, for one bucket at a time, six bytes a row of it. */

enum {
    DIGIT = 16,
    BUCKETS = 1 << DIGIT,
    CHUNKS_MOST = 32,
    CHUNK_LEAST = 1 << 16, /* rows */
    FEW = 32,              /* rows of a bucket that are sorted by insertion */
    PACKED_MOST = 1 << 13, /* by packed numbers; more: by counting */
    GIANT = 1 << 20,       /* rows of a bucket that gets its memory alone */
    AHEAD = 16
};

struct bucket_memory {
    uint32_t count[BUCKETS];
    uint64_t packed[2 * PACKED_MOST];
    uint16_t *lower; /* (room) */
    uint32_t *rows;  /* (room) */
    size_t room;
};

struct sorting {
    const float *value;
    size_t n, chunk, n_chunks;
    uint32_t (*count)[BUCKETS]; /* (n_chunks) of a chunk's rows, then where they go */
    uint32_t *order;
    size_t *start;                 /* (BUCKETS + 1) */
    size_t *part;                  /* (parts + 1) buckets that make up a task */
    struct bucket_memory **memory; /* by worker */
};

static void count_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct sorting *sorting = context;
    uint32_t *count = sorting->count[task];
    size_t from = task * sorting->chunk;
    size_t to = sorting->n - from < sorting->chunk ? sorting->n : from + sorting->chunk;
    memset(count, 0, sizeof *sorting->count);
    for (size_t i = from; i < to; i++) {
        float value = sorting->value[i];
        if (value == value) {
            count[order_falling_float(value) >> DIGIT]++;
        }
    }
}

static void place_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct sorting *sorting = context;
    uint32_t *next = sorting->count[task];
    size_t from = task * sorting->chunk;
    size_t to = sorting->n - from < sorting->chunk ? sorting->n : from + sorting->chunk;
    for (size_t i = from; i < to; i++) {
        float value = sorting->value[i];
        if (value == value) {
            sorting->order[next[order_falling_float(value) >> DIGIT]++] = (uint32_t)i;
        }
    }
}

/* Counts become positions; returns how many rows there are. */
static size_t make_positions(struct sorting *sorting)
{
    size_t at = 0;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        sorting->start[bucket] = at;
        for (size_t chunk = 0; chunk < sorting->n_chunks; chunk++) {
            uint32_t count = sorting->count[chunk][bucket];
            sorting->count[chunk][bucket] = (uint32_t)at;
            at += count;
        }
    }
    sorting->start[BUCKETS] = at;
    return at;
}

/* ---- one bucket ---- */

static uint32_t lower_of(const struct sorting *sorting, uint32_t row)
{
    return order_falling_float(sorting->value[row]) & (BUCKETS - 1);
}

static bool is_pile(const struct sorting *sorting, const uint32_t *rows, size_t n)
{
    uint32_t first = lower_of(sorting, rows[0]);
    for (size_t i = 1; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&sorting->value[rows[i + AHEAD]]);
        }
        if (lower_of(sorting, rows[i]) != first) {
            return false;
        }
    }
    return true;
}

static void insert(const struct sorting *sorting, uint32_t *rows, size_t n)
{
    uint32_t lower[FEW];
    for (size_t i = 0; i < n; i++) {
        uint32_t row = rows[i], own = lower_of(sorting, row);
        size_t j = i;
        while (j > 0 && lower[j - 1] > own) {
            lower[j] = lower[j - 1];
            rows[j] = rows[j - 1];
            j--;
        }
        lower[j] = own;
        rows[j] = row;
    }
}

static void sort_packed(const struct sorting *sorting, uint32_t *rows, size_t n,
                        uint64_t *packed)
{
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&sorting->value[rows[i + AHEAD]]);
        }
        packed[i] = (uint64_t)lower_of(sorting, rows[i]) << 32 | rows[i];
    }
    order_u64(packed, packed + n, n, 32);
    for (size_t i = 0; i < n; i++) {
        rows[i] = (uint32_t)packed[i];
    }
}

static void sort_counted(const struct sorting *sorting, uint32_t *rows, size_t n,
                         struct bucket_memory *memory)
{
    uint32_t *count = memory->count, at = 0;
    memset(count, 0, sizeof memory->count);
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&sorting->value[rows[i + AHEAD]]);
        }
        uint16_t lower = (uint16_t)lower_of(sorting, rows[i]);
        memory->lower[i] = lower;
        count[lower]++;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        uint32_t rows_here = count[i];
        count[i] = at;
        at += rows_here;
    }
    memcpy(memory->rows, rows, n * sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        rows[count[memory->lower[i]]++] = memory->rows[i];
    }
}

static void sort_bucket(const struct sorting *sorting, size_t bucket,
                        struct bucket_memory *memory)
{
    size_t n = sorting->start[bucket + 1] - sorting->start[bucket];
    uint32_t *rows = sorting->order + sorting->start[bucket];
    if (n <= FEW) {
        insert(sorting, rows, n);
    } else if (n <= PACKED_MOST) {
        sort_packed(sorting, rows, n, memory->packed);
    } else if (!is_pile(sorting, rows, n)) {
        sort_counted(sorting, rows, n, memory);
    }
}

static void sort_part(void *context, size_t task, unsigned worker)
{
    struct sorting *sorting = context;
    for (size_t b = sorting->part[task]; b < sorting->part[task + 1]; b++) {
        if (sorting->start[b + 1] - sorting->start[b] <= GIANT) {
            sort_bucket(sorting, b, sorting->memory[worker]);
        }
    }
}

/* ---- all ---- */

static bool reserve(struct bucket_memory *memory, size_t room, struct status *status)
{
    free(memory->lower);
    free(memory->rows);
    memory->lower = mem_new(room, sizeof *memory->lower, "sorting rows", status);
    memory->rows = mem_new(room, sizeof *memory->rows, "sorting rows", status);
    memory->room = room;
    return memory->lower != NULL && memory->rows != NULL;
}

/* Buckets of more than GIANT rows, one after the other. */
static bool sort_giants(struct sorting *sorting, struct status *status)
{
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        size_t n = sorting->start[bucket + 1] - sorting->start[bucket];
        if (n > GIANT && !is_pile(sorting, sorting->order + sorting->start[bucket], n)) {
            if (!reserve(sorting->memory[0], n, status)) {
                return false;
            }
            sort_counted(sorting, sorting->order + sorting->start[bucket], n,
                         sorting->memory[0]);
        }
    }
    return true;
}

static size_t largest_below_giants(const struct sorting *sorting)
{
    size_t most = 0;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        size_t n = sorting->start[bucket + 1] - sorting->start[bucket];
        most = n > most && n <= GIANT ? n : most;
    }
    return most;
}

/* Parts of about as many rows each. */
static size_t make_parts(struct sorting *sorting, size_t rows)
{
    size_t parts = 0, from = 0, least = rows / 256 + 1;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        if (bucket == 0 || sorting->start[bucket] - from >= least) {
            sorting->part[parts++] = bucket;
            from = sorting->start[bucket];
        }
    }
    sorting->part[parts] = BUCKETS;
    return parts;
}

static bool sort_buckets(struct sorting *sorting, struct parallel *parallel, size_t rows,
                         struct status *status)
{
    unsigned workers = parallel_threads(parallel);
    size_t most = largest_below_giants(sorting);
    sorting->memory = mem_zero(workers, sizeof *sorting->memory, "sorting rows", status);
    bool good = sorting->memory != NULL;
    for (unsigned i = 0; good && i < workers; i++) {
        sorting->memory[i] = mem_zero(1, sizeof **sorting->memory, "sorting rows", status);
        good = sorting->memory[i] != NULL;
    }
    good = good && sort_giants(sorting, status);
    for (unsigned i = 0; good && most > PACKED_MOST && i < workers; i++) {
        good = reserve(sorting->memory[i], most, status);
    }
    if (good) {
        parallel_run(parallel, make_parts(sorting, rows), sort_part, sorting);
    }
    for (unsigned i = 0; sorting->memory != NULL && i < workers; i++) {
        if (sorting->memory[i] != NULL) {
            free(sorting->memory[i]->lower);
            free(sorting->memory[i]->rows);
            free(sorting->memory[i]);
        }
    }
    free(sorting->memory);
    return good;
}

bool order_floats(const float *value, size_t n, struct parallel *parallel, uint32_t *order,
                  size_t *n_ordered, struct status *status)
{
    struct sorting sorting = {.value = value, .n = n, .order = order};
    sorting.chunk = n / CHUNKS_MOST + 1;
    sorting.chunk = sorting.chunk < CHUNK_LEAST ? CHUNK_LEAST : sorting.chunk;
    sorting.n_chunks = (n + sorting.chunk - 1) / sorting.chunk;
    sorting.count = mem_new(sorting.n_chunks, sizeof *sorting.count, "sorting rows", status);
    sorting.start = mem_new((size_t)BUCKETS + 1, sizeof *sorting.start, "sorting rows", status);
    sorting.part = mem_new((size_t)BUCKETS + 1, sizeof *sorting.part, "sorting rows", status);
    bool good = sorting.count != NULL && sorting.start != NULL && sorting.part != NULL;
    if (good) {
        parallel_run(parallel, sorting.n_chunks, count_chunk, &sorting);
        *n_ordered = make_positions(&sorting);
        parallel_run(parallel, sorting.n_chunks, place_chunk, &sorting);
        good = sort_buckets(&sorting, parallel, *n_ordered, status);
    }
    free(sorting.count);
    free(sorting.start);
    free(sorting.part);
    return good;
}

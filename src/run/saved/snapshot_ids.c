#include "run/saved/snapshot_ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    CHUNK = 1 << 16, /* ids */
    BATCH = 16,      /* chunks that are unpacked at once */
    PACKED = 4       /* bytes of an id at most */
};

static size_t chunks_of(size_t n)
{
    return (n + CHUNK - 1) / CHUNK;
}

static size_t chunk_length(size_t n, size_t chunk)
{
    size_t left = n - chunk * CHUNK;
    return left < CHUNK ? left : CHUNK;
}

/* ---- putting ---- */

static unsigned width_of(uint32_t most)
{
    return most < 1u << 8 ? 1 : most < 1u << 16 ? 2 : most < 1u << 24 ? 3 : 4;
}

static void put_chunk(struct archive_out *archive, const char tag[static 5],
                      const uint32_t *ids, size_t n, unsigned char *bytes)
{
    uint32_t least = UINT32_MAX, most = 0;
    for (size_t i = 0; i < n; i++) {
        least = ids[i] < least ? ids[i] : least;
        most = ids[i] > most ? ids[i] : most;
    }
    unsigned width = width_of(most - least);
    for (size_t i = 0; i < n; i++) {
        uint32_t rest = ids[i] - least;
        for (unsigned k = 0; k < width; k++) {
            bytes[i * width + k] = (unsigned char)(rest >> 8 * k);
        }
    }
    archive_put_count(archive, "from", least);
    archive_put(archive, tag, bytes, width, n);
}

void snapshot_put_ids(struct archive_out *archive, const char tag[static 5],
                      const uint32_t *ids, size_t n)
{
    /* Too much for a small stack. */
    unsigned char *bytes = mem_new(PACKED, CHUNK, "a saved run", NULL);
    if (bytes == NULL) {
        archive_fail(archive, ENOMEM);
        return;
    }
    for (size_t chunk = 0; chunk < chunks_of(n); chunk++) {
        put_chunk(archive, tag, ids + chunk * CHUNK, chunk_length(n, chunk), bytes);
    }
    free(bytes);
}

/* ---- getting ---- */

struct packed {
    const unsigned char *bytes; /* (width, its number of ids) */
    uint64_t least;
    size_t width;
    bool senseless;
};

struct unpacking {
    struct packed chunks[BATCH];
    uint32_t *ids; /* (n) of these chunks */
    size_t n, limit;
};

static inline uint32_t unpack(const struct packed *packed, size_t width, size_t n,
                              uint32_t *ids)
{
    uint32_t most = 0, least = (uint32_t)packed->least;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *from = packed->bytes + i * width;
        uint32_t rest = 0;
        for (size_t k = 0; k < width; k++) {
            rest |= (uint32_t)from[k] << 8 * k;
        }
        most = rest > most ? rest : most;
        ids[i] = least + rest;
    }
    return most;
}

static void unpack_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct unpacking *unpacking = context;
    struct packed *packed = &unpacking->chunks[task];
    size_t n = chunk_length(unpacking->n, task);
    uint32_t *ids = unpacking->ids + task * CHUNK;
    uint64_t most = packed->width == 1   ? unpack(packed, 1, n, ids)
                    : packed->width == 2 ? unpack(packed, 2, n, ids)
                    : packed->width == 3 ? unpack(packed, 3, n, ids)
                                         : unpack(packed, 4, n, ids);
    packed->senseless =
        packed->least >= unpacking->limit || most >= unpacking->limit - packed->least;
}

static bool senseless(struct status *status)
{
    return status_set(status, STATUS_INPUT, "the saved run does not make sense");
}

/* Reads the next chunk, `n` ids, to `bytes`. */
static bool get_chunk(struct archive_in *archive, const char tag[static 5],
                      struct packed *chunk, size_t n, unsigned char *bytes,
                      struct status *status)
{
    size_t count = 0;
    if (!archive_get_count(archive, "from", &chunk->least, status)) {
        return false;
    }
    const void *found = archive_get_sized(archive, tag, &chunk->width, &count, status);
    if (found == NULL) {
        return false;
    }
    if (chunk->width < 1 || chunk->width > PACKED || count != n) {
        return senseless(status);
    }
    memcpy(bytes, found, n * chunk->width);
    chunk->bytes = bytes;
    return true;
}

/* The chunks of `n` ids, BATCH at most. */
static bool get_batch(struct archive_in *archive, const char tag[static 5], uint32_t *ids,
                      size_t n, size_t limit, unsigned char *bytes, struct parallel *parallel,
                      struct status *status)
{
    struct unpacking unpacking = {.ids = ids, .n = n, .limit = limit};
    for (size_t i = 0; i < chunks_of(n); i++) {
        if (!get_chunk(archive, tag, &unpacking.chunks[i], chunk_length(n, i),
                       bytes + i * PACKED * CHUNK, status)) {
            return false;
        }
    }
    parallel_run(parallel, chunks_of(n), unpack_chunk, &unpacking);
    for (size_t i = 0; i < chunks_of(n); i++) {
        if (unpacking.chunks[i].senseless) {
            return senseless(status);
        }
    }
    return true;
}

uint32_t *snapshot_get_ids(struct archive_in *archive, const char tag[static 5], size_t n,
                           size_t limit, struct parallel *parallel, struct status *status)
{
    const size_t most = (size_t)BATCH * CHUNK;
    unsigned char *bytes =
        mem_new(PACKED, n < most ? chunks_of(n) * CHUNK : most, "a saved run", status);
    uint32_t *ids = bytes != NULL ? mem_new(n, sizeof *ids, "a saved run", status) : NULL;
    bool good = ids != NULL;
    for (size_t at = 0; good && at < n; at += most) {
        good = get_batch(archive, tag, ids + at, n - at < most ? n - at : most, limit, bytes,
                         parallel, status);
    }
    free(bytes);
    if (!good) {
        free(ids);
        ids = NULL;
    }
    return ids;
}

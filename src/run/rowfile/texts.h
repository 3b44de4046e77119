/* texts: fields of CSV lines by id, ready to be copied into a line.
 *
 * Lines come in any order of users and profiles, so each field is a wait for memory; short ones
 * have a slot of 32 bytes each, half a cache line, and are copied whole whatever their length.
 */
#ifndef ODDHOURS_RUN_TEXTS_H
#define ODDHOURS_RUN_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/parallel.h"
#include "base/status.h"
#include "table/dict.h"

enum { TEXT_SLOT = 32, TEXT_SHORT = TEXT_SLOT - 1, TEXT_IS_LONG = 0xff };

struct texts {
    size_t n, longest; /* bytes, the comma included */
    /* (n) the text and a comma, and in the last byte the length of both; or TEXT_IS_LONG there,
     * and where in `bytes` they stand and their length, 64 bits each. */
    unsigned char (*slots)[TEXT_SLOT];
    char *bytes;
};

/* The texts of a dictionary, quoted where CSV wants it. */
bool texts_of_dict(struct texts *texts, const struct dict *dict, struct status *status);

/* `n` texts of at most TEXT_SHORT - 1 bytes, which `format` writes to `out` (room for
 * TEXT_SLOT); it returns their length and is called by several threads. */
typedef size_t texts_format(const void *context, size_t id, char *out);
bool texts_of_ids(struct texts *texts, size_t n, texts_format *format, const void *context,
                  struct parallel *parallel, struct status *status);

void texts_clear(struct texts *texts);

/* Copies the text of `id` and a comma to `out`, where TEXT_SLOT bytes more than that may be
 * written over; returns the length of both. */
static inline size_t texts_put(const struct texts *texts, uint32_t id, char *out)
{
    const unsigned char *slot = texts->slots[id];
    unsigned char length = slot[TEXT_SHORT];
    if (length != TEXT_IS_LONG) {
        memcpy(out, slot, TEXT_SLOT);
        return length;
    }
    uint64_t where[2];
    memcpy(where, slot, sizeof where);
    memcpy(out, texts->bytes + where[0], where[1]);
    return where[1];
}

/* A hint that the text of `id` is about to be copied. */
static inline void texts_prefetch(const struct texts *texts, uint32_t id)
{
    __builtin_prefetch(texts->slots[id]);
}
#endif

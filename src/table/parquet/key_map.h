/* key_map: finds the profile of a row by the ids of its features side by side, a number of 64
 * bits. */
#ifndef ODDHOURS_TABLE_PARQUET_KEY_MAP_H
#define ODDHOURS_TABLE_PARQUET_KEY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct key_entry {
    uint64_t key;
    uint32_t profile; /* the caller's */
    bool marked;      /* the caller's */
    bool used;
};

struct key_map {
    struct key_entry *entries; /* (1 << bits) */
    unsigned bits;
    size_t n;
};

struct key_map *key_map_new(struct status *status);
void key_map_free(struct key_map *map);

/* Forgets all keys. */
void key_map_clear(struct key_map *map);

/* Makes room for `n` new keys, so that entries do not move while they are found. */
bool key_map_reserve(struct key_map *map, size_t n, struct status *status);

void key_map_hash(const uint64_t *keys, size_t n, uint64_t *hashes);

static inline void key_map_prefetch(const struct key_map *map, const uint64_t *hashes, size_t i,
                                    size_t n)
{
    enum { AHEAD = 16 };
    if (i + AHEAD < n) {
        __builtin_prefetch(&map->entries[hashes[i + AHEAD] >> (64 - map->bits)], 1);
    }
}

/* The entry of a key, which is added when it is new. */
static inline struct key_entry *key_map_find(struct key_map *map, uint64_t key, uint64_t hash,
                                             bool *fresh)
{
    const size_t mask = ((size_t)1 << map->bits) - 1;
    size_t at = hash >> (64 - map->bits);
    while (map->entries[at].used && map->entries[at].key != key) {
        at = (at + 1) & mask;
    }
    struct key_entry *entry = &map->entries[at];
    *fresh = !entry->used;
    if (*fresh) {
        *entry = (struct key_entry){.key = key, .used = true};
        map->n++;
    }
    return entry;
}

#endif

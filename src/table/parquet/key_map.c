#include "table/parquet/key_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_BITS = 13 };

static const char what[] = "rows being read";

struct key_map *key_map_new(struct status *status)
{
    struct key_map *map = mem_zero(1, sizeof *map, what, status);
    if (map == NULL) {
        return NULL;
    }
    map->bits = FIRST_BITS;
    map->entries = mem_zero((size_t)1 << map->bits, sizeof *map->entries, what, status);
    if (map->entries == NULL) {
        key_map_free(map);
        return NULL;
    }
    return map;
}

void key_map_free(struct key_map *map)
{
    if (map != NULL) {
        free(map->entries);
        free(map);
    }
}

void key_map_clear(struct key_map *map)
{
    memset(map->entries, 0, sizeof *map->entries << map->bits);
    map->n = 0;
}

/* The finalizer of MurmurHash3: every bit of the key decides about the upper ones. */
void key_map_hash(const uint64_t *keys, size_t n, uint64_t *hashes)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t key = keys[i];
        key = (key ^ key >> 33) * UINT64_C(0xff51afd7ed558ccd);
        key = (key ^ key >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
        hashes[i] = key ^ key >> 33;
    }
}

bool key_map_reserve(struct key_map *map, size_t n, struct status *status)
{
    unsigned bits = map->bits;
    while ((map->n + n) * 2 > (size_t)1 << bits) {
        bits++;
    }
    if (bits == map->bits) {
        return true;
    }
    struct key_map larger = {.bits = bits};
    larger.entries = mem_zero((size_t)1 << bits, sizeof *larger.entries, what, status);
    if (larger.entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < (size_t)1 << map->bits; i++) {
        if (map->entries[i].used) {
            bool fresh;
            uint64_t hash;
            key_map_hash(&map->entries[i].key, 1, &hash);
            *key_map_find(&larger, map->entries[i].key, hash, &fresh) = map->entries[i];
        }
    }
    free(map->entries);
    *map = larger;
    return true;
}

#include "table/dict.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"
#include "table/same_bytes.h"

/* DESIGN. Open addressing with linear probing. A slot holds 32 bits of the hash beside the id,
 * so a string is compared only when it is almost certainly the right one; the other end of the
 * hash picks the slot. The texts lie one after the other in id order, so rehashing reads them
 * in one sweep and need not store the hashes. */

struct slot {
    uint32_t tag; /* the high half of the hash */
    uint32_t id;  /* DICT_NONE: empty */
};

struct dict {
    size_t n;
    size_t n_slots; /* a power of two */
    struct slot *slots;
    size_t
        *starts; /* (n + 1) where each text starts in bytes; the last is where the next will */
    size_t starts_capacity;
    char *bytes;
    size_t bytes_capacity;
};

enum { FIRST_SLOTS = 64 };

static const char what[] = "a dictionary";

static inline uint64_t hash_of(const char *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

static struct slot *slots_new(size_t n_slots, struct status *status)
{
    struct slot *slots = mem_new(n_slots, sizeof *slots, what, status);
    if (slots != NULL) {
        memset(slots, 0xff, n_slots * sizeof *slots); /* every id DICT_NONE */
    }
    return slots;
}

struct dict *dict_new(struct status *status)
{
    struct dict *dict = mem_zero(1, sizeof *dict, what, status);
    if (dict == NULL) {
        return NULL;
    }
    dict->n_slots = FIRST_SLOTS;
    dict->slots = slots_new(dict->n_slots, status);
    if (dict->slots == NULL || !mem_grow(&dict->starts, &dict->starts_capacity, 1,
                                         sizeof *dict->starts, what, status)) {
        dict_free(dict);
        return NULL;
    }
    dict->starts[0] = 0;
    return dict;
}

void dict_free(struct dict *dict)
{
    if (dict != NULL) {
        free(dict->slots);
        free(dict->starts);
        free(dict->bytes);
        free(dict);
    }
}

struct span dict_get(const struct dict *dict, uint32_t id)
{
    size_t start = dict->starts[id];
    const char *bytes = dict->bytes == NULL ? "" : dict->bytes + start;
    return (struct span){bytes, dict->starts[id + 1] - start};
}

/* Where a string is, or the empty slot where it belongs. */
static inline size_t look_up(const struct dict *dict, uint64_t hash, const char *bytes,
                             size_t length)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t mask = dict->n_slots - 1;
    size_t i = hash & mask;
    for (;; i = (i + 1) & mask) {
        const struct slot *slot = &dict->slots[i];
        if (slot->id == DICT_NONE) {
            return i;
        }
        if (slot->tag == tag) {
            struct span text = dict_get(dict, slot->id);
            if (text.length == length && same_bytes(text.bytes, bytes, length)) {
                return i;
            }
        }
    }
}

/* Twice the slots, filled again in id order. */
static bool grow_slots(struct dict *dict, struct status *status)
{
    size_t n_slots = dict->n_slots * 2;
    struct slot *slots = slots_new(n_slots, status);
    if (slots == NULL) {
        return false;
    }
    for (size_t id = 0; id < dict->n; id++) {
        struct span text = dict_get(dict, (uint32_t)id);
        uint64_t hash = hash_of(text.bytes, text.length);
        size_t i = hash & (n_slots - 1);
        while (slots[i].id != DICT_NONE) {
            i = (i + 1) & (n_slots - 1);
        }
        slots[i] = (struct slot){(uint32_t)(hash >> 32), (uint32_t)id};
    }
    free(dict->slots);
    dict->slots = slots;
    dict->n_slots = n_slots;
    return true;
}

static uint32_t append(struct dict *dict, uint64_t hash, size_t slot, const char *bytes,
                       size_t length, struct status *status)
{
    if (dict->n >= DICT_NONE - 1) {
        status_set(status, STATUS_INPUT, "more than 4294967294 distinct texts in one column");
        return DICT_NONE;
    }
    size_t start = dict->starts[dict->n];
    if (length > SIZE_MAX - start) {
        status_nomem(status, length, what);
        return DICT_NONE;
    }
    if (!mem_grow(&dict->bytes, &dict->bytes_capacity, start + length, 1, what, status) ||
        !mem_grow(&dict->starts, &dict->starts_capacity, dict->n + 2, sizeof *dict->starts,
                  what, status)) {
        return DICT_NONE;
    }
    if ((dict->n + 1) * 8 > dict->n_slots * 5) {
        if (!grow_slots(dict, status)) {
            return DICT_NONE;
        }
        slot = look_up(dict, hash, bytes, length);
    }
    if (length > 0) {
        memcpy(dict->bytes + start, bytes, length);
    }
    uint32_t id = (uint32_t)dict->n++;
    dict->starts[dict->n] = start + length;
    dict->slots[slot] = (struct slot){(uint32_t)(hash >> 32), id};
    return id;
}

uint32_t dict_add_hashed(struct dict *dict, struct span text, uint64_t hash,
                         struct status *status)
{
    size_t slot = look_up(dict, hash, text.bytes, text.length);
    uint32_t id = dict->slots[slot].id;
    return id != DICT_NONE ? id : append(dict, hash, slot, text.bytes, text.length, status);
}

uint32_t dict_add(struct dict *dict, const char *bytes, size_t length, struct status *status)
{
    return dict_add_hashed(dict, (struct span){bytes, length}, hash_of(bytes, length), status);
}

uint64_t dict_hash(struct span text)
{
    return hash_of(text.bytes, text.length);
}

void dict_prefetch(const struct dict *dict, uint64_t hash)
{
    __builtin_prefetch(&dict->slots[hash & (dict->n_slots - 1)]);
}

/* The first id whose tag fits: almost always the right one. */
static inline uint32_t candidate(const struct dict *dict, uint64_t hash)
{
    size_t mask = dict->n_slots - 1, i = hash & mask;
    while (dict->slots[i].id != DICT_NONE && dict->slots[i].tag != (uint32_t)(hash >> 32)) {
        i = (i + 1) & mask;
    }
    return dict->slots[i].id;
}

void dict_find_group(const struct dict *dict, const struct span *texts, const uint64_t *hashes,
                     size_t n, uint32_t *ids)
{
    for (size_t k = 0; k < n; k++) {
        dict_prefetch(dict, hashes[k]);
    }
    for (size_t k = 0; k < n; k++) {
        ids[k] = candidate(dict, hashes[k]);
        if (ids[k] != DICT_NONE) {
            __builtin_prefetch(&dict->starts[ids[k]]);
        }
    }
    for (size_t k = 0; k < n; k++) {
        if (ids[k] != DICT_NONE) {
            __builtin_prefetch(dict_get(dict, ids[k]).bytes);
        }
    }
    for (size_t k = 0; k < n; k++) {
        if (ids[k] != DICT_NONE) {
            struct span text = dict_get(dict, ids[k]);
            if (text.length != texts[k].length ||
                !same_bytes(text.bytes, texts[k].bytes, text.length)) {
                size_t slot = look_up(dict, hashes[k], texts[k].bytes, texts[k].length);
                ids[k] = dict->slots[slot].id;
            }
        }
    }
}

uint32_t dict_find(const struct dict *dict, const char *bytes, size_t length)
{
    return dict->slots[look_up(dict, hash_of(bytes, length), bytes, length)].id;
}

size_t dict_count(const struct dict *dict)
{
    return dict->n;
}

size_t dict_bytes(const struct dict *dict)
{
    return sizeof *dict + dict->n_slots * sizeof *dict->slots +
           dict->starts_capacity * sizeof *dict->starts + dict->bytes_capacity;
}

void dict_clear(struct dict *dict)
{
    if (dict->n > 0) {
        memset(dict->slots, 0xff, dict->n_slots * sizeof *dict->slots);
        dict->n = 0;
    }
}

void dict_trim(struct dict *dict)
{
    mem_trim(&dict->starts, &dict->starts_capacity, dict->n + 1, sizeof *dict->starts);
    mem_trim(&dict->bytes, &dict->bytes_capacity, dict->starts[dict->n], 1);
}

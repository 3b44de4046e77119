#include "table/profile_set.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"

/* The same scheme as dict.c, for vectors of one size: no starts, and values compared as bytes.
 */

struct slot {
    uint32_t tag;
    uint32_t id; /* DICT_NONE: empty */
};

struct profile_set {
    struct profiles profiles;
    size_t values_capacity, copies_capacity, first_capacity; /* in profiles */
    size_t n_slots;                                          /* a power of two */
    struct slot *slots;
};

enum { FIRST_SLOTS = 64 };

static const char what[] = "profiles";

static uint64_t hash_of(const double *values, size_t d)
{
    return XXH3_64bits(values, d * sizeof *values);
}

static struct slot *slots_new(size_t n_slots, struct status *status)
{
    struct slot *slots = mem_new(n_slots, sizeof *slots, what, status);
    if (slots != NULL) {
        memset(slots, 0xff, n_slots * sizeof *slots);
    }
    return slots;
}

struct profile_set *profile_set_new(size_t d, struct status *status)
{
    struct profile_set *set = mem_zero(1, sizeof *set, what, status);
    if (set == NULL) {
        return NULL;
    }
    set->profiles.d = d;
    set->n_slots = FIRST_SLOTS;
    set->slots = slots_new(set->n_slots, status);
    if (set->slots == NULL) {
        profile_set_free(set);
        return NULL;
    }
    return set;
}

void profile_set_free(struct profile_set *set)
{
    if (set != NULL) {
        free(set->profiles.values);
        free(set->profiles.copies);
        free(set->profiles.first_row);
        free(set->slots);
        free(set);
    }
}

const double *profile_set_get(const struct profile_set *set, uint32_t profile)
{
    return set->profiles.values + (size_t)profile * set->profiles.d;
}

static size_t look_up(const struct profile_set *set, uint64_t hash, const double *values)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t mask = set->n_slots - 1;
    size_t i = hash & mask;
    for (;; i = (i + 1) & mask) {
        const struct slot *slot = &set->slots[i];
        if (slot->id == DICT_NONE ||
            (slot->tag == tag && memcmp(profile_set_get(set, slot->id), values,
                                        set->profiles.d * sizeof *values) == 0)) {
            return i;
        }
    }
}

static bool grow_slots(struct profile_set *set, struct status *status)
{
    size_t n_slots = set->n_slots * 2;
    struct slot *slots = slots_new(n_slots, status);
    if (slots == NULL) {
        return false;
    }
    for (size_t id = 0; id < set->profiles.n; id++) {
        uint64_t hash = hash_of(profile_set_get(set, (uint32_t)id), set->profiles.d);
        size_t i = hash & (n_slots - 1);
        while (slots[i].id != DICT_NONE) {
            i = (i + 1) & (n_slots - 1);
        }
        slots[i] = (struct slot){(uint32_t)(hash >> 32), (uint32_t)id};
    }
    free(set->slots);
    set->slots = slots;
    set->n_slots = n_slots;
    return true;
}

static bool grow_arrays(struct profile_set *set, struct status *status)
{
    struct profiles *profiles = &set->profiles;
    size_t need = profiles->n + 1;
    return mem_grow(&profiles->values, &set->values_capacity, need,
                    profiles->d * sizeof *profiles->values, what, status) &&
           mem_grow(&profiles->copies, &set->copies_capacity, need, sizeof *profiles->copies,
                    what, status) &&
           mem_grow(&profiles->first_row, &set->first_capacity, need,
                    sizeof *profiles->first_row, what, status);
}

uint64_t profile_set_hash(const struct profile_set *set, const double *values)
{
    return hash_of(values, set->profiles.d);
}

uint64_t profile_set_hash_of(const double *values, size_t d)
{
    return hash_of(values, d);
}

void profile_set_prefetch(const struct profile_set *set, uint64_t hash)
{
    __builtin_prefetch(&set->slots[hash & (set->n_slots - 1)]);
}

uint32_t profile_set_find(const struct profile_set *set, const double *values, uint64_t hash)
{
    return set->slots[look_up(set, hash, values)].id;
}

/* The first entry with this hash, which mostly is the one looked for; DICT_NONE: there is none.
 */
static uint32_t candidate(const struct profile_set *set, uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    const size_t mask = set->n_slots - 1;
    size_t i = hash & mask;
    while (set->slots[i].id != DICT_NONE && set->slots[i].tag != tag) {
        i = (i + 1) & mask;
    }
    return set->slots[i].id;
}

void profile_set_find_many(const struct profile_set *set, const double *values,
                           const uint64_t *hashes, size_t n, uint32_t *ids)
{
    enum { GROUP = 32 };
    const size_t d = set->profiles.d, bytes = d * sizeof *values;
    for (size_t from = 0; from < n; from += GROUP) {
        const size_t to = n - from < GROUP ? n : from + GROUP;
        for (size_t i = from; i < to; i++) {
            profile_set_prefetch(set, hashes[i]);
        }
        for (size_t i = from; i < to; i++) {
            ids[i] = candidate(set, hashes[i]);
            if (ids[i] != DICT_NONE) {
                const double *known = profile_set_get(set, ids[i]);
                __builtin_prefetch(known);
                __builtin_prefetch(known + d - 1);
            }
        }
        for (size_t i = from; i < to; i++) {
            if (ids[i] != DICT_NONE &&
                memcmp(profile_set_get(set, ids[i]), values + i * d, bytes) != 0) {
                ids[i] = profile_set_find(set, values + i * d, hashes[i]);
            }
        }
    }
}

uint32_t profile_set_add(struct profile_set *set, const double *values, struct status *status)
{
    return profile_set_add_hashed(set, values, hash_of(values, set->profiles.d), status);
}

uint32_t profile_set_add_hashed(struct profile_set *set, const double *values, uint64_t hash,
                                struct status *status)
{
    struct profiles *profiles = &set->profiles;
    size_t slot = look_up(set, hash, values);
    if (set->slots[slot].id != DICT_NONE) {
        return set->slots[slot].id;
    }
    if (!grow_arrays(set, status)) {
        return DICT_NONE;
    }
    if ((profiles->n + 1) * 8 > set->n_slots * 5) {
        if (!grow_slots(set, status)) {
            return DICT_NONE;
        }
        slot = look_up(set, hash, values);
    }
    uint32_t id = (uint32_t)profiles->n++;
    memcpy(profiles->values + (size_t)id * profiles->d, values, profiles->d * sizeof *values);
    profiles->copies[id] = 0;
    profiles->first_row[id] = 0;
    set->slots[slot] = (struct slot){(uint32_t)(hash >> 32), id};
    return id;
}

void profile_set_count(struct profile_set *set, const uint32_t *profiles, size_t n,
                       uint32_t first)
{
    enum { AHEAD = 16 };
    uint32_t *copies = set->profiles.copies;
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&copies[profiles[i + AHEAD]], 1);
        }
        if (copies[profiles[i]]++ == 0) {
            set->profiles.first_row[profiles[i]] = first + (uint32_t)i;
        }
    }
}

void profile_set_add_copies(struct profile_set *set, uint32_t profile, uint32_t copies,
                            uint32_t first)
{
    if (set->profiles.copies[profile] == 0) {
        set->profiles.first_row[profile] = first;
    }
    set->profiles.copies[profile] += copies;
}

void profile_set_prefetch_copies(const struct profile_set *set, uint32_t profile)
{
    __builtin_prefetch(&set->profiles.copies[profile], 1);
}

void profile_set_uncount(struct profile_set *set)
{
    if (set->profiles.n > 0) {
        memset(set->profiles.copies, 0, set->profiles.n * sizeof *set->profiles.copies);
    }
}

size_t profile_set_size(const struct profile_set *set)
{
    return set->profiles.n;
}

void profile_set_take(struct profile_set *set, struct profiles *profiles)
{
    free(set->slots);
    set->slots = NULL;
    *profiles = set->profiles;
    set->profiles = (struct profiles){.d = profiles->d};
    mem_trim(&profiles->values, &set->values_capacity, profiles->n,
             profiles->d * sizeof *profiles->values);
    mem_trim(&profiles->copies, &set->copies_capacity, profiles->n, sizeof *profiles->copies);
    mem_trim(&profiles->first_row, &set->first_capacity, profiles->n,
             sizeof *profiles->first_row);
}

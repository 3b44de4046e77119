#include "table/csv/text_cache.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"

/* DESIGN. Two hash tables with open addressing and linear probing: one with entries of 32 bytes
 * for texts of up to 27, which are most, and one with entries of 64 bytes. An entry is the text
 * with zeros behind it, its length and the id. The hash is not kept: the text says more.
 *
 * A text is made such an entry before it is looked for. So hashing and comparing are the same
 * few words whatever its length, and there is no branch for the processor to guess wrong. */

enum {
    NARROW = 32,
    WIDE = 64,
    TAIL = 5,                                                         /* the length, the id */
    LENGTH_BIT = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 24 : 32, /* in the last word */
    FIRST_ENTRIES = 1 << 10,
    EMPTY = 0xff,         /* as a length; longer than any text of an entry */
    TRIAL_ROWS = 1 << 17, /* rows before a judgement */
    REST_ROWS = 1 << 21   /* rows without searching after a bad one */
};

_Static_assert((int)TEXT_CACHE_READS == NARROW, "a key is loaded whole");
_Static_assert((int)TEXT_CACHE_LONGEST == WIDE - TAIL, "the wide ones are the last");

struct shelf {
    size_t width;
    size_t n, n_entries;    /* a power of two */
    unsigned char *entries; /* (n_entries, width) */
};

struct text_cache {
    size_t most;
    struct shelf narrow, wide;
    size_t rows, known; /* since the last judgement */
    size_t rest;        /* rows until searching is tried again */
};

/* An entry without its id; the id is zero. */
struct narrow_key {
    uint64_t words[NARROW / 8];
};
struct wide_key {
    unsigned char bytes[WIDE];
};

static bool shelf_start(struct shelf *shelf, size_t width, size_t n_entries,
                        struct status *status)
{
    unsigned char *entries = mem_aligned(n_entries, width, "a text cache", status);
    for (size_t i = 0; entries != NULL && i < n_entries; i++) {
        memset(entries + i * width, 0, width); /* texts are compared whole, empty ones, too */
        entries[i * width + width - TAIL] = EMPTY;
    }
    *shelf = (struct shelf){.width = width, .n_entries = n_entries, .entries = entries};
    return entries != NULL;
}

struct text_cache *text_cache_new(size_t most, struct status *status)
{
    struct text_cache *cache = mem_zero(1, sizeof *cache, "a text cache", status);
    if (cache == NULL) {
        return NULL;
    }
    cache->most = most;
    if (!shelf_start(&cache->narrow, NARROW, FIRST_ENTRIES, status) ||
        !shelf_start(&cache->wide, WIDE, FIRST_ENTRIES, status)) {
        text_cache_free(cache);
        return NULL;
    }
    return cache;
}

void text_cache_free(struct text_cache *cache)
{
    if (cache != NULL) {
        free(cache->narrow.entries);
        free(cache->wide.entries);
        free(cache);
    }
}

/* ---- keys and their hashes: of fixed sizes, so that they are a few instructions ---- */

/* Reads TEXT_CACHE_READS bytes. */
static inline struct narrow_key narrow_key(struct span text)
{
    static const unsigned char ones[2 * NARROW] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    struct narrow_key key, mask;
    memcpy(&key, text.bytes, sizeof key);
    memcpy(&mask, ones + NARROW - text.length, sizeof mask);
    for (size_t i = 0; i < NARROW / 8; i++) {
        key.words[i] &= mask.words[i];
    }
    key.words[NARROW / 8 - 1] |= (uint64_t)text.length << LENGTH_BIT;
    return key;
}

static inline struct wide_key wide_key(struct span text)
{
    struct wide_key key = {0};
    memcpy(key.bytes, text.bytes, text.length);
    key.bytes[WIDE - TAIL] = (unsigned char)text.length;
    return key;
}

__attribute__((flatten)) static inline uint64_t narrow_hash(const void *key)
{
    return XXH3_64bits(key, NARROW);
}

__attribute__((flatten)) static inline uint64_t wide_hash(const void *key)
{
    return XXH3_64bits(key, WIDE);
}

/* `width` is a constant where this is called in haste. */
static inline unsigned char *entry_at(const struct shelf *shelf, size_t i, size_t width)
{
    return shelf->entries + (i & (shelf->n_entries - 1)) * width;
}

static inline uint64_t word_at(const void *bytes, size_t offset)
{
    uint64_t word;
    memcpy(&word, (const unsigned char *)bytes + offset, sizeof word);
    return word;
}

/* Whether two entries have the same text. All but the ids is compared: three words and a half.
 */
static inline bool same_text(const unsigned char *entry, const void *key, size_t width)
{
    if (width == WIDE) {
        return memcmp(entry, key, WIDE - sizeof(uint32_t)) == 0;
    }
    uint32_t x, y;
    memcpy(&x, entry + 24, sizeof x);
    memcpy(&y, (const unsigned char *)key + 24, sizeof y);
    return ((word_at(entry, 0) ^ word_at(key, 0)) | (word_at(entry, 8) ^ word_at(key, 8)) |
            (word_at(entry, 16) ^ word_at(key, 16)) | (x ^ y)) == 0;
}

/* The entry with this text, or the empty one where it belongs. */
static inline unsigned char *search(const struct shelf *shelf, const void *key, uint64_t hash,
                                    size_t width)
{
    for (size_t i = hash;; i++) {
        unsigned char *entry = entry_at(shelf, i, width);
        if (same_text(entry, key, width) || entry[width - TAIL] == EMPTY) {
            return entry;
        }
    }
}

static inline uint32_t id_of(const unsigned char *entry, size_t width)
{
    uint32_t id;
    memcpy(&id, entry + width - sizeof id, sizeof id);
    return entry[width - TAIL] == EMPTY ? DICT_NONE : id;
}

void text_cache_find_group(const struct text_cache *cache, const struct span *texts, size_t n,
                           uint32_t *ids)
{
    struct narrow_key keys[DICT_GROUP];
    uint64_t hashes[DICT_GROUP];
    for (size_t k = 0; k < n; k++) {
        if (texts[k].length <= NARROW - TAIL) {
            keys[k] = narrow_key(texts[k]);
            hashes[k] = narrow_hash(keys[k].words);
            __builtin_prefetch(entry_at(&cache->narrow, hashes[k], NARROW));
        } else if (texts[k].length <= WIDE - TAIL) {
            hashes[k] = wide_hash(wide_key(texts[k]).bytes);
            __builtin_prefetch(entry_at(&cache->wide, hashes[k], WIDE));
        }
    }
    for (size_t k = 0; k < n; k++) {
        ids[k] = DICT_NONE;
        if (texts[k].length <= NARROW - TAIL) {
            ids[k] = id_of(search(&cache->narrow, keys[k].words, hashes[k], NARROW), NARROW);
        } else if (texts[k].length <= WIDE - TAIL) {
            struct wide_key key = wide_key(texts[k]);
            ids[k] = id_of(search(&cache->wide, key.bytes, hashes[k], WIDE), WIDE);
        }
    }
}

/* ---- adding ---- */

static uint64_t hash_of(const struct shelf *shelf, const unsigned char *key)
{
    return shelf->width == NARROW ? narrow_hash(key) : wide_hash(key);
}

static bool grow(struct shelf *shelf, struct status *status)
{
    struct shelf larger;
    size_t width = shelf->width;
    if (!shelf_start(&larger, width, 2 * shelf->n_entries, status)) {
        return false;
    }
    for (size_t i = 0; i < shelf->n_entries; i++) {
        const unsigned char *entry = shelf->entries + i * width;
        if (entry[width - TAIL] != EMPTY) {
            unsigned char key[WIDE] = {0};
            memcpy(key, entry, width - sizeof(uint32_t));
            size_t at = hash_of(shelf, key);
            while (entry_at(&larger, at, width)[width - TAIL] != EMPTY) {
                at++;
            }
            memcpy(entry_at(&larger, at, width), entry, width);
        }
    }
    larger.n = shelf->n;
    free(shelf->entries);
    *shelf = larger;
    return true;
}

/* The key of a text of which no more than its own bytes may be read; NULL when it does not fit.
 */
static const struct shelf *careful_key(const struct text_cache *cache, struct span text,
                                       struct wide_key *key)
{
    if (text.length > TEXT_CACHE_LONGEST) {
        return NULL;
    }
    const struct shelf *shelf = text.length <= NARROW - TAIL ? &cache->narrow : &cache->wide;
    memset(key, 0, sizeof *key);
    if (text.length > 0) {
        memcpy(key->bytes, text.bytes, text.length);
    }
    key->bytes[shelf->width - TAIL] = (unsigned char)text.length;
    return shelf;
}

void text_cache_prefetch(const struct text_cache *cache, struct span text)
{
    struct wide_key key;
    const struct shelf *shelf = careful_key(cache, text, &key);
    if (shelf != NULL) {
        __builtin_prefetch(entry_at(shelf, hash_of(shelf, key.bytes), shelf->width), 1);
    }
}

bool text_cache_add(struct text_cache *cache, struct span text, uint32_t id,
                    struct status *status)
{
    struct wide_key key;
    const struct shelf *found = careful_key(cache, text, &key);
    if (found == NULL || cache->narrow.n + cache->wide.n >= cache->most) {
        return true;
    }
    struct shelf *shelf = found == &cache->narrow ? &cache->narrow : &cache->wide;
    size_t width = shelf->width;
    uint64_t hash = hash_of(shelf, key.bytes);
    if (search(shelf, key.bytes, hash, width)[width - TAIL] != EMPTY) {
        return true;
    }
    if ((shelf->n + 1) * 8 > shelf->n_entries * 5 && !grow(shelf, status)) {
        return false;
    }
    unsigned char *entry = search(shelf, key.bytes, hash, width);
    memcpy(entry, key.bytes, width);
    memcpy(entry + width - sizeof id, &id, sizeof id);
    shelf->n++;
    return true;
}

/* ---- whether it pays ---- */

bool text_cache_pays(const struct text_cache *cache)
{
    return cache->rest == 0;
}

void text_cache_judge(struct text_cache *cache, size_t rows, size_t known)
{
    if (cache->rest > 0) {
        cache->rest = cache->rest > rows ? cache->rest - rows : 0;
        return;
    }
    cache->rows += rows;
    cache->known += known;
    if (cache->rows >= TRIAL_ROWS) {
        cache->rest = cache->known < cache->rows / 2 ? REST_ROWS : 0;
        cache->rows = cache->known = 0;
    }
}

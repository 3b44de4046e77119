#include "table/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/same_bytes.h"

/* DESIGN. Open addressing with linear probing; an entry is an id, a length and the text itself.
 * Entries do not straddle cache lines. The hash is not kept: the text says more. */

enum {
    FIRST_ENTRIES = 1 << 10,
    EMPTY = 0xff,         /* as a length; longer than any text of an entry */
    TRIAL_ROWS = 1 << 17, /* rows before a judgement */
    REST_ROWS = 1 << 21   /* rows without searching after a bad one */
};

struct memo {
    size_t width, most;
    size_t n, n_entries;    /* a power of two */
    unsigned char *entries; /* (n_entries, width) */
    size_t rows, known;     /* since the last judgement */
    size_t rest;            /* rows until searching is tried again */
};

static unsigned char *entries_new(size_t n_entries, size_t width, struct status *status)
{
    unsigned char *entries = mem_aligned(n_entries, width, "a memo", status);
    for (size_t i = 0; entries != NULL && i < n_entries; i++) {
        entries[i * width + 4] = EMPTY;
    }
    return entries;
}

struct memo *memo_new(enum memo_width width, size_t most, struct status *status)
{
    struct memo *memo = mem_zero(1, sizeof *memo, "a memo", status);
    if (memo == NULL) {
        return NULL;
    }
    memo->width = width;
    memo->most = most;
    memo->n_entries = FIRST_ENTRIES;
    memo->entries = entries_new(memo->n_entries, width, status);
    if (memo->entries == NULL) {
        memo_free(memo);
        return NULL;
    }
    return memo;
}

void memo_free(struct memo *memo)
{
    if (memo != NULL) {
        free(memo->entries);
        free(memo);
    }
}

static inline unsigned char *entry_at(const struct memo *memo, size_t i)
{
    return memo->entries + (i & (memo->n_entries - 1)) * memo->width;
}

static inline uint32_t search(const struct memo *memo, struct span text, uint64_t hash)
{
    for (size_t i = hash;; i++) {
        const unsigned char *entry = entry_at(memo, i);
        if (entry[4] == EMPTY) {
            return DICT_NONE;
        }
        if (entry[4] == text.length &&
            same_bytes((const char *)entry + MEMO_HEAD, text.bytes, text.length)) {
            uint32_t id;
            memcpy(&id, entry, sizeof id);
            return id;
        }
    }
}

void memo_find_group(const struct memo *memo, const struct span *texts, const uint64_t *hashes,
                     size_t n, uint32_t *ids)
{
    for (size_t k = 0; k < n; k++) {
        __builtin_prefetch(entry_at(memo, hashes[k]));
    }
    for (size_t k = 0; k < n; k++) {
        ids[k] = search(memo, texts[k], hashes[k]);
    }
}

static void insert(struct memo *memo, struct span text, uint64_t hash, uint32_t id)
{
    size_t i = hash;
    while (entry_at(memo, i)[4] != EMPTY) {
        i++;
    }
    unsigned char *entry = entry_at(memo, i);
    memcpy(entry, &id, sizeof id);
    entry[4] = (unsigned char)text.length;
    if (text.length > 0) {
        memcpy(entry + MEMO_HEAD, text.bytes, text.length);
    }
}

static bool grow(struct memo *memo, struct status *status)
{
    size_t old_entries = memo->n_entries;
    unsigned char *old = memo->entries;
    unsigned char *entries = entries_new(2 * old_entries, memo->width, status);
    if (entries == NULL) {
        return false;
    }
    memo->entries = entries;
    memo->n_entries = 2 * old_entries;
    for (size_t i = 0; i < old_entries; i++) {
        const unsigned char *entry = old + i * memo->width;
        if (entry[4] != EMPTY) {
            struct span text = {(const char *)entry + MEMO_HEAD, entry[4]};
            uint32_t id;
            memcpy(&id, entry, sizeof id);
            insert(memo, text, dict_hash(text), id);
        }
    }
    free(old);
    return true;
}

bool memo_add(struct memo *memo, struct span text, uint64_t hash, uint32_t id,
              struct status *status)
{
    if (text.length + MEMO_HEAD > memo->width || memo->n >= memo->most ||
        search(memo, text, hash) != DICT_NONE) {
        return true;
    }
    if ((memo->n + 1) * 8 > memo->n_entries * 5 && !grow(memo, status)) {
        return false;
    }
    insert(memo, text, hash, id);
    memo->n++;
    return true;
}

bool memo_pays(const struct memo *memo)
{
    return memo->rest == 0;
}

void memo_judge(struct memo *memo, size_t rows, size_t known)
{
    if (memo->rest > 0) {
        memo->rest = memo->rest > rows ? memo->rest - rows : 0;
        return;
    }
    memo->rows += rows;
    memo->known += known;
    if (memo->rows >= TRIAL_ROWS) {
        memo->rest = memo->known < memo->rows / 2 ? REST_ROWS : 0;
        memo->rows = memo->known = 0;
    }
}

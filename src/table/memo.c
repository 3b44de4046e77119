#include "table/memo.h"

#include <stdlib.h>

#include "base/mem.h"

enum {
    MOST_TEXTS = 1 << 20, /* about 60 MB */
    TRIAL_ROWS = 1 << 17, /* rows before a judgement */
    REST_ROWS = 1 << 21   /* rows without searching after a bad one */
};

struct memo {
    struct dict *texts;
    uint32_t *profiles; /* by id of the text */
    size_t capacity;
    size_t rows, known; /* since the last judgement */
    size_t rest;        /* rows until searching is tried again */
};

struct memo *memo_new(struct status *status)
{
    struct memo *memo = mem_zero(1, sizeof *memo, "a memo", status);
    if (memo == NULL) {
        return NULL;
    }
    memo->texts = dict_new(status);
    if (memo->texts == NULL) {
        memo_free(memo);
        return NULL;
    }
    return memo;
}

void memo_free(struct memo *memo)
{
    if (memo != NULL) {
        dict_free(memo->texts);
        free(memo->profiles);
        free(memo);
    }
}

void memo_find_group(const struct memo *memo, const struct span *texts, const uint64_t *hashes,
                     size_t n, uint32_t *profiles)
{
    dict_find_group(memo->texts, texts, hashes, n, profiles);
    for (size_t k = 0; k < n; k++) {
        if (profiles[k] != DICT_NONE) {
            __builtin_prefetch(&memo->profiles[profiles[k]]);
        }
    }
    for (size_t k = 0; k < n; k++) {
        if (profiles[k] != DICT_NONE) {
            profiles[k] = memo->profiles[profiles[k]];
        }
    }
}

bool memo_add(struct memo *memo, struct span text, uint64_t hash, uint32_t profile,
              struct status *status)
{
    size_t n = dict_count(memo->texts);
    if (n >= MOST_TEXTS) {
        return true;
    }
    if (!mem_grow(&memo->profiles, &memo->capacity, n + 1, sizeof *memo->profiles, "a memo",
                  status)) {
        return false;
    }
    uint32_t id = dict_add_hashed(memo->texts, text, hash, status);
    if (id == n) {
        memo->profiles[id] = profile;
    }
    return id != DICT_NONE;
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

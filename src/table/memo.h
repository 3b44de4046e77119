/* memo: the profile of a text of features that was seen before, so that its numbers need not be
 * parsed again. Only a help for speed: with or without it the table is the same. */
#ifndef ODDHOURS_TABLE_MEMO_H
#define ODDHOURS_TABLE_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"

struct memo;

struct memo *memo_new(struct status *status);
void memo_free(struct memo *memo);

/* The profiles of `n` texts (at most DICT_GROUP), DICT_NONE for unknown ones. Several threads
 * may search while none adds. */
void memo_find_group(const struct memo *memo, const struct span *texts, const uint64_t *hashes,
                     size_t n, uint32_t *profiles);

/* Remembers a text; a full memo forgets to. False without memory. */
bool memo_add(struct memo *memo, struct span text, uint64_t hash, uint32_t profile,
              struct status *status);

/* Whether searching pays at present, and what it is judged by: of `rows` rows lately, `known`
 * were found. When few are, searching rests for a while. */
bool memo_pays(const struct memo *memo);
void memo_judge(struct memo *memo, size_t rows, size_t known);

#endif

/* memo: short texts that were seen before, and the ids they stand for, each in one cache line.
 *
 * The reader looks up the user and the features of every row. In a dictionary that is waiting
 * for memory three or four times, here once. A memo is only a help for speed: what does not fit
 * (long texts, too many) is not in it, and the table is the same with or without it.
 */
#ifndef ODDHOURS_TABLE_MEMO_H
#define ODDHOURS_TABLE_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"

struct memo;

/* Sizes of an entry; texts may be MEMO_HEAD bytes shorter. */
enum memo_width { MEMO_NARROW = 32, MEMO_WIDE = 64 };
enum { MEMO_HEAD = 5 };

/* A memo of at most `most` texts. */
struct memo *memo_new(enum memo_width width, size_t most, struct status *status);
void memo_free(struct memo *memo);

/* The ids of `n` texts (at most DICT_GROUP) with these dict_hash()es, DICT_NONE for those it
 * does not have. Several threads may search while none adds. */
void memo_find_group(const struct memo *memo, const struct span *texts, const uint64_t *hashes,
                     size_t n, uint32_t *ids);

/* Adds a text that it does not have yet, if it fits. False without memory. */
bool memo_add(struct memo *memo, struct span text, uint64_t hash, uint32_t id,
              struct status *status);

/* Whether searching pays at present, and what it is judged by: of `rows` rows lately, `known`
 * were found. When few are, searching should rest for a while. */
bool memo_pays(const struct memo *memo);
void memo_judge(struct memo *memo, size_t rows, size_t known);

#endif

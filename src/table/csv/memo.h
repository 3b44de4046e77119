/* memo: short texts that were seen before, and the ids they stand for, each in one cache line
 * or half of one.
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

/* Longer texts are not kept. MEMO_READS bytes of a text to be found can be read, however short
 * it is; what is in them behind the text does not matter. */
enum { MEMO_LONGEST = 59, MEMO_READS = 32 };

/* A memo of at most `most` texts. */
struct memo *memo_new(size_t most, struct status *status);
void memo_free(struct memo *memo);

/* The ids of `n` texts (at most DICT_GROUP), DICT_NONE for those it does not have. Several
 * threads may search while none adds. */
void memo_find_group(const struct memo *memo, const struct span *texts, size_t n,
                     uint32_t *ids);

/* A hint that a text is about to be added. */
void memo_prefetch(const struct memo *memo, struct span text);

/* Adds a text that it does not have yet, if it fits. Nothing behind it is read. False without
 * memory. */
bool memo_add(struct memo *memo, struct span text, uint32_t id, struct status *status);

/* Whether searching pays at present, and what it is judged by: of `rows` rows lately, `known`
 * were found. When few are, searching should rest for a while. */
bool memo_pays(const struct memo *memo);
void memo_judge(struct memo *memo, size_t rows, size_t known);

#endif

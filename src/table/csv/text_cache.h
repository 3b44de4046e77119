/* text_cache: short texts that were seen before, and the ids they stand for, each in one cache
 * line or half of one.
 *
 * The reader looks up the user and the features of every row. In a dictionary that is waiting
 * for memory three or four times, here once. A text cache is only a help for speed: what does
 * not fit (long texts, too many) is not in it, and the table is the same with or without it.
 */
#ifndef ODDHOURS_TABLE_TEXT_CACHE_H
#define ODDHOURS_TABLE_TEXT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"

struct text_cache;

/* Longer texts are not kept. TEXT_CACHE_READS bytes of a text to be found can be read, however
 * short it is; what is in them behind the text does not matter. */
enum { TEXT_CACHE_LONGEST = 59, TEXT_CACHE_READS = 32 };

/* A text cache of at most `most` texts. */
struct text_cache *text_cache_new(size_t most, struct status *status);
void text_cache_free(struct text_cache *cache);

/* The ids of `n` texts (at most DICT_GROUP), DICT_NONE for those it does not have. Several
 * threads may search while none adds. */
void text_cache_find_group(const struct text_cache *cache, const struct span *texts, size_t n,
                           uint32_t *ids);

/* A hint that a text is about to be added. */
void text_cache_prefetch(const struct text_cache *cache, struct span text);

/* Adds a text that it does not have yet, if it fits. Nothing behind it is read. False without
 * memory. */
bool text_cache_add(struct text_cache *cache, struct span text, uint32_t id,
                    struct status *status);

/* Whether searching pays at present, and what it is judged by: of `rows` rows lately, `known`
 * were found. When few are, searching should rest for a while. */
bool text_cache_pays(const struct text_cache *cache);
void text_cache_judge(struct text_cache *cache, size_t rows, size_t known);

#endif

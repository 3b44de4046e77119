/* dict: a dictionary of byte strings. An id is the order of first appearance, from 0.
 *
 * Strings may hold any bytes, zero bytes included. The `dt` texts and the user names of a table
 * are two dictionaries.
 */
#ifndef ODDHOURS_TABLE_DICT_H
#define ODDHOURS_TABLE_DICT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct dict;

struct span {
    const char *bytes; /* not terminated */
    size_t length;
};

enum { DICT_NONE = UINT32_MAX };

struct dict *dict_new(struct status *status);
void dict_free(struct dict *dict);

/* The id of a string, which is added when it is new; DICT_NONE when memory ran out. */
uint32_t dict_add(struct dict *dict, const char *bytes, size_t length, struct status *status);

/* The id of a string, or DICT_NONE. */
uint32_t dict_find(const struct dict *dict, const char *bytes, size_t length);

/* The string of an id; valid until the dictionary grows or is freed. */
struct span dict_get(const struct dict *dict, uint32_t id);

size_t dict_count(const struct dict *dict);
size_t dict_bytes(const struct dict *dict); /* memory held */

/* Many at once. A search waits for memory three times; a group of them waits together, so that
 * readers find users in a fraction of the time. Texts, hashes and ids are (n), n at most
 * DICT_GROUP. The dictionary may be searched by several threads while none adds to it. */
enum { DICT_GROUP = 64 };
uint64_t dict_hash(struct span text);
void dict_find_group(const struct dict *dict, const struct span *texts, const uint64_t *hashes,
                     size_t n, uint32_t *ids);

/* dict_add() of a text whose hash is known, and a hint that it is about to come. */
uint32_t dict_add_hashed(struct dict *dict, struct span text, uint64_t hash,
                         struct status *status);
void dict_prefetch(const struct dict *dict, uint64_t hash);

/* Forgets all strings and keeps the memory, for use as scratch. */
void dict_clear(struct dict *dict);

/* Gives back what is held for growth; it may still grow. */
void dict_trim(struct dict *dict);

#endif

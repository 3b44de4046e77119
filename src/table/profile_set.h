/* profile_set: interns feature vectors while a table is read. An id is the order of first
 * appearance. */
#ifndef ODDHOURS_TABLE_PROFILE_SET_H
#define ODDHOURS_TABLE_PROFILE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/table.h"

struct profile_set;

/* An empty set of vectors of `d` values. */
struct profile_set *profile_set_new(size_t d, struct status *status);
void profile_set_free(struct profile_set *set);

/* The id of a vector (d), added when it is new with no copies and no first row; DICT_NONE when
 * memory ran out. Vectors are equal when their bytes are: the caller has turned missing values
 * and -0 into 0. */
uint32_t profile_set_add(struct profile_set *set, const double *values, struct status *status);

/* The same in parts, for readers: the hash of a vector, a hint that it is about to be searched,
 * the search (DICT_NONE when it is not there) and the adding. A set may be searched by several
 * threads while none adds to it. */
uint64_t profile_set_hash(const struct profile_set *set, const double *values);
uint64_t profile_set_hash_of(const double *values, size_t d);
void profile_set_prefetch(const struct profile_set *set, uint64_t hash);
uint32_t profile_set_find(const struct profile_set *set, const double *values, uint64_t hash);
/* The search of many at once, (n, d) vectors by their hashes (n): it waits for memory in groups,
 * as dict_find_group() does. */
void profile_set_find_many(const struct profile_set *set, const double *values,
                           const uint64_t *hashes, size_t n, uint32_t *ids);
uint32_t profile_set_add_hashed(struct profile_set *set, const double *values, uint64_t hash,
                                struct status *status);

/* Counts rows `first` to `first + n - 1` as copies of their profiles (n); rows come in
 * ascending order. */
void profile_set_count(struct profile_set *set, const uint32_t *profiles, size_t n,
                       uint32_t first);

/* The same for one profile whose rows somebody else has counted: `copies` of them, the first of
 * which is `first`; calls come in the order of rows. And counts anew from nothing. */
void profile_set_add_copies(struct profile_set *set, uint32_t profile, uint32_t copies,
                            uint32_t first);
void profile_set_prefetch_copies(const struct profile_set *set, uint32_t profile);
void profile_set_uncount(struct profile_set *set);

size_t profile_set_size(const struct profile_set *set);

/* Moves the content into `profiles`, trimmed; the set can then only be freed. */
void profile_set_take(struct profile_set *set, struct profiles *profiles);

/* The values (d) of a profile; valid until the set grows. */
const double *profile_set_get(const struct profile_set *set, uint32_t profile);

#endif

/* lof_lists: a list of numbers for each point, kept from the first pass of a fit for the
 * others, as long as that takes little memory: its neighbours, or the leaves that they are in.
 * What is not kept is searched for again.
 *
 * Points are numbered by their position in the tree, so that neighbours have numbers near each
 * other: a list is kept as differences, of one or two bytes most of them.
 */
#ifndef ODDHOURS_MODELS_LOF_LISTS_H
#define ODDHOURS_MODELS_LOF_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "models/kdtree/kdtree.h"

struct lof_lists;

/* Points whose lists stand together: 0 .. 63, 64 .. 127 and so on. */
enum { LOF_LISTS_GROUP = 64 };

/* Lists for n points, about `most` bytes in all. NULL when out of memory. */
struct lof_lists *lof_lists_new(size_t n, size_t most, struct status *status);
void lof_lists_free(struct lof_lists *lists);

/* Keeps hits->point as the list of a point if there is room; each point of a group after those
 * with a smaller number. `near` is a number near those in the list, known again when it is
 * asked for. Threads may keep lists of different groups. */
void lof_lists_keep(struct lof_lists *lists, size_t point, uint32_t near,
                    const struct kdtree_hits *hits);

/* Whether no list was turned away. */
bool lof_lists_whole(const struct lof_lists *lists);

/* Puts a kept list into hits->point, in the order it had; its distances are not kept. False
 * when there is none, and the hits are as they were. */
bool lof_lists_get(const struct lof_lists *lists, size_t point, uint32_t near,
                   struct kdtree_hits *hits);

#endif

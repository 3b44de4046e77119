/* host_set: the distinct hosts of one account in one window, exact. Most accounts see a
 * handful, which stand in the set itself; more go into a hash table in an arena. */
#ifndef ODDHOURS_EVENTS_HOST_SET_H
#define ODDHOURS_EVENTS_HOST_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

enum { HOST_SET_FEW = 6 };

/* Zeroed is empty. */
struct host_set {
    uint32_t n;
    uint32_t n_slots; /* 0: the ids are in few[]; else a power of two */
    union {
        uint32_t few[HOST_SET_FEW];
        uint32_t *slots; /* (n_slots) id + 1, or 0 */
    } ids;
};

/* The rest of host_set_add(), when the id is not among a few. */
bool host_set_add_slow(struct host_set *set, uint32_t id, struct arena *arena,
                       struct status *status);

/* Adds an id (below UINT32_MAX); false when memory ran out. */
static inline bool host_set_add(struct host_set *set, uint32_t id, struct arena *arena,
                                struct status *status)
{
    if (set->n_slots == 0) {
        for (uint32_t i = 0; i < set->n; i++) {
            if (set->ids.few[i] == id) {
                return true;
            }
        }
        if (set->n < HOST_SET_FEW) {
            set->ids.few[set->n++] = id;
            return true;
        }
    }
    return host_set_add_slow(set, id, arena, status);
}

/* Adds every id of `from`, taken as an index into `ids` when that is not NULL. */
bool host_set_unite(struct host_set *set, const struct host_set *from, const uint32_t *ids,
                    struct arena *arena, struct status *status);

#endif

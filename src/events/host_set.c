#include "events/host_set.h"

#include <string.h>

static uint32_t slot_of(uint32_t id, uint32_t n_slots)
{
    uint32_t mixed = id * UINT32_C(0x9e3779b1);
    return (mixed ^ mixed >> 15) & (n_slots - 1);
}

/* Puts an id that is not there yet into a table with room. */
static void put(uint32_t *slots, uint32_t n_slots, uint32_t id)
{
    uint32_t i = slot_of(id, n_slots);
    while (slots[i] != 0) {
        i = (i + 1) & (n_slots - 1);
    }
    slots[i] = id + 1;
}

static bool grow(struct host_set *set, struct arena *arena, struct status *status)
{
    enum { FIRST_SLOTS = 32, MOST_SLOTS = 1 << 30 };
    if (set->n_slots >= MOST_SLOTS) {
        return status_set(status, STATUS_INPUT, "more than %u hosts of one account", set->n);
    }
    uint32_t n_slots = set->n_slots == 0 ? FIRST_SLOTS : 2 * set->n_slots;
    uint32_t *slots = arena_take(arena, n_slots * sizeof *slots, "hosts of an account", status);
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0, n_slots * sizeof *slots);
    if (set->n_slots == 0) {
        for (uint32_t i = 0; i < set->n; i++) {
            put(slots, n_slots, set->ids.few[i]);
        }
    } else {
        for (uint32_t i = 0; i < set->n_slots; i++) {
            if (set->ids.slots[i] != 0) {
                put(slots, n_slots, set->ids.slots[i] - 1);
            }
        }
    }
    set->ids.slots = slots;
    set->n_slots = n_slots;
    return true;
}

bool host_set_add_slow(struct host_set *set, uint32_t id, struct arena *arena,
                       struct status *status)
{
    if (set->n_slots == 0 && !grow(set, arena, status)) {
        return false;
    }
    uint32_t i = slot_of(id, set->n_slots);
    while (set->ids.slots[i] != 0) {
        if (set->ids.slots[i] == id + 1) {
            return true;
        }
        i = (i + 1) & (set->n_slots - 1);
    }
    if (set->n + 1 > set->n_slots / 2) {
        if (!grow(set, arena, status)) {
            return false;
        }
        put(set->ids.slots, set->n_slots, id);
    } else {
        set->ids.slots[i] = id + 1;
    }
    set->n++;
    return true;
}

bool host_set_unite(struct host_set *set, const struct host_set *from, const uint32_t *ids,
                    struct arena *arena, struct status *status)
{
    uint32_t n = from->n_slots == 0 ? from->n : from->n_slots;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t id;
        if (from->n_slots == 0) {
            id = from->ids.few[i];
        } else if (from->ids.slots[i] != 0) {
            id = from->ids.slots[i] - 1;
        } else {
            continue;
        }
        if (!host_set_add(set, ids == NULL ? id : ids[id], arena, status)) {
            return false;
        }
    }
    return true;
}

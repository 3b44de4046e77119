#include "events/userhours_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char what[] = "counting a log";

void userhours_part_free(struct userhours_part *part)
{
    free(part->groups);
    free(part->slots);
    arena_free(&part->arena);
    *part = (struct userhours_part){0};
}

static bool grow_slots(struct userhours_part *part, struct status *status)
{
    enum { FIRST_SLOTS = 1024 };
    size_t n_slots = part->n_slots == 0 ? FIRST_SLOTS : 2 * part->n_slots;
    uint32_t *slots = mem_zero(n_slots, sizeof *slots, what, status);
    if (slots == NULL) {
        return false;
    }
    for (size_t g = 0; g < part->n_groups; g++) {
        size_t at = part->groups[g].hash & (n_slots - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (n_slots - 1);
        }
        slots[at] = (uint32_t)g + 1;
    }
    free(part->slots);
    part->slots = slots;
    part->n_slots = n_slots;
    return true;
}

static bool same_key(const struct user_group *a, const struct user_group *b)
{
    return a->hash == b->hash && a->window == b->window && a->block == b->block &&
           a->user_length == b->user_length && memcmp(a->user, b->user, a->user_length) == 0;
}

/* The group with this key, added with empty counts when it is new. */
static struct user_group *find_or_add(struct userhours_part *part, const struct user_group *key,
                                      struct status *status)
{
    if (part->n_groups + 1 > part->n_slots / 2 && !grow_slots(part, status)) {
        return NULL;
    }
    size_t mask = part->n_slots - 1;
    size_t at = key->hash & mask;
    for (; part->slots[at] != 0; at = (at + 1) & mask) {
        struct user_group *group = &part->groups[part->slots[at] - 1];
        if (same_key(group, key)) {
            return group;
        }
    }
    char *user = arena_take(&part->arena, key->user_length, what, status);
    if (user == NULL || part->n_groups >= UINT32_MAX - 1 ||
        !mem_grow(&part->groups, &part->group_capacity, part->n_groups + 1,
                  sizeof *part->groups, what, status)) {
        return NULL;
    }
    memcpy(user, key->user, key->user_length);
    struct user_group *group = &part->groups[part->n_groups++];
    *group = (struct user_group){.hash = key->hash,
                                 .window = key->window,
                                 .block = key->block,
                                 .user = user,
                                 .user_length = key->user_length};
    part->slots[at] = (uint32_t)part->n_groups;
    return group;
}

bool userhours_part_add(struct userhours_part *part, const struct user_group *from,
                        const uint32_t *ids, struct status *status)
{
    struct user_group *group = find_or_add(part, from, status);
    if (group == NULL) {
        return false;
    }
    group->events += from->events;
    group->failed += from->failed;
    group->night += from->night;
    return host_set_unite(&group->dst_hosts, &from->dst_hosts, ids, &part->arena, status) &&
           host_set_unite(&group->src_hosts, &from->src_hosts, ids, &part->arena, status);
}

/* ---- fresh memory for what stays open ---- */

/* The ids that a host set uses in a new dictionary. */
static bool move_hosts(const struct host_set *set, const struct dict *from, struct dict *to,
                       uint32_t *ids, struct status *status)
{
    uint32_t n = set->n_slots == 0 ? set->n : set->n_slots;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t id = set->n_slots == 0 ? set->ids.few[i] : set->ids.slots[i] - 1;
        if (set->n_slots != 0 && set->ids.slots[i] == 0) {
            continue;
        }
        struct span name = dict_get(from, id);
        ids[id] = dict_add(to, name.bytes, name.length, status);
        if (ids[id] == DICT_NONE) {
            return false;
        }
    }
    return true;
}

bool userhours_part_keep(struct userhours_part *part, int64_t end, const struct dict *from,
                         struct dict *to, uint32_t *ids, struct status *status)
{
    struct userhours_part kept = {0};
    for (size_t g = 0; g < part->n_groups; g++) {
        const struct user_group *group = &part->groups[g];
        if (group->window >= end && (!move_hosts(&group->dst_hosts, from, to, ids, status) ||
                                     !move_hosts(&group->src_hosts, from, to, ids, status) ||
                                     !userhours_part_add(&kept, group, ids, status))) {
            userhours_part_free(&kept);
            return false;
        }
    }
    userhours_part_free(part);
    *part = kept;
    return true;
}

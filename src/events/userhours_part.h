/* userhours_part: the counts of some accounts in the open windows, for userhours.c only.
 *
 * An account's hash says which part it belongs to, so parts are filled side by side without
 * locks. Names and large sets of computers stand in the part's arena.
 */
#ifndef ODDHOURS_EVENTS_USERHOURS_PART_H
#define ODDHOURS_EVENTS_USERHOURS_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "events/events_chunk.h"
#include "table/dict.h"

/* Zeroed is empty. */
struct userhours_part {
    size_t n_groups, group_capacity;
    struct user_group *groups;
    size_t n_slots;
    uint32_t *slots;    /* (n_slots) group + 1; 0: empty */
    struct arena arena; /* names and large host sets */
    struct status status;
};

void userhours_part_free(struct userhours_part *part); /* leaves it empty */

/* Adds the counts of a group to those with the same account, window and block. `ids` says the
 * new number of each computer in the group's sets. False when memory ran out, or, with nothing
 * in `status`, when there are too many groups. */
bool userhours_part_add(struct userhours_part *part, const struct user_group *from,
                        const uint32_t *ids, struct status *status);

/* Moves the groups of windows from `end` on to fresh memory, and forgets the others. Their
 * computers, numbered in `from`, are numbered anew in `to`; `ids` (dict_count(from)) is scratch
 * memory. On failure the part is as it was. */
bool userhours_part_keep(struct userhours_part *part, int64_t end, const struct dict *from,
                         struct dict *to, uint32_t *ids, struct status *status);

#endif

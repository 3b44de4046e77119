#include "models/lof/lof_lists.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* DESIGN. The lists of a group are one piece of memory. Of each point it has the number of
 * bytes that follow (0: no list), the length of the list, and for each of its numbers the
 * difference from the one before it (the first from `near`), with the sign in the lowest bit.
 * All numbers are written seven bits a byte, the lowest first; a byte with the upper bit set is
 * not the last. */

enum { NUMBER_MOST = 5 }; /* bytes of a number */

struct group {
    uint32_t points; /* written so far */
    size_t used, capacity;
    unsigned char *bytes;
};

struct lof_lists {
    size_t n, n_groups, most;
    atomic_size_t kept; /* bytes */
    atomic_bool missing;
    struct group *groups;
};

struct lof_lists *lof_lists_new(size_t n, size_t most, struct status *status)
{
    struct lof_lists *lists = mem_zero(1, sizeof *lists, "neighbours", status);
    if (lists != NULL) {
        lists->n = n;
        lists->n_groups = (n + LOF_LISTS_GROUP - 1) / LOF_LISTS_GROUP;
        lists->most = most;
        lists->groups = mem_zero(lists->n_groups, sizeof *lists->groups, "neighbours", status);
        if (lists->groups == NULL) {
            free(lists);
            return NULL;
        }
    }
    return lists;
}

void lof_lists_free(struct lof_lists *lists)
{
    if (lists != NULL) {
        for (size_t i = 0; i < lists->n_groups; i++) {
            free(lists->groups[i].bytes);
        }
        free(lists->groups);
        free(lists);
    }
}

static unsigned char *put(unsigned char *to, uint32_t number)
{
    while (number >= 0x80) {
        *to++ = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    *to++ = (unsigned char)number;
    return to;
}

static const unsigned char *get(const unsigned char *from, uint32_t *number)
{
    uint32_t value = *from & 0x7f;
    for (unsigned shift = 7; (*from++ & 0x80) != 0; shift += 7) {
        value |= (uint32_t)(*from & 0x7f) << shift;
    }
    *number = value;
    return from;
}

/* The list without the number of its bytes, which this returns. */
static size_t write_list(unsigned char *start, uint32_t near, const struct kdtree_hits *hits)
{
    unsigned char *to = put(start, (uint32_t)hits->n);
    uint32_t last = near;
    for (size_t i = 0; i < hits->n; i++) {
        const uint32_t next = hits->point[i];
        /* Points are fewer than 2^31 wherever lists fit into memory; see lof_lists_keep(). */
        to = put(to, next >= last ? (next - last) << 1 : (last - next) << 1 | 1);
        last = next;
    }
    return (size_t)(to - start);
}

static bool append(struct group *group, size_t point, uint32_t near,
                   const struct kdtree_hits *hits)
{
    const size_t position = point % LOF_LISTS_GROUP;
    const size_t room = position + NUMBER_MOST * (hits->n + 2);
    if (!mem_grow(&group->bytes, &group->capacity, group->used + room, 1, "neighbours", NULL)) {
        return false;
    }
    for (; group->points < position; group->points++) {
        group->bytes[group->used++] = 0;
    }
    /* The number of bytes is not known before they are written: its position is kept for the
     * longest, and the list moved up to it. */
    unsigned char *start = group->bytes + group->used;
    const size_t length = write_list(start + NUMBER_MOST, near, hits);
    unsigned char *list = put(start, (uint32_t)length);
    memmove(list, start + NUMBER_MOST, length);
    group->used += (size_t)(list - start) + length;
    group->points++;
    return true;
}

void lof_lists_keep(struct lof_lists *lists, size_t point, uint32_t near,
                    const struct kdtree_hits *hits)
{
    struct group *group = &lists->groups[point / LOF_LISTS_GROUP];
    const size_t before = group->used;
    /* Without memory for it the list is searched for again. */
    if (atomic_load(&lists->kept) >= lists->most || lists->n > INT32_MAX ||
        !append(group, point, near, hits)) {
        atomic_store(&lists->missing, true);
    }
    atomic_fetch_add(&lists->kept, group->used - before);
    if (point % LOF_LISTS_GROUP == LOF_LISTS_GROUP - 1 || point == lists->n - 1) {
        mem_trim(&group->bytes, &group->capacity, group->used, 1);
    }
}

bool lof_lists_whole(const struct lof_lists *lists)
{
    return !atomic_load(&lists->missing);
}

bool lof_lists_get(const struct lof_lists *lists, size_t point, uint32_t near,
                   struct kdtree_hits *hits)
{
    const struct group *group = &lists->groups[point / LOF_LISTS_GROUP];
    size_t position = point % LOF_LISTS_GROUP;
    if (position >= group->points) {
        return false;
    }
    uint32_t length, n;
    const unsigned char *at = get(group->bytes, &length);
    for (; position > 0; position--) {
        at = get(at + length, &length);
    }
    if (length == 0) {
        return false;
    }
    at = get(at, &n);
    if (!kdtree_hits_reserve(hits, n, NULL)) {
        return false;
    }
    uint32_t last = near;
    for (size_t i = 0; i < n; i++) {
        uint32_t step;
        at = get(at, &step);
        last = (step & 1) != 0 ? last - (step >> 1) : last + (step >> 1);
        hits->point[i] = last;
    }
    hits->n = n;
    return true;
}

#include "models/lof_lists.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct lof_lists {
    size_t n, most;
    atomic_size_t kept; /* neighbours */
    atomic_bool missing;
    uint32_t **list; /* (n) the number of neighbours and then them; NULL: not kept */
};

struct lof_lists *lof_lists_new(size_t n, size_t most, struct status *status)
{
    struct lof_lists *lists = mem_zero(1, sizeof *lists, "neighbours", status);
    if (lists != NULL) {
        lists->n = n;
        lists->most = most;
        lists->list = mem_zero(n, sizeof *lists->list, "neighbours", status);
        if (lists->list == NULL) {
            free(lists);
            return NULL;
        }
    }
    return lists;
}

void lof_lists_free(struct lof_lists *lists)
{
    if (lists != NULL) {
        for (size_t i = 0; i < lists->n; i++) {
            free(lists->list[i]);
        }
        free(lists->list);
        free(lists);
    }
}

void lof_lists_keep(struct lof_lists *lists, size_t point, const struct kdtree_hits *hits)
{
    if (atomic_fetch_add(&lists->kept, hits->n) + hits->n > lists->most) {
        atomic_store(&lists->missing, true);
        return;
    }
    /* Without memory for it the list is searched for again. */
    uint32_t *list = mem_new(hits->n + 1, sizeof *list, "neighbours", NULL);
    if (list == NULL) {
        atomic_store(&lists->missing, true);
        return;
    }
    list[0] = (uint32_t)hits->n;
    memcpy(list + 1, hits->point, hits->n * sizeof *list);
    lists->list[point] = list;
}

bool lof_lists_whole(const struct lof_lists *lists)
{
    return !atomic_load(&lists->missing);
}

void lof_lists_reorder(struct lof_lists *lists, size_t point, const struct kdtree_hits *hits)
{
    memcpy(lists->list[point] + 1, hits->point, hits->n * sizeof *hits->point);
}

bool lof_lists_get(const struct lof_lists *lists, size_t point, struct kdtree_hits *hits)
{
    const uint32_t *list = lists->list[point];
    if (list == NULL || !kdtree_hits_reserve(hits, list[0], NULL)) {
        return false;
    }
    hits->n = list[0];
    memcpy(hits->point, list + 1, hits->n * sizeof *list);
    return true;
}

/* The episodes that a queue is made of: those at the head of each list; those that share a row
 * are one. */
#include "review/queue_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A row of an episode of one list. */
struct member {
    int64_t seconds;
    uint32_t row, episode; /* number among those of all lists */
};

struct heads {
    struct episodes *of; /* (n) of each list, those that rules hide taken out of `of` */
    uint32_t **rank;     /* (n) of what is left: its place among all */
    size_t n, episodes, rows;
};

static void heads_clear(struct heads *heads)
{
    for (size_t i = 0; heads->of != NULL && i < heads->n; i++) {
        episodes_clear(&heads->of[i]);
        free(heads->rank[i]);
    }
    free(heads->of);
    free(heads->rank);
}

static bool is_hidden(const struct queue_spec *spec, const struct episodes *episodes, size_t e)
{
    bool hidden = spec->hidden != NULL;
    for (uint32_t i = 0; hidden && i < episodes->of[e].n; i++) {
        hidden = queue_hides(spec, episodes_rows(episodes, e)[i]);
    }
    return hidden;
}

/* The first K that have a row which is not hidden. */
static bool find_head(const struct queue_spec *spec, const struct episode_cut *cut,
                      struct episodes *head, uint32_t **rank, struct status *status)
{
    for (size_t k = spec->k;; k *= 2) {
        if (!episodes_head(cut, k, false, head, NULL, status)) {
            return false;
        }
        size_t found = head->n, kept = 0;
        *rank = mem_new(found, sizeof **rank, "a queue", status);
        if (*rank == NULL) {
            episodes_clear(head);
            return false;
        }
        for (size_t e = 0; e < found && kept < spec->k; e++) {
            if (!is_hidden(spec, head, e)) {
                (*rank)[kept] = (uint32_t)e + 1;
                head->of[kept++] = head->of[e];
            }
        }
        head->n = kept;
        if (kept == spec->k || found < k || k > SIZE_MAX / 2) {
            return true;
        }
        episodes_clear(head);
        free(*rank);
        *rank = NULL;
    }
}

static bool find_heads(const struct queue_spec *spec, const struct episode_cut *cuts, size_t n,
                       struct heads *heads, struct status *status)
{
    heads->of = mem_zero(n, sizeof *heads->of, "a queue", status);
    heads->rank = mem_zero(n, sizeof *heads->rank, "a queue", status);
    bool good = heads->of != NULL && heads->rank != NULL;
    for (size_t i = 0; good && i < n; i++) {
        good = find_head(spec, &cuts[i], &heads->of[i], &heads->rank[i], status);
        heads->n = i + 1;
        heads->episodes += good ? heads->of[i].n : 0;
        for (size_t e = 0; good && e < heads->of[i].n; e++) {
            heads->rows += heads->of[i].of[e].n;
        }
    }
    return good;
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static int by_row(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* By episode, then time, then row. */
static int by_episode(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->episode != y->episode) {
        return x->episode < y->episode ? -1 : 1;
    }
    if (x->seconds != y->seconds) {
        return x->seconds < y->seconds ? -1 : 1;
    }
    return by_row(a, b);
}

static void gather(const struct heads *heads, const struct table *table, struct member *members,
                   struct queue_slot *slots)
{
    size_t at = 0;
    uint32_t episode = 0;
    for (size_t i = 0; i < heads->n; i++) {
        const struct episodes *one = &heads->of[i];
        for (size_t e = 0; e < one->n; e++, episode++) {
            slots[episode] =
                (struct queue_slot){one->of[e].best, heads->rank[i][e], (uint32_t)i};
            for (uint32_t k = 0; k < one->of[e].n; k++) {
                uint32_t row = episodes_rows(one, e)[k];
                members[at++] = (struct member){
                    table->times != NULL ? table_instant(table, table->row_time[row]) : 0, row,
                    episode};
            }
        }
    }
}

/* Joins episodes that share a row; each row stays once, under the episode that stands for all:
 * the one with the best rank. Returns the rows that are left, by row. */
static size_t join(struct member *members, size_t n, const struct queue_slot *slots,
                   uint32_t *parent)
{
    size_t kept = 0;
    qsort(members, n, sizeof *members, by_row);
    for (size_t i = 1; i < n; i++) {
        if (members[i].row == members[i - 1].row) {
            uint32_t a = root_of(parent, members[i].episode);
            uint32_t b = root_of(parent, members[i - 1].episode);
            bool first =
                slots[a].rank < slots[b].rank || (slots[a].rank == slots[b].rank && a < b);
            parent[first ? b : a] = first ? a : b;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || members[i].row != members[i - 1].row) {
            members[kept] = members[i];
            members[kept++].episode = root_of(parent, members[i].episode);
        }
    }
    return kept;
}

struct found {
    struct queue_slot slot;
    struct queue_group group;
};

static int by_slot_row(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return (x->slot.row > y->slot.row) - (x->slot.row < y->slot.row);
}

/* The episodes that are left, with their rows, by best row. */
static bool collect(const struct member *members, size_t n, const struct queue_slot *slots,
                    size_t most, struct queue *queue, struct queue_pool *pool,
                    struct queue_group **groups, struct status *status)
{
    struct found *found = mem_new(most, sizeof *found, "a queue", status);
    size_t count = 0;
    bool good = found != NULL;
    for (size_t i = 0; good && i < n; i++) {
        if (i == 0 || members[i].episode != members[i - 1].episode) {
            found[count++] = (struct found){slots[members[i].episode], {(uint32_t)i, 0}};
        }
        found[count - 1].group.n++;
        queue->rows[i] = members[i].row;
    }
    pool->slots = good ? mem_new(count, sizeof *pool->slots, "a queue", status) : NULL;
    *groups = pool->slots != NULL ? mem_new(count, sizeof **groups, "a queue", status) : NULL;
    good = *groups != NULL;
    if (good) {
        qsort(found, count, sizeof *found, by_slot_row);
    }
    for (size_t i = 0; good && i < count; i++) {
        pool->slots[i] = found[i].slot;
        (*groups)[i] = found[i].group;
    }
    pool->n = good ? count : 0;
    free(found);
    return good;
}

bool queue_pool_episodes(const struct queue_spec *spec, const struct episode_cut *cuts,
                         size_t n, struct queue *queue, struct queue_pool *pool,
                         struct queue_group **groups, struct status *status)
{
    struct heads heads = {0};
    struct member *members = NULL;
    struct queue_slot *slots = NULL;
    uint32_t *parent = NULL;
    bool good = find_heads(spec, cuts, n, &heads, status);
    size_t episodes = heads.episodes, rows = heads.rows;
    good = good && (members = mem_new(rows, sizeof *members, "a queue", status)) != NULL &&
           (slots = mem_new(episodes, sizeof *slots, "a queue", status)) != NULL &&
           (parent = mem_new(episodes, sizeof *parent, "a queue", status)) != NULL &&
           (pool->listed = mem_new(rows, sizeof *pool->listed, "a queue", status)) != NULL &&
           (queue->rows = mem_new(rows, sizeof *queue->rows, "a queue", status)) != NULL;
    for (size_t i = 0; good && i < episodes; i++) {
        parent[i] = (uint32_t)i;
    }
    if (good) {
        queue->slots = episodes;
        gather(&heads, cuts->table, members, slots);
        pool->n_listed = join(members, rows, slots, parent);
        for (size_t i = 0; i < pool->n_listed; i++) {
            pool->listed[i] = members[i].row;
        }
        qsort(members, pool->n_listed, sizeof *members, by_episode);
        good = collect(members, pool->n_listed, slots, episodes, queue, pool, groups, status);
    }
    heads_clear(&heads);
    free(members);
    free(slots);
    free(parent);
    return good;
}

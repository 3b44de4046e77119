#include "table/userhours.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "table/authchunk.h"
#include "table/host_set.h"

/* DESIGN. Groups of all open windows stand in a few parts, chosen by the hash, so that chunks
 * can be merged in parallel without locks: each part takes its groups of all chunks, in their
 * order. The computers of open windows are numbered in one dictionary. When windows are handed
 * on, what is left (a few lines of the next window) moves to fresh memory, and the dictionary
 * starts anew. All counts are sums and sets, so the result depends neither on how the log is
 * cut nor on the number of threads. */

struct part {
    size_t n_groups, group_capacity;
    struct user_group *groups;
    size_t n_slots;
    uint32_t *slots;    /* (n_slots) group + 1; 0: empty */
    struct arena arena; /* names and large host sets */
    struct status status;
};

struct userhours {
    struct userhours_options options;
    userhours_sink *sink;
    void *context;
    struct part parts[USERHOURS_PARTS];
    struct dict *hosts;
    int64_t oldest_window; /* of the open ones; INT64_MAX: none */
    uint64_t written, dropped;
};

static const char what[] = "counting a log";

struct userhours_options userhours_defaults(void)
{
    return (struct userhours_options){.window = 3600,
                                      .slack = 300,
                                      .block = 0,
                                      .min_events = 2,
                                      .night = userhours_night(0, 6)};
}

uint32_t userhours_night(int first, int last)
{
    uint32_t night = 0;
    for (int hour = first;; hour = (hour + 1) % 24) {
        night |= UINT32_C(1) << hour;
        if (hour == last) {
            return night;
        }
    }
}

struct userhours *userhours_new(const struct userhours_options *options, userhours_sink *sink,
                                void *context, struct status *status)
{
    if (options->window < 1 || options->window > USERHOURS_WINDOW_MAX || options->slack < 0 ||
        options->slack > AUTH_TIME_MAX) {
        status_set(status, STATUS_USAGE,
                   "a window is 1 to %d seconds, and the slack is not negative",
                   USERHOURS_WINDOW_MAX);
        return NULL;
    }
    struct userhours *counter = mem_zero(1, sizeof *counter, what, status);
    if (counter == NULL) {
        return NULL;
    }
    counter->options = *options;
    counter->sink = sink;
    counter->context = context;
    counter->oldest_window = INT64_MAX;
    counter->hosts = dict_new(status);
    if (counter->hosts == NULL) {
        userhours_free(counter);
        return NULL;
    }
    return counter;
}

static void part_free(struct part *part)
{
    free(part->groups);
    free(part->slots);
    arena_free(&part->arena);
    *part = (struct part){0};
}

void userhours_free(struct userhours *counter)
{
    if (counter != NULL) {
        for (unsigned i = 0; i < USERHOURS_PARTS; i++) {
            part_free(&counter->parts[i]);
        }
        dict_free(counter->hosts);
        free(counter);
    }
}

uint64_t userhours_written(const struct userhours *counter)
{
    return counter->written;
}

uint64_t userhours_dropped(const struct userhours *counter)
{
    return counter->dropped;
}

/* ---- merging
 * ----------------------------------------------------------------------------------- */

static bool grow_slots(struct part *part, struct status *status)
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
static struct user_group *find_or_add(struct part *part, const struct user_group *key,
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

static bool add_group(struct part *part, const struct user_group *from, const uint32_t *ids,
                      struct status *status)
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

struct merge {
    struct userhours *counter;
    struct auth_chunk *const *chunks;
    size_t n;
    uint32_t **host_ids; /* (n) by chunk: the id of each of its computers in counter->hosts */
};

static void merge_part(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct merge *merge = context;
    struct part *part = &merge->counter->parts[task];
    part->status.code = STATUS_OK;
    for (size_t c = 0; c < merge->n; c++) {
        const struct auth_chunk *chunk = merge->chunks[c];
        uint32_t g = chunk->part_first[task];
        for (; g != GROUP_NONE; g = chunk->groups[g].next) {
            if (!add_group(part, &chunk->groups[g], merge->host_ids[c], &part->status)) {
                if (part->status.code == STATUS_OK) {
                    status_set(&part->status, STATUS_INPUT, "too many accounts in one window");
                }
                return;
            }
        }
    }
}

/* The ids of a chunk's computers in the dictionary of all. */
static uint32_t *number_hosts(struct dict *hosts, const struct auth_chunk *chunk,
                              struct status *status)
{
    uint32_t *ids = mem_new(chunk->n_hosts, sizeof *ids, what, status);
    for (size_t h = 0; ids != NULL && h < chunk->n_hosts; h++) {
        ids[h] = dict_add(hosts, chunk->hosts[h].bytes, chunk->hosts[h].length, status);
        if (ids[h] == DICT_NONE) {
            free(ids);
            return NULL;
        }
    }
    return ids;
}

static bool merge_chunks(struct userhours *counter, struct auth_chunk *const *chunks, size_t n,
                         struct parallel *parallel, struct status *status)
{
    struct merge merge = {counter, chunks, n, NULL};
    merge.host_ids = mem_zero(n, sizeof *merge.host_ids, what, status);
    bool fine = merge.host_ids != NULL;
    for (size_t c = 0; fine && c < n; c++) {
        merge.host_ids[c] = number_hosts(counter->hosts, chunks[c], status);
        fine = merge.host_ids[c] != NULL;
    }
    if (fine) {
        parallel_run(parallel, USERHOURS_PARTS, merge_part, &merge);
        for (unsigned i = 0; fine && i < USERHOURS_PARTS; i++) {
            const struct status *failed = &counter->parts[i].status;
            fine = failed->code == STATUS_OK;
            if (!fine) {
                status_set(status, failed->code, "%s", failed->text);
            }
        }
    }
    for (size_t c = 0; merge.host_ids != NULL && c < n; c++) {
        free(merge.host_ids[c]);
    }
    free(merge.host_ids);
    return fine;
}

/* ---- handing on
 * -------------------------------------------------------------------------------- */

struct entry {
    int64_t window;
    uint64_t block;
    uint64_t prefix; /* the first bytes of the name, as a number that orders like them */
    const struct user_group *group;
};

static uint64_t name_prefix(const struct user_group *group)
{
    unsigned char bytes[8] = {0};
    memcpy(bytes, group->user, group->user_length < 8 ? group->user_length : 8);
    uint64_t prefix = 0;
    for (int i = 0; i < 8; i++) {
        prefix = prefix << 8 | bytes[i];
    }
    return prefix;
}

static int by_window_and_name(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->window != b->window) {
        return a->window < b->window ? -1 : 1;
    }
    if (a->block != b->block) {
        return a->block < b->block ? -1 : 1;
    }
    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix ? -1 : 1;
    }
    uint32_t x = a->group->user_length, y = b->group->user_length;
    int order = memcmp(a->group->user, b->group->user, x < y ? x : y);
    return order != 0 ? order : (x > y) - (x < y);
}

static bool hand_on(struct userhours *counter, const struct entry *entries, size_t n,
                    struct status *status)
{
    for (size_t i = 0; i < n; i++) {
        const struct user_group *group = entries[i].group;
        if (group->events < counter->options.min_events) {
            counter->dropped++;
            continue;
        }
        struct user_hour row = {.time = group->window * counter->options.window,
                                .block = group->block,
                                .user = {group->user, group->user_length},
                                .events = group->events,
                                .failed = group->failed,
                                .night = group->night,
                                .dst_hosts = group->dst_hosts.n,
                                .src_hosts = group->src_hosts.n};
        if (!counter->sink(counter->context, &row, status)) {
            return false;
        }
        counter->written++;
    }
    return true;
}

/* The groups of windows before `end`, sorted; NULL when memory ran out. */
static struct entry *closed_groups(const struct userhours *counter, int64_t end, size_t *n,
                                   struct status *status)
{
    size_t room = 0;
    for (unsigned i = 0; i < USERHOURS_PARTS; i++) {
        room += counter->parts[i].n_groups;
    }
    struct entry *entries = mem_new(room, sizeof *entries, what, status);
    *n = 0;
    for (unsigned i = 0; entries != NULL && i < USERHOURS_PARTS; i++) {
        const struct part *part = &counter->parts[i];
        for (size_t g = 0; g < part->n_groups; g++) {
            const struct user_group *group = &part->groups[g];
            if (group->window < end) {
                entries[(*n)++] =
                    (struct entry){group->window, group->block, name_prefix(group), group};
            }
        }
    }
    if (entries != NULL && *n > 1) {
        qsort(entries, *n, sizeof *entries, by_window_and_name);
    }
    return entries;
}

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

/* Moves the groups of windows from `end` on to a part with fresh memory. */
static bool keep_open(struct part *part, int64_t end, const struct dict *from, struct dict *to,
                      uint32_t *ids, struct status *status)
{
    struct part kept = {0};
    for (size_t g = 0; g < part->n_groups; g++) {
        const struct user_group *group = &part->groups[g];
        if (group->window >= end && (!move_hosts(&group->dst_hosts, from, to, ids, status) ||
                                     !move_hosts(&group->src_hosts, from, to, ids, status) ||
                                     !add_group(&kept, group, ids, status))) {
            part_free(&kept);
            return false;
        }
    }
    part_free(part);
    *part = kept;
    return true;
}

static bool forget_before(struct userhours *counter, int64_t end, struct status *status)
{
    struct dict *hosts = dict_new(status);
    uint32_t *ids = mem_new(dict_count(counter->hosts), sizeof *ids, what, status);
    bool fine = hosts != NULL && ids != NULL;
    counter->oldest_window = INT64_MAX;
    for (unsigned i = 0; fine && i < USERHOURS_PARTS; i++) {
        struct part *part = &counter->parts[i];
        fine = keep_open(part, end, counter->hosts, hosts, ids, status);
        for (size_t g = 0; g < part->n_groups; g++) {
            if (part->groups[g].window < counter->oldest_window) {
                counter->oldest_window = part->groups[g].window;
            }
        }
    }
    free(ids);
    if (!fine) {
        dict_free(hosts);
        return false;
    }
    dict_free(counter->hosts);
    counter->hosts = hosts;
    return true;
}

/* Hands on the windows before `end` and forgets them. */
static bool close_before(struct userhours *counter, int64_t end, struct status *status)
{
    if (counter->oldest_window >= end) {
        return true;
    }
    size_t n;
    struct entry *entries = closed_groups(counter, end, &n, status);
    bool fine = entries != NULL && hand_on(counter, entries, n, status);
    free(entries);
    return fine && forget_before(counter, end, status);
}

bool userhours_add(struct userhours *counter, struct auth_chunk *const *chunks, size_t n,
                   int64_t latest, struct parallel *parallel, struct status *status)
{
    if (!merge_chunks(counter, chunks, n, parallel, status)) {
        return false;
    }
    for (size_t c = 0; c < n; c++) {
        if (chunks[c]->counted > 0) {
            int64_t window = chunks[c]->earliest_kept / counter->options.window;
            counter->oldest_window =
                window < counter->oldest_window ? window : counter->oldest_window;
        }
    }
    if (latest < counter->options.slack) {
        return true; /* no line yet, or all within the slack */
    }
    /* A line that is still to come is not before latest - slack. */
    int64_t safe = latest - counter->options.slack;
    return close_before(counter, safe / counter->options.window, status);
}

bool userhours_finish(struct userhours *counter, struct status *status)
{
    return close_before(counter, INT64_MAX, status);
}

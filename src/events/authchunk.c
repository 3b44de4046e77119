#include "events/authchunk.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"

/* DESIGN. Two hash tables with linear probing: groups by (window, block, user), computers by
 * name. Names of computers are short: up to eight bytes they are their own key, so comparing
 * them costs one comparison of numbers. */

struct group_slot {
    uint32_t tag;   /* high half of the hash */
    uint32_t index; /* group + 1; 0: empty */
};

struct host_slot {
    uint64_t key;    /* the name itself when it has up to eight bytes, else its hash */
    uint32_t length; /* of the name; 0: empty (names are not empty) */
    uint32_t id;
};

enum { FIRST_GROUP_SLOTS = 1 << 9, FIRST_HOST_SLOTS = 1 << 9 };

static const char what[] = "counting a log";

/* What is known of the time of the line before: most lines have the same. */
struct clock {
    int64_t time, window;
    bool night;
};

void auth_chunk_free(struct auth_chunk *chunk)
{
    free(chunk->groups);
    free(chunk->hosts);
    free(chunk->runs);
    free(chunk->group_slots);
    free(chunk->host_slots);
    arena_free(&chunk->arena);
    *chunk = (struct auth_chunk){0};
}

uint64_t auth_count_lines(const char *bytes, size_t length)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < length; i++) {
        lines += bytes[i] == '\n';
    }
    return lines;
}

/* ---- computers ---- */

static inline uint64_t name_key(struct span name)
{
    if (name.length > 8) {
        return XXH3_64bits(name.bytes, name.length);
    }
    uint64_t key;
    memcpy(&key, name.bytes, sizeof key); /* the padding makes this legal */
    return key & (UINT64_MAX >> (64 - 8 * name.length));
}

static inline size_t host_place(uint64_t key, size_t n_slots)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed ^ mixed >> 32) & (n_slots - 1);
}

static bool grow_hosts(struct auth_chunk *chunk)
{
    size_t n_slots = chunk->n_host_slots * 2;
    struct host_slot *slots = mem_zero(n_slots, sizeof *slots, what, &chunk->status);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < chunk->n_host_slots; i++) {
        const struct host_slot *old = &chunk->host_slots[i];
        if (old->length > 0) {
            size_t at = host_place(old->key, n_slots);
            while (slots[at].length > 0) {
                at = (at + 1) & (n_slots - 1);
            }
            slots[at] = *old;
        }
    }
    free(chunk->host_slots);
    chunk->host_slots = slots;
    chunk->n_host_slots = n_slots;
    return true;
}

static bool add_host(struct auth_chunk *chunk, struct span name, uint64_t key, size_t at,
                     uint32_t *id)
{
    if (!mem_grow(&chunk->hosts, &chunk->host_capacity, chunk->n_hosts + 1,
                  sizeof *chunk->hosts, what, &chunk->status)) {
        return false;
    }
    *id = (uint32_t)chunk->n_hosts;
    chunk->host_slots[at] = (struct host_slot){key, (uint32_t)name.length, *id};
    chunk->hosts[chunk->n_hosts++] = name;
    return chunk->n_hosts <= chunk->n_host_slots / 2 || grow_hosts(chunk);
}

/* The id of a computer's name in this chunk. */
static inline bool host_id(struct auth_chunk *chunk, struct span name, uint32_t *id)
{
    uint64_t key = name_key(name);
    size_t mask = chunk->n_host_slots - 1;
    for (size_t i = host_place(key, chunk->n_host_slots);; i = (i + 1) & mask) {
        const struct host_slot *slot = &chunk->host_slots[i];
        if (slot->length == 0) {
            return add_host(chunk, name, key, i, id);
        }
        if (slot->key == key && slot->length == name.length &&
            (name.length <= 8 ||
             memcmp(chunk->hosts[slot->id].bytes, name.bytes, name.length) == 0)) {
            *id = slot->id;
            return true;
        }
    }
}

/* ---- groups ---- */

static bool grow_groups(struct auth_chunk *chunk)
{
    size_t n_slots = chunk->n_group_slots * 2;
    struct group_slot *slots = mem_zero(n_slots, sizeof *slots, what, &chunk->status);
    if (slots == NULL) {
        return false;
    }
    for (size_t g = 0; g < chunk->n_groups; g++) {
        uint64_t hash = chunk->groups[g].hash;
        size_t at = hash & (n_slots - 1);
        while (slots[at].index != 0) {
            at = (at + 1) & (n_slots - 1);
        }
        slots[at] = (struct group_slot){(uint32_t)(hash >> 32), (uint32_t)g + 1};
    }
    free(chunk->group_slots);
    chunk->group_slots = slots;
    chunk->n_group_slots = n_slots;
    return true;
}

static struct user_group *add_group(struct auth_chunk *chunk, const struct user_group *key,
                                    size_t at)
{
    if (!mem_grow(&chunk->groups, &chunk->group_capacity, chunk->n_groups + 1,
                  sizeof *chunk->groups, what, &chunk->status)) {
        return NULL;
    }
    uint32_t index = (uint32_t)chunk->n_groups++;
    unsigned part = user_group_part(key);
    struct user_group *group = &chunk->groups[index];
    *group = *key;
    group->next = chunk->part_first[part];
    chunk->part_first[part] = index;
    chunk->group_slots[at] = (struct group_slot){(uint32_t)(key->hash >> 32), index + 1};
    if (chunk->n_groups > chunk->n_group_slots / 2 && !grow_groups(chunk)) {
        return NULL;
    }
    return group;
}

/* The group of a user in a window; NULL when memory ran out. */
static inline struct user_group *find_group(struct auth_chunk *chunk, struct span user,
                                            int64_t window, uint64_t block)
{
    uint64_t seed = (uint64_t)window * UINT64_C(0x9e3779b97f4a7c15) ^ block;
    uint64_t hash = XXH3_64bits_withSeed(user.bytes, user.length, seed);
    size_t mask = chunk->n_group_slots - 1;
    uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        const struct group_slot *slot = &chunk->group_slots[i];
        if (slot->index == 0) {
            struct user_group key = {.hash = hash,
                                     .window = window,
                                     .block = block,
                                     .user = user.bytes,
                                     .user_length = (uint32_t)user.length};
            return add_group(chunk, &key, i);
        }
        struct user_group *group = &chunk->groups[slot->index - 1];
        if (slot->tag == tag && group->user_length == user.length && group->window == window &&
            group->block == block && memcmp(group->user, user.bytes, user.length) == 0) {
            return group;
        }
    }
}

/* ---- lines ---- */

static void reject_line(struct auth_chunk *chunk, enum auth_reject why,
                        const struct auth_line *line, uint64_t number, int64_t time)
{
    chunk->rejected[why]++;
    if (chunk->n_rejects < TABLE_REJECTS_KEPT) {
        struct auth_chunk_reject *reject = &chunk->rejects[chunk->n_rejects++];
        reject->line = number;
        reject->why = why;
        reject->time = time;
        reject->latest = chunk->latest_seen;
        auth_line_reason(reject->reason, sizeof reject->reason, why, line, 0);
    }
}

static bool note_run(struct auth_chunk *chunk, int64_t window, const struct auth_line *line,
                     int64_t latest_before)
{
    enum { LOOK_BACK = 4 }; /* windows that lines may alternate between at no cost */
    uint64_t start = (uint64_t)(line->bytes - chunk->bytes);
    uint64_t end = start + line->length;
    size_t oldest = chunk->n_runs > LOOK_BACK ? chunk->n_runs - LOOK_BACK : 0;
    for (size_t i = chunk->n_runs; i > oldest; i--) {
        if (chunk->runs[i - 1].window == window) {
            chunk->runs[i - 1].end = end;
            return true;
        }
    }
    if (!mem_grow(&chunk->runs, &chunk->run_capacity, chunk->n_runs + 1, sizeof *chunk->runs,
                  what, &chunk->status)) {
        return false;
    }
    chunk->runs[chunk->n_runs++] = (struct auth_run){window, start, end, latest_before};
    return true;
}

static inline void set_clock(struct clock *clock, int64_t time,
                             const struct userhours_options *options)
{
    clock->time = time;
    clock->window = time / options->window;
    clock->night = (options->night >> (time / 3600 % 24) & 1) != 0;
}

static inline bool count_line(struct auth_chunk *chunk, const struct auth_line *line,
                              const struct clock *clock, uint64_t block)
{
    uint32_t dst, src;
    if (!host_id(chunk, auth_line_field(line, AUTH_DST_HOST), &dst) ||
        !host_id(chunk, auth_line_field(line, AUTH_SRC_HOST), &src)) {
        return false;
    }
    struct user_group *group =
        find_group(chunk, auth_line_field(line, AUTH_SRC_USER), clock->window, block);
    if (group == NULL) {
        return false;
    }
    group->events++;
    group->failed += auth_line_failed(line);
    group->night += clock->night;
    chunk->counted++;
    return host_set_add(&group->dst_hosts, dst, &chunk->arena, &chunk->status) &&
           host_set_add(&group->src_hosts, src, &chunk->arena, &chunk->status);
}

static bool count_lines(struct auth_chunk *chunk)
{
    const struct userhours_options *options = chunk->options;
    struct auth_scan scan = auth_scan_over(chunk->bytes, chunk->length);
    struct auth_line line;
    struct clock clock;
    set_clock(&clock, 0, options);
    uint64_t number = 0;
    for (; auth_scan_next(&scan, &line); number++) {
        int64_t time = 0;
        enum auth_reject reject = auth_line_check(&line, &time);
        if (__builtin_expect(reject != AUTH_FINE, 0)) {
            if (reject == AUTH_FEW_FIELDS && chunk->cut && scan.at == scan.end) {
                reject = AUTH_CUT;
            }
            if (reject != AUTH_BLANK) {
                reject_line(chunk, reject, &line, number, time);
            }
            continue;
        }
        int64_t latest = chunk->latest_seen;
        if (time < latest) {
            if (time < latest - options->slack) {
                reject_line(chunk, AUTH_LATE, &line, number, time);
                continue;
            }
        } else {
            chunk->latest_seen = time;
        }
        if (time != clock.time) {
            set_clock(&clock, time, options);
        }
        if (time < chunk->earliest_kept) {
            chunk->earliest_kept = time;
        }
        uint64_t block =
            options->block == 0 ? 0 : (chunk->first_line + number) / options->block;
        if (!count_line(chunk, &line, &clock, block) ||
            (chunk->want_runs && !note_run(chunk, clock.window, &line, latest))) {
            return false;
        }
    }
    chunk->physical_lines = number;
    return true;
}

static bool make_slots(struct auth_chunk *chunk)
{
    if (chunk->group_slots == NULL) {
        chunk->n_group_slots = FIRST_GROUP_SLOTS;
        chunk->group_slots =
            mem_new(FIRST_GROUP_SLOTS, sizeof *chunk->group_slots, what, &chunk->status);
    }
    if (chunk->host_slots == NULL) {
        chunk->n_host_slots = FIRST_HOST_SLOTS;
        chunk->host_slots =
            mem_new(FIRST_HOST_SLOTS, sizeof *chunk->host_slots, what, &chunk->status);
    }
    if (chunk->group_slots == NULL || chunk->host_slots == NULL) {
        return false;
    }
    memset(chunk->group_slots, 0, chunk->n_group_slots * sizeof *chunk->group_slots);
    memset(chunk->host_slots, 0, chunk->n_host_slots * sizeof *chunk->host_slots);
    return true;
}

void auth_chunk_count(struct auth_chunk *chunk)
{
    chunk->status = (struct status){.code = STATUS_OK};
    chunk->physical_lines = chunk->counted = 0;
    memset(chunk->rejected, 0, sizeof chunk->rejected);
    chunk->n_rejects = chunk->n_groups = chunk->n_hosts = chunk->n_runs = 0;
    chunk->latest_seen = chunk->latest;
    chunk->earliest_kept = INT64_MAX;
    for (unsigned part = 0; part < USERHOURS_PARTS; part++) {
        chunk->part_first[part] = GROUP_NONE;
    }
    arena_reset(&chunk->arena);
    if (make_slots(chunk)) {
        count_lines(chunk); /* a failure is in chunk->status */
    }
}

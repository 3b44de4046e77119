/* events_chunk_take: counts one event, as a format's scan finds it. Inline, so that a format
 * can have it compiled into its scan (log_format.count); for formats and events_chunk.c only.
 *
 * DESIGN. Two hash tables with linear probing: groups by (window, block, user), computers by
 * name. Names of computers are short: up to eight bytes they are their own key, so comparing
 * them costs one comparison of numbers. */
#ifndef ODDHOURS_EVENTS_EVENTS_CHUNK_TAKE_H
#define ODDHOURS_EVENTS_EVENTS_CHUNK_TAKE_H

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "events/events_chunk.h"

struct group_slot {
    uint32_t tag;   /* high half of the hash */
    uint32_t index; /* group + 1; 0: empty */
};

struct host_slot {
    uint64_t key;    /* the name itself when it has up to eight bytes, else its hash */
    uint32_t length; /* of the name; 0: empty (names are not empty) */
    uint32_t id;
};

/* ---- what happens less often (events_chunk.c) ---- */

/* Adds a computer at an empty slot; false when memory ran out. */
bool events_chunk_add_host(struct events_chunk *chunk, struct span name, uint64_t key,
                           size_t at, uint32_t *id);

/* Adds a group with empty counts at an empty slot; NULL when memory ran out. */
struct user_group *events_chunk_add_group(struct events_chunk *chunk,
                                          const struct user_group *key, size_t at);

void events_chunk_note_reject(struct events_chunk *chunk, const struct event *event,
                              enum event_reject why);

/* Counts what is odd about a line that counts, an unknown result among it. */
void events_chunk_note_odd(struct events_chunk *chunk, const struct event *event);

/* Notes where a line stands. */
bool events_chunk_note_line(struct events_chunk *chunk, struct span line,
                            int64_t latest_before);

/* ---- each line ---- */

static inline uint64_t events_name_key(struct span name)
{
    if (name.length > 8) {
        return XXH3_64bits(name.bytes, name.length);
    }
    uint64_t key;
    memcpy(&key, name.bytes, sizeof key); /* the padding makes this legal */
    return key & (UINT64_MAX >> (64 - 8 * name.length));
}

static inline size_t events_host_slot(uint64_t key, size_t n_slots)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed ^ mixed >> 32) & (n_slots - 1);
}

/* The id of a computer's name in this chunk. */
static inline bool events_host_id(struct events_chunk *chunk, struct span name, uint32_t *id)
{
    uint64_t key = events_name_key(name);
    size_t mask = chunk->n_host_slots - 1;
    for (size_t i = events_host_slot(key, chunk->n_host_slots);; i = (i + 1) & mask) {
        const struct host_slot *slot = &chunk->host_slots[i];
        if (slot->length == 0) {
            return events_chunk_add_host(chunk, name, key, i, id);
        }
        if (slot->key == key && slot->length == name.length &&
            (name.length <= 8 ||
             memcmp(chunk->hosts[slot->id].bytes, name.bytes, name.length) == 0)) {
            *id = slot->id;
            return true;
        }
    }
}

/* The group of a user in a window; NULL when memory ran out. */
static inline struct user_group *events_find_group(struct events_chunk *chunk, struct span user,
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
            return events_chunk_add_group(chunk, &key, i);
        }
        struct user_group *group = &chunk->groups[slot->index - 1];
        if (slot->tag == tag && group->user_length == user.length && group->window == window &&
            group->block == block && memcmp(group->user, user.bytes, user.length) == 0) {
            return group;
        }
    }
}

static inline void events_set_clock(struct events_clock *clock, int64_t time,
                                    const struct userhours_options *options)
{
    clock->time = time;
    clock->window = time / options->window;
    clock->night = (options->night >> (time / 3600 % 24) & 1) != 0;
}

static inline bool events_count_one(struct events_chunk *chunk, const struct event *event)
{
    const struct userhours_options *options = chunk->options;
    uint64_t block =
        options->block == 0 ? 0 : (chunk->first_line + event->number) / options->block;
    uint32_t dst = 0, src = 0;
    const bool to = event->destination.length > 0, from = event->source.length > 0;
    if ((to && !events_host_id(chunk, event->destination, &dst)) ||
        (from && !events_host_id(chunk, event->source, &src))) {
        return false;
    }
    struct user_group *group =
        events_find_group(chunk, event->user, chunk->clock.window, block);
    if (group == NULL) {
        return false;
    }
    group->events += event->weight;
    group->failed += event->outcome == EVENT_FAILURE ? event->weight : 0;
    group->night += chunk->clock.night ? event->weight : 0;
    chunk->counted++;
    if (__builtin_expect((event->outcome == EVENT_UNKNOWN) | (event->oddity != 0), 0)) {
        const struct event odd =
            *event; /* a copy: else all events would have to stand in memory */
        events_chunk_note_odd(chunk, &odd);
    }
    return (!to || host_set_add(&group->dst_hosts, dst, &chunk->arena, &chunk->status)) &&
           (!from || host_set_add(&group->src_hosts, src, &chunk->arena, &chunk->status));
}

/* An event_sink: false when memory ran out, which is in chunk->status. */
static inline __attribute__((always_inline)) bool events_chunk_take(void *context,
                                                                    const struct event *event)
{
    struct events_chunk *chunk = context;
    if (__builtin_expect(event->reject != EVENT_FINE, 0)) {
        if (event->reject != EVENT_BLANK) {
            const struct event rejected = *event; /* a copy, as above */
            events_chunk_note_reject(chunk, &rejected, event->reject);
        }
        return chunk->status.code == STATUS_OK;
    }
    int64_t latest = chunk->order.latest;
    if (!event_in_order(&chunk->order, event->time)) {
        const struct event late = *event;
        events_chunk_note_reject(chunk, &late, EVENT_LATE);
        return true;
    }
    if (event->time != chunk->clock.time) {
        events_set_clock(&chunk->clock, event->time, chunk->options);
    }
    if (event->time < chunk->earliest_kept) {
        chunk->earliest_kept = event->time;
    }
    return events_count_one(chunk, event) &&
           (!chunk->want_ranges || events_chunk_note_line(chunk, event->line, latest));
}

#endif

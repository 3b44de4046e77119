#include "events/events_chunk_take.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/log_format.h"
#include "table/printable.h"

enum { FIRST_GROUP_SLOTS = 1 << 9, FIRST_HOST_SLOTS = 1 << 9 };

static const char what[] = "counting a log";

void events_chunk_free(struct events_chunk *chunk)
{
    free(chunk->groups);
    free(chunk->hosts);
    free(chunk->ranges);
    free(chunk->group_slots);
    free(chunk->host_slots);
    arena_free(&chunk->arena);
    left_out_free(&chunk->left_out);
    *chunk = (struct events_chunk){0};
}

uint64_t events_count_lines(const char *bytes, size_t length)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < length; i++) {
        lines += bytes[i] == '\n';
    }
    return lines;
}

/* ---- computers ---- */

static bool grow_hosts(struct events_chunk *chunk)
{
    size_t n_slots = chunk->n_host_slots * 2;
    struct host_slot *slots = mem_zero(n_slots, sizeof *slots, what, &chunk->status);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < chunk->n_host_slots; i++) {
        const struct host_slot *old = &chunk->host_slots[i];
        if (old->length > 0) {
            size_t at = events_host_slot(old->key, n_slots);
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

/* A name that a described format has made stands in memory that is used again. */
static bool keep_name(struct events_chunk *chunk, struct span *name)
{
    if (chunk->format->description == NULL) {
        return true;
    }
    char *copy =
        arena_take(&chunk->arena, name->length + sizeof(uint64_t), what, &chunk->status);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, name->bytes, name->length);
    name->bytes = copy;
    return true;
}

bool events_chunk_add_host(struct events_chunk *chunk, struct span name, uint64_t key,
                           size_t at, uint32_t *id)
{
    if (!mem_grow(&chunk->hosts, &chunk->host_capacity, chunk->n_hosts + 1,
                  sizeof *chunk->hosts, what, &chunk->status) ||
        !keep_name(chunk, &name)) {
        return false;
    }
    *id = (uint32_t)chunk->n_hosts;
    chunk->host_slots[at] = (struct host_slot){key, (uint32_t)name.length, *id};
    chunk->hosts[chunk->n_hosts++] = name;
    return chunk->n_hosts <= chunk->n_host_slots / 2 || grow_hosts(chunk);
}

/* ---- groups ---- */

static bool grow_groups(struct events_chunk *chunk)
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

struct user_group *events_chunk_add_group(struct events_chunk *chunk,
                                          const struct user_group *key, size_t at)
{
    struct span name = {key->user, key->user_length};
    if (!mem_grow(&chunk->groups, &chunk->group_capacity, chunk->n_groups + 1,
                  sizeof *chunk->groups, what, &chunk->status) ||
        !keep_name(chunk, &name)) {
        return NULL;
    }
    uint32_t index = (uint32_t)chunk->n_groups++;
    unsigned part = user_group_part(key);
    struct user_group *group = &chunk->groups[index];
    *group = *key;
    group->user = name.bytes;
    group->next = chunk->part_first[part];
    chunk->part_first[part] = index;
    chunk->group_slots[at] = (struct group_slot){(uint32_t)(key->hash >> 32), index + 1};
    if (chunk->n_groups > chunk->n_group_slots / 2 && !grow_groups(chunk)) {
        return NULL;
    }
    return group;
}

/* ---- lines ---- */

void events_chunk_note_reject(struct events_chunk *chunk, const struct event *event,
                              enum event_reject why)
{
    if (why == EVENT_HEADER) {
        chunk->headers++;
        return;
    }
    if (why == EVENT_LEFT_OUT) { /* without memory that is in chunk->status */
        left_out_add(&chunk->left_out, event->why, event->about, &chunk->status);
        return;
    }
    chunk->rejected[why]++;
    if (why == EVENT_LATE) {
        int64_t behind = chunk->order.latest - event->time;
        chunk->behind = behind > chunk->behind ? behind : chunk->behind;
        chunk->earliest_late =
            event->time < chunk->earliest_late ? event->time : chunk->earliest_late;
    }
    if (chunk->n_rejects < TABLE_REJECTS_KEPT) {
        struct events_chunk_reject *reject = &chunk->rejects[chunk->n_rejects++];
        reject->line = event->number;
        reject->why = why;
        reject->time = event->time;
        reject->latest = chunk->order.latest;
        reject->reason[0] = '\0';
        if (why != EVENT_LATE) {
            chunk->format->reason(event, reject->reason, sizeof reject->reason);
        }
    }
}

void events_chunk_note_odd(struct events_chunk *chunk, const struct event *event)
{
    for (unsigned i = 0; i < EVENT_ODDITIES; i++) {
        chunk->odd[i] += event->oddity >> i & 1;
    }
    if (event->outcome == EVENT_UNKNOWN && chunk->unknown++ == 0) {
        printable(chunk->unknown_result, sizeof chunk->unknown_result, event->result);
    }
}

bool events_chunk_note_line(struct events_chunk *chunk, struct span line, int64_t latest_before)
{
    enum { LOOK_BACK = 4 }; /* windows that lines may alternate between at no cost */
    int64_t window = chunk->clock.window;
    uint64_t start = (uint64_t)(line.bytes - chunk->text.bytes);
    uint64_t end = start + line.length;
    size_t oldest = chunk->n_ranges > LOOK_BACK ? chunk->n_ranges - LOOK_BACK : 0;
    for (size_t i = chunk->n_ranges; i > oldest; i--) {
        if (chunk->ranges[i - 1].window == window) {
            chunk->ranges[i - 1].end = end;
            return true;
        }
    }
    if (!mem_grow(&chunk->ranges, &chunk->range_capacity, chunk->n_ranges + 1,
                  sizeof *chunk->ranges, what, &chunk->status)) {
        return false;
    }
    chunk->ranges[chunk->n_ranges++] = (struct events_range){window, start, end, latest_before};
    return true;
}

static bool take(void *context, const struct event *event)
{
    return events_chunk_take(context, event);
}

static bool make_slots(struct events_chunk *chunk)
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

void events_chunk_count(struct events_chunk *chunk)
{
    chunk->status = (struct status){.code = STATUS_OK};
    left_out_clear(&chunk->left_out);
    chunk->physical_lines = chunk->counted = chunk->unknown = chunk->headers = 0;
    memset(chunk->odd, 0, sizeof chunk->odd);
    chunk->unknown_result[0] = '\0';
    memset(chunk->rejected, 0, sizeof chunk->rejected);
    chunk->n_rejects = chunk->n_groups = chunk->n_hosts = chunk->n_ranges = 0;
    chunk->order = (struct event_order){chunk->latest, chunk->options->slack};
    events_set_clock(&chunk->clock, 0, chunk->options);
    chunk->earliest_kept = chunk->earliest_late = INT64_MAX;
    chunk->behind = 0;
    for (unsigned part = 0; part < USERHOURS_PARTS; part++) {
        chunk->part_first[part] = GROUP_NONE;
    }
    arena_reset(&chunk->arena);
    if (make_slots(chunk)) { /* a failure, here or in the counting, is in chunk->status */
        const struct log_format *format = chunk->format;
        chunk->text.format = format;
        chunk->text.status = &chunk->status;
        chunk->physical_lines = format->count != NULL ? format->count(&chunk->text, chunk)
                                                      : format->scan(&chunk->text, take, chunk);
    }
}

#include "events/userhours.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/userhours_part.h"

/* DESIGN. Groups of all open windows stand in a few parts, chosen by the hash, so that chunks
 * can be merged in parallel without locks: each part takes its groups of all chunks, in their
 * order. The computers of open windows are numbered in one dictionary. When windows are handed
 * on, what is left (a few lines of the next window) moves to fresh memory, and the dictionary
 * starts anew. All counts are sums and sets, so the result depends neither on how the log is
 * cut nor on the number of threads. */

struct userhours {
    struct userhours_options options;
    userhours_sink *sink;
    void *context;
    struct userhours_part parts[USERHOURS_PARTS];
    struct dict *hosts;
    struct novelty *novelty; /* NULL: not asked for */
    int64_t oldest_window;   /* of the open ones; INT64_MAX: none */
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
        options->slack > EVENT_TIME_MAX) {
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
    counter->novelty = options->novelty ? novelty_new(status) : NULL;
    if (counter->hosts == NULL || (options->novelty && counter->novelty == NULL)) {
        userhours_free(counter);
        return NULL;
    }
    return counter;
}

void userhours_free(struct userhours *counter)
{
    if (counter != NULL) {
        for (unsigned i = 0; i < USERHOURS_PARTS; i++) {
            userhours_part_free(&counter->parts[i]);
        }
        dict_free(counter->hosts);
        novelty_free(counter->novelty);
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

/* ---- merging ---- */

struct merge {
    struct userhours *counter;
    struct events_chunk *const *chunks;
    size_t n;
    uint32_t **host_ids; /* (n) by chunk: the id of each of its computers in counter->hosts */
};

static void merge_part(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct merge *merge = context;
    struct userhours_part *part = &merge->counter->parts[task];
    part->status.code = STATUS_OK;
    for (size_t c = 0; c < merge->n; c++) {
        const struct events_chunk *chunk = merge->chunks[c];
        uint32_t g = chunk->part_first[task];
        for (; g != GROUP_NONE; g = chunk->groups[g].next) {
            if (!userhours_part_add(part, &chunk->groups[g], merge->host_ids[c],
                                    &part->status)) {
                if (part->status.code == STATUS_OK) {
                    status_set(&part->status, STATUS_INPUT, "too many accounts in one window");
                }
                return;
            }
        }
    }
}

/* The ids of a chunk's computers in the dictionary of all. */
static uint32_t *number_hosts(struct dict *hosts, const struct events_chunk *chunk,
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

static bool merge_chunks(struct userhours *counter, struct events_chunk *const *chunks,
                         size_t n, struct parallel *parallel, struct status *status)
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

/* ---- handing on ---- */

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

/* One window, or several where nothing is to be known of earlier ones. */
static bool hand_on_rows(struct userhours *counter, const struct entry *entries, size_t n,
                         struct status *status)
{
    struct novelty_values novelty;
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
        if (counter->novelty != NULL) {
            novelty =
                novelty_judge(counter->novelty, row.user, &group->dst_hosts, &group->src_hosts);
            row.novelty = &novelty;
        }
        if (!counter->sink(counter->context, &row, status)) {
            return false;
        }
        counter->written++;
    }
    return true;
}

/* What is dropped is learnt, too. */
static bool learn_window(struct userhours *counter, const struct entry *entries, size_t n,
                         struct status *status)
{
    for (size_t i = 0; i < n; i++) {
        const struct user_group *group = entries[i].group;
        if (!novelty_learn(counter->novelty, (struct span){group->user, group->user_length},
                           &group->dst_hosts, &group->src_hosts, group->window, status)) {
            return false;
        }
    }
    return true;
}

static bool hand_on(struct userhours *counter, const struct entry *entries, size_t n,
                    struct status *status)
{
    if (counter->novelty == NULL) {
        return hand_on_rows(counter, entries, n, status);
    }
    if (!novelty_begin(counter->novelty, counter->hosts, status)) {
        return false;
    }
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && entries[to].window == entries[from].window;) {
            to++;
        }
        if (!hand_on_rows(counter, entries + from, to - from, status) ||
            !learn_window(counter, entries + from, to - from, status)) {
            return false;
        }
    }
    return true;
}

size_t userhours_pairs(const struct userhours *counter, size_t *bytes)
{
    *bytes = counter->novelty != NULL ? novelty_bytes(counter->novelty) : 0;
    return counter->novelty != NULL ? novelty_pairs(counter->novelty) : 0;
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
        const struct userhours_part *part = &counter->parts[i];
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

static bool forget_before(struct userhours *counter, int64_t end, struct status *status)
{
    struct dict *hosts = dict_new(status);
    uint32_t *ids = mem_new(dict_count(counter->hosts), sizeof *ids, what, status);
    bool fine = hosts != NULL && ids != NULL;
    counter->oldest_window = INT64_MAX;
    for (unsigned i = 0; fine && i < USERHOURS_PARTS; i++) {
        struct userhours_part *part = &counter->parts[i];
        fine = userhours_part_keep(part, end, counter->hosts, hosts, ids, status);
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

bool userhours_add(struct userhours *counter, struct events_chunk *const *chunks, size_t n,
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

void userhours_set_slack(struct userhours *counter, int64_t slack)
{
    counter->options.slack = slack;
}

bool userhours_finish(struct userhours *counter, struct status *status)
{
    return close_before(counter, INT64_MAX, status);
}

#include "events/events_hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/events_again.h"
#include "events/log_format.h"

static const char what[] = "hosts of a user-hour";

enum { DESTINATION, SOURCE, SIDES };

/* Which accounts have met a host: a bit each. */
struct met {
    uint64_t *accounts;
    size_t capacity;
};

struct search {
    struct events_hosts *hosts;
    int64_t window;
    struct span user;
    struct events_host *found[SIDES]; /* by id in hosts->names */
    size_t capacity[SIDES];
    struct dict *users; /* of the whole log */
    struct events_again again;
};

static bool is_user(const struct search *search, const struct event *event)
{
    return event->user.length == search->user.length &&
           memcmp(event->user.bytes, search->user.bytes, event->user.length) == 0;
}

/* ---- the hour ---- */

static bool take_host(struct search *search, int side, struct span name,
                      const struct event *event)
{
    struct dict *names = search->hosts->names[side];
    size_t before = dict_count(names);
    if (name.length == 0) {
        return true;
    }
    uint32_t id = dict_add(names, name.bytes, name.length, &search->again.status);
    if (id == DICT_NONE ||
        !mem_grow(&search->found[side], &search->capacity[side], dict_count(names),
                  sizeof *search->found[side], what, &search->again.status)) {
        return false;
    }
    struct events_host *host = &search->found[side][id];
    if (dict_count(names) > before) {
        *host = (struct events_host){.source = side == SOURCE, .first = INT64_MAX};
    }
    host->events += event->weight;
    host->failed += event->outcome == EVENT_FAILURE ? event->weight : 0;
    return true;
}

static bool take_of_hour(void *context, const struct event *event)
{
    struct search *search = context;
    return event->reject != EVENT_FINE || !event_in_order(&search->again.order, event->time) ||
           event->time / search->again.index->options.window != search->window ||
           !is_user(search, event) ||
           (take_host(search, DESTINATION, event->destination, event) &&
            take_host(search, SOURCE, event->source, event));
}

static int by_events(const void *a, const void *b)
{
    const struct events_host *x = a, *y = b;
    if (x->source != y->source) {
        return x->source ? 1 : -1;
    }
    if (x->events != y->events) {
        return x->events > y->events ? -1 : 1;
    }
    size_t n = x->name.length < y->name.length ? x->name.length : y->name.length;
    int order = memcmp(x->name.bytes, y->name.bytes, n);
    return order != 0 ? order
                      : (x->name.length > y->name.length) - (x->name.length < y->name.length);
}

/* The hosts with most events of both sides into one list. */
static bool collect(struct search *search)
{
    struct events_hosts *hosts = search->hosts;
    size_t n[SIDES];
    for (int side = 0; side < SIDES; side++) {
        n[side] = dict_count(hosts->names[side]);
        for (uint32_t id = 0; id < n[side]; id++) { /* names may have moved until now */
            search->found[side][id].name = dict_get(hosts->names[side], id);
        }
        if (n[side] > 0) {
            qsort(search->found[side], n[side], sizeof *search->found[side], by_events);
        }
    }
    hosts->n_destinations = n[DESTINATION];
    hosts->n_sources = n[SOURCE];
    hosts->hosts = mem_new(n[0] + n[1], sizeof *hosts->hosts, what, &search->again.status);
    for (int side = 0; hosts->hosts != NULL && side < SIDES; side++) {
        size_t kept = n[side] < EVENTS_HOSTS_MOST ? n[side] : EVENTS_HOSTS_MOST;
        if (kept > 0) {
            memcpy(hosts->hosts + hosts->n, search->found[side], kept * sizeof *hosts->hosts);
        }
        hosts->n += kept;
    }
    return hosts->hosts != NULL;
}

/* ---- the whole log ---- */

/* One of the hosts that are looked for: its place in the list by its id; SIZE_MAX: none. */
static size_t place_of(const struct search *search, int side, struct span name,
                       const size_t *places)
{
    uint32_t id = dict_find(search->hosts->names[side], name.bytes, name.length);
    return name.length == 0 || id == DICT_NONE ? SIZE_MAX : places[id];
}

struct passing {
    struct search *search;
    size_t *places[SIDES];
    struct met *met; /* (hosts->n) */
};

static bool meet(struct met *met, uint32_t user, struct events_host *host,
                 struct status *status)
{
    size_t word = user / 64, before = met->capacity;
    if (!mem_grow(&met->accounts, &met->capacity, word + 1, sizeof *met->accounts, what,
                  status)) {
        return false;
    }
    if (met->capacity > before) {
        memset(met->accounts + before, 0, (met->capacity - before) * sizeof *met->accounts);
    }
    uint64_t bit = UINT64_C(1) << user % 64;
    host->accounts += (met->accounts[word] & bit) == 0;
    met->accounts[word] |= bit;
    return true;
}

static bool take_of_log(void *context, const struct event *event)
{
    struct passing *passing = context;
    struct search *search = passing->search;
    const struct span names[SIDES] = {event->destination, event->source};
    if (event->reject != EVENT_FINE || !event_in_order(&search->again.order, event->time)) {
        return true;
    }
    uint32_t user = DICT_NONE;
    for (int side = 0; side < SIDES; side++) {
        size_t place = place_of(search, side, names[side], passing->places[side]);
        if (place == SIZE_MAX) {
            continue;
        }
        struct events_host *host = &search->hosts->hosts[place];
        if (user == DICT_NONE) {
            user = dict_add(search->users, event->user.bytes, event->user.length,
                            &search->again.status);
        }
        if (user == DICT_NONE ||
            !meet(&passing->met[place], user, host, &search->again.status)) {
            return false;
        }
        if (event->time < host->first && is_user(search, event)) {
            host->first = event->time;
        }
    }
    return true;
}

/* What was counted of a file, in one range. False when that is nothing. */
static bool range_of_file(const struct events_index *index, size_t file,
                          struct index_range *range)
{
    bool any = false;
    for (size_t i = 0; i < index->n_ranges; i++) {
        const struct index_range *one = &index->ranges[i];
        if (one->file != file) {
            continue;
        }
        if (!any || one->start < range->start) {
            range->start = one->start;
            range->latest = one->latest;
        }
        range->end = !any || one->end > range->end ? one->end : range->end;
        any = true;
    }
    range->file = file;
    return any;
}

static bool read_files(struct passing *passing)
{
    struct search *search = passing->search;
    const struct events_index *index = search->again.index;
    search->again.sink = take_of_log;
    search->again.context = passing;
    for (size_t file = 0; file < index->n_files; file++) {
        struct index_range range = {0};
        if (range_of_file(index, file, &range) && !events_again_range(&search->again, &range)) {
            return false;
        }
    }
    return true;
}

static bool look_through(struct search *search)
{
    struct events_hosts *hosts = search->hosts;
    struct status *status = &search->again.status;
    struct passing passing = {.search = search};
    passing.met = mem_zero(hosts->n, sizeof *passing.met, what, status);
    search->users = dict_new(status);
    bool good = passing.met != NULL && search->users != NULL;
    for (int side = 0; good && side < SIDES; side++) {
        size_t n = dict_count(hosts->names[side]);
        passing.places[side] = mem_new(n, sizeof *passing.places[side], what, status);
        good = passing.places[side] != NULL;
        for (size_t id = 0; good && id < n; id++) {
            passing.places[side][id] = SIZE_MAX;
        }
    }
    for (size_t i = 0; good && i < hosts->n; i++) {
        int side = hosts->hosts[i].source ? SOURCE : DESTINATION;
        struct span name = hosts->hosts[i].name;
        passing.places[side][dict_find(hosts->names[side], name.bytes, name.length)] = i;
    }
    good = good && read_files(&passing);
    hosts->whole = good;
    for (size_t i = 0; passing.met != NULL && i < hosts->n; i++) {
        free(passing.met[i].accounts);
    }
    free(passing.met);
    free(passing.places[DESTINATION]);
    free(passing.places[SOURCE]);
    dict_free(search->users);
    return good;
}

static bool find_all(struct search *search, bool whole)
{
    const struct events_index *index = search->again.index;
    for (size_t i = events_index_place(index, search->window, 0);
         i < index->n_ranges && index->ranges[i].window == search->window; i++) {
        if (!events_again_range(&search->again, &index->ranges[i])) {
            return false;
        }
    }
    return collect(search) && (!whole || look_through(search));
}

struct events_hosts *events_hosts(const struct events_index *index, int64_t time,
                                  struct span user, bool whole, const struct progress *progress,
                                  struct status *status)
{
    struct events_hosts *hosts = mem_zero(1, sizeof *hosts, what, status);
    if (hosts == NULL) {
        return NULL;
    }
    struct search search = {
        .hosts = hosts, .window = time / index->options.window, .user = user};
    bool good = events_again_open(&search.again, index, take_of_hour, &search, progress);
    for (int side = 0; good && side < SIDES; side++) {
        hosts->names[side] = dict_new(&search.again.status);
        good = hosts->names[side] != NULL;
    }
    good = good && find_all(&search, whole);
    events_again_close(&search.again);
    free(search.found[DESTINATION]);
    free(search.found[SOURCE]);
    if (!good) {
        status_set(status, search.again.status.code, "%s", search.again.status.text);
        events_hosts_free(hosts);
        return NULL;
    }
    return hosts;
}

static size_t say_side(const struct events_hosts *hosts, bool source, int64_t hour, char *text,
                       size_t size)
{
    enum { NAMED = 4, LONGEST = 48 };
    size_t n = 0, used = 0, all = 0;
    for (size_t i = 0; i < hosts->n; i++) {
        all += hosts->hosts[i].source == source && hosts->hosts[i].first >= hour;
    }
    text[0] = '\0';
    for (size_t i = 0; all > 0 && i < hosts->n && n < NAMED && used < size; i++) {
        const struct events_host *host = &hosts->hosts[i];
        if (host->source == source && host->first >= hour) {
            int length = host->name.length < LONGEST ? (int)host->name.length : LONGEST;
            used += (size_t)snprintf(text + used, size - used, "%s%s%.*s",
                                     n > 0    ? ""
                                     : source ? "source"
                                              : "destination",
                                     n > 0     ? ", "
                                     : all > 1 ? "s "
                                               : " ",
                                     length, host->name.bytes);
            n++;
        }
    }
    if (n < all && used < size) {
        used += (size_t)snprintf(text + used, size - used, " and %zu more", all - n);
    }
    return used < size ? used : size - 1;
}

void events_hosts_say_new(const struct events_hosts *hosts, int64_t hour, char *text,
                          size_t size)
{
    char sources[256];
    text[0] = '\0';
    if (!hosts->whole || size < 2) {
        return;
    }
    size_t used = say_side(hosts, false, hour, text, size);
    if (say_side(hosts, true, hour, sources, sizeof sources) > 0) {
        snprintf(text + used, size - used, "%s%s", used > 0 ? "; " : "", sources);
    }
}

void events_hosts_free(struct events_hosts *hosts)
{
    if (hosts != NULL) {
        dict_free(hosts->names[DESTINATION]);
        dict_free(hosts->names[SOURCE]);
        free(hosts->hosts);
        free(hosts);
    }
}

#include "incidents.h"

#include <stdlib.h>
#include <string.h>

const char *const incident_names[INCIDENT_KINDS] = {
    [INCIDENT_FAN_OUT] = "fan_out",           [INCIDENT_FAILED_BURST] = "failed_burst",
    [INCIDENT_MANY_SOURCES] = "many_sources", [INCIDENT_NIGHT_BULK] = "night_bulk",
    [INCIDENT_SLOW_SCAN] = "slow_scan",
};

enum { SLOW_EVERY = 12, LONGEST = 48, NIGHT_HOURS = 7 };

static uint32_t pick_person(const struct people *people, enum class_id class_id,
                            struct draw *draw)
{
    for (;;) { /* every class has a member */
        uint32_t person = draw_below(draw, (uint32_t)people->n);
        if (people->all[person].class_id == class_id) {
            return person;
        }
    }
}

/* The first hour of an incident: not on the first day (a history exists), by day or by night.
 */
static uint32_t pick_hour(uint32_t hours, bool night, struct draw *draw)
{
    uint32_t days = hours / 24;
    for (int attempt = 0; attempt < 1000; attempt++) {
        uint32_t day = days > 1 ? 1 + draw_below(draw, days - 1) : 0;
        uint32_t of_day = night ? draw_below(draw, 4) : NIGHT_HOURS + 1 + draw_below(draw, 11);
        uint32_t hour = day * 24 + of_day;
        if (hour < hours && (night || !calendar_quiet(day))) {
            return hour;
        }
    }
    return hours - 1;
}

static void plan_one(struct incidents *incidents, enum incident_kind kind, uint32_t number,
                     uint32_t hours, const struct people *people, struct draw *draw)
{
    static const uint32_t shortest[INCIDENT_KINDS] = {1, 1, 1, 2, 24};
    static const uint32_t choice[INCIDENT_KINDS] = {3, 3, 3, 3, 25};
    enum class_id class_id = kind == INCIDENT_SLOW_SCAN ? CLASS_SERVICE : CLASS_PERSON;
    uint32_t person = pick_person(people, class_id, draw);
    uint32_t first = pick_hour(hours, kind == INCIDENT_NIGHT_BULK, draw);
    uint32_t length = shortest[kind] + draw_below(draw, choice[kind]);
    for (uint32_t hour = first; hour < first + length && hour < hours; hour++) {
        incidents->all[incidents->n++] = (struct planted){hour, person, (uint32_t)kind, number};
    }
}

static int by_hour(const void *a, const void *b)
{
    const struct planted *x = a, *y = b;
    if (x->hour != y->hour) {
        return x->hour < y->hour ? -1 : 1;
    }
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return x->incident < y->incident ? -1 : x->incident > y->incident;
}

bool incidents_plan(struct incidents *incidents, size_t rounds, uint32_t hours,
                    const struct people *people, uint64_t seed)
{
    struct draw draw = draw_stream(seed, 1);
    *incidents = (struct incidents){0};
    incidents->all = calloc(rounds * INCIDENT_KINDS * LONGEST + 1, sizeof *incidents->all);
    if (incidents->all == NULL) {
        return false;
    }
    uint32_t number = 0;
    for (size_t round = 0; round < rounds; round++) {
        for (int kind = 0; kind < INCIDENT_KINDS; kind++) {
            if (kind != INCIDENT_SLOW_SCAN || round % SLOW_EVERY == 0) {
                plan_one(incidents, (enum incident_kind)kind, ++number, hours, people, &draw);
            }
        }
    }
    qsort(incidents->all, incidents->n, sizeof *incidents->all, by_hour);
    size_t kept = 0;
    for (size_t i = 0; i < incidents->n; i++) {
        struct planted *last = kept > 0 ? &incidents->all[kept - 1] : NULL;
        if (last == NULL || last->hour != incidents->all[i].hour ||
            last->person != incidents->all[i].person) {
            incidents->all[kept++] = incidents->all[i];
        }
    }
    incidents->n = kept;
    return true;
}

void incidents_clear(struct incidents *incidents)
{
    free(incidents->all);
    *incidents = (struct incidents){0};
}

struct deeds incident_hour(uint32_t kind, const struct person *person, struct draw *draw)
{
    struct deeds deeds = people_hour(person, draw);
    switch ((enum incident_kind)kind) {
    case INCIDENT_FAN_OUT:
        deeds.destinations = 25 + draw_small(draw, 110);
        deeds.events = deeds.destinations + draw_below(draw, 2 * deeds.destinations);
        deeds.sources = 1 + draw_below(draw, 3);
        deeds.failed = draw_below(draw, 1 + deeds.destinations / 8);
        break;
    case INCIDENT_FAILED_BURST:
        deeds.events = 80 + draw_small(draw, 900);
        deeds.failed = deeds.events * (70 + draw_below(draw, 30)) / 100;
        deeds.destinations = 1 + draw_below(draw, 5);
        deeds.sources = 1 + draw_below(draw, 2);
        break;
    case INCIDENT_MANY_SOURCES:
        deeds.sources = 40 + draw_small(draw, 300);
        deeds.events = deeds.sources + draw_below(draw, 2 * deeds.sources);
        deeds.destinations = 1 + draw_below(draw, 3);
        deeds.failed = draw_below(draw, 1 + deeds.sources / 20);
        break;
    case INCIDENT_NIGHT_BULK:
        deeds.events = 600 + draw_small(draw, 5000);
        deeds.failed = draw_below(draw, 3);
        deeds.destinations = 1 + draw_below(draw, 4);
        deeds.sources = 1 + draw_below(draw, 3);
        break;
    case INCIDENT_SLOW_SCAN:
    default:
        deeds.destinations = 11 + draw_below(draw, 13);
        deeds.events = deeds.destinations + draw_below(draw, deeds.destinations);
        deeds.sources = 1 + draw_below(draw, 2);
        deeds.failed = draw_below(draw, 3);
        break;
    }
    return deeds;
}

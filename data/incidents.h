/* incidents: what the generator plants, and the truth about it. */
#ifndef ODDHOURS_DATA_INCIDENTS_H
#define ODDHOURS_DATA_INCIDENTS_H

#include <stddef.h>
#include <stdint.h>

#include "people.h"

enum incident_kind {
    INCIDENT_FAN_OUT,      /* a person reaches many computers in a working hour */
    INCIDENT_FAILED_BURST, /* a person's password is guessed: most of many events fail */
    INCIDENT_MANY_SOURCES, /* one account is used from many computers */
    INCIDENT_NIGHT_BULK,   /* thousands of events of a person at night */
    INCIDENT_SLOW_SCAN, /* a service reaches some more computers than usual, for a day or two */
    INCIDENT_KINDS
};

extern const char *const incident_names[INCIDENT_KINDS];

/* One planted user-hour. */
struct planted {
    uint32_t hour;
    uint32_t person; /* index in people->all */
    uint32_t kind;
    uint32_t incident; /* the incident's number, from 1 */
};

struct incidents {
    size_t n;
    struct planted *all; /* (n) by hour, then person; no pair twice */
};

/* Plans `rounds` times one incident of each kind (a slow one every twelfth round) in `hours`
 * hours. False when memory runs out. */
bool incidents_plan(struct incidents *incidents, size_t rounds, uint32_t hours,
                    const struct people *people, uint64_t seed);
void incidents_clear(struct incidents *incidents);

/* The planted hour: an ordinary one of this account, changed. */
struct deeds incident_hour(uint32_t kind, const struct person *person, struct draw *draw);

#endif

/* people: the invented accounts of the generator, their habits, and when they are active. */
#ifndef ODDHOURS_DATA_PEOPLE_H
#define ODDHOURS_DATA_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "draw.h"

enum class_id {
    CLASS_COMPUTER,
    CLASS_PERSON,
    CLASS_SERVICE,
    CLASS_SYSTEM,
    CLASS_LOCAL_SERVICE,
    CLASS_NETWORK_SERVICE,
    CLASS_ANONYMOUS,
    CLASS_LOCAL_USER,
    CLASS_FAILING,
    CLASSES
};

/* Working day or quiet day, day or night. */
enum slot { SLOT_DAY, SLOT_QUIET_DAY, SLOT_NIGHT, SLOT_QUIET_NIGHT, SLOTS };

enum { LEVELS = 256 }; /* activity is a whole number 0 .. LEVELS - 1 */

struct person {
    char name[31];
    uint8_t class_id;
    uint8_t activity[SLOTS];
    int32_t events, destinations, sources; /* habit, normal deviates */
};

struct people {
    size_t n;
    struct person *all;             /* (n) in the order of names, bytewise */
    uint32_t census[SLOTS][LEVELS]; /* how many have an activity in a slot */
};

/* What one account did in one hour. */
struct deeds {
    uint32_t events, failed, destinations, sources;
};

/* `n` accounts; NULL when memory runs out or n is beyond what names allow (4 million). */
struct people *people_new(size_t n, uint64_t seed);
void people_free(struct people *people);

/* An ordinary hour of an account. */
struct deeds people_hour(const struct person *person, struct draw *draw);

/* Chances in 1/2^32 by activity level, such that about `wanted` accounts are active. */
void people_chances(const struct people *people, enum slot slot, size_t wanted,
                    uint32_t chances[LEVELS]);

/* The calendar: day 0 is a working day; the volume of the study's 58 days, and which were
 * quiet, repeat. */
bool calendar_quiet(uint32_t day);
enum slot calendar_slot(uint32_t hour);

/* Relative number of user-hours of an hour. */
uint32_t calendar_weight(uint32_t hour);

#endif

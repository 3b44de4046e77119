/* world: what the two further generators of the triage bench share: draws of real numbers,
 * account-hours with a label, and the files they become.
 *
 * Each generator makes the hours of one account after the other; world_write() puts them into
 * the order of a table of user-hours (hour, then name) and writes the planted rows and the
 * hard negatives (rows that are odd for a reason no analyst minds) beside it. Synthetic. */
#ifndef ODDHOURS_BENCH_WORLD_H
#define ODDHOURS_BENCH_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "draw.h"

struct world_hour {
    uint32_t hour, account;
    uint32_t events, failed, destinations, sources;
    uint16_t incident;  /* 0: none */
    uint8_t kind;       /* of the incident */
    uint8_t hard;       /* 0: ordinary; else which hard negative */
    uint8_t occurrence; /* which time this account meets this hard negative, from 1 */
};

struct world {
    uint32_t days;
    uint64_t seed;
    size_t n_accounts;
    char (*names)[40];
    size_t n, capacity;
    struct world_hour *hours;
    const char *const *incident_names;
    const char *const *hard_names;
};

/* Options of a generator: --seed, --days, --accounts (in hundreds), --calm (nothing planted, no
 * hard negatives), --truth, --hard, -o. Exits on wrong usage. */
struct world_options {
    uint64_t seed;
    uint32_t days, accounts;
    bool calm;
    const char *truth, *hard, *output;
};
struct world_options world_options(int argc, char **argv, uint32_t days, uint32_t accounts);

/* Adds an hour; exits when memory runs out. */
struct world_hour *world_add(struct world *world, struct world_hour hour);

/* Sorts and writes; false with a message on standard error. */
bool world_write(struct world *world, const struct world_options *options);

/* ---- draws ---- */
double draw_unit(struct draw *draw); /* 0 < u < 1 */
bool draw_chance(struct draw *draw, double chance);
double draw_between(struct draw *draw, double low, double high);
double draw_log_between(struct draw *draw, double low, double high); /* even in the logarithm */
double draw_gauss(struct draw *draw);
double draw_gamma(struct draw *draw, double shape); /* mean is the shape */
uint32_t draw_poisson(struct draw *draw, double mean);
/* A count whose mean is `mean` and whose variance is mean + mean^2 / shape. */
uint32_t draw_count(struct draw *draw, double mean, double shape);

/* Day 0 is a Thursday. */
static inline bool world_weekend(uint32_t day)
{
    return day % 7 == 2 || day % 7 == 3;
}

#endif

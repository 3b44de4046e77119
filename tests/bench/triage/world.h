/* world: what the two further generators of the triage bench share: draws of real numbers,
 * account-hours with a label, the files they become, and the program around it.
 *
 * Each generator makes the hours of one account after the other; world_make() puts them into
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

/* A role of accounts: its share in percent and printf's pattern of their names. */
struct world_role {
    int role;
    uint32_t share;
    const char *pattern; /* NULL ends a list */
};

/* What a generator is: its defaults, and what accounts are and do. */
struct world_maker {
    uint32_t days, accounts;
    uint64_t stream; /* of draws that make the accounts */
    const struct world_role *roles;
    const char *const *incident_names;
    const char *const *hard_names;
    size_t account_size;
    void (*make_account)(void *account, int role, struct draw *draw, uint32_t days, bool calm);
    void (*plan_incidents)(void *accounts, size_t n, uint32_t days, struct draw *draw);
    void (*fill)(struct world_hour *hours, const void *account, uint32_t days, bool calm,
                 struct draw *draw); /* all hours of an account, incident included */
};

/* The program: options --seed, --days, --accounts (in hundreds), --calm (nothing planted, no
 * hard negatives), --truth, --hard, -o. Returns its exit status; exits on wrong usage and when
 * memory runs out. */
int world_make(const struct world_maker *maker, int argc, char **argv);

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

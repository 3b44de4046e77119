/* plant: a synthetic table of another make than office: three rotating shifts, controllers that
 * count the same every hour, gateways with a Pareto tail, kiosks that many use, weekly
 * inventories. Volumes are lognormal and follow a first-order autoregression; each account has
 * a spread of its own. Hard negatives and incidents are sized by the account, not absolutely.
 *
 * usage: plant [--seed N] [--days N] [--accounts N] [--calm] [--truth F] [--hard F] -o FILE */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum role { WORKER, CONTROLLER, GATEWAY, KIOSK, BATCH, ROLES };
enum hard { NO_HARD, PATCH, MONTH_END, PASSWORD, NEWCOMER, OUTAGE, RETURN, INVENTORY, HARDS };
enum kind {
    BRUTE,
    PROBE,
    BULK,
    OFFSHIFT,
    SOURCES,
    SLOW_EXFIL,
    SLOW_GUESS,
    DORMANT,
    JUMP,
    SHARED,
    KINDS
};

static const char *const hard_names[HARDS] = {
    "", "patch_day", "month_end", "password", "newcomer", "outage", "return", "inventory"};
static const char *const kind_names[KINDS] = {"brute",   "probe",      "bulk",       "offshift",
                                              "sources", "slow_exfil", "slow_guess", "dormant",
                                              "jump",    "shared"};
static const struct {
    enum role role;
    uint32_t shortest, longest;
} cases[KINDS] = {{WORKER, 1, 3}, {CONTROLLER, 1, 3}, {WORKER, 1, 4},   {WORKER, 2, 5},
                  {WORKER, 1, 4}, {BATCH, 48, 72},    {WORKER, 24, 48}, {WORKER, 2, 4},
                  {WORKER, 1, 3}, {WORKER, 6, 12}};

struct account {
    enum role role;
    double level, spread, reach, keep; /* logs of volume; hosts by volume; autoregression */
    double sources, chance;
    uint32_t crew; /* shift */
    uint32_t first_day, away, back, batch_hour;
    bool inventory, closes, fat;
    enum kind incident_kind;
    uint16_t incident;
    uint32_t incident_hour, incident_length;
};

static void make_account(void *account, int role, struct draw *draw, uint32_t days, bool calm)
{
    struct account *a = account;
    *a = (struct account){.role = (enum role)role, .keep = 0.7, .sources = 0.1, .chance = 0.9};
    switch (role) {
    case WORKER:
        a->level = log(9) + 0.7 * draw_gauss(draw);
        a->spread = draw_between(draw, 0.3, 0.9);
        a->reach = draw_between(draw, 0.2, 0.5);
        a->crew = draw_below(draw, 3);
        a->chance = draw_between(draw, 0.6, 0.98);
        a->fat = draw_chance(draw, 0.1);
        if (draw_chance(draw, 0.3) && days > 40) {
            a->away = 10 + draw_below(draw, days - 35);
            a->back = a->away + 7 + draw_below(draw, 15);
        }
        break;
    case CONTROLLER:
        a->level = log(2 + (double)draw_below(draw, 12));
        a->spread = draw_chance(draw, 0.7) ? 0.02 : 0.15;
        a->reach = 0;
        a->sources = 0;
        a->chance = 0.98;
        break;
    case GATEWAY:
        a->level = log(200) + draw_gauss(draw);
        a->spread = 0.4;
        a->reach = draw_between(draw, 0.3, 0.7);
        a->sources = exp(log(8) + 0.7 * draw_gauss(draw));
        a->fat = true;
        break;
    case KIOSK:
        a->level = log(25) + 0.5 * draw_gauss(draw);
        a->spread = 0.6;
        a->reach = 0.2;
        a->sources = 3 + 4 * draw_unit(draw);
        a->chance = 0.7;
        break;
    case BATCH:
    default:
        a->level = log(800) + draw_gauss(draw);
        a->spread = draw_between(draw, 0.1, 0.4);
        a->reach = draw_between(draw, 0.3, 0.6);
        a->chance = 0.95;
        a->batch_hour = draw_below(draw, 24);
        a->inventory = draw_chance(draw, 0.3);
        a->closes = draw_chance(draw, 0.3);
        break;
    }
    if (draw_chance(draw, 0.08) && !calm) {
        a->first_day = days / 5 + draw_below(draw, days * 3 / 5);
    }
}

static bool on_shift(const struct account *a, uint32_t hour)
{
    uint32_t day = hour / 24, shift = (a->crew + day / 7) % 3;
    return (hour % 24 + 18) % 24 / 8 == shift && day % 7 != 2 + a->crew % 2;
}

static double likely(const struct account *a, uint32_t hour)
{
    switch (a->role) {
    case WORKER: return on_shift(a, hour) ? a->chance : 0.004;
    case KIOSK: return hour % 24 >= 5 && hour % 24 < 23 ? a->chance : 0.1;
    case BATCH:
        return a->closes || a->inventory || (hour + 24 - a->batch_hour) % 24 < 6 ? a->chance
                                                                                 : 0.02;
    case CONTROLLER:
    case GATEWAY:
    default: return a->chance;
    }
}

static void ordinary_hour(struct world_hour *h, const struct account *a, double state,
                          struct draw *draw)
{
    double volume = exp(a->level + a->spread * state);
    if (a->fat && draw_chance(draw, 0.06)) {
        volume *= pow(draw_unit(draw), -1 / 1.3);
        volume = volume < 2e5 ? volume : 2e5;
    }
    h->events = volume < 1 ? 1 : (uint32_t)(volume + 0.5);
    h->destinations = (uint32_t)(pow(volume, a->reach) * exp(0.25 * draw_gauss(draw)));
    h->destinations = h->destinations > 0 ? h->destinations : 1;
    h->sources = 1 + draw_poisson(draw, a->sources);
    if (draw_chance(draw, a->role == CONTROLLER ? 0.0005 : 0.015)) {
        h->failed = 1 + draw_small(draw, 3);
    }
}

static void hard_hour(struct world_hour *h, const struct account *a, struct draw *draw)
{
    uint32_t day = h->hour / 24, of_day = h->hour % 24;
    if (h->events == 0) {
        return;
    }
    if (a->inventory && day % 7 == 3 && of_day == 2) {
        h->destinations += 60 + draw_below(draw, 120);
        h->hard = INVENTORY;
        h->occurrence = (uint8_t)(day / 7 + 1);
    }
    if (a->closes && day % 30 == 29 && of_day < 6) {
        h->events *= 8;
        h->destinations *= 2;
        h->hard = MONTH_END;
        h->occurrence = (uint8_t)(day / 30 + 1);
    }
    if (a->role == CONTROLLER && day % 30 == 17 && of_day == 3) {
        h->events = h->events * 5 + draw_below(draw, 6);
        h->failed += draw_below(draw, 6);
        h->destinations += 2;
        h->hard = PATCH;
        h->occurrence = (uint8_t)(day / 30 + 1);
    }
    if (a->role == WORKER && day % 30 == 5 && on_shift(a, h->hour) &&
        !on_shift(a, h->hour - 1) && draw_chance(draw, 0.4)) { /* passwords are changed */
        h->failed += 2 + draw_below(draw, 11);
        h->hard = PASSWORD;
        h->occurrence = (uint8_t)(day / 30 + 1);
    }
    if (day == 33 && of_day >= 14) {
        if (of_day < 20) {
            h->events = 0;
        } else if (of_day == 20) {
            h->events = (uint32_t)(h->events * draw_between(draw, 4, 12)) + 3;
            h->failed += draw_below(draw, 8);
            h->hard = OUTAGE;
            h->occurrence = 1;
        }
    }
}

/* Which time it is that the account meets something of this size: earlier ones of less than
 * half do not explain it. */
static uint8_t again(uint32_t earlier[64], uint32_t *n, uint32_t size)
{
    uint8_t nth = 1;
    for (uint32_t i = 0; i < *n; i++) {
        nth = (uint8_t)(nth + (2 * earlier[i] >= size));
    }
    if (*n < 64) {
        earlier[(*n)++] = size;
    }
    return nth;
}

static void fill_account(struct world_hour *hours, const struct account *a, uint32_t days,
                         bool calm, struct draw *draw)
{
    double state = draw_gauss(draw);
    bool returned = false;
    uint32_t passwords[64], n_passwords = 0;
    for (uint32_t hour = 0; hour < days * 24; hour++) {
        struct world_hour *h = &hours[hour];
        uint32_t day = hour / 24;
        state = a->keep * state + sqrt(1 - a->keep * a->keep) * draw_gauss(draw);
        bool away = a->back > 0 && !calm && day >= a->away && day < a->back;
        if (day < a->first_day || away || !draw_chance(draw, likely(a, hour))) {
            continue;
        }
        ordinary_hour(h, a, state, draw);
        if (calm) {
            continue;
        }
        hard_hour(h, a, draw);
        if (a->role == WORKER && h->events > 0 && draw_chance(draw, 1.0 / 400)) {
            h->failed += (uint32_t)draw_log_between(draw, 3, 30);
            h->hard = PASSWORD;
            h->occurrence = again(passwords, &n_passwords, h->failed);
        }
        if (a->back > 0 && !returned && day >= a->back && h->events > 0) {
            returned = true;
            h->events = h->events * 5 + 4;
            h->failed += draw_below(draw, 9);
            h->hard = RETURN;
            h->occurrence = 1;
        }
        if (h->events > 0 && h->hard == NO_HARD && a->first_day > 0 &&
            day <= a->first_day + 1) {
            h->hard = NEWCOMER;
            h->occurrence = 1;
        }
    }
}

static void attack_hour(struct world_hour *h, const struct account *a, struct draw *draw)
{
    if (h->events == 0) {
        ordinary_hour(h, a, draw_gauss(draw), draw);
    }
    h->hard = NO_HARD;
    h->incident = a->incident;
    h->kind = (uint8_t)a->incident_kind;
    double usual = exp(a->level);
    switch (a->incident_kind) {
    case BRUTE: h->failed += (uint32_t)draw_log_between(draw, 15, 150); break;
    case PROBE:
        h->events += 4 + draw_below(draw, 12);
        h->destinations += 3 + draw_below(draw, 11);
        break;
    case BULK: h->events += (uint32_t)(usual * draw_log_between(draw, 10, 30)); break;
    case OFFSHIFT: h->events += (uint32_t)(usual * draw_log_between(draw, 4, 12)); break;
    case SOURCES: h->sources += (uint32_t)draw_log_between(draw, 7, 40); break;
    case SLOW_EXFIL: h->events = (uint32_t)(h->events * draw_between(draw, 2.5, 4)); break;
    case SLOW_GUESS: h->failed += 1 + draw_below(draw, 3); break;
    case DORMANT:
        h->events += (uint32_t)(usual * draw_log_between(draw, 2, 8)) + 5;
        h->destinations += 3 + draw_below(draw, 6);
        h->sources += 1 + draw_below(draw, 3);
        break;
    case JUMP: h->destinations += (uint32_t)draw_log_between(draw, 10, 40); break;
    case SHARED:
    default: h->sources += 3 + draw_below(draw, 4); break;
    }
}

static void attack(struct world_hour *hours, const struct account *a, uint32_t days,
                   struct draw *draw)
{
    uint32_t end = a->incident_hour + a->incident_length;
    for (uint32_t hour = 0; a->incident_kind == DORMANT && hour < days * 24; hour++) {
        if (hour + 25 * 24 >= a->incident_hour) {
            hours[hour].events = 0;
        }
    }
    for (uint32_t hour = a->incident_hour; hour < end && hour < days * 24; hour++) {
        attack_hour(&hours[hour], a, draw);
    }
}

static void plan_incidents(void *all, size_t n, uint32_t days, struct draw *draw)
{
    struct account *accounts = all;
    enum { EACH = 6 };
    for (uint16_t i = 0; i < EACH * KINDS; i++) {
        enum kind kind = (enum kind)(i % KINDS);
        struct account *a;
        do {
            a = &accounts[draw_below(draw, (uint32_t)n)];
        } while (a->role != cases[kind].role || a->incident > 0 || a->first_day > 0);
        a->incident = (uint16_t)(i + 1);
        a->incident_kind = kind;
        a->incident_length = cases[kind].shortest +
                             draw_below(draw, cases[kind].longest - cases[kind].shortest + 1);
        uint32_t first = kind == DORMANT ? days / 2 : 7;
        for (int tries = 0; tries < 1000; tries++) {
            a->incident_hour =
                (first + draw_below(draw, days - first - 3)) * 24 + draw_below(draw, 24);
            uint32_t day = a->incident_hour / 24;
            if (a->back > 0 && day >= a->away && day < a->back) {
                a->back = 0;
            }
            if (a->role != WORKER || on_shift(a, a->incident_hour) == (kind != OFFSHIFT)) {
                break;
            }
        }
    }
}

static void fill(struct world_hour *hours, const void *account, uint32_t days, bool calm,
                 struct draw *draw)
{
    const struct account *a = account;
    fill_account(hours, a, days, calm, draw);
    if (a->incident > 0) {
        attack(hours, a, days, draw);
    }
}

int main(int argc, char **argv)
{
    static const struct world_role roles[] = {
        {WORKER, 50, "w.%04zu@PLANT"},     {CONTROLLER, 35, "PLC%04zu$@PLANT"},
        {GATEWAY, 4, "gw%04zu-svc@PLANT"}, {KIOSK, 4, "kiosk%04zu@PLANT"},
        {BATCH, 7, "batch_%04zu@PLANT"},   {0}};
    static const struct world_maker maker = {.days = 84,
                                             .accounts = 400,
                                             .stream = 12,
                                             .roles = roles,
                                             .incident_names = kind_names,
                                             .hard_names = hard_names,
                                             .account_size = sizeof(struct account),
                                             .make_account = make_account,
                                             .plan_incidents = plan_incidents,
                                             .fill = fill};
    return world_make(&maker, argc, argv);
}

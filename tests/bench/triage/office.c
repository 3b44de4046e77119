/* office: a synthetic table of quiet people and loud services, with what an analyst sees every
 * month and does not mind: patch days, month ends, forgotten passwords, new hires and machines,
 * outages, returns from vacation, accounts with heavy tails. Counts are gamma-Poisson; every
 * account has hours of its own. The incidents are ten kinds, some slow.
 *
 * usage: office [--seed N] [--days N] [--accounts N] [--calm] [--truth F] [--hard F] -o FILE */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum role { PERSON, MACHINE, SERVICE, ANONYMOUS, ROLES };
enum hard { NO_HARD, PATCH, MONTH_END, PASSWORD, NEWCOMER, OUTAGE, RETURN, TAIL, HARDS };
enum kind {
    SPRAY,
    LATERAL,
    NIGHT_BULK,
    MANY_SOURCES,
    SLOW_GUESS,
    SLOW_SCAN,
    DORMANT,
    SERVICE_ABUSE,
    MACHINE_LOGIN,
    EXFIL,
    KINDS
};

static const char *const hard_names[HARDS] = {
    "", "patch_day", "month_end", "password", "newcomer", "outage", "return", "heavy_tail"};
static const char *const kind_names[KINDS] = {
    "spray",     "lateral", "night_bulk",    "many_sources",  "slow_guess",
    "slow_scan", "dormant", "service_abuse", "machine_login", "exfil"};
/* Whom an incident befalls, and how many hours it lasts at least and at most. */
static const struct {
    enum role role;
    uint32_t shortest, longest;
} cases[KINDS] = {{PERSON, 1, 4},   {PERSON, 1, 4},    {PERSON, 2, 4}, {PERSON, 1, 3},
                  {PERSON, 24, 60}, {MACHINE, 24, 72}, {PERSON, 2, 5}, {SERVICE, 2, 6},
                  {MACHINE, 1, 4},  {SERVICE, 3, 5}};

struct account {
    enum role role;
    double events, shape, destinations, sources, activity;
    uint32_t from, to;   /* usual hours of the day */
    uint32_t first_day;  /* of a newcomer, else 0 */
    uint32_t away, back; /* vacation: days [away, back) */
    bool finance, heavy, weekly;
    enum kind incident_kind;
    uint16_t incident; /* 0: none */
    uint32_t incident_hour, incident_length;
};

static void make_account(void *account, int role, struct draw *draw, uint32_t days, bool calm)
{
    struct account *a = account;
    *a = (struct account){.role = (enum role)role, .to = 24, .back = 0};
    a->heavy = draw_chance(draw, role == SERVICE ? 0.2 : 0.1);
    switch (role) {
    case PERSON:
        a->events = exp(log(5) + 0.6 * draw_gauss(draw));
        a->destinations = exp(0.5 * draw_gauss(draw));
        a->sources = 0.2;
        a->shape = draw_between(draw, 1.5, 4);
        a->from = 7 + draw_below(draw, 3);
        a->to = a->from + 8 + draw_below(draw, 3);
        a->activity = draw_between(draw, 0.5, 0.95);
        a->finance = draw_chance(draw, 0.15);
        if (draw_chance(draw, 0.4) && days > 40) {
            a->away = 10 + draw_below(draw, days - 35);
            a->back = a->away + 8 + draw_below(draw, 13);
        }
        break;
    case MACHINE:
        a->events = exp(log(6) + 0.8 * draw_gauss(draw));
        a->destinations = 0.3 + draw_unit(draw) * 2;
        a->sources = 0.05;
        a->shape = 5;
        a->activity = draw_between(draw, 0.3, 0.9);
        break;
    case SERVICE:
        a->events = exp(log(300) + 1.2 * draw_gauss(draw));
        a->destinations = exp(log(15) + draw_gauss(draw));
        a->sources = draw_chance(draw, 0.7) ? 0.1 : exp(log(4) + 0.6 * draw_gauss(draw));
        a->shape = draw_between(draw, 2, 12);
        a->activity = draw_between(draw, 0.4, 1);
        if (draw_chance(draw, 0.25)) { /* a nightly job */
            a->from = draw_below(draw, 5);
            a->to = a->from + 1 + draw_below(draw, 4);
        }
        a->weekly = draw_chance(draw, 0.25);
        a->finance = draw_chance(draw, 0.1);
        break;
    case ANONYMOUS:
    default:
        a->events = exp(log(20) + draw_gauss(draw));
        a->destinations = 0;
        a->sources = exp(log(6) + 0.9 * draw_gauss(draw));
        a->shape = 1;
        a->activity = draw_between(draw, 0.2, 0.8);
        break;
    }
    if (draw_chance(draw, 0.1) && !calm) {
        a->first_day = days / 5 + draw_below(draw, days * 3 / 5);
    }
}

static double likely(const struct account *a, uint32_t hour)
{
    uint32_t of_day = hour % 24, day = hour / 24;
    bool usual = of_day >= a->from && of_day < a->to;
    if (a->role == PERSON) {
        double chance = usual ? a->activity : of_day > 6 && of_day < 23 ? 0.02 : 0.002;
        return world_weekend(day) ? chance * 0.05 : chance;
    }
    return usual ? a->activity : 0;
}

static void ordinary_hour(struct world_hour *h, const struct account *a, struct draw *draw)
{
    double events = a->events, hosts = a->destinations;
    if (a->heavy) {
        double swell = exp(fabs(draw_gauss(draw)) * 1.1);
        events *= swell;
        hosts *= sqrt(swell);
        if (draw_chance(draw, 0.02)) { /* a script is run */
            events *= draw_log_between(draw, 5, 60);
            hosts *= draw_log_between(draw, 1.5, 8);
            h->hard = TAIL;
        }
    }
    if (a->weekly && h->hour / 24 % 7 == 3) {
        events *= 5;
        hosts *= 3;
    }
    h->events = 1 + draw_count(draw, events, a->shape);
    h->destinations = 1 + draw_poisson(draw, hosts);
    h->sources = 1 + (a->role == ANONYMOUS ? draw_count(draw, a->sources, 2)
                                           : draw_poisson(draw, a->sources));
    if (draw_chance(draw, a->role == PERSON ? 0.012 : 0.004)) {
        h->failed = 1 + draw_small(draw, 4);
    }
}

/* What happens to many, or to one now and then, and is no incident. */
static void hard_hour(struct world_hour *h, const struct account *a, struct draw *draw)
{
    uint32_t day = h->hour / 24, of_day = h->hour % 24;
    bool here = h->events > 0;
    if (a->role == MACHINE && day % 28 == 12 && of_day >= 1 && of_day < 4) {
        if (!here) {
            ordinary_hour(h, a, draw);
        }
        h->events = (uint32_t)(h->events * draw_between(draw, 6, 20)) + 10;
        h->destinations += 4 + draw_poisson(draw, 8);
        h->failed += draw_poisson(draw, 1);
        h->hard = PATCH;
        h->occurrence = (uint8_t)(day / 28 + 1);
    }
    bool end = day % 30 >= 28 && a->finance;
    if (end &&
        ((a->role == PERSON && of_day >= 8 && of_day < 23) || (a->role == SERVICE && here))) {
        if (!here) {
            ordinary_hour(h, a, draw);
        }
        h->events = (uint32_t)(h->events * draw_between(draw, 4, 10)) + 5;
        h->destinations *= 2;
        h->hard = MONTH_END;
        h->occurrence = (uint8_t)(day / 30 + 1);
    }
    if ((day == 23 || day == 61) && of_day >= 10 && of_day < 14) {
        if (of_day == 13) {
            if (here) {
                h->events = (uint32_t)(h->events * draw_between(draw, 3, 8)) + 3;
                h->failed += 1 + draw_small(draw, 10);
                h->hard = OUTAGE;
                h->occurrence = day == 23 ? 1 : 2;
            }
        } else if (draw_chance(draw, 0.95)) {
            h->events = 0;
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

/* Hours of one account before the incidents, in `hours` (of the whole table). */
static void fill_account(struct world_hour *hours, const struct account *a, uint32_t days,
                         bool calm, struct draw *draw)
{
    uint32_t passwords[64], n_passwords = 0;
    bool returned = false;
    for (uint32_t hour = a->first_day * 24; hour < days * 24; hour++) {
        struct world_hour *h = &hours[hour];
        uint32_t day = hour / 24;
        bool away = a->back > 0 && !calm && day >= a->away && day < a->back;
        if (!away && draw_chance(draw, likely(a, hour))) {
            ordinary_hour(h, a, draw);
        }
        if (calm) {
            h->hard = 0;
            continue;
        }
        if (!away) {
            hard_hour(h, a, draw);
        }
        if (a->role == PERSON && h->events > 0 && draw_chance(draw, 1.0 / 300)) {
            h->failed += (uint32_t)draw_log_between(draw, 4, 45);
            h->hard = PASSWORD;
            h->occurrence = again(passwords, &n_passwords, h->failed);
        }
        if (a->back > 0 && !returned && day >= a->back && h->events > 0) {
            returned = true;
            h->events = h->events * 4 + 6;
            h->failed += draw_chance(draw, 0.5) ? 3 + draw_below(draw, 8) : 0;
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
        ordinary_hour(h, a, draw);
    }
    h->hard = NO_HARD;
    h->incident = a->incident;
    h->kind = (uint8_t)a->incident_kind;
    switch (a->incident_kind) {
    case SPRAY: h->failed += (uint32_t)draw_log_between(draw, 40, 300); break;
    case LATERAL: h->destinations += (uint32_t)draw_log_between(draw, 14, 70); break;
    case NIGHT_BULK: h->events += (uint32_t)draw_log_between(draw, 60, 500); break;
    case MANY_SOURCES: h->sources += (uint32_t)draw_log_between(draw, 10, 60); break;
    case SLOW_GUESS: h->failed += 2 + draw_below(draw, 4); break;
    case SLOW_SCAN: h->destinations += 4 + draw_below(draw, 6); break;
    case DORMANT:
        h->events += (uint32_t)draw_log_between(draw, 20, 80);
        h->destinations += 4 + draw_below(draw, 8);
        h->sources += 1 + draw_below(draw, 2);
        break;
    case SERVICE_ABUSE:
        h->destinations = (uint32_t)(h->destinations * draw_between(draw, 3, 5)) + 4;
        h->sources += 3 + draw_below(draw, 6);
        break;
    case MACHINE_LOGIN:
        h->destinations += (uint32_t)draw_log_between(draw, 9, 40);
        h->failed += 2 + draw_below(draw, 18);
        break;
    case EXFIL:
    default: h->events = (uint32_t)(h->events * draw_log_between(draw, 12, 40)) + 20; break;
    }
}

static void attack(struct world_hour *hours, const struct account *a, uint32_t days,
                   struct draw *draw)
{
    uint32_t end = a->incident_hour + a->incident_length;
    if (a->incident_kind == DORMANT) { /* nothing for a month before, nor afterwards */
        for (uint32_t hour = 0; hour < days * 24; hour++) {
            if (hour + 30 * 24 >= a->incident_hour) {
                hours[hour].events = 0;
            }
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
        uint32_t first = kind == DORMANT ? days / 2 : 7, day;
        do {
            day = first + draw_below(draw, days - first - 3);
        } while (world_weekend(day) && kind != SLOW_SCAN);
        uint32_t of_day = kind == NIGHT_BULK ? draw_below(draw, 4) : 8 + draw_below(draw, 9);
        a->incident_hour = day * 24 + of_day;
        if (a->back > 0 && day >= a->away && day < a->back) {
            a->back = 0;
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
    static const struct world_role roles[] = {{PERSON, 60, "p%04zu@OFFICE"},
                                              {MACHINE, 29, "WS%04zu$@OFFICE"},
                                              {SERVICE, 9, "svc_%04zu@OFFICE"},
                                              {ANONYMOUS, 2, "ANONYMOUS LOGON@S%zu"},
                                              {0}};
    static const struct world_maker maker = {.days = 91,
                                             .accounts = 500,
                                             .stream = 11,
                                             .roles = roles,
                                             .incident_names = kind_names,
                                             .hard_names = hard_names,
                                             .account_size = sizeof(struct account),
                                             .make_account = make_account,
                                             .plan_incidents = plan_incidents,
                                             .fill = fill};
    return world_make(&maker, argc, argv);
}

#include "world.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"

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

struct world_options {
    uint64_t seed;
    uint32_t days, accounts;
    bool calm;
    const char *truth, *hard, *output;
};

static uint64_t number(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text || *text == '-') {
        fprintf(stderr, "'%s' is no number\n", text);
        exit(2);
    }
    return value;
}

static struct world_options world_options(int argc, char **argv, uint32_t days,
                                          uint32_t accounts)
{
    static const struct option names[] = {
        {"seed", required_argument, NULL, 's'},     {"days", required_argument, NULL, 'd'},
        {"accounts", required_argument, NULL, 'a'}, {"calm", no_argument, NULL, 'c'},
        {"truth", required_argument, NULL, 't'},    {"hard", required_argument, NULL, 'h'},
        {"output", required_argument, NULL, 'o'},   {NULL, 0, NULL, 0}};
    struct world_options options = {.seed = 1, .days = days, .accounts = accounts};
    int option;
    while ((option = getopt_long(argc, argv, "o:", names, NULL)) != -1) {
        switch (option) {
        case 's': options.seed = number(optarg); break;
        case 'd': options.days = (uint32_t)number(optarg); break;
        case 'a': options.accounts = (uint32_t)number(optarg); break;
        case 'c': options.calm = true; break;
        case 't': options.truth = optarg; break;
        case 'h': options.hard = optarg; break;
        case 'o': options.output = optarg; break;
        default: exit(2);
        }
    }
    if (optind < argc || options.output == NULL || options.days < 14 || options.days > 3650 ||
        options.accounts < 10 || options.accounts > 100000) {
        fprintf(stderr,
                "usage: %s [--seed N] [--days N] [--accounts N] [--calm] [--truth FILE]\n"
                "       [--hard FILE] -o FILE\n",
                argv[0]);
        exit(2);
    }
    return options;
}

static void world_add(struct world *world, struct world_hour hour)
{
    if (world->n == world->capacity) {
        world->capacity = world->capacity > 0 ? 2 * world->capacity : 65536;
        world->hours = realloc(world->hours, world->capacity * sizeof *world->hours);
        if (world->hours == NULL) {
            fprintf(stderr, "out of memory\n");
            exit(1);
        }
    }
    world->hours[world->n++] = hour;
}

static int by_hour(const void *a, const void *b)
{
    const struct world_hour *x = a, *y = b;
    if (x->hour != y->hour) {
        return x->hour < y->hour ? -1 : 1;
    }
    return x->account < y->account ? -1 : x->account > y->account;
}

static void write_dt(char dt[24], uint32_t hour)
{
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t day = hour / 24 + 1, year = 1970, month = 0;
    for (;;) {
        uint32_t length = lengths[month] + (month == 1 && year % 4 == 0 ? 1u : 0u);
        if (day <= length) {
            break;
        }
        day -= length;
        month = (month + 1) % 12;
        year += month == 0;
    }
    snprintf(dt, 24, "%04u-%02u-%02u %02u:00:00", year % 10000, month + 1, day, hour % 24);
}

static FILE *open_for(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    return file;
}

static bool world_write(struct world *world, const struct world_options *options)
{
    qsort(world->hours, world->n, sizeof *world->hours, by_hour);
    FILE *table = open_for(options->output);
    FILE *truth = options->truth != NULL ? open_for(options->truth) : NULL;
    FILE *hard = options->hard != NULL ? open_for(options->hard) : NULL;
    fputs("dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
          "nbhours_events,nbhours_ratio\n",
          table);
    if (truth != NULL) {
        fputs("row_id,dt,src_user,kind,incident\n", truth);
    }
    if (hard != NULL) {
        fputs("row_id,dt,src_user,kind,occurrence\n", hard);
    }
    for (size_t row = 0; row < world->n; row++) {
        const struct world_hour *hour = &world->hours[row];
        const char *name = world->names[hour->account];
        char dt[24], ratio[DOUBLE_TEXT];
        write_dt(dt, hour->hour);
        size_t length = double_text_ratio(hour->failed, hour->events, ratio);
        bool night = hour->hour % 24 < 7;
        fprintf(table, "%s,%s,%u,%u,%.*s,%u,%u,%u,%s\n", dt, name, hour->events, hour->failed,
                (int)length, ratio, hour->destinations, hour->sources, night ? hour->events : 0,
                night ? "1.0" : "0.0");
        if (truth != NULL && hour->incident > 0) {
            fprintf(truth, "%zu,%s,%s,%s,%u\n", row, dt, name,
                    world->incident_names[hour->kind], hour->incident);
        } else if (hard != NULL && hour->hard > 0) {
            fprintf(hard, "%zu,%s,%s,%s,%u\n", row, dt, name, world->hard_names[hour->hard],
                    hour->occurrence);
        }
    }
    bool fine = fclose(table) == 0;
    fine = (truth == NULL || fclose(truth) == 0) && fine;
    fine = (hard == NULL || fclose(hard) == 0) && fine;
    if (!fine) {
        fprintf(stderr, "writing failed: %s\n", strerror(errno));
    }
    free(world->hours);
    free(world->names);
    return fine;
}

/* ---- draws ---- */

double draw_unit(struct draw *draw)
{
    return ((double)(draw_bits(draw) >> 12) + 0.5) * 0x1p-52;
}

bool draw_chance(struct draw *draw, double chance)
{
    return draw_unit(draw) < chance;
}

double draw_between(struct draw *draw, double low, double high)
{
    return low + (high - low) * draw_unit(draw);
}

double draw_log_between(struct draw *draw, double low, double high)
{
    return exp(draw_between(draw, log(low), log(high)));
}

double draw_gauss(struct draw *draw)
{
    return (double)draw_normal(draw) / NORMAL_ONE;
}

/* Marsaglia and Tsang 2000. */
double draw_gamma(struct draw *draw, double shape)
{
    if (shape < 1) {
        return draw_gamma(draw, shape + 1) * pow(draw_unit(draw), 1 / shape);
    }
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = draw_gauss(draw), v = 1 + c * x;
        if (v > 0 && log(draw_unit(draw)) < 0.5 * x * x + d - d * v * v * v + 3 * d * log(v)) {
            return d * v * v * v;
        }
    }
}

uint32_t draw_poisson(struct draw *draw, double mean)
{
    if (mean > 60) {
        double x = mean + sqrt(mean) * draw_gauss(draw) + 0.5;
        return x > 0 ? (uint32_t)x : 0;
    }
    double product = draw_unit(draw), limit = exp(-mean);
    uint32_t n = 0;
    for (; product > limit; n++) {
        product *= draw_unit(draw);
    }
    return n;
}

uint32_t draw_count(struct draw *draw, double mean, double shape)
{
    return draw_poisson(draw, mean * draw_gamma(draw, shape) / shape);
}

static void name_and_make(const struct world_maker *maker, struct world *world,
                          const struct world_options *options, char *accounts,
                          struct draw *draw)
{
    for (size_t i = 0; i < world->n_accounts; i++) {
        const struct world_role *role = maker->roles;
        for (size_t place = i * 100 / world->n_accounts; place >= role->share; role++) {
            place -= role->share;
        }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(world->names[i], sizeof world->names[i], role->pattern, i);
#pragma GCC diagnostic pop
        maker->make_account(accounts + i * maker->account_size, role->role, draw, options->days,
                            options->calm);
    }
}

int world_make(const struct world_maker *maker, int argc, char **argv)
{
    const struct world_options options =
        world_options(argc, argv, maker->days, maker->accounts);
    struct world world = {.days = options.days,
                          .seed = options.seed,
                          .n_accounts = options.accounts,
                          .incident_names = maker->incident_names,
                          .hard_names = maker->hard_names};
    size_t n = options.accounts, hours_all = (size_t)options.days * 24;
    char *accounts = calloc(n, maker->account_size);
    struct world_hour *hours = calloc(hours_all, sizeof *hours);
    world.names = calloc(n, sizeof *world.names);
    if (accounts == NULL || hours == NULL || world.names == NULL) {
        fprintf(stderr, "out of memory\n");
        return 1;
    }
    struct draw draw = draw_stream(options.seed, maker->stream);
    name_and_make(maker, &world, &options, accounts, &draw);
    if (!options.calm) {
        maker->plan_incidents(accounts, n, options.days, &draw);
    }
    for (size_t i = 0; i < n; i++) {
        struct draw own = draw_stream(options.seed, 1000 + i);
        memset(hours, 0, hours_all * sizeof *hours);
        for (uint32_t hour = 0; hour < hours_all; hour++) {
            hours[hour].hour = hour;
            hours[hour].account = (uint32_t)i;
        }
        maker->fill(hours, accounts + i * maker->account_size, options.days, options.calm,
                    &own);
        for (uint32_t hour = 0; hour < hours_all; hour++) {
            struct world_hour *h = &hours[hour];
            if (h->events > 0) {
                /* Failures and hosts are events, too. */
                uint32_t most = h->destinations > h->sources ? h->destinations : h->sources;
                h->events += h->hard == 0 && h->incident == 0 ? 0 : h->failed;
                h->failed = h->failed < h->events ? h->failed : h->events;
                h->events = most > h->events ? most : h->events;
                world_add(&world, *h);
            }
        }
    }
    free(accounts);
    free(hours);
    return world_write(&world, &options) ? 0 : 1;
}

/* generate: a synthetic table of user-hours with planted incidents, byte-identical everywhere.
 *
 * Everything is drawn in integers; each hour has its own stream of random numbers. What the
 * table looks like and why is in data/README.md. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"
#include "base/format.h"
#include "incidents.h"

struct plan {
    uint64_t rows, seed;
    uint32_t hours;
    bool no_repeats;
    struct people *people;
    struct incidents incidents;
};

struct output {
    FILE *table, *truth;
    char *buffer;
    size_t used;
    uint64_t rows;
    char dt[24];
};

enum { BUFFER = 1 << 20, LONGEST_ROW = 256 };

static void flush(struct output *output)
{
    fwrite(output->buffer, 1, output->used, output->table);
    output->used = 0;
}

/* ---- writing
 * --------------------------------------------------------------------------------- */

static char *put_text(char *at, const char *text, size_t length)
{
    memcpy(at, text, length);
    return at + length;
}

static char *put_ratio(char *at, uint32_t part, uint32_t whole)
{
    char text[DOUBLE_TEXT];
    return put_text(at, text, double_text_ratio(part, whole, text));
}

/* ".dddddddddd", different for each row: the row number times a number without common factor.
 */
static char *put_fraction(char *at, uint64_t row, uint64_t factor)
{
    const uint64_t range = UINT64_C(10000000000);
    uint64_t fraction = (uint64_t)((unsigned __int128)row * factor % range);
    *at++ = '.';
    for (uint64_t unit = range / 10; unit > 0; unit /= 10) {
        *at++ = (char)('0' + fraction / unit % 10);
    }
    return at;
}

static void put_row(struct output *output, const struct plan *plan, const struct person *person,
                    const struct deeds *deeds, bool night)
{
    if (output->used > BUFFER - LONGEST_ROW) {
        flush(output);
    }
    bool unique = plan->no_repeats;
    uint64_t row = output->rows++;
    char *at = output->buffer + output->used;
    at = put_text(at, output->dt, strlen(output->dt));
    *at++ = ',';
    at = put_text(at, person->name, strlen(person->name));
    *at++ = ',';
    at += format_digits(at, deeds->events);
    at = unique ? put_fraction(at, row, UINT64_C(6180339887)) : at;
    *at++ = ',';
    at += format_digits(at, deeds->failed);
    *at++ = ',';
    at = put_ratio(at, deeds->failed, deeds->events);
    *at++ = ',';
    at += format_digits(at, deeds->destinations);
    at = unique ? put_fraction(at, row, UINT64_C(7548776663)) : at;
    *at++ = ',';
    at += format_digits(at, deeds->sources);
    at = unique ? put_fraction(at, row, UINT64_C(5698402911)) : at;
    *at++ = ',';
    at += format_digits(at, night ? deeds->events : 0);
    at = put_text(at, night ? ",1.0\n" : ",0.0\n", 5);
    output->used = (size_t)(at - output->buffer);
}

static void write_dt(char dt[24], uint32_t hour)
{
    uint32_t day = hour / 24 + 1, year = 1970, month = 0;
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
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

/* ---- an hour
 * --------------------------------------------------------------------------------- */

/* Marks `wanted` accounts as active; the planted ones (already marked) are among them. */
static void choose(uint8_t *active, size_t marked, size_t wanted, enum slot slot,
                   const struct people *people, struct draw *draw)
{
    uint32_t chances[LEVELS];
    people_chances(people, slot, wanted, chances);
    size_t chosen = marked;
    for (size_t i = 0; i < people->n; i++) {
        uint64_t bits = draw_bits(draw);
        if (!active[i] && (uint32_t)bits < chances[people->all[i].activity[slot]]) {
            active[i] = 1;
            chosen++;
        }
    }
    while (chosen != wanted) { /* off by some tens at most */
        size_t i = draw_below(draw, (uint32_t)people->n);
        if (chosen > wanted && active[i] == 1) {
            active[i] = 0;
            chosen--;
        } else if (chosen < wanted && active[i] == 0) {
            active[i] = 1;
            chosen++;
        }
    }
}

static void put_hour(struct output *output, const struct plan *plan, uint32_t hour,
                     size_t wanted, size_t *next_planted, uint8_t *active)
{
    enum { PLANTED = 2 };
    const struct people *people = plan->people;
    struct draw draw = draw_stream(plan->seed, UINT64_C(1000000) + hour);
    memset(active, 0, people->n);
    const struct planted *planted = plan->incidents.all + *next_planted;
    size_t n_planted = 0;
    while (*next_planted + n_planted < plan->incidents.n && planted[n_planted].hour == hour) {
        n_planted++;
    }
    *next_planted += n_planted;
    n_planted = n_planted < wanted ? n_planted : wanted;
    for (size_t i = 0; i < n_planted; i++) {
        active[planted[i].person] = PLANTED;
    }
    choose(active, n_planted, wanted, calendar_slot(hour), people, &draw);
    write_dt(output->dt, hour);
    bool night = hour % 24 < 7;
    for (size_t i = 0; i < people->n; i++) {
        const struct person *person = &people->all[i];
        struct deeds deeds;
        if (active[i] == PLANTED) {
            deeds = incident_hour(planted->kind, person, &draw);
            if (output->truth != NULL) {
                fprintf(output->truth, "%llu,%s,%s,%s,%u\n", (unsigned long long)output->rows,
                        output->dt, person->name, incident_names[planted->kind],
                        planted->incident);
            }
            planted++;
        } else if (active[i]) {
            deeds = people_hour(person, &draw);
        } else {
            continue;
        }
        put_row(output, plan, person, &deeds, night);
    }
}

static bool put_table(struct output *output, const struct plan *plan)
{
    static const char header[] = "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,"
                                 "src_hosts,nbhours_events,nbhours_ratio\n";
    uint8_t *active = malloc(plan->people->n);
    output->buffer = malloc(BUFFER);
    if (active == NULL || output->buffer == NULL) {
        free(active);
        return false;
    }
    uint64_t weights = 0, weight = 0;
    for (uint32_t hour = 0; hour < plan->hours; hour++) {
        weights += calendar_weight(hour);
    }
    output->used =
        (size_t)(put_text(output->buffer, header, sizeof header - 1) - output->buffer);
    size_t next_planted = 0;
    for (uint32_t hour = 0; hour < plan->hours; hour++) {
        weight += calendar_weight(hour);
        uint64_t end = (uint64_t)((unsigned __int128)plan->rows * weight / weights);
        put_hour(output, plan, hour, (size_t)(end - output->rows), &next_planted, active);
    }
    flush(output);
    free(active);
    free(output->buffer);
    return true;
}

/* ---- command line
 * ---------------------------------------------------------------------------- */

static const char usage[] =
    "usage: generate [--rows N] [--days N] [--seed N] [--no-repeats] [--truth FILE] [-o FILE]\n"
    "\n"
    "Writes a synthetic table of user-hours (default: 100000 rows, 58 days, seed 1, standard\n"
    "output). --no-repeats gives counts a fraction, so that no two rows have the same "
    "features.\n"
    "--truth writes which rows are planted incidents.\n";

static FILE *open_output(const char *path)
{
    FILE *file = path == NULL || strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    if (file == NULL) {
        fprintf(stderr, "generate: %s: %s\n", path, strerror(errno));
    }
    return file;
}

static bool close_output(FILE *file)
{
    bool fine = fflush(file) == 0 && ferror(file) == 0;
    if (file != stdout) {
        fine = fclose(file) == 0 && fine;
    }
    if (!fine) {
        fprintf(stderr, "generate: writing failed: %s\n", strerror(errno));
    }
    return fine;
}

static int generate(struct plan *plan, const char *path, const char *truth_path)
{
    /* Twice as many accounts as are active in the busiest hour, about. */
    uint64_t accounts = 50 + 2 * (plan->rows / plan->hours);
    uint64_t rounds = plan->rows / 4000;
    plan->people = people_new((size_t)accounts, plan->seed);
    if (plan->people == NULL ||
        !incidents_plan(&plan->incidents, (size_t)(rounds < 1000 ? rounds : 1000), plan->hours,
                        plan->people, plan->seed)) {
        fprintf(stderr, "generate: too many rows an hour, or out of memory\n");
        people_free(plan->people);
        return 1;
    }
    struct output output = {.table = open_output(path)};
    bool fine = output.table != NULL;
    if (fine && truth_path != NULL) {
        output.truth = open_output(truth_path);
        fine = output.truth != NULL &&
               fputs("row_id,dt,src_user,kind,incident\n", output.truth) >= 0;
    }
    fine = fine && put_table(&output, plan);
    if (output.table != NULL) {
        fine = close_output(output.table) && fine;
    }
    if (output.truth != NULL) {
        fine = close_output(output.truth) && fine;
    }
    incidents_clear(&plan->incidents);
    people_free(plan->people);
    return fine ? 0 : 1;
}

static uint64_t number(const char *text, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text || *text == '-' || value < 1 ||
        value > most) {
        fprintf(stderr, "generate: '%s' is not a number from 1 to %llu\n", text,
                (unsigned long long)most);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"rows", required_argument, NULL, 'r'},  {"days", required_argument, NULL, 'd'},
        {"seed", required_argument, NULL, 's'},  {"no-repeats", no_argument, NULL, 'u'},
        {"truth", required_argument, NULL, 't'}, {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    struct plan plan = {.rows = 100000, .seed = 1, .hours = 58 * 24};
    const char *path = NULL, *truth = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        switch (option) {
        case 'r': plan.rows = number(optarg, UINT64_C(4000000000)); break;
        case 'd': plan.hours = 24 * (uint32_t)number(optarg, 36500); break;
        case 's': plan.seed = number(optarg, UINT64_MAX); break;
        case 'u': plan.no_repeats = true; break;
        case 't': truth = optarg; break;
        case 'o': path = optarg; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (optind < argc) {
        fputs(usage, stderr);
        return 2;
    }
    return generate(&plan, path, truth);
}

#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct class_traits {
    uint32_t share; /* of 1000 accounts */
    uint8_t activity[SLOTS];
    int32_t events, destinations, sources; /* shift against everybody, 1/1024 */
};

static const struct class_traits traits[CLASSES] = {
    [CLASS_COMPUTER] = {420, {230, 220, 225, 215}, -100, 60, 40},
    [CLASS_PERSON] = {250, {190, 34, 12, 8}, 200, 330, 120},
    [CLASS_SERVICE] = {130, {190, 180, 190, 180}, 250, 200, 150},
    [CLASS_SYSTEM] = {50, {60, 55, 60, 55}, -150, -700, -700},
    [CLASS_LOCAL_SERVICE] = {50, {40, 38, 40, 38}, -250, -900, -800},
    [CLASS_NETWORK_SERVICE] = {40, {40, 38, 40, 38}, -250, -900, -800},
    [CLASS_ANONYMOUS] = {40, {150, 130, 150, 130}, 200, -1300, 800},
    [CLASS_LOCAL_USER] = {12, {90, 60, 80, 50}, 0, -500, -300},
    [CLASS_FAILING] = {8, {160, 155, 160, 155}, 0, -300, -200},
};

/* Values by normal deviate, from -3 in steps of 1/4, in 1/256. They are set so that quartiles,
 * mean and standard deviation come near to those that the study printed for its 42,866,142 rows
 * (total_events 5 11 25, mean 24.4; dst_hosts 1 2 4, 2.9; src_hosts 2 2 4, 3.4). */
enum { CURVE_FIRST = -3 * NORMAL_ONE, CURVE_STEP = NORMAL_ONE / 4, CURVE_POINTS = 35 };

static const uint32_t events_curve[CURVE_POINTS] = {
    512,     512,     512,     512,     512,     512,     512,     630,    879,
    1227,    1654,    2197,    2918,    3927,    5285,    7109,    9548,   12825,
    16375,   20754,   26304,   33338,   53266,   94228,   166692,  326253, 676069,
    1341966, 1965196, 2877864, 3298645, 3722733, 4201344, 4626688, 4626688};
static const uint32_t destinations_curve[CURVE_POINTS] = {
    256,  256,  256,  256,  256,   256,   256,   256,   256,    256,    267,   412,
    594,  780,  957,  1146, 1345,  1562,  1863,  2196,  2567,   3002,   3517,  4123,
    4834, 5769, 6955, 8598, 12700, 18759, 34925, 65983, 155060, 372047, 704256};
static const uint32_t sources_curve[CURVE_POINTS] = {
    256,   256,   256,    256,    256,    256,    256,    256,    368,    532,    590,   655,
    727,   841,   983,    1125,   1284,   1464,   1698,   2014,   2504,   3114,   5300,  10715,
    30009, 60461, 101134, 163086, 203000, 252683, 300999, 357556, 439669, 518656, 518656};

static uint32_t on_curve(const uint32_t curve[CURVE_POINTS], int32_t deviate)
{
    int32_t from = deviate - CURVE_FIRST;
    if (from < 0) {
        from = 0;
    }
    int32_t step = from / CURVE_STEP, within = from % CURVE_STEP;
    if (step >= CURVE_POINTS - 1) {
        return curve[CURVE_POINTS - 1] / 256;
    }
    uint64_t low = curve[step], high = curve[step + 1];
    return (uint32_t)((low * (uint64_t)(CURVE_STEP - within) + high * (uint64_t)within) /
                      CURVE_STEP / 256);
}

/* ---- accounts
 * -------------------------------------------------------------------------------- */

static void write_name(struct person *person, uint32_t id, uint32_t other)
{
    static const char *const patterns[CLASSES] = {
        [CLASS_COMPUTER] = "C%u$@DOM1",
        [CLASS_PERSON] = "U%u@DOM1",
        [CLASS_SERVICE] = "U%u@DOM1",
        [CLASS_SYSTEM] = "SYSTEM@C%u",
        [CLASS_LOCAL_SERVICE] = "LOCAL SERVICE@C%u",
        [CLASS_NETWORK_SERVICE] = "NETWORK SERVICE@C%u",
        [CLASS_ANONYMOUS] = "ANONYMOUS LOGON@C%u",
        [CLASS_LOCAL_USER] = "U%u@C%u",
        [CLASS_FAILING] = "C%u$@C%u",
    };
    char text[sizeof person->name];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int length = snprintf(text, sizeof text, patterns[person->class_id], id, other);
#pragma GCC diagnostic pop
    memcpy(person->name, text, (size_t)length + 1);
}

/* Numbers 0 .. n - 1 in a drawn order. */
static void shuffle(uint32_t *order, size_t n, struct draw *draw)
{
    for (size_t i = 0; i < n; i++) {
        size_t j = draw_below(draw, (uint32_t)i + 1);
        order[i] = order[j];
        order[j] = (uint32_t)i;
    }
}

/* A habit: deviates spread evenly over the accounts of a class, so that a hundred accounts have
 * the same marginals as many. */
static int32_t spread(uint32_t place, size_t n, struct draw *draw)
{
    uint64_t part = UINT64_MAX / n;
    return draw_quantile(place * part + draw_bits(draw) % part);
}

/* The number in the name of account i of n: scattered, each once. */
static uint32_t scattered(size_t i, size_t n)
{
    enum { STEP = 7919, RANGE = 17684 };
    size_t range = n + n / 4 > RANGE ? n + n / 4 : RANGE;
    range += range % STEP == 0;
    return 1 + (uint32_t)((i + 1) * STEP % range);
}

static size_t members(enum class_id class_id, size_t n)
{
    return (n * traits[class_id].share + 999) / 1000;
}

/* Names are numbered from `before` among `all` of their kind. */
static bool fill_class(struct person *people, size_t n, enum class_id class_id, size_t before,
                       size_t all, uint64_t seed)
{
    struct draw draw = draw_stream(seed, 1000 + (uint64_t)class_id);
    const struct class_traits *trait = &traits[class_id];
    uint32_t *order = calloc(3 * n, sizeof *order);
    if (order == NULL) {
        return false;
    }
    for (size_t k = 0; k < 3; k++) {
        shuffle(order + k * n, n, &draw);
    }
    for (size_t i = 0; i < n; i++) {
        struct person *person = &people[i];
        person->class_id = (uint8_t)class_id;
        write_name(person, scattered(before + i, all), 1 + draw_below(&draw, 17684));
        person->events = trait->events + spread(order[i], n, &draw);
        person->destinations = trait->destinations + spread(order[n + i], n, &draw);
        person->sources = trait->sources + spread(order[2 * n + i], n, &draw);
        uint32_t zeal = 96 + draw_below(&draw, 160);
        for (int slot = 0; slot < SLOTS; slot++) {
            uint32_t activity = trait->activity[slot] * zeal / 256;
            person->activity[slot] = (uint8_t)(activity > 0 ? activity : 1);
        }
    }
    free(order);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct person *)a)->name, ((const struct person *)b)->name);
}

struct people *people_new(size_t n, uint64_t seed)
{
    enum { MOST = 4000000 };
    struct people *people = n > 0 && n <= MOST ? calloc(1, sizeof *people) : NULL;
    if (people == NULL) {
        return NULL;
    }
    people->all = calloc(n + CLASSES, sizeof *people->all);
    bool fine = people->all != NULL;
    for (int i = 0; fine && i < CLASSES; i++) {
        enum class_id class_id = (enum class_id)i;
        size_t own = members(class_id, n), before = 0, all = own;
        if (class_id == CLASS_PERSON || class_id == CLASS_SERVICE) { /* names of one kind */
            all = members(CLASS_PERSON, n) + members(CLASS_SERVICE, n);
            before = class_id == CLASS_SERVICE ? members(CLASS_PERSON, n) : 0;
        }
        fine = fill_class(people->all + people->n, own, class_id, before, all, seed);
        people->n += own;
    }
    if (!fine) {
        people_free(people);
        return NULL;
    }
    qsort(people->all, people->n, sizeof *people->all, by_name);
    for (size_t i = 0; i < people->n; i++) {
        for (int slot = 0; slot < SLOTS; slot++) {
            people->census[slot][people->all[i].activity[slot]]++;
        }
    }
    return people;
}

void people_free(struct people *people)
{
    if (people != NULL) {
        free(people->all);
        free(people);
    }
}

/* ---- an hour
 * --------------------------------------------------------------------------------- */

static uint32_t failures(const struct person *person, uint32_t events, struct draw *draw)
{
    if (person->class_id == CLASS_FAILING) {
        return events;
    }
    uint32_t chance = draw_below(draw, 20000);
    uint32_t failed = 0;
    if (chance < 8) { /* an old password somewhere */
        failed = events * (10 + draw_below(draw, 60)) / 100;
    } else if (chance < 40) { /* a mistyped name */
        failed = events;
    } else if (chance < 300) { /* a mistyped password */
        failed = 1 + draw_small(draw, 4);
    }
    return failed < events ? failed : events;
}

struct deeds people_hour(const struct person *person, struct draw *draw)
{
    /* Weights in 1/64; their squares add up to about 1, so each sum is a normal deviate again.
     * Events are common to all three: hosts come with events. */
    int32_t busy = draw_normal(draw), roam = draw_normal(draw), crowd = draw_normal(draw);
    int32_t events = (48 * person->events + 42 * busy) / 64;
    int32_t destinations =
        (28 * person->events + 36 * person->destinations + 20 * busy + 40 * roam) / 64;
    int32_t sources = (28 * person->events + 18 * person->destinations + 30 * person->sources +
                       20 * busy + 26 * roam + 30 * crowd) /
                      64;
    struct deeds deeds = {on_curve(events_curve, events), 0,
                          on_curve(destinations_curve, destinations),
                          on_curve(sources_curve, sources)};
    if (person->class_id == CLASS_ANONYMOUS) {
        deeds.destinations = 1;
    }
    /* Every host takes an event; a crowd of hosts brings events, a small number gives way. */
    uint32_t hosts = deeds.destinations > deeds.sources ? deeds.destinations : deeds.sources;
    if (hosts > 8 && deeds.events < hosts) {
        deeds.events = hosts + draw_below(draw, hosts);
    }
    deeds.destinations = deeds.destinations < deeds.events ? deeds.destinations : deeds.events;
    deeds.sources = deeds.sources < deeds.events ? deeds.sources : deeds.events;
    deeds.failed = failures(person, deeds.events, draw);
    return deeds;
}

/* ---- when
 * ------------------------------------------------------------------------------------ */

void people_chances(const struct people *people, enum slot slot, size_t wanted,
                    uint32_t chances[LEVELS])
{
    /* chance = factor * level, at most 31/32; the factor by halving. */
    const uint64_t most = UINT64_C(31) << 27;
    uint64_t low = 0, high = UINT64_C(1) << 33;
    for (int step = 0; step < 40 && low + 1 < high; step++) {
        uint64_t factor = (low + high) / 2;
        uint64_t sum = 0; /* in 1/65536 accounts */
        for (uint64_t level = 0; level < LEVELS; level++) {
            uint64_t chance = factor * level < most ? factor * level : most;
            sum += people->census[slot][level] * (chance >> 16);
        }
        if (sum >> 16 < wanted) {
            low = factor;
        } else {
            high = factor;
        }
    }
    for (uint64_t level = 0; level < LEVELS; level++) {
        chances[level] = (uint32_t)(high * level < most ? high * level : most);
    }
}

/* Events of the study's 58 days in units of 100,000. */
static const uint16_t day_volume[] = {
    157, 176, 156, 135, 134, 186, 194, 194, 194, 181, 142, 140, 199, 208, 201,
    184, 159, 134, 132, 131, 183, 190, 180, 165, 138, 136, 186, 195, 191, 190,
    166, 143, 141, 189, 204, 206, 173, 168, 165, 162, 220, 234, 236, 229, 201,
    176, 175, 172, 227, 250, 234, 184, 152, 151, 203, 218, 224, 223};

static const uint8_t quiet_days[] = {3,  4,  10, 11, 17, 18, 24, 25, 31,
                                     32, 38, 39, 45, 46, 47, 52, 53};

enum { DAYS = sizeof day_volume / sizeof day_volume[0], NIGHT_HOURS = 7 };

bool calendar_quiet(uint32_t day)
{
    for (size_t i = 0; i < sizeof quiet_days; i++) {
        if (quiet_days[i] == day % DAYS) {
            return true;
        }
    }
    return false;
}

enum slot calendar_slot(uint32_t hour)
{
    bool quiet = calendar_quiet(hour / 24);
    if (hour % 24 < NIGHT_HOURS) {
        return quiet ? SLOT_QUIET_NIGHT : SLOT_NIGHT;
    }
    return quiet ? SLOT_QUIET_DAY : SLOT_DAY;
}

uint32_t calendar_weight(uint32_t hour)
{
    /* 23.97 % of the study's user-hours lie in the seven night hours. */
    static const uint8_t by_hour[24] = {76,  75,  74,  74,  75,  77,  80, 92, 99, 104, 106, 106,
                                        104, 105, 106, 106, 104, 101, 98, 96, 95, 94,  92,  91};
    enum { MEAN_VOLUME = 181 };
    uint32_t volume = day_volume[hour / 24 % DAYS];
    return by_hour[hour % 24] * (MEAN_VOLUME + volume);
}

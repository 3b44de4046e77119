#include "run/estimate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"

enum {
    PROGRAM_BYTES = 7000000,       /* code, libraries and small things */
    THREAD_BYTES = 1500000,        /* stack and scratch memory, of each thread */
    READER_BYTES = 16000000,       /* buffers, at most: small files need less */
    NEW_PROFILES_BYTES = 20000000, /* in blocks that wait to be taken in, at most */
    NEW_PROFILE_BYTES = 200,       /* of each, when there are few */
    PAST_ACCOUNT_BYTES = 700,      /* what own past knows of each */
};

/* A hash table of n entries of eight bytes, doubled when it is five eighths full. */
static double slots(double n)
{
    return 8 * exp2(ceil(log2(fmax(n, 1) * 1.6)));
}

/* Whether scaled profiles are still there when the detectors from `index` on run. */
static bool keeps_scaled(const struct run_params *params, size_t index)
{
    bool needed = params->index;
    for (size_t i = index; detectors[i] != NULL; i++) {
        needed = needed || (params->detectors.use[i] && !detectors[i]->lean);
    }
    return needed;
}

/* The detectors one after the other: what is held at most beside the table. */
static double detectors_peak(const struct sample *sample, const struct run_params *params,
                             double n)
{
    const double result =
        (sample->rows > n * 1.0001 ? 16 : 12) * n; /* score, order, rows above */
    const double sorting = 16 * n, scaled = 4 * (double)sample->d * n;
    double peak = 0, held = 0; /* results and models */
    for (size_t i = 0; detectors[i] != NULL; i++) {
        const double with = held + (keeps_scaled(params, i) ? scaled : 0);
        struct detector_memory memory = {0};
        if (!params->detectors.use[i]) {
            continue;
        }
        if (detectors[i]->memory != NULL) {
            detectors[i]->memory(params->detectors.values[i], sample, &memory);
        }
        if (!params->index && detectors[i]->rest != NULL) {
            memory.model = memory.rested;
        }
        peak = fmax(peak, with + memory.fit);
        peak = fmax(peak, with + memory.score + 8 * n);
        peak = fmax(peak, with + memory.model + result + sorting);
        held += memory.model + result;
    }
    held += params->index ? scaled : 0;
    peak = fmax(peak, held + result + sorting); /* ensemble */
    if (params->own) { /* own past and triage, by row: scores, and orders where one browses */
        const double of_row = params->index ? 16 : 8,
                     users = sample_distinct(&sample->users, sample->rows);
        peak = fmax(peak, held + result + of_row * sample->rows + PAST_ACCOUNT_BYTES * users);
    }
    return peak;
}

uint64_t estimate_bytes(const struct sample *sample, const struct run_params *params)
{
    const double d = (double)sample->d, rows = sample->rows;
    const double n = sample_distinct(&sample->profiles, rows);
    const double users = sample_distinct(&sample->users, rows);
    double table = 12 * rows + (8 * d + 8) * n + 40 * users;
    const double reading = slots(n) + slots(users) + fmin(2 * sample->bytes, READER_BYTES) +
                           fmin(NEW_PROFILE_BYTES * n, NEW_PROFILES_BYTES);
    double later = detectors_peak(sample, params, n);
    if (params->index) { /* rows by profile, and features in order: half their values repeat */
        later += 4 * rows + 4 * n + 6 * d * n;
    }
    const double threads = params->threads > 0 ? params->threads : parallel_cores();
    return (uint64_t)(PROGRAM_BYTES + THREAD_BYTES * threads + table + fmax(reading, later));
}

struct estimate estimate_make(const struct run_params *params, struct parallel *parallel)
{
    struct estimate estimate = {.left = limits_memory_left()};
    const struct csv_options options = {
        .features = (const char *const *)params->features,
        .n_features = params->n_features,
        .reading = &params->reading,
    };
    struct sample sample;
    const struct input_choice choice = run_params_choice(params);
    if (sample_input(params->input, &choice, &options, parallel, &sample)) {
        estimate.known = true;
        estimate.rows = sample.rows;
        estimate.profiles = sample_distinct(&sample.profiles, sample.rows);
        estimate.bytes = estimate_bytes(&sample, params);
    }
    return estimate;
}

bool estimate_exceeds(const struct estimate *estimate)
{
    /* It errs by a third now and then: only what is clear is said. */
    return estimate->known && (double)estimate->bytes > 1.25 * (double)estimate->left.bytes;
}

void estimate_say(const struct estimate *estimate, const struct run_params *params, char *text,
                  size_t size)
{
    char advice[160] = "";
    for (size_t i = 0; detectors[i] != NULL; i++) {
        if (params->detectors.use[i] && detectors[i]->memory_advice != NULL) {
            snprintf(advice, sizeof advice, "%s, or ", detectors[i]->memory_advice);
        }
    }
    snprintf(text, size,
             "about %s of memory are needed (some %s rows, %s different), and %s is %s: "
             "%sfewer detectors with --models; --memory-check=off tries all the same",
             format_bytes(estimate->bytes).text, format_short(estimate->rows).text,
             format_short(estimate->profiles).text, format_bytes(estimate->left.bytes).text,
             estimate->left.who, advice);
}

/* estimate: how much memory a run will take, said before the work. */
#ifndef ODDHOURS_RUN_ESTIMATE_H
#define ODDHOURS_RUN_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/parallel.h"
#include "events/sample_input.h"
#include "run/params.h"

struct estimate {
    bool known; /* false: a pipe, a raw log: nothing is said before */
    double rows, profiles;
    uint64_t bytes; /* at the peak, all of the process */
    struct memory_left left;
};

/* The peak of a run over such a table, from what its stages hold at a time. */
uint64_t estimate_bytes(const struct sample *sample, const struct run_params *params);

/* Looks at params->input and at what memory is left. */
struct estimate estimate_make(const struct run_params *params, struct parallel *parallel);

/* Whether the run clearly takes more than is left. */
bool estimate_exceeds(const struct estimate *estimate);

/* "about 3.1 GB of memory are needed (42.9 M rows, 539 k different), and 1.0 GB is left under
 * ulimit -v", and what to do about it. */
void estimate_say(const struct estimate *estimate, const struct run_params *params, char *text,
                  size_t size);

#endif

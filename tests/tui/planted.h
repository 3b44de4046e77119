/* planted: a list over rows for tests of the screens. */
#ifndef ODDHOURS_TESTS_TUI_PLANTED_H
#define ODDHOURS_TESTS_TUI_PLANTED_H

#include "run/run.h"

#define PLANTED_THRESHOLD 100

/* The score of a row: many ties, rows without one, no order that file or profiles have. */
float planted_score(size_t row);

/* Its result over a run that has finished: "planted", ready. */
bool planted_make(const struct run *run, struct result *result, struct status *status);

#endif

/* fixture: small tables made in memory, for tests. */
#ifndef ODDHOURS_TESTS_UNIT_FIXTURE_H
#define ODDHOURS_TESTS_UNIT_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "table/table.h"

/* A table of `n_rows` rows of `d` features (n_rows, d), collapsed into profiles as the readers
 * do it: ids in order of first appearance. No times, no users; features are called by `names`,
 * or f0, f1, ... when that is NULL. Asserts that memory suffices. */
struct table *fixture_table(const double *values, size_t n_rows, size_t d,
                            const char *const *names);
void fixture_free(struct table *table);

/* splitmix64: the next number of a generator, and one below `n`. */
uint64_t fixture_random(uint64_t *state);
size_t fixture_below(uint64_t *state, size_t n);

#endif

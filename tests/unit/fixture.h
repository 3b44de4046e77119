/* fixture: small tables made in memory, for tests. Whatever fails ends the running test. */
#ifndef ODDHOURS_TESTS_UNIT_FIXTURE_H
#define ODDHOURS_TESTS_UNIT_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "table/row_index.h"
#include "table/table.h"

/* A table of `n_rows` rows of `d` features (n_rows, d), without times and users. Features are
 * called by `names`, or f0, f1, ... when that is NULL. Freed with table_free(). */
struct table *fixture_table(const double *values, size_t n_rows, size_t d,
                            const char *const *names);

/* `n_rows` made-up user-hours with the study's seven columns: few distinct values, so that
 * profiles have many copies; users U0@DOM, U1@DOM, ... and hours of `n_days` days from 1970 on.
 */
struct table *fixture_user_hours(size_t n_rows, size_t n_users, size_t n_days, uint64_t seed);

/* The rows of each profile. */
struct row_index *fixture_index(const struct table *table);

/* Scores of (n) profiles: with `levels` above 0 one of so many values, so that ties are heavy;
 * every `unscored`-th at random NaN (0: none). Freed with free(). */
double *fixture_scores(size_t n, size_t levels, size_t unscored, uint64_t seed);

/* splitmix64: the next number of a generator, and one below `n`. */
uint64_t fixture_random(uint64_t *state);
size_t fixture_below(uint64_t *state, size_t n);

#endif

/* past_world: small tables of accounts by the hour, for tests of own past. */
#ifndef ODDHOURS_TESTS_UNIT_PAST_WORLD_H
#define ODDHOURS_TESTS_UNIT_PAST_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "past/past.h"
#include "table/table.h"

struct past_row {
    uint32_t hour; /* since 1970 */
    uint32_t
        user; /* "p0@X" .. by kind: every fifth a machine "m4$@X", every seventh "svc6@X" */
    double total, failed, destinations, sources;
};

/* `hours` hours of `users` accounts with levels of their own, active in about two of three;
 * `*rows` is freed by the caller. */
size_t past_world(struct past_row **rows, uint32_t hours, uint32_t users, uint64_t seed);

/* The study's seven columns of rows[0] .. rows[n - 1], in that order. Freed with table_free().
 */
struct table *past_world_table(const struct past_row *rows, size_t n);

/* Scores of all rows of a table, by a new own past or by one that goes on (`past`, may be
 * NULL). Freed with free(). */
float *past_world_scores(struct past *past, const struct table *table, unsigned threads);

/* The kinds of its users, by the default rules. Freed with free(). */
uint8_t *past_world_kinds(const struct table *table);

struct past *past_world_new(const struct table *table);

#endif

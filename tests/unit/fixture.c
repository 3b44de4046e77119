#include "unit/fixture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    assert_non_null(memory);
    return memory;
}

static uint64_t hash_vector(const double *values, size_t d)
{
    uint64_t hash = 0x9E3779B97F4A7C15u;
    for (size_t c = 0; c < d; c++) {
        uint64_t bits;
        memcpy(&bits, &values[c], sizeof bits);
        hash ^= bits;
        fixture_random(&hash);
        hash ^= hash >> 29;
    }
    return hash;
}

/* Gives each row its profile, in order of first appearance. */
static void collapse(struct table *table, const double *values)
{
    struct profiles *profiles = &table->profiles;
    size_t d = profiles->d, size = 1024;
    while (size < 2 * table->n_rows) {
        size *= 2;
    }
    uint32_t *slots = zeroed(size, sizeof *slots); /* profile + 1; 0 is free */
    for (size_t row = 0; row < table->n_rows; row++) {
        const double *x = values + row * d;
        size_t slot = hash_vector(x, d) & (size - 1);
        while (slots[slot] != 0 &&
               memcmp(profiles->values + (slots[slot] - 1) * d, x, d * sizeof *x) != 0) {
            slot = (slot + 1) & (size - 1);
        }
        if (slots[slot] == 0) {
            memcpy(profiles->values + profiles->n * d, x, d * sizeof *x);
            profiles->first_row[profiles->n] = (uint32_t)row;
            slots[slot] = (uint32_t)++profiles->n;
        }
        table->row_profile[row] = slots[slot] - 1;
        profiles->copies[slots[slot] - 1]++;
    }
    free(slots);
}

struct table *fixture_table(const double *values, size_t n_rows, size_t d,
                            const char *const *names)
{
    struct table *table = zeroed(1, sizeof *table);
    table->n_rows = n_rows;
    table->row_profile = zeroed(n_rows, sizeof *table->row_profile);
    table->profiles.d = d;
    table->profiles.values = zeroed(n_rows * d, sizeof(double));
    table->profiles.copies = zeroed(n_rows, sizeof(uint32_t));
    table->profiles.first_row = zeroed(n_rows, sizeof(uint32_t));
    table->feature_names = zeroed(d, sizeof(char *));
    for (size_t c = 0; c < d; c++) {
        char name[64];
        snprintf(name, sizeof name, "f%zu", c);
        table->feature_names[c] = strdup(names != NULL ? names[c] : name);
        assert_non_null(table->feature_names[c]);
    }
    collapse(table, values);
    return table;
}

void fixture_free(struct table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t c = 0; c < table->profiles.d; c++) {
        free(table->feature_names[c]);
    }
    free(table->feature_names);
    free(table->profiles.values);
    free(table->profiles.copies);
    free(table->profiles.first_row);
    free(table->row_profile);
    free(table->row_time);
    free(table->row_user);
    free(table->time_seconds);
    free(table);
}

uint64_t fixture_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

size_t fixture_below(uint64_t *state, size_t n)
{
    return (size_t)(fixture_random(state) % n);
}

#include "table/parquet/distinct.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SLOTS_LEAST = 1024 };

static size_t slot_of(const struct distinct *distinct, uint64_t bits)
{
    uint64_t hash = (bits ^ bits >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash ^ hash >> 29) & (distinct->n_slots - 1);
}

static bool grow(struct distinct *distinct, struct status *status)
{
    size_t n_slots = distinct->n_slots > 0 ? 2 * distinct->n_slots : SLOTS_LEAST;
    uint32_t *slots = mem_zero(n_slots, sizeof *slots, "a Parquet file", status);
    if (slots == NULL) {
        return false;
    }
    free(distinct->slots);
    distinct->slots = slots;
    distinct->n_slots = n_slots;
    for (size_t i = 0; i < distinct->n; i++) {
        size_t slot = slot_of(distinct, distinct->bits[i]);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = (uint32_t)i + 1;
    }
    return true;
}

bool distinct_add(struct distinct *distinct, uint64_t bits, uint32_t *place,
                  struct status *status)
{
    if (2 * (distinct->n + 1) > distinct->n_slots && !grow(distinct, status)) {
        return false;
    }
    size_t slot = slot_of(distinct, bits);
    for (; distinct->slots[slot] != 0; slot = (slot + 1) & (distinct->n_slots - 1)) {
        *place = distinct->slots[slot] - 1;
        if (distinct->bits[*place] == bits) {
            return true;
        }
    }
    if (!mem_grow(&distinct->bits, &distinct->room, distinct->n + 1, sizeof *distinct->bits,
                  "a Parquet file", status)) {
        return false;
    }
    *place = (uint32_t)distinct->n;
    distinct->bits[distinct->n++] = bits;
    distinct->slots[slot] = *place + 1;
    return true;
}

void distinct_reset(struct distinct *distinct)
{
    distinct->n = 0;
    if (distinct->n_slots > 0) {
        memset(distinct->slots, 0, distinct->n_slots * sizeof *distinct->slots);
    }
}

void distinct_clear(struct distinct *distinct)
{
    free(distinct->bits);
    free(distinct->slots);
    *distinct = (struct distinct){0};
}

uint64_t parquet_number_bits(enum parquet_kind kind, double number)
{
    uint64_t bits = 0;
    if (kind == PARQUET_KIND_DOUBLE) {
        memcpy(&bits, &number, sizeof number);
    } else if (kind == PARQUET_KIND_FLOAT) {
        float single = (float)number;
        memcpy(&bits, &single, sizeof single);
    } else if (kind == PARQUET_KIND_INT64) {
        bits = (uint64_t)(int64_t)number;
    } else {
        bits = (uint32_t)(int32_t)number;
    }
    return bits;
}

void parquet_numbers_narrow(enum parquet_kind kind, uint64_t *bits, size_t n)
{
    if (parquet_kind_bytes(kind) != sizeof(uint32_t)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t narrow = (uint32_t)bits[i];
        memcpy((uint8_t *)bits + i * sizeof narrow, &narrow, sizeof narrow);
    }
}

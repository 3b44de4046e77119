/* distinct: numbers that are told apart by their bits, as a dictionary of a Parquet file wants
 * them: -0 is not 0, and a NaN is itself. */
#ifndef ODDHOURS_TABLE_PARQUET_DISTINCT_H
#define ODDHOURS_TABLE_PARQUET_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/parquet/chunk_write.h"

/* Starts as all zeros; distinct_reset() forgets the numbers and keeps the memory. */
struct distinct {
    uint64_t *bits; /* (n) in order of first appearance */
    size_t n, room;
    uint32_t *slots; /* (n_slots) 0: free, else 1 + place */
    size_t n_slots;
};

/* The place of a number, new or not, into `*place`; false when memory ran out. */
bool distinct_add(struct distinct *distinct, uint64_t bits, uint32_t *place,
                  struct status *status);
void distinct_reset(struct distinct *distinct);
void distinct_clear(struct distinct *distinct);

/* A number as the file has it in a column of that kind, in the low bytes; a whole number must
 * fit. */
uint64_t parquet_number_bits(enum parquet_kind kind, double number);

/* `n` numbers so made (in place) as they stand in the file. */
void parquet_numbers_narrow(enum parquet_kind kind, uint64_t *bits, size_t n);

#endif

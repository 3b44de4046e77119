/* mem: checked allocation, and what the process uses.
 *
 * Every product of sizes is overflow-safe, and every failure is a status (STATUS_NOMEM) that
 * names the bytes and what they were for. Everything returned is freed with free().
 */
#ifndef ODDHOURS_BASE_MEM_H
#define ODDHOURS_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* count * size bytes, not initialised. A zero-sized request gives a valid pointer. */
void *mem_new(size_t count, size_t size, const char *what, struct status *status);

/* The same, zeroed. Large requests cost no memory until they are touched. */
void *mem_zero(size_t count, size_t size, const char *what, struct status *status);

/* The same as mem_new, aligned to 64 bytes (a cache line, an AVX-512 register). */
void *mem_aligned(size_t count, size_t size, const char *what, struct status *status);

/* Makes `*array` (elements of `size` bytes, room for `*capacity`) hold at least `need`
 * elements; grows by half, so a sequence of appends is linear. On failure the array is left as
 * it was. */
bool mem_grow(void *array_pointer, size_t *capacity, size_t need, size_t size, const char *what,
              struct status *status);

/* Gives back what is unused: shrinks `*array` to `count` elements. Never fails. */
void mem_trim(void *array_pointer, size_t *capacity, size_t count, size_t size);

/* A copy of `length` bytes, terminated by a zero byte. */
char *mem_text(const char *bytes, size_t length, struct status *status);

/* Gives memory that was freed back to the system, which free() alone need not do: after work
 * with many small pieces of it. */
void mem_give_back(void);

/* Bytes of memory this process holds now, held at most so far, and that the machine could still
 * give; 0 when the system does not say. */
uint64_t mem_resident_bytes(void);
uint64_t mem_peak_bytes(void);
uint64_t mem_available_bytes(void);

#endif

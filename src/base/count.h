/* count: whole numbers as people type them: digits, and nothing before, between or after them.
 * strtoul() takes blanks and signs, and makes a large number of a negative one.
 */
#ifndef ODDHOURS_BASE_COUNT_H
#define ODDHOURS_BASE_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False, with `*value` left alone, when the bytes are no such number or it is above `most`. */
bool count_read(const char *bytes, size_t length, uint64_t most, uint64_t *value);

/* The same of a whole text. */
bool count_parse(const char *text, uint64_t most, uint64_t *value);

#endif

/* same_bytes: memcmp() of short texts without the call. */
#ifndef ODDHOURS_TABLE_SAME_BYTES_H
#define ODDHOURS_TABLE_SAME_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Whether `length` bytes are equal: two overlapping words of the right size. */
static inline bool same_bytes(const char *a, const char *b, size_t length)
{
    if (length > 32) {
        return memcmp(a, b, length) == 0;
    }
    if (length >= 16) {
        return memcmp(a, b, 16) == 0 && memcmp(a + length - 16, b + length - 16, 16) == 0;
    }
    if (length >= 8) {
        return memcmp(a, b, 8) == 0 && memcmp(a + length - 8, b + length - 8, 8) == 0;
    }
    if (length >= 4) {
        return memcmp(a, b, 4) == 0 && memcmp(a + length - 4, b + length - 4, 4) == 0;
    }
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

#endif

/* ascii: case of ASCII letters, whatever the locale.
 *
 * The functions of the C library ask the locale: in a Turkish one 'I' is no capital of 'i', so
 * "INF" would be a number for some users and none for others.
 */
#ifndef ODDHOURS_BASE_ASCII_H
#define ODDHOURS_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool ascii_is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline char ascii_lower(char c)
{
    return ascii_is_capital(c) ? (char)(c - 'A' + 'a') : c;
}

/* Whether `length` bytes are the same letters, in any case. */
static inline bool ascii_same(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (ascii_lower(a[i]) != ascii_lower(b[i])) {
            return false;
        }
    }
    return true;
}

static inline bool ascii_same_word(const char *a, const char *b)
{
    size_t length = strlen(a);
    return strlen(b) == length && ascii_same(a, b, length);
}

#endif

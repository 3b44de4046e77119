/* literal: a short text in a long one, found 16 places at a time. For texts behind which
 * RECORD_PADDING bytes can be read. */
#ifndef ODDHOURS_EVENTS_FORMAT_LITERAL_H
#define ODDHOURS_EVENTS_FORMAT_LITERAL_H

#include <stddef.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "table/dict.h"

/* The first place of a literal between `at` and `end`; NULL when it is not there, or empty. Its
 * second and its last byte but one (of a short one: its first and last) are looked for at once,
 * since what stands at its ends is often a quote. */
static inline const char *literal_find(const char *at, const char *end, struct span literal)
{
    if (literal.length == 0 || (size_t)(end - at) < literal.length) {
        return NULL;
    }
    const char *last_place = end - literal.length;
#ifdef __SSE2__
    const size_t inside = literal.length > 3, last = literal.length - 1 - inside;
    const __m128i one = _mm_set1_epi8(literal.bytes[inside]);
    const __m128i other = _mm_set1_epi8(literal.bytes[last]);
    for (; at <= last_place; at += 16) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(at + inside));
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(at + last));
        unsigned found = (unsigned)_mm_movemask_epi8(
            _mm_and_si128(_mm_cmpeq_epi8(a, one), _mm_cmpeq_epi8(b, other)));
        for (; found != 0; found &= found - 1) {
            const char *place = at + __builtin_ctz(found);
            if (place <= last_place && memcmp(place, literal.bytes, literal.length) == 0) {
                return place;
            }
        }
    }
#else
    for (; at <= last_place; at++) {
        if (*at == *literal.bytes && memcmp(at, literal.bytes, literal.length) == 0) {
            return at;
        }
    }
#endif
    return NULL;
}

#endif

#include "base/double_text.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* printf writes the locale's decimal sign, which may be several bytes: everything that is no
 * part of a number in the C locale becomes one point. Returns the new length. */
static size_t with_point(char *text, size_t length)
{
    size_t kept = 0;
    bool point = false;
    for (size_t i = 0; i < length; i++) {
        if (strchr("0123456789e+-", text[i]) != NULL) {
            text[kept++] = text[i];
        } else if (!point) {
            text[kept++] = '.';
            point = true;
        }
    }
    text[kept] = '\0';
    return kept;
}

static size_t copy(char text[DOUBLE_TEXT], const char *word)
{
    size_t length = strlen(word);
    memcpy(text, word, length + 1);
    return length;
}

size_t double_text_write(double value, char text[DOUBLE_TEXT])
{
    if (isnan(value)) {
        return copy(text, "nan");
    }
    if (isinf(value)) {
        return copy(text, value > 0 ? "inf" : "-inf");
    }
    /* 15 digits survive the way to a double and back (fewer do near 0); 17 always bring the
     * double back. */
    int digits = fabs(value) < DBL_MIN ? 1 : 15;
    int length = 0;
    for (; digits <= 17; digits++) {
        length = snprintf(text, DOUBLE_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    double size = fabs(value);
    if (size >= 1e15 && size < 1e16) { /* repr() changes to exponents at 1e16, %g earlier */
        length = snprintf(text, DOUBLE_TEXT, "%.0f", value);
    }
    size_t end = with_point(text, (size_t)length);
    if (strpbrk(text, ".e") == NULL) {
        memcpy(text + end, ".0", 3);
        end += 2;
    }
    return end;
}

/* A float of that size is m / 2^shift with 24 bits of m; m * 10^places has at most 64 bits, so
 * nine digits are rounded exactly, half to even, as printf does. */
size_t double_text_float(float value, char text[DOUBLE_TEXT])
{
    enum { DIGITS = 9, MOST_PLACES = 12, LEAST_PLACES = 2 };
    static const uint64_t most = 1000000000;
    const double size = fabs((double)value);
    if (value == 0 && !signbit(value)) {
        return copy(text, "0");
    }
    uint64_t digits = most;
    int places = MOST_PLACES;
    if (size >= 1e-4 && size < 1e7) {
        uint64_t power = 1000000000000u;
        for (double bound = 1e-3; size >= bound && places > LEAST_PLACES; bound *= 10) {
            power /= 10;
            places--;
        }
        int exponent;
        const uint64_t product = (uint64_t)ldexp(frexp(size, &exponent), 24) * power;
        const int shift = 24 - exponent; /* 0 to 37 */
        const uint64_t rest = product & ((UINT64_C(1) << shift) - 1);
        const uint64_t half = (UINT64_C(1) << shift) >> 1;
        digits = product >> shift;
        digits += shift > 0 && (rest > half || (rest == half && digits % 2 == 1));
    }
    if (digits >= most || digits < most / 10) {
        return with_point(text, (size_t)snprintf(text, DOUBLE_TEXT, "%.9g", (double)value));
    }
    char digit[DIGITS];
    for (int i = DIGITS; i-- > 0; digits /= 10) {
        digit[i] = (char)('0' + digits % 10);
    }
    size_t kept = DIGITS, used = 0, whole = 0;
    while (digit[kept - 1] == '0') {
        kept--;
    }
    if (value < 0) {
        text[used++] = '-';
    }
    for (; (int)whole < DIGITS - places; whole++) {
        text[used++] = digit[whole];
    }
    if (whole == 0) {
        text[used++] = '0';
    }
    if (kept > whole) {
        text[used++] = '.';
        for (int zeros = places - DIGITS; zeros > 0; zeros--) {
            text[used++] = '0';
        }
        memcpy(text + used, digit + whole, kept - whole);
        used += kept - whole;
    }
    text[used] = '\0';
    return used;
}

size_t double_text_ratio(unsigned long part, unsigned long whole, char text[DOUBLE_TEXT])
{
    if (part == 0 || whole == 0) {
        return copy(text, "0.0");
    }
    if (part == whole) {
        return copy(text, "1.0");
    }
    return double_text_write((double)part / (double)whole, text);
}

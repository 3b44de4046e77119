#include "base/double_text.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
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

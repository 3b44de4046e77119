#define _GNU_SOURCE
#include "table/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

enum { LONGEST_NUMBER = 1024 }; /* bytes; more is taken for no number */

bool number_missing(struct span text)
{
    static const char *const words[] = {
        "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
        "<NA>", "N/A",      "NA",  "NULL",    "NaN",      "None", "n/a",  "nan",    "null",
    };
    enum { LONGEST = 8, FIRST = 1 };
    if (text.length == 0) {
        return true;
    }
    if (text.length > LONGEST || memchr("#-1<Nn", text.bytes[0], 6) == NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == text.length && memcmp(words[i], text.bytes, text.length) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct span without_blanks(struct span text)
{
    while (text.length > 0 && is_blank(text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.bytes[text.length - 1])) {
        text.length--;
    }
    return text;
}

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static bool skip_digits(const char **at, const char *end)
{
    const char *from = *at;
    while (*at < end && is_digit(**at)) {
        ++*at;
    }
    return *at > from;
}

static const char *skip_sign(const char *at, const char *end)
{
    return at < end && (*at == '-' || *at == '+') ? at + 1 : at;
}

static bool is_decimal(const char *at, const char *end)
{
    at = skip_sign(at, end);
    bool whole = skip_digits(&at, end), fraction = false;
    if (at < end && *at == '.') {
        at++;
        fraction = skip_digits(&at, end);
    }
    if (!whole && !fraction) {
        return false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = skip_sign(at + 1, end);
        if (!skip_digits(&at, end)) {
            return false;
        }
    }
    return at == end;
}

static bool is_infinity(const char *at, const char *end)
{
    at = skip_sign(at, end);
    size_t length = (size_t)(end - at);
    return (length == 3 && ascii_same(at, "inf", 3)) ||
           (length == 8 && ascii_same(at, "infinity", 8));
}

/* Everything that is not a short plain decimal. */
static enum number_kind parse_slowly(struct span text, locale_t c_locale, double *value)
{
    char copy[LONGEST_NUMBER];
    if (text.length >= sizeof copy) {
        return NUMBER_BAD;
    }
    const char *end = text.bytes + text.length;
    if (is_infinity(text.bytes, end)) {
        *value = text.bytes[0] == '-' ? -INFINITY : INFINITY;
        return NUMBER_GOOD;
    }
    if (!is_decimal(text.bytes, end)) {
        return NUMBER_BAD;
    }
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    *value = strtod_l(copy, NULL, c_locale);
    return NUMBER_GOOD;
}

/* digits / 10^decimals, correctly rounded, or false. Both are exact in double when small
 * enough, and one division rounds once (Clinger 1990). In the 64 bits of the x87's long double
 * both are exact further up; rounding its quotient to double is right unless it lies halfway.
 */
static bool scale_down(uint64_t digits, unsigned decimals, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (digits <= UINT64_C(1) << 53 && decimals <= 22) {
        *value = (double)digits / power[decimals];
        return true;
    }
#if LDBL_MANT_DIG == 64 && defined(__x86_64__)
    if (decimals <= 22) {
        enum { BELOW_DOUBLE = (1 << 11) - 1, HALFWAY = 1 << 10 };
        long double quotient = (long double)digits / power[decimals];
        uint64_t mantissa;
        memcpy(&mantissa, &quotient, sizeof mantissa);
        *value = (double)quotient;
        return (mantissa & BELOW_DOUBLE) != HALFWAY;
    }
#endif
    return false;
}

/* [sign] digits [. digits], up to 19 significant ones. */
bool number_parse_quickly(struct span text, double *value)
{
    enum { MOST_DIGITS = 19 }; /* 10^19 - 1 fits in 64 bits */
    const char *at = text.bytes, *end = text.bytes + text.length;
    bool negative = at < end && *at == '-';
    at += negative;
    uint64_t digits = 0;
    const char *from = at, *point = NULL;
    while (at < end && *at == '0') {
        at++;
    }
    const char *first = at;
    for (; at < end; at++) {
        if (is_digit(*at)) {
            digits = digits * 10 + (uint64_t)(*at - '0');
        } else if (*at == '.' && point == NULL) {
            point = at;
        } else {
            return false;
        }
    }
    bool any = end - from > (point != NULL);
    unsigned decimals = point == NULL ? 0 : (unsigned)(end - point - 1);
    if (!any || end - first > MOST_DIGITS || !scale_down(digits, decimals, value)) {
        return false;
    }
    *value = negative ? -*value : *value;
    return true;
}

/* What databases and spreadsheets write where there is nothing. */
static bool is_mark(struct span text)
{
    static const char *const marks[] = {"-",         "--",           "?",           ".",
                                        "\\N",       "(null)",       "(none)",      "(blank)",
                                        "(empty)",   "nil",          "#DIV/0!",     "#VALUE!",
                                        "#REF!",     "#NUM!",        "#NAME?",      "#NULL!",
                                        "undefined", "\xE2\x80\x93", "\xE2\x80\x94"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (strlen(marks[i]) == text.length && memcmp(marks[i], text.bytes, text.length) == 0) {
            return true;
        }
    }
    return text.length == 0;
}

static bool is_word(struct span text, const char *word)
{
    return text.length == strlen(word) && ascii_same(text.bytes, word, text.length);
}

/* ---- dress ---- */

struct dressed {
    const char *text;
    size_t bytes;
};

/* The sign at the beginning of a text that one of a list is; its length or 0. */
static size_t one_of(struct span text, const struct dressed *signs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (signs[i].bytes <= text.length &&
            memcmp(text.bytes, signs[i].text, signs[i].bytes) == 0) {
            return signs[i].bytes;
        }
    }
    return 0;
}

/* Blanks, a no-break space (also narrow), a thin space; then what has no width. */
static const struct dressed blanks[] = {{" ", 1},
                                        {"\t", 1},
                                        {"\xC2\xA0", 2},
                                        {"\xE2\x80\xAF", 3},
                                        {"\xE2\x80\x89", 3},
                                        {"\xE2\x80\x8B", 3},
                                        {"\xE2\x80\x8E", 3},
                                        {"\xE2\x80\x8F", 3},
                                        {"\xEF\xBB\xBF", 3}};
enum { BLANKS = sizeof blanks / sizeof *blanks, WIDE_BLANKS = 5 };

static struct span undressed(struct span text)
{
    for (size_t n; (n = one_of(text, blanks, BLANKS)) > 0;) {
        text.bytes += n;
        text.length -= n;
    }
    for (size_t n = 1; n > 0 && text.length > 0;) {
        n = 0;
        for (size_t i = 0; i < BLANKS && n == 0; i++) {
            size_t m = blanks[i].bytes;
            if (m <= text.length &&
                memcmp(text.bytes + text.length - m, blanks[i].text, m) == 0) {
                n = m;
            }
        }
        text.length -= n;
    }
    return text;
}

/* What may stand between thousands beside commas and dots. */
static size_t group_mark(struct span text)
{
    static const struct dressed others[] = {{"'", 1}, {"_", 1}, {"\xE2\x80\x99", 3}};
    size_t n = one_of(text, blanks, WIDE_BLANKS);
    return n > 0 ? n : one_of(text, others, sizeof others / sizeof *others);
}

static size_t digits_at(struct span text)
{
    size_t n = 0;
    while (n < text.length && is_digit(text.bytes[n])) {
        n++;
    }
    return n;
}

/* Copies digits, without the marks between groups of three. */
static bool copy_digits(struct span text, char *room, size_t *used)
{
    size_t run = digits_at(text), most = NUMBER_LONGEST - 2;
    struct span mark = {NULL, 0};
    bool first = true;
    for (;;) {
        if (*used + run > most) {
            return false;
        }
        memcpy(room + *used, text.bytes, run);
        *used += run;
        text.bytes += run;
        text.length -= run;
        size_t n = run == 0 ? 0 : group_mark(text);
        if (n == 0) {
            break;
        }
        bool same =
            mark.length == 0 || (mark.length == n && memcmp(mark.bytes, text.bytes, n) == 0);
        mark = (struct span){text.bytes, n};
        text.bytes += n;
        text.length -= n;
        if (!same || (first && run > 3) || digits_at(text) != 3) {
            return false;
        }
        first = false;
        run = 3;
    }
    if (*used + text.length > most) { /* a fraction, an exponent, or what is no number */
        return false;
    }
    memcpy(room + *used, text.bytes, text.length);
    *used += text.length;
    return true;
}

bool number_without_dress(struct span text, char room[NUMBER_LONGEST], struct span *plain)
{
    static const struct dressed minus[] = {{"-", 1}, {"\xE2\x88\x92", 3}};
    struct span whole = text;
    size_t used = 0;
    text = undressed(text);
    if (text.length > 3 && memcmp(text.bytes, "=\"", 2) == 0 &&
        text.bytes[text.length - 1] == '"') {
        text = (struct span){text.bytes + 2, text.length - 3};
    } else if (text.length > 1 && text.bytes[0] == '\'') {
        text = (struct span){text.bytes + 1, text.length - 1};
    } else if (text.length > 2 && text.bytes[0] == '(' && text.bytes[text.length - 1] == ')' &&
               is_digit(text.bytes[1])) {
        text = (struct span){text.bytes + 1, text.length - 2};
        room[used++] = '-';
    }
    size_t sign = used == 0 ? one_of(text, minus, 2) : 0;
    if (sign > 0) {
        room[used++] = '-';
        text.bytes += sign;
        text.length -= sign;
    }
    if (!copy_digits(text, room, &used)) {
        return false;
    }
    *plain = (struct span){room, used};
    return used != whole.length || memcmp(room, whole.bytes, used) != 0;
}

/* True and false as programs and spreadsheets of several languages write them. */
static bool is_boolean(struct span text, double *value)
{
    static const char *const words[2][5] = {{"false", "falsch", "faux", "falso", "onwaar"},
                                            {"true", "wahr", "vrai", "verdadero", "waar"}};
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 2; k++) {
            if (is_word(text, words[k][i])) {
                *value = (double)k;
                return true;
            }
        }
    }
    return false;
}

static enum number_kind parse_plain(struct span text, locale_t c_locale, double *value)
{
    if (number_missing(text)) {
        return NUMBER_MISSING;
    }
    text = without_blanks(text);
    enum number_kind kind = parse_slowly(text, c_locale, value);
    if (kind == NUMBER_BAD && (is_mark(text) || number_missing(text))) {
        return NUMBER_MISSING;
    }
    return kind == NUMBER_BAD && is_boolean(text, value) ? NUMBER_GOOD : kind;
}

enum number_kind number_parse(struct span text, locale_t c_locale, double *value)
{
    char room[NUMBER_LONGEST];
    struct span plain;
    if (number_parse_quickly(text, value)) {
        return NUMBER_GOOD;
    }
    enum number_kind kind = parse_plain(text, c_locale, value);
    return kind == NUMBER_BAD && number_without_dress(text, room, &plain)
               ? parse_plain(plain, c_locale, value)
               : kind;
}

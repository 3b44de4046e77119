#include "base/json_scan.h"

#include <string.h>

void json_scan_start(struct json_scan *scan, const char *bytes, size_t length, bool whole)
{
    *scan = (struct json_scan){
        .at = bytes, .end = bytes + length, .whole = whole, .wants = JSON_WANTS_VALUE};
}

static enum json_piece broken(struct json_scan *scan, const char *problem)
{
    scan->problem = problem;
    return JSON_BROKEN;
}

static enum json_piece ended(struct json_scan *scan)
{
    return scan->whole ? broken(scan, "it is cut off") : JSON_MORE;
}

static void skip_blanks(struct json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')) {
        scan->at++;
    }
}

/* ---- strings ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The four digits of \uXXXX; -1 when they are not. */
static long hex4(const char *text)
{
    long code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

/* Eight bytes at once: whether one of them is a quote, a backslash or below a blank. The tests
 * are those of "Bit Twiddling Hacks" (Anderson), exact for the lowest byte that is found. */
static inline bool is_plain(const char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
    uint64_t found =
        ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * ' ') & ~word);
    return (found & high) == 0;
}

/* A string from behind its first quote to behind its last. */
static enum json_piece scan_string(struct json_scan *scan, enum json_piece piece)
{
    const char *at = scan->at, *end = scan->end;
    scan->text = at;
    scan->escaped = false;
    for (;;) {
        while (end - at >= 8 && is_plain(at)) {
            at += 8;
        }
        while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ') {
            at++;
        }
        if (at == end) {
            scan->at = at;
            return ended(scan);
        }
        if (*at == '"') {
            break;
        }
        if (*at != '\\') {
            if (*at != '\t') {
                scan->at = at;
                return broken(scan, *at == '\n' || *at == '\r' ? "a string does not end"
                                                               : "a control character");
            }
            at++;
            continue;
        }
        size_t length = end - at > 1 && at[1] == 'u' ? 6 : 2;
        if ((size_t)(end - at) < length) {
            scan->at = at;
            return ended(scan);
        }
        if (length == 2 ? strchr("\"\\/bfnrt", at[1]) == NULL || at[1] == '\0'
                        : hex4(at + 2) < 0) {
            scan->at = at;
            return broken(scan, "a backslash that stands for nothing");
        }
        scan->escaped = true;
        at += length;
    }
    scan->length = (size_t)(at - scan->text);
    scan->at = at + 1;
    return piece;
}

static size_t put_utf8(char *out, unsigned long code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* The character of \uXXXX at `text`, and of the other half of a pair behind it. */
static unsigned long escaped_code(const char *text, size_t left, size_t *used)
{
    enum { REPLACEMENT = 0xFFFD };
    unsigned long code = (unsigned long)hex4(text + 2);
    *used = 6;
    if (code >= 0xD800 && code < 0xDC00 && left >= 12 && text[6] == '\\' && text[7] == 'u') {
        unsigned long low = (unsigned long)hex4(text + 8);
        if (low >= 0xDC00 && low < 0xE000) {
            *used = 12;
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return code == 0 || (code >= 0xD800 && code < 0xE000) ? REPLACEMENT : code;
}

size_t json_plain(const char *text, size_t length, char *out)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    size_t n = 0;
    for (size_t i = 0; i < length;) {
        if (text[i] != '\\') {
            out[n++] = text[i++];
        } else if (text[i + 1] == 'u') {
            size_t used;
            n += put_utf8(out + n, escaped_code(text + i, length - i, &used));
            i += used;
        } else {
            const char *letter = strchr(letters, text[i + 1]);
            out[n++] = letter != NULL ? meant[letter - letters] : text[i + 1];
            i += 2;
        }
    }
    return n;
}

/* ---- other values ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the bytes are a number: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool is_number(const char *at, const char *end)
{
    at += at < end && *at == '-';
    if (at == end || !is_digit(*at)) {
        return false;
    }
    bool zero = *at++ == '0';
    while (!zero && at < end && is_digit(*at)) {
        at++;
    }
    if (at < end && *at == '.') {
        const char *from = ++at;
        while (at < end && is_digit(*at)) {
            at++;
        }
        if (at == from) {
            return false;
        }
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        const char *from = at;
        while (at < end && is_digit(*at)) {
            at++;
        }
        if (at == from) {
            return false;
        }
    }
    return at == end;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

/* A number, true, false or null: all up to what can follow a value. */
static enum json_piece scan_word(struct json_scan *scan)
{
    const char *from = scan->at, *at = from;
    while (at < scan->end && *at != ',' && *at != '}' && *at != ']' &&
           (unsigned char)*at > ' ') {
        at++;
    }
    if (at == scan->end && !scan->whole) {
        scan->at = at;
        return JSON_MORE;
    }
    size_t length = (size_t)(at - from);
    enum json_piece piece = is_number(from, at)              ? JSON_NUMBER
                            : is_word(from, length, "true")  ? JSON_TRUE
                            : is_word(from, length, "false") ? JSON_FALSE
                            : is_word(from, length, "null")  ? JSON_NULL
                            : is_word(from, length, "NaN") ||
                                    is_word(from, length, "Infinity") ||
                                    is_word(from, length, "-Infinity")
                                ? JSON_NUMBER
                                : JSON_BROKEN;
    if (piece == JSON_BROKEN) {
        return length == 0 ? broken(scan, "a value is missing")
                           : broken(scan, "a word that is no value");
    }
    scan->text = from;
    scan->length = length;
    scan->escaped = false;
    scan->at = at;
    return piece;
}

/* ---- objects and arrays ---- */

static bool in_object(const struct json_scan *scan)
{
    return scan->depth > 0 && (scan->objects & 1) != 0;
}

static enum json_piece open(struct json_scan *scan, bool object)
{
    if (scan->depth == JSON_DEPTH) {
        return broken(scan, "more than 64 values in each other");
    }
    scan->at++;
    scan->depth++;
    scan->objects = scan->objects << 1 | object;
    scan->wants = JSON_WANTS_FIRST;
    return object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_piece close_it(struct json_scan *scan)
{
    bool object = in_object(scan);
    scan->at++;
    scan->depth--;
    scan->objects >>= 1;
    scan->wants = JSON_WANTS_COMMA;
    return object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static enum json_piece scan_value(struct json_scan *scan)
{
    switch (*scan->at) {
    case '{': return open(scan, true);
    case '[': return open(scan, false);
    case '"':
        scan->wants = JSON_WANTS_COMMA;
        scan->at++;
        return scan_string(scan, JSON_STRING);
    default: scan->wants = JSON_WANTS_COMMA; return scan_word(scan);
    }
}

static enum json_piece scan_key(struct json_scan *scan)
{
    if (*scan->at != '"') {
        return broken(scan, "a key without quotes");
    }
    scan->at++;
    enum json_piece piece = scan_string(scan, JSON_KEY);
    if (piece != JSON_KEY) {
        return piece;
    }
    skip_blanks(scan);
    if (scan->at == scan->end) {
        return ended(scan);
    }
    if (*scan->at != ':') {
        return broken(scan, "a key without a colon");
    }
    scan->at++;
    scan->wants = JSON_WANTS_VALUE;
    return JSON_KEY;
}

enum json_piece json_scan_next(struct json_scan *scan)
{
    skip_blanks(scan);
    if (scan->at == scan->end) {
        return ended(scan);
    }
    if (scan->wants == JSON_WANTS_VALUE) {
        return scan_value(scan);
    }
    if (scan->depth == 0) {
        return broken(scan, "something behind its end");
    }
    bool object = in_object(scan);
    if (*scan->at == (object ? '}' : ']') && scan->wants != JSON_WANTS_KEY) {
        return close_it(scan);
    }
    if (scan->wants == JSON_WANTS_COMMA) {
        if (*scan->at != ',') {
            return broken(scan, "a comma is missing");
        }
        scan->at++;
        scan->wants = object ? JSON_WANTS_KEY : JSON_WANTS_VALUE;
        skip_blanks(scan);
        if (scan->at == scan->end) {
            return ended(scan);
        }
    }
    return object ? scan_key(scan) : scan_value(scan);
}

bool json_scan_skip(struct json_scan *scan, enum json_piece *piece)
{
    const unsigned outside = scan->depth - 1;
    while (scan->depth > outside) {
        *piece = json_scan_next(scan);
        if (*piece == JSON_MORE || *piece == JSON_BROKEN) {
            return false;
        }
    }
    return true;
}

/* json_scan: reads a JSON value piece by piece where it stands, without memory of its own. For
 * tables and logs of many records; small files are read with cJSON.
 *
 * What JSON allows and nothing else, but for what programs write all the same: NaN, Infinity
 * and -Infinity are numbers, and bytes that are no UTF-8 pass as they are. */
#ifndef ODDHOURS_BASE_JSON_SCAN_H
#define ODDHOURS_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_piece {
    JSON_MORE,   /* the bytes end within the value */
    JSON_BROKEN, /* it is no JSON: scan->problem says why, scan->at where */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};

/* Values in values; what is deeper is JSON_BROKEN. */
enum { JSON_DEPTH = 64 };

struct json_scan {
    const char *at, *end;
    bool whole;       /* no more bytes follow `end` */
    unsigned depth;   /* objects and arrays that are open: 0 behind the value */
    uint64_t objects; /* a bit for each of them: the innermost is the lowest */
    enum { JSON_WANTS_VALUE, JSON_WANTS_FIRST, JSON_WANTS_KEY, JSON_WANTS_COMMA } wants;
    const char *problem;

    /* Of the last key, string or number: the text as it stands, without quotes. */
    const char *text;
    size_t length;
    bool escaped; /* it has backslashes: json_plain() */
};

/* Starts at the first byte of a value, or at blanks before it. The bytes are borrowed. */
void json_scan_start(struct json_scan *scan, const char *bytes, size_t length, bool whole);

/* The next piece. After JSON_MORE and JSON_BROKEN there is none: start again. A number at the
 * very end of bytes that are not the whole is JSON_MORE. */
enum json_piece json_scan_next(struct json_scan *scan);

/* Passes over the rest of the object or array that the last piece has begun. False: the last
 * piece was JSON_MORE or JSON_BROKEN, as `*piece` says. */
bool json_scan_skip(struct json_scan *scan, enum json_piece *piece);

/* Writes a text that has backslashes as what it stands for, in at most `length` bytes, and
 * returns how many. Half a surrogate pair and the zero character become U+FFFD. */
size_t json_plain(const char *text, size_t length, char *out);

#endif

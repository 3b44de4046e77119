#include "base/quote.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

enum { PIECE = 256 }; /* bytes that are quoted at a time on their way to a file */

static bool is_plain_csv(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r') {
            return false;
        }
    }
    return true;
}

static size_t double_quotes(char *out, const char *bytes, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '"') {
            out[used++] = '"';
        }
        out[used++] = bytes[i];
    }
    return used;
}

size_t quote_csv(char *out, const char *bytes, size_t length)
{
    if (is_plain_csv(bytes, length)) {
        memcpy(out, bytes, length);
        return length;
    }
    size_t used = 1 + double_quotes(out + 1, bytes, length);
    out[0] = out[used] = '"';
    return used + 1;
}

void quote_csv_write(struct outfile *file, const char *bytes, size_t length)
{
    char room[2 * PIECE];
    if (is_plain_csv(bytes, length)) {
        outfile_write(file, bytes, length);
        return;
    }
    outfile_write(file, "\"", 1);
    for (size_t i = 0; i < length; i += PIECE) {
        size_t n = length - i < PIECE ? length - i : PIECE;
        outfile_write(file, room, double_quotes(room, bytes + i, n));
    }
    outfile_write(file, "\"", 1);
}

/* One character: six bytes at most, \u00XX. */
static size_t put_json(char *out, const char *bytes, size_t width, int32_t code)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = code > 0 && code < 128 ? strchr(plain, (int)code) : NULL;
    if (found != NULL) {
        out[0] = '\\';
        out[1] = letters[found - plain];
        return 2;
    }
    if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) {
        return (size_t)snprintf(out, 7, "\\u%04x", (unsigned)code);
    }
    memcpy(out, bytes, width);
    return width;
}

void quote_json(struct outfile *file, const char *bytes, size_t length)
{
    char room[PIECE];
    size_t used = 0;
    room[used++] = '"';
    for (size_t i = 0; i < length;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t width = utf8proc_iterate((const utf8proc_uint8_t *)bytes + i,
                                                  (utf8proc_ssize_t)(length - i), &code);
        if (width <= 0) {
            width = 1;
            used += put_json(room + used, "\xEF\xBF\xBD", 3, 0xFFFD);
        } else {
            used += put_json(room + used, bytes + i, (size_t)width, code);
        }
        i += (size_t)width;
        if (used > PIECE - 8) { /* room for one more character and the last quote */
            outfile_write(file, room, used);
            used = 0;
        }
    }
    room[used++] = '"';
    outfile_write(file, room, used);
}

void quote_markdown(struct outfile *file, const char *safe)
{
    while (*safe != '\0') {
        size_t plain = strcspn(safe, "\\`*_{}[]<>#|~&$!");
        outfile_write(file, safe, plain);
        safe += plain;
        if (*safe != '\0') {
            outfile_write(file, "\\", 1);
            outfile_write(file, safe++, 1);
        }
    }
}

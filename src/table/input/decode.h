/* decode: text in UTF-16 or Windows-1252 becomes UTF-8 on its way. A part of source.
 *
 * UTF-16 is known by its mark, or by zero bytes in every second place. Where it was asked for
 * (names in a raw log may hold any bytes) a text is taken for Windows-1252 (and so Latin-1)
 * from the first byte on that is not UTF-8, unless letters beyond ASCII have come before that
 * were: up to there it reads alike in both. UTF-8, ASCII included, is passed on as it is. */
#ifndef ODDHOURS_TABLE_DECODE_H
#define ODDHOURS_TABLE_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum encoding {
    ENCODING_UNKNOWN,
    ENCODING_UTF8,
    ENCODING_1252,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_MIXED /* neither: bytes are passed on as they are */
};

/* Where the bytes come from: as source_read(). */
struct decode_input {
    bool (*read)(void *context, void *buffer, size_t size, size_t *got, struct status *status);
    void *context;
};

struct decode;

struct decode *decode_new(struct decode_input input, struct status *status);
void decode_free(struct decode *decode);

/* Up to `size` bytes of UTF-8, at least one unless it is the end, where `*got` is 0. What is no
 * UTF-16 becomes U+FFFD. */
bool decode_read(struct decode *decode, void *buffer, size_t size, size_t *got,
                 struct status *status);

/* From now on text may be Windows-1252; `bytes`, which have been handed out before and not been
 * used, come once more. */
bool decode_letters(struct decode *decode, const void *bytes, size_t length,
                    struct status *status);

/* The way back: the bytes of Windows-1252 that a text of UTF-8 was made of, at most as many as it
 * has. False when it holds a letter that there is none for, or is no UTF-8. */
bool decode_back_to_1252(const char *text, size_t length, char *bytes, size_t *n);

/* What the text has been taken for so far. */
enum encoding decode_encoding(const struct decode *decode);

#endif

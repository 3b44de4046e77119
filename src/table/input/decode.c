#include "table/input/decode.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

/* DESIGN. Nearly all text is UTF-8: it goes straight into the caller's buffer, and one look for
 * bytes above 0x7f is all that it costs. What must be changed, or waits for its rest (a letter
 * that the buffer cut), stands in `held` and goes first next time. */

enum {
    HELD = 1 << 16,
    LONGEST =
        3, /* bytes of UTF-8 that one byte of Windows-1252, or one unit of UTF-16, can give */
    LEAST = 16, /* bytes of room in which any letter can be put */
    LOOK = 64   /* bytes in which zeros tell UTF-16 without a mark */
};

struct decode {
    struct decode_input input;
    enum encoding encoding;
    bool convert; /* text may be Windows-1252 */
    bool letters; /* letters beyond ASCII have come, in UTF-8 */
    bool failed;  /* a read has: `trouble` says why */
    struct status trouble;
    bool ended;          /* the input has */
    unsigned char *held; /* (capacity) read and not handed out: from `from` to `to` */
    size_t capacity, from, to;
    unsigned char small[LEAST]; /* decoded, for a caller with less room than that */
    size_t small_from, small_to;
};

struct decode *decode_new(struct decode_input input, struct status *status)
{
    struct decode *decode = mem_zero(1, sizeof *decode, "a reader", status);
    if (decode == NULL ||
        !mem_grow(&decode->held, &decode->capacity, HELD, 1, "a reader", status)) {
        free(decode);
        return NULL;
    }
    decode->input = input;
    return decode;
}

void decode_free(struct decode *decode)
{
    if (decode != NULL) {
        free(decode->held);
        free(decode);
    }
}

enum encoding decode_encoding(const struct decode *decode)
{
    return decode->encoding;
}

/* A read that fails ends the text, but what came before it is handed out first. */
static size_t read_more(struct decode *decode, void *buffer, size_t size)
{
    size_t got = 0;
    if (!decode->input.read(decode->input.context, buffer, size, &got, &decode->trouble)) {
        decode->failed = true;
        got = 0;
    }
    decode->ended = got == 0;
    return got;
}

/* Fills `held` until `want` bytes are there, or the end. */
static void hold(struct decode *decode, size_t want)
{
    if (decode->from > 0) {
        memmove(decode->held, decode->held + decode->from, decode->to - decode->from);
        decode->to -= decode->from;
        decode->from = 0;
    }
    while (decode->to < want && !decode->ended) {
        decode->to +=
            read_more(decode, decode->held + decode->to, decode->capacity - decode->to);
    }
}

/* Of what an ASCII text would be in UTF-16 every second byte is zero. */
static enum encoding look(const unsigned char *bytes, size_t length)
{
    size_t zeros[2] = {0, 0};
    if (length >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe) {
        return ENCODING_UTF16LE;
    }
    if (length >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff) {
        return ENCODING_UTF16BE;
    }
    length = length < LOOK ? length & ~(size_t)1 : LOOK;
    for (size_t i = 0; i < length; i++) {
        zeros[i % 2] += bytes[i] == 0;
    }
    bool mostly[] = {zeros[0] * 4 >= length / 2 * 3, zeros[1] * 4 >= length / 2 * 3};
    if (length < 8 || mostly[0] == mostly[1] || zeros[mostly[0] ? 1 : 0] > 0) {
        return ENCODING_UTF8;
    }
    return mostly[1] ? ENCODING_UTF16LE : ENCODING_UTF16BE;
}

static size_t put_utf8(unsigned char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (unsigned char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (unsigned char)(0xc0 | code >> 6);
        out[1] = (unsigned char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (unsigned char)(0xe0 | code >> 12);
        out[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (unsigned char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (unsigned char)(0xf0 | code >> 18);
    out[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (unsigned char)(0x80 | (code & 0x3f));
    return 4;
}

/* ---- Windows-1252 ---- */

/* 0x80 to 0x9f; the five that are not assigned are the control characters of Latin-1, as
 * browsers take them (the WHATWG Encoding Standard). */
static const uint16_t upper[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

static size_t from_1252(struct decode *decode, unsigned char *out, size_t size)
{
    size_t n = 0;
    while (decode->from < decode->to && n + LONGEST <= size) {
        unsigned char byte = decode->held[decode->from++];
        n += put_utf8(out + n, byte < 0x80 || byte >= 0xa0 ? byte : upper[byte - 0x80]);
    }
    return n;
}

bool decode_back_to_1252(const char *text, size_t length, char *bytes, size_t *n)
{
    const unsigned char *from = (const unsigned char *)text;
    *n = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t code = from[i];
        size_t more = code < 0x80 ? 0 : code < 0xe0 ? 1 : 2;
        if ((code >= 0x80 && code < 0xc2) || code >= 0xf0 || more > length - i - 1) {
            return false;
        }
        code = more == 0 ? code : more == 1 ? code & 0x1f : code & 0x0f;
        for (; more > 0; more--) {
            code = code << 6 | (from[++i] & 0x3f);
        }
        uint32_t byte = code < 0x80 || (code >= 0xa0 && code < 0x100) ? code : 0;
        for (uint32_t k = 0; byte == 0 && k < 32; k++) {
            byte = upper[k] == code ? 0x80 + k : 0;
        }
        if (byte == 0 && code != 0) {
            return false;
        }
        bytes[(*n)++] = (char)byte;
    }
    return true;
}

/* ---- UTF-16 ---- */

static uint32_t unit_at(const struct decode *decode, size_t at)
{
    const unsigned char *two = decode->held + at;
    return decode->encoding == ENCODING_UTF16LE ? (uint32_t)two[0] | (uint32_t)two[1] << 8
                                                : (uint32_t)two[1] | (uint32_t)two[0] << 8;
}

static size_t from_utf16(struct decode *decode, unsigned char *out, size_t size)
{
    const uint32_t none = 0xfffd;
    size_t n = 0;
    while (decode->from < decode->to && n + 4 <= size) {
        size_t left = decode->to - decode->from;
        if (left < 2) {
            if (!decode->ended) {
                break;
            }
            decode->from++;
            n += put_utf8(out + n, none);
            continue;
        }
        uint32_t code = unit_at(decode, decode->from);
        bool first = code >= 0xd800 && code < 0xdc00;
        if (first && left < 4 && !decode->ended) {
            break; /* its second half is to come */
        }
        uint32_t second = first && left >= 4 ? unit_at(decode, decode->from + 2) : 0;
        decode->from += 2;
        if (first && second >= 0xdc00 && second < 0xe000) {
            decode->from += 2;
            code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
        } else if (code >= 0xd800 && code < 0xe000) {
            code = none;
        }
        n += put_utf8(out + n, code);
    }
    return n;
}

/* ---- UTF-8 ---- */

/* Where the first byte above 0x7f is, or `length`. */
static size_t ascii_length(const unsigned char *bytes, size_t length)
{
    size_t i = 0;
    for (; length - i >= 64; i += 64) {
#ifdef __SSE2__
        const __m128i *at = (const __m128i *)(const void *)(bytes + i);
        __m128i one = _mm_or_si128(_mm_loadu_si128(at), _mm_loadu_si128(at + 1));
        __m128i two = _mm_or_si128(_mm_loadu_si128(at + 2), _mm_loadu_si128(at + 3));
        if (_mm_movemask_epi8(_mm_or_si128(one, two)) != 0) {
            break;
        }
#else
        uint64_t words[8], all = 0;
        memcpy(words, bytes + i, sizeof words);
        for (size_t k = 0; k < 8; k++) {
            all |= words[k];
        }
        if ((all & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
#endif
    }
    while (i < length && bytes[i] < 0x80) {
        i++;
    }
    return i;
}

/* The bytes of the letter that begins there; 0 when it is none, `*cut` when it may become one.
 */
static size_t letter_length(const unsigned char *bytes, size_t length, bool *cut)
{
    unsigned char lead = bytes[0];
    size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    *cut = false;
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < want; i++) {
        if (i == length) {
            *cut = true;
            return 0;
        }
        unsigned char low = i > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        unsigned char high = i > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (bytes[i] < low || bytes[i] > high) {
            return 0;
        }
    }
    return want;
}

/* How much of the bytes can be handed out as they are. What follows is held back: a letter that
 * is cut off, or all that is not UTF-8. */
static size_t check(struct decode *decode, const unsigned char *bytes, size_t length,
                    bool at_end)
{
    size_t i = ascii_length(bytes, length);
    while (i < length && decode->encoding == ENCODING_UTF8) {
        bool cut;
        size_t letter = letter_length(bytes + i, length - i, &cut);
        if (letter > 0) {
            decode->letters = true;
            i += letter;
        } else if (cut && !at_end) {
            return i;
        } else {
            decode->encoding =
                decode->letters || !decode->convert ? ENCODING_MIXED : ENCODING_1252;
            break;
        }
        i += ascii_length(bytes + i, length - i);
    }
    return decode->encoding == ENCODING_MIXED ? length : i;
}

/* Puts bytes before those that are held already. */
static bool hold_back(struct decode *decode, const unsigned char *bytes, size_t length,
                      struct status *status)
{
    size_t held = decode->to - decode->from;
    if (decode->from < length) {
        if (!mem_grow(&decode->held, &decode->capacity, length + held, 1, "a reader", status)) {
            return false;
        }
        memmove(decode->held + length, decode->held + decode->from, held);
        decode->from = length;
        decode->to = length + held;
    }
    decode->from -= length;
    if (length > 0) {
        memcpy(decode->held + decode->from, bytes, length);
    }
    return true;
}

static bool read_utf8(struct decode *decode, unsigned char *out, size_t size, size_t *got,
                      struct status *status)
{
    size_t n = decode->to - decode->from < size ? decode->to - decode->from : size;
    memcpy(out, decode->held + decode->from, n);
    decode->from += n;
    do {
        if (n < size && !decode->ended && decode->from == decode->to) {
            n += read_more(decode, out + n, size - n);
        }
        *got = check(decode, out, n, decode->ended && decode->from == decode->to);
    } while (*got == 0 && n > 0 && n <= LONGEST && !decode->ended &&
             decode->encoding == ENCODING_UTF8);
    return hold_back(decode, out + *got, n - *got, status);
}

static bool read_some(struct decode *decode, void *buffer, size_t size, size_t *got,
                      struct status *status)
{
    if (decode->encoding == ENCODING_UNKNOWN) {
        hold(decode, LOOK);
        decode->encoding = look(decode->held, decode->to);
        bool mark = decode->to >= 2 && (decode->held[0] == 0xff || decode->held[0] == 0xfe);
        decode->from += mark && decode->encoding != ENCODING_UTF8 ? 2 : 0;
    }
    for (*got = 0; *got == 0;) {
        if (decode->encoding == ENCODING_UTF8 || decode->encoding == ENCODING_MIXED) {
            if (!read_utf8(decode, buffer, size, got, status)) {
                return false;
            }
        } else {
            hold(decode, 4);
            *got = decode->encoding == ENCODING_1252 ? from_1252(decode, buffer, size)
                                                     : from_utf16(decode, buffer, size);
        }
        if (*got == 0 && decode->ended && decode->from == decode->to) {
            break;
        }
    }
    if (*got == 0 && decode->failed) {
        if (status != NULL) {
            *status = decode->trouble;
        }
        return false;
    }
    return true;
}

bool decode_read(struct decode *decode, void *buffer, size_t size, size_t *got,
                 struct status *status)
{
    if (size >= LEAST && decode->small_from == decode->small_to) {
        return read_some(decode, buffer, size, got, status);
    }
    if (decode->small_from == decode->small_to) {
        if (!read_some(decode, decode->small, LEAST, &decode->small_to, status)) {
            return false;
        }
        decode->small_from = 0;
    }
    size_t ready = decode->small_to - decode->small_from;
    *got = ready < size ? ready : size;
    memcpy(buffer, decode->small + decode->small_from, *got);
    decode->small_from += *got;
    return true;
}

bool decode_letters(struct decode *decode, const void *bytes, size_t length,
                    struct status *status)
{
    decode->convert = true;
    decode->encoding = decode->encoding == ENCODING_UNKNOWN ? ENCODING_UNKNOWN : ENCODING_UTF8;
    decode->letters = false;
    return hold_back(decode, bytes, length, status);
}

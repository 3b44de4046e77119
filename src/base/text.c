#include "base/text.h"

#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

#include "base/ascii.h"
#include "base/mem.h"

enum { COMBINING_MAX = 2, ZWJ = 0x200D };

enum kind { BASE, COMBINING, JOINER, SELECTOR, BAD };

/* Decodes one code point; false (and one byte) when it is not valid UTF-8. */
static bool decode(const char *bytes, size_t length, size_t *used, utf8proc_int32_t *code)
{
    utf8proc_ssize_t got =
        utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, code);
    *used = got > 0 ? (size_t)got : 1;
    return got > 0;
}

static bool is_conjoining_jamo(utf8proc_int32_t code)
{
    return (code >= 0x1161 && code <= 0x11FF) || (code >= 0xD7B0 && code <= 0xD7FB);
}

static bool is_variation_selector(utf8proc_int32_t code)
{
    return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0100 && code <= 0xE01EF) ||
           (code >= 0x180B && code <= 0x180F && code != 0x180E);
}

static bool is_pictograph(utf8proc_int32_t code)
{
    return code > 0x7F &&
           utf8proc_get_property(code)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* What a code point is to a terminal. The width of a spacing mark (category Mc) is 1 for
 * terminals and the C library, whatever utf8proc says, so it is a base of its own. */
static enum kind kind_of(utf8proc_int32_t code)
{
    if (code == ZWJ) {
        return JOINER;
    }
    if (is_variation_selector(code)) {
        return SELECTOR;
    }
    const utf8proc_property_t *property = utf8proc_get_property(code);
    if (property->ignorable || code == 0x2800) {
        return BAD;
    }
    switch (property->category) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return BAD;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME: return COMBINING;
    default: return is_conjoining_jamo(code) ? COMBINING : BASE;
    }
}

/* ZWJ is kept only between two pictographs. */
static bool joins(const char *bytes, size_t length)
{
    size_t used;
    utf8proc_int32_t code;
    return length > 0 && decode(bytes, length, &used, &code) && is_pictograph(code);
}

/* Where a safe text is being written. */
struct writer {
    char *out;
    size_t room; /* without the terminator */
    size_t length;
};

static bool put(struct writer *writer, const char *bytes, size_t length)
{
    if (length > writer->room - writer->length) {
        return false;
    }
    memcpy(writer->out + writer->length, bytes, length);
    writer->length += length;
    return true;
}

/* What the last base was, for what follows it. */
struct base {
    bool present, pictograph;
    int combining;
};

/* Takes the code point `code` of bytes[0 .. used): writes it, a mark, or nothing. */
static bool take(struct writer *writer, struct base *base, utf8proc_int32_t code,
                 const char *bytes, size_t used, size_t left, bool ascii)
{
    const char *mark = ascii ? TEXT_MARK_ASCII : TEXT_MARK;
    switch (kind_of(code)) {
    case BASE:
        *base = (struct base){true, is_pictograph(code), 0};
        return ascii ? put(writer, mark, strlen(mark)) : put(writer, bytes, used);
    case COMBINING:
        if (!base->present) {
            break;
        }
        return ascii || ++base->combining > COMBINING_MAX || put(writer, bytes, used);
    case SELECTOR:
        return ascii || !base->pictograph || ++base->combining > COMBINING_MAX ||
               put(writer, bytes, used);
    case JOINER:
        return ascii || !base->pictograph || !joins(bytes + used, left - used) ||
               put(writer, bytes, used);
    case BAD: break;
    }
    *base = (struct base){0};
    return put(writer, mark, strlen(mark));
}

size_t text_safe(char *out, size_t size, const char *bytes, size_t length, bool ascii)
{
    struct writer writer = {out, size - 1, 0};
    struct base base = {0};
    const char *mark = ascii ? TEXT_MARK_ASCII : TEXT_MARK;
    for (size_t i = 0; i < length;) {
        size_t used = 1;
        utf8proc_int32_t code;
        bool fits;
        unsigned char byte = (unsigned char)bytes[i];
        if (byte >= 0x20 && byte < 0x7F) {
            base = (struct base){true, false, 0};
            fits = put(&writer, bytes + i, 1);
        } else if (!decode(bytes + i, length - i, &used, &code)) {
            base = (struct base){0};
            fits = put(&writer, mark, strlen(mark));
        } else {
            fits = take(&writer, &base, code, bytes + i, used, length - i, ascii);
        }
        if (!fits) {
            break;
        }
        i += used;
    }
    out[writer.length] = '\0';
    return writer.length;
}

/* Width of a code point in safe text. */
static int width_of(utf8proc_int32_t code)
{
    switch (kind_of(code)) {
    case COMBINING:
    case JOINER:
    case SELECTOR: return 0;
    default: break;
    }
    int width = utf8proc_charwidth(code);
    return width < 1 ? 1 : width;
}

struct text_cell text_next(const char *safe)
{
    unsigned char first = (unsigned char)safe[0];
    if (first == 0) {
        return (struct text_cell){0, 0};
    }
    if (first < 0x80 && (unsigned char)safe[1] < 0x80) {
        return (struct text_cell){1, 1};
    }
    size_t length = strlen(safe), used;
    utf8proc_int32_t code;
    if (!decode(safe, length, &used, &code)) {
        return (struct text_cell){1, 1};
    }
    struct text_cell cell = {used, width_of(code)};
    while (cell.bytes < length && (unsigned char)safe[cell.bytes] >= 0x80 &&
           decode(safe + cell.bytes, length - cell.bytes, &used, &code) &&
           width_of(code) == 0) {
        cell.bytes += used;
    }
    if (cell.width == 0) {
        cell.width = 1;
    }
    return cell;
}

size_t text_width(const char *safe)
{
    size_t width = 0;
    for (struct text_cell cell; (cell = text_next(safe)).bytes > 0; safe += cell.bytes) {
        width += (size_t)cell.width;
    }
    return width;
}

size_t text_clip(char *out, size_t size, const char *safe, size_t cells, bool ascii)
{
    const char *ellipsis = ascii ? TEXT_ELLIPSIS_ASCII : TEXT_ELLIPSIS;
    struct writer writer = {out, size - 1, 0};
    size_t width = 0;
    size_t cut_width = 0, cut = 0; /* the longest beginning that leaves room for the ellipsis */
    bool whole = true;
    for (struct text_cell cell; (cell = text_next(safe)).bytes > 0; safe += cell.bytes) {
        if (width + (size_t)cell.width > cells || !put(&writer, safe, cell.bytes)) {
            whole = false;
            break;
        }
        width += (size_t)cell.width;
        if (width < cells && writer.length + strlen(ellipsis) <= writer.room) {
            cut = writer.length;
            cut_width = width;
        }
    }
    if (!whole && cells > 0) {
        writer.length = cut;
        width = cut_width + (put(&writer, ellipsis, strlen(ellipsis)) ? 1 : 0);
    }
    out[writer.length] = '\0';
    return width;
}

void text_pad(char *out, size_t size, const char *safe, size_t cells, enum text_align align,
              bool ascii)
{
    size_t width = text_clip(out, size, safe, cells, ascii);
    size_t length = strlen(out);
    size_t fill = cells - width;
    if (fill > size - 1 - length) {
        fill = size - 1 - length;
    }
    if (align == TEXT_RIGHT) {
        memmove(out + fill, out, length);
        memset(out, ' ', fill);
    } else {
        memset(out + length, ' ', fill);
    }
    out[length + fill] = '\0';
}

size_t text_line(const char *safe, size_t cells)
{
    size_t width = 0, length = 0, word_end = 0;
    for (struct text_cell cell; (cell = text_next(safe + length)).bytes > 0;) {
        if (width + (size_t)cell.width > cells && length > 0) {
            return safe[length] == ' ' || word_end == 0 ? length : word_end;
        }
        if (safe[length] == ' ' && length > 0 && safe[length - 1] != ' ') {
            word_end = length;
        }
        width += (size_t)cell.width;
        length += cell.bytes;
    }
    return length;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    size_t width;
    for (size_t i = 0; i < length; i += width) {
        utf8proc_int32_t code;
        width = 1;
        if ((unsigned char)bytes[i] >= 0x80 && !decode(bytes + i, length - i, &width, &code)) {
            return false;
        }
    }
    return true;
}

char *text_utf8(const char *bytes, size_t length, struct status *status)
{
    char *text =
        mem_new(length <= SIZE_MAX / 4 ? 3 * length + 1 : SIZE_MAX, 1, "a text", status);
    if (text == NULL) {
        return NULL;
    }
    size_t used = 0, width;
    for (size_t i = 0; i < length; i += width) {
        utf8proc_int32_t code;
        bool good = decode(bytes + i, length - i, &width, &code) && code != 0;
        memcpy(text + used, good ? bytes + i : "\xEF\xBF\xBD", good ? width : 3);
        used += good ? width : 3;
    }
    text[used] = '\0';
    return text;
}

static bool matches_here(const char *text, const char *needle, bool fold)
{
    for (; *needle != '\0'; text++, needle++) {
        if (*text != *needle && !(fold && ascii_lower(*text) == *needle)) {
            return false;
        }
    }
    return true;
}

bool text_contains(const char *text, const char *needle)
{
    if (needle[0] == '\0') {
        return false;
    }
    bool fold = true;
    for (const char *p = needle; *p != '\0'; p++) {
        fold = fold && !ascii_is_capital(*p);
    }
    for (; *text != '\0'; text++) {
        if (matches_here(text, needle, fold)) {
            return true;
        }
    }
    return false;
}

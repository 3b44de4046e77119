#include "events/format/frame.h"

#include <string.h>

#include "base/text.h"

/* ---- JSON ---- */

/* The first byte of a string from `at` on that is a quote, a backslash or a control. */
static const char *in_text(const char *at, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
        uint64_t found = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
                         ((word - ones * ' ') & ~word);
        if ((found & high) != 0) {
            break;
        }
        at += 8;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ') {
        at++;
    }
    return at;
}

/* Whether the text is one object (or nothing) a line: the first line has a whole one, without
 * the records in an array in it, and nothing behind. */
static bool is_lines(const struct framer *framer, const char *at, const char *end)
{
    size_t depth = 0;
    bool string = false;
    if (framer->description->records.n > 0) {
        for (size_t i = 0; i < framer->description->records.n; i++) {
            const struct record_path *path = &framer->description->records.list[i];
            const struct record_step *last = &path->steps[path->n - 1];
            const char *stop = memchr(at, '\n', (size_t)(end - at));
            struct span line = {at, (size_t)((stop != NULL ? stop : end) - at)};
            for (const char *key = line.bytes; key != NULL && key < line.bytes + line.length;) {
                size_t length = last->end - last->start;
                key = memchr(key, '"', (size_t)(line.bytes + line.length - key));
                if (key != NULL && (size_t)(line.bytes + line.length - key) > length + 1 &&
                    memcmp(key + 1, path->text.bytes + last->start, length) == 0 &&
                    key[length + 1] == '"') {
                    return false; /* perhaps: look closer */
                }
                key = key != NULL ? key + 1 : NULL;
            }
        }
    }
    for (; at < end; at++) {
        if (string) {
            at = in_text(at, end);
            if (at < end && *at == '\\') {
                at++;
            } else if (at < end) {
                string = *at != '"';
            }
        } else if (*at == '"') {
            string = true;
        } else if (*at == '{' || *at == '[') {
            if (depth == 0 && *at == '[') {
                return false;
            }
            depth++;
        } else if (*at == '}' || *at == ']') {
            depth -= depth > 0;
            if (depth == 0) {
                at++;
                break;
            }
        } else if (*at == '\n' && depth > 0) {
            return false;
        } else if (depth == 0 && *at != ' ' && *at != '\t' && *at != '\r' && *at != '\n' &&
                   *at != 0x1e) {
            return false;
        }
    }
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r')) {
        at++;
    }
    return at == end || *at == '\n';
}

static void blank(char *from, char *to)
{
    if (to > from) {
        memset(from, ' ', (size_t)(to - from));
    }
}

/* Where what is open began. */
static char *began(const struct framer *framer, char *bytes, char *at)
{
    return framer->back <= (size_t)(at - bytes) ? at - framer->back : bytes;
}

static void begin_value(struct framer *framer, bool object)
{
    const struct paths *records = &framer->description->records;
    framer->back = 1;
    framer->depth = 1;
    framer->in_string = framer->escape = false;
    bool wrapper = object && records->n > 0 && !framer->in_array && !framer->resumed;
    framer->state = wrapper ? FRAME_WRAPPER : FRAME_RECORD;
    framer->level = 1;
    framer->on_way[1] = (uint32_t)((UINT64_C(1) << (records->n < 32 ? records->n : 32)) - 1);
    framer->wants_key = true;
    framer->follows = 0;
}

/* Outside of records. */
static void outside(struct framer *framer, char *at)
{
    switch (*at) {
    case '{': begin_value(framer, true); return;
    case '[':
        if (framer->in_array) { /* an array of arrays is no record */
            begin_value(framer, false);
        } else {
            framer->in_array = true;
            *at = ' ';
        }
        return;
    case ']':
        framer->in_array = false;
        framer->state = framer->in_object ? FRAME_REST : FRAME_OUTSIDE;
        framer->depth = framer->level;
        *at = ' ';
        return;
    case '}':
    case ',': *at = ' '; return;
    case '\n': return;
    case ' ':
    case '\t':
    case '\r':
    case 0x1e: return;
    case '"':
        if (framer->resumed) {
            begin_value(framer, true);
            framer->in_string = true;
            return;
        }
        break;
    default: break;
    }
    framer->state = FRAME_JUNK;
}

/* A record has ended: the byte behind it ends its line. */
static void after(struct framer *framer, char *at)
{
    framer->state = FRAME_OUTSIDE;
    if (*at == '\n') {
        return;
    }
    if (*at == '{') { /* the record begins without its brace (record_json()) */
        begin_value(framer, true);
        framer->state = FRAME_RECORD;
        *at = '\n';
        framer->back = 0;
        return;
    }
    outside(framer, at);
    *at = '\n';
}

static bool step_is(const struct record_path *path, size_t i, const char *key, size_t length)
{
    const struct record_step *step = &path->steps[i];
    return step->end - step->start == length &&
           memcmp(path->text.bytes + step->start, key, length) == 0;
}

/* A key of an object on the way: which paths go on with it. */
static void end_key(struct framer *framer)
{
    const struct paths *records = &framer->description->records;
    framer->follows = 0;
    for (size_t i = 0; i < records->n && i < 32; i++) {
        const struct record_path *path = &records->list[i];
        if ((framer->on_way[framer->level] >> i & 1) != 0 && framer->level <= path->n &&
            framer->key_length <= FRAME_KEY &&
            step_is(path, framer->level - 1, framer->key, framer->key_length)) {
            framer->follows |= UINT32_C(1) << i;
        }
    }
}

static bool is_last_step(const struct framer *framer)
{
    const struct paths *records = &framer->description->records;
    for (size_t i = 0; i < records->n && i < 32; i++) {
        if ((framer->follows >> i & 1) != 0 && records->list[i].n == framer->level) {
            return true;
        }
    }
    return false;
}

/* A structural byte of an object that may hold the records. */
static void wrapper_byte(struct framer *framer, char *bytes, char *at)
{
    const bool on_way = framer->depth == framer->level;
    switch (*at) {
    case '{':
        framer->depth++;
        if (on_way && framer->follows != 0 && framer->level < RECORD_STEPS) {
            framer->on_way[++framer->level] = framer->follows;
            framer->wants_key = true;
        }
        framer->follows = 0;
        break;
    case '[':
        if (on_way && is_last_step(framer)) {
            blank(began(framer, bytes, at), at);
            *at = ' ';
            framer->state = FRAME_OUTSIDE;
            framer->in_array = framer->in_object = true;
            return;
        }
        framer->depth++;
        framer->follows = 0;
        break;
    case '}':
    case ']':
        framer->level -= on_way && framer->level > 0;
        framer->depth--;
        framer->follows = 0;
        if (framer->depth == 0) { /* it held none: it is a record itself */
            framer->state = FRAME_AFTER;
        }
        break;
    case ',':
        framer->wants_key = framer->depth == framer->level;
        framer->follows = 0;
        break;
    case '\n':
    case '\r': *at = ' '; break;
    default: break;
    }
}

static void record_byte(struct framer *framer, char *at)
{
    switch (*at) {
    case '{':
    case '[': framer->depth++; break;
    case '}':
    case ']':
        framer->depth--;
        if (framer->depth == 0) {
            framer->state = FRAME_AFTER;
        }
        break;
    case '\n':
    case '\r': *at = ' '; break;
    default: break;
    }
}

/* Behind the records: all is blank up to the end of the object. */
static void rest_byte(struct framer *framer, char *at)
{
    const char byte = *at;
    *at = byte == '\n' ? '\n' : ' ';
    if (byte == '{' || byte == '[') {
        framer->depth++;
    } else if ((byte == '}' || byte == ']') && --framer->depth == 0) {
        framer->in_object = framer->in_array = false;
        framer->state = FRAME_OUTSIDE;
    }
}

/* A string in a wrapper, a record or the rest, from `at` on; returns where it got to. */
static char *string_bytes(struct framer *framer, char *at, char *end)
{
    char *from = at;
    while (at < end) {
        if (framer->escape) {
            framer->escape = false;
            at++;
            continue;
        }
        char *stop = at + (in_text(at, end) - at);
        if (framer->state == FRAME_WRAPPER && framer->wants_key) {
            for (char *k = at; k < stop; k++, framer->key_length++) {
                if (framer->key_length < FRAME_KEY) {
                    framer->key[framer->key_length] = *k;
                }
            }
        }
        at = stop;
        if (at == end) {
            break;
        }
        if (*at == '"') {
            framer->in_string = false;
            if (framer->state == FRAME_WRAPPER && framer->wants_key) {
                end_key(framer);
                framer->wants_key = false;
            }
            at++;
            break;
        }
        if (*at == '\\') {
            framer->escape = true;
        } else if (*at == '\n') {
            /* No JSON: the line is a broken record, and it goes on behind. */
            if (framer->state == FRAME_REST) {
                blank(from, at); /* as what came before it, in an earlier part */
            }
            framer->in_string = false;
            framer->state = FRAME_OUTSIDE;
            return at + 1;
        }
        at++;
    }
    if (framer->state == FRAME_REST) {
        blank(from, at);
    }
    return at;
}

static void run_json(struct framer *framer, char *bytes, char *at, char *end)
{
    while (at < end) {
        if (framer->in_string) {
            char *next = string_bytes(framer, at, end);
            framer->back =
                framer->state == FRAME_OUTSIDE ? 0 : framer->back + (size_t)(next - at);
            at = next;
            continue;
        }
        switch (framer->state) {
        case FRAME_OUTSIDE: outside(framer, at); break;
        case FRAME_AFTER: after(framer, at); break;
        case FRAME_JUNK:
            if (*at == '\n') {
                framer->state = FRAME_OUTSIDE;
            }
            break;
        case FRAME_WRAPPER:
        case FRAME_RECORD:
        case FRAME_REST:
            if (*at == '"') {
                framer->in_string = true;
                framer->key_length = 0;
                if (framer->state == FRAME_REST) {
                    *at = ' ';
                }
            } else if (framer->state == FRAME_WRAPPER) {
                wrapper_byte(framer, bytes, at);
            } else if (framer->state == FRAME_RECORD) {
                record_byte(framer, at);
            } else {
                rest_byte(framer, at);
            }
            framer->back++;
            break;
        default: return;
        }
        at++;
    }
}

/* ---- XML ---- */

static bool ends_name(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '>' || c == '/';
}

/* One byte more of "<NAME" or "</NAME" (with `slash`); true when the byte behind it is there.
 */
static bool tag_byte(struct framer *framer, char c, bool slash)
{
    const struct span name = framer->description->element;
    const size_t lead = slash ? 2 : 1, all = lead + name.length, m = framer->matched;
    if (m == all) {
        framer->matched = 0;
        return ends_name(c);
    }
    char wanted = m == 0 ? '<' : slash && m == 1 ? '/' : name.bytes[m - lead];
    framer->matched = c == wanted ? m + 1 : c == '<';
    return false;
}

/* `back` counts the bytes since the last line end, or since the record began. */
static void run_xml(struct framer *framer, char *bytes, char *at, char *end)
{
    const size_t tag = framer->description->element.length + 1;
    for (; at < end; at++) {
        framer->back++;
        if (framer->state == FRAME_RECORD) {
            if (tag_byte(framer, *at, true) || framer->in_string) {
                framer->in_string = *at != '>'; /* blanks before the end of the last tag */
                if (*at == '>') {
                    *at = '\n';
                    framer->state = FRAME_OUTSIDE;
                    framer->back = 0;
                }
            }
            if (*at == '\n' && framer->state == FRAME_RECORD) {
                *at = '\r';
            }
            continue;
        }
        if (tag_byte(framer, *at, false)) {
            char *from = began(framer, bytes, at + 1);
            size_t outside = framer->back > tag + 1 ? framer->back - tag - 1 : 0;
            blank(from, from + outside <= at ? from + outside : at);
            framer->state = FRAME_RECORD;
            framer->in_string = false;
            if (*at == '\n') {
                *at = '\r';
            }
        } else if (*at == '\n') {
            blank(began(framer, bytes, at + 1), at);
            framer->back = 0;
            framer->matched = 0;
        }
    }
    if (framer->state == FRAME_OUTSIDE && framer->matched <= (size_t)(end - bytes)) {
        blank(began(framer, bytes, end), end - framer->matched); /* but for half a tag */
    }
}

/* ---- CSV ---- */

/* `matched`: within a cell that has begun. */
static void run_csv(struct framer *framer, char *at, char *end)
{
    const char separator = framer->description->cells.separator;
    if (!framer->quoted && !framer->quote && memchr(at, '"', (size_t)(end - at)) == NULL) {
        framer->matched = end > at && end[-1] != '\n' && end[-1] != separator;
        return;
    }
    for (; at < end; at++) {
        if (framer->quoted) {
            if (*at == '"') {
                framer->quoted = false;
                framer->quote = true;
            } else if (*at == '\n') {
                *at = '\r';
            }
        } else if (framer->quote && *at == '"') { /* two of them are one */
            framer->quoted = true;
            framer->quote = false;
        } else {
            framer->quote = false;
            if (*at == '"' && framer->matched == 0) {
                framer->quoted = true;
            }
            framer->matched = *at != '\n' && *at != separator;
        }
    }
}

/* ---- all ---- */

void framer_begin(struct framer *framer, const struct log_description *description)
{
    *framer = (struct framer){.description = description, .state = FRAME_FIRST};
}

void framer_resume(struct framer *framer, const struct log_description *description)
{
    *framer =
        (struct framer){.description = description, .state = FRAME_OUTSIDE, .resumed = true};
}

void framer_run(struct framer *framer, char *bytes, size_t from, size_t to)
{
    const struct log_description *description = framer->description;
    char *at = bytes + from, *end = bytes + to;
    if (description == NULL || framer->state == FRAME_LINES || from >= to) {
        return;
    }
    if (framer->state == FRAME_FIRST) {
        at += text_byte_order_mark(at, (size_t)(end - at));
        framer->state = description->container == CONTAINER_JSON && is_lines(framer, at, end)
                            ? FRAME_LINES
                            : FRAME_OUTSIDE;
    }
    if (framer->state == FRAME_LINES) {
        return;
    }
    switch (description->container) {
    case CONTAINER_JSON: run_json(framer, bytes, at, end); break;
    case CONTAINER_XML: run_xml(framer, bytes, at, end); break;
    case CONTAINER_CSV:
        if (description->cells.quoted) {
            run_csv(framer, at, end);
        }
        break;
    default: framer->state = FRAME_LINES; break;
    }
}

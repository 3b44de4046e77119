/* Lines of cells, of pairs, and the text of Windows events, as records. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/format/record.h"

static bool broken(struct record *record, const char *why)
{
    record->error = record->error != NULL ? record->error : why;
    return false;
}

static struct span trimmed(struct span text)
{
    while (text.length > 0 && (unsigned char)text.bytes[0] <= ' ') {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (unsigned char)text.bytes[text.length - 1] <= ' ') {
        text.length--;
    }
    return text;
}

/* ---- cells ---- */

struct cell {
    struct span text;
    bool doubled; /* a quote in it is written twice */
};

/* The cell at `*at`, which then is behind its separator, or NULL behind the last. */
static struct cell next_cell(const struct record_cells *cells, const char **at, const char *end)
{
    const char *from = *at;
    struct cell cell = {0};
    if (cells->quoted && from < end && *from == '"') {
        const char *stop = from + 1;
        while (stop < end) {
            stop = memchr(stop, '"', (size_t)(end - stop));
            if (stop == NULL) {
                stop = end;
            } else if (stop + 1 < end && stop[1] == '"') {
                cell.doubled = true;
                stop += 2;
                continue;
            }
            break;
        }
        cell.text = (struct span){from + 1, (size_t)(stop - from) - 1};
        const char *next = memchr(stop, cells->separator, (size_t)(end - stop));
        *at = next == NULL ? NULL : next + 1;
        return cell;
    }
    const char *next = memchr(from, cells->separator, (size_t)(end - from));
    cell.text = (struct span){from, (size_t)((next == NULL ? end : next) - from)};
    *at = next == NULL ? NULL : next + 1;
    return cell;
}

bool record_header_read(struct record_header *header, const struct record_cells *cells,
                        struct span line, struct status *status)
{
    const char *at = line.bytes, *end = line.bytes + line.length;
    header->n = 0;
    while (at != NULL) {
        if (!mem_grow(&header->names, &header->capacity, header->n + 1, sizeof *header->names,
                      "the names of columns", status)) {
            return false;
        }
        header->names[header->n++] = trimmed(next_cell(cells, &at, end).text);
    }
    return true;
}

void record_header_free(struct record_header *header)
{
    free(header->names);
    *header = (struct record_header){0};
}

bool record_cells(struct record *record, const struct record_cells *cells,
                  const struct record_header *header, struct span line)
{
    const char *at = line.bytes, *end = line.bytes + line.length;
    size_t n = 0;
    for (; at != NULL; n++) {
        struct cell cell = next_cell(cells, &at, end);
        if (n >= header->n + cells->n_more) {
            return broken(record, "it has more cells than the header has names");
        }
        struct span name = n < header->n ? header->names[n] : cells->more[n - header->n];
        uint32_t id = record_add(record, RECORD_ROOT, name, RECORD_TEXT);
        if (id == RECORD_NONE) {
            return false;
        }
        record->nodes[id].value = cell.text;
        record->nodes[id].coding = cell.doubled ? RECORD_CSV : RECORD_PLAIN;
    }
    return n >= header->n || broken(record, "it has fewer cells than the header has names");
}

/* ---- pairs ---- */

static bool is_key(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.' || c == ':' || c == '/' || c == '@';
}

static bool is_nested(struct span key, const struct span *nested, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (key.length == nested[i].length &&
            memcmp(key.bytes, nested[i].bytes, key.length) == 0) {
            return true;
        }
    }
    return false;
}

static const char *end_of_value(const char *at, const char *end, char separator)
{
    while (at < end && (separator == ' ' ? (unsigned char)*at > ' ' : *at != separator)) {
        at++;
    }
    return at;
}

/* The first pair of a name wins, as programs put what people type behind what they know. */
static bool add_pair(struct record *record, struct span key, struct span value)
{
    if (record_child(record, RECORD_ROOT, key) != RECORD_NONE) {
        return true;
    }
    uint32_t id = record_add(record, RECORD_ROOT, key, RECORD_TEXT);
    if (id != RECORD_NONE) {
        record->nodes[id].value = value;
    }
    return id != RECORD_NONE;
}

bool record_pairs(struct record *record, struct span text, char separator,
                  const struct span *nested, size_t n_nested)
{
    const char *at = text.bytes, *end = text.bytes + text.length;
    while (at < end) {
        const char *equals = memchr(at, '=', (size_t)(end - at));
        if (equals == NULL) {
            break;
        }
        const char *from = equals;
        while (from > at && is_key(from[-1])) {
            from--;
        }
        struct span key = {from, (size_t)(equals - from)};
        at = equals + 1;
        if (key.length == 0) {
            continue;
        }
        const char *close = NULL;
        if (at < end && (*at == '"' || *at == '\'')) {
            for (close = at + 1; close < end && *close != *at; close++) {
                close += *close == '\\' && close + 1 < end;
            }
        }
        struct span value;
        if (close != NULL && close < end) {
            value = (struct span){at + 1, (size_t)(close - at) - 1};
            at = close + 1;
        } else {
            const char *stop = end_of_value(at, end, separator);
            value = trimmed((struct span){at, (size_t)(stop - at)});
            at = stop;
        }
        if (is_nested(key, nested, n_nested)) {
            if (!record_pairs(record, value, separator, NULL, 0)) {
                return false;
            }
        } else if (!add_pair(record, key, value)) {
            return false;
        }
    }
    return true;
}

/* ---- CEF and LEEF ---- */

static struct span word(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* Text in which a backslash takes away the meaning of what follows it. */
static bool put_escaped(struct record *record, struct span key, struct span value)
{
    if (memchr(value.bytes, '\\', value.length) == NULL) {
        return add_pair(record, key, value);
    }
    char *room = record_room(record, value.length);
    size_t n = 0;
    for (size_t i = 0; room != NULL && i < value.length; i++) {
        char c = value.bytes[i];
        if (c == '\\' && i + 1 < value.length &&
            memchr("\\|=nr", value.bytes[i + 1], 5) != NULL) {
            c = value.bytes[++i];
            c = c == 'n' || c == 'r' ? '\r' : c;
        }
        room[n++] = c;
    }
    return room != NULL && add_pair(record, key, (struct span){room, n});
}

/* Fields of a header with `|` between; `*at` is behind the last one then. */
static bool put_header(struct record *record, const char **at, const char *end,
                       const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *stop = *at;
        while (stop < end && *stop != '|') {
            stop += *stop == '\\' && stop + 1 < end ? 2 : 1;
        }
        if (stop >= end) {
            return broken(record, "its header has too few fields");
        }
        if (!put_escaped(record, word(names[i]), (struct span){*at, (size_t)(stop - *at)})) {
            return false;
        }
        *at = stop + 1;
    }
    return true;
}

/* "key=value key=value": a value goes up to the blank before the next key. */
static bool put_extension(struct record *record, const char *at, const char *end)
{
    while (at < end) {
        const char *equals = memchr(at, '=', (size_t)(end - at));
        if (equals == NULL) {
            break;
        }
        struct span key = trimmed((struct span){at, (size_t)(equals - at)});
        const char *from = equals + 1, *next = from;
        for (;;) {
            next = memchr(next, '=', (size_t)(end - next));
            if (next == NULL || next[-1] != '\\') {
                break;
            }
            next++;
        }
        const char *stop = next == NULL ? end : next;
        while (next != NULL && stop > from && stop[-1] != ' ') {
            stop--;
        }
        if (key.length > 0 &&
            !put_escaped(record, key, trimmed((struct span){from, (size_t)(stop - from)}))) {
            return false;
        }
        at = stop > from ? stop : next == NULL ? end : next + 1;
    }
    return true;
}

static bool put_before(struct record *record, struct span line, const char *mark)
{
    return add_pair(record, word("before"),
                    trimmed((struct span){line.bytes, (size_t)(mark - line.bytes)}));
}

bool record_cef(struct record *record, struct span line)
{
    static const char *const names[] = {"version",   "vendor", "product", "device-version",
                                        "signature", "name",   "severity"};
    const char *mark = memmem(line.bytes, line.length, "CEF:", 4);
    if (mark == NULL) {
        return broken(record, "there is no CEF: in it");
    }
    const char *at = mark + 4, *end = line.bytes + line.length;
    return put_before(record, line, mark) &&
           put_header(record, &at, end, names, sizeof names / sizeof *names) &&
           put_extension(record, at, end);
}

/* LEEF 2.0 has a field more: the character between pairs, or its number as x09 or 0x09. */
static char leef_separator(struct span field)
{
    if (field.length == 1) {
        return field.bytes[0];
    }
    int value = 0;
    for (size_t i = 0; i < field.length; i++) {
        char c = field.bytes[i];
        if (c == 'x') {
            value = 0;
            continue;
        }
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 0;
        value = (value * 16 + digit) & 0xFF;
    }
    return field.length == 0 ? '\t' : (char)value;
}

bool record_leef(struct record *record, struct span line)
{
    static const char *const names[] = {"version", "vendor", "product", "device-version",
                                        "signature"};
    const char *mark = memmem(line.bytes, line.length, "LEEF:", 5);
    if (mark == NULL) {
        return broken(record, "there is no LEEF: in it");
    }
    const char *at = mark + 5, *end = line.bytes + line.length;
    bool second = at < end && *at == '2';
    char separator = '\t';
    if (!put_before(record, line, mark) ||
        !put_header(record, &at, end, names, sizeof names / sizeof *names)) {
        return false;
    }
    if (second) {
        const char *stop = memchr(at, '|', (size_t)(end - at));
        if (stop != NULL && stop - at <= 4) {
            separator = leef_separator((struct span){at, (size_t)(stop - at)});
            at = stop + 1;
        }
    }
    while (at < end) {
        const char *stop = memchr(at, separator, (size_t)(end - at));
        stop = stop == NULL ? end : stop;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        if (equals != NULL &&
            !add_pair(record, trimmed((struct span){at, (size_t)(equals - at)}),
                      trimmed((struct span){equals + 1, (size_t)(stop - equals) - 1}))) {
            return false;
        }
        at = stop < end ? stop + 1 : end;
    }
    return true;
}

/* ---- the text of a Windows event ---- */

/* "Name:<tabs>value". A name alone at the beginning of a line begins a section; a second value
 * without a name belongs to a list and is passed over. */
static bool put_message_line(struct record *record, uint32_t parent, uint32_t *section,
                             struct span line)
{
    bool indented = line.length > 0 && (line.bytes[0] == '\t' || line.bytes[0] == ' ');
    struct span text = trimmed(line);
    const char *colon = memchr(text.bytes, ':', text.length);
    if (colon == NULL) {
        return true;
    }
    struct span name = {text.bytes, (size_t)(colon - text.bytes)};
    struct span value = trimmed((struct span){colon + 1, text.length - name.length - 1});
    if (value.length == 0 && !indented) {
        *section = record_add(record, parent, name, RECORD_OBJECT);
        return *section != RECORD_NONE;
    }
    uint32_t node = indented ? *section : parent;
    uint32_t id = record_add(record, node, name, RECORD_TEXT);
    if (id == RECORD_NONE) {
        return false;
    }
    record->nodes[id].value = value;
    return true;
}

bool record_sections(struct record *record, uint32_t parent, struct span text)
{
    const char *at = text.bytes, *end = text.bytes + text.length;
    uint32_t section = parent;
    record->nodes[parent].kind = RECORD_OBJECT;
    while (at < end) {
        const char *stop = at;
        while (stop < end && *stop != '\n' && *stop != '\r') {
            stop++;
        }
        if (!put_message_line(record, parent, &section,
                              (struct span){at, (size_t)(stop - at)})) {
            return false;
        }
        at = stop + 1;
    }
    return true;
}

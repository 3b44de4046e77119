#define _GNU_SOURCE
#include "events/format/record.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/json_scan.h"
#include "base/mem.h"

static const char what[] = "a record of a log";

void record_free(struct record *record)
{
    free(record->nodes);
    arena_free(&record->arena);
    *record = (struct record){0};
}

static uint64_t hash_of(struct span text)
{
    return XXH3_64bits(text.bytes, text.length);
}

uint64_t record_key_hash(struct span key)
{
    return hash_of(key);
}

static bool same(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* ---- the tree ---- */

bool record_clear(struct record *record, struct status *status)
{
    if (record->n > 1) {
        arena_reset(&record->arena);
    }
    record->status = status;
    record->error = NULL;
    record->dotted = false;
    record->top = RECORD_ROOT;
    record->array = record->member = RECORD_NONE;
    if (!mem_grow(&record->nodes, &record->capacity, 1, sizeof *record->nodes, what, status)) {
        return false;
    }
    record->nodes[RECORD_ROOT] = (struct record_node){
        .next = RECORD_NONE, .child = RECORD_NONE, .last = RECORD_NONE, .kind = RECORD_OBJECT};
    record->n = 1;
    return true;
}

uint32_t record_add(struct record *record, uint32_t parent, struct span key,
                    enum record_kind kind)
{
    if (record->n == RECORD_NODES) {
        record->error = "it has more than 65,536 values";
        return RECORD_NONE;
    }
    if (!mem_grow(&record->nodes, &record->capacity, record->n + 1, sizeof *record->nodes, what,
                  record->status)) {
        return RECORD_NONE;
    }
    const uint32_t id = (uint32_t)record->n++;
    struct record_node *node = &record->nodes[id], *above = &record->nodes[parent];
    *node = (struct record_node){.key = key,
                                 .hash = hash_of(key),
                                 .next = RECORD_NONE,
                                 .child = RECORD_NONE,
                                 .last = RECORD_NONE,
                                 .kind = (uint8_t)kind};
    if (!record->dotted && key.length > 2 && memchr(key.bytes, '.', key.length) != NULL) {
        record->dotted = true;
    }
    if (above->last == RECORD_NONE) {
        above->child = id;
    } else {
        record->nodes[above->last].next = id;
    }
    above->last = id;
    return id;
}

static uint32_t child_of(const struct record *record, uint32_t node, struct span key,
                         uint64_t hash)
{
    for (uint32_t i = record->nodes[node].child; i != RECORD_NONE; i = record->nodes[i].next) {
        if (record->nodes[i].hash == hash && same(record->nodes[i].key, key)) {
            return i;
        }
    }
    return RECORD_NONE;
}

uint32_t record_child(const struct record *record, uint32_t node, struct span key)
{
    return child_of(record, node, key, hash_of(key));
}

bool record_set(struct record *record, uint32_t parent, struct span key, struct span value,
                enum record_coding coding)
{
    uint32_t node = record_child(record, parent, key);
    if (node == RECORD_NONE) {
        node = record_add(record, parent, key, RECORD_TEXT);
    }
    if (node == RECORD_NONE) {
        return false;
    }
    record->nodes[node].kind = RECORD_TEXT;
    record->nodes[node].value = value;
    record->nodes[node].coding = (uint8_t)coding;
    return true;
}

char *record_room(struct record *record, size_t length)
{
    char *room = arena_take(&record->arena, length + RECORD_PADDING, what, record->status);
    if (room != NULL) {
        memset(room + length, 0, RECORD_PADDING);
    }
    return room;
}

/* ---- texts ---- */

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

/* The character of "#123" or "#x7b"; U+FFFD for what cannot be one. */
static unsigned long numbered(const char *text, size_t length)
{
    enum { REPLACEMENT = 0xFFFD };
    bool hex = length > 1 && (text[1] == 'x' || text[1] == 'X');
    unsigned long code = 0;
    for (size_t i = hex ? 2 : 1; i < length; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'          ? c - '0'
                    : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                  : -1;
        if (digit < 0 || code > 0x10FFFF) {
            return REPLACEMENT;
        }
        code = code * (hex ? 16 : 10) + (unsigned long)digit;
    }
    return code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? REPLACEMENT
                                                                             : code;
}

/* Entities and sections of character data. What is neither passes as it is. */
static size_t plain_xml(struct span text, char *out)
{
    static const struct {
        const char *name;
        char is;
    } names[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    static const char cdata[] = "<![CDATA[";
    enum { LONGEST = 10, CDATA = sizeof cdata - 1 };
    size_t n = 0;
    for (size_t i = 0; i < text.length;) {
        const char *at = text.bytes + i;
        size_t left = text.length - i;
        if (*at == '<' && left > CDATA && memcmp(at, cdata, CDATA) == 0) {
            const char *end = memmem(at, left, "]]>", 3);
            size_t inside = end == NULL ? left - CDATA : (size_t)(end - at) - CDATA;
            memcpy(out + n, at + CDATA, inside);
            n += inside;
            i += end == NULL ? left : CDATA + inside + 3;
            continue;
        }
        const char *end = *at == '&' ? memchr(at, ';', left < LONGEST ? left : LONGEST) : NULL;
        size_t length = end != NULL ? (size_t)(end - at) - 1 : 0;
        size_t before = n;
        if (length > 1 && at[1] == '#') {
            n += put_utf8(out + n, numbered(at + 1, length));
        }
        for (size_t k = 0; length > 0 && k < sizeof names / sizeof *names; k++) {
            if (strlen(names[k].name) == length && memcmp(at + 1, names[k].name, length) == 0) {
                out[n++] = names[k].is;
            }
        }
        if (n == before) {
            out[n++] = *at;
            i++;
        } else {
            i += length + 2;
        }
    }
    return n;
}

static size_t plain_csv(struct span text, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < text.length; i++) {
        out[n++] = text.bytes[i];
        i += text.bytes[i] == '"' && i + 1 < text.length && text.bytes[i + 1] == '"';
    }
    return n;
}

/* An undecoded text is at least as long as what it stands for. */
static bool decode(struct record *record, struct record_node *node)
{
    char *out = record_room(record, node->value.length);
    if (out == NULL) {
        return false;
    }
    size_t n = node->coding == RECORD_JSON
                   ? json_plain(node->value.bytes, node->value.length, out)
               : node->coding == RECORD_XML ? plain_xml(node->value, out)
                                            : plain_csv(node->value, out);
    node->value = (struct span){out, n};
    node->coding = RECORD_PLAIN;
    return true;
}

bool record_text(struct record *record, uint32_t id, struct span *text)
{
    struct record_node *node = &record->nodes[id];
    if (node->kind == RECORD_OBJECT) {
        id = record_child(record, id, (struct span){"#text", 5});
        node = id == RECORD_NONE ? node : &record->nodes[id];
    }
    if (node->kind != RECORD_TEXT && node->kind != RECORD_WORD) {
        return false;
    }
    if (node->coding != RECORD_PLAIN && !decode(record, node)) {
        return false;
    }
    *text = node->value;
    return true;
}

/* ---- paths ---- */

bool record_path_read(struct record_path *path, struct span text, const char **problem)
{
    *path = (struct record_path){.text = text};
    size_t at = 0;
    while (at <= text.length) {
        if (path->n == RECORD_STEPS) {
            *problem = "a path has at most 12 steps";
            return false;
        }
        struct record_step *step = &path->steps[path->n++];
        step->start = step->end = at;
        while (at < text.length && text.bytes[at] != '.') {
            const char *from = text.bytes + at;
            const char *close = *from == '[' ? memchr(from, ']', text.length - at) : NULL;
            const char *equals =
                close != NULL ? memchr(from, '=', (size_t)(close - from)) : NULL;
            if (equals != NULL) {
                step->which = (struct span){from + 1, (size_t)(equals - from) - 1};
                step->which_hash = hash_of(step->which);
                step->value = (struct span){equals + 1, (size_t)(close - equals) - 1};
                at = (size_t)(close - text.bytes) + 1;
                break;
            }
            step->end = ++at;
        }
        if (step->end == step->start || (at < text.length && text.bytes[at] != '.')) {
            *problem = "a step of the path is empty, or text stands behind ']'";
            return false;
        }
        step->hash = hash_of((struct span){text.bytes + step->start, step->end - step->start});
        if (at == text.length) {
            return true;
        }
        at++;
    }
    *problem = "the path ends with a dot";
    return false;
}

struct walk {
    struct record *record;
    const struct record_path *path;
    record_visit *visit;
    void *context;
    bool whole; /* an array at the end of the path is one node */
};

static bool walk(const struct walk *self, uint32_t node, size_t step);

static bool is_chosen(struct record *record, uint32_t node, const struct record_step *step)
{
    uint32_t child = child_of(record, node, step->which, step->which_hash);
    struct span text;
    return child != RECORD_NONE && record_text(record, child, &text) && same(text, step->value);
}

/* From behind a key: what was chosen of an array, then the rest of the path. */
static bool walk_behind(const struct walk *self, uint32_t node, size_t step, bool choose)
{
    struct record *record = self->record;
    const struct record_step *chooses = &self->path->steps[step - 1];
    if (self->whole && step == self->path->n) {
        return self->visit(self->context, record, node);
    }
    if (record->nodes[node].kind == RECORD_ARRAY) {
        if (node == record->array) {
            return walk_behind(self, record->member, step, choose);
        }
        for (uint32_t i = record->nodes[node].child; i != RECORD_NONE;
             i = record->nodes[i].next) {
            if (walk_behind(self, i, step, choose)) {
                return true;
            }
        }
        return false;
    }
    return (!choose || chooses->which.bytes == NULL || is_chosen(record, node, chooses)) &&
           walk(self, node, step);
}

static bool walk(const struct walk *self, uint32_t node, size_t step)
{
    struct record *record = self->record;
    const struct record_path *path = self->path;
    if (step == path->n) {
        return self->visit(self->context, record, node);
    }
    if (record->nodes[node].kind != RECORD_OBJECT) {
        return false;
    }
    for (size_t last = record->dotted ? path->n - 1 : step;; last--) {
        struct span key = {path->text.bytes + path->steps[step].start,
                           path->steps[last].end - path->steps[step].start};
        bool joined = true;
        for (size_t i = step; i < last; i++) {
            joined = joined && path->steps[i].which.bytes == NULL;
        }
        uint32_t child = !joined
                             ? RECORD_NONE
                             : child_of(record, node, key,
                                        last == step ? path->steps[step].hash : hash_of(key));
        if (child != RECORD_NONE && walk_behind(self, child, last + 1, true)) {
            return true;
        }
        if (last == step) {
            return false;
        }
    }
}

bool record_find(struct record *record, const struct record_path *path, record_visit *visit,
                 void *context)
{
    const struct walk self = {record, path, visit, context, false};
    return walk(&self, record->top, 0);
}

static bool keep_first(void *context, struct record *record, uint32_t node)
{
    (void)record;
    *(uint32_t *)context = node;
    return true;
}

uint32_t record_first(struct record *record, const struct record_path *path)
{
    uint32_t node = RECORD_NONE;
    record_find(record, path, keep_first, &node);
    return node;
}

uint32_t record_whole(struct record *record, const struct record_path *path)
{
    uint32_t node = RECORD_NONE;
    const struct walk self = {record, path, keep_first, &node, true};
    walk(&self, record->top, 0);
    return node;
}

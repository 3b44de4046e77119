/* XML as logs have it: elements, attributes, text, entities. No document types, so nothing is
 * expanded but characters; that is why a scanner of our own is enough (and it needs no copy).
 */
#define _GNU_SOURCE
#include <string.h>

#include "events/format/record.h"

struct xml {
    struct record *record;
    const char *at, *end;
};

static bool broken(struct xml *xml, const char *why)
{
    xml->record->error = xml->record->error != NULL ? xml->record->error : why;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

static void skip_blanks(struct xml *xml)
{
    while (xml->at < xml->end && is_blank(*xml->at)) {
        xml->at++;
    }
}

/* A name without its prefix: "ns:Event" is Event. */
static bool read_name(struct xml *xml, struct span *name)
{
    const char *from = xml->at;
    while (xml->at < xml->end && (is_name(*xml->at) || *xml->at == ':')) {
        if (*xml->at == ':') {
            from = xml->at + 1;
        }
        xml->at++;
    }
    *name = (struct span){from, (size_t)(xml->at - from)};
    return name->length > 0 || broken(xml, "a name is missing in the XML");
}

static bool has_entity(struct span text)
{
    return memchr(text.bytes, '&', text.length) != NULL ||
           memmem(text.bytes, text.length, "<![", 3) != NULL;
}

static bool put_text(struct record *record, uint32_t node, struct span key, struct span text)
{
    uint32_t id = key.bytes == NULL ? node : record_add(record, node, key, RECORD_TEXT);
    if (id == RECORD_NONE) {
        return false;
    }
    record->nodes[id].kind = RECORD_TEXT;
    record->nodes[id].value = text;
    record->nodes[id].coding = has_entity(text) ? RECORD_XML : RECORD_PLAIN;
    return true;
}

static bool read_attributes(struct xml *xml, uint32_t node)
{
    for (;;) {
        struct span name;
        skip_blanks(xml);
        if (xml->at == xml->end) {
            return broken(xml, "the XML is cut off");
        }
        if (*xml->at == '>' || *xml->at == '/' || *xml->at == '?') {
            return true;
        }
        if (!read_name(xml, &name)) {
            return false;
        }
        skip_blanks(xml);
        if (xml->at == xml->end || *xml->at != '=') {
            return broken(xml, "an attribute has no value");
        }
        xml->at++;
        skip_blanks(xml);
        if (xml->at == xml->end || (*xml->at != '"' && *xml->at != '\'')) {
            return broken(xml, "the value of an attribute has no quotes");
        }
        const char *from = xml->at + 1;
        const char *end = memchr(from, *xml->at, (size_t)(xml->end - from));
        if (end == NULL) {
            return broken(xml, "the value of an attribute does not end");
        }
        xml->at = end + 1;
        if (!put_text(xml->record, node, name, (struct span){from, (size_t)(end - from)})) {
            return false;
        }
    }
}

static bool is(struct span text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

/* <Data Name="x"> is x, and has no attribute of that name. */
static void rename_data(struct record *record, uint32_t node)
{
    struct span name;
    struct record_node *self = &record->nodes[node];
    uint32_t first = self->child;
    if (is(self->key, "Data") && first != RECORD_NONE && first == self->last &&
        is(record->nodes[first].key, "Name") && record_text(record, first, &name)) {
        self = &record->nodes[node];
        self->key = name;
        self->child = self->last = RECORD_NONE;
        self->hash = record_key_hash(name);
    }
}

/* Comments and instructions; false when there is none here. */
static bool skip_other(struct xml *xml)
{
    static const char *const kinds[][2] = {{"<!--", "-->"}, {"<?", "?>"}};
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(kinds[i][0]);
        if ((size_t)(xml->end - xml->at) > length &&
            memcmp(xml->at, kinds[i][0], length) == 0) {
            const char *end =
                memmem(xml->at, (size_t)(xml->end - xml->at), kinds[i][1], strlen(kinds[i][1]));
            xml->at = end == NULL ? xml->end : end + strlen(kinds[i][1]);
            return true;
        }
    }
    return false;
}

static struct span trimmed(const char *from, const char *end)
{
    while (from < end && is_blank(*from)) {
        from++;
    }
    while (end > from && is_blank(end[-1])) {
        end--;
    }
    return (struct span){from, (size_t)(end - from)};
}

/* Text up to the next element's beginning or this one's end; character data in it included. */
static struct span read_text(struct xml *xml)
{
    const char *from = xml->at;
    for (;;) {
        const char *open = memchr(xml->at, '<', (size_t)(xml->end - xml->at));
        if (open == NULL) {
            xml->at = xml->end;
            break;
        }
        xml->at = open;
        if (xml->end - open < 9 || memcmp(open, "<![CDATA[", 9) != 0) {
            break;
        }
        const char *end = memmem(open, (size_t)(xml->end - open), "]]>", 3);
        xml->at = end == NULL ? xml->end : end + 3;
    }
    return trimmed(from, xml->at);
}

/* What stands between the tags of an element, up to and with its end tag. */
static bool read_inside(struct xml *xml, uint32_t node, unsigned depth);

static bool read_element(struct xml *xml, uint32_t parent, unsigned depth)
{
    struct record *record = xml->record;
    struct span name;
    if (depth > RECORD_DEPTH) {
        return broken(xml, "more than 64 elements in each other");
    }
    xml->at++;
    if (!read_name(xml, &name)) {
        return false;
    }
    uint32_t node = depth == 1 ? parent : record_add(record, parent, name, RECORD_OBJECT);
    if (node == RECORD_NONE || !read_attributes(xml, node)) {
        return false;
    }
    rename_data(record, node);
    if (*xml->at == '/') {
        xml->at++;
        if (xml->at == xml->end || *xml->at != '>') {
            return broken(xml, "a tag does not end");
        }
        xml->at++;
        return true;
    }
    xml->at++;
    return read_inside(xml, node, depth);
}

static bool read_inside(struct xml *xml, uint32_t node, unsigned depth)
{
    struct record *record = xml->record;
    struct span text = {NULL, 0}, name;
    for (;;) {
        struct span more = read_text(xml);
        text = more.length > 0 ? more : text;
        if (xml->at == xml->end) {
            return broken(xml, "the XML is cut off");
        }
        if (xml->at + 1 < xml->end && xml->at[1] == '/') {
            xml->at += 2;
            if (!read_name(xml, &name)) {
                return false;
            }
            skip_blanks(xml);
            if (xml->at < xml->end) {
                xml->at++; /* '>', or the line feed that marks the end of a record */
            }
            break;
        }
        if (skip_other(xml)) {
            continue;
        }
        if (!read_element(xml, node, depth + 1)) {
            return false;
        }
    }
    if (text.length == 0) {
        return true;
    }
    bool leaf = record->nodes[node].child == RECORD_NONE && depth > 1;
    return put_text(record, node, leaf ? (struct span){NULL, 0} : (struct span){"#text", 5},
                    text);
}

bool record_xml(struct record *record, uint32_t parent, struct span text)
{
    struct xml xml = {record, text.bytes, text.bytes + text.length};
    skip_blanks(&xml);
    while (xml.at < xml.end && skip_other(&xml)) {
        skip_blanks(&xml);
    }
    if (xml.end - xml.at < 2 || *xml.at != '<') {
        return broken(&xml, "it is no XML element");
    }
    if (!read_element(&xml, parent, 1)) {
        return false;
    }
    skip_blanks(&xml);
    return xml.at == xml.end || broken(&xml, "something stands behind the XML element");
}

#include "base/json_scan.h"
#include "events/format/record.h"

static const struct span nameless = {"", 0};

static bool broken(struct record *record, const char *why)
{
    record->error = record->error != NULL ? record->error : why;
    return false;
}

/* A key that is escaped is decoded at once: paths compare keys as they are. */
static bool take_key(struct record *record, const struct json_scan *scan, struct span *key)
{
    *key = (struct span){scan->text, scan->length};
    if (scan->escaped) {
        char *room = record_room(record, scan->length);
        if (room == NULL) {
            return false;
        }
        *key = (struct span){room, json_plain(scan->text, scan->length, room)};
    }
    return true;
}

static bool take_leaf(struct record *record, uint32_t parent, struct span key,
                      const struct json_scan *scan, enum json_piece piece)
{
    enum record_kind kind = piece == JSON_STRING ? RECORD_TEXT
                            : piece == JSON_NULL ? RECORD_NULL
                                                 : RECORD_WORD;
    uint32_t id = record_add(record, parent, key, kind);
    if (id == RECORD_NONE) {
        return false;
    }
    record->nodes[id].value = (struct span){scan->text, scan->length};
    record->nodes[id].coding = scan->escaped ? RECORD_JSON : RECORD_PLAIN;
    return true;
}

bool record_json(struct record *record, uint32_t parent, struct span text)
{
    struct json_scan scan;
    uint32_t open[JSON_DEPTH + 1];
    struct span key = nameless;
    json_scan_start(&scan, text.bytes, text.length, true);
    while (scan.at < scan.end && ((unsigned char)*scan.at <= ' ')) {
        scan.at++; /* a record separator (JSON text sequences) is a blank, too */
    }
    if (scan.at < scan.end && *scan.at == '"') { /* its brace became a line end: frame.h */
        scan.depth = 1;
        scan.objects = 1;
        scan.wants = JSON_WANTS_FIRST;
    } else if (json_scan_next(&scan) != JSON_OBJECT) {
        return broken(record, scan.problem != NULL ? scan.problem : "it is no JSON object");
    }
    enum json_piece piece;
    open[1] = parent;
    while (scan.depth > 0) {
        const unsigned depth = scan.depth;
        piece = json_scan_next(&scan);
        switch (piece) {
        case JSON_MORE:
        case JSON_BROKEN: return broken(record, scan.problem);
        case JSON_KEY:
            if (!take_key(record, &scan, &key)) {
                return false;
            }
            break;
        case JSON_OBJECT:
        case JSON_ARRAY:
            open[depth + 1] = record_add(record, open[depth], key,
                                         piece == JSON_OBJECT ? RECORD_OBJECT : RECORD_ARRAY);
            if (open[depth + 1] == RECORD_NONE) {
                return false;
            }
            key = nameless;
            break;
        case JSON_OBJECT_END:
        case JSON_ARRAY_END: key = nameless; break;
        default:
            if (!take_leaf(record, open[depth], key, &scan, piece)) {
                return false;
            }
        }
    }
    while (scan.at < scan.end && (unsigned char)*scan.at <= ' ') {
        scan.at++;
    }
    return scan.at == scan.end || broken(record, "something stands behind the JSON object");
}

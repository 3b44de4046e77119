/* record: one record of a log as a tree of named values, whatever it was written in.
 *
 * A parser (record_json, record_xml, record_cells ...) fills the tree with values where they
 * stand; what is escaped there is decoded when it is asked for. Rules look values up by
 * *paths*:
 *
 *     a.b.c               a key that holds the dots itself is found first
 *     a[type=User].b      of an array of objects the members that have that
 *     a.#text             the text of an XML element with attributes; `a` alone gives it, too
 *
 * A path through an array goes to every member.
 */
#ifndef ODDHOURS_EVENTS_FORMAT_RECORD_H
#define ODDHOURS_EVENTS_FORMAT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "table/dict.h"

enum {
    RECORD_DEPTH = 64,      /* values in values */
    RECORD_NODES = 1 << 16, /* values of one record */
    RECORD_PADDING = 64,    /* readable bytes behind a text that was decoded */
    RECORD_ROOT = 0
};
#define RECORD_NONE UINT32_MAX

enum record_kind { RECORD_NULL, RECORD_TEXT, RECORD_WORD, RECORD_OBJECT, RECORD_ARRAY };

/* How a text is written. */
enum record_coding { RECORD_PLAIN, RECORD_JSON, RECORD_XML, RECORD_CSV };

struct record_node {
    struct span key;
    struct span value; /* of a leaf, as it is written */
    uint64_t hash;     /* of the key */
    uint32_t next, child, last;
    uint8_t kind, coding;
};

struct record {
    struct record_node *nodes; /* [0] is the root, an object */
    size_t n, capacity;
    uint32_t top;          /* the node that paths begin at */
    uint32_t array;        /* where it stands for one of its members; else RECORD_NONE */
    uint32_t member;       /* that one */
    bool dotted;           /* some key has a dot */
    const char *error;     /* why the record cannot be read; NULL: it can */
    struct status *status; /* memory */
    struct arena arena;    /* decoded texts */
};

/* Zeroed is new. */
void record_free(struct record *record);

/* Empties it for the next record: a root without children. */
bool record_clear(struct record *record, struct status *status);

/* Adds a child to `parent`; RECORD_NONE when memory ran out (status) or there are too many
 * (error). The key is borrowed and as it is. */
uint32_t record_add(struct record *record, uint32_t parent, struct span key,
                    enum record_kind kind);

/* Adds a text, or replaces the first of that name. */
bool record_set(struct record *record, uint32_t parent, struct span key, struct span value,
                enum record_coding coding);

uint64_t record_key_hash(struct span key);

/* The text of a leaf, decoded; false for what has none (null, an object without #text). */
bool record_text(struct record *record, uint32_t node, struct span *text);

/* A copy that lives as long as the record, with padding; NULL when memory ran out. */
char *record_room(struct record *record, size_t length);

/* The first child of that name; RECORD_NONE. */
uint32_t record_child(const struct record *record, uint32_t node, struct span key);

/* ---- parsers: each fills the tree below `parent`; false: record->error or status says why
 * ---- */

/* A JSON object. `text` may have blanks around. */
bool record_json(struct record *record, uint32_t parent, struct span text);

/* An XML element: attributes and elements as children, text as #text; an element named Data
 * with an attribute Name goes by that. */
bool record_xml(struct record *record, uint32_t parent, struct span text);

/* How a line of cells is written. */
struct record_cells {
    char separator;
    bool quoted;             /* cells may stand in double quotes */
    const struct span *more; /* (n_more) names of columns behind those of the header */
    size_t n_more;
};

/* Names of columns; zeroed is empty. */
struct record_header {
    struct span *names; /* (n) */
    size_t n, capacity;
};

/* Reads the names from a line, which is borrowed. */
bool record_header_read(struct record_header *header, const struct record_cells *cells,
                        struct span line, struct status *status);
void record_header_free(struct record_header *header);

/* A line of cells, named by the header. More cells than names, or fewer, is an error. */
bool record_cells(struct record *record, const struct record_cells *cells,
                  const struct record_header *header, struct span line);

/* key=value pairs. `separator` ' ' is any blanks; values may stand in double or single quotes.
 * Of keys in `nested` (n_nested) the value is pairs, too, and joins the others. */
bool record_pairs(struct record *record, struct span text, char separator,
                  const struct span *nested, size_t n_nested);

/* CEF and LEEF lines: vendor, product, device-version, signature, name, severity and the pairs
 * behind; `before` is what stands before. */
bool record_cef(struct record *record, struct span line);
bool record_leef(struct record *record, struct span line);

/* "Section:" lines with "Name:\tvalue" lines below, as the message of a Windows event has them:
 * parent.Section.Name. */
bool record_sections(struct record *record, uint32_t parent, struct span text);

/* ---- paths ---- */

struct record_step {
    size_t start, end;        /* in the text */
    uint64_t hash;            /* of the key */
    struct span which, value; /* [which=value]; which.bytes NULL: none */
    uint64_t which_hash;
};

enum { RECORD_STEPS = 12 };

struct record_path {
    struct span text;
    size_t n;
    struct record_step steps[RECORD_STEPS];
};

/* `text` is borrowed. False with a reason in plain ASCII. */
bool record_path_read(struct record_path *path, struct span text, const char **problem);

/* Called with every node at the end of the path; true ends the search. */
typedef bool record_visit(void *context, struct record *record, uint32_t node);

/* True when a visit returned true. */
bool record_find(struct record *record, const struct record_path *path, record_visit *visit,
                 void *context);

/* The first node of a path; RECORD_NONE. */
uint32_t record_first(struct record *record, const struct record_path *path);

/* The same, where an array at the end of the path is a node and not its members. */
uint32_t record_whole(struct record *record, const struct record_path *path);

#endif

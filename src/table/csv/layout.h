/* layout: how a table is written, found by looking at its beginning: what stands between
 * fields, where the header is, and what stands before it. */
#ifndef ODDHOURS_TABLE_LAYOUT_H
#define ODDHOURS_TABLE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"

enum { LAYOUT_DELIMITERS = 8, LAYOUT_RECORDS = 256 };

/* A record of the text that was looked at: a line, or several where quotes hold line ends. */
struct layout_record {
    size_t from, to;                    /* bytes, without the line end */
    uint32_t fields[LAYOUT_DELIMITERS]; /* how many, by each delimiter */
};

struct layout {
    const char *text; /* borrowed */
    size_t length;
    char delimiter;
    bool has_header;
    bool blank;           /* there is nothing but blanks */
    bool spare_field;     /* lines end with a delimiter behind which there is nothing */
    size_t header_from;   /* where the header's text begins: behind "#" when it is a comment */
    uint64_t header_line; /* lines before it */
    size_t skipped;       /* of these, those that are not blank */
    size_t named_width;   /* columns that the first line names, where most others have other
                           * numbers of fields; else 0 */
    size_t n;             /* records from the header's successor on, or the first one */
    struct layout_record *records; /* (n) */
};

enum layout_header {
    LAYOUT_HEADER_FIND,
    LAYOUT_HEADER_NONE, /* the user says that there is none */
    LAYOUT_HEADER_FIRST /* it is the first line, whatever that looks like */
};

/* Looks at the first `length` bytes of a text, of which `whole` says that it is all.
 * `delimiter` is '\0' or what the user named. False without memory only. The caller frees what
 * it holds with layout_clear(). */
bool layout_look(struct layout *layout, const char *text, size_t length, bool whole,
                 char delimiter, enum layout_header where, struct status *status);
void layout_clear(struct layout *layout);

/* Field `k` of a record, without the quotes around it; empty when there is none. */
struct span layout_field(const struct layout *layout, const struct layout_record *record,
                         size_t k);

/* How many fields most records have; the empty one at the end not counted. */
size_t layout_width(const struct layout *layout);

/* Whether the field is a number, a time, or a mark for nothing: no name of a column. */
bool layout_is_value(struct span field);

/* "commas", "semicolons", "tabs", "bars". */
const char *layout_delimiter_name(char delimiter);

#endif

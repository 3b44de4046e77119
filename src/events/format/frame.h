/* frame: makes every record of a log one line, in place and without changing its length, so
 * that all containers are cut, counted in parallel and read again like lines.
 *
 * JSON: the members of an array, or of the array that an object holds (description->records),
 * lose what is around them; line ends within a record become blanks. Text of one object a line
 * is left as it is. XML: elements of the name lose what is between them, and the last byte of
 * each becomes the line's end; line ends within become carriage returns. CSV: line ends within
 * quotes become carriage returns. Other text is lines already.
 */
#ifndef ODDHOURS_EVENTS_FORMAT_FRAME_H
#define ODDHOURS_EVENTS_FORMAT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events/format/description.h"

enum { FRAME_KEY = 64 };

struct framer {
    const struct log_description *description; /* NULL: lines */
    enum {
        FRAME_FIRST,   /* nothing has been seen of the file */
        FRAME_LINES,   /* nothing to do */
        FRAME_OUTSIDE, /* between records */
        FRAME_JUNK,    /* something else, up to the line's end */
        FRAME_WRAPPER, /* in an object that may hold the records */
        FRAME_RECORD,  /* in a record */
        FRAME_AFTER,   /* a record has ended: its line is to be ended */
        FRAME_REST     /* behind the records of an object, up to its end */
    } state;
    bool resumed;             /* a piece of a file: objects are records */
    bool in_array, in_object; /* outside a record: in what */
    bool in_string, escape;
    bool wants_key;     /* the next string is a key */
    size_t depth;       /* objects and arrays that are open */
    size_t back;        /* bytes from the beginning of what is open to where it got */
    size_t matched;     /* characters of a tag; of XML and CSV */
    bool quoted, quote; /* CSV: within quotes; the byte before was one */
    /* FRAME_WRAPPER: the keys on the way in */
    char key[FRAME_KEY];
    size_t key_length;
    size_t level; /* objects that are open and on the way to the records */
    uint32_t
        on_way[RECORD_STEPS + 1]; /* (level) records paths that are still possible, as bits */
    uint32_t follows;             /* those that the last key goes on with */
};

/* Begins a file. */
void framer_begin(struct framer *framer, const struct log_description *description);

/* Begins in the middle of a file, where a record begins. */
void framer_resume(struct framer *framer, const struct log_description *description);

/* Goes on with bytes[from..to). What stands before belongs to a record that is not whole yet.
 */
void framer_run(struct framer *framer, char *bytes, size_t from, size_t to);

#endif

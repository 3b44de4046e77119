/* What the files of the index share. */
#ifndef ODDHOURS_EVENTS_EVENTS_INDEX_INTERNAL_H
#define ODDHOURS_EVENTS_EVENTS_INDEX_INTERNAL_H

#include <sys/stat.h>

#include "events/events_index.h"
#include "events/log_format.h"

/* Lines of one window in one file stand between start and end; lines of other windows may stand
 * there, too, when the log is out of order. As it is saved: numbers of 8 bytes. */
struct index_range {
    int64_t window;
    uint64_t file, start, end;
    int64_t latest; /* the latest time of any line before start */
};

/* How a file was when it was read. */
struct index_state {
    int64_t size, seconds, nanoseconds;
};

struct index_file {
    char *path; /* as it was named */
    char *full; /* the same for any working folder */
    struct index_state state;
};

/* Names of columns, from a place of a file on. */
struct index_header {
    uint64_t file, offset;
    char *line;
    size_t length;
};

struct events_index {
    const struct log_format *format;
    struct userhours_options options;
    size_t n_files, file_capacity;
    struct index_file *files;
    char unusable[80]; /* why; empty: it is usable */
    char *zone;        /* "": none was named */
    int year;
    size_t n_headers, header_capacity;
    struct index_header *headers; /* in the order of the log */
    size_t n_ranges, range_capacity;
    struct index_range *ranges; /* by window, then file */
};

/* A descriptor of the file of a path, without the member of an archive; -1 and errno. */
int events_index_open(const char *path);

struct index_state events_index_state(const struct stat *stat);

/* The first range that is not before (window, file). */
size_t events_index_place(const struct events_index *index, int64_t window, size_t file);

#endif

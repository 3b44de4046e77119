/* raw: an input as it is on disk or comes through a pipe; its bytes are hashed as they are
 * read. A part of source, which inflates and looks ahead. */
#ifndef ODDHOURS_TABLE_RAW_H
#define ODDHOURS_TABLE_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/input_state.h"

enum { RAW_TITLE = 96 };

struct raw {
    int fd;
    bool own_fd;              /* standard input is not ours to close */
    bool waits;               /* not a regular file: reads may have to wait */
    char title[RAW_TITLE];    /* for messages: the path in quotes, or "standard input" */
    uint64_t done, total;     /* bytes read; and to be read, 0 when that is not known */
    uint64_t from, size;      /* done before this file, and its size */
    void *hash;               /* of the bytes read */
    struct input_state state; /* when it was opened */
};

/* Opens `path`, "-" being standard input. Errors as source_open(). raw_close() in any case. */
bool raw_open(struct raw *raw, const char *path, struct status *status);
void raw_close(struct raw *raw);

/* Goes on with another file, whose bytes are hashed as those that follow. */
bool raw_next(struct raw *raw, const char *path, struct status *status);

/* One read(2) that brings at least a byte, or none at the end. Looks at the cancel flag while
 * it waits for a pipe. A file that ends before the length it had is STATUS_IO. */
bool raw_read(struct raw *raw, void *buffer, size_t size, size_t *got,
              const struct progress *progress, struct status *status);

/* What happened to the file since it was opened; `*state` is what it is known by when nothing
 * did, else unknown. */
enum input_change raw_change(const struct raw *raw, struct input_state *state);

/* XXH3 128 of the bytes so far: its high and low half. */
void raw_hash(const struct raw *raw, uint64_t half[2]);

#endif

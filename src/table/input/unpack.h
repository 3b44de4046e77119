/* unpack: the content of .bz2, .xz, .zst and .zip, through libarchive. A part of source. */
#ifndef ODDHOURS_TABLE_UNPACK_H
#define ODDHOURS_TABLE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/input/raw.h"

struct unpack;

/* The kind of what begins with these bytes: "xz", "zip"; NULL: none that is known here. */
const char *unpack_kind(const unsigned char *first, size_t n_first);

/* Unpacks what `raw` (borrowed) brings, after the `n_first` bytes (borrowed, too) that were
 * read from it. Of a .zip the file `member`, or with NULL the only one there is: with several
 * STATUS_INPUT, and they are named. `path` is that of the file, where one can be opened once
 * more to look into; NULL: it comes from a pipe. */
struct unpack *unpack_new(struct raw *raw, const unsigned char *first, size_t n_first,
                          const char *path, const char *member, struct status *status);
void unpack_free(struct unpack *unpack);

/* Up to `size` bytes of the content, at least one unless it is the end, where `*got` is 0. What
 * is cut off or damaged is STATUS_INPUT. */
bool unpack_read(struct unpack *unpack, void *buffer, size_t size, size_t *got,
                 const struct progress *progress, struct status *status);

#endif

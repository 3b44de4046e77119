/* archive: plain arrays and numbers in a file, for saved runs.
 *
 * A file is: 64 bytes of head (magic, version, length, XXH3-64 of all that follows), then items
 * in the order put. An item is its tag (four letters), its element size, its count, then its
 * bytes, each array starting at a multiple of 64. Reading is from memory (a mapped file),
 * checks every item against what the reader expects and never looks outside: a damaged, foreign
 * or hostile file gives a status, nothing else. Numbers are little-endian, as on every machine
 * this runs on.
 */
#ifndef ODDHOURS_BASE_ARCHIVE_H
#define ODDHOURS_BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"
#include "base/status.h"

/* ---- writing ---- */

struct archive_out;

/* Starts `path`, which appears whole with archive_commit(). */
struct archive_out *archive_create(const char *path, uint32_t version, struct status *status);

/* Puts an array of `count` elements of `size` bytes. `tag` has four letters. Errors are kept
 * for archive_commit(). */
void archive_put(struct archive_out *archive, const char tag[static 5], const void *bytes,
                 size_t size, size_t count);
void archive_put_number(struct archive_out *archive, const char tag[static 5], double value);
void archive_put_count(struct archive_out *archive, const char tag[static 5], uint64_t value);
void archive_put_text(struct archive_out *archive, const char tag[static 5], const char *text);

/* What should be put could not be made (`error` is an errno): archive_commit() will say so. */
void archive_fail(struct archive_out *archive, int error);

bool archive_commit(struct archive_out *take_archive, struct status *status);
void archive_abandon(struct archive_out *take_archive);

/* ---- reading ---- */

struct archive_in;

/* The version in the head of `path`, which the rest of the file is not checked for.
 * STATUS_INPUT when it is no archive; STATUS_IO when it cannot be read. */
bool archive_version(const char *path, uint32_t *version, struct status *status);

/* Opens `path` and checks head and hash. STATUS_INPUT when it is not such a file, is damaged or
 * of another version; STATUS_IO when it cannot be read. Freed with archive_close(). */
struct archive_in *archive_open(const char *path, uint32_t version, struct status *status);
void archive_close(struct archive_in *archive);

/* To be asked when everything is read: whether the file is still the one that was checked.
 * STATUS_INPUT when it was written to meanwhile. */
bool archive_unchanged(const struct archive_in *archive, struct status *status);

/* The next item, which must have this tag and element size: its bytes, aligned to 64, borrowed
 * until the next call, and `*count` elements. NULL with STATUS_INPUT otherwise. */
const void *archive_get(struct archive_in *archive, const char tag[static 5], size_t size,
                        size_t *count, struct status *status);

/* The same with an element size that is said, not known. */
const void *archive_get_sized(struct archive_in *archive, const char tag[static 5],
                              size_t *size, size_t *count, struct status *status);

/* Whether the next item has this tag. */
bool archive_next_is(struct archive_in *archive, const char tag[static 5]);

/* Passes over items up to and with the next that has this tag. False with STATUS_INPUT when
 * there is none. */
bool archive_skip_past(struct archive_in *archive, const char tag[static 5],
                       struct status *status);

/* The same up to that item, which is then the next. */
bool archive_skip_to(struct archive_in *archive, const char tag[static 5],
                     struct status *status);

/* The next item, which must have exactly `count` elements, copied to `to`. */
bool archive_get_into(struct archive_in *archive, const char tag[static 5], void *to,
                      size_t size, size_t count, struct status *status);

/* A copy of the next array, for free(); aligned to 64. */
void *archive_get_copy(struct archive_in *archive, const char tag[static 5], size_t size,
                       size_t *count, struct status *status);

bool archive_get_number(struct archive_in *archive, const char tag[static 5], double *value,
                        struct status *status);
bool archive_get_count(struct archive_in *archive, const char tag[static 5], uint64_t *value,
                       struct status *status);

/* A copy of the next text, for free(). */
char *archive_get_text(struct archive_in *archive, const char tag[static 5],
                       struct status *status);

#endif

/* chunk: the values of one column of one row group, page after page.
 *
 * A reader is opened on a chunk and asked for one stretch of rows after the other. A stretch
 * ends where a page does, so that all its values are of one kind: ids in the chunk's
 * dictionary, or values of an encoding. It holds a piece of the file, one page and one
 * dictionary; used again for other chunks, it keeps their memory.
 */
#ifndef ODDHOURS_TABLE_PARQUET_CHUNK_H
#define ODDHOURS_TABLE_PARQUET_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/parquet/decompress.h"
#include "table/parquet/footer.h"
#include "table/parquet/hybrid.h"
#include "table/parquet/values.h"

enum {
    CHUNK_STRETCH = 2048, /* rows at most */
    CHUNK_TITLE = 224
};

/* Which one, for messages and to be read. */
struct chunk_place {
    int fd;
    uint64_t file_end; /* where the footer begins */
    const struct footer_leaf *column;
    struct footer_chunk chunk;
    uint64_t rows;
    size_t group;      /* counted from 0 */
    const char *title; /* of the file */
};

struct chunk {
    struct chunk_place place;
    struct decompressor *decompressor; /* borrowed */
    struct status *status;             /* what was wrong */

    uint8_t *window; /* a piece of the file */
    size_t window_room;
    uint64_t window_from, window_to;
    uint64_t at;   /* where the next page begins */
    uint64_t rows; /* that are in pages to come */

    uint8_t *body; /* of the page, decompressed */
    size_t body_room;
    size_t left; /* rows of the page to come */
    bool has_levels;
    struct hybrid levels;
    bool coded; /* its values are ids in the dictionary */
    struct hybrid codes;
    struct values values;

    uint8_t *dictionary; /* its page, decompressed */
    size_t dictionary_room;
    struct bytes dictionary_bytes;
    bool has_dictionary;
    size_t n_dictionary; /* values */
};

/* Opens a chunk, and reads its dictionary if it has one. */
bool chunk_open(struct chunk *chunk, const struct chunk_place *place,
                struct decompressor *decompressor, struct status *status);

/* Moves `rows` rows on: whole pages of them are not looked into. */
bool chunk_skip(struct chunk *chunk, uint64_t rows);

/* The next stretch: `*n` of at most `most` rows (`most` at most CHUNK_STRETCH). `missing`
 * (most) is 1 for each row without a value, of which there are *n - *n_values. What follows
 * then is chunk_codes() when chunk->coded, else values_*() of chunk->values, for just
 * *n_values. */
bool chunk_next(struct chunk *chunk, size_t most, size_t *n, uint8_t *missing,
                size_t *n_values);

/* Ids in the dictionary, all below n_dictionary. */
bool chunk_codes(struct chunk *chunk, uint32_t *codes, size_t n);

/* "row group 1, column dt: " and what is wrong. Returns false. */
bool chunk_refuse(const struct chunk *chunk, const char *what);

/* Frees what it holds. */
void chunk_clear(struct chunk *chunk);

#endif

/* footer: what a Parquet file says of itself: its columns, its row groups, where the chunks of
 * the columns stand. Everything is checked before anything is read with its help. */
#ifndef ODDHOURS_TABLE_PARQUET_FOOTER_H
#define ODDHOURS_TABLE_PARQUET_FOOTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"
#include "table/parquet/format.h"

enum {
    FOOTER_MOST_BYTES = 64 << 20, /* of a footer */
    FOOTER_MOST_LEAVES = 10000    /* columns, those inside of nested ones counted */
};

/* A column. */
struct footer_leaf {
    struct span
        name;  /* of a nested one, that of its outermost group; borrowed from the footer */
    bool flat; /* it is at the top, and has a value a row at most */
    struct parquet_leaf leaf;
};

struct footer {
    uint8_t *bytes; /* (length) */
    size_t length;
    uint64_t file_size;
    uint64_t rows; /* as the file says */
    size_t n_leaves;
    struct footer_leaf *leaves; /* (n_leaves) in the order in which row groups have them */
    size_t groups_from;         /* where in the bytes the list of row groups stands */
};

/* Where a column of a row group stands. */
struct footer_chunk {
    int32_t codec;
    uint64_t from, to;   /* bytes of the file */
    bool has_dictionary; /* as the footer says */
};

struct footer_group {
    uint64_t rows, first_row;    /* of the file */
    uint64_t bytes;              /* of the wanted chunks */
    struct footer_chunk *chunks; /* (n_wanted) */
};

/* The wanted columns of all row groups. */
struct footer_groups {
    size_t n;
    struct footer_group *groups; /* (n) */
    struct footer_chunk *chunks; /* of all */
};

/* Reads the end of a file of `size` bytes. `title` names it in messages. STATUS_INPUT for a
 * file that is none, is damaged, encrypted or beyond the limits above; STATUS_IO, STATUS_NOMEM.
 */
bool footer_read(struct footer *footer, int fd, uint64_t size, const char *title,
                 struct status *status);
void footer_clear(struct footer *footer);

/* Finds the chunks of `n_wanted` leaves, all flat, by their indices, in the first `most` row
 * groups; SIZE_MAX: in all, whose rows then add up to those of the file. */
bool footer_find(const struct footer *footer, const size_t *wanted, size_t n_wanted,
                 size_t most, const char *title, struct footer_groups *groups,
                 struct status *status);
void footer_groups_clear(struct footer_groups *groups);

/* Reads `size` bytes at `from`, all of them. */
bool footer_read_at(int fd, uint64_t from, void *to, size_t size, const char *title,
                    struct status *status);

#endif

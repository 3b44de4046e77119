/* overlap_rows: heads of rankings of which some are of rows: as one bit a row for each. */
#ifndef ODDHOURS_RANK_OVERLAP_ROWS_H
#define ODDHOURS_RANK_OVERLAP_ROWS_H

#include "rank/overlap.h"

struct head_bits {
    size_t n, n_rows, words;
    uint64_t *bits[OVERLAP_MAX]; /* (words) row % 64 of word row / 64 */
};

/* Whether one of the heads (n) is of a ranking of rows. */
bool heads_have_rows(const struct head *heads, size_t n);

/* The rows of the heads (n). False, with nothing to clear, when memory ran out. */
bool head_bits_new(struct head_bits *made, const struct head *heads, size_t n,
                   const struct row_index *index, struct status *status);
void head_bits_clear(struct head_bits *bits);

/* The bits of a word that are set in at least `least` of the heads. */
uint64_t head_bits_word(const struct head_bits *bits, size_t word, size_t least);

/* Those rows, ascending, as heads_rows(). */
uint32_t *head_bits_rows(const struct head_bits *bits, size_t least, size_t *count,
                         struct status *status);

/* Adds common, in_any and in_all of the rows. */
void head_bits_overlap(const struct head_bits *bits, struct overlap *overlap);

#endif

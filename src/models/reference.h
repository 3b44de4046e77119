/* reference: the scores that others are compared with, without their table: how many rows have
 * at least this score, "1 in 42,000". What a model was fitted on stays the measure for rows
 * that come later.
 */
#ifndef ODDHOURS_MODELS_REFERENCE_H
#define ODDHOURS_MODELS_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/status.h"

struct reference {
    size_t rows;        /* that have a score */
    size_t n;           /* distinct scores */
    double *score;      /* (n) falling */
    uint32_t *at_least; /* (n) rows with at least this score; the last is `rows` */
};

/* From the scores of things that stand for rows: order (n) holds their numbers by falling score
 * (a ranking has it), score and copies (rows each; NULL: one) are looked at by number. None may
 * be NaN. NULL on failure. */
struct reference *reference_new(const double *score, const uint32_t *order, size_t n,
                                const uint32_t *copies, struct status *status);
/* The same of the scores of rows themselves (n_rows; NaN: none), which hardly repeat: those of
 * `head` (n_head), the highest of them falling, are kept one by one (row_scores_head() finds
 * REFERENCE_EXACT), the others in steps of 1 in 2,000, so that of these a few rows too many may
 * be said to be at least as high. */
enum { REFERENCE_EXACT = 1 << 20 };
struct reference *reference_new_rows(const float *score, size_t n_rows, const float *head,
                                     size_t n_head, struct status *status);
void reference_free(struct reference *reference);

/* Rows with a score of at least `score`, any number: from 0 to reference->rows. */
size_t reference_rows(const struct reference *reference, double score);

/* Their share of the scored rows; 0 for a score that no row of the reference reaches, and where
 * there are no rows. For a score of the reference: the bits of ranking_tail_share(). */
double reference_share(const struct reference *reference, double score);

/* The same, but never 0: beyond all its rows, as if one more row was there. NaN: no score. */
double reference_tail(const struct reference *reference, double score);

/* Puts it into an archive, and gets it back with its counts checked: NULL with a status. */
void reference_save(const struct reference *reference, struct archive_out *archive);
struct reference *reference_load(struct archive_in *archive, struct status *status);

#endif

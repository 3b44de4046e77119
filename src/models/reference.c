#include "models/reference.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void reference_free(struct reference *reference)
{
    if (reference != NULL) {
        free(reference->score);
        free(reference->at_least);
        free(reference);
    }
}

struct reference *reference_new(const double *score, const uint32_t *order, size_t n,
                                const uint32_t *copies, struct status *status)
{
    struct reference *reference = mem_zero(1, sizeof *reference, "a reference", status);
    if (reference == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        reference->n += i == 0 || score[order[i]] != score[order[i - 1]];
    }
    reference->score = mem_new(reference->n, sizeof *reference->score, "a reference", status);
    reference->at_least =
        mem_new(reference->n, sizeof *reference->at_least, "a reference", status);
    if (reference->score == NULL || reference->at_least == NULL) {
        reference_free(reference);
        return NULL;
    }
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        at += i > 0 && score[order[i]] != score[order[i - 1]];
        reference->rows += copies != NULL ? copies[order[i]] : 1;
        reference->score[at] = score[order[i]];
        reference->at_least[at] = (uint32_t)reference->rows; /* below TABLE_ROWS_MAX */
    }
    return reference;
}

size_t reference_rows(const struct reference *reference, double score)
{
    size_t from = 0, to = reference->n; /* the scores before `from` are at least `score` */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (reference->score[middle] >= score) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from > 0 ? reference->at_least[from - 1] : 0;
}

double reference_share(const struct reference *reference, double score)
{
    return reference->rows > 0
               ? (double)reference_rows(reference, score) / (double)reference->rows
               : 0;
}

void reference_save(const struct reference *reference, struct archive_out *archive)
{
    archive_put(archive, "RFsc", reference->score, sizeof *reference->score, reference->n);
    archive_put(archive, "RFrw", reference->at_least, sizeof *reference->at_least,
                reference->n);
}

static bool makes_sense(const struct reference *reference)
{
    for (size_t i = 0; i < reference->n; i++) {
        if (isnan(reference->score[i]) || reference->at_least[i] == 0 ||
            (i > 0 && (!(reference->score[i] < reference->score[i - 1]) ||
                       reference->at_least[i] <= reference->at_least[i - 1]))) {
            return false;
        }
    }
    return true;
}

struct reference *reference_load(struct archive_in *archive, struct status *status)
{
    size_t rows = 0;
    struct reference *reference = mem_zero(1, sizeof *reference, "a reference", status);
    if (reference == NULL) {
        return NULL;
    }
    reference->score =
        archive_get_copy(archive, "RFsc", sizeof *reference->score, &reference->n, status);
    reference->at_least =
        reference->score == NULL
            ? NULL
            : archive_get_copy(archive, "RFrw", sizeof *reference->at_least, &rows, status);
    if (reference->at_least == NULL) {
        reference_free(reference);
        return NULL;
    }
    if (rows != reference->n || !makes_sense(reference)) {
        status_set(status, STATUS_INPUT, "the saved reference is damaged");
        reference_free(reference);
        return NULL;
    }
    reference->rows = reference->n > 0 ? reference->at_least[reference->n - 1] : 0;
    return reference;
}

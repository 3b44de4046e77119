/* ae_world: a table, and an autoencoder fitted on it, for the tests of the detector. */
#ifndef ODDHOURS_TESTS_AE_WORLD_H
#define ODDHOURS_TESTS_AE_WORLD_H

#include <stddef.h>

#include "models/autoencoder/autoencoder.h"

struct ae_world {
    struct table *table;
    struct scaler *scaler;
    float *scaled;
    struct detector_data data;
};

/* n rows of d whole numbers that depend on each other, from 0 up to about 3 `most`. */
void ae_world_open(struct ae_world *w, size_t n, size_t d, size_t most);
void ae_world_close(struct ae_world *w);

/* A model with these parameters, and its scores. */
void *ae_fit(const struct ae_world *w, size_t epochs, size_t batch, double rate);
struct scores ae_score(const struct ae_world *w, const void *model);

/* The same losses and the same scores, to the bit. */
void ae_assert_same(const struct ae_world *w, const void *a, const void *b);

#endif

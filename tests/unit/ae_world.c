#include "unit/ae_world.h"

#include <stdlib.h>
#include <string.h>

#include "models/autoencoder/autoencoder_model.h"
#include "unit/fixture.h"
#include "unit/test.h"

void ae_world_open(struct ae_world *w, size_t n, size_t d, size_t most)
{
    double *values = calloc(n * d, sizeof *values);
    assert_non_null(values);
    uint64_t seed = n + d;
    for (size_t r = 0; r < n; r++) {
        size_t a = fixture_below(&seed, most), b = fixture_below(&seed, most);
        for (size_t j = 0; j < d; j++) {
            size_t rare = fixture_below(&seed, 40) == 0 ? a * b : 0;
            values[r * d + j] = (double)((j % 2 == 0 ? a : b) + rare + a % (j + 1));
        }
    }
    w->table = fixture_table(values, n, d, NULL);
    free(values);
    w->scaler = scaler_fit(w->table, NULL, NULL, NULL);
    w->scaled = scaler_transform(w->scaler, w->table, NULL, NULL);
    assert_non_null(w->scaled);
    w->data = (struct detector_data){.table = w->table,
                                     .scaler = w->scaler,
                                     .scaled = w->scaled,
                                     .seed = 42,
                                     .budget = 0.01};
}

void ae_world_close(struct ae_world *w)
{
    table_free(w->table);
    scaler_free(w->scaler);
    free(w->scaled);
}

/* Parameters in the order of the options. */
void *ae_fit(const struct ae_world *w, size_t epochs, size_t batch, double rate)
{
    const double params[DETECTOR_PARAMS] = {(double)epochs, (double)batch, rate};
    struct status status = {.code = STATUS_OK};
    void *model = autoencoder_detector.fit(&w->data, params, NULL, &status);
    assert_non_null(model);
    assert_int_equal(status.code, STATUS_OK);
    return model;
}

struct scores ae_score(const struct ae_world *w, const void *model)
{
    struct scores scores;
    assert_true(detector_score(&autoencoder_detector, model, &w->data, &scores, NULL, NULL));
    assert_int_equal(scores.n, w->table->profiles.n);
    return scores;
}

void ae_assert_same(const struct ae_world *w, const void *a, const void *b)
{
    size_t n_a, n_b;
    const double *losses_a = autoencoder_losses(a, &n_a),
                 *losses_b = autoencoder_losses(b, &n_b);
    assert_int_equal(n_a, n_b);
    assert_memory_equal(losses_a, losses_b, n_a * sizeof *losses_a);
    struct scores x = ae_score(w, a), y = ae_score(w, b);
    assert_memory_equal(x.score, y.score, x.n * sizeof *x.score);
    scores_clear(&x);
    scores_clear(&y);
}

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/autoencoder/autoencoder_model.h"

/* Rows of a round, after which progress is reported: some slices for each of many threads. */
enum { ROUND_ROWS = 1 << 16 };

/* ---- mean squared errors of rows ---- */

struct scoring {
    const struct autoencoder *model;
    const float *scaled; /* (n, d) */
    size_t n;
    size_t from, to; /* rows of this round */
    float *scratch;  /* (workers, floats) */
    size_t floats;
    float *errors; /* (ROUND_ROWS) */
};

static void score_task(void *context, size_t task, unsigned worker)
{
    struct scoring *s = context;
    const struct net *net = &s->model->net;
    size_t slice = s->model->path->slice, at = task * slice, left = s->to - s->from - at;
    struct net_rows rows = {.scaled = s->scaled,
                            .n_scaled = s->n,
                            .first = s->from + at,
                            .n = left < slice ? left : slice};
    s->model->path->errors(&net->shape, net->param, &rows, s->scratch + worker * s->floats,
                           s->errors + at);
}

bool autoencoder_errors(const struct autoencoder *model, const float *scaled, size_t n,
                        struct parallel *parallel, double *error,
                        const struct progress *progress, struct status *status)
{
    struct scoring s = {.model = model, .scaled = scaled, .n = n};
    size_t room = n < ROUND_ROWS ? n : ROUND_ROWS, slice = model->path->slice;
    s.errors = mem_aligned(room, sizeof *s.errors, "scores", status);
    s.scratch = autoencoder_scratch(model, parallel, &s.floats, status);
    bool done = s.errors != NULL && s.scratch != NULL;
    for (s.from = 0; done && s.from < n; s.from = s.to) {
        s.to = n - s.from < ROUND_ROWS ? n : s.from + ROUND_ROWS;
        size_t rows = s.to - s.from;
        parallel_run(parallel, (rows + slice - 1) / slice, score_task, &s);
        for (size_t i = 0; i < rows; i++) {
            error[s.from + i] = isfinite(s.errors[i]) ? s.errors[i] : FLT_MAX;
        }
        if (!progress_tick(progress, s.to, n)) {
            done = status_cancelled(status);
        }
    }
    free(s.errors);
    free(s.scratch);
    return done;
}

/* ---- how the squared errors of each feature are spread ---- */

enum { MEASURE_ROUND = 1 << 14, MEASURE_MOST = 1 << 21 };

struct measuring {
    struct autoencoder *model;
    const struct detector_data *data;
    uint32_t *ids;  /* (MEASURE_ROUND) profiles of this round */
    size_t n;       /* of them */
    float *squares; /* (MEASURE_ROUND, d) */
    float *scratch; /* (workers, floats) */
    size_t floats;
};

static void square_task(void *context, size_t task, unsigned worker)
{
    struct measuring *m = context;
    const struct net *net = &m->model->net;
    size_t d = net->shape.width[0], slice = m->model->path->slice, at = task * slice;
    struct net_rows rows = {.scaled = m->data->scaled,
                            .n_scaled = m->data->table->profiles.n,
                            .ids = m->ids + at,
                            .n = m->n - at < slice ? m->n - at : slice};
    float *out = m->squares + at * d;
    m->model->path->outputs(&net->shape, net->param, &rows, m->scratch + worker * m->floats,
                            out);
    for (size_t r = 0; r < rows.n; r++) {
        const float *in = rows.scaled + (size_t)rows.ids[r] * d;
        for (size_t j = 0; j < d; j++) {
            float miss = out[r * d + j] - in[j];
            out[r * d + j] = miss * miss;
        }
    }
}

size_t autoencoder_bin(float square)
{
    uint32_t bits;
    memcpy(&bits, &square, sizeof bits);
    size_t bin = (bits & INT32_MAX) >> SPREAD_SHIFT;
    bin -= bin < SPREAD_FIRST ? bin : SPREAD_FIRST;
    return bin < SPREAD_BINS ? bin : SPREAD_BINS - 1;
}

/* Counts one feature of all rows of the round. */
static void count_task(void *context, size_t feature, unsigned worker)
{
    (void)worker;
    struct measuring *m = context;
    size_t d = m->model->net.shape.width[0];
    uint32_t *above = m->model->spread + feature * (SPREAD_BINS + 1) + 1;
    for (size_t r = 0; r < m->n; r++) {
        above[autoencoder_bin(m->squares[r * d + feature])] +=
            m->data->table->profiles.copies[m->ids[r]];
    }
}

static void measure_rounds(struct measuring *m)
{
    const struct profiles *profiles = &m->data->table->profiles;
    size_t stride = 1 + profiles->n / MEASURE_MOST, slice = m->model->path->slice;
    size_t d = profiles->d;
    for (size_t next = 0; next < profiles->n;) {
        for (m->n = 0; m->n < MEASURE_ROUND && next < profiles->n; next += stride) {
            m->ids[m->n++] = (uint32_t)next;
        }
        parallel_run(m->data->parallel, (m->n + slice - 1) / slice, square_task, m);
        parallel_run(m->data->parallel, d, count_task, m);
    }
    for (size_t j = 0; j < d; j++) {
        uint32_t *below = m->model->spread + j * (SPREAD_BINS + 1);
        for (size_t bin = 0; bin < SPREAD_BINS; bin++) {
            below[bin + 1] += below[bin];
        }
    }
}

bool autoencoder_measure(struct autoencoder *model, const struct detector_data *data,
                         struct status *status)
{
    struct measuring m = {.model = model, .data = data};
    size_t d = model->net.shape.width[0];
    model->spread =
        mem_zero(d * (SPREAD_BINS + 1), sizeof *model->spread, "errors by feature", status);
    m.ids = mem_new(MEASURE_ROUND, sizeof *m.ids, "errors by feature", status);
    m.squares = mem_new(MEASURE_ROUND * d, sizeof *m.squares, "errors by feature", status);
    m.scratch = autoencoder_scratch(model, data->parallel, &m.floats, status);
    bool done =
        model->spread != NULL && m.ids != NULL && m.squares != NULL && m.scratch != NULL;
    if (done) {
        measure_rounds(&m);
    }
    free(m.ids);
    free(m.squares);
    free(m.scratch);
    return done;
}

#include "run/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct run *run_new(const struct run_params *params, struct status *status)
{
    struct run *run = mem_zero(1, sizeof *run, "a run", status);
    if (run == NULL || !run_params_copy(&run->params, params, status)) {
        free(run);
        return NULL;
    }
    for (size_t i = 0; detectors[i] != NULL; i++) {
        run->results[i].detector = detectors[i];
        run->results[i].name = detectors[i]->name;
        run->results[i].title = detectors[i]->title;
        run->results[i].brief = detectors[i]->brief;
    }
    struct result *ensemble = &run->results[detector_count()];
    ensemble->name = "ensemble";
    ensemble->title = "Ensemble";
    ensemble->brief = "ENS";
    return run;
}

static void result_empty(struct result *result)
{
    ranking_free(result->ranking);
    scores_clear(&result->scores);
    free(result->losses);
    model_free(result->model);
    *result = (struct result){.detector = result->detector,
                              .name = result->name,
                              .title = result->title,
                              .brief = result->brief};
}

void run_empty(struct run *run)
{
    for (size_t i = 0; i <= detector_count(); i++) {
        result_empty(&run->results[i]);
    }
    feature_order_free(run->features);
    free(run->scaled);
    scaler_free(run->scaler);
    row_index_free(run->by_profile);
    authlog_index_free(run->log_index);
    table_free(run->table);
    parallel_free(run->parallel);
    run->features = NULL;
    run->scaled = NULL;
    run->scaler = NULL;
    run->by_profile = NULL;
    run->log_index = NULL;
    run->table = NULL;
    run->parallel = NULL;
    run->estimate = (struct estimate){.known = false};
    run->n_stages = 0;
    run->seconds = 0;
    run->saved = false;
    run->status = (struct status){.code = STATUS_OK};
}

void run_free(struct run *run)
{
    if (run != NULL) {
        run_empty(run);
        run_params_clear(&run->params);
        free(run);
    }
}

const struct result *run_result(const struct run *run, const char *name)
{
    for (size_t i = 0; i <= detector_count(); i++) {
        if (strcmp(run->results[i].name, name) == 0) {
            return &run->results[i];
        }
    }
    return NULL;
}

struct detector_data run_detector_data(const struct run *run)
{
    return (struct detector_data){
        .table = run->table,
        .scaler = run->scaler,
        .scaled = run->scaled,
        .parallel = run->parallel,
        .seed = run->params.seed,
        .budget = run->params.budget,
    };
}

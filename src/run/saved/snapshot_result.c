#include "run/saved/snapshot_result.h"

#include <string.h>

#include "run/list.h"
#include "run/saved/snapshot_params.h"

/* What a result's scores are of, and how many. */
static void put_scores(struct archive_out *archive, const struct result *result)
{
    const struct scores *scores = &result->scores;
    if (result->row_score != NULL) {
        archive_put_text(archive, "kind", "rows");
        archive_put(archive, "scor", result->row_score, sizeof *result->row_score,
                    result->ranking->n_ids);
    } else {
        archive_put_text(archive, "kind", "profiles");
        archive_put(archive, "scor", scores->score, sizeof(double), scores->n);
    }
    archive_put_number(archive, "thrs", scores->threshold);
}

void snapshot_put_result(struct archive_out *archive, const struct result *result)
{
    const double seconds[] = {result->fit_seconds, result->score_seconds};
    put_scores(archive, result);
    archive_put(archive, "secs", seconds, sizeof *seconds, 2);
    archive_put_text(archive, "prtl", result->partial);
    archive_put_text(archive, "hlth", result->health);
    archive_put(archive, "loss", result->losses, sizeof(double), result->n_losses);
    if (result->model != NULL) {
        model_save(result->model, archive);
    }
    if (result->past != NULL && past_worth_keeping(result->past, result->ranking->n_ids)) {
        past_put(result->past, archive);
    }
}

static bool get_losses(struct archive_in *archive, struct result *result, struct status *status)
{
    size_t n;
    double *losses = archive_get_copy(archive, "loss", sizeof *losses, &n, status);
    result->losses = losses;
    result->n_losses = losses != NULL ? n : 0;
    return losses != NULL;
}

static bool get_scores(struct archive_in *archive, const struct run *run, struct result *result,
                       struct status *status)
{
    const struct profiles *profiles = &run->table->profiles;
    char kind[16];
    if (!snapshot_get_text(archive, "kind", kind, sizeof kind, status)) {
        return false;
    }
    if (strcmp(kind, "rows") == 0) {
        size_t n;
        result->row_score =
            archive_get_copy(archive, "scor", sizeof *result->row_score, &n, status);
        return result->row_score != NULL &&
               (n == run->table->n_rows || snapshot_senseless(status)) &&
               archive_get_number(archive, "thrs", &result->scores.threshold, status);
    }
    if (strcmp(kind, "profiles") != 0) {
        return snapshot_senseless(status);
    }
    if (!scores_new(&result->scores, profiles->n, status) ||
        !archive_get_into(archive, "scor", result->scores.score, sizeof(double), profiles->n,
                          status) ||
        !archive_get_number(archive, "thrs", &result->scores.threshold, status)) {
        return false;
    }
    scores_count(&result->scores, profiles);
    return true;
}

static bool get_model(struct archive_in *archive, const struct run *run, struct result *result,
                      struct status *status)
{
    if (result->detector == NULL) {
        return true;
    }
    result->model = model_load(archive, run->parallel, status);
    if (result->model == NULL) {
        return false;
    }
    return (model_suits(result->model, run->table, NULL) &&
            result->model->detector == result->detector &&
            (result->model->rows == run->table->n_rows || run->reference != NULL ||
             (run->extension != NULL && result->model->rows < run->table->n_rows))) ||
           snapshot_senseless(status);
}

/* What own past needs to explain itself, where it is there. */
static bool get_past(struct archive_in *archive, const struct run *run, struct result *result,
                     struct status *status)
{
    const struct past_options options = {.half_life_days = run->params.half_life,
                                         .explain = true};
    if (!archive_next_is(archive, "orig")) {
        return true;
    }
    if (result->list != &list_own || result->row_score == NULL) {
        return snapshot_senseless(status);
    }
    result->past = past_get(archive, run->table, &options, status);
    if (result->past != NULL && run->extension != NULL) {
        past_skip(result->past, run->extension->untaught);
    }
    return result->past != NULL;
}

bool snapshot_get_result(struct archive_in *archive, const struct run *run,
                         struct result *result, struct status *status)
{
    double seconds[2];
    if (result->ready) { /* twice */
        return snapshot_senseless(status);
    }
    if (!get_scores(archive, run, result, status) ||
        !archive_get_into(archive, "secs", seconds, sizeof *seconds, 2, status) ||
        !snapshot_get_text(archive, "prtl", result->partial, sizeof result->partial, status) ||
        !snapshot_get_text(archive, "hlth", result->health, sizeof result->health, status) ||
        !get_losses(archive, result, status) || !get_model(archive, run, result, status) ||
        !get_past(archive, run, result, status)) {
        return false;
    }
    result->fit_seconds = seconds[0];
    result->score_seconds = seconds[1];
    result->ready = result_rank(run, result, NULL, status);
    if (result->ready && result->row_score != NULL) {
        result_count(result);
    }
    return result->ready;
}

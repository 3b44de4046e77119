#include "models/detector.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/percentile.h"
#include "models/autoencoder/autoencoder.h"
#include "models/ecod/ecod.h"
#include "models/iforest/iforest.h"
#include "models/lof/lof.h"

const struct detector *const detectors[] = {
    &iforest_detector, &autoencoder_detector, &lof_detector, &ecod_detector, NULL,
};

size_t detector_count(void)
{
    size_t n = 0;
    while (detectors[n] != NULL) {
        n++;
    }
    return n;
}

const struct detector *detector_find(const char *name)
{
    for (size_t i = 0; detectors[i] != NULL; i++) {
        if (strcmp(detectors[i]->name, name) == 0) {
            return detectors[i];
        }
    }
    return NULL;
}

const float *detector_vector(const struct detector_data *data, size_t profile, float *room)
{
    const size_t d = data->table->profiles.d;
    if (data->scaled != NULL) {
        return data->scaled + profile * d;
    }
    const double *values = table_profile(data->table, profile);
    for (size_t j = 0; j < d; j++) {
        room[j] = (float)scaler_apply(data->scaler, j, values[j]);
    }
    return room;
}

void detector_choices_init(struct detector_choices *choices)
{
    for (size_t i = 0; detectors[i] != NULL; i++) {
        choices->use[i] = !detectors[i]->optional;
        detector_defaults(detectors[i], choices->values[i]);
    }
}

void detector_defaults(const struct detector *detector, double *params)
{
    for (size_t i = 0; i < DETECTOR_PARAMS; i++) {
        params[i] = i < detector->n_params ? detector->params[i].initial : 0;
    }
}

static bool parse_word(const struct param_spec *spec, const char *text, double *value,
                       struct status *status)
{
    char words[160] = "";
    for (size_t i = 0; spec->words[i] != NULL; i++) {
        if (strcmp(spec->words[i], text) == 0) {
            *value = (double)i;
            return true;
        }
        size_t used = strlen(words);
        snprintf(words + used, sizeof words - used, "%s%s", i > 0 ? " or " : "",
                 spec->words[i]);
    }
    return status_set(status, STATUS_USAGE, "%s: '%.60s' is not one of: %s", spec->option, text,
                      words);
}

static bool out_of_bounds(const struct param_spec *spec, double value)
{
    return !(value >= spec->least && value <= spec->most) ||
           (spec->open_least && value <= spec->least);
}

bool param_valid(const struct param_spec *spec, double value)
{
    if (spec->kind != PARAM_WORD) {
        return !out_of_bounds(spec, value) &&
               (spec->kind != PARAM_COUNT || value == floor(value));
    }
    size_t n = 0;
    while (spec->words[n] != NULL) {
        n++;
    }
    return value >= 0 && value < (double)n && value == floor(value);
}

bool param_parse(const struct param_spec *spec, const char *text, double *value,
                 struct status *status)
{
    if (spec->kind == PARAM_WORD) {
        return parse_word(spec, text, value, status);
    }
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !param_valid(spec, number)) {
        return status_set(status, STATUS_USAGE,
                          "%s: '%.60s' is not a %s %s %.10g and at most %.10g", spec->option,
                          text, spec->kind == PARAM_COUNT ? "whole number of" : "number",
                          spec->open_least ? "above" : "at least", spec->least, spec->most);
    }
    *value = number;
    return true;
}

void param_format(const struct param_spec *spec, double value, char *text, size_t size)
{
    if (spec->kind == PARAM_WORD) {
        snprintf(text, size, "%s", spec->words[(size_t)value]);
    } else {
        snprintf(text, size, "%.10g", value);
    }
}

bool scores_new(struct scores *scores, size_t n, struct status *status)
{
    memset(scores, 0, sizeof *scores);
    scores->score = mem_new(n, sizeof *scores->score, "scores", status);
    if (scores->score == NULL) {
        return false;
    }
    scores->n = n;
    for (size_t i = 0; i < n; i++) {
        scores->score[i] = NAN;
    }
    return true;
}

void scores_clear(struct scores *scores)
{
    free(scores->score);
    memset(scores, 0, sizeof *scores);
}

void scores_count(struct scores *scores, const struct profiles *profiles)
{
    scores->scored_rows = 0;
    scores->flagged_rows = 0;
    for (size_t i = 0; i < scores->n; i++) {
        if (!isnan(scores->score[i])) {
            scores->scored_rows += profiles->copies[i];
            if (scores->score[i] > scores->threshold) {
                scores->flagged_rows += profiles->copies[i];
            }
        }
    }
}

/* The threshold is the score of the first tie block, from the top, that would pass the budget:
 * it is not flagged. That is the block in which the row stands that is the first too many. */
void scores_budget(struct scores *scores, const struct profiles *profiles, double share)
{
    scores->threshold = 0;
    scores_count(scores, profiles);
    double budget = share * (double)scores->scored_rows;
    if ((double)scores->scored_rows > budget) {
        uint64_t room[PERCENTILE_ROOM];
        const uint64_t rank = scores->scored_rows - 1 - (uint64_t)budget;
        const struct percentile_column column = {scores->score, profiles->copies, scores->n,
                                                 false};
        percentile_ranks(&column, &rank, 1, room, &scores->threshold);
    }
    scores_count(scores, profiles);
}

bool detector_score(const struct detector *detector, const void *fitted,
                    const struct detector_data *data, struct scores *scores,
                    const struct progress *progress, struct status *status)
{
    const struct profiles *profiles = &data->table->profiles;
    if (!detector->score(fitted, data, scores, progress, status)) {
        return false;
    }
    if (detector->threshold != NULL) {
        detector->threshold(fitted, data, scores);
        scores_count(scores, profiles);
    } else {
        scores_budget(scores, profiles, data->budget);
    }
    return true;
}

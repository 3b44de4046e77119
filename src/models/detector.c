#include "models/detector.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/autoencoder.h"
#include "models/iforest.h"
#include "models/lof.h"

const struct detector *const detectors[] = {
    &iforest_detector,
    &autoencoder_detector,
    &lof_detector,
    NULL,
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
        snprintf(words + used, sizeof words - used, "%s%s", i > 0 ? " or " : "", spec->words[i]);
    }
    return status_set(status, STATUS_USAGE, "%s: '%.60s' is not one of: %s", spec->option, text,
                      words);
}

static bool out_of_bounds(const struct param_spec *spec, double value)
{
    return !(value >= spec->least && value <= spec->most) ||
           (spec->open_least && value <= spec->least);
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
    bool whole = spec->kind != PARAM_COUNT || number == floor(number);
    if (end == text || *end != '\0' || errno != 0 || !whole || out_of_bounds(spec, number)) {
        return status_set(status, STATUS_USAGE, "%s: '%.60s' is not a %s %s %.10g and at most %.10g",
                          spec->option, text,
                          spec->kind == PARAM_COUNT ? "whole number of" : "number",
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

struct pair {
    double score;
    uint32_t copies;
};

static int by_score_falling(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (x->score < y->score) - (x->score > y->score);
}

bool scores_budget(struct scores *scores, const struct profiles *profiles, double share,
                   struct status *status)
{
    struct pair *pairs = mem_new(scores->n, sizeof *pairs, "a threshold", status);
    if (pairs == NULL) {
        return false;
    }
    size_t n = 0, rows = 0;
    for (size_t i = 0; i < scores->n; i++) {
        if (!isnan(scores->score[i])) {
            pairs[n++] = (struct pair){scores->score[i], profiles->copies[i]};
            rows += profiles->copies[i];
        }
    }
    qsort(pairs, n, sizeof *pairs, by_score_falling);
    /* Walk down from the top until the next tie block would pass the budget: that block's score
     * is the threshold, and it is not flagged. */
    double budget = share * (double)rows;
    size_t above = 0, i = 0;
    scores->threshold = 0;
    while (i < n) {
        size_t block = 0, j = i;
        for (; j < n && pairs[j].score == pairs[i].score; j++) {
            block += pairs[j].copies;
        }
        if ((double)(above + block) > budget) {
            scores->threshold = pairs[i].score;
            break;
        }
        above += block;
        i = j;
    }
    free(pairs);
    scores_count(scores, profiles);
    return true;
}

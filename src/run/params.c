#include "run/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "base/suggest.h"
#include "config.h"

void run_params_init(struct run_params *params)
{
    memset(params, 0, sizeof *params);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        params->use[i] = true;
        detector_defaults(detectors[i], params->values[i]);
    }
    params->seed = 42;
    params->budget = 0.01;
}

void run_params_clear(struct run_params *params)
{
    free(params->input);
    for (size_t i = 0; i < params->n_features; i++) {
        free(params->features[i]);
    }
    free(params->features);
    params->input = NULL;
    params->features = NULL;
    params->n_features = 0;
}

static char *copy_text(const char *text, struct status *status)
{
    return mem_text(text, strlen(text), status);
}

bool run_params_copy(struct run_params *to, const struct run_params *from,
                     struct status *status)
{
    *to = *from;
    to->input = NULL;
    to->features = NULL;
    to->n_features = 0;
    if (from->input != NULL) {
        to->input = copy_text(from->input, status);
        if (to->input == NULL) {
            return false;
        }
    }
    if (from->n_features > 0) {
        to->features = mem_zero(from->n_features, sizeof *to->features, "features", status);
        if (to->features == NULL) {
            run_params_clear(to);
            return false;
        }
    }
    for (size_t i = 0; i < from->n_features; i++) {
        to->features[i] = copy_text(from->features[i], status);
        if (to->features[i] == NULL) {
            run_params_clear(to);
            return false;
        }
        to->n_features = i + 1;
    }
    return true;
}

static bool set_models(struct run_params *params, const char *value, struct status *status)
{
    bool use[DETECTOR_MAX] = {false};
    bool any = false;
    while (*value != '\0') {
        size_t length = strcspn(value, ",");
        bool found = false;
        struct suggestion suggestion = {0};
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), value);
        for (size_t i = 0; detectors[i] != NULL; i++) {
            suggest_consider(&suggestion, word, detectors[i]->name);
            if (strcmp(detectors[i]->name, word) == 0) {
                use[i] = found = any = true;
            }
        }
        if (!found) {
            return status_set(status, STATUS_USAGE, "models: there is no detector '%s'%s%s%s",
                              word, suggestion.word != NULL ? "; did you mean '" : "",
                              suggestion.word != NULL ? suggestion.word : "",
                              suggestion.word != NULL ? "'?" : "");
        }
        value += length;
        value += *value == ',';
    }
    if (!any) {
        return status_set(status, STATUS_USAGE, "models: name at least one detector");
    }
    memcpy(params->use, use, sizeof use);
    return true;
}

static bool set_features(struct run_params *params, const char *value, struct status *status)
{
    char *names[TABLE_FEATURES_MAX];
    size_t n = 0;
    bool good = true;
    while (good && *value != '\0') {
        size_t length = strcspn(value, ",");
        if (length == 0 || n == TABLE_FEATURES_MAX) {
            good = status_set(status, STATUS_USAGE,
                              length == 0 ? "features: an empty name in the list"
                                          : "features: at most 64 columns");
            break;
        }
        names[n] = mem_text(value, length, status);
        good = names[n] != NULL;
        for (size_t i = 0; good && i < n; i++) {
            if (strcmp(names[i], names[n]) == 0) {
                good = status_set(status, STATUS_USAGE, "features: '%.80s' is named twice",
                                  names[n]);
            }
        }
        n += names[n] != NULL;
        value += length;
        value += *value == ',';
    }
    if (good && n == 0) {
        good = status_set(status, STATUS_USAGE, "features: name at least one column");
    }
    char **list = good ? mem_new(n, sizeof *list, "features", status) : NULL;
    if (list == NULL) {
        for (size_t i = 0; i < n; i++) {
            free(names[i]);
        }
        return false;
    }
    memcpy(list, names, n * sizeof *list);
    for (size_t i = 0; i < params->n_features; i++) {
        free(params->features[i]);
    }
    free(params->features);
    params->features = list;
    params->n_features = n;
    return true;
}

static const char *const checks[] = {"refuse", "warn", "off", NULL};

/* The parameters that belong to the run and not to one detector. */
enum { SEED, BUDGET, THREADS, INPUT, CHECK };

static const struct param_spec general[] = {
    [SEED] = {"seed", PARAM_COUNT, 42, 0, 4294967295.0, false, NULL, "every random draw"},
    [BUDGET] = {"budget", PARAM_REAL, 0.01, 0, 0.5, true, NULL,
                "share of rows flagged where the notebook sets no threshold"},
    [THREADS] = {"threads", PARAM_COUNT, 0, 0, 1024, false, NULL, "threads; 0: one per core"},
    [INPUT] = {"input", PARAM_WORD, INPUT_AUTO, INPUT_AUTO, INPUT_LANL, false, input_kinds,
               "what FILE is: a table, a raw log, or what it looks like"},
    [CHECK] = {"memory-check", PARAM_WORD, MEMORY_REFUSE, MEMORY_REFUSE, MEMORY_OFF, false,
               checks, "what to do when memory will not suffice (the explorer: warn)"},
};

static bool set_general(struct run_params *params, size_t which, const char *value,
                        struct status *status)
{
    double number;
    if (!param_parse(&general[which], value, &number, status)) {
        return false;
    }
    switch (which) {
    case SEED: params->seed = (uint32_t)number; break;
    case BUDGET: params->budget = number; break;
    case THREADS: params->threads = (unsigned)number; break;
    case INPUT: params->input_kind = (enum input_kind)number; break;
    default: params->memory_check = (enum memory_check)number; break;
    }
    return true;
}

bool run_params_set(struct run_params *params, const char *name, const char *value,
                    struct status *status)
{
    struct suggestion suggestion = {0};
    if (strcmp(name, "models") == 0) {
        return set_models(params, value, status);
    }
    if (strcmp(name, "features") == 0) {
        return set_features(params, value, status);
    }
    suggest_consider(&suggestion, name, "models");
    suggest_consider(&suggestion, name, "features");
    for (size_t i = 0; i < sizeof general / sizeof *general; i++) {
        suggest_consider(&suggestion, name, general[i].option);
        if (strcmp(general[i].option, name) == 0) {
            return set_general(params, i, value, status);
        }
    }
    for (size_t i = 0; detectors[i] != NULL; i++) {
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            const struct param_spec *spec = &detectors[i]->params[j];
            suggest_consider(&suggestion, name, spec->option);
            if (strcmp(spec->option, name) == 0) {
                return param_parse(spec, value, &params->values[i][j], status);
            }
        }
    }
    if (suggestion.word != NULL) {
        return status_set(status, STATUS_USAGE,
                          "there is no parameter '%.60s'; did you mean '%s'?", name,
                          suggestion.word);
    }
    return status_set(status, STATUS_USAGE, "there is no parameter '%.60s'", name);
}

bool run_params_valid(const struct run_params *params)
{
    bool valid = param_valid(&general[BUDGET], params->budget);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            valid = valid && param_valid(&detectors[i]->params[j], params->values[i][j]);
        }
    }
    return valid;
}

const struct param_spec *run_params_general(size_t i)
{
    return i < sizeof general / sizeof *general ? &general[i] : NULL;
}

const struct param_spec *run_params_spec(size_t i)
{
    size_t n_general = sizeof general / sizeof *general;
    if (i < n_general) {
        return &general[i];
    }
    i -= n_general;
    for (size_t k = 0; detectors[k] != NULL; k++) {
        if (i < detectors[k]->n_params) {
            return &detectors[k]->params[i];
        }
        i -= detectors[k]->n_params;
    }
    return NULL;
}

uint64_t run_params_hash(const struct run_params *params)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL) {
        return 0;
    }
    const double general_values[] = {params->seed, params->budget, params->strict,
                                     params->input_kind};
    XXH3_64bits_reset(state);
    XXH3_64bits_update(state, PACKAGE_VERSION, sizeof PACKAGE_VERSION);
    XXH3_64bits_update(state, general_values, sizeof general_values);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        if (params->use[i]) {
            XXH3_64bits_update(state, detectors[i]->name, strlen(detectors[i]->name) + 1);
            XXH3_64bits_update(state, params->values[i],
                               detectors[i]->n_params * sizeof *params->values[i]);
        }
    }
    for (size_t i = 0; i < params->n_features; i++) {
        XXH3_64bits_update(state, params->features[i], strlen(params->features[i]) + 1);
    }
    uint64_t hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hash;
}

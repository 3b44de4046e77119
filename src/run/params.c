#include "run/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "events/described.h"
#include "events/follow/follow.h"
#include "events/formats.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "config.h"
#include "past/account_kind.h"

void run_params_init(struct run_params *params)
{
    memset(params, 0, sizeof *params);
    detector_choices_init(&params->detectors);
    params->seed = 42;
    params->budget = 0.01;
    params->half_life = 30;
    params->own = true;
}

static void drop_features(struct run_params *params)
{
    for (size_t i = 0; i < params->n_features; i++) {
        free(params->features[i]);
    }
    free(params->features);
    params->features = NULL;
    params->n_features = 0;
}

void run_params_clear(struct run_params *params)
{
    free(params->input);
    free(params->input_format);
    drop_features(params);
    reading_clear(&params->reading);
    free(params->reference);
    free(params->extend);
    free(params->identity);
    free(params->reviews);
    free(params->kinds);
    free(params->accounts);
    params->input = params->input_format = NULL;
    params->reference = params->extend = params->reviews = params->identity = NULL;
    params->kinds = NULL;
    params->accounts = NULL;
}

static char *copy_text(const char *text, struct status *status)
{
    return mem_text(text, strlen(text), status);
}

/* True when there is nothing to copy. */
static bool copy_if_any(char **to, const char *from, struct status *status)
{
    *to = from != NULL ? copy_text(from, status) : NULL;
    return *to != NULL || from == NULL;
}

bool run_params_copy(struct run_params *to, const struct run_params *from,
                     struct status *status)
{
    *to = *from;
    to->input = to->input_format = NULL;
    to->reference = to->extend = to->reviews = to->identity = NULL;
    to->kinds = NULL;
    to->accounts = NULL;
    to->features = NULL;
    to->n_features = 0;
    if (!reading_copy(&to->reading, &from->reading, status)) {
        return false;
    }
    if (!copy_if_any(&to->input, from->input, status) ||
        !copy_if_any(&to->input_format, from->input_format, status) ||
        !copy_if_any(&to->reference, from->reference, status) ||
        !copy_if_any(&to->extend, from->extend, status) ||
        !copy_if_any(&to->reviews, from->reviews, status) ||
        !copy_if_any(&to->identity, from->identity, status) ||
        !copy_if_any(&to->kinds, from->kinds, status) ||
        !copy_if_any(&to->accounts, from->accounts, status)) {
        run_params_clear(to);
        return false;
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
    struct detector_choices wanted = params->detectors;
    bool any = false;
    memset(wanted.use, 0, sizeof wanted.use);
    while (*value != '\0') {
        size_t length = strcspn(value, ",");
        bool found = false;
        struct suggestion suggestion = {0};
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), value);
        for (size_t i = 0; detectors[i] != NULL; i++) {
            suggest_consider(&suggestion, word, detectors[i]->name);
            if (strcmp(detectors[i]->name, word) == 0) {
                wanted.use[i] = found = any = true;
            }
        }
        if (!found) {
            return status_set(status, STATUS_USAGE, "models: there is no detector '%s'%s", word,
                              suggest_hint(suggestion.word, "'", "'").text);
        }
        value += length;
        value += *value == ',';
    }
    if (!any) {
        return status_set(status, STATUS_USAGE, "models: name at least one detector");
    }
    params->detectors = wanted;
    return true;
}

/* Takes the next name of a list: between commas, blanks around it not counted, or in quotes,
 * where two quotes are one. False at a quote that does not close. */
static bool next_name(const char **at, char *name, size_t size)
{
    size_t n = 0;
    *at += strspn(*at, " \t");
    bool quoted = **at == '"';
    *at += quoted;
    while (**at != '\0' && (quoted || **at != ',')) {
        if (quoted && **at == '"') {
            if ((*at)[1] != '"') {
                break;
            }
            ++*at;
        }
        if (n + 1 < size) {
            name[n++] = **at;
        }
        ++*at;
    }
    if (quoted) {
        if (**at != '"') {
            return false;
        }
        ++*at;
        *at += strspn(*at, " \t");
    }
    while (!quoted && n > 0 && (name[n - 1] == ' ' || name[n - 1] == '\t')) {
        n--;
    }
    name[n] = '\0';
    return **at == '\0' || **at == ',';
}

static bool add_feature(struct run_params *params, const char *name, struct status *status)
{
    size_t n = params->n_features;
    if (name[0] == '\0') {
        return status_set(status, STATUS_USAGE, "features: an empty name in the list");
    }
    if (n == TABLE_FEATURES_MAX) {
        return status_set(status, STATUS_USAGE, "features: at most %d columns",
                          TABLE_FEATURES_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(params->features[i], name) == 0) {
            return status_set(status, STATUS_USAGE, "features: '%.80s' is named twice", name);
        }
    }
    size_t capacity = n;
    if (!mem_grow(&params->features, &capacity, n + 1, sizeof *params->features, "features",
                  status)) {
        return false;
    }
    params->features[n] = copy_text(name, status);
    params->n_features += params->features[n] != NULL;
    return params->features[n] != NULL;
}

bool run_params_add_features(struct run_params *params, const char *value,
                             struct status *status)
{
    enum { NAME = 256 };
    size_t before = params->n_features;
    bool good = true;
    char name[NAME];
    if (value[strspn(value, " \t")] == '\0') {
        return status_set(status, STATUS_USAGE, "features: name at least one column");
    }
    while (good) {
        good = next_name(&value, name, sizeof name)
                   ? add_feature(params, name, status)
                   : status_set(status, STATUS_USAGE,
                                "features: a quote that is not closed, or text behind one");
        if (*value != ',') {
            break;
        }
        value++;
        if (*value == '\0') {
            break; /* a comma at the end */
        }
    }
    while (!good && params->n_features > before) {
        free(params->features[--params->n_features]);
    }
    return good;
}

static const char *const switches[] = {"off", "on", NULL};
static const char *const checks[] = {"refuse", "warn", "off", NULL};

/* The parameters that belong to the run and not to one detector. */
enum { SEED, BUDGET, OWN_PAST, HALF_LIFE, THREADS, INPUT, YEAR, CHECK };

static const struct param_spec general[] = {
    [SEED] = {"seed", PARAM_COUNT, 42, 0, 4294967295.0, false, NULL, "every random draw"},
    [BUDGET] = {"budget", PARAM_REAL, 0.01, 0, 0.5, true, NULL,
                "share of rows flagged where the notebook sets no threshold"},
    [OWN_PAST] = {"own-past", PARAM_WORD, 1, 0, 1, false, switches,
                  "rank by each account's own past, and by triage, too"},
    [HALF_LIFE] = {"half-life", PARAM_REAL, 30, 0, 36500, true, NULL,
                   "days until what an account did counts half in its own past"},
    [THREADS] = {"threads", PARAM_COUNT, 0, 0, 1024, false, NULL, "threads; 0: one per core"},
    [INPUT] = {"input", PARAM_WORD, INPUT_AUTO, INPUT_AUTO, INPUT_TABLE, false, input_kinds,
               "what FILE is: a table, a log of a format, or what it looks like"},
    [YEAR] = {"year", PARAM_COUNT, 0, 0, 9999, false, NULL,
              "of a log's times that have none; 0: by the date of the file"},
    [CHECK] = {"memory-check", PARAM_WORD, MEMORY_REFUSE, MEMORY_REFUSE, MEMORY_OFF, false,
               checks, "what to do when memory will not suffice (the explorer: warn)"},
};

/* "auto", "table", or a format that there is. */
static bool set_input(struct run_params *params, const char *value, struct status *status)
{
    char *copy = NULL;
    enum input_kind kind = strcmp(value, "auto") == 0    ? INPUT_AUTO
                           : strcmp(value, "table") == 0 ? INPUT_TABLE
                                                         : INPUT_LOG;
    if (kind == INPUT_LOG) {
        const struct log_format *format = formats_find(value, status);
        if (format == NULL) {
            return false;
        }
        log_format_release(format);
        copy = copy_text(value, status);
        if (copy == NULL) {
            return false;
        }
    }
    free(params->input_format);
    params->input_format = copy;
    params->input_kind = kind;
    return true;
}

struct input_choice run_params_choice(const struct run_params *params)
{
    return (struct input_choice){params->input_kind, params->input_format, params->year};
}

static bool set_general(struct run_params *params, size_t which, const char *value,
                        struct status *status)
{
    double number;
    if (which == INPUT) {
        return set_input(params, value, status);
    }
    if (!param_parse(&general[which], value, &number, status)) {
        return false;
    }
    switch (which) {
    case SEED: params->seed = (uint32_t)number; break;
    case BUDGET: params->budget = number; break;
    case OWN_PAST: params->own = number != 0; break;
    case HALF_LIFE: params->half_life = number; break;
    case THREADS: params->threads = (unsigned)number; break;
    case YEAR: params->year = (int)number; break;
    default: params->memory_check = (enum memory_check)number; break;
    }
    return true;
}

/* An empty value takes it back. */
static bool set_text(char **text, const char *value, struct status *status)
{
    char *copy;
    if (!copy_if_any(&copy, value[0] != '\0' ? value : NULL, status)) {
        return false;
    }
    free(*text);
    *text = copy;
    return true;
}

bool run_params_follow(struct run_params *params, const struct follow *follow,
                       struct status *status)
{
    params->input_kind = INPUT_TABLE;
    params->cache = false;
    reading_clear(&params->reading); /* which was the log's */
    return set_text(&params->input, follow_windows(follow), status) &&
           set_text(&params->identity, follow_identity(follow), status);
}

static bool set_kinds(struct run_params *params, const char *value, struct status *status)
{
    struct account_rules *rules = account_rules_new(value, status);
    bool good = rules != NULL && set_text(&params->kinds, value, status);
    account_rules_free(rules);
    return good;
}

bool run_params_set(struct run_params *params, const char *name, const char *value,
                    struct status *status)
{
    struct suggestion suggestion = {0};
    if (strcmp(name, "accounts") == 0) {
        params->accounts_digest = 0;
        if (strcmp(value, "-") == 0) {
            return status_set(status, STATUS_USAGE,
                              "accounts: name a file, it cannot be standard input");
        }
        return set_text(&params->accounts, value, status);
    }
    if (strcmp(name, "reference") == 0) {
        return set_text(&params->reference, value, status);
    }
    if (strcmp(name, "kinds") == 0) {
        return set_kinds(params, value, status);
    }
    if (strcmp(name, "models") == 0) {
        return set_models(params, value, status);
    }
    if (strcmp(name, "features") == 0) {
        drop_features(params);
        return run_params_add_features(params, value, status);
    }
    bool known;
    bool right = reading_set(&params->reading, name, value, &known, status);
    if (known) {
        return right;
    }
    for (size_t i = 0; reading_option(i) != NULL; i++) {
        suggest_consider(&suggestion, name, reading_option(i)->name);
    }
    suggest_consider(&suggestion, name, "models");
    suggest_consider(&suggestion, name, "features");
    suggest_consider(&suggestion, name, "accounts");
    suggest_consider(&suggestion, name, "kinds");
    suggest_consider(&suggestion, name, "reference");
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
                return param_parse(spec, value, &params->detectors.values[i][j], status);
            }
        }
    }
    return status_set(status, STATUS_USAGE, "there is no parameter '%.60s'%s", name,
                      suggest_hint(suggestion.word, "'", "'").text);
}

bool run_params_valid(const struct run_params *params)
{
    bool valid = param_valid(&general[BUDGET], params->budget) &&
                 param_valid(&general[HALF_LIFE], params->half_life);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            valid =
                valid && param_valid(&detectors[i]->params[j], params->detectors.values[i][j]);
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

/* What accounts are taken for, where the user says so. */
static void hash_accounts(XXH3_state_t *state, const struct run_params *params)
{
    if (params->kinds != NULL) {
        XXH3_64bits_update(state, "kinds", sizeof "kinds");
        XXH3_64bits_update(state, params->kinds, strlen(params->kinds) + 1);
    }
    if (params->accounts != NULL) {
        uint64_t digest = params->accounts_digest != 0 ? params->accounts_digest
                                                       : accounts_digest(params->accounts);
        XXH3_64bits_update(state, "accounts", sizeof "accounts");
        XXH3_64bits_update(state, &digest, sizeof digest);
    }
}

uint64_t run_params_hash(const struct run_params *params)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL) {
        return 0;
    }
    const double general_values[] = {params->own,       params->seed,   params->budget,
                                     params->half_life, params->strict, params->input_kind};
    XXH3_64bits_reset(state);
    XXH3_64bits_update(state, PACKAGE_VERSION, sizeof PACKAGE_VERSION);
    XXH3_64bits_update(state, general_values, sizeof general_values);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        if (params->detectors.use[i]) {
            XXH3_64bits_update(state, detectors[i]->name, strlen(detectors[i]->name) + 1);
            XXH3_64bits_update(state, params->detectors.values[i],
                               detectors[i]->n_params * sizeof *params->detectors.values[i]);
        }
    }
    for (size_t i = 0; i < params->n_features; i++) {
        XXH3_64bits_update(state, params->features[i], strlen(params->features[i]) + 1);
    }
    for (size_t i = 0; reading_option(i) != NULL; i++) {
        const char *value = reading_value(&params->reading, i);
        if (*value != '\0') {
            XXH3_64bits_update(state, reading_option(i)->name,
                               strlen(reading_option(i)->name) + 1);
            XXH3_64bits_update(state, value, strlen(value) + 1);
        }
    }
    hash_accounts(state, params);
    if (params->input_format != NULL) {
        XXH3_64bits_update(state, params->input_format, strlen(params->input_format) + 1);
    }
    if (params->year != 0) {
        XXH3_64bits_update(state, &params->year, sizeof params->year);
    }
    uint64_t hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hash;
}

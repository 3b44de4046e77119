#include "run/saved/snapshot_params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "past/account_kind.h"

enum { NAME = 64, MOST = 1000 /* detectors, or parameters of one */ };

void snapshot_unknown_add(struct snapshot_unknown *unknown, const char *what, const char *name)
{
    size_t used = strlen(unknown->text);
    int more = snprintf(unknown->text + used, sizeof unknown->text - used, "%s%s '%.40s'",
                        used > 0 ? ", " : "", what, name);
    if (more < 0 || (size_t)more >= sizeof unknown->text - used) {
        snprintf(unknown->text + sizeof unknown->text - 4, 4, "...");
    }
}

bool snapshot_senseless(struct status *status)
{
    return status_set(status, STATUS_INPUT, "the saved run does not make sense");
}

bool snapshot_get_text(struct archive_in *archive, const char tag[static 5], char *text,
                       size_t size, struct status *status)
{
    char *copy = archive_get_text(archive, tag, status);
    if (copy != NULL) {
        snprintf(text, size, "%s", copy);
    }
    free(copy);
    return copy != NULL;
}

void snapshot_put_params(struct archive_out *archive, const struct run_params *params)
{
    archive_put_count(archive, "seed", params->seed);
    archive_put_number(archive, "bdgt", params->budget);
    archive_put_count(archive, "own ", params->own);
    archive_put_number(archive, "half", params->half_life);
    archive_put_text(archive, "kind", params->kinds != NULL ? params->kinds : "");
    archive_put_text(archive, "acct", params->accounts != NULL ? params->accounts : "");
    archive_put_count(archive, "acdg",
                      params->accounts != NULL && params->accounts_digest == 0
                          ? accounts_digest(params->accounts)
                          : params->accounts_digest);
    archive_put_count(archive, "strc", params->strict);
    archive_put_count(archive, "dtcs", detector_count());
    for (size_t i = 0; detectors[i] != NULL; i++) {
        archive_put_text(archive, "dtct", detectors[i]->name);
        archive_put_count(archive, "use ", params->detectors.use[i]);
        archive_put_count(archive, "prms", detectors[i]->n_params);
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            archive_put_text(archive, "parm", detectors[i]->params[j].option);
            archive_put_number(archive, "valu", params->detectors.values[i][j]);
        }
    }
}

static bool get_below(struct archive_in *archive, const char tag[static 5], uint64_t limit,
                      uint64_t *value, struct status *status)
{
    return archive_get_count(archive, tag, value, status) &&
           (*value < limit || snapshot_senseless(status));
}

/* The parameters of one detector (NULL: an unknown one) into values. */
static bool get_values(struct archive_in *archive, const struct detector *detector,
                       double *values, struct snapshot_unknown *unknown, struct status *status)
{
    uint64_t n;
    if (!get_below(archive, "prms", MOST, &n, status)) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        char option[NAME];
        double value;
        if (!snapshot_get_text(archive, "parm", option, sizeof option, status) ||
            !archive_get_number(archive, "valu", &value, status)) {
            return false;
        }
        size_t j = 0;
        while (detector != NULL && j < detector->n_params &&
               strcmp(detector->params[j].option, option) != 0) {
            j++;
        }
        if (detector != NULL && j < detector->n_params) {
            values[j] = value;
        } else if (detector != NULL) {
            snapshot_unknown_add(unknown, "parameter", option);
        }
    }
    return true;
}

static bool get_detector(struct archive_in *archive, struct run_params *params,
                         struct snapshot_unknown *unknown, struct status *status)
{
    char name[NAME];
    uint64_t use;
    if (!snapshot_get_text(archive, "dtct", name, sizeof name, status) ||
        !get_below(archive, "use ", 2, &use, status)) {
        return false;
    }
    size_t i = 0;
    while (detectors[i] != NULL && strcmp(detectors[i]->name, name) != 0) {
        i++;
    }
    if (detectors[i] == NULL) {
        if (use != 0) {
            snapshot_unknown_add(unknown, "detector", name);
        }
        return get_values(archive, NULL, NULL, unknown, status);
    }
    params->detectors.use[i] = use != 0;
    return get_values(archive, detectors[i], params->detectors.values[i], unknown, status);
}

/* Empty: NULL. */
static bool get_some(struct archive_in *archive, const char tag[static 5], char **text,
                     struct status *status)
{
    free(*text);
    *text = archive_get_text(archive, tag, status);
    bool good = *text != NULL;
    if (good && **text == '\0') {
        free(*text);
        *text = NULL;
    }
    return good;
}

static bool get_accounts(struct archive_in *archive, struct run_params *params,
                         struct status *status)
{
    return get_some(archive, "kind", &params->kinds, status) &&
           get_some(archive, "acct", &params->accounts, status) &&
           archive_get_count(archive, "acdg", &params->accounts_digest, status);
}

bool snapshot_get_params(struct archive_in *archive, struct run_params *params,
                         struct snapshot_unknown *unknown, struct status *status)
{
    uint64_t seed, strict, own, n;
    if (!get_below(archive, "seed", (uint64_t)UINT32_MAX + 1, &seed, status) ||
        !archive_get_number(archive, "bdgt", &params->budget, status) ||
        !get_below(archive, "own ", 2, &own, status) ||
        !archive_get_number(archive, "half", &params->half_life, status) ||
        !get_accounts(archive, params, status) ||
        !get_below(archive, "strc", 2, &strict, status) ||
        !get_below(archive, "dtcs", MOST, &n, status)) {
        return false;
    }
    params->seed = (uint32_t)seed;
    params->strict = strict != 0;
    params->own = own != 0;
    detector_choices_init(&params->detectors);
    memset(params->detectors.use, 0, sizeof params->detectors.use);
    for (uint64_t i = 0; i < n; i++) {
        if (!get_detector(archive, params, unknown, status)) {
            return false;
        }
    }
    return run_params_valid(params) || snapshot_senseless(status);
}

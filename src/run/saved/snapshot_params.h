/* snapshot_params: the parameters' part of a saved run. Detectors and their parameters are
 * stored by name: a file may know others than this version does. */
#ifndef ODDHOURS_RUN_SNAPSHOT_PARAMS_H
#define ODDHOURS_RUN_SNAPSHOT_PARAMS_H

#include <stdbool.h>

#include "base/archive.h"
#include "base/status.h"
#include "run/params.h"

/* Names in a file that this version does not know: "detector 'x', parameter 'y'". */
struct snapshot_unknown {
    char text[200];
};

/* Adds one; what does not fit is "...". */
void snapshot_unknown_add(struct snapshot_unknown *unknown, const char *what, const char *name);

void snapshot_put_params(struct archive_out *archive, const struct run_params *params);

/* Fills in seed, budget, strict and the detectors; those that the file does not know are not
 * in use. What this version does not know is left out and added to `unknown`. False with a
 * status when what is there makes no sense. */
bool snapshot_get_params(struct archive_in *archive, struct run_params *params,
                         struct snapshot_unknown *unknown, struct status *status);

/* A name or word that is put as a text, into text[size]. */
bool snapshot_get_text(struct archive_in *archive, const char tag[static 5], char *text,
                       size_t size, struct status *status);

/* "the saved run does not make sense". Returns false. */
bool snapshot_senseless(struct status *status);

#endif

/* extension: a finished run takes the rows of another table, and is a reference again.
 *
 * The new run is that of one table, RUN's rows and then the new ones: own pasts are exactly
 * those of that table, and so is everything else when the models are fitted again. Rows that
 * were judged true positive (in RUN's table or the new one) do not teach own pasts.
 */
#ifndef ODDHOURS_RUN_EXTENSION_H
#define ODDHOURS_RUN_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/archive.h"
#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

/* When run->table is read and reference_run_settle() has compared it: makes it the whole table,
 * and run->extension; run->reference is no more. Without params.keep_models its scaler and
 * models go, to be fitted again. An index of a log goes: its rows have other numbers now. */
bool extension_join(struct run *run, const struct progress *progress, struct status *status);

/* What a saved run says of it; the path is `name`. */
void extension_put(struct archive_out *archive, const struct run_extension *extension,
                   size_t n_rows);
bool extension_get(struct archive_in *archive, struct run *run, const char *name,
                   struct status *status);

#endif

#include "run/saved/snapshot_reference.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "run/saved/reference_run.h"
#include "run/saved/snapshot_params.h"
#include "table/spread.h"

enum { COUNTS = 5 };

void snapshot_put_reference(struct archive_out *archive, const struct run_reference *reference)
{
    const uint64_t counts[COUNTS] = {reference->rows, reference->same_rows,
                                     reference->late_rows, reference->new_accounts,
                                     (uint64_t)reference->made};
    archive_put_text(archive, "RRnm", reference->name);
    archive_put_text(archive, "RRhs", reference->hash);
    archive_put(archive, "RRct", counts, sizeof *counts, COUNTS);
    archive_put_number(archive, "RRen", reference->end);
    archive_put_count(archive, "RRpa", reference->past != NULL);
    if (reference->past != NULL) {
        past_save(reference->past, archive);
    }
    archive_put_count(archive, "RRsp", reference->spread != NULL);
    if (reference->spread != NULL) {
        spread_save(reference->spread, archive);
    }
}

bool snapshot_get_reference(struct archive_in *archive, struct run *run, const char *name,
                            struct status *status)
{
    uint64_t counts[COUNTS], has_past, has_spread;
    struct run_reference *reference = mem_zero(1, sizeof *reference, "a reference", status);
    if (run->reference != NULL) {
        run_reference_free(reference);
        return snapshot_senseless(status);
    }
    run->reference = reference;
    if (reference == NULL) {
        return false;
    }
    for (size_t i = 0; i < RUN_RESULTS_MAX; i++) {
        reference->threshold[i] = NAN;
    }
    reference->path = mem_text(name, strlen(name), status);
    reference->name =
        reference->path != NULL ? archive_get_text(archive, "RRnm", status) : NULL;
    if (reference->name == NULL ||
        !snapshot_get_text(archive, "RRhs", reference->hash, sizeof reference->hash, status) ||
        !archive_get_into(archive, "RRct", counts, sizeof *counts, COUNTS, status) ||
        !archive_get_number(archive, "RRen", &reference->end, status) ||
        !archive_get_count(archive, "RRpa", &has_past, status)) {
        return false;
    }
    reference->rows = counts[0];
    reference->same_rows = counts[1];
    reference->late_rows = counts[2];
    reference->new_accounts = counts[3];
    reference->made = (int64_t)counts[4];
    reference->past = has_past == 1 ? past_load(archive, run->table->profiles.d, status) : NULL;
    if ((has_past == 1 && reference->past == NULL) ||
        !archive_get_count(archive, "RRsp", &has_spread, status)) {
        return false;
    }
    if (has_spread == 1) {
        reference->spread = spread_load(archive, run->table->profiles.d, status);
        return reference->spread != NULL && reference_run_compare(run, status);
    }
    return true;
}

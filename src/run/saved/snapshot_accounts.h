/* snapshot_accounts: what a list said of accounts, as part of a saved run: the file may be
 * elsewhere, or another, when the run is opened. */
#ifndef ODDHOURS_RUN_SNAPSHOT_ACCOUNTS_H
#define ODDHOURS_RUN_SNAPSHOT_ACCOUNTS_H

#include "base/archive.h"
#include "base/status.h"
#include "past/account_kind.h"

void snapshot_put_accounts(struct archive_out *archive, const struct accounts *accounts);

/* Over what the rules say of the same accounts. False with a status when what is there makes no
 * sense. */
bool snapshot_get_accounts(struct archive_in *archive, struct accounts *accounts,
                           struct status *status);

#endif

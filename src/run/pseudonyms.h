/* pseudonyms: other names for accounts, for what is shown to people who are not to know them.
 *
 * The key, a CSV file of two columns (pseudonym, account), is kept apart from what was written.
 * An account has one pseudonym as long as its key is used: "person-17", "machine-3". */
#ifndef ODDHOURS_RUN_PSEUDONYMS_H
#define ODDHOURS_RUN_PSEUDONYMS_H

#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "past/account_kind.h"
#include "table/dict.h"

struct pseudonyms;

/* For the accounts of a table; those that `key` has keep what they have there. The file need
 * not exist yet. Nothing is written. STATUS_INPUT names the line of a key that is none, or that
 * gives a pseudonym twice. */
struct pseudonyms *pseudonyms_new(const char *key, const struct dict *users,
                                  const struct accounts *accounts,
                                  const struct progress *progress, struct status *status);
void pseudonyms_free(struct pseudonyms *pseudonyms);

/* Writes the key, all that was read included, for the user alone (mode 0600). */
bool pseudonyms_save(const struct pseudonyms *pseudonyms, const char *key,
                     struct status *status);

/* The pseudonyms by the ids of the accounts: borrowed, and not to be added to. */
struct dict *pseudonyms_users(const struct pseudonyms *pseudonyms);

/* A text that people wrote, with pseudonyms where it names an account of the table, or the part
 * of one before or after "@" (three letters and more), in any case. Valid until the next call;
 * NULL when memory ran out. */
const char *pseudonyms_text(struct pseudonyms *pseudonyms, const char *text);

#endif

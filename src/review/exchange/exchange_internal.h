/* What the files of exchange share. */
#ifndef ODDHOURS_REVIEW_EXCHANGE_INTERNAL_H
#define ODDHOURS_REVIEW_EXCHANGE_INTERNAL_H

#include "base/outfile.h"
#include "review/exchange/exchange.h"

/* The largest number of either format: JSON's are doubles, and exact up to here. */
#define EXCHANGE_MOST INT64_C(999999999999999)

/* Each writes entries [first, n) of the history. */
bool exchange_put_json(struct outfile *file, const struct history *history,
                       const struct review_dataset *dataset, size_t first,
                       struct status *status);
bool exchange_put_csv(struct outfile *file, const struct history *history,
                      const struct review_dataset *dataset, size_t first,
                      struct status *status);

/* Each fills in an exchange, whose entries are checked by the caller. */
bool exchange_get_json(const char *bytes, size_t length, struct exchange *exchange,
                       struct status *status);
bool exchange_get_csv(const char *bytes, size_t length, struct exchange *exchange,
                      struct status *status);

/* The bytes of a file that is text, freed by the caller. */
bool exchange_load(const char *path, char **text, size_t *size, struct status *status);

/* Takes an entry into the list, consumed even on error. */
bool exchange_add(struct exchange *exchange, struct entry *take_entry, struct status *status);

/* 16 hexadecimal digits, and nothing else. */
bool exchange_content(const char *text, uint64_t *content);

/* A uid as text: printable ASCII without blanks, at most ENTRY_UID - 1 bytes. Anything else is
 * none, as formats would write it differently: false, and `uid` is "". */
bool exchange_uid(const char *text, size_t length, char uid[ENTRY_UID]);

#endif

/* content: what a row holds, as a number, so that a verdict finds its row again.
 *
 * The content of a row is the XXH3 64 of three such hashes: of its dt text, of its src_user,
 * and of its feature values (doubles, little-endian), each 0 when the table has no such column.
 * It depends on the row alone, not on its position, so it also finds rows in another version of
 * a file.
 */
#ifndef ODDHOURS_REVIEW_CONTENT_H
#define ODDHOURS_REVIEW_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "review/history.h"
#include "review/store/store.h"
#include "table/table.h"

uint64_t content_hash(const struct table *table, size_t row);

/* Its parts: the hash of a profile's values, and of three hashes. */
uint64_t content_profile(const struct table *table, size_t profile);
uint64_t content_combine(uint64_t time, uint64_t user, uint64_t values);

/* The numbers of these rows among all of the same content (1: the first); rows ascend. Walks
 * the rows up to the last once, and not at all where a profile has one row only. */
bool content_occurrences(const void *table, struct entry_row *rows, size_t n,
                         struct status *status);

/* Finds rows by content and occurrence. Those of one content without an occurrence are told
 * apart by their order: the first is the first here. Walks all rows once: about a second for 40
 * million. */
bool content_find(const void *table, struct row_wanted *wanted, size_t n,
                  struct status *status);

/* Finds rows that a reader before this one (1.0) recorded of the same bytes: it knew fewer names
 * for times and accounts, took Windows-1252 as it is, and read some values otherwise. By the
 * content that it saw; else by time and account where one row alone has them. What could be
 * several rows is not found. Walks all rows. */
bool content_find_earlier(const void *table, struct row_recorded *list, size_t n,
                          struct status *status);

/* The table as the store sees it; borrowed. */
struct row_source content_source(const struct table *table);

/* The dataset of a table; freed with content_dataset_free(). */
bool content_dataset(const struct table *table, struct review_dataset *dataset,
                     struct status *status);
void content_dataset_free(struct review_dataset *dataset);

/* Verdicts of another version of the file, found again by content. */
struct matched {
    struct entry **entries; /* (n) new entries for this table, ready for store_import() */
    size_t n;
    size_t unmatched; /* standing verdicts and notes whose content is not in this table */
};

/* Looks up what stands in `history` (of another dataset) among the rows of `table`, as
 * content_find() does. The entries keep reviewer, time, seconds and reason, and name their
 * origin. Freed with matched_free(). */
bool content_match(const struct table *table, const struct history *history,
                   struct matched *matched, struct status *status);
void matched_free(struct matched *matched);

#endif

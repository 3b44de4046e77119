/* entry: one line of a review's history. Entries are only ever added: an undo is an entry, too.
 *
 * A verdict, a note or a reason is an action; it concerns one row, or several: identical ones,
 * or those of an episode. An undo or a redo names the action it takes back or restores, a
 * reason the verdict it is of.
 */
#ifndef ODDHOURS_REVIEW_ENTRY_H
#define ODDHOURS_REVIEW_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "review/verdict.h"

enum entry_kind {
    ENTRY_VERDICT,
    ENTRY_NOTE,
    ENTRY_UNDO,
    ENTRY_REDO,
    ENTRY_REASON, /* why a verdict was given, said after it */
    ENTRY_KINDS
};

/* Why the row was shown. A repeat measures the reviewer's agreement with himself: it never
 * replaces the verdict that stands. */
enum entry_role { ROLE_LIST, ROLE_CONTROL, ROLE_REPEAT, ENTRY_ROLES };

enum { ENTRY_UID = 33 }; /* 128 random bits in hexadecimal, and the zero byte */

struct entry_row {
    uint32_t row;        /* row_id */
    uint32_t rank;       /* under the detector, as seen by the reviewer; 0: none or hidden */
    uint64_t content;    /* content_hash() of the row */
    uint32_t occurrence; /* 1: the first row of the table with that content; 0: not recorded */
    char *dt, *user;     /* valid UTF-8; NULL when the table has no such column */
};

struct entry {
    char uid[ENTRY_UID];
    uint64_t number; /* position in the store's order; 0 while it is not saved */
    bool own;        /* written by this process */
    enum entry_kind kind;
    enum verdict verdict; /* of ENTRY_VERDICT */
    char *note;           /* of ENTRY_NOTE: the text, empty to remove one; else NULL */
    char *
        reason; /* of ENTRY_REASON: the words, empty to remove one; of ENTRY_VERDICT: or NULL */
    char target[ENTRY_UID]; /* of undo and redo: the uid of an action; of a reason: that of its
                               verdict; else empty */
    char origin[ENTRY_UID]; /* the entry of another version of the file that this one was
                               matched from; empty otherwise */
    char *reviewer;
    int64_t at_ms;          /* milliseconds since 1970 UTC by the reviewer's clock */
    double seconds;         /* spent on the row; NaN: not measured */
    char *detector, *queue; /* what was looked at: "iforest", "pooled"; NULL: nothing said */
    char *episode;          /* of a verdict on an episode: how it was cut; NULL: on rows */
    char *suggestion; /* of a verdict that took a suggestion: which and from what; NULL: none */
    enum entry_role role;
    bool blind;
    uint32_t k; /* of the list looked at; 0: none */
    size_t n_rows;
    struct entry_row *rows; /* (n_rows) ascending; none for undo and redo */
};

/* The words of the store and the exports. The parsers return ENTRY_KINDS and ENTRY_ROLES for
 * anything else. */
const char *entry_kind_name(enum entry_kind kind);
const char *entry_role_name(enum entry_role role);
enum entry_kind entry_kind_parse(const char *word);
enum entry_role entry_role_parse(const char *word);

/* An empty entry with room for n_rows rows, seconds unknown; freed with entry_free(). */
struct entry *entry_new(size_t n_rows, struct status *status);
void entry_free(struct entry *entry);
struct entry *entry_copy(const struct entry *entry, struct status *status);

/* Fills in a fresh uid. False when the system gives no random bits. */
bool entry_identify(struct entry *entry, struct status *status);
bool entry_uid_valid(const char *uid);

/* Whether the parts fit together: a verdict has a verdict and rows, an undo a target, uids are
 * uids, rows ascend. For what comes from outside. */
bool entry_check(const struct entry *entry, struct status *status);

/* Whether two entries of one uid say the same: all but the rows' numbers, which are others
 * where a table was read by another reader, and what is known of them only here. */
bool entry_same(const struct entry *one, const struct entry *two);

#endif

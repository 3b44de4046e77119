/* history: a review's entries in order, and the verdicts that stand after all of them.
 *
 * An action (verdict, note or reason) stands unless the last undo or redo of its reviewer that
 * names it is an undo. For each row and reviewer the latest standing verdict counts, and the
 * latest standing note. Order is the store's numbering, never the clock. Pure: no disk, no
 * clock.
 */
#ifndef ODDHOURS_REVIEW_HISTORY_H
#define ODDHOURS_REVIEW_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "review/entry.h"
#include "review/statistics.h"

struct history;

struct history *history_new(struct status *status);
void history_free(struct history *history);

/* Adds entries, which history owns from then on (and frees when this fails, all of them).
 * Entries without a number stand after all numbered ones. */
bool history_add(struct history *history, struct entry **take_entries, size_t n,
                 struct status *status);

/* Entry `index` waited and now has a number. */
void history_saved(struct history *history, size_t index, uint64_t number);

/* Brings the entries into the order of their numbers, after entries of others came in between.
 */
bool history_reorder(struct history *history, struct status *status);

size_t history_count(const struct history *history);
const struct entry *history_entry(const struct history *history, size_t index);
struct entry *history_find(struct history *history, const char *uid);

/* Entries that wait for a number: the last ones. */
size_t history_unsaved(const struct history *history);

/* Whether an action stands. */
bool history_stands(const struct history *history, size_t index);

/* The reviewers, in order of first appearance. */
size_t history_reviewers(const struct history *history);
const char *history_reviewer(const struct history *history, size_t reviewer);
size_t history_reviewer_find(const struct history *history, const char *name); /* or SIZE_MAX */

/* What one reviewer's next undo or redo would concern; NULL when there is nothing. */
const struct entry *history_undoable(const struct history *history, const char *reviewer);
const struct entry *history_redoable(const struct history *history, const char *reviewer);

/* One row as one reviewer left it. */
struct judgement {
    uint32_t row;
    uint32_t reviewer;
    const struct entry *verdict; /* NULL: only a note */
    const struct entry *repeat;  /* the latest standing repeat; NULL: none */
    const struct entry *note;    /* NULL: none */
    const struct entry *reason;  /* the latest that stands, of whatever verdict; NULL: none */
};

/* Why the verdict that stands was given; NULL when nobody has said. */
const char *judgement_reason(const struct judgement *judgement);

/* All of them, by row, then reviewer. Valid until the history changes. */
const struct judgement *history_judgements(const struct history *history, size_t *n);

/* What counts for a row: one reviewer's verdict, or (HISTORY_EVERYONE) the one that all who
 * decided agree on; where they differ it is undecided and `disputed` (may be NULL) is set. */
#define HISTORY_EVERYONE SIZE_MAX
enum verdict history_verdict(const struct history *history, uint32_t row, size_t reviewer,
                             bool *disputed);

/* Agreement of two reviewers on the rows that both judged, and of one with himself on repeats.
 */
struct agreement history_agreement(const struct history *history, size_t one, size_t two);
struct agreement history_self_agreement(const struct history *history, size_t reviewer);

/* A frozen copy of what counts, for another thread: by row, ascending. */
struct verdict_row {
    uint32_t row;
    unsigned char verdict; /* enum verdict */
    unsigned char repeat;  /* that of the row shown a second time */
    bool disputed;
    bool unsaved; /* its latest entry waits in memory */
    char *note;   /* of `reviewer`, or the latest of anyone; NULL: none */
    char *reason; /* of the verdict, by who gave it; NULL: none */
};

struct verdict_set {
    size_t n;
    struct verdict_row *rows; /* (n) */
};

struct verdict_set *verdict_set_new(const struct history *history, size_t reviewer,
                                    struct status *status);
void verdict_set_free(struct verdict_set *set);

/* What verdicts on rows (n) say of them as one thing, an episode: true positive when one row
 * is, false positive when all are, undecided when all are judged otherwise, later when all are
 * put off; else nothing yet. `*judged` (may be NULL): rows with a judgement. */
enum verdict verdict_set_of_rows(const struct verdict_set *set, const uint32_t *rows, size_t n,
                                 size_t *judged);

/* NULL when the row has neither verdict nor note. */
const struct verdict_row *verdict_set_find(const struct verdict_set *set, uint32_t row);

#endif

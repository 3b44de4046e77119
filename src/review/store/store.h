/* store: verdicts on disk, in SQLite. docs/REVIEWS.md describes the file.
 *
 * A call that records returns true only when the entry is on the disk to stay: it survives a
 * kill and a power loss. When that fails (disk full, file locked, directory read-only, file
 * deleted) it returns false with a sentence, the entry stays in memory and counts in the
 * history, and every later call tries again, in order. Several processes may use one file at
 * once. A store belongs to one thread.
 */
#ifndef ODDHOURS_REVIEW_STORE_H
#define ODDHOURS_REVIEW_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "review/entry.h"
#include "review/history.h"

struct store;

struct store_options {
    const char *path;     /* NULL or empty: store_default_path() */
    const char *reviewer; /* NULL or empty: store_default_reviewer() */
    bool read_only;   /* nothing will be recorded: an older file is not brought up to date */
    unsigned busy_ms; /* how long a call may wait for a locked file; 0: 1000 */
    /* The clock, milliseconds since 1970 UTC; NULL: the system's. */
    int64_t (*now_ms)(void *context);
    /* Called once, on the store's thread, when a call waits although store_hurry() was. NULL:
     * nobody is told. */
    void (*waits)(void *context);
    void *context;
};

/* The file a review belongs to. */
struct review_dataset {
    char *hash;     /* of all its bytes: read_report.hash */
    char *name;     /* as given on the command line */
    char *features; /* column names, comma-separated */
    uint64_t bytes, rows;
};

/* A row that is looked for. */
struct row_wanted {
    uint64_t content;
    uint32_t row;        /* its number where it was recorded */
    uint32_t occurrence; /* as in struct entry_row */
    uint32_t found;      /* where it is here; UINT32_MAX: nowhere */
};

/* A recorded row of the same bytes that is not found by its content: they were read otherwise. */
struct row_recorded {
    const struct entry_row *row;
    bool same_features; /* its content is of the features that the table has now */
    uint64_t rows;      /* of the table where it was recorded; 0: not known */
    uint32_t found;     /* where it is here; UINT32_MAX: nowhere */
};

/* What the store asks of the table: it knows rows by number only. */
struct row_source {
    const void *table;
    /* Fills in content, dt and user of a row (allocated; the store frees them). */
    bool (*describe)(const void *table, uint32_t row, struct entry_row *to,
                     struct status *status);
    /* Whether a recorded row is that row of the table. `same_features`: recorded with the
     * features that the table has now, so that the content must agree. */
    bool (*accepts)(const void *table, const struct entry_row *row, bool same_features);
    /* Fills in which of the rows of equal content each is; rows ascend. NULL: not known. */
    bool (*occurrences)(const void *table, struct entry_row *rows, size_t n,
                        struct status *status);
    /* Fills in `found` by content and occurrence. NULL: rows are known by number only. */
    bool (*find)(const void *table, struct row_wanted *wanted, size_t n, struct status *status);
    /* Fills in `found` of rows that an earlier reader saw with other texts or values. NULL: none
     * is looked for. */
    bool (*find_earlier)(const void *table, struct row_recorded *list, size_t n,
                         struct status *status);
};

/* $XDG_DATA_HOME/oddhours/reviews.db, else $HOME/.local/share/...; freed with free(). */
char *store_default_path(struct status *status);

/* Whether `path` may be a store: it is not there yet, or is an SQLite database. Otherwise false
 * with a sentence; for an exported review (JSON, CSV) the sentence says how to take it in. */
bool store_path_check(const char *path, struct status *status);

/* $USER, else $LOGNAME, else the name of the user id; freed with free(). */
char *store_default_reviewer(struct status *status);

/* Touches no disk. NULL when memory ran out or there is no path. */
struct store *store_new(const struct store_options *options, struct status *status);

/* Tries to save what waits, then closes and frees. False when entries are lost by it: so ask
 * store_unsaved() first, and export what waits. */
bool store_free(struct store *store, struct status *status);

/* The program is about to end: from now on all calls together wait for a locked file no longer
 * than busy_ms. The only function that may be called from any thread. */
void store_hurry(struct store *store);

/* Takes up the review of one dataset (copied; `source` is borrowed until the store is freed)
 * and reads its history. A missing file is made with the first verdict. False when an existing
 * file cannot be read: the review goes on in memory and later calls try again; and when entries
 * of an earlier dataset cannot be saved, which is then kept: new verdicts are refused until a
 * later call succeeds. The earlier `source` is let go of in any case. */
bool store_attach(struct store *store, const struct review_dataset *dataset,
                  const struct row_source *source, struct status *status);

/* The time by the store's clock, ms since 1970. */
int64_t store_now_ms(const struct store *store);

const char *store_path(const struct store *store);
const char *store_reviewer(const struct store *store);
const struct review_dataset *store_dataset(const struct store *store);

/* All entries of the dataset, unsaved ones included. Valid until the next call on the store. */
const struct history *store_history(const struct store *store);

/* What became of recorded rows that are not the rows of those numbers in this table, though the
 * file's bytes are the same: a better reader accepts more of its lines. */
size_t store_mismatches(const struct store *store);  /* not in the table at all: left out */
size_t store_found_again(const struct store *store); /* found by content, under other numbers */

/* Rows of this table that were judged in tables it has grown from (lineage.h). */
size_t store_inherited(const struct store *store);

/* Entries that wait in memory. */
size_t store_unsaved(const struct store *store);

/* What is recorded with a verdict or a note. */
struct verdict_context {
    double seconds;       /* spent on the row; NaN: not measured */
    const char *detector; /* may be NULL, as queue */
    const char *queue;
    enum entry_role role;
    bool blind;
    uint32_t k;
    const uint32_t *rank;   /* of each row, 0 none; NULL: none */
    const char *reason;     /* of a verdict: why; may be NULL, as what follows */
    const char *episode;    /* the rows are an episode: how it was cut, as "own gap=2h" */
    const char *suggestion; /* that was taken: "tp from 5 neighbours" */
};

/* One verdict for (n_rows) rows, ascending: one row, identical ones, or those of an episode. */
bool store_verdict(struct store *store, const uint32_t *rows, size_t n_rows,
                   enum verdict verdict, const struct verdict_context *context,
                   struct status *status);

/* A note on a row; an empty one removes it. */
bool store_note(struct store *store, uint32_t row, const char *note,
                const struct verdict_context *context, struct status *status);

/* Why one's own verdict on this row was given, said after it; it is of all rows of that
 * verdict. Empty removes it. STATUS_USAGE when there is no such verdict. */
bool store_reason(struct store *store, uint32_t row, const char *reason, struct status *status);

/* Takes back, or restores, one's own latest action, of this session or an earlier one. Fills in
 * the action (borrowed from the history); NULL, and true, when there is none. */
bool store_undo(struct store *store, const struct entry **action, struct status *status);
bool store_redo(struct store *store, const struct entry **action, struct status *status);

/* Reads what others have written and saves what waits. `changed` is set when the history is not
 * what it was. Cheap when nothing happened. */
bool store_poll(struct store *store, bool *changed, struct status *status);

/* A sentence the user should see once, such as "the file was deleted and has been written
 * again"; false when there is none. */
bool store_notice(struct store *store, char *text, size_t size);

/* Other datasets in the same file. */
struct store_other {
    struct review_dataset dataset;
    size_t entries;
};

/* Those of the same name or the same number of rows and features first. Freed with
 * store_others_free(). */
bool store_others(struct store *store, struct store_other **others, size_t *n,
                  struct status *status);
void store_others_free(struct store_other *others, size_t n);

/* The history of another dataset, read-only; freed with history_free(). NULL on failure. */
struct history *store_other_history(struct store *store, const struct review_dataset *dataset,
                                    struct status *status);

/* What became of entries from elsewhere. */
struct store_imported {
    size_t added;   /* they are in the file now */
    size_t known;   /* there already, by uid or origin */
    size_t refused; /* their uid is another entry's, of this table or of another in the store */
};

/* Adds entries from elsewhere (an import, another version of the file) to this dataset. All
 * that are to be added or none; `entries` are borrowed. */
bool store_import(struct store *store, struct entry *const *entries, size_t n,
                  struct store_imported *done, struct status *status);

#endif

/* What the files of the store share. */
#ifndef ODDHOURS_REVIEW_STORE_INTERNAL_H
#define ODDHOURS_REVIEW_STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "review/store/settle.h"
#include "review/store/store.h"

/* Statements that are kept ready while the file is open. */
enum store_statement {
    SQL_DATASET,
    SQL_NUMBER,
    SQL_ENTRY,
    SQL_ROW,
    SQL_VERSION,
    STORE_STATEMENTS
};

struct store {
    char *path, *reviewer;
    unsigned busy_ms;
    int64_t (*now_ms)(void *context);
    void (*waits)(void *context);
    void *context;

    double patience;              /* until when the present call may wait, clock_now() */
    _Atomic double last_patience; /* until when any call may; infinite before store_hurry() */
    bool waits_said;

    sqlite3 *db;     /* NULL while the file is missing or cannot be opened */
    bool read_only;  /* the file or its directory */
    bool looks_only; /* nothing is to be recorded */
    mode_t mode;     /* of the file */
    bool failing;    /* the last attempt to save did not succeed */
    sqlite3_stmt *statements[STORE_STATEMENTS];
    int version; /* SQLite's data_version at the last reading */

    bool current;    /* the history holds what the open file held at `version` */
    bool clock_said; /* the user knows that the clock went back */

    bool attached;
    struct review_dataset dataset; /* owned */
    struct row_source source;
    struct history *history;
    uint64_t last;                       /* the largest entry number that was read or written */
    size_t mismatches, moved, inherited; /* rows: see store.h */
    int64_t latest_ms;                   /* of the clocks in the history */
    char notice[STATUS_TEXT];
};

/* -- store_sync.c: history and file brought together */

/* Opens the file when it is not (and makes it, when `create`), and reads what others wrote. */
bool store_catch_up(struct store *store, bool create, bool *changed, struct status *status);

/* Saves what waits, opening or making the file when need be. A failure says how much waits. */
bool store_flush(struct store *store, bool *changed, struct status *status);

/* Reads entries that came since the last reading into the history. */
bool store_read_news(struct store *store, bool *changed, struct status *status);

/* -- store_wait.c */

/* At the beginning of each call from outside: it may wait for busy_ms in all. */
void store_be_patient(struct store *store);

/* Makes the open file's locks be waited for. */
void store_wait_for_locks(struct store *store);

/* -- store_path.c */

/* One text behind the other; freed with free(). */
char *store_join(const char *base, const char *rest, struct status *status);

/* -- store_open.c: the file */

/* Makes sure that `db` is open on the file at `path`: opens it (and makes it, when `create`),
 * brings its schema up to date, and follows it when it was deleted or replaced. True with db
 * NULL when there is no file and none is to be made. */
bool store_connect(struct store *store, bool create, struct status *status);
void store_disconnect(struct store *store);

/* Whether the file at `path` is no longer the open one. */
bool store_moved(struct store *store);

/* Makes an empty file beside the store's, named as that with `suffix` at its end, or with
 * suffix-2, -3, ... where the name is taken: nothing is overwritten or followed. Its path,
 * freed with free(). */
char *store_make_beside(const struct store *store, const char *suffix, mode_t mode,
                        struct status *status);

/* A failure of SQLite as a sentence: what was being done, to which file, why. */
bool store_fail(struct store *store, int code, const char *doing, struct status *status);

bool store_exec(struct store *store, const char *sql, const char *doing, struct status *status);

/* -- store_schema.c: tables and views */

enum { STORE_VERSION = 3, STORE_APPLICATION = 0x4f444852 /* "ODHR" */ };

/* Makes the schema, or migrates it, in one transaction. */
bool store_schema(struct store *store, struct status *status);

/* -- store_entries.c: entries in and out */

/* The statement of an SQL text, or NULL with a status. */
sqlite3_stmt *store_prepare(struct store *store, const char *sql, const char *doing,
                            struct status *status);

/* One of the kept statements, reset and without values. */
sqlite3_stmt *store_ready(struct store *store, enum store_statement which, const char *doing,
                          struct status *status);

/* The datasets that one grows from, itself included, as a table `line (hash)` in front of a
 * SELECT; ?1 is the hash of that one. */
#define STORE_LINE                                                                             \
    "WITH RECURSIVE line (hash) AS (SELECT ?1 UNION SELECT l.parent_hash FROM lineage l"       \
    " JOIN line ON l.dataset_hash = line.hash) "

/* The entries of the dataset with this hash, and of those it grows from when `ancestors`,
 * numbered above `after`, in order. Rows are settled by `source` (may be NULL: they stay as
 * they are). The list and its entries are the caller's. */
struct entry_list {
    size_t n, capacity;
    struct entry **entries;
    struct settled settled;
};
bool store_read(struct store *store, const struct review_dataset *dataset, bool ancestors,
                const struct row_source *source, uint64_t after, struct entry_list *list,
                struct status *status);
void entry_list_clear(struct entry_list *list, bool entries_too);

/* Inserts the attached dataset when it is not there; then entries of it, inside a transaction.
 * An entry whose uid is there already keeps the number it has, and `there` is set. */
bool store_insert_dataset(struct store *store, struct status *status);
bool store_insert(struct store *store, const struct entry *entry, uint64_t *number, bool *there,
                  struct status *status);

/* Copies the text of a dataset; frees it. */
bool dataset_copy(struct review_dataset *to, const struct review_dataset *from,
                  struct status *status);
void dataset_clear(struct review_dataset *dataset);

#endif

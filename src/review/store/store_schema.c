#include "review/store/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One step a version. A step that has shipped is never changed: a new one is added.
 *
 * The triggers keep the history append-only for every program that opens the file. */
static const char version_1[] =
    "CREATE TABLE dataset ("
    " dataset_id INTEGER PRIMARY KEY,"
    " hash TEXT NOT NULL,"     /* XXH3 128 of the file's bytes, hexadecimal */
    " features TEXT NOT NULL," /* column names, comma-separated */
    " name TEXT NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " rows INTEGER NOT NULL,"
    " UNIQUE (hash, features));"

    "CREATE TABLE entry ("
    " entry_id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " uid TEXT NOT NULL UNIQUE,"
    " dataset_id INTEGER NOT NULL REFERENCES dataset,"
    " reviewer TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('verdict', 'note', 'undo', 'redo')),"
    " verdict TEXT CHECK (verdict IN ('tp', 'fp', 'undecided')),"
    " note TEXT,"
    " target TEXT,"
    " at_ms INTEGER NOT NULL,"
    " seconds REAL,"
    " detector TEXT,"
    " queue TEXT,"
    " role TEXT NOT NULL CHECK (role IN ('list', 'control', 'repeat')),"
    " blind INTEGER NOT NULL CHECK (blind IN (0, 1)),"
    " k INTEGER,"
    " CHECK ((kind = 'verdict') = (verdict IS NOT NULL)),"
    " CHECK ((kind = 'note') = (note IS NOT NULL)),"
    " CHECK ((kind IN ('undo', 'redo')) = (target IS NOT NULL)));"
    "CREATE INDEX entry_by_target ON entry (target) WHERE target IS NOT NULL;"
    "CREATE INDEX entry_by_dataset ON entry (dataset_id, entry_id);"

    "CREATE TABLE entry_row ("
    " entry_id INTEGER NOT NULL REFERENCES entry,"
    " row_id INTEGER NOT NULL,"
    " content TEXT NOT NULL," /* hash of the row, 16 hexadecimal digits */
    " rank INTEGER,"
    " dt TEXT,"
    " src_user TEXT,"
    " PRIMARY KEY (entry_id, row_id)) WITHOUT ROWID;"

    "CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN"
    " SELECT RAISE(ABORT, 'the history is append-only'); END;"
    "CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry BEGIN"
    " SELECT RAISE(ABORT, 'the history is append-only'); END;"
    "CREATE TRIGGER entry_row_kept BEFORE DELETE ON entry_row BEGIN"
    " SELECT RAISE(ABORT, 'the history is append-only'); END;"
    "CREATE TRIGGER entry_row_fixed BEFORE UPDATE ON entry_row BEGIN"
    " SELECT RAISE(ABORT, 'the history is append-only'); END;"

    "CREATE VIEW history AS SELECT"
    " e.entry_id, d.name AS dataset, d.hash AS dataset_hash, r.row_id, r.dt, r.src_user,"
    " e.reviewer, e.kind, e.verdict, e.note,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', e.at_ms / 1000, 'unixepoch') AS at, e.seconds,"
    " e.detector, e.queue, e.role, e.blind, e.k, r.rank, r.content,"
    " COALESCE((SELECT u.kind = 'undo' FROM entry u WHERE u.target = e.uid"
    "  AND u.reviewer = e.reviewer ORDER BY u.entry_id DESC LIMIT 1), 0) AS undone,"
    " e.uid, e.target"
    " FROM entry e JOIN dataset d USING (dataset_id) LEFT JOIN entry_row r USING (entry_id);"

    "CREATE VIEW verdicts AS SELECT"
    " dataset, dataset_hash, row_id, dt, src_user, reviewer, verdict, at, seconds, detector,"
    " queue, role, blind, k, rank, content, entry_id FROM (SELECT *, ROW_NUMBER() OVER ("
    "  PARTITION BY dataset_hash, row_id, reviewer ORDER BY entry_id DESC) AS newest"
    "  FROM history WHERE kind = 'verdict' AND NOT undone AND role <> 'repeat')"
    " WHERE newest = 1;"

    "CREATE VIEW notes AS SELECT"
    " dataset, dataset_hash, row_id, dt, src_user, reviewer, note, at, entry_id"
    " FROM (SELECT *, ROW_NUMBER() OVER ("
    "  PARTITION BY dataset_hash, row_id, reviewer ORDER BY entry_id DESC) AS newest"
    "  FROM history WHERE kind = 'note' AND NOT undone)"
    " WHERE newest = 1 AND note <> '';";

/* Where a verdict that was matched from another version of the file comes from. */
static const char version_2[] = "ALTER TABLE entry ADD COLUMN origin TEXT;";

/* Reasons, verdicts put off, episodes, suggestions taken, which of equal rows a row is; what a
 * dataset grows from; rules; who last looked when. The table of entries is made anew, as what a
 * column may hold cannot be changed; a program of version 2 that has the file open at this
 * moment goes on writing into it. */
static const char version_3[] =
    "DROP VIEW IF EXISTS verdicts; DROP VIEW IF EXISTS notes; DROP VIEW IF EXISTS history;"
    "CREATE TABLE entry_3 ("
    " entry_id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " uid TEXT NOT NULL UNIQUE,"
    " dataset_id INTEGER NOT NULL REFERENCES dataset,"
    " reviewer TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('verdict', 'note', 'undo', 'redo', 'reason')),"
    " verdict TEXT CHECK (verdict IN ('tp', 'fp', 'undecided', 'later')),"
    " note TEXT,"
    " target TEXT,"
    " at_ms INTEGER NOT NULL,"
    " seconds REAL,"
    " detector TEXT,"
    " queue TEXT,"
    " role TEXT NOT NULL CHECK (role IN ('list', 'control', 'repeat')),"
    " blind INTEGER NOT NULL CHECK (blind IN (0, 1)),"
    " k INTEGER,"
    " origin TEXT,"
    " reason TEXT,"
    " episode TEXT,"
    " suggestion TEXT,"
    " CHECK ((kind = 'verdict') = (verdict IS NOT NULL)),"
    " CHECK ((kind = 'note') = (note IS NOT NULL)),"
    " CHECK ((kind IN ('undo', 'redo', 'reason')) = (target IS NOT NULL)),"
    " CHECK (kind <> 'reason' OR reason IS NOT NULL),"
    " CHECK (kind IN ('verdict', 'reason') OR reason IS NULL),"
    " CHECK (kind = 'verdict' OR (episode IS NULL AND suggestion IS NULL)));"
    "INSERT INTO entry_3 (entry_id, uid, dataset_id, reviewer, kind, verdict, note, target,"
    " at_ms, seconds, detector, queue, role, blind, k, origin)"
    " SELECT entry_id, uid, dataset_id, reviewer, kind, verdict, note, target,"
    " at_ms, seconds, detector, queue, role, blind, k, origin FROM entry ORDER BY entry_id;"
    "DROP TABLE entry;"
    "ALTER TABLE entry_3 RENAME TO entry;"
    "CREATE INDEX entry_by_target ON entry (target) WHERE target IS NOT NULL;"
    "CREATE INDEX entry_by_dataset ON entry (dataset_id, entry_id);"
    "CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN"
    " SELECT RAISE(ABORT, 'the history is append-only'); END;"
    "CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry BEGIN"
    " SELECT RAISE(ABORT, 'the history is append-only'); END;"
    "ALTER TABLE entry_row ADD COLUMN occurrence INTEGER;" /* 1: the first of its content */

    "CREATE TABLE lineage ("
    " dataset_hash TEXT NOT NULL,"
    " parent_hash TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('reference', 'log')),"
    " at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (dataset_hash, parent_hash),"
    " CHECK (dataset_hash <> parent_hash)) WITHOUT ROWID;"

    "CREATE TABLE rule ("
    " rule_id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " uid TEXT NOT NULL UNIQUE,"
    " filter TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " author TEXT NOT NULL,"
    " scope TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " expires_ms INTEGER,"
    " highest REAL,"   /* own past of the rows it covered when it was made, in decades */
    " replaces TEXT);" /* the uid of the rule that it stands for now */
    "CREATE TABLE rule_end ("
    " uid TEXT NOT NULL PRIMARY KEY,"
    " author TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL);"
    "CREATE TABLE rule_hidden ("
    " uid TEXT NOT NULL,"
    " run TEXT NOT NULL,"
    " hidden INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (uid, run)) WITHOUT ROWID;"
    "CREATE TRIGGER rule_kept BEFORE DELETE ON rule BEGIN"
    " SELECT RAISE(ABORT, 'rules are ended, not deleted'); END;"
    "CREATE TRIGGER rule_fixed BEFORE UPDATE ON rule BEGIN"
    " SELECT RAISE(ABORT, 'rules are ended, not changed'); END;"
    "CREATE TRIGGER rule_end_kept BEFORE DELETE ON rule_end BEGIN"
    " SELECT RAISE(ABORT, 'the history of rules is append-only'); END;"
    "CREATE TRIGGER rule_end_fixed BEFORE UPDATE ON rule_end BEGIN"
    " SELECT RAISE(ABORT, 'the history of rules is append-only'); END;"

    "CREATE TABLE look ("
    " reviewer TEXT NOT NULL,"
    " reference TEXT NOT NULL," /* the hash of a dataset */
    " at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (reviewer, reference)) WITHOUT ROWID;"

    "CREATE VIEW history AS SELECT"
    " e.entry_id, d.name AS dataset, d.hash AS dataset_hash, r.row_id, r.dt, r.src_user,"
    " e.reviewer, e.kind, e.verdict, e.note,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', e.at_ms / 1000, 'unixepoch') AS at, e.seconds,"
    " e.detector, e.queue, e.role, e.blind, e.k, r.rank, r.content,"
    " COALESCE((SELECT u.kind = 'undo' FROM entry u WHERE u.target = e.uid"
    "  AND u.kind <> 'reason'"
    "  AND u.reviewer = e.reviewer ORDER BY u.entry_id DESC LIMIT 1), 0) AS undone,"
    " e.uid, e.target, e.reason, e.episode, e.suggestion, r.occurrence"
    " FROM entry e JOIN dataset d USING (dataset_id) LEFT JOIN entry_row r USING (entry_id);"

    "CREATE VIEW verdicts AS SELECT"
    " dataset, dataset_hash, row_id, dt, src_user, reviewer, verdict, at, seconds, detector,"
    " queue, role, blind, k, rank, content, entry_id,"
    " NULLIF(COALESCE((SELECT w.reason FROM entry w WHERE w.target = n.uid"
    "  AND w.kind = 'reason' AND w.reviewer = n.reviewer AND NOT COALESCE((SELECT"
    "   u.kind = 'undo' FROM entry u WHERE u.target = w.uid AND u.reviewer = w.reviewer"
    "   ORDER BY u.entry_id DESC LIMIT 1), 0)"
    "  ORDER BY w.entry_id DESC LIMIT 1), n.reason), '') AS reason,"
    " episode, suggestion, occurrence FROM (SELECT *, ROW_NUMBER() OVER ("
    "  PARTITION BY dataset_hash, row_id, reviewer ORDER BY entry_id DESC) AS newest"
    "  FROM history WHERE kind = 'verdict' AND NOT undone AND role <> 'repeat') n"
    " WHERE newest = 1;"

    "CREATE VIEW notes AS SELECT"
    " dataset, dataset_hash, row_id, dt, src_user, reviewer, note, at, entry_id"
    " FROM (SELECT *, ROW_NUMBER() OVER ("
    "  PARTITION BY dataset_hash, row_id, reviewer ORDER BY entry_id DESC) AS newest"
    "  FROM history WHERE kind = 'note' AND NOT undone)"
    " WHERE newest = 1 AND note <> '';"

    "CREATE VIEW rules AS SELECT"
    " r.rule_id, r.uid, r.filter, r.reason, r.author, r.scope,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', r.at_ms / 1000, 'unixepoch') AS at,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', r.expires_ms / 1000, 'unixepoch') AS expires, r.highest,"
    " r.replaces, strftime('%Y-%m-%dT%H:%M:%SZ', e.at_ms / 1000, 'unixepoch') AS ended,"
    " e.author AS ended_by, e.reason AS ended_why"
    " FROM rule r LEFT JOIN rule_end e USING (uid);";

static const char *const steps[STORE_VERSION] = {version_1, version_2, version_3};

static bool pragma(struct store *store, const char *sql, int *value, struct status *status)
{
    sqlite3_stmt *statement = store_prepare(store, sql, "reading", status);
    if (statement == NULL) {
        return false;
    }
    int code = sqlite3_step(statement);
    *value = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || store_fail(store, code, "reading", status);
}

/* Whether the file is a review store, empty, or something else. */
static bool identify(struct store *store, int *version, struct status *status)
{
    int application = 0, tables = 0;
    /* One transaction: another process may be making the tables at this moment. */
    bool inside = sqlite3_get_autocommit(store->db) == 0;
    bool good = (inside || store_exec(store, "BEGIN", "reading", status)) &&
                pragma(store, "SELECT count(*) FROM sqlite_schema", &tables, status) &&
                pragma(store, "PRAGMA application_id", &application, status) &&
                pragma(store, "PRAGMA user_version", version, status);
    if (!inside) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    if (!good) {
        return false;
    }
    if (application != STORE_APPLICATION &&
        (application != 0 || *version != 0 || tables != 0)) {
        return status_set(status, STATUS_INPUT,
                          "%s is an SQLite database but not a review store of oddhours: name "
                          "another file",
                          store->path);
    }
    if (*version > STORE_VERSION) {
        return status_set(status, STATUS_INPUT,
                          "%s is of version %d and this oddhours knows versions up to %d: a "
                          "newer oddhours made it",
                          store->path, *version, (int)STORE_VERSION);
    }
    return true;
}

/* The steps from `version` on, in the open transaction. */
static bool migrate(struct store *store, int version, struct status *status)
{
    bool good = true;
    for (int i = version; good && i < STORE_VERSION; i++) {
        good = store_exec(store, steps[i], "preparing", status);
    }
    char mark[96];
    sqlite3_snprintf(sizeof mark, mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                     (int)STORE_APPLICATION, (int)STORE_VERSION);
    return good && store_exec(store, mark, "preparing", status);
}

/* Copies a whole database over another, which is empty. */
static int copy_all(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL) {
        return sqlite3_errcode(to);
    }
    sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup);
}

/* The file as it was, beside it, for a program of its version. The open transaction keeps
 * others from writing; SQLite copies from a connection that has none. */
static bool keep_copy(struct store *store, int version, char **path, struct status *status)
{
    char suffix[32];
    sqlite3 *from = NULL, *to = NULL;
    snprintf(suffix, sizeof suffix, ".version-%d", version);
    *path = store_make_beside(store, suffix, 0600, status);
    if (*path == NULL) {
        return false;
    }
    int code = sqlite3_open_v2(store->path, &from, SQLITE_OPEN_READONLY, NULL);
    code = code == SQLITE_OK ? sqlite3_open_v2(*path, &to, SQLITE_OPEN_READWRITE, NULL) : code;
    code = code == SQLITE_OK ? copy_all(to, from) : code;
    sqlite3_close(from);
    sqlite3_close(to);
    if (code != SQLITE_OK) {
        status_set(status, STATUS_IO,
                   "%s: the reviews are of version %d, and no copy of them can be kept before "
                   "they are brought to version %d: %s",
                   *path, version, (int)STORE_VERSION, sqlite3_errstr(code));
        unlink(*path);
        free(*path);
        *path = NULL;
    }
    return code == SQLITE_OK;
}

/* An older file that may not be changed is read from a copy in memory. */
static bool read_in_memory(struct store *store, int version, struct status *status)
{
    sqlite3 *memory = NULL;
    int code =
        sqlite3_open_v2(":memory:", &memory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    code = code == SQLITE_OK ? copy_all(memory, store->db) : code;
    if (code != SQLITE_OK) {
        sqlite3_close(memory);
        return store_fail(store, code, "reading", status);
    }
    sqlite3_close(store->db);
    store->db = memory;
    return store_exec(store, "PRAGMA legacy_alter_table = ON; BEGIN", "preparing", status) &&
           migrate(store, version, status) && store_exec(store, "COMMIT", "preparing", status);
}

bool store_schema(struct store *store, struct status *status)
{
    int version;
    if (!identify(store, &version, status)) {
        return false;
    }
    if (version == STORE_VERSION) {
        return true;
    }
    if (store->read_only || store->looks_only) {
        return read_in_memory(store, version, status);
    }
    /* A table is replaced: neither its references nor the views of others are to follow. */
    if (!store_exec(store, "PRAGMA legacy_alter_table = ON; BEGIN IMMEDIATE", "preparing",
                    status)) {
        return false;
    }
    char *kept = NULL;
    bool good = identify(store, &version, status); /* another process may have been faster */
    if (good && version < STORE_VERSION) {
        good = (version == 0 || keep_copy(store, version, &kept, status)) &&
               migrate(store, version, status);
    }
    good = good && store_exec(store, "COMMIT", "preparing", status);
    if (!good) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    } else if (kept != NULL) {
        snprintf(store->notice, sizeof store->notice,
                 "the reviews are of this version of oddhours now; as they were, for an older "
                 "one, they are in %.300s",
                 kept);
    }
    if (!good && kept != NULL) {
        unlink(kept);
    }
    free(kept);
    sqlite3_exec(store->db, "PRAGMA legacy_alter_table = OFF", NULL, NULL, NULL);
    return good;
}

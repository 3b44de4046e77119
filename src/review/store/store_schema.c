#include "review/store/store_internal.h"

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

static const char *const steps[STORE_VERSION] = {version_1, version_2};

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

bool store_schema(struct store *store, struct status *status)
{
    int version;
    if (!identify(store, &version, status)) {
        return false;
    }
    if (version == STORE_VERSION) {
        return true;
    }
    if (store->read_only) {
        return status_set(status, STATUS_IO,
                          "%s is of version %d and cannot be brought to version %d: it may not "
                          "be written",
                          store->path, version, (int)STORE_VERSION);
    }
    if (!store_exec(store, "BEGIN IMMEDIATE", "preparing", status)) {
        return false;
    }
    bool good = identify(store, &version, status); /* another process may have been faster */
    for (int i = version; good && i < STORE_VERSION; i++) {
        good = store_exec(store, steps[i], "preparing", status);
    }
    char mark[96];
    sqlite3_snprintf(sizeof mark, mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                     (int)STORE_APPLICATION, (int)STORE_VERSION);
    good = good && store_exec(store, mark, "preparing", status) &&
           store_exec(store, "COMMIT", "preparing", status);
    if (!good) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return good;
}

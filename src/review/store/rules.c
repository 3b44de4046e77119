#include "review/store/rules.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "review/store/store_internal.h"

static bool step_once(struct store *store, sqlite3_stmt *s, struct status *status)
{
    int code = s != NULL ? sqlite3_step(s) : SQLITE_DONE;
    bool good =
        s != NULL && (code == SQLITE_DONE || store_fail(store, code, "saving in", status));
    sqlite3_finalize(s);
    return good;
}

static bool begin(struct store *store, struct status *status)
{
    store_be_patient(store);
    return store_connect(store, true, status) &&
           store_exec(store, "BEGIN IMMEDIATE", "saving in", status);
}

/* Commits, or takes back what was done. */
static bool end(struct store *store, bool good, struct status *status)
{
    good = good && store_exec(store, "COMMIT", "saving in", status);
    if (!good && store->db != NULL) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    if (good && store_moved(store)) {
        return status_set(status, STATUS_IO, "saving in %s: the file was deleted or replaced",
                          store->path);
    }
    return good;
}

/* 0: no such rule; 1: it has not been ended; 2: it has. -1: it cannot be read. */
static int state_of(struct store *store, const char *uid, struct status *status)
{
    sqlite3_stmt *s = store_prepare(store,
                                    "SELECT 1 + EXISTS (SELECT 1 FROM rule_end e WHERE"
                                    " e.uid = r.uid) FROM rule r WHERE r.uid = ?",
                                    "reading", status);
    if (s == NULL) {
        return -1;
    }
    sqlite3_bind_text(s, 1, uid, -1, SQLITE_STATIC);
    int code = sqlite3_step(s), state = code == SQLITE_ROW ? sqlite3_column_int(s, 0) : 0;
    sqlite3_finalize(s);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        store_fail(store, code, "reading", status);
        return -1;
    }
    return state;
}

static bool insert_end(struct store *store, const char *uid, const char *why,
                       struct status *status)
{
    sqlite3_stmt *s = store_prepare(store,
                                    "INSERT INTO rule_end (uid, author, reason, at_ms)"
                                    " VALUES (?, ?, ?, ?)",
                                    "saving in", status);
    if (s != NULL) {
        sqlite3_bind_text(s, 1, uid, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, store->reviewer, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, why != NULL ? why : "", -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 4, store->now_ms(store->context));
    }
    return step_once(store, s, status);
}

static bool insert_rule(struct store *store, const struct rule_words *words, const char *uid,
                        struct status *status)
{
    sqlite3_stmt *s = store_prepare(store,
                                    "INSERT INTO rule (uid, filter, reason, author, scope,"
                                    " at_ms, expires_ms, highest, replaces)"
                                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                    "saving in", status);
    if (s != NULL) {
        sqlite3_bind_text(s, 1, uid, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, words->filter, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, words->reason, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 4, store->reviewer, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 5, words->scope != NULL ? words->scope : "", -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 6, store->now_ms(store->context));
        if (words->expires_ms > 0) {
            sqlite3_bind_int64(s, 7, words->expires_ms);
        }
        if (isfinite(words->highest)) {
            sqlite3_bind_double(s, 8, words->highest);
        }
        if (words->replaces != NULL) {
            sqlite3_bind_text(s, 9, words->replaces, -1, SQLITE_STATIC);
        }
    }
    return step_once(store, s, status);
}

bool store_rule_add(struct store *store, const struct rule_words *words, char uid[ENTRY_UID],
                    struct status *status)
{
    struct entry name; /* for its uid only */
    if (words->filter == NULL || words->filter[0] == '\0' || words->reason == NULL ||
        words->reason[0] == '\0') {
        return status_set(status, STATUS_USAGE, "a rule wants a filter and a reason");
    }
    if (!entry_identify(&name, status) || !begin(store, status)) {
        return false;
    }
    bool good = true;
    if (words->replaces != NULL) {
        int state = state_of(store, words->replaces, status);
        good = state == 1 || (state >= 0 && status_set(status, STATUS_USAGE,
                                                       state == 0 ? "there is no such rule"
                                                                  : "that rule has ended"));
        char why[64];
        snprintf(why, sizeof why, "replaced by %s", name.uid);
        good = good && insert_end(store, words->replaces, why, status);
    }
    good = good && insert_rule(store, words, name.uid, status);
    if (!end(store, good, status)) {
        return false;
    }
    memcpy(uid, name.uid, ENTRY_UID);
    return true;
}

bool store_rule_end(struct store *store, const char *uid, const char *why,
                    struct status *status)
{
    if (!begin(store, status)) {
        return false;
    }
    int state = state_of(store, uid, status);
    bool good =
        state > 0 || (state == 0 && status_set(status, STATUS_USAGE, "there is no such rule"));
    good = good && (state == 2 || insert_end(store, uid, why, status));
    return end(store, good, status);
}

static char *text_at(sqlite3_stmt *s, int column, bool *good, struct status *status)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    char *copy = text != NULL ? text_utf8(text, strlen(text), status) : NULL;
    *good = *good && (text == NULL || copy != NULL);
    return copy;
}

static void uid_at(sqlite3_stmt *s, int column, char uid[ENTRY_UID])
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    snprintf(uid, ENTRY_UID, "%s", text != NULL ? text : "");
}

static bool read_rule(sqlite3_stmt *s, struct rule *rule, struct status *status)
{
    bool good = true;
    *rule = (struct rule){
        .at_ms = sqlite3_column_int64(s, 5),
        .expires_ms =
            sqlite3_column_type(s, 6) != SQLITE_NULL ? sqlite3_column_int64(s, 6) : INT64_MAX,
        .highest = sqlite3_column_type(s, 7) != SQLITE_NULL ? sqlite3_column_double(s, 7) : NAN,
        .ended = sqlite3_column_type(s, 9) != SQLITE_NULL,
        .ended_ms = sqlite3_column_int64(s, 9)};
    uid_at(s, 0, rule->uid);
    uid_at(s, 8, rule->replaces);
    rule->filter = text_at(s, 1, &good, status);
    rule->reason = text_at(s, 2, &good, status);
    rule->author = text_at(s, 3, &good, status);
    rule->scope = text_at(s, 4, &good, status);
    rule->ended_by = text_at(s, 10, &good, status);
    rule->ended_why = text_at(s, 11, &good, status);
    return good;
}

void store_rules_free(struct rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(rules[i].filter);
        free(rules[i].reason);
        free(rules[i].author);
        free(rules[i].scope);
        free(rules[i].ended_by);
        free(rules[i].ended_why);
    }
    free(rules);
}

/* A statement that reads; NULL with *none when there is no file yet. */
static sqlite3_stmt *reading(struct store *store, const char *sql, bool *none,
                             struct status *status)
{
    store_be_patient(store);
    bool good = store_connect(store, false, status);
    *none = good && store->db == NULL;
    return good && store->db != NULL ? store_prepare(store, sql, "reading", status) : NULL;
}

bool store_rules(struct store *store, struct rule **rules, size_t *n, struct status *status)
{
    bool none = false, good = true;
    size_t capacity = 0;
    int code = SQLITE_DONE;
    *rules = NULL;
    *n = 0;
    sqlite3_stmt *s =
        reading(store,
                "SELECT r.uid, r.filter, r.reason, r.author, r.scope, r.at_ms, r.expires_ms,"
                " r.highest, r.replaces, e.at_ms, e.author, e.reason FROM rule r"
                " LEFT JOIN rule_end e USING (uid) ORDER BY r.rule_id",
                &none, status);
    if (s == NULL) {
        return none;
    }
    while (good && (code = sqlite3_step(s)) == SQLITE_ROW) {
        good = mem_grow(rules, &capacity, *n + 1, sizeof **rules, "rules", status);
        if (good) {
            good = read_rule(s, &(*rules)[*n], status);
            ++*n;
        }
    }
    sqlite3_finalize(s);
    good = good && (code == SQLITE_DONE || store_fail(store, code, "reading", status));
    if (!good) {
        store_rules_free(*rules, *n);
        *rules = NULL;
        *n = 0;
    }
    return good;
}

/* Runs a statement that inserts or does nothing; how many rows it has inserted. */
static bool step_insert(struct store *store, sqlite3_stmt *s, size_t *inserted,
                        struct status *status)
{
    bool good = s != NULL && step_once(store, s, status);
    *inserted += good ? (size_t)sqlite3_changes(store->db) : 0;
    return good;
}

static bool take_rule(struct store *store, const struct rule *rule, size_t *added,
                      size_t *ended, struct status *status)
{
    size_t made = 0, ends = 0;
    sqlite3_stmt *s = store_prepare(store,
                                    "INSERT OR IGNORE INTO rule (uid, filter, reason, author,"
                                    " scope, at_ms, expires_ms, highest, replaces)"
                                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                    "saving in", status);
    if (s != NULL) {
        sqlite3_bind_text(s, 1, rule->uid, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, rule->filter, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, rule->reason, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 4, rule->author, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 5, rule->scope, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 6, rule->at_ms);
        if (rule->expires_ms != INT64_MAX) {
            sqlite3_bind_int64(s, 7, rule->expires_ms);
        }
        if (isfinite(rule->highest)) {
            sqlite3_bind_double(s, 8, rule->highest);
        }
        if (rule->replaces[0] != '\0') {
            sqlite3_bind_text(s, 9, rule->replaces, -1, SQLITE_STATIC);
        }
    }
    bool good = step_insert(store, s, &made, status);
    if (good && rule->ended) {
        s = store_prepare(store,
                          "INSERT OR IGNORE INTO rule_end (uid, author, reason, at_ms)"
                          " VALUES (?, ?, ?, ?)",
                          "saving in", status);
        if (s != NULL) {
            sqlite3_bind_text(s, 1, rule->uid, -1, SQLITE_STATIC);
            sqlite3_bind_text(s, 2, rule->ended_by, -1, SQLITE_STATIC);
            sqlite3_bind_text(s, 3, rule->ended_why, -1, SQLITE_STATIC);
            sqlite3_bind_int64(s, 4, rule->ended_ms);
        }
        good = step_insert(store, s, &ends, status);
    }
    *added += made;
    *ended += made == 0 ? ends : 0;
    return good;
}

bool store_rules_take(struct store *store, const struct rule *rules, size_t n, size_t *added,
                      size_t *ended, struct status *status)
{
    *added = *ended = 0;
    if (n == 0) {
        return true;
    }
    bool good = begin(store, status);
    if (!good) {
        return false;
    }
    for (size_t i = 0; good && i < n; i++) {
        good = take_rule(store, &rules[i], added, ended, status);
    }
    return end(store, good, status);
}

bool rule_holds(const struct rule *rule, int64_t now_ms)
{
    return !rule->ended && now_ms < rule->expires_ms;
}

bool store_rule_hid(struct store *store, const char *uid, const char *run, uint64_t hidden,
                    struct status *status)
{
    if (!begin(store, status)) {
        return false;
    }
    int state = state_of(store, uid, status);
    bool good =
        state > 0 || (state == 0 && status_set(status, STATUS_USAGE, "there is no such rule"));
    if (good) {
        sqlite3_stmt *s = store_prepare(
            store,
            "INSERT INTO rule_hidden (uid, run, hidden, at_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (uid, run) DO UPDATE SET hidden = excluded.hidden,"
            " at_ms = excluded.at_ms",
            "saving in", status);
        if (s != NULL) {
            sqlite3_bind_text(s, 1, uid, -1, SQLITE_STATIC);
            sqlite3_bind_text(s, 2, run, -1, SQLITE_STATIC);
            sqlite3_bind_int64(s, 3, (sqlite3_int64)hidden);
            sqlite3_bind_int64(s, 4, store->now_ms(store->context));
        }
        good = step_once(store, s, status);
    }
    return end(store, good, status);
}

void store_rule_counts_free(struct rule_count *counts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(counts[i].run);
    }
    free(counts);
}

bool store_rule_counts(struct store *store, const char *uid, struct rule_count **counts,
                       size_t *n, struct status *status)
{
    bool none = false, good = true;
    size_t capacity = 0;
    int code = SQLITE_DONE;
    *counts = NULL;
    *n = 0;
    sqlite3_stmt *s = reading(store,
                              "SELECT run, hidden, at_ms FROM rule_hidden WHERE uid = ?"
                              " ORDER BY at_ms DESC, run",
                              &none, status);
    if (s == NULL) {
        return none;
    }
    sqlite3_bind_text(s, 1, uid, -1, SQLITE_STATIC);
    while (good && (code = sqlite3_step(s)) == SQLITE_ROW) {
        good = mem_grow(counts, &capacity, *n + 1, sizeof **counts, "counts", status);
        if (good) {
            struct rule_count *one = &(*counts)[*n];
            *one = (struct rule_count){.hidden = (uint64_t)sqlite3_column_int64(s, 1),
                                       .at_ms = sqlite3_column_int64(s, 2)};
            one->run = text_at(s, 0, &good, status);
            ++*n;
        }
    }
    sqlite3_finalize(s);
    good = good && (code == SQLITE_DONE || store_fail(store, code, "reading", status));
    if (!good) {
        store_rule_counts_free(*counts, *n);
        *counts = NULL;
        *n = 0;
    }
    return good;
}

#include "base/text.h"
#include "unit/store_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool describe(const void *table, uint32_t row, struct entry_row *to,
                     struct status *status)
{
    char text[32];
    (void)table;
    to->content = 1000 + row;
    snprintf(text, sizeof text, "U%u@DOM1", row);
    to->dt = text_utf8("1970-01-01 00:00:00", 19, status);
    to->user = text_utf8(text, strlen(text), status);
    return to->dt != NULL && to->user != NULL;
}

static bool accepts(const void *table, const struct entry_row *row, bool same_features)
{
    (void)table;
    return !same_features || row->content == 1000 + row->row;
}

const struct row_source source = {.describe = describe, .accepts = accepts};
const struct verdict_context context = {
    .seconds = 2.5, .detector = "iforest", .queue = "top", .k = 50};

struct review_dataset dataset_named(const char *hash)
{
    return (struct review_dataset){.hash = (char *)(uintptr_t)hash,
                                   .name = (char *)(uintptr_t) "lanl.csv",
                                   .features = (char *)(uintptr_t) "total_events,failed_events",
                                   .bytes = 100,
                                   .rows = 10};
}

int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    /* In memory when there is such a place: thousands of commits are synced here. That they are
     * synced is test_store_sync's matter. */
    snprintf(place->directory, sizeof place->directory, "%s/oddhours-store-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->path, sizeof place->path, "%s/deep/er/reviews.db", place->directory);
    *state = place;
    return 0;
}

int remove_place(void **state)
{
    struct place *place = *state;
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", place->directory,
             place->directory);
    int code = system(command);
    free(place);
    return code;
}

struct store *open_store(const char *path, const char *reviewer, const char *hash)
{
    struct status status = {0};
    struct store_options options = {.path = path, .reviewer = reviewer, .busy_ms = 5000};
    struct store *store = store_new(&options, &status);
    assert_non_null(store);
    struct review_dataset dataset = dataset_named(hash);
    if (!store_attach(store, &dataset, &source, &status)) {
        fail_msg("%s", status.text);
    }
    return store;
}

void must(bool good, const struct status *status)
{
    if (!good) {
        fail_msg("%s", status->text);
    }
}

void judge(struct store *store, uint32_t row, enum verdict verdict)
{
    struct status status = {0};
    must(store_verdict(store, &row, 1, verdict, &context, &status), &status);
}

enum verdict mine(struct store *store, uint32_t row)
{
    const struct history *history = store_history(store);
    size_t reviewer = history_reviewer_find(history, store_reviewer(store));
    return reviewer == SIZE_MAX ? VERDICT_NONE : history_verdict(history, row, reviewer, NULL);
}

void ask(const char *path, const char *sql, char *answer, size_t size)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    snprintf(answer, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

void assert_answer(const char *path, const char *sql, const char *expected)
{
    char answer[256];
    ask(path, sql, answer, sizeof answer);
    if (strcmp(answer, expected) != 0) {
        fail_msg("%s: '%s' is not '%s'", sql, answer, expected);
    }
}

void need(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "# %s\n", what);
        _exit(1);
    }
}

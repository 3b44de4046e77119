/* store_fixture: what the tests of the review store share: a place on disk, a table that is no
 * table, and a look into the file from outside. */
#ifndef ODDHOURS_TESTS_UNIT_STORE_FIXTURE_H
#define ODDHOURS_TESTS_UNIT_STORE_FIXTURE_H

#include "review/store/store.h"
#include "unit/test.h"

/* Row i has content 1000 + i. */
extern const struct row_source source;
extern const struct verdict_context context;

struct review_dataset dataset_named(const char *hash);

/* A fresh directory, and the name of a store two directories below it that are not there yet.
 */
struct place {
    char directory[64], path[160];
};
int make_place(void **state);
int remove_place(void **state);
#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

struct store *open_store(const char *path, const char *reviewer, const char *hash);
void must(bool good, const struct status *status);
void judge(struct store *store, uint32_t row, enum verdict verdict);
enum verdict mine(struct store *store, uint32_t row);

/* One value of one query, by a program that knows nothing of oddhours. */
void ask(const char *path, const char *sql, char *answer, size_t size);
void assert_answer(const char *path, const char *sql, const char *expected);

/* In a child: not cmocka's asserts, whose failure would run the parent's tests on. */
void need(bool good, const char *what);

#endif

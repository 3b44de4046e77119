#define _GNU_SOURCE
#include "unit/csv_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/test.h"

static char directory[] = "/tmp/oddhours-test-XXXXXX";

const char *csv_directory(void)
{
    return directory;
}

const char *csv_path(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

const char *csv_write(const char *name, const char *bytes, size_t length)
{
    const char *path = csv_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

struct table *csv_read(const char *bytes, size_t length, const struct csv_options *options,
                       unsigned threads, struct status *status)
{
    struct parallel *pool = parallel_new(threads, NULL);
    const struct csv_options plain = {0};
    struct table *table = csv_load(csv_write("t.csv", bytes, length),
                                   options != NULL ? options : &plain, pool, NULL, status);
    parallel_free(pool);
    return table;
}

struct table *csv_read_text(const char *text, struct status *status)
{
    return csv_read(text, strlen(text), NULL, 2, status);
}

/* Loads a table of the columns a and b (and what else its header has). */
struct table *csv_read_ab(const char *text, struct status *status)
{
    static const char *const names[] = {"a", "b"};
    const struct csv_options options = {.features = names, .n_features = 2};
    return csv_read(text, strlen(text), &options, 2, status);
}

const double *csv_features(const struct table *table, size_t row)
{
    return table_profile(table, table->row_profile[row]);
}

void csv_assert_text(const struct dict *dict, uint32_t id, const char *expected)
{
    struct span text = dict_get(dict, id);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

int csv_make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL;
}

int csv_remove_directory(void **state)
{
    (void)state;
    static const char *const names[] = {"t.csv", "t.csv.gz", "secret.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unlink(csv_path(names[i]));
    }
    return rmdir(directory);
}

#include "table/parquet/parquet_append.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/parquet/distinct.h"

enum { VALUES_MOST = 1 << 23 /* of a row group, rows times columns */ };

static const char what[] = "a Parquet file";

/* The values of a row group so far. */
struct building {
    uint8_t *present; /* (rows, of which those at the end may be left out) */
    size_t n, present_room;
    uint32_t *codes; /* (n_present) */
    size_t n_present, codes_room;
    struct dict *texts;      /* of a column of texts */
    struct distinct numbers; /* of others */
};

struct parquet_append {
    struct parquet_column *columns;  /* (n_columns) with names of their own */
    size_t n_columns, n_rows, group; /* rows of this group; rows of a group at most */
    struct parquet_file *file;
    struct building *building;    /* (n_columns) */
    struct parquet_chunk *chunks; /* (n_columns) */
    struct parquet_scratch scratch;
    struct span *spans;
    size_t spans_room;
};

static bool copy_columns(struct parquet_append *append, const struct parquet_column *columns,
                         struct status *status)
{
    for (size_t i = 0; i < append->n_columns; i++) {
        char *name = mem_text(columns[i].name, strlen(columns[i].name), status);
        append->columns[i] = (struct parquet_column){name, columns[i].kind};
        if (name == NULL) {
            return false;
        }
        if (columns[i].kind == PARQUET_KIND_TEXT) {
            append->building[i].texts = dict_new(status);
            if (append->building[i].texts == NULL) {
                return false;
            }
        }
    }
    return true;
}

struct parquet_append *parquet_append_new(struct outfile *file,
                                          const struct parquet_column *columns,
                                          size_t n_columns, struct status *status)
{
    struct parquet_append *append = mem_zero(1, sizeof *append, what, status);
    if (append == NULL) {
        return NULL;
    }
    size_t group = VALUES_MOST / (n_columns > 0 ? n_columns : 1);
    append->group = group < 1 ? 1 : group < PARQUET_GROUP ? group : PARQUET_GROUP;
    append->n_columns = n_columns;
    append->columns = mem_zero(n_columns, sizeof *append->columns, what, status);
    append->building = mem_zero(n_columns, sizeof *append->building, what, status);
    append->chunks = mem_zero(n_columns, sizeof *append->chunks, what, status);
    if (append->columns == NULL || append->building == NULL || append->chunks == NULL ||
        !copy_columns(append, columns, status) ||
        (append->file = parquet_file_new(file, append->columns, n_columns, status)) == NULL) {
        parquet_append_free(append);
        return NULL;
    }
    return append;
}

void parquet_append_free(struct parquet_append *append)
{
    if (append == NULL) {
        return;
    }
    parquet_file_free(append->file);
    for (size_t i = 0; i < append->n_columns; i++) {
        if (append->columns != NULL) {
            free((char *)(uintptr_t)append->columns[i].name);
        }
        if (append->building != NULL) {
            free(append->building[i].present);
            free(append->building[i].codes);
            dict_free(append->building[i].texts);
            distinct_clear(&append->building[i].numbers);
        }
        if (append->chunks != NULL) {
            parquet_chunk_clear(&append->chunks[i]);
        }
    }
    parquet_scratch_clear(&append->scratch);
    free(append->columns);
    free(append->building);
    free(append->chunks);
    free(append->spans);
    free(append);
}

bool parquet_append_note(struct parquet_append *append, const char *key, const char *text,
                         struct status *status)
{
    return parquet_file_note(append->file, key, text, status);
}

/* Whether rows up to `n` are known to have a value or not. */
static bool fill_up(struct building *building, size_t n, struct status *status)
{
    if (!mem_grow(&building->present, &building->present_room, n, 1, what, status)) {
        return false;
    }
    memset(building->present + building->n, 0, n - building->n);
    building->n = n;
    return true;
}

static bool put_code(const struct parquet_append *append, size_t column, uint32_t code,
                     struct status *status)
{
    struct building *building = &append->building[column];
    if (!mem_grow(&building->codes, &building->codes_room, building->n_present + 1,
                  sizeof *building->codes, what, status) ||
        !fill_up(building, append->n_rows + 1, status)) {
        return false;
    }
    building->present[append->n_rows] = 1;
    building->codes[building->n_present++] = code;
    return true;
}

bool parquet_append_text(struct parquet_append *append, size_t column, const char *bytes,
                         size_t length, struct status *status)
{
    if (length == 0) {
        return true;
    }
    uint32_t code = dict_add(append->building[column].texts, bytes, length, status);
    return code != DICT_NONE && put_code(append, column, code, status);
}

static bool put_bits(struct parquet_append *append, size_t column, uint64_t bits,
                     struct status *status)
{
    uint32_t code;
    return distinct_add(&append->building[column].numbers, bits, &code, status) &&
           put_code(append, column, code, status);
}

bool parquet_append_count(struct parquet_append *append, size_t column, int64_t count,
                          struct status *status)
{
    return put_bits(append, column, (uint64_t)count, status);
}

bool parquet_append_number(struct parquet_append *append, size_t column, double number,
                           struct status *status)
{
    return isnan(number) ||
           put_bits(append, column, parquet_number_bits(append->columns[column].kind, number),
                    status);
}

static bool make_chunk(struct parquet_append *append, size_t column, struct status *status)
{
    struct building *building = &append->building[column];
    enum parquet_kind kind = append->columns[column].kind;
    struct parquet_values values = {.n = append->n_rows,
                                    .n_present = building->n_present,
                                    .codes = building->codes,
                                    .n_values = building->numbers.n,
                                    .numbers = building->numbers.bits};
    if (!fill_up(building, append->n_rows, status)) {
        return false;
    }
    values.present = values.n_present < values.n ? building->present : NULL;
    if (building->texts == NULL) {
        parquet_numbers_narrow(kind, building->numbers.bits, building->numbers.n);
    } else {
        values.n_values = dict_count(building->texts);
        if (!mem_grow(&append->spans, &append->spans_room, values.n_values + 1,
                      sizeof *append->spans, what, status)) {
            return false;
        }
        for (size_t i = 0; i < values.n_values; i++) {
            append->spans[i] = dict_get(building->texts, (uint32_t)i);
        }
        values.texts = append->spans;
    }
    return parquet_chunk_write(&append->chunks[column], kind, &values, &append->scratch,
                               status);
}

static bool end_group(struct parquet_append *append, struct status *status)
{
    for (size_t i = 0; i < append->n_columns; i++) {
        if (!make_chunk(append, i, status)) {
            return false;
        }
    }
    if (!parquet_file_add(append->file, append->chunks, status)) {
        return false;
    }
    for (size_t i = 0; i < append->n_columns; i++) {
        struct building *building = &append->building[i];
        building->n = building->n_present = 0;
        distinct_reset(&building->numbers);
        if (building->texts != NULL) {
            dict_clear(building->texts);
        }
    }
    append->n_rows = 0;
    return true;
}

bool parquet_append_row(struct parquet_append *append, struct status *status)
{
    append->n_rows++;
    return append->n_rows < append->group || end_group(append, status);
}

bool parquet_append_end(struct parquet_append *append, struct status *status)
{
    return (append->n_rows == 0 || end_group(append, status)) &&
           parquet_file_end(append->file, status);
}

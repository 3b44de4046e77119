#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/parquet/reader_internal.h"

static const char what[] = "rows being read";

struct unit_reader *unit_reader_new(const struct unit_columns *columns, struct status *status)
{
    struct unit_reader *reader = mem_zero(1, sizeof *reader, what, status);
    if (reader == NULL) {
        return NULL;
    }
    reader->columns = columns;
    reader->decompressor = decompressor_new();
    reader->column = mem_zero(columns->n, sizeof *reader->column, what, status);
    reader->keys = key_map_new(status);
    reader->hashes = key_map_new(status);
    reader->key = mem_new(CHUNK_STRETCH, sizeof *reader->key, what, status);
    reader->scratch = mem_new(CHUNK_STRETCH, sizeof *reader->scratch, what, status);
    reader->missing = mem_new(CHUNK_STRETCH, 1, what, status);
    reader->vectors =
        mem_new(CHUNK_STRETCH * columns->d, sizeof *reader->vectors, what, status);
    bool good = reader->column != NULL && reader->keys != NULL && reader->hashes != NULL &&
                reader->key != NULL && reader->scratch != NULL && reader->missing != NULL &&
                reader->vectors != NULL;
    if (reader->decompressor == NULL) {
        good = status_nomem(status, 0, "a decompressor");
    }
    for (size_t i = 0; i < columns->n && good; i++) {
        struct column *column = &reader->column[i];
        column->codes = mem_new(CHUNK_STRETCH, sizeof *column->codes, what, status);
        column->values = mem_new(CHUNK_STRETCH, sizeof *column->values, what, status);
        column->bad = mem_new(TABLE_REJECTS_KEPT, sizeof *column->bad, what, status);
        column->cache = i < columns->d ? NULL : mem_new(1, sizeof *column->cache, what, status);
        good = column->codes != NULL && column->values != NULL && column->bad != NULL &&
               (i < columns->d || column->cache != NULL);
    }
    if (!good) {
        unit_reader_free(reader);
        return NULL;
    }
    return reader;
}

void unit_reader_free(struct unit_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    for (size_t i = 0; i < reader->columns->n && reader->column != NULL; i++) {
        struct column *column = &reader->column[i];
        chunk_clear(&column->chunk);
        free(column->numbers);
        free(column->texts);
        free(column->ints);
        free(column->ids);
        free(column->codes);
        free(column->values);
        free(column->bad);
        free(column->cache);
    }
    free(reader->column);
    decompressor_free(reader->decompressor);
    key_map_free(reader->keys);
    key_map_free(reader->hashes);
    free(reader->key);
    free(reader->vectors);
    free(reader->scratch);
    free(reader->missing);
    free(reader);
}

/* ---- dictionaries ---- */

static bool short_dictionary(const struct column *column)
{
    return chunk_refuse(&column->chunk, "its dictionary has fewer values than it says");
}

/* Numbers as they stand in the file: integers, or doubles in the same room. */
static bool dictionary_numbers(struct column *column, struct values *values, int64_t *to)
{
    bool ints = meaning_is_int(&column->is->meaning);
    return (ints ? values_ints(values, to, column->n_dictionary)
                 : values_doubles(values, (double *)to, column->n_dictionary)) ||
           short_dictionary(column);
}

static bool dictionary_texts(struct column *column, struct values *values,
                             struct status *status)
{
    bool nomem = false;
    if (!mem_grow(&column->texts, &column->texts_room, column->n_dictionary,
                  sizeof *column->texts, "a dictionary", status)) {
        return false;
    }
    for (size_t i = 0; i < column->n_dictionary; i++) {
        if (!values_text(values, &column->texts[i], &nomem)) {
            return short_dictionary(column);
        }
    }
    return true;
}

/* The numbers of a feature's dictionary. */
static bool make_numbers(struct unit_reader *reader, struct column *column)
{
    const struct meaning *meaning = &column->is->meaning;
    const size_t n = column->n_dictionary;
    if (!mem_grow(&column->numbers, &column->numbers_room, n + 1, sizeof *column->numbers,
                  "a dictionary", reader->status)) {
        return false;
    }
    if (column->is->constant) {
        column->numbers[n] = column->is->number;
        return true;
    }
    struct values values = {.text = NULL};
    values_begin(&values, &column->chunk.place.column->leaf, PARQUET_PLAIN,
                 column->chunk.dictionary_bytes, n);
    column->numbers[n] = NAN;
    if (n > 0 && column_is_bytes(column)) {
        if (!dictionary_texts(column, &values, reader->status)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            double value = NAN;
            enum number_kind kind = meaning_number(meaning, column->texts[i], &value);
            column->numbers[i] = kind == NUMBER_BAD       ? column_bad_number()
                                 : kind == NUMBER_MISSING ? NAN
                                                          : value;
        }
    } else if (n > 0) {
        int64_t *raw = (int64_t *)column->numbers;
        if (!dictionary_numbers(column, &values, raw)) {
            return false;
        }
        for (size_t i = 0; i < n && meaning_is_int(meaning); i++) {
            column->numbers[i] = meaning_int(meaning, raw[i]);
        }
    }
    return true;
}

/* The dictionary of a time or an account. */
static bool make_texts(struct unit_reader *reader, struct column *column)
{
    const size_t n = column->n_dictionary;
    if (!mem_grow(&column->ids, &column->ids_room, n, sizeof *column->ids, "a dictionary",
                  reader->status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        column->ids[i] = DICT_NONE;
    }
    if (n == 0) {
        return true;
    }
    struct values values = {.text = NULL};
    values_begin(&values, &column->chunk.place.column->leaf, PARQUET_PLAIN,
                 column->chunk.dictionary_bytes, n);
    if (column_is_bytes(column)) {
        return dictionary_texts(column, &values, reader->status);
    }
    return mem_grow(&column->ints, &column->ints_room, n, sizeof *column->ints, "a dictionary",
                    reader->status) &&
           dictionary_numbers(column, &values, column->ints);
}

static bool open_column(struct unit_reader *reader, size_t index, int fd)
{
    const struct unit_place *place = &reader->unit->place;
    const struct part *part = place->part;
    struct column *column = &reader->column[index];
    column->is = &part->columns[index];
    column->n_dictionary = 0;
    column->n_bad = 0;
    if (!column->is->constant) {
        const struct footer_group *group = &part->groups.groups[place->group];
        const struct chunk_place chunk = {
            .fd = fd,
            .file_end = part->size - PARQUET_TAIL_BYTES - part->footer.length,
            .column = &part->footer.leaves[part->wanted[column->is->wanted]],
            .chunk = group->chunks[column->is->wanted],
            .rows = group->rows,
            .group = place->group,
            .title = part->title};
        if (!chunk_open(&column->chunk, &chunk, reader->decompressor, reader->status)) {
            return false;
        }
        column->n_dictionary = column->chunk.n_dictionary;
    }
    unsigned bits = 0;
    while (column->n_dictionary >> bits > 0) {
        bits++;
    }
    column->bits = bits;
    if (index >= reader->columns->d) {
        memset(column->cache->id, 0xff, sizeof column->cache->id);
        if (!column->is->constant && !make_texts(reader, column)) {
            return false;
        }
    } else if (!make_numbers(reader, column)) {
        return false;
    }
    return column->is->constant || chunk_skip(&column->chunk, place->from);
}

static bool open_columns(struct unit_reader *reader, int fd)
{
    unsigned bits = 0;
    bool keyed = true;
    for (size_t i = 0; i < reader->columns->n; i++) {
        struct column *column = &reader->column[i];
        if (!open_column(reader, i, fd)) {
            return false;
        }
        if (i < reader->columns->d) {
            bool text = !column->is->constant && column->is->meaning.kind == MEANING_TEXT;
            bool coded = column->is->constant || column->chunk.has_dictionary;
            keyed = keyed && coded && !text;
            bits += column->bits;
        }
    }
    reader->keyed = keyed && bits <= 64;
    key_map_clear(reader->keys);
    key_map_clear(reader->hashes);
    return true;
}

/* ---- the unit ---- */

bool unit_reader_read(struct unit_reader *reader, struct unit *unit, int fd,
                      const struct unit_rows *rows, const struct progress *progress)
{
    const struct unit_columns *columns = reader->columns;
    reader->unit = unit;
    reader->status = &unit->status;
    if (!open_columns(reader, fd)) {
        return false;
    }
    for (size_t row = 0; row < unit->place.n;) {
        const size_t left = unit->place.n - row, to = unit->place.row + row;
        const size_t n = left < CHUNK_STRETCH ? left : CHUNK_STRETCH;
        uint32_t *profiles = rows->profiles + to;
        if (progress_cancelled(progress)) {
            return status_cancelled(&unit->status);
        }
        if (!unit_read_profiles(reader, row, n, profiles) ||
            (columns->time != SIZE_MAX && !unit_read_texts(reader, columns->time, &unit->times,
                                                           n, profiles, rows->times + to)) ||
            (columns->user != SIZE_MAX && !unit_read_texts(reader, columns->user, &unit->users,
                                                           n, profiles, rows->users + to))) {
            return false;
        }
        row += n;
    }
    return true;
}

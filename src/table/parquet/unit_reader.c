#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/parquet/chunk.h"
#include "table/parquet/key_map.h"
#include "table/parquet/unit_internal.h"
#include "table/printable.h"

/* DESIGN. All columns are read in step, CHUNK_STRETCH rows at a time. A feature comes as ids in
 * its dictionary, of which the numbers are made once, or as numbers; where all come as ids,
 * rows are looked up by them. A time or an account becomes an id of the unit: of its
 * dictionary's texts only those are taken that rows have, in the order in which they have them.
 */

static const char what[] = "rows being read";

enum { CACHE = 1 << 12 };

/* Of numbers that are times or accounts, the ids of some. */
struct number_cache {
    int64_t value[CACHE];
    uint32_t id[CACHE]; /* DICT_NONE: empty */
};

/* A text that is no number, in a row of the stretch. */
struct bad_text {
    size_t row;
    char text[UNIT_SHOWN];
};

struct column {
    struct chunk chunk;
    const struct part_column *is;
    /* its dictionary */
    size_t n_dictionary;
    double *numbers;    /* (n_dictionary + 1) the last one is that of rows without a value */
    struct span *texts; /* (n_dictionary) where values are bytes */
    int64_t *ints;      /* (n_dictionary) where they are integers, and not a feature */
    uint32_t *ids;      /* (n_dictionary) ids of the unit; DICT_NONE: no row had it */
    size_t numbers_room, texts_room, ints_room, ids_room;
    unsigned bits; /* of an id, that of no value included */
    /* the stretch */
    bool coded;      /* all rows as codes, else as values */
    uint32_t *codes; /* (CHUNK_STRETCH) */
    double *values;  /* (CHUNK_STRETCH) */
    struct bad_text *bad;
    size_t n_bad;
    struct number_cache *cache;
};

struct unit_reader {
    const struct unit_columns *columns;
    struct decompressor *decompressor;
    struct column *column; /* (columns->n) */
    struct key_map *keys;
    bool keyed;        /* the features' ids fit in a key */
    uint64_t *key;     /* (CHUNK_STRETCH) */
    double *vectors;   /* (CHUNK_STRETCH, d) */
    uint64_t *scratch; /* (CHUNK_STRETCH) */
    uint8_t *missing;  /* (CHUNK_STRETCH) */
    struct unit *unit;
    struct status *status; /* unit->status */
};

/* What a text that is no number becomes among numbers. */
static double bad_number(void)
{
    const uint64_t bits = UINT64_C(0x7ff8dead0badf00d);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_bad(double value)
{
    const double bad = bad_number();
    return memcmp(&value, &bad, sizeof value) == 0;
}

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
    reader->key = mem_new(CHUNK_STRETCH, sizeof *reader->key, what, status);
    reader->scratch = mem_new(CHUNK_STRETCH, sizeof *reader->scratch, what, status);
    reader->missing = mem_new(CHUNK_STRETCH, 1, what, status);
    reader->vectors =
        mem_new(CHUNK_STRETCH * columns->d, sizeof *reader->vectors, what, status);
    bool good = reader->column != NULL && reader->keys != NULL && reader->key != NULL &&
                reader->scratch != NULL && reader->missing != NULL && reader->vectors != NULL;
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

/* Whether the values are bytes. */
static bool is_bytes(const struct column *column)
{
    return !meaning_is_int(&column->is->meaning) && column->is->meaning.kind != MEANING_DOUBLE;
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
    if (n > 0 && is_bytes(column)) {
        if (!dictionary_texts(column, &values, reader->status)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            double value = NAN;
            enum number_kind kind = meaning_number(meaning, column->texts[i], &value);
            column->numbers[i] = kind == NUMBER_BAD       ? bad_number()
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
    if (is_bytes(column)) {
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
    return true;
}

/* ---- features ---- */

/* Moves the values of n_values rows apart so that all n have theirs. */
static void spread_codes(uint32_t *codes, const uint8_t *missing, size_t n, size_t n_values,
                         uint32_t none)
{
    for (size_t i = n; i-- > 0 && n_values <= i;) {
        codes[i] = missing[i] ? none : codes[--n_values];
    }
}

static void spread_doubles(double *values, const uint8_t *missing, size_t n, size_t n_values)
{
    for (size_t i = n; i-- > 0 && n_values <= i;) {
        values[i] = missing[i] ? NAN : values[--n_values];
    }
}

static void note_bad(struct column *column, size_t row, struct span text)
{
    if (column->n_bad < TABLE_REJECTS_KEPT) {
        struct bad_text *bad = &column->bad[column->n_bad++];
        bad->row = row;
        printable(bad->text, sizeof bad->text, text);
    }
}

/* Codes of rows from `done` on become their numbers. */
static void codes_to_values(struct column *column, size_t row, size_t from, size_t to)
{
    const bool text = !column->is->constant && is_bytes(column);
    for (size_t i = from; i < to; i++) {
        column->values[i] = column->numbers[column->codes[i]];
        if (text && is_bad(column->values[i])) {
            note_bad(column, row + i, column->texts[column->codes[i]]);
        }
    }
}

static bool too_few(const struct column *column, bool nomem, struct status *status)
{
    return nomem ? status_nomem(status, 0, "a string")
                 : chunk_refuse(&column->chunk, "a page has fewer values than rows");
}

/* The numbers of a stretch of values, which begins at `done`. */
static bool read_values(struct unit_reader *reader, struct column *column, size_t row,
                        size_t done, size_t n, size_t n_values)
{
    const struct meaning *meaning = &column->is->meaning;
    double *to = column->values + done;
    bool nomem = false;
    if (!is_bytes(column)) {
        bool ints = meaning_is_int(meaning);
        if (!(ints ? values_ints(&column->chunk.values, (int64_t *)reader->scratch, n_values)
                   : values_doubles(&column->chunk.values, to, n_values))) {
            return too_few(column, false, reader->status);
        }
        for (size_t i = 0; i < n_values && ints; i++) {
            to[i] = meaning_int(meaning, (int64_t)reader->scratch[i]);
        }
        spread_doubles(to, reader->missing, n, n_values);
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        struct span text;
        to[i] = NAN;
        if (reader->missing[i]) {
            continue;
        }
        if (!values_text(&column->chunk.values, &text, &nomem)) {
            return too_few(column, nomem, reader->status);
        }
        double value = NAN;
        enum number_kind kind = meaning_number(meaning, text, &value);
        if (kind == NUMBER_BAD) {
            to[i] = bad_number();
            note_bad(column, row + done + i, text);
        } else if (kind == NUMBER_GOOD) {
            to[i] = value;
        }
    }
    return true;
}

/* The next n rows of a feature, which begin with row `row` of the unit. */
static bool read_feature(struct unit_reader *reader, struct column *column, size_t row,
                         size_t n)
{
    struct chunk *chunk = &column->chunk;
    const uint32_t none = (uint32_t)column->n_dictionary;
    column->coded = column->is->constant || reader->keyed;
    if (column->is->constant) {
        memset(column->codes, 0, n * sizeof *column->codes);
    }
    for (size_t done = column->is->constant ? n : 0; done < n;) {
        size_t got, n_values;
        if (!chunk_next(chunk, n - done, &got, reader->missing, &n_values)) {
            return false;
        }
        if (column->coded && !chunk->coded) { /* the dictionary was full */
            codes_to_values(column, row, 0, done);
            column->coded = false;
        }
        if (chunk->coded) {
            if (!chunk_codes(chunk, column->codes + done, n_values)) {
                return false;
            }
            spread_codes(column->codes + done, reader->missing, got, n_values, none);
            if (!column->coded) {
                codes_to_values(column, row, done, done + got);
            }
        } else if (!read_values(reader, column, row, done, got, n_values)) {
            return false;
        }
        done += got;
    }
    if (column->coded && !reader->keyed) {
        codes_to_values(column, row, 0, n);
        column->coded = false;
    }
    return true;
}

/* ---- profiles ---- */

/* Makes a vector clean; returns the first feature that is no number, or d. */
static size_t clean(const struct unit_reader *reader, double *vector, bool *marked)
{
    const size_t d = reader->columns->d;
    *marked = false;
    for (size_t k = 0; k < d; k++) {
        if (!isfinite(vector[k])) {
            if (is_bad(vector[k])) {
                return k;
            }
            *marked = true;
        }
        vector[k] += 0.0; /* never -0 */
    }
    return d;
}

/* Counts what is missing or infinite in `copies` rows of a vector, and makes it 0. */
static void count_marks(struct unit *unit, double *vector, size_t d, uint64_t copies)
{
    for (size_t k = 0; k < d; k++) {
        if (!isfinite(vector[k])) {
            *(isnan(vector[k]) ? &unit->missing[k] : &unit->infinite[k]) += copies;
            vector[k] = 0;
        }
    }
}

static const char *bad_text(const struct column *column, size_t row)
{
    for (size_t i = 0; i < column->n_bad; i++) {
        if (column->bad[i].row == row) {
            return column->bad[i].text;
        }
    }
    return "";
}

/* The profile of a row; DICT_NONE for one that is rejected, and without memory. */
static uint32_t profile_of(struct unit_reader *reader, size_t row, double *vector, bool *marked)
{
    struct unit *unit = reader->unit;
    size_t bad = clean(reader, vector, marked);
    if (bad < reader->columns->d) {
        unit_reject(unit, row, bad, bad_text(&reader->column[bad], row));
        return DICT_NONE;
    }
    if (*marked) {
        count_marks(unit, vector, reader->columns->d, 1);
    }
    return unit_add_profile(unit, vector, row);
}

/* Rows by their values. */
static bool profiles_by_value(struct unit_reader *reader, size_t row, size_t n, uint32_t *out)
{
    const size_t d = reader->columns->d;
    struct unit *unit = reader->unit;
    for (size_t k = 0; k < d; k++) {
        struct column *column = &reader->column[k];
        if (column->coded) {
            codes_to_values(column, row, 0, n);
        }
        for (size_t i = 0; i < n; i++) {
            reader->vectors[i * d + k] = column->values[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        bool marked;
        out[i] = profile_of(reader, row + i, reader->vectors + i * d, &marked);
        if (out[i] != DICT_NONE) {
            unit->counts[out[i]]++;
        } else if (unit->status.code != STATUS_OK) {
            return false;
        }
    }
    return true;
}

/* A key that is new: its vector, by way of the dictionaries. */
static bool add_key(struct unit_reader *reader, size_t row, size_t i, struct key_entry *entry)
{
    double vector[TABLE_FEATURES_MAX];
    for (size_t k = 0; k < reader->columns->d; k++) {
        vector[k] = reader->column[k].numbers[reader->column[k].codes[i]];
    }
    entry->profile = profile_of(reader, row + i, vector, &entry->marked);
    return entry->profile != DICT_NONE || reader->unit->status.code == STATUS_OK;
}

/* A row like one before of which a value is missing or infinite is counted, too. */
static void count_again(struct unit_reader *reader, size_t i)
{
    double vector[TABLE_FEATURES_MAX];
    for (size_t k = 0; k < reader->columns->d; k++) {
        vector[k] = reader->column[k].numbers[reader->column[k].codes[i]];
    }
    count_marks(reader->unit, vector, reader->columns->d, 1);
}

/* Rows by the ids of their features, side by side. */
static bool profiles_by_key(struct unit_reader *reader, size_t row, size_t n, uint32_t *out)
{
    struct unit *unit = reader->unit;
    unsigned shift = 0;
    memset(reader->key, 0, n * sizeof *reader->key);
    for (size_t k = 0; k < reader->columns->d; k++) {
        const struct column *column = &reader->column[k];
        for (size_t i = 0; i < n && column->bits > 0; i++) {
            reader->key[i] |= (uint64_t)column->codes[i] << shift;
        }
        shift += column->bits;
    }
    if (!key_map_reserve(reader->keys, n, reader->status)) {
        return false;
    }
    key_map_hash(reader->key, n, reader->scratch);
    for (size_t i = 0; i < n; i++) {
        bool fresh;
        key_map_prefetch(reader->keys, reader->scratch, i, n);
        struct key_entry *entry =
            key_map_find(reader->keys, reader->key[i], reader->scratch[i], &fresh);
        if (fresh && !add_key(reader, row, i, entry)) {
            return false;
        }
        if (!fresh && entry->marked) {
            count_again(reader, i);
        }
        out[i] = entry->profile;
        if (entry->profile != DICT_NONE) {
            unit->counts[entry->profile]++;
        } else if (!fresh) {
            unit_reject(unit, row + i, 0, "");
        }
    }
    return true;
}

static bool read_profiles(struct unit_reader *reader, size_t row, size_t n, uint32_t *out)
{
    bool coded = true;
    for (size_t k = 0; k < reader->columns->d; k++) {
        reader->column[k].n_bad = 0;
        if (!read_feature(reader, &reader->column[k], row, n)) {
            return false;
        }
        coded = coded && reader->column[k].coded;
    }
    return coded ? profiles_by_key(reader, row, n, out)
                 : profiles_by_value(reader, row, n, out);
}

/* ---- times and accounts ---- */

static uint32_t int_id(struct unit_reader *reader, struct column *column,
                       struct unit_texts *texts, int64_t value)
{
    const size_t at = ((uint64_t)value * UINT64_C(0x9e3779b97f4a7c15)) >> 52;
    struct number_cache *cache = column->cache;
    if (cache->id[at] == DICT_NONE || cache->value[at] != value) {
        char room[MEANING_ROOM];
        struct span text;
        if (column->is->meaning.kind == MEANING_DOUBLE) {
            double number;
            memcpy(&number, &value, sizeof number);
            text = meaning_double_text(number, room);
        } else {
            text = meaning_int_text(&column->is->meaning, value, room);
        }
        cache->value[at] = value;
        cache->id[at] = unit_add_text(reader->unit, texts, text);
    }
    return cache->id[at];
}

/* The id of a text in the dictionary, which a row has for the first time. */
static uint32_t code_id(struct unit_reader *reader, struct column *column,
                        struct unit_texts *texts, uint32_t code)
{
    char room[MEANING_ROOM];
    column->ids[code] =
        is_bytes(column)
            ? unit_add_text(reader->unit, texts,
                            meaning_text(&column->is->meaning, column->texts[code], room))
            : int_id(reader, column, texts, column->ints[code]);
    return column->ids[code];
}

/* Rows by their ids in the dictionary; `rejected` (n) of profiles are not taken in. */
static bool ids_by_code(struct unit_reader *reader, struct column *column,
                        struct unit_texts *texts, size_t n, const uint32_t *profiles,
                        uint32_t *out)
{
    const uint32_t none = (uint32_t)column->n_dictionary;
    for (size_t i = 0; i < n; i++) {
        uint32_t code = column->codes[i];
        out[i] = DICT_NONE;
        if (profiles[i] == DICT_NONE) {
            continue;
        }
        if (code != none) {
            out[i] = column->ids[code];
        }
        if (out[i] == DICT_NONE) {
            out[i] = code == none ? unit_add_null(reader->unit, texts)
                                  : code_id(reader, column, texts, code);
            if (out[i] == DICT_NONE) {
                return false;
            }
        }
    }
    return true;
}

static bool ids_by_value(struct unit_reader *reader, struct column *column,
                         struct unit_texts *texts, size_t n, size_t n_values,
                         const uint32_t *profiles, uint32_t *out)
{
    char room[MEANING_ROOM];
    int64_t *ints = (int64_t *)reader->scratch;
    struct span text;
    bool bytes = is_bytes(column), nomem = false;
    size_t value = 0;
    if (!bytes && !(meaning_is_int(&column->is->meaning)
                        ? values_ints(&column->chunk.values, ints, n_values)
                        : values_doubles(&column->chunk.values, (double *)ints, n_values))) {
        return too_few(column, false, reader->status);
    }
    for (size_t i = 0; i < n; i++) {
        bool there = !reader->missing[i];
        if (there && bytes && !values_text(&column->chunk.values, &text, &nomem)) {
            return too_few(column, nomem, reader->status);
        }
        if (profiles[i] == DICT_NONE) {
            out[i] = DICT_NONE;
        } else if (!there) {
            out[i] = unit_add_null(reader->unit, texts);
        } else if (bytes) {
            out[i] = unit_add_text(reader->unit, texts,
                                   meaning_text(&column->is->meaning, text, room));
        } else {
            out[i] = int_id(reader, column, texts, ints[value]);
        }
        value += there;
        if (out[i] == DICT_NONE && reader->unit->status.code != STATUS_OK) {
            return false;
        }
    }
    return true;
}

static bool constant_ids(struct unit_reader *reader, const struct column *column,
                         struct unit_texts *texts, size_t n, const uint32_t *profiles,
                         uint32_t *out)
{
    const struct part_key *key = &reader->unit->place.part->keys[column->is->key];
    for (size_t i = 0; i < n; i++) {
        out[i] = DICT_NONE;
        if (profiles[i] != DICT_NONE) {
            out[i] =
                i > 0 && out[i - 1] != DICT_NONE
                    ? out[i - 1]
                    : unit_add_text(reader->unit, texts, (struct span){key->text, key->length});
            if (out[i] == DICT_NONE) {
                return false;
            }
        }
    }
    return true;
}

static bool read_texts(struct unit_reader *reader, size_t index, struct unit_texts *texts,
                       size_t n, const uint32_t *profiles, uint32_t *out)
{
    struct column *column = &reader->column[index];
    struct chunk *chunk = &column->chunk;
    if (column->is->constant && !constant_ids(reader, column, texts, n, profiles, out)) {
        return false;
    }
    for (size_t done = column->is->constant ? n : 0; done < n;) {
        size_t got, n_values;
        bool good = chunk_next(chunk, n - done, &got, reader->missing, &n_values);
        if (good && chunk->coded) {
            good = chunk_codes(chunk, column->codes, n_values);
            if (good) {
                spread_codes(column->codes, reader->missing, got, n_values,
                             (uint32_t)column->n_dictionary);
                good = ids_by_code(reader, column, texts, got, profiles + done, out + done);
            }
        } else if (good) {
            good =
                ids_by_value(reader, column, texts, got, n_values, profiles + done, out + done);
        }
        if (!good) {
            return false;
        }
        done += got;
    }
    for (size_t i = 0; i < n && texts->any_missing; i++) {
        texts->n_missing += profiles[i] != DICT_NONE && texts->missing[out[i]];
    }
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
        if (!read_profiles(reader, row, n, profiles) ||
            (columns->time != SIZE_MAX &&
             !read_texts(reader, columns->time, &unit->times, n, profiles, rows->times + to)) ||
            (columns->user != SIZE_MAX &&
             !read_texts(reader, columns->user, &unit->users, n, profiles, rows->users + to))) {
            return false;
        }
        row += n;
    }
    return true;
}

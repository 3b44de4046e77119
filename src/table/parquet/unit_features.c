#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "table/parquet/reader_internal.h"
#include "table/printable.h"

/* ---- features ---- */

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
    const bool text = !column->is->constant && column_is_bytes(column);
    for (size_t i = from; i < to; i++) {
        column->values[i] = column->numbers[column->codes[i]];
        if (text && column_is_bad(column->values[i])) {
            note_bad(column, row + i, column->texts[column->codes[i]]);
        }
    }
}

/* The numbers of a stretch of values, which begins at `done`. */
static bool read_values(struct unit_reader *reader, struct column *column, size_t row,
                        size_t done, size_t n, size_t n_values)
{
    const struct meaning *meaning = &column->is->meaning;
    double *to = column->values + done;
    bool nomem = false;
    if (!column_is_bytes(column)) {
        bool ints = meaning_is_int(meaning);
        if (!(ints ? values_ints(&column->chunk.values, (int64_t *)reader->scratch, n_values)
                   : values_doubles(&column->chunk.values, to, n_values))) {
            return column_too_few(column, false, reader->status);
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
            return column_too_few(column, nomem, reader->status);
        }
        double value = NAN;
        enum number_kind kind = meaning_number(meaning, text, &value);
        if (kind == NUMBER_BAD) {
            to[i] = column_bad_number();
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
            column_spread_codes(column->codes + done, reader->missing, got, n_values, none);
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
            if (column_is_bad(vector[k])) {
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

/* Whether a row can be taken, and its vector made clean; else it is rejected. */
static bool accept(struct unit_reader *reader, size_t row, double *vector, bool *marked)
{
    size_t bad = clean(reader, vector, marked);
    if (bad < reader->columns->d) {
        unit_reject(reader->unit, row, bad, bad_text(&reader->column[bad], row));
        return false;
    }
    if (*marked) {
        count_marks(reader->unit, vector, reader->columns->d, 1);
    }
    return true;
}

/* The profile of a vector, by its hash: one that has the hash of another is on its own. */
static uint32_t profile_by_hash(struct unit_reader *reader, size_t row, const double *vector,
                                uint64_t hash)
{
    bool fresh;
    struct unit *unit = reader->unit;
    const size_t d = reader->columns->d;
    struct key_entry *entry = key_map_find(reader->hashes, hash, hash, &fresh);
    if (!fresh && memcmp(unit->vectors + entry->profile * d, vector, d * sizeof *vector) == 0) {
        return entry->profile;
    }
    const uint32_t id = unit_add_profile(unit, vector, hash, row);
    if (fresh) {
        entry->profile = id;
    }
    return id;
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
    if (!key_map_reserve(reader->hashes, n, reader->status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool marked;
        double *vector = reader->vectors + i * d;
        out[i] = accept(reader, row + i, vector, &marked) ? 0 : DICT_NONE;
        reader->key[i] = profile_set_hash_of(vector, d);
    }
    for (size_t i = 0; i < n; i++) {
        key_map_prefetch(reader->hashes, reader->key, i, n);
        if (out[i] != DICT_NONE) {
            out[i] = profile_by_hash(reader, row + i, reader->vectors + i * d, reader->key[i]);
            if (out[i] == DICT_NONE) {
                return false;
            }
            unit->counts[out[i]]++;
        }
    }
    return true;
}

/* The vector of a row, by way of the dictionaries. */
static void vector_of(const struct unit_reader *reader, size_t i, double *vector)
{
    for (size_t k = 0; k < reader->columns->d; k++) {
        vector[k] = reader->column[k].numbers[reader->column[k].codes[i]];
    }
}

static bool add_key(struct unit_reader *reader, size_t row, size_t i, struct key_entry *entry)
{
    double vector[TABLE_FEATURES_MAX];
    vector_of(reader, i, vector);
    if (!accept(reader, row + i, vector, &entry->marked)) {
        entry->profile = DICT_NONE;
        return true;
    }
    entry->profile = unit_add_profile(reader->unit, vector,
                                      profile_set_hash_of(vector, reader->columns->d), row + i);
    return entry->profile != DICT_NONE;
}

/* A row like one before of which a value is missing or infinite is counted, too. */
static void count_again(struct unit_reader *reader, size_t i)
{
    double vector[TABLE_FEATURES_MAX];
    vector_of(reader, i, vector);
    count_marks(reader->unit, vector, reader->columns->d, 1);
}

/* Puts codes beside those that are in the keys; in steps of a fixed length, which the compiler
 * does side by side. */
static void add_codes(uint64_t *restrict keys, const uint32_t *restrict codes, unsigned shift,
                      size_t n)
{
    enum { STEP = 8 };
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        for (size_t k = 0; k < STEP; k++) {
            keys[i + k] |= (uint64_t)codes[i + k] << shift;
        }
    }
    for (; i < n; i++) {
        keys[i] |= (uint64_t)codes[i] << shift;
    }
}

/* Rows by the ids of their features, side by side. */
static bool profiles_by_key(struct unit_reader *reader, size_t row, size_t n, uint32_t *out)
{
    struct unit *unit = reader->unit;
    unsigned shift = 0;
    memset(reader->key, 0, n * sizeof *reader->key);
    for (size_t k = 0; k < reader->columns->d; k++) {
        const struct column *column = &reader->column[k];
        if (column->bits > 0) {
            add_codes(reader->key, column->codes, shift, n);
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

bool unit_read_profiles(struct unit_reader *reader, size_t row, size_t n, uint32_t *out)
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

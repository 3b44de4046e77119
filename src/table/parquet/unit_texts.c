#include <string.h>

#include "base/mem.h"
#include "table/parquet/reader_internal.h"

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
    if (column->is->meaning.kind == MEANING_TEXT && texts == &reader->unit->users) {
        column->ids[code] = unit_add_borrowed(reader->unit, texts, column->texts[code]);
        return column->ids[code];
    }
    column->ids[code] =
        column_is_bytes(column)
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

/* Accounts as they stand in the page, looked up in groups: each look waits for memory. */
static bool ids_by_group(struct unit_reader *reader, struct column *column,
                         struct unit_texts *texts, size_t n, const uint32_t *profiles,
                         uint32_t *out)
{
    struct span text[DICT_GROUP];
    uint64_t hash[DICT_GROUP];
    uint32_t id[DICT_GROUP], row[DICT_GROUP];
    bool nomem = false;
    for (size_t i = 0; i < n;) {
        size_t group = 0;
        for (; i < n && group < DICT_GROUP; i++) {
            out[i] = DICT_NONE;
            if (reader->missing[i]) {
                if (profiles[i] != DICT_NONE &&
                    (out[i] = unit_add_null(reader->unit, texts)) == DICT_NONE) {
                    return false;
                }
                continue;
            }
            if (!values_text(&column->chunk.values, &text[group], &nomem)) {
                return column_too_few(column, nomem, reader->status);
            }
            if (profiles[i] != DICT_NONE) {
                hash[group] = dict_hash(text[group]);
                row[group++] = (uint32_t)i;
            }
        }
        dict_find_group(texts->dict, text, hash, group, id);
        for (size_t k = 0; k < group; k++) {
            out[row[k]] = id[k] != DICT_NONE ? texts->of_dict[id[k]]
                                             : unit_add_text(reader->unit, texts, text[k]);
            if (out[row[k]] == DICT_NONE) {
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
    bool bytes = column_is_bytes(column), nomem = false;
    size_t value = 0;
    if (column->is->meaning.kind == MEANING_TEXT && texts == &reader->unit->users &&
        column->chunk.values.encoding != PARQUET_DELTA_STRINGS &&
        column->chunk.values.encoding != PARQUET_BYTE_STREAM_SPLIT) {
        return ids_by_group(reader, column, texts, n, profiles, out);
    }
    if (!bytes && !(meaning_is_int(&column->is->meaning)
                        ? values_ints(&column->chunk.values, ints, n_values)
                        : values_doubles(&column->chunk.values, (double *)ints, n_values))) {
        return column_too_few(column, false, reader->status);
    }
    for (size_t i = 0; i < n; i++) {
        bool there = !reader->missing[i];
        if (there && bytes && !values_text(&column->chunk.values, &text, &nomem)) {
            return column_too_few(column, nomem, reader->status);
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

bool unit_read_texts(struct unit_reader *reader, size_t index, struct unit_texts *texts,
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
                column_spread_codes(column->codes, reader->missing, got, n_values,
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

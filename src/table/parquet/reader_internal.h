/* reader_internal: what the files that read a unit share. Only they include it.
 *
 * All columns are read in step, CHUNK_STRETCH rows at a time. A feature comes as ids in its
 * dictionary, of which the numbers are made once, or as numbers; where all come as ids, rows
 * are looked up by them. A time or an account becomes an id of the unit: of its dictionary's
 * texts only those are taken that rows have, in the order in which they have them.
 */
#ifndef ODDHOURS_TABLE_PARQUET_READER_INTERNAL_H
#define ODDHOURS_TABLE_PARQUET_READER_INTERNAL_H

#include "table/parquet/chunk.h"
#include "table/parquet/key_map.h"
#include "table/parquet/unit_internal.h"

enum { UNIT_CACHE = 1 << 12 };

/* Of numbers that are times or accounts, the ids of some. */
struct number_cache {
    int64_t value[UNIT_CACHE];
    uint32_t id[UNIT_CACHE]; /* DICT_NONE: empty */
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
    struct column *column;  /* (columns->n) */
    struct key_map *keys;   /* profiles of the unit by the ids of their features */
    struct key_map *hashes; /* by the hashes of their values */
    bool keyed;             /* the features' ids fit in a key */
    uint64_t *key;          /* (CHUNK_STRETCH) */
    double *vectors;        /* (CHUNK_STRETCH, d) */
    uint64_t *scratch;      /* (CHUNK_STRETCH) */
    uint8_t *missing;       /* (CHUNK_STRETCH) */
    struct unit *unit;
    struct status *status; /* unit->status */
};

/* Whether the values are bytes. */
static inline bool column_is_bytes(const struct column *column)
{
    return !meaning_is_int(&column->is->meaning) && column->is->meaning.kind != MEANING_DOUBLE;
}

/* What a text that is no number becomes among numbers: a NaN that nothing else is. */
static inline double column_bad_number(void)
{
    const uint64_t bits = UINT64_C(0x7ff8dead0badf00d);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline bool column_is_bad(double value)
{
    const double bad = column_bad_number();
    return memcmp(&value, &bad, sizeof value) == 0;
}

/* Moves the values of n_values rows apart so that all n have theirs. */
static inline void column_spread_codes(uint32_t *codes, const uint8_t *missing, size_t n,
                                       size_t n_values, uint32_t none)
{
    for (size_t i = n; i-- > 0 && n_values <= i;) {
        codes[i] = missing[i] ? none : codes[--n_values];
    }
}

/* A page ended too early, or memory ran out. Returns false. */
static inline bool column_too_few(const struct column *column, bool nomem,
                                  struct status *status)
{
    return nomem ? status_nomem(status, 0, "a string")
                 : chunk_refuse(&column->chunk, "a page has fewer values than rows");
}

/* unit_features.c: the profiles of the next n rows, the first of which is row `row` of the
 * unit; DICT_NONE for one that is rejected. */
bool unit_read_profiles(struct unit_reader *reader, size_t row, size_t n, uint32_t *out);

/* unit_texts.c: the ids of their times or accounts, as column `index` has them; DICT_NONE where
 * the row was rejected. */
bool unit_read_texts(struct unit_reader *reader, size_t index, struct unit_texts *texts,
                     size_t n, const uint32_t *profiles, uint32_t *out);

#endif

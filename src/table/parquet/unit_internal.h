/* unit_internal: what a unit and its reader share. Only they include it. */
#ifndef ODDHOURS_TABLE_PARQUET_UNIT_INTERNAL_H
#define ODDHOURS_TABLE_PARQUET_UNIT_INTERNAL_H

#include "table/parquet/unit.h"

enum { UNIT_SHOWN = 48 }; /* bytes of a text that is no number, as it is reported */

/* The texts of a column, by ids of the unit. */
struct unit_texts {
    struct dict *dict;
    bool *missing; /* (by id) it is one of the texts for nothing */
    size_t missing_room;
    bool any_missing;
    uint32_t null_id;   /* of rows without a value; DICT_NONE: there were none */
    uint64_t n_missing; /* rows */
    uint32_t *map;      /* (by id) ids in the table */
    uint64_t *hashes;   /* (by id) */
    size_t map_room, hashes_room;
};

struct unit_reject {
    size_t row, feature; /* of the unit */
    char text[UNIT_SHOWN];
};

struct unit {
    const struct unit_columns *columns;
    struct unit_place place;
    struct status status;
    struct unit_texts times, users;
    struct profile_set *profiles;
    uint32_t *counts, *first; /* (by id) copies, and the first row of the unit */
    uint32_t *map;            /* (by id) ids in the table */
    uint64_t *hashes;         /* (by id) */
    size_t counts_room, first_room, map_room, hashes_room;
    uint64_t *missing, *infinite; /* (d) */
    size_t rejected, n_rejects;
    struct unit_reject rejects[TABLE_REJECTS_KEPT];
};

/* The id of a text, of a row without one, of a feature vector that was cleaned; DICT_NONE
 * without memory. */
uint32_t unit_add_text(struct unit *unit, struct unit_texts *texts, struct span text);
uint32_t unit_add_null(struct unit *unit, struct unit_texts *texts);
uint32_t unit_add_profile(struct unit *unit, const double *values, size_t row);

/* Rejects a row for a feature that is no number; `text` is printable. */
void unit_reject(struct unit *unit, size_t row, size_t feature, const char *text);

/* unit_reader.c: reads the rows of unit->place; false with unit->status. */
bool unit_reader_read(struct unit_reader *reader, struct unit *unit, int fd,
                      const struct unit_rows *rows, const struct progress *progress);

#endif

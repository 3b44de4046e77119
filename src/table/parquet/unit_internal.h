/* unit_internal: what a unit and its reader share. Only they include it. */
#ifndef ODDHOURS_TABLE_PARQUET_UNIT_INTERNAL_H
#define ODDHOURS_TABLE_PARQUET_UNIT_INTERNAL_H

#include "table/parquet/unit.h"

enum { UNIT_SHOWN = 48 }; /* bytes of a text that is no number, as it is reported */

/* The texts of a column, by ids of the unit. One may be there twice: a dictionary of the file
 * is taken at its word. */
struct unit_texts {
    struct span *entries; /* (n) borrowed until unit_read() is done; bytes NULL: a text of dict,
                           * and length its id. Of one that is kept only the length counts */
    bool *missing;        /* (n) it is one of the texts for nothing */
    size_t n, entries_room, missing_room;
    bool any_missing;
    struct dict *dict; /* of those that no dictionary of the file holds */
    uint32_t *of_dict; /* (dict_count(dict)) their ids */
    size_t of_dict_room;
    uint32_t null_id;   /* of rows without a value; DICT_NONE: there were none */
    uint64_t n_missing; /* rows */
    uint32_t *map;      /* (n) ids in the table */
    uint64_t *hashes;   /* (n) */
    size_t map_room, hashes_room;
    char *kept; /* (n_kept) those that the table does not have, one behind the other */
    size_t n_kept, kept_room;
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
    double *vectors;          /* (n_profiles, d) */
    uint64_t *hashes;         /* (n_profiles) */
    uint32_t *counts, *first; /* (n_profiles) copies, and the first row of the unit */
    uint32_t *map;            /* (n_profiles) ids in the table */
    size_t n_profiles, profiles_room, map_room;
    uint64_t *missing, *infinite; /* (d) */
    size_t rejected, n_rejects;
    struct unit_reject rejects[TABLE_REJECTS_KEPT];
};

/* The id of a text, which is copied; of one that stays until the unit is read, and is not
 * looked up; of a row without one. DICT_NONE without memory. */
uint32_t unit_add_text(struct unit *unit, struct unit_texts *texts, struct span text);
uint32_t unit_add_borrowed(struct unit *unit, struct unit_texts *texts, struct span text);
uint32_t unit_add_null(struct unit *unit, struct unit_texts *texts);

/* A feature vector that was cleaned, by its profile_set_hash(); the same. */
uint32_t unit_add_profile(struct unit *unit, const double *values, uint64_t hash, size_t row);

/* Rejects a row for a feature that is no number; `text` is printable. */
void unit_reject(struct unit *unit, size_t row, size_t feature, const char *text);

/* unit_reader.c: reads the rows of unit->place; false with unit->status. */
bool unit_reader_read(struct unit_reader *reader, struct unit *unit, int fd,
                      const struct unit_rows *rows, const struct progress *progress);

#endif

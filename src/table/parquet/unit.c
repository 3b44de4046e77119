#include "table/parquet/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "table/number.h"
#include "table/parquet/unit_internal.h"
#include "table/printable.h"

static const char what[] = "rows being read";

/* ---- units ---- */

struct unit *unit_new(const struct unit_columns *columns, struct status *status)
{
    struct unit *unit = mem_zero(1, sizeof *unit, what, status);
    if (unit == NULL) {
        return NULL;
    }
    unit->columns = columns;
    unit->times.dict = dict_new(status);
    unit->users.dict = unit->times.dict != NULL ? dict_new(status) : NULL;
    unit->missing = mem_zero(2 * columns->d, sizeof *unit->missing, what, status);
    if (unit->users.dict == NULL || unit->missing == NULL) {
        unit_free(unit);
        return NULL;
    }
    unit->infinite = unit->missing + columns->d;
    return unit;
}

static void clear_texts(struct unit_texts *texts)
{
    dict_free(texts->dict);
    free(texts->entries);
    free(texts->of_dict);
    free(texts->missing);
    free(texts->kept);
    free(texts->map);
    free(texts->hashes);
}

void unit_free(struct unit *unit)
{
    if (unit != NULL) {
        clear_texts(&unit->times);
        clear_texts(&unit->users);
        free(unit->vectors);
        free(unit->counts);
        free(unit->first);
        free(unit->map);
        free(unit->hashes);
        free(unit->missing);
        free(unit);
    }
}

const struct status *unit_status(const struct unit *unit)
{
    return &unit->status;
}

size_t unit_rejected(const struct unit *unit)
{
    return unit->rejected;
}

static void empty_texts(struct unit_texts *texts)
{
    dict_clear(texts->dict);
    texts->n = 0;
    texts->n_kept = 0;
    texts->null_id = DICT_NONE;
    texts->any_missing = false;
    texts->n_missing = 0;
}

static void empty(struct unit *unit, const struct unit_place *place)
{
    unit->place = *place;
    unit->status = (struct status){.code = STATUS_OK};
    empty_texts(&unit->times);
    empty_texts(&unit->users);
    unit->n_profiles = 0;
    unit->rejected = unit->n_rejects = 0;
    memset(unit->missing, 0, 2 * unit->columns->d * sizeof *unit->missing);
}

uint32_t unit_add_borrowed(struct unit *unit, struct unit_texts *texts, struct span text)
{
    const size_t need = texts->n + 1;
    if (!mem_grow(&texts->entries, &texts->entries_room, need, sizeof *texts->entries, what,
                  &unit->status) ||
        !mem_grow(&texts->missing, &texts->missing_room, need, sizeof *texts->missing, what,
                  &unit->status)) {
        return DICT_NONE;
    }
    const uint32_t id = (uint32_t)texts->n++;
    texts->entries[id] = text;
    texts->missing[id] = number_missing(text);
    texts->any_missing = texts->any_missing || texts->missing[id];
    return id;
}

uint32_t unit_add_text(struct unit *unit, struct unit_texts *texts, struct span text)
{
    const size_t before = dict_count(texts->dict);
    uint32_t in_dict = dict_add(texts->dict, text.bytes, text.length, &unit->status);
    if (in_dict == DICT_NONE || in_dict < before) {
        return in_dict == DICT_NONE ? DICT_NONE : texts->of_dict[in_dict];
    }
    if (!mem_grow(&texts->of_dict, &texts->of_dict_room, before + 1, sizeof *texts->of_dict,
                  what, &unit->status)) {
        return DICT_NONE;
    }
    const uint32_t id = unit_add_borrowed(unit, texts, text);
    if (id !=
        DICT_NONE) { /* the dictionary may move its text: it is asked when all are there */
        texts->entries[id] = (struct span){NULL, in_dict};
    }
    texts->of_dict[in_dict] = id;
    return id;
}

uint32_t unit_add_null(struct unit *unit, struct unit_texts *texts)
{
    if (texts->null_id == DICT_NONE) {
        texts->null_id = unit_add_text(unit, texts, (struct span){"", 0});
    }
    return texts->null_id;
}

uint32_t unit_add_profile(struct unit *unit, const double *values, uint64_t hash, size_t row)
{
    const size_t need = unit->n_profiles + 1, d = unit->columns->d;
    if (need > unit->profiles_room) {
        size_t room = unit->profiles_room, rooms[4] = {room, room, room, room};
        if (!mem_grow(&unit->vectors, &rooms[0], need, d * sizeof *values, what,
                      &unit->status) ||
            !mem_grow(&unit->hashes, &rooms[1], need, sizeof *unit->hashes, what,
                      &unit->status) ||
            !mem_grow(&unit->counts, &rooms[2], need, sizeof *unit->counts, what,
                      &unit->status) ||
            !mem_grow(&unit->first, &rooms[3], need, sizeof *unit->first, what,
                      &unit->status)) {
            return DICT_NONE;
        }
        for (size_t i = 0; i < 4; i++) {
            room = i == 0 || rooms[i] < room ? rooms[i] : room;
        }
        unit->profiles_room = room;
    }
    const uint32_t id = (uint32_t)unit->n_profiles++;
    memcpy(unit->vectors + id * d, values, d * sizeof *values);
    unit->hashes[id] = hash;
    unit->counts[id] = 0;
    unit->first[id] = (uint32_t)row;
    return id;
}

void unit_reject(struct unit *unit, size_t row, size_t feature, const char *text)
{
    if (unit->n_rejects < TABLE_REJECTS_KEPT) {
        struct unit_reject *reject = &unit->rejects[unit->n_rejects++];
        reject->row = row;
        reject->feature = feature;
        snprintf(reject->text, sizeof reject->text, "%s", text);
    }
    unit->rejected++;
}

/* ---- into the table ---- */

static struct span text_of(const struct unit_texts *texts, size_t id)
{
    const struct span *entry = &texts->entries[id];
    return entry->bytes == NULL ? dict_get(texts->dict, (uint32_t)entry->length) : *entry;
}

/* Keeps the text of an account that the table does not have: the reader goes on to other rows.
 */
static bool keep_text(struct unit *unit, struct unit_texts *texts, size_t id, struct span text)
{
    if (!mem_grow(&texts->kept, &texts->kept_room, texts->n_kept + text.length, 1, what,
                  &unit->status)) {
        return false;
    }
    if (text.length > 0) {
        memcpy(texts->kept + texts->n_kept, text.bytes, text.length);
    }
    texts->entries[id].length = text.length;
    texts->n_kept += text.length;
    return true;
}

/* What the table knows already, looked up while other units are read. */
static bool find_users(struct unit *unit, struct table_builder *builder)
{
    struct unit_texts *users = &unit->users;
    const struct dict *known = table_builder_users(builder);
    if (!mem_grow(&users->map, &users->map_room, users->n, sizeof *users->map, what,
                  &unit->status) ||
        !mem_grow(&users->hashes, &users->hashes_room, users->n, sizeof *users->hashes, what,
                  &unit->status)) {
        return false;
    }
    for (size_t i = 0; i < users->n; i += DICT_GROUP) {
        struct span texts[DICT_GROUP];
        size_t group = users->n - i < DICT_GROUP ? users->n - i : DICT_GROUP;
        for (size_t k = 0; k < group; k++) {
            texts[k] = text_of(users, i + k);
            users->hashes[i + k] = dict_hash(texts[k]);
        }
        dict_find_group(known, texts, users->hashes + i, group, users->map + i);
        for (size_t k = 0; k < group; k++) {
            if (users->map[i + k] == DICT_NONE && !keep_text(unit, users, i + k, texts[k])) {
                return false;
            }
        }
    }
    return true;
}

static bool find_profiles(struct unit *unit, struct table_builder *builder)
{
    if (!mem_grow(&unit->map, &unit->map_room, unit->n_profiles, sizeof *unit->map, what,
                  &unit->status)) {
        return false;
    }
    profile_set_find_many(table_builder_profiles(builder), unit->vectors, unit->hashes,
                          unit->n_profiles, unit->map);
    return true;
}

void unit_read(struct unit *unit, struct unit_reader *reader, const struct unit_place *place,
               const struct unit_rows *rows, struct table_builder *builder,
               const struct progress *progress)
{
    empty(unit, place);
    int fd = part_open(place->part, &unit->status);
    if (fd < 0) {
        return;
    }
    bool good = unit_reader_read(reader, unit, fd, rows, progress);
    close(fd);
    if (good && unit->columns->user != SIZE_MAX) {
        good = find_users(unit, builder);
    }
    if (good) {
        find_profiles(unit, builder);
    }
}

static bool resolve_times(struct unit *unit, struct table_builder *builder,
                          struct status *status)
{
    struct unit_texts *times = &unit->times;
    if (!mem_grow(&times->map, &times->map_room, times->n, sizeof *times->map, what, status)) {
        return false;
    }
    for (size_t i = 0; i < times->n; i++) {
        times->map[i] = table_builder_time(builder, text_of(times, i), status);
        if (times->map[i] == DICT_NONE) {
            return false;
        }
    }
    return true;
}

static bool resolve_users(struct unit *unit, struct table_builder *builder,
                          struct status *status)
{
    struct unit_texts *users = &unit->users;
    struct dict *known = table_builder_users(builder);
    const char *kept = users->kept != NULL ? users->kept : ""; /* NULL: all are known */
    for (size_t i = 0; i < users->n; i++) {
        if (users->map[i] == DICT_NONE) {
            const size_t length = users->entries[i].length;
            users->map[i] =
                dict_add_hashed(known, (struct span){kept, length}, users->hashes[i], status);
            kept += length;
            if (users->map[i] == DICT_NONE) {
                return false;
            }
        }
    }
    return true;
}

static bool resolve_profiles(struct unit *unit, struct table_builder *builder,
                             struct status *status)
{
    enum { AHEAD = 16 };
    struct profile_set *known = table_builder_profiles(builder);
    const size_t n = unit->n_profiles, d = unit->columns->d;
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            if (unit->map[i + AHEAD] == DICT_NONE) {
                profile_set_prefetch(known, unit->hashes[i + AHEAD]);
            } else {
                profile_set_prefetch_copies(known, unit->map[i + AHEAD]);
            }
        }
        if (unit->map[i] == DICT_NONE) {
            unit->map[i] =
                profile_set_add_hashed(known, unit->vectors + i * d, unit->hashes[i], status);
            if (unit->map[i] == DICT_NONE) {
                return false;
            }
        }
        profile_set_add_copies(known, unit->map[i], unit->counts[i],
                               (uint32_t)(unit->place.row + unit->first[i]));
    }
    return true;
}

static void resolve_report(const struct unit *unit, struct read_report *report)
{
    const struct unit_columns *columns = unit->columns;
    for (size_t i = 0; i < unit->n_rejects && report->n_rejects < TABLE_REJECTS_KEPT; i++) {
        const struct unit_reject *from = &unit->rejects[i];
        struct reject *reject = &report->rejects[report->n_rejects++];
        const char *name = columns->names[from->feature];
        char shown[40];
        reject->line = unit->place.line + from->row + 1;
        snprintf(reject->reason, sizeof reject->reason, "%.40s%s%s is no number: '%s'",
                 unit->place.file != NULL ? unit->place.file : "",
                 unit->place.file != NULL ? ": " : "",
                 printable(shown, sizeof shown, (struct span){name, strlen(name)}), from->text);
    }
    report->rejected += unit->rejected;
    report->lines += unit->place.n;
    report->missing_time += unit->times.n_missing;
    report->missing_user += unit->users.n_missing;
    for (size_t i = 0; i < columns->d; i++) {
        report->missing[i] += unit->missing[i];
        report->infinite[i] += unit->infinite[i];
    }
}

/* Many vectors are not kept until the unit is read into again. */
static void release_profiles(struct unit *unit)
{
    enum { FEW = 1 << 14 };
    if (unit->profiles_room > FEW) {
        free(unit->vectors);
        free(unit->hashes);
        free(unit->counts);
        free(unit->first);
        unit->vectors = NULL;
        unit->hashes = NULL;
        unit->counts = unit->first = NULL;
        unit->profiles_room = 0;
    }
}

bool unit_resolve(struct unit *unit, struct table_builder *builder, struct status *status)
{
    if ((unit->columns->time != SIZE_MAX && !resolve_times(unit, builder, status)) ||
        (unit->columns->user != SIZE_MAX && !resolve_users(unit, builder, status)) ||
        !resolve_profiles(unit, builder, status)) {
        return false;
    }
    resolve_report(unit, table_builder_report(builder));
    release_profiles(unit);
    return true;
}

static void map_ids(uint32_t *ids, const uint32_t *map, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ids[i] = map[ids[i]];
    }
}

static void map_some(uint32_t *ids, const uint32_t *map, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ids[i] = ids[i] == DICT_NONE ? DICT_NONE : map[ids[i]];
    }
}

void unit_map(const struct unit *unit, const struct unit_rows *rows)
{
    const size_t row = unit->place.row, n = unit->place.n;
    void (*map)(uint32_t *, const uint32_t *, size_t) = unit->rejected > 0 ? map_some : map_ids;
    if (rows->times != NULL) {
        map(rows->times + row, unit->times.map, n);
    }
    if (rows->users != NULL) {
        map(rows->users + row, unit->users.map, n);
    }
    map(rows->profiles + row, unit->map, n);
}

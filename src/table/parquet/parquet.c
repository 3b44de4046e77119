#define _GNU_SOURCE
#include "table/parquet/parquet.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/format.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/zone.h"
#include "table/builder.h"
#include "table/csv/column_names.h"
#include "table/csv/columns.h"
#include "table/csv/reading.h"
#include "table/input/input_list.h"
#include "table/input/raw.h"
#include "table/parquet/peek.h"
#include "table/parquet/unit.h"
#include "table/printable.h"

/* DESIGN. The footers of all files say where everything is before anything is read. The rows
 * are cut into units, a row group each or a piece of one, which go through in rounds: in a
 * round some units are read side by side (unit.h), while those of the round before get the
 * table's ids and the bytes of the files are hashed; between rounds what the units have found
 * is added to the table in the order of the files. */

enum {
    UNIT_CODED = 1 << 20, /* rows of a unit where features come by dictionaries: rows repeat */
    UNIT_PLAIN = 1 << 18, /* where they do not, and each may be one of its own */
    MOST_UNITS = 64,      /* in a round */
    PREVIEW_ROWS = 1000,
    SAMPLE_PIECES = 24,
    SAMPLE_ROWS = 4096, /* of a piece */
    HASH_BYTES = 1 << 20
};

struct loader {
    const struct csv_options *options;
    const struct reading *reading;
    struct parallel *parallel;
    const struct progress *progress;
    struct input_list list;
    struct part *parts; /* (list.n) */
    size_t n_parts;     /* looked at so far */
    struct columns columns;
    struct unit_columns unit_columns;
    locale_t c_locale;
    bool utc; /* the times are instants */
    uint64_t rows, file_bytes, column_bytes;
    /* units on their way */
    const struct unit_place *places;
    struct table_builder *builder;
    struct unit_rows to;
    struct unit_reader **readers; /* (threads) */
    struct unit *sets[2][MOST_UNITS];
    size_t n_units; /* of a set */
    struct unit **reading_units, **mapping_units;
    size_t n_reading, n_mapping, next;
    /* the bytes of the files */
    struct raw raw;
    bool hashing;
    size_t hashed_file;
    uint64_t hash_to, hashed;
    char *hash_room; /* (HASH_BYTES) */
    struct input_state state;
    enum input_change change;
    struct status hash_status;
};

/* ---- what is Parquet ---- */

static bool has_name(const char *path)
{
    static const char *const ends[] = {".parquet", ".parq", ".pq"};
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t n = strlen(ends[i]);
        if (length > n && ascii_same(path + length - n, ends[i], n)) {
            return true;
        }
    }
    return false;
}

bool parquet_recognise(const char *input, bool by_name)
{
    struct input_list list;
    bool found = false;
    if (!input_list_split(&list, input, NULL)) {
        return false;
    }
    for (size_t i = 0; i < list.n && !found; i++) {
        found = part_recognise(list.paths[i]) || (by_name && has_name(list.paths[i]));
    }
    input_list_clear(&list);
    return found;
}

/* ---- files and columns ---- */

static bool look_at_parts(struct loader *loader, const char *input, struct status *status)
{
    if (!input_list_split(&loader->list, input, status)) {
        return false;
    }
    loader->parts = mem_zero(loader->list.n, sizeof *loader->parts, "files", status);
    if (loader->parts == NULL) {
        return false;
    }
    for (size_t i = 0; i < loader->list.n; i++) {
        if (progress_cancelled(loader->progress)) {
            return status_cancelled(status);
        }
        loader->n_parts = i + 1;
        if (loader->list.n > 1 && !part_recognise(loader->list.paths[i]) &&
            !has_name(loader->list.paths[i])) {
            return status_set(status, STATUS_INPUT,
                              "'%.200s' is no Parquet file, and another one of the input is",
                              loader->list.paths[i]);
        }
        if (!part_look(&loader->parts[i], loader->list.paths[i], status)) {
            return false;
        }
        loader->rows += loader->parts[i].footer.rows;
        loader->file_bytes += loader->parts[i].size;
        if (loader->parts[i].footer.rows > TABLE_ROWS_MAX || loader->rows > TABLE_ROWS_MAX) {
            return status_set(status, STATUS_INPUT, "%s: more than %zu rows: split the table",
                              loader->parts[i].title, TABLE_ROWS_MAX);
        }
    }
    const char *title = loader->parts[0].title;
    if (loader->rows == 0) {
        return status_set(status, STATUS_INPUT, "%s has columns but no rows", title);
    }
    if (loader->rows > PARQUET_ROWS_FREE &&
        loader->rows / PARQUET_ROWS_BYTE > loader->file_bytes) {
        return status_set(status, STATUS_INPUT,
                          "%s says that it has %s rows in %s: more than %d rows a byte are "
                          "not read",
                          title, format_grouped(loader->rows).text,
                          format_bytes(loader->file_bytes).text, PARQUET_ROWS_BYTE);
    }
    return true;
}

/* A column that is asked for by its name and is nested. */
static bool refuse_nested(const struct loader *loader, const char *name, struct status *status)
{
    const struct part *part = &loader->parts[0];
    struct span wanted = column_names_trimmed((struct span){name, strlen(name)});
    const char *dot = memchr(wanted.bytes, '.', wanted.length);
    struct span outer = {wanted.bytes, dot != NULL ? (size_t)(dot - wanted.bytes) : 0};
    char shown[64];
    if (!part_nested(part, wanted) && !(dot != NULL && part_nested(part, outer))) {
        return true;
    }
    return status_set(
        status, STATUS_INPUT,
        "%s, column %s: it is nested or repeated: only columns with a value a row "
        "are read",
        part->title, printable(shown, sizeof shown, wanted));
}

static bool find_columns(struct loader *loader, struct status *status)
{
    const struct csv_options *options = loader->options;
    const char *const *texts = (const char *const *)loader->reading->text;
    const bool named = options->features != NULL;
    const struct columns_wanted wanted = {
        .features = named ? options->features : table_default_features,
        .n = named ? options->n_features : TABLE_DEFAULT_FEATURES,
        .study = !named,
        .time = texts[READING_TIME],
        .user = texts[READING_USER],
        .not_text = true};
    const struct part *part = &loader->parts[0];
    struct span *names = NULL;
    struct layout layout = {.delimiter = ','};
    size_t n;
    bool good = columns_check(wanted.features, wanted.n, status) &&
                part_names(part, &names, &n, status);
    for (size_t i = 0; i < wanted.n && good; i++) {
        bool there =
            part_find(names, n,
                      column_names_trimmed((struct span){
                          wanted.features[i], strlen(wanted.features[i])})) != SIZE_MAX;
        good = there || refuse_nested(loader, wanted.features[i], status);
    }
    good = good && (wanted.time == NULL || refuse_nested(loader, wanted.time, status)) &&
           (wanted.user == NULL || refuse_nested(loader, wanted.user, status)) &&
           peek(&layout, part, names, n, status) &&
           columns_find(&loader->columns, names, n, &wanted, &layout, part->title, status);
    if (good) {
        const struct columns *columns = &loader->columns;
        struct unit_columns *unit = &loader->unit_columns;
        *unit = (struct unit_columns){.d = columns->d,
                                      .n = columns->d,
                                      .time = SIZE_MAX,
                                      .user = SIZE_MAX,
                                      .names = (const char *const *)columns->names};
        if (columns->time != COLUMN_NONE) {
            unit->time = unit->n++;
        }
        if (columns->user != COLUMN_NONE) {
            unit->user = unit->n++;
        }
    }
    peek_clear(&layout);
    free(names);
    return good;
}

/* ---- the columns in each file ---- */

static struct span name_of(const struct loader *loader, const struct span *names, size_t column)
{
    const struct columns *columns = &loader->columns;
    const size_t field = column < columns->d                   ? columns->feature[column]
                         : column == loader->unit_columns.time ? columns->time
                                                               : columns->user;
    return names[field];
}

static bool refuse_column(const struct part *part, struct span name, const char *what,
                          struct status *status)
{
    char shown[64];
    return status_set(status, STATUS_INPUT, "%s, column %s: %s", part->title,
                      printable(shown, sizeof shown, name), what);
}

/* The number that a folder's name gives all its rows. */
static bool find_constant(const struct loader *loader, const struct part *part,
                          struct part_column *column, struct span name, struct status *status)
{
    const struct part_key *key = &part->keys[column->key];
    const struct parquet_leaf text = {.type = PARQUET_BYTE_ARRAY};
    struct meaning meaning = meaning_of(&text, loader->c_locale);
    char what[96], shown[48];
    meaning.missing = loader->reading->text[READING_MISSING];
    enum number_kind kind =
        meaning_number(&meaning, (struct span){key->text, key->length}, &column->number);
    if (kind == NUMBER_BAD) {
        snprintf(what, sizeof what, "'%s' in the name of a folder is no number",
                 printable(shown, sizeof shown, (struct span){key->text, key->length}));
        return refuse_column(part, name, what, status);
    }
    column->number = kind == NUMBER_MISSING ? NAN : column->number;
    return true;
}

static size_t add_wanted(struct part *part, size_t leaf)
{
    for (size_t i = 0; i < part->n_wanted; i++) {
        if (part->wanted[i] == leaf) {
            return i;
        }
    }
    part->wanted[part->n_wanted] = leaf;
    return part->n_wanted++;
}

static bool find_column(struct loader *loader, struct part *part, const struct span *names,
                        size_t n, struct span name, size_t index, struct status *status)
{
    struct part_column *column = &part->columns[index];
    const bool feature = index < loader->unit_columns.d;
    const size_t at = part_find(names, n, name);
    size_t which;
    if (at == SIZE_MAX) {
        return refuse_column(part, name,
                             part_nested(part, name)
                                 ? "it is nested or repeated, and in another file it is not"
                                 : "it is not there, and in another file it is",
                             status);
    }
    column->constant = part_is_key(part, at, &which);
    if (column->constant) {
        column->key = which;
        return !feature || find_constant(loader, part, column, name, status);
    }
    const struct parquet_leaf *leaf = &part->footer.leaves[which].leaf;
    column->wanted = add_wanted(part, which);
    column->meaning = meaning_of(leaf, loader->c_locale);
    column->meaning.missing = loader->reading->text[READING_MISSING];
    if (loader->reading->decimal != '\0') {
        const char decimal = loader->reading->decimal;
        column->meaning.style = (struct number_style){decimal, decimal == ',' ? '.' : ','};
    }
    const char *what =
        feature ? meaning_no_number(&column->meaning) : meaning_no_text(&column->meaning);
    if (what != NULL) {
        char sentence[160];
        snprintf(sentence, sizeof sentence, "it holds %s, which cannot be a %s", what,
                 feature                              ? "feature"
                 : index == loader->unit_columns.time ? "time"
                                                      : "name of an account");
        return refuse_column(part, name, sentence, status);
    }
    bool instant = column->meaning.kind == MEANING_TIMESTAMP && column->meaning.utc;
    if (index == loader->unit_columns.time) {
        loader->utc = loader->utc || instant;
    }
    return true;
}

static bool find_in_part(struct loader *loader, struct part *part, const struct span *first,
                         struct status *status)
{
    const size_t n_columns = loader->unit_columns.n;
    struct span *names = NULL;
    size_t n;
    part->wanted = mem_new(n_columns, sizeof *part->wanted, "columns", status);
    part->columns = mem_zero(n_columns, sizeof *part->columns, "columns", status);
    bool good =
        part->wanted != NULL && part->columns != NULL && part_names(part, &names, &n, status);
    for (size_t i = 0; i < n_columns && good; i++) {
        good = find_column(loader, part, names, n, name_of(loader, first, i), i, status);
    }
    free(names);
    good = good && footer_find(&part->footer, part->wanted, part->n_wanted, SIZE_MAX,
                               part->title, &part->groups, status);
    for (size_t i = 0; i < part->groups.n && good; i++) {
        loader->column_bytes += part->groups.groups[i].bytes;
    }
    return good;
}

static bool find_in_parts(struct loader *loader, struct status *status)
{
    struct span *names = NULL;
    size_t n;
    bool good = part_names(&loader->parts[0], &names, &n, status);
    for (size_t i = 0; i < loader->n_parts && good; i++) {
        good = find_in_part(loader, &loader->parts[i], names, status);
    }
    free(names);
    return good;
}

/* ---- units ---- */

static bool all_coded(const struct loader *loader, const struct part *part, size_t group)
{
    for (size_t i = 0; i < loader->unit_columns.d; i++) {
        const struct part_column *column = &part->columns[i];
        if (!column->constant &&
            !part->groups.groups[group].chunks[column->wanted].has_dictionary) {
            return false;
        }
    }
    return true;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Rows of a unit at most; ODDHOURS_UNIT sets them, for tests. */
static size_t most_rows(const struct loader *loader, const struct part *part, size_t group)
{
    const char *wanted = getenv("ODDHOURS_UNIT");
    const long rows = wanted != NULL ? atol(wanted) : 0;
    return rows > 0 ? (size_t)rows : all_coded(loader, part, group) ? UNIT_CODED : UNIT_PLAIN;
}

/* The units of all files, in their order; for free(). */
static struct unit_place *place_units(const struct loader *loader, size_t *n_places,
                                      struct status *status)
{
    struct unit_place *places = NULL;
    size_t room = 0, row = 0;
    *n_places = 0;
    for (size_t i = 0; i < loader->n_parts; i++) {
        const struct part *part = &loader->parts[i];
        for (size_t g = 0; g < part->groups.n; g++) {
            const struct footer_group *group = &part->groups.groups[g];
            const size_t most = most_rows(loader, part, g);
            const uint64_t pieces = (group->rows + most - 1) / most;
            for (uint64_t k = 0; k < pieces; k++) {
                const uint64_t from = group->rows * k / pieces;
                const uint64_t to = group->rows * (k + 1) / pieces;
                if (!mem_grow(&places, &room, *n_places + 1, sizeof *places, "parts of a file",
                              status)) {
                    free(places);
                    return NULL;
                }
                places[(*n_places)++] = (struct unit_place){
                    .part = part,
                    .group = g,
                    .from = from,
                    .n = (size_t)(to - from),
                    .row = row,
                    .line = group->first_row + from,
                    .file = loader->n_parts > 1 ? base_name(part->path) : NULL};
                row += (size_t)(to - from);
            }
        }
    }
    return places;
}

static bool make_units(struct loader *loader, struct status *status)
{
    const unsigned threads = parallel_threads(loader->parallel);
    const size_t n = threads == 1 ? 1 : 2 * (size_t)threads;
    loader->n_units = n < MOST_UNITS ? n : MOST_UNITS;
    loader->readers = mem_zero(threads, sizeof *loader->readers, "readers", status);
    bool good = loader->readers != NULL;
    for (unsigned i = 0; i < threads && good; i++) {
        loader->readers[i] = unit_reader_new(&loader->unit_columns, status);
        good = loader->readers[i] != NULL;
    }
    for (size_t i = 0; i < 2 * loader->n_units && good; i++) {
        struct unit **unit = &loader->sets[i % 2][i / 2];
        *unit = unit_new(&loader->unit_columns, status);
        good = *unit != NULL;
    }
    return good;
}

/* Hashes the files up to a place in all of them. */
static void hash_some(struct loader *loader)
{
    struct status *status = &loader->hash_status;
    while (status->code == STATUS_OK && loader->hashed < loader->hash_to) {
        size_t got;
        if (progress_cancelled(loader->progress)) {
            status_cancelled(status);
        } else if (raw_read(&loader->raw, loader->hash_room, HASH_BYTES, &got, loader->progress,
                            status)) {
            loader->hashed += got;
            if (got == 0) { /* the end of a file */
                struct input_state state;
                enum input_change change = raw_change(&loader->raw, &state);
                loader->change = change > loader->change ? change : loader->change;
                if (loader->hashed_file == 0) {
                    loader->state = state;
                } else {
                    input_state_add(&loader->state, &state);
                }
                if (++loader->hashed_file == loader->list.n) {
                    return;
                }
                raw_next(&loader->raw, loader->list.paths[loader->hashed_file], status);
            }
        }
    }
}

/* Units are read by the first tasks, mapped by the next ones; the last one hashes. */
static void round_task(void *context, size_t task, unsigned worker)
{
    struct loader *loader = context;
    if (task < loader->n_reading) {
        unit_read(loader->reading_units[task], loader->readers[worker],
                  &loader->places[loader->next + task], &loader->to, loader->builder,
                  loader->progress);
    } else if (task < loader->n_reading + loader->n_mapping) {
        unit_map(loader->mapping_units[task - loader->n_reading], &loader->to);
    } else {
        hash_some(loader);
    }
}

static bool check_strict(const struct loader *loader, const struct table_builder *builder,
                         struct status *status)
{
    const struct read_report *report =
        table_builder_report((struct table_builder *)(uintptr_t)builder);
    return !loader->options->strict || report->n_rejects == 0 ||
           status_set(status, STATUS_INPUT, "%s, row %" PRIu64 ": %s", loader->parts[0].title,
                      report->rejects[0].line, report->rejects[0].reason);
}

static bool resolve_units(struct loader *loader, size_t *rejected, struct status *status)
{
    for (size_t i = 0; i < loader->n_reading; i++) {
        struct unit *unit = loader->reading_units[i];
        const struct status *unit_says = unit_status(unit);
        if (unit_says->code != STATUS_OK) {
            if (status != NULL) {
                *status = *unit_says;
            }
            return false;
        }
        if (!unit_resolve(unit, loader->builder, status) ||
            !check_strict(loader, loader->builder, status)) {
            return false;
        }
        *rejected += unit_rejected(unit);
    }
    return true;
}

/* Reads the units `places` (n), whose rows stand one behind the other, into a builder. */
static bool read_units(struct loader *loader, const struct unit_place *places, size_t n,
                       struct table_builder *builder, struct status *status)
{
    size_t rows = 0, rejected = 0;
    struct table_builder_rows to;
    for (size_t i = 0; i < n; i++) {
        rows += places[i].n;
    }
    if (!table_builder_extend(builder, rows, &to, status)) {
        return false;
    }
    loader->to = (struct unit_rows){to.times, to.users, to.profiles};
    loader->places = places;
    loader->builder = builder;
    loader->next = loader->n_mapping = 0;
    for (unsigned round = 0;; round++) {
        const size_t left = n - loader->next;
        loader->n_reading = left < loader->n_units ? left : loader->n_units;
        loader->reading_units = loader->sets[round % 2];
        loader->mapping_units = loader->sets[1 - round % 2];
        const size_t done = loader->next + loader->n_reading;
        loader->hash_to =
            loader->hashing ? (uint64_t)((double)loader->file_bytes * (double)done / (double)n)
                            : 0;
        if (loader->hashing && done == n) {
            loader->hash_to = UINT64_MAX;
        }
        if (loader->n_reading + loader->n_mapping == 0) {
            break;
        }
        parallel_run(loader->parallel,
                     loader->n_reading + loader->n_mapping + (size_t)loader->hashing,
                     round_task, loader);
        if (loader->hash_status.code != STATUS_OK) {
            if (status != NULL) {
                *status = loader->hash_status;
            }
            return false;
        }
        if (loader->hashing &&
            !progress_tick(loader->progress,
                           (uint64_t)((double)loader->column_bytes * (double)done / (double)n),
                           loader->column_bytes)) {
            return status_cancelled(status);
        }
        if (!resolve_units(loader, &rejected, status)) {
            return false;
        }
        loader->next = done;
        loader->n_mapping = loader->n_reading;
        loader->hashing = loader->hashing && loader->hash_to != UINT64_MAX;
    }
    if (rejected > 0) {
        table_builder_drop_rows(builder);
    }
    return true;
}

/* ---- tables ---- */

static struct table_builder *new_builder(const struct loader *loader, struct status *status)
{
    const struct columns *columns = &loader->columns;
    return table_builder_new((const char *const *)columns->names, columns->d,
                             columns->time != COLUMN_NONE, columns->user != COLUMN_NONE,
                             status);
}

/* Takes the builder. */
static struct table *finish(const struct loader *loader, struct table_builder *take_builder,
                            struct status *status)
{
    struct time_options times = {loader->reading->dates, NULL, loader->utc};
    struct zone *zone = NULL;
    struct table *table = NULL;
    const char *name = loader->reading->text[READING_ZONE];
    if (name != NULL && (zone = zone_load(name, status)) == NULL) {
        table_builder_free(take_builder);
        return NULL;
    }
    times.zone = zone;
    table = table_builder_finish_with(take_builder, loader->columns.time_name, &times, status);
    zone_free(zone);
    return table;
}

/* A small table of the rows of `places`. Makes no difference to what is read later. */
static struct table *small_table(struct loader *loader, const struct unit_place *places,
                                 size_t n, struct status *status)
{
    struct table_builder *builder = new_builder(loader, status);
    if (builder == NULL) {
        return NULL;
    }
    if (!read_units(loader, places, n, builder, status) || table_builder_rows(builder) == 0) {
        table_builder_free(builder);
        return NULL;
    }
    return finish(loader, builder, status);
}

/* The first rows, to be looked at: what is wrong with them is said when all are read. */
static void give_preview(struct loader *loader, const struct unit_place *first)
{
    struct unit_place place = *first;
    struct status ignored = {.code = STATUS_OK};
    place.n = place.n < PREVIEW_ROWS ? place.n : PREVIEW_ROWS;
    struct table *preview = small_table(loader, &place, 1, &ignored);
    if (preview != NULL) {
        loader->options->preview(loader->options->context, preview);
    }
}

static void note(struct read_report *report, const char *text)
{
    if (report->n_notes < READ_NOTES) {
        snprintf(report->notes[report->n_notes++], READ_NOTE, "%s", text);
    }
}

static bool fill_report(struct loader *loader, const char *input, struct table_builder *builder,
                        struct status *status)
{
    struct read_report *report = table_builder_report(builder);
    uint64_t half[2];
    report->name = input_list_name(input, status);
    if (report->name == NULL) {
        return false;
    }
    raw_hash(&loader->raw, half);
    snprintf(report->hash, sizeof report->hash, "%016" PRIx64 "%016" PRIx64, half[0], half[1]);
    report->bytes = loader->raw.done;
    report->state = loader->state;
    report->change = loader->change;
    if (report->lines == report->rejected) {
        return status_set(status, STATUS_INPUT,
                          "%s has no usable row: all %" PRIu64 " are rejected, row %" PRIu64
                          " because of %s",
                          loader->parts[0].title, report->rejected, report->rejects[0].line,
                          report->rejects[0].reason);
    }
    columns_note(&loader->columns, report);
    if (report->rejected > 0) {
        note(report, "lines are rows of the Parquet file, the first of which is 1");
    }
    return true;
}

static bool prepare(struct loader *loader, const char *input, struct status *status)
{
    loader->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (loader->c_locale == (locale_t)0) {
        return status_nomem(status, 0, "a locale");
    }
    return look_at_parts(loader, input, status) && find_columns(loader, status) &&
           find_in_parts(loader, status) && make_units(loader, status);
}

static void clean_up(struct loader *loader)
{
    for (unsigned i = 0; loader->readers != NULL && i < parallel_threads(loader->parallel);
         i++) {
        unit_reader_free(loader->readers[i]);
    }
    free(loader->readers);
    for (size_t i = 0; i < MOST_UNITS; i++) {
        unit_free(loader->sets[0][i]);
        unit_free(loader->sets[1][i]);
    }
    for (size_t i = 0; i < loader->n_parts; i++) {
        part_clear(&loader->parts[i]);
    }
    free(loader->parts);
    columns_clear(&loader->columns);
    input_list_clear(&loader->list);
    free(loader->hash_room);
    if (loader->c_locale != (locale_t)0) {
        freelocale(loader->c_locale);
    }
}

static struct table *load(struct loader *loader, const char *input, struct status *status)
{
    size_t n;
    struct unit_place *places = place_units(loader, &n, status);
    if (places == NULL) {
        return NULL;
    }
    struct table_builder *builder = NULL;
    bool good = false;
    if (loader->options->preview != NULL) {
        give_preview(loader, places);
    }
    loader->hash_room = mem_new(HASH_BYTES, 1, "a reader", status);
    if (loader->hash_room != NULL) {
        if (raw_open(&loader->raw, loader->list.paths[0], status)) {
            loader->hashing = true;
            builder = new_builder(loader, status);
            good = builder != NULL && read_units(loader, places, n, builder, status) &&
                   fill_report(loader, input, builder, status);
        }
        raw_close(&loader->raw);
    }
    free(places);
    if (!good) {
        table_builder_free(builder);
        return NULL;
    }
    return finish(loader, builder, status);
}

struct table *parquet_load(const char *input, const struct csv_options *options,
                           struct parallel *parallel, const struct progress *progress,
                           struct status *status)
{
    static const struct reading plain;
    struct loader loader = {.options = options,
                            .reading = options->reading != NULL ? options->reading : &plain,
                            .parallel = parallel,
                            .progress = progress};
    struct table *table = NULL;
    if (prepare(&loader, input, status)) {
        table = load(&loader, input, status);
    }
    clean_up(&loader);
    return table;
}

/* ---- a sample ---- */

/* A row group for each piece, drawn by a fixed seed from equal parts of the rows; of one that
 * is drawn twice other rows. */
static size_t place_sample(const struct unit_place *all, size_t n_all, uint64_t rows,
                           struct unit_place *places)
{
    struct rng rng;
    size_t n = 0, row = 0, k = 0;
    rng_seed(&rng, 1);
    for (size_t i = 0; i < SAMPLE_PIECES; i++) {
        const double part = (double)rng_bounded(&rng, UINT32_MAX - 1) / (double)UINT32_MAX;
        const size_t at = (size_t)(((double)i + part) * (double)rows / SAMPLE_PIECES);
        while (k + 1 < n_all && all[k + 1].row <= at) {
            k++;
        }
        const size_t in = at - all[k].row, left = all[k].n - in;
        places[n] = all[k];
        places[n].from += in;
        places[n].n = left < SAMPLE_ROWS ? left : SAMPLE_ROWS;
        places[n].row = row;
        row += places[n].n;
        n += places[n].n > 0;
    }
    return n;
}

struct table *parquet_sample(const char *input, const struct csv_options *options,
                             struct parallel *parallel, double *rows, double *bytes)
{
    static const struct reading plain;
    struct csv_options lenient = {.features = options->features,
                                  .n_features = options->n_features,
                                  .reading = options->reading};
    struct loader loader = {.options = &lenient,
                            .reading = options->reading != NULL ? options->reading : &plain,
                            .parallel = parallel};
    struct unit_place sample[SAMPLE_PIECES], *places = NULL;
    struct table *table = NULL;
    size_t n;
    if (prepare(&loader, input, NULL) && (places = place_units(&loader, &n, NULL)) != NULL) {
        bool whole = loader.rows <= SAMPLE_PIECES * SAMPLE_ROWS;
        size_t n_sample = whole ? n : place_sample(places, n, loader.rows, sample);
        table = small_table(&loader, whole ? places : sample, n_sample, NULL);
        *rows = (double)loader.rows;
        *bytes = (double)loader.file_bytes;
    }
    free(places);
    clean_up(&loader);
    return table;
}

/* Rows of a table as a Parquet file: chunks are made side by side, and those of one round are
 * written while the next is made. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/parquet/distinct.h"
#include "table/parquet/parquet_write.h"

/* IDS_MOST: of more ids than that, rows are written one by one: what is kept for an id would
 * cost more than it saves. MISSING: an id without a value. */
enum { IDS_MOST = 1 << 24, TASKS_A_WORKER = 2 };
#define MISSING UINT32_MAX

/* What a worker has. */
struct worker {
    struct parquet_scratch scratch;
    uint32_t *place; /* (most_ids) 0: this id was not met in the chunk; MISSING; else 1 + its
                      * place among the values */
    uint32_t *met;   /* (group) the ids that were */
    size_t n_met;
    uint32_t *codes;         /* (group) */
    uint8_t *present;        /* (group) */
    uint64_t *bits;          /* (group) numbers, without codes */
    struct span *texts;      /* (group) of texts */
    struct distinct numbers; /* with codes */
};

struct slot {
    struct parquet_chunk chunk;
    struct status status;
};

struct writing {
    const struct parquet_rows *rows;
    struct parquet_file *file;
    struct outfile *out;
    size_t group, most_ids;     /* rows of a group */
    size_t slots;               /* of a round */
    size_t from, n;             /* rows of this round */
    size_t n_made, n_before;    /* groups of this round, and of the one before */
    struct slot *made, *before; /* (slots) */
    struct worker *workers;
    size_t n_workers;
    bool broken;          /* the disk is full or the like: outfile_commit() says why */
    struct status status; /* of writing */
};

/* ---- values ---- */

static bool has_codes(const struct writing *writing, const struct parquet_source *source)
{
    size_t most = writing->rows->n / 4 > PARQUET_GROUP ? writing->rows->n / 4 : PARQUET_GROUP;
    return source->ids != NULL && source->n_ids <= (most < IDS_MOST ? most : IDS_MOST);
}

static inline size_t row_of(const struct writing *writing, size_t i)
{
    return writing->rows->rows != NULL ? writing->rows->rows[i] : i;
}

/* The value of an id that is new in this chunk. */
static bool meet(struct worker *worker, enum parquet_kind kind,
                 const struct parquet_source *source, uint32_t id, size_t *n_texts,
                 struct status *status)
{
    uint32_t place = MISSING;
    if (kind == PARQUET_KIND_TEXT) {
        struct span text = dict_get(source->texts, id);
        if (text.length > 0) {
            place = (uint32_t)*n_texts + 1;
            worker->texts[(*n_texts)++] = text;
        }
    } else {
        double number = source->number(source->context, id);
        if (!isnan(number)) {
            if (!distinct_add(&worker->numbers, parquet_number_bits(kind, number), &place,
                              status)) {
                return false;
            }
            place++;
        }
    }
    worker->place[id] = place;
    worker->met[worker->n_met++] = id;
    return true;
}

/* Rows `from` to `from + n - 1` of the file as codes. */
static bool code_rows(const struct writing *writing, struct worker *worker,
                      enum parquet_kind kind, const struct parquet_source *source, size_t from,
                      struct parquet_values *values, struct status *status)
{
    size_t used = 0, n_texts = 0;
    bool good = true;
    worker->n_met = 0;
    distinct_reset(&worker->numbers);
    for (size_t i = 0; good && i < values->n; i++) {
        uint32_t id = source->ids[row_of(writing, from + i)];
        if (worker->place[id] == 0) {
            good = meet(worker, kind, source, id, &n_texts, status);
        }
        uint32_t place = worker->place[id];
        worker->codes[used] = place - 1;
        worker->present[i] = place != MISSING;
        used += place != MISSING;
    }
    for (size_t i = 0; i < worker->n_met; i++) {
        worker->place[worker->met[i]] = 0;
    }
    values->codes = worker->codes;
    values->n_present = used;
    values->texts = worker->texts;
    values->numbers = worker->numbers.bits;
    values->n_values = kind == PARQUET_KIND_TEXT ? n_texts : worker->numbers.n;
    parquet_numbers_narrow(kind, worker->numbers.bits, worker->numbers.n);
    return good;
}

/* The same one by one. */
static void copy_rows(const struct writing *writing, struct worker *worker,
                      enum parquet_kind kind, const struct parquet_source *source, size_t from,
                      struct parquet_values *values)
{
    size_t used = 0;
    for (size_t i = 0; i < values->n; i++) {
        size_t row = row_of(writing, from + i);
        size_t id = source->ids != NULL ? source->ids[row] : row;
        bool has;
        if (kind == PARQUET_KIND_TEXT) {
            worker->texts[used] = dict_get(source->texts, (uint32_t)id);
            has = worker->texts[used].length > 0;
        } else {
            double number = source->number(source->context, id);
            has = !isnan(number);
            worker->bits[used] = has ? parquet_number_bits(kind, number) : 0;
        }
        worker->present[i] = has;
        used += has;
    }
    values->codes = NULL;
    values->n_present = values->n_values = used;
    values->texts = worker->texts;
    values->numbers = worker->bits;
    if (kind != PARQUET_KIND_TEXT) {
        parquet_numbers_narrow(kind, worker->bits, used);
    }
}

static bool make_chunk(const struct writing *writing, struct worker *worker, size_t column,
                       size_t from, size_t n, struct parquet_chunk *chunk,
                       struct status *status)
{
    const struct parquet_source *source = &writing->rows->sources[column];
    enum parquet_kind kind = writing->rows->columns[column].kind;
    struct parquet_values values = {.n = n};
    if (!has_codes(writing, source)) {
        copy_rows(writing, worker, kind, source, from, &values);
    } else if (!code_rows(writing, worker, kind, source, from, &values, status)) {
        return false;
    }
    values.present = values.n_present < n ? worker->present : NULL;
    return parquet_chunk_write(chunk, kind, &values, &worker->scratch, status);
}

/* ---- rounds ---- */

static void put_before(struct writing *writing)
{
    size_t n_columns = writing->rows->n_columns;
    struct parquet_chunk *chunks =
        mem_new(n_columns, sizeof *chunks, "a Parquet file", &writing->status);
    for (size_t g = 0; chunks != NULL && g < writing->n_before; g++) {
        for (size_t i = 0; i < n_columns; i++) {
            chunks[i] = writing->before[g * n_columns + i].chunk;
        }
        if (!parquet_file_add(writing->file, chunks, &writing->status)) {
            break;
        }
        writing->broken = writing->broken || !outfile_write(writing->out, "", 0);
    }
    free(chunks);
}

static void round_task(void *context, size_t task, unsigned worker)
{
    struct writing *writing = context;
    if (task == 0) {
        put_before(writing);
        return;
    }
    struct slot *slot = &writing->made[task - 1];
    size_t column = (task - 1) % writing->rows->n_columns;
    size_t at = (task - 1) / writing->rows->n_columns * writing->group;
    size_t n = writing->n - at < writing->group ? writing->n - at : writing->group;
    slot->status = (struct status){0};
    make_chunk(writing, &writing->workers[worker], column, writing->from + at, n, &slot->chunk,
               &slot->status);
}

static bool check_round(const struct writing *writing, struct status *status)
{
    const struct status *first = &writing->status;
    for (size_t i = 0;
         first->code == STATUS_OK && i < writing->n_made * writing->rows->n_columns; i++) {
        first = &writing->made[i].status;
    }
    return first->code == STATUS_OK || status_set(status, first->code, "%s", first->text);
}

/* Makes the chunks of a round, if rows are left, and writes those of the round before. */
static bool run_round(struct writing *writing, struct parallel *parallel, struct status *status)
{
    const struct parquet_rows *rows = writing->rows;
    size_t round = parquet_round(rows, parallel), left = rows->n - writing->from;
    writing->n = left < round ? left : round;
    writing->n_made = (writing->n + writing->group - 1) / writing->group;
    if (rows->before != NULL && writing->n > 0) {
        rows->before(rows->context, writing->from, writing->n);
    }
    parallel_run(parallel, 1 + writing->n_made * rows->n_columns, round_task, writing);
    if (!check_round(writing, status)) {
        return false;
    }
    struct slot *made = writing->made;
    writing->made = writing->before;
    writing->before = made;
    writing->n_before = writing->n_made;
    writing->from += writing->n;
    return true;
}

size_t parquet_round(const struct parquet_rows *rows, const struct parallel *parallel)
{
    size_t tasks = TASKS_A_WORKER * (size_t)parallel_threads(parallel);
    return (tasks + rows->n_columns - 1) / rows->n_columns * PARQUET_GROUP;
}

/* ---- memory ---- */

static bool new_worker(struct worker *worker, const struct writing *writing, bool texts,
                       bool numbers, struct status *status)
{
    const char *what = "a Parquet file";
    size_t n = writing->group;
    worker->place = mem_zero(writing->most_ids, sizeof *worker->place, what, status);
    worker->met = mem_new(n, sizeof *worker->met, what, status);
    worker->codes = mem_new(n + 1, sizeof *worker->codes, what, status);
    worker->present = mem_new(n, 1, what, status);
    worker->bits = numbers ? mem_new(n + 1, sizeof *worker->bits, what, status) : NULL;
    worker->texts = texts ? mem_new(n + 1, sizeof *worker->texts, what, status) : NULL;
    return worker->place != NULL && worker->met != NULL && worker->codes != NULL &&
           worker->present != NULL && (worker->bits != NULL || !numbers) &&
           (worker->texts != NULL || !texts);
}

static bool prepare(struct writing *writing, struct parallel *parallel, struct status *status)
{
    const struct parquet_rows *rows = writing->rows;
    bool texts = false, numbers = false;
    writing->group = rows->n < PARQUET_GROUP ? rows->n : PARQUET_GROUP;
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct parquet_source *source = &rows->sources[i];
        if (has_codes(writing, source) && source->n_ids > writing->most_ids) {
            writing->most_ids = source->n_ids;
        }
        texts = texts || rows->columns[i].kind == PARQUET_KIND_TEXT;
        numbers = numbers || rows->columns[i].kind != PARQUET_KIND_TEXT;
    }
    writing->file = parquet_file_new(writing->out, rows->columns, rows->n_columns, status);
    writing->slots = parquet_round(rows, parallel) / PARQUET_GROUP * rows->n_columns;
    writing->made = mem_zero(writing->slots, sizeof *writing->made, "a Parquet file", status);
    writing->before =
        mem_zero(writing->slots, sizeof *writing->before, "a Parquet file", status);
    writing->n_workers = parallel_threads(parallel);
    writing->workers =
        mem_zero(writing->n_workers, sizeof *writing->workers, "a Parquet file", status);
    bool good = writing->file != NULL && writing->made != NULL && writing->before != NULL &&
                writing->workers != NULL;
    for (size_t i = 0; good && i < writing->n_workers; i++) {
        good = new_worker(&writing->workers[i], writing, texts, numbers, status);
    }
    return good;
}

static void clear_worker(struct worker *worker)
{
    parquet_scratch_clear(&worker->scratch);
    distinct_clear(&worker->numbers);
    free(worker->place);
    free(worker->met);
    free(worker->codes);
    free(worker->present);
    free(worker->bits);
    free(worker->texts);
}

static void clear(struct writing *writing)
{
    for (size_t i = 0; writing->workers != NULL && i < writing->n_workers; i++) {
        clear_worker(&writing->workers[i]);
    }
    for (size_t i = 0; i < writing->slots; i++) {
        if (writing->made != NULL) {
            parquet_chunk_clear(&writing->made[i].chunk);
        }
        if (writing->before != NULL) {
            parquet_chunk_clear(&writing->before[i].chunk);
        }
    }
    free(writing->workers);
    free(writing->made);
    free(writing->before);
    parquet_file_free(writing->file);
}

bool parquet_write_rows(const struct parquet_rows *rows, struct outfile *file,
                        struct parallel *parallel, const struct progress *progress,
                        struct status *status)
{
    struct writing writing = {.rows = rows, .out = file};
    bool good = prepare(&writing, parallel, status);
    while (good && !writing.broken && (writing.from < rows->n || writing.n_before > 0)) {
        good = progress_tick(progress, writing.from, rows->n) || status_cancelled(status);
        good = good && run_round(&writing, parallel, status);
    }
    good = good && (writing.broken || parquet_file_end(writing.file, status));
    clear(&writing);
    return good;
}

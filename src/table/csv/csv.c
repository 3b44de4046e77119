#define _GNU_SOURCE
#include "table/csv/csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "table/csv/batch.h"
#include "table/csv/block.h"
#include "table/builder.h"
#include "table/csv/columns.h"
#include "table/csv/csv_text.h"
#include "table/csv/text_cache.h"
#include "table/input/source.h"

/* DESIGN. The file goes through in rounds of a few blocks. In a round the blocks read before
 * are parsed side by side; one more task appends the rows of the blocks of the round before and
 * reads the next ones into their place. So there are two sets of blocks. Between rounds what
 * was new in the parsed blocks is added to the table in file order (batch.h), so that what
 * comes out does not depend on the number of threads.
 *
 * A block without quotes is whole lines. The first quote may hide line ends, so from its block
 * on a single libcsv parser takes block after block; that is the last task of a round. */

enum {
    FIRST_BYTES =
        1 << 16, /* of the first block, which is small so that rows are there at once */
    PREVIEW_ROWS = 1000,
    MOST_BLOCKS = 64,
    MOST_USERS = 1 << 18,   /* in a text cache: at most 32 MB, mostly half of it */
    MOST_FEATURES = 1 << 20 /* 128 MB, the same */
};

struct set {
    struct block *blocks[MOST_BLOCKS];
    size_t n; /* blocks in use */
};

struct reader {
    const struct csv_options *options;
    struct parallel *parallel;
    const struct progress *progress;
    struct source *source;
    struct columns columns;
    struct table_builder *builder;
    struct batch_caches caches;
    struct block_input input;
    size_t n_blocks; /* in a set */
    struct set sets[2];
    struct set *parsing, *waiting; /* being parsed; resolved, to be appended and read anew */
    struct csv_text *serial;       /* from the first quote on */
    uint64_t line;                 /* lines before the next block to be resolved */
    struct status read_status;
};

static bool check_strict(const struct reader *reader, struct status *status)
{
    const struct read_report *report = table_builder_report(reader->builder);
    if (!reader->options->strict || report->n_rejects == 0) {
        return true;
    }
    return status_set(status, STATUS_INPUT, "%s, line %" PRIu64 ": %s",
                      source_title(reader->source), report->rejects[0].line,
                      report->rejects[0].reason);
}

/* Adds what is new in the blocks of a set to the table, and makes room for their rows. */
static bool resolve(struct reader *reader, const struct set *set, struct status *status)
{
    size_t rows = 0;
    for (size_t i = 0; i < set->n; i++) {
        struct block *block = set->blocks[i];
        if (progress_cancelled(reader->progress)) {
            return status_cancelled(status);
        }
        if (!block_status(block, reader->line, source_title(reader->source), status) ||
            !batch_resolve(block->batch, reader->line, status) ||
            !check_strict(reader, status)) {
            return false;
        }
        reader->line += block->lines;
        rows += batch_rows(block->batch);
    }
    return table_builder_reserve(reader->builder, rows, status);
}

/* Appends the rows of the set that waits and reads it anew. */
static bool append_and_read(struct reader *reader, struct status *status)
{
    struct set *set = reader->waiting;
    for (size_t i = 0; i < set->n; i++) {
        batch_append(set->blocks[i]->batch);
    }
    set->n = 0;
    while (set->n < reader->n_blocks && !reader->input.at_end) {
        if (progress_cancelled(reader->progress)) {
            return status_cancelled(status);
        }
        block_read(set->blocks[set->n], &reader->input);
        set->n++;
    }
    return true;
}

static size_t count_parallel(const struct set *set)
{
    size_t n = 0;
    while (n < set->n && !set->blocks[n]->serial) {
        n++;
    }
    return n;
}

/* Task 0 appends and reads; the next ones parse a block each; the last parses in series. */
static void round_task(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct reader *reader = context;
    struct set *set = reader->parsing;
    size_t n_parallel = count_parallel(set);
    if (task == 0) {
        append_and_read(reader, &reader->read_status);
        return;
    }
    if (progress_cancelled(reader->progress)) {
        return;
    }
    if (task <= n_parallel) {
        block_parse(set->blocks[task - 1]);
        return;
    }
    for (size_t i = n_parallel; i < set->n && !progress_cancelled(reader->progress); i++) {
        if (!block_parse_serially(set->blocks[i], reader->serial)) {
            return; /* what follows is not looked at: resolve() stops here */
        }
    }
}

static bool read_rest(struct reader *reader, struct status *status)
{
    reader->parsing = &reader->sets[1];
    reader->waiting = &reader->sets[0];
    do {
        size_t n_parallel = count_parallel(reader->parsing);
        size_t n_tasks = 1 + n_parallel + (n_parallel < reader->parsing->n);
        parallel_run(reader->parallel, n_tasks, round_task, reader);
        if (!progress_tick(reader->progress, source_done(reader->source),
                           source_total(reader->source))) {
            return status_cancelled(status);
        }
        if (!resolve(reader, reader->parsing, status)) {
            return false;
        }
        if (reader->read_status.code != STATUS_OK) {
            *status = reader->read_status;
            return false;
        }
        struct set *set = reader->parsing;
        reader->parsing = reader->waiting;
        reader->waiting = set;
    } while (reader->parsing->n > 0 || reader->waiting->n > 0);
    if (reader->input.failure.code != STATUS_OK) {
        *status = reader->input.failure;
        return false;
    }
    return true;
}

/* The first rows, for the eyes only: without memory for them the reading goes on. */
static void give_preview(const struct reader *reader)
{
    struct table *preview = table_builder_preview(reader->builder, PREVIEW_ROWS, NULL);
    if (preview != NULL) {
        reader->options->preview(reader->options->context, preview);
    }
}

/* The first block alone, so that its rows can be shown while the rest is read. */
static bool read_first_block(struct reader *reader, struct status *status)
{
    struct set *set = &reader->sets[0];
    struct block *block = set->blocks[0];
    block_read(block, &reader->input);
    set->n = 1;
    if (block->serial) {
        block_parse_serially(block, reader->serial);
    } else {
        block_parse(block);
    }
    if (!resolve(reader, set, status)) {
        return false;
    }
    batch_append(block->batch);
    set->n = 0;
    if (reader->options->preview != NULL && batch_rows(block->batch) > 0) {
        give_preview(reader);
    }
    return true;
}

/* At least as many blocks as threads, and some more so that none has to wait for the last. */
static size_t blocks_for(unsigned threads)
{
    size_t n = threads == 1 ? 1 : 4 * (size_t)threads;
    return n < MOST_BLOCKS ? n : MOST_BLOCKS;
}

static bool allocate(struct reader *reader, struct status *status)
{
    const struct columns *columns = &reader->columns;
    reader->builder =
        table_builder_new(columns->names, columns->d, columns->time != COLUMN_NONE,
                          columns->user != COLUMN_NONE, status);
    reader->serial = csv_text_new(status);
    reader->caches.users = text_cache_new(MOST_USERS, status);
    reader->caches.features = text_cache_new(MOST_FEATURES, status);
    if (reader->builder == NULL || reader->serial == NULL || reader->caches.users == NULL ||
        reader->caches.features == NULL) {
        return false;
    }
    reader->n_blocks = blocks_for(parallel_threads(reader->parallel));
    enum cpu_kernel kernel = cpu_kernel();
    for (size_t i = 0; i < 2 * reader->n_blocks; i++) {
        struct block **block = &reader->sets[i % 2].blocks[i / 2];
        *block =
            block_new(columns, batch_new(columns, reader->builder, &reader->caches, status),
                      reader->input.parser, kernel, status);
        if (*block == NULL) {
            return false;
        }
    }
    return true;
}

static bool fill_report(struct reader *reader, const char *path, struct status *status)
{
    struct read_report *report = table_builder_report(reader->builder);
    report->name = mem_text(path, strlen(path), status);
    report->bytes = source_done(reader->source);
    source_hash(reader->source, report->hash);
    const char *title = source_title(reader->source);
    if (report->name == NULL) {
        return false;
    }
    if (report->lines == 0) {
        return status_set(status, STATUS_INPUT, "%s has a header but no rows below it", title);
    }
    if (report->lines == report->rejected) {
        return status_set(status, STATUS_INPUT,
                          "%s has no usable row: all %" PRIu64 " are rejected, line %" PRIu64
                          " because of %s",
                          title, report->rejected, report->rejects[0].line,
                          report->rejects[0].reason);
    }
    return true;
}

static void clean_up(struct reader *reader)
{
    for (size_t i = 0; i < MOST_BLOCKS; i++) {
        block_free(reader->sets[0].blocks[i]);
        block_free(reader->sets[1].blocks[i]);
    }
    csv_text_free(reader->serial);
    text_cache_free(reader->caches.users);
    text_cache_free(reader->caches.features);
    block_input_clear(&reader->input);
    table_builder_free(reader->builder);
    source_close(reader->source);
}

struct table *csv_load_source(struct source *source, const char *name,
                              const struct csv_options *options, struct parallel *parallel,
                              const struct progress *progress, struct status *status)
{
    struct status ignored;
    status = status != NULL ? status : &ignored;
    bool named = options->features != NULL;
    const char *const *features = named ? options->features : table_default_features;
    size_t d = named ? options->n_features : TABLE_DEFAULT_FEATURES;
    struct reader reader = {
        .options = options, .parallel = parallel, .progress = progress, .source = source};
    struct table *table = NULL;
    if (columns_check(features, d, status) &&
        block_input_start(&reader.input, reader.source, progress, status) &&
        block_read_header(&reader.input, &reader.columns, features, d, &reader.line, status) &&
        allocate(&reader, status) && read_first_block(&reader, status) &&
        read_rest(&reader, status) && fill_report(&reader, name, status)) {
        table = table_builder_finish(reader.builder, status);
        reader.builder = NULL;
    }
    clean_up(&reader);
    return table;
}

struct table *csv_load(const char *path, const struct csv_options *options,
                       struct parallel *parallel, const struct progress *progress,
                       struct status *status)
{
    struct source *source = source_open(path, progress, status);
    return source == NULL ? NULL
                          : csv_load_source(source, path, options, parallel, progress, status);
}

#define _GNU_SOURCE
#include "table/csv/csv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "table/csv/batch.h"
#include "table/csv/block.h"
#include "table/builder.h"
#include "table/csv/columns.h"
#include "table/csv/csv_text.h"
#include "table/csv/csv_feed.h"
#include "table/csv/reading.h"
#include "table/csv/text_cache.h"
#include "table/input/input_list.h"
#include "table/input/source.h"
#include "table/printable.h"

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

/* What a first reading has found that a second one needs to know. */
struct retry {
    bool wanted; /* read it again */
    bool previewed;
    unsigned times;
    bool styled;
    struct number_style style[TABLE_FEATURES_MAX];
    uint64_t unquoted_from;
};

struct reader {
    const struct csv_options *options;
    const struct reading *reading;
    struct columns_wanted wanted;
    struct zone *zone; /* NULL: none was named */
    struct parallel *parallel;
    const struct progress *progress;
    struct source *source;
    struct csv_feed *feed;
    struct columns columns;
    struct table_builder *builder;
    struct batch_caches caches;
    struct block_input input;
    size_t n_blocks; /* in a set */
    struct set sets[2];
    struct set *parsing, *waiting; /* being parsed; resolved, to be appended and read anew */
    struct csv_text *serial;       /* from the first quote on */
    uint64_t line;                 /* lines before the next block to be resolved */
    struct block_header header;
    struct reject_sum *sums;   /* (d) of the numbers in rejected lines */
    struct number_census *odd; /* (d) of all rejected fields; NULL: none */
    uint64_t open_line;        /* of a quote that does not close, counted behind the header */
    struct retry *retry;
    struct status read_status;
    size_t n_placed;             /* rejects whose line is that of the input */
    float *beside[TABLE_BESIDE]; /* (n_beside) values of the columns beside the features */
    size_t n_beside, beside_capacity[TABLE_BESIDE];
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

static bool keep_odd(struct reader *reader, const struct batch *batch, struct status *status)
{
    size_t d = reader->columns.d;
    if (reader->odd == NULL &&
        (reader->odd = mem_zero(d, sizeof *reader->odd, "a census of numbers", status)) ==
            NULL) {
        return false;
    }
    if (reader->sums == NULL &&
        (reader->sums = mem_zero(d, sizeof *reader->sums, "sums", status)) == NULL) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        number_census_merge(&reader->odd[i], &batch_odd(batch)[i]);
        reader->sums[i].sum += batch_reject_sums(batch)[i].sum;
        reader->sums[i].n += batch_reject_sums(batch)[i].n;
    }
    return true;
}

/* Rows are resolved in their order, so the columns beside them grow here. */
static bool keep_beside(struct reader *reader, const struct batch *batch, struct status *status)
{
    size_t n = reader->columns.n_beside, rows = batch_rows(batch);
    for (size_t i = 0; i < n; i++) {
        if (!mem_grow(&reader->beside[i], &reader->beside_capacity[i], reader->n_beside + rows,
                      sizeof *reader->beside[i], "columns", status)) {
            return false;
        }
        for (size_t row = 0; row < rows; row++) {
            reader->beside[i][reader->n_beside + row] = batch_beside(batch)[row * n + i];
        }
    }
    reader->n_beside += n > 0 ? rows : 0;
    return true;
}

static bool give_beside(struct reader *reader, struct table *table, struct status *status)
{
    for (size_t i = 0; i < reader->columns.n_beside; i++) {
        float *values = reader->beside[i];
        reader->beside[i] = NULL;
        if (!table_add_column(table, table_beside[reader->columns.beside_name[i]], values,
                              status)) {
            return false;
        }
    }
    return true;
}

/* The lines of rejects are counted in what the feed gave. */
static void place_rejects(struct reader *reader)
{
    struct read_report *report = table_builder_report(reader->builder);
    for (; reader->n_placed < report->n_rejects; reader->n_placed++) {
        struct reject *reject = &report->rejects[reader->n_placed];
        csv_feed_place(reader->feed, &reject->line, reject->reason, sizeof reject->reason);
    }
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
            !batch_resolve(block->batch, reader->line, status)) {
            return false;
        }
        if (!keep_beside(reader, block->batch, status)) {
            return false;
        }
        place_rejects(reader);
        if (!check_strict(reader, status)) {
            return false;
        }
        if (block->open_line != UINT64_MAX) {
            reader->open_line = reader->line + block->open_line - reader->header.lines;
        }
        if (batch_odd(block->batch) != NULL && !keep_odd(reader, block->batch, status)) {
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
    while (set->n < reader->n_blocks && (!reader->input.at_end || reader->input.n_carry > 0)) {
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
        if (!set->blocks[i]->serial) {
            block_parse(set->blocks[i]); /* behind a quote that does not close */
        } else if (!block_parse_serially(set->blocks[i], reader->serial)) {
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

/* The first rows, to be looked at: without memory for them the reading goes on. */
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
    if (reader->options->preview != NULL && !reader->retry->previewed &&
        batch_rows(block->batch) > 0) {
        give_preview(reader);
        reader->retry->previewed = true;
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
        table_builder_new((const char *const *)columns->names, columns->d,
                          columns->time != COLUMN_NONE, columns->user != COLUMN_NONE, status);
    reader->serial = csv_text_new(columns->delimiter, status);
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

static void note(struct read_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(struct read_report *report, const char *format, ...)
{
    if (report->n_notes < READ_NOTES) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(report->notes[report->n_notes++], READ_NOTE, format, arguments);
        va_end(arguments);
    }
}

static const char *shown(char *room, size_t size, const char *name)
{
    return printable(room, size, (struct span){name, strlen(name)});
}

/* Says how the file was understood, where that is not plain. */
static void add_notes(const struct reader *reader, struct read_report *report)
{
    const struct columns *columns = &reader->columns;
    char user[64];
    columns_note(columns, report);
    if (columns->delimiter != ',') {
        note(report, "fields are separated by %s", layout_delimiter_name(columns->delimiter));
    }
    if (csv_feed_kind(reader->feed) != NULL) {
        note(report, "%s", csv_feed_kind(reader->feed));
    }
    if (csv_feed_unread(reader->feed) != NULL) {
        note(report, "fields that the first records do not have are not read, such as '%s'",
             csv_feed_unread(reader->feed));
    }
    enum encoding encoding = source_encoding(reader->source);
    if (encoding == ENCODING_1252) {
        note(report, "text is Windows-1252 (Latin-1), shown and searched as UTF-8");
    } else if (encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE) {
        note(report, "text is UTF-16, shown and searched as UTF-8");
    } else if (encoding == ENCODING_MIXED) {
        note(report, "some text is neither UTF-8 nor, as a whole, Windows-1252: kept as it is");
    }
    report->skipped.before = reader->header.skipped;
    if (reader->header.skipped > 0) {
        note(report, "%" PRIu64 " line%s before the header skipped", reader->header.skipped,
             reader->header.skipped == 1 ? "" : "s");
    }
    for (size_t i = 0; i < columns->d; i++) {
        bool comma = columns->style[i].decimal == ',';
        if (comma || (columns->style[i].thousands != '\0' &&
                      reader->header.census[i].comma_either > 0)) {
            note(report, "%s: %s", shown(user, sizeof user, columns->names[i]),
                 comma ? "the comma is the decimal mark" : "commas stand between thousands");
        }
    }
    for (size_t i = 0; i < columns->d; i++) {
        if (reader->header.census[i].dressed > 0) {
            note(report,
                 "%s: numbers are read without what is around and between their digits, as "
                 "in %s",
                 shown(user, sizeof user, columns->names[i]),
                 reader->header.census[i].dressed_example);
        }
    }
    const struct read_skipped *skipped = &report->skipped;
    if (skipped->comments + skipped->headers + skipped->totals > 0) {
        note(report,
             "skipped: %" PRIu64 " comments, %" PRIu64 " times the header again, %" PRIu64
             " lines of totals",
             skipped->comments, skipped->headers, skipped->totals);
    }
    if (reader->input.letters) {
        note(report,
             "line %" PRIu64 " has a quote that does not close: from there on quotes are "
             "read as letters",
             reader->retry->unquoted_from + reader->header.lines + 1);
    }
}

static double mean_of(const struct table *table, size_t feature)
{
    double sum = 0;
    for (size_t i = 0; i < table->profiles.n; i++) {
        sum += table_profile(table, i)[feature] * table->profiles.copies[i];
    }
    return sum / (double)table->n_rows;
}

/* The worst loss is a row that would have ranked high: says where rejected lines have much
 * larger numbers than the rows. */
static void compare_rejects(const struct reader *reader, struct table *table)
{
    struct read_report *report = &table->report;
    const double clearly = 3;
    double most = clearly;
    for (size_t i = 0; reader->sums != NULL && i < reader->columns.d; i++) {
        const struct reject_sum *sum = &reader->sums[i];
        double all = sum->n > 0 ? sum->sum / (double)sum->n : 0, mean = mean_of(table, i);
        if (mean > 0 && all > most * mean) {
            char name[48];
            most = all / mean;
            snprintf(report->reject_note, sizeof report->reject_note,
                     "they are not like the rows: %s is %.3g on average, %.3g in the rows",
                     shown(name, sizeof name, reader->columns.names[i]), all, mean);
        }
    }
}

static bool fill_report(struct reader *reader, const char *path, struct status *status)
{
    struct read_report *report = table_builder_report(reader->builder);
    report->name = input_list_name(path, status);
    report->bytes = source_done(reader->source);
    source_hash(reader->source, report->hash);
    report->change = source_change(reader->source, &report->state);
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
    add_notes(reader, report);
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
    columns_clear(&reader->columns);
    for (size_t i = 0; i < TABLE_BESIDE; i++) {
        free(reader->beside[i]);
    }
    free(reader->header.census);
    free(reader->odd);
    free(reader->sums);
    csv_feed_free(reader->feed);
    source_close(reader->source);
}

/* ---- the style of numbers ---- */

static bool refuse_style(const struct reader *reader, size_t feature,
                         const struct number_census *census, enum number_verdict verdict,
                         struct status *status)
{
    char name[64];
    shown(name, sizeof name, reader->columns.names[feature]);
    if (verdict == STYLE_CONFLICT) {
        return status_set(status, STATUS_INPUT,
                          "%s, column %s: %s has a decimal comma and %s a decimal point; "
                          "--decimal=, or --decimal=. reads the lines of one of them",
                          source_title(reader->source), name, census->comma_example,
                          census->dot_example);
    }
    return status_set(status, STATUS_INPUT,
                      "%s, column %s: %s can be read with the comma as decimal mark or between "
                      "thousands, and nothing in it decides: --decimal=, or --decimal=.",
                      source_title(reader->source), name, census->either_example);
}

/* Decides the style of each column by what was seen of it and, where that leaves it open, by
 * what was seen of all. */
static bool decide_styles(const struct reader *reader, const struct number_census *seen,
                          const struct number_census *more, struct number_style *styles,
                          struct status *status)
{
    struct number_census all = {0};
    for (size_t i = 0; i < reader->columns.d; i++) {
        number_census_merge(&all, &seen[i]);
        if (more != NULL) {
            number_census_merge(&all, &more[i]);
        }
    }
    for (size_t i = 0; i < reader->columns.d; i++) {
        struct number_census census = seen[i];
        if (more != NULL) {
            number_census_merge(&census, &more[i]);
        }
        enum number_verdict verdict = number_census_decide(&census, &styles[i]);
        bool open =
            verdict == STYLE_UNDECIDED ||
            (verdict == STYLE_DECIDED && census.decimal_comma + census.decimal_dot == 0 &&
             census.comma_either + census.dot_either > 0);
        struct number_style common;
        if (open && number_census_decide(&all, &common) == STYLE_DECIDED &&
            all.decimal_comma + all.decimal_dot > 0) {
            styles[i] = common;
            verdict = STYLE_DECIDED;
        }
        if (verdict != STYLE_DECIDED) {
            return refuse_style(reader, i, &census, verdict, status);
        }
    }
    return true;
}

static bool set_styles(struct reader *reader, struct status *status)
{
    struct columns *columns = &reader->columns;
    char decimal = reader->reading->decimal;
    if (reader->retry->styled) {
        memcpy(columns->style, reader->retry->style, columns->d * sizeof *columns->style);
    } else if (decimal != '\0') {
        for (size_t i = 0; i < columns->d; i++) {
            columns->style[i] = (struct number_style){decimal, decimal == ',' ? '.' : ','};
        }
    } else if (!decide_styles(reader, reader->header.census, NULL, columns->style, status)) {
        return false;
    }
    for (size_t i = 0; i < columns->d; i++) {
        const struct number_style *style = &columns->style[i];
        columns->styled = columns->styled || style->decimal == ',' || style->thousands != '\0';
    }
    return true;
}

/* Whether what was rejected would be numbers in other styles: then the file is read again in
 * those. The beginning that was looked at did not show them. */
static bool want_other_styles(struct reader *reader, struct status *status)
{
    struct retry *retry = reader->retry;
    const struct columns *columns = &reader->columns;
    if (reader->odd == NULL || retry->styled || reader->reading->decimal != '\0') {
        return true;
    }
    if (!decide_styles(reader, reader->header.census, reader->odd, retry->style, status)) {
        return false;
    }
    for (size_t i = 0; i < columns->d; i++) {
        bool odd = reader->odd[i].numbers > 0;
        bool other = retry->style[i].decimal != columns->style[i].decimal ||
                     retry->style[i].thousands != columns->style[i].thousands;
        retry->wanted = retry->wanted || (odd && other);
    }
    retry->styled = retry->wanted;
    return true;
}

/* ---- reading ---- */

static bool prepare(struct reader *reader, struct status *status)
{
    const struct csv_options *options = reader->options;
    const char *const *texts = (const char *const *)reader->reading->text;
    bool named = options->features != NULL;
    reader->wanted = (struct columns_wanted){
        .features = named ? options->features : table_default_features,
        .n = named ? options->n_features : TABLE_DEFAULT_FEATURES,
        .study = !named,
        .joins = true,
        .time = texts[READING_TIME],
        .user = texts[READING_USER],
    };
    if (!columns_check(reader->wanted.features, reader->wanted.n, status) ||
        !source_letters(reader->source, status) ||
        (reader->feed =
             csv_feed_new(reader->source, reader->reading, reader->progress, status)) == NULL ||
        !block_input_start(&reader->input, reader->feed, reader->progress, status) ||
        !block_read_header(&reader->input, &reader->columns, &reader->wanted, reader->reading,
                           &reader->header, status) ||
        !set_styles(reader, status)) {
        return false;
    }
    reader->line = reader->header.lines;
    reader->columns.missing = texts[READING_MISSING];
    reader->input.unquoted_from = reader->retry->unquoted_from;
    return allocate(reader, status);
}

/* One reading; retry->wanted afterwards: another one knows better. */
static struct table *read_once(struct source *take_source, const char *name,
                               const struct csv_options *options, struct retry *retry,
                               struct parallel *parallel, const struct progress *progress,
                               struct status *status)
{
    static const struct reading plain;
    struct reader reader = {.options = options,
                            .reading = options->reading != NULL ? options->reading : &plain,
                            .parallel = parallel,
                            .progress = progress,
                            .source = take_source,
                            .open_line = UINT64_MAX,
                            .retry = retry};
    struct table *table = NULL;
    retry->wanted = false;
    if (prepare(&reader, status) && read_first_block(&reader, status) &&
        read_rest(&reader, status) && want_other_styles(&reader, status)) {
        if (reader.open_line != UINT64_MAX) {
            retry->unquoted_from = reader.open_line;
            retry->wanted = true;
        }
        retry->wanted = retry->wanted && retry->times < 2 && source_again(reader.source);
        if (!retry->wanted && fill_report(&reader, name, status)) {
            struct time_options times = {reader.reading->dates, NULL, false};
            struct zone *zone = NULL;
            if (reader.reading->text[READING_ZONE] == NULL ||
                (zone = zone_load(reader.reading->text[READING_ZONE], status)) != NULL) {
                times.zone = zone;
                table = table_builder_finish_with(reader.builder, reader.columns.time_name,
                                                  &times, status);
                reader.builder = NULL;
            }
            if (table != NULL && !give_beside(&reader, table, status)) {
                table_free(table);
                table = NULL;
            }
            if (table != NULL) {
                compare_rejects(&reader, table);
            }
            zone_free(zone);
        }
    }
    clean_up(&reader);
    return table;
}

struct table *csv_load_source(struct source *take_source, const char *name,
                              const struct csv_options *options, struct parallel *parallel,
                              const struct progress *progress, struct status *status)
{
    struct status ignored = {.code = STATUS_OK};
    struct retry retry = {.unquoted_from = UINT64_MAX};
    status = status != NULL ? status : &ignored;
    struct table *table =
        read_once(take_source, name, options, &retry, parallel, progress, status);
    while (table == NULL && retry.wanted && status->code == STATUS_OK) {
        struct source *source = source_open(name, progress, status);
        retry.times++;
        if (source == NULL) {
            break;
        }
        table = read_once(source, name, options, &retry, parallel, progress, status);
    }
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

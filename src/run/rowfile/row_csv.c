/* The files of a run as CSV, formatted in parallel and written in order.
 *
 * A time, a user and a profile's score are each turned into text once and copied from then on:
 * a file of 42.9 million lines is mostly memcpy. Where profiles hardly repeat, scores are
 * formatted as they come, so that the texts do not outgrow the table. */
#include "run/rowfile/row_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"
#include "base/format.h"
#include "base/mem.h"
#include "run/rowfile/row_ranks.h"
#include "run/rowfile/texts.h"

enum {
    CHUNK_LINES = 1 << 14, /* lines formatted by one task, at most */
    CHUNK_BYTES = 1 << 24, /* room of one task: fewer lines where they are long */
    NUMBER = TEXT_SLOT,    /* bytes of a score, its label and commas */
    AHEAD = 12,            /* lines that memory is asked for ahead */
    CACHED_REPEATS = 2     /* texts are kept when a profile has this many rows on average */
};

/* Quoted dt and src_user, shared by the files of a run. */
struct row_text {
    const struct run *run;
    struct texts times, users;
};

static void close_texts(void *shared)
{
    struct row_text *text = shared;
    texts_clear(&text->times);
    texts_clear(&text->users);
    free(text);
}

static void *open_texts(const struct run *run, struct status *status)
{
    struct row_text *text = mem_zero(1, sizeof *text, "texts to write", status);
    if (text == NULL) {
        return NULL;
    }
    text->run = run;
    const struct table *table = run->table;
    if ((table->times != NULL && !texts_of_dict(&text->times, table->times, status)) ||
        (table->users != NULL && !texts_of_dict(&text->users, table->users, status))) {
        close_texts(text);
        return NULL;
    }
    return text;
}

/* ---- scores ---- */

/* "score" or "score,label" of one profile (or row, where these have the scores); empty fields
 * when it has no score. */
static size_t put_score(char *out, const struct score_columns *columns, size_t id)
{
    double value = row_score_number(columns, id);
    if (isnan(value)) {
        if (columns->label) {
            out[0] = ',';
        }
        return columns->label ? 1 : 0;
    }
    size_t length =
        columns->result->row_score != NULL /* one a row, not one a profile */
            ? double_text_float((float)value, out)
            : (size_t)snprintf(out, NUMBER, columns->single ? "%.9g" : "%.17g", value);
    if (columns->label) {
        length += (size_t)snprintf(out + length, NUMBER - length, ",%.0f",
                                   row_label_number(columns, id));
    }
    return length;
}

static size_t format_one(const void *columns, size_t profile, char *out)
{
    return put_score(out, columns, profile);
}

/* ---- lines ---- */

/* The lines of a round: chunks that are formatted side by side. */
struct lines {
    size_t n_chunks; /* in use */
    char **chunk;    /* (most_chunks) lines * longest bytes each */
    size_t *used;    /* (most_chunks) */
};

/* While a round is formatted, the one before is written. */
struct writer {
    const struct row_text *text;
    const struct row_layout *layout;
    const uint32_t *rows;
    struct outfile *file;
    bool failed;                  /* writing */
    size_t n, round_start, round; /* lines in all; first line of this round; lines a round */
    size_t longest, lines;        /* bytes of a line at most; lines a task */
    struct texts scores[ROW_LAYOUT_SCORES]; /* empty: formatted as they come */
    struct row_ranks ranks[ROW_LAYOUT_SCORES];
    size_t most_chunks;
    struct lines formatted[2]; /* the present round, and the one before */
};

static size_t put_scores(const struct writer *writer, char *out, size_t row, size_t in_round)
{
    const struct run *run = writer->text->run;
    uint32_t profile = run->table->row_profile[row];
    size_t used = 0;
    for (size_t i = 0; i < writer->layout->n_scores; i++) {
        const struct score_columns *columns = &writer->layout->scores[i];
        if (writer->scores[i].slots != NULL) {
            used += texts_put(&writer->scores[i], profile, out + used);
        } else {
            used += put_score(out + used, columns,
                              columns->result->row_score != NULL ? row : profile);
            out[used++] = ',';
        }
        if (columns->rank) {
            uint32_t rank = writer->ranks[i].of_row[in_round];
            used += rank > 0 ? format_digits(out + used, rank) : 0;
            out[used++] = ',';
        }
    }
    return used;
}

static inline size_t row_of(const struct writer *writer, size_t line)
{
    return writer->rows != NULL ? writer->rows[line] : line;
}

static size_t put_line(const struct writer *writer, char *out, size_t line)
{
    const struct row_text *text = writer->text;
    const struct table *table = text->run->table;
    size_t row = row_of(writer, line);
    size_t used = 0, in_round = line - writer->round_start;
    if (writer->layout->row_id) {
        used += format_digits(out, row);
        out[used++] = ',';
    }
    if (writer->layout->scores_first) {
        used += put_scores(writer, out + used, row, in_round);
    }
    if (table->row_time != NULL) {
        used += texts_put(&text->times, table->row_time[row], out + used);
    }
    if (table->row_user != NULL) {
        used += texts_put(&text->users, table->row_user[row], out + used);
    }
    if (!writer->layout->scores_first) {
        used += put_scores(writer, out + used, row, in_round);
    }
    out[used - 1] = '\n';
    return used;
}

/* The user and the scores of a line to come; of one still later what says who they are. */
static inline void prefetch_line(const struct writer *writer, size_t line, size_t end)
{
    const struct table *table = writer->text->run->table;
    if (line + AHEAD < end && writer->rows != NULL) {
        size_t row = writer->rows[line + AHEAD];
        __builtin_prefetch(&table->row_profile[row]);
        if (table->row_time != NULL) {
            __builtin_prefetch(&table->row_time[row]);
        }
        if (table->row_user != NULL) {
            __builtin_prefetch(&table->row_user[row]);
        }
    }
    if (line >= end) {
        return;
    }
    size_t row = row_of(writer, line);
    if (table->row_user != NULL) {
        texts_prefetch(&writer->text->users, table->row_user[row]);
    }
    for (size_t i = 0; i < writer->layout->n_scores; i++) {
        if (writer->scores[i].slots != NULL) {
            texts_prefetch(&writer->scores[i], table->row_profile[row]);
        }
    }
}

static void format_chunk(const struct writer *writer, struct lines *lines, size_t chunk)
{
    size_t from = writer->round_start + chunk * writer->lines;
    size_t to = from + writer->lines < writer->n ? from + writer->lines : writer->n;
    size_t used = 0;
    for (size_t line = from; line < to; line++) {
        prefetch_line(writer, line + AHEAD, to);
        used += put_line(writer, lines->chunk[chunk] + used, line);
    }
    lines->used[chunk] = used;
}

static void round_task(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct writer *writer = context;
    const struct lines *before = &writer->formatted[1];
    if (task > 0) {
        format_chunk(writer, &writer->formatted[0], task - 1);
        return;
    }
    for (size_t i = 0; i < before->n_chunks; i++) {
        if (!outfile_write(writer->file, before->chunk[i], before->used[i])) {
            writer->failed = true; /* outfile_commit() says why */
            return;
        }
    }
}

static bool lines_new(struct lines *lines, size_t chunks, size_t n, size_t longest,
                      struct status *status)
{
    lines->chunk = mem_zero(chunks, sizeof *lines->chunk, "lines", status);
    lines->used = mem_zero(chunks, sizeof *lines->used, "lines", status);
    if (lines->chunk == NULL || lines->used == NULL) {
        return false;
    }
    for (size_t i = 0; i < chunks; i++) {
        size_t bytes = n * longest + TEXT_SLOT; /* some may be written over */
        lines->chunk[i] = mem_new(bytes, 1, "lines", status);
        if (lines->chunk[i] == NULL) {
            return false;
        }
    }
    return true;
}

static void lines_clear(struct lines *lines, size_t chunks)
{
    for (size_t i = 0; lines->chunk != NULL && i < chunks; i++) {
        free(lines->chunk[i]);
    }
    free(lines->chunk);
    free(lines->used);
}

static bool writer_prepare(struct writer *writer, struct status *status)
{
    const struct run *run = writer->text->run;
    const struct row_layout *layout = writer->layout;
    writer->most_chunks = 2 * (size_t)parallel_threads(run->parallel);
    writer->longest = 24 + writer->text->times.longest + writer->text->users.longest + 4;
    for (size_t i = 0; i < layout->n_scores; i++) {
        writer->longest += NUMBER + 12;
    }
    writer->lines = CHUNK_BYTES / writer->longest;
    writer->lines = writer->lines > CHUNK_LINES ? CHUNK_LINES : writer->lines;
    writer->lines += writer->lines == 0;
    writer->round = writer->most_chunks * writer->lines;
    bool repeats = writer->n / CACHED_REPEATS >= run->table->profiles.n;
    for (size_t i = 0; i < layout->n_scores; i++) {
        bool rows = layout->scores[i].result->row_score != NULL;
        if (repeats && !rows &&
            !texts_of_ids(&writer->scores[i], run->table->profiles.n, format_one,
                          &layout->scores[i], run->parallel, status)) {
            return false;
        }
        if (layout->scores[i].rank &&
            !row_ranks_new(&writer->ranks[i], layout->scores[i].result->ranking, writer->round,
                           status)) {
            return false;
        }
    }
    return lines_new(&writer->formatted[0], writer->most_chunks, writer->lines, writer->longest,
                     status) &&
           lines_new(&writer->formatted[1], writer->most_chunks, writer->lines, writer->longest,
                     status);
}

static void writer_clear(struct writer *writer)
{
    for (size_t i = 0; i < ROW_LAYOUT_SCORES; i++) {
        texts_clear(&writer->scores[i]);
        row_ranks_clear(&writer->ranks[i]);
    }
    lines_clear(&writer->formatted[0], writer->most_chunks);
    lines_clear(&writer->formatted[1], writer->most_chunks);
}

/* Formats the lines of a round, if any are left, and writes those of the round before. */
static void run_round(struct writer *writer)
{
    const struct run *run = writer->text->run;
    size_t left = writer->n - writer->round_start;
    size_t lines = left < writer->round ? left : writer->round;
    size_t chunks = (lines + writer->lines - 1) / writer->lines;
    for (size_t i = 0; i < writer->layout->n_scores; i++) {
        if (writer->layout->scores[i].rank) {
            row_ranks_fill(&writer->ranks[i], run->table->row_profile, writer->round_start,
                           lines);
        }
    }
    parallel_run(run->parallel, 1 + chunks, round_task, writer);
    writer->formatted[0].n_chunks = chunks;
    writer->round_start += lines;
    struct lines formatted = writer->formatted[0];
    writer->formatted[0] = writer->formatted[1];
    writer->formatted[1] = formatted;
}

static void put_header(const struct row_layout *layout, const struct run *run,
                       struct outfile *file)
{
    struct row_column columns[ROW_COLUMNS_MAX];
    size_t n = row_columns(layout, run, columns);
    for (size_t i = 0; i < n; i++) {
        outfile_printf(file, "%s%s", i > 0 ? "," : "", columns[i].name);
    }
    outfile_printf(file, "\n");
}

static bool put_rows(const void *text, const struct run *run, const struct row_layout *layout,
                     const uint32_t *rows, size_t n, struct outfile *file,
                     const struct progress *progress, struct status *status)
{
    struct writer writer = {.text = text, .layout = layout, .rows = rows, .file = file, .n = n};
    bool good = writer_prepare(&writer, status);
    put_header(layout, run, file);
    while (good && !writer.failed &&
           (writer.round_start < n || writer.formatted[1].n_chunks > 0)) {
        good = progress_tick(progress, writer.round_start, n) || status_cancelled(status);
        if (good) {
            run_round(&writer);
        }
    }
    writer_clear(&writer);
    return good;
}

const struct row_format row_csv = {
    .name = "csv",
    .ending = ".csv",
    .open = open_texts,
    .close = close_texts,
    .write = put_rows,
};

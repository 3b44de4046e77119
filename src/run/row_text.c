#include "run/row_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    CHUNK_LINES = 1 << 15, /* lines formatted by one task, at most */
    CHUNK_BYTES = 1 << 24, /* room of one task: fewer lines where they are long */
    NUMBER = 40,           /* bytes of a score, its label and commas */
    CACHED_REPEATS = 2     /* texts are kept when a profile has this many rows on average */
};

/* Texts by id: the bytes of id i are bytes[start[i]] .. bytes[start[i + 1] - 1]. */
struct texts {
    size_t n, longest;
    uint64_t *start;
    char *bytes;
};

struct row_text {
    const struct run *run;
    struct texts times, users;
};

size_t row_text_field(char *out, const char *bytes, size_t length)
{
    bool plain = true;
    for (size_t i = 0; i < length && plain; i++) {
        plain = bytes[i] != ',' && bytes[i] != '"' && bytes[i] != '\n' && bytes[i] != '\r';
    }
    if (plain) {
        memcpy(out, bytes, length);
        return length;
    }
    size_t used = 0;
    out[used++] = '"';
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '"') {
            out[used++] = '"';
        }
        out[used++] = bytes[i];
    }
    out[used++] = '"';
    return used;
}

static void texts_clear(struct texts *texts)
{
    free(texts->start);
    free(texts->bytes);
    memset(texts, 0, sizeof *texts);
}

static bool texts_of_dict(struct texts *texts, const struct dict *dict, struct status *status)
{
    size_t n = dict_count(dict), room = 0;
    for (size_t i = 0; i < n; i++) {
        room += 2 * dict_get(dict, (uint32_t)i).length + 2;
    }
    texts->n = n;
    texts->start = mem_new(n + 1, sizeof *texts->start, "texts to write", status);
    texts->bytes = mem_new(room, 1, "texts to write", status);
    if (texts->start == NULL || texts->bytes == NULL) {
        return false;
    }
    uint64_t used = 0;
    for (size_t i = 0; i < n; i++) {
        struct span span = dict_get(dict, (uint32_t)i);
        texts->start[i] = used;
        size_t length = row_text_field(texts->bytes + used, span.bytes, span.length);
        used += length;
        texts->longest = length > texts->longest ? length : texts->longest;
    }
    texts->start[n] = used;
    return true;
}

struct row_text *row_text_new(const struct run *run, struct status *status)
{
    struct row_text *text = mem_zero(1, sizeof *text, "texts to write", status);
    if (text == NULL) {
        return NULL;
    }
    text->run = run;
    const struct table *table = run->table;
    if ((table->times != NULL && !texts_of_dict(&text->times, table->times, status)) ||
        (table->users != NULL && !texts_of_dict(&text->users, table->users, status))) {
        row_text_free(text);
        return NULL;
    }
    return text;
}

void row_text_free(struct row_text *text)
{
    if (text == NULL) {
        return;
    }
    texts_clear(&text->times);
    texts_clear(&text->users);
    free(text);
}

/* ---- scores ---- */

/* "score" or "score,label" of one profile; empty fields when it has no score. */
static size_t format_score(char *out, const struct score_columns *columns, size_t profile)
{
    const struct result *result = columns->result;
    double score = result->scores.score[profile];
    if (isnan(score)) {
        if (columns->label) {
            out[0] = ',';
        }
        return columns->label ? 1 : 0;
    }
    double value = columns->exported
                       ? result->detector->exported(result->model, &result->scores, score)
                       : score;
    int length = snprintf(out, NUMBER, columns->format, value);
    if (columns->label) {
        const char *label = score > result->scores.threshold ? ",-1" : ",1";
        length += snprintf(out + length, NUMBER - (size_t)length, "%s", label);
    }
    return (size_t)length;
}

static size_t put_count(char *out, uint64_t value)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < n; i++) {
        out[i] = digits[n - 1 - i];
    }
    return n;
}

static bool texts_of_scores(struct texts *texts, const struct score_columns *columns, size_t n,
                            struct status *status)
{
    texts->n = n;
    texts->longest = NUMBER;
    texts->start = mem_new(n + 1, sizeof *texts->start, "texts of scores", status);
    if (texts->start == NULL) {
        return false;
    }
    size_t capacity = 0;
    uint64_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (!mem_grow(&texts->bytes, &capacity, used + NUMBER, 1, "texts of scores", status)) {
            return false;
        }
        texts->start[i] = used;
        used += format_score(texts->bytes + used, columns, i);
    }
    texts->start[n] = used;
    return true;
}

/* ---- ranks: rows of one tie block are numbered in file order ---- */

struct ranks {
    uint32_t *next;   /* (n_profiles) at the first place of a tie block: rank of its next row */
    uint32_t *block;  /* (n_profiles) profile -> first place of its tie block */
    uint32_t *of_row; /* (round) */
};

static bool ranks_new(struct ranks *ranks, const struct ranking *ranking, size_t round,
                      struct status *status)
{
    size_t n = ranking->n_profiles;
    ranks->next = mem_new(n, sizeof *ranks->next, "ranks", status);
    ranks->block = mem_new(n, sizeof *ranks->block, "ranks", status);
    ranks->of_row = mem_new(round, sizeof *ranks->of_row, "ranks", status);
    if (ranks->next == NULL || ranks->block == NULL || ranks->of_row == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        ranks->block[i] = UINT32_MAX;
    }
    uint32_t first = 0;
    for (uint32_t i = 0; i < ranking->n_scored; i++) {
        if (ranking->score[ranking->order[i]] != ranking->score[ranking->order[first]]) {
            first = i;
        }
        ranks->block[ranking->order[i]] = first;
        if (first == i) {
            ranks->next[i] = (uint32_t)ranking_rows_above(ranking, i) + 1;
        }
    }
    return true;
}

static void ranks_clear(struct ranks *ranks)
{
    free(ranks->next);
    free(ranks->block);
    free(ranks->of_row);
    memset(ranks, 0, sizeof *ranks);
}

static void ranks_fill(struct ranks *ranks, const uint32_t *row_profile, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t block = ranks->block[row_profile[from + i]];
        ranks->of_row[i] = block == UINT32_MAX ? 0 : ranks->next[block]++;
    }
}

/* ---- lines ---- */

struct writer {
    const struct row_text *text;
    const struct row_layout *layout;
    const uint32_t *rows;
    size_t n, round_start, round; /* lines in all; first line of this round; lines a round */
    size_t longest, lines;        /* bytes of a line at most; lines a task */
    struct texts scores[ROW_LAYOUT_SCORES]; /* empty: formatted as they come */
    struct ranks ranks[ROW_LAYOUT_SCORES];
    size_t n_chunks;
    char **chunk; /* (n_chunks) lines * longest bytes each */
    size_t *used; /* (n_chunks) */
};

static size_t put_text(char *out, const struct texts *texts, uint32_t id)
{
    size_t length = texts->start[id + 1] - texts->start[id];
    memcpy(out, texts->bytes + texts->start[id], length);
    out[length] = ',';
    return length + 1;
}

static size_t put_scores(const struct writer *writer, char *out, size_t row, size_t in_round)
{
    const struct run *run = writer->text->run;
    uint32_t profile = run->table->row_profile[row];
    size_t used = 0;
    for (size_t i = 0; i < writer->layout->n_scores; i++) {
        const struct score_columns *columns = &writer->layout->scores[i];
        if (writer->scores[i].start != NULL) {
            used += put_text(out + used, &writer->scores[i], profile);
        } else {
            used += format_score(out + used, columns, profile);
            out[used++] = ',';
        }
        if (columns->rank) {
            uint32_t rank = writer->ranks[i].of_row[in_round];
            used += rank > 0 ? put_count(out + used, rank) : 0;
            out[used++] = ',';
        }
    }
    return used;
}

static size_t put_line(const struct writer *writer, char *out, size_t line)
{
    const struct row_text *text = writer->text;
    const struct table *table = text->run->table;
    size_t row = writer->rows != NULL ? writer->rows[line] : line;
    size_t used = 0, in_round = line - writer->round_start;
    if (writer->layout->row_id) {
        used += put_count(out, row);
        out[used++] = ',';
    }
    if (writer->layout->scores_first) {
        used += put_scores(writer, out + used, row, in_round);
    }
    if (table->row_time != NULL) {
        used += put_text(out + used, &text->times, table->row_time[row]);
    }
    if (table->row_user != NULL) {
        used += put_text(out + used, &text->users, table->row_user[row]);
    }
    if (!writer->layout->scores_first) {
        used += put_scores(writer, out + used, row, in_round);
    }
    out[used - 1] = '\n';
    return used;
}

static void format_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct writer *writer = context;
    size_t from = writer->round_start + task * writer->lines;
    size_t to = from + writer->lines < writer->n ? from + writer->lines : writer->n;
    size_t used = 0;
    for (size_t line = from; line < to; line++) {
        used += put_line(writer, writer->chunk[task] + used, line);
    }
    writer->used[task] = used;
}

static bool writer_prepare(struct writer *writer, struct status *status)
{
    const struct run *run = writer->text->run;
    const struct row_layout *layout = writer->layout;
    writer->n_chunks = 2 * (size_t)parallel_threads(run->parallel);
    writer->longest = 24 + writer->text->times.longest + writer->text->users.longest + 4;
    for (size_t i = 0; i < layout->n_scores; i++) {
        writer->longest += NUMBER + 12;
    }
    writer->lines = CHUNK_BYTES / writer->longest;
    writer->lines = writer->lines > CHUNK_LINES ? CHUNK_LINES : writer->lines;
    writer->lines += writer->lines == 0;
    writer->round = writer->n_chunks * writer->lines;
    bool repeats = writer->n / CACHED_REPEATS >= run->table->profiles.n;
    for (size_t i = 0; i < layout->n_scores; i++) {
        if (repeats && !texts_of_scores(&writer->scores[i], &layout->scores[i],
                                        run->table->profiles.n, status)) {
            return false;
        }
        if (layout->scores[i].rank &&
            !ranks_new(&writer->ranks[i], layout->scores[i].result->ranking, writer->round,
                       status)) {
            return false;
        }
    }
    writer->chunk = mem_zero(writer->n_chunks, sizeof *writer->chunk, "lines", status);
    writer->used = mem_zero(writer->n_chunks, sizeof *writer->used, "lines", status);
    if (writer->chunk == NULL || writer->used == NULL) {
        return false;
    }
    for (size_t i = 0; i < writer->n_chunks; i++) {
        writer->chunk[i] = mem_new(writer->lines, writer->longest, "lines", status);
        if (writer->chunk[i] == NULL) {
            return false;
        }
    }
    return true;
}

static void writer_clear(struct writer *writer)
{
    for (size_t i = 0; i < ROW_LAYOUT_SCORES; i++) {
        texts_clear(&writer->scores[i]);
        ranks_clear(&writer->ranks[i]);
    }
    for (size_t i = 0; writer->chunk != NULL && i < writer->n_chunks; i++) {
        free(writer->chunk[i]);
    }
    free(writer->chunk);
    free(writer->used);
}

static bool write_round(struct writer *writer, struct outfile *file)
{
    const struct run *run = writer->text->run;
    size_t left = writer->n - writer->round_start;
    size_t lines = left < writer->round ? left : writer->round;
    size_t tasks = (lines + writer->lines - 1) / writer->lines;
    for (size_t i = 0; i < writer->layout->n_scores; i++) {
        if (writer->layout->scores[i].rank) {
            ranks_fill(&writer->ranks[i], run->table->row_profile, writer->round_start, lines);
        }
    }
    parallel_run(run->parallel, tasks, format_chunk, writer);
    bool good = true;
    for (size_t i = 0; i < tasks && good; i++) {
        good = outfile_write(file, writer->chunk[i], writer->used[i]);
    }
    writer->round_start += lines;
    return good;
}

bool row_text_write(const struct row_text *text, const struct row_layout *layout,
                    const uint32_t *rows, size_t n, struct outfile *file,
                    const struct progress *progress, struct status *status)
{
    struct writer writer = {.text = text, .layout = layout, .rows = rows, .n = n};
    bool good = writer_prepare(&writer, status);
    while (good && writer.round_start < n) {
        if (!progress_tick(progress, writer.round_start, n)) {
            good = status_cancelled(status);
        } else if (!write_round(&writer, file)) {
            break;
        }
    }
    writer_clear(&writer);
    return good;
}

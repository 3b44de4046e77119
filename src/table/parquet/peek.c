#define _GNU_SOURCE
#include "table/parquet/peek.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "table/csv/column_names.h"
#include "table/parquet/chunk.h"

enum { ROWS = 3, SHOWN = 64, GROUPS = 4, LOOKED_AT = 256, CANDIDATES = 8 };

/* No text has it between its fields. */
static const char delimiter = '\x1f';

struct peeking {
    const struct part *part;
    int fd;
    struct decompressor *decompressor;
    struct chunk chunk;
    locale_t c_locale;
    char (*cells)[ROWS][SHOWN]; /* (n) */
};

static void set_cell(char *cell, struct span text)
{
    size_t length = text.length < SHOWN - 1 ? text.length : SHOWN - 1;
    for (size_t i = 0; i < length; i++) {
        bool plain =
            text.bytes[i] != delimiter && text.bytes[i] != '"' && text.bytes[i] != '\0';
        cell[i] = plain ? text.bytes[i] : '_';
    }
    cell[length] = '\0';
}

static void set_all(struct peeking *peeking, size_t column, const char *text)
{
    for (size_t row = 0; row < ROWS; row++) {
        set_cell(peeking->cells[column][row], (struct span){text, strlen(text)});
    }
}

/* The next value of the chunk as a text. */
static bool next_text(struct peeking *peeking, const struct meaning *meaning,
                      const struct values *dictionary, char *room, struct span *text)
{
    struct values *values = &peeking->chunk.values;
    struct values from_dictionary;
    int64_t number;
    double real;
    bool nomem = false;
    uint32_t code = 0;
    if (peeking->chunk.coded) {
        if (!chunk_codes(&peeking->chunk, &code, 1)) {
            return false;
        }
        from_dictionary = *dictionary;
        values = &from_dictionary;
    }
    for (;; code--) { /* the dictionary from its beginning, up to the code */
        bool good;
        if (meaning_is_int(meaning)) {
            good = values_ints(values, &number, 1);
            *text = good ? meaning_int_text(meaning, number, room) : (struct span){"", 0};
        } else if (meaning->kind == MEANING_DOUBLE) {
            good = values_doubles(values, &real, 1);
            *text = good ? meaning_double_text(real, room) : (struct span){"", 0};
        } else {
            good = values_text(values, text, &nomem);
            *text = good ? meaning_text(meaning, *text, room) : (struct span){"", 0};
        }
        if (!good || code == 0) {
            return good;
        }
    }
}

static bool read_column(struct peeking *peeking, size_t column, size_t leaf,
                        const struct meaning *meaning, struct status *status)
{
    const struct part *part = peeking->part;
    struct footer_groups groups;
    size_t group = 0, done = 0;
    bool good = footer_find(&part->footer, &leaf, 1, GROUPS, part->title, &groups, status);
    while (good && group < groups.n && groups.groups[group].rows == 0) {
        group++;
    }
    if (good && group < groups.n) {
        const struct chunk_place place = {.fd = peeking->fd,
                                          .file_end = part->size - PARQUET_TAIL_BYTES -
                                                      part->footer.length,
                                          .column = &part->footer.leaves[leaf],
                                          .chunk = groups.groups[group].chunks[0],
                                          .rows = groups.groups[group].rows,
                                          .group = group,
                                          .title = part->title};
        struct values dictionary = {.text = NULL};
        good = chunk_open(&peeking->chunk, &place, peeking->decompressor, status);
        if (good && peeking->chunk.has_dictionary) {
            values_begin(&dictionary, &place.column->leaf, PARQUET_PLAIN,
                         peeking->chunk.dictionary_bytes, peeking->chunk.n_dictionary);
        }
        for (; good && done < ROWS && done < place.rows; done++) {
            char room[MEANING_ROOM];
            uint8_t missing;
            size_t n, n_values;
            struct span text = {"", 0};
            good = chunk_next(&peeking->chunk, 1, &n, &missing, &n_values) &&
                   (n_values == 0 || next_text(peeking, meaning, &dictionary, room, &text));
            if (good) {
                set_cell(peeking->cells[column][done], text);
            }
        }
    }
    footer_groups_clear(&groups);
    return good;
}

/* Whether the values decide: of texts, and of numbers in a column that is called as times are.
 */
static bool look_at(struct peeking *peeking, size_t column, size_t leaf, bool time_name,
                    struct status *status)
{
    const struct meaning meaning =
        meaning_of(&peeking->part->footer.leaves[leaf].leaf, peeking->c_locale);
    struct status wrong = {.code = STATUS_OK};
    if (meaning.kind == MEANING_DATE || meaning.kind == MEANING_TIMESTAMP ||
        meaning.kind == MEANING_INT96) {
        set_all(peeking, column, "2000-01-01 00:00:00");
        return true;
    }
    if (meaning_no_number(&meaning) != NULL ||
        peeking->part->footer.leaves[leaf].leaf.type == PARQUET_BOOLEAN) {
        set_all(peeking, column, "text");
        return true;
    }
    if ((meaning.kind != MEANING_TEXT && !time_name) || column >= LOOKED_AT) {
        set_all(peeking, column, meaning.kind == MEANING_TEXT ? "text" : "1");
        return true;
    }
    if (!read_column(peeking, column, leaf, &meaning, &wrong)) {
        if (wrong.code == STATUS_NOMEM) {
            return status_set(status, wrong.code, "%s", wrong.text);
        }
        set_all(peeking, column, "text");
    }
    return true;
}

/* The cells as records of a layout. */
static bool fill_layout(struct layout *layout, const struct peeking *peeking, size_t n,
                        struct status *status)
{
    char *text = mem_new(n * ROWS * SHOWN + 1, 1, "a look", status);
    if (text == NULL) {
        return false;
    }
    layout->text = text;
    layout->records = mem_zero(ROWS, sizeof *layout->records, "a look", status);
    if (layout->records == NULL) {
        return false;
    }
    char *at = text;
    for (size_t row = 0; row < ROWS; row++) {
        layout->records[row].from = (size_t)(at - text);
        for (size_t i = 0; i < n; i++) {
            at = stpcpy(at, peeking->cells[i][row]);
            if (i + 1 < n) {
                *at++ = delimiter;
            }
        }
        layout->records[row].to = (size_t)(at - text);
    }
    layout->length = (size_t)(at - text);
    layout->n = ROWS;
    return true;
}

bool peek(struct layout *layout, const struct part *part, const struct span *names, size_t n,
          struct status *status)
{
    struct peeking peeking = {.part = part, .fd = part_open(part, NULL)};
    size_t times[CANDIDATES], n_times = column_names_times(names, n, NULL, times, CANDIDATES);
    *layout = (struct layout){.delimiter = delimiter, .has_header = true};
    peeking.cells = mem_zero(n, sizeof *peeking.cells, "a look", status);
    peeking.decompressor = decompressor_new();
    peeking.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    bool good = peeking.cells != NULL;
    if (good && (peeking.decompressor == NULL || peeking.c_locale == (locale_t)0)) {
        good = status_nomem(status, 0, "a decompressor");
    }
    for (size_t i = 0; i < n && good; i++) {
        bool time_name = false;
        size_t which;
        for (size_t k = 0; k < n_times; k++) {
            time_name = time_name || times[k] == i;
        }
        if (part_is_key(part, i, &which)) {
            for (size_t row = 0; row < ROWS; row++) {
                set_cell(peeking.cells[i][row],
                         (struct span){part->keys[which].text, part->keys[which].length});
            }
        } else {
            good = look_at(&peeking, i, which, time_name, status);
        }
    }
    good = good && fill_layout(layout, &peeking, n, status);
    free(peeking.cells);
    decompressor_free(peeking.decompressor);
    chunk_clear(&peeking.chunk);
    if (peeking.c_locale != (locale_t)0) {
        freelocale(peeking.c_locale);
    }
    if (peeking.fd >= 0) {
        close(peeking.fd);
    }
    return good;
}

void peek_clear(struct layout *layout)
{
    free((char *)(uintptr_t)layout->text);
    free(layout->records);
    *layout = (struct layout){.delimiter = ','};
}

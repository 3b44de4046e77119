#include "table/parquet/parquet_write.h"

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* `NAME version X (build Y)`: readers of Spark's kind trust what a file says of least and
 * greatest values only when it names who wrote it so. */
static const char created_by[] = PACKAGE_NAME " version " PACKAGE_VERSION " (build 1)";

struct note {
    char *key, *text;
};

/* What the footer says of a chunk. */
struct written_chunk {
    struct parquet_chunk chunk; /* without its pages */
    size_t offset, length;      /* of its first page in the file; of all */
};

struct parquet_file {
    struct outfile *file;
    const struct parquet_column *columns; /* (n_columns) */
    size_t n_columns, n_rows, n_groups;
    struct written_chunk *chunks; /* (n_groups, n_columns) */
    size_t chunks_room;
    struct note *notes;
    size_t n_notes, notes_room;
};

struct parquet_file *parquet_file_new(struct outfile *file,
                                      const struct parquet_column *columns, size_t n_columns,
                                      struct status *status)
{
    struct parquet_file *parquet = mem_zero(1, sizeof *parquet, "a Parquet file", status);
    if (parquet == NULL) {
        return NULL;
    }
    parquet->file = file;
    parquet->columns = columns;
    parquet->n_columns = n_columns;
    outfile_write(file, PARQUET_MAGIC, PARQUET_MAGIC_BYTES);
    return parquet;
}

void parquet_file_free(struct parquet_file *file)
{
    if (file == NULL) {
        return;
    }
    for (size_t i = 0; i < file->n_notes; i++) {
        free(file->notes[i].key);
        free(file->notes[i].text);
    }
    free(file->notes);
    free(file->chunks);
    free(file);
}

bool parquet_file_note(struct parquet_file *file, const char *key, const char *text,
                       struct status *status)
{
    struct note note = {mem_text(key, strlen(key), status),
                        mem_text(text, strlen(text), status)};
    if (note.key == NULL || note.text == NULL ||
        !mem_grow(&file->notes, &file->notes_room, file->n_notes + 1, sizeof note, "a note",
                  status)) {
        free(note.key);
        free(note.text);
        return false;
    }
    file->notes[file->n_notes++] = note;
    return true;
}

bool parquet_file_add(struct parquet_file *file, const struct parquet_chunk *chunks,
                      struct status *status)
{
    size_t n = file->n_groups * file->n_columns;
    if (!mem_grow(&file->chunks, &file->chunks_room, n + file->n_columns, sizeof *file->chunks,
                  "a Parquet file", status)) {
        return false;
    }
    for (size_t i = 0; i < file->n_columns; i++) {
        struct written_chunk *written = &file->chunks[n + i];
        written->chunk = chunks[i];
        written->chunk.pages = (struct parquet_bytes){0};
        written->offset = outfile_written(file->file);
        written->length = chunks[i].pages.used;
        outfile_write(file->file, chunks[i].pages.bytes, chunks[i].pages.used);
    }
    file->n_rows += file->n_columns > 0 ? chunks[0].n : 0;
    file->n_groups++;
    return true;
}

/* ---- the footer ---- */

/* Texts say that they are such in both ways that there are; so do whole numbers of 8 bits. */
static void put_annotation(struct thrift_writer *writer, enum parquet_kind kind)
{
    if (kind == PARQUET_KIND_TEXT) {
        thrift_put_i32(writer, PARQUET_ELEMENT_CONVERTED, PARQUET_UTF8);
        thrift_begin(writer, PARQUET_ELEMENT_LOGICAL);
        thrift_begin(writer, PARQUET_LOGICAL_STRING);
        thrift_end(writer);
        thrift_end(writer);
    } else if (kind == PARQUET_KIND_INT8) {
        thrift_put_i32(writer, PARQUET_ELEMENT_CONVERTED, PARQUET_INT_8);
        thrift_begin(writer, PARQUET_ELEMENT_LOGICAL);
        thrift_begin(writer, PARQUET_LOGICAL_INTEGER);
        thrift_put_byte(writer, 1, 8);    /* bits */
        thrift_put_bool(writer, 2, true); /* signed */
        thrift_end(writer);
        thrift_end(writer);
    }
}

static void put_schema(const struct parquet_file *file, struct thrift_writer *writer)
{
    thrift_put_list(writer, PARQUET_FILE_SCHEMA, THRIFT_STRUCT, 1 + file->n_columns);
    thrift_begin_element(writer);
    thrift_put_text(writer, PARQUET_ELEMENT_NAME, "schema");
    thrift_put_i32(writer, PARQUET_ELEMENT_CHILDREN, (int32_t)file->n_columns);
    thrift_end(writer);
    for (size_t i = 0; i < file->n_columns; i++) {
        const struct parquet_column *column = &file->columns[i];
        thrift_begin_element(writer);
        thrift_put_i32(writer, PARQUET_ELEMENT_TYPE, (int32_t)parquet_kind_type(column->kind));
        thrift_put_i32(writer, PARQUET_ELEMENT_REPETITION, PARQUET_OPTIONAL);
        thrift_put_text(writer, PARQUET_ELEMENT_NAME, column->name);
        put_annotation(writer, column->kind);
        thrift_end(writer);
    }
}

static void put_statistics(const struct parquet_chunk *chunk, struct thrift_writer *writer)
{
    thrift_begin(writer, PARQUET_META_STATISTICS);
    thrift_put_i64(writer, PARQUET_STATISTICS_NULLS, (int64_t)chunk->nulls);
    if (chunk->has_range) {
        thrift_put_binary(writer, PARQUET_STATISTICS_MAX, chunk->most.bytes,
                          chunk->most.length);
        thrift_put_binary(writer, PARQUET_STATISTICS_MIN, chunk->least.bytes,
                          chunk->least.length);
        thrift_put_bool(writer, PARQUET_STATISTICS_MAX_EXACT, true);
        thrift_put_bool(writer, PARQUET_STATISTICS_MIN_EXACT, true);
    }
    if (chunk->has_floats) {
        thrift_put_i64(writer, PARQUET_STATISTICS_NANS, 0);
    }
    thrift_end(writer);
}

static void put_page_count(struct thrift_writer *writer, enum parquet_page type,
                           enum parquet_encoding encoding, size_t n)
{
    thrift_begin_element(writer);
    thrift_put_i32(writer, 1, type);
    thrift_put_i32(writer, 2, encoding);
    thrift_put_i32(writer, 3, (int32_t)n);
    thrift_end(writer);
}

static void put_chunk(const struct parquet_column *column, const struct written_chunk *written,
                      struct thrift_writer *writer)
{
    const struct parquet_chunk *chunk = &written->chunk;
    bool dictionary = chunk->dictionary_bytes > 0;
    thrift_begin_element(writer);
    thrift_put_i64(writer, PARQUET_CHUNK_OFFSET, 0); /* deprecated, but must be there */
    thrift_begin(writer, PARQUET_CHUNK_META);
    thrift_put_i32(writer, PARQUET_META_TYPE, (int32_t)parquet_kind_type(column->kind));
    thrift_put_list(writer, PARQUET_META_ENCODINGS, THRIFT_I32, dictionary ? 3 : 2);
    thrift_element_i32(writer, PARQUET_PLAIN);
    thrift_element_i32(writer, PARQUET_RLE);
    if (dictionary) {
        thrift_element_i32(writer, PARQUET_RLE_DICTIONARY);
    }
    thrift_put_list(writer, PARQUET_META_PATH, THRIFT_BINARY, 1);
    thrift_element_text(writer, column->name);
    thrift_put_i32(writer, PARQUET_META_CODEC, chunk->codec);
    thrift_put_i64(writer, PARQUET_META_VALUES, (int64_t)chunk->n);
    thrift_put_i64(writer, PARQUET_META_UNCOMPRESSED, (int64_t)chunk->uncompressed);
    thrift_put_i64(writer, PARQUET_META_COMPRESSED, (int64_t)written->length);
    thrift_put_i64(writer, PARQUET_META_DATA_OFFSET,
                   (int64_t)(written->offset + chunk->dictionary_bytes));
    if (dictionary) { /* 0 is no place of a page: some readers would go there */
        thrift_put_i64(writer, PARQUET_META_DICTIONARY_OFFSET, (int64_t)written->offset);
    }
    put_statistics(chunk, writer);
    thrift_put_list(writer, PARQUET_META_ENCODING_STATS, THRIFT_STRUCT, dictionary ? 2 : 1);
    if (dictionary) {
        put_page_count(writer, PARQUET_DICTIONARY_PAGE, PARQUET_PLAIN, 1);
    }
    put_page_count(writer, PARQUET_DATA_PAGE,
                   dictionary ? PARQUET_RLE_DICTIONARY : PARQUET_PLAIN, chunk->data_pages);
    thrift_end(writer);
    thrift_end(writer);
}

static void put_groups(const struct parquet_file *file, struct thrift_writer *writer)
{
    thrift_put_list(writer, PARQUET_FILE_GROUPS, THRIFT_STRUCT, file->n_groups);
    for (size_t g = 0; g < file->n_groups; g++) {
        const struct written_chunk *chunks = &file->chunks[g * file->n_columns];
        size_t uncompressed = 0, length = 0;
        for (size_t i = 0; i < file->n_columns; i++) {
            uncompressed += chunks[i].chunk.uncompressed;
            length += chunks[i].length;
        }
        thrift_begin_element(writer);
        thrift_put_list(writer, PARQUET_GROUP_CHUNKS, THRIFT_STRUCT, file->n_columns);
        for (size_t i = 0; i < file->n_columns; i++) {
            put_chunk(&file->columns[i], &chunks[i], writer);
        }
        thrift_put_i64(writer, PARQUET_GROUP_BYTES, (int64_t)uncompressed);
        thrift_put_i64(writer, PARQUET_GROUP_ROWS, (int64_t)chunks[0].chunk.n);
        thrift_put_i64(writer, PARQUET_GROUP_OFFSET, (int64_t)chunks[0].offset);
        thrift_put_i64(writer, PARQUET_GROUP_COMPRESSED, (int64_t)length);
        thrift_end(writer);
    }
}

static void put_notes(const struct parquet_file *file, struct thrift_writer *writer)
{
    if (file->n_notes == 0) {
        return;
    }
    thrift_put_list(writer, PARQUET_FILE_KEY_VALUES, THRIFT_STRUCT, file->n_notes);
    for (size_t i = 0; i < file->n_notes; i++) {
        thrift_begin_element(writer);
        thrift_put_text(writer, 1, file->notes[i].key);
        thrift_put_text(writer, 2, file->notes[i].text);
        thrift_end(writer);
    }
}

/* Without it the order of least and greatest values is not defined. */
static void put_orders(const struct parquet_file *file, struct thrift_writer *writer)
{
    thrift_put_list(writer, PARQUET_FILE_ORDERS, THRIFT_STRUCT, file->n_columns);
    for (size_t i = 0; i < file->n_columns; i++) {
        thrift_begin_element(writer);
        thrift_begin(writer, 1); /* that of the type */
        thrift_end(writer);
        thrift_end(writer);
    }
}

bool parquet_file_end(struct parquet_file *file, struct status *status)
{
    struct parquet_bytes footer = {0};
    struct thrift_writer writer = {.out = &footer};
    thrift_put_i32(&writer, PARQUET_FILE_VERSION, 1);
    put_schema(file, &writer);
    thrift_put_i64(&writer, PARQUET_FILE_ROWS, (int64_t)file->n_rows);
    put_groups(file, &writer);
    put_notes(file, &writer);
    thrift_put_text(&writer, PARQUET_FILE_CREATED_BY, created_by);
    put_orders(file, &writer);
    thrift_end(&writer);
    uint32_t length = (uint32_t)footer.used;
    parquet_bytes_put(&footer, &length, sizeof length);
    parquet_bytes_put(&footer, PARQUET_MAGIC, PARQUET_MAGIC_BYTES);
    bool good = !footer.lost || status_nomem(status, footer.room, "a Parquet file");
    if (good) {
        outfile_write(file->file, footer.bytes, footer.used);
    }
    parquet_bytes_clear(&footer);
    return good;
}

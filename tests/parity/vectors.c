#include "parity/vectors.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/test.h"

static char *read_file(const char *path)
{
    const char *source = getenv("ODDHOURS_SRCDIR");
    char full[4096];
    snprintf(full, sizeof full, "%s/tests/parity/vectors/%s", source != NULL ? source : ".",
             path);
    FILE *file = fopen(full, "rb");
    if (file == NULL) {
        fail_msg("cannot open %s", full);
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, file), size);
    text[size] = '\0';
    fclose(file);
    return text;
}

static size_t count(const char *text, char byte)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += *text == byte;
    }
    return n;
}

/* Cuts the line at `*cursor` into exactly n cells and moves behind it. */
static void cut_line(char **cursor, char **cells, size_t n, const char *path)
{
    char *line = *cursor;
    char *end = strchr(line, '\n');
    if (end == NULL) {
        fail_msg("%s: the last line does not end", path);
    }
    *end = '\0';
    *cursor = end + 1;
    if (count(line, ',') + 1 != n) {
        fail_msg("%s: not %zu cells: %s", path, n, line);
    }
    for (size_t i = 0; i < n; i++) {
        cells[i] = line;
        char *comma = strchr(line, ',');
        if (comma != NULL) {
            *comma = '\0';
            line = comma + 1;
        }
    }
}

struct vectors *vectors_csv(const char *path)
{
    struct vectors *vectors = calloc(1, sizeof *vectors);
    assert_non_null(vectors);
    vectors->text = read_file(path);
    char *cursor = vectors->text;
    size_t n_lines = count(cursor, '\n');
    assert_true(n_lines >= 1);
    size_t header_length = strcspn(cursor, "\n");
    vectors->n_columns = 1;
    for (size_t i = 0; i < header_length; i++) {
        vectors->n_columns += cursor[i] == ',';
    }
    vectors->n_rows = n_lines - 1;
    vectors->header = malloc(n_lines * vectors->n_columns * sizeof *vectors->header);
    assert_non_null(vectors->header);
    vectors->cells = vectors->header + vectors->n_columns;
    for (size_t i = 0; i < n_lines; i++) {
        cut_line(&cursor, vectors->header + i * vectors->n_columns, vectors->n_columns, path);
    }
    return vectors;
}

void vectors_free(struct vectors *vectors)
{
    if (vectors != NULL) {
        free(vectors->header);
        free(vectors->text);
        free(vectors);
    }
}

size_t vectors_column(const struct vectors *vectors, const char *name)
{
    for (size_t i = 0; i < vectors->n_columns; i++) {
        if (strcmp(vectors->header[i], name) == 0) {
            return i;
        }
    }
    fail_msg("no column %s", name);
    return 0;
}

const char *vectors_text(const struct vectors *vectors, size_t row, size_t column)
{
    assert_true(row < vectors->n_rows && column < vectors->n_columns);
    return vectors->cells[row * vectors->n_columns + column];
}

/* The whole cell must have been the number. */
static void check_end(const char *text, const char *end)
{
    if (end == text || *end != '\0') {
        fail_msg("not a number: '%s'", text);
    }
}

double vectors_double(const struct vectors *vectors, size_t row, size_t column)
{
    const char *text = vectors_text(vectors, row, column);
    char *end;
    double value = strtod(text, &end);
    check_end(text, end);
    return value;
}

float vectors_float(const struct vectors *vectors, size_t row, size_t column)
{
    const char *text = vectors_text(vectors, row, column);
    char *end;
    float value = strtof(text, &end);
    check_end(text, end);
    return value;
}

int64_t vectors_int(const struct vectors *vectors, size_t row, size_t column)
{
    const char *text = vectors_text(vectors, row, column);
    char *end;
    int64_t value = strtoll(text, &end, 10);
    check_end(text, end);
    return value;
}

uint64_t vectors_hex(const char *digits)
{
    char *end;
    uint64_t value = strtoull(digits, &end, 16);
    check_end(digits, end);
    return value;
}

double *vectors_doubles(const struct vectors *vectors, size_t column, size_t n)
{
    double *values = malloc(vectors->n_rows * n * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < vectors->n_rows * n; i++) {
        values[i] = vectors_double(vectors, i / n, column + i % n);
    }
    return values;
}

float *vectors_floats(const struct vectors *vectors, size_t column, size_t n)
{
    float *values = malloc(vectors->n_rows * n * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < vectors->n_rows * n; i++) {
        values[i] = vectors_float(vectors, i / n, column + i % n);
    }
    return values;
}

cJSON *vectors_json(const char *path)
{
    char *text = read_file(path);
    cJSON *json = cJSON_Parse(text);
    free(text);
    if (json == NULL) {
        fail_msg("%s is not JSON", path);
    }
    return json;
}

double vectors_json_number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsString(item)) { /* numbers whose bits matter are written as text */
        char *end;
        double value = strtod(item->valuestring, &end);
        check_end(item->valuestring, end);
        return value;
    }
    if (!cJSON_IsNumber(item)) {
        fail_msg("no number %s", key);
    }
    return item->valuedouble;
}

const char *vectors_json_text(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item)) {
        fail_msg("no text %s", key);
    }
    return item->valuestring;
}

uint64_t vectors_fnv(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

uint64_t vectors_weighted_sum(const uint32_t *values, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (i + 1) * (uint64_t)values[i];
    }
    return sum;
}

static uint64_t mixed(uint64_t seed, uint64_t row, uint64_t column)
{
    uint64_t z = seed + (row * 8 + column + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

double *vectors_formula(size_t n, uint64_t seed)
{
    double *values = malloc(n * 7 * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++) {
        uint64_t u[8];
        for (size_t c = 0; c < 8; c++) {
            u[c] = mixed(seed, i, c);
        }
        uint64_t a = u[0] % 1000;
        uint64_t total = 2 + (a < 600 ? u[1] % 10 : a < 950 ? u[1] % 60 : u[1] % 2000);
        uint64_t failed = u[2] % 25 == 0 ? u[3] % (total + 1) : 0;
        uint64_t dst = lesser(1 + (u[4] % 20 == 0 ? u[5] % 40 : u[5] % 4), total);
        uint64_t src = lesser(1 + (u[4] % 31 == 0 ? u[6] % 100 : u[6] % 5), total);
        uint64_t night = u[7] % 4 == 0 ? total : (u[7] % 50 == 1 ? u[7] / 64 % (total + 1) : 0);
        double *row = values + i * 7;
        row[0] = (double)total;
        row[1] = (double)failed;
        row[2] = (double)failed / (double)total;
        row[3] = (double)dst;
        row[4] = (double)src;
        row[5] = (double)night;
        row[6] = (double)night / (double)total;
    }
    return values;
}

void vectors_same_double(double a, double b, const char *file, int line)
{
    if (vectors_bits(a) != vectors_bits(b)) {
        fail_msg("%s:%d: %.17g is not %.17g to the bit", file, line, a, b);
    }
}

void vectors_same_float(float a, float b, const char *file, int line)
{
    if (vectors_bits32(a) != vectors_bits32(b)) {
        fail_msg("%s:%d: %.9g is not %.9g to the bit", file, line, (double)a, (double)b);
    }
}

/* vectors: reads the files under tests/parity/vectors for the parity tests.
 *
 * For tests only: whatever is wrong with a file fails the running test at once, so callers need
 * no error handling. Paths are relative to tests/parity/vectors ("rng/choice.json").
 */
#ifndef ODDHOURS_TESTS_PARITY_VECTORS_H
#define ODDHOURS_TESTS_PARITY_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>

/* A CSV file without quoted cells, its header line apart. */
struct vectors {
    size_t n_rows, n_columns;
    char *text;    /* the file's bytes, cut into cells */
    char **header; /* (n_columns) */
    char **cells;  /* (n_rows, n_columns) row-major */
};

struct vectors *vectors_csv(const char *path);
void vectors_free(struct vectors *vectors);

/* The position of a column; an unknown one fails the test. */
size_t vectors_column(const struct vectors *vectors, const char *name);

/* One cell. Reading a printed number back gives the bits that were written (strtod, strtof). */
const char *vectors_text(const struct vectors *vectors, size_t row, size_t column);
double vectors_double(const struct vectors *vectors, size_t row, size_t column);
float vectors_float(const struct vectors *vectors, size_t row, size_t column);
int64_t vectors_int(const struct vectors *vectors, size_t row, size_t column);
uint64_t vectors_hex(const char *digits);

/* (n_rows, n) values of n columns from `column` on, row-major; freed with free(). */
double *vectors_doubles(const struct vectors *vectors, size_t column, size_t n);
float *vectors_floats(const struct vectors *vectors, size_t column, size_t n);

/* A JSON file; freed with cJSON_Delete(). A number or text of an object by its key. */
cJSON *vectors_json(const char *path);
double vectors_json_number(const cJSON *object, const char *key);
const char *vectors_json_text(const cJSON *object, const char *key);

/* FNV-1a, 64 bits. Start with VECTORS_FNV and feed bytes in any number of pieces. */
#define VECTORS_FNV UINT64_C(0xcbf29ce484222325)
uint64_t vectors_fnv(uint64_t hash, const void *bytes, size_t length);

/* Sum of (i + 1) * values[i] modulo 2^64. */
uint64_t vectors_weighted_sum(const uint32_t *values, size_t n);

/* The seven features of `n` rows by the input formula of vectors/README.md, row-major; freed
 * with free(). */
double *vectors_formula(size_t n, uint64_t seed);

static inline uint64_t vectors_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline uint32_t vectors_bits32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Every bit equal; the message shows both values. */
#define assert_same_double(a, b) vectors_same_double((a), (b), __FILE__, __LINE__)
#define assert_same_float(a, b)  vectors_same_float((a), (b), __FILE__, __LINE__)
void vectors_same_double(double a, double b, const char *file, int line);
void vectors_same_float(float a, float b, const char *file, int line);

#endif

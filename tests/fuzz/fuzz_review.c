/* fuzz_review: exported reviews; what is taken must come out and in again unchanged. What is
 * wrong ends in abort(). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "review/exchange/exchange.h"

static char *written(const struct exchange *exchange, enum exchange_format format,
                     size_t *length)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/oddhours-fuzz-%ld", (long)getpid());
    struct history *history = exchange_history(exchange, NULL);
    if (history == NULL ||
        !exchange_write(history, &exchange->dataset, false, format, path, NULL)) {
        abort();
    }
    history_free(history);
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 22);
    if (file == NULL || bytes == NULL) {
        abort();
    }
    *length = fread(bytes, 1, 1 << 22, file);
    fclose(file);
    unlink(path);
    return bytes;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct status status = {0};
    struct exchange one, two;
    if (size > 1 << 16) {
        return 0;
    }
    if (!exchange_parse((const char *)data, size, &one, &status)) {
        if (status.code == STATUS_OK || status.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        enum exchange_format format = i == 0 ? EXCHANGE_JSON : EXCHANGE_CSV;
        size_t n_first, n_second;
        char *first = written(&one, format, &n_first);
        bool empty = one.n == 0 && format == EXCHANGE_CSV; /* then nothing names the dataset */
        if (!empty) {
            if (!exchange_parse(first, n_first, &two, &status)) {
                fprintf(stderr, "%s\n", status.text);
                abort();
            }
            char *second = written(&two, format, &n_second);
            if (n_first != n_second || memcmp(first, second, n_first) != 0) {
                abort();
            }
            free(second);
            exchange_clear(&two);
        }
        free(first);
    }
    exchange_clear(&one);
    return 0;
}

/* replay: runs a fuzz target over every file of a corpus, and speaks TAP.
 *
 * replay_NAME reads the folder tests/fuzz/corpus_NAME of the sources; with arguments, these
 * files instead (to look at what a fuzzer has found).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = 0, capacity = 0, got;
    unsigned char *data = NULL;
    do {
        capacity = capacity * 2 + 4096;
        data = realloc(data, capacity);
        if (data == NULL) {
            exit(1);
        }
        got = fread(data + size, 1, capacity - size, file);
        size += got;
    } while (size == capacity);
    fclose(file);
    /* Exactly as large as the input, so that a sanitizer sees what is read beyond. */
    unsigned char *input = malloc(size > 0 ? size : 1);
    if (input == NULL) {
        exit(1);
    }
    memcpy(input, data, size);
    free(data);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        run_file(argv[i]);
    }
    if (argc > 1) {
        return 0;
    }
    const char *sources = getenv("ODDHOURS_SRCDIR");
    const char *name = strrchr(argv[0], '_');
    char folder[4096], path[8192];
    snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus%s", sources != NULL ? sources : ".",
             name != NULL ? name : "");
    struct dirent **entries;
    int n = scandir(folder, &entries, is_file, alphasort);
    if (n <= 0) {
        printf("Bail out! no corpus in %s\n", folder);
        return 1;
    }
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        run_file(path);
        printf("ok %d - corpus%s/%s\n", i + 1, name, entries[i]->d_name);
        fflush(stdout);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

#include "tui/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

enum { PATH_BYTES = 4096, LINE_BYTES = 8192 };

static void write_all(const struct canvas *canvas, const char *path)
{
    char line[LINE_BYTES];
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        fail_msg("cannot write %s", path);
        return;
    }
    for (int y = 0; y < canvas->rows; y++) {
        canvas_row(canvas, y, line, sizeof line);
        fprintf(file, "%s\n", line);
    }
    assert_int_equal(fclose(file), 0);
}

static void compare(const struct canvas *canvas, FILE *file, const char *name)
{
    char have[LINE_BYTES], want[LINE_BYTES];
    int differ = 0;
    for (int y = 0; y < canvas->rows; y++) {
        if (fgets(want, sizeof want, file) == NULL) {
            want[0] = '\0';
        }
        want[strcspn(want, "\n")] = '\0';
        canvas_row(canvas, y, have, sizeof have);
        if (strcmp(have, want) != 0) {
            fprintf(stderr, "# %s, line %d\n#   want |%s\n#   have |%s\n", name, y + 1, want,
                    have);
            differ++;
        }
    }
    if (differ > 0) {
        fail_msg("%s: %d lines differ (UPDATE_GOLDEN=1 writes it anew)", name, differ);
    }
    assert_null(fgets(want, sizeof want, file));
}

void golden_check(const struct canvas *canvas, const char *name)
{
    char path[PATH_BYTES];
    const char *source = getenv("ODDHOURS_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/tui/golden/%s.txt", source == NULL ? "." : source,
             name);
    if (getenv("UPDATE_GOLDEN") != NULL) {
        write_all(canvas, path);
        return;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        fail_msg("%s is missing (UPDATE_GOLDEN=1 writes it)", path);
        return;
    }
    compare(canvas, file, name);
    fclose(file);
}

#include "tui/review_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/test.h"

enum { ROWS = 24, COLS = 80 };

struct review_place *review_place_new(bool quick)
{
    const char *build = getenv("ODDHOURS_BUILDDIR"), *source = getenv("ODDHOURS_SRCDIR");
    struct review_place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->program, sizeof place->program, "%s/oddhours", build == NULL ? "." : build);
    snprintf(place->sample, sizeof place->sample, "%s/data/lanl_user_hours.csv",
             source == NULL ? ".." : source);
    snprintf(place->directory, sizeof place->directory, "%s/oddhours-review-XXXXXX",
             quick && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->store, sizeof place->store, "%s/reviews.db", place->directory);
    return place;
}

void review_place_free(struct review_place *place)
{
    char command[192];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", place->directory,
             place->directory);
    assert_int_equal(system(command), 0);
    free(place);
}

struct vt *review_start(const struct review_place *place, const char *reviewer,
                        const char *const *before)
{
    const char *argv[32];
    size_t n = 0;
    for (; before != NULL && *before != NULL; before++) {
        argv[n++] = *before;
    }
    const char *const words[] = {place->program, "--no-cache", "--models",   "iforest",
                                 "--trees",      "20",         "--reviews",  place->store,
                                 "--reviewer",   reviewer,     place->sample};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        argv[n++] = words[i];
    }
    argv[n] = NULL;
    struct vt *vt = vt_start(argv, ROWS, COLS, NULL);
    vt_wait_text(vt, VT_ANY, "finished in");
    vt_keys(vt, "4");
    vt_wait_text(vt, 0, "4 Top-K");
    return vt;
}

bool review_says_saved(struct vt *vt, unsigned long *row)
{
    static const char words[] = "saved: true positive, ";
    char line[512];
    vt_row(vt, ROWS - 2, line, sizeof line);
    const char *found = strstr(line, words);
    if (found == NULL || found > line + 3) { /* "NOT saved" says otherwise */
        return false;
    }
    found = strstr(found, ", row ");
    if (found == NULL) {
        return false;
    }
    *row = 0;
    for (found += strlen(", row "); *found != '\0'; found++) {
        if (*found != ',') { /* 2,967 */
            *row = *row * 10 + (unsigned long)(*found - '0');
        }
    }
    return true;
}

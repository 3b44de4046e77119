/* formats: the described formats there are. Their files are those of the program's folder
 * ($ODDHOURS_FORMATS, "../data/formats" or "../share/oddhours/formats" beside the program, else
 * where it was installed), with those of the user's folder (oddhours/formats in
 * $XDG_CONFIG_HOME) over them: a file there takes the place of one of the same name. */
#ifndef ODDHOURS_EVENTS_FORMATS_H
#define ODDHOURS_EVENTS_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "events/log_format.h"

struct formats_entry {
    char *name, *path;
    const struct log_format *format; /* held; NULL: the file is wrong */
    char problem[STATUS_TEXT];       /* why */
};

struct formats {
    struct formats_entry *list; /* (n) by name */
    size_t n, capacity;
};

/* All of them; a file that is wrong is an entry without a format. A folder that is not there is
 * none. NULL-safe: formats_free(). */
bool formats_load(struct formats *formats, struct status *status);
void formats_free(struct formats *formats);

/* The format that is named: of its own ("lanl"), described, or a file (a name with a slash or
 * that ends in .json). The caller releases it (described.h). NULL with STATUS_USAGE and the
 * nearest name, or with what is wrong with the file. */
const struct log_format *formats_find(const char *name, struct status *status);

/* The format of a log whose first bytes these are; the caller releases it. `*format` is NULL
 * when none says so. False with STATUS_USAGE when several do: all are named. */
bool formats_recognise(const char *bytes, size_t length, const struct log_format **format,
                       struct status *status);

#endif

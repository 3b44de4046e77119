/* archive_edit: changes one item of an archive, and makes its head right again: files that pass
 * the hash, and that nobody can have saved. Whatever fails ends the running test. */
#ifndef ODDHOURS_TESTS_UNIT_ARCHIVE_EDIT_H
#define ODDHOURS_TESTS_UNIT_ARCHIVE_EDIT_H

#include <stddef.h>

enum archive_edit {
    EDIT_NOTHING,
    EDIT_OMIT,
    EDIT_TWICE,
    EDIT_SHORTER, /* an element less; an empty one is as it was */
    EDIT_LONGER,  /* an element more, of zeros */
    EDIT_ZEROS,   /* all bytes 0 */
    EDIT_ONES     /* all bits 1 */
};

/* Writes `from` to `to` with item `at` changed; returns how many items `from` has. */
size_t archive_edit(const char *from, const char *to, size_t at, enum archive_edit edit);

/* Writes `from` to `to` with every text `was` replaced by `now`; returns how many there were.
 */
size_t archive_rename(const char *from, const char *to, const char *was, const char *now);

/* Writes `from` to `to` as of another version. */
void archive_set_version(const char *from, const char *to, unsigned version);

#endif

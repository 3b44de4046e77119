/* odd_table: a small table in which two user-hours stand out, and are identical. */
#ifndef ODDHOURS_TESTS_TUI_ODD_TABLE_H
#define ODDHOURS_TESTS_TUI_ODD_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* A new directory, where syncing is cheap when there is such a place. */
bool odd_table_place(char *directory, size_t size);

/* Five users over three days, 360 rows; rows 200 and 310 stand out, row 100 is like no other.
 * `bare`: only the features. */
bool odd_table_write(const char *path, bool bare);

#endif

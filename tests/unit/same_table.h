/* same_table: whether two tables are equal in everything but the name of the file. */
#ifndef ODDHOURS_TESTS_UNIT_SAME_TABLE_H
#define ODDHOURS_TESTS_UNIT_SAME_TABLE_H

#include "table/table.h"

/* NULL when they are, else what differs. */
const char *same_table(const struct table *a, const struct table *b);

#endif

/* operand: small things that several commands need. */
#ifndef ODDHOURS_CMD_OPERAND_H
#define ODDHOURS_CMD_OPERAND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"
#include "table/table.h"

/* One operand is wanted; otherwise a sentence with the usage. */
bool operand_only(int count, char **operands, const char *usage, struct status *status);

/* A name from outside, safe to print. */
struct operand_text {
    char text[1024];
};
struct operand_text operand_safe(const char *name);

/* The rejected lines that the reader kept, one a line; nothing when there were none. */
void operand_print_rejects(const struct table *table, FILE *stream);

#endif

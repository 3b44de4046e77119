/* exchange_rules: the rules of a store as a file of JSON, out and in again without loss, ended
 * ones included. What they have hidden is of the store's own runs and stays there. */
#ifndef ODDHOURS_REVIEW_EXCHANGE_RULES_H
#define ODDHOURS_REVIEW_EXCHANGE_RULES_H

#include "review/store/rules.h"

/* Writes them to `path`, as exchange_write() does. */
bool exchange_rules_write(const struct rule *rules, size_t n, const char *path,
                          struct status *status);

/* Reads `path` where it is such a file: *are is false, and true is returned, where it is
 * another. All rules or none; freed with store_rules_free(). */
bool exchange_rules_read(const char *path, bool *are, struct rule **rules, size_t *n,
                         struct status *status);
bool exchange_rules_parse(const char *bytes, size_t length, bool *are, struct rule **rules,
                          size_t *n, struct status *status);

#endif

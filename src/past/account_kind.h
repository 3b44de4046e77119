/* account_kind: person, machine, service or anonymous, by rules over names or from a file. */
#ifndef ODDHOURS_PAST_ACCOUNT_KIND_H
#define ODDHOURS_PAST_ACCOUNT_KIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/dict.h"

enum account_kind {
    ACCOUNT_PERSON,
    ACCOUNT_MACHINE,
    ACCOUNT_SERVICE,
    ACCOUNT_ANONYMOUS,
    ACCOUNT_KINDS
};

/* "person", "machine", "service", "anonymous". */
const char *account_kind_name(enum account_kind kind);

/* The kind of that name, its first letters being enough; ACCOUNT_KINDS when there is none. */
enum account_kind account_kind_find(struct span name);

/* Patterns by kind, in the order in which they are asked, as one text:
 * "anonymous=ANONYMOUS*; machine=*$ *$@*; service=SYSTEM@* svc*": kinds are separated by
 * semicolons, patterns by blanks or commas; * stands for anything, letters match either case; a
 * pattern with blanks is put into quotes. Who matches none is a person. */
extern const char account_rules_default[];

/* STATUS_USAGE when it is no such text. NULL is the default. */
struct account_rules *account_rules_new(const char *text, struct status *status);
void account_rules_free(struct account_rules *rules);
enum account_kind account_rules_kind(const struct account_rules *rules, struct span name);

/* What is known of each account of a table. */
struct accounts {
    size_t n;
    uint8_t *kind;         /* (n) enum account_kind, by id */
    char **owner, **label; /* (n) NULL where nothing is said; NULL without a file */
    size_t listed;         /* accounts that the file names */
    size_t unknown;        /* lines of the file that name no account of the table */
};

/* By the rules, and over them what the CSV file `path` (NULL: none) says: columns account,
 * kind, owner, label, found by their names, or in this order when the first line names no
 * column `account`. An empty kind leaves the rules'; of an account that is named twice the
 * later line counts. STATUS_INPUT names the line of a kind that is none, and one without an
 * account. Without `users` the file is only checked. */
struct accounts *accounts_new(const struct dict *users, const struct account_rules *rules,
                              const char *path, const struct progress *progress,
                              struct status *status);
void accounts_free(struct accounts *accounts);

/* How many accounts are of that kind. */
size_t accounts_of_kind(const struct accounts *accounts, enum account_kind kind);

/* The name of an account's kind. */
static inline const char *accounts_kind(const struct accounts *accounts, uint32_t user)
{
    return account_kind_name((enum account_kind)accounts->kind[user]);
}

/* Owner, or label, of an account; "" where nothing is said. */
const char *accounts_owner(const struct accounts *accounts, uint32_t user);
const char *accounts_label(const struct accounts *accounts, uint32_t user);

/* A hash of the bytes of such a file; 0 when it cannot be read. */
uint64_t accounts_digest(const char *path);

#endif

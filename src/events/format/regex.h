/* regex: regular expressions (PCRE2, compiled to machine code where that can be) with limits.
 * The only files that know the library are this and regex.c. */
#ifndef ODDHOURS_EVENTS_FORMAT_REGEX_H
#define ODDHOURS_EVENTS_FORMAT_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "table/dict.h"

struct regex;

enum regex_flags {
    REGEX_LINES = 1, /* ^ and $ at every line */
    REGEX_CASELESS = 2,
    REGEX_WHOLE = 4 /* the whole text must match */
};

/* NULL with `problem` (plain ASCII, a static or the library's sentence and where), or with an
 * empty one when memory ran out. Bytes, not characters, are what it matches. */
enum { REGEX_PROBLEM = 160 };
struct regex *regex_new(struct span pattern, unsigned flags, char problem[REGEX_PROBLEM]);
void regex_free(struct regex *regex);

/* Groups with names, in the order of the pattern's groups. */
size_t regex_names(const struct regex *regex);
struct span regex_name(const struct regex *regex, size_t i);

/* How many groups there are. */
size_t regex_groups(const struct regex *regex);

/* What a thread needs for matching. */
struct matcher;
struct matcher *matcher_new(struct status *status);
void matcher_free(struct matcher *matcher);

enum regex_answer { REGEX_NO, REGEX_YES, REGEX_GIVES_UP };

/* Whether the text matches; REGEX_GIVES_UP when that takes more steps than are allowed. Groups
 * are of the last match of this matcher. */
enum regex_answer regex_match(const struct regex *regex, struct matcher *matcher,
                              struct span text);

/* The same for the first match that begins at byte `from` or behind it; what stands before is
 * seen by ^, \b and what looks behind. */
enum regex_answer regex_match_from(const struct regex *regex, struct matcher *matcher,
                                   struct span text, size_t from);

/* A group of the last match, by number (0: all that matched, 1: the first) or as the i-th with
 * a name; bytes NULL when it took no part. */
struct span matcher_group(const struct matcher *matcher, struct span text, size_t number);
struct span matcher_named(const struct matcher *matcher, const struct regex *regex,
                          struct span text, size_t i);

#endif

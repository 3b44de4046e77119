/* The words of a filter's text: names, values, quotes and operators. */
#ifndef ODDHOURS_RANK_FILTER_LEXER_H
#define ODDHOURS_RANK_FILTER_LEXER_H

#include "rank/filter/filter_internal.h"

struct lexer {
    const char *text;
    size_t at;
    struct filter_error error;
    bool no_value; /* that is the error: the parser knows which values there could be */
};

/* One word as it is meant, quotes undone. */
struct lexeme {
    char *text; /* owned, terminated */
    size_t length;
    size_t column, source_length; /* where it stands, in bytes */
    bool quoted;
    enum filter_op op; /* of a value: what stands before it; FILTER_EQ when nothing does */
    bool explicit_op;
};
void lexeme_clear(struct lexeme *lexeme);

/* Skips blanks; false at the end of the text. */
bool lexer_more(struct lexer *lexer);

/* Reads [-!]NAME: or [-!]WORD. The caller clears `name`. False with lexer->error. */
bool lexer_name(struct lexer *lexer, struct lexeme *name, bool *negated, bool *is_field);

/* Reads one value of a list, and the comma after it if there is one (`more`). */
bool lexer_value(struct lexer *lexer, struct lexeme *value, bool *more);

/* Reads a value as a number, a percentile or a range; a day may be a date or the table's last.
 * NULL when it is one; else a sentence, and where in the value it goes wrong. */
const char *filter_read_number(const struct lexeme *value, enum filter_kind kind,
                               const struct table *table, struct filter_item *item,
                               size_t *column);

#endif

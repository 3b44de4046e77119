#include "rank/filter/filter_lexer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void lexeme_clear(struct lexeme *lexeme)
{
    free(lexeme->text);
    lexeme->text = NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool fail(struct lexer *lexer, size_t column, size_t length, const char *sentence)
{
    memset(&lexer->error, 0, sizeof lexer->error);
    snprintf(lexer->error.text, sizeof lexer->error.text, "%s", sentence);
    lexer->error.column = column;
    lexer->error.length = length;
    return false;
}

bool lexer_more(struct lexer *lexer)
{
    while (is_blank(lexer->text[lexer->at])) {
        lexer->at++;
    }
    return lexer->text[lexer->at] != '\0';
}

/* Reads "...": a backslash keeps a quote or a backslash, and is itself before anything else. */
static bool read_quoted(struct lexer *lexer, struct lexeme *lexeme)
{
    size_t open = lexer->at++, n = 0;
    for (; lexer->text[lexer->at] != '"'; lexer->at++) {
        const char *at = lexer->text + lexer->at;
        if (*at == '\0') {
            return fail(lexer, open, lexer->at - open, "this quote is not closed");
        }
        if (at[0] == '\\' && (at[1] == '"' || at[1] == '\\')) {
            lexer->at++;
        }
        lexeme->text[n++] = lexer->text[lexer->at];
    }
    lexer->at++;
    lexeme->length = n;
    lexeme->quoted = true;
    return true;
}

/* Reads one word, quoted or up to a blank or `stop`. */
static bool read_word(struct lexer *lexer, struct lexeme *lexeme, char stop)
{
    const char *from = lexer->text + lexer->at;
    lexeme->column = lexer->at;
    /* what is left of the text is room enough for any word of it */
    lexeme->text = mem_zero(strlen(from) + 1, 1, "a filter", NULL);
    if (lexeme->text == NULL) {
        return fail(lexer, 0, 0, "out of memory for the filter");
    }
    if (*from == '"') {
        if (!read_quoted(lexer, lexeme)) {
            return false;
        }
    } else {
        while (from[lexeme->length] != '\0' && !is_blank(from[lexeme->length]) &&
               from[lexeme->length] != stop) {
            lexeme->text[lexeme->length] = from[lexeme->length];
            lexeme->length++;
        }
        lexer->at += lexeme->length;
    }
    lexeme->source_length = lexer->at - lexeme->column;
    return true;
}

static bool name_ends_well(struct lexer *lexer, const struct lexeme *name, bool is_field)
{
    char next = lexer->text[lexer->at];
    if (is_field && name->length == 0) {
        return fail(lexer, name->column, 1, "a field's name is missing before the colon");
    }
    if (!is_field && name->quoted && next != '\0' && !is_blank(next)) {
        return fail(lexer, lexer->at, 1, "a blank is missing after the quote");
    }
    return name->length > 0 || name->quoted ||
           fail(lexer, name->column - 1, 1, "a term is missing after this");
}

bool lexer_name(struct lexer *lexer, struct lexeme *name, bool *negated, bool *is_field)
{
    memset(name, 0, sizeof *name);
    *negated = lexer->text[lexer->at] == '-' || lexer->text[lexer->at] == '!';
    lexer->at += *negated;
    if (!read_word(lexer, name, ':')) {
        lexeme_clear(name);
        return false;
    }
    *is_field = lexer->text[lexer->at] == ':';
    if (!name_ends_well(lexer, name, *is_field)) {
        lexeme_clear(name);
        return false;
    }
    lexer->at += *is_field;
    return true;
}

static void read_op(struct lexer *lexer, struct lexeme *value)
{
    static const struct {
        const char *sign;
        enum filter_op op;
    } signs[] = {{">=", FILTER_GE}, {"<=", FILTER_LE}, {"!=", FILTER_NE}, {"==", FILTER_EQ},
                 {">", FILTER_GT},  {"<", FILTER_LT},  {"=", FILTER_EQ}};
    value->op = FILTER_EQ;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t length = strlen(signs[i].sign);
        if (strncmp(lexer->text + lexer->at, signs[i].sign, length) == 0) {
            value->op = signs[i].op;
            value->explicit_op = true;
            lexer->at += length;
            return;
        }
    }
}

bool lexer_value(struct lexer *lexer, struct lexeme *value, bool *more)
{
    memset(value, 0, sizeof *value);
    read_op(lexer, value);
    bool ok = read_word(lexer, value, ',');
    char next = lexer->text[lexer->at];
    if (ok && value->length == 0 && !value->quoted) {
        lexer->no_value = true;
        ok = fail(lexer, lexer->at, 1, "a value is missing here");
    } else if (ok && value->quoted && next != '\0' && next != ',' && !is_blank(next)) {
        ok = fail(lexer, lexer->at, 1, "a blank or a comma is missing after the quote");
    }
    if (!ok) {
        lexeme_clear(value);
        return false;
    }
    *more = next == ',';
    lexer->at += *more;
    return true;
}

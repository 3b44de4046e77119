/* From a typed text to a filter: terms, fields and values. Numbers are in filter_number.c. */
#include "rank/filter/filter_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "rank/filter/filter_lexer.h"

struct parser {
    struct lexer lexer;
    const struct filter_context *context;
    struct filter *filter;
    struct filter_error *error;
};

static bool refuse(struct parser *parser, size_t column, size_t length, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool refuse(struct parser *parser, size_t column, size_t length, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(parser->error->text, sizeof parser->error->text, format, arguments);
    va_end(arguments);
    parser->error->column = column;
    parser->error->length = length;
    return false;
}

static bool out_of_memory(struct parser *parser)
{
    return refuse(parser, 0, 0, "out of memory for the filter");
}

/* ---- building ---- */

static struct filter_term *add_term(struct parser *parser)
{
    struct filter *filter = parser->filter;
    if (!mem_grow(&filter->terms, &filter->capacity, filter->n_terms + 1, sizeof *filter->terms,
                  "a filter", NULL)) {
        out_of_memory(parser);
        return NULL;
    }
    struct filter_term *term = &filter->terms[filter->n_terms++];
    memset(term, 0, sizeof *term);
    return term;
}

static struct filter_item *add_item(struct parser *parser, struct filter_term *term)
{
    if (!mem_grow(&term->items, &term->capacity, term->n_items + 1, sizeof *term->items,
                  "a filter", NULL)) {
        out_of_memory(parser);
        return NULL;
    }
    struct filter_item *item = &term->items[term->n_items++];
    memset(item, 0, sizeof *item);
    return item;
}

static bool set_text(struct parser *parser, struct filter_item *item, struct lexeme *lexeme)
{
    item->text = mem_text(lexeme->text, lexeme->length, NULL);
    return item->text != NULL || out_of_memory(parser);
}

/* ---- values ---- */

static bool text_value(struct parser *parser, struct filter_term *term, struct lexeme *value)
{
    struct filter_item *item = add_item(parser, term);
    if (item == NULL) {
        return false;
    }
    if (value->op != FILTER_EQ && value->op != FILTER_NE) {
        return refuse(parser, value->column, value->source_length,
                      "texts are not compared; write a name, with * and ? for what may differ");
    }
    item->op = value->op;
    if (term->field.kind == FILTER_KIND) {
        enum account_kind kind =
            account_kind_find((struct span){value->text, strlen(value->text)});
        if (kind == ACCOUNT_KINDS) {
            return refuse(parser, value->column, value->source_length,
                          "kind takes person, machine, service or anonymous, not %.60s",
                          value->text);
        }
        const char *name = account_kind_name(kind);
        item->text = mem_text(name, strlen(name), NULL);
        return item->text != NULL || out_of_memory(parser);
    }
    if (term->field.kind == FILTER_HOOK) {
        const struct filter_hook *hook = &parser->context->hooks[term->field.index];
        size_t i = 0;
        while (hook->words != NULL && hook->words[i] != NULL &&
               strcmp(hook->words[i], value->text) != 0) {
            i++;
        }
        if (hook->words != NULL && hook->words[i] == NULL) {
            return refuse(parser, value->column, value->source_length,
                          "%s takes %s%s%s, not %.60s", hook->field, hook->words[0],
                          hook->words[1] != NULL ? ", " : "",
                          hook->words[1] != NULL ? "..." : "", value->text);
        }
    }
    return set_text(parser, item, value);
}

static bool flagged_value(struct parser *parser, struct filter_term *term, struct lexeme *value)
{
    const struct filter_context *context = parser->context;
    struct filter_item *item = add_item(parser, term);
    if (item == NULL) {
        return false;
    }
    if (context->blind) {
        return refuse(parser, value->column, value->source_length,
                      "a blind review hides what is flagged");
    }
    size_t ranking = filter_find_ranking(value->text, context);
    bool all = strcmp(value->text, "all") == 0, any = strcmp(value->text, "any") == 0;
    if (ranking == context->n_rankings && !all && !any) {
        return refuse(parser, value->column, value->source_length,
                      "flagged takes the name of a detector, any, or all, not %.60s",
                      value->text);
    }
    if (ranking < context->n_rankings && context->rankings[ranking].ranking == NULL) {
        return refuse(parser, value->column, value->source_length, "%s has no scores yet",
                      context->rankings[ranking].name);
    }
    item->flagged = ranking < context->n_rankings ? (int)ranking
                    : all                         ? FILTER_ALL
                                                  : FILTER_ANY;
    if (value->op != FILTER_EQ) {
        return refuse(parser, value->column, value->source_length, "write -flagged:%.60s",
                      value->text);
    }
    return true;
}

static bool number_value(struct parser *parser, struct filter_term *term, struct lexeme *value)
{
    struct filter_item *item = add_item(parser, term);
    if (item == NULL) {
        return false;
    }
    size_t column = 0;
    const struct table *table = parser->context->table;
    const char *reason = filter_read_number(value, term->field.kind, table, item, &column);
    if (reason != NULL) {
        return refuse(parser, value->column + column, value->source_length - column, "%s",
                      reason);
    }
    bool one = item->op == FILTER_EQ && item->a == floor(item->a);
    if (term->field.kind == FILTER_LIKE &&
        !(one && item->a >= 0 && item->a < (double)table->n_rows)) {
        return refuse(parser, value->column, value->source_length,
                      "like takes the number of a row, from 0 to %zu", table->n_rows - 1);
    }
    return true;
}

/* sort:FIELD[-asc|-desc] */
static bool sort_value(struct parser *parser, struct lexeme *value)
{
    static const struct {
        const char *suffix;
        bool falling;
    } directions[] = {{"-desc", true}, {"-asc", false}};
    struct filter *filter = parser->filter;
    size_t length = value->length;
    bool given = false;
    for (size_t i = 0; i < 2; i++) {
        size_t tail = strlen(directions[i].suffix);
        if (!given && length > tail &&
            strcmp(value->text + length - tail, directions[i].suffix) == 0) {
            filter->sort_falling = directions[i].falling;
            given = true;
            length -= tail;
        }
    }
    if (filter->sorts) {
        return refuse(parser, value->column, value->source_length, "sort is given twice");
    }
    if (!filter_find_field(value->text, length, parser->context, &filter->sort_field,
                           parser->error)) {
        parser->error->column = value->column;
        parser->error->length = value->source_length;
        return false;
    }
    enum filter_kind kind = filter->sort_field.kind;
    if (kind == FILTER_FLAGGED || kind == FILTER_HOOK || kind == FILTER_SORT ||
        kind == FILTER_HOUR || kind == FILTER_DAY || kind == FILTER_LIKE) {
        return refuse(parser, value->column, value->source_length,
                      "rows cannot be sorted by %.*s", (int)(length < 60 ? length : 60),
                      value->text);
    }
    filter->sorts = true;
    if (!given) {
        filter->sort_falling = kind == FILTER_SCORE || kind == FILTER_FEATURE ||
                               kind == FILTER_COLUMN || kind == FILTER_COPIES;
    }
    return true;
}

/* ---- fields ---- */

/* What is lacking for a field to be asked about; NULL when nothing is. */
static const char *lacking(const struct filter_field *field,
                           const struct filter_context *context)
{
    switch (field->kind) {
    case FILTER_WORD:
    case FILTER_USER: return context->table->users == NULL ? "this table has no users" : NULL;
    case FILTER_KIND:
        return context->accounts == NULL && !context->to_come
                   ? "this table has no users whose kind is known"
                   : NULL;
    case FILTER_OWNER:
    case FILTER_LABEL:
        return (context->accounts == NULL || context->accounts->owner == NULL) &&
                       !context->to_come
                   ? "nothing is known of owners and labels: a list of accounts was not given "
                     "(--accounts)"
                   : NULL;
    case FILTER_TIME:
    case FILTER_HOUR:
    case FILTER_DAY: return context->table->times == NULL ? "this table has no times" : NULL;
    case FILTER_RANK:
    case FILTER_SCORE:
        if (context->blind) {
            return "a blind review hides scores and ranks";
        }
        if (field->index >= context->n_rankings) {
            return "there is no detector in view to rank by";
        }
        if (context->to_come) {
            return NULL;
        }
        if (context->rankings[field->index].ranking == NULL) {
            return "this detector has no scores yet";
        }
        return field->kind == FILTER_RANK && context->by_profile == NULL
                   ? "ranks are not ready yet"
                   : NULL;
    default: return NULL;
    }
}

static bool check_available(struct parser *parser, const struct filter_field *field,
                            const struct lexeme *name)
{
    const char *reason = lacking(field, parser->context);
    return reason == NULL || refuse(parser, name->column, name->source_length, "%s", reason);
}

/* What may be typed where nothing is yet. */
static const char *examples(enum filter_kind kind)
{
    switch (kind) {
    case FILTER_USER: return "a name, as U66*";
    case FILTER_KIND: return "person, machine, service or anonymous";
    case FILTER_OWNER: return "an owner's name, with *";
    case FILTER_LABEL: return "a label, as VIP";
    case FILTER_TIME: return "the time as in the file, with *";
    case FILTER_HOUR: return "0 to 23, as 9 or 22-5";
    case FILTER_DAY: return "a number, a date, or last";
    case FILTER_LIKE: return "the number of a row";
    case FILTER_FEATURE:
    case FILTER_COLUMN: return "a number or a percentile, as >=10, 1-5 or >p99.9";
    case FILTER_SCORE: return "a score or a percentile, as >0.6 or >p99.9";
    case FILTER_FLAGGED: return "a detector, any, or all";
    case FILTER_SORT: return "a field, as total_events or iforest-asc";
    case FILTER_COPIES:
    case FILTER_ROW:
    case FILTER_RANK: return "a number, as 5, >=5 or 1-100";
    default: return NULL;
    }
}

static bool read_values(struct parser *parser, struct filter_term *term,
                        const struct filter_field *field)
{
    bool more = true;
    while (more) {
        struct lexeme value;
        if (!lexer_value(&parser->lexer, &value, &more)) {
            const char *such = parser->lexer.no_value ? examples(field->kind) : NULL;
            *parser->error = parser->lexer.error;
            return such == NULL ? false
                                : refuse(parser, parser->lexer.error.column, 1,
                                         "a value is missing here: %s", such);
        }
        bool ok = field->kind == FILTER_SORT      ? sort_value(parser, &value)
                  : field->kind == FILTER_FLAGGED ? flagged_value(parser, term, &value)
                  : filter_is_text(field->kind)   ? text_value(parser, term, &value)
                                                  : number_value(parser, term, &value);
        lexeme_clear(&value);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool field_term(struct parser *parser, const struct lexeme *name, bool negated)
{
    struct filter_field field;
    if (!filter_find_field(name->text, name->length, parser->context, &field, parser->error)) {
        parser->error->column = name->column;
        parser->error->length = name->source_length;
        return false;
    }
    if (!check_available(parser, &field, name)) {
        return false;
    }
    if (field.kind == FILTER_SORT) {
        if (negated) {
            return refuse(parser, name->column, name->source_length,
                          "write sort:FIELD-desc or sort:FIELD-asc");
        }
        return read_values(parser, NULL, &field) &&
               check_available(parser, &parser->filter->sort_field, name);
    }
    struct filter_term *term = add_term(parser);
    if (term == NULL) {
        return false;
    }
    term->field = field;
    term->negated = negated;
    return read_values(parser, term, &field);
}

/* A word such as iforest.flagged: it would be searched in user names, and find nobody. */
static bool refuse_dotted(struct parser *parser, const struct lexeme *word, size_t ranking,
                          bool negated)
{
    const char *name = parser->context->rankings[ranking].name;
    const char *after = strchr(word->text, '.') + 1;
    bool rank = ascii_same_word(after, "rank"), score = ascii_same_word(after, "score");
    return refuse(parser, word->column, word->source_length,
                  "there is no field '%.60s'; did you mean %s%s%.40s%s?", word->text,
                  negated ? "-" : "", rank || score ? "" : "flagged:", name,
                  rank    ? ".rank:1-100"
                  : score ? ":>p99"
                          : "");
}

static const char *joining_word(const char *text)
{
    static const char *const joins[] = {"OR", "AND", "NOT", "||", "&&", "|", NULL};
    size_t i = 0;
    while (joins[i] != NULL && strcmp(text, joins[i]) != 0) {
        i++;
    }
    return joins[i];
}

bool filter_refuses_word(const char *text)
{
    size_t name = strcspn(text, "<>=");
    return text[0] == '@' || joining_word(text) != NULL || (name > 0 && text[name] != '\0');
}

/* What looks like more than a part of a user's name, and would only find nobody. */
static bool refuse_word(struct parser *parser, const struct lexeme *word, bool negated)
{
    const char *join = joining_word(word->text);
    size_t name = strcspn(word->text, "<>="), length = name < 60 ? name : 60;
    if (join != NULL) {
        return refuse(parser, word->column, word->source_length,
                      "there is no %s: terms must all hold, a comma means or (user:U1*,U2*), - "
                      "means not",
                      join);
    }
    if (word->text[0] == '@') {
        return !negated || refuse(parser, word->column, word->source_length,
                                  "a saved filter cannot be turned round: write out what it "
                                  "has, or \"%.60s\" in quotes for a part of a name",
                                  word->text);
    }
    if (name > 0 && word->text[name] != '\0') {
        const char *sign = word->text + name + (word->text[name] == '=');
        return refuse(parser, word->column, word->source_length,
                      "a field wants a colon: %s%.*s:%.60s (a part of a name goes in quotes)",
                      negated ? "-" : "", (int)length, word->text, sign);
    }
    return true;
}

static bool word_term(struct parser *parser, struct lexeme *word, bool negated)
{
    const struct filter_field field = {.kind = FILTER_WORD};
    if (!word->quoted && !refuse_word(parser, word, negated)) {
        return false;
    }
    size_t dotted = filter_dotted(word->text, parser->context);
    if (!word->quoted && dotted < parser->context->n_rankings) {
        return refuse_dotted(parser, word, dotted, negated);
    }
    if (!check_available(parser, &field, word)) {
        return false;
    }
    struct filter_term *term = add_term(parser);
    struct filter_item *item = term != NULL ? add_item(parser, term) : NULL;
    if (item == NULL) {
        return false;
    }
    term->negated = negated;
    return set_text(parser, item, word);
}

static bool parse_terms(struct parser *parser)
{
    while (lexer_more(&parser->lexer)) {
        struct lexeme name;
        bool negated, is_field;
        if (!lexer_name(&parser->lexer, &name, &negated, &is_field)) {
            *parser->error = parser->lexer.error;
            return false;
        }
        bool ok =
            is_field ? field_term(parser, &name, negated) : word_term(parser, &name, negated);
        lexeme_clear(&name);
        if (!ok) {
            return false;
        }
    }
    return true;
}

struct filter *filter_parse(const char *text, const struct filter_context *context,
                            struct filter_error *error)
{
    struct parser parser = {.lexer = {.text = text}, .context = context, .error = error};
    memset(error, 0, sizeof *error);
    parser.filter = mem_zero(1, sizeof *parser.filter, "a filter", NULL);
    if (parser.filter == NULL) {
        out_of_memory(&parser);
        return NULL;
    }
    if (!parse_terms(&parser)) {
        filter_free(parser.filter);
        return NULL;
    }
    return parser.filter;
}

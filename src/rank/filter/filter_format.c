/* A filter as it was understood, in its plainest form. */
#include "rank/filter/filter_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/double_text.h"

struct writer {
    char *text;
    size_t length, capacity;
    struct status *status;
    bool failed;
};

static void put(struct writer *writer, const char *text, size_t length)
{
    if (writer->failed ||
        !mem_grow(&writer->text, &writer->capacity, writer->length + length + 1, 1, "a filter",
                  writer->status)) {
        writer->failed = true;
        return;
    }
    memcpy(writer->text + writer->length, text, length);
    writer->length += length;
    writer->text[writer->length] = '\0';
}

static void put_text(struct writer *writer, const char *text)
{
    put(writer, text, strlen(text));
}

static void put_number(struct writer *writer, double value, bool percent)
{
    char text[DOUBLE_TEXT];
    size_t length = double_text_write(value, text);
    if (length > 2 && strcmp(text + length - 2, ".0") == 0) {
        length -= 2;
    }
    put_text(writer, percent ? "p" : "");
    put(writer, text, length);
}

/* What a text is in a filter: each has its own characters that need quotes. */
enum text_use { USE_NAME, USE_WORD, USE_VALUE };

static bool needs_quotes(const char *text, enum text_use use)
{
    const char *breaks = use == USE_VALUE ? " \t\n\r\f\v," : " \t\n\r\f\v:";
    const char *starts = use == USE_VALUE ? "\"=!<>" : "\"-!";
    return text[0] == '\0' || strchr(starts, text[0]) != NULL || strpbrk(text, breaks) != NULL;
}

static void put_escaped(struct writer *writer, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            put_text(writer, "\\");
        }
        put(writer, text, 1);
    }
}

/* Writes a text and its suffix, in quotes where they are needed. */
static void put_quotable(struct writer *writer, const char *text, const char *suffix,
                         enum text_use use)
{
    if (!needs_quotes(text, use)) {
        put_text(writer, text);
        put_text(writer, suffix);
        return;
    }
    put_text(writer, "\"");
    put_escaped(writer, text);
    put_text(writer, suffix);
    put_text(writer, "\"");
}

static const char *flagged_name(const struct filter_item *item,
                                const struct filter_context *context)
{
    switch (item->flagged) {
    case FILTER_ANY: return "any";
    case FILTER_ALL: return "all";
    default: return context->rankings[item->flagged].name;
    }
}

/* A day before the table's first has no number that could be typed. */
static void put_day_or_number(struct writer *writer, enum filter_kind kind, double value,
                              bool percent, const struct filter_context *context)
{
    if (kind == FILTER_DAY && value < 0) {
        put_text(writer, format_date(context->table->first_day + (int64_t)value).text);
    } else {
        put_number(writer, value, percent);
    }
}

static void put_item(struct writer *writer, enum filter_kind kind,
                     const struct filter_item *item, const struct filter_context *context)
{
    static const char *const signs[] = {"", "!=", "<", "<=", ">", ">=", ""};
    put_text(writer, signs[item->op]);
    if (filter_is_text(kind)) {
        bool word = kind == FILTER_WORD;
        if (word && (filter_dotted(item->text, context) < context->n_rankings ||
                     filter_refuses_word(item->text))) {
            put_text(writer, "\""); /* it is only taken in quotes */
            put_escaped(writer, item->text);
            put_text(writer, "\"");
        } else {
            put_quotable(writer, item->text, "", word ? USE_WORD : USE_VALUE);
        }
    } else if (kind == FILTER_FLAGGED) {
        put_quotable(writer, flagged_name(item, context), "", USE_VALUE);
    } else {
        put_day_or_number(writer, kind, item->a, item->percent, context);
        if (item->op == FILTER_RANGE) {
            put_text(writer, item->a < 0 || item->b < 0 ? ".." : "-");
            put_day_or_number(writer, kind, item->b, item->percent, context);
        }
    }
}

static void put_term(struct writer *writer, const struct filter_term *term,
                     const struct filter_context *context)
{
    put_text(writer, writer->length > 0 ? " " : "");
    put_text(writer, term->negated ? "-" : "");
    if (term->field.kind != FILTER_WORD) {
        const char *suffix, *name = filter_field_name(&term->field, context, &suffix);
        put_quotable(writer, name, suffix, USE_NAME);
        put_text(writer, ":");
    }
    for (size_t i = 0; i < term->n_items; i++) {
        put_text(writer, i > 0 ? "," : "");
        put_item(writer, term->field.kind, &term->items[i], context);
    }
}

/* sort:NAME-desc; the direction stands inside the quotes, if there are any. */
static void put_sort(struct writer *writer, const struct filter *filter,
                     const struct filter_context *context)
{
    char tail[16];
    const char *suffix, *name = filter_field_name(&filter->sort_field, context, &suffix);
    snprintf(tail, sizeof tail, "%s-%s", suffix, filter->sort_falling ? "desc" : "asc");
    put_text(writer, writer->length > 0 ? " sort:" : "sort:");
    put_quotable(writer, name, tail, USE_VALUE);
}

char *filter_format(const struct filter *filter, const struct filter_context *context,
                    struct status *status)
{
    struct writer writer = {.status = status};
    put_text(&writer, "");
    for (size_t i = 0; i < filter->n_terms; i++) {
        put_term(&writer, &filter->terms[i], context);
    }
    if (filter->sorts) {
        put_sort(&writer, filter, context);
    }
    if (writer.failed) {
        free(writer.text);
        return NULL;
    }
    return writer.text;
}

#include "table/number_style.h"

#include <string.h>

#include "table/printable.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number taken apart: [sign] digits and marks [exponent]. */
struct anatomy {
    size_t commas, dots;
    size_t lead; /* digits before the first mark */
    size_t tail; /* digits behind the last one */
    bool groups; /* three digits each between marks, and behind the last */
    bool inner;  /* three digits each between marks, whatever is behind the last */
    bool zero;   /* the first digit is a 0 */
    char last;   /* the last mark */
    bool exponent;
};

static bool take_apart(struct span text, struct anatomy *parts)
{
    size_t i = 0, n = text.length, run = 0, marks = 0;
    *parts = (struct anatomy){.groups = true, .inner = true};
    while (n > 0 && (text.bytes[n - 1] == ' ' || text.bytes[n - 1] == '\t')) {
        n--;
    }
    while (i < n && (text.bytes[i] == ' ' || text.bytes[i] == '\t')) {
        i++;
    }
    i += i < n && (text.bytes[i] == '-' || text.bytes[i] == '+');
    if (n - i > NUMBER_LONGEST) {
        return false;
    }
    parts->zero = i < n && text.bytes[i] == '0';
    bool any = false;
    for (; i < n; i++) {
        char c = text.bytes[i];
        if (is_digit(c)) {
            any = true;
            run++;
            continue;
        }
        if (c == 'e' || c == 'E') {
            parts->exponent = true;
            break;
        }
        if (c != ',' && c != '.') {
            return false;
        }
        if (marks == 0) {
            parts->lead = run;
        } else if (run != 3) {
            parts->inner = false;
        }
        marks++;
        parts->commas += c == ',';
        parts->dots += c == '.';
        parts->last = c;
        run = 0;
    }
    parts->tail = run;
    if (marks == 0) {
        parts->lead = run;
    }
    parts->groups = parts->inner && run == 3 && parts->lead >= 1 && parts->lead <= 3;
    if (parts->exponent) { /* [sign] digits, to the end */
        i++;
        i += i < n && (text.bytes[i] == '-' || text.bytes[i] == '+');
        size_t from = i;
        while (i < n && is_digit(text.bytes[i])) {
            i++;
        }
        any = any && i > from && i == n;
    }
    return any;
}

/* Whether a number is one when `decimal` is the decimal mark and `thousands` the other. */
static bool fits(const struct anatomy *parts, char decimal)
{
    size_t decimals = decimal == ',' ? parts->commas : parts->dots;
    size_t thousands = decimal == ',' ? parts->dots : parts->commas;
    if (decimals > 1 || (decimals == 1 && parts->last != decimal)) {
        return false;
    }
    if (thousands == 0) {
        return true;
    }
    if (parts->zero || parts->lead < 1 || parts->lead > 3 || !parts->inner) {
        return false;
    }
    return decimals == 1 ? true : parts->groups && !parts->exponent;
}

/* The same of a text in its dress, which is taken off. */
static bool take_apart_dressed(struct span *text, char room[NUMBER_LONGEST],
                               struct anatomy *parts)
{
    struct span plain;
    if (take_apart(*text, parts)) {
        return true;
    }
    if (!number_without_dress(*text, room, &plain) || !take_apart(plain, parts)) {
        return false;
    }
    *text = plain;
    return true;
}

static void keep_example(char *example, size_t size, struct span text)
{
    if (example[0] == '\0') {
        printable(example, size, text);
    }
}

void number_census_add(struct number_census *census, struct span text)
{
    struct anatomy parts;
    char room[NUMBER_LONGEST];
    struct span as_written = text;
    if (!take_apart_dressed(&text, room, &parts)) {
        return;
    }
    census->dressed += text.bytes != as_written.bytes;
    if (text.bytes != as_written.bytes) {
        keep_example(census->dressed_example, sizeof census->dressed_example, as_written);
    }
    bool comma = fits(&parts, ','), dot = fits(&parts, '.');
    if (!comma && !dot) {
        return;
    }
    census->numbers++;
    if (parts.commas + parts.dots == 0) {
        census->long_plain += parts.lead > 3;
    } else if (comma && dot) {
        census->comma_either += parts.commas > 0;
        census->dot_either += parts.dots > 0;
        if (parts.commas > 0) {
            keep_example(census->either_example, sizeof census->either_example, text);
        }
    } else if (comma) {
        census->decimal_comma++;
        keep_example(census->comma_example, sizeof census->comma_example, text);
    } else {
        census->decimal_dot++;
        keep_example(census->dot_example, sizeof census->dot_example, text);
    }
}

static void merge_example(char *into, const char *from, size_t size)
{
    if (into[0] == '\0') {
        memcpy(into, from, size);
    }
}

void number_census_merge(struct number_census *into, const struct number_census *from)
{
    into->numbers += from->numbers;
    into->dressed += from->dressed;
    merge_example(into->dressed_example, from->dressed_example, sizeof into->dressed_example);
    into->decimal_comma += from->decimal_comma;
    into->decimal_dot += from->decimal_dot;
    into->comma_either += from->comma_either;
    into->dot_either += from->dot_either;
    into->long_plain += from->long_plain;
    merge_example(into->comma_example, from->comma_example, sizeof into->comma_example);
    merge_example(into->dot_example, from->dot_example, sizeof into->dot_example);
    merge_example(into->either_example, from->either_example, sizeof into->either_example);
}

enum number_verdict number_census_decide(const struct number_census *census,
                                         struct number_style *style)
{
    *style = (struct number_style){'.', '\0'};
    if (census->decimal_comma > 0 && census->decimal_dot > 0) {
        return STYLE_CONFLICT;
    }
    if (census->decimal_comma > 0) {
        *style = (struct number_style){',', '.'};
        return STYLE_DECIDED;
    }
    if (census->comma_either == 0) {
        style->thousands = census->decimal_dot > 0 ? ',' : '\0';
        return STYLE_DECIDED;
    }
    if (census->decimal_dot == 0 && (census->long_plain > 0 || census->dot_either > 0)) {
        return STYLE_UNDECIDED;
    }
    style->thousands = ','; /* each number of four digits or more has its commas */
    return STYLE_DECIDED;
}

enum number_kind number_parse_styled(struct span text, struct number_style style,
                                     locale_t c_locale, double *value)
{
    struct anatomy parts;
    char plain[NUMBER_LONGEST + 8], room[NUMBER_LONGEST];
    size_t n = 0;
    if (style.decimal == '.' && number_parse_quickly(text, value)) {
        return NUMBER_GOOD;
    }
    if (!take_apart_dressed(&text, room, &parts) || parts.commas + parts.dots == 0) {
        return number_parse(text, c_locale, value);
    }
    char thousands = style.decimal == ',' ? '.' : ',';
    size_t marks = thousands == ',' ? parts.commas : parts.dots;
    if (!fits(&parts, style.decimal) || (marks > 0 && style.thousands == '\0')) {
        return NUMBER_BAD;
    }
    for (size_t i = 0; i < text.length && n < sizeof plain; i++) {
        char c = text.bytes[i];
        if (c != thousands && c != ' ' && c != '\t') {
            plain[n++] = c == style.decimal ? '.' : c;
        }
    }
    return number_parse((struct span){plain, n}, c_locale, value);
}

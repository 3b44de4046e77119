#include "table/csv/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/zone.h"

/* The texts first, in the order of enum reading_text. */
enum { OPTION_DELIMITER = READING_TEXTS, OPTION_DECIMAL, OPTION_DATES, OPTIONS };

static const struct reading_option options[OPTIONS] = {
    [READING_TIME] = {"time", "COLUMN", "the column of times, whatever it is called"},
    [READING_USER] = {"user", "COLUMN", "the column of accounts, whatever it is called"},
    [READING_HEADER] = {"header", "NAMES",
                        "the file has no header line: these are its columns"},
    [READING_MISSING] = {"missing", "WORD", "a word for missing values, beside the known ones"},
    [READING_ZONE] = {"zone", "ZONE", "show the clock of a zone: Europe/Berlin, +02:00, local"},
    [READING_NOVELTY] = {"novelty", "on|off",
                         "of a log: count what is new for an account (on; off for LANL's)"},
    [OPTION_DELIMITER] = {"delimiter", "CHAR", "between fields: , ; | or tab"},
    [OPTION_DECIMAL] = {"decimal", "CHAR", "the decimal mark of numbers: . or ,"},
    [OPTION_DATES] = {"dates", "ORDER", "the order of 03/04/2024: dmy or mdy"},
};

const struct reading_option *reading_option(size_t i)
{
    return i < OPTIONS ? &options[i] : NULL;
}

static bool set_text(struct reading *reading, size_t which, const char *value,
                     struct status *status)
{
    if (which == READING_ZONE && *value != '\0') {
        struct zone *zone = zone_load(value, status);
        if (zone == NULL) {
            return false;
        }
        zone_free(zone);
    }
    if (which == READING_NOVELTY && *value != '\0' && strcmp(value, "on") != 0 &&
        strcmp(value, "off") != 0) {
        return status_set(status, STATUS_USAGE, "novelty is on or off, not '%.20s'", value);
    }
    char *copy = NULL;
    if (*value != '\0' && (copy = mem_text(value, strlen(value), status)) == NULL) {
        return false;
    }
    free(reading->text[which]);
    reading->text[which] = copy;
    return true;
}

static bool set_delimiter(struct reading *reading, const char *value, struct status *status)
{
    static const struct {
        const char *word;
        char delimiter;
    } words[] = {{"", '\0'},         {",", ','},    {"comma", ','}, {";", ';'},
                 {"semicolon", ';'}, {"|", '|'},    {"bar", '|'},   {"pipe", '|'},
                 {"\t", '\t'},       {"tab", '\t'}, {"\\t", '\t'}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(value, words[i].word) == 0) {
            reading->delimiter = words[i].delimiter;
            return true;
        }
    }
    if (strlen(value) == 1 && strchr("^~\1\x1f", *value) != NULL) {
        reading->delimiter = *value;
        return true;
    }
    return status_set(status, STATUS_USAGE, "delimiter is , ; | or tab, not '%.20s'", value);
}

static bool set_decimal(struct reading *reading, const char *value, struct status *status)
{
    if (strcmp(value, "") != 0 && strcmp(value, ".") != 0 && strcmp(value, ",") != 0) {
        return status_set(status, STATUS_USAGE, "decimal is . or , not '%.20s'", value);
    }
    reading->decimal = *value;
    return true;
}

static bool set_dates(struct reading *reading, const char *value, struct status *status)
{
    if (strcmp(value, "") == 0) {
        reading->dates = DATES_BY_COLUMN;
    } else if (strcmp(value, "dmy") == 0) {
        reading->dates = DATES_DAY_FIRST;
    } else if (strcmp(value, "mdy") == 0) {
        reading->dates = DATES_MONTH_FIRST;
    } else {
        return status_set(status, STATUS_USAGE,
                          "dates is dmy (day/month/year) or mdy (month/day/year), not '%.20s'",
                          value);
    }
    return true;
}

bool reading_set(struct reading *reading, const char *name, const char *value, bool *known,
                 struct status *status)
{
    size_t which = 0;
    while (which < OPTIONS && strcmp(options[which].name, name) != 0) {
        which++;
    }
    *known = which < OPTIONS;
    switch (which) {
    case OPTIONS: return false;
    case OPTION_DELIMITER: return set_delimiter(reading, value, status);
    case OPTION_DECIMAL: return set_decimal(reading, value, status);
    case OPTION_DATES: return set_dates(reading, value, status);
    default: return set_text(reading, which, value, status);
    }
}

const char *reading_value(const struct reading *reading, size_t i)
{
    static const char *const orders[] = {"", "dmy", "mdy"};
    switch (i) {
    case OPTION_DELIMITER:
        return reading->delimiter == ','    ? ","
               : reading->delimiter == ';'  ? ";"
               : reading->delimiter == '|'  ? "|"
               : reading->delimiter == '\t' ? "tab"
               : reading->delimiter == '^'  ? "^"
               : reading->delimiter == '~'  ? "~"
               : reading->delimiter == '\1' ? "\1"
               : reading->delimiter != '\0' ? "\x1f"
                                            : "";
    case OPTION_DECIMAL:
        return reading->decimal == '.' ? "." : reading->decimal == ',' ? "," : "";
    case OPTION_DATES: return orders[reading->dates];
    default: return i < READING_TEXTS && reading->text[i] != NULL ? reading->text[i] : "";
    }
}

bool reading_copy(struct reading *to, const struct reading *from, struct status *status)
{
    *to = *from;
    memset(to->text, 0, sizeof to->text);
    for (size_t i = 0; i < READING_TEXTS; i++) {
        if (from->text[i] != NULL &&
            (to->text[i] = mem_text(from->text[i], strlen(from->text[i]), status)) == NULL) {
            reading_clear(to);
            return false;
        }
    }
    return true;
}

void reading_clear(struct reading *reading)
{
    for (size_t i = 0; i < READING_TEXTS; i++) {
        free(reading->text[i]);
    }
    *reading = (struct reading){.delimiter = '\0'};
}

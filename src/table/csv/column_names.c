#define _GNU_SOURCE
#include "table/csv/column_names.h"

#include <locale.h>
#include <string.h>

#include "base/ascii.h"
#include "table/number.h"
#include "table/number_style.h"
#include "table/time_text.h"

/* Names without what column_names_alike() ignores, the likeliest first. */
static const char *const time_names[] = {"dt",
                                         "datetime",
                                         "timestamp",
                                         "time",
                                         "eventtime",
                                         "hour",
                                         "datehour",
                                         "hourstart",
                                         "windowstart",
                                         "starttime",
                                         "start",
                                         "timegenerated",
                                         "timegeneratedutc",
                                         "timecreated",
                                         "createddatetime",
                                         "createdat",
                                         "eventdate",
                                         "date",
                                         "dateutc",
                                         "datetimeutc",
                                         "timeutc",
                                         "timestamputc",
                                         "utctime",
                                         "systemtime",
                                         "published",
                                         "ts",
                                         "epoch",
                                         "unixtime",
                                         "bucket",
                                         "window",
                                         "day",
                                         NULL};
static const char *const user_names[] = {"srcuser",
                                         "user",
                                         "username",
                                         "account",
                                         "accountname",
                                         "userid",
                                         "userprincipalname",
                                         "upn",
                                         "targetusername",
                                         "targetuser",
                                         "sourceuser",
                                         "sourceusername",
                                         "subjectusername",
                                         "samaccountname",
                                         "accountid",
                                         "useremailaddress",
                                         "useremail",
                                         "useridentity",
                                         "principal",
                                         "principalname",
                                         "principalid",
                                         "login",
                                         "loginname",
                                         "logon",
                                         "logonname",
                                         "actor",
                                         "actoremail",
                                         "identity",
                                         "email",
                                         "mail",
                                         "uid",
                                         "suser",
                                         "srcusername",
                                         "member",
                                         "employee",
                                         "employeeid",
                                         "entity",
                                         NULL};

static bool is_letter(char c)
{
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static bool next_letter(struct span text, size_t *at, char *letter)
{
    while (*at < text.length && !is_letter(text.bytes[*at])) {
        ++*at;
    }
    if (*at == text.length) {
        return false;
    }
    *letter = ascii_lower(text.bytes[(*at)++]);
    return true;
}

bool column_names_alike(struct span a, struct span b)
{
    size_t i = 0, j = 0;
    char x = 0, y = 0;
    for (;;) {
        bool more_a = next_letter(a, &i, &x), more_b = next_letter(b, &j, &y);
        if (!more_a || !more_b) {
            return more_a == more_b && i > 0 && j > 0;
        }
        if (x != y) {
            return false;
        }
    }
}

struct span column_names_trimmed(struct span text)
{
    while (text.length > 0 && (text.bytes[0] == ' ' || text.bytes[0] == '\t')) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 &&
           (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t')) {
        text.length--;
    }
    return text;
}

static bool has_times(const struct layout *layout, size_t field)
{
    struct time_text time;
    for (size_t i = 0; i < layout->n; i++) {
        if (time_text_parse(layout_field(layout, &layout->records[i], field), &time)) {
            return true;
        }
    }
    return false;
}

static size_t find_names(const struct span *fields, size_t n_fields, const char *const *names,
                         size_t *found, size_t room)
{
    size_t n = 0;
    for (; *names != NULL; names++) {
        for (size_t i = 0; i < n_fields && n < room; i++) {
            if (column_names_alike(fields[i], (struct span){*names, strlen(*names)})) {
                found[n++] = i;
            }
        }
    }
    return n;
}

size_t column_names_times(const struct span *fields, size_t n_fields,
                          const struct layout *layout, size_t *found, size_t room)
{
    size_t n = find_names(fields, n_fields, time_names, found, room), kept = 0;
    bool sure = n > 0 && (column_names_alike(fields[found[0]], (struct span){"dt", 2}) ||
                          layout == NULL || layout->n == 0);
    for (size_t i = 0; i < n; i++) {
        if ((sure && i == 0) || layout == NULL || has_times(layout, found[i])) {
            found[kept++] = found[i];
        }
    }
    return kept;
}

size_t column_names_users(const struct span *fields, size_t n_fields, size_t *found,
                          size_t room)
{
    return find_names(fields, n_fields, user_names, found, room);
}

bool column_names_numeric(const struct layout *layout, size_t field)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    size_t numbers = 0, others = 0;
    for (size_t i = 0; i < layout->n && c_locale != (locale_t)0; i++) {
        struct span text = layout_field(layout, &layout->records[i], field);
        struct number_census census = {0};
        double value;
        number_census_add(&census, text);
        enum number_kind kind =
            census.numbers > 0 ? NUMBER_GOOD : number_parse(text, c_locale, &value);
        numbers += kind == NUMBER_GOOD;
        others += kind == NUMBER_BAD;
    }
    if (c_locale != (locale_t)0) {
        freelocale(c_locale);
    }
    return numbers > others;
}

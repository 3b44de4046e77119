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
                                         "bintimegenerated",
                                         "eventtimestamp",
                                         "creationtime",
                                         "creationdate",
                                         "createdtime",
                                         "logontime",
                                         "logintime",
                                         "signintime",
                                         "activitytime",
                                         "hourofevent",
                                         "eventhour",
                                         "period",
                                         "zeitstempel",
                                         "zeitpunkt",
                                         "uhrzeit",
                                         "zeit",
                                         "datum",
                                         "stunde",
                                         "horodatage",
                                         "dateheure",
                                         "dateetheure",
                                         "heure",
                                         "fechahora",
                                         "fechayhora",
                                         "fecha",
                                         "hora",
                                         "dataora",
                                         "dataeora",
                                         "datahora",
                                         "dataehora",
                                         "tijdstip",
                                         "tijd",
                                         "tidpunkt",
                                         "tidspunkt",
                                         "tid",
                                         "czas",
                                         "data",
                                         "ora",
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
                                         "userlogin",
                                         "userlogonname",
                                         "logonaccount",
                                         "principalemail",
                                         "alternateid",
                                         "benutzer",
                                         "benutzername",
                                         "benutzerkonto",
                                         "konto",
                                         "kontoname",
                                         "anmeldename",
                                         "utilisateur",
                                         "nomdutilisateur",
                                         "nomutilisateur",
                                         "identifiant",
                                         "compte",
                                         "usuario",
                                         "nombredeusuario",
                                         "nombreusuario",
                                         "cuenta",
                                         "utente",
                                         "nomeutente",
                                         "usu\xC3\xA1rio",
                                         "nomedousu\xC3\xA1rio",
                                         "conta",
                                         "gebruiker",
                                         "gebruikersnaam",
                                         "anv\xC3\xA4ndare",
                                         "anv\xC3\xA4ndarnamn",
                                         "bruger",
                                         "brugernavn",
                                         "bruker",
                                         "brukernavn",
                                         "u\xC5\xBCytkownik",
                                         NULL};

/* Those of the time of day that go with a column of days, and those of hours as a number. */
static const char *const clock_names[] = {
    "time",      "timeofday", "clock",   "eventtime", "starttime", "logontime",
    "logintime", "timeutc",   "utctime", "uhrzeit",   "zeit",      "heure",
    "hora",      "ora",       "tijd",    "tid",       "hms",       NULL};
static const char *const hour_names[] = {"hour",   "hours",   "hourofday", "hh",  "hr",
                                         "stunde", "heure",   "hora",      "ora", "uur",
                                         "timme",  "godzina", NULL};

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

/* A mark of byte order before, which is no part of a name; blanks, and quotes of any kind that
 * stand on both sides. */
static struct span without_quotes(struct span text)
{
    static const char *const pairs[][2] = {
        {"\"", "\""}, {"'", "'"}, {"\xE2\x80\x9C", "\xE2\x80\x9D"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t n = strlen(pairs[i][0]);
        if (text.length > 2 * n && memcmp(text.bytes, pairs[i][0], n) == 0 &&
            memcmp(text.bytes + text.length - n, pairs[i][1], n) == 0) {
            return (struct span){text.bytes + n, text.length - 2 * n};
        }
    }
    return text;
}

struct span column_names_unwrapped(struct span text)
{
    return without_quotes(column_names_trimmed(text));
}

struct span column_names_trimmed(struct span text)
{
    while (text.length >= 3 && memcmp(text.bytes, "\xEF\xBB\xBF", 3) == 0) {
        text.bytes += 3;
        text.length -= 3;
    }
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

/* What programs that count put around the name of a field: "Top 5 values of user.name",
 * "user.name.keyword: Descending", "@timestamp per hour". */
static struct span without_decoration(struct span text)
{
    static const char *const behind[] = {": descending", ": ascending", ".keyword"};
    static const char values[] = " values of ", per[] = " per ";
    text = column_names_unwrapped(text);
    for (size_t i = 0; i + sizeof values <= text.length + 1 && ascii_same(text.bytes, "top", 3);
         i++) {
        if (memcmp(text.bytes + i, values, sizeof values - 1) == 0) {
            text.bytes += i + sizeof values - 1;
            text.length -= i + sizeof values - 1;
            break;
        }
    }
    for (size_t i = 0; i < 2 * sizeof behind / sizeof *behind; i++) {
        const char *end = behind[i % (sizeof behind / sizeof *behind)];
        size_t n = strlen(end);
        if (text.length > n && ascii_same(text.bytes + text.length - n, end, n)) {
            text.length -= n;
        }
    }
    for (size_t i = 1; i + sizeof per <= text.length + 1; i++) {
        if (memcmp(text.bytes + i, per, sizeof per - 1) == 0) {
            text.length = i;
        }
    }
    return text;
}

/* "winlog.event_data.TargetUserName" is what is behind its last dot. */
static struct span last_part(struct span text)
{
    for (size_t i = text.length; i > 0; i--) {
        if (text.bytes[i - 1] == '.') {
            return (struct span){text.bytes + i, text.length - i};
        }
    }
    return text;
}

static bool is_named(struct span field, const char *name, int way)
{
    struct span wanted = {name, strlen(name)};
    field = way > 0 ? without_decoration(field) : field;
    return column_names_alike(way > 1 ? last_part(field) : field, wanted);
}

/* By the whole name; else without decorations; else by its last part. */
static size_t find_names(const struct span *fields, size_t n_fields, const char *const *names,
                         size_t *found, size_t room)
{
    size_t n = 0;
    for (int way = 0; way < 3 && n == 0; way++) {
        for (const char *const *name = names; *name != NULL; name++) {
            for (size_t i = 0; i < n_fields && n < room; i++) {
                if (is_named(fields[i], *name, way)) {
                    found[n++] = i;
                }
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

size_t column_names_by_times(const struct layout *layout, size_t n_fields)
{
    size_t found = SIZE_MAX;
    for (size_t k = 0; k < n_fields; k++) {
        size_t times = 0;
        for (size_t i = 0; i < layout->n; i++) {
            struct time_text time;
            struct span text = layout_field(layout, &layout->records[i], k);
            times += time_text_parse(text, &time) && time.kind != TIME_EPOCH &&
                     time.kind != TIME_SERIAL;
        }
        if (times == 0 || times * 10 < layout->n * 9) {
            continue;
        }
        if (found != SIZE_MAX) {
            return SIZE_MAX; /* which of them? */
        }
        found = k;
    }
    return found;
}

/* Whether the first rows have a time of day there, or an hour as a number. */
static bool has_clocks(const struct layout *layout, size_t field, bool hours)
{
    for (size_t i = 0; i < layout->n; i++) {
        struct span text =
            column_names_trimmed(layout_field(layout, &layout->records[i], field));
        char joined[64] = "2000-01-01 ";
        size_t n = strlen(joined);
        struct time_text time;
        if (text.length == 0 || text.length > sizeof joined - n ||
            (memchr(text.bytes, ':', text.length) == NULL && !hours)) {
            return false;
        }
        memcpy(joined + n, text.bytes, text.length);
        if (!time_text_parse((struct span){joined, n + text.length}, &time) ||
            !time.has_clock) {
            return false;
        }
    }
    return layout->n > 0;
}

static bool has_days_only(const struct layout *layout, size_t field)
{
    size_t days = 0;
    for (size_t i = 0; i < layout->n; i++) {
        struct time_text time;
        bool good = time_text_parse(layout_field(layout, &layout->records[i], field), &time);
        if (good && time.has_clock) {
            return false;
        }
        days += good && time.kind != TIME_SERIAL;
    }
    return days > 0;
}

size_t column_names_clock(const struct span *fields, size_t n_fields,
                          const struct layout *layout, size_t time)
{
    if (!has_days_only(layout, time)) {
        return SIZE_MAX;
    }
    for (int hours = 0; hours < 2; hours++) {
        size_t found[8];
        size_t n =
            find_names(fields, n_fields, hours == 0 ? clock_names : hour_names, found, 8);
        for (size_t i = 0; i < n; i++) {
            if (found[i] != time && has_clocks(layout, found[i], hours > 0)) {
                return found[i];
            }
        }
    }
    return SIZE_MAX;
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

#include "past/account_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/ascii.h"
#include "base/infile.h"
#include "base/mem.h"
#include "table/csv/csv_records.h"
#include "table/glob.h"

static const char *const names[ACCOUNT_KINDS] = {"person", "machine", "service", "anonymous"};

const char account_rules_default[] =
    "anonymous=ANONYMOUS* nobody* guest*; machine=*$ *$@*; service=SYSTEM SYSTEM@* "
    "'LOCAL SERVICE*' 'NETWORK SERVICE*' svc* *_svc* *-svc* service* batch* "
    "DWM-* UMFD-* krbtgt*";

struct rule {
    enum account_kind kind;
    char *pattern; /* in small letters, so that any case matches */
    struct glob glob;
};

struct account_rules {
    size_t n, capacity;
    struct rule *rules;
};

const char *account_kind_name(enum account_kind kind)
{
    return kind < ACCOUNT_KINDS ? names[kind] : "unknown";
}

enum account_kind account_kind_find(struct span name)
{
    for (int i = 0; i < ACCOUNT_KINDS && name.length > 0; i++) {
        if (name.length <= strlen(names[i]) && ascii_same(name.bytes, names[i], name.length)) {
            return (enum account_kind)i;
        }
    }
    return ACCOUNT_KINDS;
}

/* ---- rules ---- */

static bool add_rule(struct account_rules *rules, enum account_kind kind, struct span pattern,
                     struct status *status)
{
    if (!mem_grow(&rules->rules, &rules->capacity, rules->n + 1, sizeof *rules->rules,
                  "rules of account kinds", status)) {
        return false;
    }
    char *text = mem_text(pattern.bytes, pattern.length, status);
    if (text == NULL) {
        return false;
    }
    for (char *c = text; *c != '\0'; c++) {
        *c = ascii_lower(*c);
    }
    rules->rules[rules->n++] = (struct rule){kind, text, glob_make(text, false)};
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '\n';
}

/* The next pattern of a kind: a word, or what stands in quotes. */
static bool next_pattern(const char **at, struct span *pattern, bool *closed)
{
    while (is_blank(**at)) {
        ++*at;
    }
    char quote = **at == '\'' || **at == '"' ? *(*at)++ : '\0';
    const char *from = *at;
    while (**at != '\0' && (quote != '\0' ? **at != quote : !is_blank(**at) && **at != ';')) {
        ++*at;
    }
    *pattern = (struct span){from, (size_t)(*at - from)};
    *closed = quote == '\0' || **at == quote;
    if (quote != '\0' && **at == quote) {
        ++*at;
    }
    return pattern->length > 0;
}

static bool parse(struct account_rules *rules, const char *text, struct status *status)
{
    const char *at = text;
    for (;;) {
        while (is_blank(*at) || *at == ';') {
            at++;
        }
        if (*at == '\0') {
            return true;
        }
        const char *equals = strchr(at, '=');
        struct span name = {at, equals != NULL ? (size_t)(equals - at) : 0};
        while (name.length > 0 && is_blank(name.bytes[name.length - 1])) {
            name.length--;
        }
        enum account_kind kind = account_kind_find(name);
        if (kind == ACCOUNT_KINDS) {
            return status_set(status, STATUS_USAGE,
                              "kind rules: '%.60s' does not begin with person=, machine=, "
                              "service= or anonymous=",
                              at);
        }
        at = equals + 1;
        struct span pattern;
        bool closed;
        while (next_pattern(&at, &pattern, &closed)) {
            if (!closed) {
                return status_set(status, STATUS_USAGE,
                                  "kind rules: a quote is not closed: '%.60s'", pattern.bytes);
            }
            if (!add_rule(rules, kind, pattern, status)) {
                return false;
            }
        }
        if (*at != '\0' && *at != ';') {
            return status_set(status, STATUS_USAGE, "kind rules: an empty pattern at '%.60s'",
                              at);
        }
    }
}

struct account_rules *account_rules_new(const char *text, struct status *status)
{
    struct account_rules *rules = mem_zero(1, sizeof *rules, "rules of account kinds", status);
    if (rules != NULL && !parse(rules, text != NULL ? text : account_rules_default, status)) {
        account_rules_free(rules);
        return NULL;
    }
    return rules;
}

void account_rules_free(struct account_rules *rules)
{
    if (rules != NULL) {
        for (size_t i = 0; i < rules->n; i++) {
            free(rules->rules[i].pattern);
        }
        free(rules->rules);
        free(rules);
    }
}

enum account_kind account_rules_kind(const struct account_rules *rules, struct span name)
{
    for (size_t i = 0; i < rules->n; i++) {
        if (glob_match(&rules->rules[i].glob, name)) {
            return rules->rules[i].kind;
        }
    }
    return ACCOUNT_PERSON;
}

/* ---- of a table ---- */

enum column { COLUMN_ACCOUNT, COLUMN_KIND, COLUMN_OWNER, COLUMN_LABEL, COLUMNS };

struct listing {
    struct accounts *accounts;
    const struct dict *users;
    const char *path;
    struct status *status;
    size_t at[COLUMNS]; /* SIZE_MAX: the file has no such column */
    bool started;
};

/* Finds the columns. False when the line is no header: then they are in their usual order. */
static bool read_header(struct listing *listing, const struct line *line)
{
    static const char *const columns[COLUMNS] = {"account", "kind", "owner", "label"};
    for (size_t i = 0; i < COLUMNS; i++) {
        listing->at[i] = SIZE_MAX;
        for (size_t f = 0; f < line->n_fields; f++) {
            struct span field = line->fields[f];
            if (field.length == strlen(columns[i]) &&
                ascii_same(field.bytes, columns[i], field.length)) {
                listing->at[i] = f;
            }
        }
    }
    listing->started = true;
    if (listing->at[COLUMN_ACCOUNT] != SIZE_MAX) {
        return true;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        listing->at[i] = i;
    }
    return false;
}

static struct span field_of(const struct listing *listing, const struct line *line,
                            enum column column)
{
    size_t f = listing->at[column];
    return f < line->n_fields ? line->fields[f] : (struct span){"", 0};
}

static bool set_text(char **text, struct span value, struct status *status)
{
    if (value.length == 0) {
        return true;
    }
    free(*text);
    *text = mem_text(value.bytes, value.length, status);
    return *text != NULL;
}

static bool read_account(void *context, const struct line *line)
{
    struct listing *listing = context;
    struct accounts *accounts = listing->accounts;
    if (!listing->started && read_header(listing, line)) {
        return true;
    }
    struct span name = field_of(listing, line, COLUMN_ACCOUNT);
    struct span kind = field_of(listing, line, COLUMN_KIND);
    enum account_kind named = account_kind_find(kind);
    if (kind.length > 0 && named == ACCOUNT_KINDS) {
        return status_set(listing->status, STATUS_INPUT,
                          "%.200s, line %llu: '%.*s' is no kind of account: person, machine, "
                          "service or anonymous (the columns are account, kind, owner, label, "
                          "or those that the first line names)",
                          listing->path, (unsigned long long)line->number + 1,
                          (int)(kind.length < 40 ? kind.length : 40), kind.bytes);
    }
    if (name.length == 0) {
        return status_set(listing->status, STATUS_INPUT, "%.200s, line %llu: no account",
                          listing->path, (unsigned long long)line->number + 1);
    }
    uint32_t user =
        listing->users != NULL ? dict_find(listing->users, name.bytes, name.length) : DICT_NONE;
    if (user == DICT_NONE) {
        accounts->unknown++;
        return true;
    }
    accounts->listed++;
    if (kind.length > 0) {
        accounts->kind[user] = (uint8_t)named;
    }
    return set_text(&accounts->owner[user], field_of(listing, line, COLUMN_OWNER),
                    listing->status) &&
           set_text(&accounts->label[user], field_of(listing, line, COLUMN_LABEL),
                    listing->status);
}

static bool read_list(struct accounts *accounts, const struct dict *users, const char *path,
                      const struct progress *progress, struct status *status)
{
    struct listing listing = {
        .accounts = accounts, .users = users, .path = path, .status = status};
    accounts->owner = mem_zero(accounts->n, sizeof *accounts->owner, "accounts", status);
    accounts->label = mem_zero(accounts->n, sizeof *accounts->label, "accounts", status);
    if (accounts->owner == NULL || accounts->label == NULL) {
        return false;
    }
    return csv_records(path, read_account, &listing, progress, status);
}

struct accounts *accounts_new(const struct dict *users, const struct account_rules *rules,
                              const char *path, const struct progress *progress,
                              struct status *status)
{
    struct accounts *accounts = mem_zero(1, sizeof *accounts, "accounts", status);
    if (accounts == NULL) {
        return NULL;
    }
    accounts->n = users != NULL ? dict_count(users) : 0;
    accounts->kind = mem_new(accounts->n, sizeof *accounts->kind, "accounts", status);
    for (size_t i = 0; accounts->kind != NULL && i < accounts->n; i++) {
        accounts->kind[i] = (uint8_t)account_rules_kind(rules, dict_get(users, (uint32_t)i));
    }
    if (accounts->kind == NULL ||
        (path != NULL && !read_list(accounts, users, path, progress, status))) {
        accounts_free(accounts);
        return NULL;
    }
    return accounts;
}

void accounts_free(struct accounts *accounts)
{
    if (accounts != NULL) {
        for (size_t i = 0; i < accounts->n; i++) {
            if (accounts->owner != NULL) {
                free(accounts->owner[i]);
            }
            if (accounts->label != NULL) {
                free(accounts->label[i]);
            }
        }
        free(accounts->kind);
        free(accounts->owner);
        free(accounts->label);
        free(accounts);
    }
}

size_t accounts_of_kind(const struct accounts *accounts, enum account_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < accounts->n; i++) {
        n += accounts->kind[i] == (uint8_t)kind;
    }
    return n;
}

static const char *text_of(char *const *texts, uint32_t user)
{
    return texts != NULL && texts[user] != NULL ? texts[user] : "";
}

const char *accounts_owner(const struct accounts *accounts, uint32_t user)
{
    return text_of(accounts->owner, user);
}

const char *accounts_label(const struct accounts *accounts, uint32_t user)
{
    return text_of(accounts->label, user);
}

uint64_t accounts_digest(const char *path)
{
    unsigned char block[4096];
    ssize_t got = -1;
    int fd = infile_open(path, NULL);
    XXH3_state_t *hashing = fd >= 0 ? XXH3_createState() : NULL;
    if (hashing != NULL) {
        XXH3_64bits_reset(hashing);
        while ((got = read(fd, block, sizeof block)) > 0) {
            XXH3_64bits_update(hashing, block, (size_t)got);
        }
    }
    uint64_t digest = got == 0 ? XXH3_64bits_digest(hashing) : 0;
    XXH3_freeState(hashing);
    if (fd >= 0) {
        close(fd);
    }
    return digest;
}

#include "run/pseudonyms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/quote.h"
#include "table/csv/csv_records.h"

enum { NAME = 48, LEAST = 3 };

struct pseudonyms {
    struct dict *users; /* pseudonyms in the order of the table's accounts */
    /* The key: pairs in the order of the file, then what is new. */
    struct dict *accounts, *names;
    /* What texts are looked through for, in small letters, and what it becomes. */
    struct dict *words;
    uint32_t *becomes; /* (words) id in `shown` */
    size_t capacity;
    struct dict *shown;
    size_t hosts;
    char *text; /* the last answer */
    size_t room;
};

/* ---- the key ---- */

struct reading {
    struct pseudonyms *pseudonyms;
    const char *path;
    struct status *status;
};

static bool is_header(const struct line *line)
{
    static const char first[] = "pseudonym";
    return line->number == 0 && line->fields[0].length == sizeof first - 1 &&
           ascii_same(line->fields[0].bytes, first, sizeof first - 1);
}

static bool read_pair(void *context, const struct line *line)
{
    struct reading *reading = context;
    struct pseudonyms *p = reading->pseudonyms;
    if (is_header(line)) {
        return true;
    }
    if (line->n_fields != 2 || line->fields[0].length == 0 || line->fields[0].length >= NAME ||
        line->fields[1].length == 0) {
        return status_set(reading->status, STATUS_INPUT,
                          "%.200s, line %llu: not a pseudonym and an account: name a key that "
                          "--pseudonyms wrote, or a new file",
                          reading->path, (unsigned long long)line->number + 1);
    }
    struct span name = line->fields[0], account = line->fields[1];
    if (dict_find(p->names, name.bytes, name.length) != DICT_NONE ||
        dict_find(p->accounts, account.bytes, account.length) != DICT_NONE) {
        return status_set(reading->status, STATUS_INPUT,
                          "%.200s, line %llu: a pseudonym or an account that stands in the key "
                          "already",
                          reading->path, (unsigned long long)line->number + 1);
    }
    return dict_add(p->names, name.bytes, name.length, reading->status) != DICT_NONE &&
           dict_add(p->accounts, account.bytes, account.length, reading->status) != DICT_NONE;
}

/* The pseudonym of an account: the key's, or the next free one of its kind. */
static bool give_name(struct pseudonyms *p, struct span account, const char *kind,
                      size_t *number, struct status *status)
{
    uint32_t known = dict_find(p->accounts, account.bytes, account.length);
    if (known != DICT_NONE) {
        struct span name = dict_get(p->names, known);
        return dict_add(p->users, name.bytes, name.length, status) != DICT_NONE;
    }
    char name[NAME];
    size_t length;
    do {
        length = (size_t)snprintf(name, sizeof name, "%.20s-%zu", kind, ++*number);
    } while (dict_find(p->names, name, length) != DICT_NONE);
    return dict_add(p->accounts, account.bytes, account.length, status) != DICT_NONE &&
           dict_add(p->names, name, length, status) != DICT_NONE &&
           dict_add(p->users, name, length, status) != DICT_NONE;
}

bool pseudonyms_save(const struct pseudonyms *p, const char *key, struct status *status)
{
    struct outfile *file = outfile_open(key, status);
    if (file == NULL) {
        return false;
    }
    outfile_private(file);
    outfile_printf(file, "pseudonym,account\n");
    for (size_t i = 0; i < dict_count(p->names); i++) {
        struct span name = dict_get(p->names, (uint32_t)i);
        struct span account = dict_get(p->accounts, (uint32_t)i);
        quote_csv_write(file, name.bytes, name.length);
        outfile_printf(file, ",");
        quote_csv_write(file, account.bytes, account.length);
        outfile_printf(file, "\n");
    }
    return outfile_commit(file, status);
}

/* ---- words of texts ---- */

/* Small letters of a word in `scratch` (length). */
static void lower(char *scratch, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        scratch[i] = ascii_lower(bytes[i]);
    }
}

/* A word that becomes `shown`; where it already becomes another, it becomes "an account". */
static bool add_word(struct pseudonyms *p, struct span word, struct span shown,
                     struct status *status)
{
    if (word.length < LEAST) {
        return true;
    }
    char *small = mem_new(word.length, 1, "names", status);
    if (small == NULL) {
        return false;
    }
    lower(small, word.bytes, word.length);
    uint32_t known = dict_find(p->words, small, word.length);
    bool again = known != DICT_NONE;
    uint32_t id = again ? known : dict_add(p->words, small, word.length, status);
    free(small);
    if (id == DICT_NONE || !mem_grow(&p->becomes, &p->capacity, (size_t)id + 1,
                                     sizeof *p->becomes, "names", status)) {
        return false;
    }
    uint32_t to = dict_add(p->shown, shown.bytes, shown.length, status);
    p->becomes[id] = again && p->becomes[id] != to ? 0 : to;
    return to != DICT_NONE;
}

static bool add_host(struct pseudonyms *p, struct span host, struct status *status)
{
    char *small = mem_new(host.length + 1, 1, "names", status);
    if (small == NULL) {
        return false;
    }
    lower(small, host.bytes, host.length);
    bool known = dict_find(p->words, small, host.length) != DICT_NONE;
    free(small);
    if (known) {
        return true;
    }
    char name[NAME];
    int length = snprintf(name, sizeof name, "host-%zu", ++p->hosts);
    return add_word(p, host, (struct span){name, (size_t)length}, status);
}

static bool add_words(struct pseudonyms *p, const struct dict *users, struct status *status)
{
    static const char any[] = "an account";
    if (dict_add(p->shown, any, sizeof any - 1, status) != 0) { /* the one of number 0 */
        return false;
    }
    for (size_t i = 0; i < dict_count(users); i++) {
        struct span account = dict_get(users, (uint32_t)i);
        struct span shown = dict_get(p->users, (uint32_t)i);
        const char *at = memchr(account.bytes, '@', account.length);
        if (!add_word(p, account, shown, status)) {
            return false;
        }
        if (at != NULL) {
            size_t before = (size_t)(at - account.bytes);
            struct span host = {at + 1, account.length - before - 1};
            if (!add_word(p, (struct span){account.bytes, before}, shown, status) ||
                !add_host(p, host, status)) {
                return false;
            }
        }
    }
    return true;
}

static bool in_name(char c)
{
    char small = ascii_lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || (c != '\0' && strchr("_-.$@", c) != NULL);
}

static void put(struct pseudonyms *p, size_t *used, const char *bytes, size_t length)
{
    if (p->text != NULL &&
        mem_grow(&p->text, &p->room, *used + length + 1, 1, "a text", NULL)) {
        memcpy(p->text + *used, bytes, length);
        *used += length;
        p->text[*used] = '\0';
        return;
    }
    free(p->text);
    p->text = NULL;
    p->room = 0;
}

/* The longest account, host or part of an account that begins at `at`, and ends where a word
 * or its part before "@" does. Names may hold spaces: so many words are tried. */
static size_t find_word(const struct pseudonyms *p, const char *small, size_t at, size_t length,
                        uint32_t *word)
{
    enum { WORDS = 4 };
    size_t ends[3 * WORDS], n = 0;
    for (size_t end = at, words = 0; end < length && words < WORDS; words++) {
        for (bool cut = false; end < length && in_name(small[end]); end++) {
            if (small[end] == '@' && end > at && !cut) {
                ends[n++] = end;
                cut = true;
            }
        }
        if (end > at + 1 && small[end - 1] == '.') {
            ends[n++] = end - 1; /* a full stop is no part of the name, or it is */
        }
        ends[n++] = end;
        while (end < length && small[end] == ' ') {
            end++;
        }
        if (end < length && !in_name(small[end])) {
            break;
        }
    }
    while (n > 0) {
        size_t end = ends[--n];
        *word = dict_find(p->words, small + at, end - at);
        if (*word != DICT_NONE) {
            return end - at;
        }
    }
    return 0;
}

const char *pseudonyms_text(struct pseudonyms *p, const char *text)
{
    size_t length = strlen(text), used = 0;
    char *small = mem_new(length + 1, 1, "a text", NULL);
    free(p->text);
    p->room = length + 64;
    p->text = small != NULL ? mem_new(p->room, 1, "a text", NULL) : NULL;
    if (p->text != NULL) {
        lower(small, text, length);
        p->text[0] = '\0';
    }
    for (size_t i = 0; i < length && p->text != NULL;) {
        bool begins =
            in_name(text[i]) && (i == 0 || !in_name(text[i - 1]) || text[i - 1] == '@');
        uint32_t word = DICT_NONE;
        size_t long_as = begins ? find_word(p, small, i, length, &word) : 0;
        if (long_as > 0) {
            struct span shown = dict_get(p->shown, p->becomes[word]);
            put(p, &used, shown.bytes, shown.length);
            i += long_as;
        } else {
            put(p, &used, text + i, 1);
            i++;
        }
    }
    free(small);
    return p->text;
}

/* ---- all ---- */

static bool make(struct pseudonyms *p, const char *key, const struct dict *users,
                 const struct accounts *accounts, const struct progress *progress,
                 struct status *status)
{
    struct reading reading = {p, key, status};
    size_t number[ACCOUNT_KINDS] = {0};
    p->users = dict_new(status);
    p->accounts = dict_new(status);
    p->names = dict_new(status);
    p->words = dict_new(status);
    p->shown = dict_new(status);
    if (p->users == NULL || p->accounts == NULL || p->names == NULL || p->words == NULL ||
        p->shown == NULL) {
        return false;
    }
    bool there = access(key, F_OK) == 0 || errno != ENOENT;
    if (there && !csv_records(key, read_pair, &reading, progress, status)) {
        return false;
    }
    for (size_t i = 0; i < dict_count(users); i++) {
        if (!give_name(p, dict_get(users, (uint32_t)i), accounts_kind(accounts, (uint32_t)i),
                       &number[accounts->kind[i]], status)) {
            return false;
        }
    }
    return add_words(p, users, status);
}

struct pseudonyms *pseudonyms_new(const char *key, const struct dict *users,
                                  const struct accounts *accounts,
                                  const struct progress *progress, struct status *status)
{
    struct pseudonyms *p = mem_zero(1, sizeof *p, "pseudonyms", status);
    if (p != NULL && !make(p, key, users, accounts, progress, status)) {
        pseudonyms_free(p);
        return NULL;
    }
    return p;
}

void pseudonyms_free(struct pseudonyms *p)
{
    if (p != NULL) {
        dict_free(p->users);
        dict_free(p->accounts);
        dict_free(p->names);
        dict_free(p->words);
        dict_free(p->shown);
        free(p->becomes);
        free(p->text);
        free(p);
    }
}

struct dict *pseudonyms_users(const struct pseudonyms *p)
{
    return p->users;
}

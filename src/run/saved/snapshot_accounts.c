#include "run/saved/snapshot_accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/saved/snapshot_params.h"

static bool is_said(const struct accounts *accounts, size_t user)
{
    return accounts->owner[user] != NULL || accounts->label[user] != NULL;
}

/* Owners and labels one after the other, each with its zero byte. */
static void put_texts(struct archive_out *archive, const struct accounts *accounts, size_t n,
                      size_t bytes)
{
    uint32_t *users = mem_new(n, sizeof *users, "accounts", NULL);
    char *texts = mem_new(bytes, 1, "accounts", NULL), *at = texts;
    if (users == NULL || texts == NULL) {
        archive_fail(archive, ENOMEM);
    } else {
        n = 0;
        for (size_t user = 0; user < accounts->n; user++) {
            if (is_said(accounts, user)) {
                users[n++] = (uint32_t)user;
                at = stpcpy(at, accounts_owner(accounts, (uint32_t)user)) + 1;
                at = stpcpy(at, accounts_label(accounts, (uint32_t)user)) + 1;
            }
        }
        archive_put(archive, "said", users, sizeof *users, n);
        archive_put(archive, "text", texts, 1, bytes);
    }
    free(users);
    free(texts);
}

void snapshot_put_accounts(struct archive_out *archive, const struct accounts *accounts)
{
    size_t n = 0, bytes = 0;
    archive_put(archive, "knds", accounts->kind, sizeof *accounts->kind, accounts->n);
    archive_put_count(archive, "lstd", accounts->listed);
    archive_put_count(archive, "nobd", accounts->unknown);
    for (size_t user = 0; user < accounts->n; user++) {
        if (is_said(accounts, user)) {
            bytes += strlen(accounts_owner(accounts, (uint32_t)user)) +
                     strlen(accounts_label(accounts, (uint32_t)user)) + 2;
            n++;
        }
    }
    put_texts(archive, accounts, n, bytes);
}

/* The next text of a block, which ends in a zero byte; empty: NULL. */
static bool take_text(const char **at, const char *end, char **text, struct status *status)
{
    size_t length = *at < end ? strlen(*at) : 0;
    if (*at >= end) {
        return snapshot_senseless(status);
    }
    if (length > 0) {
        free(*text);
        *text = mem_text(*at, length, status);
    }
    *at += length + 1;
    return length == 0 || *text != NULL;
}

bool snapshot_get_accounts(struct archive_in *archive, struct accounts *accounts,
                           struct status *status)
{
    uint64_t listed, unknown;
    size_t n, bytes;
    if (!archive_get_into(archive, "knds", accounts->kind, sizeof *accounts->kind, accounts->n,
                          status) ||
        !archive_get_count(archive, "lstd", &listed, status) ||
        !archive_get_count(archive, "nobd", &unknown, status)) {
        return false;
    }
    for (size_t user = 0; user < accounts->n; user++) {
        if (accounts->kind[user] >= ACCOUNT_KINDS) {
            return snapshot_senseless(status);
        }
    }
    accounts->listed = (size_t)listed;
    accounts->unknown = (size_t)unknown;
    accounts->owner = mem_zero(accounts->n, sizeof *accounts->owner, "accounts", status);
    accounts->label = mem_zero(accounts->n, sizeof *accounts->label, "accounts", status);
    uint32_t *users = archive_get_copy(archive, "said", sizeof *users, &n, status);
    const char *texts = users != NULL ? archive_get(archive, "text", 1, &bytes, status) : NULL;
    bool good = accounts->owner != NULL && accounts->label != NULL && texts != NULL;
    if (good && (n > accounts->n || (bytes > 0 && texts[bytes - 1] != '\0'))) {
        good = snapshot_senseless(status);
    }
    const char *at = texts;
    for (size_t i = 0; good && i < n; i++) {
        good = users[i] < accounts->n
                   ? take_text(&at, texts + bytes, &accounts->owner[users[i]], status) &&
                         take_text(&at, texts + bytes, &accounts->label[users[i]], status)
                   : snapshot_senseless(status);
    }
    free(users);
    return good;
}

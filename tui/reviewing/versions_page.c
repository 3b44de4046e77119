/* Verdicts of other versions of the file: shown, and taken over when that is wanted. */
#include "reviewing/reviewing_internal.h"

#include <stdio.h>

#include "base/format.h"
#include "base/count.h"
#include "pages/page.h"
#include "review/store/versions.h"

enum { SHOWN_MAX = 2000 };

void review_versions_count(struct review_query *asked)
{
    struct versions versions;
    if (versions_load(asked->review->session.store, &versions, NULL)) {
        asked->counted = true;
        asked->pending = versions_pending(&versions);
        versions_free(&versions);
    }
}

static void add_judgement(struct page *page, const struct history *history,
                          const struct judgement *judgement)
{
    const struct entry *entry =
        judgement->verdict != NULL ? judgement->verdict : judgement->note;
    if (entry == NULL) {
        return;
    }
    size_t i = 0;
    while (i + 1 < entry->n_rows && entry->rows[i].row != judgement->row) {
        i++;
    }
    const struct entry_row *row = &entry->rows[i];
    page_add(page, ROLE_TEXT, "  %-9s %-19s %-24s row %s  %s%s%s",
             judgement->verdict != NULL ? verdict_name(judgement->verdict->verdict) : "note",
             row->dt != NULL ? row->dt : "", row->user != NULL ? row->user : "",
             format_grouped(judgement->row).text,
             history_reviewer(history, judgement->reviewer),
             judgement->note != NULL ? ": " : "",
             judgement->note != NULL ? judgement->note->note : "");
}

static void add_version(struct page *page, size_t number, const struct version *version)
{
    size_t n;
    const struct judgement *list = history_judgements(version->history, &n);
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_STRONG, "%zu. %s, %s: %s verdicts and notes, %s taken over", number,
             app_base_name(version->dataset.name),
             format_count((size_t)version->dataset.rows, "user-hour").text,
             format_grouped(version->standing).text, format_grouped(version->taken).text);
    for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
        add_judgement(page, version->history, &list[i]);
    }
    if (n > SHOWN_MAX) {
        page_add(page, ROLE_DIM, "  and %s more", format_grouped(n - SHOWN_MAX).text);
    }
}

bool review_versions_show(struct review_query *asked, struct status *status)
{
    struct versions versions;
    if (!versions_load(asked->review->session.store, &versions, status)) {
        return false;
    }
    struct page *page = page_new("Verdicts of other versions of this file");
    if (page == NULL) {
        versions_free(&versions);
        return status_nomem(status, 0, "a page");
    }
    if (versions.n == 0) {
        page_add(page, ROLE_TEXT, "There are none in %s (%zu other tables).",
                 store_path(asked->review->session.store), versions.others);
    } else {
        page_add(
            page, ROLE_TEXT,
            "These were given on a file of the same name, or of the same size and columns, "
            "whose bytes are others than those of this file. They are shown as they are "
            "and count nowhere here.");
        page_add(page, ROLE_TEXT,
                 ":match takes over those whose user-hour is here unchanged (same time, user "
                 "and values), with reviewer, time and seconds; :match 2 only of the second. "
                 "What you have judged here stays.");
    }
    for (size_t i = 0; i < versions.n; i++) {
        add_version(page, i + 1, &versions.list[i]);
    }
    asked->page = page;
    versions_free(&versions);
    return true;
}

bool review_versions_match(struct review_query *asked, struct status *status)
{
    struct review_session *session = &asked->review->session;
    struct versions versions;
    uint64_t only = 0; /* all */
    size_t added = 0, lost = 0;
    bool good = versions_load(session->store, &versions, status);
    if (good && versions.n > 0 && asked->text[0] != '\0' &&
        (!count_parse(asked->text, versions.n, &only) || only == 0)) {
        good = status_set(status, STATUS_USAGE, "match wants a number from :versions, 1 to %zu",
                          versions.n);
    }
    for (size_t i = 0; good && i < versions.n; i++) {
        if (only == 0 || only == i + 1) {
            size_t more = 0, less = 0;
            good = versions_match(session->store, session->table, versions.list[i].history,
                                  &more, &less, status);
            added += more;
            lost += less;
        }
    }
    if (versions.n == 0) {
        asked->nothing = true;
        snprintf(asked->message, sizeof asked->message,
                 "there are no verdicts of another version of this file");
    } else {
        snprintf(asked->message, sizeof asked->message,
                 "%zu taken over by content, %zu have no such user-hour here", added, lost);
    }
    versions_free(&versions);
    return good;
}

#include "config.h"

#include "table/input/evtx.h"

#include <string.h>

bool evtx_is(const unsigned char *first, size_t n_first)
{
    return n_first >= 8 && memcmp(first, "ElfFile\0", 8) == 0;
}

#ifndef HAVE_EVTX

struct evtx *evtx_new(struct raw *raw, const char *path, struct status *status)
{
    (void)path;
    status_set(
        status, STATUS_INPUT,
        "%s is a Windows event log, and this oddhours was built without libevtx: convert "
        "it first, on Windows with wevtutil qe FILE /lf:true /f:xml, or with evtx_dump -o "
        "jsonl",
        raw->title);
    return NULL;
}

void evtx_free(struct evtx *evtx)
{
    (void)evtx;
}

bool evtx_read(struct evtx *evtx, void *buffer, size_t size, size_t *got,
               const struct progress *progress, struct status *status)
{
    (void)evtx;
    (void)buffer;
    (void)size;
    (void)progress;
    (void)status;
    *got = 0;
    return true;
}

#else

#include <stdio.h>
#include <stdlib.h>

#include <libevtx.h>

#include "base/mem.h"
#include "base/text.h"

enum {
    HASHED_BYTES = 1 << 17, /* read at a time */
    RECORD_MOST = 1 << 22   /* bytes of XML: a record in the file has at most 64 KiB */
};

struct evtx {
    struct raw *raw;
    libevtx_file_t *file;
    unsigned char *bytes; /* (HASHED_BYTES); NULL when all of the file has been hashed */
    int n, next;          /* records */
    bool cut;             /* the file is damaged behind them: to be said at the end */
    char *text;           /* XML of a record, handed out up to `from` */
    size_t capacity, length, from;
};

/* The library's last words on what went wrong, which it then forgets. */
static bool fail(const struct evtx *evtx, libevtx_error_t **error, struct status *status)
{
    char why[256] = "", safe[200];
    if (*error != NULL) {
        libevtx_error_sprint(*error, why, sizeof why);
        libevtx_error_free(error);
    }
    text_safe(safe, sizeof safe, why, strlen(why), true);
    return status_set(status, STATUS_INPUT, "%s is no Windows event log that can be read: %s",
                      evtx->raw->title, safe[0] != '\0' ? safe : "it is damaged");
}

struct evtx *evtx_new(struct raw *raw, const char *path, struct status *status)
{
    libevtx_error_t *error = NULL;
    if (path == NULL) {
        status_set(status, STATUS_INPUT,
                   "%s is a Windows event log, which cannot be read from a pipe or an archive: "
                   "save it as a file",
                   raw->title);
        return NULL;
    }
    struct evtx *evtx = mem_zero(1, sizeof *evtx, "an event log", status);
    if (evtx == NULL) {
        return NULL;
    }
    evtx->raw = raw;
    evtx->bytes = mem_new(HASHED_BYTES, 1, "an event log", status);
    if (evtx->bytes == NULL) {
        evtx_free(evtx);
        return NULL;
    }
    if (libevtx_file_initialize(&evtx->file, &error) != 1 ||
        libevtx_file_open(evtx->file, path, libevtx_get_access_flags_read(), &error) != 1 ||
        libevtx_file_get_number_of_records(evtx->file, &evtx->n, &error) != 1) {
        fail(evtx, &error, status);
        evtx_free(evtx);
        return NULL;
    }
    evtx->cut = libevtx_file_is_corrupted(evtx->file, NULL) == 1;
    return evtx;
}

void evtx_free(struct evtx *evtx)
{
    if (evtx != NULL) {
        if (evtx->file != NULL) {
            libevtx_file_close(evtx->file, NULL);
            libevtx_file_free(&evtx->file, NULL);
        }
        free(evtx->bytes);
        free(evtx->text);
        free(evtx);
    }
}

/* The library reads the file by itself; its bytes are hashed here, before the first record, so
 * that a run is known by them. */
static bool hash_all(struct evtx *evtx, const struct progress *progress, struct status *status)
{
    for (size_t got = 1; got > 0;) {
        if (!raw_read(evtx->raw, evtx->bytes, HASHED_BYTES, &got, progress, status)) {
            return false;
        }
    }
    free(evtx->bytes);
    evtx->bytes = NULL;
    return true;
}

/* The XML of a record into text; false when the library cannot, or memory ran out. */
static bool take_record(struct evtx *evtx, int index, struct status *status)
{
    libevtx_record_t *record = NULL;
    size_t size = 0;
    bool good = libevtx_file_get_record_by_index(evtx->file, index, &record, NULL) == 1 &&
                libevtx_record_get_utf8_xml_string_size(record, &size, NULL) == 1 && size > 1 &&
                size <= RECORD_MOST;
    good = good && mem_grow(&evtx->text, &evtx->capacity, size, 1, "an event log", status) &&
           libevtx_record_get_utf8_xml_string(record, (uint8_t *)evtx->text, size, NULL) == 1;
    if (record != NULL) {
        libevtx_record_free(&record, NULL);
    }
    /* The size counts the zero at the end; what stands behind an earlier one is no text. */
    evtx->length = good ? strnlen(evtx->text, size) : 0;
    return good;
}

/* What is not there has to be counted: no XML, so that it is rejected. */
static bool put_unreadable(struct evtx *evtx, const char *what, int number,
                           struct status *status)
{
    char text[128];
    int length = snprintf(text, sizeof text, "<Event><%s %d></Event>\n", what, number);
    if (!mem_grow(&evtx->text, &evtx->capacity, (size_t)length + 1, 1, "an event log",
                  status)) {
        return false;
    }
    memcpy(evtx->text, text, (size_t)length + 1);
    evtx->length = (size_t)length;
    return true;
}

bool evtx_read(struct evtx *evtx, void *buffer, size_t size, size_t *got,
               const struct progress *progress, struct status *status)
{
    *got = 0;
    if (evtx->bytes != NULL && !hash_all(evtx, progress, status)) {
        return false;
    }
    while (evtx->from == evtx->length) {
        struct status problem = {0};
        if (progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        evtx->from = 0;
        if (evtx->next < evtx->n) {
            int index = evtx->next++;
            if (!take_record(evtx, index, &problem) &&
                (problem.code != STATUS_OK ||
                 !put_unreadable(evtx, "record-that-cannot-be-read", index + 1, &problem))) {
                return status_set(status, problem.code, "%s", problem.text);
            }
        } else if (evtx->cut) {
            evtx->cut = false;
            if (!put_unreadable(evtx, "the-file-is-damaged-behind-record", evtx->n, status)) {
                return false;
            }
        } else {
            return true;
        }
    }
    size_t ready = evtx->length - evtx->from;
    *got = ready < size ? ready : size;
    memcpy(buffer, evtx->text + evtx->from, *got);
    evtx->from += *got;
    return true;
}

#endif

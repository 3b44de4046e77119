#include "config.h"

#include "table/input/gunzip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

#include "base/mem.h"

/* ISA-L inflates about three times as fast as zlib (docs/PERFORMANCE.md), and is used where
 * configure has found it. What differs between the two is in `inflater_...`. */

enum { BYTES = 1 << 17 };

enum inflated { INFLATED_SOME, INFLATED_END, INFLATED_DAMAGE, INFLATED_NOMEM };

struct gunzip {
    struct raw *raw;
    unsigned char *bytes; /* (BYTES) read from raw */
    size_t from, to;      /* those of them that are not inflated yet */
    bool between;         /* not inside a member */
#ifdef HAVE_ISAL
    struct inflate_state stream;
    bool damaged; /* it cannot go on */
#else
    z_stream stream;
    bool started;
#endif
};

#ifdef HAVE_ISAL

static bool inflater_start(struct gunzip *gunzip)
{
    isal_inflate_init(&gunzip->stream);
    gunzip->stream.crc_flag = ISAL_GZIP;
    return true;
}

static void inflater_end(struct gunzip *gunzip)
{
    (void)gunzip;
}

/* For the next member. */
static void inflater_again(struct gunzip *gunzip)
{
    isal_inflate_reset(&gunzip->stream);
    gunzip->stream.crc_flag = ISAL_GZIP;
}

static enum inflated inflater_inflate(struct gunzip *gunzip, void *buffer, unsigned room,
                                      size_t *got)
{
    struct inflate_state *stream = &gunzip->stream;
    if (gunzip->damaged) {
        return INFLATED_DAMAGE;
    }
    stream->next_in = gunzip->bytes + gunzip->from;
    stream->avail_in = (uint32_t)(gunzip->to - gunzip->from);
    stream->next_out = buffer;
    stream->avail_out = room;
    int result = isal_inflate(stream);
    gunzip->from = gunzip->to - stream->avail_in;
    *got = room - stream->avail_out;
    gunzip->damaged = result < 0 || result == ISAL_NEED_DICT;
    return gunzip->damaged                            ? INFLATED_DAMAGE
           : stream->block_state == ISAL_BLOCK_FINISH ? INFLATED_END
                                                      : INFLATED_SOME;
}

#else

/* zlib asks for memory through these, so that a test can refuse it. */
static void *zlib_allocate(void *opaque, unsigned items, unsigned size)
{
    (void)opaque;
    return mem_new(items, size, "inflating", NULL);
}

static void zlib_release(void *opaque, void *memory)
{
    (void)opaque;
    free(memory);
}

static bool inflater_start(struct gunzip *gunzip)
{
    enum { WITH_GZIP_HEADER = 16 };
    gunzip->stream.zalloc = zlib_allocate;
    gunzip->stream.zfree = zlib_release;
    gunzip->started = inflateInit2(&gunzip->stream, MAX_WBITS + WITH_GZIP_HEADER) == Z_OK;
    return gunzip->started;
}

static void inflater_end(struct gunzip *gunzip)
{
    if (gunzip->started) {
        inflateEnd(&gunzip->stream);
    }
}

/* For the next member. */
static void inflater_again(struct gunzip *gunzip)
{
    inflateReset(&gunzip->stream);
}

static enum inflated inflater_inflate(struct gunzip *gunzip, void *buffer, unsigned room,
                                      size_t *got)
{
    z_stream *stream = &gunzip->stream;
    stream->next_in = gunzip->bytes + gunzip->from;
    stream->avail_in = (unsigned)(gunzip->to - gunzip->from);
    stream->next_out = buffer;
    stream->avail_out = room;
    int result = inflate(stream, Z_NO_FLUSH);
    gunzip->from = gunzip->to - stream->avail_in;
    *got = room - stream->avail_out;
    return result == Z_STREAM_END ? INFLATED_END
           : result == Z_MEM_ERROR ? INFLATED_NOMEM
           : result == Z_OK || result == Z_BUF_ERROR ? INFLATED_SOME
                                                     : INFLATED_DAMAGE;
}

#endif

struct gunzip *gunzip_new(struct raw *raw, const void *first, size_t n_first,
                          struct status *status)
{
    struct gunzip *gunzip = mem_zero(1, sizeof *gunzip, "inflating", status);
    if (gunzip == NULL) {
        return NULL;
    }
    gunzip->raw = raw;
    gunzip->bytes = mem_new(BYTES, 1, "inflating", status);
    if (gunzip->bytes == NULL) {
        gunzip_free(gunzip);
        return NULL;
    }
    memcpy(gunzip->bytes, first, n_first);
    gunzip->to = n_first;
    if (!inflater_start(gunzip)) {
        status_nomem(status, 1 << 15, "inflating");
        gunzip_free(gunzip);
        return NULL;
    }
    return gunzip;
}

void gunzip_free(struct gunzip *gunzip)
{
    if (gunzip == NULL) {
        return;
    }
    inflater_end(gunzip);
    free(gunzip->bytes);
    free(gunzip);
}

static bool damaged(const struct gunzip *gunzip, const char *how, struct status *status)
{
    return status_set(status, STATUS_INPUT,
                      "%s is a damaged .gz file: %s at compressed byte %" PRIu64,
                      gunzip->raw->title, how,
                      gunzip->raw->done - gunzip->raw->from - (gunzip->to - gunzip->from));
}

/* After a member of a .gz: zero bytes are padding, anything else must be one more member. */
static bool start_next_member(struct gunzip *gunzip, struct status *status)
{
    while (gunzip->from < gunzip->to && gunzip->bytes[gunzip->from] == 0) {
        gunzip->from++;
    }
    if (gunzip->from < gunzip->to) {
        if (gunzip->bytes[gunzip->from] != 0x1f) {
            return damaged(gunzip, "what follows the end is not gzip,", status);
        }
        inflater_again(gunzip);
        gunzip->between = false;
    }
    return true;
}

/* Inflates from the raw bytes there are. */
static bool inflate_some(struct gunzip *gunzip, void *buffer, size_t size, size_t *got,
                         struct status *status)
{
    unsigned room = size > 1 << 30 ? 1 << 30 : (unsigned)size;
    switch (inflater_inflate(gunzip, buffer, room, got)) {
    case INFLATED_SOME: break;
    case INFLATED_END: gunzip->between = true; break;
    case INFLATED_NOMEM: return status_nomem(status, 1 << 15, "inflating");
    case INFLATED_DAMAGE:
        /* What came out before the damage is handed on first; the next call ends here. */
        return *got > 0 || damaged(gunzip, "it cannot be inflated", status);
    }
    return true;
}

bool gunzip_read(struct gunzip *gunzip, void *buffer, size_t size, size_t *got,
                 const struct progress *progress, struct status *status)
{
    *got = 0;
    while (*got == 0) {
        if (progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        if (gunzip->from == gunzip->to) {
            size_t raw;
            if (!raw_read(gunzip->raw, gunzip->bytes, BYTES, &raw, progress, status)) {
                return false;
            }
            gunzip->from = 0;
            gunzip->to = raw;
            if (raw == 0) {
                return gunzip->between || damaged(gunzip, "it is cut off", status);
            }
        }
        if (gunzip->between) {
            if (!start_next_member(gunzip, status)) {
                return false;
            }
        } else if (!inflate_some(gunzip, buffer, size, got, status)) {
            return false;
        }
    }
    return true;
}

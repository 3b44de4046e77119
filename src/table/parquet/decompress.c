#include "config.h"
#include "table/parquet/decompress.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZ4
#include <lz4.h>
#endif
#ifdef HAVE_BROTLI
#include <brotli/decode.h>
#endif

#include "base/mem.h"

enum {
    MOST_PAGE = 1 << 30,  /* bytes of a page, whatever its codec */
    MOST_FREE = 256 << 20 /* of one whose codec sets no bound */
};

struct decompressor {
#ifdef HAVE_ZSTD
    ZSTD_DCtx *zstd;
#endif
    z_stream inflate;
    bool inflating; /* inflate is set up */
};

const char *decompress_name(int32_t codec)
{
    static const char *const names[] = {"no codec", "snappy", "gzip", "lzo",
                                        "brotli",   "lz4",    "zstd", "lz4"};
    return codec >= 0 && codec <= PARQUET_LZ4_RAW ? names[codec] : NULL;
}

bool decompress_known(int32_t codec)
{
    switch (codec) {
    case PARQUET_UNCOMPRESSED:
    case PARQUET_GZIP: return true;
#ifdef HAVE_SNAPPY
    case PARQUET_SNAPPY: return true;
#endif
#ifdef HAVE_BROTLI
    case PARQUET_BROTLI: return true;
#endif
#ifdef HAVE_ZSTD
    case PARQUET_ZSTD: return true;
#endif
#ifdef HAVE_LZ4
    case PARQUET_LZ4:
    case PARQUET_LZ4_RAW: return true;
#endif
    default: return false;
    }
}

uint64_t decompress_most(int32_t codec, uint64_t size)
{
    uint64_t most = MOST_FREE;
    switch (codec) { /* what a byte can stand for, and something for small pages */
    case PARQUET_UNCOMPRESSED: most = size; break;
    case PARQUET_SNAPPY: most = size * 22 + 64; break;
    case PARQUET_GZIP: most = size * 1032 + 64; break;
    case PARQUET_LZ4:
    case PARQUET_LZ4_RAW: most = size * 255 + 64; break;
    default: break;
    }
    return most < MOST_PAGE ? most : MOST_PAGE;
}

struct decompressor *decompressor_new(void)
{
    struct decompressor *decompressor =
        mem_zero(1, sizeof *decompressor, "a decompressor", NULL);
#ifdef HAVE_ZSTD
    if (decompressor != NULL && (decompressor->zstd = ZSTD_createDCtx()) == NULL) {
        free(decompressor);
        return NULL;
    }
    if (decompressor != NULL) {
        ZSTD_DCtx_setParameter(decompressor->zstd, ZSTD_d_windowLogMax, 27);
    }
#endif
    return decompressor;
}

void decompressor_free(struct decompressor *decompressor)
{
    if (decompressor == NULL) {
        return;
    }
#ifdef HAVE_ZSTD
    ZSTD_freeDCtx(decompressor->zstd);
#endif
    if (decompressor->inflating) {
        inflateEnd(&decompressor->inflate);
    }
    free(decompressor);
}

/* gzip or zlib, one member after the other; bytes behind the last needed one are left alone. */
static bool gunzip(struct decompressor *decompressor, const uint8_t *from, size_t size,
                   uint8_t *to, size_t to_size)
{
    enum { GZIP_OR_ZLIB = 15 + 32 };
    z_stream *stream = &decompressor->inflate;
    if (size > UINT_MAX || to_size > UINT_MAX) {
        return false;
    }
    stream->next_in = (Bytef *)(uintptr_t)from;
    stream->avail_in = (uInt)size;
    stream->next_out = to;
    stream->avail_out = (uInt)to_size;
    do {
        int result =
            decompressor->inflating ? inflateReset(stream) : inflateInit2(stream, GZIP_OR_ZLIB);
        if (result != Z_OK) {
            return false;
        }
        decompressor->inflating = true;
        if (inflate(stream, Z_FINISH) != Z_STREAM_END) {
            return false;
        }
    } while (stream->avail_out > 0 && stream->avail_in > 0);
    return stream->avail_out == 0;
}

#ifdef HAVE_LZ4
static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool lz4_block(const uint8_t *from, size_t size, uint8_t *to, size_t to_size)
{
    return size <= INT_MAX && to_size <= INT_MAX &&
           LZ4_decompress_safe((const char *)from, (char *)to, (int)size, (int)to_size) ==
               (int)to_size;
}

/* Frames as Hadoop writes them: the sizes of what comes out and of the block, and the block. */
static bool lz4_hadoop(const uint8_t *from, size_t size, uint8_t *to, size_t to_size)
{
    enum { HEAD = 8 };
    while (size >= HEAD) {
        size_t out = big_endian(from), in = big_endian(from + 4);
        if (in > size - HEAD || out > to_size || !lz4_block(from + HEAD, in, to, out)) {
            return false;
        }
        from += HEAD + in;
        size -= HEAD + in;
        to += out;
        to_size -= out;
    }
    return size == 0 && to_size == 0;
}
#endif

#ifdef HAVE_ZSTD
static bool unzstd(struct decompressor *decompressor, const uint8_t *from, size_t size,
                   uint8_t *to, size_t to_size)
{
    size_t got = ZSTD_decompressDCtx(decompressor->zstd, to, to_size, from, size);
    return !ZSTD_isError(got) && got == to_size;
}
#endif

bool decompress(struct decompressor *decompressor, int32_t codec, const uint8_t *from,
                size_t size, uint8_t *to, size_t to_size)
{
    switch (codec) {
    case PARQUET_GZIP: return gunzip(decompressor, from, size, to, to_size);
#ifdef HAVE_SNAPPY
    case PARQUET_SNAPPY: {
        size_t length;
        return snappy_uncompressed_length((const char *)from, size, &length) == SNAPPY_OK &&
               length == to_size &&
               snappy_uncompress((const char *)from, size, (char *)to, &length) == SNAPPY_OK;
    }
#endif
#ifdef HAVE_ZSTD
    case PARQUET_ZSTD: return unzstd(decompressor, from, size, to, to_size);
#endif
#ifdef HAVE_BROTLI
    case PARQUET_BROTLI: {
        size_t length = to_size;
        return BrotliDecoderDecompress(size, from, &length, to) ==
                   BROTLI_DECODER_RESULT_SUCCESS &&
               length == to_size;
    }
#endif
#ifdef HAVE_LZ4
    case PARQUET_LZ4_RAW: return lz4_block(from, size, to, to_size);
    case PARQUET_LZ4:
        return lz4_hadoop(from, size, to, to_size) || lz4_block(from, size, to, to_size);
#endif
    default: (void)decompressor; return false;
    }
}

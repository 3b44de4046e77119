/* decode: UTF-16 and Windows-1252 become UTF-8, however the bytes come and go. */
#include "table/input/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

struct bytes {
    const unsigned char *bytes;
    size_t length, at, step; /* step: bytes that a read brings at most */
};

static bool read_bytes(void *context, void *buffer, size_t size, size_t *got,
                       struct status *status)
{
    (void)status;
    struct bytes *bytes = context;
    size_t left = bytes->length - bytes->at;
    *got = size < left ? size : left;
    *got = *got < bytes->step ? *got : bytes->step;
    memcpy(buffer, bytes->bytes + bytes->at, *got);
    bytes->at += *got;
    return true;
}

/* Decodes with reads of at most `step` bytes into room for `room`. */
static size_t decode_all(const void *text, size_t length, size_t step, size_t room, char *out,
                         size_t size, enum encoding *encoding)
{
    struct bytes bytes = {text, length, 0, step};
    struct decode *decode = decode_new((struct decode_input){read_bytes, &bytes}, NULL);
    assert_non_null(decode);
    assert_true(decode_letters(decode, "", 0, NULL));
    size_t n = 0, got;
    do {
        assert_true(n + room <= size);
        assert_true(decode_read(decode, out + n, room, &got, NULL));
        assert_true(got <= room);
        n += got;
    } while (got > 0);
    *encoding = decode_encoding(decode);
    decode_free(decode);
    return n;
}

static void check(const void *text, size_t length, const char *wanted, size_t wanted_length,
                  enum encoding encoding)
{
    static char out[1 << 17];
    static const size_t sizes[] = {1, 2, 3, 5, 16, 17, 64, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            enum encoding found;
            size_t n = decode_all(text, length, sizes[i], sizes[j], out, sizeof out, &found);
            if (n != wanted_length || memcmp(out, wanted, n) != 0 || found != encoding) {
                fail_msg("reads of %zu into %zu: '%.*s', encoding %d", sizes[i], sizes[j],
                         (int)n, out, (int)found);
            }
        }
    }
}

#define CHECK(text, wanted, encoding)                                                          \
    check(text, sizeof(text) - 1, wanted, sizeof(wanted) - 1, encoding)

static void utf8_is_passed_on(void **state)
{
    (void)state;
    CHECK("", "", ENCODING_UTF8);
    CHECK("dt,user\n1,2\n", "dt,user\n1,2\n", ENCODING_UTF8);
    CHECK("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80 end",
          "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80 end", ENCODING_UTF8);
    CHECK("\xef\xbb\xbf"
          "a,b",
          "\xef\xbb\xbf"
          "a,b",
          ENCODING_UTF8);
}

static void windows_1252_becomes_utf8(void **state)
{
    (void)state;
    CHECK("M\xfcller,Pe\xf1"
          "a",
          "M\xc3\xbcller,Pe\xc3\xb1"
          "a",
          ENCODING_1252);
    CHECK("\x80 5 \x93q\x94", "\xe2\x82\xac 5 \xe2\x80\x9cq\xe2\x80\x9d", ENCODING_1252);
    CHECK("caf\xe9", "caf\xc3\xa9", ENCODING_1252); /* cut off, it could have been a letter */
    CHECK("caf\xe9\nM\xfcller \xc3\xbc", "caf\xc3\xa9\nM\xc3\xbcller \xc3\x83\xc2\xbc",
          ENCODING_1252);
}

static void what_is_both_stays_as_it_is(void **state)
{
    (void)state;
    CHECK("\xc3\xbc and \xfc and \xc3\xbc", "\xc3\xbc and \xfc and \xc3\xbc", ENCODING_MIXED);
    CHECK("\xc3\xbc \xed\xa0\x80", "\xc3\xbc \xed\xa0\x80",
          ENCODING_MIXED); /* half of a pair */
}

static void utf16_becomes_utf8(void **state)
{
    (void)state;
    CHECK("\xff\xfe"
          "a\0,\0\xfc\0\n\0",
          "a,\xc3\xbc\n", ENCODING_UTF16LE);
    CHECK("\xfe\xff\0a\0,\0\xfc\0\n", "a,\xc3\xbc\n", ENCODING_UTF16BE);
    CHECK("d\0t\0,\0u\0s\0e\0r\0\n\0", "dt,user\n", ENCODING_UTF16LE);
    CHECK("\0d\0t\0,\0u\0s\0e\0r\0\n", "dt,user\n", ENCODING_UTF16BE);
    CHECK("\xff\xfe\x3d\xd8\x00\xde.\0", "\xf0\x9f\x98\x80.", ENCODING_UTF16LE);
    CHECK("\xff\xfe\x3d\xd8.\0", "\xef\xbf\xbd.", ENCODING_UTF16LE);
    CHECK("\xff\xfe"
          "a\0b",
          "a\xef\xbf\xbd", ENCODING_UTF16LE);
}

/* A text of some 100 kB with a letter of Windows-1252 at its end, across buffers. */
static void a_late_letter_decides(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH), *out = malloc(2 * LENGTH);
    assert_non_null(text);
    assert_non_null(out);
    memset(text, 'x', LENGTH);
    text[LENGTH - 2] = '\xfc';
    for (size_t room = 50000; room < 2 * LENGTH; room += 49999) {
        enum encoding encoding;
        struct bytes bytes = {(unsigned char *)text, LENGTH, 0, LENGTH};
        struct decode *decode = decode_new((struct decode_input){read_bytes, &bytes}, NULL);
        assert_true(decode_letters(decode, "", 0, NULL));
        size_t n = 0, got;
        do {
            size_t left = 2 * LENGTH - n;
            assert_true(decode_read(decode, out + n, room < left ? room : left, &got, NULL));
            n += got;
        } while (got > 0);
        encoding = decode_encoding(decode);
        decode_free(decode);
        assert_int_equal(n, LENGTH + 1);
        assert_int_equal(encoding, ENCODING_1252);
        assert_memory_equal(out + n - 3, "\xc3\xbcx", 3);
    }
    free(text);
    free(out);
}

/* Every byte goes to UTF-8 and back. */
static void windows_1252_goes_back(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const char bytes[] = {(char)byte, 'x'};
        char text[512], back[8];
        enum encoding found;
        size_t n = decode_all(bytes, 2, 16, 64, text, sizeof text, &found), m;
        assert_true(n >= 2 && n <= sizeof back);
        assert_true(decode_back_to_1252(text, n, back, &m));
        assert_int_equal(m, 2);
        assert_int_equal((unsigned char)back[0], byte);
    }
    char back[8];
    size_t n;
    assert_false(decode_back_to_1252("\xC4\x80", 2, back, &n)); /* a with a bar */
    assert_false(decode_back_to_1252("\xFC", 1, back, &n));
    assert_false(decode_back_to_1252("\xE2\x82", 2, back, &n));
    assert_false(decode_back_to_1252("\xF0\x9F\x98\x80", 4, back, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_passed_on),
        cmocka_unit_test(windows_1252_becomes_utf8),
        cmocka_unit_test(what_is_both_stays_as_it_is),
        cmocka_unit_test(utf16_becomes_utf8),
        cmocka_unit_test(a_late_letter_decides),
        cmocka_unit_test(windows_1252_goes_back),
    };
    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}

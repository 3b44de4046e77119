/* fuzz: what libFuzzer and replay.c call. */
#ifndef ODDHOURS_TESTS_FUZZ_FUZZ_H
#define ODDHOURS_TESTS_FUZZ_FUZZ_H

#include <stddef.h>

/* Runs one input; aborts when something is wrong. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#endif

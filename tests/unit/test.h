/* What every cmocka test includes: cmocka wants these four headers before its own. */
#ifndef ODDHOURS_TESTS_UNIT_TEST_H
#define ODDHOURS_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif

/* scarce: memory that runs out when a test says so.
 *
 * A program linked with $(SCARCE_LINK) gets its memory through here wherever the engine asks
 * base/mem for some.
 */
#ifndef ODDHOURS_TESTS_UNIT_SCARCE_H
#define ODDHOURS_TESTS_UNIT_SCARCE_H

#include <stddef.h>

/* Grants the next `granted` requests and refuses all others until scarce_off(). */
void scarce_on(size_t granted);

/* Grants everything again. Returns how many requests were refused. */
size_t scarce_off(void);

#endif

/* cpu: the choice of a kernel and how the environment lowers it. */
#include "base/cpu.h"

#include <stdlib.h>

#include "unit/test.h"

static void the_environment_lowers_the_choice(void **state)
{
    (void)state;
    unsetenv("ODDHOURS_KERNEL");
    enum cpu_kernel best = cpu_kernel();
    setenv("ODDHOURS_KERNEL", "scalar", 1);
    assert_int_equal(cpu_kernel(), CPU_SCALAR);
    setenv("ODDHOURS_KERNEL", "avx2", 1);
    assert_int_equal(cpu_kernel(), best < CPU_AVX2 ? best : CPU_AVX2);
    setenv("ODDHOURS_KERNEL", "avx512", 1);
    assert_int_equal(cpu_kernel(), best);
    setenv("ODDHOURS_KERNEL", "abacus", 1);
    assert_int_equal(cpu_kernel(), best);
    unsetenv("ODDHOURS_KERNEL");
    assert_string_equal(cpu_kernel_name(CPU_SCALAR), "scalar");
    assert_string_equal(cpu_kernel_name(CPU_AVX512), "avx512");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_environment_lowers_the_choice)};
    return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}

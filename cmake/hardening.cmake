# What makes a mistake in memory harder to use, in optimised builds; sanitizers bring their own. Each of these is
# read back from the program by scripts/gates/hardening.sh.
if(MIGRATOR_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  return()
endif()

# Canaries, stacks that can't be jumped over, checked indexes, a program at a random address.
add_compile_options(-fstack-protector-strong -fstack-clash-protection -fPIE)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
# Jumps only to where functions begin, returns only to where calls were.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  add_compile_options(-mbranch-protection=standard)
endif()
# Checked sizes of buffers; compilers and C libraries that don't know level 3 warn of it.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
check_cxx_source_compiles("#include <cstring>\nint main() {}" MIGRATOR_HAS_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$<IF:$<BOOL:${MIGRATOR_HAS_FORTIFY_3}>,3,2>)
# All addresses of libraries are found at start, and can't be changed then; no stack is code.
add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)

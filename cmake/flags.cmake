# What every target of ours is compiled with, and only ours.
set(MIGRATOR_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=…")

add_library(migrator_flags INTERFACE)
target_compile_features(migrator_flags INTERFACE cxx_std_20)
target_compile_options(migrator_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  # Designated initializers leave out what has its default: that is what they are for.
  -Wno-missing-field-initializers
  # g++ 12 finds overlaps in inlined std::string code that are not there (gcc.gnu.org/PR105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-restrict>)
target_include_directories(migrator_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(migrator_flags INTERFACE Threads::Threads fmt::fmt)

if(MIGRATOR_SANITIZE)
  add_compile_options(-fsanitize=${MIGRATOR_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MIGRATOR_SANITIZE})
  if(MIGRATOR_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With sanitizers g++ 12 no longer sees what is initialized (std::optional) and how long a text is (std::string).
    add_compile_options(-Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  if(MIGRATOR_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio uses atomic_thread_fence, which g++ 12 refuses under TSan with -Werror.
    add_compile_options(-Wno-tsan)
  endif()
endif()

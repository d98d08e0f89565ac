# Precompiled headers, for the dev preset: the headers of the standard library are three quarters of
# all bytes that the compiler reads. Nothing depends on them: every file includes what it uses, and
# builds without.
option(MIGRATOR_PCH "Precompile the headers of the standard library and of GoogleTest" OFF)

# migrator_precompiled(LIST …): the target that holds the headers of precompiled_LIST.hpp.
function(migrator_precompiled list)
  set(nothing ${PROJECT_BINARY_DIR}/generated/precompiled_${list}.cpp)
  file(GENERATE OUTPUT ${nothing} CONTENT "// Only its headers are of interest.\n")
  add_library(migrator_precompiled_${list} OBJECT ${nothing})
  target_link_libraries(migrator_precompiled_${list} PRIVATE migrator_flags ${ARGN})
  target_precompile_headers(migrator_precompiled_${list} PRIVATE
    ${PROJECT_SOURCE_DIR}/cmake/precompiled_${list}.hpp)
endfunction()

# migrator_precompile(TARGET LIST): lets the files of TARGET use them; LIST is std or gtest.
function(migrator_precompile target list)
  if(MIGRATOR_PCH)
    target_precompile_headers(${target} REUSE_FROM migrator_precompiled_${list})
  endif()
endfunction()

if(MIGRATOR_PCH)
  migrator_precompiled(std)
  if(BUILD_TESTING)
    migrator_precompiled(gtest GTest::gtest)
  endif()
endif()

# migrator_module(NAME SOURCES … USES … PRIVATELY …)
#
# The library of one folder of src/, its alias migrator::NAME, and its tests: every
# tests/NAME/*_contract_test.cpp is labelled `real` (needs a server), every other *_test.cpp `unit`.
# USES: our modules that its headers may show. PRIVATELY: libraries that they must not.
function(migrator_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATELY" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND migrator::)
  add_library(migrator_${name} STATIC ${ARG_SOURCES})
  add_library(migrator::${name} ALIAS migrator_${name})
  target_link_libraries(migrator_${name} PUBLIC ${ARG_USES} PRIVATE migrator_flags ${ARG_PRIVATELY})
  migrator_precompile(migrator_${name} std)
  migrator_unite(migrator_${name})
  migrator_tests(${name} USES ${name})
endfunction()

# All tests that need no server, to build without the others.
if(BUILD_TESTING)
  add_custom_target(unit_tests)
endif()

# migrator_tests(FOLDER USES …): the test programs of tests/FOLDER.
function(migrator_tests folder)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND migrator::)
  set(dir ${PROJECT_SOURCE_DIR}/tests/${folder})
  file(GLOB real CONFIGURE_DEPENDS ${dir}/*_contract_test.cpp)
  file(GLOB unit CONFIGURE_DEPENDS ${dir}/*_test.cpp)
  if(real)
    list(REMOVE_ITEM unit ${real})
  endif()
  foreach(label unit real)
    if(${label})
      set(target ${folder}_${label}_test)
      add_executable(${target} ${${label}})
      target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
      target_compile_definitions(${target} PRIVATE
        MIGRATOR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
      target_link_libraries(${target} PRIVATE
        ${ARG_USES} migrator_test_support migrator_flags GTest::gtest_main)
      migrator_precompile(${target} gtest)
      if(label STREQUAL "unit")
        add_dependencies(unit_tests ${target})
      endif()
      gtest_discover_tests(${target}
        PROPERTIES LABELS ${label} TIMEOUT 600
        DISCOVERY_TIMEOUT 60
        TEST_PREFIX ${folder}.)
    endif()
  endforeach()
endfunction()

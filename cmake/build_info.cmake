# Release, commit and date of this build: -DGIT_REF=… -DGIT_SHA=… -DGIT_DATE=…, else what git says,
# else empty. They end up in migrator_build_info, a header-only target that only `app` uses.
set(GIT_REF "" CACHE STRING "Release shown by `migrator --version` and GET /")
set(GIT_SHA "" CACHE STRING "Commit shown there")
set(GIT_DATE "" CACHE STRING "Commit date shown there, ISO 8601")

function(ask_git variable)
  if(NOT "${${variable}}" STREQUAL "")
    return()
  endif()
  execute_process(
    COMMAND git ${ARGN}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(${variable} "${answer}" PARENT_SCOPE)
  endif()
endfunction()

ask_git(GIT_REF describe --tags --always --dirty)
ask_git(GIT_SHA rev-parse HEAD)
ask_git(GIT_DATE log -1 --format=%cI)

configure_file(${CMAKE_CURRENT_LIST_DIR}/build_info.hpp.in
  ${PROJECT_BINARY_DIR}/generated/app/build_info.hpp @ONLY)
add_library(migrator_build_info INTERFACE)
target_include_directories(migrator_build_info INTERFACE ${PROJECT_BINARY_DIR}/generated)

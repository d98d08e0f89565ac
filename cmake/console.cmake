# The console: the bundle of web/, compiled into the program. esbuild makes it, which needs node 18 and npm; nothing
# else does, and nothing is fetched when the program runs.
set(CONSOLE AUTO CACHE STRING "Build the console into the program: ON, OFF, or AUTO: if node, npm and its packages can be had")
set_property(CACHE CONSOLE PROPERTY STRINGS AUTO ON OFF)

# Sets `variable` to what is missing, as a sentence; empty when nothing is.
function(migrator_console_lacks variable)
  find_program(NODE NAMES node nodejs)
  find_program(NPM npm)
  mark_as_advanced(NODE NPM)
  if(NOT NODE OR NOT NPM)
    set(${variable} "node and npm are not installed" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${NODE} --version OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "^v" "" found "${found}")
  if(found VERSION_LESS 18.13)
    set(${variable} "node ${found} is too old, 18.13 is needed" PARENT_SCOPE)
  endif()
endfunction()

# migrator_console_files(VARIABLE): the source with the files of the console, made at build time.
function(migrator_console_files variable)
  set(${variable} no_files.cpp PARENT_SCOPE)
  if(NOT CONSOLE)
    message(STATUS "console: left out, as -DCONSOLE=OFF asks")
    return()
  endif()
  migrator_console_lacks(lacking)
  if(lacking AND CONSOLE STREQUAL "AUTO")
    message(STATUS "console: left out, ${lacking} (Debian: nodejs npm); -DCONSOLE=ON makes this an error")
    return()
  elseif(lacking)
    message(FATAL_ERROR "console: ${lacking} (Debian: nodejs npm); build without it: -DCONSOLE=OFF")
  endif()
  set(web ${PROJECT_SOURCE_DIR}/web)
  set(made ${PROJECT_BINARY_DIR}/generated/console/files.cpp)
  set(optional)
  if(CONSOLE STREQUAL "AUTO")
    set(optional --optional) # without the registry of npm, too
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/*)
  add_custom_command(
    OUTPUT ${made}
    COMMAND ${NODE} ${web}/tools/bundle.mjs ${made} ${optional}
    DEPENDS ${sources} ${web}/tools/bundle.mjs ${web}/tools/install.mjs ${web}/package-lock.json ${web}/tsconfig.json
    COMMENT "Bundling the console"
    VERBATIM)
  message(STATUS "console: built from web/ with node")
  set(${variable} ${made} PARENT_SCOPE)
endfunction()

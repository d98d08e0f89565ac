# Boost.JSON, compiled once: its headers declare, this one file defines. Link it PRIVATELY.
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/generated/boost_json.cpp
  CONTENT "#include <boost/json/src.hpp>\n")
add_library(migrator_boost_json STATIC ${PROJECT_BINARY_DIR}/generated/boost_json.cpp)
target_compile_features(migrator_boost_json PUBLIC cxx_std_20)
target_link_libraries(migrator_boost_json PUBLIC Boost::headers)

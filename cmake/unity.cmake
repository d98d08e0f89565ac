# Unity builds, for presets that compile everything at once: the files of a folder in batches, since most of
# what a compiler reads is headers. Nothing depends on them: every file builds alone.
option(MIGRATOR_UNITY "Compile the files of a folder in batches" OFF)

# migrator_unite(TARGET): the files of TARGET in batches.
function(migrator_unite target)
  if(MIGRATOR_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # g++ warns of types without linkage when they stand in an included file; here all files are included.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

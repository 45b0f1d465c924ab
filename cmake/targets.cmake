# metricstream_library(NAME SOURCES ... PUBLIC libs... PRIVATE libs...): one folder, one target, our flags.
# metricstream_program(NAME SOURCES ... LIBS ...): a binary in build/<preset>/bin.
# PRECOMPILE_ASIO on a library reuses one precompiled header of Asio and Beast (6.7 s instead of 9.1 s a file at -O2).
function(metricstream_library name)
  cmake_parse_arguments(arg "PRECOMPILE_ASIO" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC metricstream_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE metricstream_options ${arg_PUBLIC})
  endif()
  if(arg_PRECOMPILE_ASIO)
    target_link_libraries(${name} PUBLIC metricstream_boost_asio)
    target_precompile_headers(${name} REUSE_FROM metricstream_boost_asio)
  endif()
endfunction()

function(metricstream_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  metricstream_show_threads(${name})
  target_link_libraries(${name} PRIVATE metricstream_options ${arg_LIBS})
endfunction()

# Lets ThreadSanitizer see librdkafka's threads, in executables only.
function(metricstream_show_threads name)
  if(METRICSTREAM_SANITIZER STREQUAL "tsan")
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/tsan_c11_threads.cpp)
  endif()
endfunction()

# metricstream_test(NAME LABEL unit|integration SOURCES ... LIBS ...): one gtest executable, its cases known to ctest.
function(metricstream_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  metricstream_show_threads(${name})
  target_link_libraries(${name} PRIVATE metricstream_options GTest::gmock_main ${arg_LIBS})
  target_compile_definitions(${name} PRIVATE METRICSTREAM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300)
endfunction()

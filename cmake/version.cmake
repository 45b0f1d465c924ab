# Writes base/version.cpp's values: project version, git revision and branch, compiler, platform.
execute_process(COMMAND git rev-parse --short=12 HEAD WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE METRICSTREAM_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git rev-parse --abbrev-ref HEAD WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE METRICSTREAM_BRANCH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
foreach(var METRICSTREAM_REVISION METRICSTREAM_BRANCH)
  if(NOT ${var})
    set(${var} "unknown")
  endif()
endforeach()

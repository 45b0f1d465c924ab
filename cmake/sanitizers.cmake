# METRICSTREAM_SANITIZER = asan (address and undefined behaviour) or tsan (threads); the presets of the same names set it.
set(METRICSTREAM_SANITIZER "" CACHE STRING "asan, tsan or empty")
if(METRICSTREAM_SANITIZER STREQUAL "asan")
  # -O0: the Boost files take three times as long to build at -O1 with both sanitizers.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(METRICSTREAM_SANITIZER STREQUAL "tsan")
  add_compile_options(-fsanitize=thread -O1 $<$<CXX_COMPILER_ID:GNU>:-Wno-error=tsan>)
  add_link_options(-fsanitize=thread)
elseif(METRICSTREAM_SANITIZER)
  message(FATAL_ERROR "METRICSTREAM_SANITIZER is '${METRICSTREAM_SANITIZER}': expected asan, tsan or nothing")
endif()

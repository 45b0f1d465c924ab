# Language level, warnings and hardening of our own targets: everything links `metricstream_options`.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "MetricStream refuses GCC ${CMAKE_CXX_COMPILER_VERSION}: GCC 12 and older miscompile C++20 coroutines without a "
    "warning (a co_await in a condition skips the function's body; temporaries in a co_await are destroyed twice). "
    "Use clang 19 (Debian: apt-get install clang-19; picked by itself when CXX is not set) or GCC 13 or newer.")
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Full debug information doubles the build time of the Boost files; lines are enough for stacks.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

set(METRICSTREAM_BIN_DIR ${CMAKE_BINARY_DIR}/bin)

find_program(METRICSTREAM_CCACHE ccache)
if(METRICSTREAM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${METRICSTREAM_CCACHE})
endif()
find_program(METRICSTREAM_LLD NAMES ld.lld-19 ld.lld)
if(METRICSTREAM_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()

add_library(metricstream_options INTERFACE)
target_include_directories(metricstream_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(metricstream_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wnull-dereference -Wextra-semi)

# Hardening of the shipped build; the sanitizers bring their own. For every target, since a precompiled header must be
# built with the flags of those that use it. Position-independent executables: CMAKE_POSITION_INDEPENDENT_CODE.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT METRICSTREAM_SANITIZER)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

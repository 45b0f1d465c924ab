#include "services/agent/app.hpp"

int main(int argc, char** argv) { return metricstream::agent::run_program(argc, argv); }

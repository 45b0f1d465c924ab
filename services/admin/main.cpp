#include "services/admin/app.hpp"

int main(int argc, char** argv) { return metricstream::admin::run_admin(argc, argv); }

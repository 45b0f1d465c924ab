#include "common/cli/service.hpp"
#include "services/ingestion/app.hpp"

int main(int argc, char** argv) {
  using namespace metricstream;
  return run_service(
      argc, argv,
      make_service<ingestion::IngestSettings>(
          "ingest", "Takes metrics over HTTP and stores each batch as one record in Kafka.", ingestion::run_ingest));
}

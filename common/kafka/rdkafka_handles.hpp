// Private to common/kafka: librdkafka's objects with owners.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace metricstream::kafka {

template <auto destroy>
struct CallDestroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};

using OwnedConf = std::unique_ptr<rd_kafka_conf_t, CallDestroy<rd_kafka_conf_destroy>>;
using OwnedQueue = std::unique_ptr<rd_kafka_queue_t, CallDestroy<rd_kafka_queue_destroy>>;
using OwnedEvent = std::unique_ptr<rd_kafka_event_t, CallDestroy<rd_kafka_event_destroy>>;
using OwnedTopic = std::unique_ptr<rd_kafka_topic_t, CallDestroy<rd_kafka_topic_destroy>>;
using OwnedError = std::unique_ptr<rd_kafka_error_t, CallDestroy<rd_kafka_error_destroy>>;
using OwnedHeaders = std::unique_ptr<rd_kafka_headers_t, CallDestroy<rd_kafka_headers_destroy>>;
using OwnedMessage = std::unique_ptr<rd_kafka_message_t, CallDestroy<rd_kafka_message_destroy>>;
// A leaked one holds partition references and makes rd_kafka_destroy wait for ever.
using OwnedList = std::unique_ptr<rd_kafka_topic_partition_list_t, CallDestroy<rd_kafka_topic_partition_list_destroy>>;
using OwnedMetadata = std::unique_ptr<const rd_kafka_metadata_t, CallDestroy<rd_kafka_metadata_destroy>>;
// Declared before everything that came from it, so that it goes last; blocks until librdkafka's threads have ended.
using OwnedClient = std::unique_ptr<rd_kafka_t, CallDestroy<rd_kafka_destroy>>;

}  // namespace metricstream::kafka

"""The layer lint refuses an include upwards or out of a library's room, and nothing else."""

import tempfile
import unittest
from pathlib import Path

from tests.lint.check_layers import findings

REFUSED = {
    "common/base/a.hpp": '"common/model/sample.hpp"',
    "common/model/a.hpp": '"common/log/log.hpp"',
    "common/codec/a.cpp": '"common/http/server.hpp"',
    "common/http/a.cpp": '"common/kafka/producer.hpp"',
    "common/influx/a.cpp": '"services/aggregator/app.hpp"',
    "common/new/a.cpp": '"common/base/result.hpp"',
    "services/agent/a.cpp": '"services/ingestion/app.hpp"',
    "services/agent/b.cpp": "<librdkafka/rdkafka.h>",
    "services/agent/c.cpp": '"tests/support/fake.hpp"',
    "common/runtime/a.hpp": "<boost/json/value.hpp>",
    "common/cli/a.cpp": "<yaml-cpp/yaml.h>",
    "common/influx/b.cpp": "<libdeflate.h>",
    "common/kafka/a.hpp": "<boost/beast/core.hpp>",
    "services/admin/a.cpp": "<protozero/pbf_reader.hpp>",
    "services/aggregator/fold/a.cpp": "<boost/asio.hpp>",
    "services/aggregator/fold/b.cpp": "<fstream>",
    "services/aggregator/fold/c.cpp": '"common/kafka/consumer.hpp"',
    "common/model/b.hpp": "<boost/asio/io_context.hpp>",
}

ALLOWED = {
    "common/base/a.hpp": "<string>",
    "common/base/b.hpp": '"common/base/result.hpp"',
    "common/influx/a.cpp": '"common/http/client.hpp"',
    "common/kafka/a.cpp": "<librdkafka/rdkafka.h>",
    "common/http/a.hpp": "<boost/beast/core.hpp>",
    "common/runtime/a.hpp": "<boost/asio/awaitable.hpp>",
    "common/codec/a.cpp": "<boost/json/basic_parser_impl.hpp>",
    "services/aggregator/fold/a.cpp": '"common/model/batch.hpp"',
    "services/aggregator/fold/b.cpp": '"services/aggregator/fold/window.hpp"',
    "services/aggregator/fold/c.cpp": "<boost/unordered/unordered_flat_map.hpp>",
    "services/aggregator/a.cpp": '"common/kafka/consumer.hpp"',
}


def refused(sources: dict[str, str]) -> set[str]:
    with tempfile.TemporaryDirectory() as directory:
        for name, include in sources.items():
            path = Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#pragma once\n#include {include}\n")
        return {finding.split(":")[0] for finding in findings(Path(directory)) if finding.split(":")[1] == "2"}


class LayerLint(unittest.TestCase):
    def test_refuses_every_include_upwards_or_out_of_its_room(self):
        self.assertEqual(refused(REFUSED), set(REFUSED))

    def test_passes_lower_layers_and_libraries_in_their_rooms(self):
        self.assertEqual(refused(ALLOWED), set())


if __name__ == "__main__":
    unittest.main()

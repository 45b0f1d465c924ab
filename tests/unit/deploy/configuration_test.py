"""The shipped configuration is changed at the named places and nowhere else."""

import unittest

from stack.configuration import with_overrides
from stack.problem import Problem

SHIPPED = """\
# Ingest.
kafka:
  brokers: ["127.0.0.1:9092"]  # where
  # how many
  partitions: 12

# The lists.
sinks:
  - type: influxdb
    url: http://127.0.0.1:8086

  - type: other
http:
  tls:
    enabled: false
  listen: 0.0.0.0:8080
one_line: {a: 1}
"""


class Overrides(unittest.TestCase):
    def test_replaces_a_value_and_leaves_every_other_line_alone(self):
        self.assertEqual(with_overrides(SHIPPED, {"kafka.brokers": "[x]", "http.listen": "y"}),
                         SHIPPED.replace('["127.0.0.1:9092"]  # where', "[x]").replace("0.0.0.0:8080", "y"))

    def test_replaces_a_list_that_spans_lines_as_a_whole(self):
        changed = with_overrides(SHIPPED, {"sinks": "[]"})
        self.assertIn("\n# The lists.\nsinks: []\nhttp:\n", changed)
        self.assertNotIn("type:", changed)

    def test_adds_a_key_to_a_section_that_is_there(self):
        self.assertIn("  partitions: 12\n  topic: t\n\n# The lists.", with_overrides(SHIPPED, {"kafka.topic": "t"}))

    def test_adds_sections_that_are_not_there(self):
        self.assertTrue(with_overrides(SHIPPED, {"time.max_age": "20s", "time.max_future": "1s"})
                        .endswith("one_line: {a: 1}\ntime:\n  max_age: 20s\n  max_future: 1s\n"))
        self.assertIn("  tls:\n    enabled: true\n  listen", with_overrides(SHIPPED, {"http.tls.enabled": "true"}))

    def test_the_same_key_elsewhere_is_not_touched(self):
        self.assertIn("url: http://127.0.0.1:8086", with_overrides(SHIPPED, {"url": "z"}))

    def test_refuses_to_reach_into_a_map_on_one_line(self):
        with self.assertRaises(Problem):
            with_overrides(SHIPPED, {"one_line.a": "2"})


if __name__ == "__main__":
    unittest.main()

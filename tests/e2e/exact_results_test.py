"""200,000 samples of 50 clients through the real system: every window that comes out is the one that the ledger demands."""

import unittest

from stack import influxdb2_build
from stack.expected import SECOND
from stack.waiting import wait_until

from tests.e2e.load import Load
from tests.e2e.oracle import Ledger
from tests.e2e.readback import raw_readings
from tests.e2e.system import SystemTest

CLIENTS, CONNECTIONS, BATCHES, BATCH_SIZE = 50, 8, 16, 250


class ExactResults(SystemTest):
    max_age = 40.0
    load: Load
    ledger: Ledger

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.load = Load(cls.pipeline.ingest_url, CLIENTS, CONNECTIONS, BATCHES, BATCH_SIZE, seconds=30, seed=3, oldest=20)
        cls.load.start()
        cls.ledger = cls.load.join()

    def test_1_every_window_equals_the_ledgers(self):
        self.assertGreaterEqual(self.load.sent, 200_000)
        self.assertGreater(self.load.repeats, 20)
        self.assertGreater(self.ledger.replaced, 1000)
        self.assertGreater(self.ledger.duplicates, 1000)
        count = self.expect_windows(self.ledger, 60)
        self.assertGreater(count, 10_000)

    def test_2_every_accepted_sample_is_in_the_aggregators_account(self):
        def account() -> dict[str, float]:
            return {outcome: self.metric(self.pipeline.aggregator, "metricstream_aggregate_samples_total", f'outcome="{outcome}"')
                    for outcome in ("counted", "duplicate", "replaced", "dropped", "late")}

        wait_until(lambda: sum(account().values()) >= self.load.accepted, 30, "the aggregator does not account for every accepted sample")
        found = account()
        self.assertEqual(sum(found.values()), self.load.accepted, found)
        self.assertEqual(found["counted"], self.ledger.distinct_samples(), found)
        self.assertEqual((found["late"], found["dropped"]), (0, 0))

    def test_3_raw_points_hold_the_last_value_of_every_reading(self):
        expected = {key: one.readings for key, one in self.ledger.series.items() if key[1] == "cpu.load"}
        self.assertEqual(raw_readings(self.pipeline.influxdb, self.database, "cpu.load"), expected)

    def test_4_windows_close_in_order_and_the_commit_follows(self):
        newest = max(time for one in self.ledger.series.values() for time in one.readings)
        keys_forgotten = newest + (2 + 2 + 2 + 10) * SECOND  # repeat_window, max_future, max_clock_error, a block
        # C passes a block max_age + delivery_slack + max_clock_error after its end.
        wait_until(lambda: all(one.closed_through > keys_forgotten for one in self.committed().values()), 40 + 6 + 2 + 16 + 60,
                   "C does not pass the last window", interval=1)
        ends = self.end_offsets()
        for partition, progress in self.committed().items():
            with self.subTest(partition=partition):
                self.assertGreater(progress.begin, 0)
                self.assertLessEqual(progress.begin, progress.next)
                self.assertLessEqual(progress.next, ends[partition])
        self.expect_windows(self.ledger, 5)  # and closing changed nothing


@unittest.skipUnless(influxdb2_build.is_built(), "InfluxDB 2.7 is not built: INFLUXDB=2 deploy/local up builds it once")
class ExactResultsInfluxDb2(ExactResults):
    """The same over /api/v2/write, into buckets."""

    influxdb_version = 2


if __name__ == "__main__":
    unittest.main()

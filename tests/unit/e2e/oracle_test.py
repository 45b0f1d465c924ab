"""The end-to-end tests' oracle, checked by hand and against slower definitions."""

import random
import unittest

from stack.expected import SECOND, differences, nearest_rank, statistics

from tests.e2e.oracle import Ledger, grouped_windows_of, windows_of


class NearestRank(unittest.TestCase):
    def test_is_the_smallest_value_that_enough_values_do_not_exceed(self):
        generator = random.Random(1)
        for size in list(range(1, 130)) + [1000]:
            values = sorted(generator.choice([1.0, 2.0, 2.5, generator.random()]) for _ in range(size))
            for percent in (1, 50, 95, 99, 100):
                slow = next(value for value in values if sum(other <= value for other in values) * 100 >= percent * size)
                self.assertEqual(nearest_rank(values, percent), slow, (size, percent))

    def test_known_values(self):
        self.assertEqual(nearest_rank([1.0], 99), 1.0)
        self.assertEqual(nearest_rank([float(n) for n in range(1, 21)], 95), 19.0)  # a float would round 19.000000000000004 up
        self.assertEqual(nearest_rank([1.0, 2.0], 50), 1.0)


class Windows(unittest.TestCase):
    def setUp(self):
        self.ledger = Ledger()

    def test_a_reading_counts_once_and_its_last_value_wins(self):
        for value in (1.0, 1.0, 3.0):
            self.ledger.read("c", "m", {"a": "b"}, 5 * SECOND, value)
        self.assertEqual(windows_of(self.ledger, SECOND), {(("c", "m", (("a", "b"),)), 5 * SECOND): statistics([3.0])})
        self.assertEqual((self.ledger.duplicates, self.ledger.replaced, self.ledger.distinct_samples()), (1, 1, 1))

    def test_every_observation_counts_and_stands_beside_a_reading(self):
        self.ledger.observe("c", "m", {}, 7, 2.0)
        self.ledger.observe("c", "m", {}, 7, 2.0)
        self.ledger.read("c", "m", {}, 7, 5.0)
        (result,) = windows_of(self.ledger, SECOND).values()
        self.assertEqual((result["count"], result["sum"], result["p50"], result["p99"]), (3, 9.0, 2.0, 5.0))

    def test_a_window_holds_its_start_and_not_its_end(self):
        for time in (9 * SECOND, 10 * SECOND - 1, 10 * SECOND):
            self.ledger.read("c", "m", {}, time, float(time))
        counts = {start: result["count"] for (_, start), result in windows_of(self.ledger, 5 * SECOND).items()}
        self.assertEqual(counts, {5 * SECOND: 2, 10 * SECOND: 1})

    def test_tags_in_another_order_are_the_same_series_and_clients_are_apart(self):
        self.ledger.read("c", "m", {"a": "1", "b": "2"}, 1, 1.0)
        self.ledger.read("c", "m", {"b": "2", "a": "1"}, 2, 1.0)
        self.ledger.read("d", "m", {"b": "2", "a": "1"}, 2, 1.0)
        self.assertEqual(sorted(result["count"] for result in windows_of(self.ledger, SECOND).values()), [1, 2])

    def test_a_group_adds_up_series_in_order_of_time_series_and_value(self):
        self.ledger.read("c", "m", {"service": "x", "host": "2"}, 1, 1e16)
        self.ledger.read("c", "m", {"service": "x", "host": "1"}, 1, 1.0)
        self.ledger.read("c", "m", {"service": "x", "host": "1"}, 2, -1e16)
        self.ledger.read("c", "m", {"service": "y", "host": "1"}, 2, 4.0)
        self.ledger.read("c", "other", {"service": "y", "host": "1"}, 2, 4.0)
        found = grouped_windows_of(self.ledger, SECOND, "m", ("service",))
        self.assertEqual(found[("c", "m", (("service", "x"),)), 0]["sum"], 1.0 + 1e16 - 1e16)
        self.assertEqual(found[("c", "m", (("service", "y"),)), 0]["count"], 1)
        self.assertEqual(len(found), 2)


class Comparison(unittest.TestCase):
    def setUp(self):
        self.expected = {("s", 0): statistics([1.0, 2.0]), ("s", 1): statistics([3.0])}
        self.found = {key: dict(value) for key, value in self.expected.items()}

    def test_equal_is_no_difference(self):
        self.assertEqual(differences(self.expected, self.found), [])

    def test_sees_one_missing_point(self):
        del self.found["s", 1]
        self.assertIn("missing", differences(self.expected, self.found)[1])

    def test_sees_one_point_too_much(self):
        self.found["t", 0] = statistics([1.0])
        self.assertIn("too much", differences(self.expected, self.found)[1])

    def test_sees_one_field_that_differs_by_one_bit(self):
        for name in ("count", "min", "max", "p50", "p95", "p99"):
            with self.subTest(name=name):
                self.setUp()
                self.found["s", 0][name] *= 1 + 2**-50
                self.assertIn(name, differences(self.expected, self.found)[1])

    def test_sees_a_field_that_is_not_there(self):
        del self.found["s", 0]["p95"]
        self.assertIn("p95", differences(self.expected, self.found)[1])

    def test_sums_may_differ_in_their_last_bits_only(self):
        self.found["s", 0]["sum"] *= 1 + 2**-50
        self.assertEqual(differences(self.expected, self.found), [])
        self.found["s", 0]["sum"] *= 1 + 1e-10
        self.assertIn("sum", differences(self.expected, self.found)[1])


if __name__ == "__main__":
    unittest.main()

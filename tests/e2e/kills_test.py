"""kill -9 of the aggregator and of ingest, again and again while requests are in flight: what comes out is what the ledger
demands, and offsets never go back."""

import re
import unittest

from stack.waiting import wait_until

from tests.e2e.load import Load
from tests.e2e.system import PARTITIONS, SystemTest

KILLS = 10


class Kills(SystemTest):
    max_age = 15.0

    def test_nothing_is_lost_or_doubled_by_ten_kills_of_each_service(self):
        load = Load(self.pipeline.ingest_url, clients=20, connections=4, batches=100_000, batch_size=60, seconds=100_000 * 0.6, seed=4, oldest=5)
        load.start()
        self.addCleanup(load.stop)
        progress = self._progress_of_a_live_group(load)
        for number in range(KILLS):
            if number == KILLS // 2:  # the other half where windows have closed, so that a replay begins in the middle of the log
                wait_until(lambda: all(one.begin > 0 for one in self.committed().values()), 120, "B does not move", load.failure, interval=0.5)
            self._kill_ingest(load)
            progress = self._kill_aggregator(load, progress)
        load.stop()
        ledger = load.join()
        self.assertGreater(load.failed_attempts, KILLS, "no request was in flight when ingest was killed")
        self.expect_windows(ledger, 60)

    def _progress_of_a_live_group(self, load: Load) -> dict:
        wait_until(lambda: load.sent > 2000 and all(one.next > 0 for one in self.committed().values()), 60, "the group does not get going", interval=0.2)
        return self.committed()

    def _kill_ingest(self, load: Load) -> None:
        ingest = self.pipeline.ingest
        sent = load.sent
        wait_until(lambda: load.sent > sent, 30, "the load stands still", load.failure, interval=0.005)
        ingest.process.kill()
        ingest.start()
        sent = load.sent
        wait_until(lambda: load.sent > sent, 30, "the clients do not get through to the new process", load.failure)

    def _kill_aggregator(self, load: Load, before: dict) -> dict:
        """Kills it in the middle of work; the next process begins exactly at the commits and reads again what B to n demands."""
        aggregator = self.pipeline.aggregator
        folded = self._folded()
        wait_until(lambda: self._folded() > folded, 30, "the aggregator stands still", aggregator.process.ended)
        seen = aggregator.process.log.stat().st_size
        aggregator.process.kill()
        at_death = self.committed()
        self._check_monotone(before, at_death)
        aggregator.start(wait=False)
        assigned = wait_until(lambda: self._assignments(seen), 60, "the new process gets no partitions", aggregator.process.ended)
        for partition, found in assigned.items():
            expected = at_death[partition]
            self.assertEqual((found["begin"], found["next"], found["closed_through"]), (expected.begin, expected.next, expected.closed_through), partition)
        aggregator.wait_ready()
        replays = {partition: max(0, one.next - one.begin) for partition, one in at_death.items()}
        wait_until(lambda: self._replayed() == replays, 60, f"the replay is not the records from B to n: {replays}",
                   lambda: self._overrun(replays) or aggregator.process.ended())
        wait_until(lambda: all(one.next > at_death[partition].next for partition, one in self.committed().items()), 60, "n does not move on", interval=0.1)
        after = self.committed()
        self._check_monotone(at_death, after)
        return after

    def _folded(self) -> float:
        return self.metric(self.pipeline.aggregator, "metricstream_aggregate_records_total")

    def _replayed(self) -> dict[int, int]:
        try:
            found = self.pipeline.aggregator.metrics()
        except OSError:
            return {}
        return {partition: int(found.get(f'metricstream_aggregate_replayed_records{{partition="{partition}"}}', -1)) for partition in range(PARTITIONS)}

    def _overrun(self, replays: dict[int, int]) -> str | None:
        found = self._replayed()
        return f"more was replayed: {found}" if any(found.get(partition, 0) > count for partition, count in replays.items()) else None

    def _check_monotone(self, before: dict, after: dict) -> None:
        ends = self.end_offsets()
        for partition in range(PARTITIONS):
            old, new = before[partition], after[partition]
            self.assertGreaterEqual(new.begin, old.begin, (partition, old, new))
            self.assertGreaterEqual(new.next, old.next, (partition, old, new))
            self.assertGreaterEqual(new.closed_through, old.closed_through, (partition, old, new))
            self.assertLessEqual(new.begin, new.next, (partition, new))
            self.assertLessEqual(new.next, ends[partition], (partition, new))

    def _assignments(self, offset: int) -> dict[int, dict[str, int]] | None:
        """What the process that logs behind `offset` took over; None until it is every partition."""
        with open(self.pipeline.aggregator.process.log, "rb") as log:
            log.seek(offset)
            lines = [line for line in log.read().decode().splitlines() if 'msg="partition assigned"' in line]
        found = {}
        for line in lines:
            fields = {name: int(value) for name, value in re.findall(r"\b(partition|begin|next|closed_through|end)=(-?\d+)", line)}
            found.setdefault(fields.pop("partition"), fields)
        return found if len(found) == PARTITIONS else None


if __name__ == "__main__":
    unittest.main()

"""While the demo runs: what the agent, Kafka and InfluxDB have by now; and the end, when every window is closed."""

import time

from stack.pipeline import Pipeline
from stack.problem import Problem
from stack.services import database_of
from stack.waiting import wait_until

from demo import kafka_log, ledger
from demo.run import CLIENT, Run
from demo.series import SECOND, nanoseconds

GRACE = "2s"
# Results that a late sample changed are written again at multiples of this, instead of the default's 60 s.
REVISION_INTERVAL = "5s"
PROGRESS_INTERVAL = 5


def watch(pipeline: Pipeline, run: Run, seconds: float, say) -> None:
    """Returns when the time is over; raises Problem when a process ends before."""
    start = time.monotonic()
    shown = start
    while (now := time.monotonic()) < start + seconds:
        for process in pipeline.processes():
            if ended := process.ended():
                raise Problem(ended)
        if now >= shown + PROGRESS_INTERVAL:
            shown = now
            say(f"{now - start:3.0f} of {seconds:.0f} s: {_progress(pipeline, run)}")
        time.sleep(max(0, min(0.5, start + seconds - time.monotonic())))


def _progress(pipeline: Pipeline, run: Run) -> str:
    acknowledged = pipeline.agent.metrics().get("metricstream_agent_samples_acknowledged_total", 0)
    smallest = min(run.windows, key=nanoseconds)
    return (f"{acknowledged:6,.0f} samples acknowledged, {kafka_log.count(run):6,} in Kafka, in InfluxDB {_stored(pipeline, 'raw', 'COUNT', 'value'):6,}"
            f" raw and {_stored(pipeline, smallest, 'SUM', 'count'):6,} in {smallest} windows")


def _stored(pipeline: Pipeline, policy: str, function: str, field: str) -> int:
    influxdb = pipeline.influxdb
    text = f'SELECT {function}("{field}") FROM "{policy}"./.*/ WHERE "client_id" = \'{CLIENT}\''
    return sum(found["values"][0][1] for found in influxdb.query(text, database_of(influxdb)))


def drain(pipeline: Pipeline, run: Run, say) -> None:
    """Stops the agent (it sends what it has), then waits until stream time is past the end of every window that has
    samples, and what was written then is in InfluxDB. Nothing arrives late after that."""
    pipeline.agent.stop()
    points = ledger.read(run.ledger).sent()
    if not points:
        raise Problem(f"the agent has sent nothing, its log says: {pipeline.agent.process.last_words()}  ({pipeline.agent.process.log})")
    run.set_span([point.time for point in points])
    target = run.until + max(nanoseconds(GRACE), nanoseconds(REVISION_INTERVAL))
    left = target / SECOND - time.time()
    say(f"the last {max(run.windows, key=nanoseconds)} window closes in {max(left, 0):.0f} s")

    def is_closed() -> bool:
        metrics = pipeline.aggregator.metrics()
        stream_times = [value for name, value in metrics.items() if name.startswith("metricstream_aggregate_watermark_timestamp_seconds")]
        is_past = bool(stream_times) and min(stream_times) >= target / SECOND
        return is_past and metrics.get("metricstream_sink_queued_bytes", 0) == 0

    wait_until(is_closed, max(left, 0) + 30, "the last windows do not close", pipeline.aggregator.process.ended, interval=0.2)

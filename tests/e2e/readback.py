"""What InfluxDB holds, by query, in the oracle's shapes."""

from stack.influxdb import InfluxDb

from tests.e2e.batches import SKEWED, UNTIMED
from tests.e2e.oracle import Series


def _series(entry: dict) -> Series:
    tags = {key: value for key, value in entry.get("tags", {}).items() if value != ""}
    client = tags.pop("client_id", "")
    return client, entry["name"], tuple(sorted(tags.items()))


def windows(influxdb: InfluxDb, database: str, policy: str) -> dict[tuple[Series, int], dict[str, float]]:
    """(series, window start) -> fields, of one window size; without the series whose place in time only the server knew."""
    found = {}
    for entry in influxdb.query(f'SELECT * FROM "{database}"."{policy}"./.*/ GROUP BY *', database):
        if entry["name"] in (UNTIMED, SKEWED):
            continue
        series = _series(entry)
        for row in entry["values"]:
            point = dict(zip(entry["columns"], row))
            found[series, point.pop("time")] = {name: value for name, value in point.items() if value is not None}
    return found


def totals(influxdb: InfluxDb, database: str, policy: str, name: str) -> dict[str, tuple[int, float]]:
    """Client -> count and sum over all windows of one metric."""
    found = {}
    for entry in influxdb.query(f'SELECT sum("count"), sum("sum") FROM "{database}"."{policy}"."{name}" GROUP BY "client_id"', database):
        found[entry["tags"]["client_id"]] = (entry["values"][0][1], entry["values"][0][2])
    return found


def raw_readings(influxdb: InfluxDb, database: str, name: str) -> dict[Series, dict[int, float]]:
    """Series -> timestamp -> value of the single samples of one metric."""
    return {_series(entry): {row[0]: row[1] for row in entry["values"]}
            for entry in influxdb.query(f'SELECT "value" FROM "{database}"."raw"."{name}" GROUP BY *', database)}

-- wrk script: each request is a batch of 100 gauges of one host (17 KB of JSON), each with timestamps of its own, so that
-- nothing is a repetition. Clients take turns. Environment: CLIENTS (default 50).
local clients = tonumber(os.getenv("CLIENTS") or "50")
local counter = 0
local thread_number = 0

function setup(thread)
  thread:set("id", thread_number)
  thread_number = thread_number + 1
end

function init()
  local samples = {}
  for i = 0, 99 do
    samples[#samples + 1] = string.format(
      '{"name":"service.requests.metric_%d","value":%d.25,"type":"gauge","timestamp":@,' ..
      '"tags":{"host":"web-server-01","environment":"production","datacenter":"us-west-2","service":"api-gateway"}}',
      i, 1000 + i)
  end
  template = '{"metrics":[' .. table.concat(samples, ",") .. ']}'
  start = os.time() * 1000 - 60000
end

function request()
  counter = counter + 1
  local client = counter % clients
  local timestamp = string.format("%d", start + math.floor(counter / clients) * 20 + id)
  return wrk.format("POST", "/metrics",
    { ["Content-Type"] = "application/json", ["Authorization"] = "bench-" .. client }, (template:gsub("@", timestamp)))
end

function done(summary, latency)
  io.write(string.format('{"requests":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end

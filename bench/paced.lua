-- wrk: paced streams. 130 tokens, first after 100 ms, then one each 10 ms: exactly 1,390 ms.
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-fakeai-ttft-ms"] = "100"
wrk.headers["x-fakeai-itl-ms"] = "10"
wrk.body = '{"model":"gpt-4o-mini","stream":true,"max_tokens":130,"messages":[{"role":"user","content":"Write 400 words about the sea."}]}'

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT requests=%d errors=%d p50_us=%d p99_us=%d max_us=%d min_us=%d rps=%.1f\n",
    summary.requests, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max, latency.min, summary.requests / (summary.duration / 1e6)))
end

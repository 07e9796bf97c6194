-- wrk: prints what bench/run reads.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT requests=%d errors=%d p50_us=%d p99_us=%d max_us=%d min_us=%d rps=%.1f\n",
    summary.requests, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max, latency.min, summary.requests / (summary.duration / 1e6)))
end

-- wrk: answers without any simulated wait, not streamed, 16 tokens.
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-fakeai-ttft-ms"] = "0"
wrk.headers["x-fakeai-itl-ms"] = "0"
wrk.body = '{"model":"gpt-4o-mini","max_tokens":16,"messages":[{"role":"user","content":"Hello"}]}'

dofile("bench/result.lua")

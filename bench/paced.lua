-- wrk: paced streams. 130 tokens, first after 100 ms, then one each 10 ms: exactly 1,390 ms.
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-fakeai-ttft-ms"] = "100"
wrk.headers["x-fakeai-itl-ms"] = "10"
wrk.body = '{"model":"gpt-4o-mini","stream":true,"max_tokens":130,"messages":[{"role":"user","content":"Write 400 words about the sea."}]}'

dofile("bench/result.lua")

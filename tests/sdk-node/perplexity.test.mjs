// Calls a running FakeAi as Perplexity's users do: with OpenAI's SDK and Perplexity's address.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { BadRequestError } from "openai";

const root = process.env.FAKEAI_ROOT_URL;
assert.ok(root, "Set FAKEAI_ROOT_URL to the address of a running FakeAi, such as http://127.0.0.1:8000");
const instant = { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0", "x-fakeai-deterministic": "1" };
const client = new OpenAI({ baseURL: `${root}/perplexity`, apiKey: "any-key", maxRetries: 0, defaultHeaders: instant });
const request = { model: "sonar-pro", messages: [{ role: "user", content: "Explain how rainbows form." }], max_tokens: 60 };

test("chat_streamed_tells_the_same_text_and_the_same_citations_as_the_whole_one", async () => {
  const whole = await client.chat.completions.create(request);
  let text = "";
  let last;
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
    text += chunk.choices[0].delta.content ?? "";
    last = chunk;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(whole.citations.length, 5);
  assert.deepEqual(last.citations, whole.citations);
  assert.deepEqual(last.search_results, whole.search_results);
  assert.deepEqual(last.usage, whole.usage);
});

test("model_of_another_provider_is_refused", async () => {
  await assert.rejects(client.chat.completions.create({ ...request, model: "gpt-4o" }), (error) => {
    assert.ok(error instanceof BadRequestError);
    assert.equal(error.type, "invalid_model");
    return true;
  });
});

// Calls a running FakeAi as OpenRouter's users do: with OpenAI's SDK and OpenRouter's address.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { BadRequestError } from "openai";

const root = process.env.FAKEAI_ROOT_URL;
assert.ok(root, "Set FAKEAI_ROOT_URL to the address of a running FakeAi, such as http://127.0.0.1:8000");
const instant = { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0", "x-fakeai-deterministic": "1" };
const client = new OpenAI({ baseURL: `${root}/api/v1`, apiKey: "any-key", maxRetries: 0, defaultHeaders: instant });
const messages = [{ role: "user", content: "Explain how rainbows form." }];

test("chat_streamed_equals_the_whole_one_and_costs_as_much", async () => {
  const request = { model: "nobody/nothing", models: ["anthropic/claude-sonnet-4.5"], messages, max_tokens: 60 };
  const whole = await client.chat.completions.create(request);
  let text = "";
  let usage;
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
    text += chunk.choices[0]?.delta?.content ?? "";
    usage ??= chunk.usage;
    assert.equal(chunk.provider, "Anthropic");
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(whole.model, "anthropic/claude-sonnet-4.5");
  assert.ok(usage.cost > 0);
  assert.deepEqual(usage, whole.usage);
});

test("models_are_listed_and_a_free_one_costs_nothing", async () => {
  const names = (await client.models.list()).data.map((model) => model.id);
  assert.ok(names.includes("meta-llama/llama-3.3-70b-instruct"));
  const answer = await client.chat.completions.create({ model: "meta-llama/llama-3.3-70b-instruct:free", messages, max_tokens: 10 });
  assert.equal(answer.usage.cost, 0);
});

test("model_that_there_is_not_is_refused_with_the_status_as_code", async () => {
  await assert.rejects(client.chat.completions.create({ model: "nobody/nothing", messages }), (error) => {
    assert.ok(error instanceof BadRequestError);
    assert.equal(error.code, 400);
    assert.match(error.message, /nobody\/nothing is not a valid model ID/);
    return true;
  });
});

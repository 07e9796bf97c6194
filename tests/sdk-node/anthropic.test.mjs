// Calls a running FakeAi as its users do: with Anthropic's own SDK, knowing nothing but a base URL.
import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";

const baseURL = process.env.FAKEAI_ROOT_URL;
assert.ok(baseURL, "Set FAKEAI_ROOT_URL to the address of a running FakeAi, such as http://127.0.0.1:8000");
const client = new Anthropic({ baseURL, apiKey: "any-key", maxRetries: 0 });
const request = {
  model: "claude-sonnet-4-5",
  max_tokens: 80,
  messages: [{ role: "user", content: "Explain how rainbows form." }],
};
const instant = { headers: { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0", "x-fakeai-deterministic": "1" } };
const weather = {
  name: "get_weather",
  description: "Current weather of a city",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

test("message_streamed_equals_the_whole_one_and_keeps_the_schedule", async () => {
  const whole = await client.messages.create(request, instant);
  const started = performance.now();
  const { data: stream, response } = await client.messages.create({ ...request, stream: true }, { headers: { "x-fakeai-deterministic": "1" } }).withResponse();
  let text = "";
  let firstContent;
  let stop;
  let usage;
  const types = [];
  for await (const event of stream) {
    types.push(event.type);
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      firstContent ??= performance.now() - started;
      text += event.delta.text;
    }
    if (event.type === "message_delta") {
      stop = event.delta.stop_reason;
      usage = event.usage;
    }
  }
  const scheduled = Number(response.headers.get("x-fakeai-scheduled-ttft-ms"));
  assert.ok(scheduled > 0, "the schedule is told");
  assert.ok(firstContent >= scheduled, `first content after ${firstContent} ms, scheduled ${scheduled} ms`);
  assert.equal(types[0], "message_start");
  assert.equal(types.at(-1), "message_stop");
  assert.equal(text, whole.content[0].text);
  assert.equal(stop, whole.stop_reason);
  assert.equal(usage.output_tokens, whole.usage.output_tokens);
  assert.match(whole.id, /^msg_01/);
  assert.equal(whole.model, "claude-sonnet-4-5-20250929");
  assert.match(whole._request_id, /^req_[0-9a-f]{32}$/);
  assert.ok(response.headers.get("anthropic-organization-id"));
});

test("message_stream_helper_builds_the_final_message", async () => {
  const whole = await client.messages.create({ ...request, max_tokens: 2500, thinking: { type: "enabled", budget_tokens: 1024 } }, instant);
  const stream = client.messages.stream({ ...request, max_tokens: 2500, thinking: { type: "enabled", budget_tokens: 1024 } }, instant);
  let thinking = "";
  stream.on("thinking", (delta) => (thinking += delta));
  const final = await stream.finalMessage();
  assert.deepEqual(final.content, whole.content);
  assert.deepEqual(final.usage, whole.usage);
  assert.deepEqual(final.content.map((b) => b.type), ["thinking", "text"]);
  assert.equal(thinking, final.content[0].thinking);
  assert.ok(final.content[0].signature.length > 100);
  assert.ok(final.usage.output_tokens_details.thinking_tokens > 0);
});

test("tools_run_by_the_sdk_to_the_end_of_the_loop", async () => {
  const asked = [];
  const runner = client.beta.messages.toolRunner(
    {
      model: "claude-sonnet-4-5",
      max_tokens: 1000,
      messages: [{ role: "user", content: "What is the weather in Lisbon?" }],
      tools: [
        {
          ...weather,
          type: "custom",
          parse: (input) => input,
          run: async (args) => {
            asked.push(args);
            return JSON.stringify({ temperature: 21, sky: "clear" });
          },
        },
      ],
    },
    instant,
  );
  const final = await runner;
  assert.equal(asked.length, 1);
  assert.equal(typeof asked[0].city, "string");
  assert.equal(final.stop_reason, "end_turn");
  assert.match(final.content[0].text, /temperature is 21, sky is clear/);
});

test("tool_calls_streamed_are_put_together_by_the_sdk", async () => {
  const calls = { ...request, max_tokens: 1000, messages: [{ role: "user", content: "Weather in Paris, Rome and Oslo?" }], tools: [weather], tool_choice: { type: "any" } };
  const whole = await client.messages.create(calls, instant);
  const final = await client.messages.stream(calls, instant).finalMessage();
  assert.equal(final.stop_reason, "tool_use");
  const told = (message) => message.content.map((b) => [b.type, b.id, b.name, b.input]);
  assert.deepEqual(told(final), told(whole));
  assert.equal(final.content.length, 3);
  assert.match(final.content[0].id, /^toolu_01/);
});

test("structured_output_is_parsed_by_the_sdk", async () => {
  const format = jsonSchemaOutputFormat({
    type: "object",
    properties: { name: { type: "string" }, participants: { type: "array", items: { type: "string" } } },
    required: ["name", "participants"],
    additionalProperties: false,
  });
  const message = await client.messages.parse(
    { ...request, max_tokens: 1000, messages: [{ role: "user", content: "Alice and Bob meet on Friday." }], output_config: { format } },
    instant,
  );
  assert.equal(typeof message.parsed_output.name, "string");
  assert.ok(Array.isArray(message.parsed_output.participants));
});

test("errors_reach_the_sdk_as_its_own_classes", async () => {
  await assert.rejects(client.messages.create({ ...request, model: "no-such-model" }), (error) => {
    assert.ok(error instanceof Anthropic.NotFoundError);
    assert.equal(error.type, "not_found_error");
    assert.match(error.requestID, /^req_/);
    return true;
  });
  await assert.rejects(client.messages.create({ ...request, max_tokens: undefined }), (error) => {
    assert.ok(error instanceof Anthropic.BadRequestError);
    assert.equal(error.apiMessage, "max_tokens: Field required");
    return true;
  });
});

test("message_aborted_by_the_client_ends_the_loop", async () => {
  const stream = await client.messages.create({ ...request, stream: true }, { headers: { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "50" } });
  let deltas = 0;
  for await (const event of stream) {
    if (event.type === "content_block_delta" && ++deltas === 3) stream.controller.abort();
  }
  assert.equal(deltas, 3);
});

test("tokens_are_counted_and_models_listed_page_by_page", async () => {
  const whole = await client.messages.create(request, instant);
  const { max_tokens, ...prompt } = request;
  assert.equal((await client.messages.countTokens(prompt)).input_tokens, whole.usage.input_tokens);
  const ids = [];
  for await (const model of client.models.list({ limit: 5 })) {
    assert.equal(model.type, "model");
    ids.push(model.id);
  }
  assert.ok(ids.length > 5 && ids.includes("claude-sonnet-4-5-20250929"));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal((await client.models.retrieve("claude-sonnet-4-5")).display_name, "Claude Sonnet 4.5");
  await assert.rejects(client.models.retrieve("no-such-model"), Anthropic.NotFoundError);
});

// Calls a running FakeAi as its users do: with the vendor's own SDK, knowing nothing but a base URL.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

const baseURL = process.env.FAKEAI_BASE_URL;
assert.ok(baseURL, "Set FAKEAI_BASE_URL to the OpenAI base URL of a running FakeAi, such as http://127.0.0.1:8000/v1");
const client = new OpenAI({ baseURL, apiKey: "any-key", maxRetries: 0 });
const request = {
  model: "gpt-4o-mini",
  seed: 7,
  max_tokens: 60,
  messages: [{ role: "user", content: "Explain how rainbows form." }],
};

test("chat_streamed_text_equals_the_whole_answer_and_keeps_the_schedule", async () => {
  const whole = await client.chat.completions.create(request, { headers: { "x-fakeai-itl-ms": "0" } });
  const started = performance.now();
  const { data: stream, response } = await client.chat.completions
    .create({ ...request, stream: true, stream_options: { include_usage: true } })
    .withResponse();
  let text = "";
  let firstContent;
  let finish;
  let usage;
  const roles = [];
  for await (const chunk of stream) {
    assert.equal(chunk.object, "chat.completion.chunk");
    const choice = chunk.choices[0];
    if (choice?.delta.role) roles.push(choice.delta.role);
    if (choice?.delta.content) {
      firstContent ??= performance.now() - started;
      text += choice.delta.content;
    }
    finish = choice?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  const scheduled = Number(response.headers.get("x-fakeai-scheduled-ttft-ms"));
  assert.ok(scheduled > 0, "the schedule is told");
  assert.ok(firstContent >= scheduled, `first content after ${firstContent} ms, scheduled ${scheduled} ms`);
  assert.ok(text.length > 0);
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(finish, whole.choices[0].finish_reason);
  assert.deepEqual(roles, ["assistant"]);
  assert.deepEqual(usage, whole.usage);
  assert.match(response.headers.get("x-request-id"), /^req_[0-9a-f]{32}$/);
});

test("chat_streaming_helper_builds_the_final_completion", async () => {
  const runner = client.chat.completions.stream({ ...request, seed: 11 }, { headers: { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0" } });
  let deltas = "";
  runner.on("content", (delta) => (deltas += delta));
  const final = await runner.finalChatCompletion();
  assert.equal(final.choices[0].message.content, deltas);
  assert.ok(["stop", "length"].includes(final.choices[0].finish_reason));
});

test("chat_aborted_by_the_client_ends_the_loop", async () => {
  const stream = await client.chat.completions.create({ ...request, stream: true }, { headers: { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "50" } });
  let chunks = 0;
  for await (const _ of stream) {
    if (++chunks === 3) stream.controller.abort();
  }
  assert.equal(chunks, 3);
});

test("errors_reach_the_sdk_as_its_own_classes", async () => {
  await assert.rejects(client.chat.completions.create({ ...request, model: "no-such-model" }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
    assert.match(error.requestID, /^req_/);
    return true;
  });
  await assert.rejects(client.chat.completions.create({ model: "gpt-4o" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, "messages");
    assert.equal(error.type, "invalid_request_error");
    return true;
  });
});

test("models_are_listed_and_found", async () => {
  const ids = [];
  for await (const model of client.models.list()) {
    assert.equal(model.object, "model");
    ids.push(model.id);
  }
  for (const id of ["gpt-4o-mini", "gpt-4o", "gpt-4-turbo", "gpt-3.5-turbo"]) assert.ok(ids.includes(id), `${id} is listed`);
  const one = await client.models.retrieve("gpt-4o");
  assert.equal(one.id, "gpt-4o");
  await assert.rejects(client.models.retrieve("no-such-model"), OpenAI.NotFoundError);
});

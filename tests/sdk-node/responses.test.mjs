// Responses as the vendor's own SDK sees them.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

const root = process.env.FAKEAI_ROOT_URL;
assert.ok(root, "Set FAKEAI_ROOT_URL to the address of a running FakeAi, such as http://127.0.0.1:8000");
const fast = { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0" };
const client = new OpenAI({ baseURL: `${root}/v1`, apiKey: "any-key", maxRetries: 0, defaultHeaders: fast });
const model = "gpt-4o-mini";
const tool = {
  type: "function",
  name: "get_weather",
  description: "The weather of a city",
  strict: true,
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
};

test("response_whole_is_stored_listed_and_deleted", async () => {
  const response = await client.responses.create({ model, input: "Explain how rainbows form.", instructions: "Be brief.", metadata: { a: "b" } });
  assert.equal(response.status, "completed");
  assert.equal(response.output_text, response.output[0].content[0].text);
  assert.ok(response.output_text.length > 0);
  assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);
  assert.deepEqual({ ...(await client.responses.retrieve(response.id)), _request_id: 0 }, { ...response, _request_id: 0 });
  const items = [];
  for await (const item of client.responses.inputItems.list(response.id)) items.push(item);
  assert.deepEqual(items.map((item) => item.content[0].text), ["Explain how rainbows form."]);
  await client.responses.delete(response.id);
  await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
});

test("response_streamed_is_the_one_that_is_stored", async () => {
  for (let i = 0; i < 10; i++) {
    const stream = client.responses.stream({ model, input: `Tell me of the number ${i}.` });
    let text = "";
    let sequence = 0;
    for await (const event of stream) {
      assert.equal(event.sequence_number, sequence++);
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    const final = await stream.finalResponse();
    assert.equal(final.output[0].content[0].text, text);
    assert.equal((await client.responses.retrieve(final.id)).output_text, text);
  }
});

test("tool_loop_over_previous_response_goes_to_its_end", async () => {
  const first = await client.responses.create({ model, input: "What is the weather in Paris?", tools: [tool], tool_choice: "required" });
  const calls = first.output.filter((item) => item.type === "function_call");
  assert.ok(calls.length > 0);
  assert.equal(typeof JSON.parse(calls[0].arguments).city, "string");
  await assert.rejects(client.responses.create({ model, input: "And now?", previous_response_id: first.id }), /No tool output found for function call/);
  const second = await client.responses.create({
    model,
    tools: [tool],
    previous_response_id: first.id,
    input: calls.map((call) => ({ type: "function_call_output", call_id: call.call_id, output: '{"sky":"blue","degrees":21}' })),
  });
  assert.equal(second.previous_response_id, first.id);
  assert.match(second.output_text, /21/);
  const ids = [];
  for await (const item of client.responses.inputItems.list(second.id, { order: "asc", limit: 1 })) ids.push(item.type);
  assert.deepEqual(ids, ["message", ...calls.map(() => "function_call"), ...calls.map(() => "function_call_output")]);
});

test("conversation_grows_with_each_response", async () => {
  const conversation = await client.conversations.create({ metadata: { topic: "demo" }, items: [{ type: "message", role: "user", content: "My name is Ada." }] });
  const first = await client.responses.create({ model, input: "Hello!", conversation: conversation.id });
  assert.equal(first.conversation.id, conversation.id);
  const stream = client.responses.stream({ model, input: "What is my name?", conversation: conversation.id });
  const second = await stream.finalResponse();
  assert.ok(second.usage.input_tokens > first.usage.input_tokens);
  const roles = [];
  for await (const item of client.conversations.items.list(conversation.id, { order: "asc", limit: 2 })) roles.push(item.role);
  assert.deepEqual(roles, ["user", "user", "assistant", "user", "assistant"]);
  assert.deepEqual((await client.conversations.update(conversation.id, { metadata: { topic: "names" } })).metadata, { topic: "names" });
  const added = await client.conversations.items.create(conversation.id, { items: [{ role: "user", content: "One more." }] });
  assert.equal((await client.conversations.items.retrieve(added.data[0].id, { conversation_id: conversation.id })).content[0].text, "One more.");
  await client.conversations.items.delete(added.data[0].id, { conversation_id: conversation.id });
  await client.conversations.delete(conversation.id);
  await assert.rejects(client.conversations.retrieve(conversation.id), OpenAI.NotFoundError);
});

test("parse_helper_reads_structured_text", async () => {
  const format = {
    type: "json_schema",
    name: "person",
    strict: true,
    schema: { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name", "age"], additionalProperties: false },
  };
  const response = await client.responses.parse({ model, input: "Who?", text: { format } });
  assert.deepEqual(Object.keys(JSON.parse(response.output_text)), ["name", "age"]);
});

test("reasoning_is_summarised_and_sent_back", async () => {
  const stream = client.responses.stream({
    model: "gpt-5-mini", input: "Why is the sky blue?", store: false, reasoning: { effort: "low", summary: "auto" }, include: ["reasoning.encrypted_content"],
  });
  let summary = "";
  for await (const event of stream) if (event.type === "response.reasoning_summary_text.delta") summary += event.delta;
  const response = await stream.finalResponse();
  assert.equal(response.output[0].summary[0].text, summary);
  assert.ok(response.output[0].encrypted_content.length > 100 && response.usage.output_tokens_details.reasoning_tokens > 0);
  const next = await client.responses.create({
    model: "gpt-5-mini", store: false, input: [{ role: "user", content: "Why is the sky blue?" }, ...response.output, { role: "user", content: "Go on." }],
  });
  assert.equal(next.status, "completed");
  await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
});

test("errors_are_the_sdks_own", async () => {
  await assert.rejects(client.responses.create({ model: "no-such-model", input: "Hi" }), OpenAI.NotFoundError);
  await assert.rejects(client.responses.create({ model, input: "Hi", tools: [{ type: "web_search" }] }), /Hosted tool 'web_search' is not supported/);
  await assert.rejects(client.responses.create({ model, input: "Hi", previous_response_id: "resp_none" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "previous_response_not_found");
    return true;
  });
  const cut = await client.responses.create({ model, input: "Explain how rainbows form.", max_output_tokens: 16 });
  assert.deepEqual([cut.status, cut.incomplete_details.reason, cut.usage.output_tokens], ["incomplete", "max_output_tokens", 16]);
});

// Calls a running FakeAi as its users do: with Google's own SDK, knowing nothing but a base URL.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";

const baseUrl = process.env.FAKEAI_ROOT_URL;
assert.ok(baseUrl, "Set FAKEAI_ROOT_URL to the address of a running FakeAi, such as http://127.0.0.1:8000");
const instant = { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0", "x-fakeai-deterministic": "1" };
const client = (headers) => new GoogleGenAI({ apiKey: "any-key", httpOptions: { baseUrl, headers } });
const ai = client(instant);
const request = { model: "gemini-2.5-flash", contents: "Explain how rainbows form.", config: { seed: 7, maxOutputTokens: 2000 } };
const weather = {
  name: "get_weather",
  description: "Current weather of a city",
  parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] },
};

test("content_streamed_equals_the_whole_one", async () => {
  const whole = await ai.models.generateContent(request);
  let text = "";
  let last;
  for await (const chunk of await ai.models.generateContentStream(request)) {
    text += chunk.text ?? "";
    last = chunk;
  }
  assert.ok(text.length > 0);
  assert.equal(text, whole.text);
  assert.equal(last.candidates[0].finishReason, whole.candidates[0].finishReason);
  assert.deepEqual(last.usageMetadata, whole.usageMetadata);
  assert.equal(last.responseId, whole.responseId);
  assert.equal(whole.modelVersion, "gemini-2.5-flash");
  assert.ok(whole.usageMetadata.thoughtsTokenCount >= 64);
});

test("thoughts_are_parts_of_their_own", async () => {
  const answer = await ai.models.generateContent({ ...request, config: { ...request.config, thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } } });
  const [thought, text] = answer.candidates[0].content.parts;
  assert.equal(thought.thought, true);
  assert.ok(thought.text.length > 0);
  assert.equal(answer.text, text.text);
});

test("functions_loop_to_its_end_in_a_chat", async () => {
  const chat = ai.chats.create({ model: "gemini-2.5-flash", config: { tools: [{ functionDeclarations: [weather] }] } });
  const first = await chat.sendMessage({ message: "What is the weather in Lisbon?" });
  assert.equal(first.functionCalls.length, 1);
  const [call] = first.functionCalls;
  assert.equal(call.name, "get_weather");
  assert.equal(typeof call.args.city, "string");
  const last = await chat.sendMessage({ message: [{ functionResponse: { name: call.name, response: { temperature: 21, sky: "clear" } } }] });
  assert.match(last.text, /temperature is 21, sky is clear/);
});

test("functions_run_by_the_sdk_to_the_end_of_the_loop", async () => {
  const asked = [];
  const tool = {
    tool: async () => ({ functionDeclarations: [weather] }),
    callTool: async (calls) => {
      asked.push(...calls);
      return calls.map((c) => ({ functionResponse: { id: c.id, name: c.name, response: { temperature: 21 } } }));
    },
  };
  const answer = await ai.models.generateContent({ model: "gemini-2.5-flash", contents: "What is the weather in Lisbon?", config: { tools: [tool] } });
  assert.equal(asked.length, 1);
  assert.match(answer.text, /temperature is 21/);
});

test("function_calls_stream_whole", async () => {
  const config = { tools: [{ functionDeclarations: [weather] }], toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } };
  const calls = [];
  for await (const chunk of await ai.models.generateContentStream({ model: "gemini-2.0-flash", contents: "Weather in Paris, Rome and Oslo?", config })) {
    calls.push(...(chunk.functionCalls ?? []));
  }
  assert.equal(calls.length, 3);
  assert.ok(calls.every((c) => typeof c.args.city === "string"));
});

test("structured_output_conforms_to_the_schema", async () => {
  const responseSchema = { type: Type.OBJECT, properties: { name: { type: Type.STRING }, year: { type: Type.INTEGER } }, required: ["name", "year"], propertyOrdering: ["year", "name"] };
  const answer = await ai.models.generateContent({ ...request, config: { ...request.config, responseMimeType: "application/json", responseSchema } });
  const value = JSON.parse(answer.text);
  assert.deepEqual(Object.keys(value), ["year", "name"]);
  assert.ok(Number.isInteger(value.year));
});

test("errors_reach_the_sdk_as_its_own_class", async () => {
  for (const [call, status, says] of [
    [() => ai.models.generateContent({ ...request, model: "no-such-model" }), 404, "NOT_FOUND"],
    [() => ai.models.generateContentStream({ ...request, model: "no-such-model" }), 404, "NOT_FOUND"],
    [() => ai.models.generateContent({ ...request, config: { temperature: 9 } }), 400, "INVALID_ARGUMENT"],
  ]) {
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.status, status);
      assert.equal(JSON.parse(error.message).error.status, says);
      return true;
    });
  }
});

test("content_aborted_by_the_client_ends_the_loop", async () => {
  const slow = client({ "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "50" });
  const controller = new AbortController();
  const stream = await slow.models.generateContentStream({ ...request, model: "gemini-2.0-flash", config: { abortSignal: controller.signal } });
  let chunks = 0;
  await assert.rejects(async () => {
    for await (const _ of stream) {
      if (++chunks === 3) controller.abort();
    }
  });
  assert.equal(chunks, 3);
});

test("tokens_are_counted_and_models_listed_page_by_page", async () => {
  const whole = await ai.models.generateContent(request);
  assert.equal((await ai.models.countTokens({ model: request.model, contents: request.contents })).totalTokens, whole.usageMetadata.promptTokenCount);
  const names = [];
  for await (const model of await ai.models.list({ config: { pageSize: 5 } })) names.push(model.name);
  assert.ok(names.length > 5 && names.includes("models/gemini-2.5-flash"));
  assert.equal(new Set(names).size, names.length);
  const one = await ai.models.get({ model: "gemini-2.5-flash" });
  assert.equal(one.displayName, "Gemini 2.5 Flash");
  assert.equal(one.inputTokenLimit, 1048576);
});

test("texts_that_share_words_are_embedded_near_each_other", async () => {
  const contents = ["How do rainbows form?", "Rainbows form in rain.", "Taxes are due in April."];
  const { embeddings } = await ai.models.embedContent({ model: "gemini-embedding-001", contents, config: { taskType: "SEMANTIC_SIMILARITY" } });
  const [a, b, c] = embeddings.map((embedding) => embedding.values);
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  assert.equal(a.length, 3072);
  assert.ok(dot(a, b) > dot(a, c) + 0.1);
  const short = await ai.models.embedContent({ model: "gemini-embedding-001", contents: contents[0], config: { taskType: "SEMANTIC_SIMILARITY", outputDimensionality: 768 } });
  assert.deepEqual(short.embeddings[0].values, a.slice(0, 768));
});

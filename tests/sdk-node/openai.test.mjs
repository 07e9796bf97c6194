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

const instant = { headers: { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0" } };
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Current weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
  },
};

test("tools_run_by_the_sdk_to_the_end_of_the_loop", async () => {
  const asked = [];
  const runner = client.chat.completions.runTools(
    {
      model: "gpt-4o",
      seed: 3,
      messages: [{ role: "user", content: "What is the weather in Lisbon?" }],
      tools: [
        {
          type: "function",
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: (args) => {
              asked.push(args);
              return { temperature: 21, sky: "clear" };
            },
          },
        },
      ],
    },
    instant,
  );
  const final = await runner.finalContent();
  assert.equal(asked.length, 1);
  assert.equal(typeof asked[0].city, "string");
  assert.match(final, /temperature is 21, sky is clear/);
});

test("tool_calls_streamed_are_put_together_by_the_sdk", async () => {
  const request = { model: "gpt-4o", messages: [{ role: "user", content: "Weather in Paris, Rome and Oslo?" }], tools: [weather] };
  const whole = await client.chat.completions.create(request, instant);
  const final = await client.chat.completions.stream(request, instant).finalChatCompletion();
  assert.equal(final.choices[0].finish_reason, "tool_calls");
  const calls = (completion) => completion.choices[0].message.tool_calls.map((c) => [c.id, c.type, c.function.name, c.function.arguments]);
  assert.deepEqual(calls(final), calls(whole));
  assert.equal(calls(final).length, 3);
});

test("structured_output_is_parsed_by_the_sdk", async () => {
  const schema = {
    type: "object",
    properties: { name: { type: "string" }, participants: { type: "array", items: { type: "string" } } },
    required: ["name", "participants"],
    additionalProperties: false,
  };
  const completion = await client.chat.completions.parse(
    {
      model: "gpt-4o",
      messages: [{ role: "user", content: "Alice and Bob meet on Friday." }],
      response_format: { type: "json_schema", json_schema: { name: "event", strict: true, schema } },
    },
    instant,
  );
  const event = JSON.parse(completion.choices[0].message.content);
  assert.deepEqual(Object.keys(event).sort(), ["name", "participants"]);
  assert.ok(event.participants.every((p) => typeof p === "string"));
});

test("logprobs_and_several_choices_stream", async () => {
  const stream = client.chat.completions.stream(
    { ...request, n: 3, logprobs: true, top_logprobs: 4, stream_options: { include_usage: true } },
    instant,
  );
  const final = await stream.finalChatCompletion();
  assert.deepEqual(final.choices.map((c) => c.index), [0, 1, 2]);
  assert.equal(new Set(final.choices.map((c) => c.message.content)).size, 3);
  for (const choice of final.choices) {
    const bytes = Buffer.from(choice.logprobs.content.flatMap((t) => t.bytes));
    assert.equal(bytes.toString("utf8"), choice.message.content);
    assert.ok(choice.logprobs.content.every((t) => t.top_logprobs.length === 4));
  }
});

test("legacy_completions_stream_what_they_answer_whole", async () => {
  const asked = { model: "gpt-3.5-turbo-instruct", prompt: ["Say something about rivers.", "The sea is"], n: 2, seed: 5, echo: true };
  const whole = await client.completions.create(asked, instant);
  const texts = ["", "", "", ""];
  let usage;
  for await (const chunk of await client.completions.create({ ...asked, stream: true, stream_options: { include_usage: true } }, instant)) {
    for (const choice of chunk.choices) texts[choice.index] += choice.text;
    usage = chunk.usage ?? usage;
  }
  assert.deepEqual(texts, whole.choices.map((c) => c.text));
  assert.deepEqual(usage, whole.usage);
  await assert.rejects(client.completions.create({ model: "gpt-4o", prompt: "x" }), OpenAI.NotFoundError);
});

test("reasoning_is_counted_and_shown_where_the_model_shows_it", async () => {
  const messages = [{ role: "user", content: "Why do leaves fall?" }];
  const hidden = await client.chat.completions.create({ model: "o3", messages, reasoning_effort: "low" }, instant);
  assert.ok(hidden.usage.completion_tokens_details.reasoning_tokens >= 64);
  assert.equal(hidden.choices[0].message.reasoning_content, undefined);
  const shown = await client.chat.completions.create({ model: "deepseek-ai/DeepSeek-R1", messages, reasoning_effort: "low" }, instant);
  assert.ok(shown.choices[0].message.reasoning_content.length > 0);
});

test("chat_audio_is_heard_and_its_transcript_is_that_of_the_deltas", async () => {
  const request = {
    model: "gpt-4o-audio-preview",
    modalities: ["text", "audio"],
    messages: [{ role: "user", content: "Tell me about rainbows." }],
  };
  const whole = await client.chat.completions.create({ ...request, audio: { voice: "alloy", format: "wav" } }, instant);
  const { audio, content } = whole.choices[0].message;
  const wav = Buffer.from(audio.data, "base64");
  assert.equal(content, null);
  assert.equal(wav.toString("latin1", 0, 4) + wav.toString("latin1", 8, 16), "RIFFWAVEfmt ");
  assert.equal(wav.readUInt32LE(40), wav.length - 44);
  const seconds = (wav.length - 44) / wav.readUInt32LE(28);
  assert.ok(seconds > 1, `${seconds} s`);
  assert.equal(whole.usage.completion_tokens_details.audio_tokens, Math.ceil(seconds * 20 - 1e-9));

  let [transcript, expires] = ["", 0];
  const pcm = [];
  const stream = await client.chat.completions.create({ ...request, audio: { voice: "alloy", format: "pcm16" }, stream: true }, instant);
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta.audio;
    transcript += delta?.transcript ?? "";
    if (delta?.data) pcm.push(Buffer.from(delta.data, "base64"));
    expires = delta?.expires_at ?? expires;
  }
  assert.equal(transcript, audio.transcript);
  assert.ok(wav.subarray(44).equals(Buffer.concat(pcm)));
  assert.ok(expires > Date.now() / 1000);

  const next = await client.chat.completions.create({
    ...request,
    audio: { voice: "alloy", format: "wav" },
    messages: [...request.messages, { role: "assistant", audio: { id: audio.id } }, { role: "user", content: "Thanks." }],
  }, instant);
  assert.equal(next.usage.prompt_tokens_details.audio_tokens, whole.usage.completion_tokens_details.audio_tokens);
});

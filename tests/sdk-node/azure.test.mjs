// Calls a running FakeAi as its users do: with OpenAI's own SDK in its form for Azure, knowing nothing but an endpoint.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AzureOpenAI, NotFoundError, OpenAI } from "openai";

const endpoint = process.env.FAKEAI_ROOT_URL;
assert.ok(endpoint, "Set FAKEAI_ROOT_URL to the address of a running FakeAi, such as http://127.0.0.1:8000");
const instant = { "x-fakeai-ttft-ms": "0", "x-fakeai-itl-ms": "0", "x-fakeai-deterministic": "1" };
const options = { endpoint, apiKey: "any-key", apiVersion: "2024-10-21", maxRetries: 0, defaultHeaders: instant };
const client = new AzureOpenAI({ ...options, deployment: "gpt-4o" });
const messages = [{ role: "user", content: "Explain how rainbows form." }];

test("chat_streamed_equals_the_whole_one_and_both_tell_what_filters_say", async () => {
  const { data: whole, response } = await client.chat.completions.create({ messages, max_tokens: 60 }).withResponse();
  const stream = await client.chat.completions.create({ messages, max_tokens: 60, stream: true });
  let text = "";
  let prompt;
  const severities = new Set();
  for await (const chunk of stream) {
    prompt ??= chunk.prompt_filter_results;
    text += chunk.choices[0]?.delta?.content ?? "";
    for (const result of Object.values(chunk.choices[0]?.content_filter_results ?? {})) {
      severities.add(result.severity);
    }
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.deepEqual(prompt, whole.prompt_filter_results);
  assert.equal(prompt[0].content_filter_results.violence.severity, "safe");
  assert.deepEqual([...severities], ["safe"]);
  assert.equal(whole.model, "gpt-4o-2024-08-06");
  assert.match(response.headers.get("apim-request-id"), /^[0-9a-f]{8}-[0-9a-f]{4}-/);
  assert.equal(response.headers.get("x-ms-deployment-name"), "gpt-4o");
});

test("deployment_in_the_model_field_is_called_where_the_client_names_none", async () => {
  const any = new AzureOpenAI(options);
  const answer = await any.embeddings.create({ model: "text-embedding-3-small", input: "One.", dimensions: 8 });
  assert.equal(answer.data[0].embedding.length, 8);
  const picture = await any.images.generate({ model: "gpt-image-1", prompt: "A boat", size: "1024x1024", quality: "low" });
  assert.equal(Buffer.from(picture.data[0].b64_json, "base64").toString("latin1", 1, 4), "PNG");
  const speech = await any.audio.speech.create({ model: "tts-1", voice: "alloy", input: "Hello.", response_format: "wav" });
  assert.equal(Buffer.from(await speech.arrayBuffer()).toString("latin1", 0, 4), "RIFF");
});

test("deployment_that_does_not_exist_is_told_as_azure_does", async () => {
  const wrong = new AzureOpenAI({ ...options, deployment: "no-such-deployment" });
  await assert.rejects(wrong.chat.completions.create({ messages }), (error) => {
    assert.ok(error instanceof NotFoundError);
    assert.equal(error.code, "DeploymentNotFound");
    return true;
  });
});

test("version_1_is_called_with_the_plain_client", async () => {
  const plain = new OpenAI({ baseURL: `${endpoint}/openai/v1/`, apiKey: "any-key", maxRetries: 0, defaultHeaders: instant });
  const answer = await plain.chat.completions.create({ model: "gpt-4o-mini", messages, max_tokens: 10 });
  assert.equal(answer.prompt_filter_results[0].prompt_index, 0);
  assert.ok((await plain.models.list()).data.length > 50);
});

// Files, uploads, batches, embeddings and moderations as the vendor's own SDK sees them.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";

const baseURL = process.env.FAKEAI_BASE_URL;
assert.ok(baseURL, "Set FAKEAI_BASE_URL to the OpenAI base URL of a running FakeAi, such as http://127.0.0.1:8000/v1");
const client = new OpenAI({ baseURL, apiKey: "any-key", maxRetries: 0 });
const similarity = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

test("files_from_upload_to_deletion", async () => {
  const bytes = randomBytes(200_000);
  const file = await client.files.create({
    file: await toFile(bytes, "picture.png"),
    purpose: "vision",
    expires_after: { anchor: "created_at", seconds: 3600 },
  });
  assert.equal(file.bytes, bytes.length);
  assert.equal(file.expires_at - file.created_at, 3600);
  assert.deepEqual(await client.files.retrieve(file.id), file);
  const ids = [];
  for await (const each of client.files.list({ purpose: "vision", limit: 1 })) ids.push(each.id);
  assert.ok(ids.includes(file.id));
  const content = await client.files.content(file.id);
  assert.deepEqual(Buffer.from(await content.arrayBuffer()), bytes);
  assert.deepEqual(await client.files.delete(file.id), { object: "file", id: file.id, deleted: true });
  await assert.rejects(client.files.retrieve(file.id), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.match(error.message, /No such File object/);
    return true;
  });
  await assert.rejects(client.files.create({ file: await toFile(bytes, "a.txt"), purpose: "batch" }), OpenAI.BadRequestError);
});

test("uploads_of_parts_become_a_file", async () => {
  const parts = [randomBytes(50_000), randomBytes(60_000), randomBytes(10)];
  const whole = Buffer.concat(parts);
  const upload = await client.uploads.create({ filename: "big.bin", purpose: "vision", bytes: whole.length, mime_type: "application/octet-stream" });
  const made = await Promise.all(parts.map(async (part) => client.uploads.parts.create(upload.id, { data: await toFile(part, "part") })));
  const md5 = createHash("md5").update(whole).digest("hex");
  const done = await client.uploads.complete(upload.id, { part_ids: made.map((part) => part.id), md5 });
  assert.equal(done.status, "completed");
  assert.deepEqual(Buffer.from(await (await client.files.content(done.file.id)).arrayBuffer()), whole);
  const other = await client.uploads.create({ filename: "b.bin", purpose: "vision", bytes: 1, mime_type: "application/octet-stream" });
  assert.equal((await client.uploads.cancel(other.id)).status, "cancelled");
});

test("batch_runs_to_its_end", async () => {
  const body = (i) => ({ model: "gpt-4o-mini", max_tokens: i === 3 ? -1 : 5, "x-fakeai-ttft-ms": 0, "x-fakeai-itl-ms": 0, messages: [{ role: "user", content: `Number ${i}` }] });
  const lines = [0, 1, 2, 3, 4].map((i) => JSON.stringify({ custom_id: `r${i}`, method: "POST", url: "/v1/chat/completions", body: body(i) })).join("\n");
  const input = await client.files.create({ file: await toFile(Buffer.from(lines), "in.jsonl"), purpose: "batch" });
  let batch = await client.batches.create({ input_file_id: input.id, endpoint: "/v1/chat/completions", completion_window: "24h", metadata: { job: "night" } });
  assert.equal(batch.status, "validating");
  for (let i = 0; i < 300 && !["completed", "failed"].includes(batch.status); i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    batch = await client.batches.retrieve(batch.id);
  }
  assert.equal(batch.status, "completed");
  assert.deepEqual(batch.request_counts, { total: 5, completed: 4, failed: 1 });
  assert.equal(batch.usage.output_tokens, 20);
  assert.deepEqual(batch.metadata, { job: "night" });
  const output = (await (await client.files.content(batch.output_file_id)).text()).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(output.map((line) => line.custom_id).sort(), ["r0", "r1", "r2", "r4"]);
  for (const line of output) assert.equal(line.response.body.object, "chat.completion");
  const errors = (await (await client.files.content(batch.error_file_id)).text()).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(errors.map((line) => [line.custom_id, line.response.status_code, line.response.body.error.param]), [["r3", 400, "max_tokens"]]);
  const ids = [];
  for await (const each of client.batches.list({ limit: 1 })) ids.push(each.id);
  assert.ok(ids.includes(batch.id));
  await assert.rejects(client.batches.cancel(batch.id), OpenAI.ConflictError);
});

test("batch_of_embeddings_runs_too", async () => {
  const line = { custom_id: "e", method: "POST", url: "/v1/embeddings", body: { model: "text-embedding-3-small", input: "Hello", dimensions: 4 } };
  const input = await client.files.create({ file: await toFile(Buffer.from(JSON.stringify(line) + "\n"), "in.jsonl"), purpose: "batch" });
  let batch = await client.batches.create({ input_file_id: input.id, endpoint: "/v1/embeddings", completion_window: "24h" });
  for (let i = 0; i < 300 && batch.status !== "completed"; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    batch = await client.batches.retrieve(batch.id);
  }
  const answer = JSON.parse(await (await client.files.content(batch.output_file_id)).text());
  assert.equal(answer.response.body.data[0].embedding.length, 4);
  assert.equal(batch.usage.input_tokens, 1);
});

test("embeddings_of_alike_texts_are_near", async () => {
  // The SDK asks for base64 by itself and decodes it.
  const { data, usage, model } = await client.embeddings.create({
    model: "text-embedding-3-small",
    input: ["The cat sat on the mat.", "A cat is on the mat.", "Interest rates rose again."],
  });
  assert.equal(model, "text-embedding-3-small");
  assert.ok(usage.prompt_tokens > 10 && usage.prompt_tokens === usage.total_tokens);
  const [a, b, c] = data.map((each) => each.embedding);
  assert.equal(a.length, 1536);
  assert.ok(Math.abs(similarity(a, a) - 1) < 1e-4);
  assert.ok(similarity(a, b) > similarity(a, c) + 0.2);
  const floats = await client.embeddings.create({ model: "text-embedding-3-small", input: "The cat sat on the mat.", encoding_format: "float" });
  assert.deepEqual(floats.data[0].embedding.map(Math.fround), a.map(Math.fround));
  await assert.rejects(client.embeddings.create({ model: "text-embedding-ada-002", input: "x", dimensions: 3 }), OpenAI.BadRequestError);
});

test("moderations_flag_harm_and_nothing_else", async () => {
  const { results, model } = await client.moderations.create({ input: ["I want to kill them.", "A class in Scunthorpe."] });
  assert.equal(model, "omni-moderation-latest");
  assert.deepEqual(results.map((each) => each.flagged), [true, false]);
  assert.equal(results[0].categories.violence, true);
  const mixed = await client.moderations.create({
    model: "omni-moderation-latest",
    input: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: "https://example.com/cat.png" } }],
  });
  assert.deepEqual(mixed.results[0].category_applied_input_types.violence, ["text", "image"]);
  await assert.rejects(client.moderations.create({ model: "gpt-4o", input: "x" }), OpenAI.BadRequestError);
});

// Reads texts from standard input, a line each: base64 of UTF-16LE, which keeps lone surrogates. Writes their token ids
// by the npm package gpt-tokenizer, a line each: {"cl100k": [...], "o200k": [...]}.
import { createInterface } from "node:readline";
import * as cl100k from "gpt-tokenizer/encoding/cl100k_base";
import * as o200k from "gpt-tokenizer/encoding/o200k_base";

for await (const line of createInterface({ input: process.stdin })) {
  const text = Buffer.from(line, "base64").toString("utf16le");
  const options = { disallowedSpecial: new Set() };
  process.stdout.write(JSON.stringify({ cl100k: cl100k.encode(text, options), o200k: o200k.encode(text, options) }) + "\n");
}

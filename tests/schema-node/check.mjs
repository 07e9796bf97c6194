// Checks values against schemas with Ajv. Reads lines of {"draft": "2020-12" | "draft-07", "schema": …, "value": …} from the
// standard input; writes a line of {"line", "errors"} for each value that does not conform, and "checked N" at the end.
import { createInterface } from "node:readline";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const options = { strict: false, allErrors: false, multipleOfPrecision: 9, logger: false };

let line = 0;
for await (const text of createInterface({ input: process.stdin })) {
  const { draft, schema, value } = JSON.parse(text);
  const ajv = addFormats(draft === "draft-07" ? new Ajv(options) : new Ajv2020(options));
  let errors;
  try {
    const validate = ajv.compile(schema);
    errors = validate(value) ? null : validate.errors;
  } catch (error) {
    errors = [{ message: `Ajv refuses the schema: ${error.message}` }];
  }

  if (errors) {
    console.log(JSON.stringify({ line, errors }));
  }

  line++;
}

console.log(`checked ${line}`);

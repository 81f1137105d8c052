// What AsyncAPI's own parser finds wrong with the document on standard input: one line for each error or warning.
import { text } from "node:stream/consumers";

import { Parser } from "@asyncapi/parser";

const SEVERITIES = ["error", "warning"]; // what comes after, informations and hints, is a matter of taste
const { diagnostics } = await new Parser().parse(await text(process.stdin));
for (const { severity, path, message } of diagnostics) {
  if (severity < SEVERITIES.length) {
    console.log(`${SEVERITIES[severity]}: ${path.join(".")}: ${message}`);
  }
}

/** Times and faults, as people say them. */

import { ApiError, Refused, Unreachable } from "@backchannel/client";
import { expect, it } from "vitest";
import { contentTypeOf, kindOf } from "../src/files.js";
import { dayText, durationText, sizeText } from "../src/times.js";
import { faultText, reasonText } from "../src/words.js";

const NOW = new Date("2026-03-10T12:00:00.000Z");

it.each([
  ["2026-03-10T11:00:00.000Z", "Today"],
  ["2026-03-09T11:00:00.000Z", "Yesterday"],
])("says %s as %s", (at, expected) => expect(dayText(at, NOW)).toBe(expected));

it.each([
  [0, "0 bytes"],
  [2048, "2 KB"],
  [5_400_000, "5.1 MB"],
])("says %d bytes as %s", (bytes, expected) => expect(sizeText(bytes)).toBe(expected));

it("says a minute and a half", () => expect(durationText(90)).toBe("1:30"));

it("has words for a refusal, and for one that came later", () => {
  const frame = { type: "CommandRefused", conversation_id: null, client_id: "c", command: "SendMessage", detail: "" } as const;
  expect(faultText(new Refused({ ...frame, reason: "blocked" }))).toBe("You cannot write to this person.");
  expect(reasonText("on-strike")).toBe("The server says: on-strike.");
});

it("says what to do when the server is away", () => {
  expect(faultText(new Unreachable("x"))).toContain("Check your connection");
  expect(faultText(new ApiError(422, "invalid", "content_type: image is one of …"))).toContain("Files of this kind cannot be sent.");
});

it("knows what kind a file is", () => {
  expect(["image/png", "video/mp4", "audio/ogg", "application/pdf", "image/svg+xml"].map(kindOf)).toEqual(["image", "video", "audio", "document", "document"]);
  expect(contentTypeOf(new File([], "notes.TXT"))).toBe("text/plain");
});

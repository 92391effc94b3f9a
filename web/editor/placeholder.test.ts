// @vitest-environment jsdom

import { expect, test, vi } from "vitest";
import { Placeholder } from "./placeholder";
import { type Attachment, Unreachable } from "./upload";

test("an upload that could not reach the server starts again when the network is back", async () => {
  const sent = vi
    .fn<() => Promise<Attachment>>()
    .mockRejectedValueOnce(new Unreachable("Rotor.png"))
    .mockResolvedValueOnce({} as Attachment);
  const done = vi.fn();
  const placeholder = new Placeholder("Rotor.png", { send: sent, done, gone: () => undefined });
  placeholder.start();
  await vi.waitFor(() =>
    expect(placeholder.dom.textContent).toContain("when the connection is back"),
  );
  window.dispatchEvent(new Event("online"));
  expect(placeholder.dom.textContent).not.toContain("reach the server");
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
});

test("a file that the server refused, and one that was dismissed, are not sent again", async () => {
  for (const why of [new Error("Too large."), new Unreachable("Rotor.png")]) {
    const send = vi.fn<() => Promise<Attachment>>().mockRejectedValue(why);
    const placeholder = new Placeholder("Rotor.png", { send, done: vi.fn(), gone: vi.fn() });
    placeholder.start();
    await vi.waitFor(() => expect(placeholder.dom.textContent).toContain("Dismiss"));
    if (why instanceof Unreachable) placeholder.dom.querySelectorAll("button")[1]?.click();
    window.dispatchEvent(new Event("online"));
    expect(send).toHaveBeenCalledOnce();
  }
});

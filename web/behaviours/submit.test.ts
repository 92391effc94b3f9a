// @vitest-environment jsdom

import { expect, test, vi } from "vitest";
import { submits } from "./submit";

submits(document);

/** How often Ctrl-Enter, or Enter alone, in the text area of a form submits it. */
function submitted(fields: string, ctrlKey = true): number {
  document.body.innerHTML = `<form><textarea></textarea>${fields}</form>`;
  const submit = vi.fn((event: Event) => event.preventDefault());
  document.querySelector("form")?.addEventListener("submit", submit);
  const event = { key: "Enter", ctrlKey, bubbles: true, cancelable: true };
  document.querySelector("textarea")?.dispatchEvent(new KeyboardEvent("keydown", event));
  return submit.mock.calls.length;
}

test("Ctrl-Enter in a text area submits a form with one button", () => {
  expect(submitted("<button>Send</button><button type=button>Cancel</button>")).toBe(1);
  expect(submitted("<button>Send</button>", false)).toBe(0);
});

test("what is decided or signed is never submitted by keys", () => {
  expect(submitted("<button>Approve</button><button>Reject</button>")).toBe(0);
  expect(submitted("<input type=password><button>Sign</button>")).toBe(0);
});

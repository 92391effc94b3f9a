// @vitest-environment jsdom

import { expect, test } from "vitest";
import { named } from "./palette";

test("a command is named so that it is understood by itself", () => {
  document.body.innerHTML = `
    <a aria-label="Notifications, 5 unread"><span aria-hidden="true">5</span></a>
    <fieldset><legend>Appearance</legend><button>Light</button></fieldset>
    <button> Sign
      out </button>`;
  const names = [...document.querySelectorAll("a, button")].map(named);
  expect(names).toEqual(["Notifications, 5 unread", "Appearance: Light", "Sign out"]);
});

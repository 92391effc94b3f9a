import { getSchema } from "@tiptap/core";
import { describe, expect, test } from "vitest";
import { content } from "./extensions";
import * as file from "./schema";

const built = getSchema(content);

describe("the editor can hold exactly what the schema file says", () => {
  test("the nodes are the same", () => {
    expect(Object.keys(built.nodes).sort()).toEqual(Object.keys(file.nodes).sort());
  });

  test("the marks are the same", () => {
    expect(Object.keys(built.marks).sort()).toEqual(Object.keys(file.marks).sort());
  });

  test.each(Object.entries(file.nodes))("node %s", (name, spec) => {
    const type = built.nodes[name];
    expect(type?.spec.content ?? "").toBe(spec.content);
    expect(type?.spec.group ?? null).toBe(spec.group);
    if (name !== "text") expect(type?.isInline).toBe(spec.inline);
    expect(Object.keys(type?.spec.attrs ?? {}).sort()).toEqual(Object.keys(spec.attrs).sort());
    for (const [attribute, { default: usual }] of Object.entries(spec.attrs)) {
      expect(type?.spec.attrs?.[attribute]?.default).toEqual(usual ?? null);
    }
  });

  test.each(Object.entries(file.marks))("mark %s", (name, spec) => {
    const type = built.marks[name];
    expect(type?.spec.inclusive).toBe(spec.inclusive);
    expect(Object.keys(type?.spec.attrs ?? {}).sort()).toEqual(Object.keys(spec.attrs).sort());
  });
});

describe("what another client wrote", () => {
  const { link } = built.marks;
  const { image } = built.nodes;

  test.each([
    "javascript:alert(1)",
    " JaVaScRiPt:x",
    "data:text/html,x",
    "//evil.example",
    "vbscript:x",
  ])("a link to %s leads nowhere", (href) => {
    const rendered = link?.spec.toDOM?.(link.create({ href }), true);
    expect(rendered).toEqual(["a", { rel: "noopener noreferrer" }, 0]);
  });

  test.each([
    "javascript:alert(1)",
    "data:image/svg+xml,x",
    "//evil.example/a.png",
    "/\\evil.example",
  ])("a picture at %s is not loaded", (src) => {
    const rendered = image?.spec.toDOM?.(image.create({ src, alt: "a" }));
    expect(rendered).toEqual(["img", { alt: "a" }]);
  });

  test("links and pictures that are safe stay", () => {
    const rendered = link?.spec.toDOM?.(link.create({ href: "/a/b" }), true);
    expect(rendered).toEqual(["a", { href: "/a/b", rel: "noopener noreferrer" }, 0]);
    const picture = image?.spec.toDOM?.(image.create({ src: "/files/0f/a.png?3x4", alt: "" }));
    expect(picture).toEqual([
      "img",
      { src: "/files/0f/a.png?3x4", alt: "", width: "3", height: "4" },
    ]);
  });
});

import { expect, type Page } from "@playwright/test";
import { test } from "../support/house.js";
import { PASSWORD } from "../support/person.js";

const address = `https://files.example.org/${"a".repeat(240)}`;
const columns = Array.from({ length: 24 }, (_, column) => `Column${column}`);
const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
const rows = Array.from({ length: 90 }, (_, number) => row([`Step ${number + 1}`, "Wipe the line and sign.", "10 ml"]));

/** What printed badly before: words that cannot break, many columns, many rows, and text from right to left. */
const text = [
  `1. Form F-12: ${address}`,
  `${"Überprüfungsverfahren".repeat(12)} 🧤🧪`,
  `\`\`\`\n${"x = ".repeat(80)}\n\`\`\``,
  [row(columns), row(columns.map(() => "---")), row(columns.map(() => "1,234.5 mg"))].join("\n"),
  [row(["Step", "What", "Amount"]), row(["---", "---", "---"]), ...rows].join("\n"),
  "اغسل اليدين قبل العمل ثم افتح SOP-017 ووقع.",
  "- שטוף ידיים\n- חתום",
].join("\n\n");

/** Elements of the text that begin or end beside the paper. */
const beside = () => {
  const edge = document.documentElement.clientWidth;
  const inside = document.querySelectorAll<HTMLElement>("main *");
  return [...inside].flatMap((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    const isBeside = width > 0 && (left < -1 || right > edge + 1 || one.scrollWidth > one.clientWidth + 1);
    return isBeside && getComputedStyle(one).display !== "inline" ? [one.outerHTML.slice(0, 90)] : [];
  });
};

async function pagesOf(page: Page, name: string, format: "A4" | "Letter"): Promise<number> {
  const pdf = await page.pdf({ path: `artefacts/${name}-${format}.pdf`, format });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

test("nothing is cut off on paper, and only the text is printed", async ({ filled, come }) => {
  const { slug, article, ada } = await filled("Line clearance");
  const put = (key: string, body: string) =>
    ada.page.evaluate(
      async ([path, body]) => {
        const headers = { "content-type": "text/markdown" };
        const reply = await fetch(path, { method: "PUT", headers, body });
        if (!reply.ok) throw new Error(await reply.text());
      },
      [`/api/v1/articles/${article.id}/draft/sections/${key}`, body] as const,
    );
  await put("lead", text);

  // A draft prints its text, and says on each page that it is a draft.
  await ada.write(slug);
  await ada.page.emulateMedia({ media: "print" });
  for (const gone of [".write-bar", ".write-head", ".section-foot", ".masthead", ".notice", "button"])
    expect(await ada.page.locator(`${gone}:visible`).count(), gone).toBe(0);
  await expect(ada.page.locator(".draft-banner")).toBeVisible();
  // The width of A4 without its margins, in CSS pixels.
  await ada.page.setViewportSize({ width: 642, height: 900 });
  expect(await ada.page.evaluate(beside)).toEqual([]);
  const right = ada.section("Lead").locator("p", { hasText: "SOP-017" });
  expect(await right.evaluate((node) => getComputedStyle(node).unicodeBidi)).toBe("plaintext");
  await pagesOf(ada.page, "print-draft", "A4");

  const send = (page: Page, path: string, body: unknown) =>
    page.evaluate(
      async ([path, body]) => {
        const headers = { "content-type": "application/json" };
        const reply = await fetch(path as string, { method: "POST", headers, body: JSON.stringify(body) });
        if (!reply.ok) throw new Error(await reply.text());
        return reply.json();
      },
      [path, body],
    );
  const review = await send(ada.page, `/api/v1/articles/${article.id}/reviews`, {
    change_summary: "First version.",
    kind: "major",
  });
  const cleo = await come("cleo");
  await send(cleo.page, `/api/v1/reviews/${review.id}/decisions`, {
    verdict: "approve",
    revision_hash: review.revision_hash,
    checklist: review.checklist.map(() => true),
    signature: { password: PASSWORD, meaning: "approved" },
  });

  const { page } = cleo;
  await page.goto(`/a/${slug}`);
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 642, height: 900 });
  expect(await page.locator(".notice:visible, .reading-side:visible, button:visible").count()).toBe(0);
  expect(await page.evaluate(beside)).toEqual([]);
  const heads = page.locator(".article thead");
  expect(await heads.first().evaluate((node) => getComputedStyle(node).display)).toBe("table-header-group");
  expect(await page.locator(".article tbody tr").first().evaluate((node) => getComputedStyle(node).breakInside)).toBe("avoid");
  // From the right: the last letter of the paragraph is left of its first, and the list has its bullets on the right.
  const [first, last] = await page.locator(".article p", { hasText: "SOP-017" }).evaluate((node) => {
    const text = node.firstChild as Text;
    const place = (at: number) => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect().left;
    };
    return [place(0), place(text.data.length - 1)];
  });
  expect(first).toBeGreaterThan(last ?? 0);
  const list = page.locator(".article ul", { hasText: "חתום" });
  expect(await list.evaluate((node) => getComputedStyle(node).direction)).toBe("rtl");

  // As wide as the paper: a page that had to shrink would hold more, and so be fewer.
  for (const format of ["A4", "Letter"] as const)
    expect(await pagesOf(page, "print-version", format), format).toBeGreaterThanOrEqual(5);
});

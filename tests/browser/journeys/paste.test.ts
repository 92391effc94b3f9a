import { expect, type Locator, type Page } from "@playwright/test";
import { confluence, docs, web, word } from "../../../web/editor/paste/fixtures.js";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

/** Pastes into the section that has the caret, as the browser does it with what a program has copied. */
async function paste(page: Page, html: string, text: string): Promise<void> {
  await page.evaluate(
    ([html, text]) => {
      const clipboardData = new DataTransfer();
      if (html) clipboardData.setData("text/html", html);
      clipboardData.setData("text/plain", text ?? "");
      const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(event);
    },
    [html, text],
  );
}

/** Drops what comes from another window at the middle of a place. */
async function drop(place: Locator, html: string, text: string): Promise<void> {
  await place.evaluate(
    (place, [html, text]) => {
      const dataTransfer = new DataTransfer();
      if (html) dataTransfer.setData("text/html", html);
      dataTransfer.setData("text/plain", text ?? "");
      const box = place.getBoundingClientRect();
      const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
      place.dispatchEvent(new DragEvent("drop", { ...at, dataTransfer, bubbles: true, cancelable: true }));
    },
    [html, text],
  );
}

const item = (level: number, marker: string, words: string) =>
  `<p class=MsoListParagraph style='mso-list:l0 level${level} lfo1'><![if !supportLists]>` +
  `<span style='mso-list:Ignore'>${marker}<span style='font:7.0pt "Times New Roman"'>&nbsp; </span></span><![endif]>${words}<o:p></o:p></p>`;

test("what is pasted becomes what a section can hold, and what is lost is told", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const lead = ada.section("Lead");
  const seen = bo.section("Lead");
  await lead.click();
  const word =
    `<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><h1>Before you begin<o:p></o:p></h1>` +
    item(1, "1.", "Set the volume") +
    item(2, "o", "slowly") +
    item(1, "2.", "Wet the <b>tip</b>") +
    `<table><tr><td>From</td><td>To</td></tr><tr><td colspan=2>2</td></tr></table>` +
    `<p><a href="javascript:alert(1)">Read on</a><img src="file:///c:/x.png"></p></body></html>`;
  await paste(page, word, "");
  await expect(seen.locator("h3")).toHaveText("Before you begin");
  await expect(seen.locator("ol > li")).toHaveCount(2);
  await expect(seen.locator("ol ul li")).toHaveText("slowly");
  await expect(seen.locator("ol strong")).toHaveText("tip");
  await expect(seen.locator("th")).toHaveCount(2);
  await expect(seen).toContainText("Read on");
  await expect(seen.locator('a[href^="javascript"]')).toHaveCount(0);
  const told = page.getByRole("status").filter({ hasText: "merged cell" });
  await expect(told).toHaveText(/Pasted\. 1 merged cell was split\. 1 picture was left out\./);
  // Whoever is at it keeps it there.
  await told.getByRole("button", { name: "Close" }).focus();
  await look(page, "write-pasted");
  await told.getByRole("button", { name: "Close" }).click();
  await expect(told).toHaveCount(0);

  // Much too much: the page says so and goes on working.
  await ada.section("Background").click();
  await paste(page, `<p>${"<b>x</b> ".repeat(500_000)}</p>`, "Only the words.");
  await expect(page.getByRole("status").filter({ hasText: "too much formatting" })).toBeVisible();
  await expect(bo.section("Background")).toContainText("Only the words.");
  await paste(page, "", "x".repeat(5_000_000));
  await expect(page.getByRole("status").filter({ hasText: "too much to paste" })).toBeVisible();
  await ada.section("Evidence").click();
  const cells = "<td>x</td>".repeat(200);
  await paste(page, `<table><tr>${cells}</tr><tr>${cells}</tr></table>`, "");
  await expect(page.getByRole("status").filter({ hasText: "150 columns were left out" })).toBeVisible();
  await expect(bo.section("Evidence").locator("th")).toHaveCount(50);
  await ada.section("Background").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" And on.");
  await expect(bo.section("Background")).toContainText("Only the words. And on.");
  await ada.saved();
});

test("from Word, Google Docs, Confluence and the web: the same words and shapes for everybody", async ({
  started,
  come,
}) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  for (const [section, html] of [
    ["Lead", word],
    ["Background", docs],
    ["Evidence", confluence],
    ["References", web],
  ] as const) {
    await ada.section(section).click();
    await paste(ada.page, html, "");
  }
  const lead = bo.section("Lead");
  await expect(lead.locator("h3")).toHaveText("Handling pipettes");
  await expect(lead.locator("ol > li")).toHaveCount(2);
  await expect(lead.locator("ol ul li")).toHaveText(["slowly", "upright"]);
  const background = bo.section("Background");
  await expect(background.locator("strong")).toHaveText("cold");
  await expect(background.locator("ul ul li")).toHaveText("two");
  const evidence = bo.section("Evidence");
  await expect(evidence.locator("blockquote[data-alert]")).toContainText("Mind the rotor.");
  await expect(evidence.locator("ul.tasks > li")).toHaveCount(2);
  await expect(evidence.locator("pre")).toHaveText("SELECT 1;");
  const references = bo.section("References");
  await expect(references.locator("h3")).toHaveText("Use");
  await expect(references.locator("td")).toHaveText(["P20", /^20/]);
  await expect(references.locator("ol ul li")).toHaveText("once");
  await expect(ada.page.getByRole("status").filter({ hasText: "on the site of origin" })).toBeVisible();
  await ada.saved();
  for (const who of [ada, bo]) who.foreign.splice(0, who.foreign.length, ...who.foreign.filter((one) => !one.endsWith("wikimedia.org/p.jpg")));
});

test("pictures inside of what is pasted come along", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGPQiKoAIgYIBQAaJgPpPcR7ogAAAABJRU5ErkJggg==";
  await ada.section("Lead").click();
  await paste(ada.page, `<p>Before <img src="data:image/png;base64,${png}"> and <b>behind</b></p>`, "");
  const seen = bo.section("Lead");
  await expect(seen.locator("img[src^='/files/']")).toHaveCount(1);
  await expect(seen.locator("strong")).toHaveText("behind");
  await ada.saved();
  await expect.poll(() => ada.text("Lead")).toBe("Before  and behind");
});

test("Markdown is recognised, one Undo away from the plain text", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const seen = bo.section("Lead");
  await ada.section("Lead").click();
  await page.keyboard.type("Before. ");
  const markdown = "### Steps\n\n1. Set the **volume**\n   - slowly\n2. See [[Balances]]\n\n> [!TIP]\n> Wet the tip.\n\n| a | b |\n|---|--:|\n| c | $x$ |";
  await paste(page, "", markdown);
  await expect(seen.locator("h3")).toHaveText("Steps");
  await expect(seen.locator("ol > li")).toHaveCount(2);
  await expect(seen.locator("ol ul li")).toHaveText("slowly");
  await expect(seen.locator("a.wiki")).toHaveText("Balances");
  await expect(seen.locator("blockquote[data-alert=tip]")).toContainText("Wet the tip.");
  await expect(seen.locator("td math")).toHaveCount(1);
  await page.keyboard.press("Control+z");
  await expect(seen.locator("h3")).toHaveCount(0);
  await expect(seen).toContainText("Before. ### Steps");
  await page.keyboard.press("Control+Shift+z");
  await expect(seen.locator("h3")).toHaveText("Steps");
  // Into a line: only the words and their marks.
  await ada.section("Background").click();
  await page.keyboard.type("It is ");
  await paste(page, "", "**very** cold");
  await expect(bo.section("Background").locator("p strong")).toHaveText("very");
  await page.keyboard.type(" here");
  await expect.poll(() => bo.text("Background")).toBe("It is very cold here");
  await ada.saved();
});

test("pasting into a table fills its cells and never tears it", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  // The words of the cells; carets of others are no part of them.
  const rows = () =>
    bo.section("Lead").locator("tr").evaluateAll((rows) =>
      rows.map((row) =>
        [...(row as HTMLTableRowElement).cells]
          .map((cell) => {
            const copy = cell.cloneNode(true) as HTMLElement;
            for (const other of copy.querySelectorAll("[contenteditable=false], .ProseMirror-widget, .ProseMirror-trailingBreak, .caret")) other.remove();
            for (const line of copy.querySelectorAll("br")) line.replaceWith("/");
            return (copy.textContent ?? "").replace(/\u2060/g, "").trim();
          })
          .join("|"),
      ),
    );
  await ada.section("Lead").click();
  await paste(page, "", "| a | b |\n|---|---|\n| x | y |\n| u | v |");
  await expect.poll(rows).toEqual(["a|b", "x|y", "u|v"]);
  const cell = (words: string) =>
    ada.section("Lead").locator("th, td").filter({ hasText: new RegExp(`^${words}$`) });
  const after = async (words: string) => {
    await cell(words).click();
    await page.keyboard.press("End");
  };
  for (const [html, text, right] of [
    ["<p>one</p><p>two</p>", "", "xone/two|y"],
    ["<ul><li>one</li><li>two</li></ul>", "", "xone/two|y"],
    ["", "one\ntwo\nthree", "xone/two/three|y"],
    ["", "1. one\n2. two", "xone/two|y"],
    ["<table><tr><td>q</td><td>r</td></tr></table>", "", "q|r"],
    ["", "q\tr\n", "q|r"],
  ] as const) {
    await after("x");
    await paste(page, html, text);
    await expect.poll(rows).toEqual(["a|b", right, "u|v"]);
    // Markdown stands as its plain text before it is read.
    const steps = text.startsWith("1.") ? 2 : 1;
    for (let step = 0; step < steps; step += 1) await page.keyboard.press("Control+z");
    await expect.poll(rows).toEqual(["a|b", "x|y", "u|v"]);
  }
  // What is dropped goes where the mouse is, not where the caret is.
  await after("v");
  await drop(cell("x"), "<ul><li>one</li><li>two</li></ul>", "one\ntwo");
  await expect.poll(rows).toEqual(["a|b", expect.stringMatching(/^(one\/twox|xone\/two)\|y$/), "u|v"]);
  await page.keyboard.press("Control+z");
  await expect.poll(rows).toEqual(["a|b", "x|y", "u|v"]);
  await drop(cell("x"), "<table><tr><td>q</td><td>r</td></tr></table>", "q\tr");
  await expect.poll(rows).toEqual(["a|b", "q|r", "u|v"]);
  await ada.saved();
});

test("formulas and symbol fonts come as they are shown, and what differs is named", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  await ada.section("Lead").click();
  const html =
    "<h3>Dose</h3><p>Take 5 <span style='font-family:Symbol'>m</span>g; <math><mfrac><mi>a</mi><mn>2</mn></mfrac></math>" +
    "<span style='display:none'>for us</span></p>";
  await paste(ada.page, html, "");
  await expect(bo.section("Lead")).toContainText("Take 5 µg;");
  await expect(bo.section("Lead").locator("mfrac")).toHaveCount(1);
  await expect(
    ada.page.getByRole("status").filter({ hasText: "Hidden text was left out: “for us” (under “Dose”)." }),
  ).toBeVisible();
  await ada.saved();
});

test("a picture is a file, however large it is beside the words", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  await ada.section("Lead").click();
  // A bitmap of noise in an uncompressed file.
  const address = await ada.page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 760, height: 760 });
    const context = canvas.getContext("2d");
    const image = context?.createImageData(760, 760);
    if (!context || !image) return "";
    for (let at = 0; at < image.data.length; at += 1) image.data[at] = at % 4 === 3 ? 255 : (at * 2654435761) >>> 24;
    context.putImageData(image, 0, 0);
    return canvas.toDataURL("image/png");
  });
  await paste(ada.page, `<p>Before, <b>bold</b>.</p><p><img src="${address}" alt="Noise"></p><p>After.</p>`, "Before");
  await expect(ada.section("Lead").locator("strong")).toHaveText("bold");
  await expect(ada.section("Lead").locator("img[src^='/files/']")).toHaveAttribute("alt", "Noise");
  await ada.saved();
});

/** Formulas in HTML: of KaTeX, MathJax, encyclopaedias and browsers (MathML), and of Word (OMML in comments). */

import { rename } from "./dom";
import type { Lost } from "./lost";

interface Readers {
  latexOfMathml: (math: Element) => string | undefined;
  latexOfOmml: (math: Element) => string | undefined;
}

type Where = (element: Element) => string;

/** Word's formulas stand in comments that only Word reads, with a picture for everybody else behind. */
export function fromComments(body: HTMLElement): void {
  const page = body.ownerDocument;
  const walker = page.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const found: Comment[] = [];
  while (walker.nextNode()) {
    const comment = walker.currentNode as Comment;
    if (/^\[if [^\]]*msEquation[^\]]*\]>[\s\S]*<m:oMath/i.test(comment.data)) found.push(comment);
  }
  for (const comment of found) {
    const inside = comment.data.replace(/^\[if [^\]]*\]>/i, "").replace(/<!\[endif\]$/i, "");
    const holder = new DOMParser().parseFromString(inside, "text/html").body;
    const formulas = [...holder.getElementsByTagName("*")].filter(
      ({ localName }) => localName === "m:omath",
    );
    const isBlock = /<m:oMathPara/i.test(inside);
    const made = formulas.map((formula) => {
      const math = page.createElement("m:omath");
      if (isBlock) math.setAttribute("display", "block");
      math.append(...formula.childNodes);
      return math;
    });
    // The picture is in the next condition: [if !msEquation] … [endif].
    const condition = comment.nextSibling;
    if (
      condition?.nodeType === Node.COMMENT_NODE &&
      /!msEquation/i.test((condition as Comment).data)
    ) {
      for (let next = condition.nextSibling; next; next = condition.nextSibling) {
        next.remove();
        if (next.nodeType === Node.COMMENT_NODE && /endif/i.test((next as Comment).data)) break;
      }
    }
    comment.replaceWith(...made);
  }
}

/** Turns formulas into those of a section; what cannot be read stays as its letters and is named. */
export function mathematics(
  body: HTMLElement,
  readers: Readers | undefined,
  lost: Lost,
  where: Where,
): void {
  for (const script of body.querySelectorAll("script[type^='math/tex']")) {
    const isBlock = /mode=display/.test(script.getAttribute("type") ?? "");
    for (
      let before = script.previousElementSibling;
      before?.matches("[class*=MathJax]");
      before = script.previousElementSibling
    )
      before.remove();
    const math = script.ownerDocument.createElement("math");
    const annotation = script.ownerDocument.createElement("annotation");
    annotation.setAttribute("encoding", "application/x-tex");
    annotation.textContent = script.textContent;
    math.append(annotation);
    if (isBlock) math.setAttribute("display", "block");
    script.replaceWith(math);
  }
  const all = body.querySelectorAll("math, m\\:omath, mml\\:math, m\\:math");
  for (const math of all) {
    if (!math.isConnected) continue;
    const word = math.localName === "m:omath";
    const latex = word ? readers?.latexOfOmml(math) : readers?.latexOfMathml(math);
    const box = math.closest(
      ".katex-display, .katex, mjx-container, .mwe-math-element, .MathJax_Display, .MathJax, span[data-mathml]",
    );
    const outer = box?.closest(".katex-display") ?? box ?? math;
    const display =
      math.getAttribute("display") === "block" ||
      outer.matches(".katex-display, .MathJax_Display, [display=true]");
    if (latex === undefined) {
      lost.name(
        "A formula could not be read and came as its letters",
        math.textContent ?? "",
        where(math),
      );
      const span = rename(math, "span");
      if (outer !== math) outer.replaceWith(span);
      continue;
    }
    const span = math.ownerDocument.createElement("span");
    span.dataset.latex = latex;
    if (display) span.dataset.display = "";
    span.textContent = latex;
    outer.replaceWith(span);
  }
}

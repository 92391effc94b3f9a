/** `?`: the list of shortcuts over the page, which stays as it is; the list is the page /shortcuts. */

export async function openHelp(): Promise<void> {
  if (document.querySelector("dialog.help")) return;
  const reply = await fetch("/shortcuts").catch(() => undefined);
  const page = new DOMParser().parseFromString((await reply?.text()) ?? "", "text/html");
  const list = page.querySelector("main");
  if (!reply?.ok || !list) {
    window.location.assign("/shortcuts");
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "palette help";
  dialog.setAttribute("aria-label", "Keyboard shortcuts");
  const heading = document.createElement("h2");
  heading.textContent = "Keyboard shortcuts";
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "button small", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  const head = document.createElement("header");
  head.append(heading, close);
  const body = document.createElement("div");
  body.className = "help-body";
  body.tabIndex = 0;
  for (const inner of list.querySelectorAll("h2")) {
    const smaller = document.createElement("h3");
    smaller.textContent = inner.textContent;
    inner.replaceWith(smaller);
  }
  for (const block of list.querySelectorAll(":scope > :not(.page-head)"))
    body.append(document.importNode(block, true));
  for (const named of body.querySelectorAll("[id], [aria-labelledby]")) {
    named.removeAttribute("id");
    named.removeAttribute("aria-labelledby");
  }
  dialog.append(head, body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

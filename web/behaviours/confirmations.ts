/** Asks again before a form whose deed cannot be taken back. */

export function confirmations(page: Document): void {
  page.addEventListener("submit", (event) => {
    const question = (event.target as HTMLElement).dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
}

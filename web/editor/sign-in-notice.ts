/** Says that one has to sign in again, and where. What is written meanwhile is kept on this device. */

/** Lectern ended the session, or an organisation's sign-on before Lectern has expired. */
export type SignInReason = "signed-out" | "sign-on";

const texts: Record<SignInReason, string> = {
  "signed-out":
    "You are signed out. What you wrote is kept on this device; sign in again to send it.",
  "sign-on": "Sign in again to go on – what you wrote is kept here.",
};

export class SignInNotice {
  private readonly element = document.createElement("div");
  private readonly link = document.createElement("a");
  private reason: SignInReason | undefined;

  constructor(
    private readonly page: Element | null,
    private readonly slug: string,
  ) {
    this.element.className = "notice warning";
    this.element.setAttribute("role", "alert");
    this.link.textContent = "Sign in again";
  }

  /** Shows the notice, or removes it once there is no reason any more. */
  show(reason: SignInReason | undefined): void {
    if (reason === this.reason) return;
    this.reason = reason;
    if (!reason) {
      this.element.remove();
      return;
    }
    const draft = `/a/${this.slug}/edit`;
    // A sign-on before Lectern lets nothing through, and brings the browser back to where it was going.
    this.link.href = reason === "sign-on" ? draft : `/sign-in?next=${encodeURIComponent(draft)}`;
    this.element.replaceChildren(texts[reason], " ", this.link);
    this.page?.prepend(this.element);
  }
}

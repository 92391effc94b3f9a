/** Says that one has to sign in again, and where. What is written meanwhile is kept on this device. */

/** Lectern ended the session, or an organisation's sign-on before Lectern has expired. */
export type SignInReason = "signed-out" | "sign-on";

const texts: Record<SignInReason, string> = {
  "signed-out":
    "You are signed out. Your changes are kept on this device; sign in again to send them.",
  "sign-on": "Your sign-in has expired. Your changes are kept on this device.",
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
    // The draft asks to sign in first, and asks nothing of a person who has signed in meanwhile.
    this.link.href = `/a/${this.slug}/edit`;
    this.element.replaceChildren(texts[reason], " ", this.link);
    this.page?.prepend(this.element);
  }
}

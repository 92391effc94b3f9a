/**
 * Takes the place of ELK, one of Mermaid's ways to lay a diagram out: larger than all the rest, under another licence,
 * and never used unless a diagram asks for it by name.
 */
export default class {
  layout(): never {
    throw new Error("the layout “elk” is not available");
  }
}

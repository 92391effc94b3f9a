/** The small behaviours of all pages. Every page works without them. */

import { code } from "./code";
import { confirmations } from "./confirmations";
import { copy } from "./copy";
import { localTimes } from "./local-times";
import { menus } from "./menus";
import { reviews } from "./reviews";
import { shortcuts } from "./shortcuts";
import { sidebar } from "./sidebar";
import { submits } from "./submit";
import { zonedForms } from "./zoned-forms";

const behaviours = [
  localTimes,
  zonedForms,
  menus,
  shortcuts,
  confirmations,
  code,
  copy,
  reviews,
  sidebar,
  submits,
];
for (const connect of behaviours) connect(document);

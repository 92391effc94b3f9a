/** The grammars of highlight.js, in a part of its own that is loaded with the first code block. */

import dockerfile from "highlight.js/lib/languages/dockerfile";
import matlab from "highlight.js/lib/languages/matlab";
import powershell from "highlight.js/lib/languages/powershell";
import sas from "highlight.js/lib/languages/sas";
import { common, createLowlight } from "lowlight";

export const grammars = createLowlight({ ...common, dockerfile, matlab, powershell, sas });

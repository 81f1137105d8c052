/** The page begins here. */

import { render } from "preact";
import { applyTheme } from "./theme.js";
import { App } from "./views/App.js";

applyTheme();
render(<App />, document.getElementById("root") as HTMLElement);

// Kept by the browser, the page opens without a server too. Where there are no workers, it does not.
void navigator.serviceWorker?.register("/worker.js").catch(() => undefined);

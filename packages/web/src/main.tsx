import { render } from "preact";
import { App } from "./shell/App.js";
import { keepOffline } from "./site/offline.js";
import { SERVED } from "./state/api.js";
import { loadStudies } from "./state/studies.js";
import "./state/live.js";
import "./state/paper.js";
import "./shell/styles.css";
import "./shell/media.css";
import { figureStyles } from "@isoflop/figures/styles";

const styles = document.createElement("style");
styles.textContent = figureStyles;
document.head.append(styles);
loadStudies();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
if (!SERVED) keepOffline();

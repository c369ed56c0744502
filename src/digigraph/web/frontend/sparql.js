// The query page: YASGUI over this graph's endpoint, with its prefixes, terms and stored queries.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import "grips.css";
import "./sparql.css";

const { Yasqe, Yasr } = Yasgui;
const workbench = document.getElementById("workbench");
const form = document.getElementById("ask");
const example = document.getElementById("example");
const endpoint = new URL(workbench.dataset.endpoint, document.baseURI).href;
const base = workbench.dataset.base;
const prefixes = JSON.parse(workbench.dataset.prefixes);

// What is completed comes from this graph. Those of YASQE ask other servers, which the page's policy forbids.
async function terms(pattern) {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { Accept: "application/sparql-results+json", "Content-Type": "application/sparql-query" },
    body: `SELECT DISTINCT ?term { ${pattern} FILTER(ISIRI(?term)) }`,
  });
  return answer.ok ? (await answer.json()).results.bindings.map((row) => row.term.value) : [];
}
function complete(name, given) {
  const completer = { ...Yasqe.Autocompleters[name], bulk: true, persistenceId: null, get: () => given };
  Yasqe.registerAutocompleter(completer);
}
Yasqe.defaults.autocompleters = ["variables"];
complete("prefixes", Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`));
complete("property", terms("?s ?term ?o").catch(() => []));
complete("class", terms("?s a ?term").catch(() => []));

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** Show a problem document (RFC 9457) as its page does. */
async function problem(error) {
  let told;
  try {
    told = JSON.parse(error.text);
  } catch {
    return undefined;
  }
  if (!told.title) return undefined;
  const shown = document.createElement("div");
  shown.setAttribute("role", "alert");
  shown.append(element("h2", told.title), element("p", told.detail));
  if (told.line) shown.append(element("p", `Line ${told.line}${told.column ? `, column ${told.column}` : ""}:`));
  if (told.excerpt) shown.append(element("pre", told.excerpt));
  shown.append(element("p", told.hint), element("p", `Status ${told.status}, request id ${told.request_id}`, "minor"));
  return shown;
}
Yasr.defaults.errorRenderers = [problem];

// The editor measures itself, so it must be seen when it is made.
form.hidden = true;
workbench.hidden = false;
const yasgui = new Yasgui(workbench, {
    // Tabs keep their endpoint: those of one state of the graph must not be those of another.
    persistenceId: `digigraph${new URL(".", endpoint).pathname}`,
    requestConfig: { endpoint, method: "POST" },
    // A shared link may name another endpoint; this page asks its own alone.
    populateFromUrl: (shared) => ({ ...shared, requestConfig: { ...shared.requestConfig, endpoint } }),
    endpointCatalogueOptions: { getData: () => [] },
    yasqe: { value: form.elements.query.value, createShortLink: undefined, editorHeight: "20rem" },
    yasr: { prefixes },
});

/** Open a stored query in a tab; its text is where readers without script find it: on this page, asked for by its name. */
async function open(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const about = page.getElementById("about-example");
  if (!about) return;
  document.getElementById("about-example").replaceWith(about);
  yasgui.addTab(true, { name: about.dataset.title, yasqe: { value: page.getElementById("query").value } });
}
example.form.addEventListener("submit", (event) => {
  event.preventDefault();
  open(`${example.form.action}?${new URLSearchParams(new FormData(example.form))}`);
});

const cite = document.getElementById("cite");
if (cite) {
  cite.hidden = false;
  cite.addEventListener("submit", () => {
    cite.elements.query.value = yasgui.getTab().getQuery();
  });
}

// Our IRIs are names for the whole world; here they lead to this server's pages.
function localize({ target }) {
  const link = target instanceof Element ? target.closest("a.iri") : null;
  if (!link) return;
  link.rel = "noopener noreferrer";
  if (link.href.startsWith(base) && !link.href.includes("#")) link.href = new URL(link.href.slice(base.length), new URL(".", endpoint));
}
for (const kind of ["pointerover", "focusin"]) workbench.addEventListener(kind, localize);

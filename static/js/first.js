/**
 * Before anything is painted: the theme, the language, and whether the page begins with the landing page. Where it does not, there
 * is nothing to paint before the client, so the client's files are asked for. It holds up the first paint, so it is no module, and
 * knows no more than it must; a test holds it to what the modules say.
 */
{
  const root = document.documentElement;
  /** Nothing where site data is blocked: the modules do without, too. */
  const kept = (/** @type {string} */ name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const chosen = (/** @type {string} */ name, /** @type {string[]} */ known) => known.find((value) => value === kept(name));
  const languages = ["en", "vi", "de"];
  const tags = navigator.languages.map((tag) => tag.toLowerCase().split("-")[0]);

  const theme = chosen("webchat.theme", ["light", "dark"]);
  if (theme !== undefined) root.dataset.theme = theme;
  root.lang = chosen("webchat.language", languages) ?? tags.find((tag) => languages.includes(tag)) ?? "en";
  const address = location.hash.replace(/^#?\/?/, "");
  const isElsewhere = /^(signup|login|profile|account|wait|conversations)(\/|$)|^room\/[^/]/.test(address);
  if (!isElsewhere && kept("webchat.signed-in") === null) root.dataset.begins = "landing";
  else document.head.append(/** @type {HTMLTemplateElement} */ (document.getElementById("client")).content.cloneNode(true));
}

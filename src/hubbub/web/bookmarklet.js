// Runs on the page a reader looks at, by a click on a bookmark. It reads what the page says it is, and opens hubbub
// with that in a small window. It adds nothing to the page and returns nothing: a returned value would replace the page.
// Every statement ends in a semicolon, and comments stand on lines of their own, since all lines are joined into one.
(() => {
  const hubbub = ORIGIN;
  const tags = TAGS;
  const asked = new URLSearchParams();
  const put = (key, written) => {
    const value = String(written).trim().slice(0, 500);
    const held = asked.getAll(key);
    if (value && held.length < 30 && !held.includes(value)) asked.append(key, value);
  };

  // Meta tags: a row is the name of a scheme ("" for any, "@" for the page's own address) and the tags that hold it.
  const contents = {};
  for (const meta of document.querySelectorAll("meta[content]")) {
    for (const attribute of ["name", "property", "itemprop", "http-equiv"]) {
      const name = (meta.getAttribute(attribute) || "").toLowerCase();
      if (name) (contents["=" + name] ||= []).push(meta.getAttribute("content"));
    }
  }
  for (const [scheme, names] of tags) {
    for (const name of names) {
      for (const written of contents["=" + name] || []) {
        if (scheme === "@") put("at", written);
        else put("id", (scheme ? scheme + ":" : "") + written);
      }
    }
  }

  // JSON-LD: only what names the work itself, not the works it cites or the journal it is in.
  const walk = (said, depth) => {
    if (!said || depth > 6) return;
    if (typeof said === "string") put("id", said);
    else if (Array.isArray(said)) said.forEach((one) => walk(one, depth + 1));
    else if (typeof said === "object") {
      if (typeof said.value === "string") {
        put("id", said.propertyID + ":" + said.value);
        put("id", said.value);
      }
      for (const key of ["@graph", "mainEntity", "@id", "identifier", "doi", "isbn", "sameAs", "url", "mainEntityOfPage"]) {
        walk(said[key], depth + 1);
      }
    }
  };
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    try {
      walk(JSON.parse(script.textContent), 0);
    } catch {
      // Broken JSON-LD is common; the other places still count.
    }
  }

  // The addresses: what the page calls its own, and where the reader is. A PDF has only this.
  for (const canonical of document.querySelectorAll('link[rel~="canonical"]')) put("at", canonical.href);
  put("at", location.href);

  const url = hubbub + "/find?" + asked;
  if (!window.open(url, "hubbub", "popup,width=480,height=720")) location.assign(url);
})();

/* hubbub's badges. MIT licence.
 * <script src="https://SERVER/assets/embed.js"></script>
 * <div class="altmetric-embed" data-badge-type="donut" data-doi="10.…"></div>
 * Reads the class and the attributes of Altmetric's badges, asks the server that the script came from, and nobody else. */
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector('script[src*="/assets/embed.js"]');
  const SERVER = new URL("..", script.src).href;
  const BADGES = ".altmetric-embed, .hubbub-embed";
  // Both are written here by the server: what an attribute names, and how wide and high the types of badges are.
  const NAMES = {};
  const SIZES = {};
  const METAS = ["citation_doi", "dc.identifier", "dc:identifier", "rft_id"];
  // Who mentions a work, by the names of fields; others are called by theirs.
  const WHO = {
    msm: "News outlets", feeds: "Blogs", policies: "Policy documents", guidelines: "Clinical guidelines",
    patents: "Patents", tweeters: "X users", bluesky: "Bluesky accounts", mastodon: "Mastodon accounts",
    fbwalls: "Facebook pages", wikipedia: "Wikipedia pages", rdts: "Reddit accounts", qna: "Q&A threads",
    forums: "Forums", peer_review_sites: "Peer review sites", videos: "Videos", podcasts: "Podcasts",
  };
  const asked = new Map();

  const make = (tag, style, ...parts) => {
    const made = document.createElement(tag);
    Object.assign(made.style, style); // not by markup, which the policy of a page may forbid
    made.append(...parts);
    return made;
  };
  const option = (at, name) => {
    if (at.dataset && at.hasAttribute(`data-${name}`)) return at.getAttribute(`data-${name}`).trim();
    const found = [...at.classList].find((one) => one.startsWith(`altmetric-${name}-`) || one.startsWith(`hubbub-${name}-`));
    return found ? found.slice(found.indexOf(`-${name}-`) + name.length + 2) : "";
  };
  const isSet = (at, name) => at.hasAttribute(`data-${name}`) ? option(at, name) !== "false" : option(at, name) === "true";
  const doiIn = (text) => (/10\.\d{4,9}\/\S*[^.\s]/.exec(text) || [])[0];

  function named(at) {
    for (const [name, [type, scheme]] of Object.entries(NAMES)) {
      const value = option(at, name);
      if (value) return [type, scheme, name === "doi" ? doiIn(value) || value : name === "arxiv-id" ? value.split(":").pop() : value];
    }
    for (const wanted of METAS)
      for (const meta of document.querySelectorAll("meta[name]"))
        if (meta.name.toLowerCase() === wanted && doiIn(meta.content)) return ["doi", "doi", doiIn(meta.content)];
  }

  // Whether a badge stands on light or on dark: what the reader likes does not tell what the page is.
  function theme(at) {
    const canvas = at.appendChild(make("span", { backgroundColor: "Canvas" }));
    const last = getComputedStyle(canvas).backgroundColor;
    canvas.remove();
    const grounds = [];
    for (let one = at; one; one = one.parentElement) grounds.push(getComputedStyle(one).backgroundColor);
    const [r, g, b] = [...grounds.filter((one) => /^rgb\(/.test(one)), last][0].match(/[\d.]+/g);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128 ? "dark" : "light";
  }

  // The counts of a work, null where nobody mentions it, false where they are private, undefined where the server cannot be asked.
  function ask(type, value) {
    const address = `${SERVER}v1/${type}/${encodeURIComponent(value)}`;
    if (!asked.has(address))
      asked.set(address, fetch(address, { credentials: "omit" })
        .then((told) => told.text().then((text) => (told.ok ? JSON.parse(text) : { 401: false, 404: null }[told.status]))).catch(() => undefined));
    return asked.get(address);
  }

  function badge(at, [type, scheme, value], counts) {
    const [width, height] = SIZES[option(at, "badge-type")] || SIZES[2];
    const form = option(at, "badge-type") in SIZES ? option(at, "badge-type") : "2";
    // The server knows of which work an address is, and a number.
    const found = scheme && scheme !== "url" ? undefined : counts?.images.small;
    const picture = new URL(found || `badge/${scheme || "id"}/${encodeURIComponent(value)}.svg`, SERVER);
    picture.pathname = picture.pathname.replace(/\.png$/, ".svg");
    picture.search = new URLSearchParams({ type: form, theme: theme(at), number: isSet(at, "no-score") ? "none" : option(at, "number") || "posts" });
    const image = make("img", { border: 0, margin: 0, maxWidth: "none", display: "block" });
    Object.assign(image, { src: picture.href, width, height, alt: spoken(counts) });
    if (counts === null) // of what nobody mentions, the picture alone tells whether it is invented
      fetch(picture, { credentials: "omit" }).then((told) => told.text())
        .then((drawn) => { image.alt = /<title>(.*?)<\/title>/.exec(drawn)[1]; }).catch(() => {});
    const link = make("a", { display: "inline-block" }, image);
    link.href = counts?.details_url || `${SERVER}work/${scheme || "id"}/${encodeURIComponent(value)}`;
    link.target = option(at, "link-target") || "_self";
    link.rel = "noopener";
    return link;
  }

  function spoken(counts) {
    const name = counts?.simulated ? "hubbub, simulated" : "hubbub";
    if (counts === null) return "hubbub: no mentions yet";
    if (counts === false) return "hubbub: private";
    const posts = counts?.cited_by_posts_count;
    return posts === undefined ? "hubbub: mentions of this work" : `${name}: ${posts} ${posts === 1 ? "post" : "posts"} about this work`;
  }

  function details(at, counts, link) {
    const small = isSet(at, "condensed");
    const table = make("table", { borderCollapse: "collapse", font: `${small ? 12 : 14}px/1.5 system-ui, sans-serif`, color: "inherit" });
    const caption = make("caption", { textAlign: "start", fontWeight: 600, whiteSpace: "nowrap" }, "Mentioned by");
    const rows = Object.entries(counts).map(([name, count]) => [/^cited_by_(\w+)_count$/.exec(name)?.[1], count])
      .filter(([name, count]) => name && name !== "posts" && name !== "accounts" && count > 0)
      .map(([name, count]) => [WHO[name] || name.replace(/_/g, " "), count]).sort((one, other) => other[1] - one[1]);
    if (!small) table.append(caption);
    for (const [name, count] of [...rows, ["Posts in all", counts.cited_by_posts_count]]) {
      if (count === undefined || (small && name === "Posts in all")) continue;
      const head = make("th", { fontWeight: 400, textAlign: "start", padding: "0 1em 0 0" }, name);
      head.scope = "row";
      table.append(make("tr", {}, head, make("td", { textAlign: "end", fontVariantNumeric: "tabular-nums" }, String(count))));
    }
    const more = make("a", { font: "14px/2 system-ui, sans-serif", color: "inherit" }, "See what was said");
    Object.assign(more, { href: link.href, target: link.target, rel: link.rel });
    return make("div", {}, table, ...(small ? [] : [more]));
  }

  // The details in a panel beside the badge: by hovering, by focus, by the first tap.
  function hang(link, inner, side) {
    const close = make("button", { position: "absolute", top: "4px", insetInlineEnd: "4px", border: 0, background: "none", color: "inherit", font: "20px/1 sans-serif", minWidth: "24px", minHeight: "24px", cursor: "pointer" }, "×");
    const panel = make("div", { position: "fixed", inset: "auto", margin: 0, padding: "10px 34px 8px 14px", background: "Canvas", color: "CanvasText", border: "1px solid GrayText", borderRadius: "8px", boxShadow: "0 4px 16px #0004", zIndex: 2147483647, display: "none", maxWidth: "calc(100vw - 16px)", maxHeight: "calc(100vh - 16px)", overflow: "auto", boxSizing: "border-box" }, inner, close);
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", "Who mentions this work");
    panel.id = `hubbub-${Math.random().toString(36).slice(2)}`;
    if ("popover" in panel) panel.popover = "manual"; // above all else on the page
    link.setAttribute("aria-controls", panel.id);
    let timer, touched, held;
    const place = () => {
      const badge = link.getBoundingClientRect(), { offsetWidth: w, offsetHeight: h } = panel, gap = 6;
      const room = { left: badge.left, right: innerWidth - badge.right, top: badge.top, bottom: innerHeight - badge.bottom };
      const across = side === "left" || side === "right", need = (across ? w : h) + gap;
      const other = { left: "right", right: "left", top: "bottom", bottom: "top" }[side];
      const to = room[side] < need && room[other] > room[side] ? other : side;
      const x = across ? (to === "left" ? badge.left - need : badge.right + gap) : badge.left + (badge.width - w) / 2;
      const y = across ? badge.top + (badge.height - h) / 2 : to === "top" ? badge.top - need : badge.bottom + gap;
      panel.style.left = `${Math.max(8, Math.min(x, document.documentElement.clientWidth - w - 8))}px`;
      panel.style.top = `${Math.max(8, Math.min(y, document.documentElement.clientHeight - h - 8))}px`;
    };
    const isOpen = () => panel.style.display !== "none";
    const show = (open) => {
      clearTimeout(timer);
      link.setAttribute("aria-expanded", open);
      if (open === isOpen()) return;
      panel.style.display = open ? "block" : "none";
      panel[open ? "showPopover" : "hidePopover"]?.();
      for (const moved of ["scroll", "resize"]) window[open ? "addEventListener" : "removeEventListener"](moved, place, true);
      document[open ? "addEventListener" : "removeEventListener"]("pointerdown", outside, true);
      document[open ? "addEventListener" : "removeEventListener"]("keydown", escape, true);
      if (open) place();
    };
    const later = (open, after) => { clearTimeout(timer); timer = setTimeout(show, after, open); };
    const outside = (event) => event.composedPath().includes(around) || show(false);
    const leave = () => { show(false); if (panel.contains(document.activeElement)) { held = true; link.focus(); held = false; } };
    const escape = (event) => event.key === "Escape" && leave();
    const around = make("span", { display: "contents" }, link, panel);
    const on = (name, then) => around.addEventListener(name, then);
    on("pointerenter", (event) => event.pointerType === "touch" || later(true, 120));
    on("pointerleave", (event) => event.pointerType === "touch" || around.contains(document.activeElement) || later(false, 300));
    on("focusin", () => held || touched || show(true));
    on("focusout", (event) => around.contains(event.relatedTarget) || show(false));
    link.onpointerdown = (event) => { touched = event.pointerType === "touch" && !isOpen(); };
    link.onclick = (event) => { if (touched) { event.preventDefault(); touched = false; show(true); } };
    close.onclick = leave;
    show(false);
    return around;
  }

  async function draw(at) {
    const work = named(at);
    if (!work) return;
    const hides = isSet(at, "hide-no-mentions"), least = parseFloat(option(at, "hide-less-than"));
    if (!hides && !least && work[1]) at.replaceChildren(badge(at, work));
    const counts = await ask(work[0], work[2]);
    const loud = counts?.score ?? counts?.cited_by_posts_count ?? 0;
    at.hidden = (hides && !counts) || loud < least;
    if (at.hidden) at.replaceChildren();
    else {
      const link = badge(at, work, counts), side = option(at, "badge-popover");
      if (counts && side in { left: 0, right: 0, top: 0, bottom: 0 })
        at.replaceChildren(hang(link, details(at, counts, link), side));
      else if (counts && option(at, "badge-details") === "right")
        at.replaceChildren(make("div", { display: "flex", gap: "20px", alignItems: "center" }, link, details(at, counts, link)));
      else at.replaceChildren(link);
    }
    at.dispatchEvent(new CustomEvent(at.hidden ? "altmetric:hide" : "altmetric:show", { bubbles: true, detail: counts || null }));
  }

  window._altmetric_embed_init = (within = document) => {
    const roots = typeof within === "string" ? document.querySelectorAll(within) : within.nodeType ? [within] : within;
    for (const root of roots) {
      if (root.matches?.(BADGES)) draw(root);
      root.querySelectorAll(BADGES).forEach(draw);
    }
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => window._altmetric_embed_init());
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => window._altmetric_embed_init());
  else window._altmetric_embed_init();
})();

// Functions that look at an explorer's root for what a learner would see wrong. Lengths are in pixels.

const SLACK = 1;
const box = (node) => node.getBoundingClientRect();
const named = (node) => `${node.localName}.${node.getAttribute("class") ?? ""} "${node.textContent.trim().slice(0, 30)}"`;
const visible = (node) => box(node).width > 0 && box(node).height > 0 && node.checkVisibility();
const overlap = (a, b, slack) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack;

const pairs = (nodes, slack) => nodes.flatMap((one, place) => nodes.slice(place + 1)
  .filter((other) => overlap(box(one), box(other), slack))
  .map((other) => `${named(one)} overlaps ${named(other)}`));

const panes = (root) => [...root.querySelectorAll(".tutor-page > :not(.tutor-picture), .tutor-picture > *")].filter(visible);

// A list that is narrower than what is chosen in it, with its arrow, cuts the words off without a scroll width that tells.
const ARROW = 18;
const cutList = (list) => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = getComputedStyle(list).font;
  return canvas.measureText(list.selectedOptions[0]?.textContent ?? "").width + ARROW > list.clientWidth;
};

// What scrolls may be longer than its place, if the keyboard can scroll it too.
const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflow) && (node.tabIndex >= 0 || node.querySelector("input, button, [tabindex]"));
const isScrolled = (node, root) => {
  for (let one = node.parentElement; one !== root; one = one.parentElement) if (scrolls(one)) return true;
  return false;
};
const tooWide = (node) => node.scrollWidth > node.clientWidth + SLACK && node.clientWidth > 0;
const tooHigh = (node) => node.scrollHeight > node.clientHeight + SLACK && node.clientHeight > 0;

// What is cut off, what sticks out, and what lies on something else.
const faults = (root) => {
  const found = pairs(panes(root), SLACK);
  const edge = box(root);
  for (const node of root.querySelectorAll(".tutor-page, .tutor-page *")) {
    if (!visible(node) || node.closest(".tutor-sr, svg > *")) continue;
    const out = box(node).right > edge.right + SLACK || box(node).left < edge.left - SLACK;
    if (out && !isScrolled(node, root)) found.push(`${named(node)} sticks out`);
    if (node.matches(".tutor-track, .tutor-track *")) continue; // the rail goes on under the thumb, beyond the track
    const cuts = node.localName === "input" ? node.matches(".tutor-size [type=text]") : getComputedStyle(node).display !== "inline";
    if (cuts && node.localName !== "svg" && tooWide(node) && !scrolls(node)) {
      found.push(`${named(node)} shows ${node.clientWidth} of ${node.scrollWidth}`);
    }
  }
  // Feedback lies beyond the guide, over the line below it.
  for (const pane of [...panes(root), ...root.querySelectorAll(".tutor-guide > div")]) {
    if (!pane.matches(".tutor-guide") && tooHigh(pane) && !scrolls(pane)) found.push(`${named(pane)} is too high`);
  }
  found.push(...[...root.querySelectorAll("select")].filter((list) => visible(list) && cutList(list)).map(named));
  found.push(...pairs([...root.querySelectorAll(
    ".tutor-size > :not(.tutor-target), .tutor-flags > *, .tutor-bar > :not(.tutor-tabs), .tutor-tabs > *, .tutor-guide > :not(.tutor-sr)")]
    .filter(visible), 0));
  for (const svg of root.querySelectorAll("svg[role=img]")) {
    // A tilde is a text of its own, over its letter.
    const texts = [...svg.querySelectorAll("text:not([data-item$='/tilde'])")].filter((text) => text.textContent && visible(text));
    for (const text of texts) {
      const [inner, outer] = [box(text), box(svg)];
      if (inner.left < outer.left - SLACK || inner.right > outer.right + SLACK
        || inner.top < outer.top - SLACK || inner.bottom > outer.bottom + SLACK) found.push(`${named(text)} leaves its picture`);
    }
    // A line of text is drawn lower than its box is high, so that neighbours above each other share some of theirs.
    found.push(...pairs(texts, 0.35 * Math.max(...texts.map((text) => box(text).height))));
  }
  return found;
};

// What is so long that it has to be scrolled.
const scrolled = (root) => [...root.querySelectorAll(".tutor-page *")]
  .filter((node) => visible(node) && scrolls(node) && (tooWide(node) || tooHigh(node))).map((node) => node.className);

// Where each pane is, from the explorer's corner.
const places = (root) => Object.fromEntries(panes(root).map((pane) => {
  const [inner, outer] = [box(pane), box(root)];
  const numbers = [inner.left - outer.left, inner.top - outer.top, inner.width, inner.height];
  return [pane.classList[0], numbers.map(Math.round)];
}));

// Each piece of text that one sees, with the height of its font on the screen.
const letters = (root) => {
  const walk = document.createTreeWalker(root.querySelector(".tutor-page"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || node.closest(".tutor-sr, style, option, [hidden]") || !visible(node)) continue;
    const svg = node.closest("svg");
    const scale = svg ? box(svg).width / svg.viewBox.baseVal.width : 1;
    found.push([parseFloat(getComputedStyle(node).fontSize) * scale, walk.currentNode.data]);
  }
  for (const field of root.querySelectorAll("input[type=text], select")) {
    if (visible(field)) found.push([parseFloat(getComputedStyle(field).fontSize), field.value]);
  }
  return found;
};

const order = (root) => [...root.querySelectorAll(".tutor-page > *")].sort((a, b) => box(a).top - box(b).top)
  .map((pane) => pane.classList[0].replace("tutor-", ""));

const colours = (root) => ({
  page: getComputedStyle(root).backgroundColor,
  words: getComputedStyle(root.querySelector(".tutor-formula")).color,
  summary: getComputedStyle(root.querySelector(".tutor-keras pre")).color,
  field: getComputedStyle(root.querySelector("input[type=text]")).backgroundColor,
  "picture's paper": getComputedStyle(root.querySelector("svg[role=img] rect")).fill,
  "picture's text": getComputedStyle(root.querySelector("svg[role=img] text")).fill,
});

const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (one, other) => {
  const [light, dark] = [one, other].map(luminance).sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

// Each text of the pictures with its contrast to the topmost filled shape behind its middle.
const contrastsInPictures = (root) => [...root.querySelectorAll("svg[role=img] text")]
  .filter((text) => text.textContent.trim()).map((text) => {
    text.scrollIntoView({ block: "center" });
    const place = box(text);
    const behind = document.elementsFromPoint(place.left + place.width / 2, place.top + place.height / 2).find((node) =>
      text.ownerSVGElement.contains(node) && ["path", "rect"].includes(node.localName) && getComputedStyle(node).fill !== "none");
    return [text.textContent, behind ? contrast(getComputedStyle(text).fill, getComputedStyle(behind).fill) : 0];
  });

// Each of the other texts with its contrast to the nearest background that is not transparent.
const contrastsInWords = (root) => [...root.querySelectorAll("*")].filter((node) => visible(node) && !node.closest("svg")
  && [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim())).map((node) => {
    let behind = node;
    while (behind !== root && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    return [node.textContent, contrast(getComputedStyle(node).color, getComputedStyle(behind).backgroundColor)];
  });

const contrasts = (root) => [...contrastsInPictures(root), ...contrastsInWords(root)];

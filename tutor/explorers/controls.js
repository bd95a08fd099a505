// The controls of an explorer: sliders, boxes to tick, lists. They report what is moved as it was moved or typed.

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  // Else JupyterLab takes the arrow keys. It asks the focused element first, so the attribute has to be there.
  if (/^(button|input|pre|select)$/.test(tag)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-")) node.setAttribute(name, value);
    else if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
};

// A number of more digits than this is set smaller in its field.
const LONG = 9;

// A size runs over decades, so the track is logarithmic. Underneath lies a native range, invisible, for the keyboard
// and for screen readers: its value is the size itself, which may lie beyond its end.
const sizeControl = (spec, commit) => {
  let value = spec.low, high = spec.high, limit = spec.limit;
  const range = make("input", { type: "range", min: spec.low, max: high, step: 1, "aria-label": spec.label });
  // Not of type "number": that swallows "abc" without a word, and "1,000,000" too.
  const field = make("input", {
    type: "text", inputmode: "numeric", role: "spinbutton", "aria-valuemin": spec.low, "aria-valuemax": limit,
    "aria-label": spec.label, autocomplete: "off", spellcheck: "false",
  });
  let editing = false; // what is being typed must not be overwritten by an answer that comes in meanwhile
  let waiting = null; // the keys that were pressed since a number was typed, until the kernel has read it
  const thumb = make("span", { class: "tutor-thumb" });
  const track = make("span", { class: "tutor-track" }, make("span", { class: "tutor-rail" }), range, thumb);

  const decades = () => Math.log(high - spec.low + 1) || 1;
  const show = (next, end) => {
    value = next;
    if (end !== undefined && end !== limit) {
      range.max = high = limit = end;
      field.setAttribute("aria-valuemax", end);
    }
    const shown = Math.min(value, high);
    range.value = shown;
    range.setAttribute("aria-valuenow", shown);
    range.setAttribute("aria-valuetext", value.toLocaleString("en-US"));
    field.setAttribute("aria-valuenow", value);
    if (!editing) field.value = value;
    field.classList.toggle("tutor-long", field.value.length > LONG);
    thumb.style.left = `${(100 * Math.log(shown - spec.low + 1)) / decades()}%`;
    const keys = waiting ?? [];
    waiting = null;
    for (const move of keys) set(move());
  };
  const set = (next) => {
    const within = Math.min(limit, Math.max(spec.low, Math.round(next)));
    if (within !== value) commit(spec.key, within);
  };
  const typed = () => {
    if (!editing) return;
    editing = false;
    waiting = [];
    commit(spec.key, field.value);
  };

  const keys = {
    ArrowUp: () => value + 1, ArrowDown: () => value - 1, ArrowRight: () => value + 1, ArrowLeft: () => value - 1,
    PageUp: () => 2 * value, PageDown: () => value / 2, Home: () => spec.low, End: () => high,
  };
  const onKey = (event) => {
    if (event.target === field && event.key === "Enter") typed();
    if (!keys[event.key] || (event.target === field && !/Up|Down/.test(event.key))) return;
    event.preventDefault();
    typed();
    if (waiting) waiting.push(keys[event.key]); else set(keys[event.key]());
  };
  for (const node of [range, field]) node.addEventListener("keydown", onKey);
  range.addEventListener("input", () => set(Number(range.value)));
  field.addEventListener("input", () => { editing = true; });
  for (const event of ["change", "blur"]) field.addEventListener(event, typed);

  const follow = (event) => {
    const box = track.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    set(spec.low + Math.exp(share * decades()) - 1);
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    range.focus();
    track.setPointerCapture(event.pointerId);
    follow(event);
  });
  track.addEventListener("pointermove", (event) => {
    if (track.hasPointerCapture(event.pointerId)) follow(event);
  });

  const name = make("span", { class: "tutor-name" }, spec.label);
  return { node: make("div", { class: "tutor-size", title: spec.help }, name, track, field), show };
};

const flagControl = (spec, commit) => {
  const box = make("input", { type: "checkbox", onchange: () => commit(spec.key, box.checked) });
  const show = (value) => { box.checked = value; };
  return { node: make("label", { class: "tutor-flag", title: spec.help }, box, spec.label), show };
};

const choiceControl = (spec, commit) => {
  const options = Object.entries(spec.options).map(([value, name]) => make("option", { value }, name));
  const list = make("select", { onchange: () => commit(spec.key, list.value) }, ...options);
  const show = (value) => { list.value = value; };
  return { node: make("label", { class: "tutor-flag", title: spec.help }, spec.label, list), show };
};

const textControl = (spec, commit) => {
  const field = make("input", {
    type: "text", autocomplete: "off", spellcheck: "false", oninput: () => commit(spec.key, field.value),
  });
  // What is being typed must not be overwritten by an answer that comes in meanwhile.
  const show = (value) => { if (document.activeElement !== field) field.value = value; };
  const name = make("span", { class: "tutor-name" }, spec.label);
  return { node: make("label", { class: "tutor-text", title: spec.help }, name, field), show };
};

const button = (name, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, name);

const CONTROLS = { size: sizeControl, flag: flagControl, choice: choiceControl, text: textControl };

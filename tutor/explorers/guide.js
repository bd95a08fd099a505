// The guide: a question, a place to answer, and how far one is. It knows no answer; Python tells it all by the trait `guide`.

const filled = (words, ...values) => words.replace(/\{(\d)\}/g, (_, place) => values[place]);

// Where a learner was is kept in the browser too, for a kernel that starts anew. Some browsers keep nothing.
const progressOf = (title) => {
  // A workspace of JupyterLab is another path to the same notebook.
  const key = `tensor-tutor ${location.pathname.replace(/\/workspaces\/[^/]+/, "")} ${title}`;
  const trying = (action) => { try { return action(); } catch { return null; } };
  return {
    read: () => trying(() => localStorage.getItem(key)),
    write: (text) => trying(() => localStorage.setItem(key, text)),
  };
};

// `ask` tells Python what the learner asks for; `controls` are those of the explorer, by key.
const makeGuide = (model, { words, title }, controls) => {
  const ask = (action, answer = "") => {
    waiting = action;
    // The same answer again is answered the same, which is no news; a hint may lie over it.
    if (action === "check") feedback.innerHTML = model.get("guide").feedback;
    model.set("asks", { n: (model.get("asks")?.n ?? 0) + 1, do: action, answer });
    model.save_changes();
  };
  let waiting = ""; // what this view asked for last, until it is answered; another view's focus is left alone
  let at = -1, edited = false, offered = "";

  const where = make("span", { class: "tutor-sr" });
  const question = make("span");
  const aside = make("p", { class: "tutor-aside" });
  const label = make("span");
  const field = make("input", { type: "text", autocomplete: "off", spellcheck: "false", oninput: () => { edited = true; } });
  const check = () => ask("check", field.value);
  const form = make("div", { class: "tutor-answer" }, make("label", {}, label, field), button(words.check, check));
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") check(); });
  const options = make("div", { class: "tutor-options", role: "group", "aria-label": words.prediction });
  const hint = button("", () => ask("hint"), { class: "tutor-hint" });
  const dots = make("ol", { class: "tutor-dots", "aria-hidden": true });
  const far = make("span", { class: "tutor-far", "aria-hidden": true });
  const back = button(words.back, () => ask("back"));
  const next = button(words.next, () => ask("next"), { class: "tutor-next" });
  const free = button("", () => ask(model.get("guide").free ? "guide" : "free"), { class: "tutor-free" });
  const feedback = make("p", { class: "tutor-feedback", role: "status" });
  const news = make("p", { class: "tutor-sr", role: "status" });
  const node = make("div", { class: "tutor-guide", role: "group", "aria-label": words.guide },
    make("div", { class: "tutor-ask" }, make("h2", {}, where, question), aside),
    make("div", { class: "tutor-reply" }, form, options, hint),
    make("div", { class: "tutor-steps", role: "group", "aria-label": words.steps },
      make("div", {}, dots, far), make("div", {}, back, next, free)),
    feedback, news);

  options.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const all = [...options.children];
    all.at((all.indexOf(document.activeElement) + way) % all.length).focus();
  });

  const showOptions = ({ options: offers, answer, state, step }) => {
    const now = JSON.stringify([step, offers]);
    if (now !== offered) {
      options.replaceChildren(...offers.map(({ key, text }) => button(text, () => ask("check", key), { value: key })));
    }
    offered = now;
    for (const option of options.children) {
      option.setAttribute("aria-pressed", option.value === answer);
      option.dataset.state = option.value === answer ? state : "";
    }
  };
  const showMarks = (marks) => {
    for (const [key, { node: control }] of controls) {
      control.classList.toggle("tutor-marked", key in marks);
      control.querySelector(".tutor-target")?.remove();
      if (key in marks) control.scrollIntoView({ block: "nearest" });
      if (marks[key]) control.append(make("span", { class: "tutor-target", "aria-hidden": true }, marks[key]));
    }
  };
  // After a right answer comes what is to be done; else the next step.
  const showFocus = ({ state, kind, marks, do: toDo, free: isFree }) => {
    const place = kind === "choice" && !isFree ? options.children[0] : field;
    const [marked] = toDo ? Object.keys(marks) : [];
    if (waiting === "check" && state === "right" && !isFree) {
      (marked ? controls.get(marked).node.querySelector("input, select") : next).focus();
    } else if (waiting === "check" && place === field) field.select();
    if (/^(next|back|guide)$/.test(waiting)) (kind === "done" ? free : place).focus();
    waiting = "";
  };
  const show = () => {
    const guide = model.get("guide");
    const { step, steps, kind, state, can, free: isFree } = guide;
    const moved = at !== step;
    at = step;
    node.dataset.state = state;
    node.classList.toggle("tutor-exploring", isFree);
    where.textContent = filled(words.step, step + 1, steps);
    question.innerHTML = guide.question;
    if (moved) news.textContent = where.textContent + question.textContent;
    aside.innerHTML = guide.do || guide.line;
    form.hidden = !isFree && /^(choice|done)$/.test(kind);
    options.hidden = isFree || kind !== "choice";
    label.textContent = isFree ? words["to check"] : words["your answer"];
    field.placeholder = kind === "shape" && !isFree ? words["a shape"] : words["a number"];
    if (moved || !edited || waiting === "check") [field.value, edited] = [guide.answer, false];
    showOptions(guide);
    const [shown, of] = guide.hints;
    hint.hidden = !of || isFree;
    hint.disabled = shown === of;
    hint.textContent = filled(words.hint, Math.min(shown + 1, of), of);
    dots.replaceChildren(...Array.from({ length: steps }, (_, one) => make("li",
      { class: one < step ? "tutor-past" : one === step ? "tutor-here" : "" })));
    far.textContent = filled(words.far, step + 1, steps);
    back.disabled = !can.back;
    next.disabled = !can.next;
    back.hidden = next.hidden = isFree;
    free.textContent = isFree ? words.guided : words.free;
    showMarks(guide.marks);
    showFocus(guide);
  };
  const go = (way) => {
    const { can, free: isFree } = model.get("guide");
    if (!isFree && can[way]) ask(way);
    return !isFree;
  };

  const progress = progressOf(title);
  const resume = () => {
    const kept = progress.read();
    if (kept && kept !== model.get("progress")) ask("resume", kept);
  };
  return { node, feedback, show, go, resume, keep: () => progress.write(model.get("progress")) };
};

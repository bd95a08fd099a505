// Times what a key press brings about, within the page: from the key's own time stamp to the moment when the texts
// that must be there are there, and then to the second animation frame after it, when they are painted.
//
// stopwatch(root, stages) is called before the key is pressed; stages maps a name to a list of conditions
// [selector, texts that must stand in the selected elements, texts that must no longer]. A stage that a selector alone
// defines is met by an element that is new. It returns at once; stopwatch.read() then gives a promise of
// {stage: {shown, painted}} in milliseconds since the last key press.
(() => {
  let reading;

  const met = (root, [selector, present, absent]) => {
    const found = [...root.querySelectorAll(selector)];
    const text = found.map((node) => node.textContent).join("\n");
    return found.length > 0 && found.every((node) => node.complete ?? true)
      && present.every((part) => text.includes(part)) && !absent.some((part) => text.includes(part));
  };

  window.stopwatch = (root, stages) => {
    for (const picture of document.querySelectorAll("img")) picture.dataset.before = "";
    reading = new Promise((resolve) => {
      const ends = {};
      let pressed;
      const press = (event) => { pressed = event.timeStamp; };
      const check = () => {
        if (pressed === undefined) return;
        const place = document.querySelector(root);
        if (place === null) return;
        for (const [stage, conditions] of Object.entries(stages)) {
          if (ends[stage] || !conditions.every((condition) => met(place, condition))) continue;
          const end = ends[stage] = { shown: performance.now() };
          requestAnimationFrame(() => requestAnimationFrame(() => {
            end.painted = performance.now();
            const all = Object.keys(stages).map((name) => ends[name]);
            if (!all.every((each) => each?.painted)) return;
            stop();
            resolve(Object.fromEntries(Object.keys(stages).map((name) => [
              name, { shown: ends[name].shown - pressed, painted: ends[name].painted - pressed },
            ])));
          }));
        }
      };
      const observer = new MutationObserver(check);
      const stop = () => {
        observer.disconnect();
        document.removeEventListener("keydown", press, true);
        document.removeEventListener("load", check, true);
      };
      document.addEventListener("keydown", press, true);
      document.addEventListener("load", check, true);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
  };
  window.stopwatch.read = () => reading;
})();

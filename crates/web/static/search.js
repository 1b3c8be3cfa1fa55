// Suggestions below a search field, as a combobox (WAI-ARIA APG): the form works without it.
(() => {
  "use strict";
  const PAUSE = 120;

  for (const form of document.querySelectorAll("form[data-suggest]")) {
    const field = form.querySelector("input[type=search]");
    const list = document.createElement("ul");
    list.id = field.id + "-list";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    list.hidden = true;
    field.after(list);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");

    let timer, asking, chosen = -1;

    const close = () => {
      clearTimeout(timer);
      asking?.abort();
      list.hidden = true;
      list.replaceChildren();
      chosen = -1;
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    };

    const choose = (place) => {
      const all = list.children;
      if (!all.length) return;
      chosen = (place + all.length) % all.length;
      for (const [at, option] of [...all].entries()) {
        option.setAttribute("aria-selected", String(at === chosen));
      }
      field.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };

    const show = (found) => {
      list.replaceChildren(...found.map((one, at) => {
        const option = document.createElement("li");
        option.id = list.id + "-" + at;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.url = one.url;
        const kind = document.createElement("span");
        kind.textContent = one.kind;
        option.append(one.text + " ", kind);
        return option;
      }));
      chosen = -1;
      list.hidden = !found.length;
      field.setAttribute("aria-expanded", String(found.length > 0));
    };

    const ask = async () => {
      asking?.abort();
      asking = new AbortController();
      const { signal } = asking;
      try {
        const address = form.dataset.suggest + "?q=" + encodeURIComponent(field.value);
        const answer = await fetch(address, { signal });
        if (!answer.ok) return;
        const found = await answer.json();
        if (!signal.aborted) show(found);
      } catch {
        // No suggestions: the form searches all the same.
      }
    };

    field.addEventListener("input", () => {
      clearTimeout(timer);
      if (!field.value.trim()) return close();
      timer = setTimeout(ask, PAUSE);
    });

    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "ArrowDown" && !list.hidden) {
        event.preventDefault();
        choose(chosen + 1);
      } else if (event.key === "ArrowUp" && !list.hidden) {
        event.preventDefault();
        choose(chosen < 0 ? -1 : chosen - 1);
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        location.assign(list.children[chosen].dataset.url);
      }
    });

    // Before the field loses the focus, and with it the list goes.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.url);
    });
    field.addEventListener("blur", close);
    form.addEventListener("submit", close);
  }
})();

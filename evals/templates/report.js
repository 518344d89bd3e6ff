"use strict";
const form = document.getElementById("filters");
const [words, kind, verdict, unfold, count, none] = ["words", "kind", "verdict", "unfold", "count", "none"].map((id) => document.getElementById(id));
const rows = [...document.querySelectorAll("#rows tbody tr")].map((row) => ({ row, text: row.textContent.toLowerCase() }));

function fits({ row, text }) {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const judged = !verdict.value || (verdict.value === "changed" ? row.dataset.changed : row.dataset.verdict === verdict.value);
  return judged && (!kind.value || row.dataset.kind === kind.value) && wanted.every((word) => text.includes(word));
}

function filter() {
  let shown = 0;
  for (const each of rows) {
    each.row.hidden = !fits(each);
    shown += !each.row.hidden;
  }
  count.textContent = `${shown} of ${rows.length} questions`;
  none.hidden = shown > 0;
}

function fold(open) {
  for (const { row } of rows) row.querySelector("details").open = open;
  unfold.setAttribute("aria-expanded", String(open));
  unfold.textContent = open ? "Fold all" : "Unfold all";
}

function unfoldTarget() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = row && row.matches("#rows tr") && row.querySelector("details");
  if (!details) return;
  if (row.hidden) form.reset();
  details.open = true;
}

form.hidden = false;
for (const event of ["input", "change"]) form.addEventListener(event, filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
unfold.addEventListener("click", () => fold(unfold.getAttribute("aria-expanded") === "false"));
window.addEventListener("hashchange", unfoldTarget);
filter();
unfoldTarget();

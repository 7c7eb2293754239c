// Everything works without this file. It adds the helps of the NHS design system (a password shown, the focus on the
// error summary, choices that open what belongs to them), and keeps a progress bar fresh.

const address = document.getElementById("keepwell-script").dataset.nhsuk;
document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
import(address).then((nhsuk) => nhsuk.initAll());

async function refresh(part) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh || !fresh.dataset.refresh) return location.reload();
  part.replaceChildren(...fresh.childNodes);
}

for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(() => refresh(part).catch(() => {}), Number(part.dataset.refresh) * 1000);
}

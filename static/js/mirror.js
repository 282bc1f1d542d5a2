// Goes from the code that was typed to the page of its certificate. Look-alike letters are read as meant, as the site
// does (lms/domain/codes.py); there is no list here to look in, so a code that nobody was given leads to no page.

const MEANT = {
  O: "0", I: "1", L: "1", А: "A", В: "B", Е: "E", З: "3", К: "K", М: "M", Н: "H", О: "0", Р: "P", С: "C", Т: "T",
  У: "Y", Х: "X",
};
const DROPPED = /[\s\-_.\u00a0\u00ad\u200b\u2010-\u2014\u2212]/g;
const CODE = /^[0-9A-HJKMNP-TV-Z]{16}$/;

const form = document.getElementById("find");
const field = document.getElementById("code");
const why = document.getElementById("code-why");

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = read(field.value);
  if (code) field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
  why.hidden = Boolean(code);
  why.textContent = code ? "" : form.dataset.fault;
  if (code) location.href = `verify/${code}/${form.dataset.page}`;
  else field.focus();
});

function read(typed) {
  const code = [...typed.replace(DROPPED, "").toUpperCase()].map((letter) => MEANT[letter] ?? letter).join("");
  return CODE.test(code) ? code : "";
}

// Before the first paint, so that a chosen theme does not flash. Storage may be denied to files.
try {
  const chosen = localStorage.getItem("wb-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch { /* the system's preference holds */ }
window.wbTheme = () =>
  document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
document.documentElement.dataset.script = "runs";
// Packed data: gzip in base 85, a sixteenth shorter than base 64. The alphabet is that of RFC 1924 with "," and
// "." for "<" and "&", which HTML would read; what is missing of the last five characters counts as the highest.
window.wbUnpack = async (id) => {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=>?@^_`{|}~";
  const digits = new Uint8Array(128);
  for (let i = 0; i < 85; i++) digits[alphabet.charCodeAt(i)] = i;
  const text = document.getElementById(id).textContent;
  const groups = Math.ceil(text.length / 5), bytes = new DataView(new ArrayBuffer(groups * 4));
  for (let group = 0, at = 0; group < groups; group++) {
    let word = 0;
    for (let i = 0; i < 5; i++, at++) word = word * 85 + (at < text.length ? digits[text.charCodeAt(at)] : 84);
    bytes.setUint32(group * 4, word);
  }
  const packed = new Uint8Array(bytes.buffer, 0, groups * 4 - (groups * 5 - text.length));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};

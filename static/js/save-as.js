/** Hands a file to the browser, to be saved under its name. @param {string} url @param {string} name */
export function saveAs(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.rel = "noopener noreferrer";
  link.click();
}

/** A second device of a person, beside the page: what the server itself says. */

/**
 * @param {string} origin where the server is
 * @param {{username: string, password: string}} person
 * @returns {Promise<(path: string, method?: string, body?: unknown) => Promise<any>>} asks for a path; the answer's JSON
 */
export async function deviceOf(origin, { username, password }) {
  const { access_token } = await ask(`${origin}/auth/login`, "POST", {}, { username, password });
  const headers = { authorization: `Bearer ${access_token}` };
  return (path, method = "GET", body) => ask(origin + path, method, headers, body);
}

async function ask(address, method, headers, body) {
  const request = body === undefined ? { method, headers }
    : { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(address, request);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

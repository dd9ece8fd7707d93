/** A second device of a person, beside the page: what the server itself says. */

let born = 0;

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

/**
 * Ends the session of a person's page from another device; the page knows.
 * @param {import("./server.mjs").Server} server
 * @param {import("./person.mjs").Person} person
 */
export async function endSessionOf(server, person) {
  // The page is told, and the sockets of its room are closed: where it hears of the second first, it asks whether it is still signed in.
  person.watch.expect(/^401 POST \/auth\/refresh$/);
  const device = await server.device(person);
  const { items } = await device("/auth/sessions");
  for (const { id, current } of items) if (!current) await device(`/auth/sessions/${id}`, "DELETE");
  await person.sees("go-login");
}

/**
 * A new member who has no page.
 * @param {string} origin where the server is
 * @param {string} name
 * @returns {ReturnType<typeof deviceOf>}
 */
export async function newcomerOf(origin, name) {
  const username = `${name}-${process.pid}-${(born += 1)}`;
  const person = { username, password: "a quiet green river" };
  await ask(`${origin}/auth/register`, "POST", {}, { ...person, date_of_birth: "1994-03-09", display_name: name });
  const device = await deviceOf(origin, person);
  await device("/users/me/profile", "PUT", profileOf(name));
  return device;
}

/** A complete profile. @param {string} name */
export function profileOf(name) {
  return {
    display_name: name, bio: "", gender: "woman", interests: ["hiking", "music"], languages: ["en"], looking_for: [],
    preferred_genders: [], age_min: null, age_max: null,
  };
}

async function ask(address, method, headers, body) {
  const request = body === undefined ? { method, headers }
    : { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(address, request);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

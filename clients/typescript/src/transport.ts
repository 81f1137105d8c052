/** HTTP calls with errors as types and access tokens that renew themselves. */

import { ApiError, Unreachable } from "./errors.js";
import type { Credentials } from "./resources.js";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type Query = Readonly<Record<string, string | number | null | undefined>>;

/** Where a device's tokens are kept. Pages of one device share them, so a refresh is made by one page at a time. */
export interface CredentialsStore {
  load(): Credentials | null;
  save(credentials: Credentials): void;
  /** Runs the work while no other page of this device does the same. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** In memory: for one page that forgets. */
export class MemoryCredentials implements CredentialsStore {
  private credentials: Credentials | null = null;
  private last: Promise<unknown> = Promise.resolve();

  load(): Credentials | null {
    return this.credentials;
  }

  save(credentials: Credentials): void {
    this.credentials = credentials;
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }
}

export interface TransportOptions {
  readonly credentials?: CredentialsStore;
  readonly timeoutSeconds?: number;
  readonly fetch?: typeof fetch;
}

interface Call {
  readonly query?: Query;
  readonly body?: unknown;
  readonly isOpen?: boolean;
}

/** Sends requests; on a 401 it refreshes the session once and repeats. */
export class Transport {
  readonly baseUrl: string;
  private readonly store: CredentialsStore;
  private readonly timeoutSeconds: number;
  private readonly fetch: typeof fetch;

  constructor(baseUrl: string, options: TransportOptions = {}) {
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    this.store = options.credentials ?? new MemoryCredentials();
    this.timeoutSeconds = options.timeoutSeconds ?? 15;
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /** The signed-in device, if there is one. */
  get credentials(): Credentials | null {
    return this.store.load();
  }

  /** Uses these credentials from now on. */
  adopt(credentials: Credentials): void {
    this.store.save(credentials);
  }

  /** The answer of a call, 2xx only; null where it is empty. Throws ApiError or Unreachable. */
  async request(method: Method, path: string, call: Call = {}): Promise<unknown> {
    const used = call.isOpen ? null : this.credentials;
    let response = await this.send(method, path, call, used);
    if (response.status === 401 && used !== null) {
      const fresh = await this.refresh(used);
      response = await this.send(method, path, call, fresh);
    }
    return answerOf(response);
  }

  /** Rotates the tokens. With `stale`, only if nobody has rotated them since. */
  refresh(stale: Credentials | null = null): Promise<Credentials> {
    return this.store.alone(async () => {
      const current = this.credentials;
      if (current === null) throw new ApiError(401, "unauthenticated", "not signed in");
      if (stale !== null && current.access_token !== stale.access_token) return current;
      const body = { refresh_token: current.refresh_token };
      const fresh = (await this.request("POST", "/v1/sessions/refresh", { body, isOpen: true })) as Credentials;
      this.adopt(fresh);
      return fresh;
    });
  }

  private async send(method: Method, path: string, call: Call, credentials: Credentials | null): Promise<Response> {
    const headers: Record<string, string> = {};
    if (credentials !== null) headers["Authorization"] = `Bearer ${credentials.access_token}`;
    if (call.body !== undefined) headers["Content-Type"] = "application/json";
    try {
      return await this.fetch(this.baseUrl + path + queryOf(call.query), {
        method,
        headers,
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal: AbortSignal.timeout(this.timeoutSeconds * 1000),
        cache: "no-store",
      });
    } catch (fault) {
      throw new Unreachable(`${method} ${path}: ${String(fault)}`);
    }
  }
}

/** A part of a path. */
export const segment = encodeURIComponent;

function queryOf(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}

async function answerOf(response: Response): Promise<unknown> {
  const raw = await response.text().catch((fault: unknown) => {
    throw new Unreachable(String(fault));
  });
  const value = parsed(raw);
  if (response.ok) {
    if (value === undefined) throw new ApiError(response.status, "unreadable");
    return value;
  }
  const problem = (typeof value === "object" ? value : null) as Record<string, unknown> | null; // or a proxy's page
  throw new ApiError(
    response.status,
    stringOr(problem?.["code"], "unknown"),
    stringOr(problem?.["detail"], stringOr(problem?.["title"], "")),
    secondsOf(response.headers.get("Retry-After")),
  );
}

function parsed(raw: string): unknown {
  if (raw === "") return null;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

function stringOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function secondsOf(header: string | null): number | null {
  const seconds = header === null ? Number.NaN : Number(header); // the other form, a date, is not in the protocol
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

/** Accounts, devices, tickets, people, privacy and blocks over HTTP. PROTOCOL, section 1. */

import { ApiError } from "./errors.js";
import type { Account, Credentials, Device, Presence, ProfileChange, Ticket, User } from "./resources.js";
import { segment, Transport } from "./transport.js";

/** The calls about oneself and other people. */
export class AccountCalls extends Transport {
  /** A new account; it does not sign in. ApiError `conflict` when the handle is taken. */
  async createAccount(handle: string, displayName: string, password: string): Promise<Account> {
    const body = { handle, display_name: displayName, password };
    return (await this.request("POST", "/v1/accounts", { body, isOpen: true })) as Account;
  }

  /** Registers a device; this object is signed in as it from then on. */
  async signIn(handle: string, password: string, deviceName: string): Promise<Credentials> {
    const body = { handle, password, device_name: deviceName };
    const credentials = (await this.request("POST", "/v1/sessions", { body, isOpen: true })) as Credentials;
    this.adopt(credentials);
    return credentials;
  }

  /** Changes one's password; other devices are signed out. ApiError `forbidden` if the old one is wrong. */
  async changePassword(body: { readonly password: string; readonly new_password: string }): Promise<void> {
    await this.request("PUT", "/v1/users/me/password", { body });
  }

  /** For good: all devices are signed out, this one too. ApiError `forbidden` if the password is wrong. */
  async eraseAccount(password: string): Promise<void> {
    await this.request("DELETE", "/v1/users/me", { body: { password } });
  }

  /** One's own devices. */
  async devices(): Promise<readonly Device[]> {
    return ((await this.request("GET", "/v1/devices")) as { devices: Device[] }).devices;
  }

  /** Signs a device out, this one by default: its socket closes and its tokens end at once. */
  async signOut(deviceId: string | null = null): Promise<void> {
    await this.request("DELETE", `/v1/devices/${segment(deviceId ?? this.credentials?.device_id ?? "")}`);
  }

  /** A single-use ticket for one Hello. */
  async ticket(): Promise<Ticket> {
    return (await this.request("POST", "/v1/tickets")) as Ticket;
  }

  /** One's own profile, with privacy settings. */
  async me(): Promise<User> {
    return (await this.request("GET", "/v1/users/me")) as User;
  }

  /** Changes one's own profile and privacy. The profile after that. */
  async changeMe(change: ProfileChange): Promise<User> {
    return (await this.request("PATCH", "/v1/users/me", { body: change })) as User;
  }

  /** The person with this handle, or null. */
  async userByHandle(handle: string): Promise<User | null> {
    try {
      return ((await this.request("GET", "/v1/users", { query: { handle } })) as { users: User[] }).users[0] ?? null;
    } catch (fault) {
      if (fault instanceof ApiError && fault.code === "not-found") return null;
      throw fault;
    }
  }

  /** The public profiles of those that exist; at most 100 at a time. */
  async users(userIds: readonly string[]): Promise<readonly User[]> {
    if (userIds.length === 0) return [];
    const query = { ids: userIds.join(",") };
    return ((await this.request("GET", "/v1/users", { query })) as { users: User[] }).users;
  }

  /** No direct messages and no presence any more, either way; in force when this returns. */
  async block(userId: string): Promise<void> {
    await this.request("PUT", `/v1/blocks/${segment(userId)}`);
  }

  /** Takes a block back. */
  async unblock(userId: string): Promise<void> {
    await this.request("DELETE", `/v1/blocks/${segment(userId)}`);
  }

  /** Whom one blocks. */
  async blocks(): Promise<readonly string[]> {
    return ((await this.request("GET", "/v1/blocks")) as { user_ids: string[] }).user_ids;
  }

  /** Whether a person is online; both fields null where they hide it. */
  async presence(userId: string): Promise<Presence> {
    return (await this.request("GET", `/v1/users/${segment(userId)}/presence`)) as Presence;
  }
}

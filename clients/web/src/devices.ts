/** The devices that this browser is signed in as. A tab is one of them; two tabs of one device share its tokens.
 *
 * Tokens stand in the browser's local storage; which device a tab is, in the tab's own. So several accounts live in
 * several tabs, and a tab that is reloaded or opened again finds itself.
 */

import { type Credentials, type CredentialsStore, forgetIndexedDb } from "@backchannel/client";

const DEVICE = "backchannel.device";
const PREFIX = "backchannel.device.";
const PEOPLE = "backchannel.people.";

/** A device and who uses it. */
export interface Remembered {
  readonly credentials: Credentials;
  readonly handle: string;
  readonly displayName: string;
}

/** The device that this tab is, if it was signed in. */
export function deviceOfTab(): Remembered | null {
  const deviceId = sessionStorage.getItem(DEVICE);
  return deviceId === null ? null : remembered(deviceId);
}

/** This browser knows the device from now on, or knows it better. */
export function rememberDevice(device: Remembered): void {
  localStorage.setItem(PREFIX + device.credentials.device_id, JSON.stringify(device));
}

/** This tab is that device from now on, as far as it is known. */
export function useDevice(deviceId: string): Remembered | null {
  sessionStorage.setItem(DEVICE, deviceId);
  return deviceOfTab();
}

/** This tab is nobody's any more; the device stays known. */
export function leaveDevice(): void {
  sessionStorage.removeItem(DEVICE);
}

/** Nothing of the device stays in this browser. */
export function forgetDevice(deviceId: string): void {
  localStorage.removeItem(PREFIX + deviceId);
  localStorage.removeItem(peopleOf(deviceId));
  forgetIndexedDb(deviceId);
  if (sessionStorage.getItem(DEVICE) === deviceId) leaveDevice();
}

/** Where the names that a device knows are kept. */
export function peopleOf(deviceId: string): string {
  return PEOPLE + deviceId;
}

/** All devices of this browser. */
export function knownDevices(): Remembered[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => remembered(key.slice(PREFIX.length)) ?? []);
}

/** The tokens of a device, read anew each time: another tab may have renewed them. */
export class DeviceCredentials implements CredentialsStore {
  constructor(private device: Remembered) {}

  load(): Credentials {
    return (remembered(this.device.credentials.device_id) ?? this.device).credentials;
  }

  save(credentials: Credentials): void {
    this.device = { ...this.device, credentials };
    if (remembered(credentials.device_id) !== null) rememberDevice(this.device);
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return navigator.locks.request(`backchannel ${this.device.credentials.device_id}`, work) as Promise<T>;
  }
}

function remembered(deviceId: string): Remembered | null {
  const raw = localStorage.getItem(PREFIX + deviceId);
  return raw === null ? null : (JSON.parse(raw) as Remembered);
}

/** What this device is called in the list of one's devices. */
export function deviceName(): string {
  const agent = navigator.userAgent;
  const browser = [/Edg\//, /Firefox\//, /Chrome\//, /Safari\//].findIndex((pattern) => pattern.test(agent));
  const system = /Windows|Mac OS|Android|iPhone|iPad|Linux/.exec(agent)?.[0] ?? "this computer";
  return `${["Edge", "Firefox", "Chrome", "Safari"][browser] ?? "A browser"} on ${system}`;
}

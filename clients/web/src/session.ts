/** Who this tab is: nobody yet, or a device with its chat. */

import { signal } from "@preact/signals";
import { Chat } from "./chat.js";
import { deviceOfTab, forgetDevice, leaveDevice, useDevice } from "./devices.js";

export const current = signal<Chat | null>(null);

/** Goes on as a device that this browser knows. */
export function enter(deviceId: string): void {
  const device = useDevice(deviceId);
  if (device === null) return;
  current.value?.stop();
  const chat = new Chat(device);
  current.value = chat;
  chat.start();
}

/** A tab that was reloaded finds itself. */
export function resume(): void {
  const device = deviceOfTab();
  if (device !== null) enter(device.credentials.device_id);
}

/** To the list of accounts; the device stays signed in. */
export function leave(): void {
  current.value?.stop();
  current.value = null;
  leaveDevice();
}

/** The device is signed out: nothing of it stays. */
export function forget(deviceId: string): void {
  leave();
  forgetDevice(deviceId);
}

/** The same device in this tab again, after another tab had it. */
export function reopen(): void {
  const chat = current.value;
  if (chat !== null) enter(chat.device.credentials.device_id);
}

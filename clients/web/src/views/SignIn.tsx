/** Signing in, making an account, or going on as somebody whom this browser knows. */

import { Api, ApiError } from "@backchannel/client";
import { useState } from "preact/hooks";
import { deviceName, forgetDevice, knownDevices, rememberDevice, type Remembered } from "../devices.js";
import { enter } from "../session.js";
import { faultText } from "../words.js";
import { hueOf } from "./Avatar.js";

const HANDLE = "[a-z0-9_.]{3,32}";
const PASSWORD_MIN = 10;

export function SignIn() {
  const [isNew, setNew] = useState(false);
  const [why, setWhy] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [known, setKnown] = useState(knownDevices);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string): string => String(form.get(name) ?? "");
    const handle = field("handle").trim().toLowerCase();
    setBusy(true);
    setWhy("");
    try {
      const device = await signedIn(handle, field("password"), isNew ? field("display_name").trim() : null);
      rememberDevice(device);
      enter(device.credentials.device_id);
    } catch (fault) {
      setWhy(signInFault(fault, isNew));
      setBusy(false);
    }
  };
  const forgetOne = (device: Remembered): void => {
    forgetDevice(device.credentials.device_id);
    setKnown(knownDevices());
  };

  return (
    <main class="sign-in">
      <section class="card">
        <img class="logo" src="/icon.svg" width="56" height="56" alt="" />
        <h1>Backchannel</h1>
        <p class="lead">{isNew ? "Choose a name and a password." : "Good to see you."}</p>
        {known.length > 0 && !isNew ? (
          <ul class="known" aria-label="Accounts in this browser">
            {known.map((device) => (
              <li key={device.credentials.device_id}>
                <button type="button" class="known-button" onClick={() => enter(device.credentials.device_id)}>
                  <span class={`avatar small hue${hueOf(device.credentials.user_id)}`} aria-hidden="true">{[...device.displayName][0]?.toUpperCase()}</span>
                  <span>Continue as <bdi>{device.displayName}</bdi></span>
                </button>
                <button type="button" class="text-button" aria-label={`Remove ${device.displayName} from this browser`} onClick={() => forgetOne(device)}>Remove</button>
              </li>
            ))}
          </ul>
        ) : null}
        <form onSubmit={(event) => void submit(event)}>
          {isNew ? (
            <label>
              Your name
              <input name="display_name" required maxLength={100} autoComplete="name" />
            </label>
          ) : null}
          <label>
            Handle
            <input name="handle" required pattern={HANDLE} minLength={3} maxLength={32} autoCapitalize="none" autoComplete="username" spellcheck={false} title="3 to 32 of a-z 0-9 _ ." />
          </label>
          <label>
            Password
            <input name="password" type="password" required minLength={isNew ? PASSWORD_MIN : 1} autoComplete={isNew ? "new-password" : "current-password"} />
          </label>
          {isNew ? <p class="hint">A handle has 3 to 32 of a–z, 0–9, _ and a dot; a password at least {PASSWORD_MIN} characters.</p> : null}
          {why ? <p class="fault" role="alert">{why}</p> : null}
          <button type="submit" class="primary" disabled={isBusy}>{isNew ? "Create account" : "Sign in"}</button>
        </form>
        <button type="button" class="text-button" onClick={() => { setNew(!isNew); setWhy(""); }}>
          {isNew ? "I have an account" : "Create an account"}
        </button>
      </section>
    </main>
  );
}

/** Signs in, after signing up where there is a name to sign up with. Throws ApiError, Unreachable. */
async function signedIn(handle: string, password: string, newName: string | null): Promise<Remembered> {
  const api = new Api(location.origin);
  if (newName !== null) await api.createAccount(handle, newName, password);
  const credentials = await api.signIn(handle, password, deviceName());
  const me = await api.me();
  return { credentials, handle, displayName: me.display_name ?? handle };
}

function signInFault(fault: unknown, isNew: boolean): string {
  if (fault instanceof ApiError && fault.code === "conflict") return "This handle is taken. Choose another one.";
  if (fault instanceof ApiError && fault.code === "unauthenticated" && !isNew) return "Handle or password is wrong.";
  return faultText(fault);
}

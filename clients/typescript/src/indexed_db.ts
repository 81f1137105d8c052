/** What a device keeps, in the browser's own database: it outlives the page, the browser and a power cut. */

import type { CopiesStore, DeviceStore, OutboxStore } from "./keeping.js";
import type { SavedConversation } from "./local.js";
import type { Kept } from "./outbox.js";
import type { SavedCopies } from "./session.js";

const VERSION = 1;
const OUTBOX = "outbox";
const COPIES = "copies";
const LOG = "log"; // one row: whose copies these are, and of which log

interface Row {
  readonly place: number;
  readonly name: string;
  readonly kept: Kept;
}

interface Log {
  readonly epoch: string | null;
  readonly userId: string;
}

/** The stores of one device, in a database of its own. */
export function indexedDbStore(deviceId: string): DeviceStore {
  const database = open(databaseOf(deviceId));
  database.catch(() => undefined); // each call tells it
  return { outbox: new IndexedDbOutbox(database), copies: new IndexedDbCopies(database) };
}

/** Nothing of a device stays behind. */
export function forgetIndexedDb(deviceId: string): void {
  indexedDB.deleteDatabase(databaseOf(deviceId));
}

class IndexedDbOutbox implements OutboxStore {
  constructor(private readonly database: Promise<IDBDatabase>) {}

  async load(): Promise<Kept[]> {
    const store = (await this.database).transaction(OUTBOX).objectStore(OUTBOX);
    return ((await done(store.getAll())) as Row[]).map((row) => row.kept);
  }

  /** One that is there already keeps its place. */
  async put(name: string, kept: Kept): Promise<void> {
    const store = (await this.database).transaction(OUTBOX, "readwrite").objectStore(OUTBOX);
    const place = await done(store.index("name").getKey(name));
    await done(place === undefined ? store.add({ name, kept }) : store.put({ place, name, kept }));
  }

  async delete(name: string): Promise<void> {
    const store = (await this.database).transaction(OUTBOX, "readwrite").objectStore(OUTBOX);
    const place = await done(store.index("name").getKey(name));
    if (place !== undefined) await done(store.delete(place));
  }
}

class IndexedDbCopies implements CopiesStore {
  constructor(private readonly database: Promise<IDBDatabase>) {}

  async load(): Promise<SavedCopies | null> {
    const transaction = (await this.database).transaction([COPIES, LOG]);
    const log = (await done(transaction.objectStore(LOG).get(LOG))) as Log | undefined;
    if (log === undefined) return null;
    const conversations = (await done(transaction.objectStore(COPIES).getAll())) as SavedConversation[];
    return { ...log, conversations };
  }

  async save(epoch: string | null, userId: string, changed: readonly SavedConversation[], isWhole: boolean): Promise<void> {
    const transaction = (await this.database).transaction([COPIES, LOG], "readwrite");
    const store = transaction.objectStore(COPIES);
    if (isWhole) store.clear();
    for (const one of changed) store.put(one);
    const written = done(transaction.objectStore(LOG).put({ epoch, userId } satisfies Log, LOG));
    transaction.commit(); // now: one that waits for its answers first dies with the page
    await written;
  }
}

function databaseOf(deviceId: string): string {
  return `backchannel ${deviceId}`;
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const outbox = request.result.createObjectStore(OUTBOX, { keyPath: "place", autoIncrement: true });
    outbox.createIndex("name", "name", { unique: true });
    request.result.createObjectStore(COPIES, { keyPath: "conversationId" });
    request.result.createObjectStore(LOG);
  };
  return done(request).then((database) => {
    database.onversionchange = () => database.close(); // another page deletes it
    return database;
  });
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });
}

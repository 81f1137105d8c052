/** A button that opens a menu: arrow keys move in it, Escape closes it, and so does a click elsewhere. Where its button
 * is scrolled to, the menu goes too: a message that comes does not take it away, nor does a dialog that still scrolls. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  readonly onChoose: () => void;
  readonly isDangerous?: boolean;
}

interface MenuProps {
  readonly label: string;
  readonly icon: ComponentChildren;
  readonly items: readonly MenuItem[];
  /** Stands above the items: one row of buttons. */
  readonly quick?: readonly MenuItem[];
}

export function Menu({ label, icon, items, quick = [] }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  // Before the next key: an effect after the paint came too late for a quick hand, and the button took the key.
  useLayoutEffect(() => {
    if (!isOpen || list.current === null || button.current === null) return undefined;
    place(list.current, button.current);
    list.current.querySelector<HTMLElement>("[role=menuitem]")?.focus({ preventScroll: true });
    const close = (event: Event): void => {
      if (!(event.target instanceof Node && list.current?.contains(event.target))) setOpen(false);
    };
    const scrolled = ({ target }: Event): void => {
      if (list.current === null || button.current === null) return;
      if (!(target instanceof Element && target.contains(button.current))) return;
      if (isInside(button.current, target)) place(list.current, button.current);
      else setOpen(false);
    };
    document.addEventListener("pointerdown", close, true);
    document.addEventListener("scroll", scrolled, true);
    return () => {
      document.removeEventListener("pointerdown", close, true);
      document.removeEventListener("scroll", scrolled, true);
    };
  }, [isOpen]);

  const choose = (item: MenuItem): void => {
    setOpen(false);
    button.current?.focus();
    item.onChoose();
  };
  const pressed = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Tab") {
      setOpen(false);
      button.current?.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const index = all.indexOf(document.activeElement as HTMLElement);
    all[(index + step + all.length) % all.length]?.focus();
  };
  return (
    <span class="menu">
      <button ref={button} type="button" class="icon-button" aria-label={label} title={label} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {icon}
      </button>
      {isOpen ? (
        <div ref={list} role="menu" aria-label={label} class="menu-list" onKeyDown={pressed}>
          {quick.length > 0 ? <div class="menu-quick" role="group" aria-label="React">{quick.map((item) => itemButton(item, choose))}</div> : null}
          {items.map((item) => itemButton(item, choose))}
        </div>
      ) : null}
    </span>
  );
}

function itemButton(item: MenuItem, choose: (item: MenuItem) => void) {
  return (
    <button key={item.label} type="button" role="menuitem" tabIndex={-1} class={item.isDangerous ? "dangerous" : ""} onClick={() => choose(item)}>
      {item.label}
    </button>
  );
}

function isInside(button: Element, scroller: Element): boolean {
  const at = button.getBoundingClientRect();
  const { top, bottom } = scroller.getBoundingClientRect();
  return at.bottom > top && at.top < bottom;
}

/** Beside its button, and inside the window. */
function place(list: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8));
  const below = at.bottom + 4;
  const top = below + height > window.innerHeight - 8 ? Math.max(8, at.top - height - 4) : below;
  list.style.left = `${left}px`;
  list.style.top = `${top}px`;
}

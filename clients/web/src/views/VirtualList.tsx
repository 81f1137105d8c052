/** A list of any length of which only what is seen stands in the page. Rows are as high as they are: they are measured.
 *
 * What the reader looks at stays where it is when rows come above it or grow. `sticksToEnd`: a reader at the end stays at
 * the end.
 */

import { Component, createRef, type ComponentChildren } from "preact";

export interface VirtualListProps {
  readonly keys: readonly string[];
  readonly render: (index: number) => ComponentChildren;
  readonly estimate: number;
  readonly label: string;
  /** Where whoever shows it finds the list, to scroll it. */
  readonly handle?: { current: VirtualList | null };
  readonly className?: string;
  readonly sticksToEnd?: boolean;
  /** The reader is near the beginning of what is here. */
  readonly onNearStart?: () => void;
  /** The keys of the first and last row in sight. */
  readonly onSeen?: (firstIndex: number, lastIndex: number, isAtEnd: boolean) => void;
  readonly empty?: ComponentChildren;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/** The part that is in sight: where it begins, and how high it is. */
interface Sight {
  readonly top: number;
  readonly height: number;
}

const OVERSCAN_PX = 600;
const NEAR_START_PX = 1200;
const AT_END_PX = 48;

export class VirtualList extends Component<VirtualListProps, Sight> {
  override state: Sight = { top: 0, height: 800 };
  private readonly viewport = createRef<HTMLDivElement>();
  private readonly rows = createRef<HTMLDivElement>();
  private readonly heights = new Map<string, number>(); // of all rows that were ever measured
  private sizes = new Float64Array(0); // the heights of the rows as they stand, measured or estimated
  private offsets = new Float64Array(1); // where they begin; one more for the end
  private offsetKeys: readonly string[] | null = null;
  private anchor: { readonly key: string; readonly delta: number; index: number } | null = null;
  private isAtEnd = true;
  private knownTop = 0; // where the reader was seen or put last
  private observer: ResizeObserver | null = null;
  private readonly observed = new WeakSet<Element>();
  private first = 0;
  private last = -1;

  override componentDidMount(): void {
    if (this.props.handle) this.props.handle.current = this;
    this.observer = new ResizeObserver(() => this.settle());
    if (this.viewport.current) this.observer.observe(this.viewport.current);
    this.settle();
  }

  override componentWillUnmount(): void {
    this.observer?.disconnect();
  }

  override componentDidUpdate(): void {
    this.settle();
  }

  /** Shows the row in the middle. */
  scrollToKey(key: string): void {
    const index = this.props.keys.indexOf(key);
    const viewport = this.viewport.current;
    if (index < 0 || viewport === null) return;
    this.follow();
    this.anchor = { key, delta: -viewport.clientHeight / 3, index };
    this.isAtEnd = false;
    this.settle();
  }

  scrollToEnd(): void {
    this.follow();
    this.isAtEnd = true;
    this.settle();
  }

  private layOut(): void {
    const { keys, estimate } = this.props;
    this.sizes = new Float64Array(keys.length);
    for (let index = 0; index < keys.length; index += 1)
      this.sizes[index] = this.heights.get(keys[index] as string) ?? estimate;
    this.offsets = new Float64Array(keys.length + 1);
    this.offsetKeys = keys;
    this.addUp(0);
  }

  /** The offsets after a row whose height has changed. */
  private addUp(from: number): void {
    let offset = this.offsets[from] as number;
    for (let index = from; index < this.sizes.length; index += 1) {
      offset += this.sizes[index] as number;
      this.offsets[index + 1] = offset;
    }
  }

  /** The last row that begins at or above this place. */
  private indexAt(place: number, keys = this.props.keys): number {
    let low = 0;
    let high = keys.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.offsets[middle] as number) <= place) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /** Measures what is shown, puts the reader back to where they were, and shows what is in sight now. */
  private settle(): void {
    const viewport = this.viewport.current;
    if (viewport === null) return;
    this.follow();
    if (this.offsetKeys !== this.props.keys) this.layOut();
    this.measure();
    this.applySpaces();
    if (this.isAtEnd && this.props.sticksToEnd) viewport.scrollTop = viewport.scrollHeight;
    else this.restore(viewport);
    this.knownTop = viewport.scrollTop;
    this.look(viewport);
  }

  private restore(viewport: HTMLDivElement): void {
    const top = this.anchorTop();
    if (top !== null && Math.abs(viewport.scrollTop - top) > 1) viewport.scrollTop = top;
  }

  /** Where the reader has to stand to see what they saw; null if that is gone. */
  private anchorTop(): number | null {
    const { anchor } = this;
    if (anchor === null) return null;
    if (this.props.keys[anchor.index] !== anchor.key) anchor.index = this.props.keys.indexOf(anchor.key);
    return anchor.index < 0 ? null : (this.offsets[anchor.index] as number) + anchor.delta;
  }

  private endTop(): number {
    return Math.max(0, (this.offsets[this.props.keys.length] as number) - this.state.height);
  }

  private measure(): void {
    let changedFrom = this.sizes.length;
    [...(this.rows.current?.children ?? [])].forEach((element, place) => {
      this.observe(element);
      const index = this.first + place;
      const height = element.getBoundingClientRect().height;
      if (index >= this.sizes.length || this.sizes[index] === height) return;
      this.heights.set(this.props.keys[index] as string, height);
      this.sizes[index] = height;
      changedFrom = Math.min(changedFrom, index);
    });
    this.addUp(changedFrom);
  }

  /** Once each: observing again would be told of again. */
  private observe(element: Element): void {
    if (this.observed.has(element)) return;
    this.observed.add(element);
    this.observer?.observe(element);
  }

  private applySpaces(): void {
    const before = this.rows.current?.previousElementSibling as HTMLElement | null | undefined;
    const after = this.rows.current?.nextElementSibling as HTMLElement | null | undefined;
    if (before) before.style.height = `${this.offsets[this.first] ?? 0}px`;
    const total = this.offsets[this.props.keys.length] ?? 0;
    if (after) after.style.height = `${total - (this.offsets[this.last + 1] ?? total)}px`;
  }

  private look(viewport: HTMLDivElement): void {
    const top = viewport.scrollTop;
    const height = viewport.clientHeight;
    if (Math.abs(top - this.state.top) > 1 || height !== this.state.height) this.setState({ top, height });
    if (this.props.keys.length === 0) return;
    const firstIndex = this.indexAt(top);
    const lastIndex = this.indexAt(top + height - 1);
    this.props.onSeen?.(firstIndex, lastIndex, this.isAtEnd);
    if (top < NEAR_START_PX) this.props.onNearStart?.();
  }

  /** The reader may have moved since: what they see now is what stays. While the offsets are still those of the page. */
  private follow(): void {
    const viewport = this.viewport.current;
    const keys = this.offsetKeys;
    if (viewport === null || keys === null || Math.abs(viewport.scrollTop - this.knownTop) <= 1) return;
    this.knownTop = viewport.scrollTop;
    this.isAtEnd = viewport.scrollHeight - viewport.scrollTop - viewport.clientHeight < AT_END_PX;
    const index = this.indexAt(viewport.scrollTop, keys);
    const key = keys[index];
    if (key !== undefined) this.anchor = { key, delta: viewport.scrollTop - (this.offsets[index] as number), index };
  }

  private readonly scrolled = (): void => {
    this.follow();
    if (this.viewport.current !== null) this.look(this.viewport.current);
  };

  override render(): ComponentChildren {
    const { keys, render, label, className = "", empty } = this.props;
    const isNew = this.offsetKeys !== keys;
    if (isNew) this.follow();
    if (isNew) this.layOut();
    const top = this.isAtEnd && this.props.sticksToEnd ? this.endTop() : ((isNew ? this.anchorTop() : null) ?? this.state.top);
    this.first = this.indexAt(top - OVERSCAN_PX);
    this.last = keys.length === 0 ? -1 : this.indexAt(top + this.state.height + OVERSCAN_PX);
    const shown = [];
    for (let index = this.first; index <= this.last; index += 1)
      shown.push(
        <div key={keys[index]} role="listitem" data-key={keys[index]} class="row">
          {render(index)}
        </div>,
      );
    return (
      <div class={`scroller ${className}`} ref={this.viewport} onScroll={this.scrolled} {...(this.props.onKeyDown ? { onKeyDown: this.props.onKeyDown } : {})} tabIndex={-1}>
        <div class="space" aria-hidden="true" />
        <div ref={this.rows} role="list" aria-label={label} hidden={keys.length === 0}>
          {shown}
        </div>
        <div class="space" aria-hidden="true" />
        {keys.length === 0 ? empty : null}
      </div>
    );
  }
}

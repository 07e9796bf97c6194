// Where the bars lie below each other.

/** Gives each request a lane of its own for as long as it lasts; a lane once given stays. */
export class Lanes {
  #ends = [];

  clear() { this.#ends = []; }

  place(row, known) {
    if (known) {
      row.lane = known.lane;
    } else {
      const free = this.#ends.findIndex(end => end + 0.15 < row.start);
      row.lane = free >= 0 ? free : this.#ends.length;
    }
    this.#ends[row.lane] = row.duration == null ? Infinity : Math.max(row.start + row.duration / 1000, known ? 0 : this.#ends[row.lane] ?? 0);
  }
}

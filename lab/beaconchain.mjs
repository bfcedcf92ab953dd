// A small beacon chain for the stub: slots, blocks, duties, votes, balances and finality follow from one another, so that what the API
// tells of a fault is consistent. No signatures, no states, no peers.

import { createHash } from 'node:crypto';

export const FAR_FUTURE = '18446744073709551615';
const EFFECTIVE = 32_000_000_000; // Gwei
const KEPT_EPOCHS = 64;
const PAY = { head: 2_862, target: 5_316, source: 2_862 }; // Gwei an epoch, about what a mainnet of a million validators pays
const SYNC_PAY = 21_000; // Gwei a block

export const hash = (...parts) => `0x${createHash('sha256').update(parts.join(':')).digest('hex')}`;
export const publicKey = (index) => `${hash('key', index)}${hash('key2', index).slice(2, 34)}`;

/** A number in [0, 1) that is always the same for the same parts. */
const chance = (...parts) => parseInt(hash(...parts).slice(2, 10), 16) / 2 ** 32;

export class BeaconChain {
  /** `slotsBefore` slots are in the past already, all of them healthy. */
  constructor({ validators, slotsPerEpoch, syncCommittee, slotsBefore }) {
    Object.assign(this, { count: validators, slotsPerEpoch, syncSize: Math.min(syncCommittee, validators) });
    this.balances = new Array(validators).fill(EFFECTIVE);
    this.slashedIn = new Map(); // validator → epoch
    this.exitedIn = new Map();
    this.faults = { offline: new Set(), wrong: new Set(), participation: [{ from: 0, percent: 100 }], sync: 100, syncOf: null, missBlocks: 0, finality: true };
    this.blocks = new Map(); // root → block
    this.canonical = new Map(); // slot → root
    this.missed = new Map(); // epoch → validators whose attestation did not come
    this.wrong = new Map(); // epoch → validators who voted for a wrong target
    this.syncMissed = new Map(); // slot → members who did not sign
    this.justified = [{ epoch: 0, justified: true }];
    this.checkpoints = { previous: 0, current: 0, finalized: 0 };
    this.forks = 0;
    this.slot = -1;
    for (let slot = 0; slot < slotsBefore; slot++) this.step();
  }

  epochOf(slot) {
    return Math.floor(slot / this.slotsPerEpoch);
  }

  isActive(validator, epoch) {
    return !(this.exitedIn.get(validator) <= epoch);
  }

  proposerOf(slot) {
    const epoch = this.epochOf(slot);
    for (let attempt = 0; ; attempt++) {
      const validator = Math.floor(chance('proposer', slot, attempt) * this.count);
      if ((this.isActive(validator, epoch) && !this.slashedIn.has(validator)) || attempt > 100) return validator;
    }
  }

  attesterSlotOf(validator, epoch) {
    return epoch * this.slotsPerEpoch + ((validator + epoch * 7) % this.slotsPerEpoch);
  }

  /** The places of a validator in the sync committee; the same committee all the time. */
  syncPlacesOf(validator) {
    return validator < this.syncSize ? [validator] : [];
  }

  get head() {
    return this.blockAtOrBefore(this.slot);
  }

  blockAtOrBefore(slot) {
    for (let at = Math.min(slot, this.slot); at >= 0; at--) if (this.canonical.has(at)) return this.blocks.get(this.canonical.get(at));
    return null;
  }

  /** The next slot: its proposer may propose, those whose turn it is attest, the sync committee signs. Returns the block, or null. */
  step() {
    const slot = ++this.slot;
    const epoch = this.epochOf(slot);
    if (slot > 0 && slot % this.slotsPerEpoch === 0) this.endEpoch(epoch - 1);
    const proposer = this.proposerOf(slot);
    const parent = this.blockAtOrBefore(slot - 1);
    const proposes = slot === 0 || !(this.isOffline(proposer, epoch) || (this.faults.missBlocks > 0 && chance('block', slot) * 100 < this.faults.missBlocks));
    const missed = setAt(this.missed, epoch);
    const wrong = setAt(this.wrong, epoch);
    for (let validator = 0; validator < this.count; validator++) {
      if (this.attesterSlotOf(validator, epoch) !== slot) continue;
      if (this.isOffline(validator, epoch)) missed.add(validator);
      else if (this.faults.wrong.has(validator)) wrong.add(validator);
    }
    this.syncMissed.set(slot, new Set([...Array(this.syncSize).keys()].filter((member) => this.missesSync(member, slot))));
    this.forget(epoch);
    return proposes ? this.addBlock(slot, proposer, parent) : null;
  }

  isOffline(validator, epoch) {
    const { percent } = this.faults.participation.findLast(({ from }) => from <= epoch);
    return this.faults.offline.has(validator) || (percent < 100 && chance('vote', validator, epoch) * 100 >= percent);
  }

  /** So many of all attest and propose, from the next epoch on. */
  setParticipation(percent) {
    const epoch = this.epochOf(this.slot);
    this.faults.participation = [this.faults.participation.findLast(({ from }) => from <= epoch), { from: epoch + 1, percent }];
  }

  missesSync(member, slot) {
    if (this.isOffline(member, this.epochOf(slot))) return true;
    return this.faults.sync < 100 && (this.faults.syncOf === null || this.faults.syncOf.has(member)) && (slot * 37 + member * 11) % 100 >= this.faults.sync;
  }

  addBlock(slot, proposer, parent) {
    const block = { slot, proposer, parent: parent?.root ?? `0x${'0'.repeat(64)}`, root: hash('block', slot, this.forks, parent?.root ?? '') };
    this.blocks.set(block.root, block);
    this.canonical.set(slot, block.root);
    return block;
  }

  /** Votes are counted, balances are paid, checkpoints move when two thirds voted for the target. */
  endEpoch(epoch) {
    const [missed, wrong] = [setAt(this.missed, epoch), setAt(this.wrong, epoch)];
    const active = [...Array(this.count).keys()].filter((validator) => this.isActive(validator, epoch));
    const hit = active.filter((validator) => !missed.has(validator) && !wrong.has(validator)).length;
    for (const validator of active) this.balances[validator] = Math.max(0, this.balances[validator] + total(this.rewardOf(validator, epoch)));
    const justified = this.faults.finality && hit * 3 >= active.length * 2;
    this.justified.push({ epoch, justified });
    this.checkpoints.previous = this.checkpoints.current;
    if (!justified) return;
    // What was justified the epoch before is final once its successor is justified, too.
    if (this.justified.at(-2)?.justified) this.checkpoints.finalized = Math.max(this.checkpoints.finalized, epoch - 1);
    this.checkpoints.current = epoch;
  }

  /** In an inactivity leak right votes are paid nothing. */
  get leaks() {
    return this.epochOf(this.slot) - 1 - this.checkpoints.finalized > 4;
  }

  rewardOf(validator, epoch) {
    if (!this.isActive(validator, epoch)) return { head: 0, target: 0, source: 0, inactivity: 0 };
    if (this.missed.get(epoch)?.has(validator) || this.slashedIn.get(validator) <= epoch)
      return { head: 0, target: -PAY.target, source: -PAY.source, inactivity: this.leaks ? -1_000 : 0 };
    if (this.wrong.get(epoch)?.has(validator)) return { head: 0, target: -PAY.target, source: PAY.source, inactivity: 0 };
    return this.leaks ? { head: 0, target: 0, source: 0, inactivity: 0 } : { ...PAY, inactivity: 0 };
  }

  syncRewardOf(member, slot) {
    return this.syncMissed.get(slot)?.has(member) ? -SYNC_PAY : SYNC_PAY;
  }

  statusOf(validator) {
    const epoch = this.epochOf(this.slot);
    const exits = this.exitedIn.get(validator);
    const slashed = this.slashedIn.has(validator);
    if (exits <= epoch) return slashed ? 'exited_slashed' : 'exited_unslashed';
    if (slashed) return 'active_slashed';
    return exits === undefined ? 'active_ongoing' : 'active_exiting';
  }

  /** Replaces the blocks of the last `depth` slots by others. Returns the heads before and after. */
  reorganize(depth) {
    const old = this.head;
    this.forks += 1;
    const from = Math.max(1, this.slot - depth + 1);
    const slots = [...this.canonical.keys()].filter((slot) => slot >= from).sort((a, b) => a - b);
    for (const slot of slots) this.canonical.delete(slot);
    for (const slot of slots) this.addBlock(slot, this.proposerOf(slot), this.blockAtOrBefore(slot - 1));
    return { old, now: this.head };
  }

  forget(epoch) {
    const oldest = epoch - KEPT_EPOCHS;
    for (const votes of [this.missed, this.wrong]) votes.delete(oldest);
    if (this.justified.length > KEPT_EPOCHS) this.justified.shift();
    const slot = oldest * this.slotsPerEpoch;
    if (slot <= 0) return;
    for (let at = slot; at < slot + this.slotsPerEpoch; at++) {
      this.blocks.delete(this.canonical.get(at));
      this.canonical.delete(at);
      this.syncMissed.delete(at);
    }
  }
}

function setAt(map, key) {
  if (!map.has(key)) map.set(key, new Set());
  return map.get(key);
}

const total = ({ head, target, source, inactivity }) => head + target + source + inactivity;

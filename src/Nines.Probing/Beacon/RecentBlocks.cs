using Nines.Chains.Beacon;
using Nines.Chains.Evm;

namespace Nines.Probing.Beacon;

/// <summary>
/// The last blocks of a node's chain, each the parent of the next. Following a new head back to a block that is known tells which slots stayed
/// empty, and whether blocks seen before were replaced.
/// </summary>
internal sealed class RecentBlocks
{
    /// <summary>Of so many slots the share of empty ones is told.</summary>
    public const int Span = 32;

    private const int MostKept = 256;
    private const int HeadsKept = 10;

    private readonly List<BeaconHeader> blocks = []; // by slot, ascending
    private readonly Queue<ulong> heads = new(HeadsKept);
    private bool isRooted; // nothing comes before the first

    /// <summary>The head is more than one slot lower than in one of the last ten looks.</summary>
    public bool WentBackwards { get; private set; }

    /// <summary>Slots from the head of the look before back to the block that both branches have; 0 when none was replaced.</summary>
    public ulong ReorgDepth { get; private set; }

    /// <param name="ask">Asks for a block by its root; null when it cannot be had.</param>
    /// <param name="most">Questions at most.</param>
    public async Task FollowAsync(BeaconHeader head, Func<Hash32, Task<BeaconHeader?>> ask, int most)
    {
        var highest = heads.Count == 0 ? head.Slot : heads.Max();
        WentBackwards = highest > head.Slot && highest - head.Slot > 1;
        if (heads.Count == HeadsKept) heads.Dequeue();
        heads.Enqueue(head.Slot);
        ReorgDepth = 0;
        most -= await JoinAsync(head, ask, most).ConfigureAwait(false);
        await ReachBackAsync(head, ask, most).ConfigureAwait(false);
        if (blocks.Count > MostKept) blocks.RemoveRange(0, blocks.Count - MostKept);
    }

    /// <summary>Share of the last <see cref="Span"/> slots up to the head that have no block; null while they are not all known.</summary>
    public double? MissedShare
    {
        get
        {
            if (blocks.Count == 0) return null;
            var head = blocks[^1].Slot;
            var span = Math.Min(Span, head + 1);
            return isRooted || blocks[0].Slot + span <= head + 1 ? 1 - (double)blocks.Count(block => block.Slot + span > head) / span : null;
        }
    }

    /// <summary>The last block not after a slot; null when that is not known.</summary>
    public BeaconHeader? AtOrBefore(ulong slot) => blocks.FindLast(block => block.Slot <= slot);

    /// <returns>How many questions it took.</returns>
    private async Task<int> JoinAsync(BeaconHeader head, Func<Hash32, Task<BeaconHeader?>> ask, int most)
    {
        if (blocks.Exists(block => block.Root == head.Root)) return 0; // the same, or an older one: nothing was replaced
        if (blocks.Count > 0 && head.Slot < blocks[0].Slot) return 0;  // older than all that is known: the heads after it will tell
        var fresh = new List<BeaconHeader> { head };
        for (var asked = 0; ; asked++)
        {
            var ancestor = blocks.FindIndex(block => block.Root == fresh[^1].ParentRoot);
            if (ancestor >= 0)
            {
                ReorgDepth = blocks[^1].Slot - blocks[ancestor].Slot;
                blocks.RemoveRange(ancestor + 1, blocks.Count - ancestor - 1);
                fresh.Reverse();
                blocks.AddRange(fresh);
                return asked;
            }
            var passed = blocks.Count > 0 && fresh[^1].Slot <= blocks[0].Slot; // a branch that leaves before all that is known
            var parent = passed || blocks.Count == 0 || asked == most ? null : await ask(fresh[^1].ParentRoot).ConfigureAwait(false);
            // Parents come before their children: a node that tells otherwise is not followed.
            if (parent is not null && parent.Root == fresh[^1].ParentRoot && parent.Slot < fresh[^1].Slot)
            {
                fresh.Add(parent);
                continue;
            }
            if (passed) ReorgDepth = blocks[^1].Slot - blocks[0].Slot;
            blocks.Clear();
            fresh.Reverse();
            blocks.AddRange(fresh);
            isRooted = false;
            return asked;
        }
    }

    private async Task ReachBackAsync(BeaconHeader head, Func<Hash32, Task<BeaconHeader?>> ask, int most)
    {
        for (; most > 0 && !isRooted && blocks[0].Slot + Span > head.Slot + 1; most--)
        {
            if (blocks[0].Slot == 0)
            {
                isRooted = true;
                return;
            }
            if (await ask(blocks[0].ParentRoot).ConfigureAwait(false) is not { } parent || parent.Root != blocks[0].ParentRoot || parent.Slot >= blocks[0].Slot) return;
            blocks.Insert(0, parent);
        }
    }
}

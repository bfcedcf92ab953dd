using Nines.Chains.Beacon;
using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>When a node's heads came within their slots, over the last hour, and how deep its reorganisations were. For use by several threads at once.</summary>
internal sealed class HeadTimes(BeaconTime time)
{
    /// <summary>Blocks that are needed for a share to say anything: one late block of them is 4 %.</summary>
    public const int FewestBlocks = 25;

    /// <summary>With more late blocks than this share of an hour's the node is late.</summary>
    public const double MostLate = 0.04;

    private static readonly Duration Window = Duration.FromHours(1);

    private readonly Lock guard = new();
    private readonly Queue<(Instant At, bool IsLate)> heads = new();
    private ulong lastSlot;
    private ulong deepest;

    /// <summary>What the stream told.</summary>
    /// <param name="LateShare">Of the last hour's blocks; null while there were too few.</param>
    /// <param name="LateSince">When the first late block of that hour came, while there are too many of them; null otherwise.</param>
    /// <param name="Deepest">Of the reorganisations since the look before; 0 for none.</param>
    public readonly record struct View(double? LateShare, Instant? LateSince, ulong Deepest);

    public View Look(Instant now)
    {
        lock (guard)
        {
            Forget(now);
            double? share = heads.Count < FewestBlocks ? null : (double)heads.Count(head => head.IsLate) / heads.Count;
            var depth = deepest;
            deepest = 0;
            return new View(share, share > MostLate ? heads.First(head => head.IsLate).At : null, depth);
        }
    }

    /// <param name="at">When the event came.</param>
    public void Take(BeaconEvent told, Instant at)
    {
        lock (guard)
        {
            if (told is BeaconEvent.ChainReorg reorg) deepest = Math.Max(deepest, reorg.Depth);
            if (told is not BeaconEvent.Head head || head.Slot <= lastSlot) return;
            lastSlot = head.Slot;
            var into = at - time.Of(head.Slot);
            // Before its slot: one of the clocks is off. An epoch after it: the node is catching up, and other signals say so.
            if (into < Duration.Zero || into > time.Spec.EpochTime) return;
            heads.Enqueue((at, into > time.Spec.SlotTime / 3));
            Forget(at);
        }
    }

    private void Forget(Instant now)
    {
        while (heads.TryPeek(out var oldest) && now - oldest.At > Window) heads.Dequeue();
    }
}

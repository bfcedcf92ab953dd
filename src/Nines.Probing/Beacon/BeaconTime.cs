using Nines.Chains.Beacon;
using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>Slots and epochs of a chain on the time line.</summary>
internal sealed record BeaconTime(Genesis Genesis, ChainSpec Spec)
{
    /// <summary>Beyond, nothing can be placed on a time line: the year 9999.</summary>
    private static readonly Duration Farthest = Duration.FromDays(3_000_000) - Duration.FromDays(100_000);

    /// <summary>When a slot begins; far in the future for a slot that never comes.</summary>
    public Instant Of(ulong slot)
    {
        var most = (ulong)(Farthest / Spec.SlotTime);
        var until = Instant.FromUtc(9999, 1, 1, 0, 0);
        return slot > most ? until : Instant.Min(until, Genesis.Time + (Spec.SlotTime * (long)slot));
    }

    /// <summary>When an epoch begins.</summary>
    public Instant OfEpoch(ulong epoch) => epoch > ulong.MaxValue / Spec.SlotsPerEpoch ? Of(ulong.MaxValue) : Of(epoch * Spec.SlotsPerEpoch);

    public static double Seconds(Instant instant) => instant.ToUnixTimeTicks() / (double)NodaConstants.TicksPerSecond;
}

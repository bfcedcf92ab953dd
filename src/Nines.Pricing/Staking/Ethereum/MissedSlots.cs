using System.Collections.Immutable;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>Which slots of which epochs were lost: a bit a slot, for every epoch from the first with a lost slot to the last.</summary>
internal sealed class MissedSlots
{
    /// <summary>Ten years of epochs: longer gaps between lost times are two things to price.</summary>
    private const long MostEpochs = 1_000_000;

    private MissedSlots(long first, ImmutableArray<ulong> masks, int slotsPerEpoch) => (First, Masks, SlotsPerEpoch) = (first, masks, slotsPerEpoch);

    public long First { get; }

    /// <summary>Bit j is the epoch's slot j.</summary>
    public ImmutableArray<ulong> Masks { get; }

    public int SlotsPerEpoch { get; }
    public ulong Whole => SlotsPerEpoch == 64 ? ulong.MaxValue : (1UL << SlotsPerEpoch) - 1;

    /// <returns>Null when no slot was lost.</returns>
    /// <exception cref="PricingException">NIN4272: it spans more epochs than are settled in one.</exception>
    public static MissedSlots? Of(ImmutableArray<(long From, long To)> runs, int slotsPerEpoch)
    {
        if (runs.IsEmpty) return null;
        var (first, last) = (runs[0].From / slotsPerEpoch, (runs[^1].To - 1) / slotsPerEpoch);
        if (last - first >= MostEpochs) throw new PricingException("NIN4272", $"The lost time spans {last - first + 1:N0} epochs, more than {MostEpochs:N0}. Price shorter windows and add them up.");
        var masks = new ulong[last - first + 1];
        foreach (var (from, to) in runs)
            for (var epoch = from / slotsPerEpoch; epoch <= (to - 1) / slotsPerEpoch; epoch++)
                masks[epoch - first] |= Bits((int)Math.Max(0, from - epoch * slotsPerEpoch), (int)Math.Min(slotsPerEpoch, to - epoch * slotsPerEpoch));
        return new MissedSlots(first, [.. masks], slotsPerEpoch);
    }

    /// <summary>The places in an epoch, those that would miss the same epochs together: a place of each, and how many they are.</summary>
    public IReadOnlyList<(int Place, int Places)> Places()
    {
        var border = Masks.Where(mask => mask != 0 && mask != Whole).Distinct().Take(64).ToList();
        if (border.Count == 64) return [.. Enumerable.Range(0, SlotsPerEpoch).Select(place => (place, 1))];
        return [.. Enumerable.Range(0, SlotsPerEpoch).GroupBy(place => border.Select((mask, at) => (mask >> place & 1) << at).Aggregate(0UL, (all, bit) => all | bit)).Select(group => (group.First(), group.Count()))];
    }

    private static ulong Bits(int from, int to) => (to == 64 ? ulong.MaxValue : (1UL << to) - 1) & ~((1UL << from) - 1);
}

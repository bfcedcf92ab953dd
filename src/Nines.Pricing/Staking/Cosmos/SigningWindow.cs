using System.Collections.Immutable;
using NodaTime;

namespace Nines.Pricing.Staking.Cosmos;

/// <summary>A stretch in jail.</summary>
/// <param name="Until">When it could sign again; the end of what is known where that is sooner.</param>
internal readonly record struct Jail(Instant From, Instant Until);

/// <summary>Where in the window the misses before the lost time lie: those nearest to its far end leave it first.</summary>
internal enum EarlierMisses
{
    LeaveFirst,
    Even,
    LeaveLast,
}

/// <summary>
/// Follows x/slashing block by block (cosmos-sdk x/slashing/keeper/infractions.go, HandleValidatorSignature): a ring of signed and missed blocks,
/// and their count. Nobody is jailed within a window of being bonded (height &gt; StartHeight + window), and unjailing bonds anew
/// (x/slashing/keeper/hooks.go, AfterValidatorBonded).
/// </summary>
internal sealed class SigningWindow(CosmosLossOptions options)
{
    private const long MostBlocks = 50_000_000;

    /// <param name="known">Nothing is claimed beyond; null where all is known.</param>
    /// <exception cref="PricingException">NIN4272: more blocks than are followed.</exception>
    public ImmutableArray<Jail> Jails(ImmutableArray<Interval> away, EarlierMisses earlier, Instant? known)
    {
        if (away.IsEmpty) return [];
        var (first, end) = (away[0].Start, away[^1].End);
        var blocks = (end - first).ToInt64Nanoseconds() / options.BlockTime.ToInt64Nanoseconds() + 1;
        if (blocks > MostBlocks) throw new PricingException("NIN4272", $"From {first} to {end} are {blocks:N0} blocks of {options.BlockTime}, more than {MostBlocks:N0}. Price shorter windows.");

        var jails = ImmutableArray.CreateBuilder<Jail>();
        var missed = Ring(earlier);
        var (count, at, stretch) = (options.MissedBefore, 0, 0);
        var sinceBonded = (long)missed.Length; // when the lost time begins it has been bonded for a window
        for (var block = first; block < end; block += options.BlockTime)
        {
            while (stretch < away.Length && away[stretch].End <= block) stretch++;
            var isAway = stretch < away.Length && away[stretch].Start <= block;
            count += (isAway ? 1 : 0) - (missed[at] ? 1 : 0);
            missed[at] = isAway;
            at = (at + 1) % missed.Length;
            sinceBonded++;
            if (!isAway || count <= options.MostMissed || sinceBonded <= missed.Length) continue;

            var until = Instant.Max(block + (options.DowntimeJailDuration ?? Duration.FromMinutes(10)), away[stretch].End) + options.UnjailDelay;
            jails.Add(new Jail(block, known is { } limit ? Instant.Max(block, Instant.Min(until, limit)) : until));

            // It is out of the set until then, and the window begins anew.
            Array.Clear(missed);
            (count, at, sinceBonded) = (0, 0, 0);
            block += options.BlockTime * ((until - block).ToInt64Nanoseconds() / options.BlockTime.ToInt64Nanoseconds());
        }
        return jails.ToImmutable();
    }

    private bool[] Ring(EarlierMisses earlier)
    {
        var (missed, before) = (new bool[options.Window], options.MissedBefore);
        for (var i = 0; i < before; i++)
            missed[earlier switch
            {
                EarlierMisses.LeaveFirst => i,
                EarlierMisses.LeaveLast => missed.Length - 1 - i,
                EarlierMisses.Even => (int)((long)i * missed.Length / before),
            }] = true;
        return missed;
    }
}

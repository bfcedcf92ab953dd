using Nines.Core;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Judging.Chains;

/// <summary>
/// The rules by which a chain is judged over the live sources of one vantage point, one method each. A rule of which no source gives the signals
/// says nothing. What is compared with a limit is always the best that any source has: one source that is behind is that source's trouble.
/// </summary>
internal static class ChainFindings
{
    /// <summary>Block timestamps are whole seconds, and the clocks of those who make blocks are not ours.</summary>
    private static readonly Duration Coarse = Duration.FromSeconds(1);

    /// <summary>All sources stall: the newest block of all of them is too old, for each of them at its own last look.</summary>
    public static Finding? Halt(IReadOnlyCollection<Source> live, ChainRules rules)
    {
        if (rules.HeadAgeLimit is not { } limit || live.Where(source => source.Last.HasHead).ToArray() is not { Length: > 0 } told) return null;
        var best = told.MaxBy(source => source.Last.HeadTime)!;
        return Stale("halted", At(best.Last.HeadTime), limit, told, age => $"no source has a block newer than {best.Last.Head:0} of {best}, which was {age:0} s old (limit {limit.TotalSeconds:0.###} s)");
    }

    /// <summary>Finality is lost: the newest finalized block of all sources is too old. Where none says how old it is, it is too long since any finalized another one.</summary>
    public static Finding? Finality(IReadOnlyCollection<Source> live, ChainRules rules, FinalityProgress progress)
    {
        if (rules.FinalityAgeLimit is not { } limit) return null;
        var told = live.Where(source => !double.IsNaN(source.Last.FinalizedTime)).ToArray();
        if (told.Length > 0)
        {
            var best = told.MaxBy(source => source.Last.FinalizedTime)!;
            return Stale("finality", At(best.Last.FinalizedTime), limit, told,
                age => $"the newest finalized block of all sources, {(double.IsNaN(best.Last.Finalized) ? "" : $"{best.Last.Finalized:0} ")}of {best}, was {age:0} s old (limit {limit.TotalSeconds:0.###} s)");
        }
        told = [.. live.Where(source => !double.IsNaN(source.Last.Finalized))];
        if (told.Length == 0 || progress.Of(told) is not { } since) return null;
        return Stale("finality", since, limit, told, age => $"no source has finalized a block after {progress.Number:0} for {age:0} s (limit {limit.TotalSeconds:0.###} s)");
    }

    /// <summary>Blocks were replaced so deep that users have to wait for their confirmations anew: told by two sources, or by the only one.</summary>
    public static Finding? Reorg(IReadOnlyCollection<Source> live, ChainRules rules)
    {
        var told = live.Where(source => !double.IsNaN(source.Last.ReorgDepth)).ToArray();
        if (told.Length == 0) return null;
        var deep = told.Where(source => source.Reorganised is { } felt && felt.Depth >= rules.ReorgDepthLimit).ToArray();
        if (Sources(deep) < Math.Min(2, Sources(told))) return Finding.Good("reorg", told.Min(source => source.Last.Since));
        var deepest = deep.MaxBy(source => source.Reorganised!.Depth)!.Reorganised!;
        Bounds? when = deep.Any(source => source.Reorganised!.When is null) ? null
            : new Bounds(deep.Min(source => source.Reorganised!.When!.Value.Earliest), deep.Min(source => source.Reorganised!.When!.Value.Latest));
        return Finding.Bad(State.EffectivelyDown, "reorg",
            $"{deepest.Depth:0} blocks were replaced, as {Names(deep)} told (limit {rules.ReorgDepthLimit}); as many are built anew at block {deepest.Until:0}", when);
    }

    /// <summary>Too little of the stake takes part: below two thirds nothing can be finalized.</summary>
    public static Finding? Participation(IReadOnlyCollection<Source> live, ChainRules rules)
    {
        if (Best(live, telling => telling.Participation, highest: true) is not { } best) return null;
        var share = best.Last.Participation;
        if (share >= rules.ParticipationWarning) return Finding.Good("participation", best.Last.Since);
        var cannot = share < rules.ParticipationLimit;
        var limit = cannot ? rules.ParticipationLimit : rules.ParticipationWarning;
        return Finding.Bad(cannot ? State.EffectivelyDown : State.Degraded, "participation",
            FormattableString.Invariant($"{share * 100:0.##} % of the stake takes part, as {best} told ({(cannot ? "nothing can be finalized below" : "limit")} {limit * 100:0.##} %)"));
    }

    /// <summary>Too many of the recent slots have no block.</summary>
    public static Finding? MissedSlots(IReadOnlyCollection<Source> live, ChainRules rules)
    {
        if (Best(live, telling => telling.MissedSlots, highest: false) is not { } best) return null;
        if (best.Last.MissedSlots <= rules.MissedSlotsLimit) return Finding.Good("missed_slots", best.Last.Since);
        return Finding.Bad(State.Degraded, "missed_slots",
            FormattableString.Invariant($"{best.Last.MissedSlots * 100:0.##} % of the recent slots have no block, as {best} told (limit {rules.MissedSlotsLimit * 100:0.##} %)"));
    }

    /// <summary>Sources tell different blocks of one number.</summary>
    public static Finding? Split(IReadOnlyCollection<Source> live, ChainRules rules, Splits splits)
    {
        if (rules.Split == SplitCounts.Ignored) return null;
        var agreed = live.Where(source => source.AgreedUntil is not null).ToArray();
        if (splits.Among(live) is not { } split) return agreed.Length == 0 ? null : Finding.Good("split", agreed.Min(source => source.AgreedUntil!.Value));
        var sides = split.Sides.Select(side => $"{side.Hash} by {Names(side.Sources)}");
        var torn = split.Sides.SelectMany(side => side.Sources).ToArray();
        Bounds? began = torn.Any(source => source.AgreedUntil is null) || torn.Min(source => source.AgreedUntil!.Value) > split.First ? null
            : new Bounds(torn.Min(source => source.AgreedUntil!.Value), split.First);
        return Finding.Bad(rules.Split == SplitCounts.Degraded ? State.Degraded : State.EffectivelyDown, "split", $"split at block {split.Number:0}: {string.Join("; ", sides)}", began);
    }

    /// <summary>Something did not go on for longer than a limit, by the best that any source has. One that has not been looked at since may know more.</summary>
    private static Finding Stale(string code, Instant last, Duration limit, IReadOnlyCollection<Source> told, Func<double, string> because)
    {
        var began = last + limit;
        var seen = told.Min(source => source.Last.At);
        return seen < began + Coarse
            ? Finding.Good(code, began - Coarse)
            : Finding.Bad(State.EffectivelyDown, code, because((seen - last).TotalSeconds), new Bounds(began - Coarse, began + Coarse));
    }

    private static Source? Best(IEnumerable<Source> live, Func<Telling, double> value, bool highest)
    {
        Source? best = null;
        foreach (var source in live)
            if (value(source.Last) is var own && !double.IsNaN(own) && (best is null || (highest ? own > value(best.Last) : own < value(best.Last)))) best = source;
        return best;
    }

    private static Instant At(double unixSeconds) => Instant.FromUnixTimeTicks((long)(unixSeconds * NodaConstants.TicksPerSecond));

    private static int Sources(IEnumerable<Source> sources) => sources.Select(source => source.Component).Distinct().Count();

    private static string Names(IReadOnlyCollection<Source> sources) =>
        string.Join(", ", sources.DistinctBy(source => source.Component).Take(5)) + (Sources(sources) is > 5 and var all ? $" and {all - 5} more" : "");
}

using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Availability;
using Nines.Testing;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>One seed: the world, the watch over it, and everything that must hold of the two.</summary>
internal static class Simulation
{
    public static (History History, IReadOnlyList<Violation> Violations) Run(int seed)
    {
        var history = Watch.Run(new World(seed), new MemoryJournal());
        return (history, Check(history));
    }

    public static IReadOnlyList<Violation> Check(History history)
    {
        var found = history.Broken.Select(text => new Violation(text, "-", default, "kept", "lost")).ToList();
        found.AddRange(Kept(history));
        found.AddRange(Names.Check(history.Entries.Select(entry => entry.Fact)));
        found.AddRange(new Oracle(history, history.Acknowledged).Check());
        // Reports are as of a position: what was told half-way has to be as true as what was told in the end.
        if (history.Commits.Count > 2) found.AddRange(new Oracle(history, history.Commits[history.Commits.Count * (1 + history.World.Seed % 3) / 4].Position).Check());
        found.AddRange(Folded(history));
        return found;
    }

    /// <summary>Positions are gapless and everything that was acknowledged is there (TRUTH 18).</summary>
    private static IEnumerable<Violation> Kept(History history)
    {
        for (var i = 0; i < history.Entries.Count; i++)
            if (history.Entries[i].Position.Value != i + 1)
                yield return new Violation("TRUTH 18: positions are gapless", "-", default, $"{i + 1}", $"{history.Entries[i].Position}");
        if (history.Commits.Count > 0 && history.Commits.Max(commit => commit.Position.Value) > history.Entries.Count)
            yield return new Violation("TRUTH 18: what was acknowledged is there", "-", default, $"{history.Commits.Max(commit => commit.Position.Value)} entries", $"{history.Entries.Count}");
    }

    /// <summary>Two rebuilds agree, whatever the cuts, and the sums add up (TRUTH 14, 15, 17).</summary>
    private static IEnumerable<Violation> Folded(History history)
    {
        var (once, cut) = (new LedgerProjection(), new LedgerProjection());
        foreach (var entry in history.Entries) once.Apply(entry);
        for (var i = 0; i < history.Entries.Count; i++)
        {
            cut.Apply(history.Entries[i]);
            // Asking in between must change nothing.
            if (i % (5 + history.World.Seed % 50) == 0) _ = cut.Outages.Count();
        }
        if (LedgerExport.Digest(once) != LedgerExport.Digest(cut)) yield return new Violation("TRUTH 15: rebuilds agree", "-", default, LedgerExport.Digest(once), LedgerExport.Digest(cut));

        foreach (var component in once.Components)
        {
            if (component.WatchedFrom is not { } from || component.Frontier is not { } to || to <= from) continue;
            var tally = Tally.Of(component.Whole.Within(from, to), ShippedPolicies.Strict);
            var sum = tally.InState.Aggregate(Duration.Zero, (total, one) => total + one);
            if (sum != to - from || tally.InState.Any(one => one < Duration.Zero))
                yield return new Violation("TRUTH 17: times in states add up to the window", component.Id.Value, from, $"{to - from}", $"{sum}");
            if (tally.LostSurely < 0 || tally.LostSurely > tally.LostLikely || tally.LostLikely > tally.LostPossibly || tally.LostPossibly > tally.Counted.BclCompatibleTicks)
                yield return new Violation("TRUTH 14: shortest, likely and longest are in order and within the window", component.Id.Value, from, $"0 to {tally.Counted}", $"{tally.LostSurely}, {tally.LostLikely}, {tally.LostPossibly}");
            foreach (var outage in component.Outages)
                if (outage.Length.Shortest > outage.Length.Likely || outage.Length.Likely > outage.Length.Longest || outage.Length.Shortest < Duration.Zero)
                    yield return new Violation("TRUTH 2: shortest, likely and longest are in order", component.Id.Value, outage.Began.Earliest, "in order", $"{outage.Length}");
        }
    }
}

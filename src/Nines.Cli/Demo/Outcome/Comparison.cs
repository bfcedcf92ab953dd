using System.Collections.Immutable;
using Nines.Cli.Demo.Script;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using NodaTime;

namespace Nines.Cli.Demo.Outcome;

/// <summary>What really happened to one component beside what was measured of it.</summary>
/// <param name="Began">When it really began, as it was witnessed.</param>
/// <param name="Ended">When it really ended.</param>
/// <param name="Measured">The outage (or the maintenance) that was reported; null when it was missed.</param>
/// <param name="DetectedAfter">From the true onset to the fact that first told of it; null when it was missed.</param>
internal sealed record Row(string Fault, Expected Expected, Bounds Began, Bounds Ended, Measured? Measured, Duration? DetectedAfter)
{
    // A true instant is itself known only within its witness's bounds: it is inside unless both are surely apart.
    public bool OnsetInside => Measured?.Began.Intersect(Began) is not null;
    public bool EndInside => Measured?.Ended?.Intersect(Ended) is not null;
    public bool LengthInside => Measured is { } found && found.Length.Shortest <= Ended.Latest - Began.Earliest && Ended.Earliest - Began.Latest <= found.Length.Longest;
    public bool StateRight => Measured?.State == Expected.State;

    /// <summary>Maintenance needs no cause. What stands on the root must be told as upstream of it; what is hit itself as anything but that.</summary>
    public bool CauseRight => Expected.State == State.Maintenance
        ? Measured is not null
        : Measured is { Cause: { } cause } && (Expected.Root is { } root ? cause.Kind == CauseKind.Upstream && cause.Roots.Contains(root)
            : Expected.Cause is { } kind ? cause.Kind == kind : cause.Kind != CauseKind.Upstream);

    public bool Ok => OnsetInside && EndInside && LengthInside && StateRight && CauseRight;
}

/// <summary>What a loss of our own sight looks like: nobody's outage, and time that is told as unknown.</summary>
/// <param name="SaidBlind">The watcher said, within the cut, that the fault was its own.</param>
/// <param name="Seen">Components of which something was claimed in the midst of the cut.</param>
/// <param name="Unknown">The unknown time of each component around the cut: the shortest.</param>
internal sealed record BlindRow(string Fault, Bounds Began, Bounds Ended, bool SaidBlind, ImmutableArray<ComponentId> Seen, Duration Unknown)
{
    public bool Ok => SaidBlind && Seen.IsEmpty;
}

/// <summary>The whole result of a demo.</summary>
/// <param name="False">Outages that were reported and that nothing explains.</param>
internal sealed record Comparison(ImmutableArray<Row> Rows, ImmutableArray<BlindRow> Blind, ImmutableArray<Measured> False)
{
    public bool Ok => False.IsEmpty && Rows.All(row => row.Ok) && Blind.All(row => row.Ok);

    /// <summary>Sets what was played beside what the ledger says.</summary>
    /// <param name="firstTold">When each outage was first told, by its name.</param>
    /// <param name="saidBlind">When the watcher said that its own path was lost.</param>
    public static Comparison Of(
        IReadOnlyList<Played> played, LedgerProjection ledger, IReadOnlyDictionary<string, Instant> firstTold, IReadOnlyList<Instant> saidBlind)
    {
        var unexplained = ledger.Components.SelectMany(component => component.Outages.Concat(component.RegionalOutages)).Select(Measured.Of).ToList();
        var rows = ImmutableArray.CreateBuilder<Row>();
        foreach (var one in played)
            foreach (var expected in one.Fault.Shows)
            {
                var (began, ended) = one.Of(expected);
                var candidates = expected.State == State.Maintenance ? Measured.MaintenanceOf(ledger, expected.Component) : unexplained;
                var measured = candidates
                    .Where(candidate => candidate.Component == expected.Component && candidate.Region == expected.Region)
                    .Select(candidate => (Found: candidate, Common: Instant.Min(candidate.KnownUntil, ended.Latest) - Instant.Max(candidate.Began.Earliest, began.Earliest)))
                    .Where(candidate => candidate.Common > Duration.Zero)
                    .OrderByDescending(candidate => candidate.Common)
                    .Select(candidate => candidate.Found)
                    .FirstOrDefault();
                // Once for each: a second outage of the same component, whatever its root, is one too many.
                if (measured is not null) unexplained.Remove(measured);
                Duration? after = measured is not null && firstTold.TryGetValue(measured.Id, out var told) ? told - began.Midpoint : null;
                rows.Add(new Row(one.Fault.Name, expected, began, ended, measured, after));
            }

        var blind = played.Where(one => one.Fault.Shows.IsEmpty).Select(one => Blinded(one, ledger, saidBlind));
        return new Comparison(rows.ToImmutable(), [.. blind], [.. unexplained]);
    }

    private static BlindRow Blinded(Played one, LedgerProjection ledger, IReadOnlyList<Instant> saidBlind)
    {
        var (began, ended) = (one.Began.At[StagedFault.Here], one.Ended.At[StagedFault.Here]);
        var seen = ImmutableArray.CreateBuilder<ComponentId>();
        Duration? shortest = null;
        foreach (var component in ledger.Components)
        {
            // Nothing can have been observed between these two, but by a look that was on its way: to claim anything of it would be a guess.
            if (component.Whole.Within(began.Latest + DemoConfig.LookLimit, ended.Earliest).Any(stretch => stretch.Segment.Likely != State.Unknown)) seen.Add(component.Id);
            var margin = Duration.FromSeconds(10);
            var unknown = component.Whole.Within(began.Earliest - margin, ended.Latest + margin)
                .Where(stretch => stretch.Segment.Likely == State.Unknown)
                .Aggregate(Duration.Zero, (sum, stretch) => sum + stretch.Length);
            if (shortest is null || unknown < shortest) shortest = unknown;
        }
        return new BlindRow(one.Fault.Name, began, ended, saidBlind.Any(at => began.Earliest <= at && at <= ended.Latest), seen.ToImmutable(), shortest ?? Duration.Zero);
    }
}

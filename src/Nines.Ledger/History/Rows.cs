using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>What became of a row of a source. Every row has exactly one fate: the greatest that any rule gave it.</summary>
public enum RowFate
{
    /// <summary>Taken as it is.</summary>
    Used,
    /// <summary>Taken, after a rule changed what it says.</summary>
    Repaired,
    /// <summary>Its time is told by another row too.</summary>
    Merged,
    /// <summary>It tells nothing that could be taken.</summary>
    Rejected,
}

/// <summary>A rule that was applied to a row.</summary>
/// <param name="Row">As the source counts: lines of a text, items of a list, from 1 on.</param>
/// <param name="Rule">One of <see cref="RepairRule"/>.</param>
/// <param name="Before">What the row says.</param>
/// <param name="After">What was taken for it.</param>
public sealed record Repair(int Row, string Target, string Rule, RowFate Fate, string Before, string After);

/// <summary>The rules by which dirty input is mended: words that never change their meaning.</summary>
public static class RepairRule
{
    public const string Unreadable = "unreadable";
    public const string NoTarget = "no_target";
    public const string UnknownTarget = "unknown_target";
    public const string RenamedTarget = "renamed_target";
    public const string UnknownState = "unknown_state";
    public const string OutOfOrder = "out_of_order";
    public const string Duplicate = "duplicate";
    public const string SameInstant = "same_instant";
    public const string InTheFuture = "in_the_future";
    public const string LocalTime = "local_time";
    public const string SingleLook = "single_look";
    public const string NoSpan = "no_span";
    public const string Overlap = "overlap";
    public const string EndsBeforeStart = "ends_before_start";
    public const string ZeroLength = "zero_length";
    public const string OpenForEver = "open_for_ever";
    public const string Repeated = "repeated";
    public const string Pruned = "pruned";

    /// <summary>Every rule with what it does, in the order of the reference.</summary>
    public static IReadOnlyList<(string Rule, string Does)> All { get; } =
    [
        (Unreadable, "A row without an instant, a state or a start that can be read is rejected."),
        (NoTarget, "A row that names no target, where the call names no component for it either, is rejected."),
        (UnknownTarget, "A target that the source's own config does not have (any more) is kept under its own name."),
        (RenamedTarget, "A target that is called by its address is the one that has this address in the source's own config."),
        (UnknownState, "A state or impact that is not in the table moves nothing: a look is left out, an incident counts as minor."),
        (OutOfOrder, "A row against the order of its file is put where its instant belongs."),
        (Duplicate, "A row that says the same as another of the same target and instant is merged with it."),
        (SameInstant, "Of several looks at one target at one instant the worst is taken."),
        (InTheFuture, "What had not happened when it was imported is rejected; what reaches beyond is cut there."),
        (LocalTime, "A local time that its zone has twice is taken as the earlier; one that it skips is moved on by the gap."),
        (SingleLook, "A look that is not up between two that are is a blip, unless the source looks again before it says so: shown here, weight 0."),
        (NoSpan, "A target with a single look tells of no stretch of time; it is rejected."),
        (Overlap, "Incidents of one target that overlap are joined: at each instant the worst counts."),
        (EndsBeforeStart, "An end before its start: the two are exchanged, and the time between is possible and likely, but not sure."),
        (ZeroLength, "An end at its start: the row was written afterwards. Possible for the source's precision on both sides, likely and surely nothing."),
        (OpenForEver, "An incident without an end lasts until the source's evidence ends; after that it is unknown."),
        (Repeated, "Samples that a query may have made by telling the last scrape again, before a silence, are left out."),
        (Pruned, "A change from a time whose looks and totals the source has deleted is left out."),
    ];
}

/// <summary>Accounts for every row of a source: rows read = used + repaired + merged + rejected.</summary>
public sealed class RowAccount
{
    private readonly List<RowFate> fates = [];
    private readonly Dictionary<int, int> indexOf = [];
    private readonly List<Repair> repairs = [];

    public int Read => fates.Count;

    /// <summary>In the order in which the rules were applied.</summary>
    public IReadOnlyList<Repair> Repairs => repairs;

    public int Count(RowFate fate) => fates.Count(one => one == fate);

    /// <summary>A row was read. Each is said once, before any rule is applied to it.</summary>
    /// <exception cref="ArgumentException">It was said before.</exception>
    public void Add(int row)
    {
        indexOf.Add(row, fates.Count);
        fates.Add(RowFate.Used);
    }

    /// <summary>A rule was applied to a row that was said.</summary>
    public void Note(int row, string target, string rule, RowFate fate, string before, string after)
    {
        repairs.Add(new Repair(row, SourceText.Kept(target), rule, fate, SourceText.Kept(before), SourceText.Kept(after)));
        var index = indexOf[row];
        if (fate > fates[index]) fates[index] = fate;
    }

    public RowFate FateOf(int row) => fates[indexOf[row]];
}

/// <summary>What a source says of one target: the path's end, before it gets a component's name.</summary>
/// <param name="To">First instant that the source does not tell of.</param>
/// <param name="Segments">The first at <paramref name="From"/>; outages are numbered "1", "2", …</param>
/// <param name="Resolution">The shortest outage that was surely recorded; null where nobody can say.</param>
public sealed record TargetHistory(string Target, Instant From, Instant To, Duration? Resolution, ImmutableArray<Segment> Segments)
{
    /// <summary>Availability in per cent of the time that is known; degraded is up, maintenance is left out. Null where none is known.</summary>
    internal (decimal Low, decimal Likely, decimal High)? ShareOf(Instant from, Instant to)
    {
        var track = new Track();
        track.Revise(From, Segments);
        decimal known = 0, surely = 0, likely = 0, possibly = 0;
        foreach (var stretch in track.Within(from, to))
        {
            if (stretch.Segment.Likely == State.Unknown || stretch.Segment.Window is not null) continue;
            var length = (decimal)stretch.Length.BclCompatibleTicks;
            known += length;
            if (stretch.Segment.Best.IsDown()) surely += length;
            if (stretch.Segment.Likely.IsDown()) likely += length;
            if (stretch.Segment.Worst.IsDown()) possibly += length;
        }
        return known == 0 ? null : (100 - possibly / known * 100, 100 - likely / known * 100, 100 - surely / known * 100);
    }
}

/// <summary>What a source says of all its targets.</summary>
/// <param name="Assumptions">What the source leaves open and what was taken for it, a sentence each.</param>
public sealed record ReadHistory(ImmutableArray<TargetHistory> Targets, RowAccount Rows, ImmutableArray<string> Assumptions);

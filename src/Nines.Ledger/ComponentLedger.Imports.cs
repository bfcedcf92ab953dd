using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Ledger;

/// <summary>What was taken over of another tool's record, as far as no later import superseded it.</summary>
/// <param name="Digest">Of what was read and how.</param>
/// <param name="Repairs">Rows that were mended, merged or rejected.</param>
public sealed record ImportOnRecord(JournalPosition Position, Instant At, string Source, string Digest, Instant From, Instant To, Duration? Resolution, int Repairs);

// What was imported lies under what Nines itself saw: it shows only where that is unseen.
public sealed partial class ComponentLedger
{
    private readonly List<ImportOnRecord> imports = [];
    private readonly Track imported = new();
    private Track? own;

    /// <summary>In the order of their facts; of one that was superseded in part, what is left of it.</summary>
    public IReadOnlyList<ImportOnRecord> Imports => imports;

    /// <summary>The greatest number that an imported outage of it bears; 0 without one.</summary>
    public int ImportedOutages { get; private set; }

    /// <summary>Where Nines itself saw it within [from, to): what an import of that time does not fill.</summary>
    public IReadOnlyList<Interval> SeenWithin(Instant from, Instant to)
    {
        var until = Frontier is { } frontier ? Instant.Min(to, Own.Segments.Count > 0 ? frontier : from) : from;
        var seen = new List<Interval>();
        foreach (var stretch in Own.Judged(from, until))
        {
            if (stretch.Segment.Likely == State.Unknown) continue;
            if (seen.Count > 0 && seen[^1].End == stretch.From) seen[^1] = new Interval(seen[^1].Start, stretch.To);
            else seen.Add(new Interval(stretch.From, stretch.To));
        }
        return seen;
    }

    /// <summary>True when the newest import that touches this time is the very same: to import it again would change nothing.</summary>
    public bool HasImported(string digest, Instant from, Instant to) =>
        imports.FindLast(import => import.From < to && import.To > from) is { } last && last.Digest == digest && last.From <= from && last.To >= to;

    internal void Import(HistoryImported fact, JournalPosition position)
    {
        foreach (var segment in fact.Segments) ImportedOutages = Math.Max(ImportedOutages, ImportedOutage.NumberOf(Id, segment.Outage) ?? 0);
        if (fact.To <= fact.From || HasImported(fact.Digest, fact.From, fact.To)) return;
        if (own is null) (own = new Track(owner.Corrected)).CopyFrom(Whole);
        if (!InConfig)
        {
            if (declared.Count == 0) Summary = new ComponentSummary(Id, fact.ComponentKind, fact.Labels, [], [], null);
            // Who was taken out of the config is unseen from then on, and may be filled.
            MarkUnseen(goesOn: false);
            MoveFrontier(fact.To);
        }
        Supersede(fact.From, fact.To);
        imports.Add(new ImportOnRecord(position, fact.At, fact.Source, fact.Digest, fact.From, fact.To, fact.Resolution, fact.Repairs));
        if (fact.Segments is [.., { } last] && last.Likely.IsDown()) retired.Add(fact.To);
        imported.Replace(fact.From, fact.To, fact.Segments);
        Whole.Revise(fact.From, [.. Merged(fact.From)]);
    }

    /// <summary>Revises what Nines saw, and lets the whole follow.</summary>
    private void Revise(Track track, Instant from, IReadOnlyList<Segment> segments)
    {
        track.Revise(from, segments);
        if (own is not null && ReferenceEquals(track, own)) Whole.Revise(from, [.. Merged(from)]);
    }

    /// <summary>What Nines saw from an instant on, and what was imported where it saw nothing.</summary>
    private IEnumerable<Segment> Merged(Instant from)
    {
        foreach (var at in Borders(own!, from).Union(Borders(imported, from)).Append(from).Distinct().Order())
        {
            var (seen, told) = (own!.At(at), imported.At(at));
            if (seen is null && told is null) continue;
            var holds = seen is { Likely: not State.Unknown } || told is null || told.Likely == State.Unknown && seen is not null ? seen! : told with { Window = told.Window ?? seen?.Window };
            yield return holds with { From = at };
        }
    }

    private static IEnumerable<Instant> Borders(Track track, Instant from) => track.Segments.Skip(track.IndexBefore(from)).Select(segment => segment.From);

    private bool FillsWithin(Instant from, Instant to) => Own.Judged(from, to).Any(stretch => stretch.Segment.Likely == State.Unknown);

    private void Supersede(Instant from, Instant to)
    {
        for (var i = imports.Count - 1; i >= 0; i--)
        {
            var old = imports[i];
            if (old.From >= to || old.To <= from) continue;
            imports.RemoveAt(i);
            if (old.To > to) imports.Insert(i, old with { From = to });
            if (old.From < from) imports.Insert(i, old with { To = from });
        }
    }

    private string? SourceOf(Outage outage) => ImportedOutage.NumberOf(Id, outage.Id) is null ? null
        : imports.FindLast(import => import.From <= outage.Began.Latest && import.To >= outage.Began.Earliest)?.Source;
}

using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Ledger;

/// <summary>Where in the journal the evidence for a component lies.</summary>
public readonly record struct EvidenceAt(JournalPosition Position, Instant At, Bounds When);

/// <summary>A suspicion that nothing confirmed.</summary>
public sealed record Blip(JournalPosition Position, ProbeId Probe, VantagePointId From, State Suspected, Bounds When, Cause? Because);

/// <summary>What the ledger holds of one component. Read it only while the projection that owns it does not move.</summary>
public sealed partial class ComponentLedger
{
    private readonly SortedDictionary<string, Track> regions = new(StringComparer.Ordinal);
    private readonly List<(Instant At, Duration? Resolution)> declared = [];
    private readonly List<(Instant From, Instant To, Duration Resolution)> late = [];
    private readonly LedgerProjection owner;
    private readonly SortedDictionary<string, Instant> said = new(StringComparer.Ordinal);
    private readonly SortedSet<string> named = new(StringComparer.Ordinal);
    private Instant? ownFrontier;
    private readonly List<Instant> retired = [];
    private (long Version, Instant? Frontier) cachedAt = (-1, null);
    private ImmutableArray<Outage> cachedOutages = [], cachedRegional = [];

    internal ComponentLedger(LedgerProjection owner, ComponentId id) => (this.owner, Id, Whole) = (owner, id, new Track(owner.Corrected));

    public ComponentId Id { get; }

    /// <summary>As the last config that had it says; null when none was seen.</summary>
    public ComponentSummary? Summary { get; private set; }

    /// <summary>False once a config came without it: nothing is claimed of it from then on.</summary>
    public bool InConfig { get; private set; }

    /// <summary>Since when nobody looks at it because somebody said so; null while it is looked at.</summary>
    public ProbingPaused? Paused { get; internal set; }

    /// <summary>The component as a whole.</summary>
    public Track Whole { get; }

    /// <summary>The component as a whole, as Nines itself saw it: without what was imported.</summary>
    public Track Own => own ?? Whole;

    /// <summary>As seen from each region; empty unless more than one is configured.</summary>
    public IReadOnlyDictionary<string, Track> Regions => regions;

    public List<EvidenceAt> Evidence { get; } = [];
    public List<EvidenceAt> Revisions { get; } = [];
    public List<Blip> Blips { get; } = [];

    /// <summary>How many outages of the component as a whole Nines itself ever named, whatever became of them. It never falls.</summary>
    public int OutagesNamed => named.Count;

    /// <summary>First instant of which anything is known; null while nothing is.</summary>
    public Instant? WatchedFrom => Whole.Segments.Count == 0 ? null : Whole.Segments[0].From;

    /// <summary>Nothing is claimed from here on: neither up, nor down, nor unseen.</summary>
    public Instant? Frontier
    {
        get
        {
            if (!InConfig || owner.WatchedUntil is not { } until) return ownFrontier;
            return ownFrontier is { } own && own > until ? own : until;
        }
    }

    /// <summary>What it is at the frontier; null while nothing is known.</summary>
    public Segment? Latest => Whole.Last;

    /// <summary>Outages of the component as a whole, in order of onset.</summary>
    public ImmutableArray<Outage> Outages => Refreshed().cachedOutages;

    /// <summary>Outages as seen from single regions, in order of region and onset.</summary>
    public ImmutableArray<Outage> RegionalOutages => Refreshed().cachedRegional;

    /// <summary>
    /// True while its outages change as the frontier moves on, without any fact: the last segment of the whole or of a region belongs to one, lies in a
    /// window that may pause one, or begins where the frontier has not passed yet. Once false, only a fact makes it true again.
    /// </summary>
    public bool OutagesMove
    {
        get
        {
            var frontier = Frontier;
            bool Moves(Track track) => track.Last is { } last && (last.Outage is not null || (last.Window is not null && last.Worst.IsDown()) || frontier is not { } until || last.From >= until);
            return Moves(Whole) || regions.Values.Any(Moves);
        }
    }

    public ImmutableArray<Maintained> Maintenance => OutageFinder.FindMaintenance(Id, StretchesOf(Whole));

    /// <summary>
    /// The shortest outage that the bounds hold for, between the two instants: the greatest of what the configs in force
    /// declared and of what late observations made of it (TRUTH 3). Null when no probe looks at it.
    /// </summary>
    public Duration? ResolutionBetween(Instant from, Instant to)
    {
        Duration? worst = null;
        for (var i = 0; i < declared.Count; i++)
            if (declared[i].At < to && (i + 1 == declared.Count || declared[i + 1].At > from))
                worst = Longer(worst, declared[i].Resolution);
        foreach (var period in late)
            if (period.From < to && period.To > from)
                worst = Longer(worst, period.Resolution);
        foreach (var import in imports)
            if (import.From < to && import.To > from && FillsWithin(Instant.Max(import.From, from), Instant.Min(import.To, to)))
                worst = Longer(worst, import.Resolution);
        return worst;
    }

    /// <summary>The stretches of a track that may be spoken of: from its first segment to the frontier.</summary>
    internal IReadOnlyList<Stretch> StretchesOf(Track track) =>
        track.Segments.Count == 0 || Frontier is not { } frontier ? [] : [.. track.Within(track.Segments[0].From, frontier)];

    internal void Configure(Instant at, ComponentSummary summary)
    {
        if (!InConfig) MarkUnseen(goesOn: false);
        (Summary, InConfig) = (summary, true);
        // A region that it is no longer looked at from: nothing of it goes on.
        foreach (var (region, track) in regions)
            if ((summary.Regions.Length < 2 || !summary.Regions.Contains(region)) && track.Last is { Outage: not null } && Frontier is { } frontier)
                track.Revise(frontier, [Segment.Unseen(frontier)]);
        if (declared.Count == 0 || declared[^1].Resolution != summary.Resolution) declared.Add((at, summary.Resolution));
    }

    /// <summary>A config came without it. What becomes of an outage that is open nobody will know: it ends here, as far as it is known.</summary>
    internal void Retire()
    {
        ownFrontier = Frontier;
        (InConfig, Paused) = (false, null);
        if (ownFrontier is { } last) retired.Add(last);
    }

    internal void Revise(TimelineRevised fact, JournalPosition position)
    {
        Revise(TrackOf(fact.Region), fact.From, fact.Segments);
        foreach (var segment in fact.Segments)
        {
            if (segment.Outage is not { } outage) continue;
            if (fact.Region is null) named.Add(outage);
            if (segment.Likely.IsDown()) said.TryAdd(outage, fact.At);
        }
        MoveFrontier(fact.At);
        if (fact.Segments.Length > 0) MoveFrontier(fact.Segments[^1].From);
        Revisions.Add(new EvidenceAt(position, fact.At, new Bounds(fact.From, Instant.Max(fact.From, fact.At))));
    }

    internal void MoveFrontier(Instant to)
    {
        if (ownFrontier is not { } own || to > own) ownFrontier = to;
    }

    internal void AddLate(Instant from, Instant to, Duration resolution) => late.Add((from, to, resolution));

    /// <summary>
    /// A run began, or the component came back into the config: nobody watched since the frontier. The judge says so too; that
    /// no gap is ever filled with the state before it must not hang on that. An open outage goes on, with a hole. What is unseen
    /// already is left as the judge said it: it tells only what differs from its own last word.
    /// </summary>
    /// <param name="goesOn">False when an outage that was open has ended: its component was not in the config.</param>
    internal void MarkUnseen(bool goesOn = true)
    {
        if (Frontier is not { } frontier) return;
        foreach (var track in regions.Values.Append(Own))
            if (track.Last is { } last && last.From <= frontier && (last.Likely != State.Unknown || (!goesOn && last.Outage is not null)))
                Revise(track, frontier, [goesOn ? Segment.Unseen(frontier) with { Outage = last.Outage, Cause = last.Outage is null ? null : last.Cause } : Segment.Unseen(frontier)]);
    }

    /// <summary>Adds what no timeline tells: who has taken it up, what people said of it, and that it was cut off.</summary>
    private Outage Complete(Outage outage, Track track)
    {
        if (owner.CorrectionsOf(outage.Id) is { All.IsEmpty: false } corrections) outage = Corrected(outage, track, corrections);
        outage = outage with { Notes = owner.NotesOf(outage.Id), Acknowledged = owner.AcknowledgementOf(outage.Id), SaidAt = said.TryGetValue(outage.Id, out var at) ? at : null, NoticedAt = owner.NoticeOf(outage.Id), ImportedFrom = SourceOf(outage) };
        if (!retired.Contains(outage.KnownUntil)) return outage;
        return outage with { IsCutOff = true, Ended = outage.Ended ?? new Bounds(outage.KnownUntil, outage.KnownUntil) };
    }

    /// <summary>With what people said of it, and beside it what was judged.</summary>
    private Outage Corrected(Outage outage, Track track, Corrections people)
    {
        outage = outage with { Corrections = people.All, CorrectedCause = people.Cause };
        if (people.Cause is not null)
        {
            var judged = outage.Stretches.Select(stretch => stretch with { Segment = stretch.Segment with { Cause = track.At(stretch.From)?.Cause ?? (stretch.Segment.Cause == people.Cause.Cause ? null : stretch.Segment.Cause) } });
            outage = outage with { JudgedCauses = OutageFinder.SharesOf([.. judged]) };
        }
        if (people.Time is not { } time || !track.CorrectedTimes.TryGetValue(outage.Id, out var over) || Observed(outage.Id, outage.Region, track, over) is not { } observed) return outage;
        outage = outage with { CorrectedTime = time, Observed = new ObservedTime(observed.Began, observed.Ended, observed.Length) };
        return time.Claim == CorrectionClaim.FalseAlarm ? outage : outage with
        {
            Began = time.Began ?? observed.Began,
            Ended = observed.Ended is null ? null : time.Ended ?? observed.Ended,
            KnownUntil = Instant.Max(outage.KnownUntil, Instant.Max(observed.KnownUntil, observed.Ended is null ? observed.KnownUntil : (time.Ended ?? observed.Ended)!.Value.Latest)),
            Length = outage.Stretches.Where(stretch => !stretch.IsDisputed).Aggregate(Length.Zero, (sum, stretch) => sum + OutageFinder.LengthOf(stretch)),
        };
    }

    private Outage? Observed(string outage, string? region, Track track, CorrectedTime over) => Frontier is not { } frontier ? null
        : OutageFinder.Find(Id, region, [.. track.Judged(over.From, frontier)]).FirstOrDefault(one => one.Id == outage);

    /// <summary>Somebody said something of an outage: what is drawn of it is drawn anew.</summary>
    /// <param name="before">Of its time, that held until then; with <paramref name="now"/> it says from when on.</param>
    internal void Corrected(string outage, Correction correction, Correction? before, Correction? now)
    {
        Instant? from = null;
        foreach (var track in regions.Values.Append(Whole).Append(Own).Distinct())
        {
            if (!track.Names(outage)) continue;
            track.Touch();
            foreach (var time in new[] { before, now }.OfType<Correction>())
                if (CorrectedTime.Of(outage, time, track.Segments) is { } over && !(from <= over.From)) from = over.From;
        }
        if (from is { } first) Revisions.Add(new EvidenceAt(correction.Position, correction.At, new Bounds(first, Instant.Max(first, correction.At))));
    }

    private Track TrackOf(string? region)
    {
        if (region is null) return Own;
        if (!regions.TryGetValue(region, out var track)) regions.Add(region, track = new Track(owner.Corrected));
        return track;
    }

    private ComponentLedger Refreshed()
    {
        var version = Whole.Version + regions.Values.Sum(track => track.Version) + owner.Told + retired.Count;
        var at = (version, OutagesMove ? Frontier : null);
        if (at == cachedAt) return this;
        var grew = cachedAt.Version == version; // only the frontier moved on
        cachedOutages = Renewed(Whole, null, grew ? cachedOutages : []);
        cachedRegional = [.. regions.SelectMany(region => Renewed(region.Value, region.Key, grew ? [.. cachedRegional.Where(outage => outage.Region == region.Key)] : []))];
        cachedAt = at;
        return this;
    }

    /// <summary>The outages of a track up to the frontier. As it moves on, those before the last stay what they were: nothing of them lies behind it.</summary>
    /// <param name="before">Those of the same track at an earlier frontier; empty to find them all.</param>
    private ImmutableArray<Outage> Renewed(Track track, string? region, ImmutableArray<Outage> before)
    {
        if (before.IsEmpty || Frontier is not { } frontier) return Completed(OutageFinder.Find(Id, region, StretchesOf(track)), region, track, []);
        var anew = OutageFinder.Find(Id, region, [.. track.Within(before[^1].Stretches[0].From, frontier)]);
        // A name that an earlier one has, too: a judge without its memory counts from 1 again. They are one, and all are to be looked for.
        if (anew.Any(outage => before.Take(before.Length - 1).Any(earlier => earlier.Id == outage.Id))) return Completed(OutageFinder.Find(Id, region, StretchesOf(track)), region, track, []);
        return [.. before[..^1], .. Completed(anew, region, track, before[..^1])];
    }

    private ImmutableArray<Outage> Completed(ImmutableArray<Outage> found, string? region, Track track, ImmutableArray<Outage> known) =>
        [.. WithHidden(found, region, track, known).Select(outage => Complete(outage, track))];

    /// <summary>With those of which nothing likely is left as somebody said them: what was observed stays visible.</summary>
    private IEnumerable<Outage> WithHidden(ImmutableArray<Outage> found, string? region, Track track, ImmutableArray<Outage> known)
    {
        if (track.CorrectedTimes.IsEmpty) return found;
        var hidden = track.CorrectedTimes.Where(time => !found.Any(outage => outage.Id == time.Key) && !known.Any(outage => outage.Id == time.Key)).Select(time => Observed(time.Key, region, track, time.Value)).OfType<Outage>()
            .Select(outage => outage with { Stretches = [.. outage.Stretches.Select(stretch => stretch with { IsDisputed = true })] });
        return found.Concat(hidden).OrderBy(outage => outage.Stretches[0].From);
    }

    private static Duration? Longer(Duration? a, Duration? b) => a is null ? b : b is null ? a : Duration.Max(a.Value, b.Value);
}

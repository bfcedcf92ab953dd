using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Verbs.Reading;

/// <summary>A row of nines.components/1. <see cref="State"/> is the state *now*: unknown when nobody has looked for too long.</summary>
internal sealed record ComponentRow
{
    public required ComponentId Component { get; init; }
    public ComponentKind? Kind { get; init; }
    public required string State { get; init; }

    /// <summary>The state at <see cref="KnownUntil"/>, whatever became of it since.</summary>
    public string? LastKnownState { get; init; }

    public Instant? SinceEarliest { get; init; }
    public Instant? SinceLatest { get; init; }
    public Instant? KnownUntil { get; init; }
    public string? Outage { get; init; }
    public string? MaintenanceWindow { get; init; }
    public CauseKind? Cause { get; init; }
    public string? Because { get; init; }
    public Instant? PausedSince { get; init; }
    public Instant? PausedUntil { get; init; }
    public string? PausedBy { get; init; }
    public string? PausedReason { get; init; }
    public decimal? ResolutionS { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public static string Name(State state) => state.Word().Replace(' ', '_');

    public static ComponentRow Of(ComponentLedger component, Instant now, Duration silence)
    {
        var bare = new ComponentRow
        {
            Component = component.Id,
            Kind = component.Summary?.Kind,
            State = Name(Core.State.Unknown),
            KnownUntil = component.Frontier,
            ResolutionS = component.Summary?.Resolution is { } resolution ? DocumentJson.Seconds(resolution) : null,
            Labels = component.Summary?.Labels ?? ImmutableSortedDictionary<string, string>.Empty,
            PausedSince = component.Paused?.At,
            PausedUntil = component.Paused?.Until,
            PausedBy = component.Paused?.By,
            PausedReason = component.Paused?.Reason,
        };
        if (component.Latest is not { } latest || component.Frontier is not { } frontier) return bare;

        var since = SinceOf(component.Whole.Segments, frontier);
        return bare with
        {
            State = Name(now - frontier > silence || !component.InConfig ? Core.State.Unknown : latest.Shown),
            LastKnownState = Name(latest.Shown),
            SinceEarliest = since.Earliest,
            SinceLatest = since.Latest,
            Outage = latest.Outage,
            MaintenanceWindow = latest.Window,
            Cause = latest.Cause?.Kind,
            Because = latest.Cause?.Because,
        };
    }

    public ImmutableArray<string> Cells(Instant now)
    {
        var isNow = State == LastKnownState;
        return
        [
            Component.Value,
            PausedSince is null ? State.Replace('_', ' ') : "paused",
            SinceEarliest is not { } earliest || SinceLatest is not { } latest ? "-" : isNow ? SinceText(earliest, latest, now) : $"was {LastKnownState!.Replace('_', ' ')}",
            PausedSince is not null ? $"paused by {PausedBy}{(PausedUntil is { } end ? $" until {InstantText.Of(end)}" : "")}{(PausedReason is null ? "" : $": {PausedReason}")}"
                : Cause is { } cause ? $"{cause.ToString().ToLowerInvariant()}: {Because}" : "-",
            KnownUntil is { } until ? $"{InstantText.Of(until)} ({SpokenDuration.Ago(until, now)})" : "never seen",
        ];
    }

    /// <summary>When the state shown last began: no earlier than it was possible, no later than it was sure (or its first likely instant, where it never was).</summary>
    internal static Bounds SinceOf(IReadOnlyList<Segment> segments, Instant frontier)
    {
        var last = segments[^1];
        var first = segments.Count - 1;
        while (first > 0 && segments[first - 1].Shown == last.Shown) first--;
        if (last.Shown is Core.State.Unknown or Core.State.Maintenance) return new Bounds(segments[first].From, segments[first].From);

        var possible = first;
        while (possible > 0 && Allows(segments[possible - 1], last.Shown)) possible--;
        var sure = segments.Skip(first).FirstOrDefault(segment => segment.Best == last.Shown && segment.Worst == last.Shown)?.From;
        return new Bounds(segments[possible].From, sure ?? Instant.Max(segments[first].From, Instant.Min(frontier, last.From)));
    }

    private static bool Allows(Segment segment, State state) => segment.Likely != Core.State.Unknown && segment.Best <= state && state <= segment.Worst;

    private static string SinceText(Instant earliest, Instant latest, Instant now) => latest - earliest < Duration.FromSeconds(1)
        ? $"{InstantText.Of(earliest)} ({SpokenDuration.Ago(earliest, now)})"
        : $"{InstantText.Of(earliest)} to {InstantText.Later(earliest, latest)} ({SpokenDuration.Ago(new Bounds(earliest, latest).Midpoint, now)})";
}

/// <summary>A row of nines.blips/1.</summary>
internal sealed record BlipRow(long Position, ComponentId Component, string Probe, VantagePointId From, State Suspected, Instant Earliest, Instant Latest, CauseKind? Cause, string? Because)
{
    public static BlipRow Of(Blip blip) => new(
        blip.Position.Value, blip.Probe.Component, blip.Probe.Name, blip.From, blip.Suspected, blip.When.Earliest, blip.When.Latest, blip.Because?.Kind, blip.Because?.Because);
}

using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>How one component stands now: a value of its own, taken out of the ledger.</summary>
public sealed record Standing
{
    public required ComponentId Id { get; init; }
    public ComponentKind? Kind { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Unknown while nothing was seen of it.</summary>
    public required State State { get; init; }

    /// <summary>When that state began, as far as it is known; null while nothing is known of it.</summary>
    public Bounds? Since { get; init; }

    /// <summary>Within <see cref="Since"/>.</summary>
    public Instant? SinceLikely { get; init; }

    public Cause? Cause { get; init; }

    /// <summary>Its open outage; null while none is open.</summary>
    public Outage? Outage { get; init; }

    /// <summary>All regions that it is looked at from; empty unless there are several.</summary>
    public ImmutableArray<string> Regions { get; init; } = [];

    /// <summary>Those that it is likely not served from.</summary>
    public ImmutableArray<string> RegionsOut { get; init; } = [];

    /// <summary>The open outages as seen from single regions.</summary>
    public ImmutableArray<Outage> RegionalOutages { get; init; } = [];

    /// <summary>Since when nobody looks because somebody said so; null while it is looked at.</summary>
    public ProbingPaused? Paused { get; init; }

    /// <summary>The maintenance window that it is in; null outside of windows.</summary>
    public string? Window { get; init; }

    /// <summary>Nothing else needs it: those who use it are people.</summary>
    public bool IsUsersOwn { get; init; } = true;

    /// <summary>The last outage that is over; null when there is none on record.</summary>
    public Outage? LastOutage { get; init; }

    /// <summary>Its users are not served, or were not when it was last seen.</summary>
    public bool IsBroken => State.IsDown() || (State == State.Unknown && Outage is not null);

    /// <summary>The worse, the higher: what cannot be seen stands above what is merely slow, and below what is seen to be down.</summary>
    public int Badness => State switch
    {
        State.Down => 6,
        State.EffectivelyDown => 5,
        State.Unknown => Outage is null ? 3 : 4,
        State.Degraded => 2,
        State.Maintenance => 1,
        State.Up => RegionsOut.IsEmpty ? 0 : 2,
    };

    /// <param name="needed">Those that something else needs.</param>
    public static Standing Of(ComponentLedger component, IReadOnlySet<ComponentId> needed)
    {
        var last = component.Latest;
        var state = last?.Shown ?? State.Unknown;
        var outages = component.Outages;
        var (since, likely) = SinceOf(component, state);
        return new Standing
        {
            Id = component.Id,
            Kind = component.Summary?.Kind,
            Labels = component.Summary?.Labels ?? ImmutableSortedDictionary<string, string>.Empty,
            State = state,
            Since = since,
            SinceLikely = likely,
            Cause = last?.Cause,
            Outage = outages is [.., { IsOpen: true } open] ? open : null,
            Regions = component.Regions.Count < 2 ? [] : [.. component.Regions.Keys],
            RegionsOut = component.Regions.Count < 2 ? [] : [.. component.Regions.Where(region => region.Value.Last?.Shown.IsDown() == true).Select(region => region.Key)],
            RegionalOutages = component.Regions.Count < 2 ? [] : [.. component.RegionalOutages.Where(outage => outage.IsOpen)],
            Paused = component.Paused,
            Window = last?.Window,
            IsUsersOwn = !needed.Contains(component.Id),
            LastOutage = outages.LastOrDefault(outage => !outage.IsOpen),
        };
    }

    /// <summary>When the present state began: likely, no earlier than the stretches before it that it may have been already, no later than the first in which it surely is.</summary>
    private static (Bounds?, Instant?) SinceOf(ComponentLedger component, State state)
    {
        var segments = component.Whole.Segments;
        if (segments.Count == 0) return (null, null);
        var first = segments.Count - 1;
        while (first > 0 && segments[first - 1].Shown == state) first--;
        var likely = segments[first].From;
        if (state is State.Unknown or State.Maintenance) return (new Bounds(likely, likely), likely);
        var earliest = first;
        while (earliest > 0 && segments[earliest - 1] is { Likely: not State.Unknown } before && before.Best <= state && state <= before.Worst) earliest--;
        var latest = segments.Skip(first).FirstOrDefault(segment => segment.Best == state || (state == State.Up && segment.Worst == State.Up))?.From;
        var end = latest ?? Instant.Max(component.Frontier ?? likely, likely);
        return (new Bounds(segments[earliest].From, Instant.Max(end, likely)), likely);
    }
}

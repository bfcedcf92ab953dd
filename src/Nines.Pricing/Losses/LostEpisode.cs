using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using NodaTime;

namespace Nines.Pricing.Losses;

/// <summary>What is priced as one: an outage's lost time, or the time that was lost without one in a window.</summary>
public sealed record LostEpisode
{
    /// <summary>The outage's name; "no-outage" for time that was lost without one (degraded, or maintenance that the policy counts), "planned" for what may come.</summary>
    public required string Id { get; init; }

    public required ComponentId Component { get; init; }

    /// <summary>In order, apart from each other; at least one.</summary>
    public required ImmutableArray<LostSpan> Spans { get; init; }

    /// <summary>What the same outage had lost before the window: priced there, and needed by what only counts beyond a length.</summary>
    public ImmutableArray<LostSpan> Earlier { get; init; } = [];

    /// <summary>What the same outage lost after the window, as far as that is known: priced there, and needed by what only shows once an outage is over.</summary>
    public ImmutableArray<LostSpan> Later { get; init; } = [];

    /// <summary>The outage beyond the window too.</summary>
    public LostEpisode Entire => Earlier.IsEmpty && Later.IsEmpty ? this : this with { Spans = [.. Earlier, .. Spans, .. Later], Earlier = [], Later = [] };

    /// <summary>True while it goes on: nothing is claimed beyond <see cref="To"/>.</summary>
    public bool IsOpen { get; init; }

    public Instant From => Spans[0].From;

    /// <summary>First instant after it, as far as it is known.</summary>
    public Instant To => Spans[^1].To;

    /// <summary>Lost time by weight, in seconds.</summary>
    public decimal SurelyS => Spans.Sum(span => span.Surely * Seconds(span));
    public decimal LikelyS => Spans.Sum(span => span.Likely * Seconds(span));
    public decimal PossiblyS => Spans.Sum(span => span.Possibly * Seconds(span));

    public const string NoOutage = "no-outage", Planned = "planned";

    /// <summary>A whole outage over [from, to) whose bounds are known exactly: a plan, or a case to reckon with.</summary>
    public static LostEpisode Whole(ComponentId component, Instant from, Instant to, string id = Planned) =>
        new() { Id = id, Component = component, Spans = [new LostSpan(from, to, 1, 1, 1) { Outage = id }] };

    internal static decimal Seconds(LostSpan span) => DocumentJson.Seconds(span.Length);
}

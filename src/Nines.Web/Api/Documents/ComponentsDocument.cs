using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using Nines.Web.Api.Overview;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>Components (nines.components/1), in the order of their names.</summary>
public sealed record ComponentsDocument(long AsOfPosition, ImmutableArray<ComponentRow> Components, string? Next) : IPaged
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nines.components/1";
}

/// <summary>How one component stands.</summary>
public sealed record ComponentRow
{
    public required ComponentId Component { get; init; }
    public required ComponentKind? Kind { get; init; }
    public required ImmutableSortedDictionary<string, string> Labels { get; init; }

    /// <summary>Unknown while nobody sees it: neither up nor down.</summary>
    public required State State { get; init; }

    /// <summary>When that state began, no earlier than this; null while nothing is known of it.</summary>
    public required Instant? SinceEarliest { get; init; }

    public required Instant? SinceLikely { get; init; }
    public required Instant? SinceLatest { get; init; }

    /// <summary>Why it is not up; null while it is.</summary>
    public required CauseKind? Cause { get; init; }

    public required string? Because { get; init; }

    /// <summary>What broke, as a machine word.</summary>
    public required string? Code { get; init; }

    /// <summary>For upstream: what broke it, the earliest first.</summary>
    public required ImmutableArray<ComponentId> Roots { get; init; }

    /// <summary>Its open outage.</summary>
    public required OutageDocument? Outage { get; init; }

    public required ImmutableArray<string> Regions { get; init; }

    /// <summary>Those that it is likely not served from.</summary>
    public required ImmutableArray<string> RegionsOut { get; init; }

    /// <summary>Who paused looking; null while it is looked at.</summary>
    public required string? PausedBy { get; init; }

    /// <summary>The maintenance window that it is in.</summary>
    public required string? Window { get; init; }

    /// <summary>Over the last 30 days, or as far back as it was watched, under the config's policy.</summary>
    [JsonPropertyName("availability_30d")]
    public required AvailabilityRow Availability30Days { get; init; }

    [JsonPropertyName("availability_90d")]
    public required AvailabilityRow Availability90Days { get; init; }

    public static ComponentRow Of(Card card)
    {
        var one = card.Standing;
        return new ComponentRow
        {
            Component = one.Id,
            Kind = one.Kind,
            Labels = one.Labels,
            State = one.State,
            SinceEarliest = one.Since?.Earliest,
            SinceLikely = one.SinceLikely,
            SinceLatest = one.Since?.Latest,
            Cause = one.Cause?.Kind,
            Because = one.Cause?.Because,
            Code = one.Cause?.Code,
            Roots = one.Cause?.Roots ?? [],
            Outage = one.Outage is null ? null : OutageDocument.From(one.Outage) with { NotCounted = card.NotCounted },
            Regions = one.Regions,
            RegionsOut = one.RegionsOut,
            PausedBy = one.Paused?.By,
            Window = one.Window,
            Availability30Days = AvailabilityRow.Of(card.Month),
            Availability90Days = AvailabilityRow.Of(card.Quarter),
        };
    }
}

/// <summary>Shares, cut off after twelve decimals, never rounded up. Null when nothing of the time is known.</summary>
/// <param name="OverS">The stretch that they are of, in seconds: less than was asked for where it was not watched for so long.</param>
public sealed record AvailabilityRow(string Policy, int PolicyVersion, decimal? Low, decimal? Likely, decimal? High, decimal Coverage, decimal OverS)
{
    public static AvailabilityRow Of(AvailabilityFigure figure) =>
        new(figure.Policy.Name, figure.Policy.Version, DocumentJson.Share(figure.Availability?.Low), DocumentJson.Share(figure.Availability?.Likely), DocumentJson.Share(figure.Availability?.High), DocumentJson.Share(figure.Coverage), DocumentJson.Seconds(figure.Over));
}

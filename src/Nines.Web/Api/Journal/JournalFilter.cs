using System.Collections.Immutable;
using System.Text;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Web.Api.Journal;

/// <summary>Which facts are wanted. What is not said lets all through.</summary>
public sealed record JournalFilter
{
    /// <summary>As the journal has them: state_changed. Empty for all.</summary>
    public ImmutableArray<string> Kinds { get; init; } = [];

    /// <summary>That name one of these, or an outage of theirs; empty for all.</summary>
    public ImmutableArray<ComponentId> Components { get; init; } = [];

    /// <summary>That name this outage.</summary>
    public string? Outage { get; init; }

    /// <summary>With these words anywhere in them, in any case.</summary>
    public string? Text { get; init; }

    /// <summary>On record at this instant or later.</summary>
    public Instant? From { get; init; }

    /// <summary>On record before this instant.</summary>
    public Instant? To { get; init; }

    /// <summary>At this position or later.</summary>
    public long? FromPosition { get; init; }

    /// <summary>At this position or before.</summary>
    public long? ToPosition { get; init; }

    internal bool Takes(Fact fact) =>
        (Kinds.IsDefaultOrEmpty || Kinds.Contains(FactKinds.Of(fact), StringComparer.Ordinal))
        && ((From is null && To is null) || FactWords.AtOf(fact) is not { } at || ((From is not { } from || at >= from) && (To is not { } to || at < to)))
        && (Components.IsDefaultOrEmpty || FactWords.ComponentsOf(fact).Any(Components.Contains))
        && (Outage is null || FactWords.OutagesOf(fact).Contains(Outage, StringComparer.Ordinal))
        && (string.IsNullOrWhiteSpace(Text) || Encoding.UTF8.GetString(FactJson.Write(fact)).Contains(Text.Trim(), StringComparison.OrdinalIgnoreCase));
}

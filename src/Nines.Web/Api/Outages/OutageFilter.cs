using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Web.Api.Outages;

/// <summary>Which outages are wanted. What is not said lets all through.</summary>
public sealed record OutageFilter
{
    /// <summary>Of these components; empty for all.</summary>
    public ImmutableArray<ComponentId> Components { get; init; } = [];

    /// <summary>True for open ones, false for those that are over.</summary>
    public bool? Open { get; init; }

    /// <summary>Whose cause with the longest share is this one; as corrected.</summary>
    public CauseKind? Cause { get; init; }

    /// <summary>That possibly reached beyond this.</summary>
    public Instant? From { get; init; }

    /// <summary>That possibly began before this.</summary>
    public Instant? To { get; init; }

    /// <summary>With these words in name, component, causes, notes or the words of who took it up; in any case.</summary>
    public string? Text { get; init; }

    /// <summary>Those of single regions too.</summary>
    public bool Regional { get; init; }

    internal IEnumerable<Outage> Of(LedgerProjection ledger) => ledger.Components
        .Where(component => Components.IsDefaultOrEmpty || Components.Contains(component.Id))
        .SelectMany(component => Regional ? component.Outages.Concat(component.RegionalOutages) : component.Outages)
        .Where(Lets);

    private bool Lets(Outage outage) =>
        (Open is null || outage.IsOpen == Open) && (Cause is null || outage.Cause.Kind == Cause)
        && (From is not { } from || outage.KnownUntil > from) && (To is not { } to || outage.Began.Earliest < to)
        && (string.IsNullOrWhiteSpace(Text) || WordsOf(outage).Any(words => words.Contains(Text.Trim(), StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<string> WordsOf(Outage outage) =>
    [
        outage.Id, outage.Component.Value, outage.Region ?? "", outage.ImportedFrom ?? "", outage.Acknowledged?.By ?? "", outage.Acknowledged?.Note ?? "",
        .. outage.Causes.Select(share => share.Cause.Because), .. outage.Causes.Select(share => share.Cause.Code ?? ""), .. outage.Notes.Select(note => note.Note),
    ];
}

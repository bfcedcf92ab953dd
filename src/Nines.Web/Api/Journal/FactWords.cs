using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Explanations;
using Nines.Ledger.Text;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Api.Journal;

/// <summary>What a fact says in a line, when, and what it names. A kind that has no sentence here is told by its name: the fact itself says all.</summary>
internal static class FactWords
{
    private const int MostCharacters = 300, MostNames = 8;

    /// <summary>When it was put on record; null where it says none.</summary>
    public static Instant? AtOf(Fact fact) => fact switch
    {
        Core.Facts.Watched watched => watched.Until,
        WatcherSuspended suspended => suspended.To,
        // Every other kind has an At of its own; each is a record of the same form.
        _ => fact.GetType().GetProperty("At")?.GetValue(fact) as Instant?,
    };

    /// <summary>Outages that it names, each once.</summary>
    public static ImmutableArray<string> OutagesOf(Fact fact) => fact switch
    {
        OutageAcknowledged told => [told.Outage],
        OutageNoted noted => [noted.Outage],
        CauseCorrected corrected => [corrected.Outage],
        OutageCorrected corrected => [corrected.Outage],
        NoticeSent notice => [notice.Outage],
        IncidentPosted { Outage: { } outage } => [outage],
        TimelineRevised revised => [.. revised.Segments.Select(segment => segment.Outage).OfType<string>().Distinct()],
        HistoryImported import => [.. import.Segments.Select(segment => segment.Outage).OfType<string>().Distinct()],
        _ => [],
    };

    /// <summary>Components that it names, by themselves or by an outage of theirs.</summary>
    public static ImmutableArray<ComponentId> ComponentsOf(Fact fact) => FactStream.ComponentsOf(fact) is { IsEmpty: false } named ? named
        : [.. OutagesOf(fact).Select(ComponentOf).OfType<ComponentId>().Distinct()];

    public static string Of(Fact fact) => Cut(fact switch
    {
        ConfigLoaded loaded => $"config {loaded.Digest[..Math.Min(12, loaded.Digest.Length)]} took effect: {Counted.Of(loaded.Components.Length, "component")}, Nines {loaded.Nines}",
        WatchStarted started => $"watching began, run {started.Run} on {started.Host}",
        WatchStopped stopped => $"watching stopped, run {stopped.Run}",
        Core.Facts.Watched watched => $"all is judged until {InstantText.Of(watched.Until)}{(watched.Late.IsDefaultOrEmpty ? "" : $"; {Counted.Of(watched.Late.Length, "component")} looked at late")}",
        ClockStepped step => FormattableString.Invariant($"the wall clock was set by {step.By.TotalSeconds:+0.0##;-0.0##} s"),
        WatcherSuspended gap => $"the watcher did not run from {InstantText.Of(gap.From)} to {InstantText.Of(gap.To)}",
        VantagePointBlind blind => $"vantage point {blind.VantagePoint} is blind: {blind.Reason}",
        VantagePointSees sees => $"vantage point {sees.VantagePoint} sees again",
        MaintenanceEntered entered => $"maintenance {entered.Window} of {Names(entered.Components)} from {InstantText.Of(entered.From)} to {InstantText.Of(entered.To)}{By(entered.By)}{After(entered.Reason)}",
        MaintenanceEnded ended => $"maintenance {ended.Window} ended{By(ended.By)}",
        ProbingPaused paused => $"nobody looks at {Names(paused.Components)}{(paused.Until is { } until ? $" until {InstantText.Of(until)}" : "")}{By(paused.By)}{After(paused.Reason)}",
        ProbingResumed resumed => $"{Names(resumed.Components)} looked at again{By(resumed.By)}",
        LookAsked asked => $"{asked.By} had {asked.Component} looked at{(asked.Probe is null ? "" : $" by its probe {asked.Probe}")}",
        OutageAcknowledged told => $"{told.By} takes care of {told.Outage}{After(told.Note)}",
        OutageNoted noted => $"{noted.By} on {noted.Outage}: {noted.Note}",
        CauseCorrected corrected => $"{corrected.By} corrected the cause of {corrected.Outage} to {corrected.Cause.ToString().ToLowerInvariant()}{(corrected.Roots.IsDefaultOrEmpty ? "" : $", from {Names(corrected.Roots)}")}: {corrected.Because}",
        OutageCorrected corrected => $"{corrected.By} on {corrected.Outage}: {CorrectionWords.Did(corrected)}: {corrected.Because}",
        StateChanged changed => $"{changed.Probe} from {changed.From}: {changed.Before.Word()} → {changed.After.Word()}{(changed.Because is { } cause ? $", {cause.Kind.ToString().ToLowerInvariant()}: {cause.Because}" : "")}",
        BlipSeen blip => $"{blip.Probe} from {blip.From}: a blip, no second look agreed{After(blip.Because?.Because)}",
        TimelineRevised revised => $"{revised.Component}{(revised.Region is null ? "" : $" from {revised.Region}")} since {InstantText.Of(revised.From)}: {string.Join(", ", revised.Segments.Take(MostNames).Select(segment => segment.Shown.Word()))}",
        HistoryImported import => $"history of {import.Component} from {InstantText.Of(import.From)} to {InstantText.Of(import.To)} was imported out of {import.Source}",
        NoticeSent notice => $"{notice.Channel} {(notice.Failed is null ? "was told" : "could not be told")} that {notice.Outage} {notice.Phase}{After(notice.Failed)}",
        ReportSent sent => $"report {sent.Report} of {sent.Period} {(sent.Failed is null ? "was sent" : "was given up")}{After(sent.Failed)}",
        AccessChanged changed => $"{changed.By}: {FactName(changed.What.ToString())} {changed.Subject}{After(changed.Detail)}",
        IncidentPosted posted => $"{posted.By} told the public of {posted.Incident} ({posted.Phase.ToString().ToLowerInvariant()}): {posted.Name}",
        _ => FactKinds.Of(fact).Replace('_', ' '),
    });

    /// <summary>The component that an outage is of, by its name: shop-7, shop-i7, shop@eu-7.</summary>
    private static ComponentId? ComponentOf(string outage)
    {
        var name = outage.TrimEnd("0123456789".ToCharArray());
        name = name.EndsWith("-i", StringComparison.Ordinal) ? name[..^2] : name.TrimEnd('-');
        if (name.IndexOf('@', StringComparison.Ordinal) is > 0 and var at) name = name[..at];
        return ComponentId.TryParse(name, out var component) ? component : null;
    }

    private static string Names(ImmutableArray<ComponentId> components) =>
        components.Length <= MostNames ? string.Join(", ", components) : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", components.Take(MostNames))} and {components.Length - MostNames} more");

    private static string By(string? who) => who is null ? ", by the config" : $", by {who}";

    private static string After(string? words) => string.IsNullOrEmpty(words) ? "" : $": {words}";

    private static string FactName(string words) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(words).Replace('_', ' ');

    private static string Cut(string text) => text.ReplaceLineEndings(" ") is { Length: > MostCharacters } line ? line[..MostCharacters] + "…" : text.ReplaceLineEndings(" ");
}

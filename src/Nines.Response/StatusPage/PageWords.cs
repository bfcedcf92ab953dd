using System.Globalization;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using NodaTime;
using NodaTime.Text;

namespace Nines.Response.StatusPage;

/// <summary>Times, lengths, figures and names as the page says them, in its language and time zone.</summary>
public static class PageWords
{
    private static readonly LocalTimePattern ToSecond = LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss"), ToMinute = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    /// <summary><c>21 November 2026, 10:02:11 UTC</c>.</summary>
    public static string At(Instant instant, PageOptions options) => At(instant, options, ToSecond);

    /// <summary>Without seconds: for what was planned.</summary>
    public static string AtMinute(Instant instant, PageOptions options) => At(instant, options, ToMinute);

    /// <summary><c>21 November 2026, 10:02:11 UTC ± 4 s</c>: what is printed holds the bounds.</summary>
    public static string When(Bounds bounds, PageOptions options)
    {
        var shown = Instant.FromUnixTimeSeconds(bounds.Midpoint.ToUnixTimeSeconds());
        var off = Duration.Max(bounds.Latest - shown, shown - bounds.Earliest);
        // What is known to the second is told to the second.
        return bounds.Uncertainty == Duration.Zero && off < Duration.FromSeconds(1) ? At(shown, options) : $"{At(shown, options)} ± {Seconds(off)}";
    }

    /// <summary><c>4m 12s (4m 05s – 4m 19s)</c>.</summary>
    public static string Length(Length length, PageTexts texts) => Number(length.ToString(), texts);

    public static string Date(LocalDate date, PageTexts texts) => texts.Fill("form.date",
        ("day", date.Day.ToString(CultureInfo.InvariantCulture)), ("month", MonthName(date, texts)), ("year", date.Year.ToString(CultureInfo.InvariantCulture)));

    /// <summary><c>November 2026</c>.</summary>
    public static string Month(LocalDate date, PageTexts texts) => $"{MonthName(date, texts)} {date.Year.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Never rounded up, whatever the policy prints in reports; in words when nothing is known.</summary>
    public static string Uptime(PageUptime uptime, PageOptions options) =>
        uptime.Availability is { } share ? Percent(share.Likely, options) : options.Texts["uptime.unknown"];

    /// <summary><c>99.912 % – 99.953 %</c>; null when nothing is known, or both are the same.</summary>
    public static string? UptimeBounds(PageUptime uptime, PageOptions options) =>
        uptime.Availability is { } share && Percent(share.Low, options) is var low && Percent(share.High, options) is var high && low != high ? $"{low} – {high}" : null;

    /// <summary>The share of the time that was seen, rounded down.</summary>
    public static string Coverage(PageUptime uptime, PageOptions options) => uptime.Coverage switch
    {
        0 or 1 => PercentText.Of(uptime.Coverage, 0),
        < 0.001m => Number("< 0.1 %", options.Texts), // little is not nothing
        _ => Number(PercentText.Of(uptime.Coverage, 1), options.Texts),
    };

    /// <summary>A length as people say it, never longer than it is: <c>2.9 days</c>, <c>21 h 5 min</c>, <c>less than 1 min</c>.</summary>
    public static string Span(Duration duration, PageTexts texts)
    {
        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
        var minutes = duration.BclCompatibleTicks / NodaConstants.TicksPerMinute;
        if (minutes < 1) return texts["unit.less"];
        if (minutes >= 48 * 60) return texts.Fill("unit.days", ("count", minutes % 1440 == 0 ? Text(minutes / 1440) : Number(string.Create(CultureInfo.InvariantCulture, $"{minutes / 144 / 10m:0.0}"), texts)));
        var (hours, rest) = (minutes / 60, minutes % 60);
        var both = new[] { hours > 0 ? texts.Fill("unit.hours", ("count", Text(hours))) : "", rest > 0 ? texts.Fill("unit.minutes", ("count", Text(rest))) : "" };
        return string.Join(' ', both.Where(part => part.Length > 0));
    }

    /// <summary>What the figures are under, in the page's language: the policy's name and what of it decides.</summary>
    public static string Policy(PageOptions options)
    {
        var (policy, texts) = (options.Policy, options.Texts);
        string Weight(decimal weight) => Number((weight * 100).ToString("0.##", CultureInfo.InvariantCulture), texts) + " %";
        return texts.Fill("uptime.policy", ("policy", policy.Name), ("down", Weight(policy.Down)), ("unusable", Weight(policy.EffectivelyDown)), ("degraded", Weight(policy.Degraded)), ("maintenance", texts[policy.Maintenance switch
        {
            MaintenanceCounts.AsSeen => "uptime.maintenance.as_seen",
            MaintenanceCounts.Excluded => "uptime.maintenance.excluded",
            MaintenanceCounts.AsUp => "uptime.maintenance.as_up",
        }]));
    }

    /// <summary>Names with commas between them; more than a few are counted.</summary>
    public static string Names(IReadOnlyList<PublicComponent> components, PageTexts texts, int most = 8)
    {
        if (components.Count > most) return texts.Fill("names.more", ("names", string.Join(", ", components.Take(most).Select(one => one.Name))), ("count", (components.Count - most).ToString(CultureInfo.InvariantCulture)));
        return components.Count == 0 ? "" : Listed([.. components.Select(one => one.Name)], texts);
    }

    /// <summary>One or more, with commas between them.</summary>
    public static string Listed(IReadOnlyList<string> names, PageTexts texts) =>
        names.Count == 1 ? names[0] : texts.Fill("names.and", ("names", string.Join(", ", names.SkipLast(1))), ("last", names[^1]));

    public static string State(PageState state, PageTexts texts) => texts[state switch
    {
        PageState.Operational => "state.operational",
        PageState.Degraded => "state.degraded",
        PageState.PartialOutage => "state.partial",
        PageState.MajorOutage => "state.major",
        PageState.Maintenance => "state.maintenance",
        PageState.Unknown => "state.unknown",
    }];

    public static string Phase(IncidentPhase phase, PageTexts texts) => texts[phase switch
    {
        IncidentPhase.Investigating => "phase.investigating",
        IncidentPhase.Identified => "phase.identified",
        IncidentPhase.Monitoring => "phase.monitoring",
        IncidentPhase.Resolved => "phase.resolved",
        IncidentPhase.Postmortem => "phase.postmortem",
    }];

    public static string Phase(MaintenancePhase phase, PageTexts texts) => texts[phase switch
    {
        MaintenancePhase.Scheduled => "phase.scheduled",
        MaintenancePhase.InProgress => "phase.in_progress",
        MaintenancePhase.Completed => "phase.completed",
        MaintenancePhase.Cancelled => "phase.cancelled",
    }];

    /// <summary>The page in one sentence: what is broken, or that nothing is.</summary>
    public static string Overall(PageContent content)
    {
        var texts = content.Options.Texts;
        int Count(PageState state) => content.Components.Count(component => component.State == state);
        if (Count(PageState.Unknown) == content.Components.Length) return texts["overall.unknown"];
        if (Count(PageState.MajorOutage) == content.Components.Length) return texts["overall.all_down"];
        if (Count(PageState.MajorOutage) + Count(PageState.PartialOutage) > 0) return texts["overall.some_down"];
        if (Count(PageState.Degraded) > 0) return texts["overall.degraded"];
        if (Count(PageState.Unknown) > 0) return texts["overall.some_unknown"];
        if (Count(PageState.Maintenance) > 0) return texts["overall.maintenance"];
        return content.Unresolved.Any(incident => incident.Impact != IncidentImpact.None) ? texts["overall.incident"] : texts["overall.operational"];
    }

    private static string At(Instant instant, PageOptions options, LocalTimePattern time)
    {
        var local = instant.InZone(options.Zone);
        return $"{Date(local.Date, options.Texts)}, {time.Format(local.TimeOfDay)} {local.GetZoneInterval().Name}";
    }

    /// <summary>Rounded up to whole seconds.</summary>
    private static string Seconds(Duration duration)
    {
        var seconds = (duration.BclCompatibleTicks + NodaConstants.TicksPerSecond - 1) / NodaConstants.TicksPerSecond;
        return seconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{seconds} s") : SpokenDuration.Of(Duration.FromSeconds(seconds), Rounding.Up);
    }

    private static string MonthName(LocalDate date, PageTexts texts) => texts["months"].Split(' ', StringSplitOptions.RemoveEmptyEntries)[date.Month - 1];

    private static string Percent(decimal share, PageOptions options) => Number(PercentText.Of(share, options.Policy.Decimals), options.Texts);

    private static string Number(string text, PageTexts texts) => text.Replace(".", texts["form.decimal"], StringComparison.Ordinal);
}

using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Time;
using Nines.Ledger.Objectives;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>What is promised of a component, or of each of those that labels choose.</summary>
public sealed record ObjectiveEntry
{
    [Description("Unique.")]
    public required string Name { get; init; }

    [Description("One line that stands under its reports.")]
    public string? About { get; init; }

    [Description("The component that it is for; or labels.")]
    public ComponentId? Component { get; init; }

    [Description("It is for each component that has all of these labels, by itself.")]
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("The share of the time that is to be up, with its sign: 99.9%.")]
    public required Percentage Target { get; init; }

    [Description("A duration (30d) for the last so much time at any instant; or day, week, month, quarter or year of the calendar.")]
    public required TimeWindow Window { get; init; }

    [Description("IANA time zone of a calendar window. Default: UTC.")]
    public string? Zone { get; init; }

    [Description("The policy by which time counts as lost. Default: the one that policy names.")]
    public string? Policy { get; init; }

    [Description("The only hours that count. Default: all.")]
    public HoursEntry? Hours { get; init; }

    [Description("Judge slices of time as good or bad. Default: each instant counts for itself.")]
    public SlicesEntry? Slices { get; init; }

    [Description("What follows when so much of the budget is spent.")]
    public ImmutableArray<BudgetStepEntry> Budget { get; init; } = [];
}

/// <summary>Hours of the week.</summary>
public sealed record HoursEntry
{
    [Description("IANA time zone, such as Europe/Zurich.")]
    public required string Zone { get; init; }

    [Description("The hours of each day, by the clock in the zone: monday-friday: [\"09:00-17:30\"]. A day that is not named has none.")]
    public required ImmutableSortedDictionary<string, ImmutableArray<TimeRange>> Week { get; init; }

    [Description("Days without hours, as 2026-12-25.")]
    public ImmutableArray<string> Holidays { get; init; } = [];
}

/// <summary>Slices of time that are good or bad as a whole.</summary>
public sealed record SlicesEntry
{
    [Description("How long each is.")]
    [DurationRange("1m", "1d")]
    public Duration Length { get; init; } = Duration.FromMinutes(1);

    [Description("The share of a slice that has to be up for it to be good.")]
    public required Percentage Target { get; init; }
}

/// <summary>One step of a budget policy.</summary>
public sealed record BudgetStepEntry
{
    [Description("The share of the budget, with its sign: 50%; 100% is all of it.")]
    public required Percentage Spent { get; init; }

    [Description("What follows, as reports print it.")]
    public required string Then { get; init; }
}

/// <summary>A window as it is written: a duration, or a unit of the calendar.</summary>
[Description("Write a duration (30d) for a rolling window, or day, week, month, quarter or year for one of the calendar.")]
public readonly record struct TimeWindow(Duration? Rolling, CalendarUnit Unit, int Count)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeWindow window)
    {
        (window, var known) = text switch
        {
            "day" => (new TimeWindow(null, CalendarUnit.Day, 1), true),
            "week" => (new TimeWindow(null, CalendarUnit.Week, 1), true),
            "month" => (new TimeWindow(null, CalendarUnit.Month, 1), true),
            "quarter" => (new TimeWindow(null, CalendarUnit.Month, 3), true),
            "year" => (new TimeWindow(null, CalendarUnit.Month, 12), true),
            _ => (default, false),
        };
        if (known || text is null || !DurationText.TryParse(text, out var length, out _)) return known;
        window = new TimeWindow(length, default, 0);
        return true;
    }

    public ObjectiveWindow In(DateTimeZone zone) => Rolling is { } length ? new ObjectiveWindow.Rolling(length) : ObjectiveWindow.Calendar.Aligned(Unit, Count, zone);
}

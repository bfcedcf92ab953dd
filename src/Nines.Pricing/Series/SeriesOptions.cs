using System.Collections.Immutable;
using System.ComponentModel;
using Nines.Core;
using Nines.Pricing.Money;
using Nines.Pricing.Losses;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Series;

/// <summary>What the times without a row are.</summary>
public enum MissingRows
{
    /// <summary>Not known: left out of all that is learnt.</summary>
    Gap,
    /// <summary>Nothing was sold: the exporter leaves out what is zero, or the market was closed.</summary>
    Zero,
}

/// <summary>A file of what was earned, traded or done in each hour or day.</summary>
public sealed record SeriesOptions
{
    [Description("What losses call it by.")]
    public required string Name { get; init; }

    [Description("A CSV with a header line, a column of times and one of values: what was earned, traded or done from that time on until the next row's.")]
    [FilePath]
    public required string File { get; init; }

    [Description("What the values are in: a currency or token (USD, ETH), or count for a number of things.")]
    public required string Unit { get; init; }

    [Description("The IANA time zone that the week is lived in, and that times without an offset are of: Europe/Berlin. Default: UTC.")]
    public string? Zone { get; init; }

    [Description("The column of times. Default: time, timestamp, date, datetime, hour or day, whichever is there.")]
    public string? Time { get; init; }

    [Description("The column of values. Default: value, or the only other column.")]
    public string? Value { get; init; }

    [Description("What a time without a row is. Default: gap, not known.")]
    public MissingRows Missing { get; init; }

    [Description("Days that are not like their weekday, as \"2026-12-25\". Write those to come too.")]
    public ImmutableArray<string> Holidays { get; init; } = [];

    [Description("A file of such days, one a line; what stands behind a comma is not read.")]
    [FilePath]
    public string? HolidaysFile { get; init; }

    /// <summary>The word for a series that counts things.</summary>
    public const string Count = "count";

    /// <summary>What is wrong with it before its file is read.</summary>
    internal IEnumerable<PlanMistake> Mistakes()
    {
        if (Unit != Count && !Currency.TryParse(Unit, out _)) yield return new PlanMistake("unit", $"is '{Unit}', which is no unit. Write a currency or token in capitals (USD, ETH), or count.");
        if (Zone is { } zone && DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is null) yield return new PlanMistake("zone", $"is '{zone}', not an IANA time zone.{DidYouMean.Sentence(zone, DateTimeZoneProviders.Tzdb.Ids)}");
        foreach (var day in Holidays)
            if (!SeriesHolidays.TryParse(day, out _)) yield return new PlanMistake("holidays", $"has '{day}', which is not a day. Write it as \"2026-12-25\".");
    }
}

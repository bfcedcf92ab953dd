using System.Collections.Immutable;
using System.Globalization;
using Nines.Pricing.Documents;
using NodaTime;

namespace Nines.Pricing.Profiles;

/// <summary>What <c>nines price profile -o json</c> prints. Values are in <see cref="Unit"/>.</summary>
public sealed record ProfileDocument
{
    public const string SchemaName = "nines.price_profile/1";

    public required string Schema { get; init; }

    /// <summary>Digest of the pricing.</summary>
    public required string Plan { get; init; }

    public required string Name { get; init; }
    public required string Series { get; init; }
    public required string Unit { get; init; }

    /// <summary>SHA-256 of the series' file.</summary>
    public required string Sha256 { get; init; }

    public required Instant From { get; init; }
    public required Instant To { get; init; }
    public required Duration StepS { get; init; }
    public required int Known { get; init; }
    public required int LeftOut { get; init; }
    public required string Zone { get; init; }

    /// <summary>Percent of the back-test's slots that lie within low and high.</summary>
    public required int Level { get; init; }

    /// <summary>In the unit, a week, each week; 0 where no trend was found.</summary>
    public required double TrendAWeek { get; init; }

    public required double HolidayFactor { get; init; }
    public required int HolidaysLearnt { get; init; }

    /// <summary>Null for a series that is too short for one.</summary>
    public required BackTestDocument? BackTest { get; init; }

    /// <summary>The first whole week after the series.</summary>
    public required ImmutableArray<ProfileHourDocument> Week { get; init; }

    public required ImmutableArray<string> Assumptions { get; init; }

    public static ProfileDocument Of(string name, SeasonalProfile profile, string plan) => new()
    {
        Schema = SchemaName,
        Plan = plan,
        Name = name,
        Series = profile.Series.Name,
        Unit = profile.Series.Unit,
        Sha256 = profile.Series.Digest,
        From = profile.Series.From,
        To = profile.Series.To,
        StepS = profile.Series.Steps.Length,
        Known = profile.Series.Known,
        LeftOut = profile.LeftOut,
        Zone = profile.Grid.Zone.Id,
        Level = profile.Options.Level,
        TrendAWeek = profile.Fit.Slope * profile.Grid.Classes,
        HolidayFactor = profile.Fit.HolidayFactor,
        HolidaysLearnt = profile.Fit.HolidaysLearnt,
        BackTest = profile.Test is { } test ? BackTestDocument.Of(test) : null,
        Week =
        [
            .. ProfileChart.WeekOf(profile).SelectMany((day, index) => day.Select((hour, at) => (hour, Slot: string.Create(CultureInfo.InvariantCulture, $"{CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames[(index + 1) % 7]} {at:00}:00"))))
                .Where(slot => slot.hour is not null).Select(slot => new ProfileHourDocument(slot.Slot, slot.hour!.Value.Low, slot.hour.Value.Likely, slot.hour.Value.High)),
        ],
        Assumptions = ProfileText.Assumptions(profile, profile.Series.To - Duration.FromHours(1), profile.Series.To),
    };
}

/// <param name="Hour">Local: Mon 09:00.</param>
public sealed record ProfileHourDocument(string Hour, decimal Low, decimal Likely, decimal High);

/// <param name="Mape">As a share; null where nothing was sold.</param>
/// <param name="Zeros">Slots of nothing: in WAPE and not in MAPE.</param>
public sealed record BackTestDocument(int Weeks, int Slots, int Zeros, double? Mape, double? Wape, double? FlatMape, double? FlatWape, double? LastWeekMape, double? LastWeekWape, bool Better)
{
    public static BackTestDocument Of(BackTest test) => new(test.Weeks, test.Slots, test.Zeros, test.Profile.Mape, test.Profile.Wape, test.Flat.Mape, test.Flat.Wape, test.LastWeek.Mape, test.LastWeek.Wape, test.IsBetter);
}

using Nines.Ledger.History;
using NodaTime;

namespace Nines.Ledger.Tests.Histories;

public sealed class SourceTimeTests
{
    [Theory]
    [InlineData("2026-02-28 23:59:59", "")]
    [InlineData("2024-02-29 00:00:00", ".5")]
    [InlineData("2026-05-01 12:34:56", ".789")]
    [InlineData("2026-05-01 12:34:56", ".123456")]
    [InlineData("2026-05-01 12:34:56", ".123456789")]
    [InlineData("1990-01-01 00:00:00", ".000")]
    public void What_databases_write_is_the_instant_that_ISO_8601_says(string seconds, string fraction)
    {
        var iso = new SourceTime(DateTimeZone.Utc).Parse($"{seconds.Replace(' ', 'T')}{fraction}Z", out _);
        Assert.NotNull(iso);
        Assert.Equal(iso, new SourceTime(DateTimeZone.Utc).Parse(seconds + fraction, out _));
    }

    [Theory]
    [InlineData("2026-02-29 00:00:00")]
    [InlineData("2026-13-01 00:00:00")]
    [InlineData("2026-00-01 00:00:00")]
    [InlineData("2026-01-00 00:00:00")]
    [InlineData("2026-01-01 24:00:01")]
    [InlineData("2026-01-01 00:60:00")]
    [InlineData("2026-01-01 00:00:60")]
    [InlineData("1989-12-31 23:59:59")]
    [InlineData("2200-01-01 00:00:00")]
    [InlineData("2026-01-01 00:00:00.")]
    [InlineData("2026-01-01 00:00:00.1x")]
    public void What_is_no_instant_is_none(string text) => Assert.Null(new SourceTime(DateTimeZone.Utc).Parse(text, out _));

    [Theory]
    [InlineData("2026-10-05T03:00Z")]
    [InlineData("2026-10-05 03:00Z")]
    [InlineData("2026-10-05T05:00+02:00")]
    [InlineData("2026-10-05 03:00 UTC")]
    [InlineData("2026-10-05T05:00")]
    public void An_instant_may_leave_its_seconds_out_with_an_offset_and_without(string text) =>
        Assert.Equal(Instant.FromUtc(2026, 10, 5, 3, 0), new SourceTime(DateTimeZoneProviders.Tzdb["Europe/Berlin"]).Parse(text, out _));

    [Fact]
    public void A_local_time_that_its_zone_skips_or_has_twice_is_noted()
    {
        var berlin = new SourceTime(DateTimeZoneProviders.Tzdb["Europe/Berlin"]);
        Assert.Equal(Instant.FromUtc(2026, 3, 29, 1, 30), berlin.Parse("2026-03-29 02:30:00.000", out var skipped));
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 0, 30), berlin.Parse("2026-10-25 02:30:00", out var twice));
        Assert.Contains("skips", skipped, StringComparison.Ordinal);
        Assert.Contains("twice", twice, StringComparison.Ordinal);
        Assert.Equal(2, berlin.Zoneless);
    }
}

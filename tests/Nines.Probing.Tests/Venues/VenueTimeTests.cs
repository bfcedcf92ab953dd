using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Components;
using Nines.Probing.Answers;
using Nines.Probing.Venues;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests.Venues;

public sealed class VenueTimeTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 1, 1, 12, 0);

    private static VenueTime? Read(string json)
    {
        using var document = JsonDocument.Parse($"[{json}]");
        return JsonPath.TryParse("$[0]", out var path, out _) ? VenueTime.Read(document.RootElement, path) : null;
    }

    [Theory]
    [InlineData("1767268800", 1_000_000_000)]
    [InlineData("1767268800.000", 1_000_000)]
    [InlineData("1767268800000", 1_000_000)]
    [InlineData("\"1767268800000000\"", 1_000)]
    [InlineData("1767268800000000000", 1)]
    [InlineData("\"2026-01-01T12:00:00Z\"", 1_000_000_000)]
    [InlineData("\"2026-01-01T14:00:00.000000+02:00\"", 1_000)]
    public void Times_are_read_in_the_unit_that_their_size_tells(string json, long granularity)
    {
        var read = Read(json);
        Assert.Equal(Noon, read?.Earliest);
        Assert.Equal(Duration.FromNanoseconds(granularity), read?.Granularity);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("-5")]
    [InlineData("\"noon\"")]
    [InlineData("99999999999")]
    [InlineData("1e30")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("{}")]
    public void What_is_no_time_is_none(string json) => Assert.Null(Read(json));

    [Fact]
    public void A_clock_that_may_be_right_is_not_skewed_and_one_that_cannot_be_is() => Prop.ForAll(
        (from ahead in Gen.Choose(-5_000, 5_000)
         from roundTrip in Gen.Choose(0, 3_000)
         from percentOfIt in Gen.Choose(0, 100)
         from granularity in Gen.Elements(1, 1_000)
         select (ahead, roundTrip, percentOfIt, granularity)).ToArbitrary(),
        drawn =>
        {
            var (aheadMs, roundTripMs, percent, granularityMs) = drawn;
            var sent = Noon + Duration.FromMilliseconds(137);
            var read = sent + Duration.FromMilliseconds(roundTripMs * percent / 100);     // when the venue looked at its clock
            var shown = (read + Duration.FromMilliseconds(aheadMs)).ToUnixTimeMilliseconds() / granularityMs * granularityMs;
            var said = new VenueTime(Instant.FromUnixTimeMilliseconds(shown), Duration.FromMilliseconds(granularityMs));
            var clock = ClockDifference.Of(said, sent, sent + Duration.FromMilliseconds(roundTripMs));
            var truth = Duration.FromMilliseconds(aheadMs);
            return clock.Least <= truth && truth <= clock.Most
                && clock.Surely <= Duration.FromMilliseconds(Math.Abs(aheadMs))
                && clock.Uncertainty == Duration.FromMilliseconds(roundTripMs + granularityMs) / 2;
        }).Check(SameDraws.Config);
}

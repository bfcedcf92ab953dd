using Nines.Ledger.History;
using NodaTime;

namespace Nines.Ledger.Tests.Histories;

public sealed class SourceTimeTests
{
    [Theory]
    [InlineData("2026-10-05T03:00Z")]
    [InlineData("2026-10-05 03:00Z")]
    [InlineData("2026-10-05T05:00+02:00")]
    [InlineData("2026-10-05 03:00 UTC")]
    [InlineData("2026-10-05T03:00:00Z")]
    [InlineData("2026-10-05T05:00")]
    public void An_instant_may_leave_its_seconds_out_with_an_offset_and_without(string text) =>
        Assert.Equal(Instant.FromUtc(2026, 10, 5, 3, 0), new SourceTime(DateTimeZoneProviders.Tzdb["Europe/Berlin"]).Parse(text, out _));
}

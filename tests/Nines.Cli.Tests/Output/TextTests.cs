using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Tests.Output;

public sealed class TextTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.12, "120 ms")]
    [InlineData(0.0001, "< 1 ms")]
    [InlineData(3.31, "3.3 s")]
    [InlineData(9.97, "10 s")]
    [InlineData(42, "42 s")]
    [InlineData(59.7, "1m 00s")]
    [InlineData(252, "4m 12s")]
    [InlineData(7_509, "2h 05m 09s")]
    [InlineData(86_399.6, "1d 00h 00m")]
    [InlineData(266_700, "3d 02h 05m")]
    [InlineData(-252, "-4m 12s")]
    public void A_duration_reads_as_people_say_it(double seconds, string text) => Assert.Equal(text, SpokenDuration.Of(Duration.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.3, "just now")]
    [InlineData(252.9, "4m 12s ago")]
    [InlineData(-5, "in 5.0 s")]
    public void An_instant_is_told_relative_to_now(double age, string text)
    {
        var now = Instant.FromUtc(2026, 1, 1, 0, 0);
        Assert.Equal(text, SpokenDuration.Ago(now - Duration.FromSeconds(age), now));
    }

    [Theory]
    [InlineData("2026-01-31T12:00Z")]
    [InlineData("2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T13:00+01:00")]
    [InlineData("-1h")]
    public void An_instant_may_be_given_to_the_minute_to_the_second_or_back_from_now(string text) =>
        Assert.Equal(NodaTime.Instant.FromUtc(2026, 1, 31, 12, 0), Nines.Cli.Output.TimeArgument.Parse(text, "--to", NodaTime.Instant.FromUtc(2026, 1, 31, 13, 0)));
}

using Nines.Core.Time;
using NodaTime;

namespace Nines.Core.Tests.Time;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1d", 86_400_000)]
    public void A_duration_is_a_number_with_a_unit_or_several(string text, int milliseconds)
    {
        Assert.Equal(Duration.FromMilliseconds(milliseconds), DurationText.Parse(text));
        Assert.Equal(DurationText.Parse(text), DurationText.Parse(DurationText.Print(DurationText.Parse(text))));
    }

    [Theory]
    [InlineData("30", "needs a unit. Try 30s.")]
    [InlineData("30s1m", "is not a duration: its parts go from large to small, for example 1m30s.")]
    [InlineData("soon", "is not a duration. Write a number with its unit (ms, s, m, h, d), for example 30s or 1m30s.")]
    [InlineData("-5s", "is not a duration. Write a number with its unit (ms, s, m, h, d), for example 30s or 1m30s.")]
    [InlineData("999999999999d", "is longer than 100 years.")]
    public void What_is_not_one_says_what_to_write(string text, string problem)
    {
        Assert.False(DurationText.TryParse(text, out _, out var said));
        Assert.Equal(problem, said);
    }
}

namespace Nines.Core.Tests;

public sealed class DidYouMeanTests
{
    [Theory]
    [InlineData("evry", "every")]
    [InlineData("berlin", "Europe/Berlin")]
    [InlineData("lin", null)]
    [InlineData("Europe/Berlni", "Europe/Berlin")]
    public void The_nearest_word_is_meant_or_the_one_that_ends_in_it_after_a_slash(string word, string? meant) =>
        Assert.Equal(meant, DidYouMean.Closest(word, ["timeout", "every", "Europe/Berlin", "Other/Berlin"]));
}

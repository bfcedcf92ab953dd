using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Core.Tests.Facts;

/// <summary>A config of thousands of components is kept as one text of some megabytes.</summary>
public sealed class LongConfigTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(4_095)]
    [InlineData(4_096)]
    [InlineData(4_097)]
    [InlineData(300_000)]
    public void A_config_of_any_length_gives_the_bytes_that_its_text_as_a_whole_gives_and_comes_back(int length)
    {
        // An odd number of characters before each pair of surrogates, so that some pair lies across any boundary.
        var text = string.Concat(Enumerable.Repeat("{\"né\":\"a\\b\n\u2028😀<&>\"}", length / 8 + 1))[..length];
        if (length > 0 && char.IsHighSurrogate(text[^1])) text = text[..^1] + "x";

        var bytes = FactJson.Write(new ConfigLoaded(Instant.FromUnixTimeSeconds(1_700_000_000), "d", text, "1.0.0", "tz",
            [new ComponentSummary(new ComponentId("shop"), ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty.Add("team", "web"), [], ["here"], Duration.FromSeconds(20))]));

        Assert.Contains($"\"config\":{JsonSerializer.Serialize(text, FactJson.Options)},", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Contains("\"labels\":{\"team\":\"web\"}", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal(text, Assert.IsType<ConfigLoaded>(FactJson.Read(bytes)).Config);
    }
}

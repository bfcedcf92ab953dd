using System.Text.RegularExpressions;
using Nines.Cli.Config;

namespace Nines.Cli.Tests.Docs;

/// <summary>The configs under examples/, with the probe types that Nines really has.</summary>
public sealed partial class ExampleTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.yaml").Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void An_example_is_without_a_mistake_once_the_variables_are_set_that_its_head_names(string file)
    {
        var named = Variable().Matches(Head(file)).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        var reading = Load(file, name => !named.Contains(name) ? null : name.Contains("URL", StringComparison.Ordinal) || name.EndsWith("RPC", StringComparison.Ordinal) || name.EndsWith("HOOK", StringComparison.Ordinal) ? "https://example.com/x" : "bm90LWEtc2VjcmV0");
        Assert.True(reading is ConfigReading.Loaded, reading is ConfigReading.Refused refused ? string.Join('\n', refused.Mistakes) : "");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Without_its_variables_nothing_else_is_said_to_be_wrong(string file)
    {
        if (Load(file, _ => null) is ConfigReading.Refused refused) Assert.All(refused.Mistakes, mistake => Assert.Equal("NIN1008", mistake.CodeText));
    }

    private static ConfigReading Load(string file, Func<string, string?> environment) =>
        new ConfigLoader(new ConfigSurroundings { Environment = environment }).Load(Path.Combine(Repository.Root, file));

    /// <summary>The comment that the file begins with.</summary>
    private static string Head(string file) => string.Join('\n', Repository.Read(file).Split('\n').TakeWhile(line => line.StartsWith('#')));

    [GeneratedRegex(@"\b[A-Z]+(?:_[A-Z]+)+\b")]
    private static partial Regex Variable();
}

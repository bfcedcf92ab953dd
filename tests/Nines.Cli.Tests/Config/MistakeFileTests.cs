using System.Text.RegularExpressions;
using Nines.Cli.Config;

namespace Nines.Cli.Tests.Config;

/// <summary>A file a mistake: its header says what must be said of it, all of it and nothing else.</summary>
public sealed partial class MistakeFileTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Path.Combine(Loading.Folder, "mistakes"), "*.bad.yml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static (string Text, string[] Expected) Open(string file)
    {
        var text = File.ReadAllText(Path.Combine(Loading.Folder, "mistakes", file));
        return (text, [.. Expectation().Matches(text).Select(match => match.Groups[1].Value)]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_mistake_is_said_where_it_is_and_how_to_mend_it(string file)
    {
        var (text, expected) = Open(file);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Loading.Refused(text).Select(mistake => $"{mistake.CodeText} {mistake}"));
    }

    [Fact]
    public void Every_code_is_documented_and_has_a_file()
    {
        var documented = DocumentedCode().Matches(File.ReadAllText(Path.Combine(Loading.Folder, "errors.md"))).Select(match => match.Groups[1].Value).ToHashSet();
        var inFiles = Files.SelectMany(file => Open(file.Data).Expected).Select(line => line.Split(' ')[0]).ToHashSet();
        foreach (var code in Enum.GetValues<MistakeCode>())
        {
            var text = $"NIN{(int)code}";
            Assert.Contains(text, documented);
            // That there is no file at all cannot be shown by one: ConfigLoaderTests does.
            if (code is not (MistakeCode.File or MistakeCode.TooLarge or MistakeCode.TooMany)) Assert.True(inFiles.Contains(text), $"no file shows {text} ({code})");
        }
        Assert.Equal(Enum.GetValues<MistakeCode>().Length, documented.Count);
    }

    [Fact]
    public void No_message_names_a_type_of_the_program()
    {
        foreach (var mistake in Files.SelectMany(file => Loading.Refused(Open(file.Data).Text)))
            Assert.DoesNotMatch(@"System\.|Nines\.|Nullable|Int32|ImmutableArray|YamlDotNet|Exception", mistake.Message);
    }

    [GeneratedRegex(@"^# expect: (.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Expectation();

    [GeneratedRegex(@"^### (NIN1\d{3}) ", RegexOptions.Multiline)]
    private static partial Regex DocumentedCode();
}

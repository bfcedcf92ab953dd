using System.Text.Json;
using System.Text.RegularExpressions;
using Nines.Cli.Output;
using Nines.Cli.Tests.Docs;
using Nines.Cli.Verbs;

namespace Nines.Cli.Tests.Packaging;

/// <summary>What an image of ours must be, read from its recipe: no image is built here, that needs a daemon.</summary>
public sealed partial class ContainerTests
{
    private const string Recipe = "deploy/container/Dockerfile";

    /// <summary>Instructions of each stage, continued lines joined, comments left out.</summary>
    private static List<List<(string Word, string Value)>> Stages()
    {
        var text = Continued().Replace(string.Join('\n', Repository.Read(Recipe).Split('\n').Where(line => !line.StartsWith('#'))), " ");
        var stages = new List<List<(string, string)>>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var word = line.Split(' ')[0];
            if (word == "FROM") stages.Add([]);
            if (stages.Count > 0) stages[^1].Add((word, line[word.Length..].Trim()));
        }
        return stages;
    }

    private static string Only(List<(string Word, string Value)> stage, string word) => Assert.Single(stage, instruction => instruction.Word == word).Value;

    [Fact]
    public void What_runs_is_not_root_has_no_build_tools_and_is_told_to_stop_as_nines_expects()
    {
        var stages = Stages();
        Assert.Equal(2, stages.Count);
        var runs = stages[^1];

        Assert.Matches(@"^[1-9]\d{3,}:[1-9]\d{3,}$", Only(runs, "USER"));
        Assert.DoesNotContain(runs, instruction => instruction.Word is "RUN" or "ADD" or "SHELL" or "ONBUILD");
        Assert.All(runs.Where(instruction => instruction.Word == "COPY"), copy => Assert.StartsWith("--from=build ", copy.Value));
        Assert.Contains("chiseled", Only(runs, "FROM"), StringComparison.Ordinal);
        Assert.Equal("SIGTERM", Only(runs, "STOPSIGNAL"));
        Assert.Equal("/var/lib/nines", Only(runs, "VOLUME"));
    }

    [Fact]
    public void Images_are_named_with_a_version_and_nothing_like_a_secret_is_baked_in()
    {
        foreach (var instruction in Stages().SelectMany(stage => stage))
        {
            if (instruction.Word == "FROM") Assert.Matches(@"^\S+:\d+\.\d+[\w.-]*( AS \w+)?$", instruction.Value);
            if (instruction.Word is "ENV" or "ARG") Assert.DoesNotMatch(@"(?i)(secret|token|password|passwd|_key|credential)", instruction.Value);
        }
    }

    [Fact]
    public void It_begins_with_nines_itself_and_its_verbs_exist()
    {
        var runs = Stages()[^1];
        var entry = JsonSerializer.Deserialize<string[]>(Only(runs, "ENTRYPOINT"))!;
        var command = JsonSerializer.Deserialize<string[]>(Only(runs, "CMD"))!;
        var health = Only(runs, "HEALTHCHECK");
        var check = JsonSerializer.Deserialize<string[]>(health[health.IndexOf('[', StringComparison.Ordinal)..])!;

        Assert.Equal(["/opt/nines/nines"], entry);
        Assert.Equal(entry[0], check[0]);
        Assert.Matches("--interval=.*--timeout=.*--start-period=.*--retries=", health);
        var screen = new Screen { Out = TextWriter.Null, Error = TextWriter.Null, IsTerminal = false, HasColor = false, Width = 80 };
        var verbs = CommandTree.Create(TimeProvider.System, screen);
        Assert.All((string[][])[command, check[1..]], call => Assert.Empty(verbs.Parse(call).Errors));
    }

    [Fact]
    public void Only_what_the_build_reads_goes_to_it()
    {
        var lines = Repository.Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')).ToList();

        Assert.Equal("*", lines[0]);
        foreach (var path in lines.Where(line => line.StartsWith('!')).Select(line => line[1..]))
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path);
        Assert.Equal(["**/bin", "**/obj"], lines[^2..]);
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();
}

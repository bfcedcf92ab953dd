using System.Text.RegularExpressions;
using Nines.Cli.Config;
using Nines.Cli.Config.Binding;
using Nines.Cli.Reference;
using Nines.Probing;

namespace Nines.Cli.Tests.Docs;

public sealed partial class ConfigPageTests
{
    [Fact]
    public void The_committed_page_of_the_config_is_the_one_that_the_records_make() => Repository.IsCurrent("docs/reference/config.md", ConfigPage.Text(ProbeType.All));

    [Theory]
    [InlineData("| `listen` | address:port, or `off` |")]
    [InlineData("| `every` | duration | `30s` | 1s to 1d |")]
    [InlineData("| `name` | name | must be given |")]
    [InlineData("| `webhook` (_file) | URL |  |")]
    public void The_page_shows_types_defaults_ranges_and_what_may_come_from_a_file(string row) => Assert.Contains(row, ConfigPage.Text(ProbeType.All));

    [Fact]
    public void Every_group_of_keys_of_the_file_has_a_section()
    {
        var page = ConfigPage.Text(ProbeType.All);
        var groups = RecordKeys.Of(typeof(ConfigFile)).Keys.Where(key => !ScalarReader.Reads(key.Type) && (Collections.ItemOf(key.Type) is not { } item || !ScalarReader.Reads(item))).Select(key => key.Name).ToList();
        Assert.Contains("console", groups);
        Assert.All(groups, name => Assert.Contains($"\n## {name}\n", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_key_of_the_config_and_of_every_probe_says_what_it_is_about()
    {
        Type[] records = [typeof(ConfigFile), typeof(VantagePointEntry), typeof(ControlEntry), typeof(ComponentEntry), typeof(DiscoverEntry), typeof(ProbeSettings), typeof(MaintenanceEntry), typeof(PolicyEntry), typeof(WeightsEntry), typeof(ObjectiveEntry), typeof(HoursEntry), typeof(SlicesEntry), typeof(BudgetStepEntry), typeof(NotifierEntry), typeof(DefaultsEntry)];
        var silent = records.Concat(ProbeType.All.Select(type => type.OptionsType))
            .SelectMany(record => RecordKeys.Of(record).Keys.Where(key => string.IsNullOrEmpty(key.About)).Select(key => $"{record.Name}.{key.Name}"));
        Assert.Empty(silent);
    }

    /// <summary>Every YAML block is a whole config, the probes of a component, part of a config, or another tool's; variables in it have values.</summary>
    [Fact]
    public void Every_config_in_the_docs_loads_without_a_mistake()
    {
        var found = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var page = Path.GetRelativePath(Repository.Root, file);
            foreach (var block in YamlBlock().Matches(Repository.Read(page)).Select(match => match.Groups[1].Value))
            {
                found++;
                if (Config(block) is { } config) Loads(page, config);
                else ReadsAsYaml(page, block);
            }
        }
        Assert.True(found >= 30, $"Only {found} blocks were found.");
    }

    private static void Loads(string page, string config)
    {
        var surroundings = new ConfigSurroundings { Environment = name => name.EndsWith("URL", StringComparison.Ordinal) ? "https://example.com/x" : "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" };
        var reading = new ConfigLoader(surroundings).Read(page, System.Text.Encoding.UTF8.GetBytes(config), Repository.Root);
        // Files that only the reader's machine has (a token, a root) are no mistake of the docs.
        if (reading is ConfigReading.Refused refused && refused.Mistakes.Where(mistake => !mistake.ToString().Contains("There is no file /", StringComparison.Ordinal)).ToList() is { Count: > 0 } mistakes)
            Assert.Fail($"{page}: {string.Join('\n', mistakes)}\nin\n{config}");
    }

    private static void ReadsAsYaml(string page, string block)
    {
        try
        {
            new YamlDotNet.RepresentationModel.YamlStream().Load(new StringReader(block));
        }
        catch (YamlDotNet.Core.YamlException broken)
        {
            Assert.Fail($"{page}: {broken.Message}\nin\n{block}");
        }
    }

    /// <summary>The block made a whole config; null when it is another tool's.</summary>
    private static string? Config(string block)
    {
        var lines = block.Split('\n');
        if (lines.Contains("components:")) return block;
        if (lines[0] == "probes:") return $"components:\n  - name: a\n    kind: infra\n{Indented(block)}";
        var key = lines[0].TrimEnd(':');
        return RecordKeys.Of(typeof(ConfigFile)).Keys.Any(known => known.Name == key)
            ? $"{block}components:\n  - name: shop-api\n    kind: infra\n    probes:\n      - tcp: 192.0.2.1:443\n"
            : null;
    }

    private static string Indented(string block) => string.Concat(block.TrimEnd('\n').Split('\n').Select(line => $"    {line}\n"));

    [GeneratedRegex(@"^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}

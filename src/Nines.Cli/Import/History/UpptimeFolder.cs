using System.Collections.Immutable;
using System.Text.Json;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;
using Nines.Cli.Output;
using Nines.Ledger.History;
using Nines.Ledger.History.Upptime;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary>The files of an Upptime repository besides its commits: its config, a file a site, and the figures that it publishes.</summary>
internal sealed class UpptimeFolder
{
    private const int MostSites = 10_000;
    private static readonly string[] Configs = [".upptimerc.yml", "upptimerc.yml"];
    private static readonly string[] Summaries = ["history/summary.json", "api/summary.json", "summary.json"];

    private readonly string folder;
    private readonly List<(string Name, byte[] Bytes)> read = [];

    /// <summary>owner/repository, as its config says; else the folder's name.</summary>
    public string Repository { get; private set; }

    /// <summary>What its config has under sites, with what their files add.</summary>
    public List<UpptimeSite> Sites { get; } = [];

    public ImmutableArray<UpptimeFigure> Figures { get; private set; } = [];

    /// <summary>Time between two looks as the config says; null where it does not.</summary>
    public Duration? Cadence { get; private set; }

    /// <summary>Whether issues that were closed within 15 minutes are kept.</summary>
    public bool KeepsShortIssues { get; private set; }

    private UpptimeFolder(string folder) => (this.folder, Repository) = (folder, Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)));

    /// <summary>What was read, for the digest.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Files => read;

    public static UpptimeFolder Read(string folder, SourceTime time)
    {
        if (!Directory.Exists(folder)) throw new Fault("NIN4210", ExitCode.OutOfReach, $"{folder}: cannot be read: it is no folder. Name a local clone of the repository.");
        var found = new UpptimeFolder(folder);
        if (Configs.FirstOrDefault(found.Has) is { } config) found.ReadConfig(config);
        found.ReadSites(time);
        if (Summaries.FirstOrDefault(found.Has) is { } summary) found.ReadFigures(summary);
        return found;
    }

    public UpptimeSite? Site(string name) => Sites.Find(site => site.Name == name);

    private bool Has(string name) => File.Exists(Path.Combine(folder, name));

    private byte[] Take(string name)
    {
        var bytes = SourceFile.Read(Path.Combine(folder, name), YamlReader.MaxBytes);
        read.Add((name, bytes));
        return bytes;
    }

    private YamlTree.Mapping? Yaml(string name)
    {
        var mistakes = new MistakeList();
        return YamlReader.Read(Take(name), new ConfigSource(name, folder), mistakes) as YamlTree.Mapping;
    }

    private void ReadConfig(string name)
    {
        if (Yaml(name) is not { } tree) throw SourceFile.NotWhatItShouldBe(Path.Combine(folder, name), "it is no YAML with keys");
        if (Text(tree, "owner") is { Length: > 0 } owner && Text(tree, "repo") is { Length: > 0 } repo) Repository = $"{owner}/{repo}";
        KeepsShortIssues = Text(tree, "skipDeleteIssues") == "true";
        if (tree.Find("workflowSchedule") is YamlTree.Mapping schedule && Text(schedule, "uptime") is { } cron) Cadence = EveryOf(cron);
        if (tree.Find("sites") is YamlTree.Sequence sites)
            foreach (var site in sites.Items.OfType<YamlTree.Mapping>().Take(MostSites))
                if (Text(site, "name") is { Length: > 0 } called) Sites.Add(new UpptimeSite(called, Text(site, "url") ?? "", Text(site, "slug"), null, null));
    }

    private void ReadSites(SourceTime time)
    {
        var beside = Directory.Exists(Path.Combine(folder, "history")) ? "history" : "";
        var files = Directory.EnumerateFiles(Path.Combine(folder, beside), "*.yml").Select(Path.GetFileName).OfType<string>()
            .Where(file => !Configs.Contains(file)).Order(StringComparer.Ordinal).Take(MostSites).ToList();
        foreach (var file in files)
        {
            if (Yaml(Path.Combine(beside, file)) is not { } tree) continue;
            var (url, slug) = (Text(tree, "url") ?? "", Path.GetFileNameWithoutExtension(file));
            var (started, updated) = (time.Parse(Text(tree, "startTime"), out _), time.Parse(Text(tree, "lastUpdated"), out _));
            var index = Sites.FindIndex(site => site.Slug == slug);
            if (index < 0) index = Sites.FindIndex(site => url.Length > 0 && site.Url == url && site.Started is null);
            if (index >= 0) Sites[index] = Sites[index] with { Slug = slug, Started = started, LastUpdated = updated };
        }
    }

    private void ReadFigures(string name)
    {
        try
        {
            Figures = UpptimeFigure.Read(Take(name));
        }
        catch (JsonException broken)
        {
            throw SourceFile.NotWhatItShouldBe(Path.Combine(folder, name), $"it is no JSON: {broken.Message}");
        }
    }

    private static string? Text(YamlTree.Mapping tree, string key) => tree.Find(key) is YamlTree.Scalar { IsNull: false } scalar ? scalar.Text : null;

    /// <summary>Of the schedules that people write: every n minutes, or once an hour.</summary>
    private static Duration? EveryOf(string cron)
    {
        var parts = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5 || parts[1] != "*" || parts[2] != "*") return null;
        if (parts[0] == "*") return Duration.FromMinutes(1);
        if (parts[0].StartsWith("*/", StringComparison.Ordinal) && int.TryParse(parts[0].AsSpan(2), out var every) && every is > 0 and < 60) return Duration.FromMinutes(every);
        return int.TryParse(parts[0], out var minute) && minute is >= 0 and < 60 ? Duration.FromHours(1) : null;
    }
}

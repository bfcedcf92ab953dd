using System.Text.Json;
using System.Text.RegularExpressions;
using Nines.Backbone.Embedded;
using Nines.EndToEnd.Tests;
using Nines.Testing;

namespace Nines.Browser.Tests.World;

/// <summary>
/// A small crypto business on loopback, every part of which can be broken and mended, and the real <c>nines up</c> that watches it. It has
/// a past (imported), so that pages have something to show from the first second.
/// </summary>
internal sealed partial class WatchedWorld : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, SwitchedServer> targets;
    private readonly bool isNew;
    private readonly TemporaryFolder folder = new();
    private readonly HashSet<string> broken = new(StringComparer.Ordinal);
    private NinesProcess? nines;

    private WatchedWorld(bool isNew)
    {
        this.isNew = isNew;
        targets = (isNew ? WorldConfig.ProbedWhenNew : WorldConfig.Probed).ToDictionary(name => name, _ => new SwitchedServer(), StringComparer.Ordinal);
    }

    /// <summary>Where the console is.</summary>
    public Uri Console { get; private set; } = null!;

    /// <summary>Where the public page is; it ends in a slash.</summary>
    public Uri StatusPage { get; private set; } = null!;

    /// <summary>By which the first admin is made.</summary>
    public string SetUpLink => FirstAdmin().Match(Said).Groups[1].Value;

    /// <summary>Of the watch.</summary>
    public string DataFolder => Path.Combine(folder.Path, "data");

    /// <summary>What the watch has said so far.</summary>
    public string Said => nines!.Said;

    /// <summary>Watches; every probe has answered once.</summary>
    public static async Task<WatchedWorld> StartAsync()
    {
        var world = new WatchedWorld(isNew: false);
        await world.RunAsync();
        return world;
    }

    /// <summary>As somebody has it who has just begun: one component, no past, no status page, and nobody who can log in.</summary>
    public static async Task<WatchedWorld> StartNewAsync()
    {
        var world = new WatchedWorld(isNew: true);
        await world.RunAsync();
        return world;
    }

    /// <summary>From now on its answers are bad.</summary>
    public void Break(string component)
    {
        broken.Add(component);
        targets[component].Good = false;
    }

    public void Mend(string component) => targets[component].Good = true;

    public void MendAll()
    {
        foreach (var target in targets.Values) target.Good = true;
    }

    /// <summary>
    /// Waits until everything is mended and seen to be so. What was broken is waited for until every vantage point has looked again after it was surely
    /// up: what breaks sooner may never have been up, so it is the same outage, with what a journey before wrote about it.
    /// </summary>
    public async Task AllUpAsync()
    {
        using var client = new HttpClient { BaseAddress = Console };
        var metrics = "";
        await Patience.UntilAsync("everything is up", async () =>
        {
            using var answer = await client.GetAsync("/metrics"); // 503 until it is there
            metrics = await answer.Content.ReadAsStringAsync();
            return (isNew ? WorldConfig.ProbedWhenNew : WorldConfig.Components).All(name => IsUp(metrics, name));
        }, () => $"{nines!.Said}\n{string.Join('\n', metrics.Split('\n').Where(line => line.StartsWith("nines_component_state", StringComparison.Ordinal)))}", Pause);
        foreach (var component in broken)
        {
            await Patience.UntilAsync($"{component} is surely up", async () =>
            {
                using var answer = await client.GetAsync($"/api/v1/components/{component}/timeline");
                using var timeline = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
                return timeline.RootElement.GetProperty("whole").EnumerateArray().Last().GetProperty("possibly").GetString() == "up";
            }, () => nines!.Said, Pause);
            var asked = targets[component].Asked;
            await Patience.UntilAsync($"{component} was looked at again", () => targets[component].Asked >= asked + (2 * WorldConfig.VantagePoints), () => nines!.Said, Pause);
        }
        broken.Clear();
    }

    /// <summary>Waits until the watch has said it, which it does as soon as the fact is on record.</summary>
    public Task SaysAsync(string words) => nines!.SaysAsync(words);

    /// <summary>How many facts are on record.</summary>
    public async Task<long> FactsAsync()
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(DataFolder, TimeProvider.System);
        return (await journal.HeadAsync()).Value;
    }

    /// <summary>Runs a verb beside the watch.</summary>
    public async Task<string> RunVerbAsync(params string[] arguments)
    {
        var (exit, said) = await NinesProcess.RunAsync(folder.Path, arguments);
        return exit == 0 ? said : throw new InvalidOperationException($"nines {string.Join(' ', arguments)} ended with {exit}: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        if (nines is not null)
        {
            await nines.TerminateAsync();
            await nines.DisposeAsync();
        }
        foreach (var target in targets.Values) await target.DisposeAsync();
        folder.Dispose();
    }

    private async Task RunAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), isNew ? WorldConfig.New(targets.Single().Value.Url) : WorldConfig.Yaml(name => targets[name].Url));
        if (!isNew)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Path, "past.csv"), WorldConfig.Past());
            await RunVerbAsync("import", "csv", "past.csv");
        }
        nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Listening on ");
        Console = new Uri($"http://{Listening().Match(nines.Said).Groups[1].Value}/");
        await nines.SaysAsync("Watching");
        if (!isNew)
        {
            await nines.SaysAsync("The status page listens on ");
            StatusPage = new Uri($"http://{PublicListening().Match(nines.Said).Groups[1].Value}/");
        }
        await AllUpAsync();
    }

    private static bool IsUp(string metrics, string component) =>
        Regex.IsMatch(metrics, $"^nines_component_state\\{{component=\"{Regex.Escape(component)}\",[^}}]*state=\"up\"\\}} 1", RegexOptions.Multiline);

    [GeneratedRegex(@"Listening on (\S+?)[\s.]*$", RegexOptions.Multiline)]
    private static partial Regex Listening();

    [GeneratedRegex(@"Make the first admin, once, at (http://\S+)")]
    private static partial Regex FirstAdmin();

    [GeneratedRegex(@"The status page listens on (\S+?)[\s.]*$", RegexOptions.Multiline)]
    private static partial Regex PublicListening();
}

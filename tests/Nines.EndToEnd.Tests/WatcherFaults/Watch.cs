using System.Text.Json;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Outages;
using Nines.Testing;
using NodaTime;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>A running <c>nines up</c> in a folder of its own, and what is on record of it.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    public string Folder => folder.Path;

    public string Data => Path.Combine(Folder, "data");

    /// <summary>A program that becomes nines, see <see cref="NinesProcess"/>; the verbs that read are started through it too.</summary>
    public IReadOnlyList<string> Through { get; set; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Seconds that may be unknown beside a fault: until the first look, and until looks come again. A busy machine takes its time for
    /// both, so what the tests waited for is counted, and not a guess.
    /// </summary>
    public double Slack => waited.TotalSeconds + 10;

    private Duration waited;

    public NinesProcess Up { get; private set; } = null!;

    public static Instant Now => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());

    public static Task RestAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>A component with one HTTP probe that looks each second.</summary>
    public static string Component(string name, string url, string tripwire = "off") => $"""
          - name: {name}
            kind: dapp
            probes:
              - http: {url}
                every: 1s
                timeout: 1s
                tripwire: {tripwire}
                conditions:
                  - body contains "well"

        """;

    /// <param name="config">Everything but data and listen.</param>
    public async Task StartAsync(string? config = null)
    {
        if (config is not null) await File.WriteAllTextAsync(Path.Combine(Folder, "nines.yaml"), $"data: ./data\nlisten: off\n{config}");
        if (Up is not null) await Up.DisposeAsync();
        var begun = Now;
        Up = NinesProcess.Start(Folder, Through, ["up"], Environment);
        await Up.SaysAsync("Watching");
        waited += Now - begun;
    }

    /// <summary>What a verb says with -o json.</summary>
    public async Task<JsonElement> AskAsync(params string[] verb)
    {
        var (exit, said) = await NinesProcess.RunThroughAsync(Folder, Through, [.. verb, "-o", "json"]);
        Assert.True(exit == 0, $"{string.Join(' ', verb)}: {exit}: {said}");
        return JsonSerializer.Deserialize<JsonElement>(said[said.IndexOf('{', StringComparison.Ordinal)..]);
    }

    public async Task<IReadOnlyList<Fact>> FactsAsync()
    {
        if (!File.Exists(Path.Combine(Data, "nines.db"))) return [];
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Data, TimeProvider.System);
        return [.. (await journal.ReadAsync(JournalPosition.Start, int.MaxValue)).Select(entry => entry.Fact)];
    }

    public async Task<LedgerProjection> LedgerAsync()
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Data, TimeProvider.System);
        return await LedgerProjection.LoadAsync(journal);
    }

    public async Task<IReadOnlyList<Outage>> OutagesAsync(string component) =>
        [.. (await LedgerAsync()).Outages.Where(outage => outage.Component == new ComponentId(component))];

    public Task UntilUpAsync(string component, Instant? since = null) => UntilAsync($"{component} is up", async () =>
        (await FactsAsync()).OfType<TimelineRevised>().LastOrDefault(revised => revised.Region is null && revised.Component == new ComponentId(component))
            is { Segments: [.., var last] } revised && last.Likely == State.Up && (since is null || revised.At >= since));

    public Task UntilOutageAsync(string component, int count, bool isOpen) => UntilAsync($"{component}'s outage {count} is {(isOpen ? "open" : "over")}", async () =>
        await OutagesAsync(component) is var outages && outages.Count >= count && outages[count - 1].IsOpen == isOpen);

    public Task UntilAsync(string what, Func<Task<bool>> isSo) => WaitAsync(what, async () => File.Exists(Path.Combine(Data, "nines.db")) && await isSo());

    /// <summary>Waits until a server is asked so many times more: so many looks are over, or all but the last are.</summary>
    public Task UntilAskedAsync(SwitchedServer server, int more)
    {
        var asked = server.Asked;
        return WaitAsync($"{more} more requests come", () => Task.FromResult(server.Asked >= asked + more));
    }

    /// <summary>As <see cref="UntilAsync"/>, where the folder is not to be seen from here.</summary>
    public async Task WaitAsync(string what, Func<Task<bool>> isSo)
    {
        var begun = Now;
        await Patience.UntilAsync(what, isSo, () => Up.Said, TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        waited += Now - begun;
    }

    /// <summary>One component's line of <c>nines report --policy strict</c>.</summary>
    public async Task<JsonElement> ReportAsync(string component) =>
        (await AskAsync("report", "--policy", "strict")).GetProperty("components").EnumerateArray().Single(line => line.GetProperty("component").GetString() == component);

    public async Task<JsonElement[]> OutageLinesAsync(string component) =>
        [.. (await AskAsync("get", "outages")).GetProperty("outages").EnumerateArray().Where(line => line.GetProperty("component").GetString() == component)];

    public async ValueTask DisposeAsync()
    {
        if (Up is not null) await Up.DisposeAsync();
        folder.Dispose();
    }
}

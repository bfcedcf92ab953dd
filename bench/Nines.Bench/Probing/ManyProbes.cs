using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Bench.Processes;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Bench.Probing;

/// <summary>What <c>nines up</c> says of itself as it ends.</summary>
/// <param name="Missed">Due times that passed without a look.</param>
internal sealed record Punctuality(long Looks, long Missed, long Faults, double LateP50, double LateP99, double LateMax);

/// <summary><c>nines up</c> as a process of its own, with a component and a probe for each target and everything else as it is without a config.</summary>
internal sealed partial class ManyProbes : IAsyncDisposable
{
    private readonly Child child;
    private readonly string data;

    private ManyProbes(Child child, string data) => (this.child, this.data) = (child, data);

    public double ProcessorSeconds => child.ProcessorTime.TotalSeconds;

    /// <summary>Memory that is held of the machine's, in KB.</summary>
    public double ResidentKb
    {
        get
        {
            child.RequireRunning();
            var line = File.ReadLines($"/proc/{child.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
    }

    public void RequireRunning() => child.RequireRunning();

    /// <param name="folder">A data folder that is there already is gone on with: that is a restart.</param>
    public static async Task<ManyProbes> StartAsync(string root, string folder, ManyTargets targets, int count, int every)
    {
        var yaml = new StringBuilder(Invariant($"defaults: {{ every: {every}s, timeout: 5s }}\ncomponents:\n"));
        for (var i = 0; i < count; i++) yaml.Append(Invariant($"  - name: c{i}\n    kind: dapp\n    probes: [ {{ http: \"{targets.UrlOf(i)}\" }} ]\n"));
        var config = Path.Combine(folder, "nines.yaml");
        await File.WriteAllTextAsync(config, yaml.ToString());
        var data = Path.Combine(folder, "data");
        var nines = Path.Combine(root, "src", "Nines.Cli", "bin", "Release", "net10.0", "nines.dll");
        return new ManyProbes(new Child("dotnet", [nines, "up", "--config", config, "--data", data]), data);
    }

    /// <summary>Ends it, and reads what it said of itself.</summary>
    public async Task<Punctuality> StopAsync()
    {
        await child.DisposeAsync();
        var match = LastWords().Match(child.Said);
        if (!match.Success) throw new InvalidOperationException($"nines up did not say how punctual it was: {child.Said}");
        double Number(int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
        return new Punctuality((long)Number(1), (long)Number(2), (long)Number(3), Number(4), Number(5), Number(6));
    }

    /// <summary>How long after its last start the last of its components had been seen, by its own record; null while one has not been.</summary>
    public async Task<Duration?> AllSeenAfterStartAsync(int count)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(data, TimeProvider.System);
        Instant? started = null;
        var seen = new Dictionary<ComponentId, Instant>();
        var position = JournalPosition.Start;
        while (await journal.ReadAsync(position, 10_000) is { Count: > 0 } entries)
        {
            position = entries[^1].Position;
            foreach (var fact in entries.Select(entry => entry.Fact))
            {
                if (fact is WatchStarted start)
                {
                    started = start.At;
                    seen.Clear();
                }
                else if (fact is TimelineRevised { Region: null, Segments: [.., { Likely: State.Up } up] } revised) seen.TryAdd(revised.Component, up.From);
            }
        }
        return seen.Count < count || started is not { } since ? null : seen.Values.Max() - since;
    }

    public ValueTask DisposeAsync() => child.DisposeAsync();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Looked (\d+) times; missed (\d+), probe faults (\d+)\. Looks began late by ([\d.]+) ms \(half of them at most\), ([\d.]+) ms \(99 of 100\), ([\d.]+) ms")]
    private static partial Regex LastWords();
}

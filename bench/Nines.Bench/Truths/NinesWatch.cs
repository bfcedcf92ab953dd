using System.Globalization;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Bench.Processes;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>What Nines found in the end.</summary>
/// <param name="Heard">By outage: when a reader of the journal could first know that the component is down.</param>
/// <param name="Blips">Suspicions that nothing confirmed.</param>
internal sealed record Findings(IReadOnlyList<Outage> Outages, IReadOnlyDictionary<string, Instant> Heard, IReadOnlyList<BlipSeen> Blips, IReadOnlyList<Fact> Own)
{
    /// <summary>Every change of state of every probe, with its evidence.</summary>
    public required IReadOnlyList<StateChanged> Changes { get; init; }

    /// <summary>What was said of each component as a whole, in the end.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Segment>> Timelines { get; init; }

    /// <summary>The shortest outage that could not be missed there and then (TRUTH 3): what was declared, or what Nines itself says that it had.</summary>
    public Duration ResolutionAround(TrueOutage truth, TruthPlan plan)
    {
        var until = truth.End.Latest + plan.Resolution;
        return Own.OfType<Watched>().Where(watched => watched.Until >= truth.Onset.Earliest && watched.Until <= until)
            .SelectMany(watched => watched.Late).Where(late => late.Component.Value == truth.Component)
            .Select(late => late.Resolution).Append(plan.Resolution).Max();
    }

    /// <summary>Facts about the watcher's own trouble, by kind.</summary>
    public string OwnTrouble() => Own.Count == 0 ? "none" : string.Join(", ", Own.GroupBy(Describe).Select(kind => $"{kind.Count()} {kind.Key}"));

    private static string Describe(Fact fact) => fact switch
    {
        Watched watched => $"late (resolution up to {Math.Ceiling(watched.Late.Max(late => late.Resolution).TotalSeconds)} s)",
        VantagePointBlind blind => $"blind ({blind.Reason})",
        WatcherSuspended suspended => $"suspended ({(suspended.To - suspended.From).TotalSeconds:0.0} s)",
        _ => fact.GetType().Name,
    };
}

/// <summary><c>nines up</c> as a process of its own, as users run it, and a reader of its journal that notes when it could know what.</summary>
internal sealed class NinesWatch : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(30);

    private readonly Child child;
    private readonly string data;
    private readonly IReadOnlySet<string>? these;
    private readonly CancellationTokenSource stopping = new();
    private readonly LedgerProjection ledger = new();
    private readonly Dictionary<string, Instant> heard = [];
    private readonly List<BlipSeen> blips = [];
    private readonly List<Fact> own = [];
    private readonly List<StateChanged> changes = [];
    private readonly HashSet<ComponentId> up = [];
    private readonly TaskCompletionSource allUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteJournal? journal;
    private Task? following;

    private NinesWatch(Child child, string data, IReadOnlySet<string>? these) => (this.child, this.data, this.these) = (child, data, these);

    public TimeSpan ProcessorTime => child.ProcessorTime;

    /// <summary>Starts it with a config and returns when so many components have been seen up.</summary>
    /// <param name="these">Which of them count; null for all.</param>
    public static async Task<NinesWatch> StartAsync(BenchOptions options, string folder, string config, int components, IReadOnlySet<string>? these = null)
    {
        var file = Path.Combine(folder, "nines.yaml");
        await File.WriteAllTextAsync(file, config);
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        var nines = Path.Combine(options.Root, "src", "Nines.Cli", "bin", "Release", "net10.0", "nines.dll");
        var watch = new NinesWatch(new Child("dotnet", [nines, "up", "--config", file, "--data", data]), data, these);
        try
        {
            await watch.FollowAsync(components).WaitAsync(ReadyWithin, TimeProvider.System);
            return watch;
        }
        catch (TimeoutException)
        {
            var said = watch.child.Said;
            var seen = $"{watch.up.Count} ({string.Join(", ", watch.up)})";
            await watch.DisposeAsync();
            throw new InvalidOperationException($"nines up saw {seen} of {components} components up within {ReadyWithin.TotalSeconds} s: {said}");
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    public void RequireRunning()
    {
        child.RequireRunning();
        if (following is { IsFaulted: true }) throw new InvalidOperationException("The journal could not be read on.", following.Exception);
    }

    /// <summary>Ends it, reads its journal to the end, and says what it found.</summary>
    public async Task<Findings> StopAsync()
    {
        RequireRunning();
        await child.DisposeAsync();
        await stopping.CancelAsync();
        await following!;
        await ReadAsync();
        return new Findings([.. ledger.Outages], heard, blips, own)
        {
            Changes = changes,
            Timelines = ledger.Components.ToDictionary(component => component.Id.Value, component => (IReadOnlyList<Segment>)component.Whole.Segments, StringComparer.Ordinal),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await child.DisposeAsync();
        await stopping.CancelAsync();
        if (following is not null) await following.ContinueWith(_ => { }, TaskScheduler.Default); // what it said has been said by RequireRunning
        if (journal is not null) await journal.DisposeAsync();
        stopping.Dispose();
    }

    private async Task FollowAsync(int components)
    {
        while (Directory.GetFiles(data, "*.db").Length == 0)
        {
            child.RequireRunning();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        while (journal is null)
        {
            child.RequireRunning();
            try
            {
                journal = await SqliteJournal.OpenReadOnlyAsync(data, TimeProvider.System, new SqliteJournalOptions { PollEvery = TimeSpan.FromMilliseconds(20) });
            }
            catch (JournalException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System); // it is being made
            }
        }
        following = FollowAsync(components, stopping.Token);
        while (!allUp.Task.IsCompleted)
        {
            RequireRunning();
            await Task.WhenAny(allUp.Task, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }
    }

    private async Task FollowAsync(int components, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await journal!.WaitForMoreAsync(ledger.Position, stop);
                await ReadAsync();
                if (up.Count >= components) allUp.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped: what is left is read by StopAsync.
        }
    }

    private async Task ReadAsync()
    {
        while (await journal!.ReadAsync(ledger.Position, 1_000) is { Count: > 0 } entries)
        {
            var now = Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
            foreach (var entry in entries)
            {
                ledger.Apply(entry);
                Note(entry.Fact, now);
            }
        }
    }

    private void Note(Fact fact, Instant now)
    {
        switch (fact)
        {
            case TimelineRevised { Region: null } revised:
                foreach (var segment in revised.Segments)
                {
                    if (segment.Likely == State.Up && these?.Contains(revised.Component.Value) != false) up.Add(revised.Component);
                    if (segment.Outage is { } outage && (segment.Likely.IsDown() || segment.Best.IsDown())) heard.TryAdd(outage, now);
                }
                break;
            case StateChanged change:
                changes.Add(change);
                break;
            case BlipSeen blip:
                blips.Add(blip);
                break;
            case ClockStepped or WatcherSuspended or VantagePointBlind or Watched { Late.Length: > 0 }:
                own.Add(fact);
                break;
            default:
                break;
        }
    }

    /// <summary>The config of the plan: every group's targets as components, each group seen from its own vantage points.</summary>
    public static string Config(TruthPlan plan, IReadOnlyList<int> ports, string? more)
    {
        var yaml = new System.Text.StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"""
            listen: 127.0.0.1:{Child.FreePort()}
            vantage_points:
              - {"{ name: alone, region: home, source: 127.0.0.1 }"}
              - {"{ name: north, region: north, source: 127.0.0.2 }"}
              - {"{ name: east, region: east, source: 127.0.0.3 }"}
              - {"{ name: south, region: south, source: 127.0.0.4 }"}
              - {"{ name: west, region: west, source: 127.0.0.5 }"}
            components:

            """);
        for (var target = 0; target < plan.Targets; target++)
        {
            var group = plan.GroupOf(target);
            yaml.Append(CultureInfo.InvariantCulture, $"""
                  - name: {plan.ComponentOf(target)}
                    kind: dapp
                    probes:
                      - http: http://127.0.0.1:{ports[target]}/
                        every: {plan.Every.TotalSeconds}s
                        timeout: {plan.Timeout.TotalSeconds}s
                        tripwire: {(group.Tripwire ? "auto" : "off")}
                        from: [{string.Join(", ", group.From)}]
                        conditions:
                          - status == 200 else down
                          - body contains "status"

                """);
        }
        return yaml.Append(more).ToString();
    }
}

using System.Diagnostics;
using Nines.Backbone.Embedded;
using Nines.Bench.Sections;

namespace Nines.Bench.Consoles;

/// <summary>Two thousand who listen: how long after a fact is on record each of them has read of it. They are in this process, the server is in its own.</summary>
internal sealed class EventsSection : BenchSection
{
    private const int Clients = 2_000, OfOneAddress = 100;

    public override string Bench => "console";
    public override string Name => "events";

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        await using var year = await WatchedYear.StartAsync(options);
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(year.DataFolder, TimeProvider.System);
        using var stopping = new CancellationTokenSource();
        var latencies = new List<double>();
        var commits = new CommitTimes(await journal.HeadAsync());
        var watching = commits.WatchAsync(journal, stopping.Token);
        var listeners = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => EventListener.ConnectAsync(year.Address, 2 + (i / OfOneAddress), commits)));
        var reading = listeners.Select(listener => listener.ReadAsync(stopping.Token)).ToArray();
        year.FactsCome = true;
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System); // the compiler is at work
        foreach (var listener in listeners) listener.Latencies.Clear();
        var (processor, began) = (year.ProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 10 : 30), TimeProvider.System);
        var cores = (year.ProcessorTime - processor) / Stopwatch.GetElapsedTime(began);
        year.FactsCome = false;
        await stopping.CancelAsync();
        await Task.WhenAll(reading);
        await watching;
        foreach (var listener in listeners)
        {
            latencies.AddRange(listener.Latencies);
            listener.Dispose();
        }
        if (listeners.Any(listener => listener.Latencies.Count == 0)) throw new InvalidOperationException($"{listeners.Count(listener => listener.Latencies.Count == 0)} of {Clients} clients heard nothing.");
        return
        [
            new Figure("event_clients", listeners.Count(listener => !listener.IsLost), "", "higher", Clients) { Note = "connected from first to last" },
            new Figure("event_latency_ms_p50", Median.Quantile(latencies, 0.5), "ms", "lower") { Note = "from the earliest fact's being on record (seen within 3 ms) to the client's having read the note of it" },
            new Figure("event_latency_ms_p99", Median.Quantile(latencies, 0.99), "ms", "lower", 1_000),
            new Figure("event_latency_ms_longest", latencies.Max(), "ms", "lower"),
            new Figure("event_notes", latencies.Count, "", "higher") { Note = "notes read by all clients" },
            new Figure("event_server_cores", cores, "cores", "lower"),
        ];
    }
}

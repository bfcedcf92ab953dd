using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Probing.Inbound;
using Nines.Web;
using Nines.Web.Access;
using Nines.Web.Metrics;
using NodaTime;

namespace Nines.Bench.Sections;

/// <summary>
/// How long a fact takes to thousands of clients that listen to <c>/api/v1/events</c>: from the call that appends it (its sync to the disk
/// included) to the client's read. Server and clients share this process and its processors.
/// </summary>
internal sealed class EventStreams : BenchSection
{
    private const int Clients = 2_000, AtOnce = 100;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    public override string Bench => "console";
    public override string Name => "events";

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        var folder = options.NewFolder();
        try
        {
            await using var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System);
            var web = new WebOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Inbox = new Inbox(expected: 0),
                Status = () => null,
                MaxStreamsOfOne = Clients,
                Console = new ConsoleOptions
                {
                    Journal = journal,
                    Tell = (_, _, _) => throw new InvalidOperationException("Nobody tells anything."),
                    Access = () => new AccessSettings { Anonymous = Role.Viewer },
                },
            };
            await using var metrics = new MetricsSource(web.Status, journal, TimeProvider.System, _ => null);
            await using var host = await WebHost.StartAsync(web, metrics);
            return await MeasureAsync(journal, host.Endpoint, facts: options.Quick ? 25 : 150);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(SqliteJournal journal, IPEndPoint server, int facts)
    {
        using var stop = new CancellationTokenSource();
        var begun = new long[facts + 1];
        var latencies = new ConcurrentBag<double[]>();
        var connected = 0;
        var listening = new List<Task>();
        for (var i = 0; i < Clients; i++)
        {
            listening.Add(Task.Run(async () => latencies.Add(await ListenAsync(server, begun, () => Interlocked.Increment(ref connected), stop.Token))));
            while (i - Volatile.Read(ref connected) > AtOnce) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
        while (Volatile.Read(ref connected) < Clients) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        var cpu = Environment.CpuUsage.TotalTime;
        var wall = Stopwatch.StartNew();
        for (var fact = 1; fact <= facts; fact++)
        {
            Volatile.Write(ref begun[fact], Stopwatch.GetTimestamp());
            await journal.AppendAsync(new Append("watch", $"bench-{fact}", [new ProbingPaused(Instant.FromUtc(2026, 1, 1, 0, 0), [new ComponentId("shop")], "bench", null, null)]));
            await Task.Delay(Between, TimeProvider.System);
        }
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var (spent, took) = (Environment.CpuUsage.TotalTime - cpu, wall.Elapsed);
        await stop.CancelAsync();
        await Task.WhenAll(listening);
        double[] sorted = [.. latencies.SelectMany(one => one).Order()];
        Talk.Say(FormattableString.Invariant($"console: events: {sorted.Length:#,##0} of {(long)Clients * facts:#,##0} came"));
        double At(double share) => sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(share * sorted.Length) - 1)];
        return
        [
            new Figure("events: clients", Clients, "clients", "higher", 2_000),
            new Figure("events: facts that came to every client", (double)sorted.Length / Clients / facts, "ratio", "higher", 1),
            new Figure("events: latency p50", At(0.5), "ms", "lower"),
            new Figure("events: latency p99", At(0.99), "ms", "lower", 1_000) { Note = "from the append's call to the client's read; server and clients in one process" },
            new Figure("events: latency max", sorted[^1], "ms", "lower"),
            new Figure("events: processor", spent.TotalSeconds / took.TotalSeconds, "cores", "lower") { Note = FormattableString.Invariant($"at {facts / took.TotalSeconds:0.0} facts/s, clients included") },
        ];
    }

    /// <returns>Milliseconds from each fact's append to its arrival here.</returns>
    private static async Task<double[]> ListenAsync(IPEndPoint server, long[] begun, Action isConnected, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /api/v1/events?after=0 HTTP/1.1\r\nHost: {server}\r\n\r\n"), stop);
        var (buffer, took, seen) = (new byte[8 << 10], new List<double>(begun.Length), 0);
        var isFirst = true;
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer, stop)) > 0;)
            {
                if (isFirst) isConnected();
                isFirst = false;
                var now = Stopwatch.GetTimestamp();
                for (var last = LastId(buffer.AsSpan(0, read)); seen < last; seen++) took.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref begun[seen + 1]), now).TotalMilliseconds);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return [.. took];
        }
        throw new InvalidOperationException("The server let a client go.");
    }

    /// <returns>0 without one. Events are small and written whole: none comes in two pieces here.</returns>
    private static int LastId(ReadOnlySpan<byte> text)
    {
        var at = text.LastIndexOf("id: "u8);
        if (at < 0) return 0;
        var id = 0;
        foreach (var digit in text[(at + 4)..])
        {
            if (digit is < (byte)'0' or > (byte)'9') break;
            id = id * 10 + digit - '0';
        }
        return id;
    }
}

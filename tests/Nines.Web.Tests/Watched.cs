using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using Nines.Core.Timelines;
using Nines.Probing.Scheduling;
using Nines.Testing;
using Nines.Pricing.Plan;
using Nines.Web.Health;
using Nines.Web.Live;
using Nines.Web.Metrics;
using NodaTime;

namespace Nines.Web.Tests;

/// <summary>A watch as it leaves its traces: a journal in memory, and the figures of the process.</summary>
internal sealed class Watched : IAsyncDisposable
{
    public static readonly Instant Zero = Instant.FromUtc(2026, 5, 1, 0, 0);
    private long appends;

    public Watched() => Ledger = new LiveLedger(Journal, null, () => At(Until));

    public MemoryJournal Journal { get; } = new();

    /// <summary>What all who ask share.</summary>
    public LiveLedger Ledger { get; }

    /// <summary>Seconds since <see cref="Zero"/> up to which all is judged.</summary>
    public double Until { get; set; }

    /// <summary>When each component is looked at next; null where nobody knows.</summary>
    public Func<ComponentId, PlannedLook?>? NextLook { get; set; }

    public Func<WatchFigures, WatchFigures> Figures { get; set; } = figures => figures;

    public WatchStatus Status => new()
    {
        Now = At(Until),
        JudgedUntil = At(Until),
        JournalFailsSince = null,
        Figures = Figures(new WatchFigures
        {
            Version = "1.2.3",
            StartedAt = Zero,
            FrontierAge = Duration.FromMilliseconds(100),
            Answered = 7,
            Refused = 2,
            TimedOut = 1,
            ProbeFaults = 3,
            Scheduler = new SchedulerCounts(new ScheduleCounts(10, 3, 1, 0, 0), 0, 2, 1, Duration.FromSeconds(1.5), 0, Duration.Zero, 0, 1, 0),
            Lateness = new DelaySummary(13, Duration.FromMilliseconds(1), Duration.FromMilliseconds(5), Duration.FromMilliseconds(6.5), Duration.FromMilliseconds(20)),
            ChannelFill = 4,
            ChannelRoom = 16_384,
            FactsWaiting = 0,
            Appends = new DelaySummary(5, Duration.FromMilliseconds(2), Duration.FromMilliseconds(9), Duration.FromMilliseconds(9), Duration.FromMilliseconds(15)),
            AppendsFailed = 0,
            VantagePoints = [new PointFigures("fra", "eu", false), new PointFigures("nyc", "us", true)],
        }),
    };

    public static Instant At(double seconds) => Zero + Duration.FromSeconds(seconds);

    public Task ConfigAsync(params string[] components) => ConfigAsync([.. components.Select(name => (name, ComponentKind.Dapp))]);

    /// <summary>The config as the journal keeps it.</summary>
    public string ConfigJson { get; set; } = "{\"policy\":\"strict\"}";

    public Task ConfigAsync(params (string Name, ComponentKind Kind)[] components) => AddAsync(
        new ConfigLoaded(At(Until), "digest", ConfigJson, "0.1.0", "2026a",
            [.. components.Select(each => new ComponentSummary(new ComponentId(each.Name), each.Kind, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], Duration.FromSeconds(35)))]),
        new WatchStarted(At(Until), "run-1", "host"),
        new Core.Facts.Watched(At(Until), "run-1", []));

    public Task ReviseAsync(string component, double from, params Segment[] segments) => ReviseAsync(component, null, from, segments);

    public Task ReviseAsync(string component, string? region, double from, params Segment[] segments) =>
        AddAsync(new TimelineRevised(At(Until), new ComponentId(component), region, At(from), [.. segments]));

    public Task AddAsync(params Fact[] facts) => Journal.AppendAsync(new Append("watch", $"{appends++}", facts));

    public static Segment In(double from, State state, string? outage = null) => new(At(from), state, state, state) { Outage = outage };

    public static Segment Between(double from, State best, State likely, State worst, string? outage = null) => new(At(from), best, likely, worst) { Outage = outage };

    /// <summary>What outages cost; null: nothing is priced.</summary>
    public PricingOptions? Pricing { get; set; }

    /// <summary>What is planned.</summary>
    public ImmutableArray<MaintenanceRule> Rules { get; set; } = [];

    public MetricsSource Source() => new(() => Status, Ledger, TimeProvider.System, ledger => Pricing is { } options ? PricingPlan.Open(options, ledger, path => throw new InvalidOperationException(path)) : null);

    public ValueTask DisposeAsync()
    {
        Ledger.Dispose();
        return Journal.DisposeAsync();
    }
}

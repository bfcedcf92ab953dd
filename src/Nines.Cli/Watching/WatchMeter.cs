using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Judging;
using Nines.Probing.Scheduling;
using Nines.Web.Health;
using Nines.Web.Metrics;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>Counts what a run of the watch does, and says how it goes. Read from anywhere; the notes are made by the watch alone.</summary>
/// <param name="points">The vantage points of the config in force.</param>
/// <param name="scheduler">Whose counts are shown.</param>
/// <param name="waiting">Observations in the channel, now.</param>
internal sealed class WatchMeter(Func<IReadOnlyList<VantagePoint>> points, WatchClock clock, Scheduler scheduler, TimedJournal journal, Func<int> waiting, int room)
{
    private static readonly string Version = typeof(WatchMeter).Assembly.GetName().Version!.ToString(3);

    private readonly Instant startedAt = clock.Now;
    private readonly HashSet<VantagePointId> blind = [];
    private readonly Lock gate = new();
    private long answered, refused, timedOut, probeFaults;
    private Instant? judgedUntil, journalFailsSince;
    private int factsWaiting;
    private ImmutableArray<SuspicionNow> suspicions = [];
    private bool ended;

    /// <summary>How the watch goes; null until it has begun and after it has ended.</summary>
    public WatchStatus? Status
    {
        get
        {
            var now = clock.Now;
            lock (gate)
            {
                if (judgedUntil is not { } judged || ended) return null;
                return new WatchStatus { Now = now, JudgedUntil = judged, JournalFailsSince = journalFailsSince, Suspicions = suspicions, Figures = Figures(now, judged) };
            }
        }
    }

    public void Saw(Observation observation)
    {
        ref var count = ref answered;
        if (observation.Outcome is Outcome.Refused) count = ref refused;
        else if (observation.Outcome is Outcome.TimedOut) count = ref timedOut;
        else if (observation.Outcome is Outcome.ProbeFault) count = ref probeFaults;
        lock (gate) count++;
    }

    /// <summary>A step succeeded.</summary>
    /// <param name="suspected">What waits for agreement after it.</param>
    public void Judged(Instant until, IEnumerable<Suspicion> suspected)
    {
        ImmutableArray<SuspicionNow> open = [.. suspected.Select(one => new SuspicionNow(one.Probe.Component, one.From, one.Suspected, one.When, one.Because, one.StillToAgree))];
        lock (gate) (judgedUntil, journalFailsSince, factsWaiting, suspicions) = (until, null, 0, open);
    }

    /// <summary>A step was judged and could not be kept.</summary>
    public void Failed(int facts)
    {
        lock (gate) (journalFailsSince, factsWaiting) = (journalFailsSince ?? clock.Now, facts);
    }

    public void Blind(VantagePointId point, bool isBlind)
    {
        lock (gate) _ = isBlind ? blind.Add(point) : blind.Remove(point);
    }

    public void Ended()
    {
        lock (gate) ended = true;
    }

    private WatchFigures Figures(Instant now, Instant judged) => new()
    {
        Version = Version,
        StartedAt = startedAt,
        FrontierAge = Duration.Max(Duration.Zero, now - judged),
        Answered = answered,
        Refused = refused,
        TimedOut = timedOut,
        ProbeFaults = probeFaults,
        Scheduler = scheduler.Counts,
        Lateness = scheduler.Lateness,
        ChannelFill = waiting(),
        ChannelRoom = room,
        FactsWaiting = factsWaiting,
        Appends = journal.Appends,
        AppendsFailed = journal.Failed,
        VantagePoints = [.. points().Select(point => new PointFigures(point.Id.Value, point.Region, blind.Contains(point.Id)))],
    };
}

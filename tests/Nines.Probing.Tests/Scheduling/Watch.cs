using System.Threading.Channels;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Scheduling;
using NodaTime;

namespace Nines.Probing.Tests.Scheduling;

/// <summary>A scheduler on virtual time with probes that do as they are told.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private int created;
    private int looked;

    public Watch(Topology topology, int capacity = 10_000)
    {
        Channel = System.Threading.Channels.Channel.CreateBounded<Observation>(new BoundedChannelOptions(capacity) { AllowSynchronousContinuations = true });
        Clock = new WatchClock(Time);
        Scheduler = new Scheduler(topology, Create, Clock, Channel.Writer, CheckAsync, new SchedulerOptions { Inline = true, ProviderOf = _ => null });
        Scheduler.Blinded += BlindFacts.Add;
        Scheduler.Sees += SeesFacts.Add;
        Scheduler.Suspended += SuspendedFacts.Add;
        Scheduler.Troubled += Troubles.Add;
    }

    public SuspendableTime Time { get; } = new();
    public WatchClock Clock { get; }
    public Scheduler Scheduler { get; }
    public Channel<Observation> Channel { get; }
    public Task Running { get; private set; } = Task.CompletedTask;
    public List<FakeProbe> Probes { get; } = [];
    public List<VantagePointBlind> BlindFacts { get; } = [];
    public List<VantagePointSees> SeesFacts { get; } = [];
    public List<WatcherSuspended> SuspendedFacts { get; } = [];
    public List<SlotTrouble> Troubles { get; } = [];
    public List<Instant> CheckedAfter { get; } = [];
    public int Looked => looked;
    public int CreateFails { get; set; }
    public bool CheckHangs { get; set; }
    public Func<FakeProbe, CancellationToken, ValueTask<Sight>> Behave { get; set; } = (_, _) => new(new Sight(new Outcome.Answered(Duration.FromMilliseconds(5)), []));
    public Func<VantagePointId, PathVerdict> Verdict { get; set; } = _ => PathVerdict.NotNeeded.Instance;

    /// <summary>What the control names say; null for the same as <see cref="Verdict"/>.</summary>
    public PathVerdict? ResolverVerdict { get; set; }

    public void Run() => Running = Scheduler.RunAsync(stopping.Token);

    public void Stop() => stopping.Cancel();

    public void Pass(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Ends at the cancellation, on the thread that cancels; a cancelled Task.Delay would go on elsewhere, while virtual time runs on.</summary>
    public static Task CancelledAsync(CancellationToken limit)
    {
        var cancelled = new TaskCompletionSource();
        limit.Register(cancelled.SetResult);
        return cancelled.Task;
    }

    /// <summary>What has come since the last call.</summary>
    public List<Observation> Observations()
    {
        var seen = new List<Observation>();
        while (Channel.Reader.TryRead(out var one)) seen.Add(one);
        return seen;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        while (!Running.IsCompleted)
        {
            Observations();
            Pass(1);
        }
        await Running;
        stopping.Dispose();
    }

    private FakeProbe Create(ProbeDefinition definition, VantagePoint from)
    {
        if (CreateFails-- > 0) throw new InvalidOperationException("no");
        var probe = new FakeProbe(++created, from.Id, (self, limit) =>
        {
            looked++;
            return Behave(self, limit);
        });
        Probes.Add(probe);
        return probe;
    }

    private async ValueTask<PathVerdict> CheckAsync(ProbeDefinition probe, VantagePoint from, Sight sight, Instant ended, CancellationToken limit)
    {
        CheckedAfter.Add(Clock.Now);
        if (CheckHangs) await new TaskCompletionSource().Task.ConfigureAwait(false);
        return sight.Resolving && ResolverVerdict is { } resolver ? resolver : Verdict(from.Id);
    }
}

internal sealed class FakeProbe(int number, VantagePointId from, Func<FakeProbe, CancellationToken, ValueTask<Sight>> behave) : Probe
{
    public int Number => number;
    public VantagePointId From => from;
    public bool Disposed { get; private set; }
    public Action<TripwireEvent>? Trip { get; private set; }

    public override ValueTask<Sight> LookAsync(CancellationToken limit) => behave(this, limit);

    public override void HoldTripwire(Action<TripwireEvent> broke) => Trip = broke;

    public override ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}

/// <summary>Virtual time in which a suspended process can be played: the clock goes on, no timer fires until it is over.</summary>
internal sealed class SuspendableTime : TimeProvider
{
    private readonly ManualTimeProvider time = new();
    private long suspended;

    public void Advance(TimeSpan by) => time.Advance(by);

    public void Suspend(TimeSpan by) => suspended += by.Ticks;

    public override long TimestampFrequency => time.TimestampFrequency;
    public override long GetTimestamp() => time.GetTimestamp() + suspended;
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddTicks(suspended);
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}

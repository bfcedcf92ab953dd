namespace Nines.Testing;

/// <summary>
/// Virtual time: stands still until <see cref="Advance"/>, which fires the timers that fall due, in order, each at its own
/// instant. The wall clock can be stepped apart from the monotonic one. Safe for concurrent use.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<(Timer Timer, long Version), (long Due, long Order)> due = new();
    private long elapsed; // ticks of 100 ns since the start, on the monotonic clock
    private long step;    // by how much the wall clock has been set forward
    private long order;

    public ManualTimeProvider() : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Interlocked.Read(ref elapsed);
    public override DateTimeOffset GetUtcNow() => start.AddTicks(Interlocked.Read(ref elapsed) + Interlocked.Read(ref step));
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The due time of the next timer, from now; null when none is armed.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (gate)
            {
                DropStale();
                return due.TryPeek(out _, out var at) ? TimeSpan.FromTicks(Math.Max(0, at.Due - elapsed)) : null;
            }
        }
    }

    /// <summary>Sets the wall clock forward (or back), as an operator or NTP would.</summary>
    public void StepWallClock(TimeSpan by) => Interlocked.Add(ref step, by.Ticks);

    /// <summary>Lets time pass; callbacks run on the calling thread.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var target = elapsed + by.Ticks;
        while (true)
        {
            Timer timer;
            lock (gate)
            {
                DropStale();
                if (!due.TryPeek(out var next, out var at) || at.Due > target) break;
                due.Dequeue();
                Interlocked.Exchange(ref elapsed, Math.Max(elapsed, at.Due));
                timer = next.Timer;
                timer.Rearm();
            }
            timer.Fire();
        }
        Interlocked.Exchange(ref elapsed, target);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void DropStale()
    {
        while (due.TryPeek(out var next, out _) && next.Version != next.Timer.Version) due.Dequeue();
    }

    private sealed class Timer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        public long Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (owner.gate)
            {
                Version++;
                period = newPeriod;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    owner.due.Enqueue((this, Version), (owner.elapsed + Math.Max(0, dueTime.Ticks), owner.order++));
                return true;
            }
        }

        public void Rearm()
        {
            if (period > TimeSpan.Zero) owner.due.Enqueue((this, Version), (owner.elapsed + period.Ticks, owner.order++));
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

using NodaTime;

namespace Nines.Ledger.History.Kuma;

/// <summary>A monitor of Uptime Kuma as its database has it now.</summary>
/// <param name="Interval">Between two beats.</param>
/// <param name="RetryInterval">Between two beats while it is not sure yet that it is down.</param>
/// <param name="MaxRetries">So many failing beats are pending before one is down.</param>
/// <param name="Timeout">Longest time that a beat may take.</param>
public sealed record KumaMonitor(long Id, string Name, Duration Interval, Duration RetryInterval, int MaxRetries, Duration Timeout, bool IsUpsideDown)
{
    /// <summary>Farthest that two beats lie apart, while it watches.</summary>
    public Duration Cadence => Duration.Max(Interval, RetryInterval);
}

/// <summary>A row of <c>heartbeat</c>.</summary>
/// <param name="Status">0 down, 1 up, 2 pending, 3 maintenance; other values tell nothing.</param>
/// <param name="Seconds">Since the beat before, as Kuma reckons it; its uptime is weighted with it.</param>
/// <param name="Took">How long the check took at most.</param>
/// <param name="Retries">How many failing beats came before this one within its outage; null where the database does not say.</param>
/// <param name="Row">Its id.</param>
public sealed record KumaBeat(Instant At, long Status, string Message, long Seconds, Duration Took, int? Retries, int Row);

/// <summary>A row of <c>stat_hourly</c> or <c>stat_daily</c> (since version 2): how many beats said what.</summary>
public sealed record KumaTotal(Instant From, Duration Length, long Up, long Down, long Maintenance)
{
    public long Beats => Up + Down + Maintenance;
}

/// <summary>A monitor with what is left of its record.</summary>
/// <param name="Beats">In order of time.</param>
/// <param name="Hours">In order of time; empty before version 2.</param>
/// <param name="Days">As above.</param>
public sealed record KumaRecord(KumaMonitor Monitor, IReadOnlyList<KumaBeat> Beats, IReadOnlyList<KumaTotal> Hours, IReadOnlyList<KumaTotal> Days);

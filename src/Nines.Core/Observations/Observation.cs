using System.Collections.Immutable;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Core.Observations;

/// <summary>What one probe saw from one vantage point, once.</summary>
/// <param name="Probe">Which probe.</param>
/// <param name="From">Where it looked from.</param>
/// <param name="Started">Just before the first byte was sent (or the connection begun).</param>
/// <param name="Ended">Just after the outcome was known; not before <paramref name="Started"/>.</param>
/// <param name="Outcome">What came back.</param>
/// <param name="Signals">Values in the order of the probe's <see cref="SignalSchema"/>; empty unless answered.</param>
public sealed record Observation(
    ProbeId Probe,
    VantagePointId From,
    Instant Started,
    Instant Ended,
    Outcome Outcome,
    ImmutableArray<SignalValue> Signals)
{
    /// <summary>When a held connection broke just before this observation: a hint of the onset (or, on recovery, of the end), never a verdict.</summary>
    public Instant? Tripwire { get; init; }

    /// <summary>As of when it holds, where its news was on its way for some time: not after <see cref="Started"/>. Null for <see cref="Started"/>. Where it finds
    /// nothing wrong it vouches for the time before only: trouble may have begun since, and its news may still come.</summary>
    public Instant? AsOf { get; init; }

    /// <summary>Which control check vouches for the path of a failed observation, or of an answer that our own resolver's trouble would explain (TRUTH 7); null when none was needed or none is configured.</summary>
    public string? Control { get; init; }
}

/// <summary>The four ways a probe can end.</summary>
public abstract record Outcome
{
    private Outcome() { }

    /// <summary>The target answered in its protocol; the conditions decide what that is worth.</summary>
    public sealed record Answered(Duration RoundTrip) : Outcome;

    /// <summary>The target, or something before it, said no. <paramref name="Code"/> is stable: connection_refused, reset, dns_nxdomain, tls_expired, …</summary>
    public sealed record Refused(string Code, string Message) : Outcome;

    /// <summary>The target said nothing within the limit. <paramref name="Phase"/> is where it hung: connect, tls, headers, body, …</summary>
    public sealed record TimedOut(Duration Limit, string Phase) : Outcome;

    /// <summary>We failed: moves nothing but coverage.</summary>
    public sealed record ProbeFault(string Reason) : Outcome;
}

using NodaTime;

namespace Nines.Response.Notices;

/// <summary>How often one delivery was tried, and when it may be tried again. One loop owns it.</summary>
public sealed class Tries(NoticeOptions options)
{
    public int Made { get; private set; }

    public Instant NextAt { get; private set; } = Instant.MinValue;

    /// <summary>Counts an attempt. One that may work later is told, with when that is.</summary>
    /// <param name="what">The delivery, as an operator is told of it.</param>
    /// <returns>Null while it is to be tried again.</returns>
    public Settled? Settle(PostOutcome outcome, string what, Instant now, Action<string> say)
    {
        Made++;
        switch (outcome)
        {
            case PostOutcome.Delivered:
                return new Settled(null);
            case PostOutcome.Refused refused:
                return new Settled(refused.Reason);
            case PostOutcome.Failed failed when Made >= options.Attempts:
                return new Settled($"{failed.Reason}, after {Made} attempts");
            case PostOutcome.Failed failed:
                var wait = failed.After ?? options.WaitAfter(Made, Random.Shared.NextDouble());
                NextAt = now + Duration.FromTimeSpan(wait);
                say($"{what}: {failed.Reason}; attempt {Made} of {options.Attempts}, the next in {wait.TotalSeconds:0.###} s");
                return null;
            default:
                throw new InvalidOperationException("PostOutcome is a closed hierarchy.");
        }
    }

    /// <summary>For the next delivery.</summary>
    public void Reset() => (Made, NextAt) = (0, Instant.MinValue);
}

/// <summary>What became of a delivery in the end.</summary>
/// <param name="GivenUp">Why it was given up; null when it was delivered.</param>
public readonly record struct Settled(string? GivenUp);

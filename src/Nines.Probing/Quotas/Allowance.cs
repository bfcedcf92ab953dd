using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Probing.Quotas;

/// <summary>
/// What one probe may ask of a provider that limits requests, and whose fault it is when it may not (TRUTH 7). Below the declared
/// quota a refusal for the rate is the provider's, who turns away users that keep its rules. Above it, or when no quota says
/// otherwise, it is ours: then all our probes of that provider, from that vantage point, leave it alone for a while.
/// </summary>
internal sealed class Allowance
{
    private readonly Quota? quota;
    private readonly string provider;
    private readonly VantagePointId from;
    private readonly ProbeEnvironment environment;
    private readonly Duration every;
    private readonly Redaction redaction;
    private Instant? askedUntil;
    private string askedWhy = "";

    /// <param name="quota">Null when none is declared.</param>
    /// <param name="provider">Host and port.</param>
    /// <param name="every">The probe's interval: a provider that is at fault is left alone no longer than that, or nobody would see the end.</param>
    public Allowance(Quota? quota, string provider, VantagePointId from, ProbeEnvironment environment, Duration every, Redaction redaction)
    {
        (this.quota, this.provider, this.from, this.environment, this.every, this.redaction) = (quota, provider, from, environment, every, redaction);
        if (quota is not null) environment.Requests.Declare(from, provider);
    }

    /// <returns>The look that is left out because the provider is to be left alone; null when it may be asked.</returns>
    public Sight? Waiting()
    {
        var now = environment.Now();
        var why = environment.Requests.WaitingFor(from, provider, now) ?? (now < askedUntil ? askedWhy : null);
        return why is null ? null : new Sight(new Outcome.ProbeFault(why), []);
    }

    /// <param name="requests">As the provider counts: each call of a batch is one.</param>
    public void Count(int requests = 1) => environment.Requests.Count(from, provider, environment.Time, requests);

    /// <summary>The provider answered, and not that we ask too often.</summary>
    public void Took()
    {
        askedUntil = null;
        if (environment.Requests.Took(from, provider, environment.Now())) environment.Noticed($"{provider} takes our requests again: back to our pace");
    }

    /// <summary>The provider refused for the rate.</summary>
    /// <param name="said">Its words.</param>
    /// <param name="asked">How long it asks us to wait; null when it does not say.</param>
    public RateFault Refused(string said, Duration? asked)
    {
        var now = environment.Now();
        var made = quota is { } declared ? environment.Requests.Within(from, provider, declared.Window, environment.Time) : 0;
        if (quota is { } kept && made <= kept.Requests)
        {
            // We look on, or we could not say when it ends; but not before it asks us to, as long as our last word is not too old.
            askedUntil = now + Duration.Min(asked ?? Duration.Zero, every);
            askedWhy = redaction.Apply($"rate_limited: {provider} refused for the rate ({said}) and asks us to wait");
            return new RateFault.Theirs(redaction.Apply($"{said}, after {made} requests of the {kept} that it allows"));
        }
        var why = quota is { } broken ? $"we made {made} requests, the quota is {broken}" : "no quota is declared, so it counts as ours: give quota";
        string Told(Duration wait) => redaction.Apply($"rate_limited: {provider}: {said}; {why}; we wait {wait.TotalSeconds:0} s");
        var (wait, isFirst) = environment.Requests.LeaveAlone(from, provider, now, asked, Told);
        if (isFirst) environment.Noticed($"we slow down. {Told(wait)}");
        return new RateFault.Ours(new Sight(new Outcome.ProbeFault(Told(wait)), []));
    }
}

/// <summary>Whose fault it is that we may not ask.</summary>
internal abstract record RateFault
{
    private RateFault() { }

    /// <param name="Sight">The look that counts for nothing.</param>
    public sealed record Ours(Sight Sight) : RateFault;

    /// <param name="Why">What it refused with, and how much of its quota we had used.</param>
    public sealed record Theirs(string Why) : RateFault;
}

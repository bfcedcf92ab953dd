using System.Collections.Immutable;
using Nines.Probing.Inbound;
using NodaTime;

namespace Nines.Probing.Alerts;

/// <summary>What an alert of a severity means for the component.</summary>
public enum AlertMeaning
{
    Down,
    EffectivelyDown,
    Degraded,
    /// <summary>Shown, and no reason to call it anything but up.</summary>
    Advisory,
}

/// <summary>An alert that fires.</summary>
/// <param name="Name">Its label alertname, or "unnamed".</param>
/// <param name="Since">When it began: as it says where that can be, else when it first came.</param>
/// <param name="Ends">When it ends by itself unless it is sent again; null when it does not say.</param>
/// <param name="Sent">When it last came.</param>
public sealed record FiringAlert(string Name, string Severity, AlertMeaning Meaning, Instant Since, Instant? Ends, Instant Sent);

/// <summary>The alerts of one probe that fire, as of the deliveries that came. Bounded; safe for concurrent use.</summary>
public sealed class AlertBook : Letterbox
{
    /// <summary>Alerts that are remembered at a time.</summary>
    public const int MostFiring = 10_000;

    /// <summary>An alert that says that it began longer ago than this before it first came is not believed.</summary>
    public static readonly Duration OldestStart = Duration.FromDays(30);

    /// <summary>An alert that was not sent again for this long is forgotten.</summary>
    private static readonly Duration Forgotten = Duration.FromDays(1);

    private readonly Func<Instant> now;
    private readonly AlertRules rules;
    private readonly Lock gate = new();
    private readonly Dictionary<string, FiringAlert> firing = new(StringComparer.Ordinal);
    private Instant? lastDelivery;
    private long leftOut;

    internal AlertBook(Inbox owner, string token, AlertRules rules, Func<Instant> now) : base(owner, token) => (this.rules, this.now) = (rules, now);

    /// <summary>What fires and when the last delivery came, whatever was in it; null when none has.</summary>
    /// <remarks>LeftOut: alerts that the last delivery left out, or that found no room here.</remarks>
    public (Instant? LastDelivery, ImmutableArray<FiringAlert> Firing, long LeftOut) Read()
    {
        lock (gate) return (lastDelivery, [.. firing.Values], leftOut);
    }

    /// <summary>Takes a delivery.</summary>
    public void Note(AlertPayload payload)
    {
        var at = now();
        lock (gate)
        {
            (lastDelivery, leftOut) = (at, payload.LeftOut);
            foreach (var (key, old) in firing)
                if (at - old.Sent > Forgotten) firing.Remove(key);
            foreach (var alert in payload.Alerts)
                if (rules.Concern(alert.Labels)) Note(alert, at);
        }
    }

    private void Note(SentAlert alert, Instant at)
    {
        // The labels are what an alert is known by, in both forms of delivery.
        var key = string.Join('\0', alert.Labels.Select(label => $"{label.Key}\0{label.Value}"));
        if (alert.Resolved || alert.EndsAt <= at)
        {
            firing.Remove(key);
            return;
        }
        var known = firing.GetValueOrDefault(key);
        if (known is null && firing.Count >= MostFiring)
        {
            leftOut++;
            return;
        }
        // Neither from the future nor from another age: then it began, for all we know, when it first came.
        var first = known?.Since ?? at;
        var since = alert.StartsAt is { } start && start <= at && at - start <= OldestStart ? start : first;
        var severity = alert.Labels.GetValueOrDefault(rules.SeverityLabel, "");
        firing[key] = new FiringAlert(alert.Labels.GetValueOrDefault("alertname", "unnamed"), severity.Length == 0 ? "none" : severity, rules.MeaningOf(severity), since, alert.EndsAt, at);
    }
}

/// <summary>Which alerts concern a probe, and what they mean.</summary>
public sealed record AlertRules(ImmutableArray<LabelMatcher> Match, string SeverityLabel, ImmutableSortedDictionary<string, AlertMeaning> Severities, string Watchdog)
{
    /// <summary>The dead man's switch shows that the sender lives, and nothing else: it always fires.</summary>
    public bool Concern(ImmutableSortedDictionary<string, string> labels) =>
        labels.GetValueOrDefault("alertname") != Watchdog && Match.All(matcher => matcher.Holds(labels));

    public AlertMeaning MeaningOf(string severity) => Severities.GetValueOrDefault(severity, AlertMeaning.Advisory);
}

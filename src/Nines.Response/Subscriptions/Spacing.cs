using System.Collections.Immutable;
using Nines.Response.StatusPage;
using NodaTime;

namespace Nines.Response.Subscriptions;

/// <summary>
/// Which events a subscriber is told now. An event waits a little for others; what keeps going up and down is told ever more seldom, with
/// all that happened since. Pure.
/// </summary>
public static class Spacing
{
    /// <summary>What is told together and seldom: outages of the same components are one topic, each incident's updates and each window are topics of their own.</summary>
    public static string TopicOf(PageEvent news) => news.Kind switch
    {
        PageEventKind.IncidentOpened or PageEventKind.IncidentResolved => news.Components.IsEmpty ? "page" : string.Join(',', news.Components),
        PageEventKind.IncidentUpdated or PageEventKind.MaintenanceScheduled or PageEventKind.MaintenanceStarted or PageEventKind.MaintenanceEnded or PageEventKind.MaintenanceCancelled => news.About,
    };

    /// <returns>Events for one message, in the order in which they came; empty when there is none to send now.</returns>
    public static ImmutableArray<PageEvent> Due(Subscription subscription, ImmutableArray<PageEvent> news, SubscriptionOptions options, Instant now)
    {
        if (subscription.ConfirmedAt is not { } since || now < subscription.NextAttempt) return [];
        var untold = Untold(subscription, since, news, options, now).ToList();
        if (untold.Count == 0) return [];
        var ready = untold.GroupBy(TopicOf).Where(topic => now >= topic.Min(one => one.At) + options.Grace && now >= NextOf(subscription.Topics.GetValueOrDefault(topic.Key), options)).Select(topic => topic.Key).ToHashSet();
        return [.. untold.Where(one => ready.Contains(TopicOf(one))).Take(options.MostEvents)];
    }

    /// <summary>Whether anything is still to be told, now or later.</summary>
    public static bool HasUntold(Subscription subscription, ImmutableArray<PageEvent> news, SubscriptionOptions options, Instant now) =>
        subscription.ConfirmedAt is { } since && Untold(subscription, since, news, options, now).Any();

    /// <summary>The subscription after these events were told.</summary>
    public static Subscription After(Subscription subscription, IReadOnlyCollection<PageEvent> told, SubscriptionOptions options, Instant now)
    {
        var topics = subscription.Topics.ToBuilder();
        foreach (var topic in told.Select(TopicOf).Distinct())
            topics[topic] = topics.TryGetValue(topic, out var last) && now - last.At < options.QuietAfter ? new TopicState(now, Math.Min(last.Level + 1, 30)) : new TopicState(now, 1);
        // What can never be asked for again need not be remembered; a day more, for clocks that are set back.
        var forget = now - options.NewsFor - Duration.FromDays(1);
        return subscription with
        {
            Told = subscription.Told.SetItems(told.Select(one => KeyValuePair.Create(one.Id, one.At))).RemoveRange(subscription.Told.Where(one => one.Value < forget).Select(one => one.Key)),
            Topics = topics.ToImmutable().RemoveRange(subscription.Topics.Where(topic => topic.Value.At < forget).Select(topic => topic.Key).Except(told.Select(TopicOf))),
            Failures = 0,
            Refusals = 0,
            FailingSince = null,
            NextAttempt = Instant.MinValue,
        };
    }

    private static IEnumerable<PageEvent> Untold(Subscription subscription, Instant since, ImmutableArray<PageEvent> news, SubscriptionOptions options, Instant now)
    {
        var oldest = Instant.Max(since, now - options.NewsFor);
        return news.Where(one => one.At >= oldest && !subscription.Told.ContainsKey(one.Id) && Concerns(subscription, one));
    }

    private static bool Concerns(Subscription subscription, PageEvent news) =>
        subscription.Components.IsEmpty || news.Components.IsEmpty || news.Components.Any(subscription.Components.Contains);

    private static Instant NextOf(TopicState? last, SubscriptionOptions options) =>
        last is null ? Instant.MinValue : last.At + Duration.Min(options.FirstGap * Math.Pow(2, last.Level - 1), options.LongestGap);
}

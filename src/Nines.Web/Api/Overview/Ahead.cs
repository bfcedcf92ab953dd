using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Outages;
using Nines.Probing.Scheduling;
using Nines.Response.Notices;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>What happens next, by the plans of those who do it: the scheduler's looks, the judge's suspicions, the sender's notices.</summary>
public sealed record Ahead
{
    public static readonly Ahead Unknown = new();

    /// <summary>By component: its next look. Only of those that a sentence may be about; null for those that nothing looks at. Empty while no watch runs.</summary>
    public ImmutableDictionary<ComponentId, PlannedLook?> Looks { get; init; } = ImmutableDictionary<ComponentId, PlannedLook?>.Empty;

    /// <summary>What contradicts a settled state and waits for agreement, the worst first.</summary>
    public ImmutableArray<SuspicionNow> Suspicions { get; init; } = [];

    /// <summary>Who is told of open outages: by outage, one a channel.</summary>
    public ImmutableDictionary<string, ImmutableArray<NoticeState>> Notices { get; init; } = ImmutableDictionary<string, ImmutableArray<NoticeState>>.Empty;

    /// <param name="concerned">Components that are not up, or are suspected not to be.</param>
    public static Ahead Of(LedgerProjection ledger, WatchStatus? status, IReadOnlyCollection<ComponentId> concerned, IEnumerable<Outage> open, Func<ComponentId, PlannedLook?>? next, NoticePlan? notices) => status is null ? Unknown : new Ahead
    {
        Looks = next is null ? Unknown.Looks : concerned.Distinct().ToImmutableDictionary(id => id, next),
        Suspicions = [.. status.Suspicions.OrderByDescending(one => one.Suspected).ThenBy(one => one.Component).DistinctBy(one => one.Component)],
        Notices = notices is null ? ImmutableDictionary<string, ImmutableArray<NoticeState>>.Empty
            : open.DistinctBy(outage => outage.Id).ToImmutableDictionary(outage => outage.Id, outage => NoticeState.Of(outage.Id, ledger, notices), StringComparer.Ordinal),
    };
}

/// <summary>How far one channel has been told that an outage is open.</summary>
/// <param name="At">When it was told, or given up; null while neither.</param>
/// <param name="Failed">Why it was given up; null otherwise.</param>
/// <param name="NextAttempt">When it is tried again; null where it is not waited for.</param>
/// <param name="IsTrying">True while it is being told.</param>
public sealed record NoticeState(string Channel, Instant? At, string? Failed, Instant? NextAttempt, bool IsTrying)
{
    internal static ImmutableArray<NoticeState> Of(string outage, LedgerProjection ledger, NoticePlan plan) =>
    [
        .. plan.Channels.Select(channel =>
        {
            if (ledger.Notices.TryGetValue(NoticePlan.OpeningOf(outage, channel), out NoticeSent? sent)) return new NoticeState(channel, sent.At, sent.Failed, null, false);
            var waiting = plan.Waiting.FirstOrDefault(one => one.Channel == channel && one.Outage == outage && one.Phase == NoticePhase.Opened);
            return new NoticeState(channel, null, null, waiting?.Attempts > 0 ? waiting.NextAttempt : null, waiting is { NextAttempt: null });
        }),
    ];
}

using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Overview;
using Nines.Web.Api.Routing;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Api.Components;

/// <summary>What is asked about one component.</summary>
public sealed class ComponentOperations(LiveLedger ledger, OverviewOperations overview, SeriesOperations series, ConsoleOptions options, WebOptions web)
{
    private static readonly Duration LookedLately = Duration.FromHours(1);

    private const int MostOutages = 20, MostBlips = 10, MostPastWindows = 5;

    /// <summary>Longest stretch of a timeline that is given at once.</summary>
    public static readonly Duration LongestTimeline = Duration.FromDays(400);

    private static readonly (string Name, Duration Length)[] Windows =
        [("24 h", Duration.FromDays(1)), ("7 d", Duration.FromDays(7)), ("30 d", Duration.FromDays(30)), ("90 d", Duration.FromDays(90)), ("365 d", Duration.FromDays(365))];

    /// <summary>All that the component's page shows.</summary>
    /// <param name="policy">Null for the config's.</param>
    /// <param name="span">How far the timeline reaches back.</param>
    /// <exception cref="ApiProblem">There is no such component or policy.</exception>
    public async Task<ComponentNow> ReadAsync(ComponentId id, string? policy, Duration span, CancellationToken cancellation)
    {
        var (now, evidence) = await ledger.ReadAsync(ledger =>
        {
            var component = Find(ledger, id);
            var counts = AskedPolicy.Of(ledger, policy);
            var card = overview.Find(ledger, id) ?? throw NoSuch(id);
            var all = overview.Look(ledger);
            var at = web.Status()?.Now ?? component.Frontier ?? Instant.FromDateTimeOffset(web.Time.GetUtcNow());
            return (new ComponentNow
            {
                Position = ledger.Position.Value,
                At = at,
                Card = card,
                Sentence = Headline.OfOne(card, WatchCondition.Of(web.Status(), ledger.Frontier), at, overview.AheadOf(ledger, [card.Standing], web.Status())),
                Needs = NeedsOf(component, all),
                NeededBy = [.. all.Where(one => ledger.Find(one.Id)!.Summary?.Needs.Contains(id) == true).OrderByDescending(one => one.Badness).ThenBy(one => one.Id)],
                Outages = [.. component.Outages.Concat(component.RegionalOutages).OrderByDescending(outage => outage.LikelyBegan).Take(MostOutages)],
                OutagesInAll = component.Outages.Length + component.RegionalOutages.Length,
                Blips = [.. component.Blips.AsEnumerable().Reverse().Take(MostBlips)],
                BlipsInAll = component.Blips.Count,
                Windows = WindowsOf(ledger, id, at),
                Availability = [.. Windows.Select(window => (window.Name, Board.FigureOf(component, counts, window.Length)))],
                SideBySide = [.. ShippedPolicies.All.Concat(ledger.OwnPolicies).Where(one => !one.Mistakes().Any()).Select(one => Board.FigureOf(component, one, Duration.FromDays(30)))],
                Policy = counts,
                Objectives = ObjectivesOf(ledger, component, policy is null ? null : counts),
                Resolution = component.Frontier is { } frontier ? component.ResolutionBetween(frontier - Duration.FromDays(30), frontier) : null,
                Timeline = TimelineOf(component, at - span, at),
                Probes = [],
                Slots = [],
            }, component.Evidence.Select(evidence => evidence.Position.Value).ToArray());
        }, cancellation);
        return await WithProbesAsync(now, evidence, cancellation);
    }

    public async Task<ComponentDocument> GetAsync(ComponentId id, CancellationToken cancellation) => ComponentDocument.Of(await ReadAsync(id, null, Duration.FromDays(1), cancellation));

    /// <param name="from">Null for a day before <paramref name="to"/>.</param>
    /// <param name="to">Null, or later than what is known, for what is known.</param>
    /// <exception cref="ApiProblem">There is no such component, or the stretch makes no sense.</exception>
    public Task<TimelineDocument> TimelineAsync(ComponentId id, Instant? from, Instant? to, CancellationToken cancellation) => ledger.ReadAsync(ledger =>
    {
        var component = Find(ledger, id);
        var end = to ?? component.Frontier ?? Instant.FromDateTimeOffset(web.Time.GetUtcNow());
        var begin = from ?? end - Duration.FromDays(1);
        RequireStretch(begin, end);
        return TimelineDocument.Of(ledger.Position.Value, id, TimelineOf(component, begin, end));
    }, cancellation);

    /// <summary>Availability over a stretch, under one policy or all.</summary>
    /// <param name="policies">Names; empty for the config's.</param>
    public Task<AvailabilityDocument> AvailabilityAsync(ComponentId id, ImmutableArray<string> policies, Instant? from, Instant? to, CancellationToken cancellation) => ledger.ReadAsync(ledger =>
    {
        var component = Find(ledger, id);
        var chosen = policies.IsEmpty ? [AskedPolicy.Of(ledger, null)] : policies.Select(name => AskedPolicy.Of(ledger, name)).ToImmutableArray();
        try
        {
            var (begin, end) = Reporter.WindowOf(ledger, chosen[0], from ?? SinceWatched(component, (to ?? ledger.Frontier) - Duration.FromDays(30)), to);
            return AvailabilityDocument.Of(ledger.Position.Value, id, begin, end, [.. chosen.Select(policy => (policy, Reporter.Measure(component, policy, begin, end)))], component.ResolutionBetween(begin, end));
        }
        catch (ReportException cannot)
        {
            throw new ApiProblem(400, cannot.Code, "Nothing can be reported", cannot.Message, "Choose a stretch of time that was watched.");
        }
    }, cancellation);

    private async Task<ComponentNow> WithProbesAsync(ComponentNow now, long[] evidence, CancellationToken cancellation)
    {
        if (options.Topology() is not { } topology || topology.Components.FirstOrDefault(one => one.Id == now.Card.Standing.Id) is not { } component) return now;
        var points = topology.VantagePoints.ToDictionary(point => point.Id);
        var blind = web.Status()?.Figures.VantagePoints.Where(point => point.Blind).Select(point => point.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var pairs = component.Probes.SelectMany(probe => probe.From.Select(from => (Probe: probe, From: from))).ToList();
        var last = await SlotFinder.LastAsync(options.Journal, evidence, pairs.Count, cancellation);
        var slots = ImmutableArray.CreateBuilder<Slot>(pairs.Count);
        foreach (var (probe, from) in pairs)
        {
            var (trip, look) = await series.LastAsync(component.Id, probe.Id.Name, from, now.At, cancellation);
            var region = points.TryGetValue(from, out var point) ? point.Region : "";
            if (last.TryGetValue((probe.Id.Name, from), out var said))
                slots.Add(new Slot(probe.Id.Name, from, region, said.Fact.After, said.Fact.When, said.Fact.Because?.Because, said.Fact.Evidence is [.., var seen] ? $"{seen.Outcome.Replace('_', ' ')}: {seen.Detail}" : null, said.Position, blind.Contains(from.Value), trip, look));
            else slots.Add(new Slot(probe.Id.Name, from, region, State.Unknown, null, null, null, null, blind.Contains(from.Value), trip, look));
        }
        return now with
        {
            Probes = [.. component.Probes.Select(probe => new ProbeView(probe.Id.Name, probe.Type, probe.Every, probe.Timeout,
                [.. probe.Conditions.Select(condition => condition.Explain(probe.Signals)).Select(one => new ConditionView(one.Text, one.Onset, one.Otherwise))]))],
            Slots = slots.DrainToImmutable(),
            Looked = options.LastLooks(component.Id) is { } looked && now.At - looked.AskedAt < LookedLately ? looked : null,
        };
    }

    private static ComponentLedger Find(LedgerProjection ledger, ComponentId id) => ledger.Find(id) is { InConfig: true } found ? found : throw NoSuch(id);

    private static ApiProblem NoSuch(ComponentId id) => ApiProblem.NotFound("NIN4006", "No such component in the config", $"The config on record has no component '{id}'.");

    /// <summary>Where nobody says from when, the time before it was watched is not told as unseen.</summary>
    private static Instant? SinceWatched(ComponentLedger component, Instant? from) => component.WatchedFrom is { } first && from is { } wanted ? Instant.Max(first, wanted) : from;

    /// <exception cref="ApiProblem">It is empty, or longer than is given at once.</exception>
    internal static void RequireStretch(Instant from, Instant to)
    {
        if (from >= to) throw ApiProblems.Parameters([new ApiProblem.Mistake("query", "from", "is not before 'to'.")]);
        if (to - from > LongestTimeline) throw ApiProblems.Parameters([new ApiProblem.Mistake("query", "from", $"is more than {LongestTimeline.TotalDays} days before 'to'. Ask for less at a time.")]);
    }

    private ImmutableArray<NeedView> NeedsOf(ComponentLedger component, ImmutableArray<Standing> all)
    {
        var standing = all.ToDictionary(one => one.Id);
        Standing Of(ComponentId id) => standing.GetValueOrDefault(id) ?? new Standing { Id = id, State = State.Unknown };
        if (options.Topology()?.Components.FirstOrDefault(one => one.Id == component.Id) is not { } declared)
            return component.Summary is { Needs.IsEmpty: false } summary ? [new NeedView(summary.Needs.Length, [.. summary.Needs.Select(Of)])] : [];
        var groups = ImmutableArray.CreateBuilder<NeedView>();
        if (declared.Chain is { } chain) groups.Add(new NeedView(1, [Of(chain)]));
        if (declared.Needs is { } needs) Add(needs);
        return groups.ToImmutable();

        // All of several is each by itself; what stands deeper is shown by its members.
        void Add(Need need)
        {
            if (need is Need.AtLeast gate && gate.Count == gate.Members.Length)
                foreach (var member in gate.Members) Add(member);
            else if (need is Need.AtLeast some) groups.Add(new NeedView(some.Count, [.. some.Members.SelectMany(member => member.Mentioned()).Distinct().Select(Of)]));
            else groups.Add(new NeedView(1, [.. need.Mentioned().Select(Of)]));
        }
    }

    private static ImmutableArray<WindowOnRecord> WindowsOf(LedgerProjection ledger, ComponentId id, Instant now)
    {
        var own = ledger.Windows.Where(window => window.Components.Contains(id) && window.End > window.From).ToList();
        return [.. own.Where(window => window.End > now), .. own.Where(window => window.End <= now).OrderByDescending(window => window.From).Take(MostPastWindows)];
    }

    private static ImmutableArray<ObjectiveReport> ObjectivesOf(LedgerProjection ledger, ComponentLedger component, Policy? chosen)
    {
        if (ledger.Objectives.IsEmpty || component.WatchedFrom is null || ledger.Frontier is not { } frontier || ledger.WatchedFrom is not { } first || frontier <= first) return [];
        var reporter = new ObjectiveReporter(ledger);
        var reports = ImmutableArray.CreateBuilder<ObjectiveReport>();
        foreach (var objective in ledger.Objectives)
        {
            if (chosen is null && objective.Policy is { } own && ledger.FindPolicy(own) is null) continue;
            if (reporter.Make(objective, component, chosen ?? (objective.Policy is null ? ledger.PolicyInForce : null)) is { } report) reports.Add(report);
        }
        return reports.ToImmutable();
    }

    private static TimelineView TimelineOf(ComponentLedger component, Instant from, Instant to)
    {
        if (component.WatchedFrom is not { } first || component.Frontier is not { } frontier) return new TimelineView(from, to, [], []);
        ImmutableArray<Stretch> Of(Track track) => track.Segments.Count == 0 ? [] : [.. track.Within(Instant.Max(from, track.Segments[0].From), Instant.Min(to, frontier))];
        return new TimelineView(from, to, Of(component.Whole), component.Regions.Count < 2 ? [] : [.. component.Regions.Select(region => (region.Key, Of(region.Value)))]);
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>One objective, one component, one instant: everything that a report says of them. Pure; one use.</summary>
internal sealed class ObjectiveJudgement
{
    /// <summary>Below this share of the watched time of the window nothing is said of the objective's state.</summary>
    private const decimal LeastCoverage = 0.5m;

    private static readonly Duration LeastHistory = Duration.FromDays(90);

    private readonly Objective objective;
    private readonly ComponentLedger component;
    private readonly Policy policy;
    private readonly JournalPosition asOf;
    private readonly Instant at, watchedFrom;
    private readonly Interval window;
    private readonly ImmutableArray<WeighedSpan> history, spent;
    private readonly LossCurve curve;
    private readonly Duration elapsed, notWatched, unknown, period, counted;
    private readonly ErrorBudget budget;

    /// <param name="all">Every span of the component from its first instant on record to <paramref name="at"/>, as a curve; not empty.</param>
    public ObjectiveJudgement(Objective objective, ComponentLedger component, Policy policy, JournalPosition asOf, Instant at, LossCurve all, Instant watchedFrom)
    {
        (this.objective, this.component, this.policy, this.asOf, this.at, this.watchedFrom) = (objective, component, policy, asOf, at, watchedFrom);
        window = objective.Window.At(at);
        history = objective.Hours is { } hours ? WeighedSpans.Within(all.Spans, hours.Between(watchedFrom, at)) : all.Spans;
        if (objective.Slices is { } slices && history.Length > 0) history = Slicing.Apply(history, slices);
        curve = history == all.Spans ? all : new LossCurve(history);
        spent = WeighedSpans.Between(history, window.Start, at);
        decimal unseen = 0, excluded = 0, seen = 0;
        foreach (var span in spent)
        {
            decimal ticks = span.Length.BclCompatibleTicks;
            unseen += span.Unknown * ticks;
            seen += span.Counted * ticks;
            excluded += (1 - span.Unknown - span.Counted) * ticks;
        }
        notWatched = TimeIn(window.Start, Instant.Min(watchedFrom, at));
        unknown = notWatched + Ticks(unseen);
        counted = Ticks(seen);
        elapsed = TimeIn(window.Start, at) - Ticks(excluded);
        period = TimeIn(window.Start, window.End) - Ticks(excluded);
        budget = new ErrorBudget(Ticks((1 - objective.Target) * period.BclCompatibleTicks), Lost(spent));
    }

    /// <param name="withFirings">Also when burn pairs fired before: the whole history is walked for each.</param>
    public ObjectiveReport Report(bool withFirings)
    {
        var burn = BurnRates();
        var (state, since) = StateOf(burn);
        return new ObjectiveReport
        {
            Objective = objective,
            Component = component.Id,
            Policy = policy,
            AsOf = asOf,
            At = at,
            Window = window,
            Period = period,
            Elapsed = elapsed,
            Unknown = unknown,
            NotWatched = notWatched,
            Attained = Attained(),
            Budget = budget,
            Burn = burn,
            Fired = withFirings && history.Length > 0 ? FiredInWindow() : [],
            State = state,
            Since = since,
            ByOutage = ByOutage(),
            ByCause = spent.Where(span => span.Loses).GroupBy(span => span.Segment.Cause?.Kind ?? CauseKind.Unexplained).ToImmutableSortedDictionary(cause => cause.Key, Lost),
            Steps = [.. objective.Steps.Select(StepOf)],
            Forecast = Ahead(),
            Notes = [.. NotesOn(state)],
        };
    }

    private Share? Attained()
    {
        if (counted <= Duration.Zero) return null;
        decimal whole = counted.BclCompatibleTicks;
        decimal Kept(Duration lost) => Math.Clamp((whole - lost.BclCompatibleTicks) / whole, 0, 1);
        return new Share(Kept(budget.Spent.Longest), Kept(budget.Spent.Likely), Kept(budget.Spent.Shortest));
    }

    private ImmutableArray<BurnRate> BurnRates()
    {
        var rates = ImmutableArray.CreateBuilder<BurnRate>();
        foreach (var pair in BurnPair.All)
            if (pair.Long <= period)
                rates.Add(RateOf(pair));
        return rates.ToImmutable();
    }

    private BurnRate RateOf(BurnPair pair)
    {
        var factor = pair.Factor(period);
        var rate = new BurnRate(pair, RatesOver(pair.Long), RatesOver(pair.Short), factor);
        ImmutableArray<(long, double)> limits = [Limit(pair.Long, factor), Limit(pair.Short, factor)];
        if (!rate.CanFire || Firing(limits, Line.Possibly) is not { } possibly) return rate;
        rate = rate with { PossiblySince = curve.InstantAt(possibly.From) };
        if (Firing(limits, Line.Likely) is not { } likely) return rate;
        return rate with
        {
            Since = curve.InstantAt(likely.From),
            Resets = After(likely.To - curve.End),
            SurelySince = Firing(limits, Line.Surely) is { } surely ? curve.InstantAt(surely.From) : null,
        };
    }

    /// <summary>The stretch that it fires in now; to be looked for only where it does: the whole line is walked.</summary>
    private (long From, long To)? Firing(ImmutableArray<(long Window, double Limit)> limits, Line line)
    {
        foreach (var (length, limit) in limits)
            if (curve.LostBefore(curve.End, length, line) < limit - LossCurve.Slack)
                return null;
        var stretches = curve.Above(limits, line);
        foreach (var stretch in stretches)
            if (stretch.From <= curve.End && stretch.To >= curve.End)
                return stretch;
        return null;
    }

    /// <summary>Every pair's firings in the window, the latest first; those of now up to now.</summary>
    private ImmutableArray<Firing> FiredInWindow()
    {
        var began = curve.PlaceOf(window.Start);
        return
        [
            .. BurnPair.All.Where(pair => pair.Long <= period && pair.Factor(period) >= BurnPair.LeastFactor).SelectMany(pair =>
            {
                var factor = pair.Factor(period);
                return curve.Above([Limit(pair.Long, factor), Limit(pair.Short, factor)], Line.Likely).Where(fired => fired.To > began && fired.From < curve.End)
                    .Select(fired => new Firing(pair, curve.InstantAt(fired.From), fired.To <= curve.End ? curve.InstantAt(fired.To) : null));
            }).OrderByDescending(fired => fired.From).ThenBy(fired => fired.Pair.Long),
        ];
    }

    private (long Window, double Limit) Limit(Duration length, decimal factor) => (length.BclCompatibleTicks, (double)(factor * (1 - objective.Target) * length.BclCompatibleTicks));

    private Rates RatesOver(Duration length)
    {
        var whole = (double)((1 - objective.Target) * length.BclCompatibleTicks);
        decimal Rate(Line line) => (decimal)Math.Round(curve.LostBefore(curve.End, length.BclCompatibleTicks, line) / whole, 6);
        return new Rates(Rate(Line.Surely), Rate(Line.Likely), Rate(Line.Possibly));
    }

    /// <summary>So much counting time after <see cref="at"/>; null when it is more than a century off.</summary>
    private Instant? After(double ticks)
    {
        if (ticks > Duration.FromDays(36_525).BclCompatibleTicks) return null;
        if (objective.Hours is not { } hours) return at + Duration.FromTicks((long)ticks);
        var left = ticks;
        for (var from = at; from < at + Duration.FromDays(36_525); from += Duration.FromDays(28))
            foreach (var open in hours.Between(from, from + Duration.FromDays(28)))
            {
                if (open.Duration.BclCompatibleTicks >= left) return open.Start + Duration.FromTicks((long)left);
                left -= open.Duration.BclCompatibleTicks;
            }
        return null;
    }

    private (ObjectiveState State, Instant? Since) StateOf(ImmutableArray<BurnRate> burn)
    {
        if (budget.Left.Likely <= Duration.Zero && budget.Allowed > Duration.Zero) return (ObjectiveState.Exhausted, ExhaustedSince());
        var seenFrom = elapsed - notWatched;
        if (counted <= Duration.Zero || seenFrom - (unknown - notWatched) < seenFrom * (double)LeastCoverage) return (ObjectiveState.Unknown, null);
        foreach (var (severity, state) in ((BurnSeverity, ObjectiveState)[])[(BurnSeverity.Page, ObjectiveState.Page), (BurnSeverity.Ticket, ObjectiveState.Ticket)])
            if (burn.Where(rate => rate.IsFiring && rate.Pair.Severity == severity).Select(rate => rate.Since).Min() is { } since)
                return (state, since);
        return (ObjectiveState.Ok, null);
    }

    private Instant? ExhaustedSince()
    {
        double allowed = budget.Allowed.BclCompatibleTicks;
        if (objective.Window is ObjectiveWindow.Calendar)
            return curve.Reaches(curve.PlaceOf(window.Start), allowed, Line.Likely) is { } place ? curve.InstantAt(place) : null;
        var stretches = curve.Above([(TimeIn(window.Start, at).BclCompatibleTicks, allowed)], Line.Likely);
        return stretches.Count > 0 && stretches[^1].To >= curve.End ? curve.InstantAt(Math.Min(stretches[^1].From, curve.End)) : null;
    }

    private ImmutableArray<Spent> ByOutage() =>
    [
        .. spent.Where(span => span.Loses).GroupBy(span => span.Segment.Outage).Select(group => (group.Key, Lost: Lost(group)))
            .OrderBy(one => one.Key is null).ThenByDescending(one => one.Lost.Likely).ThenByDescending(one => one.Lost.Longest).ThenBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => new Spent(one.Key, one.Lost, budget.ShareOf(one.Lost.Likely))),
    ];

    private StepTaken StepOf(BudgetStep step)
    {
        bool Is(Duration lost) => budget.Allowed > Duration.Zero && lost.BclCompatibleTicks >= step.Spent * budget.Allowed.BclCompatibleTicks;
        return new StepTaken(step, Is(budget.Spent.Shortest), Is(budget.Spent.Likely), Is(budget.Spent.Longest));
    }

    private Forecast? Ahead()
    {
        var length = window.End - window.Start;
        var recent = WeighedSpans.Between(history, Instant.Max(watchedFrom, at - Duration.Max(LeastHistory, length)), at);
        var outages = recent.Where(span => span.Likely > 0 && span.Segment.Outage is not null).Select(span => span.Segment.Outage).Distinct().Count();
        var observed = recent.Sum(span => (double)span.Counted * span.Length.BclCompatibleTicks);
        if (observed <= 0) return null;
        var rate = new LossRate(observed, outages,
            recent.Where(span => span.Segment.Outage is not null).Sum(Likely), recent.Where(span => span.Segment.Outage is null).Sum(Likely));
        var isOpen = recent[^1] is { Likely: > 0, Segment.Outage: not null };
        var rolls = objective.Window is ObjectiveWindow.Rolling;
        var until = rolls ? at + length : window.End;
        double ahead = TimeIn(at, until).BclCompatibleTicks;
        var kept = rate.Kept(ahead, rolls ? budget.Allowed.BclCompatibleTicks : budget.Left.Likely.BclCompatibleTicks, isOpen);
        var (low, likely, high) = rate.PerTick;
        return new Forecast(until, Ticks((decimal)observed), outages)
        {
            KeptLow = kept.Low,
            Kept = kept.Likely,
            KeptHigh = kept.High,
            UsedUpEarliest = UsedUp(high, ahead),
            UsedUp = UsedUp(likely, ahead),
            UsedUpLatest = UsedUp(low, ahead),
        };

        static double Likely(WeighedSpan span) => (double)span.Likely * span.Length.BclCompatibleTicks;
    }

    /// <summary>When the budget is used up at so much a tick; what leaves a rolling window comes back. Null when it is not in the time ahead.</summary>
    private Instant? UsedUp(double rate, double ahead)
    {
        double left = budget.Left.Likely.BclCompatibleTicks;
        if (left <= 0) return at;
        if (objective.Window is ObjectiveWindow.Calendar) return rate > 0 && left / rate <= ahead ? After(left / rate) : null;
        // Between two ends of spans both what comes and what goes are even: there the line is straight.
        var begin = curve.End - TimeIn(window.Start, at).BclCompatibleTicks;
        double passed = spent.IsEmpty ? 0 : curve.PlaceOf(spent[0].From) - begin, back = 0;
        if (rate * passed >= left) return After(left / rate);
        foreach (var span in spent)
        {
            var place = curve.PlaceOf(span.To) - begin;
            var comes = rate * place;
            var goes = back + (double)span.Likely * span.Length.BclCompatibleTicks;
            var (before, after) = (rate * passed - back, comes - goes);
            if (before >= left) return After(passed);
            if (after >= left) return After(passed + (left - before) / (after - before) * (place - passed));
            (passed, back) = (place, goes);
        }
        return null;
    }

    private IEnumerable<string> NotesOn(ObjectiveState state)
    {
        if (notWatched > Duration.Zero)
            yield return $"History covers {SpokenDuration.Of(elapsed - notWatched, Rounding.Down)} of the {SpokenDuration.Of(elapsed)} of the window that are over: watched from {InstantText.Of(watchedFrom)} UTC.";
        if (state == ObjectiveState.Unknown)
            yield return string.Create(CultureInfo.InvariantCulture, $"Less than {LeastCoverage:P0} of the watched time was seen: too little to say how it stands.");
        else if (unknown - notWatched is { } unseen && unseen > Duration.Zero && budget.Left.Low > Duration.Zero && unseen >= budget.Left.Low)
            yield return $"{SpokenDuration.Of(unseen)} of the watched time was not seen: had it been down, the budget would be used up.";
        if (period <= Duration.Zero) yield return "No time of this window counts: there is no budget in it.";
        else if (budget.Spent.Longest >= budget.Allowed && budget.Spent.Shortest < budget.Allowed)
            yield return "Whether the budget is used up lies within the bounds of its outages.";
    }

    private Duration TimeIn(Instant from, Instant to) => to <= from ? Duration.Zero : objective.Hours is { } hours ? hours.TimeIn(from, to) : to - from;

    private static Length Lost(IEnumerable<WeighedSpan> spans)
    {
        decimal surely = 0, likely = 0, possibly = 0;
        foreach (var span in spans)
        {
            decimal ticks = span.Length.BclCompatibleTicks;
            surely += span.Surely * ticks;
            likely += span.Likely * ticks;
            possibly += span.Possibly * ticks;
        }
        return new Length(Ticks(surely), Ticks(likely), Ticks(possibly));
    }

    private static Duration Ticks(decimal ticks) => Duration.FromTicks((long)decimal.Round(ticks));
}

using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>What the first sentence is about, the most urgent first.</summary>
public enum Tone
{
    /// <summary>The watch itself does not watch: nothing below is known to hold still.</summary>
    NotWatching,
    Broken,
    /// <summary>Users of some region are not served.</summary>
    Regional,
    Degraded,
    Unknown,
    Maintenance,
    Well,
    /// <summary>There is nothing to watch.</summary>
    Nothing,
}

/// <summary>
/// The first screen in one sentence: what is broken, since when, for whom, at what cost so far, and what happens next; and a few lines beside
/// it. Pure. It never calls up what is unknown, and never says how long without saying how sure.
/// </summary>
/// <param name="Asides">What else there is to know, a sentence each.</param>
public sealed partial record Headline(Tone Tone, Said Sentence, ImmutableArray<Said> Asides)
{
    private const int MostNamed = 3, LongestCause = 140;

    public static Headline Of(Situation now)
    {
        var cascades = Cascade.Of(now.Components);
        var tone = ToneOf(now, cascades);
        var say = new SaidBuilder(now.Now);
        switch (tone)
        {
            case Tone.NotWatching: SayNotWatching(say, now, cascades); break;
            case Tone.Broken: SayBroken(say, now, cascades); break;
            case Tone.Regional: SayRegional(say, now); break;
            case Tone.Degraded: SayDegraded(say, now); break;
            case Tone.Unknown: SayUnknown(say, now); break;
            case Tone.Maintenance: SayMaintenance(say, now); break;
            case Tone.Well: SayWell(say, now); break;
            case Tone.Nothing: say.Text("Nothing is watched yet: the config on record has no components."); break;
        }
        return new Headline(tone, say.Done(), AsidesOf(now, tone));
    }

    private static Tone ToneOf(Situation now, ImmutableArray<Cascade> cascades) =>
        now.Watch is not (WatchCondition.Watching or WatchCondition.JustStarted) || AllBlind(now) ? Tone.NotWatching
        : now.Components.IsEmpty ? Tone.Nothing
        : !cascades.IsEmpty ? Tone.Broken
        : now.Components.Any(one => !one.RegionsOut.IsEmpty) ? Tone.Regional
        : now.Components.Any(one => one.State == State.Degraded) ? Tone.Degraded
        : now.Components.Any(one => one.State == State.Unknown) ? Tone.Unknown
        : now.Components.Any(one => one.State == State.Maintenance) ? Tone.Maintenance
        : Tone.Well;

    private static bool AllBlind(Situation now) => now.VantagePoints > 0 && now.Blind.Length == now.VantagePoints;

    private static void SayNotWatching(SaidBuilder say, Situation now, ImmutableArray<Cascade> cascades)
    {
        switch (now.Watch)
        {
            case WatchCondition.NotRunning running:
                say.Text("Nines is not watching: it is starting or stopping");
                if (running.JudgedUntil is { } until) say.Text($", and all below is as of {MomentText.Of(until, now.Now)}");
                break;
            case WatchCondition.Stale stale:
                say.Text($"Nines has judged nothing for {SpokenDuration.Of(Duration.Max(Duration.Zero, now.Now - stale.JudgedUntil), Rounding.Down)}: all below is as of {MomentText.Of(stale.JudgedUntil, now.Now)}, and nobody knows whether it still holds");
                break;
            case WatchCondition.JournalFails fails:
                say.Text($"The journal has taken no facts since {MomentText.Of(fails.Since, now.Now)}: what is seen now is neither kept nor shown below");
                break;
            case WatchCondition.Watching or WatchCondition.JustStarted:
                say.Text($"{(now.VantagePoints == 1 ? "The only vantage point is" : $"All {now.VantagePoints} vantage points are")} blind, {(now.VantagePoints == 1 ? "its" : "their")} own network being broken: what is watched cannot be seen");
                break;
            default:
                throw new InvalidOperationException("WatchCondition is a closed hierarchy.");
        }
        if (!cascades.IsEmpty)
        {
            say.Text("; as of then, ").List(cascades, MostNamed, one => SayState(say, one.Root));
        }
        say.Text(".");
    }

    private static void SayBroken(SaidBuilder say, Situation now, ImmutableArray<Cascade> cascades)
    {
        if (cascades.Length > 1) say.Text($"{cascades.Length} things are broken: ");
        say.List(cascades, MostNamed, one =>
        {
            SayState(say, one.Root);
            SayLength(say, one.Root);
            SayCause(say, one.Root.Cause ?? one.Root.Outage?.Cause);
        });
        SayForWhom(say, cascades);
        SayCost(say, now.Cost, cascades.Length > 1);
        SayNext(say, now, cascades);
        say.Text(".");
    }

    /// <summary>shop is down since 12:00:05 ± 5 s.</summary>
    private static void SayState(SaidBuilder say, Standing one)
    {
        say.Name(one.Id).Text(one.State == State.Maintenance ? " is in " : " is ");
        if (one is { State: State.Unknown, Outage: { } hidden })
        {
            say.Word(State.Unknown);
            if (one is { Since: { } unseen, SinceLikely: { } from }) say.Text(" since ").When(unseen, from);
            say.Text(", and was ").Word(hidden.Worst).Text(" when last seen, since ").When(hidden.Began, hidden.LikelyBegan);
            return;
        }
        say.Word(one.State);
        SayRegions(say, one);
        if (one.Outage is { } outage) say.Text(" since ").When(outage.Began, outage.LikelyBegan);
        else if (one is { Since: { } since, SinceLikely: { } likely }) say.Text(" since ").When(since, likely);
    }

    private static void SayLength(SaidBuilder say, Standing one)
    {
        if (one.Outage is { } outage) say.Text(", for ").For(outage.Length);
    }

    private static void SayCause(SaidBuilder say, Cause? cause)
    {
        if (cause is null) say.Text(" (nothing on record says why)");
        else say.Text($" ({KindOf(cause)}{Short(cause.Because)}{(cause.Kind == CauseKind.Unexplained ? "; unexplained" : "")})");
    }

    /// <summary>Causes whose kind the evidence does not tell.</summary>
    private static string KindOf(Cause cause) => cause.Kind switch
    {
        CauseKind.Congestion => "congestion: ",
        CauseKind.Consensus => "consensus: ",
        CauseKind.Security => "security: ",
        CauseKind.Maintenance => "maintenance: ",
        CauseKind.Technical or CauseKind.Upstream or CauseKind.Unexplained => "",
    };

    internal static string Short(string because)
    {
        var text = because.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return text.Length <= LongestCause ? text : text[..(LongestCause - 1)] + "…";
    }

    private static void SayForWhom(SaidBuilder say, ImmutableArray<Cascade> cascades)
    {
        var many = cascades.Length > 1;
        var taken = cascades.SelectMany(cascade => cascade.TakesDown).ToList();
        if (taken.Count > 0) say.Text(many ? "; together they take down " : "; it takes down ").List(taken, MostNamed, one => say.Name(one.Id));
        else say.Text(many ? "; nothing else is known to go down with them" : "; nothing else is known to go down with it");
        var customers = cascades.SelectMany(cascade => cascade.Customers).Distinct(StringComparer.Ordinal).ToList();
        if (customers.Count > 0) say.Text($", for {(customers.Count == 1 ? "customer" : "customers")} ").List(customers, MostNamed, name => say.Text(name));
    }

    /// <summary>Where users are not served, of a component that is looked at from several regions.</summary>
    private static void SayRegions(SaidBuilder say, Standing one)
    {
        if (one.RegionsOut.IsEmpty) return;
        if (one.RegionsOut.Length == one.Regions.Length) say.Text(one.Regions.Length == 2 ? " in both regions" : $" in all {one.Regions.Length} regions");
        else say.Text(" in ").List(one.RegionsOut, MostNamed, region => say.Text(region)).Text($" of {one.Regions.Length} regions");
    }

    private static void SayCost(SaidBuilder say, CostSoFar cost, bool many) => say.Text(cost switch
    {
        CostSoFar.Known known => $"; {(many ? "they have" : "it has")} cost {Pricing.Money.MoneyText.Of(known.Loss, known.Currency)} so far",
        CostSoFar.NotPriced => $"; what {(many ? "they cost" : "it costs")} is not priced",
        CostSoFar.NotCounted not => $"; {(many ? "none of them counts" : "it")} {(many ? $"(the first {not.Because})" : not.Because)}",
        CostSoFar.NotNow not => $"; what {(many ? "they cost" : "it costs")} cannot be worked out now ({not.Code})",
        _ => throw new InvalidOperationException("CostSoFar is a closed hierarchy."),
    });

    private static void SayNext(SaidBuilder say, Situation now, ImmutableArray<Cascade> cascades)
    {
        var open = cascades.Where(cascade => cascade.Root.Outage is not null).Select(cascade => cascade.Root).ToList();
        var left = open.Where(root => root.Outage!.Acknowledged is null).ToList();
        if (open.Count > 0 && left.Count == open.Count) say.Text(open.Count > 1 ? ", and nobody has taken them up" : ", and nobody has taken it up");
        else if (left.Count > 0) say.Text("; nobody has taken up ").List(left, MostNamed, root => say.Name(root.Id));
        else if (open.Count > 0)
            say.Text("; ").List(open.Select(root => root.Outage!.Acknowledged!.By).Distinct(StringComparer.Ordinal).ToList(), MostNamed, by => say.Text(by))
                .Text(open.Count > 1 ? " took them up" : $" took it up {SpokenDuration.Ago(open[0].Outage!.Acknowledged!.At, now.Now)}");
        var concerned = cascades.SelectMany(cascade => cascade.TakesDown.Prepend(cascade.Root)).Select(one => one.Id).ToHashSet();
        if (now.AtRisk.FirstOrDefault(risk => concerned.Contains(risk.Component)) is { } risk) SayBudget(say.Text("; "), risk, now.Now);
        SayNextLook(say, now.Ahead, cascades.Select(cascade => cascade.Root.Id));
    }

    private static void SayBudget(SaidBuilder say, ObjectiveRisk risk, Instant now)
    {
        say.Text($"the error budget {risk.Objective} of ").Name(risk.Component);
        if (risk.Left.Likely <= 0) say.Text(risk.Left.High <= 0 ? " is used up" : " is likely used up");
        else
        {
            say.Text($" has {PercentText.Of(Math.Max(0, risk.Left.Likely), 1)} left");
            if (risk.UsedUp is { } end) say.Text(end > now ? $" and is used up in {SpokenDuration.Of(end - now)} if this goes on" : " or less");
            else if (risk.Rate is { } rate) say.Text(FormattableString.Invariant($" and burns at {rate:0.#} times the rate that it allows"));
        }
    }
}

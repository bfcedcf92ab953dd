using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Time;

namespace Nines.Cli.Config;

/// <summary>One rule of a chain as it was understood.</summary>
/// <param name="Rule">What must hold, over all sources.</param>
/// <param name="Otherwise">The state when it does not.</param>
/// <param name="Sources">How many of its sources give what the rule needs: with none it says nothing.</param>
public sealed record ChainRuleUnderstood(ComponentId Chain, string Rule, State Otherwise, string Onset, int Sources)
{
    public static IEnumerable<ChainRuleUnderstood> Of(Component chain, IReadOnlyCollection<Component> sources)
    {
        if (chain.ChainRules is not { } rules || sources.Count == 0) yield break;
        const string Observed = "the look that sees it";
        int Giving(params string[] signals) => sources.Count(source => source.Probes.Any(probe => signals.Any(signal => probe.Signals.IndexOf(signal) >= 0)));
        ChainRuleUnderstood Rule(string text, State otherwise, string onset, params string[] signals) => new(chain.Id, text, otherwise, onset, Giving(signals));

        if (rules.HeadAgeLimit is { } head) yield return Rule($"newest head of all sources younger than {DurationText.Print(head)}", State.EffectivelyDown, "its timestamp + the limit", "head_time");
        if (rules.FinalityAgeLimit is { } final) yield return Rule($"newest finalized block of all sources younger than {DurationText.Print(final)}", State.EffectivelyDown, "its timestamp + the limit", "finalized_time", "finalized");
        yield return Rule($"fewer than {rules.ReorgDepthLimit} blocks replaced, until as many are built anew", State.EffectivelyDown, Observed, "reorg_depth");
        yield return Rule(FormattableString.Invariant($"participation at least {rules.ParticipationLimit * 100:0.##} %"), State.EffectivelyDown, Observed, "participation");
        yield return Rule(FormattableString.Invariant($"participation at least {rules.ParticipationWarning * 100:0.##} %"), State.Degraded, Observed, "participation");
        yield return Rule(FormattableString.Invariant($"missed slots at most {rules.MissedSlotsLimit * 100:0.##} %"), State.Degraded, Observed, "missed_slots");
        if (rules.Split != SplitCounts.Ignored)
            yield return Rule("the same block from all sources, two below the head", rules.Split == SplitCounts.Degraded ? State.Degraded : State.EffectivelyDown, "after the last block that they agreed on", "check_hash");
    }
}

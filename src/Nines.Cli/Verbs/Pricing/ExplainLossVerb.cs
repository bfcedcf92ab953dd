using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Reading;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using Nines.Pricing.Documents;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Cli.Verbs.Pricing;

/// <summary><c>nines explain loss ID</c>: inputs, formulas, sources and intermediate values of what an outage cost.</summary>
internal static class ExplainLossVerb
{
    public static Command Create(ReadContext context)
    {
        var id = new Argument<string>("id") { Description = "The outage's name, as `nines price outages` lists it; or a component's, for what it lost without an outage", HelpName = "ID" };
        id.CompletionSources.Add(Suggestions.Outages(context, open: false));
        var window = new WindowOptions();
        var (named, pricing) = (PolicyOption.CreateOne(), PricingOption.Create());
        return ReadVerb.Create(context, "loss", "How what an outage cost was reckoned, step by step", [id, .. window.Options, named, pricing], (parsed, ledger, _, _) =>
        {
            var plan = PricingOption.Open(parsed, pricing, ledger);
            var policy = PolicyOption.ReadOne(parsed, named, ledger);
            var name = parsed.GetValue(id)!;
            if (!ComponentId.TryParse(name, out var component) || ledger.Find(component) is not { } own) return Task.FromResult(Explain(EpisodeOf(ExplainVerb.Find(name, ledger), ledger, plan, policy), ledger, plan, policy));
            var (from, to) = window.Read(parsed, context.Now);
            return Task.FromResult(Explain(WithoutOutage(own, ledger, plan, policy, from, to), ledger, plan, policy));
        });
    }

    private static LostEpisode EpisodeOf(Outage outage, LedgerProjection ledger, PricingPlan plan, Policy policy)
    {
        if (outage.Region is not null)
            throw new Fault("NIN4254", ExitCode.CalledWrong, $"{outage.Id}: is the outage of one region, {outage.Region}. What it cost is in the component's own under a policy that counts regions; name an outage of the component as a whole.");
        RequirePrice(outage.Id, outage.Component, plan);
        return Pricer.EpisodesOf(ledger.Find(outage.Component)!, policy, outage.From, outage.KnownUntil).FirstOrDefault(one => one.Id == outage.Id)
            ?? throw new Fault("NIN4254", ExitCode.CalledWrong, $"{outage.Id}: nothing of it counts as lost under policy {policy.Name} ({policy.About.TrimEnd('.')}). Choose another with --policy.");
    }

    /// <summary>What a component lost over a window while it was not out: degraded, or in maintenance that the policy counts.</summary>
    private static LostEpisode WithoutOutage(ComponentLedger component, LedgerProjection ledger, PricingPlan plan, Policy policy, Instant? from, Instant? to)
    {
        RequirePrice(component.Id.Value, component.Id, plan);
        var (begin, end) = Reporter.WindowOf(ledger, policy, from, to);
        return Pricer.EpisodesOf(component, policy, begin, end).FirstOrDefault(one => one.Id == LostEpisode.NoOutage)
            ?? throw new Fault("NIN4254", ExitCode.CalledWrong, $"{component.Id}: nothing of it was lost without an outage under policy {policy.Name} ({policy.About.TrimEnd('.')}). `nines price outages --component {component.Id}` lists its outages.");
    }

    private static void RequirePrice(string what, ComponentId component, PricingPlan plan)
    {
        if (!plan.Of(component).Any()) throw new Fault("NIN4254", ExitCode.CalledWrong, $"{what}: {component} has no price. Add a loss of it under pricing, losses.");
    }

    private static Result Explain(LostEpisode episode, LedgerProjection ledger, PricingPlan plan, Policy policy)
    {
        var workings = new Dictionary<string, Working>(StringComparer.Ordinal);
        var loss = Pricer.Price(episode, plan, workings);
        var cascade = Pricer.AlongCascade([new ComponentLoss(episode.Component, plan.Sources.Currency, [loss])]);
        var document = new LossExplanation(
            LossExplanation.SchemaName, ledger.Position.Value, PolicyDocument.Of(policy), plan.Digest, plan.Sources.Currency.Code, EpisodeLossDocument.Of(loss),
            [.. episode.Spans.Select(span => new LossSpanDocument(span.From, span.To, span.Surely, span.Likely, span.Possibly, span.Cause?.Kind.ToString().ToLowerInvariant()))],
            [.. loss.Parts.Select(part => new LossWorkingDocument(part.Loss.Model, workings[part.Loss.Model].Done()))],
            [.. cascade.Select(CascadeDocument.Of)]);
        return Result.Of(document, "workings", null, Lines(loss, document, plan, policy));
    }

    private static IEnumerable<string> Lines(EpisodeLoss loss, LossExplanation explained, PricingPlan plan, Policy policy)
    {
        var currency = plan.Sources.Currency;
        var episode = loss.Episode;
        var isOutage = episode.Id != LostEpisode.NoOutage;
        yield return $"{(isOutage ? episode.Id : "Time lost without an outage")} cost {episode.Component} {MoneyText.Of(loss.Total, currency)}{(loss.Episode.IsOpen ? " so far" : "")}{(loss.Liabilities.High > 0 ? $", and made liabilities of {MoneyText.Of(loss.Liabilities, currency)}" : "")}.";
        yield return "";
        yield return $"Lost time by weight, policy {policy.Name}/{policy.Version}: {PriceVerb.LostTime([loss.Episode])}";
        foreach (var span in explained.LostTime.Take(MostSpans))
            yield return $"    {InstantText.Of(span.From)} – {InstantText.Later(span.From, span.To)}  likely {span.Likely:0.###}, surely {span.Surely:0.###}, possibly {span.Possibly:0.###}{(span.Cause is null ? "" : $"  ({span.Cause})")}";
        if (explained.LostTime.Length > MostSpans) yield return $"    … and {explained.LostTime.Length - MostSpans} more stretches";
        foreach (var part in loss.Parts)
        {
            yield return "";
            yield return $"{part.Loss.Model} ({part.Kind}, {part.Loss.Class.ToString().ToLowerInvariant()}): {MoneyText.Of(part.Loss.Amount, part.Loss.Currency)}";
            foreach (var (step, index) in explained.Workings.Single(working => working.Model == part.Loss.Model).Steps.Select((step, index) => (step, index)))
                yield return $"  {index + 1,2}. {step.Name}{(step.Formula.Length == 0 ? "" : $" = {step.Formula}")} = {step.Value}{(step.Unit.Length == 0 ? "" : $" {step.Unit}")}{(step.Source is null ? "" : $"   [{step.Source}]")}";
            foreach (var one in part.Loss.Parts) yield return $"  Of it {one.Name}: {MoneyText.Of(one.Amount, part.Loss.Currency)}";
            foreach (var reason in part.Loss.Reasons)
                yield return $"  Spread by {Words(reason.Source)} alone: {MoneyText.Of(reason.Alone, part.Loss.Currency)}: {reason.Because}.";
            foreach (var assumption in part.Loss.Assumptions) yield return $"  Assumed: {assumption}";
        }
        if (explained.Cascade.Length > 0) yield return "";
        foreach (var share in explained.Cascade)
            yield return $"{share.Root} accounts for {share.Share:P1} of the lost time, so for {MoneyText.Of(share.Loss.Likely, currency)} of the loss. It is this component's loss, and in no sum twice.";
        yield return "";
        yield return $"As of position {explained.AsOfPosition}, pricing {explained.Plan[..12]}.{(isOutage ? $" Why it was out: `nines explain outage {episode.Id}`." : "")}";
    }

    private static string Words(SpreadSource source) => source switch
    {
        SpreadSource.OutageBounds => "the outage's bounds",
        SpreadSource.Demand => "demand",
        SpreadSource.Model => "the model",
    };

    private const int MostSpans = 20;
}

/// <summary>nines.loss_explanation/1.</summary>
internal sealed record LossExplanation(
    string Schema, long AsOfPosition, PolicyDocument Policy, string Plan, string Currency, EpisodeLossDocument Loss,
    ImmutableArray<LossSpanDocument> LostTime, ImmutableArray<LossWorkingDocument> Workings, ImmutableArray<CascadeDocument> Cascade)
{
    public const string SchemaName = "nines.loss_explanation/1";
}

/// <summary>A stretch of lost time, with its weights.</summary>
internal sealed record LossSpanDocument(Instant From, Instant To, decimal Surely, decimal Likely, decimal Possibly, string? Cause);

internal sealed record LossWorkingDocument(string Model, ImmutableArray<WorkingStep> Steps);

using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Reading;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using Nines.Pricing.Documents;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Cli.Verbs.Pricing;

/// <summary><c>nines price</c>: what outages cost, by component, under a named policy or several side by side; and what open ones cost now.</summary>
internal static class PriceVerb
{
    private const string Sum = "TOTAL", NoPrice = "not priced";

    public static Command Create(ReadContext context)
    {
        var window = new WindowOptions();
        var (named, pricing) = (PolicyOption.Create(), PricingOption.Create());
        var command = ReadVerb.Create(context, "price", "What outages cost: low, likely and high, with the reasons", [.. window.Options, named, pricing], (parsed, ledger, _, _) =>
        {
            var plan = PricingOption.Open(parsed, pricing, ledger);
            var (from, to) = window.Read(parsed, context.Now);
            ImmutableArray<PricedWindow> priced = [.. PolicyOption.Read(parsed, named, ledger).Select(policy => PricedWindow.Of(ledger, plan, policy, from, to))];
            return Task.FromResult((priced is [var only] ? Show(only) : Compare(priced)) with { Exit = ExitOf(priced) });
        });
        command.Add(Outages(context));
        command.Add(Now(context));
        command.Add(WindowVerb.Create(context));
        command.Add(ProfileVerb.Create(context));
        command.Add(SlaVerb.Create(context));
        command.Add(OutlookVerb.Create(context));
        return command;
    }

    private static Result Show(PricedWindow priced)
    {
        var currency = priced.Plan.Sources.Currency;
        var rows = priced.Components.OrderByDescending(component => component.Total.Likely).ThenBy(component => component.Component).Select(component => Row(component, currency)).ToList();
        rows.AddRange(priced.NotPriced.Select(one => (ImmutableArray<string>)[one.Component.Value, NoPrice, "", "", "", "", ""]));
        if (priced.Components.Length > 1)
            rows.Add([Sum, .. Money(priced.Total, currency), MoneyText.Of(priced.Liabilities, currency), "", ""]);
        return Result.Of(
            PriceDocument.Of(priced),
            "components",
            [
                new Table(["COMPONENT", "LOSS", "LOW", "HIGH", "LIABILITIES", "LOST TIME", "OUTAGES"], [.. rows]) { WhenEmpty = "Nothing that is on record has a price." },
                new Table(["ROOT", "COST ITS DEPENDANTS", "LOW", "HIGH", "THROUGH"], [.. CascadeRows(priced, currency)]) { WhenEmpty = null },
            ],
            [
                $"{InstantText.Of(priced.From)} to {InstantText.Of(priced.To)} UTC, policy {priced.Policy.Name}/{priced.Policy.Version}, as of position {priced.AsOf}, pricing {priced.Plan.Digest[..12]}.",
                .. priced.Cascade.IsEmpty ? (IEnumerable<string>)[] : ["What a root cost its dependants is part of their losses: it is in no sum twice."],
                .. priced.Components.Any(component => component.Episodes.Any(episode => episode.Episode.IsOpen)) ? (IEnumerable<string>)["Of what is still out it has what was on record by then. `nines price now` reaches to the last look."] : [],
                .. priced.Notes,
            ]);
    }

    private static ImmutableArray<string> Row(ComponentLoss loss, Currency currency) =>
    [
        loss.Component.Value,
        .. Money(loss.Total, currency),
        MoneyText.Of(loss.Liabilities, currency),
        LostTime(loss.Episodes.Select(episode => episode.Episode)),
        Count(loss),
    ];

    private static string Count(ComponentLoss loss)
    {
        var outages = loss.Episodes.Where(episode => episode.Episode.Id != LostEpisode.NoOutage).ToList();
        var open = outages.Count(episode => episode.Episode.IsOpen);
        return open == 0 ? outages.Count.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{outages.Count} ({open} open)");
    }

    internal static ImmutableArray<string> Money(Estimate estimate, Currency currency) => [MoneyText.Of(estimate.Likely, currency), MoneyText.Of(estimate.Low, currency), MoneyText.Of(estimate.High, currency)];

    internal static string LostTime(IEnumerable<LostEpisode> episodes)
    {
        var (surely, likely, possibly) = episodes.Aggregate((0m, 0m, 0m), (sum, one) => (sum.Item1 + one.SurelyS, sum.Item2 + one.LikelyS, sum.Item3 + one.PossiblyS));
        return LengthOf(Estimate.Spanning(surely, likely, possibly)).ToString();
    }

    /// <param name="seconds">Lost time by weight.</param>
    internal static Length LengthOf(Estimate seconds) => new(DocumentJson.FromSeconds(seconds.Low), DocumentJson.FromSeconds(seconds.Likely), DocumentJson.FromSeconds(seconds.High));

    private static IEnumerable<ImmutableArray<string>> CascadeRows(PricedWindow priced, Currency currency) =>
        priced.Cascade.GroupBy(share => share.Root).Select(root => (Root: root.Key, Amount: Estimate.Sum(root.Select(share => share.Amount)), Through: root.GroupBy(share => share.Dependant)))
            .OrderByDescending(root => root.Amount.Likely)
            .Select(root => (ImmutableArray<string>)[root.Root.Value, .. Money(root.Amount, currency), string.Join(", ", root.Through.Select(through => $"{through.Key} {MoneyText.Of(through.Sum(share => share.Amount.Likely), currency)}"))]);

    /// <summary>One line a component, a column a policy.</summary>
    private static Result Compare(ImmutableArray<PricedWindow> priced)
    {
        var currency = priced[0].Plan.Sources.Currency;
        return Result.Of(
            new PriceComparisonDocument(PriceComparisonDocument.SchemaName, [.. priced.Select(PriceDocument.Of)]),
            "by_policy",
            new Table(
                ["COMPONENT", .. priced.Select(one => one.Policy.Name.ToUpperInvariant())],
                [
                    .. priced.SelectMany(one => one.Components.Select(component => component.Component).Concat(one.NotPriced.Select(not => not.Component))).Distinct().Order()
                        .Select(id => (ImmutableArray<string>)[id.Value, .. priced.Select(one => one.Components.FirstOrDefault(component => component.Component == id) is { } loss ? MoneyText.Of(loss.Total, currency) : NoPrice)]),
                    [Sum, .. priced.Select(one => MoneyText.Of(one.Total, currency))],
                ]),
            [
                $"{InstantText.Of(priced[0].From)} to {InstantText.Of(priced[0].To)} UTC, as of position {priced[0].AsOf}, pricing {priced[0].Plan.Digest[..12]}. Liabilities are not in it.",
                .. priced.Select(one => $"{one.Policy.Name}/{one.Policy.Version}: {one.Policy.About}"),
                .. priced.SelectMany(one => one.NotPriced).Distinct().Select(one => one.ToString()),
            ]);
    }

    /// <summary>A sum that lacks somebody is told by the exit code too.</summary>
    private static ExitCode ExitOf(IEnumerable<PricedWindow> priced) => priced.Any(one => one.NotPriced.Length > 0) ? ExitCode.SomethingIsWrong : ExitCode.Done;

    private static Command Outages(ReadContext context)
    {
        var (window, filter) = (new WindowOptions(), new ComponentFilter());
        var (named, pricing) = (PolicyOption.CreateOne(), PricingOption.Create());
        return ReadVerb.Create(context, "outages", "What each outage cost, the dearest first", [.. filter.Options, .. window.Options, named, pricing], (parsed, ledger, _, _) =>
        {
            var plan = PricingOption.Open(parsed, pricing, ledger);
            var (from, to) = window.Read(parsed, context.Now);
            var priced = PricedWindow.Of(ledger, plan, PolicyOption.ReadOne(parsed, named, ledger), from, to);
            var wanted = filter.Apply(parsed, ledger).Select(component => component.Id).ToHashSet();
            var rows = priced.Components.Where(component => wanted.Contains(component.Component)).SelectMany(component => component.Episodes).OrderByDescending(episode => episode.Total.Likely).ThenBy(episode => episode.Episode.From).ToList();
            var currency = plan.Sources.Currency;
            return Task.FromResult(Result.Of(
                new { Schema = "nines.price_outages/1", AsOfPosition = ledger.Position.Value, Policy = priced.Policy.Name, Plan = plan.Digest, Currency = currency.Code, Outages = rows.Select(EpisodeLossDocument.Of) },
                "outages",
                new Table(["OUTAGE", "COMPONENT", "FROM", "LOST TIME", "STATUS", "LOSS", "LOW", "HIGH", "LIABILITIES"], [.. rows.Select(row => (ImmutableArray<string>)
                [
                    row.Episode.Id, row.Episode.Component.Value, InstantText.Of(row.Episode.From), LostTime([row.Episode]), row.Episode.IsOpen ? "open" : "closed",
                    .. Money(row.Total, currency), MoneyText.Of(row.Liabilities, currency),
                ])]) { WhenEmpty = "Nothing was lost." },
                [
                    $"Policy {priced.Policy.Name}/{priced.Policy.Version}, pricing {plan.Digest[..12]}. `nines explain loss OUTAGE` says how a figure came about.",
                    .. priced.NotPriced.Where(one => wanted.Contains(one.Component)).Select(one => one.ToString()),
                ]) with { Exit = ExitOf([priced]) });
        });
    }

    private static Command Now(ReadContext context)
    {
        var (named, pricing) = (PolicyOption.CreateOne(), PricingOption.Create());
        return ReadVerb.Create(context, "now", "What open outages have cost so far, and cost by the minute", [named, pricing], (parsed, ledger, _, _) =>
        {
            var plan = PricingOption.Open(parsed, pricing, ledger);
            var policy = PolicyOption.ReadOne(parsed, named, ledger);
            var rows = OpenLoss.Of(ledger, plan, policy);
            var currency = plan.Sources.Currency;
            return Task.FromResult(Result.Of(
                new { Schema = "nines.price_now/1", AsOfPosition = ledger.Position.Value, ledger.WatchedUntil, Policy = policy.Name, Plan = plan.Digest, Currency = currency.Code, Outages = rows.Select(OpenLossDocument.Of) },
                "outages",
                new Table(["OUTAGE", "COMPONENT", "SINCE", "LOST TIME", "COST SO FAR", "A MINUTE MORE", "AN HOUR MORE"], [.. rows.Select(row => (ImmutableArray<string>)
                [
                    row.Loss.Episode.Id, row.Loss.Episode.Component.Value, InstantText.Of(row.Loss.Episode.From), LostTime([row.Loss.Episode]),
                    MoneyText.Of(row.Loss.Total, currency), MoneyText.Of(row.Minute, currency), MoneyText.Of(row.Hour, currency),
                ])]) { WhenEmpty = "No outage with a price is open." },
                ledger.WatchedUntil is { } until ? $"As far as it is judged: {InstantText.Of(until)} UTC. Policy {policy.Name}/{policy.Version}." : "Nobody watches."));
        }, live: true);
    }
}

using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Reading;
using Nines.Core.Time;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing.Documents;
using Nines.Pricing.Money;
using Nines.Pricing.Outlook;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Cli.Verbs.Pricing;

/// <summary><c>nines price outlook</c>: what the time ahead is likely to cost by each component's own history, and what one more nine would be worth.</summary>
internal static class OutlookVerb
{
    private static readonly Duration Shortest = Duration.FromDays(1), Longest = Duration.FromDays(3_650);

    public static Command Create(ReadContext context)
    {
        var (window, filter) = (new WindowOptions(), new ComponentFilter());
        var (named, pricing) = (PolicyOption.CreateOne(), PricingOption.Create());
        var next = new Option<string>("--next") { Description = "The time ahead, 1d to 3650d", HelpName = "DURATION", DefaultValueFactory = _ => "365d" };
        var level = new Option<string>("--level") { Description = "Of the intervals, 0.5 to 0.999", HelpName = "SHARE", DefaultValueFactory = _ => "0.95" };
        return ReadVerb.Create(context, "outlook", "What the time ahead is likely to cost, and what one more nine would be worth", [next, level, .. filter.Options, .. window.Options, named, pricing], (parsed, ledger, _, _) =>
        {
            var (ahead, confidence) = (Ahead(parsed.GetValue(next)!), Level(parsed.GetValue(level)!));
            var plan = PricingOption.Open(parsed, pricing, ledger);
            var policy = PolicyOption.ReadOne(parsed, named, ledger);
            var (from, to) = window.Read(parsed, context.Now);
            var outlook = Forecaster.Of(ledger, plan, policy, from, to, ahead, confidence, filter.Apply(parsed, ledger).Select(component => component.Id).ToHashSet());
            return Task.FromResult(Show(outlook, ledger, plan, policy));
        });
    }

    private static Duration Ahead(string text) => DurationText.TryParse(text, out var ahead, out var problem) && ahead >= Shortest && ahead <= Longest ? ahead
        : throw new Fault("NIN4284", ExitCode.CalledWrong, $"--next: {text} {(problem.Length > 0 ? problem : "is out of reach. From 1d to 3650d can be looked ahead.")}");

    private static double Level(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var level) && level is >= 0.5 and <= 0.999 ? level
        : throw new Fault("NIN4285", ExitCode.CalledWrong, $"--level: '{text}' is not a share from 0.5 to 0.999. Write 0.95 for intervals that hold in 95 of 100 cases.");

    private static Result Show(LossOutlook outlook, LedgerProjection ledger, PricingPlan plan, Policy policy)
    {
        var currency = plan.Sources.Currency;
        var rows = outlook.Components.Select(component => Row(component, currency)).ToList();
        if (rows.Count > 1 && outlook.Total(Togetherness.SharedRoots) is { } all) rows.Add(["TOTAL", "", MoneyText.Of(outlook.Expected, currency), Interval(all.Expected, currency), .. Quantiles(all.Loss, currency), "", ""]);
        return Result.Of(
            OutlookDocument.Of(outlook, ledger.Position.Value, policy, plan.Digest, currency.Code),
            "components",
            [
                new Table(["COMPONENT", "OUTAGES", "EXPECTED", "INTERVAL", "5 %", "50 %", "95 %", "NO OUTAGE", "BY SHORT HISTORY"], [.. rows]) { WhenEmpty = "Of nothing the cost can be foretold." },
                new Table(["TOTAL, TAKEN AS", "EVENTS", "OUTAGES IN THEM", "SHARE", "INTERVAL", "5 %", "50 %", "95 %"], [.. Totals(outlook, currency)]) { WhenEmpty = null },
                new Table(["COMPONENT", "AVAILABILITY", "ONE MORE NINE", "HALF THE OUTAGES", "HALF THE LENGTH", "PAYS MORE", "LIABILITIES"], [.. outlook.Components.Select(component => Worth(component, policy, currency))]) { WhenEmpty = null },
                new Table(["WITHOUT AN OUTLOOK", "BECAUSE"], [.. outlook.Without.GroupBy(without => without.Because).Select(group => (ImmutableArray<string>)[Some([.. group.Select(without => without.Component.Value)]), group.Key])]) { WhenEmpty = null },
            ],
            [
                $"The next {DurationText.Print(outlook.Ahead)} by {InstantText.Of(outlook.From)} to {InstantText.Of(outlook.To)} UTC, policy {policy.Name}/{policy.Version}, as of position {ledger.Position}, pricing {plan.Digest[..12]}.",
                string.Create(CultureInfo.InvariantCulture, $"EXPECTED is what the past cost, by the time ahead; INTERVAL is where the mean of such times lies, with {outlook.Level * 100:0.#} %. One in twenty costs less than 5 %, one in twenty more than 95 %; BY SHORT HISTORY is how much of that width a longer history would take away."),
                .. OfTotal(outlook),
                .. outlook.Components.SelectMany(component => component.Said.Select(sentence => (component.Component, Sentence: sentence))).GroupBy(said => said.Sentence)
                    .Select(group => $"{Some([.. group.Select(said => said.Component.Value)])}: {group.Key}."),
            ]);
    }

    private static ImmutableArray<string> Row(ComponentOutlook outlook, Currency currency) =>
    [
        outlook.Component.Value,
        outlook.Outages.ToString(CultureInfo.InvariantCulture),
        MoneyText.Of(outlook.Expected.Likely, currency),
        Interval(outlook.Expected, currency),
        .. Quantiles(outlook.Loss, currency),
        PercentText.HalfEven(outlook.NoOutage.Likely, 1),
        PercentText.HalfEven(outlook.ParameterShare, 0),
    ];

    private static string Interval(Estimate mean, Currency currency) => $"{MoneyText.Of(mean.Low, currency)} – {MoneyText.Of(mean.High, currency)}";

    /// <summary>How much it matters what is taken for one event; nothing where no outage went together with another.</summary>
    private static IEnumerable<ImmutableArray<string>> Totals(LossOutlook outlook, Currency currency) => outlook.Totals.All(total => total.Events == 0) ? [] : outlook.Totals.Select(total => (ImmutableArray<string>)
    [
        total.By switch { Togetherness.Independent => "independent", Togetherness.SharedRoots => "by shared roots", Togetherness.Overlapping => "by roots and time" },
        total.Events.ToString(CultureInfo.InvariantCulture),
        total.Outages.ToString(CultureInfo.InvariantCulture),
        PercentText.HalfEven(total.Share, 0),
        Interval(total.Expected, currency),
        .. Quantiles(total.Loss, currency),
    ]);

    private static IEnumerable<string> OfTotal(LossOutlook outlook)
    {
        if (outlook.Components.Length < 2) yield break;
        if (outlook.Total(Togetherness.Overlapping) is not { Events: > 0 })
            yield return "No outage of one component shared a root or a time with one of another: TOTAL takes them as independent. Something that takes them all down has not been seen yet, and is in no figure.";
        else
            yield return "TOTAL counts what one root took down as one event. EVENTS took more than one component with them, and SHARE is theirs of what is expected. The last line also takes what overlapped in time for one event, though no common root is on record.";
    }

    private static ImmutableArray<string> Worth(ComponentOutlook outlook, Policy policy, Currency currency) =>
    [
        outlook.Component.Value,
        outlook.LongRun is { } run ? $"{policy.Print(outlook.Availability)} ({policy.Print(run.Low)} – {policy.Print(run.High)})" : policy.Print(outlook.Availability),
        MoneyText.Of(outlook.OneMoreNine, currency),
        MoneyText.Of(outlook.HalfTheOutages.Likely, currency),
        MoneyText.Of(outlook.HalfTheLength.Likely, currency),
        (outlook.HalfTheOutages.Likely - outlook.HalfTheLength.Likely) switch
        {
            var difference when Math.Abs(difference) <= outlook.Expected.Likely / 100 => "the same",
            > 0 => "fewer outages",
            _ => "shorter outages",
        },
        MoneyText.Of(outlook.Liabilities, currency),
    ];

    private static string Some(ImmutableArray<string> names) => names.Length <= MostNamed ? string.Join(", ", names) : $"{string.Join(", ", names.Take(MostNamed))} and {names.Length - MostNamed} more";

    private const int MostNamed = 10;

    private static ImmutableArray<string> Quantiles(Estimate loss, Currency currency) => [MoneyText.Of(loss.Low, currency), MoneyText.Of(loss.Likely, currency), MoneyText.Of(loss.High, currency)];
}

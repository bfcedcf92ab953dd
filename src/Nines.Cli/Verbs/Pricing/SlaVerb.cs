using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Reading;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing;
using Nines.Pricing.Contracts;
using Nines.Pricing.Documents;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;

namespace Nines.Cli.Verbs.Pricing;

/// <summary><c>nines price sla</c>: what was promised to customers, what was reached, and what is due.</summary>
internal static class SlaVerb
{
    public static Command Create(ReadContext context)
    {
        var name = new Argument<string?>("contract") { Description = "The contract, with its outages and the working; else a line for each", HelpName = "CONTRACT", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(Suggestions.Contracts);
        var period = new Option<string?>("--period") { Description = "2026-10, or 2026-Q4 for what is settled by quarter; else the last one that is over", HelpName = "PERIOD" };
        var pricing = PricingOption.Create();
        return ReadVerb.Create(context, "sla", "What customers were promised, what was reached, and the credit that is due", [name, period, pricing], (parsed, ledger, _, _) =>
        {
            var plan = PricingOption.Open(parsed, pricing, ledger);
            if (plan.Options.Contracts.IsEmpty) throw new Fault("NIN4280", ExitCode.CalledWrong, "pricing: has no contracts, so nothing was promised. Add one under pricing, contracts.");
            var wanted = parsed.GetValue(name);
            var contracts = wanted is null ? plan.Options.Contracts : [Find(wanted, plan)];
            return Task.FromResult(wanted is null ? ShowAll(contracts, parsed.GetValue(period), ledger, plan) : Show(Settle(contracts[0], parsed.GetValue(period), ledger), ledger, plan));
        });
    }

    internal static ContractOptions Find(string name, PricingPlan plan) => plan.Options.Contracts.FirstOrDefault(contract => contract.Name == name)
        ?? throw new Fault("NIN4280", ExitCode.CalledWrong, $"there is no contract '{name}'.{DidYouMean.Sentence(name, plan.Options.Contracts.Select(contract => contract.Name))} `nines price sla` lists them.");

    internal static ContractStatement Settle(ContractOptions contract, string? period, LedgerProjection ledger) =>
        Settlement.Of(contract, period is null ? Settlement.LastOf(contract, ledger) : BillingPeriod.Parse(contract, period), ledger);

    private static Result ShowAll(ImmutableArray<ContractOptions> contracts, string? period, LedgerProjection ledger, PricingPlan plan)
    {
        // A month names no quarter: contracts that are settled otherwise are left out, and named.
        ImmutableArray<ContractOptions> wanted = period is null ? contracts : [.. contracts.Where(contract => BillingPeriod.Find(contract, period) is not null)];
        if (wanted.IsEmpty) wanted = contracts;
        var (statements, without) = (new List<ContractStatement>(), new List<PricingException>());
        foreach (var contract in wanted)
        {
            try
            {
                statements.Add(Settle(contract, period, ledger));
            }
            catch (PricingException none) when (none.Code == PricingException.NothingToSettle && wanted.Length > 1)
            {
                without.Add(none);
            }
        }
        if (statements.Count == 0) throw without[0];
        return Result.Of(
            Document([.. statements], ledger, plan),
            "statements",
            new Table(
                ["CONTRACT", "PERIOD", "PROMISED", "AVAILABILITY", "LOW", "HIGH", "COVERAGE", "FEE", "CREDIT DUE", "CLAIM UNTIL"],
                [.. statements.Select(Row)]),
            [
                .. statements.SelectMany(statement => statement.Straddles.Concat(statement.Gaps).Select(sentence => $"{statement.Contract.Name}: {sentence}")),
                .. contracts.Except(wanted).Select(contract => $"{contract.Name} is settled by {contract.Period.ToString().ToLowerInvariant()}, so {period} has none of it."),
                .. without.Select(none => $"No statement: {none.Message}"),
                .. statements.Where(statement => statement.Availability is not null).GroupBy(statement => statement.Currency).Select(group => $"Credits due: {MoneyText.Of(Estimate.Sum(group.Select(statement => statement.Credit)), group.Key)}. They are in no sum with lost revenue."),
                $"As of position {ledger.Position}, pricing {plan.Digest[..12]}. `nines price sla CONTRACT` has the outages and the working.",
            ]);
    }

    private static ImmutableArray<string> Row(ContractStatement statement) =>
    [
        statement.Contract.Name,
        statement.IsProvisional ? $"{statement.Period.Name} so far" : statement.Period.Name,
        Promise(statement.Contract),
        statement.Availability is { } share ? statement.Policy.Print(share.Likely) : "unknown",
        statement.Availability is { } low ? statement.Policy.Print(low.Low) : "-",
        statement.Availability is { } high ? statement.Policy.Print(high.High) : "-",
        PercentText.Of(statement.Coverage, 1),
        MoneyText.Of(statement.Fee, statement.Currency),
        statement.Availability is null ? "unknown" : MoneyText.Of(statement.Credit, statement.Currency),
        statement.Credit.High > 0 ? $"{statement.ClaimUntil:uuuu-MM-dd}" : "-",
    ];

    private static string Promise(ContractOptions contract) => contract.Tiers.IsEmpty ? $"{contract.Factor:0.##} × downtime" : contract.Tiers[0].Below.ToString();

    private static Result Show(ContractStatement statement, LedgerProjection ledger, PricingPlan plan)
    {
        var contract = statement.Contract;
        return Result.Of(
            Document([statement], ledger, plan),
            "statements",
            [
                new Table(["COMPONENT", "AVAILABILITY", "LOW", "HIGH", "COVERAGE", "DOWNTIME", "CREDIT"], [.. statement.Components.Select(component => ComponentRow(component, statement))]),
                new Table(["OUTAGE", "COMPONENT", "FROM", "TO", "DOWNTIME", "COUNTS", "CAUSE"], [.. statement.Lines.Select(LineRow)]) { WhenEmpty = "No outage reached into the period." },
                new Table(["STEP", "HOW", "VALUE", "SOURCE"], [.. statement.Working.Select(step => (ImmutableArray<string>)[step.Name, step.Formula, step.Unit.Length == 0 ? step.Value : $"{step.Value} {step.Unit}", step.Source ?? ""])]),
            ],
            [
                $"{statement.Customer}, contract {contract.Name}, {statement.Period.Name}: {InstantText.Of(statement.From)} to {InstantText.Of(statement.To)} UTC{(contract.Zone == "UTC" ? "" : $" ({contract.Zone})")}.",
                .. contract.Tiers.Select(tier => $"Promised: below {tier.Below} a credit of {tier.Credit} of the fee."),
                .. contract.Factor is { } factor ? [$"Promised: a credit of {factor:0.##} times the downtime's share of the fee."] : (IEnumerable<string>)[],
                $"Credit due: {(statement.Availability is null ? "unknown" : MoneyText.Of(statement.Credit, statement.Currency))} of {MoneyText.Of(statement.Fee, statement.Currency)}.",
                .. statement.Said,
                $"Policy {statement.Policy.Name}/{statement.Policy.Version} ({statement.Policy.About.TrimEnd('.')}), as of position {ledger.Position}, pricing {plan.Digest[..12]}.",
            ]);
    }

    private static ImmutableArray<string> ComponentRow(ComponentStatement component, ContractStatement statement) =>
    [
        component.Component.Value,
        component.Availability is { } share ? statement.Policy.Print(share.Likely) : "unknown",
        component.Availability is { } low ? statement.Policy.Print(low.Low) : "-",
        component.Availability is { } high ? statement.Policy.Print(high.High) : "-",
        PercentText.Of(component.Coverage, 1),
        PriceVerb.LengthOf(component.LostS).ToString(),
        component.Availability is null ? "unknown" : MoneyText.Of(component.Credit, statement.Currency),
    ];

    private static ImmutableArray<string> LineRow(StatementLine line) =>
    [
        line.Outage, line.Component.Value, InstantText.Of(line.From), line.IsOpen ? "open" : InstantText.Of(line.To), PriceVerb.LengthOf(line.LostS).ToString(),
        line.NotCounted is { } reason ? $"no: {reason}" : line.LostS.Likely == 0 ? "possibly" : "yes", line.Cause ?? "",
    ];

    private static SlaDocument Document(ImmutableArray<ContractStatement> statements, LedgerProjection ledger, PricingPlan plan) =>
        new(SlaDocument.SchemaName, ledger.Position.Value, plan.Digest, [.. statements.Select(StatementDocument.Of)]);
}

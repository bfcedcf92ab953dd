using System.Collections.Immutable;
using System.Globalization;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing.Contracts;
using Nines.Pricing.Money;
using Nines.Reports.Pages;

namespace Nines.Reports.Statements;

/// <summary>A customer's statement as a page to be sent: what was promised, what was reached, what is due, and how that was reckoned.</summary>
public static class StatementPage
{
    /// <param name="digest">Of the pricing that the contract stands in.</param>
    public static Page Of(ContractStatement statement, string digest)
    {
        var contract = statement.Contract;
        var period = statement.IsProvisional ? $"{statement.Period.Name}, provisional" : statement.Period.Name;
        return new Page(
            $"Service statement for {statement.Customer}, {period}",
            $"Contract {contract.Name}, {InstantText.Of(statement.From)[..16]} to {InstantText.Of(statement.To)[..16]} UTC{(contract.Zone == "UTC" ? "" : $" ({contract.Zone})")}",
            $"{contract.Name} · {period} · policy {statement.Policy.Name}/{statement.Policy.Version} · as of position {statement.AsOf} · pricing {digest[..12]}",
            [
                new Section(2, "In short",
                [
                    new Block.Figures(
                    [
                        Told.Of(statement.Availability, statement.Policy) is { } reached ? KeyFigure.Of("Availability", reached.Text) : new KeyFigure("Availability", "unknown", "nothing of it is known"),
                        new KeyFigure("Promised", contract.Tiers.IsEmpty ? string.Create(CultureInfo.InvariantCulture, $"{contract.Factor:0.##} × downtime") : contract.Tiers[0].Below.ToString(), contract.Tiers.IsEmpty ? "of the fee" : "or a credit"),
                        statement.Availability is null ? new KeyFigure("Credit due", "unknown", "nothing of it is known") : KeyFigure.Of("Credit due", MoneyText.Of(statement.Credit, statement.Currency)),
                        new KeyFigure("Fee", MoneyText.Of(statement.Fee, statement.Currency), ""),
                        new KeyFigure("Watched", PercentText.Of(statement.Coverage, 1), "of the time that is judged"),
                    ]),
                    .. statement.Said.IsEmpty ? (Block[])[] : [new Block.Lines(statement.Said)],
                ]),
                new Section(2, "What was promised", [new Block.Lines(
                [
                    .. contract.Tiers.Select(tier => $"Below {tier.Below} a credit of {tier.Credit} of the fee."),
                    .. contract.Factor is { } factor ? (string[])[string.Create(CultureInfo.InvariantCulture, $"A credit of {factor:0.##} times the downtime's share of the fee.")] : [],
                    $"At most {contract.Cap} of the fee.",
                ])]),
                new Section(2, "What was reached",
                [
                    new Block.Table("Components", [new("Component"), new("Availability", true), new("Watched", true), new("Downtime", true), new("Credit", true)],
                        [.. statement.Components.Select(component => (ImmutableArray<string>)
                        [
                            component.Component.Value, Of(component.Availability, statement.Policy), PercentText.Of(component.Coverage, 1), Told.OfSeconds(component.LostS).Text, component.Availability is null ? "unknown" : MoneyText.Of(component.Credit, statement.Currency),
                        ])]),
                    new Block.Table("Outages that reached into the period", [new("Outage"), new("Component"), new("From, UTC"), new("To, UTC"), new("Downtime", true), new("Counts"), new("Cause")],
                        [.. statement.Lines.Select(line => (ImmutableArray<string>)
                        [
                            line.Outage, line.Component.Value, InstantText.Of(line.From)[..19], line.IsOpen ? "open" : InstantText.Of(line.To)[..19], Told.OfSeconds(line.LostS).Text,
                            line.NotCounted is { } reason ? $"no: {reason}" : "yes", line.Cause ?? "-",
                        ])]) { WhenEmpty = "No outage reached into the period." },
                ]),
                new Section(2, "How the credit was reckoned",
                [
                    new Block.Table("Step by step", [new("Step"), new("How"), new("Value", true), new("Source")],
                        [.. statement.Working.Select(step => (ImmutableArray<string>)[step.Name, step.Formula.Length == 0 ? "given" : step.Formula, step.Unit.Length == 0 ? step.Value : $"{step.Value} {step.Unit}", step.Source ?? "-"])]),
                    new Block.Words($"Policy {statement.Policy.Name}/{statement.Policy.Version}: {statement.Policy.About} As of position {statement.AsOf} of the journal, pricing with SHA-256 {digest}."),
                ]),
            ]);
    }

    private static string Of(Share? share, Policy policy) => Told.Of(share, policy)?.Text ?? "unknown";
}

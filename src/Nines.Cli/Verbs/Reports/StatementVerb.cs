using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Pricing;
using Nines.Pricing.Documents;
using Nines.Reports.Statements;

namespace Nines.Cli.Verbs.Reports;

/// <summary><c>nines report sla CONTRACT</c>: a customer's statement, to be sent.</summary>
internal static class StatementVerb
{
    public static Command Create(ReadContext context)
    {
        var name = new Argument<string>("contract") { Description = "The contract, as `nines price sla` lists it", HelpName = "CONTRACT" };
        var period = new Option<string?>("--period") { Description = "2026-10, or 2026-Q4 for what is settled by quarter; else the last one that is over", HelpName = "PERIOD" };
        var (pricing, asOf) = (PricingOption.Create(), PeriodOptions.AsOf());
        return ReadVerb.Create(context, "sla", "A customer's statement: what was promised and reached, and the credit that is due", [name, period, pricing, asOf], async (parsed, latest, journal, cancellation) =>
        {
            var ledger = await PeriodOptions.LedgerAsync(parsed.GetValue(asOf), latest, journal, cancellation);
            var plan = PricingOption.Open(parsed, pricing, ledger);
            var statement = SlaVerb.Settle(SlaVerb.Find(parsed.GetValue(name)!, plan), parsed.GetValue(period), ledger);
            return Result.Of(new SlaDocument(SlaDocument.SchemaName, ledger.Position.Value, plan.Digest, [StatementDocument.Of(statement)]), "statements", StatementPage.Of(statement, plan.Digest));
        }, isPage: true);
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Time;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Liabilities;

/// <summary>
/// owed(length) = per outage + per customer × customers, once the length exceeds the limit, + per minute × minutes beyond it. Of an
/// outage that began before the window, the window owes what it added: neighbouring windows add up to the whole.
/// </summary>
internal sealed class LiabilityModel(ModelSetup setup, LiabilityOptions options) : LossModel(setup)
{
    private const int SecondsOfAMinute = 60;
    private static readonly AmountRange Nothing = new() { Likely = new Amount(0, Money.Currency.Usd) };

    private readonly decimal limitS = DocumentJson.Seconds(options.LongerThan);
    private readonly Estimate perMinute = (options.PerMinute ?? Nothing).Estimate;
    private readonly Estimate once = OnceOf(options);

    public override string Kind => "liability";
    public override Currency Currency => options.Currency ?? Money.Currency.Usd;

    public override LossClass Class => options.Class switch
    {
        LiabilityClass.Claims => LossClass.Claims,
        LiabilityClass.Penalties => LossClass.Penalties,
    };

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        // Time that was lost without an outage is in no outage's length.
        if (episode.Id == LostEpisode.NoOutage) return Of(Estimate.Zero, []);
        var before = LengthOf(episode.Earlier);
        var after = before + LengthOf(episode.Spans);
        var owed = Estimate.Spanning(Owed(after.Low, before.Low, once.Low, perMinute.Low), Owed(after.Likely, before.Likely, once.Likely, perMinute.Likely), Owed(after.High, before.High, once.High, perMinute.High));
        if (working is not null) Explain(working, before, after, owed);
        return Of(owed, Reasons(episode, before, after, owed), [.. Duty(after)]);
    }

    private decimal Owed(decimal afterS, decimal beforeS, decimal onceAmount, decimal minute) => Owed(afterS, onceAmount, minute) - Owed(beforeS, onceAmount, minute);

    private decimal Owed(decimal lengthS, decimal onceAmount, decimal minute) => lengthS > limitS ? onceAmount + minute * (lengthS - limitS) / SecondsOfAMinute : 0;

    private ImmutableArray<SpreadReason> Reasons(LostEpisode episode, Estimate before, Estimate after, Estimate owed)
    {
        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(2);
        if (after.Low != after.High)
        {
            var straddles = after.Low <= limitS && after.High > limitS ? $"; whether it lasted longer than {DurationText.Print(options.LongerThan)} is not sure" : "";
            var alone = Estimate.Spanning(Owed(after.Low, before.Low, once.Likely, perMinute.Likely), owed.Likely, Owed(after.High, before.High, once.Likely, perMinute.Likely));
            if (alone.Low != alone.High) reasons.Add(new SpreadReason(SpreadSource.OutageBounds, alone, BoundsBecause(episode) + straddles));
        }
        var (little, much) = (Owed(after.Likely, before.Likely, once.Low, perMinute.Low), Owed(after.Likely, before.Likely, once.High, perMinute.High));
        if (little != much) reasons.Add(new SpreadReason(SpreadSource.Model, Estimate.Spanning(little, owed.Likely, much), "the config gives its amounts as ranges"));
        return reasons.ToImmutable();
    }

    private IEnumerable<string> Duty(Estimate after)
    {
        if (options.Duty is not { } duty || after.High <= limitS) yield break;
        yield return after.Likely > limitS ? $"longer than {DurationText.Print(options.LongerThan)}, so: {duty}" : $"possibly longer than {DurationText.Print(options.LongerThan)}; if so: {duty}";
    }

    private void Explain(Working working, Estimate before, Estimate after, Estimate owed)
    {
        foreach (var (name, range) in new[] { ("per outage", options.PerOutage), ("per minute", options.PerMinute), ("per customer", options.PerCustomer) })
            if (range is not null)
                working.Input(name, MoneyText.Of(range.Estimate, Currency), "", "the config");
        if (options.Customers is { } customers) working.Input("customers", Span(customers.Estimate), "", "the config");
        working.Input("counts beyond", DurationText.Print(options.LongerThan), "", "the config");
        if (before.High > 0) working.Step("lost before the window", "Σ weight × length", Span(before), "s", "the ledger, under the policy");
        working.Step("lost time by weight", "Σ weight × length, from its onset on", Span(after), "s", "the ledger, under the policy");
        working.Step("owed", "(per outage + per customer × customers + per minute × minutes beyond the limit) where it lasted longer" + (before.High > 0 ? ", less what was owed before the window" : ""), MoneyText.Of(owed, Currency), "");
    }

    private static Estimate OnceOf(LiabilityOptions options)
    {
        var (outage, customer, customers) = ((options.PerOutage ?? Nothing).Estimate, (options.PerCustomer ?? Nothing).Estimate, options.Customers?.Estimate ?? Estimate.Zero);
        return new Estimate(outage.Low + customer.Low * customers.Low, outage.Likely + customer.Likely * customers.Likely, outage.High + customer.High * customers.High);
    }

    private static Estimate LengthOf(ImmutableArray<LostSpan> spans) => Estimate.Sum(spans.Select(span => Estimate.Spanning(span.Surely, span.Likely, span.Possibly) * LostEpisode.Seconds(span)));

    private static string Span(Estimate estimate) => string.Create(CultureInfo.InvariantCulture, $"{estimate.Likely:0.###} ({estimate.Low:0.###} – {estimate.High:0.###})");
}

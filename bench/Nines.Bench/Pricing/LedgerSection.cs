using System.Diagnostics;
using Nines.Backbone.Journal;
using Nines.Bench.Reports;
using Nines.Bench.Sections;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Pricing.Attribution;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;
using NodaTime;

namespace Nines.Bench.Pricing;

/// <summary>A whole ledger priced at a flat rate: what finding the lost time and attributing it takes, whatever the model.</summary>
internal sealed class LedgerSection : BenchSection
{
    private const int Components = 500, OutagesEach = 20;

    public override string Bench => "pricing";
    public override string Name => "ledger";

    public override Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        var year = new YearOfMany(Components, OutagesEach, Minutes: 365 * 24 * 60);
        var ledger = new LedgerProjection();
        var position = 0L;
        foreach (var fact in year.Make()) ledger.Apply(new JournalEntry(new JournalPosition(++position), "bench", position, fact));
        var plan = PricingPlan.Open(
            new PricingOptions { Losses = [.. ledger.Components.Select(component => new LossOptions { Component = component.Id, Rate = new RateLossOptions { Amount = new Amount(3600, Currency.Usd), Spread = 0.2m } })] },
            ledger, path => throw new InvalidOperationException($"No file is named, and {path} is read."));

        var milliseconds = new List<double>();
        for (var run = 0; run <= runs; run++)
        {
            var clock = Stopwatch.StartNew();
            var priced = PricedWindow.Of(ledger, plan, ShippedPolicies.Strict);
            if (run > 0) milliseconds.Add(clock.Elapsed.TotalMilliseconds);
            var outages = priced.Components.Sum(component => component.Episodes.Length);
            if (outages != Components * OutagesEach || priced.Total.Low <= 0 || priced.Total.High <= priced.Total.Low) throw new InvalidOperationException($"{outages} outages priced, {priced.Total}.");
        }
        return Task.FromResult<IReadOnlyList<Figure>>([new Figure("ledger_priced_ms", Median.Of(milliseconds), "ms", "lower", 1_000) { Note = $"{Components * OutagesEach:N0} outages of {Components} components over a year, flat rate" }]);
    }
}

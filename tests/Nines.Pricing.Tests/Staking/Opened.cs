using System.Text;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Tests.Staking;

/// <summary>Models opened by themselves, and episodes for them.</summary>
internal static class Opened
{
    public static readonly ComponentId Component = new("staked");

    public static LossModel Model(ILossOptions options, params (string Path, string Text)[] files)
    {
        Assert.Empty(options.Mistakes());
        var read = new PlanFiles(path => Encoding.UTF8.GetBytes(files.Single(file => file.Path == path).Text));
        return options.Open(new ModelSetup(Component, "model"), new PlanSources
        {
            Currency = Currency.Usd,
            Rates = new RateTable(Currency.Usd, [], "none"),
            Files = read,
            Series = new SeriesShelf([], read),
            OutagesOf = _ => [],
        });
    }

    public static LostEpisode Whole(Instant from, Duration length) => LostEpisode.Whole(Component, from, from + length);

    /// <summary>Out from between two times until between two times.</summary>
    public static LostEpisode Bounded(Instant earliest, Instant latest, Instant endEarliest, Instant endLatest)
    {
        var (likely, likelyEnd) = (earliest + (latest - earliest) / 2, endEarliest + (endLatest - endEarliest) / 2);
        return new LostEpisode
        {
            Id = "staked-1",
            Component = Component,
            Spans = [new(earliest, likely, 0, 0, 1), new(likely, latest, 0, 1, 1), new(latest, endEarliest, 1, 1, 1), new(endEarliest, likelyEnd, 0, 1, 1), new(likelyEnd, endLatest, 0, 0, 1)],
        };
    }

    public static LostEpisode Weighed(Instant from, Duration length, decimal weight) =>
        new() { Id = "staked-1", Component = Component, Spans = [new LostSpan(from, from + length, weight, weight, weight)] };

    public static Estimate Part(this Loss loss, string name) => loss.Parts.Single(part => part.Name == name).Amount;

    public static Amount Amount(string text) => Money.Amount.TryParse(text, out var amount) ? amount : throw new FormatException(text);
}

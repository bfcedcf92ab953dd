using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Windows;

/// <summary>What a window would cost.</summary>
/// <param name="Loss">Revenue and stake; no liabilities, which contracts mostly waive for planned work.</param>
public sealed record WindowCost(Instant From, Instant To, Estimate Loss);

/// <summary>What a maintenance window would cost at each of its possible starts.</summary>
public sealed record WindowSearch
{
    private const int Best = 5;

    public required WindowRequest Request { get; init; }
    public required Currency Currency { get; init; }

    /// <summary>What would not work meanwhile and has a price: what is taken down, and what its dependants' gates take down with it.</summary>
    public required ImmutableArray<ComponentId> Priced { get; init; }

    /// <summary>The same without a price: in no figure.</summary>
    public required ImmutableArray<ComponentId> Unpriced { get; init; }

    /// <summary>If it began now.</summary>
    public required WindowCost Now { get; init; }

    /// <summary>Each start that was tried, in order; at least one.</summary>
    public required ImmutableArray<WindowCost> Starts { get; init; }

    /// <summary>What was taken for granted, as whole sentences with the model's name.</summary>
    public required ImmutableArray<string> Assumptions { get; init; }

    /// <summary>The cheapest by likely loss, then by high, then the earliest; none overlaps another.</summary>
    public ImmutableArray<WindowCost> Cheapest
    {
        get
        {
            var best = new List<WindowCost>();
            foreach (var window in Starts.OrderBy(window => window.Loss.Likely).ThenBy(window => window.Loss.High).ThenBy(window => window.From))
            {
                if (best.Count == Best) break;
                if (best.TrueForAll(taken => window.To <= taken.From || window.From >= taken.To)) best.Add(window);
            }
            return [.. best];
        }
    }

    public WindowCost Dearest => Starts.MaxBy(window => window.Loss.Likely)!;

    /// <exception cref="PricingException">NIN4268: the window does not fit, no start is allowed, or nothing that it takes down has a price.</exception>
    public static WindowSearch Of(LedgerProjection ledger, PricingPlan plan, WindowRequest request)
    {
        request.Check();
        ImmutableArray<ComponentId> down = request.Component is { } one ? ledger.Dependencies.DownWith(one) : [.. plan.Models.Select(model => model.Component).Distinct().Order()];
        var priced = down.Where(id => plan.Of(id).Any(IsLoss)).ToImmutableArray();
        if (priced.IsEmpty)
            throw WindowRequest.Wrong(request.Component is { } id
                ? $"neither {id} nor what needs it has a price, so no time is better than another. Add them to losses under pricing."
                : "nothing has a price, so no time is better than another. Add losses under pricing.");
        // What rates will be nobody knows: those of now count for all starts alike.
        var models = priced.SelectMany(plan.Of).Where(IsLoss).Select(model => (Model: model, Rate: plan.Sources.Rates.Between(model.Currency, plan.Sources.Currency, request.Now))).ToImmutableArray();
        var starts = request.Starts().Select(start => Cost(start, start + request.Length)).ToImmutableArray();
        if (starts.IsEmpty) throw WindowRequest.Wrong("no start that the hours and days allow has room for the window. Allow more of them, or make it shorter.");
        return new WindowSearch
        {
            Request = request,
            Currency = plan.Sources.Currency,
            Priced = priced,
            Unpriced = [.. down.Except(priced)],
            Now = Cost(request.Now, request.Now + request.Length),
            Starts = starts,
            Assumptions = [.. models.SelectMany(one => AssumptionsOf(one.Model, one.Rate, request)).Distinct(StringComparer.Ordinal)],
        };

        WindowCost Cost(Instant from, Instant to) => new(from, to, Estimate.Sum(models.Select(one => one.Rate.Of(one.Model.Price(LostEpisode.Whole(one.Model.Component, from, to)).Amount))));
    }

    private static bool IsLoss(LossModel model) => model.Class is LossClass.Revenue or LossClass.Stake;

    private static IEnumerable<string> AssumptionsOf(LossModel model, Conversion rate, WindowRequest request)
    {
        foreach (var sentence in model.Price(LostEpisode.Whole(model.Component, request.Now, request.Now + request.Horizon)).Assumptions) yield return $"{model.Name}: {sentence}";
        if (rate.Dated is { } day) yield return string.Create(CultureInfo.InvariantCulture, $"{model.Name}: one {rate.From} is taken to be worth {rate.Factor} {rate.To} throughout, the rate of {day:uuuu-MM-dd}.");
    }
}

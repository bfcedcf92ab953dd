using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

/// <summary>An outage that is too short for a policy is said not to count, and is not called without a price.</summary>
public sealed class OutageCountingTests
{
    private static readonly Policy Half = ShippedPolicies.Strict with { Name = "half", MinOutage = Seconds(30) };

    private static Outage Lasting(double seconds) => new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0)]).Revised(200, 10, OutageOf("shop-1", 10, 12, 10 + seconds, 12 + seconds)).Watched(300).Fold().FindOutage("shop-1")!;

    private static Outage OpenFor(double seconds) => new History().Config(0, "shop").Started(0).Revised(10, 0, [Up(0), Down(10, "shop-1")]).Watched(10 + seconds).Fold().FindOutage("shop-1")!;

    [Fact]
    public void One_that_is_too_short_says_from_when_on_it_would_count() =>
        Assert.Equal("does not count: counts from 30 s on under policy half", OutageCounting.Of(Lasting(20), Half).WhyNot);

    [Fact]
    public void One_that_is_open_may_still_come_to_count() =>
        Assert.Equal("does not count yet: counts from 30 s on under policy half", OutageCounting.Of(OpenFor(5), Half).WhyNot);

    [Fact]
    public void One_whose_longest_length_would_count_is_only_likely_not_counted() =>
        Assert.Equal("likely does not count: counts from 30 s on under policy half", OutageCounting.Of(Lasting(29), Half).WhyNot);

    [Theory]
    [InlineData(30)]
    [InlineData(400)]
    public void One_that_is_long_enough_counts(double seconds) => Assert.True(OutageCounting.Of(Lasting(seconds), Half).Counts);

    [Fact]
    public void Under_a_policy_without_a_limit_all_count() => Assert.True(OutageCounting.Of(Lasting(5), ShippedPolicies.Strict).Counts);

    [Theory]
    [InlineData(5)]
    [InlineData(28)]
    [InlineData(29)]
    [InlineData(31)]
    [InlineData(60)]
    public void It_is_said_exactly_of_those_that_cost_no_likely_time(double seconds)
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0)]).Revised(200, 10, OutageOf("shop-1", 10, 12, 10 + seconds, 12 + seconds)).Watched(300).Fold();
        var counted = OutageCounting.Of(ledger.FindOutage("shop-1")!, Half).Counts;
        Assert.Equal(counted, Reporter.Make(ledger, Half).Components.Single().Availability!.Value.Likely < 1);
    }

    [Fact]
    public void Documents_and_explanations_say_it_under_the_policy_that_was_asked_for()
    {
        Assert.Null(OutageDocument.From(Lasting(20)).NotCounted);
        Assert.Null(OutageDocument.From(Lasting(20), ShippedPolicies.Strict).NotCounted);
        Assert.Equal("does not count: counts from 30 s on under policy half", OutageDocument.From(Lasting(20), Half).NotCounted);
    }

    [Fact]
    public async Task An_explanation_says_it_first()
    {
        await using var journal = new Nines.Testing.MemoryJournal();
        var history = new History().Config(0, "shop").Started(0).Revised(10, 0, [Up(0), Down(10, "shop-1")]).Watched(15);
        await journal.AppendAsync(new Nines.Backbone.Journal.Append("watch", "all", [.. history.Entries.Select(entry => entry.Fact)]));
        var ledger = await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken);
        var explanation = await new Explainer(ledger.FindOutage("shop-1")!, ledger, Half).ExplainAsync(journal, TestContext.Current.CancellationToken);
        Assert.Equal("It does not count yet: counts from 30 s on under policy half.", ExplanationText.Lines(explanation).ElementAt(1));
    }
}
